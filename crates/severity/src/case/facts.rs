//! What the observations of a case come to, so that nothing counts twice: unions of spells and the
//! largest of several reports on one thing.

use std::collections::{BTreeMap, HashMap};

use crate::{Ends, policy::UNBOUNDED, time::MINUTE};

/// The observations of a case, united.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// Scope indicators that were observed, by place in the policy.
    pub(crate) used: Vec<usize>,
    /// Each (service, region), sorted by service.
    pub(crate) keys: Vec<Key>,
    /// Value of each used indicator at each key, row by row.
    pub(crate) values: Vec<Ends<u64>>,
    /// Some observation says that the service maintenance level was breached.
    pub(crate) breached: Ends<bool>,
    /// Scope observations by beginning, those without one last.
    pub(crate) begun: Vec<Begun>,
    /// How many different operators and sectors they name.
    pub(crate) groups: [usize; 2],
    /// Largest stated number of operators, sectors and sites.
    pub(crate) stated: [Ends<u64>; 3],
    /// Safety indicators with their totals over sites.
    pub(crate) safety: Vec<(usize, Ends<u64>)>,
    /// Safety observations by beginning, those without one last.
    pub(crate) harms: Vec<Harm>,
    /// How many different sites they name.
    pub(crate) sites: usize,
    /// Counted indicators of trust with their totals over services and regions.
    pub(crate) records: Vec<(usize, Ends<u64>)>,
    /// Trust as judged.
    pub(crate) ordinal: Ends<u8>,
}

/// One (service, region).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) service: u32,
    /// Minutes of lost service.
    pub(crate) minutes: Ends<u64>,
    /// The worst substitute: 0 full, 1 partial, 2 none.
    pub(crate) substitute: Ends<u8>,
}

/// When an operator of a sector was hit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    pub(crate) start: Option<i64>,
    /// Operator and sector, numbered.
    pub(crate) groups: [u32; 2],
    pub(crate) value: Ends<u64>,
}

/// When a site was harmed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Harm {
    pub(crate) start: Option<i64>,
    pub(crate) site: u32,
    pub(crate) indicator: usize,
    pub(crate) value: Ends<u64>,
}

/// How long one observation says that a service was lost.
pub(crate) enum Lasted {
    /// From a beginning on; end at the low and, where known, at the high end.
    Spell {
        start: i64,
        low_end: i128,
        high_end: Option<i128>,
    },
    /// So many minutes in all.
    Total(Ends<u64>),
}

/// One scope observation.
pub(crate) struct ScopeSeen<'t> {
    pub(crate) indicator: usize,
    pub(crate) value: Ends<u64>,
    pub(crate) service: &'t str,
    pub(crate) region: &'t str,
    pub(crate) operator: &'t str,
    pub(crate) sector: &'t str,
    pub(crate) start: Option<i64>,
    pub(crate) lasted: Lasted,
    pub(crate) substitute: Ends<u8>,
    pub(crate) breached: Ends<bool>,
}

/// Facts while observations are still being added, in any order.
#[derive(Default)]
pub(crate) struct Gathering<'t> {
    keys: BTreeMap<(&'t str, &'t str), KeyGathering>,
    begun: Vec<Begun>,
    operators: HashMap<&'t str, u32>,
    sectors: HashMap<&'t str, u32>,
    sites: HashMap<&'t str, u32>,
    breached: Ends<bool>,
    stated: [Ends<u64>; 3],
    safety: BTreeMap<usize, BTreeMap<&'t str, Ends<u64>>>,
    harms: Vec<Harm>,
    records: BTreeMap<usize, BTreeMap<(&'t str, &'t str), Ends<u64>>>,
    ordinal: Ends<u8>,
}

#[derive(Default)]
struct KeyGathering {
    values: BTreeMap<usize, Ends<u64>>,
    spells: Ends<Vec<(i128, i128)>>,
    total: Ends<u64>,
    substitute: Ends<u8>,
}

impl<'t> Gathering<'t> {
    pub(crate) fn scope(&mut self, seen: ScopeSeen<'t>) {
        let key = self.keys.entry((seen.service, seen.region)).or_default();
        let value = key.values.entry(seen.indicator).or_default();
        *value = largest(*value, seen.value);
        key.substitute = largest(key.substitute, seen.substitute);
        match seen.lasted {
            Lasted::Total(minutes) => key.total = largest(key.total, minutes),
            Lasted::Spell {
                start,
                low_end,
                high_end,
            } => {
                let start = i128::from(start);
                key.spells.low.push((start, low_end));
                match high_end {
                    Some(end) => key.spells.high.push((start, end)),
                    None => key.total.high = UNBOUNDED,
                }
            }
        }
        self.breached = largest(self.breached, seen.breached);
        self.begun.push(Begun {
            start: seen.start,
            groups: [
                number(&mut self.operators, seen.operator),
                number(&mut self.sectors, seen.sector),
            ],
            value: seen.value,
        });
    }

    pub(crate) fn safety(
        &mut self,
        indicator: usize,
        value: Ends<u64>,
        site: &'t str,
        start: Option<i64>,
    ) {
        let of_site = self.safety.entry(indicator).or_default();
        let known = of_site.entry(site).or_default();
        *known = largest(*known, value);
        self.harms.push(Harm {
            start,
            site: number(&mut self.sites, site),
            indicator,
            value,
        });
    }

    pub(crate) fn records(
        &mut self,
        indicator: usize,
        value: Ends<u64>,
        service: &'t str,
        region: &'t str,
    ) {
        let of_key = self.records.entry(indicator).or_default();
        let known = of_key.entry((service, region)).or_default();
        *known = largest(*known, value);
    }

    pub(crate) fn ordinal(&mut self, level: Ends<u8>) {
        self.ordinal = largest(self.ordinal, level);
    }

    pub(crate) fn count(&mut self, which: usize, value: Ends<u64>) {
        self.stated[which] = largest(self.stated[which], value);
    }

    pub(crate) fn facts(mut self) -> Facts {
        let mut used: Vec<usize> = Vec::new();
        for key in self.keys.values() {
            used.extend(key.values.keys());
        }
        used.sort_unstable();
        used.dedup();
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        let (mut service, mut last) = (0, None);
        for ((name, _), key) in &mut self.keys {
            if last.is_some_and(|last| last != name) {
                service += 1;
            }
            last = Some(name);
            keys.push(Key {
                service,
                minutes: key.minutes(),
                substitute: key.substitute,
            });
            let value = |indicator| key.values.get(indicator).copied().unwrap_or_default();
            values.extend(used.iter().map(value));
        }
        self.begun
            .sort_by_key(|begun| (begun.start.is_none(), begun.start));
        self.harms
            .sort_by_key(|harm| (harm.start.is_none(), harm.start));
        Facts {
            used,
            keys,
            values,
            breached: self.breached,
            begun: self.begun,
            groups: [self.operators.len(), self.sectors.len()],
            stated: self.stated,
            safety: totals(self.safety),
            harms: self.harms,
            sites: self.sites.len(),
            records: totals(self.records),
            ordinal: self.ordinal,
        }
    }
}

impl KeyGathering {
    fn minutes(&mut self) -> Ends<u64> {
        Ends {
            low: self.total.low.max(united(&mut self.spells.low)),
            high: self.total.high.max(united(&mut self.spells.high)),
        }
    }
}

/// Length of the union of spells, overlaps once, in whole minutes.
fn united(spells: &mut [(i128, i128)]) -> u64 {
    spells.sort_unstable();
    let (mut length, mut until) = (0, i128::MIN);
    for (start, end) in spells {
        length += (*end - until.max(*start)).max(0);
        until = until.max(*end);
    }
    u64::try_from(length / i128::from(MINUTE)).unwrap_or(UNBOUNDED)
}

fn largest<T: Ord>(one: Ends<T>, other: Ends<T>) -> Ends<T> {
    Ends {
        low: one.low.max(other.low),
        high: one.high.max(other.high),
    }
}

fn number<'t>(numbers: &mut HashMap<&'t str, u32>, name: &'t str) -> u32 {
    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    *numbers.entry(name).or_insert(next)
}

fn totals<K>(by_indicator: BTreeMap<usize, BTreeMap<K, Ends<u64>>>) -> Vec<(usize, Ends<u64>)> {
    let add = |sum: Ends<u64>, value: &Ends<u64>| Ends {
        low: sum.low.saturating_add(value.low),
        high: sum.high.saturating_add(value.high),
    };
    let indicators = by_indicator.into_iter();
    indicators
        .map(|(indicator, values)| (indicator, values.values().fold(Ends::default(), add)))
        .collect()
}
