//! Traces of the provider that were found in what an item says, as rows: what, where, and the text
//! around it.

use kaname_sharing::{
    Content,
    row::{Row, Sign},
};

use crate::frame::Page;

/// Most traces shown.
const MAX_SHOWN: usize = 200;

/// Most places that stand together in one row.
const MAX_PLACES: usize = 10;

/// A trace that is still open. The same text in several places is one row: what an item says stands in
/// its objects, too.
pub(in crate::room) struct TraceRow {
    /// Its rows of the checklist, one for each place.
    pub(in crate::room) keys: Vec<String>,
    pub(in crate::room) places: Vec<String>,
    /// What it is a sign of, the longest first.
    pub(in crate::room) signs: Vec<String>,
    pub(in crate::room) before: String,
    pub(in crate::room) inside: String,
    pub(in crate::room) after: String,
}

impl TraceRow {
    /// Whether it is the same text: around it, one may show more than the other before the text ends.
    fn is_also(&self, other: &Self) -> bool {
        let begins = self.before.ends_with(&other.before) || other.before.ends_with(&self.before);
        let ends = self.after.starts_with(&other.after) || other.after.starts_with(&self.after);
        self.signs == other.signs && self.inside == other.inside && begins && ends
    }

    /// Takes another in, if it is the same in a place that is not among its own.
    fn joins(&mut self, other: &Self) -> bool {
        let elsewhere = other
            .places
            .iter()
            .all(|place| !self.places.contains(place));
        let joins = elsewhere && self.places.len() < MAX_PLACES && self.is_also(other);
        if joins {
            self.keys.extend_from_slice(&other.keys);
            self.places.extend_from_slice(&other.places);
        }
        joins
    }
}

/// The open traces, in the order of the checklist.
pub(in crate::room) fn open(page: &Page, rows: &[Row], content: &Content) -> Vec<TraceRow> {
    let open = rows.iter().filter(|row| row.is_open());
    let each = open.map(|row| {
        let (before, inside, after) = row.excerpt(content).unwrap_or_default();
        TraceRow {
            keys: vec![row.key()],
            places: vec![place(page, &row.place)],
            signs: row
                .signs()
                .map(|one| page.t(sign(one)).into_owned())
                .collect(),
            before,
            inside,
            after,
        }
    });
    let mut shown: Vec<TraceRow> = Vec::new();
    for one in each {
        let joined = shown.iter_mut().any(|before| before.joins(&one));
        if !joined && shown.len() < MAX_SHOWN {
            shown.push(one);
        }
    }
    shown
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
