//! The best that a part of a pattern can be found with.
//!
//! What matters of observations that were chosen together is the latest of their
//! beginnings and the earliest of their ends: together they lie within a time when
//! the first is not further behind the second than that, and one group can follow
//! another when the other's latest beginning is not behind its earliest end. So of
//! two choices the one that begins no later and ends no earlier is as good or
//! better, and only the best need be kept: one for each end.

use std::rc::Rc;

use super::{Candidates, MatchError, Plan};

/// Most choices that are looked at for different observations, before they are searched for.
const MAX_WRITTEN: usize = 100;

/// A choice of observations.
#[derive(Clone)]
struct Choice {
    /// The latest of the beginnings.
    begin: i64,
    /// The earliest of the ends.
    end: i64,
    made: Made,
}

/// What a choice consists of; written out only when it is the answer.
#[derive(Clone)]
enum Made {
    One(usize),
    Both(Rc<(Made, Made)>),
    /// So many of the leaf's that end no earlier than this, the earliest beginnings first.
    Many {
        leaf: usize,
        times: u64,
        end: i64,
    },
    /// The same choice so many times, which cannot be of different observations.
    Again,
}

/// What was found without asking that observations differ.
pub(super) enum Found {
    /// They differ.
    Differ(Vec<usize>),
    /// They do not; there may be others that do.
    Overlap,
}

/// The choices that no other one is better than, earlier ends first; so beginnings rise too.
type Frontier = Vec<Choice>;

pub(super) fn find(plan: &Plan, candidates: &Candidates<'_>) -> Result<Option<Found>, MatchError> {
    let best = frontier(plan, candidates)?;
    let mut used = vec![0_u32; candidates.all.len()];
    for choice in best.iter().take(MAX_WRITTEN) {
        let mut picks = Vec::new();
        if write_out(&choice.made, candidates, &mut used, &mut picks) {
            return Ok(Some(Found::Differ(picks)));
        }
        for at in picks {
            used[at] = 0;
        }
    }
    Ok((!best.is_empty()).then_some(Found::Overlap))
}

fn frontier(plan: &Plan, candidates: &Candidates<'_>) -> Result<Frontier, MatchError> {
    Ok(match plan {
        Plan::Leaf(leaf) => {
            let mut all = Vec::with_capacity(candidates.of_leaf[*leaf].len());
            for at in &candidates.of_leaf[*leaf] {
                candidates.effort.step()?;
                all.push(Choice {
                    begin: candidates.all[*at].first,
                    end: candidates.all[*at].last,
                    made: Made::One(*at),
                });
            }
            best(all)
        }
        Plan::Any(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(frontier(part, candidates)?);
            }
            best(all)
        }
        Plan::All(parts) => joined(parts, candidates, false)?,
        Plan::Then(parts) => joined(parts, candidates, true)?,
        Plan::Within(inner, span) => {
            let mut all = frontier(inner, candidates)?;
            all.retain(|choice| choice.begin.saturating_sub(choice.end) <= *span);
            all
        }
        Plan::Repeats(inner, times) => match (&**inner, times) {
            (_, 1) => frontier(inner, candidates)?,
            (Plan::Leaf(leaf), _) => repeated(*leaf, *times, candidates),
            _ => {
                let mut all = frontier(inner, candidates)?;
                for choice in &mut all {
                    choice.made = Made::Again;
                }
                all
            }
        },
    })
}

/// Keeps the choices that no other one is better than.
fn best(mut all: Vec<Choice>) -> Frontier {
    // From the latest end back: each one kept has to begin earlier than all that end later.
    all.sort_by_key(|choice| (choice.end, std::cmp::Reverse(choice.begin)));
    let mut kept: Vec<Choice> = Vec::new();
    for choice in all.into_iter().rev() {
        if kept.last().is_none_or(|last| choice.begin < last.begin) {
            kept.push(choice);
        }
    }
    kept.reverse();
    kept
}

fn joined(
    parts: &[Plan],
    candidates: &Candidates<'_>,
    in_order: bool,
) -> Result<Frontier, MatchError> {
    let mut parts = parts.iter().map(|part| frontier(part, candidates));
    let Some(first) = parts.next() else {
        return Ok(Vec::new());
    };
    let mut all = first?;
    for right in parts {
        all = pairs(&all, &right?, in_order, candidates)?;
    }
    Ok(all)
}

/// The best pairs of a choice of the left and one of the right side; where they have an
/// order, the right one's earliest end is not before the left one's latest beginning.
fn pairs(
    left: &Frontier,
    right: &Frontier,
    in_order: bool,
    candidates: &Candidates<'_>,
) -> Result<Frontier, MatchError> {
    let mut ends: Vec<i64> = left.iter().chain(right).map(|choice| choice.end).collect();
    ends.sort_unstable();
    ends.dedup();
    let mut all = Vec::new();
    for end in ends {
        candidates.effort.step()?;
        // The earliest beginning of those that end no earlier than this is the first of them.
        let Some(one) = left.get(left.partition_point(|choice| choice.end < end)) else {
            continue;
        };
        let needed = if in_order { end.max(one.begin) } else { end };
        let Some(other) = right.get(right.partition_point(|choice| choice.end < needed)) else {
            continue;
        };
        all.push(Choice {
            begin: one.begin.max(other.begin),
            end: one.end.min(other.end),
            made: Made::Both(Rc::new((one.made.clone(), other.made.clone()))),
        });
    }
    Ok(best(all))
}

/// So many of one leaf: for each end, those that begin earliest.
fn repeated(leaf: usize, times: u64, candidates: &Candidates<'_>) -> Frontier {
    let mut by_end = candidates.of_leaf[leaf].clone();
    by_end.sort_unstable_by_key(|at| std::cmp::Reverse(candidates.all[*at].last));
    let mut chosen = Earliest::new(times);
    let mut all = Vec::new();
    for at in by_end {
        let observed = &candidates.all[at];
        chosen.add(observed.first, u64::from(observed.count));
        if let Some(begin) = chosen.latest() {
            all.push(Choice {
                begin,
                end: observed.last,
                made: Made::Many {
                    leaf,
                    times,
                    end: observed.last,
                },
            });
        }
    }
    best(all)
}

/// The so many earliest of the beginnings that were added.
struct Earliest {
    wanted: u64,
    held: u64,
    /// The latest first.
    heap: std::collections::BinaryHeap<(i64, u64)>,
}

impl Earliest {
    fn new(wanted: u64) -> Self {
        Self {
            wanted,
            held: 0,
            heap: std::collections::BinaryHeap::new(),
        }
    }

    fn add(&mut self, begin: i64, count: u64) {
        self.heap.push((begin, count));
        self.held = self.held.saturating_add(count);
        while let Some((_, count)) = self.heap.peek() {
            if self.held - count < self.wanted {
                break;
            }
            self.held -= count;
            self.heap.pop();
        }
    }

    /// The latest of them, once there are enough.
    fn latest(&self) -> Option<i64> {
        let (begin, _) = self.heap.peek()?;
        (self.held >= self.wanted).then_some(*begin)
    }
}

/// Writes a choice out; false when an observation would be needed more often than it counts.
fn write_out(
    made: &Made,
    candidates: &Candidates<'_>,
    used: &mut [u32],
    picks: &mut Vec<usize>,
) -> bool {
    match made {
        Made::Again => false,
        Made::One(at) => take(*at, 1, candidates, used, picks),
        Made::Both(pair) => {
            write_out(&pair.0, candidates, used, picks)
                && write_out(&pair.1, candidates, used, picks)
        }
        Made::Many { leaf, times, end } => {
            let mut fitting = candidates.of_leaf[*leaf].clone();
            fitting.retain(|at| candidates.all[*at].last >= *end);
            fitting.sort_unstable_by_key(|at| candidates.all[*at].first);
            let mut left = *times;
            for at in fitting {
                let here = u64::from(candidates.all[at].count).min(left);
                if !take(at, here, candidates, used, picks) {
                    return false;
                }
                left -= here;
                if left == 0 {
                    return true;
                }
            }
            false
        }
    }
}

/// Takes an observation so many times, if it counts for as many that are not taken.
fn take(
    at: usize,
    times: u64,
    candidates: &Candidates<'_>,
    used: &mut [u32],
    picks: &mut Vec<usize>,
) -> bool {
    let wanted = u64::from(used[at]) + times;
    if wanted > u64::from(candidates.all[at].count) {
        return false;
    }
    used[at] = u32::try_from(wanted).unwrap_or(u32::MAX);
    picks.push(at);
    true
}
