//! Words for what parties and keys are.

use jiff::civil::Date;
use kaname_directory::{KeyScope, PartyKind, Span};

use crate::text::Text;

/// What kind of party it is.
pub(in crate::room) fn kind(text: Text, kind: PartyKind) -> String {
    let key = match kind {
        PartyKind::Operator => "directory-kind-operator",
        PartyKind::Isac => "directory-kind-isac",
        PartyKind::Ceptoar => "directory-kind-ceptoar",
        PartyKind::Ministry => "directory-kind-ministry",
        PartyKind::Centre => "directory-kind-centre",
        PartyKind::Police => "directory-kind-police",
        PartyKind::Vendor => "directory-kind-vendor",
        PartyKind::DesignatedCorporation => "directory-kind-designated",
        PartyKind::ForeignCsirt => "directory-kind-foreign",
    };
    text.t(key).into_owned()
}

/// What a key may be used for.
pub(super) fn scope(text: Text, scope: KeyScope) -> String {
    let key = match scope {
        KeyScope::TaxiiRead => "directory-scope-taxii-read",
        KeyScope::TaxiiPost => "directory-scope-taxii-post",
        KeyScope::Submit => "directory-scope-submit",
        KeyScope::SubmissionsRead => "directory-scope-submissions",
        KeyScope::FeedRead => "directory-scope-feed",
        KeyScope::ApiRead => "directory-scope-api",
        KeyScope::Feedback => "directory-scope-feedback",
    };
    text.t(key).into_owned()
}

/// A day as people write it: `2019年4月1日`, `1 Apr 2019`.
pub(in crate::room) fn day(text: Text, day: Date) -> String {
    let month = match day.month() {
        1 => "directory-month-1",
        2 => "directory-month-2",
        3 => "directory-month-3",
        4 => "directory-month-4",
        5 => "directory-month-5",
        6 => "directory-month-6",
        7 => "directory-month-7",
        8 => "directory-month-8",
        9 => "directory-month-9",
        10 => "directory-month-10",
        11 => "directory-month-11",
        _ => "directory-month-12",
    };
    let (year, number) = (day.year().to_string(), day.day().to_string());
    let month = text.t(month);
    text.t_args(
        "directory-day",
        &[("year", &year), ("month", &month), ("day", &number)],
    )
    .into_owned()
}

/// Days in force: `2019年4月1日から`, `…から…の前日まで`.
pub(in crate::room) fn span(text: Text, span: &Span) -> String {
    let from = day(text, span.from);
    match span.until {
        None => text.t1("directory-since", "from", from).into_owned(),
        Some(until) => {
            let last = until.yesterday().unwrap_or(until);
            text.t2("directory-span", "from", from, "last", day(text, last))
                .into_owned()
        }
    }
}
