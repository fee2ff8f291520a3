//! Times and deadlines.

use askama::Template;
use jiff::{SignedDuration, Timestamp};

use crate::frame::Page;

/// A moment: `11月23日（月）05:42 JST`, exact for machines.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/at.html")]
pub struct At {
    exact: Timestamp,
    said: String,
}

/// What is left until a deadline, said in words, with what the deadline is about.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/due.html")]
pub struct Due {
    /// Machine-readable, when it is a time.
    exact: Option<Timestamp>,
    said: String,
    tone: &'static str,
    about: String,
}

impl Page {
    /// `{{ page.at(item.released_at) }}`.
    pub fn at(&self, at: impl std::borrow::Borrow<Timestamp>) -> At {
        let exact = *at.borrow();
        At {
            exact,
            said: self.text.jst(exact, self.now),
        }
    }

    /// `{{ page.ago(item.seen_at) }}`: how long ago, within a day.
    pub fn ago(&self, at: impl std::borrow::Borrow<Timestamp>) -> At {
        let exact = *at.borrow();
        At {
            exact,
            said: self.text.ago(exact, self.now).into_owned(),
        }
    }

    /// A deadline as it stands before a row: how long is left, urgent under an hour, overdue in
    /// words. `about` says what is due.
    pub fn due(&self, until: Timestamp, about: impl Into<String>) -> Due {
        let left = until.duration_since(self.now);
        let length = self.text.length(left);
        let (key, tone) = if left.is_negative() {
            ("common-overdue", "over")
        } else if left < SignedDuration::from_hours(1) {
            ("common-left", "near")
        } else if left < SignedDuration::from_hours(6) {
            ("common-left", "soon")
        } else {
            ("common-left", "far")
        };
        Due {
            exact: Some(until),
            said: self.t1(key, "length", length).into_owned(),
            tone,
            about: about.into(),
        }
    }

    /// When something came, where a row has no deadline.
    pub fn came(&self, at: Timestamp, about: impl Into<String>) -> Due {
        Due {
            exact: Some(at),
            said: self.text.ago(at, self.now).into_owned(),
            tone: "far",
            about: about.into(),
        }
    }

    /// No deadline; `about` says why or whose turn it is.
    pub fn not_due(&self, about: impl Into<String>) -> Due {
        Due {
            exact: None,
            said: "—".to_owned(),
            tone: "none",
            about: about.into(),
        }
    }
}
