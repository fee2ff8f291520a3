//! Near-duplicates: reports that say the same, or nearly, become one. However many they are, each is held against a
//! few that stand for what it could repeat, never against all.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::MatterId;
use sha2::{Digest, Sha256};

use super::{
    Mark,
    shingle::{leads, share},
    subject::Subject,
};

/// From this share of common values on two reports say the same, in per cent.
const VALUES_ALIKE: u8 = 80;
/// From this share of common text on two texts say the same, in per cent.
const TEXT_ALIKE: u8 = 85;
/// Reports that stand for all with one thing in common.
const STAND_FOR: usize = 16;

/// Why a report is a near-duplicate of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The report it repeats.
    pub of: MatterId,
    /// The report.
    pub report: MatterId,
    /// Share of common values among all of both, in per cent; `None` where one has none that count.
    pub values: Option<u8>,
    /// Share of common text, in per cent; `None` where one says too little.
    pub text: Option<u8>,
    /// Stands for this piece of evidence.
    pub mark: Mark,
}

/// Reports that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Which, in order of their ids.
    pub reports: Vec<MatterId>,
    /// Why they are together: one less than there are reports.
    pub copies: Vec<Copied>,
}

/// Reports folded, with what they are made of.
#[derive(Debug)]
pub struct Folded<'s> {
    pub(super) subjects: Vec<&'s Subject>,
    /// Places of the members of each fold in `subjects`, in order.
    pub(super) folds: Vec<Vec<usize>>,
    /// The fold of each subject.
    pub(super) fold_of: Vec<usize>,
    copies: Vec<Vec<Copied>>,
    /// Subjects whose texts say the same with other values: pairs of places, and the share.
    pub(super) texts: Vec<(usize, usize, u8)>,
}

/// How two subjects compare.
#[derive(Clone, Copy)]
struct Compared {
    values: Option<u8>,
    text: Option<u8>,
    share_a_value: bool,
}

impl Compared {
    fn of(one: &Subject, other: &Subject) -> Self {
        let both = !one.hashes.is_empty() && !other.hashes.is_empty();
        let values = both.then(|| share(&one.hashes, &other.hashes, usize::MAX));
        Self {
            values,
            text: one.text.alike(&other.text),
            share_a_value: both && one.hashes.iter().any(|hash| other.has(*hash)),
        }
    }

    fn text_is_alike(self) -> bool {
        self.text.is_some_and(|text| text >= TEXT_ALIKE)
    }

    /// Nearly the same values; or the same text, and no values that contradict it.
    fn is_copy(self) -> bool {
        let same_values = self.values.is_some_and(|values| values >= VALUES_ALIKE);
        same_values || self.text_is_alike() && (self.values.is_none() || self.share_a_value)
    }
}

impl Subject {
    fn has(&self, hash: u64) -> bool {
        self.hashes.binary_search(&hash).is_ok()
    }

    /// What others that nearly repeat it are found by.
    fn found_by(&self) -> impl Iterator<Item = (bool, u64)> {
        let values = leads(&self.hashes).iter().map(|hash| (false, *hash));
        values.chain(self.text.leads().iter().map(|hash| (true, *hash)))
    }
}

impl<'s> Folded<'s> {
    /// Folds reports. The order in which they are given does not matter; of two with one id the first counts. Takes
    /// time linear in their number.
    pub fn of(subjects: impl IntoIterator<Item = &'s Subject>) -> Self {
        let mut by_id: BTreeMap<MatterId, &Subject> = BTreeMap::new();
        for subject in subjects {
            by_id.entry(subject.report).or_insert(subject);
        }
        let subjects: Vec<&Subject> = by_id.into_values().collect();
        let mut parents: Vec<usize> = (0..subjects.len()).collect();
        let mut standing: BTreeMap<(bool, u64), Vec<usize>> = BTreeMap::new();
        let mut copies: Vec<(usize, Copied)> = Vec::new();
        let mut texts = Vec::new();
        for (place, subject) in subjects.iter().enumerate() {
            let mut compared = BTreeSet::new();
            let mut stands_for_itself = true;
            for lead in subject.found_by() {
                for &other in standing.get(&lead).into_iter().flatten() {
                    if !compared.insert(other)
                        || root(&mut parents, other) == root(&mut parents, place)
                    {
                        continue;
                    }
                    let found = Compared::of(subjects[other], subject);
                    if found.is_copy() {
                        join(&mut parents, other, place);
                        copies.push((place, copied(subjects[other], subject, found)));
                        stands_for_itself = false;
                    } else if found.text_is_alike() {
                        texts.extend(found.text.map(|text| (other, place, text)));
                    }
                }
            }
            if stands_for_itself {
                for lead in subject.found_by() {
                    let all = standing.entry(lead).or_default();
                    if all.len() < STAND_FOR {
                        all.push(place);
                    }
                }
            }
        }
        Self::gathered(subjects, &mut parents, copies, texts)
    }

    fn gathered(
        subjects: Vec<&'s Subject>,
        parents: &mut [usize],
        all: Vec<(usize, Copied)>,
        texts: Vec<(usize, usize, u8)>,
    ) -> Self {
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for place in 0..subjects.len() {
            members.entry(root(parents, place)).or_default().push(place);
        }
        let folds: Vec<Vec<usize>> = members.into_values().collect();
        let mut fold_of = vec![0; subjects.len()];
        for (fold, members) in folds.iter().enumerate() {
            for place in members {
                fold_of[*place] = fold;
            }
        }
        let mut copies = vec![Vec::new(); folds.len()];
        for (place, copied) in all {
            copies[fold_of[place]].push(copied);
        }
        Self {
            subjects,
            folds,
            fold_of,
            copies,
            texts,
        }
    }

    /// The folds, in order of their first reports; most hold one report.
    pub fn folds(&self) -> impl Iterator<Item = Fold> {
        let all = self.folds.iter().zip(&self.copies);
        all.map(|(members, copies)| Fold {
            reports: members
                .iter()
                .map(|place| self.subjects[*place].report)
                .collect(),
            copies: copies.clone(),
        })
    }
}

fn copied(of: &Subject, subject: &Subject, found: Compared) -> Copied {
    let mut prints = [of.print(), subject.print()];
    prints.sort_unstable();
    let mut digest = Sha256::new_with_prefix("copied");
    for print in prints {
        digest.update(print);
    }
    Copied {
        of: of.report,
        report: subject.report,
        values: found.values,
        text: found.text,
        mark: Mark::of(digest),
    }
}

/// The smaller becomes the root, so that folds come in order of their first.
fn join(parents: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(parents, one), root(parents, other));
    parents[one.max(other)] = one.min(other);
}

pub(super) fn root(parents: &mut [usize], place: usize) -> usize {
    let mut at = place;
    while parents[at] != at {
        // Halving the path keeps later walks short.
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

/// Sets that grow together.
pub(super) fn joined(count: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..count).collect();
    for (one, other) in pairs {
        join(&mut parents, one, other);
    }
    (0..count).map(|place| root(&mut parents, place)).collect()
}
