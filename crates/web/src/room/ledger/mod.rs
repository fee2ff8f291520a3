//! The ledger: its newest checkpoint and events, openings of sealed providers, and what witnesses and
//! holders of receipts are given.

mod inspect;
mod receipt;
mod row;
mod told;
mod witness;

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::Method,
    response::Response,
    routing,
};
use kaname_directory::{Account, Key, Party};
use kaname_kernel::{
    AccountId, Actor, MatterId, PartyId, Role, actor::Who, checkpoint::verifier_line,
};
use kaname_policy::Action;
use kaname_world::{Opened, WorldError};
use serde::Deserialize;

use self::row::{EventRow, alike, known};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Copied, Empty, Pager, Verb},
        show,
    },
    house::{By, House},
    room::choices::lang,
    route::{Access, Audit, Endpoint},
    text::Count,
};

const READS: Audit = Audit::None("reading the ledger leaves no trace in it");
const SHOWN: u32 = 50;

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let mut all = vec![
        Endpoint::new(
            Method::GET,
            "/ledger",
            "ledger.read",
            Access::SignedIn(&[Action::LedgerRead]),
            READS,
            routing::get(newest),
        ),
        Endpoint::new(
            Method::GET,
            "/ledger/openings",
            "ledger.openings",
            Access::SignedIn(&[Action::SealReadOpenings]),
            READS,
            routing::get(openings),
        ),
        Endpoint::new(
            Method::POST,
            "/ledger/inspect",
            "ledger.inspect",
            Access::SignedIn(&[Action::SealReadOpenings]),
            Audit::Event("report.inspected"),
            routing::post(inspect::inspect),
        ),
    ];
    all.extend(receipt::endpoints());
    all.extend(witness::endpoints());
    all
}

#[derive(Template)]
#[template(path = "room/ledger/newest.html")]
struct LedgerPage {
    page: Page,
    size: Count,
    signed: At,
    checkpoint: String,
    checkpoint_copy: Copied,
    verifier: Copied,
    address: String,
    rows: Vec<EventRow>,
    pager: Pager,
    openings: Option<Verb>,
    auditor: bool,
    empty: Empty,
}

#[derive(Deserialize)]
struct Asked {
    before: Option<u64>,
}

async fn newest(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let world = house.world();
    let text = frame.text();
    let page = frame.page(Section::Ledger, text.t("ledger-title"));
    let checkpoint = world.checkpoint().await?;
    let written = world.written(&by, asked.before, SHOWN).await?;
    let mut names = Names::new(&house, &by, &page);
    let mut rows = Vec::new();
    for one in &written {
        let leaf = page.copied(&one.leaf);
        let Some(header) = &one.header else {
            match rows.last_mut() {
                Some(EventRow::Hidden(run)) => run.push((one.seq, leaf)),
                _ => rows.push(EventRow::Hidden(vec![(one.seq, leaf)])),
            }
            continue;
        };
        let known = known(&page, &mut names, one, header, leaf).await?;
        rows.push(EventRow::Known(Box::new(known)));
    }
    let oldest = written.last().map_or(0, |one| one.seq);
    let newest = written.first().map_or(0, |one| one.seq);
    let next = (oldest > 0).then(|| format!("/ledger?before={oldest}"));
    let behind = newest + 1 < checkpoint.size;
    let later = newest.saturating_add(1 + u64::from(SHOWN));
    let previous = (asked.before.is_some() && behind).then(|| {
        if later >= checkpoint.size {
            "/ledger".to_owned()
        } else {
            format!("/ledger?before={later}")
        }
    });
    let auditor = by.has(Role::Auditor);
    let size = Count::from(checkpoint.size);
    let rows = alike(&page, rows);
    show(&LedgerPage {
        size,
        signed: page.at(checkpoint.at),
        checkpoint_copy: page.copied_as(&checkpoint.note, text.t("ledger-copy")),
        checkpoint: checkpoint.note,
        verifier: page.copied(verifier_line(
            &world.settings().origin,
            &world.keys().verifying(),
        )),
        address: format!("{}/ledger/checkpoint", house.public_url()),
        pager: page.pager(written.len() as u64, size, previous, next),
        rows,
        openings: auditor.then(|| page.link("/ledger/openings", text.t("ledger-openings"))),
        auditor,
        empty: Empty {
            title: text.t("ledger-none").into_owned(),
            text: text.t("ledger-none-do").into_owned(),
            next: Some(page.link("/ledger", text.t("ledger-title"))),
        },
        page,
    })
}

/// Who acted, in words; looked up once each, with the reader's own eyes.
struct Names<'a> {
    house: &'a House,
    by: &'a By,
    page: &'a Page,
    accounts: HashMap<AccountId, Option<String>>,
    parties: HashMap<PartyId, Option<String>>,
}

impl<'a> Names<'a> {
    fn new(house: &'a House, by: &'a By, page: &'a Page) -> Self {
        Self {
            house,
            by,
            page,
            accounts: HashMap::new(),
            parties: HashMap::new(),
        }
    }

    pub(super) async fn account(&mut self, id: AccountId) -> Result<String, Failure> {
        if !self.accounts.contains_key(&id) {
            let world = self.house.world();
            let found = world.see_if::<Account>(self.by, id.cast()).await?;
            let name = found.map(|account| account.state.title.get(lang(self.page)).to_owned());
            self.accounts.insert(id, name);
        }
        let known = self.accounts.get(&id).cloned().flatten();
        Ok(known.unwrap_or_else(|| self.page.t("ledger-unnamed").into_owned()))
    }

    pub(super) async fn party(&mut self, id: PartyId) -> Result<String, Failure> {
        if !self.parties.contains_key(&id) {
            let world = self.house.world();
            let found = world.see_if::<Party>(self.by, id.cast()).await?;
            let name =
                found.map(|party| party.state.description.name.get(lang(self.page)).to_owned());
            self.parties.insert(id, name);
        }
        let known = self.parties.get(&id).cloned().flatten();
        Ok(known.unwrap_or_else(|| self.page.t("ledger-unnamed").into_owned()))
    }

    /// The number of an item, where whoever looks may know of it.
    pub(super) async fn item(&self, id: MatterId) -> Result<Option<String>, Failure> {
        match self.house.world().item_for_officer(self.by, id).await {
            Ok(item) => Ok(Some(item.state.number)),
            Err(WorldError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn actor(&mut self, actor: &Actor) -> Result<String, Failure> {
        let page = self.page;
        let who = match &actor.who {
            Who::Person { account, party } => {
                let (person, party) = (self.account(*account).await?, self.party(*party).await?);
                page.t2("ledger-person", "person", person, "party", party)
            }
            Who::Machine { key, party } => {
                let world = self.house.world();
                let known = world.see_if::<Key>(self.by, key.cast()).await?;
                let label = known.map_or_else(
                    || page.t("ledger-unnamed").into_owned(),
                    |key| key.state.label.to_string(),
                );
                let party = self.party(*party).await?;
                page.t2("ledger-machine", "key", label, "party", party)
            }
            Who::System { job } => page.t1("ledger-system", "job", job_name(page, job)),
            Who::Sealed { .. } => page.t("ledger-sealed"),
        };
        let who = who.into_owned();
        match actor.on_behalf_of {
            None => Ok(who),
            Some(party) => {
                let party = self.party(party).await?;
                Ok(page
                    .t2("ledger-behalf", "who", who, "party", party)
                    .into_owned())
            }
        }
    }
}

/// What a job of the hub's own is called; one of a later version stands as it is written.
fn job_name(page: &Page, job: &str) -> String {
    let code = format!("job-{job}");
    match page.word(&code) {
        name if name == code => job.to_owned(),
        name => name,
    }
}

#[derive(Template)]
#[template(path = "room/ledger/openings.html")]
struct OpeningsPage {
    page: Page,
    rows: Vec<OpeningRow>,
    empty: Empty,
    bound: u32,
}

struct OpeningRow {
    receipt: String,
    part: String,
    who: String,
    why: String,
    at: At,
}

async fn openings(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Ledger, text.t("ledger-openings"));
    let opened = house.world().all_openings(&by).await?;
    let mut names = Names::new(&house, &by, &page);
    let mut rows = Vec::new();
    for Opened {
        receipt,
        victim,
        opening,
    } in opened
    {
        let part = if victim {
            "ledger-part-victim"
        } else {
            "ledger-part-report"
        };
        rows.push(OpeningRow {
            receipt,
            part: text.t(part).into_owned(),
            who: names.account(opening.officer).await?,
            why: opening.reason,
            at: page.at(opening.at),
        });
    }
    show(&OpeningsPage {
        rows,
        empty: Empty {
            title: text.t("ledger-openings-none").into_owned(),
            text: text.t("ledger-openings-none-do").into_owned(),
            next: Some(page.link("/ledger", text.t("ledger-title"))),
        },
        bound: kaname_world::OPENINGS_OF,
        page,
    })
}
