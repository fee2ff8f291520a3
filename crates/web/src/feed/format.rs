//! The forms of a feed, and what stands in each. What an item says in a form is the domain's rendition;
//! a peer's object, which no item brought, is told in the same columns.

use std::{collections::HashSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{MatterId, Pap, Tlp};
use kaname_sharing::{
    Item, Value,
    marking::{strictest_pap, strictest_tlp},
    rendition::{
        self, ValueLine,
        rule::{Language, Use, Writer},
    },
    value::correlates,
};
use kaname_stix::SearchValue;
use kaname_world::{outlet::FeedObject, sharing::Warnings};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// Widely used values that a heading names; the others are counted.
const MOST_WARNED: usize = 20;

/// A form, by the end of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Format {
    /// Values with their context, one a line: for Excel and for looking up. A column says which may be
    /// blocked.
    Csv,
    /// Values alone, one a line: for machines that block all of them.
    Txt,
    /// The same lines as CSV, as JSON.
    Jsonl,
    /// A STIX bundle.
    Json,
    /// Rules or lists in a language of machines.
    Rules(Language),
}

impl Format {
    /// Alias and form of `alias.ending`.
    pub(super) fn of(file: &str) -> Option<(&str, Self)> {
        let rules = Language::ALL.map(Self::Rules);
        let lists = [Self::Csv, Self::Txt, Self::Jsonl, Self::Json];
        lists.into_iter().chain(rules).find_map(|format| {
            let before = file.strip_suffix(format.ending())?;
            Some((before.strip_suffix('.')?, format))
        })
    }

    /// How its address ends.
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Txt => "txt",
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Rules(language) => language.ending(),
        }
    }

    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Jsonl => "application/jsonl; charset=utf-8",
            Self::Json => "application/stix+json;version=2.1",
            Self::Rules(Language::Sigma) => "application/yaml; charset=utf-8",
            Self::Txt | Self::Rules(_) => "text/plain; charset=utf-8",
        }
    }

    /// Whether machines block by all that is in it.
    pub(super) fn is_to_block(self) -> bool {
        match self {
            Self::Txt => true,
            Self::Rules(language) => language.used_to() == Use::Block,
            Self::Csv | Self::Jsonl | Self::Json => false,
        }
    }
}

/// What is asked for: in which form, and whether with what has aged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    pub(super) format: Format,
    /// Whether what nobody has seen for too long is given too.
    pub(super) with_aged: bool,
}

/// What a feed says about itself before its first line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// Lines, or objects of a bundle.
    pub(super) lines: u64,
    /// The strictest marking in it.
    pub(super) tlp: Option<Tlp>,
    /// When the first of its values ends.
    pub(super) first_end: Option<Timestamp>,
    /// Values machines would block that lists call widely used, and how many they are.
    pub(super) warned: (Vec<String>, u64),
    /// Values that are left out since nobody has seen them for too long; lines, where each line is one.
    pub(super) aged: u64,
    /// Items that are left out since their validity ended within the last 30 days, and objects of peers whose
    /// validity ended.
    pub(super) ended: u64,
    /// When time alone changes it: something ends or ages, or an embargo opens.
    pub(super) changes_at: Option<Timestamp>,
}

/// Makes the lines of one reading.
pub(super) struct Maker {
    format: Format,
    with_aged: bool,
    now: Timestamp,
    /// Items told already.
    told: HashSet<MatterId>,
    /// First halves of the SHA-256 of plain values given: each is given once.
    given: HashSet<[u8; 16]>,
    /// The same of plain values that were left out.
    left_out: HashSet<[u8; 16]>,
    /// Of the rules, where it makes rules.
    writer: Option<Writer>,
    /// What may be done with a peer's objects that say nothing of it; `None`: none is to be blocked.
    default_pap: Option<Pap>,
    /// Lists of widely used values.
    warnings: Arc<Warnings>,
    summary: Summary,
}

/// What is read of an object besides its header.
#[derive(Default, Deserialize)]
struct Words {
    #[serde(default)]
    valid_from: Option<String>,
    #[serde(default)]
    valid_until: Option<String>,
    #[serde(default)]
    pattern_type: Option<String>,
}

impl Maker {
    pub(super) fn new(
        asked: Asked,
        default_pap: Option<Pap>,
        warnings: Arc<Warnings>,
        now: Timestamp,
    ) -> Self {
        let Asked { format, with_aged } = asked;
        let writer = match format {
            Format::Rules(language) => Some(Writer::new(language)),
            _ => None,
        };
        Self {
            format,
            with_aged,
            now,
            told: HashSet::new(),
            given: HashSet::new(),
            left_out: HashSet::new(),
            writer,
            default_pap,
            warnings,
            summary: Summary::default(),
        }
    }

    /// What was told of so far.
    pub(super) fn summary(&self) -> Summary {
        let mut summary = self.summary.clone();
        summary.aged += match &self.writer {
            Some(writer) => writer.left_out(),
            None => self.left_out.difference(&self.given).count() as u64,
        };
        summary
    }

    /// Counts items whose validity ended lately; `counted_for` is for how long they are counted.
    pub(super) fn ended(&mut self, at: &[Timestamp], counted_for: SignedDuration) {
        self.summary.ended += at.len() as u64;
        for ended in at {
            self.until(ended.checked_add(counted_for).ok());
        }
    }

    /// What an object adds: all lines of its item when it is the item's first, nothing at later ones.
    pub(super) fn lines(&mut self, one: &FeedObject) -> String {
        if let Some(item) = &one.item {
            self.until(item.content.valid_until);
            self.until(item.content.embargo);
        }
        if self.format == Format::Json {
            return self.object(one);
        }
        match &one.item {
            Some(item) if self.told.insert(item.id) => self.item_lines(item, one.seen_at),
            Some(_) => String::new(),
            None => self.peer_lines(one),
        }
    }

    fn object(&mut self, one: &FeedObject) -> String {
        let comma = if self.summary.lines == 0 { "" } else { "," };
        let (tlp, ends) = match &one.item {
            Some(item) => (Some(item.content.tlp), item.content.valid_until),
            None => (marked(&one.raw), None),
        };
        self.counted(1, tlp, ends);
        format!("{comma}{}", one.raw.trim())
    }

    fn item_lines(&mut self, item: &Item, seen_at: Option<Timestamp>) -> String {
        let (tlp, ends) = (item.content.tlp, item.content.valid_until);
        let seen_at = seen_at.unwrap_or(self.now);
        let mut lines = rendition::value_lines(item, seen_at, self.now);
        if self.format == Format::Txt {
            lines.sort_by(|a, b| (a.value_kind, &a.value).cmp(&(b.value_kind, &b.value)));
        }
        self.told_lines(lines, Some(seen_at), (Some(tlp), ends))
    }

    fn peer_lines(&mut self, one: &FeedObject) -> String {
        let Some(PeerValues {
            lines,
            tlp,
            begins,
            ends,
            seen_at,
        }) = peer_values(one, self.default_pap)
        else {
            return String::new();
        };
        self.until(begins);
        self.until(ends);
        if ends.is_some_and(|end| end <= self.now) {
            self.summary.ended += 1;
            return String::new();
        }
        if begins.is_some_and(|begin| begin > self.now) {
            return String::new();
        }
        self.told_lines(lines, seen_at, (tlp, ends))
    }

    /// What lines of one item or object, that was seen last at `seen_at`, add in the form; what has aged is left out.
    fn told_lines(
        &mut self,
        lines: Vec<ValueLine>,
        seen_at: Option<Timestamp>,
        (tlp, ends): (Option<Tlp>, Option<Timestamp>),
    ) -> String {
        let lines = self.fresh(lines, seen_at);
        if self.warns() {
            self.warn(&lines);
        }
        if self.writer.is_some() {
            return self.rules(&lines, tlp, ends);
        }
        let mut out = String::new();
        for line in lines {
            let text = match self.format {
                Format::Csv => rendition::csv_line(&line),
                Format::Jsonl => rendition::json_line(&line),
                Format::Txt if is_plain(&line) => format!("{}\n", line.value),
                Format::Txt | Format::Json | Format::Rules(_) => continue,
            };
            if self.format == Format::Txt && !self.is_new(&line.value) {
                continue;
            }
            self.counted(1, tlp, ends);
            out.push_str(&text);
        }
        out
    }

    /// The lines that have not aged; the others are counted as left out, unless they are asked for.
    fn fresh(&mut self, lines: Vec<ValueLine>, seen_at: Option<Timestamp>) -> Vec<ValueLine> {
        let Some(seen_at) = seen_at else {
            return lines;
        };
        let mut fresh = Vec::with_capacity(lines.len());
        let mut aged = Vec::new();
        for mut line in lines {
            let fades_at = line.seen_at(seen_at);
            if self.with_aged || fades_at.is_none_or(|at| at > self.now) {
                self.until(fades_at.filter(|_| !self.with_aged));
                fresh.push(line);
            } else {
                aged.push(line);
            }
        }
        match (&mut self.writer, self.format) {
            (Some(writer), _) => writer.leave_out(&aged),
            (None, Format::Txt) => {
                let plain = aged.iter().filter(|line| is_plain(line));
                self.left_out.extend(plain.map(|line| half(&line.value)));
            }
            (None, _) => self.summary.aged += aged.len() as u64,
        }
        fresh
    }

    /// Whether its heading tells of widely used values.
    fn warns(&self) -> bool {
        self.format.is_to_block() && !self.warnings.is_empty()
    }

    /// Notes which of the values to be blocked are widely used.
    fn warn(&mut self, lines: &[ValueLine]) {
        for line in lines.iter().filter(|line| line.blocking) {
            let search = SearchValue::new(line.value_kind, &line.value);
            let Some(value) = Value::of_search_value(&search) else {
                continue;
            };
            let lists = self.warnings.of(value.kind, &value.value);
            let Some(list) = lists.first().map(|list| list.name.clone()) else {
                continue;
            };
            if self.is_new(&format!("warned {}", line.value)) {
                let (named, count) = &mut self.summary.warned;
                *count += 1;
                if named.len() < MOST_WARNED {
                    named.push(format!("{}: {list}", line.value));
                }
            }
        }
    }

    fn rules(&mut self, lines: &[ValueLine], tlp: Option<Tlp>, ends: Option<Timestamp>) -> String {
        let Some(writer) = &mut self.writer else {
            return String::new();
        };
        let (rules, values) = writer.rules(lines);
        self.counted(values, tlp, ends);
        rules
    }

    fn counted(&mut self, lines: u64, tlp: Option<Tlp>, ends: Option<Timestamp>) {
        if lines == 0 {
            return;
        }
        self.summary.lines += lines;
        self.summary.tlp = self.summary.tlp.max(tlp);
        let both = [self.summary.first_end, ends];
        self.summary.first_end = both.into_iter().flatten().min();
    }

    /// Notes a moment that changes what is told, when it lies ahead.
    fn until(&mut self, at: Option<Timestamp>) {
        let at = at.filter(|at| *at > self.now);
        let both = [self.summary.changes_at, at];
        self.summary.changes_at = both.into_iter().flatten().min();
    }

    fn is_new(&mut self, value: &str) -> bool {
        self.given.insert(half(value))
    }
}

/// The first half of a text's SHA-256.
fn half(text: &str) -> [u8; 16] {
    let digest = Sha256::digest(text);
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

/// Whether a line stands in a list of values alone, by which machines block.
fn is_plain(line: &ValueLine) -> bool {
    line.blocking && !line.value.contains(['\r', '\n'])
}

/// Names of the columns.
pub(super) fn columns() -> String {
    rendition::csv_header()
}

/// What a peer's indicator says, and from when until when.
struct PeerValues {
    lines: Vec<ValueLine>,
    tlp: Option<Tlp>,
    begins: Option<Timestamp>,
    ends: Option<Timestamp>,
    /// What it says of when it was there last; `None` where it does not age.
    seen_at: Option<Timestamp>,
}

/// Values of a peer's indicator that is in force. Nothing is to be blocked unless the collection says what may
/// be done with its objects; then by the object's own word, or the collection's.
fn peer_values(one: &FeedObject, default_pap: Option<Pap>) -> Option<PeerValues> {
    if one.stix_type != "indicator" {
        return None;
    }
    let raw = &one.raw;
    let head = kaname_stix::head(raw).ok()?;
    let words: Words = serde_json::from_str(raw).unwrap_or_default();
    let is_stix = words
        .pattern_type
        .as_deref()
        .is_none_or(|kind| kind == "stix");
    // A moment that does not read leaves it out: nothing is used longer or sooner than its owner said.
    let moment = |text: Option<String>| match text {
        Some(text) => text.parse::<Timestamp>().map(Some).ok(),
        None => Some(None),
    };
    let (begins, ends) = (moment(words.valid_from)?, moment(words.valid_until)?);
    if head.revoked || !is_stix {
        return None;
    }
    let tlp = strictest_tlp(&head.markings);
    let marks = head.markings.iter().chain(&head.granular_markings);
    let pap = strictest_pap(marks).or(default_pap);
    let may_block = default_pap.is_some() && pap.is_some_and(Pap::permits_blocking);
    let values: Vec<_> = head
        .values
        .iter()
        .filter(|value| correlates(value.kind))
        .collect();
    // Two values in a pattern may mean "both at once": neither is then to be blocked alone.
    let alone = values.len() == 1;
    let added = Timestamp::from_microsecond(one.added_us).ok();
    // By its own word, and not later than it came: a peer cannot make it fresh for ever.
    let modified = head.modified.map(|stamp| stamp.micros);
    let modified = modified.and_then(|us| Timestamp::from_microsecond(us).ok());
    let seen_at = one
        .seen_at
        .map(|came| modified.max(begins).unwrap_or(came).min(came));
    let lines = values.into_iter().map(|value| ValueLine {
        item: String::new(),
        kind: "indicator",
        value_kind: value.kind,
        value: value.text.clone(),
        tlp: tlp.map(|tlp| tlp.to_string()).unwrap_or_default(),
        pap: pap.map(|pap| pap.to_string()).unwrap_or_default(),
        title_ja: String::new(),
        title_en: one.title.clone(),
        released: rendition::told(added),
        valid_until: rendition::told(ends),
        blocking: may_block
            && alone
            && rendition::can_be_acted_on(value.kind, &value.text)
            && !value.text.contains(['\r', '\n']),
        stix_id: one.stix_id.clone(),
        fresh_until: String::new(),
    });
    Some(PeerValues {
        lines: lines.collect(),
        tlp,
        begins,
        ends,
        seen_at,
    })
}

/// The strictest TLP marking of an object that no item brought.
fn marked(raw: &str) -> Option<Tlp> {
    let head = kaname_stix::head(raw).ok()?;
    strictest_tlp(&head.markings)
}
