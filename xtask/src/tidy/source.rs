//! What may not stand in a source file.

use std::path::Path;

use super::{Finding, Text};

/// Crates without I/O: time, randomness and environment come in as parameters, so that runs replay.
const CORE: &[&str] = &[
    "kernel",
    "stix",
    "misp",
    "intake",
    "directory",
    "policy",
    "severity",
    "sharing",
    "incident",
    "store",
];

/// Ambient calls the core may not make.
const AMBIENT: &[(&str, &str)] = &[
    ("SystemTime::now", "take a `Clock`"),
    ("Instant::now", "take a `Clock`"),
    ("Timestamp::now", "take a `Clock`"),
    ("Zoned::now", "take a `Clock`"),
    ("Uuid::now_v7", "take a `Clock` and an `Rng`"),
    ("Uuid::new_v4", "take an `Rng`"),
    ("rand::", "take an `Rng`"),
    ("getrandom", "take an `Rng`"),
    ("std::env", "take a configuration"),
    ("std::fs", "the core has no I/O"),
    ("std::net::Tcp", "the core has no I/O"),
    ("std::net::Udp", "the core has no I/O"),
    ("std::process", "the core has no I/O"),
    ("println!", "the core never touches the terminal"),
];

/// Left behind by a person in a hurry; forbidden everywhere.
const UNFINISHED: &[&str] = &[
    "todo!(",
    "unimplemented!(",
    "dbg!(",
    "#[ignore",
    "TODO",
    "FIXME",
    "XXX",
];

/// How statements of SQL begin.
const SQL: &[&str] = &[
    "INSERT INTO ",
    "DELETE FROM ",
    "\"SELECT ",
    "\"UPDATE ",
    "\"CREATE TABLE ",
];

/// Lines a source file may have, and from where on a note asks whether it has two nouns.
const MOST_LINES: usize = 500;
const MANY_LINES: usize = 400;

/// Tests are lists of cases; a long list is still easy to read.
const TEST_LINES: usize = 700;

/// One `impl` of a port cannot be cut in two; its file may be as long as the port is wide.
const PORT_LINES: usize = 650;

const SOURCE_ENDINGS: &[&str] = &[".rs", ".js", ".mjs", ".ts", ".css", ".html", ".py", ".sh"];

pub(crate) fn check(root: &Path, texts: &[Text], findings: &mut Vec<Finding>) {
    let machine = machine_paths(root);
    for text in texts {
        machine_path(text, &machine, findings);
        if SOURCE_ENDINGS
            .iter()
            .any(|ending| text.path.ends_with(ending))
        {
            size(text, findings);
        }
        // This file and its neighbours name what they look for.
        if text.path.ends_with(".rs") && !text.path.starts_with("xtask/") {
            rust(text, findings);
        }
    }
}

fn size(text: &Text, findings: &mut Vec<Finding>) {
    let lines = text.content.lines().count();
    let implements_port =
        text.path.starts_with("crates/store-") && text.path.ends_with("/src/store.rs");
    let most = if implements_port {
        PORT_LINES
    } else if text.path.contains("/tests/") {
        TEST_LINES
    } else {
        MOST_LINES
    };
    if lines > most {
        findings.push(Finding::error(
            &text.path,
            0,
            format!("{lines} lines, {most} at most: split it by noun"),
        ));
    } else if lines > MANY_LINES {
        findings.push(Finding::note(
            &text.path,
            0,
            format!("{lines} lines: has it two nouns?"),
        ));
    }
}

fn rust(text: &Text, findings: &mut Vec<Finding>) {
    let crate_name = text
        .path
        .strip_prefix("crates/")
        .and_then(|rest| rest.split('/').next());
    let is_core = crate_name.is_some_and(|name| CORE.contains(&name));
    let is_adapter = crate_name.is_some_and(|name| name.starts_with("store-"));
    // The store's contract suite is a test that two adapters call.
    let mut in_tests = ["/tests/", "/benches/", "/contract"]
        .iter()
        .any(|folder| text.path.contains(folder));
    lists(text, findings);
    let mut lines = text.content.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        let line_number = index + 1;
        // A module of tests in this file goes on to its end; one in a file of its own does not.
        let next = lines.peek().map_or("", |(_, next)| next.trim_end());
        if line.trim_start().starts_with("#[cfg(test)]") && !next.ends_with(';') {
            in_tests = true;
        }
        for word in UNFINISHED {
            if line.contains(word) {
                findings.push(Finding::error(
                    &text.path,
                    line_number,
                    format!("`{word}` is unfinished work"),
                ));
            }
        }
        let code = line.split("//").next().unwrap_or_default();
        if in_tests {
            if code.contains("thread::sleep(") || code.contains("time::sleep(") {
                findings.push(Finding::error(
                    &text.path,
                    line_number,
                    "a test that sleeps is slow on a good day and fails on a bad one: wait for the event",
                ));
            }
            continue;
        }
        if is_core {
            for (call, instead) in AMBIENT {
                if code.contains(call) {
                    findings.push(Finding::error(
                        &text.path,
                        line_number,
                        format!("`{call}`: {instead}"),
                    ));
                }
            }
        }
        if !is_adapter && SQL.iter().any(|words| code.contains(words)) {
            findings.push(Finding::error(
                &text.path,
                line_number,
                "SQL stands in store-* alone",
            ));
        }
    }
}

/// `ALL` of an enumeration has all its variants: a forgotten one would be missing from every form.
fn lists(text: &Text, findings: &mut Vec<Finding>) {
    const LIST: &str = "pub const ALL: [Self; ";
    for (at, _) in text.content.match_indices(LIST) {
        let (before, after) = (&text.content[..at], &text.content[at + LIST.len()..]);
        let of = before.rfind("\nimpl ").map(|start| &before[start + 6..]);
        let name = of.and_then(|of| of.split_whitespace().next());
        let count = after.split(']').next().and_then(|count| count.parse().ok());
        let (Some(name), Some(count)) = (name, count) else {
            continue;
        };
        let body = text.content.split_once(&format!("enum {name} {{\n"));
        let body = body.and_then(|(_, rest)| rest.split_once("\n}"));
        // One variant to a line at the first depth, whatever it holds.
        let is_variant = |line: &&str| {
            let inside = line.strip_prefix("    ");
            inside.is_some_and(|inside| inside.starts_with(|first: char| first.is_uppercase()))
        };
        let variants = body.map(|(body, _)| body.lines().filter(is_variant).count());
        if variants.is_some_and(|variants: usize| variants != count) {
            findings.push(Finding::error(
                &text.path,
                before.lines().count(),
                format!("`{name}::ALL` does not have all variants of `{name}`"),
            ));
        }
    }
}

/// Folders of the machine the check runs on: their names have no place in the repository.
#[expect(
    clippy::disallowed_methods,
    reason = "the check compares with the machine it runs on"
)]
fn machine_paths(root: &Path) -> Vec<String> {
    let home = std::env::var("HOME").unwrap_or_default();
    [
        root.to_string_lossy().into_owned(),
        root.parent()
            .map(|parent| parent.to_string_lossy().into_owned())
            .unwrap_or_default(),
        home,
    ]
    .into_iter()
    .filter(|path| path.len() > 2 && !matches!(path.as_str(), "/tmp" | "/srv" | "/opt" | "/home"))
    .map(|path| format!("{path}/"))
    .collect()
}

fn machine_path(text: &Text, machine: &[String], findings: &mut Vec<Finding>) {
    for path in machine {
        for (at, _) in text.content.match_indices(path) {
            // `/taxii2/root/` is a URL, not somebody's home.
            let before = text.content[..at].chars().next_back();
            if before.is_some_and(|before| before.is_alphanumeric() || "._-/}~*".contains(before)) {
                continue;
            }
            let line = text.content[..at].lines().count().max(1);
            findings.push(Finding::error(
                &text.path,
                line,
                format!("names a folder of this machine: {path}"),
            ));
        }
    }
}
