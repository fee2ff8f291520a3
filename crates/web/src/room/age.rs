//! How fresh something is, in words and for programs: the score with what it rests on, and when it falls too low.

use askama::Template;
use kaname_sharing::{
    Value,
    decay::{Aged, Freshness, KindAge, Witness},
};

use super::choices::lang;
use crate::frame::{
    Page,
    part::{At, Tag},
};

/// The freshness of an item or object.
#[derive(Template)]
#[template(path = "room/age.html")]
pub(super) struct Age {
    page: AgePage,
    /// When it was seen last, and by what that is known.
    seen_at: At,
    witness: String,
    kinds: Vec<KindRow>,
    /// How many values do not age.
    steady: Option<String>,
}

impl askama::filters::HtmlSafe for Age {}

/// The words of the part that stand for themselves.
struct AgePage {
    title: String,
    about: String,
    seen: String,
    score: String,
    fades: String,
    low: String,
}

struct KindRow {
    name: String,
    values: String,
    score: String,
    is_aged: bool,
    fades_at: At,
    /// The numbers of the model.
    model: String,
}

impl Age {
    /// `None` where nothing of it ages.
    pub(super) fn of(page: &Page, fresh: &Freshness) -> Option<Self> {
        if fresh.kinds.is_empty() {
            return None;
        }
        let said = |key: &str| page.t(key).into_owned();
        let kinds = fresh.kinds.iter().map(|one| kind(page, one));
        let steady = fresh.steady as u64;
        Some(Self {
            page: AgePage {
                title: said("age-title"),
                about: said("age-about"),
                seen: said("age-seen"),
                score: said("age-score"),
                fades: said("age-fades"),
                low: said("age-low"),
            },
            seen_at: page.at(fresh.seen.at),
            witness: witness(page, &fresh.seen.by),
            kinds: kinds.collect(),
            steady: (steady > 0).then(|| page.t1("age-steady", "n", steady).into_owned()),
        })
    }
}

fn kind(page: &Page, one: &KindAge) -> KindRow {
    let model = one.model;
    let (above, below) = model.speed;
    let speed = match below {
        1 => above.to_string(),
        _ => format!("{above}/{below}"),
    };
    let numbers = [
        ("base", &u64::from(model.base) as _),
        ("days", &u64::from(model.lifetime_days) as _),
        ("speed", &speed.as_str() as _),
        ("threshold", &u64::from(model.threshold) as _),
    ];
    KindRow {
        name: model.name.get(lang(page)).to_owned(),
        values: page.t1("age-values", "n", one.values as u64).into_owned(),
        score: one.score.to_string(),
        is_aged: one.is_aged,
        fades_at: page.at(one.fades_at),
        model: page.text.t_args("age-model", &numbers).into_owned(),
    }
}

/// By what it is known that something was there.
fn witness(page: &Page, by: &Witness) -> String {
    let key = match by {
        Witness::Released => "age-by-released",
        Witness::Confirmed => "age-by-confirmed",
        Witness::Own => "age-by-own",
        Witness::Answer => "age-by-answer",
        Witness::Sighting(_) => "age-by-sighting",
        Witness::Stated => "age-by-stated",
    };
    page.t(key).into_owned()
}

/// A word for a row, where something of it has aged.
pub(super) fn tag(page: &Page, fresh: &Freshness) -> Option<Tag> {
    let key = match fresh.aged() {
        Aged::No => return None,
        Aged::Partly => "age-partly",
        Aged::Wholly => "age-wholly",
    };
    Some(page.tag(page.t(key)))
}

/// The lowest score, as a row says it.
pub(super) fn score(page: &Page, fresh: &Freshness) -> Option<String> {
    let score = fresh.score()?;
    Some(page.t1("age-score-of", "n", u64::from(score)).into_owned())
}

/// How a value of it stands, in a few words; nothing where it does not age.
pub(super) fn of_value(page: &Page, fresh: &Freshness, value: &Value) -> Option<String> {
    let one = fresh.kind(value.search_value().kind)?;
    let key = match one.is_aged {
        true => "age-value-low",
        false => "age-score-of",
    };
    Some(page.t1(key, "n", u64::from(one.score)).into_owned())
}
