//! What officers look at again: what ages, nears its end, or is kept out of block lists until somebody decides.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use jiff::{SignedDuration, Timestamp};
use kaname_policy::Action;
use kaname_sharing::{Item, item::Review};
use kaname_world::{World, sharing::ForReview};
use serde::Deserialize;

use super::act::{of, to};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Posted, Section,
        part::{Due, Empty, Row, by_deadline},
        show,
    },
    house::{By, House},
    room::{age, back::back, choices::lang, words},
    said::why_not,
};

/// Of what ends within this time a row tells.
const SOON: SignedDuration = SignedDuration::from_hours(24 * 30);

#[derive(Template)]
#[template(path = "room/item/reviews.html")]
struct ReviewsPage {
    page: Page,
    count: String,
    rows: Vec<Row>,
    empty: Empty,
}

pub(super) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame
        .page(Section::Desk, text.t("review-title"))
        .live_from("/events?topic=item");
    let all = house.world().reviews(&by).await?;
    show(&ReviewsPage {
        count: text.t1("review-count", "n", all.len() as u64).into_owned(),
        rows: by_deadline(all.iter().map(|one| row(&house, &page, &by, one)).collect()),
        empty: Empty {
            title: text.t("review-none").into_owned(),
            text: text.t("review-none-about").into_owned(),
            next: Some(page.link("/desk?tab=out", text.t("now-out"))),
        },
        page,
    })
}

/// An item as a row of what is looked at again, with why.
pub(in crate::room) fn row(house: &House, page: &Page, by: &By, one: &ForReview) -> Row {
    let state = &one.item.state;
    let href = format!("/items/{}#review", state.number);
    let title = state.content.title.in_language(page.lang().tag());
    let mut row = Row::new(due(page, one), &href, title)
        .tlp(page.tlp(state.content.tlp))
        .about(state.number.as_str())
        .about(words::item_kind(page.text, state.content.kind));
    for why in reasons(page, one) {
        row = row.about(why);
    }
    row = match (one.suspended, age::tag(page, &one.fresh)) {
        (Some(_), _) => row.tag(page.tag(page.t("item-suspended-tag"))),
        (None, Some(tag)) => row.tag(tag),
        (None, None) => row,
    };
    let verb = page.t("review-look");
    let action = match one.suspended {
        Some(_) => Action::ExportSuspendDecide,
        None => Action::ItemReview,
    };
    let resource = World::item_for_policy(by, &one.item, false);
    row.verb(match house.world().decide(by, action, &resource).why_not {
        None => page.link(&href, verb).main(),
        Some(why) => page.refused(verb, why_not(page.text, why)),
    })
}

/// By when it is to be looked at: before it ends, or its values fade. What keeps it out of block lists, and what has
/// aged already, only came.
fn due(page: &Page, one: &ForReview) -> Due {
    let state = &one.item.state;
    let ends = state.content.valid_until.map(|at| (at, "review-due-ends"));
    let fades = one.fresh.kinds.iter();
    let fades = fades.map(|kind| (kind.fades_at, "review-due-fades"));
    let ahead = ends.into_iter().chain(fades).filter(|(at, _)| {
        *at > page.now && (at.duration_since(page.now) < SOON || one.due_since.is_some())
    });
    match ahead.min() {
        Some((at, what)) if one.suspended.is_none() => page.due(at, page.t(what)),
        _ => {
            let since = one.since().unwrap_or(page.now);
            page.came(since, page.t("review-due-since"))
        }
    }
}

/// Why it is to be looked at.
fn reasons(page: &Page, one: &ForReview) -> Vec<String> {
    let state = &one.item.state;
    let mut all = Vec::new();
    if let Some((_, organisations)) = one.suspended {
        let said = page.t1("item-suspended-by", "n", organisations);
        all.push(said.into_owned());
    }
    if one.due_since.is_none() {
        return all;
    }
    // What comes soon is why; of what comes late the item's page tells.
    let soon = |at: Timestamp| at.duration_since(page.now) < SOON;
    let first = one.fresh.kinds.first().map(|kind| kind.fades_at);
    let near = one.fresh.kinds.iter().filter(|kind| {
        soon(kind.fades_at) || (state.content.valid_until.is_none() && Some(kind.fades_at) == first)
    });
    for kind in near {
        let key = match kind.is_aged {
            true => "review-aged",
            false => "review-fades",
        };
        let at = page.text.jst(kind.fades_at, page.now);
        let name = kind.model.name.get(lang(page));
        let said = [
            ("kind", &name as _),
            ("n", &(kind.values as u64) as _),
            ("at", &at.as_str() as _),
        ];
        all.push(page.text.t_args(key, &said).into_owned());
    }
    if let Some(until) = state.content.valid_until.filter(|until| soon(*until)) {
        let at = page.text.jst(until, page.now);
        all.push(page.t1("review-ends", "at", at).into_owned());
    }
    all
}

/// What an officer has said of an item, or that it waits for one: for the item's page.
pub(super) fn said(page: &Page, item: &Item) -> Option<(&'static str, String)> {
    match &item.review {
        Review::Due { .. } if item.waits_for_review() => {
            Some(("review-due", page.t("review-due-about").into_owned()))
        }
        Review::Left { reason, .. } => Some(("review-left", reason.clone())),
        _ => {
            let confirmed = item.confirmed.as_ref()?;
            let at = page.text.jst(confirmed.at, page.now);
            let reason = confirmed.reason.as_str();
            let said = page.t2("review-confirmed-at", "at", at, "reason", reason);
            Some(("review-confirmed", said.into_owned()))
        }
    }
}

/// The reason that a form carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reason {
    reason: String,
}

type Way = (State<House>, Frame, By, Path<String>, Posted<Reason>);

pub(super) async fn confirm(
    (State(house), frame, by, Path(number), Posted(form)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house.world().confirm_item(&by, item.id, &form.reason).await;
    back(&frame, &to(&item), done, "review-was-confirmed")
}

pub(super) async fn let_end(
    (State(house), frame, by, Path(number), Posted(form)): Way,
) -> Result<Response, Failure> {
    let item = of(&house, &by, &number).await?;
    let done = house.world().let_item_end(&by, item.id, &form.reason).await;
    back(&frame, &to(&item), done, "review-was-left")
}
