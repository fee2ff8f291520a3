//! The first of many ordered runs, read out of them bit by bit: only as far into each as the result reaches.

/// Fewest that are read out of a run at once.
const STEP: usize = 4;

/// Moments between which something is looked for, without the moments themselves, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// After this.
    pub low: i64,
    /// Before this.
    pub high: i64,
}

impl Bounds {
    /// Everything.
    pub const ALL: Bounds = Bounds {
        low: i64::MIN,
        high: i64::MAX,
    };
}

/// What to read out of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Place of the run.
    pub run: usize,
    /// Within these.
    pub bounds: Bounds,
    /// At most so many, in order.
    pub most: usize,
}

/// The first `limit` numbers of some runs, each in order, all different.
#[derive(Debug)]
pub struct Merge {
    newest_first: bool,
    limit: usize,
    found: Vec<i64>,
    open: Vec<Ask>,
}

impl Merge {
    /// Of so many runs, within the bounds.
    pub fn new(runs: usize, bounds: Bounds, newest_first: bool, limit: usize) -> Merge {
        let most = (limit / runs.max(1) + 1).clamp(STEP, limit.max(STEP));
        let open = (0..runs).map(|run| Ask { run, bounds, most }).collect();
        Merge {
            newest_first,
            limit,
            found: Vec::new(),
            open,
        }
    }

    /// What is to be read next; nothing when [`Merge::found`] is whole.
    pub fn asks(&mut self) -> Vec<Ask> {
        self.found.sort_unstable();
        if self.newest_first {
            self.found.reverse();
        }
        self.found.truncate(self.limit);
        let full = self.found.len() == self.limit;
        if let Some(cut) = self.found.last().copied().filter(|_| full) {
            for ask in &mut self.open {
                if self.newest_first {
                    ask.bounds.low = ask.bounds.low.max(cut);
                } else {
                    ask.bounds.high = ask.bounds.high.min(cut);
                }
            }
        }
        let is_open = |ask: &Ask| ask.bounds.low < ask.bounds.high.saturating_sub(1);
        self.open.retain(is_open);
        self.open.clone()
    }

    /// What was found for what was asked.
    pub fn take(&mut self, ask: &Ask, found: &[i64]) {
        self.found.extend_from_slice(found);
        let Some(at) = self.open.iter().position(|open| open.run == ask.run) else {
            return;
        };
        match found.last() {
            Some(last) if found.len() >= ask.most => {
                let open = &mut self.open[at];
                open.most = ask.most.saturating_mul(2).min(self.limit);
                if self.newest_first {
                    open.bounds.high = *last;
                } else {
                    open.bounds.low = *last;
                }
            }
            _ => drop(self.open.swap_remove(at)),
        }
    }

    /// The first of all runs, in order.
    pub fn found(self) -> Vec<i64> {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(
        runs: &[Vec<i64>],
        bounds: Bounds,
        newest_first: bool,
        limit: usize,
    ) -> (Vec<i64>, usize) {
        let mut merge = Merge::new(runs.len(), bounds, newest_first, limit);
        let mut read = 0;
        loop {
            let asks = merge.asks();
            if asks.is_empty() {
                return (merge.found(), read);
            }
            for ask in asks {
                let within = |at: &&i64| **at > ask.bounds.low && **at < ask.bounds.high;
                let mut found: Vec<i64> = runs[ask.run].iter().filter(within).copied().collect();
                found.sort_unstable();
                if newest_first {
                    found.reverse();
                }
                found.truncate(ask.most);
                read += found.len();
                merge.take(&ask, &found);
            }
        }
    }

    #[test]
    fn it_is_what_sorting_everything_gives() {
        for seed in 0..2_000_i64 {
            let runs = 1 + seed % 7;
            let limit = 1 + (seed % 13) as usize;
            let mut parts = vec![Vec::new(); runs as usize];
            for n in 0..(seed % 61) {
                parts[((n * n + seed) % runs) as usize].push(n);
            }
            let bounds = match seed % 3 {
                0 => Bounds::ALL,
                1 => Bounds { low: 5, high: 30 },
                _ => Bounds { low: 40, high: 40 },
            };
            let newest_first = seed % 2 == 0;
            let mut all: Vec<i64> = parts.concat();
            all.retain(|at| *at > bounds.low && *at < bounds.high);
            all.sort_unstable();
            if newest_first {
                all.reverse();
            }
            all.truncate(limit);
            assert_eq!(merged(&parts, bounds, newest_first, limit).0, all, "{seed}");
        }
    }

    #[test]
    fn no_run_is_read_further_than_the_result_reaches() {
        let long: Vec<i64> = (0..100_000).collect();
        let older: Vec<i64> = (-100_000..0).collect();
        let (found, read) = merged(&[older, long], Bounds::ALL, true, 50);
        assert_eq!(found, (99_950..100_000).rev().collect::<Vec<_>>());
        assert!(read <= 110, "{read}");
    }
}
