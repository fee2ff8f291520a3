//! Who will read an item: what it names, and which parties that comes to today. Shown where a provider
//! consents and where an officer releases.

use std::fmt::Display;

use askama::Template;
use kaname_directory::Party;
use kaname_kernel::{Matter as _, Tlp};
use kaname_sharing::{Content, Text, Told};
use kaname_world::sharing::{Addressed, Reached};

use crate::{
    error::Failure,
    frame::{
        Page,
        part::{At, TlpLabel},
    },
    house::{By, House},
    room::{choices, words},
};

/// Most names of one list; the rest is counted.
const MAX_NAMES: usize = 500;
/// A list of at most so many stands open.
const OPEN_UP_TO: usize = 8;

/// Who will read it, by name.
#[derive(Template)]
#[template(path = "room/item/reach.html")]
pub(in crate::room) struct ReachPart {
    title: String,
    /// How many that is.
    said: String,
    /// What its release would do, and what the button says that does it.
    release: (String, String),
    tlp: (TlpLabel, String),
    /// What the item names: a label with its names.
    named: Vec<(String, Vec<String>)>,
    embargo: Option<(String, At)>,
    valid_until: Option<(String, At)>,
    /// The parties this comes to today.
    today: Vec<String>,
    today_title: String,
    /// What is said of parties that are not named to this reader, and of those over the limit.
    rest: Option<String>,
    open: bool,
}

impl askama::filters::HtmlSafe for ReachPart {}

impl ReachPart {
    /// For whoever looks. What the item itself names is named to its provider too: nobody can consent
    /// to a reader unknown. Of the parties that a group or a marking comes to, it is told those it may
    /// know of; who else takes part in the sharing is not disclosed, so the others are counted.
    pub(in crate::room) fn of(
        by: &By,
        page: &Page,
        content: &Content,
        addressed: &Addressed,
    ) -> Self {
        let lang = choices::lang(page);
        let all = addressed.parties.len();
        let known = |party: &&Party| party.project().audience.admits(&by.reader, page.now);
        let mut today: Vec<_> = addressed
            .parties
            .iter()
            .filter(known)
            .map(|party| {
                let own = by.reader.party == Some(party.id);
                let about = &party.description;
                (!own, about.order(lang), about.name.get(lang).to_owned())
            })
            .collect();
        today.sort();
        let mut today: Vec<String> = today.into_iter().map(|(_, _, name)| name).collect();
        today.truncate(MAX_NAMES);
        let unnamed = all - today.len();
        let count = |n: usize| page.t1("item-reach-unnamed", "n", n).into_owned();
        Self {
            title: page.t("item-readers").into_owned(),
            said: said(page, addressed.reached),
            release: release(page, addressed.reached),
            tlp: (page.tlp(content.tlp), page.tlp_meaning(content.tlp)),
            named: named(page, content, &addressed.told),
            embargo: content
                .embargo
                .map(|at| (page.t("item-embargo").into_owned(), page.at(at))),
            valid_until: content
                .valid_until
                .map(|at| (page.t("item-valid-until").into_owned(), page.at(at))),
            open: today.len() <= OPEN_UP_TO,
            today_title: page.t1("item-reach-today", "n", all).into_owned(),
            rest: (unnamed > 0).then(|| count(unnamed)),
            today,
        }
    }

    /// What its release would do: said before the button that releases, and on it.
    pub(super) fn release(&self) -> (&str, &str) {
        (&self.release.0, &self.release.1)
    }
}

/// What whoever releases it is told before it can't be undone.
fn release(page: &Page, reached: Reached) -> (String, String) {
    let (said, go) = match reached {
        Reached::Everyone => (
            page.t("item-release-everyone"),
            page.t("item-release-go-everyone"),
        ),
        Reached::Parties(n) => (
            page.t1("item-release-parties", "n", n),
            page.t1("item-release-go-parties", "n", n),
        ),
        Reached::Persons(n) => (
            page.t1("item-release-persons", "n", n),
            page.t1("item-release-go-persons", "n", n),
        ),
    };
    (said.into_owned(), go.into_owned())
}

fn said(page: &Page, reached: Reached) -> String {
    match reached {
        Reached::Everyone => page.t("item-reach-everyone").into_owned(),
        Reached::Parties(n) => page.t1("item-reach-parties", "n", n).into_owned(),
        Reached::Persons(n) => page.t1("item-reach-persons", "n", n).into_owned(),
    }
}

/// The parts of a manifest that name readers and ways out, each with the label it is shown under.
pub(in crate::room) const PARTS: [(&str, &str); 7] = [
    ("groups", "item-groups"),
    ("parties", "item-parties"),
    ("persons", "item-persons"),
    ("classes", "item-classes"),
    ("duties", "item-duties"),
    ("collections", "item-collections"),
    ("outlets", "item-outlets"),
];

/// What the item names, without names that the marking leaves without effect: they would mislead.
fn named(page: &Page, content: &Content, told: &Told) -> Vec<(String, Vec<String>)> {
    let all = PARTS.into_iter().map(|(part, label)| {
        let names = list(page, content, told, part);
        (page.t(label).into_owned(), names)
    });
    all.filter(|(_, names)| !names.is_empty()).collect()
}

/// The names of one part of a manifest in one line; `None` for a part that names nobody.
pub(super) fn names(page: &Page, content: &Content, told: &Told, part: &str) -> Option<String> {
    let names_any = PARTS.iter().any(|(known, _)| *known == part);
    names_any.then(|| list(page, content, told, part).join(" / "))
}

/// The names as consent covers them.
pub(in crate::room) fn list(
    page: &Page,
    content: &Content,
    told: &Told,
    part: &str,
) -> Vec<String> {
    let lang = page.lang().tag();
    let named = &content.named;
    // What the directory does not know has no name; that it stands there is said all the same.
    fn called<T: Display>(id: &T, name: Option<&Text>, lang: &str) -> String {
        name.map_or_else(|| id.to_string(), |name| name.in_language(lang).to_owned())
    }
    let mut names: Vec<String> = match part {
        "groups" if holds(content, part) => {
            let name = |id| told.groups.get(id).map(|one| &one.name);
            let ids = named.groups.iter();
            ids.map(|id| called(id, name(id), lang)).collect()
        }
        "parties" if holds(content, part) => {
            // By name and code: names resemble one another and change, a code does neither.
            let party = |id| match told.parties.get(id) {
                None => id.to_string(),
                Some(one) => {
                    let (name, code) = (one.name.in_language(lang), one.code.as_str());
                    let said = page.t2("record-reader", "name", name, "code", code);
                    said.into_owned()
                }
            };
            named.parties.iter().map(party).collect()
        }
        "persons" if holds(content, part) => {
            let person = |id| match told.persons.get(id) {
                None => id.to_string(),
                Some(one) => {
                    let (title, party) = (one.title.in_language(lang), one.of.in_language(lang));
                    let said = page.t2("item-reach-person", "title", title, "party", party);
                    said.into_owned()
                }
            };
            named.persons.iter().map(person).collect()
        }
        "classes" => {
            let codes = content.classes.iter();
            codes
                .map(|code| called(code, told.classes.get(code), lang))
                .collect()
        }
        "duties" => {
            let codes = content.duties.iter();
            codes
                .map(|code| called(code, told.duties.get(code), lang))
                .collect()
        }
        "collections" => {
            let ids = content.collections.iter();
            ids.map(|id| called(id, told.collections.get(id), lang))
                .collect()
        }
        "outlets" => {
            let outlets = content.outlets.iter();
            outlets
                .map(|outlet| words::outlet(page.text, *outlet))
                .collect()
        }
        _ => Vec::new(),
    };
    names.truncate(MAX_NAMES);
    names
}

/// Whether the marking gives the names of a part any effect.
fn holds(content: &Content, part: &str) -> bool {
    match part {
        "persons" => content.tlp == Tlp::Red,
        _ => matches!(content.tlp, Tlp::Amber | Tlp::AmberStrict),
    }
}

pub(super) async fn party_name(
    house: &House,
    page: &Page,
    id: kaname_kernel::PartyId,
) -> Result<String, Failure> {
    let party = house.world().load::<Party>(id.cast()).await?;
    Ok(party.map_or_else(
        || id.to_string(),
        |one| {
            one.state
                .description
                .name
                .get(choices::lang(page))
                .to_owned()
        },
    ))
}
