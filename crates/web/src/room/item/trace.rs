//! Traces of the provider that were found in what an item says, as rows: what, where, and the text
//! around it.

use kaname_sharing::{
    Content,
    row::{Row, Sign},
};

use crate::frame::Page;

/// Most traces shown.
const MAX_SHOWN: usize = 200;

/// A trace that is still open.
pub(in crate::room) struct TraceRow {
    pub(in crate::room) key: String,
    pub(in crate::room) place: String,
    /// What it is a sign of, the longest first.
    pub(in crate::room) signs: Vec<String>,
    pub(in crate::room) before: String,
    pub(in crate::room) inside: String,
    pub(in crate::room) after: String,
}

/// The open traces, in the order of the checklist.
pub(in crate::room) fn open(page: &Page, rows: &[Row], content: &Content) -> Vec<TraceRow> {
    let open = rows.iter().filter(|row| row.is_open());
    let rows = open.map(|row| {
        let (before, inside, after) = row.excerpt(content).unwrap_or_default();
        TraceRow {
            key: row.key(),
            place: place(page, &row.place),
            signs: row
                .signs()
                .map(|one| page.t(sign(one)).into_owned())
                .collect(),
            before,
            inside,
            after,
        }
    });
    rows.take(MAX_SHOWN).collect()
}

pub(in crate::room) const fn sign(sign: Sign) -> &'static str {
    match sign {
        Sign::Name => "item-sign-name",
        Sign::Person => "item-sign-person",
        Sign::Domain => "item-sign-domain",
        Sign::Address => "item-sign-address",
        Sign::Phone => "item-sign-phone",
        Sign::Mail => "item-sign-mail",
        Sign::ExactTime => "item-sign-time",
        Sign::Attachment => "item-sign-attachment",
        Sign::FirstPerson => "item-sign-first-person",
    }
}

/// Where it stands, in words: `/title/ja` is the title in Japanese.
pub(in crate::room) fn place(page: &Page, pointer: &str) -> String {
    let mut parts = pointer.splitn(4, '/').skip(1);
    match (parts.next(), parts.next(), parts.next()) {
        (Some("objects"), Some(index), rest) => {
            let n = index.parse::<usize>().map_or(0, |index| index + 1);
            page.t2(
                "item-place-object",
                "n",
                n,
                "path",
                rest.unwrap_or_default(),
            )
            .into_owned()
        }
        (Some(part), Some(lang), None) => page.word(&format!("{part}-{lang}")),
        _ => pointer.to_owned(),
    }
}
