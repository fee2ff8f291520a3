//! What witnesses read: the signed checkpoint, tiles of hashes (C2SP tlog-tiles) and consistency
//! proofs. Hashes only; anyone may read them.

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderName, Method, header},
    response::{IntoResponse as _, Response},
    routing,
};
use kaname_world::WorldError;
use serde::{Deserialize, Serialize};

use crate::{
    error::{Failure, Fault},
    house::House,
    route::{Access, Audit, Endpoint},
};

const PUBLIC: Access =
    Access::Public("hashes and signatures, which say nothing of what was written");
const READS: Audit = Audit::None("reads hashes of the ledger");
/// Full tiles never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FOR_NOW: &str = "no-cache";
/// Hashes of a full tile.
const WIDTH: usize = 256;

/// Endpoints for witnesses.
pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::GET,
            "/ledger/checkpoint",
            "ledger.checkpoint",
            PUBLIC,
            READS,
            routing::get(checkpoint),
        ),
        Endpoint::new(
            Method::GET,
            "/ledger/consistency",
            "ledger.consistency",
            PUBLIC,
            READS,
            routing::get(consistency),
        ),
        Endpoint::new(
            Method::GET,
            "/ledger/tile/{row}/{*place}",
            "ledger.tile",
            PUBLIC,
            READS,
            routing::get(tile),
        ),
    ]
}

fn typed(kind: &'static str, keep: &'static str) -> [(HeaderName, &'static str); 2] {
    [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)]
}

async fn checkpoint(State(house): State<House>) -> Result<Response, Failure> {
    let newest = house.world().checkpoint().await?;
    Ok((typed("text/plain; charset=utf-8", FOR_NOW), newest.note).into_response())
}

#[derive(Deserialize)]
struct Between {
    old: u64,
    new: Option<u64>,
}

/// A consistency proof (RFC 6962 §2.1.2).
#[derive(Debug, Serialize)]
struct Consistency {
    old: u64,
    new: u64,
    /// Hexadecimal.
    hashes: Vec<String>,
}

async fn consistency(
    State(house): State<House>,
    between: Result<Query<Between>, QueryRejection>,
) -> Result<Response, Failure> {
    let world = house.world();
    let refused = || Failure::Invalid(vec![Fault::new("old", "ledger-bad-range")]);
    let Ok(Query(between)) = between else {
        return Err(refused());
    };
    let size = world
        .store()
        .ledger_size()
        .await
        .map_err(WorldError::from)?;
    let new = between.new.unwrap_or(size);
    if between.old == 0 || between.old > new || new > size {
        return Err(refused());
    }
    let hashes = world.consistency(between.old, new).await?;
    let proof = Consistency {
        old: between.old,
        new,
        hashes: hashes.iter().map(hex::encode).collect(),
    };
    Ok(([(header::CACHE_CONTROL, FOR_NOW)], Json(proof)).into_response())
}

async fn tile(
    State(house): State<House>,
    Path((row, place)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let number = plain(&row).and_then(|row| u8::try_from(row).ok());
    let row = number.ok_or(Failure::NotFound)?;
    let (index, width) = read(&place).ok_or(Failure::NotFound)?;
    let bytes = house.world().tile(row, index, width).await?;
    let keep = if width == WIDTH { FOR_EVER } else { FOR_NOW };
    Ok((typed("application/octet-stream", keep), bytes).into_response())
}

/// Digits without leading zeros.
fn plain(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = (1..=19).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    (canonical && digits).then(|| text.parse().ok()).flatten()
}

/// Number and width of the tile at a path such as `x001/x234/067` or `x001/x234/067.p/8` (C2SP
/// tlog-tiles, "Merkle Tree"); `None` for what is not written exactly so.
fn read(place: &str) -> Option<(u64, usize)> {
    let (groups, width) = match place.split_once(".p/") {
        None => (place, WIDTH),
        Some((groups, width)) => {
            let width = usize::try_from(plain(width)?).ok()?;
            (
                groups,
                Some(width).filter(|width| (1..WIDTH).contains(width))?,
            )
        }
    };
    let groups: Vec<&str> = groups.split('/').collect();
    let (last, before) = groups.split_last()?;
    if groups.len() > 7 {
        return None;
    }
    let mut index: u64 = 0;
    for group in before
        .iter()
        .map(|group| group.strip_prefix('x'))
        .chain([Some(*last)])
    {
        let group = group?;
        if group.len() != 3 || !group.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        index = index.checked_mul(1_000)?.checked_add(group.parse().ok()?)?;
    }
    // No more groups than the number needs.
    let canonical = before.is_empty() || before.first() != Some(&"x000");
    canonical.then_some((index, width))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn tile_paths_are_read_only_in_their_one_form() {
        assert_eq!(read("000"), Some((0, 256)));
        assert_eq!(read("067.p/8"), Some((67, 8)));
        assert_eq!(read("x001/x234/067"), Some((1_234_067, 256)));
        assert_eq!(read("x001/x234/067.p/255"), Some((1_234_067, 255)));
        for wrong in [
            "",
            "0",
            "67",
            "0067",
            "x067",
            "x000/067",
            "x001/67",
            "001/067",
            "067.p/0",
            "067.p/256",
            "067.p/08",
            "067.p/",
            "067.p/8/",
            "x001/x234/x067",
            "-01",
            "+01",
            "x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
