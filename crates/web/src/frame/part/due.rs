//! Times and deadlines.

use askama::Template;
use jiff::{SignedDuration, Timestamp};

use crate::frame::Page;

/// A moment: `11月23日（月）05:42 JST`, exact for machines.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/at.html")]
pub struct At {
    exact: Timestamp,
    /// Date and time, where `said` tells only how long ago.
    whole: Option<String>,
    said: String,
}

/// What is left until a deadline, said in words, with what the deadline is about.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/due.html")]
pub struct Due {
    /// Machine-readable, when it is a time.
    exact: Option<Timestamp>,
    /// Date and time in words, then.
    whole: String,
    /// Whether those stand there to be read, below what is left: a deadline's do.
    written: bool,
    /// Whether the reader has to keep it: it says how urgent what waits is.
    kept: bool,
    said: String,
    tone: &'static str,
    about: String,
}

impl Due {
    /// Where it stands in the order of work: deadlines first, the soonest and so the overdue before the
    /// others; then what has none, the oldest first.
    pub(super) fn place(&self) -> (u8, Option<Timestamp>) {
        match self.exact {
            Some(_) if self.kept => (0, self.exact),
            Some(_) => (1, self.exact),
            None => (2, None),
        }
    }

    /// The deadline, where the reader has one to keep.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        self.exact.filter(|_| self.kept)
    }
}

impl Page {
    /// `{{ page.at(item.released_at) }}`.
    pub fn at(&self, at: impl std::borrow::Borrow<Timestamp>) -> At {
        let exact = *at.borrow();
        At {
            exact,
            whole: None,
            said: self.text.jst(exact, self.now),
        }
    }

    /// `{{ page.ago(item.seen_at) }}`: how long ago, within a day.
    pub fn ago(&self, at: impl std::borrow::Borrow<Timestamp>) -> At {
        let exact = *at.borrow();
        At {
            exact,
            whole: Some(self.text.jst(exact, self.now)),
            said: self.text.ago(exact, self.now).into_owned(),
        }
    }

    /// A deadline as it stands before a row: how long is left, urgent under an hour, overdue in
    /// words. `about` says what is due.
    pub fn due(&self, until: Timestamp, about: impl Into<String>) -> Due {
        let left = until.duration_since(self.now);
        let length = self.text.span(left);
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
            whole: self.text.jst(until, self.now),
            written: true,
            kept: true,
            said: self.t1(key, "length", length).into_owned(),
            tone,
            about: about.into(),
        }
    }

    /// A deadline that others keep: whose, and when it is, but nothing that counts down before a reader
    /// who does not know how far they are.
    pub fn others_due(
        &self,
        until: Timestamp,
        whose: impl Into<String>,
        about: impl Into<String>,
    ) -> Due {
        Due {
            exact: Some(until),
            whole: self.text.jst(until, self.now),
            written: true,
            kept: false,
            said: whose.into(),
            tone: "past",
            about: about.into(),
        }
    }

    /// A deadline where there may be none.
    pub fn maybe_due(&self, until: Option<Timestamp>, about: impl Into<String>) -> Due {
        match until {
            Some(until) => self.due(until, about),
            None => self.not_due(about),
        }
    }

    /// When something came, where a row has no deadline.
    pub fn came(&self, at: Timestamp, about: impl Into<String>) -> Due {
        Due {
            exact: Some(at),
            whole: self.text.jst(at, self.now),
            written: false,
            kept: false,
            said: self.text.ago(at, self.now).into_owned(),
            tone: "past",
            about: about.into(),
        }
    }

    /// No deadline; `about` says why or whose turn it is.
    pub fn not_due(&self, about: impl Into<String>) -> Due {
        Due {
            exact: None,
            whole: String::new(),
            written: false,
            kept: false,
            said: "—".to_owned(),
            tone: "none",
            about: about.into(),
        }
    }
}
