//! A list of things that were looked at.

use askama::Template;

use crate::frame::Page;

/// One thing looked at.
#[derive(Debug, Clone)]
pub struct Check {
    /// What was looked at: 「組織名・略称」.
    pub label: String,
    /// What was found: 「3 件を除去」.
    pub found: String,
    /// `Some(true)` is fine, `Some(false)` needs a person, `None` was not looked at yet.
    pub fine: Option<bool>,
    /// Where the finding is shown.
    pub href: Option<String>,
}

impl Check {
    const fn class(&self) -> &'static str {
        match self.fine {
            Some(true) => "fine",
            Some(false) => "look",
            None => "open",
        }
    }

    const fn key(&self) -> &'static str {
        match self.fine {
            Some(true) => "common-check-fine",
            Some(false) => "common-check-look",
            None => "common-check-open",
        }
    }
}

/// The list.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/checklist.html")]
pub struct Checklist {
    checks: Vec<(Check, String)>,
}

impl Page {
    /// `{{ page.checklist(checks) }}`.
    pub fn checklist(&self, checks: &[Check]) -> Checklist {
        let said = |check: &Check| (check.clone(), self.t(check.key()).into_owned());
        Checklist {
            checks: checks.iter().map(said).collect(),
        }
    }
}
