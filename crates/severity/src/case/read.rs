//! From the text of a case file to cases.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use super::{
    Case, Expected,
    facts::Gathering,
    observation::{self, Kind, Seen},
};
use crate::{
    Ends, Level,
    fields::{Fields, Value, as_table, as_text},
    flaw::{Fault, Flaw},
    policy::{Policy, document, schema},
};

const SCHEMA: &str = "kaname.severity-case/1";

/// Longest case file, in bytes (16 MiB).
const LONGEST: usize = 16 << 20;

/// Most cases of a file.
const CASES: usize = 10_000;

/// Most observations of a case.
const OBSERVATIONS: usize = 1_000;

const KEYS: &[&str] = &[
    "id",
    "title",
    "note",
    "cause",
    "sector",
    "scope_on",
    "zero",
    "observation",
    "expect",
];

/// Reads a case file under a policy. The form is specified at the top of the golden cases.
///
/// # Errors
/// The first fault, with line, case, observation, field and reason; then no case of the file counts.
pub fn cases(text: &str, policy: &Arc<Policy>) -> Result<Vec<Case>, Flaw> {
    read(text, policy).map_err(|fault| fault.in_text(text))
}

fn read(text: &str, policy: &Arc<Policy>) -> Result<Vec<Case>, Fault> {
    let whole = document(text, LONGEST)?;
    let file = Fields::new(whole.get_ref(), whole.span(), &["schema", "case"])?;
    schema(&file, SCHEMA)?;
    let entries = file.list("case")?;
    if entries.is_empty() || entries.len() > CASES {
        return Err(file.fault("case", format!("must be 1 to {CASES} cases")));
    }
    let mut cases = Vec::with_capacity(entries.len());
    let mut ids = HashSet::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let numbered = |fault: Fault| fault.within(&format!("case {}", index + 1));
        let fields = Fields::of(entry, "case", KEYS).map_err(numbered)?;
        let id = fields.code("id", "._-", 100).map_err(numbered)?;
        let named = |fault: Fault| fault.within(&format!("case `{id}`"));
        if !ids.insert(id) {
            return Err(named(
                fields.fault("id", "is the id of an earlier case of this file"),
            ));
        }
        cases.push(case(id, &fields, policy).map_err(named)?);
    }
    Ok(cases)
}

fn case(id: &str, fields: &Fields<'_, '_>, policy: &Arc<Policy>) -> Result<Case, Fault> {
    let cause = fields.text("cause")?;
    let place = policy.causes.iter().position(|known| known.code == cause);
    let place = place.ok_or_else(|| fields.fault("cause", "is no cause of the policy"))?;
    let sector = fields.code("sector", "-", 40)?;
    let scope_on = fields.day("scope_on")?;
    let zero = zero(fields, policy)?;
    let entries = fields.list("observation")?;
    if entries.len() > OBSERVATIONS {
        let reason = format!("must be at most {OBSERVATIONS} observations");
        return Err(fields.fault("observation", reason));
    }
    let mut gathering = Gathering::default();
    let mut unknown = BTreeSet::new();
    let mut observed = HashSet::new();
    let mut sectors = BTreeSet::from([sector]);
    for (index, entry) in entries.iter().enumerate() {
        let seen = observation::read(entry, sector, policy, &zero)
            .map_err(|fault| fault.within(&format!("observation {}", index + 1)))?;
        observed.insert(seen.indicator);
        if matches!(seen.kind, Kind::Scope(_)) {
            observed.insert("scope");
        }
        sectors.insert(seen.sector);
        unknown.extend(seen.unknown());
        gather(&mut gathering, seen);
    }
    let scope_zero = |name: &str| {
        let scope = &policy.sustainability.bands;
        name == "scope"
            && scope
                .iter()
                .any(|scope| zero.contains(scope.indicator.name.as_str()))
    };
    for name in &policy.expected {
        let scope_named = zero.contains("scope")
            && policy
                .sustainability
                .bands
                .iter()
                .any(|scope| scope.indicator.name == *name);
        let looked_at = observed.contains(name.as_str())
            || zero.contains(name.as_str())
            || scope_zero(name)
            || scope_named;
        if !looked_at {
            unknown.insert(name.as_str());
        }
    }
    if cause == "unknown" {
        unknown.insert("cause");
    }
    let listed = policy
        .sectors
        .iter()
        .any(|listed| listed.listed.on(scope_on) && sectors.contains(listed.code.as_str()));
    Ok(Case {
        policy: Arc::clone(policy),
        id: id.to_owned(),
        title: fields.words_at("title")?,
        note: fields.text_if_there("note")?.unwrap_or_default().to_owned(),
        cause: place,
        sector: sector.to_owned(),
        scope_on,
        rated: policy.causes[place].opens && listed,
        unknown: unknown.into_iter().map(str::to_owned).collect(),
        expected: fields.get("expect").map(expected).transpose()?,
        facts: gathering.facts(),
    })
}

fn gather<'t>(gathering: &mut Gathering<'t>, seen: Seen<'t>) {
    match seen.kind {
        Kind::Scope(scope) => gathering.scope(scope),
        Kind::Safety {
            indicator,
            site,
            start,
        } => gathering.safety(indicator, seen.value, site, start),
        Kind::Records {
            indicator,
            service,
            region,
        } => gathering.records(indicator, seen.value, service, region),
        Kind::Ordinal => gathering.ordinal(Ends {
            low: u8::try_from(seen.value.low).unwrap_or(4),
            high: u8::try_from(seen.value.high).unwrap_or(4),
        }),
        Kind::Count(which) => gathering.count(which, seen.value),
    }
}

fn zero<'t>(fields: &Fields<'t, '_>, policy: &Policy) -> Result<HashSet<&'t str>, Fault> {
    let mut zero = HashSet::new();
    for entry in fields.list_if_there("zero")? {
        let name = as_text(entry, "zero")?;
        if name != "scope" && !policy.indicator_names().any(|known| known == name) {
            let named: String = name.chars().take(60).collect();
            let reason = format!("`{named}` is no indicator of the policy");
            return Err(Fault::new(&entry.span(), "zero", reason));
        }
        zero.insert(name);
    }
    Ok(zero)
}

/// What a test expects; whatever else stands there is nobody's business.
fn expected(value: Value<'_, '_>) -> Result<Expected, Fault> {
    let table = as_table(value, "expect")?;
    let number = |value: Value<'_, '_>| -> Option<Level> {
        value.get_ref().as_integer()?.as_str().parse().ok()
    };
    let ends = |key: &str| -> Option<Ends<Level>> {
        let value = table.get(key)?;
        match value.get_ref().as_array() {
            Some(both) => Some(Ends {
                low: number(both.first()?)?,
                high: number(both.get(1)?)?,
            }),
            None => number(value).map(|level| Ends {
                low: level,
                high: level,
            }),
        }
    };
    Ok(Expected {
        viewpoints: [ends("sustainability"), ends("safety"), ends("trust")],
        level: ends("level"),
        rated: table
            .get("rated")
            .and_then(|rated| rated.get_ref().as_bool()),
    })
}
