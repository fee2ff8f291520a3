//! Who may see an object and why: each condition of its audience. Officers, who may ask why anybody sees
//! anything, are told all of it; others only by what they themselves meet it.

use askama::Template;
use kaname_policy::Action;
use kaname_sharing::Item;
use kaname_store::StoredObject;
use kaname_world::WorldError;

use crate::{
    error::Failure,
    frame::{Page, part::Verb},
    house::{By, House},
    room::explain::{Clauses, clauses},
};

/// The section, for the page of an object.
#[derive(Template)]
#[template(path = "room/library/seen_by.html")]
pub(super) struct SeenBy {
    page: Page,
    /// Every condition, for officers.
    clauses: Option<Clauses>,
    /// For others: how the reader meets each condition.
    met: Vec<String>,
    /// Where it is asked why somebody else sees it.
    ask: Option<Verb>,
}

impl askama::filters::HtmlSafe for SeenBy {}

impl SeenBy {
    /// `item` is the one that brought it, as far as the reader may see that.
    pub(super) async fn of(
        house: &House,
        by: &By,
        page: &Page,
        (object, item): (&StoredObject, Option<&Item>),
    ) -> Result<Self, Failure> {
        let world = house.world();
        let audiences = world.audiences().await?;
        let known = audiences
            .binary_search_by_key(&object.audience_id, |(id, _)| *id)
            .ok()
            .and_then(|place| audiences.get(place));
        let (_, audience) = known.ok_or(WorldError::NotFound("audience"))?;
        let officer = world.allow_any(by, Action::VisibilityExplain).is_ok();
        let all = clauses(house, by, page, (audience, &by.reader)).await?;
        let met = all.iter().flat_map(|clause| clause.met()).collect();
        let ask = item.filter(|_| officer).map(|item| {
            let to = format!("/explain?item={}", item.number);
            page.link(to, page.t("object-seen-ask"))
        });
        Ok(Self {
            clauses: officer.then(|| Clauses::of(page, all)),
            met,
            ask,
            page: page.clone(),
        })
    }
}
