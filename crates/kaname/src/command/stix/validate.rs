//! `stix validate`.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use kaname_stix::{
    Bundle, Container, Finding, Head, Level, Member, ObjectId, Severity, StixError, check,
    check_set, head,
};
use serde::Serialize;

use super::{bytes, id, pointer, split, value};
use crate::{
    cli::LevelArg,
    fault::{Exit, Fault},
    say::Say,
};

/// Most findings that are kept of one file; the others are counted.
const MAX_FINDINGS: usize = 10_000;

/// What was found in one file.
#[derive(Debug, Serialize)]
struct Verdict {
    file: String,
    objects: usize,
    /// Objects that do not hold to the level.
    refused: usize,
    must: usize,
    should: usize,
    /// Findings beyond the 10,000 that are listed.
    not_listed: usize,
    findings: Vec<Told>,
    /// Ids that are referred to and not in the file, which the standard allows.
    absent: usize,
}

/// One finding with its object.
#[derive(Debug, Serialize)]
struct Told {
    id: String,
    #[serde(flatten)]
    finding: Finding,
}

impl Verdict {
    fn add(&mut self, id: &str, finding: Finding) {
        match finding.severity {
            Severity::Must => self.must += 1,
            Severity::Should => self.should += 1,
        }
        if self.findings.len() < MAX_FINDINGS {
            let id = id.to_owned();
            self.findings.push(Told { id, finding });
        } else {
            self.not_listed += 1;
        }
    }
}

pub(super) fn run(files: &[PathBuf], level: LevelArg, say: Say) -> Result<(), Fault> {
    let level = match level {
        LevelArg::Wire => Level::Wire,
        LevelArg::Strict => Level::Strict,
    };
    let mut verdicts = Vec::with_capacity(files.len());
    for file in files {
        verdicts.push(verdict(file, level, say)?);
    }
    let objects: usize = verdicts.iter().map(|one| one.objects).sum();
    let refused: usize = verdicts.iter().map(|one| one.refused).sum();
    say.result(&serde_json::json!({ "files": verdicts }), || {
        told(&verdicts)
    })?;
    if refused == 0 {
        return Ok(());
    }
    let word = match level {
        Level::Wire => "can't be taken over the wire",
        Level::Strict => "break a MUST of STIX 2.1",
    };
    let fault = Fault::new(
        Exit::Unproved,
        format!("{refused} of {objects} objects {word}"),
    );
    Err(match level {
        Level::Wire => fault,
        Level::Strict => fault.hint("--level wire asks only what a hub takes and relays"),
    })
}

fn verdict(file: &Path, level: Level, say: Say) -> Result<Verdict, Fault> {
    let bytes = bytes(file)?;
    let bundle = split(file, &bytes)?;
    let mut verdict = Verdict {
        file: file.display().to_string(),
        objects: bundle.objects.len(),
        refused: 0,
        must: 0,
        should: 0,
        not_listed: 0,
        findings: Vec::new(),
        absent: 0,
    };
    let bar = say.progress("checking", bundle.objects.len() as u64);
    let mut heads: Vec<Option<Head>> = Vec::with_capacity(bundle.objects.len());
    let mut refused = vec![false; bundle.objects.len()];
    for (index, raw) in bundle.objects.iter().enumerate() {
        let value = value(file, index, raw.get())?;
        let read = head(raw.get());
        let mut findings = check(&value);
        if let Err(error) = &read
            && !kaname_stix::has_errors(&findings)
        {
            findings.push(unread(error));
        }
        refused[index] = !level.accepts(read.is_ok(), &findings);
        let start = pointer(bundle.container, index);
        for mut finding in findings {
            finding.path.insert_str(0, &start);
            verdict.add(id(&value), finding);
        }
        heads.push(read.ok());
        bar.inc(1);
    }
    bar.finish_and_clear();
    let members = bundle.objects.iter().zip(&heads).enumerate();
    let members: Vec<Member<'_>> = members
        .filter_map(|(index, (raw, head))| {
            let head = head.as_ref()?;
            let text = raw.get();
            Some(Member { index, head, text })
        })
        .collect();
    let set = check_set(&members);
    verdict.absent = set.absent.len();
    for found in set.findings {
        let breaks = level == Level::Strict && found.finding.severity == Severity::Must;
        refused[found.index] |= breaks;
        let mut finding = found.finding;
        finding
            .path
            .insert_str(0, &pointer(bundle.container, found.index));
        verdict.add(&found.id.to_string(), finding);
    }
    verdict.refused = refused.into_iter().filter(|refused| *refused).count();
    if let Some(finding) = of_bundle(&bundle) {
        verdict.refused += usize::from(level == Level::Strict);
        verdict.add(bundle.id.as_deref().unwrap_or_default(), finding);
    }
    Ok(verdict)
}

/// What is wrong with the id of the bundle itself (STIX 2.1 §8).
fn of_bundle(bundle: &Bundle<'_>) -> Option<Finding> {
    if bundle.container != Container::Bundle {
        return None;
    }
    let (rule, message) = match bundle.id.as_deref() {
        None => ("required", "a bundle must have an id".to_owned()),
        Some(id) => {
            let read = id.parse::<ObjectId>();
            if read.is_ok_and(|read| read.type_name() == "bundle") {
                return None;
            }
            let message = "the id of a bundle must be bundle-- and a UUID".to_owned();
            ("identifier", message)
        }
    };
    Some(Finding {
        path: "/id".to_owned(),
        rule,
        section: "8",
        severity: Severity::Must,
        message,
    })
}

/// An object whose header does not read, and in which the checks found nothing.
fn unread(error: &StixError) -> Finding {
    Finding {
        path: String::new(),
        rule: "head",
        section: "3.2",
        severity: Severity::Must,
        message: error.to_string(),
    }
}

fn told(verdicts: &[Verdict]) -> String {
    let mut text = String::new();
    for verdict in verdicts {
        for told in &verdict.findings {
            let finding = &told.finding;
            let word = match finding.severity {
                Severity::Must => "MUST",
                Severity::Should => "should",
            };
            let _ = writeln!(
                text,
                "{}:{}: {word} {} (§{}): {}\n    {}",
                verdict.file, finding.path, finding.rule, finding.section, finding.message, told.id
            );
        }
        if verdict.not_listed > 0 {
            let _ = writeln!(text, "{} findings more are not listed", verdict.not_listed);
        }
        let _ = writeln!(
            text,
            "{}: {} objects, {} refused, {} break a MUST, {} go against a SHOULD, {} ids not in the file",
            verdict.file,
            verdict.objects,
            verdict.refused,
            verdict.must,
            verdict.should,
            verdict.absent
        );
    }
    text
}
