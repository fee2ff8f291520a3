//! `stix validate`.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use kaname_stix::{Level, Severity, SplitError, Verdict, check_document, check_objects};
use serde::Serialize;

use super::{
    super::import::{InFile, unread},
    LIMITS, SPLIT,
    each::SHORT,
};
use crate::{
    cli::LevelArg,
    fault::{Exit, Fault},
    say::Say,
};

/// Most findings that are kept of one file; the others are counted.
const MAX_FINDINGS: usize = 10_000;

/// What was found in one file.
#[derive(Debug, Serialize)]
struct OfFile {
    file: String,
    #[serde(flatten)]
    verdict: Verdict,
}

pub(super) fn run(files: &[PathBuf], level: LevelArg, say: Say) -> Result<(), Fault> {
    let level = match level {
        LevelArg::Wire => Level::Wire,
        LevelArg::Strict => Level::Strict,
    };
    let mut verdicts = Vec::with_capacity(files.len());
    for file in files {
        verdicts.push(of_file(file, level, say)?);
    }
    let objects: usize = verdicts.iter().map(|one| one.verdict.objects).sum();
    let refused: usize = verdicts.iter().map(|one| one.verdict.refused).sum();
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

/// Checks a file object by object. What does not split is looked at as a whole when it is short: an object may have a list
/// of its own that is called `objects`, and what is wrong is told more exactly.
fn of_file(file: &Path, level: Level, say: Say) -> Result<OfFile, Fault> {
    let mut objects = InFile::open(file, LIMITS, SPLIT)?;
    let length = objects.length;
    let bar = say.progress("checking", length);
    let checked = objects.read(file, |objects| {
        let mut heard = |byte| bar.set_position(byte);
        check_objects(objects, &LIMITS, level, MAX_FINDINGS, &mut heard)
    });
    bar.finish_and_clear();
    let verdict = match checked? {
        Ok(verdict) => verdict,
        Err(SplitError::Stix { .. }) if length <= SHORT => whole(file, &objects, level)?,
        Err(fault) => return Err(objects.unread(file, &fault)),
    };
    Ok(OfFile {
        file: file.display().to_string(),
        verdict,
    })
}

fn whole(file: &Path, objects: &InFile, level: Level) -> Result<Verdict, Fault> {
    let bytes = objects
        .bytes()
        .map_err(|error| Fault::file(file, "read", &error))?;
    let checked = check_document(&bytes, &LIMITS, level, MAX_FINDINGS, &mut |_, _| ());
    checked.map_err(|error| unread(file, &bytes, &error))
}

fn told(verdicts: &[OfFile]) -> String {
    let mut text = String::new();
    for OfFile { file, verdict } in verdicts {
        for told in &verdict.findings {
            let finding = &told.finding;
            let word = match finding.severity {
                Severity::Must => "MUST",
                Severity::Should => "should",
            };
            let _ = writeln!(
                text,
                "{file}:{}: {word} {} (§{}): {}\n    {}",
                finding.path, finding.rule, finding.section, finding.message, told.id
            );
        }
        if verdict.not_listed > 0 {
            let _ = writeln!(text, "{} findings more are not listed", verdict.not_listed);
        }
        let _ = writeln!(
            text,
            "{file}: {} objects, {} refused, {} break a MUST, {} go against a SHOULD, {} ids not in the file",
            verdict.objects, verdict.refused, verdict.must, verdict.should, verdict.absent
        );
    }
    text
}
