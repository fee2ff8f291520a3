//! `stix match`.

use std::path::{Path, PathBuf};

use kaname_stix::pattern::matcher::{ObservedSet, PatternIndex, Unusable};
use kaname_stix::pattern::{parse_pattern, tree::Observation};
use serde::Serialize;
use serde_json::{Value, json};

use super::{bytes, id, split, value};
use crate::{
    fault::{Exit, Fault},
    say::{Say, table},
};

/// Longest pattern that is shown whole in a table, in characters.
const SHOWN: usize = 80;

/// A pattern with where it came from.
struct Named {
    /// Id of the indicator, or file and line, or nothing.
    from: String,
    text: String,
    tree: Observation,
}

/// A pattern that was found.
#[derive(Debug, Serialize)]
struct Found {
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    pattern: String,
    /// Ids of the `observed-data` in which it was found.
    observed: Vec<String>,
}

/// A pattern that could not be read.
#[derive(Debug, Serialize)]
struct PassedOver {
    from: String,
    reason: String,
}

pub(super) fn run(pattern: &str, files: &[PathBuf], say: Say) -> Result<(), Fault> {
    let (patterns, mut passed_over) = if is_pattern(pattern) {
        (vec![of_argument(pattern)?], Vec::new())
    } else {
        of_file(Path::new(pattern))?
    };
    let (set, unusable) = observed(files)?;
    let found = look(&patterns, &set, &mut passed_over, say)?;
    let known = json!({
        "patterns": patterns.len(), "observed": set.all().len(), "found": found,
        "passed_over": passed_over, "unusable": unusable.iter().map(told).collect::<Vec<_>>(),
    });
    for one in &unusable {
        say.note(&format!("not used: {one}"));
    }
    for one in &passed_over {
        say.note(&format!("passed over: {}: {}", one.from, one.reason));
    }
    say.result(&known, || written(&found, patterns.len(), set.all().len()))?;
    if found.is_empty() {
        return Err(Fault::new(Exit::NotFound, "nothing was found"));
    }
    Ok(())
}

fn is_pattern(text: &str) -> bool {
    text.trim_start().starts_with(['[', '('])
}

fn of_argument(text: &str) -> Result<Named, Fault> {
    match parse_pattern(text) {
        Ok(tree) => Ok(Named {
            from: String::new(),
            text: text.to_owned(),
            tree,
        }),
        Err(error) => Err(Fault::usage("this is no pattern of STIX")
            .at(format!("byte {} of the pattern", error.offset))
            .because(&error)),
    }
}

/// The patterns of a file: of its indicators, or one a line.
fn of_file(path: &Path) -> Result<(Vec<Named>, Vec<PassedOver>), Fault> {
    let bytes = bytes(path)?;
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let mut texts = Vec::new();
    // A line may begin like a list of objects; those hold objects.
    if first == Some(&b'{') || serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(&bytes).is_ok()
    {
        for (index, raw) in split(path, &bytes)?.objects.iter().enumerate() {
            let object = value(path, index, raw.get())?;
            let of = |name| object.get(name).and_then(Value::as_str);
            if of("type") == Some("indicator")
                && of("pattern_type").is_none_or(|language| language == "stix")
                && let Some(pattern) = of("pattern")
            {
                texts.push((id(&object).to_owned(), pattern.to_owned()));
            }
        }
    } else {
        let text = String::from_utf8_lossy(&bytes);
        for (line, pattern) in (1..).zip(text.lines()) {
            if !pattern.trim().is_empty() {
                texts.push((format!("{}:{line}", path.display()), pattern.to_owned()));
            }
        }
    }
    let mut patterns = Vec::new();
    let mut passed_over = Vec::new();
    for (from, text) in texts {
        match parse_pattern(&text) {
            Ok(tree) => patterns.push(Named { from, text, tree }),
            Err(error) => passed_over.push(PassedOver {
                from,
                reason: error.to_string(),
            }),
        }
    }
    Ok((patterns, passed_over))
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

fn look(
    patterns: &[Named],
    set: &ObservedSet,
    passed_over: &mut Vec<PassedOver>,
    say: Say,
) -> Result<Vec<Found>, Fault> {
    let mut index = PatternIndex::default();
    let bar = say.progress("reading patterns", patterns.len() as u64);
    for (number, pattern) in (0_u32..).zip(patterns) {
        bar.inc(1);
        if let Err(error) = index.add(number, &pattern.tree) {
            if pattern.from.is_empty() {
                return Err(Fault::usage("the pattern cannot be looked for").because(&error));
            }
            passed_over.push(PassedOver {
                from: pattern.from.clone(),
                reason: error.to_string(),
            });
        }
    }
    bar.finish_and_clear();
    let unanswered = |error| Fault::failed("there is no answer").because(&error);
    let mut found = Vec::new();
    for (number, places) in index.find(set).map_err(unanswered)? {
        let pattern = &patterns[number as usize];
        let observed = places.into_iter().map(|at| set.all()[at].id.clone());
        found.push(Found {
            from: pattern.from.clone(),
            pattern: pattern.text.clone(),
            observed: observed.collect(),
        });
    }
    Ok(found)
}

fn told(one: &Unusable) -> Value {
    json!({ "id": one.id, "reason": one.reason })
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
