//! Choosing different observations, where the best choice would take one more often
//! than it counts: trying one after the other, within a bound.

use super::{Candidates, MatchError, Plan};

/// Most choices that are tried.
const MAX_STEPS: u32 = 1_000_000;
/// Most observations of one choice: the depth of the search.
const MAX_PICKS: usize = 400;

struct Search<'c> {
    candidates: &'c Candidates<'c>,
    used: Vec<u32>,
    picks: Vec<usize>,
    steps: u32,
}

/// What is asked once a part is found; the number is where its picks begin.
type Next<'n, 'c> = &'n mut dyn FnMut(&mut Search<'c>, usize) -> Result<bool, MatchError>;

pub(super) fn find(
    plan: &Plan,
    candidates: &Candidates<'_>,
) -> Result<Option<Vec<usize>>, MatchError> {
    let mut search = Search {
        candidates,
        used: vec![0; candidates.all.len()],
        picks: Vec::new(),
        steps: 0,
    };
    // Once all is found the picks stay as they are.
    let found = search.part(plan, &mut |_, _| Ok(true))?;
    Ok(found.then_some(search.picks))
}

impl<'c> Search<'c> {
    /// Tries the ways to find a part until one of them leads on to the end.
    fn part(&mut self, plan: &Plan, next: Next<'_, 'c>) -> Result<bool, MatchError> {
        let start = self.picks.len();
        match plan {
            Plan::Leaf(leaf) => self.leaf(*leaf, 0, next),
            Plan::Any(parts) => {
                for part in parts {
                    if self.part(part, next)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Plan::All(parts) => self.each(parts, start, false, next),
            Plan::Then(parts) => self.each(parts, start, true, next),
            Plan::Within(inner, span) => self.part(inner, &mut |search, start| {
                let (begin, end) = search.bounds(start, search.picks.len());
                if begin.saturating_sub(end) > *span {
                    return Ok(false);
                }
                next(search, start)
            }),
            Plan::Repeats(inner, times) => self.repeated(inner, *times, start, start, next),
        }
    }

    /// One observation of a leaf, from a place among its candidates on.
    fn leaf(&mut self, leaf: usize, from: usize, next: Next<'_, 'c>) -> Result<bool, MatchError> {
        let candidates = self.candidates;
        let start = self.picks.len();
        if start >= MAX_PICKS {
            return Err(MatchError::TooManyChoices);
        }
        for at in candidates.of_leaf[leaf].iter().skip(from) {
            if self.used[*at] >= candidates.all[*at].count {
                continue;
            }
            candidates.effort.step()?;
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Err(MatchError::TooManyChoices);
            }
            self.used[*at] += 1;
            self.picks.push(*at);
            if next(self, start)? {
                return Ok(true);
            }
            self.picks.truncate(start);
            self.used[*at] -= 1;
        }
        Ok(false)
    }

    /// All the parts, one after the other.
    fn each(
        &mut self,
        parts: &[Plan],
        start: usize,
        in_order: bool,
        next: Next<'_, 'c>,
    ) -> Result<bool, MatchError> {
        let Some((part, rest)) = parts.split_first() else {
            return next(self, start);
        };
        self.part(part, &mut |search, own| {
            if in_order
                && own > start
                && search.bounds(start, own).0 > search.bounds(own, search.picks.len()).1
            {
                return Ok(false);
            }
            search.each(rest, start, in_order, next)
        })
    }

    /// So many times the same part. Of a leaf they are taken in the order of its
    /// candidates, since their order changes nothing.
    fn repeated(
        &mut self,
        inner: &Plan,
        times: u64,
        start: usize,
        last: usize,
        next: Next<'_, 'c>,
    ) -> Result<bool, MatchError> {
        if times == 0 {
            return next(self, start);
        }
        if let Plan::Leaf(leaf) = inner {
            let from = match self.picks.get(last) {
                Some(at) if last < self.picks.len() => {
                    self.candidates.of_leaf[*leaf].partition_point(|candidate| candidate < at)
                }
                _ => 0,
            };
            return self.leaf(*leaf, from, &mut |search, own| {
                search.repeated(inner, times - 1, start, own, next)
            });
        }
        self.part(inner, &mut |search, own| {
            search.repeated(inner, times - 1, start, own, next)
        })
    }

    /// The latest beginning and the earliest end of some picks.
    fn bounds(&self, from: usize, to: usize) -> (i64, i64) {
        let picks = self.picks[from..to].iter();
        picks.fold((i64::MIN, i64::MAX), |(begin, end), at| {
            let observed = &self.candidates.all[*at];
            (begin.max(observed.first), end.min(observed.last))
        })
    }
}
