//! What can be pressed, and why not.

use askama::Template;

use crate::frame::Page;

#[derive(Debug, Clone)]
enum Does {
    /// Leads to a page.
    Leads(String),
    /// Posts to an address, with hidden fields.
    Posts {
        to: String,
        csrf: String,
        fields: Vec<(&'static str, String)>,
    },
    /// Posts once its consequence was read.
    Confirms {
        to: String,
        csrf: String,
        fields: Vec<(&'static str, String)>,
        /// What follows from it.
        said: String,
        /// What the button says that carries it out.
        go: String,
    },
    /// Can't be done now.
    Refused { why: String, id: String },
}

/// A verb: a link, a posted form, or the verb with the reason why it can't be done.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/verb.html")]
pub struct Verb {
    label: String,
    does: Does,
    class: &'static str,
    /// Whole name for screen readers, where the label alone would be one of many.
    whole: Option<String>,
}

impl Verb {
    /// The one thing this page or row is for.
    #[must_use]
    pub const fn main(mut self) -> Self {
        self.class = "button main";
        self
    }

    /// Something that can't be undone.
    #[must_use]
    pub const fn grave(mut self) -> Self {
        self.class = "button grave";
        self
    }

    /// Says first what follows from it: the verb opens, and what it opens carries it out. Works
    /// without script.
    #[must_use]
    pub fn confirming(mut self, said: impl Into<String>) -> Self {
        if let Does::Posts { to, csrf, fields } = self.does {
            self.does = Does::Confirms {
                to,
                csrf,
                fields,
                said: said.into(),
                go: self.label.clone(),
            };
        }
        self
    }

    /// With a name of its own for the button that carries it out, where the verb only leads there.
    #[must_use]
    pub fn going(mut self, label: impl Into<String>) -> Self {
        if let Does::Confirms { go, .. } = &mut self.does {
            *go = label.into();
        }
        self
    }

    /// Carries a value with a posted action.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Does::Posts { fields, .. } = &mut self.does {
            fields.push((name, value.into()));
        }
        self
    }

    /// In a row: the same reason may stand in several rows of a page, each with an id of its own.
    #[must_use]
    pub(super) fn of_row(mut self, href: &str) -> Self {
        if let Does::Refused { why, id } = &mut self.does {
            *id = format!("why-{:08x}", fingerprint(href, why));
        }
        self
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// What a screen reader says instead of the short label: 「分析する：水道事業者…」. Who speaks to the
    /// page says what they see, so the label stays in front where it is not within.
    #[must_use]
    pub fn named(mut self, whole: impl Into<String>) -> Self {
        let whole = whole.into();
        self.whole = Some(if whole.contains(&self.label) {
            whole
        } else {
            format!("{}: {whole}", self.label)
        });
        self
    }
}

impl Page {
    /// A verb that opens another page.
    pub fn link(&self, href: impl Into<String>, label: impl Into<String>) -> Verb {
        Verb {
            label: label.into(),
            does: Does::Leads(href.into()),
            class: "button",
            whole: None,
        }
    }

    /// A verb that does something: a form of its own with this reader's token.
    pub fn post(&self, to: impl Into<String>, label: impl Into<String>) -> Verb {
        let does = Does::Posts {
            to: to.into(),
            csrf: self.csrf.clone(),
            fields: Vec::new(),
        };
        Verb {
            label: label.into(),
            does,
            class: "button",
            whole: None,
        }
    }

    /// A verb that stands where it would be, with the reason why it can't be done.
    pub fn refused(&self, label: impl Into<String>, why: impl Into<String>) -> Verb {
        let (label, why) = (label.into(), why.into());
        let id = format!("why-{:08x}", fingerprint(&label, &why));
        Verb {
            label,
            does: Does::Refused { why, id },
            class: "button",
            whole: None,
        }
    }
}

/// Ties a reason to its verb within a page (FNV-1a; nothing rests on it).
fn fingerprint(label: &str, why: &str) -> u32 {
    label
        .bytes()
        .chain(why.bytes())
        .fold(0x811c_9dc5, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
}
