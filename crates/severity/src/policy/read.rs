//! From the text of a policy file to a checked [`Policy`].

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};
use toml::de::DeTable;

use super::{
    COUNTS, Cause, LevelName, Maintenance, Policy, Sector, Simultaneity, Status, viewpoint,
};
use crate::{
    fields::{Fields, Value, as_number, as_text},
    flaw::Fault,
    time::Listed,
    words::Words,
};

const SCHEMA: &str = "kaname.severity-policy/1";

/// Longest policy file, in bytes.
const LONGEST: usize = 1 << 20;

/// Codes of causes and sectors: most characters, and which beside a-z and 0-9.
const CODE: usize = 40;

const KEYS: &[&str] = &[
    "schema",
    "id",
    "version",
    "status",
    "valid_from",
    "valid_to",
    "aggregation",
    "title",
    "basis",
    "level",
    "scope_gate",
    "sustainability",
    "safety",
    "trust",
    "simultaneity",
    "unknowns",
    "publish",
    "activation",
    "service_maintenance",
];

/// Whole table as a text; the same in each reader of a file.
pub(crate) fn document(text: &str, longest: usize) -> Result<toml::Spanned<DeTable<'_>>, Fault> {
    if text.len() > longest {
        let reason = format!("is longer than {longest} bytes");
        return Err(Fault::new(&(0..0), "file", reason));
    }
    DeTable::parse(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        Fault::new(&at, "file", format!("is not TOML: {}", error.message()))
    })
}

pub(crate) fn schema(file: &Fields<'_, '_>, wanted: &str) -> Result<(), Fault> {
    if file.text("schema")? == wanted {
        return Ok(());
    }
    Err(file.fault("schema", format!("must be `{wanted}`")))
}

pub(super) fn policy(text: &str) -> Result<Policy, Fault> {
    let whole = document(text, LONGEST)?;
    let file = Fields::new(whole.get_ref(), whole.span(), KEYS)?;
    schema(&file, SCHEMA)?;
    if file.text("aggregation")? != "max" {
        return Err(file.fault("aggregation", "must be `max`"));
    }
    let (causes, sectors) = gate(&file)?;
    let mut names = HashSet::from(["scope".to_owned()]);
    for kept in ["duration", "duration_minutes", "substitution", "cause"] {
        names.insert(kept.to_owned());
    }
    names.insert("maintenance_level_breached".to_owned());
    names.extend(COUNTS.map(str::to_owned));
    let sustainability = viewpoint::sustainability(&file, &mut names)?;
    let safety = viewpoint::safety(&file, &mut names)?;
    let trust = viewpoint::trust(&file, &mut names)?;
    let publish = file.table(
        "publish",
        &[
            "final_needs",
            "final_needs_single_level",
            "public_min_level",
            "kinds",
            "cap_severity",
            "csaf_aggregate_severity",
        ],
    )?;
    let activation = file.table("activation", &["signatures", "replay_report"])?;
    let mut policy = Policy {
        id: file.code("id", ".-_", 100)?.to_owned(),
        version: file.text("version")?.to_owned(),
        sha256: hex::encode(Sha256::digest(text.as_bytes())),
        status: status(&file)?,
        valid: listed(&file)?,
        title: file.words_at("title")?,
        basis: Vec::new(),
        levels: levels(&file)?,
        causes,
        sectors,
        sustainability,
        safety,
        trust,
        simultaneity: simultaneity(&file)?,
        expected: Vec::new(),
        final_needs: texts(&publish, "final_needs")?,
        final_needs_single_level: publish.flag("final_needs_single_level")?,
        public_min_level: publish.level("public_min_level")?,
        kinds: kinds(&publish)?,
        cap_severity: by_level(&publish, "cap_severity", &["1", "2", "3", "4"])?,
        csaf_severity: by_level(
            &publish,
            "csaf_aggregate_severity",
            &["0", "1", "2", "3", "4"],
        )?,
        signatures_needed: usize::try_from(activation.number("signatures", 0, 16)?).unwrap_or(16),
        replay_report: activation.flag("replay_report")?,
        maintenance: maintenance(&file)?,
    };
    for entry in file.list("basis")? {
        let entry = Fields::of(entry, "basis", &["ja", "en", "date"])?;
        policy.basis.push((entry.words()?, entry.day("date")?));
    }
    policy.expected = expected(&file, &policy)?;
    Ok(policy)
}

fn status(file: &Fields<'_, '_>) -> Result<Status, Fault> {
    match file.text("status")? {
        "draft" => Ok(Status::Draft),
        "in_force" => Ok(Status::InForce),
        "withdrawn" => Ok(Status::Withdrawn),
        _ => Err(file.fault("status", "must be `draft`, `in_force` or `withdrawn`")),
    }
}

fn listed(fields: &Fields<'_, '_>) -> Result<Listed, Fault> {
    let listed = Listed {
        from: fields.day("valid_from")?,
        to: fields.day_if_there("valid_to")?,
    };
    if listed.to.is_some_and(|to| to <= listed.from) {
        return Err(fields.fault("valid_to", "must lie after `valid_from`"));
    }
    Ok(listed)
}

fn levels(file: &Fields<'_, '_>) -> Result<[LevelName; 5], Fault> {
    let mut levels: [Option<LevelName>; 5] = Default::default();
    for entry in file.list("level")? {
        let entry = Fields::of(entry, "level", &["level", "ja", "en", "meaning"])?;
        let slot = &mut levels[usize::from(entry.level("level")?)];
        if slot.is_some() {
            return Err(entry.fault("level", "is named twice"));
        }
        *slot = Some(LevelName {
            name: entry.words()?,
            meaning: entry.words_at("meaning")?,
        });
    }
    if let Some(missing) = levels.iter().position(Option::is_none) {
        return Err(file.fault("level", format!("{missing} has no entry")));
    }
    Ok(levels.map(Option::unwrap_or_default))
}

fn gate(file: &Fields<'_, '_>) -> Result<(Vec<Cause>, Vec<Sector>), Fault> {
    let gate = file.table("scope_gate", &["cause", "sector", "extra_domain"])?;
    let mut causes: Vec<Cause> = Vec::new();
    for entry in gate.list("cause")? {
        let entry = Fields::of(entry, "cause", &["code", "opens", "ja", "en"])?;
        let cause = Cause {
            code: entry.code("code", "_-", CODE)?.to_owned(),
            opens: entry.flag("opens")?,
            name: entry.words()?,
        };
        if causes.iter().any(|other| other.code == cause.code) {
            return Err(entry.fault("code", format!("`{}` is named twice", cause.code)));
        }
        if cause.code == "unknown" && cause.opens {
            return Err(entry.fault("opens", "an unknown cause never opens the gate"));
        }
        causes.push(cause);
    }
    let mut sectors: Vec<Sector> = Vec::new();
    for (key, extra) in [("sector", false), ("extra_domain", true)] {
        for entry in gate.list(key)? {
            let entry = Fields::of(entry, key, &["code", "ja", "en", "valid_from", "valid_to"])?;
            let sector = Sector {
                code: entry.code("code", "-", CODE)?.to_owned(),
                name: entry.words()?,
                listed: listed(&entry)?,
                extra,
            };
            let twice =
                |other: &Sector| other.code == sector.code && other.listed.overlaps(&sector.listed);
            if sectors.iter().any(twice) {
                let reason = format!("two entries of `{}` overlap in time", sector.code);
                return Err(entry.fault("code", reason));
            }
            sectors.push(sector);
        }
    }
    Ok((causes, sectors))
}

fn simultaneity(file: &Fields<'_, '_>) -> Result<Simultaneity, Fault> {
    let rule = file.table(
        "simultaneity",
        &[
            "window_minutes",
            "operators",
            "sectors",
            "sites",
            "uplift",
            "min_base",
            "counts",
        ],
    )?;
    let amount = |key| Ok(rule.number(key, 0, 1_000_000_000)?.unsigned_abs());
    let counts = rule.table("counts", &COUNTS)?;
    let label = |name: &str| {
        let count = counts.table(name, &["unit", "ja", "en"])?;
        if count.text("unit")? != super::COUNT_UNIT {
            return Err(count.fault("unit", "must be `count`"));
        }
        count.words()
    };
    Ok(Simultaneity {
        window_minutes: amount("window_minutes")?,
        least: [amount("operators")?, amount("sectors")?, amount("sites")?],
        uplift: rule.level("uplift")?,
        min_base: u8::try_from(rule.number("min_base", 1, 4)?).unwrap_or(4),
        labels: [label("operators")?, label("sectors")?, label("sites")?],
    })
}

fn expected(file: &Fields<'_, '_>, policy: &Policy) -> Result<Vec<String>, Fault> {
    let unknowns = file.table("unknowns", &["expected"])?;
    let mut expected = Vec::new();
    for entry in unknowns.list("expected")? {
        let name = as_text(entry, "expected")?;
        if name != "scope" && !policy.indicator_names().any(|known| known == name) {
            let reason = format!("`{name}` is no indicator");
            return Err(Fault::new(&entry.span(), "expected", reason));
        }
        expected.push(name.to_owned());
    }
    Ok(expected)
}

fn texts(fields: &Fields<'_, '_>, key: &str) -> Result<Vec<String>, Fault> {
    let list = fields.list(key)?.iter();
    let texts: Result<Vec<_>, _> = list
        .map(|entry| as_text(entry, key).map(str::to_owned))
        .collect();
    let texts = texts?;
    let different: HashSet<_> = texts.iter().collect();
    if texts.is_empty() || different.len() < texts.len() {
        return Err(fields.fault(key, "must name at least one role, each once"));
    }
    Ok(texts)
}

fn kinds(publish: &Fields<'_, '_>) -> Result<[Words; 3], Fault> {
    let kinds = publish.table("kinds", &["provisional", "final", "revised"])?;
    Ok([
        kinds.words_at("provisional")?,
        kinds.words_at("final")?,
        kinds.words_at("revised")?,
    ])
}

fn by_level<const N: usize>(
    publish: &Fields<'_, '_>,
    key: &str,
    levels: &[&str; N],
) -> Result<[String; N], Fault> {
    let table = publish.table(key, levels)?;
    let mut texts: [String; N] = std::array::from_fn(|_| String::new());
    for (text, level) in texts.iter_mut().zip(levels) {
        table.text(level)?.clone_into(text);
    }
    if key == "cap_severity" {
        let words = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"];
        if let Some(other) = texts.iter().find(|text| !words.contains(&text.as_str())) {
            return Err(publish.fault(key, format!("`{other}` is no severity of CAP 1.2")));
        }
    }
    Ok(texts)
}

fn maintenance(file: &Fields<'_, '_>) -> Result<Vec<Maintenance>, Fault> {
    let mut levels = Vec::new();
    for entry in file.list_if_there("service_maintenance")? {
        let keys = ["sector", "valid_from", "valid_to", "ja", "en"];
        let entry = Fields::of(entry, "service_maintenance", &keys)?;
        levels.push(Maintenance {
            sector: entry.code("sector", "-", CODE)?.to_owned(),
            listed: listed(&entry)?,
            text: entry.words()?,
        });
    }
    Ok(levels)
}

/// A list of exactly four whole numbers.
pub(super) fn four(
    fields: &Fields<'_, '_>,
    key: &str,
    least: i64,
    most: i64,
) -> Result<[i64; 4], Fault> {
    four_of(fields.need(key)?, key, least, most)
}

pub(super) fn four_of(
    value: Value<'_, '_>,
    name: &str,
    least: i64,
    most: i64,
) -> Result<[i64; 4], Fault> {
    let list = value.get_ref().as_array();
    let list = list.filter(|list| list.len() == 4);
    let list = list
        .ok_or_else(|| Fault::new(&value.span(), name, "must be a list of four whole numbers"))?;
    let mut numbers = [0; 4];
    for (number, entry) in numbers.iter_mut().zip(list) {
        *number = as_number(entry, name, least, most)?;
    }
    Ok(numbers)
}
