//! What of a search was not understood, in words: once for the page, once for programs.

use kaname_sharing::find::{Fault as NotUnderstood, Why};

use crate::{
    error::{Fault, Reason},
    frame::Page,
    house::House,
    room::choices::sector_name,
};

/// A fault as the page says it.
pub(super) struct Told {
    pub(super) place: String,
    pub(super) said: String,
    pub(super) possible: String,
}

impl Told {
    pub(super) fn of(house: &House, page: &Page, typed: &str, fault: &NotUnderstood) -> Self {
        // Sectors are typed by their names too: they are offered in the reader's language.
        let vocabulary = house.world().vocabulary();
        let named = |code: &String| match vocabulary.sectors().any(|sector| sector == code) {
            true => sector_name(page, house, code),
            false => code.clone(),
        };
        let some: Vec<String> = fault.why.possible().iter().map(named).collect();
        let possible = match some.as_slice() {
            [] => String::new(),
            some => page
                .t1("search-fault-possible", "possible", some.join(" / "))
                .into_owned(),
        };
        Self {
            place: page
                .t1(
                    "search-fault-place",
                    "place",
                    place(typed, fault.span.start),
                )
                .into_owned(),
            said: reason(fault).said(page.text),
            possible,
        }
    }
}

/// The faults as problem details name them: where in the search, counted in characters from 1, and why.
pub(in crate::room) fn faults(typed: &str, faults: &[NotUnderstood]) -> Vec<Fault> {
    let told = |fault: &NotUnderstood| {
        let (from, to) = (
            place(typed, fault.span.start),
            place(typed, fault.span.end).saturating_sub(1),
        );
        let possible = fault.why.possible().join(" ");
        Fault {
            at: format!("q, characters {from} to {to}"),
            why: reason(fault),
            words: (!possible.is_empty()).then(|| format!("possible: {possible}")),
        }
    };
    faults.iter().map(told).collect()
}

/// The number of the character that begins at this byte, from 1.
fn place(typed: &str, byte: usize) -> usize {
    typed.get(..byte).unwrap_or(typed).chars().count() + 1
}

fn reason(fault: &NotUnderstood) -> Reason {
    let key = match &fault.why {
        Why::UnknownKey(_) => "search-fault-unknown-key",
        Why::Empty(_) => "search-fault-empty",
        Why::NotPossible(_) => "search-fault-not-possible",
        Why::OpenQuote => "search-fault-open-quote",
        Why::NotDenied => "search-fault-not-denied",
        Why::NoWord => "search-fault-no-word",
        Why::TooMany => "search-fault-too-many",
        Why::TooLong => "search-fault-too-long",
    };
    let reason = Reason::new(key).with("written", fault.written.as_str());
    match fault.why.bound() {
        Some(bound) => reason.with("bound", bound.to_string()),
        None => reason,
    }
}
