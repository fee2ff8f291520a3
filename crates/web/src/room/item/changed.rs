//! In what the directory says something else of whom an item names than its provider was told: shown where the
//! provider consents and where an officer releases.

use kaname_directory::Party;
use kaname_kernel::{Matter as _, PartyId};
use kaname_sharing::{
    Item, ItemState, Told,
    told::{Change, What},
};

use crate::{
    error::Failure,
    frame::Page,
    house::{By, House},
    room::choices,
};

/// Most changes told; the rest is counted with those that are not named.
const MOST: usize = 100;

/// What changed since the provider was asked, or since it consented.
pub(super) struct Changed {
    pub(super) title: String,
    /// What follows from it.
    pub(super) follows: String,
    /// Of whom, and what.
    pub(super) changes: Vec<(String, String)>,
    /// Changes of parties that are not named to this reader.
    pub(super) rest: Option<String>,
}

impl Changed {
    /// `None` while nothing is asked, and where the directory says the same.
    pub(super) async fn of(
        house: &House,
        by: &By,
        page: &Page,
        (item, own): (&Item, bool),
        now: &Told,
    ) -> Result<Option<Self>, Failure> {
        let (title, follows) = match (item.state, own) {
            (ItemState::AwaitingConsent, true) => ("item-told-since-asked", "item-told-read-now"),
            (ItemState::AwaitingConsent, false) => ("item-told-since-asked", "item-told-reads-now"),
            (ItemState::Consented | ItemState::AwaitingRelease, true) => {
                ("item-told-since-consent", "item-told-asks-you")
            }
            (ItemState::Consented | ItemState::AwaitingRelease, false) => {
                ("item-told-since-consent", "refused-told-otherwise")
            }
            _ => return Ok(None),
        };
        let nothing = Told::default();
        let before = item.told().unwrap_or(&nothing);
        // Versions before this one wrote down nothing of what was told when consent was asked for.
        let unknown = item.consent.is_none() && *before == nothing;
        if unknown || stands(item, now) {
            return Ok(None);
        }
        let (mut changes, mut unnamed) = (Vec::new(), 0_usize);
        for change in before.changes(now) {
            if changes.len() < MOST && is_known(house, by, page, item, &change).await? {
                changes.push((said_of(page, &change), said(house, page, &change)));
            } else {
                unnamed += 1;
            }
        }
        let rest = |n: usize| page.t1("item-told-unnamed", "n", n).into_owned();
        Ok(Some(Self {
            title: page.t(title).into_owned(),
            follows: page.t(follows).into_owned(),
            changes,
            rest: (unnamed > 0).then(|| rest(unnamed)),
        }))
    }
}

/// Whether the directory says of whom the item names what its provider consented to, or was asked about.
pub(super) fn stands(item: &Item, now: &Told) -> bool {
    // Nobody was told anything of the hub's own word.
    if item.own {
        return true;
    }
    let hash = item.manifest_with(now).hash();
    match item.consent {
        Some(consent) => consent.hash == hash,
        None => item.told() == Some(now),
    }
}

/// What the item itself names is named to its provider; of other parties it is told those it may know of.
async fn is_known(
    house: &House,
    by: &By,
    page: &Page,
    item: &Item,
    change: &Change,
) -> Result<bool, Failure> {
    let through = match change.what {
        What::Joined(party, _) | What::Left(party, _) => Some(party),
        _ => None,
    };
    for party in change.party.into_iter().chain(through) {
        let is_named = item.content.named.parties.contains(&party);
        if !is_named && !knows(house, by, page, party).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn knows(house: &House, by: &By, page: &Page, party: PartyId) -> Result<bool, Failure> {
    let party = house.world().load::<Party>(party.cast()).await?;
    Ok(party.is_some_and(|party| {
        let audience = party.state.project().audience;
        audience.admits(&by.reader, page.now)
    }))
}

fn said_of(page: &Page, change: &Change) -> String {
    change.about.in_language(page.lang().tag()).to_owned()
}

fn said(house: &House, page: &Page, change: &Change) -> String {
    let lang = page.lang().tag();
    let said = match &change.what {
        What::Name(name) if name.in_language(lang) == change.about.in_language(lang) => {
            page.t1("item-told-name", "name", name.in_one_line())
        }
        What::Name(name) => page.t1("item-told-name", "name", name.in_language(lang)),
        What::Code(before, after) => page.t2(
            "item-told-code",
            "before",
            before.as_str(),
            "after",
            after.as_str(),
        ),
        What::Party(name) => page.t1("item-told-party", "name", name.in_language(lang)),
        What::Joined(_, name) => page.t1("item-told-joined", "name", name.in_language(lang)),
        What::Left(_, name) => page.t1("item-told-left", "name", name.in_language(lang)),
        What::Membership(true) => page.t("item-told-member"),
        What::Membership(false) => page.t("item-told-no-member"),
        What::Class(code, has) => {
            let key = if *has {
                "item-told-class"
            } else {
                "item-told-no-class"
            };
            page.t1(key, "name", choices::class_name(page, house, code))
        }
        What::Duty(code, has) => {
            let key = if *has {
                "item-told-duty"
            } else {
                "item-told-no-duty"
            };
            page.t1(key, "name", choices::duty_name(page, house, code))
        }
    };
    said.into_owned()
}
