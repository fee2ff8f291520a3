//! The officers' desk: items in every state, soonest deadline first.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use kaname_kernel::Role;
use kaname_policy::Action;
use kaname_sharing::{Item, ItemState, item::Blocking};
use kaname_world::{Loaded, World};
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Empty, Pager, Row, Tab, Tabs},
        show,
    },
    house::{By, House},
    room::{
        paging::{self, Reading, address},
        words,
    },
    said::why_not,
};

#[derive(Template)]
#[template(path = "room/item/desk.html")]
struct DeskPage {
    page: Page,
    tabs: Tabs,
    rows: Vec<Row>,
    pager: Option<Pager>,
    empty: Empty,
}

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    after: String,
}

/// Items of a page.
const AT_ONCE: u32 = 200;

const TABS: [(&str, &str, &[ItemState]); 6] = [
    (
        "writing",
        "item-tab-writing",
        &[ItemState::Derived, ItemState::ChangesProposed],
    ),
    ("consent", "item-tab-consent", &[ItemState::AwaitingConsent]),
    (
        "release",
        "item-tab-release",
        &[ItemState::Consented, ItemState::AwaitingRelease],
    ),
    ("out", "item-tab-out", &[ItemState::Released]),
    ("refused", "item-tab-refused", &[ItemState::Refused]),
    (
        "ended",
        "item-tab-ended",
        &[
            ItemState::Superseded,
            ItemState::Withdrawn,
            ItemState::Expired,
        ],
    ),
];

pub(super) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame
        .page(Section::Desk, text.t("item-desk"))
        .live_from("/events?topic=item");
    let usual = if by.has(Role::Analyst) { 0 } else { 2 };
    let chosen = TABS
        .iter()
        .find(|tab| tab.0 == which.tab)
        .unwrap_or(&TABS[usual]);
    let mut tabs = Vec::new();
    let mut rows = Vec::new();
    let mut pager = None;
    for tab in &TABS {
        let reading = Reading::of(&house, &by, &address("/desk", &[("tab", tab.0)]));
        let found = house
            .world()
            .desk_items(&by, |query| {
                query.states = tab
                    .2
                    .iter()
                    .map(|state| state.as_str().to_owned())
                    .collect();
                query.limit = if tab.0 == chosen.0 { AT_ONCE } else { 1 };
                query.after = reading.read(&which.after).filter(|_| tab.0 == chosen.0);
            })
            .await?;
        tabs.push(Tab {
            label: text.t(tab.1).into_owned(),
            href: format!("/desk?tab={}", tab.0),
            count: Some(paging::counted(found.total)),
            here: tab.0 == chosen.0,
        });
        if tab.0 == chosen.0 {
            let to = |after: &str| address("/desk", &[("tab", tab.0), ("after", after)]);
            let shown = found.rows.len();
            pager = Some(reading.pager(&page, &found, shown, &which.after, to));
            rows = found
                .rows
                .iter()
                .map(|item| row(&house, &page, &by, item))
                .collect();
        }
    }
    // Whoever acts with delegated powers may have the one and not the other.
    if house
        .world()
        .allow_any(&by, Action::ItemReadReviews)
        .is_ok()
    {
        let waiting = house.world().reviews_waiting(&by).await?;
        tabs.push(Tab {
            label: text.t("item-tab-review").into_owned(),
            href: "/reviews".to_owned(),
            count: Some(paging::counted(waiting.try_into().unwrap_or(u32::MAX))),
            here: false,
        });
    }
    show(&DeskPage {
        tabs: Tabs {
            name: text.t("item-tabs").into_owned(),
            tabs,
        },
        rows,
        pager,
        empty: Empty {
            title: text.t("item-none").into_owned(),
            text: text.t("item-none-do").into_owned(),
            next: None,
        },
        page,
    })
}

/// An item as a row of work, with the verb it waits for.
pub(in crate::room) fn row(house: &House, page: &Page, by: &By, item: &Loaded<Item>) -> Row {
    let text = page.text;
    let state = &item.state;
    let number = state.number.as_str();
    let href = format!("/items/{number}");
    let suspended = match (state.state, &state.blocking) {
        (
            ItemState::Released,
            Blocking::Suspended {
                since,
                organisations,
            },
        ) => Some((*since, *organisations)),
        _ => None,
    };
    let due = match (state.state, &state.asked, state.consent) {
        (ItemState::AwaitingConsent, Some(asked), _) => {
            page.due(asked.deadline, text.t("item-answer-due"))
        }
        (ItemState::AwaitingRelease, _, Some(consent)) => {
            page.came(consent.at, text.t("item-since-consent"))
        }
        _ => {
            let at = suspended.map_or(state.revised_at, |(since, _)| since);
            page.came(at, number)
        }
    };
    let title = state.content.title.in_language(page.lang().tag());
    let row = Row::new(due, &href, title)
        .tlp(page.tlp(state.content.tlp))
        .tag(page.tag(words::item_state(text, state.state)))
        .about(words::item_kind(text, state.content.kind));
    let row = match suspended {
        None => row,
        Some((_, organisations)) => row
            .tag(page.tag(text.t("item-suspended-tag")))
            .about(text.t1("item-suspended-by", "n", organisations)),
    };
    let row = match state.open_traces() {
        0 => row,
        open => row.about(text.t1("item-traces-open", "n", open)),
    };
    let row = match (state.state, state.consent) {
        (ItemState::AwaitingRelease, Some(consent)) => {
            let at = text.jst(consent.at, page.now);
            row.about(number)
                .about(text.t2("item-consent-at", "at", at, "n", state.revision))
        }
        _ => row,
    };
    match state.state {
        ItemState::AwaitingRelease => {
            let verb = text.t("item-look-release");
            let resource = World::item_for_policy(by, item, false);
            let decision = house.world().decide(by, Action::ItemRelease, &resource);
            match decision.why_not {
                None => row.verb(page.link(&href, verb).main()),
                // A fresh second factor is asked for when the button is pressed.
                Some("why-not-recent" | "why-not-second-factor") => {
                    row.verb(page.link(&href, verb).main())
                }
                Some(why) => row.verb(page.refused(verb, why_not(text, why))),
            }
        }
        ItemState::ChangesProposed => {
            row.verb(page.link(&href, text.t("item-look-proposal")).main())
        }
        ItemState::Released if suspended.is_some() => {
            let verb = text.t("item-look-suspended");
            let resource = World::item_for_policy(by, item, false);
            let decision = house
                .world()
                .decide(by, Action::ExportSuspendDecide, &resource);
            match decision.why_not {
                None => row.verb(page.link(&href, verb).main()),
                Some(why) => row.verb(page.refused(verb, why_not(text, why))),
            }
        }
        ItemState::Derived | ItemState::Consented => {
            row.verb(page.link(&href, text.t("item-go-on")).main())
        }
        _ => row.verb(page.link(&href, text.t("item-look"))),
    }
}
