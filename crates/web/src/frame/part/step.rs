//! Where a matter stands on its way.

use askama::Template;

use crate::frame::Page;

/// One step of the way.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name: 「提供者の同意」.
    pub label: String,
    /// What is to say of it: 「残り 3時間」, the date it was done.
    pub note: Option<String>,
}

/// The way: steps before `now` are done, those after it lie ahead.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/steps.html")]
pub struct Steps {
    steps: Vec<Step>,
    now: usize,
    name: String,
    done: String,
}

impl Page {
    /// `{{ page.steps(steps, 3) }}`; `now` past the end: all done.
    pub fn steps(&self, steps: &[Step], now: usize) -> Steps {
        Steps {
            steps: steps.to_vec(),
            now,
            name: self.t("common-steps").into_owned(),
            done: self.t("common-step-done").into_owned(),
        }
    }
}
