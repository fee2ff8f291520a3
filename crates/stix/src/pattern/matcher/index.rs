//! Many patterns at once: simple ones are found by their values, not one by one.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::effort::{Effort, GoesOn};
use super::network::Network;
use super::observed::ObservedSet;
use super::path::{Scene, walk};
use super::{MatchError, Matcher, MatcherError};
use crate::pattern::tree::{Comparison, Literal, ObjectPath, Observation, Operator, Step, Test};

/// Patterns, each under a number of the caller's.
#[derive(Default)]
pub struct PatternIndex {
    /// By type of object.
    types: HashMap<String, OfType>,
    /// What is not simple is matched by itself.
    others: Vec<(u32, Matcher)>,
    indexed: usize,
}

/// What patterns compare the properties of one type with.
#[derive(Default)]
struct OfType {
    paths: Vec<OfPath>,
    /// Where each path stands among them.
    at: HashMap<Vec<Step>, usize>,
}

/// Observations in which a pattern is found, by their place in the set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The first of them.
    pub first: Vec<usize>,
    /// How many more there are.
    pub more: usize,
}

impl Places {
    fn of(mut all: Vec<usize>, most: usize) -> Self {
        let more = all.len().saturating_sub(most);
        all.truncate(most);
        all.shrink_to_fit();
        Self { first: all, more }
    }
}

/// What patterns compare one property with.
struct OfPath {
    steps: Vec<Step>,
    texts: HashMap<Box<str>, Numbers>,
    integers: HashMap<i64, Numbers>,
    networks: HashMap<Network, Numbers>,
    /// Lengths of the networks, for IPv4 and IPv6: only these are looked up.
    lengths: [Vec<u8>; 2],
}

/// The numbers of the patterns with one value. Most values are in one pattern alone.
enum Numbers {
    One(u32),
    Many(Vec<u32>),
}

impl Numbers {
    fn add(&mut self, number: u32) {
        match self {
            Self::One(own) if *own == number => {}
            Self::One(own) => *self = Self::Many(vec![*own, number]),
            Self::Many(all) if all.last() == Some(&number) => {}
            Self::Many(all) => all.push(number),
        }
    }

    fn as_slice(&self) -> &[u32] {
        match self {
            Self::One(number) => std::slice::from_ref(number),
            Self::Many(all) => all,
        }
    }
}

impl PatternIndex {
    /// Adds a pattern; whether it is simple: any of some values, at any time.
    ///
    /// # Errors
    /// [`MatcherError`] for constants that cannot be used.
    pub fn add(&mut self, number: u32, pattern: &Observation) -> Result<bool, MatcherError> {
        let mut tests = Vec::new();
        if !simple(pattern, &mut tests) {
            self.others.push((number, Matcher::new(pattern)?));
            return Ok(false);
        }
        for test in tests {
            self.add_test(number, test);
        }
        self.indexed += 1;
        Ok(true)
    }

    /// How many patterns are found by their values, and how many are matched one by one.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.indexed, self.others.len())
    }

    fn add_test(&mut self, number: u32, test: &Test) {
        let of_path = self.of_path(&test.path);
        for literal in &test.values {
            let own = Numbers::One(number);
            match literal {
                Literal::Text(text) if test.operator == Operator::Subset => {
                    if let Some(network) = Network::parse(text) {
                        let lengths = &mut of_path.lengths[usize::from(network.wide)];
                        if !lengths.contains(&network.length) {
                            lengths.push(network.length);
                        }
                        of_path.networks.entry(network).or_insert(own).add(number);
                    }
                }
                Literal::Text(text) => match of_path.texts.get_mut(text.as_str()) {
                    Some(numbers) => numbers.add(number),
                    None => {
                        of_path.texts.insert(text.as_str().into(), own);
                    }
                },
                Literal::Int(integer) => {
                    of_path.integers.entry(*integer).or_insert(own).add(number);
                }
                _ => {}
            }
        }
    }

    fn of_path(&mut self, path: &ObjectPath) -> &mut OfPath {
        let OfType { paths, at } = self.types.entry(path.type_name.clone()).or_default();
        let known = at.get(&path.steps).copied();
        let place = known.unwrap_or_else(|| {
            at.insert(path.steps.clone(), paths.len());
            paths.push(OfPath {
                steps: path.steps.clone(),
                texts: HashMap::new(),
                integers: HashMap::new(),
                networks: HashMap::new(),
                lengths: [Vec::new(), Vec::new()],
            });
            paths.len() - 1
        });
        &mut paths[place]
    }

    /// The numbers of the simple patterns that ask for this value of this property.
    #[must_use]
    pub fn look_up(&self, path: &ObjectPath, value: &str) -> Vec<u32> {
        let mut found = Vec::new();
        let of_type = self.types.get(&path.type_name);
        let place = of_type.and_then(|one| one.paths.get(*one.at.get(&path.steps)?));
        if let Some(of_path) = place {
            of_path.text(value, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The patterns that are found in what was observed, by number, each with observations in which it is found, by
    /// their place in the set: of a simple one the first.
    ///
    /// # Errors
    /// [`MatchError`] where a bound is reached before there is an answer.
    pub fn find(&self, set: &ObservedSet) -> Result<Vec<(u32, Vec<usize>)>, MatchError> {
        let found = self.find_while(set, usize::MAX, None)?;
        let all = found.into_iter();
        Ok(all.map(|(number, places)| (number, places.first)).collect())
    }

    /// The same as long as it goes on, with as many observations of each pattern as `most`.
    ///
    /// # Errors
    /// [`MatchError`] where a bound is reached before there is an answer.
    pub fn find_while(
        &self,
        set: &ObservedSet,
        most: usize,
        goes_on: Option<GoesOn<'_>>,
    ) -> Result<Vec<(u32, Places)>, MatchError> {
        let mut first: BTreeMap<u32, Places> = BTreeMap::new();
        let effort = Effort::new(goes_on);
        let mut numbers = Vec::new();
        for (at, observed) in set.all().iter().enumerate() {
            let scene = Scene {
                set,
                observed,
                effort: &effort,
            };
            for root in set.roots(observed) {
                self.of_object(root, &scene, &mut numbers)?;
            }
            for number in numbers.drain(..) {
                let places = || Places::of(vec![at], most);
                first.entry(number).or_insert_with(places);
            }
        }
        for (number, matcher) in &self.others {
            if let Some(places) = matcher.find_while(set, goes_on)? {
                first.insert(*number, Places::of(places, most));
            }
        }
        Ok(first.into_iter().collect())
    }

    fn of_object(
        &self,
        root: &Value,
        scene: &Scene<'_>,
        found: &mut Vec<u32>,
    ) -> Result<(), MatchError> {
        let type_name = root.get("type").and_then(Value::as_str).unwrap_or_default();
        let of_type = self.types.get(type_name);
        for of_path in of_type.into_iter().flat_map(|one| &one.paths) {
            walk(root, &of_path.steps, scene, &mut |value| {
                of_path.value(value, found);
                false
            })?;
        }
        Ok(())
    }
}

impl OfPath {
    fn value(&self, value: &Value, found: &mut Vec<u32>) {
        match value {
            Value::String(text) => self.text(text, found),
            Value::Number(number) => {
                let numbers = whole(number).and_then(|own| self.integers.get(&own));
                found.extend(numbers.into_iter().flat_map(Numbers::as_slice));
            }
            _ => {}
        }
    }

    fn text(&self, text: &str, found: &mut Vec<u32>) {
        found.extend(self.texts.get(text).into_iter().flat_map(Numbers::as_slice));
        if self.networks.is_empty() {
            return;
        }
        let Some(own) = Network::parse(text) else {
            return;
        };
        for length in &self.lengths[usize::from(own.wide)] {
            if *length <= own.length {
                let numbers = self.networks.get(&own.cut(*length));
                found.extend(numbers.into_iter().flat_map(Numbers::as_slice));
            }
        }
    }
}

/// A number without digits behind the point, however it is written.
#[expect(
    clippy::cast_possible_truncation,
    reason = "compared with what it was cut from"
)]
#[expect(
    clippy::cast_precision_loss,
    reason = "compared with what it was cut from"
)]
fn whole(number: &serde_json::Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        let cut = float as i64;
        (cut as f64 == float).then_some(cut)
    })
}

/// Collects the tests of a pattern that is found as soon as one of them holds; false
/// for any other pattern.
fn simple<'p>(pattern: &'p Observation, tests: &mut Vec<&'p Test>) -> bool {
    match pattern {
        Observation::Of(comparison) => simple_comparison(comparison, tests),
        Observation::Or(parts) => parts.iter().all(|part| simple(part, tests)),
        _ => false,
    }
}

fn simple_comparison<'p>(comparison: &'p Comparison, tests: &mut Vec<&'p Test>) -> bool {
    match comparison {
        Comparison::Or(parts) => parts.iter().all(|part| simple_comparison(part, tests)),
        Comparison::Test(test) if is_simple(test) => {
            tests.push(test);
            true
        }
        Comparison::Test(_) | Comparison::And(_) => false,
    }
}

/// Whether a value that is equal as a text or a whole number fulfils the test.
fn is_simple(test: &Test) -> bool {
    let plain = !test.path.steps.iter().any(
        |step| matches!(step, Step::Name(name) if name.ends_with("_hex") || name.ends_with("_bin")),
    );
    let constants = test.values.iter().all(|literal| match literal {
        Literal::Text(text) => test.operator != Operator::Subset || Network::parse(text).is_some(),
        Literal::Int(_) => true,
        _ => false,
    });
    let operator = matches!(
        test.operator,
        Operator::Equal | Operator::In | Operator::Subset
    );
    plain && constants && operator && !test.negated
}
