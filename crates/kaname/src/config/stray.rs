//! Environment variables that look like Kaname's and are nobody's: a slip that would be passed over.

use super::{
    key::Key,
    keys::KEYS,
    load::{Mistake, Origin},
};

/// Variables that are no keys and that the program reads.
const READ: [&str; 2] = ["KANAME_CONFIG", "KANAME_DEMO_DATA"];

/// Variables of the scripts and tests around the program.
const OTHERS: [&str; 11] = [
    "KANAME_BIN",
    "KANAME_DATA",
    "KANAME_KILL_POINTS",
    "KANAME_KILL_TEST_CHILD",
    "KANAME_LEAK_PAIRS",
    "KANAME_PYTHON",
    "KANAME_SAMPLES",
    "KANAME_SHOTS",
    "KANAME_SHOW",
    "KANAME_TESTDATA",
    "KANAME_URL",
];

/// Variables that nobody reads. Those of a section are looked at with the keys.
pub(crate) fn stray(variables: &[(String, String)]) -> Vec<Mistake> {
    let names = variables.iter().map(|(name, _)| name.as_str());
    names
        .filter(|name| !name.contains("__"))
        .filter(|name| !READ.contains(name) && !OTHERS.contains(name))
        .map(|name| Mistake {
            at: Origin::Variable(name.to_owned()).to_string(),
            line: None,
            key: name.to_owned(),
            what: "there is no such variable".to_owned(),
            allowed: Some("KANAME_SECTION__KEY, with two underscores between the two".to_owned()),
            did_you_mean: meant(name),
        })
        .collect()
}

/// The variable that was probably meant: one spelt nearly so, or the only key of that name.
fn meant(written: &str) -> Option<String> {
    let known: Vec<String> = KEYS.iter().map(Key::variable).collect();
    let all = known.iter().map(String::as_str).chain(READ);
    if let Some(nearest) = nearest(written, all) {
        return Some(nearest.to_owned());
    }
    let end = format!("__{}", written.strip_prefix("KANAME_")?);
    let mut named = known.iter().filter(|name| name.ends_with(&end));
    let first = named.next()?;
    named.next().is_none().then(|| first.clone())
}

/// The name among `known` that is nearest to what was written, when it is near enough to be meant.
pub(crate) fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let bound = (written.chars().count() / 3).clamp(2, 5);
    known
        .map(|name| (distance(written, name), name))
        .filter(|(far, _)| *far <= bound)
        .min()
        .map(|(_, name)| name)
}

/// Levenshtein distance of short names.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(80).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(80).enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
