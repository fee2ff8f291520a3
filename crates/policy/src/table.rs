//! The policies as rows for a page: who may do what and why.

use cedar_policy::{ActionConstraint, Effect};
use serde::Serialize;

use crate::{action::Action, policy::Policy};

/// One policy, to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyRow {
    /// Its id, as decisions name it.
    pub id: String,
    /// Whether it permits or forbids.
    pub permits: bool,
    /// Whom it speaks of: roles, `everyone`, `public`, `person`, `officer`, `machine`, `system`, or
    /// `key` and a scope.
    pub who: Vec<String>,
    /// What it speaks of; every action when it names none.
    pub actions: Vec<Action>,
    /// The rule as a sentence, Japanese.
    pub ja: String,
    /// The rule as a sentence, English.
    pub en: String,
    /// The policy itself, in Cedar.
    pub cedar: String,
}

impl Policy {
    /// All policies in the order of the file.
    pub fn table(&self) -> Vec<PolicyRow> {
        let text = |policy: &cedar_policy::Policy, key| {
            policy.annotation(key).unwrap_or_default().to_owned()
        };
        let mut rows: Vec<(usize, PolicyRow)> = Vec::new();
        for policy in self.policies().policies() {
            let named = |action: &Action| match policy.action_constraint() {
                ActionConstraint::Any => true,
                ActionConstraint::Eq(one) => one.id().unescaped() == action.as_str(),
                ActionConstraint::In(several) => several
                    .iter()
                    .any(|one| one.id().unescaped() == action.as_str()),
            };
            let row = PolicyRow {
                id: policy.id().to_string(),
                permits: policy.effect() == Effect::Permit,
                who: text(policy, "who")
                    .split(',')
                    .map(|who| who.trim().to_owned())
                    .collect(),
                actions: Action::ALL
                    .iter()
                    .copied()
                    .filter(|action| named(action))
                    .collect(),
                ja: text(policy, "ja"),
                en: text(policy, "en"),
                cedar: Self::body(&policy.to_string()),
            };
            rows.push((Self::place(&row.id), row));
        }
        rows.sort_by_key(|(place, _)| *place);
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// The policy without its annotations.
    fn body(text: &str) -> String {
        let lines = text.lines().filter(|line| !line.starts_with('@'));
        lines.collect::<Vec<_>>().join("\n")
    }
}
