//! Entries of Open Source Vulnerabilities: one vulnerability each.

use kaname_stix::author::{External, vulnerability};
use serde_json::Value;

use super::{
    Author, ForeignError, LeftOut, MAX_REFERENCES, Made, Times, catalogue, list, number, reference,
    severity, text,
};

pub(super) fn read(entry: &Value) -> Result<Made, ForeignError> {
    let id = text(entry, "/id").ok_or(ForeignError::Lacks {
        path: "/id",
        reason: "is not there",
    })?;
    let times = Times::new(
        text(entry, "/published"),
        text(entry, "/modified"),
        "/modified",
    )?;
    let (source, _) = id.split_once('-').unwrap_or((id, ""));
    let author = Author::new(&format!("OSV {source}"))?;
    let mut left_out = Vec::new();
    let aliases: Vec<&str> = list(entry, "/aliases")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let external = external(entry, id, &aliases, &mut left_out);
    let mut base = author.base(id, times, &external);
    base.revoked = text(entry, "/withdrawn").is_some();
    // People know it by its CVE id, where it has one.
    let known = aliases.iter().find(|alias| super::cve::is_cve(alias));
    let described = described(entry);
    let made = vulnerability(&base, known.copied().unwrap_or(id), described.as_deref())?;
    Ok(Made {
        objects: vec![author.identity, made],
        left_out,
    })
}

fn external(
    entry: &Value,
    id: &str,
    aliases: &[&str],
    left_out: &mut Vec<LeftOut>,
) -> Vec<External> {
    let mut all = vec![number(catalogue(id), id)];
    for alias in aliases.iter().filter(|alias| !alias.trim().is_empty()) {
        all.push(number(catalogue(alias), alias));
    }
    for one in list(entry, "/severity") {
        if let (Some(kind), Some(score)) = (text(one, "/type"), text(one, "/score")) {
            let name = kind.to_lowercase().replace('_', "-");
            all.push(severity(&name, score));
        }
    }
    for (at, one) in list(entry, "/references").iter().enumerate() {
        let name = text(one, "/type").unwrap_or("reference").to_lowercase();
        match reference(&name, text(one, "/url").unwrap_or_default()) {
            Some(reference) if all.len() < MAX_REFERENCES => all.push(reference),
            Some(_) => {}
            None => left_out.push(LeftOut {
                path: format!("/references/{at}"),
                reason: "no address of the web".to_owned(),
            }),
        }
    }
    all.dedup();
    all
}

fn described(entry: &Value) -> Option<String> {
    let mut parts: Vec<String> = ["/summary", "/details"]
        .into_iter()
        .filter_map(|path| text(entry, path))
        .map(str::to_owned)
        .collect();
    for one in list(entry, "/affected").iter().take(MAX_REFERENCES) {
        let Some(name) = text(one, "/package/name") else {
            continue;
        };
        let ecosystem = text(one, "/package/ecosystem").unwrap_or_default();
        let mut ranges = Vec::new();
        for event in list(one, "/ranges")
            .iter()
            .flat_map(|range| list(range, "/events"))
        {
            for (key, word) in [
                ("introduced", "from"),
                ("fixed", "fixed in"),
                ("last_affected", "to"),
            ] {
                let version = event
                    .get(key)
                    .and_then(Value::as_str)
                    .filter(|version| *version != "0");
                ranges.extend(version.map(|version| format!("{word} {version}")));
            }
        }
        let told = format!("affected: {ecosystem} {name} {}", ranges.join(", "));
        parts.push(told.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}
