//! The versions of an object, and what differs between two of them, property by property: of one originator or of
//! what several say under one id.

use askama::Template;
use kaname_stix::{Change, diff};
use kaname_store::StoredObject;
use serde_json::Value;

use super::{
    Asked,
    said::{how_said, property_word, shortened},
    standing::{before, placed},
};
use crate::{
    error::Failure,
    frame::{
        Page,
        part::{At, Choice, Difference, Field, Piece},
    },
    house::{By, House},
    room::library::objects::{self, Claimants, moment},
};

/// Most differences shown.
const MOST_CHANGES: usize = 200;
/// How much text is compared letter by letter, in bytes of all that changed; of what is beyond, both sides are shown.
const MOST_COMPARED: usize = 60_000;
/// Longest side shown of what is not, in characters.
const MOST_SIDE: usize = 600;
/// Longest run that is the same and shown whole, in characters; of a longer one the ends are.
const MOST_SAME: usize = 160;

/// The section, for the page of an object.
#[derive(Template)]
#[template(path = "room/library/versions.html")]
pub(super) struct Versions {
    page: Page,
    /// Every version of the same originator in its collection, the newest first.
    all: Vec<Version>,
    /// Which two are compared; empty where there is nothing to compare with.
    choices: Vec<Field>,
    /// Where the form leads.
    to: String,
    /// The version whose page this is, where one is asked for.
    added: Option<i64>,
    changes: Option<Changes>,
}

impl askama::filters::HtmlSafe for Versions {}

struct Version {
    href: String,
    version: At,
    added: At,
    here: bool,
}

struct Changes {
    title: String,
    summary: String,
    rows: Vec<Row>,
    more: usize,
}

struct Row {
    name: String,
    path: String,
    sides: Sides,
}

enum Sides {
    /// What went and what came.
    Text(Difference),
    /// What it was and what it is.
    Values(Option<String>, Option<String>),
}

impl Versions {
    /// `same` are the versions of the shown object's originator, `others` what else stands under the id.
    pub(super) async fn of(
        house: &House,
        by: &By,
        page: &Page,
        asked: &Asked,
        (shown, same, others): (&StoredObject, &[StoredObject], &[&StoredObject]),
    ) -> Result<Self, Failure> {
        let before = before(shown, same, others);
        let from = asked.from.or(before.map(|one| one.added_us));
        let to = asked.to.unwrap_or(shown.added_us);
        let is_asked = asked.from.is_some() || asked.to.is_some();
        let changes = match from {
            Some(from) if is_asked || same.len() > 1 => {
                let from = placed(house, by, &shown.stix_id, from).await?;
                let to = placed(house, by, &shown.stix_id, to).await?;
                match (from, to) {
                    (Some(from), Some(to)) => Some(changes(page, &from, &to)),
                    _ => return Err(Failure::NotFound),
                }
            }
            _ => None,
        };
        let mut choices = Vec::new();
        if let Some(from) = from {
            let claimants = Claimants::of(house, by, page, others.iter().copied()).await?;
            let all = || options(page, &claimants, same, others);
            choices.push(
                page.select("from", page.t("object-compare-from"), all())
                    .value(from.to_string()),
            );
            choices.push(
                page.select("to", page.t("object-compare-to"), all())
                    .value(to.to_string()),
            );
        }
        Ok(Self {
            all: same
                .iter()
                .map(|one| version(page, one, shown.added_us))
                .collect(),
            choices,
            to: format!("/library/objects/{}#versions", shown.stix_id),
            added: asked.added,
            changes,
            page: page.clone(),
        })
    }
}

fn version(page: &Page, one: &StoredObject, shown_us: i64) -> Version {
    Version {
        href: objects::placed(one),
        version: page.at(moment(page, one.version_us)),
        added: page.at(moment(page, one.added_us)),
        here: one.added_us == shown_us,
    }
}

/// What can be compared: each version by its moment, of others' with whose it is.
fn options(
    page: &Page,
    claimants: &Claimants,
    same: &[StoredObject],
    others: &[&StoredObject],
) -> Vec<Choice> {
    let said = |one: &StoredObject| page.text.jst(moment(page, one.version_us), page.now);
    let own = same
        .iter()
        .map(|one| Choice::new(one.added_us.to_string(), said(one)));
    let foreign = others.iter().map(|one| {
        let whose = claimants.whose(page, one);
        let whose = whose.unwrap_or_else(|| page.t("library-from-hub").into_owned());
        let label = page.t2("object-compare-of", "at", said(one), "whose", whose);
        Choice::new(one.added_us.to_string(), label)
    });
    own.chain(foreign).collect()
}

fn changes(page: &Page, from: &StoredObject, to: &StoredObject) -> Changes {
    let value = |one: &StoredObject| serde_json::from_str::<Value>(&one.raw).unwrap_or_default();
    let all = diff(&value(from), &value(to));
    let count = |is: fn(&Change) -> bool| all.iter().filter(|one| is(one)).count();
    let (came, went) = (
        count(|one| one.before.is_none()),
        count(|one| one.after.is_none()),
    );
    let said = |one: &StoredObject| page.text.jst(moment(page, one.version_us), page.now);
    let summary = page.text.t_args(
        "object-compare-counts",
        &[
            ("came", &came),
            ("went", &went),
            ("changed", &(all.len() - came - went)),
        ],
    );
    Changes {
        title: page
            .t2("object-compare-title", "from", said(from), "to", said(to))
            .into_owned(),
        summary: match all.is_empty() {
            true => page.t("object-compare-same").into_owned(),
            false => summary.into_owned(),
        },
        more: all.len().saturating_sub(MOST_CHANGES),
        rows: {
            let mut left = MOST_COMPARED;
            let shown = all.into_iter().take(MOST_CHANGES);
            shown.map(|one| row(page, one, &mut left)).collect()
        },
    }
}

/// `left` is how much text may still be compared letter by letter.
fn row(page: &Page, change: Change, left: &mut usize) -> Row {
    let path = shortened(&change.path, 200).0;
    let property = path.split('/').nth(1).unwrap_or_default();
    let name = property_word(page, property).unwrap_or_default();
    let sides = match (&change.before, &change.after) {
        (Some(Value::String(before)), Some(Value::String(after)))
            if before.len() + after.len() <= *left =>
        {
            *left -= before.len() + after.len();
            Sides::Text(page.difference(&trimmed(Piece::between(before, after))))
        }
        (before, after) => Sides::Values(
            before.as_ref().map(|one| side(page, property, one)),
            after.as_ref().map(|one| side(page, property, one)),
        ),
    };
    Row { name, path, sides }
}

fn side(page: &Page, property: &str, value: &Value) -> String {
    match (property, value) {
        ("relationship_type", Value::String(how)) => how_said(page, how),
        (_, Value::String(text)) => shortened(text, MOST_SIDE).0,
        (_, other) => shortened(&other.to_string(), MOST_SIDE).0,
    }
}

/// With what is the same told by its ends alone where it is long.
fn trimmed(pieces: Vec<Piece>) -> Vec<Piece> {
    let last = pieces.len().saturating_sub(1);
    let trim = |(place, piece): (usize, Piece)| match piece {
        Piece::Same(text) => Piece::Same(ends(&text, place > 0, place < last)),
        other => other,
    };
    pieces.into_iter().enumerate().map(trim).collect()
}

/// The beginning and the end of a long text, as far as something that changed stands there.
fn ends(text: &str, after_change: bool, before_change: bool) -> String {
    let count = text.chars().count();
    if count <= MOST_SAME {
        return text.to_owned();
    }
    let kept = MOST_SAME / 2;
    let start: String = text.chars().take(kept).collect();
    let end: String = text.chars().skip(count - kept).collect();
    match (after_change, before_change) {
        (true, true) => format!("{start} … {end}"),
        (true, false) => format!("{start} …"),
        (false, _) => format!("… {end}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_SAME, ends, trimmed};
    use crate::frame::part::Piece;

    #[test]
    fn what_is_the_same_and_long_is_told_by_its_ends() {
        let long = "あ".repeat(MOST_SAME + 1);
        let half = "あ".repeat(MOST_SAME / 2);
        assert_eq!(ends(&long, true, true), format!("{half} … {half}"));
        assert_eq!(ends(&long, true, false), format!("{half} …"));
        assert_eq!(ends(&long, false, true), format!("… {half}"));
        assert_eq!(ends("short", true, true), "short");
        let new = Piece::New(long.clone());
        let kept = trimmed(vec![new.clone()]);
        assert_eq!(kept, [new], "what changed stands whole");
    }
}
