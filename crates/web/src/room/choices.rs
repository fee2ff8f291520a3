//! Choices that several rooms offer: markings, sectors.

use std::borrow::Cow;

use kaname_directory::{Party, day_of};
use kaname_kernel::{MatterId, Pap, PartyId, Tlp};
use kaname_sharing::Collection;
use kaname_world::WorldError;

use crate::{
    error::Failure,
    frame::{
        Page,
        part::{Choice, Field},
    },
    house::{By, House},
    text::{Lang, Text},
};

/// The five TLP labels, each with what it means.
pub(super) fn tlp(page: &Page, name: &str, label: Cow<'static, str>, chosen: Tlp) -> Field {
    let choice = |tlp: Tlp| Choice::new(tlp.label(), tlp.to_string()).hint(page.tlp_meaning(tlp));
    let all = Tlp::ALL.map(choice).to_vec();
    page.radio(name, label, all).value(chosen.label())
}

/// The four PAP labels, each with what it means.
pub(super) fn pap(page: &Page, name: &str, label: Cow<'static, str>, chosen: Pap) -> Field {
    let choice = |pap: Pap| Choice::new(pap.label(), pap.to_string()).hint(page.pap_meaning(pap));
    let all = Pap::ALL.map(choice).to_vec();
    page.radio(name, label, all).value(chosen.label())
}

/// The sectors in force today, or none.
pub(super) fn sector(page: &Page, house: &House, name: &str, chosen: Option<&str>) -> Field {
    let today = day_of(page.now);
    let mut all = vec![Choice::new("", page.t("submission-sector-none"))];
    for sector in house.world().catalogue().sectors_on(today) {
        all.push(Choice::new(
            sector.code.as_str(),
            sector.name.get(lang(page)),
        ));
    }
    page.select(name, page.t("submission-sector"), all)
        .hint(page.t("submission-sector-hint"))
        .value(chosen.unwrap_or(""))
}

/// The directory's word for the page's language.
pub(super) fn lang(page: &Page) -> kaname_directory::Lang {
    lang_of(page.text)
}

/// The directory's word for a language of pages.
pub(super) fn lang_of(text: Text) -> kaname_directory::Lang {
    match text.lang() {
        Lang::Ja => kaname_directory::Lang::Ja,
        Lang::En => kaname_directory::Lang::En,
    }
}

/// The name of a sector in force now, or its code where it is none any more.
pub(super) fn sector_name(page: &Page, house: &House, code: &str) -> String {
    let all = house.world().catalogue().sectors_on(day_of(page.now));
    let found = all.into_iter().find(|sector| sector.code.as_str() == code);
    found.map_or_else(
        || code.to_owned(),
        |sector| sector.name.get(lang(page)).to_owned(),
    )
}

/// The name of a duty in force now, or its code where it is none any more.
pub(super) fn duty_name(page: &Page, house: &House, code: &str) -> String {
    let all = house.world().catalogue().duties_on(day_of(page.now));
    let found = all.iter().find(|duty| duty.value.code.as_str() == code);
    let name = found.map(|duty| duty.value.name.get(lang(page)));
    name.unwrap_or(code).to_owned()
}

/// The name of a member class in force now, or its code where it is none any more.
pub(super) fn class_name(page: &Page, house: &House, code: &str) -> String {
    let all = house.world().catalogue().classes_on(day_of(page.now));
    let found = all.iter().find(|class| class.value.code.as_str() == code);
    let name = found.map(|class| class.value.name.get(lang(page)));
    name.unwrap_or(code).to_owned()
}

/// Most parties offered by name; others are named by their code.
const MOST_OFFERED: u32 = 500;

/// Parties that the caller may know of, by code and name, as forms offer them: not retired, those of a
/// kind together, by name. Of more than [`MOST_OFFERED`] the newest. Empty for who may not read the
/// directory.
pub(super) async fn parties(
    house: &House,
    lang: kaname_directory::Lang,
    by: &By,
) -> Result<Vec<Choice>, WorldError> {
    offered(house, lang, by, |_| true).await
}

/// The same as whom something can be given to or asked of: all but the hub itself.
pub(super) async fn recipients(
    house: &House,
    lang: kaname_directory::Lang,
    by: &By,
) -> Result<Vec<Choice>, WorldError> {
    offered(house, lang, by, |party| !party.is_hub()).await
}

/// The code of what was typed where codes are asked for: the code of the one party of exactly that name
/// in the page's language, otherwise what was typed.
pub(super) fn code_of<'a>(offered: &'a [Choice], typed: &'a str) -> &'a str {
    let mut named = offered.iter().filter(|choice| choice.label == typed.trim());
    match (named.next(), named.next()) {
        (Some(only), None) => &only.value,
        _ => typed,
    }
}

async fn offered(
    house: &House,
    lang: kaname_directory::Lang,
    by: &By,
    wanted: impl Fn(&Party) -> bool,
) -> Result<Vec<Choice>, WorldError> {
    let known = house
        .world()
        .parties(by, |query| query.limit = MOST_OFFERED)
        .await;
    let known = match known {
        Ok(known) => known.rows,
        Err(WorldError::Denied(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let today = day_of(house.world().now());
    let current = known.iter().map(|party| &party.state);
    let current = current.filter(|party| !party.is_retired_on(today));
    let mut offered: Vec<_> = current
        .filter(|party| wanted(party))
        .map(|party| {
            let name = party.description.name.get(lang);
            let choice = Choice::new(party.code.as_str(), name).hint(party.code.as_str());
            (
                (party.kind, party.description.order(lang), &party.code),
                choice,
            )
        })
        .collect();
    offered.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(offered.into_iter().map(|(_, choice)| choice).collect())
}

/// Parties to tick, beside a field for codes.
pub(super) fn ticked_parties(page: &Page, name: &str, offered: &[Choice]) -> Field {
    page.boxes(name, page.t("common-parties-by-name"), offered.to_vec())
        .hint(page.t("common-parties-by-name-hint"))
        .optional()
        .scrolling()
}

/// What parties are called, in the page's language.
pub(super) async fn party_names(
    house: &House,
    page: &Page,
    parties: &[PartyId],
) -> Result<Vec<String>, WorldError> {
    let mut names = Vec::new();
    for party in parties {
        if let Some(party) = house.world().load::<Party>(party.cast()).await? {
            names.push(party.state.description.name.get(lang(page)).to_owned());
        }
    }
    Ok(names)
}

/// What a collection is called, where the reader may know of it.
pub(super) async fn collection_name(
    house: &House,
    by: &By,
    page: &Page,
    id: MatterId,
) -> Result<String, Failure> {
    let seen = house.world().see_if::<Collection>(by, id).await?;
    let name = seen.map(|one| {
        let title = one.state.definition.title;
        title.in_language(page.lang().tag()).to_owned()
    });
    Ok(name.unwrap_or_else(|| "—".to_owned()))
}
