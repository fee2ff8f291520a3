//! One observation of a case file.

use std::collections::HashSet;

use super::facts::{Lasted, ScopeSeen};
use crate::{
    Ends,
    fields::{Fields, LARGEST, Value, as_amount, as_table, as_text},
    flaw::Fault,
    policy::{COUNT_UNIT, COUNTS, Policy, SUBSTITUTES, UNBOUNDED},
    time::MINUTE,
};

/// Longest time an observation may state, in minutes.
const MINUTES: u64 = 100_000_000;

const COMMON: &[&str] = &[
    "indicator",
    "unit",
    "low",
    "high",
    "operator",
    "sector",
    "as_of",
    "source",
    "confidence",
    "note",
];

const OF_SCOPE: &[&str] = &[
    "service",
    "region",
    "start",
    "end",
    "duration_minutes",
    "substitution",
    "maintenance_level_breached",
];

/// An observation that was read.
pub(super) struct Seen<'t> {
    pub(super) indicator: &'t str,
    pub(super) sector: &'t str,
    pub(super) value: Ends<u64>,
    pub(super) kind: Kind<'t>,
    open: bool,
    unstated: Vec<&'static str>,
}

/// What belongs to observations of its kind alone.
pub(super) enum Kind<'t> {
    Scope(ScopeSeen<'t>),
    Safety {
        indicator: usize,
        site: &'t str,
        start: Option<i64>,
    },
    Records {
        indicator: usize,
        service: &'t str,
        region: &'t str,
    },
    Ordinal,
    Count(usize),
}

/// Where the policy has an indicator.
enum Place {
    Scope(usize),
    Safety(usize),
    Records(usize),
    Ordinal,
    Count(usize),
}

impl<'t> Seen<'t> {
    /// Names of what this observation leaves open.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        let open = self.open.then_some(self.indicator);
        let unstated: Vec<&'t str> = self.unstated.clone();
        open.into_iter().chain(unstated)
    }
}

pub(super) fn read<'t>(
    entry: Value<'t, '_>,
    case_sector: &'t str,
    policy: &Policy,
    zero: &HashSet<&str>,
) -> Result<Seen<'t>, Fault> {
    let name = match as_table(entry, "observation")?.get("indicator") {
        Some(value) => as_text(value, "indicator")?,
        None => return Err(Fault::new(&entry.span(), "indicator", "is missing")),
    };
    let Some((place, unit)) = find(policy, name) else {
        let reason = "is no indicator of the policy";
        return Err(Fault::new(&entry.span(), "indicator", reason));
    };
    let own: &[&str] = match place {
        Place::Scope(_) => OF_SCOPE,
        Place::Safety(_) => &["site", "start"],
        Place::Records(_) => &["service", "region"],
        Place::Ordinal => &["rationale"],
        Place::Count(_) => &[],
    };
    let fields = Fields::of(entry, "observation", &[COMMON, own].concat())?;
    if fields.text("unit")? != unit {
        return Err(fields.fault("unit", format!("must be `{unit}` for `{name}`")));
    }
    let in_zero = zero.contains(name) || matches!(place, Place::Scope(_)) && zero.contains("scope");
    if in_zero {
        let reason = format!("`{name}` is both observed and named in `zero`");
        return Err(fields.fault("indicator", reason));
    }
    let (value, open) = value(&fields, &place, policy)?;
    let sector = match fields.get("sector") {
        Some(_) => fields.code("sector", "-", 40)?,
        None => case_sector,
    };
    for text in ["operator", "source", "note"] {
        fields.text_if_there(text)?;
    }
    confidence(&fields)?;
    let as_of = fields.instant_if_there("as_of")?;
    let region = fields.text_if_there("region")?.unwrap_or_default();
    let mut unstated = Vec::new();
    let kind = match place {
        Place::Scope(indicator) => {
            let allowed = &policy.sustainability.bands[indicator].sectors;
            if !allowed.is_empty() && !allowed.iter().any(|allowed| allowed == sector) {
                let reason = format!("`{name}` does not belong to the sector `{sector}`");
                return Err(fields.fault("indicator", reason));
            }
            let start = fields.instant_if_there("start")?.map(|start| start.0);
            let lasted = lasted(&fields, start, as_of.map(|as_of| as_of.0))?;
            let substitute = substitute(&fields)?;
            let breached = fields.flag_if_there("maintenance_level_breached")?;
            if value.high > 0 {
                if lasted.is_unbounded() {
                    unstated.push("duration");
                }
                if substitute.is_none() {
                    unstated.push("substitution");
                }
                if breached.is_none() {
                    unstated.push("maintenance_level_breached");
                }
            }
            Kind::Scope(ScopeSeen {
                indicator,
                value,
                service: fields.text("service")?,
                region,
                operator: fields.text("operator")?,
                sector,
                start,
                lasted,
                substitute: substitute.unwrap_or(Ends { low: 0, high: 2 }),
                breached: Ends {
                    low: breached.unwrap_or(false),
                    high: breached.unwrap_or(value.high > 0),
                },
            })
        }
        Place::Safety(indicator) => Kind::Safety {
            indicator,
            site: fields.text_if_there("site")?.unwrap_or_default(),
            start: fields.instant_if_there("start")?.map(|start| start.0),
        },
        Place::Records(indicator) => Kind::Records {
            indicator,
            service: fields.text_if_there("service")?.unwrap_or_default(),
            region,
        },
        Place::Ordinal => {
            if policy.trust.needs_rationale {
                fields.text("rationale")?;
            } else {
                fields.text_if_there("rationale")?;
            }
            Kind::Ordinal
        }
        Place::Count(which) => Kind::Count(which),
    };
    Ok(Seen {
        indicator: name,
        sector,
        value,
        kind,
        open,
        unstated,
    })
}

fn find<'p>(policy: &'p Policy, name: &str) -> Option<(Place, &'p str)> {
    let scope = &policy.sustainability.bands;
    if let Some(at) = scope.iter().position(|scope| scope.indicator.name == name) {
        return Some((Place::Scope(at), &scope[at].indicator.unit));
    }
    let safety = &policy.safety.bands;
    if let Some(at) = safety.iter().position(|known| known.name == name) {
        return Some((Place::Safety(at), &safety[at].unit));
    }
    let records = &policy.trust.bands;
    if let Some(at) = records.iter().position(|known| known.name == name) {
        return Some((Place::Records(at), &records[at].unit));
    }
    if policy.trust.ordinal.name == name {
        return Some((Place::Ordinal, &policy.trust.ordinal.unit));
    }
    let at = COUNTS.iter().position(|count| *count == name)?;
    Some((Place::Count(at), COUNT_UNIT))
}

/// The value at both ends, and whether it is open above.
fn value(
    fields: &Fields<'_, '_>,
    place: &Place,
    policy: &Policy,
) -> Result<(Ends<u64>, bool), Fault> {
    let (most, open_high) = match place {
        Place::Ordinal => (4, 4),
        Place::Scope(at) => {
            let maximum = policy.sustainability.bands[*at].maximum;
            (maximum.min(LARGEST), UNBOUNDED)
        }
        _ => (LARGEST, UNBOUNDED),
    };
    let low = fields.amount("low", most)?.unwrap_or(0);
    let high = fields.amount("high", most)?;
    if high.is_some_and(|high| low > high) {
        return Err(fields.fault("low", "is above `high`"));
    }
    let ends = Ends {
        low,
        high: high.unwrap_or(open_high),
    };
    Ok((ends, high.is_none()))
}

/// In words, or in percent.
fn confidence(fields: &Fields<'_, '_>) -> Result<(), Fault> {
    match fields.get("confidence") {
        Some(value) if value.get_ref().is_integer() => {
            as_amount(value, "confidence", 100).map(drop)
        }
        Some(value) => as_text(value, "confidence").map(drop),
        None => Ok(()),
    }
}

fn substitute(fields: &Fields<'_, '_>) -> Result<Option<Ends<u8>>, Fault> {
    let Some(value) = fields.get("substitution") else {
        return Ok(None);
    };
    let class = |value: Value<'_, '_>| {
        let word = as_text(value, "substitution")?;
        let class = (0..).zip(SUBSTITUTES).find(|(_, name)| *name == word);
        class.map(|(class, _)| class).ok_or_else(|| {
            let reason = "must be `full`, `partial` or `none`";
            Fault::new(&value.span(), "substitution", reason)
        })
    };
    if !value.get_ref().is_table() {
        let class = class(value)?;
        return Ok(Some(Ends {
            low: class,
            high: class,
        }));
    }
    let both = Fields::of(value, "substitution", &["low", "high"])?;
    let ends = Ends {
        low: class(both.need("low")?)?,
        high: class(both.need("high")?)?,
    };
    if ends.low > ends.high {
        return Err(both.fault("low", "is a worse substitute than `high`"));
    }
    Ok(Some(ends))
}

/// Minutes at both ends as `duration_minutes` states them.
fn minutes(fields: &Fields<'_, '_>) -> Result<Option<Ends<u64>>, Fault> {
    let Some(value) = fields.get("duration_minutes") else {
        return Ok(None);
    };
    if !value.get_ref().is_table() {
        let minutes = as_amount(value, "duration_minutes", MINUTES)?;
        return Ok(Some(Ends {
            low: minutes,
            high: minutes,
        }));
    }
    let both = Fields::of(value, "duration_minutes", &["low", "high"])?;
    let ends = Ends {
        low: both.amount("low", MINUTES)?.unwrap_or(0),
        high: both.amount("high", MINUTES)?.unwrap_or(UNBOUNDED),
    };
    if ends.low > ends.high {
        return Err(both.fault("low", "is above `high`"));
    }
    Ok(Some(ends))
}

fn lasted(
    fields: &Fields<'_, '_>,
    start: Option<i64>,
    as_of: Option<i64>,
) -> Result<Lasted, Fault> {
    let end = fields.instant_if_there("end")?.map(|end| end.0);
    let minutes = minutes(fields)?;
    if end.is_some() && minutes.is_some() {
        return Err(fields.fault("end", "stands together with `duration_minutes`"));
    }
    let Some(start) = start else {
        if end.is_some() {
            return Err(fields.fault("end", "stands without `start`"));
        }
        return Ok(Lasted::Total(minutes.unwrap_or(Ends {
            low: 0,
            high: UNBOUNDED,
        })));
    };
    if end.is_some_and(|end| end < start) {
        return Err(fields.fault("end", "lies before `start`"));
    }
    let (low_end, high_end) = match (end, minutes, as_of) {
        (Some(end), ..) => (i128::from(end), Some(i128::from(end))),
        (None, Some(minutes), _) => {
            let after = |minutes: u64| i128::from(start) + i128::from(minutes) * i128::from(MINUTE);
            let high = (minutes.high != UNBOUNDED).then(|| after(minutes.high));
            (after(minutes.low), high)
        }
        (None, None, Some(as_of)) => {
            if as_of < start {
                return Err(fields.fault("as_of", "lies before `start`"));
            }
            (i128::from(as_of), None)
        }
        (None, None, None) => (i128::from(start), None),
    };
    Ok(Lasted::Spell {
        start,
        low_end,
        high_end,
    })
}

impl Lasted {
    fn is_unbounded(&self) -> bool {
        match self {
            Self::Spell { high_end, .. } => high_end.is_none(),
            Self::Total(minutes) => minutes.high == UNBOUNDED,
        }
    }
}
