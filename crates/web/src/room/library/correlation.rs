//! What a thing correlates with: its values, who else carries them, and how much that says.

use askama::Template;
use kaname_sharing::Value;
use kaname_stix::{
    SearchValue, ValueKind,
    fuzzy_hash::{ALIKE_FROM, ALIKE_TO, Likeness},
};
use kaname_world::find::{
    CarriedValue, Carrying,
    near::{How, Near},
};

use crate::{
    frame::{Page, part::Pager},
    room::{paging::address, warninglist::warned, words},
    text::{Count, TextArg},
};

/// So much of a fuzzy hash that is alike is shown; the search for it has the whole.
const SHOWN: usize = 24;

/// The section, for the page of an object and of an item.
#[derive(Template)]
#[template(path = "room/library/correlation.html")]
pub(super) struct Correlation {
    page: Page,
    /// Values that others carry too, those that say most first.
    shared: Vec<Shared>,
    /// Values so common that they say little: name, address and numbers in one line each.
    common: Vec<Shared>,
    /// Values that a warninglist knows: they say nothing, and stay in sight.
    warned: Vec<Shared>,
    /// Values that nothing else carries.
    alone: Vec<String>,
    /// Which of its values these are, and where the others stand, where there are others.
    pager: Option<Pager>,
    /// From when on fuzzy hashes are alike, where one of the values is one.
    alike: Option<String>,
}

impl askama::filters::HtmlSafe for Correlation {}

struct Shared {
    kind: String,
    value: String,
    /// Where everything that carries it is listed.
    href: String,
    objects: String,
    items: String,
    origins: String,
    bits: String,
    /// What warns of it.
    warned: Option<String>,
    /// What lies near it: in words, and where all of it is listed.
    near: Vec<(String, String)>,
    /// How many more places near it there are.
    near_left: usize,
    /// Whether not all was looked up that lies near it.
    near_cut: bool,
}

impl Correlation {
    /// The page of values that was asked for; nothing where it carries none. `to` gives the address after so many.
    pub(super) fn of(
        page: &Page,
        carrying: Carrying,
        to: impl Fn(usize) -> String,
    ) -> Option<Self> {
        if carrying.total == 0 {
            return None;
        }
        let is_paged = carrying.before > 0 || carrying.left() > 0;
        let pager = is_paged.then(|| {
            let title = page.t("search-values");
            let shown = carrying.values.len() as u64;
            let total = Count::from(carrying.total as u64);
            let first = (carrying.before > 0).then(|| to(0));
            let next = carrying.next().map(&to);
            page.pager(shown, total, first, next).of(&title)
        });
        let is_fuzzy = |one: &CarriedValue| is_fuzzy(one.value.kind);
        let alike = carrying.values.iter().any(is_fuzzy).then(|| {
            let (from, to) = (u32::from(ALIKE_FROM), u32::from(ALIKE_TO));
            page.t2("search-values-alike", "score", from, "distance", to)
                .into_owned()
        });
        let is_alone = |one: &CarriedValue| one.objects + one.items == 0 && one.near.is_empty();
        let (alone, others): (Vec<_>, Vec<_>) = carrying.values.into_iter().partition(is_alone);
        let (warned, others): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|one| !one.warned.is_empty());
        let (common, shared): (Vec<_>, Vec<_>) = others.into_iter().partition(|one| one.is_common);
        let shown = |all: Vec<CarriedValue>| all.iter().map(|one| Shared::of(page, one)).collect();
        Some(Self {
            shared: shown(shared),
            common: shown(common),
            warned: shown(warned),
            alone: alone.into_iter().map(|one| one.value.text).collect(),
            pager,
            alike,
            page: page.clone(),
        })
    }
}

impl Shared {
    fn of(page: &Page, one: &CarriedValue) -> Self {
        let count = |number: u64| Count::from(number).to_string();
        let bits = format!("{:.1}", one.bits);
        let items = count(one.items);
        let lists: Vec<_> = one.warned.iter().collect();
        Self {
            kind: kind(page, &one.value),
            value: one.value.text.clone(),
            href: address("/search", &[("q", &asked(&one.value))]),
            objects: count(one.objects),
            items: match one.more_than_items {
                true => page.t1("search-values-at-least", "n", items).into_owned(),
                false => items,
            },
            origins: count(one.origins),
            warned: warned(page, &lists),
            near: one.near.told.iter().map(|near| told(page, near)).collect(),
            near_left: one.near.left,
            near_cut: one.near.cut,
            bits: page.t1("search-values-bits-of", "bits", bits).into_owned(),
        }
    }
}

/// What lies near a value, and the search for it.
fn told(page: &Page, near: &Near) -> (String, String) {
    let n = Count::from(near.objects).to_string();
    let key = match near.how {
        How::Alike(likeness) => return alike(page, near, likeness, &n),
        How::At => "search-values-near-at",
        How::Around => "search-values-near-around",
        How::Inside => "search-values-near-inside",
        How::Above => "search-values-near-above",
    };
    let text = page.t2(key, "value", near.value.as_str(), "n", n);
    let search = format!("value:{}", near.value);
    (text.into_owned(), address("/search", &[("q", &search)]))
}

/// A fuzzy hash that is alike, and the search for what is alike to it.
fn alike(page: &Page, near: &Near, likeness: Likeness, n: &str) -> (String, String) {
    let (key, name, number) = match likeness {
        Likeness::Score(score) => ("search-values-near-score", "score", u32::from(score)),
        Likeness::Distance(steps) => ("search-values-near-distance", "distance", u32::from(steps)),
    };
    let short: String = near.value.chars().take(SHOWN).chain(['…']).collect();
    let said: [(&'static str, &dyn TextArg); 3] = [("value", &short), (name, &number), ("n", &n)];
    let text = page.text.t_args(key, &said).into_owned();
    let search = format!("alike:{}", near.value);
    (text, address("/search", &[("q", &search)]))
}

const fn is_fuzzy(kind: ValueKind) -> bool {
    matches!(kind, ValueKind::Ssdeep | ValueKind::Tlsh)
}

/// What kind of value it is, in words where there are some.
fn kind(page: &Page, value: &SearchValue) -> String {
    match Value::of_search_value(value) {
        Some(known) => words::value_kind(page.text, known.kind),
        None if value.kind == ValueKind::ExternalId => {
            page.t("search-kind-external-id").into_owned()
        }
        None => value.kind.as_str().to_owned(),
    }
}

/// The search that finds what carries a value: the value itself, else what is written exactly so.
fn asked(value: &SearchValue) -> String {
    let is_value = Value::of_search_value(value).is_some();
    match (value.kind, is_value) {
        (ValueKind::AutonomousSystem, _) => format!("value:AS{}", value.text),
        (kind, _) if is_fuzzy(kind) => format!("alike:{}", value.text),
        (_, true) => format!("value:{}", value.text),
        (_, false) => format!("\"{}\"", value.text.replace('"', " ")),
    }
}

#[cfg(test)]
mod tests {
    use kaname_world::find::near::Nearby;

    use super::*;
    use crate::{
        frame::{Section, sample},
        text::Lang,
    };

    #[test]
    fn a_number_that_is_a_lower_bound_says_so() {
        let mut carried = CarriedValue {
            value: SearchValue {
                kind: ValueKind::Ipv4,
                text: "203.0.113.77".to_owned(),
            },
            objects: 3,
            items: 20_000,
            more_than_items: true,
            origins: 1,
            bits: 1.0,
            warned: Vec::new(),
            is_common: false,
            near: Nearby::default(),
        };
        for (lang, told) in [(Lang::Ja, "20,000以上"), (Lang::En, "20,000 or more")] {
            let page = sample::page(lang, Section::Library, "");
            assert_eq!(Shared::of(&page, &carried).items, told);
        }
        carried.more_than_items = false;
        let page = sample::page(Lang::Ja, Section::Library, "");
        assert_eq!(Shared::of(&page, &carried).items, "20,000");
    }
}
