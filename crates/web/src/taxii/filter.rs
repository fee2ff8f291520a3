//! URL parameters of the objects endpoints (TAXII 2.1 §3.4, §3.5).

use kaname_store::Versions;
use kaname_world::outlet::Range;
use url::form_urlencoded;

use super::{error::TaxiiError, stamp};

/// Most values in one `match[…]`.
const MAX_VALUES: usize = 1_000;
/// Longest value, in bytes.
const MAX_VALUE_BYTES: usize = 250;

/// Which parameters an endpoint takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// All: objects and manifest.
    Everything,
    /// No `match[id]` and `match[type]`: one object.
    OneObject,
    /// Nor `match[version]`: the versions of one object.
    VersionsOnly,
    /// `match[version]` and `match[spec_version]` alone: what is deleted. Without one it is every version.
    Removal,
}

/// What the URL asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// The range, its `limit` as asked and not yet bounded by the server.
    pub(super) range: Range,
    /// Where an earlier page ended.
    pub(super) next: Option<String>,
}

/// Reads a query string.
pub(super) fn read(query: &str, takes: Takes) -> Result<Asked, TaxiiError> {
    let mut asked = Asked {
        range: Range {
            limit: u32::MAX,
            versions: match takes {
                Takes::Removal | Takes::VersionsOnly => Versions::All,
                Takes::Everything | Takes::OneObject => Versions::Last,
            },
            ..Range::default()
        },
        next: None,
    };
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let known = take(&mut asked, &name, &value, takes)?;
        if known && seen.iter().any(|one| one == name.as_ref()) {
            return Err(bad(&name, "is given twice"));
        }
        if known {
            seen.push(name.into_owned());
        }
    }
    Ok(asked)
}

/// Takes one parameter; parameters that TAXII does not name are left alone.
fn take(asked: &mut Asked, name: &str, value: &str, takes: Takes) -> Result<bool, TaxiiError> {
    let range = &mut asked.range;
    if takes == Takes::Removal && matches!(name, "added_after" | "limit" | "next") {
        return Err(bad(name, "is no parameter of a deletion"));
    }
    match name {
        "added_after" => {
            let at = stamp::read(value).ok_or_else(|| {
                bad(
                    name,
                    "is not an RFC 3339 timestamp in UTC (2026-01-02T03:04:05.000006Z)",
                )
            })?;
            range.added_after_us = Some(at);
        }
        "limit" => {
            range.limit = limit(value).ok_or_else(|| bad(name, "is not a positive integer"))?
        }
        "next" => asked.next = Some(value.to_owned()),
        "match[id]" if takes == Takes::Everything => range.ids = list(name, value)?,
        "match[type]" if takes == Takes::Everything => range.types = list(name, value)?,
        "match[spec_version]" => range.specs = list(name, value)?,
        "match[version]" if takes != Takes::VersionsOnly => {
            range.versions = versions(&list(name, value)?)?;
        }
        other if other.starts_with("match[") => {
            return Err(bad(other, "is no filter of this endpoint"));
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// A positive integer of any length; more than anyone serves is the same as that much.
fn limit(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let zero = text.bytes().all(|byte| byte == b'0');
    (digits && !zero).then(|| text.parse().unwrap_or(u32::MAX))
}

fn list(name: &str, value: &str) -> Result<Vec<String>, TaxiiError> {
    let mut all: Vec<String> = Vec::new();
    for one in value.split(',').map(str::trim) {
        if one.is_empty() || one.len() > MAX_VALUE_BYTES {
            return Err(bad(name, "has an empty or overlong value"));
        }
        if all.len() >= MAX_VALUES {
            return Err(bad(name, "has too many values"));
        }
        all.push(one.to_owned());
    }
    all.sort();
    all.dedup();
    Ok(all)
}

fn versions(words: &[String]) -> Result<Versions, TaxiiError> {
    let mut several = Vec::new();
    let mut exact = Vec::new();
    for word in words {
        match word.as_str() {
            "all" => return Ok(Versions::All),
            "first" => several.push(Versions::First),
            "last" => several.push(Versions::Last),
            other => exact.push(stamp::read(other).ok_or_else(|| {
                bad(
                    "match[version]",
                    "is neither `first`, `last`, `all` nor a timestamp",
                )
            })?),
        }
    }
    if !exact.is_empty() {
        several.push(Versions::At(exact));
    }
    Ok(match several.len() {
        1 => several.remove(0),
        _ => Versions::AnyOf(several),
    })
}

fn bad(name: &str, why: &str) -> TaxiiError {
    TaxiiError::bad_request(format!("{name} {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(query: &str) -> Result<Asked, TaxiiError> {
        read(query, Takes::Everything)
    }

    #[test]
    fn filters_are_read() -> Result<(), TaxiiError> {
        let asked = all(
            "match[type]=malware,indicator&match%5Bid%5D=indicator--1&limit=50\
             &added_after=2026-01-02T03:04:05.000006Z&next=abc&other=1",
        )?;
        assert_eq!(asked.range.types, ["indicator", "malware"]);
        assert_eq!(asked.range.ids, ["indicator--1"]);
        assert_eq!(asked.range.limit, 50);
        assert_eq!(
            asked.range.added_after_us,
            stamp::read("2026-01-02T03:04:05.000006Z")
        );
        assert_eq!(asked.next.as_deref(), Some("abc"));
        assert_eq!(asked.range.versions, Versions::Last);
        Ok(())
    }

    #[test]
    fn versions_combine() -> Result<(), TaxiiError> {
        let of = |text: &str| all(&format!("match[version]={text}")).map(|a| a.range.versions);
        assert_eq!(of("first")?, Versions::First);
        assert_eq!(of("last,all")?, Versions::All);
        assert_eq!(
            of("first,last")?,
            Versions::AnyOf(vec![Versions::First, Versions::Last])
        );
        let at = stamp::read("2026-01-02T03:04:05Z").unwrap_or_default();
        assert_eq!(of("2026-01-02T03:04:05.000Z")?, Versions::At(vec![at]));
        assert_eq!(
            of("last,2026-01-02T03:04:05Z")?,
            Versions::AnyOf(vec![Versions::Last, Versions::At(vec![at])])
        );
        Ok(())
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in [
            "limit=0",
            "limit=-1",
            "limit=1.5",
            "limit=",
            "limit=ten",
            "added_after=yesterday",
            "match[version]=newest",
            "match[id]=",
            "match[id]=a,,b",
            "match[confidence]=80",
            "limit=1&limit=2",
        ] {
            assert!(all(bad).is_err(), "{bad}");
        }
        assert!(all("limit=99999999999999999999999").is_ok());
        assert!(read("match[id]=a", Takes::OneObject).is_err());
        assert!(read("match[version]=all", Takes::OneObject).is_ok());
        assert!(read("match[version]=all", Takes::VersionsOnly).is_err());
        assert!(read("match[version]=first", Takes::Removal).is_ok());
        for bad in [
            "limit=1",
            "next=a",
            "added_after=2026-01-02T03:04:05Z",
            "match[id]=a",
        ] {
            assert!(read(bad, Takes::Removal).is_err(), "{bad}");
        }
        let many = vec!["a"; 2_000].join(",");
        assert!(all(&format!("match[type]={many}")).is_err());
    }
}
