//! Pieces that pages are put together from. Each is a value with its own small template, so that a
//! page writes `{{ part }}` and gets markup that was escaped where it was made.

mod check;
mod cited;
mod code;
mod due;
mod empty;
mod fault;
mod field;
mod fresh;
mod funnel;
mod label;
mod notice;
mod pager;
mod row;
mod step;
mod verb;

pub use check::{Check, Checklist};
pub use cited::Cited;
pub use code::{Copied, Difference, Piece};
pub use due::{At, Due};
pub use empty::Empty;
pub use fault::Faults;
pub use field::{Choice, Field};
pub use fresh::{Draft, Fresh};
pub use funnel::{Funnel, Stage};
pub use label::{PapLabel, Severity, Tag, TlpLabel};
pub use notice::{Notice, Tone};
pub use pager::{Pager, Tab, Tabs};
pub use row::{Row, by_deadline};
pub use step::{Step, Steps};
pub use verb::Verb;

/// Marks parts as HTML already: their templates escaped what they were given.
macro_rules! html {
    ($($part:ty),*) => { $( impl askama::filters::HtmlSafe for $part {} )* };
}
html!(
    At, Checklist, Cited, Copied, Difference, Draft, Due, Empty, Faults, Field, Fresh, Funnel,
    Notice, PapLabel, Pager, Row, Severity, Steps, Tabs, Tag, TlpLabel, Verb
);
