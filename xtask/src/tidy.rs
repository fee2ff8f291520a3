//! `cargo xtask tidy`: the architecture as checks. What rustc, clippy and cargo-deny can see is left
//! to them.

mod glossary;
mod graph;
mod links;
mod locked;
pub(crate) mod manifest;
mod source;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::Failure;

/// What is wrong at a place.
pub(crate) struct Finding {
    /// Path below the root.
    pub(crate) path: String,
    /// Line from 1; 0 means the file as a whole.
    pub(crate) line: usize,
    /// What is wrong and why it matters.
    pub(crate) what: String,
    /// A note does not fail the check.
    pub(crate) note: bool,
}

impl Finding {
    pub(crate) fn error(path: impl Into<String>, line: usize, what: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line,
            what: what.into(),
            note: false,
        }
    }

    pub(crate) fn note(path: impl Into<String>, line: usize, what: impl Into<String>) -> Self {
        Self {
            note: true,
            ..Self::error(path, line, what)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.note { "note" } else { "error" };
        match self.line {
            0 => write!(out, "{kind}: {}: {}", self.path, self.what),
            line => write!(out, "{kind}: {}:{line}: {}", self.path, self.what),
        }
    }
}

/// A text file of the repository.
pub(crate) struct Text {
    /// Path below the root, with `/`.
    pub(crate) path: String,
    /// Content.
    pub(crate) content: String,
}

#[expect(
    clippy::disallowed_methods,
    reason = "a chore tells a person how long it took; nothing is replayed"
)]
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let started = Instant::now();
    let manifests = manifest::all(root)?;
    let texts = texts(root)?;
    let mut findings = Vec::new();
    graph::check(&manifests, &mut findings);
    source::check(root, &texts, &mut findings);
    glossary::check(&texts, &mut findings);
    links::check(root, &texts, &mut findings);
    locked::check(&texts, &mut findings)?;

    findings.sort_by(|a, b| (!a.note, &a.path, a.line).cmp(&(!b.note, &b.path, b.line)));
    for finding in &findings {
        println!("{finding}");
    }
    let errors = findings.iter().filter(|finding| !finding.note).count();
    println!(
        "tidy: {} crates, {} files, {errors} errors, {} notes ({} ms)",
        manifests.len(),
        texts.len(),
        findings.len() - errors,
        started.elapsed().as_millis()
    );
    if errors > 0 {
        return Err(Failure::new(
            format!("tidy found {errors} errors"),
            "each line above names the file; docs/ARCHITECTURE.md has the rules and their reasons",
        ));
    }
    Ok(())
}

/// Every text file git knows or would add.
fn texts(root: &Path) -> Result<Vec<Text>, Failure> {
    let listed = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output()
        .map_err(|error| {
            Failure::new(format!("git could not be started: {error}"), "install git")
        })?;
    if !listed.status.success() {
        return Err(Failure::new(
            String::from_utf8_lossy(&listed.stderr).trim().to_owned(),
            "run it inside a git checkout that belongs to you",
        ));
    }
    let mut texts = Vec::new();
    for path in listed.stdout.split(|byte| *byte == 0) {
        let Ok(path) = std::str::from_utf8(path) else {
            continue;
        };
        // A file may be listed and already deleted; pictures are no text.
        let file: PathBuf = root.join(path);
        if let (false, Ok(content)) = (path.is_empty(), std::fs::read_to_string(&file)) {
            texts.push(Text {
                path: path.to_owned(),
                content,
            });
        }
    }
    Ok(texts)
}
