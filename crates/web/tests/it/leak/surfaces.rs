//! Every address that can be read, out of the table of endpoints that the router itself is made from.
//! What has no placeholder is simply asked for; what has one stands here with what fills it, and a new
//! one that does not stand here stops the test.

use std::{collections::BTreeSet, sync::Mutex};

use axum::http::Method;
use kaname_web::room;

/// What fills the placeholders of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filled {
    /// The number of an item; the file, where there is one, is each of those it can be had as.
    Number,
    /// The STIX id of an object.
    Object,
    /// A collection.
    Collection,
    /// A collection and the STIX id of an object in it.
    ObjectIn,
    /// The UUID of an item's report, which is its event in MISP.
    MispEvent,
    /// The UUID of an item's indicator, which is an attribute in MISP.
    MispPart,
    /// A feed, in each of its forms.
    Feed,
    /// What has nothing to do with an item, and why.
    NoItem(&'static str),
    /// An answer without an end, and where it is tested.
    Stream(&'static str),
}

/// The endpoints with placeholders, and those that cannot simply be asked for.
const FILLED: &[(&str, Filled)] = &[
    (
        "asset.read",
        Filled::NoItem("style and script of every page"),
    ),
    (
        "search.ask_change",
        Filled::NoItem("the form of one's own saved search; shows what its owner typed"),
    ),
    (
        "api.saved_search",
        Filled::NoItem("one's own saved search; of what it found only how much"),
    ),
    (
        "news.follow",
        Filled::Stream("library::an_open_library_hears_once_of_what_its_reader_may_see"),
    ),
    ("taxii.read_collection", Filled::Collection),
    ("taxii.list_objects", Filled::Collection),
    ("taxii.read_manifest", Filled::Collection),
    ("taxii.read_object", Filled::ObjectIn),
    ("taxii.list_versions", Filled::ObjectIn),
    (
        "taxii.read_status",
        Filled::NoItem("what became of a post; the poster's own"),
    ),
    ("misp.event", Filled::MispEvent),
    ("misp.event_named", Filled::MispEvent),
    ("misp.feed_event", Filled::MispEvent),
    ("misp.attribute", Filled::MispPart),
    ("misp.object", Filled::MispPart),
    ("misp.sightings_of", Filled::MispEvent),
    ("misp.proposals_of", Filled::MispEvent),
    (
        "misp.proposal",
        Filled::NoItem("a proposal: a claim, or what the asking party handed in"),
    ),
    (
        "misp.sharing_group_view",
        Filled::NoItem("a group that the asking party is in"),
    ),
    (
        "misp.user",
        Filled::NoItem("the machine that asks, and its party"),
    ),
    (
        "misp.organisation",
        Filled::NoItem("a party that the directory shows to members"),
    ),
    (
        "misp.sharing_group",
        Filled::NoItem("a group that the asking party is in"),
    ),
    ("feed.read", Filled::Feed),
    ("library.object", Filled::Object),
    ("library.object_raw", Filled::Object),
    ("library.object_relations", Filled::Object),
    ("api.relations", Filled::Object),
    ("api.correlations", Filled::Object),
    ("api.object_versions", Filled::Object),
    ("api.object_diff", Filled::Object),
    ("api.object_sent", Filled::Object),
    ("library.show", Filled::Number),
    ("library.download", Filled::Number),
    ("public.show", Filled::Number),
    ("api.item", Filled::Number),
    ("api.item_correlations", Filled::Number),
    ("item.show", Filled::Number),
    ("item.bundle", Filled::Number),
    ("item.ask_edit", Filled::Number),
    ("item.ask_propose", Filled::Number),
    ("item.draw", Filled::Number),
    ("api.prove", Filled::Number),
    ("triage.show", Filled::Number),
    (
        "campaign.show",
        Filled::NoItem("reports taken together, by their numbers; no item is named"),
    ),
    (
        "api.campaign",
        Filled::NoItem("reports taken together, by their numbers; no item is named"),
    ),
    (
        "assessment.show",
        Filled::NoItem("an assessment; its evidence is asked for with the officer's own eyes"),
    ),
    (
        "assessment.compare",
        Filled::NoItem("words of an assessment; of evidence inside the hub only how much"),
    ),
    (
        "assessment.ask_save",
        Filled::NoItem("an assessment; its evidence is asked for with the officer's own eyes"),
    ),
    (
        "api.assessment",
        Filled::NoItem("an assessment; its evidence is asked for with the officer's own eyes"),
    ),
    ("triage.file", Filled::NoItem("an attachment of a report")),
    ("submission.show", Filled::Number),
    ("api.submission", Filled::Number),
    (
        "record.show",
        Filled::NoItem("a victim record; items beside it are asked for as the library asks"),
    ),
    (
        "api.record",
        Filled::NoItem("a victim record; items beside it are asked for as the library asks"),
    ),
    (
        "breach.show",
        Filled::NoItem("a breach, told about a party"),
    ),
    (
        "cooperation.show",
        Filled::NoItem("a request for cooperation"),
    ),
    ("ledger.tile", Filled::NoItem("hashes")),
];

/// Words of the directory that fill an address like any other: it is asked for and may name no item.
const WORDS: &[(&str, &str)] = &[
    ("/groups/{code}", "/groups/group-1"),
    ("{code}", "party-3"),
    ("{root}", "api"),
    ("{duty}", "secrecy"),
    ("{*named}", "sgReferenceOnly:1"),
];
/// Forms about one account or key, which say nothing else.
const PEOPLE: [&str; 2] = ["/accounts/{id}/", "/keys/{id}/"];

/// An address that can be read.
#[derive(Debug, Clone)]
pub(super) struct Surface {
    pub(super) path: &'static str,
    /// With the words of the directory in it.
    pub(super) plain: String,
    /// `None` for what is simply asked for.
    pub(super) filled: Option<Filled>,
}

/// All of them.
///
/// # Panics
/// When one is not said how to fill, or one is said that is not there.
pub(super) fn surfaces() -> Vec<Surface> {
    let endpoints = room::endpoints();
    let reads = endpoints.iter().filter(|one| one.method == Method::GET);
    let mut unused: BTreeSet<&str> = FILLED.iter().map(|(name, _)| *name).collect();
    assert_eq!(unused.len(), FILLED.len(), "each stands here once");
    let (mut all, mut unsaid) = (Vec::new(), Vec::new());
    for endpoint in reads {
        unused.remove(endpoint.name);
        let filled = FILLED.iter().find(|(name, _)| *name == endpoint.name);
        let of_people = PEOPLE.iter().any(|start| endpoint.path.starts_with(start));
        let of_people = of_people.then_some(Filled::NoItem("a form about an account or key"));
        let filled = filled.map(|(_, filled)| *filled).or(of_people);
        let plain = WORDS
            .iter()
            .fold(endpoint.path.to_owned(), |path, (word, by)| {
                path.replace(word, by)
            });
        if filled.is_none() && plain.contains('{') {
            unsaid.push(format!("{} {}", endpoint.name, endpoint.path));
        }
        all.push(Surface {
            path: endpoint.path,
            plain,
            filled,
        });
    }
    assert!(
        unsaid.is_empty(),
        "these can show an item to whoever asks and stand in no leak test; say in FILLED what fills \
         their address, or why no item can be in them: {unsaid:#?}"
    );
    assert!(unused.is_empty(), "no endpoints of these names: {unused:?}");
    all
}

/// Which addresses were asked for.
#[derive(Default)]
pub(super) struct Asked(Mutex<BTreeSet<&'static str>>);

impl Asked {
    /// Notes an address; the endpoint it belongs to is the one with the fewest placeholders.
    pub(super) fn note(&self, all: &[Surface], address: &str) {
        let path = address.split('?').next().unwrap();
        let fits = all.iter().filter(|one| fits(one.path, path));
        let belongs = fits.min_by_key(|one| one.path.matches('{').count());
        let belongs = belongs.unwrap_or_else(|| panic!("{path} is no endpoint"));
        self.0.lock().unwrap().insert(belongs.path);
    }

    /// # Panics
    /// When one was left out that can show an item.
    pub(super) fn all_of(&self, all: &[Surface]) {
        let asked = self.0.lock().unwrap();
        for one in all {
            let aside = matches!(one.filled, Some(Filled::NoItem(_) | Filled::Stream(_)));
            assert!(
                aside || asked.contains(one.path),
                "{} was not asked for",
                one.path
            );
        }
    }
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), path.split('/').collect());
    let same = |(one, other): (&&str, &&str)| one.starts_with('{') || one == other;
    pattern.len() == path.len() && pattern.iter().zip(&path).all(same)
}
