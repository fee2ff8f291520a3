//! CVE records (JSON 5): one vulnerability each.

use kaname_stix::author::{External, vulnerability};
use serde_json::Value;

use super::{
    Author, ForeignError, LeftOut, MAX_REFERENCES, Made, Times, list, number, reference, severity,
    text,
};

/// Versions of CVSS that a record may hold.
const CVSS: [(&str, &str); 4] = [
    ("cvssV4_0", "cvss-v4.0"),
    ("cvssV3_1", "cvss-v3.1"),
    ("cvssV3_0", "cvss-v3.0"),
    ("cvssV2_0", "cvss-v2.0"),
];

pub(super) fn read(record: &Value) -> Result<Made, ForeignError> {
    let Some(id) = text(record, "/cveMetadata/cveId").filter(|id| is_cve(id)) else {
        return Err(ForeignError::Lacks {
            path: "/cveMetadata/cveId",
            reason: "is no CVE id",
        });
    };
    let times = Times::new(
        text(record, "/cveMetadata/datePublished")
            .or_else(|| text(record, "/cveMetadata/dateReserved")),
        text(record, "/cveMetadata/dateUpdated")
            .or_else(|| text(record, "/cveMetadata/dateRejected")),
        "/cveMetadata/datePublished",
    )?;
    let assigner = text(record, "/cveMetadata/assignerShortName").unwrap_or("cve.org");
    let author = Author::new(assigner)?;
    let mut left_out = Vec::new();
    let external = external(record, id, &mut left_out);
    let mut base = author.base(id, times, &external);
    base.revoked = text(record, "/cveMetadata/state") == Some("REJECTED");
    let described = described(record);
    let made = vulnerability(&base, id, described.as_deref())?;
    Ok(Made {
        objects: vec![author.identity, made],
        left_out,
    })
}

pub(super) fn is_cve(text: &str) -> bool {
    let Some((year, digits)) = text
        .strip_prefix("CVE-")
        .and_then(|rest| rest.split_once('-'))
    else {
        return false;
    };
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    year.len() == 4 && all_digits(year) && (4..=19).contains(&digits.len()) && all_digits(digits)
}

fn external(record: &Value, id: &str, left_out: &mut Vec<LeftOut>) -> Vec<External> {
    let mut all = vec![number("cve", id)];
    let mut containers = vec![(
        "/containers/cna".to_owned(),
        record.pointer("/containers/cna"),
    )];
    for (at, container) in list(record, "/containers/adp").iter().enumerate() {
        containers.push((format!("/containers/adp/{at}"), Some(container)));
    }
    for (path, container) in containers {
        let Some(container) = container else {
            continue;
        };
        for metric in list(container, "/metrics") {
            for (key, name) in CVSS {
                let Some(vector) = metric.get(key).and_then(|cvss| text(cvss, "/vectorString"))
                else {
                    continue;
                };
                let score = metric
                    .get(key)
                    .and_then(|cvss| cvss.get("baseScore"))
                    .and_then(Value::as_f64);
                let score = score
                    .map(|score| format!("{score:.1} "))
                    .unwrap_or_default();
                all.push(severity(name, &format!("{score}{vector}")));
            }
        }
        for problem in list(container, "/problemTypes") {
            for cwe in list(problem, "/descriptions")
                .iter()
                .filter_map(|one| text(one, "/cweId"))
            {
                all.push(number("cwe", cwe));
            }
        }
        for (at, one) in list(container, "/references").iter().enumerate() {
            let url = text(one, "/url").unwrap_or_default();
            match reference(text(one, "/name").unwrap_or("reference"), url) {
                Some(reference) if all.len() < MAX_REFERENCES => all.push(reference),
                Some(_) => {}
                None => left_out.push(LeftOut {
                    path: format!("{path}/references/{at}"),
                    reason: "no address of the web".to_owned(),
                }),
            }
        }
    }
    all.dedup();
    all
}

/// Title, English description, and what is affected.
fn described(record: &Value) -> Option<String> {
    let mut parts = Vec::new();
    parts.extend(text(record, "/containers/cna/title").map(str::to_owned));
    let descriptions = list(record, "/containers/cna/descriptions");
    let rejected = list(record, "/containers/cna/rejectedReasons");
    let all = || descriptions.iter().chain(rejected);
    let english = all().find(|one| text(one, "/lang").is_some_and(|lang| lang.starts_with("en")));
    let described = english.or_else(|| all().next());
    parts.extend(
        described
            .and_then(|one| text(one, "/value"))
            .map(str::to_owned),
    );
    for one in list(record, "/containers/cna/affected")
        .iter()
        .take(MAX_REFERENCES)
    {
        let name = [text(one, "/vendor"), text(one, "/product")];
        let name: Vec<&str> = name.into_iter().flatten().collect();
        let versions: Vec<String> = list(one, "/versions").iter().filter_map(version).collect();
        if !name.is_empty() {
            parts.push(
                format!("affected: {} {}", name.join(" "), versions.join(", "))
                    .trim_end()
                    .to_owned(),
            );
        }
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn version(one: &Value) -> Option<String> {
    if text(one, "/status") != Some("affected") {
        return None;
    }
    let from = text(one, "/version")?;
    let to = text(one, "/lessThan").map(|to| format!(" before {to}"));
    let to = to.or_else(|| text(one, "/lessThanOrEqual").map(|to| format!(" to {to}")));
    Some(format!("{from}{}", to.unwrap_or_default()))
}
