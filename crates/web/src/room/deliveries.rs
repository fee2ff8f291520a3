//! Deliveries: what went to whom by which way, what became of it, and what was given up.

pub(super) mod told;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::Method,
    response::Response,
    routing,
};
use kaname_kernel::MatterId;
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    Delivery, Item, ItemState,
    delivery::{DeliveryState, Mode},
};
use kaname_world::{Loaded, outlet::Recalled};
use serde::Deserialize;

pub(super) use self::told::host;
use self::told::{Names, was_recalled};
use super::{
    back::back,
    choices,
    paging::{Reading, address},
    words,
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Empty, Notice, Pager, Row, Tab, Tabs, Tone},
        show,
    },
    house::{By, House},
    route::{Access, Audit, Endpoint},
    said::why_not,
    text::{Count, Text},
};

const READ: Access = Access::SignedIn(&[Action::DeliveryRead]);
/// States in the order of their tabs.
pub(super) const STATES: [DeliveryState; 5] = [
    DeliveryState::Failed,
    DeliveryState::Queued,
    DeliveryState::Sent,
    DeliveryState::Fetched,
    DeliveryState::Acknowledged,
];

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/deliveries",
            "delivery.list",
            READ,
            Audit::None("reads what was delivered, without content"),
            routing::get(list),
        ),
        Endpoint::new(
            Method::POST,
            "/deliveries/{id}/retry",
            "delivery.retry",
            Access::SignedIn(&[Action::DeliveryRetry]),
            Audit::Event("delivery.retried"),
            routing::post(retry),
        ),
    ]
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    item: String,
    state: String,
    after: String,
}

impl Asked {
    fn state(&self) -> Option<DeliveryState> {
        STATES
            .into_iter()
            .find(|state| state.as_str() == self.state)
    }

    fn address(&self, state: &str, after: &str) -> String {
        let parameters = [
            ("item", self.item.as_str()),
            ("state", state),
            ("after", after),
        ];
        address("/deliveries", &parameters)
    }
}

#[derive(Template)]
#[template(path = "room/deliveries.html")]
struct DeliveriesPage {
    page: Page,
    about: Option<(String, String)>,
    /// How far the word has come that the item was taken back.
    recalled: Option<Notice>,
    tabs: Tabs,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
    dead: Vec<(String, String)>,
}

async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let world = house.world();
    let page = frame.page(Section::Desk, text.t("deliveries-title"));
    let item = if asked.item.is_empty() {
        None
    } else {
        Some(world.item_of(&by, &asked.item).await?)
    };
    let scope = item.as_ref().map(|item| item.id);
    let state = asked.state().map_or("", DeliveryState::as_str);
    let reading = Reading::of(&house, &by, &asked.address(state, ""));
    let found = world.deliveries(&by, |query| {
        query.scope = scope;
        query.states = asked
            .state()
            .map(|state| state.as_str().to_owned())
            .into_iter()
            .collect();
        query.after = reading.read(&asked.after);
    });
    let found = found.await?;
    let counts = world.delivery_states(&by, scope).await?;
    let mut names = Names::default();
    let mut rows = Vec::new();
    for delivery in &found.rows {
        rows.push(row(&house, &by, &page, &mut names, delivery).await?);
    }
    let pager = reading.pager(&page, &found, rows.len(), &asked.after, |after| {
        asked.address(state, after)
    });
    let dead = world.dead_letters(&by).await?;
    let recalled = match &item {
        Some(item) if was_recalled(&item.state) => {
            let recalled = world.recalled(&by, item).await?;
            Some(told_of_end(&page, &item.state, recalled))
        }
        _ => None,
    };
    let shown = DeliveriesPage {
        about: item.map(|item| {
            let title = item
                .state
                .content
                .title
                .in_language(page.lang().tag())
                .to_owned();
            (format!("/items/{}", item.state.number), title)
        }),
        recalled,
        tabs: tabs(&page, &asked, &counts),
        pager,
        empty: Empty {
            title: text.t("deliveries-none").into_owned(),
            text: text.t("deliveries-none-about").into_owned(),
            next: None,
        },
        rows,
        dead,
        page,
    };
    show(&shown)
}

async fn row(
    house: &House,
    by: &By,
    page: &Page,
    names: &mut Names,
    delivery: &Loaded<Delivery>,
) -> Result<Row, Failure> {
    let state = &delivery.state;
    let world = house.world();
    let named = names.of(house, by, state).await?;
    let party = named.receiver.map(|receiver| {
        let name = receiver.name.get(choices::lang(page));
        name.to_owned()
    });
    let number = named.number;
    let acknowledged = state.acknowledged.map(|(at, _)| at);
    let when = acknowledged
        .or(state.fetched)
        .or(state.sent)
        .unwrap_or(state.queued);
    let due = page.came(when, page.t("deliveries-when"));
    let href = number.as_ref().map_or("/deliveries".to_owned(), |number| {
        format!("/items/{number}")
    });
    let mut row = Row::new(due, href, party.unwrap_or_default())
        .about(number.unwrap_or_else(|| "—".to_owned()))
        .about(words::outlet(page.text, state.outlet))
        .about(mode(page.text, state.mode))
        .tag(page.tag(state_word(page.text, state.state)));
    if let Some(host) = named.host {
        row = row.about(host);
    }
    if let Some(at) = state.recalled {
        let at = page.text.jst(at, page.now);
        row = row.about(page.t1("deliveries-recalled-at", "at", at));
    } else if named.is_unaware {
        row = row.about(page.t("deliveries-not-recalled"));
    }
    if let Some(why) = &state.failure {
        row = row.about(why.as_str());
    }
    if state.state == DeliveryState::Failed {
        let to = format!("/deliveries/{}/retry", delivery.id);
        let decided = world.decide(by, Action::DeliveryRetry, &Resource::default());
        row = row.verb(match decided.why_not {
            None => page
                .post(to, page.t("deliveries-retry"))
                .with("back", page.address.as_str()),
            Some(why) => page.refused(page.t("deliveries-retry"), why_not(page.text, why)),
        });
    }
    Ok(row)
}

/// How many of those who had it know that it was taken back or replaced.
fn told_of_end(page: &Page, item: &Item, recalled: Recalled) -> Notice {
    let is_told = recalled.told == recalled.had;
    let said = match (recalled.had, is_told) {
        (0, _) => page.t("deliveries-recalled-nobody"),
        (_, true) => page.t1("deliveries-recalled-all", "had", recalled.had),
        (_, false) => page.t2(
            "deliveries-recalled-some",
            "had",
            recalled.had,
            "told",
            recalled.told,
        ),
    };
    Notice {
        tone: if is_told { Tone::Done } else { Tone::Care },
        title: page
            .t(match item.state {
                ItemState::Superseded => "deliveries-superseded",
                _ => "deliveries-withdrawn",
            })
            .into_owned(),
        text: said.into_owned(),
    }
}

pub(super) fn state_word(text: Text, state: DeliveryState) -> String {
    let key = match state {
        DeliveryState::Queued => "deliveries-queued",
        DeliveryState::Failed => "deliveries-failed",
        DeliveryState::Sent => "deliveries-sent",
        DeliveryState::Fetched => "deliveries-fetched",
        DeliveryState::Acknowledged => "deliveries-acknowledged",
    };
    text.t(key).into_owned()
}

fn mode(text: Text, mode: Mode) -> String {
    let key = match mode {
        Mode::Immediate => "deliveries-immediate",
        Mode::Digest => "deliveries-digest",
        Mode::Fetch => "deliveries-fetch",
    };
    text.t(key).into_owned()
}

fn tabs(page: &Page, asked: &Asked, counts: &[(String, u64)]) -> Tabs {
    let here = asked.state();
    let all = counts.iter().map(|(_, count)| *count).sum();
    let mut tabs = vec![Tab {
        label: page.t("deliveries-all").into_owned(),
        href: asked.address("", ""),
        count: Some(Count::capped(all, 10_000)),
        here: here.is_none(),
    }];
    for state in STATES {
        let found = counts.iter().find(|(word, _)| word == state.as_str());
        tabs.push(Tab {
            label: state_word(page.text, state),
            href: asked.address(state.as_str(), ""),
            count: Some(Count::capped(found.map_or(0, |(_, count)| *count), 10_000)),
            here: here == Some(state),
        });
    }
    Tabs {
        name: page.t("deliveries-state").into_owned(),
        tabs,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Back {
    back: String,
}

async fn retry(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<String>,
    crate::frame::Posted(posted): crate::frame::Posted<Back>,
) -> Result<Response, Failure> {
    let id: MatterId = id.parse().map_err(|_| Failure::NotFound)?;
    let outcome = house.world().retry_delivery(&by, id).await;
    // Only this page is led back to.
    let to = if posted.back.starts_with("/deliveries") {
        posted.back.as_str()
    } else {
        "/deliveries"
    };
    back(&frame, to, outcome, "deliveries-retried")
}
