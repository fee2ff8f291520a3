//! A party's page: what it is called, whom to reach, what is its own, what binds it, who acts for it.

mod inside;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_directory::{Lang, Party, day_of};
use kaname_policy::{Action, Resource};

use self::inside::{Inside, inside};
use super::{act::Act, fields::path, words};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Notice, Tone, Verb},
        show,
    },
    house::{By, House},
    room::{
        choices::lang_of as lang,
        form::{again, may},
    },
};

#[derive(Template)]
#[template(path = "room/directory/party.html")]
struct PartyPage {
    page: Page,
    code: String,
    kind: String,
    other_name: String,
    reading: Option<String>,
    aliases: String,
    sectors: Vec<(String, String)>,
    since: String,
    retired: Option<String>,
    contacts: Vec<Contacted>,
    /// Officers and the party itself see the rest.
    inside: Option<Inside>,
    acts: Vec<Verb>,
    gate: Option<(Notice, Verb)>,
}

struct Contacted {
    name: String,
    role: String,
    mail: Option<String>,
    phone: Option<String>,
}

pub(super) async fn party(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(code): Path<String>,
) -> Result<Response, Failure> {
    let world = house.world();
    let party = world.party_of(&by, &code).await?;
    let state = &party.state;
    let text = frame.text();
    let lang = lang(text);
    let page = frame.page(Section::Directory, state.description.name.get(lang));
    let today = day_of(page.now);
    let own = by.party.as_ref().is_some_and(|own| own.id == party.id);
    let catalogue = world.catalogue();
    let sectors =
        state
            .description
            .sectors
            .iter()
            .map(|code| match catalogue.sector_on(code, today) {
                Some(sector) => {
                    let name = sector.value.name.get(lang).to_owned();
                    (name, words::span(text, &sector.span))
                }
                None => (
                    code.to_string(),
                    text.t("directory-sector-past").into_owned(),
                ),
            });
    let sectors = sectors.collect();
    let contacts = state.contacts.iter().map(|contact| Contacted {
        name: contact.name.to_string(),
        role: contact.role.to_string(),
        mail: contact.mail.as_ref().map(ToString::to_string),
        phone: contact.phone.as_ref().map(ToString::to_string),
    });
    let contacts = contacts.collect();
    let of = Resource::any("party").of_party(party.id.cast());
    let manages = may(&house, &by, Action::PartyManage, &of);
    let people = may(&house, &by, Action::AccountManage, &of);
    let stale = [&manages, &people]
        .into_iter()
        .any(|may| matches!(may, Ok(false)));
    let gate = stale.then(|| {
        let notice = Notice {
            tone: Tone::Plain,
            title: text.t("directory-again").into_owned(),
            text: text.t("directory-again-about").into_owned(),
        };
        (notice, again(&page))
    });
    let inside = if own || by.is_officer() {
        Some(inside(&house, &by, &page, &party, own).await?)
    } else {
        None
    };
    let gives = match &by.party {
        Some(of) if !own && !by.is_officer() => {
            let of = Resource::any("party").of_party(of.id.cast());
            may(&house, &by, Action::KeyManage, &of).is_ok() && !state.is_hub()
        }
        _ => false,
    };
    let acts = match (manages.is_ok(), gives) {
        (true, _) => acts(&page, state, |_| true),
        (_, true) => acts(&page, state, Act::is_power),
        _ => Vec::new(),
    };
    let aliases: Vec<&str> = state
        .description
        .aliases
        .iter()
        .map(|a| a.as_str())
        .collect();
    show(&PartyPage {
        code: state.code.to_string(),
        kind: words::kind(text, state.kind),
        other_name: state.description.name.get(other(lang)).to_owned(),
        reading: state.description.reading.as_ref().map(ToString::to_string),
        aliases: aliases.join(" / "),
        sectors,
        since: words::day(text, state.span.from),
        retired: state.span.until.map(|day| words::day(text, day)),
        contacts,
        inside,
        acts,
        gate,
        page,
    })
}

const fn other(lang: Lang) -> Lang {
    match lang {
        Lang::Ja => Lang::En,
        Lang::En => Lang::Ja,
    }
}

/// What an administrator may do with it, or another party's steward; what can't be done stands there with
/// its reason.
fn acts(page: &Page, party: &Party, offered: fn(Act) -> bool) -> Vec<Verb> {
    let retired = party.span.until.is_some();
    let at = |act| format!("/directory/{}/{}", party.code, path(act));
    let rows = [
        (Act::Describe, "directory-describe"),
        (Act::Contacts, "directory-contacts"),
        (Act::Own, "directory-own"),
        (Act::Membership, "directory-membership-set"),
        (Act::EndMembership, "directory-membership-end"),
        (Act::Isacs, "directory-isacs"),
        (Act::Notify, "directory-notify"),
        (Act::Delegate, "directory-delegate"),
        (Act::Undelegate, "directory-undelegate"),
        (Act::ReleaseDuty, "directory-release"),
        (Act::PublicKeys, "directory-public-keys"),
        (Act::Retire, "directory-retire"),
    ];
    let member = party.membership_on(day_of(page.now)).is_some();
    let today = day_of(page.now);
    let delegated = party.delegations.iter().any(|held| !held.is_over(today));
    let bound = party.duties_on(today).next().is_some();
    let verb = |(act, key): (Act, &str)| {
        let label = page.t(key);
        if retired {
            page.refused(label, page.t("refused-party-retired"))
        } else if act == Act::EndMembership && !member {
            page.refused(label, page.t("refused-no-membership"))
        } else if act == Act::Undelegate && !delegated {
            page.refused(label, page.t("refused-no-such-power"))
        } else if act == Act::ReleaseDuty && !bound {
            page.refused(label, page.t("refused-duty-not-binding"))
        } else if act == Act::Retire && party.is_hub() {
            page.refused(label, page.t("refused-runs-this-hub"))
        } else {
            let verb = page.link(at(act), label);
            if act == Act::Retire {
                verb.grave()
            } else {
                verb
            }
        }
    };
    let offered = rows.into_iter().filter(|(act, _)| offered(*act));
    offered.map(verb).collect()
}
