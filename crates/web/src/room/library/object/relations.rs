//! What an object is related to: drawn as a graph and, saying the same without a script, as a table; whatever is too
//! much for one page kind by kind on a page of its own.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use kaname_store::StoredObject;
use kaname_world::find::relations::{Edge, Kind, Link, Links, Relations, Side};
use serde::Deserialize;

use super::{Asked, said::how_said, standing::standing};
use crate::{
    assets,
    error::Failure,
    frame::{Frame, Page, Section, part::Pager, show},
    house::{By, House},
    room::{
        library::objects::{self, Claimants},
        paging::address,
    },
    text::Count,
};

/// Rows on one page of the list.
const LISTED: usize = 100;

/// The section, for the page of an object.
#[derive(Template)]
#[template(path = "room/library/relations.html")]
pub(super) struct Graph {
    page: Page,
    script: String,
    title: String,
    kind: String,
    /// How many relations are drawn, and how many there are beside.
    drawn: usize,
    left: usize,
    rows: Vec<Row>,
    /// Where one step is shown, where two are, and whether it is two now.
    near: String,
    far: String,
    is_far: bool,
    /// Whether more refers to it than was looked at.
    cut: bool,
    all: String,
    json: String,
}

impl askama::filters::HtmlSafe for Graph {}

/// A relation, or how many more there are of a kind.
struct Row {
    /// Number of the other end in the drawing, and of the end it is seen from.
    at: String,
    of: usize,
    is_out: bool,
    how: String,
    stix_type: String,
    kind: String,
    title: String,
    href: String,
    /// Whose relations these are, where not the shown object's.
    through: Option<String>,
    /// Who says so, where it is not the hub.
    from: Option<String>,
    /// How many, where it is not one.
    more: Option<String>,
}

impl Graph {
    pub(super) async fn of(
        house: &House,
        by: &By,
        page: &Page,
        (object, links, asked): (&StoredObject, Links, &Asked),
    ) -> Result<Self, Failure> {
        let steps = asked.steps();
        let found = house.world().relations(by, (object, links), steps).await?;
        let ends = found.nodes.iter().filter_map(|node| node.object.origin);
        let between = found.edges.iter().filter_map(|edge| edge.link.origin);
        let parties = ends.chain(between).collect();
        let claimants = Claimants::of_parties(house, by, page, parties).await?;
        let mut rows: Vec<Row> = found
            .edges
            .iter()
            .filter_map(|edge| row(page, &claimants, &found, edge))
            .collect();
        for (place, more) in found.more.iter().enumerate() {
            rows.extend(more_row(page, &found, place, more));
        }
        // What is near first, kind by kind, what is left of a kind behind it.
        rows.sort_by_cached_key(|row| {
            let left = row.more.is_some();
            let seen = (row.of, !row.is_out, row.how.clone(), row.stix_type.clone());
            (seen, left, row.title.clone())
        });
        let id = &object.stix_id;
        let added = asked.added.map(|us| us.to_string()).unwrap_or_default();
        let to = |steps: &str| {
            let parameters = [("added", added.as_str()), ("depth", steps)];
            address(&format!("/library/objects/{id}"), &parameters)
        };
        Ok(Self {
            script: assets::url("graph.js"),
            title: object.title.clone(),
            kind: objects::type_word(page.text, &object.stix_type),
            drawn: found.edges.len(),
            left: found.more.iter().map(|more| more.count).sum(),
            rows,
            near: to(""),
            far: to("2"),
            is_far: steps > 1,
            cut: found.cut,
            all: list_of(id, &added, None, ""),
            json: format!("/api/v1/objects/{id}/relations?depth={steps}"),
            page: page.clone(),
        })
    }
}

/// Where the relations of one kind are listed.
fn list_of(id: &str, added: &str, kind: Option<&Kind>, nth: &str) -> String {
    let (side, how, stix_type) = match kind {
        Some(kind) => (
            kind.side.as_str(),
            kind.how.as_str(),
            kind.stix_type.as_str(),
        ),
        None => ("", "", ""),
    };
    let parameters = [
        ("added", added),
        ("side", side),
        ("how", how),
        ("type", stix_type),
        ("page", nth),
    ];
    address(&format!("/library/objects/{id}/relations"), &parameters)
}

fn row(page: &Page, claimants: &Claimants, found: &Relations, edge: &Edge) -> Option<Row> {
    let is_out = edge.link.kind.side == Side::Out;
    let (of, at) = match is_out {
        true => (edge.from, edge.to),
        false => (edge.to, edge.from),
    };
    let (near, far) = (found.nodes.get(of)?, found.nodes.get(at)?);
    let object = &far.object;
    // Who relates them says more than who names the other end.
    let from = claimants.of_party(page, edge.link.origin);
    Some(Row {
        at: at.to_string(),
        of,
        is_out,
        how: how_said(page, &edge.link.kind.how),
        stix_type: object.stix_type.clone(),
        kind: objects::type_word(page.text, &object.stix_type),
        title: object.title.clone(),
        href: objects::href(object),
        through: (of > 0).then(|| near.object.title.clone()),
        from: from.or_else(|| claimants.whose(page, object)),
        more: None,
    })
}

fn more_row(
    page: &Page,
    found: &Relations,
    place: usize,
    more: &kaname_world::find::relations::More,
) -> Option<Row> {
    let near = found.nodes.get(more.of)?;
    let count = Count::from(more.count as u64).to_string();
    Some(Row {
        at: format!("more-{place}"),
        of: more.of,
        is_out: more.kind.side == Side::Out,
        how: how_said(page, &more.kind.how),
        stix_type: more.kind.stix_type.clone(),
        kind: objects::type_word(page.text, &more.kind.stix_type),
        title: String::new(),
        href: list_of(&near.object.stix_id, "", Some(&more.kind), ""),
        through: (more.of > 0).then(|| near.object.title.clone()),
        from: None,
        more: Some(page.t1("object-more", "n", count).into_owned()),
    })
}

/// Which relations are listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::room::library) struct Wanted {
    added: Option<i64>,
    side: String,
    how: String,
    r#type: String,
    page: usize,
}

impl Wanted {
    fn takes(&self, kind: &Kind) -> bool {
        let is = |asked: &str, own: &str| asked.is_empty() || asked == own;
        is(&self.side, kind.side.as_str())
            && is(&self.how, &kind.how)
            && is(&self.r#type, &kind.stix_type)
    }
}

#[derive(Template)]
#[template(path = "room/library/relations_list.html")]
struct ListPage {
    page: Page,
    title: String,
    back: String,
    kinds: Vec<KindOf>,
    rows: Vec<Row>,
    pager: Pager,
    cut: bool,
}

/// A kind of relation, how many there are, and where they are listed.
struct KindOf {
    is_out: bool,
    how: String,
    kind: String,
    count: String,
    href: String,
    here: bool,
}

/// Every relation of an object, kind by kind.
pub(in crate::room::library) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let asked = Asked {
        added: wanted.added,
        ..Asked::default()
    };
    let object = standing(&house, &by, &id, &asked).await?.shown;
    let title = frame
        .text()
        .t1("object-relations-of", "title", object.title.as_str());
    let page = frame.page(Section::Library, title);
    let Links { links, cut } = house.world().links(&by, &object).await?;
    let added = wanted.added.map(|us| us.to_string()).unwrap_or_default();
    let kinds = kinds(&page, &links, &wanted, |kind| {
        list_of(&id, &added, Some(kind), "")
    });
    let all: Vec<Link> = links
        .into_iter()
        .filter(|link| wanted.takes(&link.kind))
        .collect();
    let nth = wanted.page.min(all.len() / LISTED);
    let shown: Vec<&Link> = all.iter().skip(nth * LISTED).take(LISTED).collect();
    let to = |nth: usize| {
        let parameters = [
            ("added", added.as_str()),
            ("side", &wanted.side),
            ("how", &wanted.how),
            ("type", &wanted.r#type),
            ("page", &nth.to_string()),
        ];
        address(&format!("/library/objects/{id}/relations"), &parameters)
    };
    let next = (all.len() > (nth + 1) * LISTED).then(|| to(nth + 1));
    let first = (nth > 0).then(|| to(0));
    let total = Count::from(all.len() as u64);
    let rows = rows(&house, &by, &page, &shown).await?;
    show(&ListPage {
        title: object.title.clone(),
        back: match wanted.added {
            Some(_) => objects::placed(&object),
            None => format!("/library/objects/{id}"),
        },
        kinds,
        pager: page.pager(rows.len() as u64, total, first, next),
        rows,
        cut,
        page,
    })
}

fn kinds(
    page: &Page,
    links: &[Link],
    wanted: &Wanted,
    to: impl Fn(&Kind) -> String,
) -> Vec<KindOf> {
    let mut counts: BTreeMap<&Kind, u64> = BTreeMap::new();
    for link in links {
        *counts.entry(&link.kind).or_default() += 1;
    }
    let is_narrowed = !wanted.how.is_empty();
    let all = counts.into_iter().map(|(kind, count)| KindOf {
        is_out: kind.side == Side::Out,
        how: how_said(page, &kind.how),
        kind: objects::type_word(page.text, &kind.stix_type),
        count: Count::from(count).to_string(),
        href: to(kind),
        here: is_narrowed && wanted.takes(kind),
    });
    all.collect()
}

async fn rows(house: &House, by: &By, page: &Page, links: &[&Link]) -> Result<Vec<Row>, Failure> {
    let ids = links.iter().map(|link| link.other.clone()).collect();
    let known = house.world().objects_named(by, ids).await?;
    let ends = known.iter().filter_map(|one| one.origin);
    let between = links.iter().filter_map(|link| link.origin);
    let parties = ends.chain(between).collect();
    let claimants = Claimants::of_parties(house, by, page, parties).await?;
    let row = |link: &&Link| {
        let object = known.iter().find(|one| one.stix_id == link.other)?;
        let from = claimants.of_party(page, link.origin);
        Some(Row {
            at: String::new(),
            of: 0,
            is_out: link.kind.side == Side::Out,
            how: how_said(page, &link.kind.how),
            stix_type: object.stix_type.clone(),
            kind: objects::type_word(page.text, &object.stix_type),
            title: object.title.clone(),
            href: objects::href(object),
            through: None,
            from: from.or_else(|| claimants.whose(page, object)),
            more: None,
        })
    };
    Ok(links.iter().filter_map(row).collect())
}
