//! Case files made of parts.

use std::sync::Arc;

use kaname_severity::{Case, Flaw, Policy, cases};

pub(crate) const POLICY: &str = include_str!("../../data/jp-ci-severity-2018.toml");

pub(crate) fn builtin() -> Arc<Policy> {
    Policy::builtin().unwrap()
}

/// A policy file with one text replaced; the text must be there.
pub(crate) fn changed(from: &str, to: &str) -> String {
    assert!(POLICY.contains(from), "the policy has no {from:?}");
    POLICY.replacen(from, to, 1)
}

/// A file of one case: more keys of the case, and its observations.
pub(crate) fn file(sector: &str, keys: &str, observations: &[String]) -> String {
    format!(
        "schema = \"kaname.severity-case/1\"\n[[case]]\nid = \"c\"\ntitle = {{ ja = \"件\", en = \"case\" }}\n\
         cause = \"cyber_attack\"\nsector = \"{sector}\"\nscope_on = 2024-06-01\n{keys}\n\
         observation = [\n{}\n]\n",
        observations.join(",\n")
    )
}

pub(crate) fn one(policy: &Arc<Policy>, sector: &str, observations: &[String]) -> Case {
    let text = file(sector, "", observations);
    let read = cases(&text, policy).unwrap_or_else(|flaw| panic!("{flaw}\n{text}"));
    read.into_iter().next().unwrap()
}

pub(crate) fn refused(text: &str) -> Flaw {
    cases(text, &builtin()).expect_err(text)
}

/// A scope observation by one operator; `more` are further keys.
pub(crate) fn scope(indicator: &str, unit: &str, value: u64, more: &str) -> String {
    format!(
        "{{ indicator = \"{indicator}\", unit = \"{unit}\", low = {value}, high = {value}, \
         operator = \"o\", service = \"s\", {more} }}"
    )
}

pub(crate) fn exact(indicator: &str, unit: &str, value: u64, more: &str) -> String {
    format!(
        "{{ indicator = \"{indicator}\", unit = \"{unit}\", low = {value}, high = {value}{more} }}"
    )
}
