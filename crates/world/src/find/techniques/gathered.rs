//! Attack patterns put together and set in columns: what describes the same technique is one, and sub-techniques stand
//! below what they belong to.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::MatterId;
use kaname_store::StoredObject;
use serde::Deserialize;

use super::{Matrix, MatrixWanted, Tactic, UsedTechnique};

/// What an attack pattern says of its place.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Pattern {
    kill_chain_phases: Vec<Phase>,
    external_references: Vec<External>,
    revoked: bool,
    x_mitre_deprecated: bool,
}

#[derive(Debug, Default, Clone, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(default)]
struct Phase {
    kill_chain_name: String,
    phase_name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct External {
    source_name: String,
    external_id: String,
}

impl Pattern {
    /// Its number in ATT&CK.
    fn number(&self) -> Option<&str> {
        let all = self.external_references.iter();
        let own = all.filter(|one| one.source_name.starts_with("mitre-"));
        let mut ids = own.map(|one| one.external_id.as_str());
        ids.find(|id| {
            let rest = id.strip_prefix('T').unwrap_or_default();
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        })
    }
}

/// A technique as it is put together from the objects that describe it.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) shown: UsedTechnique,
    pub(super) ids: BTreeSet<String>,
    items: BTreeSet<MatterId>,
    phases: BTreeSet<Phase>,
    /// Whether the object it is shown by says in which phases it stands.
    is_placed: bool,
}

/// Puts together what describes the same technique.
pub(super) fn gather(patterns: &[StoredObject], items: &BTreeSet<MatterId>) -> Vec<Gathered> {
    let mut all: BTreeMap<String, Gathered> = BTreeMap::new();
    for object in patterns {
        let Ok(pattern) = serde_json::from_str::<Pattern>(&object.raw) else {
            continue;
        };
        if pattern.revoked || pattern.x_mitre_deprecated {
            continue;
        }
        let number = pattern.number().unwrap_or_default().to_owned();
        let key = match number.is_empty() {
            true => object.stix_id.clone(),
            false => number.clone(),
        };
        let one = all.entry(key).or_default();
        let is_placed = !pattern.kill_chain_phases.is_empty();
        if one.shown.stix_id.is_empty() || (is_placed && !one.is_placed) {
            one.shown.stix_id.clone_from(&object.stix_id);
            one.shown.title.clone_from(&object.title);
            one.shown.number = number;
            one.is_placed = is_placed;
        }
        one.ids.insert(object.stix_id.clone());
        one.phases.extend(pattern.kill_chain_phases);
        if items.contains(&object.source) {
            one.items.insert(object.source);
        }
    }
    let mut all: Vec<Gathered> = all.into_values().collect();
    for one in &mut all {
        one.shown.items = one.items.len() as u64;
    }
    all
}

/// The columns.
pub(super) fn arranged(
    all: Vec<Gathered>,
    wanted: &MatrixWanted,
    order: &[String],
    cut: bool,
) -> Matrix {
    let mut chains: BTreeMap<String, usize> = BTreeMap::new();
    for one in &all {
        let own: BTreeSet<&String> = one.phases.iter().map(|of| &of.kill_chain_name).collect();
        for chain in own {
            *chains.entry(chain.clone()).or_default() += 1;
        }
    }
    let largest = chains.iter().max_by_key(|(_, count)| **count);
    let largest = largest.map(|(chain, _)| chain.clone()).unwrap_or_default();
    let chain = match &wanted.chain {
        Some(chain) if chains.contains_key(chain) => chain.clone(),
        _ => largest.clone(),
    };
    let mut columns: BTreeMap<(usize, String), Vec<UsedTechnique>> = BTreeMap::new();
    let mut shown = BTreeSet::new();
    let used = |one: &Gathered| wanted.unused || one.shown.uses + one.shown.items > 0;
    // What stands above something in use is shown with it.
    let above: BTreeSet<String> = all
        .iter()
        .filter(|one| used(one))
        .filter_map(|one| Some(one.shown.number.split_once('.')?.0.to_owned()))
        .collect();
    for one in all {
        if !used(&one) && !above.contains(&one.shown.number) {
            continue;
        }
        let mut phases: Vec<String> = one
            .phases
            .iter()
            .filter(|of| of.kill_chain_name == chain)
            .map(|of| of.phase_name.clone())
            .collect();
        if one.phases.is_empty() && chain == largest {
            phases.push(String::new());
        }
        for phase in phases {
            let at = order.iter().position(|name| *name == phase);
            let last = if phase.is_empty() {
                usize::MAX
            } else {
                usize::MAX - 1
            };
            shown.insert(one.shown.stix_id.clone());
            let column = columns.entry((at.unwrap_or(last), phase)).or_default();
            column.push(one.shown.clone());
        }
    }
    let tactics: Vec<Tactic> = columns
        .into_iter()
        .map(|((_, phase), techniques)| Tactic {
            phase,
            techniques: folded(techniques),
        })
        .collect();
    let totals = tactics.iter().flat_map(|tactic| &tactic.techniques);
    Matrix {
        most: totals.map(UsedTechnique::total).max().unwrap_or_default(),
        chains: chains.into_iter().collect(),
        chain,
        techniques: shown.len(),
        tactics,
        cut,
    }
}

/// With sub-techniques below what they belong to, the most used first.
fn folded(all: Vec<UsedTechnique>) -> Vec<UsedTechnique> {
    let (subs, mut top): (Vec<UsedTechnique>, Vec<UsedTechnique>) =
        all.into_iter().partition(|one| one.number.contains('.'));
    for sub in subs {
        let parent = sub.number.split('.').next().unwrap_or_default();
        match top.iter_mut().find(|one| one.number == parent) {
            Some(parent) => parent.subs.push(sub),
            None => top.push(sub),
        }
    }
    for one in &mut top {
        one.subs.sort_by(most_used);
    }
    top.sort_by(most_used);
    top
}

fn most_used(one: &UsedTechnique, other: &UsedTechnique) -> std::cmp::Ordering {
    (other.total(), &one.number, &one.title).cmp(&(one.total(), &other.number, &other.title))
}

#[cfg(test)]
mod tests {
    use super::{UsedTechnique, folded};

    #[test]
    fn sub_techniques_stand_below_and_the_most_used_first() {
        let one = |number: &str, uses| UsedTechnique {
            number: number.to_owned(),
            uses,
            ..UsedTechnique::default()
        };
        let all = vec![
            one("T1059.003", 2),
            one("T1003", 5),
            one("T1059", 1),
            one("T1059.001", 9),
            one("T9999.001", 1),
        ];
        let all = folded(all);
        let numbers: Vec<&str> = all.iter().map(|one| one.number.as_str()).collect();
        assert_eq!(numbers, ["T1059", "T1003", "T9999.001"]);
        assert_eq!(all[0].subs[0].number, "T1059.001");
        assert_eq!(all[0].total(), 12);
    }
}
