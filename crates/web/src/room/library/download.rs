//! An item as a file: values as CSV, JSON Lines or plain lines, and its objects as a STIX bundle. Each
//! is what was consented to, or less; what the markings do not permit is not found.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use kaname_kernel::{Id, MatterId};
use kaname_sharing::{
    Item, Outlet,
    rendition::{
        ValueLine, csv_header, csv_line, is_current, json_line, plain_lines, stix_bundle,
        value_lines,
    },
};
use kaname_world::World;

use super::show::found;
use crate::{
    error::Failure,
    feed,
    house::{By, House},
};

pub(super) async fn download(
    State(house): State<House>,
    by: By,
    Path((typed, file)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let world = house.world();
    let item = found(&house, &by, &typed).await?;
    let now = world.now();
    let fresh = world.freshness(&by, &item).await?;
    let seen_at = fresh.map_or(now, |fresh| fresh.seen.at);
    let mut lines = value_lines(&item.state, seen_at, now);
    let warnings = world.warnings(&by).await?;
    for line in &mut lines {
        feed::warn(&warnings, line);
    }
    let (body, kind) = rendered(world, &item.state, (&file, &lines), now).await?;
    world.note_read(&by, &item);
    attachment(&format!("{}-{file}", item.state.number), kind, body)
}

/// Body and media type; not found when it may not be had so.
async fn rendered(
    world: &World,
    item: &Item,
    (file, lines): (&str, &[ValueLine]),
    now: Timestamp,
) -> Result<(String, &'static str), Failure> {
    let outlet = match file {
        "bundle.json" => Outlet::Taxii,
        _ => Outlet::Feed,
    };
    // A page gives nothing out that consent let out to machines alone.
    let content = &item.content;
    if !content.is_on_the_web() || !content.leaves_by(outlet) || !is_current(item, now) {
        return Err(Failure::NotFound);
    }
    Ok(match file {
        "values.csv" => {
            // Spreadsheets read UTF-8 only when it says so.
            let lines: String = lines.iter().map(csv_line).collect();
            let body = format!("\u{feff}{}{lines}", csv_header());
            (body, "text/csv; charset=utf-8")
        }
        "values.jsonl" => {
            let body = lines.iter().map(json_line).collect();
            (body, "application/jsonl; charset=utf-8")
        }
        "values.txt" if item.may_block(now) => {
            (plain_lines(item, None, now), "text/plain; charset=utf-8")
        }
        "bundle.json" => (bundle_of(world, item).await?, STIX),
        _ => return Err(Failure::NotFound),
    })
}

/// Media type of a bundle.
pub(in crate::room) const STIX: &str = "application/stix+json;version=2.1";

/// An item's objects with the hub's identity and the markings they refer to.
pub(in crate::room) async fn bundle_of(world: &World, item: &Item) -> Result<String, Failure> {
    let id: MatterId = Id::random(world.rng());
    let identity = world.hub_identity().await?;
    stix_bundle(id.uuid(), &identity, [item]).map_err(Failure::internal)
}

/// A file to be kept, not shown: nothing of it runs in the page's origin.
pub(in crate::room) fn attachment(
    name: &str,
    kind: &'static str,
    body: String,
) -> Result<Response, Failure> {
    let name = format!("attachment; filename=\"{name}\"");
    let name = HeaderValue::from_str(&name).map_err(Failure::internal)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, body).into_response())
}
