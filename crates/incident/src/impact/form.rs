//! An impact case in the form that crate `severity` reads (`kaname.severity-case/1`).

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{ImpactCase, Observation};
use crate::routing::Tri;

/// The case file of an impact case: as it is known now, or as it was known at a moment. Equal cases give equal bytes, so
/// that their hash says what was rated.
pub fn case_form(case: &ImpactCase, at: Option<Timestamp>) -> String {
    let mut form = String::from("schema = \"kaname.severity-case/1\"\n\n[[case]]\n");
    let scope = &case.scope;
    pair(&mut form, "id", &quoted(&case.number.to_ascii_lowercase()));
    let (ja, en) = (case.title.ja.as_str(), case.title.en.as_str());
    let title = format!("{{ ja = {}, en = {} }}", quoted(ja), quoted(en));
    pair(&mut form, "title", &title);
    pair(&mut form, "cause", &quoted(&scope.cause));
    pair(&mut form, "sector", &quoted(scope.sector.as_str()));
    pair(&mut form, "scope_on", &scope.on.to_string());
    let zero: Vec<String> = case
        .zero
        .iter()
        .map(|indicator| quoted(indicator))
        .collect();
    pair(&mut form, "zero", &format!("[{}]", zero.join(", ")));
    let known: Vec<&Observation> = match at {
        Some(at) => case.known_at(at).collect(),
        None => case.known().collect(),
    };
    if known.is_empty() {
        pair(&mut form, "observation", "[]");
    }
    for observation in known {
        form.push_str("\n[[case.observation]]\n");
        write(&mut form, observation);
    }
    form
}

fn write(form: &mut String, observation: &Observation) {
    pair(form, "indicator", &quoted(&observation.indicator));
    pair(form, "unit", &quoted(&observation.unit));
    pair(form, "low", &observation.low.to_string());
    if let Some(high) = observation.high {
        pair(form, "high", &high.to_string());
    }
    if let Some(operator) = observation.operator {
        pair(form, "operator", &quoted(&operator.to_string()));
    }
    if let Some(sector) = &observation.sector {
        pair(form, "sector", &quoted(sector.as_str()));
    }
    for (key, text) in [
        ("service", &observation.service),
        ("region", &observation.region),
        ("site", &observation.site),
        ("rationale", &observation.rationale),
    ] {
        if !text.is_empty() {
            pair(form, key, &quoted(text));
        }
    }
    let spell = observation.spell;
    for (key, moment) in [("start", spell.start), ("end", spell.end)] {
        if let Some(moment) = moment {
            pair(form, key, &moment.to_string());
        }
    }
    if let Some((least, most)) = spell.minutes {
        let minutes = format!("{{ low = {least}, high = {most} }}");
        pair(form, "duration_minutes", &minutes);
    }
    if let Some((best, worst)) = observation.substitution {
        let (low, high) = (quoted(best.as_str()), quoted(worst.as_str()));
        pair(
            form,
            "substitution",
            &format!("{{ low = {low}, high = {high} }}"),
        );
    }
    if let Some(breached) = match observation.maintenance_breached {
        Tri::Yes => Some("true"),
        Tri::No => Some("false"),
        Tri::Unknown => None,
    } {
        pair(form, "maintenance_level_breached", breached);
    }
    pair(form, "as_of", &observation.as_of.to_string());
    pair(form, "source", &quoted(&observation.source));
    if let Some(percent) = observation.confidence {
        pair(form, "confidence", &percent.to_string());
    }
}

fn pair(form: &mut String, key: &str, value: &str) {
    // Writing to a text does not fail.
    let _ = writeln!(form, "{key} = {value}");
}

/// A TOML string on one line: what would end or change it is written as its number.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            sign if sign.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(sign));
            }
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}
