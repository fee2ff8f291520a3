//! The forms of a feed, and what stands in each. What an item says in a form is the domain's rendition;
//! a peer's object, which no item brought, is told in the same columns.

use std::{collections::HashSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{MatterId, Pap, Tlp};
use kaname_sharing::{
    Item, Value,
    collection::{CollectionKind, Definition},
    marking::{pap_of, strictest_tlp},
    rendition::{
        self, PassedTo, ValueLine,
        rule::{Authored, Language, Use, Writer, authored_in},
    },
};
use kaname_stix::{SearchValue, tlp_of};
use kaname_world::{outlet::FeedObject, sharing::Warnings};
use sha2::{Digest as _, Sha256};

use super::peer::{PeerValues, marked, peer_values};

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

    /// Whether it says of a value that it may be blocked by.
    pub(super) fn tells_to_block(self) -> bool {
        self.is_to_block() || matches!(self, Self::Csv | Self::Jsonl)
    }
}

/// What is asked for: in which form, whether with what has aged, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    pub(super) format: Format,
    /// Whether what nobody has seen for too long is given too.
    pub(super) with_aged: bool,
    /// To whom it is to be handed on: then without what may not be.
    pub(super) passed_to: Option<PassedTo>,
}

/// How a collection handles what says nothing of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Defaults {
    tlp: Tlp,
    /// What may be done with objects; `None`: none is to be blocked.
    pap: Option<Pap>,
    /// Whether only what was released stands in it, and what stands there from its beginning.
    is_library: bool,
}

impl Defaults {
    pub(super) fn of(definition: &Definition) -> Self {
        Self {
            tlp: definition.default_tlp.unwrap_or(Tlp::AmberStrict),
            pap: definition.default_pap,
            is_library: definition.kind == CollectionKind::Library,
        }
    }
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
    /// Items and objects that are left out since they may not be handed on to whom it is for.
    pub(super) restricted: u64,
    /// Rules by others that are left out since they cannot be read as such: the first with the reason, and how many.
    pub(super) broken: (Vec<String>, u64),
    /// When time alone changes it: something ends or ages, or an embargo opens.
    pub(super) changes_at: Option<Timestamp>,
}

/// Makes the lines of one reading.
pub(super) struct Maker {
    format: Format,
    with_aged: bool,
    passed_to: Option<PassedTo>,
    now: Timestamp,
    /// Items told already.
    told: HashSet<MatterId>,
    /// First halves of the SHA-256 of plain values given: each is given once.
    given: HashSet<[u8; 16]>,
    /// The same of plain values that were left out.
    left_out: HashSet<[u8; 16]>,
    /// Of the rules, where it makes rules.
    writer: Option<Writer>,
    defaults: Defaults,
    /// Lists of widely used values.
    warnings: Arc<Warnings>,
    summary: Summary,
}

impl Maker {
    pub(super) fn new(
        asked: Asked,
        defaults: Defaults,
        warnings: Arc<Warnings>,
        now: Timestamp,
    ) -> Self {
        let Asked {
            format,
            with_aged,
            passed_to,
        } = asked;
        let writer = match format {
            Format::Rules(language) => Some(Writer::new(language)),
            _ => None,
        };
        Self {
            format,
            with_aged,
            passed_to,
            now,
            told: HashSet::new(),
            given: HashSet::new(),
            left_out: HashSet::new(),
            writer,
            defaults,
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
        if let Some(writer) = &self.writer {
            let broken = writer.broken();
            summary.broken = (broken.named.clone(), broken.count);
        }
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
        // Of an item the first object tells all; of a bundle each object is one of its own.
        let is_told = match &one.item {
            Some(item) if self.format != Format::Json => !self.told.insert(item.id),
            _ => false,
        };
        if is_told {
            return String::new();
        }
        if !self.may_be_handed_on(one) {
            self.summary.restricted += 1;
            return String::new();
        }
        match &one.item {
            _ if self.format == Format::Json => self.object(one),
            Some(item) => self.item_lines(item, one.seen_at),
            None => self.peer_lines(one),
        }
    }

    /// Whether it goes to whom this is for. A marking that says nothing here is no leave to hand on.
    fn may_be_handed_on(&self, one: &FeedObject) -> bool {
        let Some(to) = self.passed_to else {
            return true;
        };
        if let Some(item) = &one.item {
            return to.may_have(item.content.tlp);
        }
        if self.defaults.is_library || one.stix_type == "marking-definition" {
            return true;
        }
        let Ok(head) = kaname_stix::head(&one.raw) else {
            return false;
        };
        let all = || head.markings.iter().chain(&head.granular_markings);
        let known = all().all(|one| tlp_of(one).is_some() || pap_of(one).is_some());
        known && to.may_have(strictest_tlp(all()).unwrap_or(self.defaults.tlp))
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
        let mut told = self.told_lines(lines, Some(seen_at), (Some(tlp), ends));
        if self.writer.is_some() {
            for rule in authored_in(item, self.now) {
                told.push_str(&self.authored(&rule, Some(tlp), ends));
            }
        }
        told
    }

    fn peer_lines(&mut self, one: &FeedObject) -> String {
        let Some(PeerValues {
            lines,
            rule,
            tlp,
            begins,
            ends,
            seen_at,
        }) = peer_values(one, self.defaults.pap)
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
        match rule {
            Some(rule) => self.authored(&rule, tlp, ends),
            None => self.told_lines(lines, seen_at, (tlp, ends)),
        }
    }

    /// A rule that others wrote, where this is a file of its language.
    fn authored(&mut self, rule: &Authored, tlp: Option<Tlp>, ends: Option<Timestamp>) -> String {
        let Some(writer) = &mut self.writer else {
            return String::new();
        };
        let (rules, count) = writer.authored(rule);
        self.counted(count, tlp, ends);
        rules
    }

    /// What lines of one item or object, that was seen last at `seen_at`, add in the form; what has aged is left out.
    fn told_lines(
        &mut self,
        lines: Vec<ValueLine>,
        seen_at: Option<Timestamp>,
        (tlp, ends): (Option<Tlp>, Option<Timestamp>),
    ) -> String {
        let mut lines = self.fresh(lines, seen_at);
        if self.warns() {
            self.warn(&mut lines);
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
        self.format.tells_to_block() && !self.warnings.is_empty()
    }

    /// Notes which of the values that may be blocked by are widely used.
    fn warn(&mut self, lines: &mut [ValueLine]) {
        for line in lines {
            let Some(list) = warn(&self.warnings, line) else {
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

/// Names on a line that may be blocked by the lists that warn of it; gives the first of them.
pub(crate) fn warn(warnings: &Warnings, line: &mut ValueLine) -> Option<String> {
    let search = SearchValue::new(line.value_kind, &line.value);
    let value = Value::of_search_value(&search).filter(|_| line.blocking)?;
    let lists = warnings.of_blocking(value.kind, &value.value);
    let names: Vec<&str> = lists.iter().map(|list| list.name.as_str()).collect();
    line.known_by = names.join("; ");
    names.first().map(|name| (*name).to_owned())
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
