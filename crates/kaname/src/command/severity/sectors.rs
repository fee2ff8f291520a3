//! The list of sectors stands once in the program: in the dated data. A policy carries a copy, so that
//! its hash fixes every answer; here the two are compared, day by day.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kaname_directory::Catalogue;
use kaname_severity::Policy;

use crate::fault::{Exit, Fault};

/// The policy lists the same sectors as the dated data, on every day from its first on.
pub(super) fn agree(policy: &Policy) -> Result<(), Fault> {
    let catalogue = Catalogue::builtin()
        .map_err(|error| Fault::failed("the dated data is damaged").because(&error))?;
    let day = |day: kaname_severity::Day| -> Result<Date, Fault> {
        let written = day.to_string();
        let date = written.parse();
        date.map_err(|error: jiff::Error| Fault::usage("no day of the calendar").because(&error))
    };
    let mut spans = Vec::new();
    for sector in policy.sectors.iter().filter(|sector| !sector.extra) {
        let to = sector.listed.to.map(day).transpose()?;
        spans.push((plain(&sector.name.ja), day(sector.listed.from)?, to));
    }
    let Some(first) = spans.iter().map(|(_, from, _)| *from).min() else {
        return Ok(());
    };
    let mut days: BTreeSet<Date> = spans.iter().map(|(_, from, _)| *from).collect();
    days.extend(spans.iter().filter_map(|(_, _, to)| *to));
    let changes = catalogue.changes(first, Date::MAX);
    days.extend(changes.into_iter().map(|change| change.on));
    for day in days {
        let listed = spans
            .iter()
            .filter(|(_, from, to)| *from <= day && to.is_none_or(|to| day < to));
        let ours: BTreeSet<_> = listed.map(|(name, ..)| *name).collect();
        let views = catalogue.sectors_on(day);
        let theirs: BTreeSet<_> = views
            .iter()
            .map(|view| plain(view.name.ja.as_str()))
            .collect();
        if ours != theirs {
            let differ: Vec<_> = ours.symmetric_difference(&theirs).copied().collect();
            let what = format!(
                "the policy's sectors of {day} are not those of the dated data: {}",
                differ.join("、")
            );
            return Err(Fault::new(Exit::Denied, what)
                .hint(format!("`kaname sector list --on {day}` shows them")));
        }
    }
    Ok(())
}

/// A sector's name without what stands in brackets after it.
fn plain(name: &str) -> &str {
    name.split('（').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../../severity/data/jp-ci-severity-2018.toml");

    #[test]
    fn the_shipped_policy_lists_the_sectors_of_the_dated_data() {
        agree(&Policy::builtin().unwrap()).unwrap();
    }

    #[test]
    fn a_sector_more_less_or_on_another_day_is_told() {
        for (from, to) in [
            ("ja = \"港湾\"", "ja = \"宇宙\""),
            ("valid_from = 2024-03-08", "valid_from = 2024-03-09"),
            (
                "valid_from = 2024-03-08",
                "valid_from = 2024-03-08\nvalid_to = 2025-01-01",
            ),
        ] {
            assert!(SHIPPED.contains(from));
            let policy = Policy::read(&SHIPPED.replace(from, to), &[], &[]).unwrap();
            let fault = agree(&policy).unwrap_err();
            assert_eq!(fault.exit, Exit::Denied, "{to}");
            assert!(fault.what.contains("港湾"), "{}", fault.what);
        }
    }
}
