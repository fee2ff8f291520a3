//! Advisories of CSAF 2.0 and 2.1: a report with its vulnerabilities, what to do against each, and what
//! the advisory says of each product (VEX).

use std::collections::BTreeMap;

use jiff::Timestamp;
use kaname_stix::author::{
    Authored, External, Report, course_of_action, note, relationship, report, vulnerability,
};
use kaname_stix::{ObjectId, TlpMark, tlp_marking_id, tlp_object};
use serde_json::Value;

use super::{
    Author, ForeignError, LeftOut, MAX_REFERENCES, Made, Times, catalogue, list, number, provider,
    reference, severity, text,
};

/// Most vulnerabilities of one advisory.
const MAX_VULNERABILITIES: usize = 5_000;
/// Branches of products within each other.
const MAX_DEPTH: usize = 30;
/// Product states, and how they are said.
const STATES: [(&str, &str); 8] = [
    ("known_affected", "affected"),
    ("first_affected", "affected from"),
    ("last_affected", "affected to"),
    ("known_not_affected", "not affected"),
    ("fixed", "fixed"),
    ("first_fixed", "fixed from"),
    ("recommended", "recommended"),
    ("under_investigation", "under investigation"),
];

struct Advisory<'a> {
    author: &'a Author,
    times: Times,
    id: &'a str,
    products: BTreeMap<&'a str, &'a str>,
    markings: Vec<ObjectId>,
    made: Made,
}

/// Makes objects of an advisory. `at_least` is the label that it is marked with in any case.
pub(super) fn read(document: &Value, at_least: Option<TlpMark>) -> Result<Made, ForeignError> {
    let lacks = |path, reason| ForeignError::Lacks { path, reason };
    let id = text(document, "/document/tracking/id")
        .ok_or_else(|| lacks("/document/tracking/id", "is not there"))?;
    let publisher = text(document, "/document/publisher/name")
        .ok_or_else(|| lacks("/document/publisher/name", "is not there"))?;
    let times = Times::new(
        text(document, "/document/tracking/initial_release_date"),
        text(document, "/document/tracking/current_release_date"),
        "/document/tracking/current_release_date",
    )?;
    let author = Author::new(publisher)?;
    let mut advisory = Advisory {
        author: &author,
        times,
        id,
        products: products(document),
        markings: Vec::new(),
        made: Made::default(),
    };
    advisory.made.objects.push(author.identity.clone());
    advisory.mark(document, at_least);
    let mut about = Vec::new();
    for (at, one) in list(document, "/vulnerabilities").iter().enumerate() {
        if at >= MAX_VULNERABILITIES {
            advisory.leave_out(format!("/vulnerabilities/{at}"), "more than 5,000 of them");
            break;
        }
        about.push(advisory.vulnerability(at, one)?);
    }
    advisory.report(document, &about)?;
    Ok(advisory.made)
}

impl Advisory<'_> {
    fn leave_out(&mut self, path: String, reason: &str) {
        self.made.left_out.push(LeftOut {
            path,
            reason: reason.to_owned(),
        });
    }

    /// The marking that the advisory asks for, or a stricter one of where it stands.
    fn mark(&mut self, document: &Value, at_least: Option<TlpMark>) {
        let own = text(document, "/document/distribution/tlp/label").and_then(provider::mark);
        let Some(mark) = own.max(at_least) else {
            return;
        };
        self.markings = vec![tlp_marking_id(mark)];
        self.made.objects.push(Authored {
            id: tlp_marking_id(mark),
            json: tlp_object(mark).to_owned(),
        });
    }

    fn put(&mut self, object: Authored) -> ObjectId {
        let id = object.id.clone();
        self.made.objects.push(object);
        id
    }

    fn vulnerability(&mut self, at: usize, one: &Value) -> Result<ObjectId, ForeignError> {
        let path = format!("/vulnerabilities/{at}");
        let own: Vec<&str> = list(one, "/ids")
            .iter()
            .filter_map(|id| text(id, "/text"))
            .collect();
        let title = text(one, "/title");
        let name = text(one, "/cve").or_else(|| own.first().copied()).or(title);
        let place = format!("{} vulnerability {}", self.id, at + 1);
        let name = name.unwrap_or(&place);
        let external = self.external(one, &path);
        let notes = list(one, "/notes").iter();
        let described = notes.filter(|note| text(note, "/category") == Some("description"));
        let described = described.filter_map(|note| text(note, "/text"));
        let parts: Vec<&str> = title
            .into_iter()
            .filter(|title| *title != name)
            .chain(described)
            .collect();
        let described = parts.join("\n");
        let described = (!described.is_empty()).then_some(described.as_str());
        let about = format!("{} {name}", self.id);
        let base = self.author.base(&about, self.times, &external);
        let made = vulnerability(&base.marked(&self.markings), name, described)?;
        let id = self.put(made);
        self.states(one, &about, &id)?;
        self.remediations(one, &about, &path, &id)?;
        Ok(id)
    }

    fn external(&mut self, one: &Value, path: &str) -> Vec<External> {
        let mut all = Vec::new();
        all.extend(text(one, "/cve").map(|cve| number("cve", cve)));
        for id in list(one, "/ids").iter().filter_map(|id| text(id, "/text")) {
            all.push(number(catalogue(id), id));
        }
        let cwes = list(one, "/cwes").iter().filter_map(|cwe| text(cwe, "/id"));
        for cwe in text(one, "/cwe/id").into_iter().chain(cwes) {
            all.push(number("cwe", cwe));
        }
        // `scores` in 2.0, `metrics/content` in 2.1.
        let metrics = list(one, "/metrics")
            .iter()
            .filter_map(|metric| metric.get("content"));
        for score in list(one, "/scores").iter().chain(metrics) {
            for (key, name) in [
                ("cvss_v4", "cvss-v4.0"),
                ("cvss_v3", "cvss-v3"),
                ("cvss_v2", "cvss-v2.0"),
            ] {
                let cvss = score.get(key);
                if let Some(vector) = cvss.and_then(|cvss| text(cvss, "/vectorString")) {
                    let base = cvss
                        .and_then(|cvss| cvss.get("baseScore"))
                        .and_then(Value::as_f64);
                    let base = base.map(|base| format!("{base:.1} ")).unwrap_or_default();
                    all.push(severity(name, &format!("{base}{vector}")));
                }
            }
        }
        for (at, one) in list(one, "/references").iter().enumerate() {
            let url = text(one, "/url").unwrap_or_default();
            match reference(text(one, "/summary").unwrap_or("reference"), url) {
                Some(reference) if all.len() < MAX_REFERENCES => all.push(reference),
                Some(_) => {}
                None => self.leave_out(format!("{path}/references/{at}"), "no address of the web"),
            }
        }
        all.dedup();
        all
    }

    /// What the advisory says of each product, as a note.
    fn states(&mut self, one: &Value, about: &str, id: &ObjectId) -> Result<(), ForeignError> {
        let mut lines = Vec::new();
        for (key, word) in STATES {
            for product in list(one, &format!("/product_status/{key}"))
                .iter()
                .filter_map(Value::as_str)
            {
                let name = self.products.get(product).copied().unwrap_or(product);
                lines.push(format!("{word}: {name}"));
            }
        }
        for flag in list(one, "/flags").iter().chain(list(one, "/threats")) {
            let word = text(flag, "/label").or_else(|| text(flag, "/details"));
            lines.extend(
                word.map(|word| {
                    format!("{}: {word}", text(flag, "/category").unwrap_or("because"))
                }),
            );
        }
        if lines.is_empty() {
            return Ok(());
        }
        let base = self
            .author
            .base(&format!("{about} states"), self.times, &[]);
        let made = note(
            &base.marked(&self.markings),
            Some("VEX"),
            &lines.join("\n"),
            std::slice::from_ref(id),
        )?;
        self.put(made);
        Ok(())
    }

    fn remediations(
        &mut self,
        one: &Value,
        about: &str,
        path: &str,
        id: &ObjectId,
    ) -> Result<(), ForeignError> {
        for (at, remedy) in list(one, "/remediations").iter().enumerate() {
            let Some(details) = text(remedy, "/details") else {
                self.leave_out(format!("{path}/remediations/{at}"), "without details");
                continue;
            };
            let category = text(remedy, "/category")
                .unwrap_or("mitigation")
                .replace('_', " ");
            let external: Vec<External> = text(remedy, "/url")
                .and_then(|url| reference("remediation", url))
                .into_iter()
                .collect();
            let own = format!("{about} remediation {at}");
            let base = self.author.base(&own, self.times, &external);
            let made = course_of_action(&base.marked(&self.markings), &category, Some(details))?;
            let action = self.put(made);
            let base = self
                .author
                .base(&format!("{own} mitigates"), self.times, &[]);
            let made = relationship(&base.marked(&self.markings), "mitigates", &action, id, None)?;
            self.put(made);
        }
        Ok(())
    }

    /// The advisory itself.
    fn report(&mut self, document: &Value, about: &[ObjectId]) -> Result<(), ForeignError> {
        // A report is about something (STIX 2.1 §4.16): without a vulnerability about who tells.
        let teller = [self.author.identity.id.clone()];
        let (about, kind) = match about {
            [] => (teller.as_slice(), "threat-report"),
            some => (some, "vulnerability"),
        };
        let mut external = vec![number("csaf", self.id)];
        for one in list(document, "/document/references")
            .iter()
            .take(MAX_REFERENCES)
        {
            let url = text(one, "/url").unwrap_or_default();
            external.extend(reference(text(one, "/summary").unwrap_or("reference"), url));
        }
        let notes = list(document, "/document/notes").iter();
        let texts: Vec<&str> = notes.filter_map(|note| text(note, "/text")).collect();
        let texts = texts.join("\n");
        let published: Timestamp = self.times.created;
        let base = self.author.base(self.id, self.times, &external);
        let made = report(
            &base.marked(&self.markings),
            &Report {
                name: text(document, "/document/title").unwrap_or(self.id),
                description: (!texts.is_empty()).then_some(texts.as_str()),
                report_types: &[kind],
                published,
                object_refs: about,
            },
        )?;
        self.put(made);
        Ok(())
    }
}

/// Products by their id, out of lists and branches.
fn products(document: &Value) -> BTreeMap<&str, &str> {
    let mut all = BTreeMap::new();
    let Some(tree) = document.get("product_tree") else {
        return all;
    };
    let mut waiting = vec![(tree, 0)];
    while let Some((branch, depth)) = waiting.pop() {
        let named = list(branch, "/full_product_names").iter();
        let related = list(branch, "/relationships")
            .iter()
            .filter_map(|one| one.get("full_product_name"));
        for product in named.chain(branch.get("product")).chain(related) {
            if let (Some(id), Some(name)) = (text(product, "/product_id"), text(product, "/name")) {
                all.insert(id, name);
            }
        }
        if depth < MAX_DEPTH {
            waiting.extend(
                list(branch, "/branches")
                    .iter()
                    .map(|inner| (inner, depth + 1)),
            );
        }
    }
    all
}
