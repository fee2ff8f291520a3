//! TAXII timestamps: UTC, RFC 3339, six digits of a second (TAXII 2.1 §2).

use jiff::Timestamp;

/// Microseconds since 1970 as TAXII writes them.
pub(super) use kaname_world::taxii::stamp as write;

/// Microseconds since 1970; what is finer is cut off, which changes no strict comparison with moments
/// that are whole microseconds. `None` for anything but RFC 3339 in UTC.
pub(super) fn read(text: &str) -> Option<i64> {
    let plain = text.is_ascii() && text.len() <= 40 && text.ends_with('Z');
    let at = plain.then(|| text.parse::<Timestamp>().ok()).flatten()?;
    Some(at.as_nanosecond().div_euclid(1_000)).and_then(|us| i64::try_from(us).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_both_ways() {
        let us = read("2026-11-24T21:00:00.000001Z");
        assert_eq!(
            us.map(write).as_deref(),
            Some("2026-11-24T21:00:00.000001Z")
        );
        assert_eq!(
            read("2026-11-24T21:00:00Z").map(write).as_deref(),
            Some("2026-11-24T21:00:00.000000Z")
        );
        // Equal versions in 3 and 6 digits.
        assert_eq!(
            read("2026-11-24T21:00:00.120Z"),
            read("2026-11-24T21:00:00.120000Z")
        );
        // Finer than a microsecond: never beyond the whole microsecond before it.
        assert_eq!(
            read("2026-11-24T21:00:00.1200009Z"),
            read("2026-11-24T21:00:00.120000Z")
        );
    }

    #[test]
    fn nothing_but_utc_is_read() {
        for bad in [
            "2026-11-24",
            "2026-11-24T21:00:00+09:00",
            "2026-11-24T21:00:00",
            "yesterdayZ",
            "Z",
            "",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
