//! How serious an incident was for society: a policy file and a case in, an explained level out.
//!
//! The five levels are those of the rating criteria of the Cybersecurity Strategic Headquarters
//! (サイバーセキュリティ戦略本部決定、2018年7月25日、初版), tables 1 to 3. Numbers, dates and labels stand
//! in a [`Policy`] file; this crate holds the operators and their order. A case is all incidents of one
//! attack, so nothing counts twice. What is not known makes the level an interval that contains the
//! level of every completion. The form of case files, every rule to its last edge and the form of the
//! answer are specified at the top of `tests/severity/golden.toml`.
//!
//! No clock, no files, no network, whole numbers only: one case under one policy always gives one answer.
//! [`triage`] is another number for another question and is never mixed with the level.
#![forbid(unsafe_code)]

mod case;
mod decision;
mod explain;
mod fields;
mod flaw;
mod policy;
mod rate;
mod replay;
mod time;
pub mod triage;
mod words;

pub use case::{Case, Expected, cases};
pub use decision::{Decision, Kind, NotFinal, Proposal};
pub use flaw::Flaw;
pub use policy::{
    Cause, Indicator, LevelName, Maintenance, Ordinal, Policy, Safety, Scope, Sector, Signature,
    Signer, Simultaneity, Status, Sustainability, Trust,
};
pub use rate::{Binding, Class, Hit, NextUp, Rating, Rule, Step, Viewpoint};
pub use replay::{Answer, Moved, Replay, replay};
pub use time::{Day, Listed};
pub use words::{Lang, Words};

/// A level or step, 0 to 4 (table 1 of the criteria).
pub type Level = u8;

/// A value at the low end and at the high end of what is known; low <= high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Ends<T> {
    /// At best.
    pub low: T,
    /// At worst.
    pub high: T,
}

impl<T> Ends<T> {
    /// Both ends, made by one function.
    pub fn each(mut make: impl FnMut(End) -> T) -> Self {
        Self {
            low: make(End::Low),
            high: make(End::High),
        }
    }

    /// One end.
    pub fn at(&self, end: End) -> &T {
        match end {
            End::Low => &self.low,
            End::High => &self.high,
        }
    }
}

/// Which end of what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Everything unknown taken at its best.
    Low,
    /// Everything unknown taken at its worst.
    High,
}
