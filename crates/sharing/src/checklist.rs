//! The redaction checklist: finds what gives the provider away in every field of an item's content,
//! before a person does. Rather one row too many than one too few.

mod itself;
mod somebody;

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use jiff::{Timestamp, tz};
use kaname_stix::redact::{Reading, Trace, find_leads, find_traces, find_words};
use serde_json::{Map, Value, json};

pub(crate) use self::itself::names_itself;
use self::somebody::{add_leads, find_somebody};
use crate::{
    content::Content,
    evidence::Evidence,
    row::{Row, RowState, Sign},
};

/// Words that say who speaks: the provider itself.
const FIRST_PERSON: [&str; 24] = [
    "当社",
    "弊社",
    "自社",
    "当行",
    "弊行",
    "当院",
    "当市",
    "当局",
    "本学",
    "わが社",
    "我が社",
    "当組合",
    "our company",
    "our network",
    "our bank",
    "our hospital",
    "our city",
    "our university",
    "our organisation",
    "our organization",
    "our office",
    "our staff",
    "our servers",
    "our systems",
];

/// Where the objects of a content stand.
const OBJECTS: &str = "/objects/";

/// Rows for a content, all open, one for each place: what overlaps is one row. Strings are read as they stand and in the usual disguises; times in
/// objects must be on the hour, and no text may tell the minute that the provider reported.
pub fn check(content: &Content, evidence: &Evidence) -> Vec<Row> {
    let value = as_value(content);
    let mut rows = traced(&value, evidence);
    find_somebody(content, &value, &mut rows);
    rows.merged()
}

/// What gives the provider away in one text that is not part of an item, telephone numbers and people that
/// nobody knows among it.
pub(crate) fn check_text(text: &str, evidence: &Evidence) -> Vec<Row> {
    let mut rows = traced(&json!({ "text": text }), evidence);
    add_leads(find_leads(text), "/text", &mut rows);
    rows.merged()
}

/// All that the evidence leads to.
fn traced(value: &Value, evidence: &Evidence) -> Rows {
    let mut texts = Vec::new();
    collect(value, &mut texts);
    let found = Found::of(texts, evidence);
    let mut rows = Rows::default();
    place(value, String::new(), &found, &mut rows);
    let minutes = minutes(&evidence.times);
    find_times(value, String::new(), "", &minutes, &mut rows);
    rows
}

/// What was found in each distinct text: the same words stand in thousands of objects.
struct Found(HashMap<String, Vec<Spot>>);

/// What was found in a text, how it was read, and which bytes of it.
type Spot = (Sign, Reading, (usize, usize));

impl Found {
    fn of(mut texts: Vec<String>, evidence: &Evidence) -> Self {
        texts.sort_unstable();
        texts.dedup();
        let mut found: HashMap<String, Vec<Spot>> = HashMap::new();
        let clues = evidence.looked_for();
        let traces: Vec<Trace> = clues.iter().map(|clue| clue.trace.clone()).collect();
        for hit in find_traces(&json!(texts), &traces) {
            let index = hit.path.trim_start_matches('/').parse::<usize>().ok();
            let text = index.and_then(|index| texts.get(index));
            let clue = clues.get(hit.trace);
            if let (Some(text), Some(clue)) = (text, clue) {
                let one = (clue.sign, hit.reading, (hit.span.start, hit.span.end));
                found.entry(text.clone()).or_default().push(one);
            }
        }
        let words = FIRST_PERSON.map(str::to_owned);
        for text in texts {
            let spots = first_person(&text, &words);
            if !spots.is_empty() {
                found.entry(text).or_default().extend(spots);
            }
        }
        Self(found)
    }

    fn place(&self, text: &str, in_key: bool, path: &str, rows: &mut Rows) {
        for (sign, reading, span) in self.0.get(text).into_iter().flatten() {
            // A value that ends like an attached file is what the report is about; what objects have of the
            // texts is settled there.
            if *sign == Sign::Attachment && path.starts_with(OBJECTS) {
                continue;
            }
            rows.add(path.to_owned(), in_key, *sign, *reading, *span);
        }
    }
}

/// Where a text speaks as the provider. A word that is part of a longer one (担当社員, 不当行為, 日本学術会議)
/// does not count.
fn first_person(text: &str, words: &[String]) -> Vec<Spot> {
    let mut spots = Vec::new();
    for span in find_words(text, words) {
        let before = text
            .get(..span.start)
            .and_then(|text| text.chars().next_back());
        let after = text.get(span.end..).and_then(|text| text.chars().next());
        let inside = before.is_some_and(|sign| "担該相不正妥日各独".contains(sign));
        if !inside && after != Some('為') {
            spots.push((Sign::FirstPerson, Reading::Plain, (span.start, span.end)));
        }
    }
    spots
}

/// Ids that the hub drew at random and times of the standard's form hold no words: they are not read.
fn is_read(text: &str) -> bool {
    let id =
        text.len() > 36 && kaname_stix::ObjectId::parse(text).is_ok_and(|id| id.class().is_some());
    !id && kaname_stix::time::micros(text).is_none()
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if is_read(text) => texts.push(text.clone()),
        Value::String(_) | Value::Null | Value::Bool(_) => {}
        Value::Number(number) => texts.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => {
            for (name, member) in members {
                texts.push(name.clone());
                collect(member, texts);
            }
        }
    }
}

/// Puts what was found in a text to every place where it stands.
fn place(value: &Value, path: String, found: &Found, rows: &mut Rows) {
    match value {
        Value::String(text) => found.place(text, false, &path, rows),
        Value::Number(number) => found.place(&number.to_string(), false, &path, rows),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                place(item, format!("{path}/{index}"), found, rows);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let path = format!("{path}/{}", escaped(name));
                found.place(name, true, &path, rows);
                place(member, path, found, rows);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// A key as a JSON pointer writes it (RFC 6901 §3).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// All strings of a content under the pointers that rows use.
fn as_value(content: &Content) -> Value {
    let read = |text: &String| serde_json::from_str(text).unwrap_or(Value::Null);
    let objects: Vec<Value> = content.objects.iter().map(read).collect();
    let texts = content.texts().into_iter();
    let mut all: Map<String, Value> = texts
        .map(|(name, text)| (name.to_owned(), json!(text)))
        .collect();
    all.insert("objects".to_owned(), Value::Array(objects));
    Value::Object(all)
}

/// What was found, text by text.
#[derive(Default)]
struct Rows {
    texts: Vec<Passage>,
    known: HashMap<(String, bool), usize>,
}

/// A string or key, with what was found in it.
struct Passage {
    place: String,
    in_key: bool,
    spots: Vec<Spot>,
}

impl Rows {
    fn add(
        &mut self,
        place: String,
        in_key: bool,
        sign: Sign,
        reading: Reading,
        span: (usize, usize),
    ) {
        let next = self.texts.len();
        let at = *self.known.entry((place.clone(), in_key)).or_insert(next);
        if at == next {
            let spots = Vec::new();
            self.texts.push(Passage {
                place,
                in_key,
                spots,
            });
        }
        self.texts[at].spots.push((sign, reading, span));
    }

    fn merged(self) -> Vec<Row> {
        self.texts.into_iter().flat_map(Passage::rows).collect()
    }
}

impl Passage {
    /// One row for each place: of what overlaps the longest stands, and the others are its reasons. What
    /// was found behind a disguise is in the text as a whole, and stays apart from what can be read there.
    fn rows(self) -> Vec<Row> {
        let is_plain = |spot: &Spot| spot.1 == Reading::Plain;
        let (mut plain, disguised): (Vec<Spot>, Vec<Spot>) =
            self.spots.into_iter().partition(is_plain);
        plain.sort_by_key(|(_, _, (start, end))| (*start, Reverse(*end)));
        let mut rows: Vec<Row> = Vec::new();
        let mut counts: HashMap<(Sign, Reading), u16> = HashMap::new();
        for together in overlapping(plain).into_iter().chain(overlapping(disguised)) {
            let longest = together
                .iter()
                .min_by_key(|(_, _, (start, end))| Reverse(end - start));
            let Some(&(sign, reading, _)) = longest else {
                continue;
            };
            let mut also: BTreeSet<Sign> = together.iter().map(|spot| spot.0).collect();
            also.remove(&sign);
            let start = together.iter().map(|spot| spot.2.0).min();
            let end = together.iter().map(|spot| spot.2.1).max();
            let count = counts.entry((sign, reading)).or_default();
            rows.push(Row {
                place: self.place.clone(),
                in_key: self.in_key,
                sign,
                also,
                reading,
                nth: *count,
                span: (start.unwrap_or_default(), end.unwrap_or_default()),
                state: RowState::Open,
            });
            *count = count.saturating_add(1);
        }
        rows
    }
}

/// Spots in order of where they begin, put together where they overlap.
fn overlapping(spots: Vec<Spot>) -> Vec<Vec<Spot>> {
    let mut all: Vec<Vec<Spot>> = Vec::new();
    let mut reached = 0;
    for spot in spots {
        let (start, end) = spot.2;
        match all.last_mut() {
            Some(last) if start < reached => last.push(spot),
            _ => all.push(vec![spot]),
        }
        reached = reached.max(end);
    }
    all
}

/// The minute of each time as people write it, in Japan's time and in UTC, by 24 and by 12 hours. Whole
/// hours are coarse enough already.
fn minutes(times: &[Timestamp]) -> Vec<String> {
    let mut all = Vec::new();
    for at in times.iter().filter(|at| at.as_second() % 3_600 != 0) {
        for zone in [tz::offset(9), tz::offset(0)] {
            let there = zone.to_datetime(*at);
            let (day, minute) = (there.hour(), there.minute());
            for hour in [day, (day + 11) % 12 + 1] {
                all.push(format!("{hour:02}:{minute:02}"));
                all.push(format!("{hour}:{minute:02}"));
                for minute in [format!("{minute}"), format!("{minute:02}")] {
                    all.push(format!("{hour}時{minute}"));
                    all.push(format!("{hour:02}時{minute}"));
                }
                all.push(format!("{}時{}分", kanji(hour), kanji(minute)));
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// A number below 60 in kanji: 四十七.
fn kanji(number: i8) -> String {
    let digit = |number: i8| {
        "〇一二三四五六七八九"
            .chars()
            .nth(usize::from(number.unsigned_abs()))
    };
    let (tens, ones) = (number / 10, number % 10);
    let mut out = String::new();
    if tens > 1 {
        out.extend(digit(tens));
    }
    if tens > 0 {
        out.push('十');
    }
    if ones > 0 || tens == 0 {
        out.extend(digit(ones));
    }
    out
}

fn find_times(value: &Value, path: String, key: &str, minutes: &[String], rows: &mut Rows) {
    match value {
        Value::String(text) => {
            let exact = path.starts_with(OBJECTS) && is_exact(key, text);
            let spans = match (exact, minutes.is_empty()) {
                (true, _) => vec![(0, text.len())],
                (false, true) => Vec::new(),
                (false, false) => {
                    let found = find_words(text, minutes).into_iter();
                    found.map(|span| (span.start, span.end)).collect()
                }
            };
            for span in spans {
                rows.add(path.clone(), false, Sign::ExactTime, Reading::Plain, span);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                find_times(item, format!("{path}/{index}"), key, minutes, rows);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let path = format!("{path}/{}", escaped(name));
                find_times(member, path, name, minutes, rows);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a property of an object holds a time finer than an hour. Until when something holds is the
/// hub's own decision and tells nothing.
fn is_exact(key: &str, text: &str) -> bool {
    if key == "valid_until" {
        return false;
    }
    let micros = kaname_stix::time::micros(text);
    micros.is_some_and(|micros| micros.div_euclid(1_000_000).rem_euclid(3_600) != 0)
}
