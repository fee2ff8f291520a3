//! Every term in the code column of docs/GLOSSARY.md exists in the code.

use std::collections::HashSet;

use super::{Finding, Text};

const GLOSSARY: &str = "docs/GLOSSARY.md";

/// The column, counted from 0 inside a row's bars, that names the term in code.
const CODE_COLUMN: usize = 1;

pub(crate) fn check(texts: &[Text], findings: &mut Vec<Finding>) {
    let Some(glossary) = texts.iter().find(|text| text.path == GLOSSARY) else {
        findings.push(Finding::error(GLOSSARY, 0, "is missing"));
        return;
    };
    let words: HashSet<&str> = texts
        .iter()
        .filter(|text| text.path.starts_with("crates/"))
        .flat_map(|text| identifiers(&text.content))
        .collect();
    for (index, line) in glossary.content.lines().enumerate() {
        let Some(row) = line.strip_prefix('|') else {
            continue;
        };
        let column = row.split('|').nth(CODE_COLUMN).unwrap_or_default();
        // Only what stands between backticks is code: every second piece.
        for term in column.split('`').skip(1).step_by(2) {
            for word in identifiers(term) {
                if !words.contains(word) {
                    findings.push(Finding::error(
                        GLOSSARY,
                        index + 1,
                        format!("`{word}` (in `{term}`) is not in the code"),
                    ));
                }
            }
        }
    }
}

fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
        .filter(|word| !word.is_empty())
}
