//! Moving through a long list, and choosing a part of it. All state is in the address.

use askama::Template;

use crate::{frame::Page, text::Count};

/// Which part of a list is shown, and the way to its neighbours.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/pager.html")]
pub struct Pager {
    name: String,
    said: String,
    previous: Option<(String, String)>,
    next: Option<(String, String)>,
}

impl Pager {
    /// Of one list among several on a page: screen readers hear which.
    #[must_use]
    pub fn of(mut self, list: &str) -> Self {
        self.name = format!("{list}: {}", self.name);
        self
    }
}

/// One part of a list.
#[derive(Debug, Clone)]
pub struct Tab {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
    /// How many it holds.
    pub count: Option<Count>,
    /// Whether it is shown.
    pub here: bool,
}

/// Parts of a list to choose from.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/tabs.html")]
pub struct Tabs {
    /// What is chosen here, for screen readers.
    pub name: String,
    /// The parts.
    pub tabs: Vec<Tab>,
}

impl Page {
    /// `{{ page.pager(shown, count, previous, next) }}` with the addresses of the neighbours.
    pub fn pager(
        &self,
        shown: u64,
        count: Count,
        previous: Option<String>,
        next: Option<String>,
    ) -> Pager {
        let said = self.t2(
            "common-pager-shown",
            "shown",
            shown,
            "count",
            count.to_string(),
        );
        self.pager_saying(said.into_owned(), previous, next)
    }

    /// The same of a list that is not counted.
    pub fn pager_uncounted(
        &self,
        shown: u64,
        previous: Option<String>,
        next: Option<String>,
    ) -> Pager {
        let said = self
            .t1("common-pager-uncounted", "shown", shown)
            .into_owned();
        self.pager_saying(said, previous, next)
    }

    fn pager_saying(&self, said: String, previous: Option<String>, next: Option<String>) -> Pager {
        let way =
            |key: &str, href: Option<String>| href.map(|href| (self.t(key).into_owned(), href));
        Pager {
            name: self.t("common-pager").into_owned(),
            said,
            previous: way("common-pager-previous", previous),
            next: way("common-pager-next", next),
        }
    }
}
