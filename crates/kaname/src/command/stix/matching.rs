//! `stix match`.

use std::path::{Path, PathBuf};

use kaname_stix::pattern::matcher::{Found, Listed, ObservedSet, Patterns, Unsearchable, Unusable};
use serde_json::json;

use super::{bytes, id, split, value};
use crate::{
    fault::{Exit, Fault},
    say::{Say, table},
};

/// Longest pattern that is shown whole in a table, in characters.
const SHOWN: usize = 80;

/// Everything that was found is told.
const LISTED: Listed = Listed {
    observed: usize::MAX,
    id_bytes: usize::MAX,
};

pub(super) fn run(pattern: &str, files: &[PathBuf], say: Say) -> Result<(), Fault> {
    let patterns = if is_pattern(pattern) {
        of_argument(pattern)?
    } else {
        of_file(Path::new(pattern), say)?
    };
    let (set, unusable) = observed(files)?;
    let count = patterns.len();
    let unanswered = |error| Fault::failed("there is no answer").because(&error);
    let looked = patterns.look_in(&set, LISTED, None).map_err(unanswered)?;
    let found = looked.found;
    let known = json!({
        "patterns": count, "observed": set.all().len(), "found": found,
        "passed_over": looked.passed_over, "unusable": unusable,
    });
    for one in &unusable {
        say.note(&format!("not used: {one}"));
    }
    for one in &looked.passed_over {
        say.note(&format!("passed over: {}: {}", one.from, one.reason));
    }
    say.result(&known, || written(&found, count, set.all().len()))?;
    if found.is_empty() {
        return Err(Fault::new(Exit::NotFound, "nothing was found"));
    }
    Ok(())
}

fn is_pattern(text: &str) -> bool {
    text.trim_start().starts_with(['[', '('])
}

fn of_argument(text: &str) -> Result<Patterns, Fault> {
    let mut patterns = Patterns::default();
    patterns.add("", text).map_err(|error| match error {
        Unsearchable::NoPattern(error) => Fault::usage("this is no pattern of STIX")
            .at(format!("byte {} of the pattern", error.offset))
            .because(&error),
        other => Fault::usage("the pattern cannot be looked for").because(&other),
    })?;
    Ok(patterns)
}

/// The patterns of a file: of its indicators, or one a line.
fn of_file(path: &Path, say: Say) -> Result<Patterns, Fault> {
    let bytes = bytes(path)?;
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let mut patterns = Patterns::default();
    // A line may begin like a list of objects; those hold objects.
    if first == Some(&b'{') || serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(&bytes).is_ok()
    {
        let bundle = split(path, &bytes)?;
        let bar = say.progress("reading patterns", bundle.objects.len() as u64);
        for (index, raw) in bundle.objects.iter().enumerate() {
            let object = value(path, index, raw.get())?;
            if let Some(pattern) = Patterns::of_indicator(&object) {
                patterns.add_if(id(&object), pattern);
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
    } else {
        let text = String::from_utf8_lossy(&bytes);
        for (line, pattern) in (1..).zip(text.lines()) {
            if !pattern.trim().is_empty() {
                patterns.add_if(&format!("{}:{line}", path.display()), pattern);
            }
        }
    }
    Ok(patterns)
}

fn observed(files: &[PathBuf]) -> Result<(ObservedSet, Vec<Unusable>), Fault> {
    let mut objects = Vec::new();
    for file in files {
        let bytes = bytes(file)?;
        for (index, raw) in split(file, &bytes)?.objects.iter().enumerate() {
            objects.push(value(file, index, raw.get())?);
        }
    }
    Ok(ObservedSet::read(objects))
}

fn written(found: &[Found], patterns: usize, observed: usize) -> String {
    let end = format!(
        "{} of {patterns} patterns found in {observed} observations",
        found.len()
    );
    if found.is_empty() {
        return end;
    }
    let rows: Vec<_> = found
        .iter()
        .map(|one| {
            let mut pattern: String = one.pattern.chars().take(SHOWN).collect();
            if pattern.len() < one.pattern.len() {
                pattern.push('…');
            }
            [one.from.clone(), pattern, one.observed.join(" ")]
        })
        .collect();
    format!("{}\n{end}", table(["from", "pattern", "found in"], &rows))
}
