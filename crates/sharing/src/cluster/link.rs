//! Links between reports that are no duplicates: rare values that both carry, weighed by how much it says that two
//! carry them, and texts that say the same about other values. Candidates come from rare values only; no pair is
//! looked at that shares nothing.

use std::collections::{BTreeMap, BTreeSet};

use kaname_intake::{Kind, submission::GroupKey};
use kaname_kernel::MatterId;
use sha2::{Digest, Sha256};

use super::{Mark, fold::Folded, subject::Subject};
use crate::value::host_of;

/// Folds of reports that carry a value count as no more than so many: a wave does not weaken its own evidence, and
/// what nothing else carries links however many reports it is in. What everybody has stands on a warninglist.
const MOST_COUNTED: u64 = 16;
/// A fold is compared with so many of those after it that carry the same value: all hang together, and the time is
/// not that of all pairs.
const NEXT: usize = 16;
/// Values of one fold that link it to others, the rarest first.
const MOST_KEYS: usize = 64;
/// A value is worth at least what it would be among so many: a hub that knows little takes no value for common
/// because it knows few.
const FEWEST_KNOWN: u64 = 1_024;
/// Hundredths of a bit from which on two reports are linked: what is met once among 64.
pub const LINKED_FROM: u32 = 600;
/// Share of common text that is told beside values, in per cent.
const TEXT_TOLD: u8 = 30;

/// How often values are met elsewhere: what the rarity of a value is told from.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// All things that could carry a value, reports aside.
    pub total: u64,
    /// Things that carry a value, for those that some do.
    pub carriers: BTreeMap<GroupKey, u64>,
}

/// A value that both carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedValue {
    /// Which.
    pub key: GroupKey,
    /// How many carry it: folds of reports and things elsewhere.
    pub carriers: u64,
    /// Of how many.
    pub of: u64,
    /// What it says that both carry it, in hundredths of a bit.
    pub centibits: u32,
}

/// Two folds of reports that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The first report of one.
    pub one: MatterId,
    /// The first report of the other; the greater id.
    pub other: MatterId,
    /// Values that both carry and that say something, the rarest first.
    pub shared: Vec<SharedValue>,
    /// Share of common text, in per cent, where it is worth telling.
    pub text: Option<u8>,
    /// What the values say together, in hundredths of a bit.
    pub centibits: u32,
    /// Stands for this piece of evidence.
    pub mark: Mark,
}

impl Folded<'_> {
    /// The folds that carry each value, for values that may link them.
    fn holders(&self) -> BTreeMap<&GroupKey, BTreeSet<usize>> {
        let mut holders: BTreeMap<&GroupKey, BTreeSet<usize>> = BTreeMap::new();
        for (place, subject) in self.subjects.iter().enumerate() {
            for key in &subject.keys {
                holders.entry(key).or_default().insert(self.fold_of[place]);
            }
        }
        holders.retain(|_, folds| folds.len() > 1);
        holders
    }

    /// Values that more than one fold carries, at most `most` of them, those of the most folds first: how often they
    /// are met elsewhere has to be known.
    pub fn asked(&self, most: usize) -> Vec<GroupKey> {
        let mut holders: Vec<_> = self.holders().into_iter().collect();
        holders.sort_by_key(|(_, folds)| std::cmp::Reverse(folds.len()));
        let keys = holders.into_iter().take(most);
        keys.map(|(key, _)| key.clone()).collect()
    }

    /// The links between folds, strongest first. Of what is in no more than `known` lets it weigh nothing is made.
    pub fn links(&self, known: &Known) -> Vec<Link> {
        let of = (known.total + self.folds.len() as u64).max(FEWEST_KNOWN);
        // Of each fold its rarest values.
        let mut by_fold: BTreeMap<usize, Vec<(u64, &GroupKey)>> = BTreeMap::new();
        let mut carriers = BTreeMap::new();
        let holders = self.holders();
        for (key, folds) in &holders {
            let elsewhere = known.carriers.get(*key).copied().unwrap_or_default();
            let folds_count = folds.len() as u64;
            let weighed = elsewhere + folds_count.min(MOST_COUNTED);
            carriers.insert(*key, (elsewhere + folds_count, weighed));
            for fold in folds {
                by_fold.entry(*fold).or_default().push((weighed, key));
            }
        }
        let mut shared: BTreeMap<(usize, usize), Vec<SharedValue>> = BTreeMap::new();
        let mut counts: BTreeMap<&GroupKey, Vec<usize>> = BTreeMap::new();
        for (fold, mut keys) in by_fold {
            keys.sort_unstable();
            for (_, key) in keys.into_iter().take(MOST_KEYS) {
                counts.entry(key).or_default().push(fold);
            }
        }
        for (key, folds) in counts {
            let (count, weighed) = carriers.get(key).copied().unwrap_or((1, 1));
            let value = SharedValue {
                key: key.clone(),
                carriers: count,
                of: of.max(count),
                centibits: centibits(of, weighed),
            };
            for (place, one) in folds.iter().enumerate() {
                for other in folds[place + 1..].iter().take(NEXT) {
                    shared
                        .entry((*one, *other))
                        .or_default()
                        .push(value.clone());
                }
            }
        }
        let mut texts: BTreeMap<(usize, usize), u8> = BTreeMap::new();
        for (one, other, text) in &self.texts {
            let (one, other) = (self.fold_of[*one], self.fold_of[*other]);
            if one != other {
                let best = texts.entry((one.min(other), one.max(other))).or_default();
                *best = (*best).max(*text);
            }
        }
        for pair in texts.keys() {
            shared.entry(*pair).or_default();
        }
        let mut links: Vec<Link> = shared
            .into_iter()
            .filter_map(|(pair, values)| self.link(pair, values, texts.get(&pair).copied()))
            .collect();
        links.sort_by_key(|link| (std::cmp::Reverse(link.strength()), link.one, link.other));
        links
    }

    fn link(
        &self,
        (one, other): (usize, usize),
        mut shared: Vec<SharedValue>,
        same_text: Option<u8>,
    ) -> Option<Link> {
        // A host that both carry for the sake of a URL that both carry says nothing more.
        let hosts: BTreeSet<String> = shared.iter().filter_map(host_of_url).collect();
        shared.retain(|value| value.key.0 == Kind::Url || !hosts.contains(&value.key.1));
        let centibits = shared.iter().map(|value| value.centibits).sum();
        if centibits < LINKED_FROM && same_text.is_none() {
            return None;
        }
        shared.sort_by(|a, b| (a.carriers, &a.key).cmp(&(b.carriers, &b.key)));
        let first = |fold: usize| self.folds[fold].first().map(|place| self.subjects[*place]);
        let (a, b) = (first(one)?, first(other)?);
        let told = || a.text.alike(&b.text).filter(|text| *text >= TEXT_TOLD);
        Some(Link {
            one: a.report,
            other: b.report,
            text: same_text.or_else(told),
            centibits,
            mark: self.mark((one, other), &shared),
            shared,
        })
    }

    /// The same for the same evidence: what the two folds say, whichever reports say it and how many, and what of it
    /// is shared.
    fn mark(&self, (one, other): (usize, usize), shared: &[SharedValue]) -> Mark {
        let prints = |fold: usize| {
            let members = self.folds[fold].iter().map(|place| self.subjects[*place]);
            members.map(Subject::print).collect::<BTreeSet<_>>()
        };
        let mut sides = [prints(one), prints(other)];
        sides.sort();
        let mut digest = Sha256::new_with_prefix("link");
        for side in sides {
            for print in side {
                digest.update(print);
            }
            digest.update([0]);
        }
        let keys: BTreeSet<&GroupKey> = shared.iter().map(|value| &value.key).collect();
        for (kind, value) in keys {
            digest.update(kind.as_str());
            digest.update([0]);
            digest.update(value);
            digest.update([1]);
        }
        Mark::of(digest)
    }
}

impl Link {
    /// How strong it is: what its values say, and its text as that much more.
    pub fn strength(&self) -> u32 {
        self.centibits + u32::from(self.text.unwrap_or_default()) * 10
    }
}

/// The host of a URL.
fn host_of_url(value: &SharedValue) -> Option<String> {
    let (kind, text) = &value.key;
    let url = Some(kind).filter(|kind| **kind == Kind::Url)?;
    host_of(&url.search_value(text))
}

/// What it says that one of so few of all is met, in hundredths of a bit. Whole numbers, so that sums do not depend on
/// their order.
fn centibits(of: u64, carriers: u64) -> u32 {
    let of = of.max(carriers).max(1);
    let bits = (of as f64 / carriers.max(1) as f64).log2();
    (bits * 100.0).round() as u32
}
