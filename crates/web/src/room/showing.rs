//! What both sides of a report read about showing its victim record: what consent would mean, and what
//! happened so far.

use std::collections::HashMap;

use kaname_directory::Account;
use kaname_kernel::{AccountId, PartyId};
use kaname_sharing::victim::{Entry, Happened, HarmPlace, HarmTrace, ReaderTold};
use kaname_world::{
    WorldError,
    sharing::{ReportView, Telling},
};

use super::{
    choices::{duty_name, lang, party_names},
    item::trace::sign,
};
use crate::{
    error::Failure,
    frame::{Page, part::At},
    house::House,
};

/// Entries in sight; those before stand behind "more".
const NEWEST: usize = 5;

/// What consent to an open request would mean.
pub(super) struct Told {
    /// What leads to the provider: what kind of thing, where, the text around it.
    pub(super) traces: Vec<Lead>,
    /// How many more there are.
    pub(super) more_traces: usize,
    /// Who would see it, what each is not bound by, in words and by name.
    pub(super) readers: Vec<(String, String, Vec<String>)>,
    /// Numbers of what is released of the same report, as far as whoever looks may know them.
    pub(super) linked: Vec<String>,
    pub(super) text: String,
    pub(super) contact: String,
    pub(super) noticed: Option<At>,
    pub(super) hash: String,
}

/// A trace on its way to the page.
pub(super) struct Lead {
    pub(super) signs: Vec<String>,
    pub(super) place: String,
    pub(super) before: String,
    pub(super) inside: String,
    pub(super) after: String,
}

/// `known`: numbers of items that whoever looks may know.
pub(super) fn told(house: &House, page: &Page, telling: Telling, known: &[String]) -> Told {
    let linked = telling.linked.into_iter();
    Told {
        more_traces: telling.trace_count - telling.traces.len(),
        traces: telling
            .traces
            .into_iter()
            .map(|one| lead(page, one))
            .collect(),
        readers: telling
            .readers
            .iter()
            .map(|reader| warned(house, page, reader))
            .collect(),
        linked: linked.filter(|number| known.contains(number)).collect(),
        text: telling.harm.text,
        contact: telling.harm.contact,
        noticed: telling.harm.noticed.map(|at| page.at(at)),
        hash: telling.hash.to_string(),
    }
}

fn lead(page: &Page, trace: HarmTrace) -> Lead {
    let place = match trace.place {
        HarmPlace::Text => "record-harm",
        HarmPlace::Contact => "record-contact",
        HarmPlace::Noticed => "record-noticed",
    };
    Lead {
        signs: trace
            .signs
            .iter()
            .map(|one| page.t(sign(*one)).into_owned())
            .collect(),
        place: page.t(place).into_owned(),
        before: trace.before,
        inside: trace.inside,
        after: trace.after,
    }
}

fn warned(house: &House, page: &Page, reader: &ReaderTold) -> (String, String, Vec<String>) {
    let name = called(page, reader);
    let key = match (reader.member, reader.unbound.is_empty()) {
        (_, true) => "record-told-bound",
        (true, false) => "record-told-unbound",
        (false, false) => "record-told-outside",
    };
    let duties = reader.unbound.iter();
    let duties = duties.map(|duty| duty_name(page, house, duty.as_str()));
    (name, page.t(key).into_owned(), duties.collect())
}

/// By name and code: names resemble one another and change, a code does neither.
fn called(page: &Page, reader: &ReaderTold) -> String {
    let name = reader.name.get(lang(page));
    page.t2("record-reader", "name", name, "code", reader.code.as_str())
        .into_owned()
}

/// What happened to a showing, newest first.
#[derive(Default)]
pub(super) struct History {
    pub(super) newest: Vec<Line>,
    pub(super) earlier: Vec<Line>,
}

/// An entry in words.
pub(super) struct Line {
    pub(super) at: At,
    pub(super) said: String,
    pub(super) parties: Vec<String>,
    pub(super) reason: String,
    pub(super) deadline: Option<At>,
}

/// The history of a report's victim record: for its provider, and for the analyst within an opening, to
/// whom alone the view gives the record.
pub(super) async fn history(
    house: &House,
    page: &Page,
    view: &ReportView,
) -> Result<History, Failure> {
    let Some(victim) = &view.victim else {
        return Ok(History::default());
    };
    let mut names = Names::default();
    let mut lines = Vec::new();
    for entry in victim.state.history.iter().rev() {
        lines.push(line(house, page, &mut names, entry).await?);
    }
    let earlier = lines.split_off(NEWEST.min(lines.len()));
    Ok(History {
        newest: lines,
        earlier,
    })
}

async fn line(
    house: &House,
    page: &Page,
    names: &mut Names,
    entry: &Entry,
) -> Result<Line, Failure> {
    let mut line = Line {
        at: page.at(entry.at),
        said: String::new(),
        parties: Vec::new(),
        reason: String::new(),
        deadline: None,
    };
    let said = match &entry.what {
        Happened::Asked {
            officer,
            reason,
            shown,
            deadline,
        } => {
            line.parties = names.parties(house, page, &shown.parties).await?;
            line.reason.clone_from(reason);
            line.deadline = deadline.map(|at| page.at(at));
            let officer = names.officer(house, page, *officer).await?;
            page.t1("record-did-asked", "officer", officer)
        }
        Happened::Consented { shown, readers, .. } => {
            line.parties = match readers.is_empty() {
                true => names.parties(house, page, &shown.parties).await?,
                false => readers.iter().map(|one| called(page, one)).collect(),
            };
            page.t("submission-victim-consented")
        }
        Happened::Declined => page.t("submission-victim-refused"),
        Happened::Lapsed => page.t("submission-victim-lapsed"),
        Happened::Read { party } => {
            line.parties = names.parties(house, page, &[*party]).await?;
            page.t("record-did-read")
        }
        Happened::Hidden => page.t("record-did-hidden"),
        Happened::Withdrawn => page.t("record-did-withdrawn"),
    };
    line.said = said.into_owned();
    Ok(line)
}

/// Names that the entries repeat, looked up once each.
#[derive(Default)]
struct Names {
    parties: HashMap<PartyId, String>,
    officers: HashMap<AccountId, String>,
}

impl Names {
    async fn parties(
        &mut self,
        house: &House,
        page: &Page,
        ids: &[PartyId],
    ) -> Result<Vec<String>, WorldError> {
        let mut all = Vec::new();
        for id in ids {
            if !self.parties.contains_key(id) {
                let name = party_names(house, page, &[*id]).await?.concat();
                self.parties.insert(*id, name);
            }
            all.extend(self.parties.get(id).cloned());
        }
        Ok(all)
    }

    /// By the title of the account: what the officer is, as in the list of openings.
    async fn officer(
        &mut self,
        house: &House,
        page: &Page,
        id: AccountId,
    ) -> Result<String, WorldError> {
        if let Some(known) = self.officers.get(&id) {
            return Ok(known.clone());
        }
        let account = house.world().load::<Account>(id.cast()).await?;
        let title = account.map(|account| account.state.title.get(lang(page)).to_owned());
        let title = title.unwrap_or_default();
        self.officers.insert(id, title.clone());
        Ok(title)
    }
}
