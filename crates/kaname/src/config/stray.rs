//! Environment variables that look like Kaname's and are nobody's: a slip that would be passed over.

use super::{
    key::{self, KEYS, Key},
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
    if let Some(nearest) = key::nearest(written, all) {
        return Some(nearest.to_owned());
    }
    let end = format!("__{}", written.strip_prefix("KANAME_")?);
    let mut named = known.iter().filter(|name| name.ends_with(&end));
    let first = named.next()?;
    named.next().is_none().then(|| first.clone())
}
