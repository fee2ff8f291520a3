//! From a report to a first proposal of what may be shared: neutral texts, the hub as author, fresh
//! ids, coarse times, one indicator for each value, and a report object that ties them together.

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{Id, Pap, Rng, Tlp, audience::Named};
use kaname_stix::{
    Coarse, Head, ObjectId, StixError, ValueKind,
    author::{self, Authored, Base, External},
    coarsen, pattern_for,
    redact::find_traces,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    checklist,
    content::{Content, ItemKind, Outlet},
    evidence::Evidence,
    marking::markings,
    neutral::neutral,
    report::{Submission, Technique},
    row::Row,
    text::{MAX_TEXT_BYTES, MAX_TITLE_BYTES, Text},
    value::Value,
};

/// How long an indicator holds when nothing else is said.
pub const VALIDITY: SignedDuration = SignedDuration::from_hours(24 * 90);

/// What objects are composed from. [`compose`] gives the objects of a content; an edit changes the
/// plan and composes anew.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// The hub's identity.
    pub author: &'a ObjectId,
    /// What it is about.
    pub kind: ItemKind,
    /// Title.
    pub title: &'a Text,
    /// Summary.
    pub summary: &'a Text,
    /// Countermeasures; empty for none.
    pub countermeasures: &'a Text,
    /// Values that are shared.
    pub values: &'a [Value],
    /// Attack techniques by their ATT&CK ids and names.
    pub techniques: &'a [(String, String)],
    /// Who may be told.
    pub tlp: Tlp,
    /// What may be done.
    pub pap: Pap,
    /// When it was first seen; made coarse to the day. `None` keeps what earlier objects say, else
    /// today.
    pub seen: Option<Timestamp>,
    /// Until when values are to be used.
    pub valid_until: Option<Timestamp>,
    /// Now; made coarse to the hour.
    pub now: Timestamp,
}

/// A first proposal.
#[derive(Debug, Clone)]
pub struct FirstProposal {
    /// What could be shared, for the analyst to look at.
    pub content: Content,
    /// What the checklist still finds in it.
    pub rows: Vec<Row>,
    /// Values left out because they lead to the provider.
    pub left_out: Vec<Value>,
}

/// Makes a first proposal from a report whose sealed part the assigned analyst has open. The
/// provider's wishes about readers are taken over for the analyst to check.
///
/// # Errors
/// When an object would not be valid STIX 2.1.
pub fn first_proposal(
    submission: &Submission,
    technique: &Technique,
    evidence: &Evidence,
    author: &ObjectId,
    now: Timestamp,
    rng: &dyn Rng,
) -> Result<FirstProposal, StixError> {
    let traces = evidence.traces();
    let leads = |value: &Value| !find_traces(&json!(value.value), &traces).is_empty();
    let (left_out, values): (Vec<Value>, Vec<Value>) =
        submission.values.iter().cloned().partition(leads);
    let kind = kind_of(&values);
    let mut title = neutral(&technique.title, &traces, MAX_TITLE_BYTES);
    if title.is_empty() {
        title = Text::new(kind_title(kind, "ja"), kind_title(kind, "en"));
    }
    let summary = neutral(&technique.text, &traces, MAX_TEXT_BYTES);
    let valid_until = coarsen(now.saturating_add(VALIDITY).unwrap_or(now), Coarse::Day);
    let plan = Plan {
        author,
        kind,
        title: &title,
        summary: &summary,
        countermeasures: &Text::default(),
        values: &values,
        techniques: &[],
        tlp: submission.tlp,
        pap: submission.pap,
        seen: submission.seen,
        valid_until: Some(valid_until),
        now,
    };
    let objects = compose(&plan, &[], rng)?;
    let content = Content {
        author: author.clone(),
        kind,
        objects,
        tlp: submission.tlp,
        pap: submission.pap,
        named: Named {
            groups: submission.wishes.groups.clone(),
            ..Named::default()
        },
        classes: submission.wishes.classes.iter().cloned().collect(),
        duties: Default::default(),
        embargo: None,
        valid_until: Some(valid_until),
        outlets: Outlet::PROPOSED.into(),
        collections: Default::default(),
        title,
        summary,
        countermeasures: Text::default(),
    };
    let rows = checklist::check(&content, evidence);
    Ok(FirstProposal {
        content,
        rows,
        left_out,
    })
}

fn kind_of(values: &[Value]) -> ItemKind {
    let of = |kind: ValueKind| values.iter().any(|v| v.search_value().kind == kind);
    if values.is_empty() {
        ItemKind::Technique
    } else if of(ValueKind::Cve) {
        ItemKind::Vulnerability
    } else if of(ValueKind::Md5) || of(ValueKind::Sha1) || of(ValueKind::Sha256) {
        ItemKind::Malware
    } else {
        ItemKind::Indicator
    }
}

/// A title to begin with when the report has none. These words are content, not page text.
fn kind_title(kind: ItemKind, language: &str) -> &'static str {
    match (kind, language) {
        (ItemKind::Vulnerability, "ja") => "脆弱性の悪用に関する情報",
        (ItemKind::Vulnerability, _) => "Exploitation of a vulnerability",
        (ItemKind::Malware, "ja") => "マルウェアに関する情報",
        (ItemKind::Malware, _) => "Malicious software",
        (ItemKind::Indicator, "ja") => "攻撃の指標に関する情報",
        (ItemKind::Indicator, _) => "Indicators of an attack",
        (_, "ja") => "攻撃手法に関する情報",
        (_, _) => "An attack technique",
    }
}

/// Both languages in one STIX text.
fn both(text: &Text, between: &str) -> Option<String> {
    match (text.ja.trim(), text.en.trim()) {
        ("", "") => None,
        (ja, "") => Some(ja.to_owned()),
        ("", en) => Some(en.to_owned()),
        (ja, en) if ja == en => Some(ja.to_owned()),
        (ja, en) => Some(format!("{ja}{between}{en}")),
    }
}

/// Composes the objects of a plan: indicators, vulnerabilities, attack patterns, a course of action,
/// and a report over them, last. Objects of `earlier` that say the same keep their ids and, when
/// nothing in them changed, their bytes.
///
/// # Errors
/// When an object would not be valid STIX 2.1, such as a value that is none of its kind.
pub fn compose(
    plan: &Plan<'_>,
    earlier: &[String],
    rng: &dyn Rng,
) -> Result<Vec<String>, StixError> {
    let marks = markings(plan.tlp, plan.pap)?;
    let mut composer = Composer {
        plan,
        marks: &marks,
        earlier: read(earlier),
        now: coarsen(plan.now, Coarse::Hour),
        rng,
        done: Vec::new(),
    };
    for value in plan.values {
        composer.value(value)?;
    }
    for (id, name) in plan.techniques {
        composer.technique(id, name)?;
    }
    composer.countermeasures()?;
    composer.report()?;
    let done = composer.done.into_iter();
    Ok(done.map(|authored| authored.json).collect())
}

fn read(objects: &[String]) -> Vec<(Head, &str)> {
    let heads = objects
        .iter()
        .map(|text| Some((kaname_stix::head(text).ok()?, text.as_str())));
    heads.flatten().collect()
}

struct Composer<'a> {
    plan: &'a Plan<'a>,
    marks: &'a [ObjectId],
    earlier: Vec<(Head, &'a str)>,
    now: Timestamp,
    rng: &'a dyn Rng,
    done: Vec<Authored>,
}

impl<'a> Composer<'a> {
    /// Writes one object under the id of the earlier one that `same` finds, else under a fresh one.
    fn write(
        &mut self,
        external: &[External],
        same: impl Fn(&Head) -> bool,
        make: impl Fn(&Base<'_>) -> Result<Authored, StixError>,
    ) -> Result<ObjectId, StixError> {
        let fresh = Base {
            external,
            ..Base::new(self.fresh(), self.plan.author, self.now).marked(self.marks)
        };
        let earlier = self.earlier.iter().find(|(head, _)| same(head));
        let authored = match earlier {
            None => make(&fresh)?,
            Some((head, text)) => {
                let moment = |stamp: &Option<kaname_stix::Stamp>| {
                    let micros = stamp.as_ref().map(|stamp| stamp.micros);
                    micros.and_then(|micros| Timestamp::from_microsecond(micros).ok())
                };
                let created = moment(&head.created).unwrap_or(self.now);
                let modified = moment(&head.modified).unwrap_or(created);
                let base = Base {
                    created,
                    modified,
                    ..fresh.with_id(head.id.uuid())
                };
                let unchanged = make(&base)?;
                if unchanged.json == *text {
                    unchanged
                } else {
                    // A new version comes after the one before it, also within the same hour.
                    let next = modified.saturating_add(SignedDuration::from_millis(1));
                    let modified = self.now.max(next.unwrap_or(modified));
                    make(&Base { modified, ..base })?
                }
            }
        };
        let id = authored.id.clone();
        if !self.done.iter().any(|one| one.id == id) {
            self.done.push(authored);
        }
        Ok(id)
    }

    /// From when the earlier indicator holds: an edit that does not say when it was seen changes
    /// nothing there.
    fn valid_from(&self, same: impl Fn(&Head) -> bool) -> Option<Timestamp> {
        let (_, text) = self.earlier.iter().find(|(head, _)| same(head))?;
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        value.get("valid_from")?.as_str()?.parse().ok()
    }

    fn fresh(&self) -> Uuid {
        Id::<kaname_kernel::id::ObjectKind>::random(self.rng).uuid()
    }

    fn value(&mut self, value: &Value) -> Result<(), StixError> {
        let search = value.search_value();
        if search.kind == ValueKind::Cve {
            let cve = [External {
                source_name: "cve".to_owned(),
                external_id: Some(search.text.clone()),
                ..External::default()
            }];
            let same = |head: &Head| {
                head.type_name() == "vulnerability" && head.name.as_ref() == Some(&search.text)
            };
            let make = |base: &Base<'_>| author::vulnerability(base, &search.text, None);
            return self.write(&cve, same, make).map(|_| ());
        }
        let Some(pattern) = pattern_for(search.kind, &search.text) else {
            return Ok(());
        };
        let same = |head: &Head| head.pattern.as_ref() == Some(&pattern);
        let seen = self.plan.seen.or_else(|| self.valid_from(same));
        let seen = seen.unwrap_or(self.now).min(self.now);
        let indicator = author::Indicator {
            name: Some(&value.value),
            description: None,
            indicator_types: &["malicious-activity"],
            pattern: &pattern,
            valid_from: coarsen(seen, Coarse::Day),
            valid_until: self.plan.valid_until,
        };
        let make = |base: &Base<'_>| author::indicator(base, &indicator);
        self.write(&[], same, make).map(|_| ())
    }

    fn technique(&mut self, id: &str, name: &str) -> Result<(), StixError> {
        let attack = [External {
            source_name: "mitre-attack".to_owned(),
            external_id: Some(id.to_owned()),
            ..External::default()
        }];
        let same = |head: &Head| {
            head.type_name() == "attack-pattern" && head.name.as_deref() == Some(name)
        };
        let make = |base: &Base<'_>| author::attack_pattern(base, name, None, &[]);
        self.write(&attack, same, make).map(|_| ())
    }

    fn countermeasures(&mut self) -> Result<(), StixError> {
        let Some(text) = both(self.plan.countermeasures, "\n\n") else {
            return Ok(());
        };
        let same = |head: &Head| head.type_name() == "course-of-action";
        let make =
            |base: &Base<'_>| author::course_of_action(base, "対策 / Countermeasures", Some(&text));
        self.write(&[], same, make).map(|_| ())
    }

    fn report(&mut self) -> Result<(), StixError> {
        let mut refs: Vec<ObjectId> = self.done.iter().map(|one| one.id.clone()).collect();
        if refs.is_empty() {
            // A report has to be about something (§4.16); here it is the hub's own word.
            refs.push(self.plan.author.clone());
        }
        let name = both(self.plan.title, " / ").unwrap_or_default();
        let description = both(self.plan.summary, "\n\n");
        let same = |head: &Head| head.type_name() == "report";
        let earlier = self.earlier.iter().find(|(head, _)| same(head));
        let published = earlier.and_then(|(head, _)| {
            let micros = head.created.as_ref().map(|stamp| stamp.micros)?;
            Timestamp::from_microsecond(micros).ok()
        });
        let report = author::Report {
            name: &name,
            description: description.as_deref(),
            report_types: &[report_type(self.plan.kind)],
            published: published.unwrap_or(self.now),
            object_refs: &refs,
        };
        let make = |base: &Base<'_>| author::report(base, &report);
        self.write(&[], same, make).map(|_| ())
    }
}

/// Words of the report type vocabulary (STIX 2.1 §10.23).
const fn report_type(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Technique => "attack-pattern",
        ItemKind::Indicator | ItemKind::Phishing => "indicator",
        ItemKind::Vulnerability => "vulnerability",
        ItemKind::Malware => "malware",
        ItemKind::Advisory | ItemKind::Assessment => "threat-report",
    }
}
