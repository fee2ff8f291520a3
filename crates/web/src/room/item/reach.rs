//! Who will read an item: what it names, and which parties that comes to today. Shown where a provider
//! consents and where an officer releases.

use askama::Template;
use kaname_directory::{Account, ClassCode, DutyCode, Group, Party, day_of};
use kaname_kernel::{Matter as _, Tlp};
use kaname_sharing::{Collection, Content};
use kaname_world::sharing::Reached;

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
pub(super) struct ReachPart {
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
    pub(super) async fn of(
        house: &House,
        by: &By,
        page: &Page,
        content: &Content,
    ) -> Result<Self, Failure> {
        let world = house.world();
        let lang = choices::lang(page);
        let (reached, parties) = world.reached(content).await?;
        let all = parties.len();
        let known = |party: &&Party| party.project().audience.admits(&by.reader, page.now);
        let mut today: Vec<_> = parties
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
        Ok(Self {
            title: page.t("item-readers").into_owned(),
            said: said(page, reached),
            release: release(page, reached),
            tlp: (page.tlp(content.tlp), page.tlp_meaning(content.tlp)),
            named: named(house, page, content).await?,
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
        })
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
const PARTS: [(&str, &str); 7] = [
    ("groups", "item-groups"),
    ("parties", "item-parties"),
    ("persons", "item-persons"),
    ("classes", "item-classes"),
    ("duties", "item-duties"),
    ("collections", "item-collections"),
    ("outlets", "item-outlets"),
];

/// What the item names, without names that the marking leaves without effect: they would mislead.
async fn named(
    house: &House,
    page: &Page,
    content: &Content,
) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let mut all = Vec::new();
    for (part, label) in PARTS {
        let holds = match part {
            "groups" | "parties" => matches!(content.tlp, Tlp::Amber | Tlp::AmberStrict),
            "persons" => content.tlp == Tlp::Red,
            _ => true,
        };
        let names = list(house, page, content, part).await?;
        if holds && !names.is_empty() {
            all.push((page.t(label).into_owned(), names));
        }
    }
    Ok(all)
}

/// The names of one part of a manifest in one line; `None` for a part that names nobody.
pub(super) async fn names(
    house: &House,
    page: &Page,
    content: &Content,
    part: &str,
) -> Result<Option<String>, Failure> {
    if !PARTS.iter().any(|(known, _)| *known == part) {
        return Ok(None);
    }
    Ok(Some(list(house, page, content, part).await?.join(" / ")))
}

async fn list(
    house: &House,
    page: &Page,
    content: &Content,
    part: &str,
) -> Result<Vec<String>, Failure> {
    let world = house.world();
    let lang = choices::lang(page);
    let today = day_of(page.now);
    let named = &content.named;
    let mut names = Vec::new();
    match part {
        "groups" => {
            for id in named.groups.iter().take(MAX_NAMES) {
                let group = world.load::<Group>(id.cast()).await?;
                names.push(
                    group.map_or_else(|| id.to_string(), |one| one.state.name.get(lang).to_owned()),
                );
            }
        }
        "parties" => {
            for id in named.parties.iter().take(MAX_NAMES) {
                names.push(party_name(house, page, *id).await?);
            }
        }
        "persons" => {
            for id in named.persons.iter().take(MAX_NAMES) {
                names.push(person_name(house, page, *id).await?);
            }
        }
        "classes" => names.extend(content.classes.iter().map(|code| {
            let parsed = code.parse::<ClassCode>().ok();
            let class = parsed.and_then(|code| world.catalogue().class_on(&code, today));
            class.map_or_else(|| code.clone(), |one| one.value.name.get(lang).to_owned())
        })),
        "duties" => {
            let in_force = world.catalogue().duties_on(today);
            names.extend(content.duties.iter().map(|code| {
                let parsed = code.parse::<DutyCode>().ok();
                let duty = in_force
                    .iter()
                    .find(|duty| Some(&duty.value.code) == parsed.as_ref());
                duty.map_or_else(|| code.clone(), |one| one.value.name.get(lang).to_owned())
            }));
        }
        "collections" => {
            for id in content.collections.iter().take(MAX_NAMES) {
                let collection = world.load::<Collection>(*id).await?;
                names.push(collection.map_or_else(
                    || id.to_string(),
                    |one| {
                        let title = &one.state.definition.title;
                        title.in_language(page.lang().tag()).to_owned()
                    },
                ));
            }
        }
        "outlets" => {
            let outlets = content.outlets.iter();
            names.extend(outlets.map(|outlet| words::outlet(page.text, *outlet)));
        }
        _ => {}
    }
    Ok(names)
}

async fn person_name(
    house: &House,
    page: &Page,
    id: kaname_kernel::AccountId,
) -> Result<String, Failure> {
    let Some(account) = house.world().load::<Account>(id.cast()).await? else {
        return Ok(id.to_string());
    };
    let party = party_name(house, page, account.state.party).await?;
    let title = account.state.title.get(choices::lang(page));
    Ok(page
        .t2("item-reach-person", "title", title, "party", party)
        .into_owned())
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
