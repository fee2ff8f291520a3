//! What would happen if: how one answer differs from another.

use serde::Serialize;

use super::{Route, Routed};

/// How a recipient fares under another answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Moved {
    /// Is told only then.
    Added {
        /// How.
        then: Box<Routed>,
    },
    /// Is told only now.
    Gone {
        /// How.
        now: Box<Routed>,
    },
    /// Is told otherwise: another role, other fields, by another rule.
    Otherwise {
        /// How now.
        now: Box<Routed>,
        /// How then.
        then: Box<Routed>,
    },
}

/// What would be otherwise under another answer, in the order of the answers.
pub fn difference(now: &Route, then: &Route) -> Vec<Moved> {
    let beside = |route: &Route, one: &Routed| {
        let mut found = route.to.iter();
        let found = found.find(|other| other.to == one.to && other.form == one.form);
        found.cloned().map(Box::new)
    };
    let mut moved = Vec::new();
    for one in &now.to {
        match beside(then, one) {
            None => moved.push(Moved::Gone {
                now: Box::new(one.clone()),
            }),
            Some(other) if *other != *one => moved.push(Moved::Otherwise {
                now: Box::new(one.clone()),
                then: other,
            }),
            Some(_) => {}
        }
    }
    for one in &then.to {
        if beside(now, one).is_none() {
            moved.push(Moved::Added {
                then: Box::new(one.clone()),
            });
        }
    }
    moved
}
