//! The three viewpoints of a policy file.

use std::collections::HashSet;

use super::{Indicator, Ordinal, Safety, Scope, Sustainability, Trust, UNBOUNDED, read};
use crate::{
    Level,
    fields::{Fields, LARGEST, Value, as_code, as_text},
    flaw::Fault,
    words::Words,
};

/// Most indicators of one viewpoint.
const INDICATORS: usize = 32;

/// The three answers to how far users could get the service another way, the best first.
pub(crate) const SUBSTITUTES: [&str; 3] = ["full", "partial", "none"];

pub(super) fn sustainability(
    file: &Fields<'_, '_>,
    names: &mut HashSet<String>,
) -> Result<Sustainability, Fault> {
    let here = file.table(
        "sustainability",
        &[
            "ja",
            "en",
            "duration_minutes",
            "duration_labels",
            "scope_labels",
            "matrix",
            "service_maintenance_breach_floor",
            "substitution",
            "substitution_labels",
            "bands",
        ],
    )?;
    let durations = read::four(&here, "duration_minutes", 1, 100_000_000)?;
    if !durations.windows(2).all(|pair| pair[0] < pair[1]) {
        return Err(here.fault("duration_minutes", "must rise strictly"));
    }
    let labels = here.table("substitution_labels", &SUBSTITUTES)?;
    let mut bands = Vec::new();
    for (name, value) in indicators(&here, names)? {
        bands.push(scope(name, value)?);
    }
    Ok(Sustainability {
        name: here.words()?,
        duration_minutes: durations.map(i64::unsigned_abs),
        duration_labels: four_words(&here, "duration_labels")?,
        scope_labels: four_words(&here, "scope_labels")?,
        matrix: matrix(&here)?,
        breach_floor: here.level("service_maintenance_breach_floor")?,
        substitution: substitution(&here)?,
        substitution_labels: [
            labels.words_at("full")?,
            labels.words_at("partial")?,
            labels.words_at("none")?,
        ],
        bands,
    })
}

pub(super) fn safety(file: &Fields<'_, '_>, names: &mut HashSet<String>) -> Result<Safety, Fault> {
    let here = file.table("safety", &["ja", "en", "bands"])?;
    Ok(Safety {
        name: here.words()?,
        bands: plain(&here, names)?,
    })
}

pub(super) fn trust(file: &Fields<'_, '_>, names: &mut HashSet<String>) -> Result<Trust, Fault> {
    let keys = [
        "ja",
        "en",
        "mode",
        "cap",
        "ordinal_needs_rationale",
        "bands",
        "ordinal",
    ];
    let here = file.table("trust", &keys)?;
    let cap = here.level("cap")?;
    let cap = match here.text("mode")? {
        "cap" => cap,
        "uncapped" => 4,
        _ => return Err(here.fault("mode", "must be `cap` or `uncapped`")),
    };
    let bands = plain(&here, names)?;
    let ordinal = here.table("ordinal", &["ja", "en", "indicator", "unit"])?;
    let name = ordinal.code("indicator", "_", 40)?;
    if !names.insert(name.to_owned()) {
        return Err(ordinal.fault("indicator", format!("`{name}` occurs twice")));
    }
    Ok(Trust {
        name: here.words()?,
        cap,
        needs_rationale: here.flag("ordinal_needs_rationale")?,
        bands,
        ordinal: Ordinal {
            name: name.to_owned(),
            label: ordinal.words()?,
            unit: ordinal.text("unit")?.to_owned(),
        },
    })
}

/// The indicators of a viewpoint, their names new among all of the policy.
fn indicators<'t, 'i>(
    viewpoint: &Fields<'t, 'i>,
    names: &mut HashSet<String>,
) -> Result<Vec<(&'t str, Value<'t, 'i>)>, Fault> {
    let entries = viewpoint.named("bands")?;
    if entries.is_empty() || entries.len() > INDICATORS {
        let reason = format!("must hold 1 to {INDICATORS} indicators");
        return Err(viewpoint.fault("bands", reason));
    }
    for (name, value) in &entries {
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || name.len() > 40 || !name.chars().all(letters) {
            let reason = "an indicator's name must be 1 to 40 characters of a-z 0-9 _";
            return Err(Fault::new(&value.span(), "bands", reason));
        }
        if !names.insert((*name).to_owned()) {
            return Err(Fault::new(
                &value.span(),
                name,
                "is the name of two indicators, or kept for another use",
            ));
        }
    }
    Ok(entries)
}

fn plain(viewpoint: &Fields<'_, '_>, names: &mut HashSet<String>) -> Result<Vec<Indicator>, Fault> {
    let mut plain = Vec::new();
    for (name, value) in indicators(viewpoint, names)? {
        let fields = Fields::of(value, name, &["ja", "en", "unit", "bands"])?;
        plain.push(indicator(name, &fields)?);
    }
    Ok(plain)
}

fn indicator(name: &str, fields: &Fields<'_, '_>) -> Result<Indicator, Fault> {
    let most = i64::try_from(LARGEST).unwrap_or(i64::MAX);
    let bands = read::four(fields, "bands", 0, most)?;
    let reachable: Vec<_> = bands.iter().filter(|bound| **bound > 0).collect();
    if !reachable.windows(2).all(|pair| pair[0] < pair[1]) {
        let reason = format!("of `{name}` must rise strictly where they are not 0");
        return Err(fields.fault("bands", reason));
    }
    Ok(Indicator {
        name: name.to_owned(),
        label: fields.words()?,
        unit: fields.text("unit")?.to_owned(),
        bands: bands.map(i64::unsigned_abs),
    })
}

fn scope(name: &str, value: Value<'_, '_>) -> Result<Scope, Fault> {
    let keys = [
        "ja",
        "en",
        "unit",
        "bands",
        "over_services",
        "sectors",
        "maximum",
    ];
    let fields = Fields::of(value, name, &keys)?;
    let sums = match fields.text("over_services")? {
        "sum" => true,
        "max" => false,
        _ => return Err(fields.fault("over_services", "must be `sum` or `max`")),
    };
    let sectors: Result<Vec<_>, _> = fields
        .list("sectors")?
        .iter()
        .map(|entry| as_code(entry, "sectors", "-", 40).map(str::to_owned))
        .collect();
    Ok(Scope {
        indicator: indicator(name, &fields)?,
        sums,
        sectors: sectors?,
        maximum: fields.amount("maximum", LARGEST)?.unwrap_or(UNBOUNDED),
    })
}

fn four_words(fields: &Fields<'_, '_>, key: &str) -> Result<[Words; 4], Fault> {
    let both = fields.table(key, &["ja", "en"])?;
    let mut words: [Words; 4] = Default::default();
    for lang in ["ja", "en"] {
        let list = both.list(lang)?;
        if list.len() != 4 {
            return Err(both.fault(lang, "must be a list of four texts"));
        }
        for (words, entry) in words.iter_mut().zip(list) {
            let text = as_text(entry, lang)?;
            if text.trim().is_empty() {
                return Err(Fault::new(&entry.span(), key, "is blank"));
            }
            let slot = if lang == "ja" {
                &mut words.ja
            } else {
                &mut words.en
            };
            text.clone_into(slot);
        }
    }
    Ok(words)
}

fn matrix(here: &Fields<'_, '_>) -> Result<[[Level; 4]; 4], Fault> {
    let rows = here.list("matrix")?;
    if rows.len() != 4 {
        return Err(here.fault("matrix", "must have four rows"));
    }
    let mut matrix = [[0; 4]; 4];
    for (row, entry) in rows.iter().enumerate() {
        let cells = read::four_of(entry, "matrix", 0, 4)?;
        matrix[row] = cells.map(|cell| u8::try_from(cell).unwrap_or(4));
        if !matrix[row].is_sorted() {
            let reason = format!("falls along row S{}", row + 1);
            return Err(Fault::new(&entry.span(), "matrix", reason));
        }
        let column =
            (0..4).find(|column| row > 0 && matrix[row][*column] < matrix[row - 1][*column]);
        if let Some(column) = column {
            let reason = format!("falls along column D{} at row S{}", column + 1, row + 1);
            return Err(Fault::new(&entry.span(), "matrix", reason));
        }
    }
    Ok(matrix)
}

fn substitution(here: &Fields<'_, '_>) -> Result<[i8; 3], Fault> {
    let table = here.table("substitution", &SUBSTITUTES)?;
    let mut steps = [0; 3];
    for (step, name) in steps.iter_mut().zip(SUBSTITUTES) {
        *step = i8::try_from(table.number(name, -4, 4)?).unwrap_or(0);
    }
    if !steps.is_sorted() {
        return Err(here.fault("substitution", "must satisfy full <= partial <= none"));
    }
    Ok(steps)
}
