//! A comparison made ready: constants read, expressions compiled; and whether it
//! holds of one object (§9.6).

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::{Regex, RegexBuilder};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::effort::Effort;
use super::network::Network;
use super::path::{Scene, walk};
use super::{MatchError, MatcherError};
use crate::pattern::tree::{Comparison, Literal, Operator, Step, Test};
use crate::time::micros;

/// Most memory of one compiled expression, in bytes.
const MAX_EXPRESSION: usize = 1 << 20;

pub(super) enum Condition {
    Test(Ready),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

/// One test with its constants in the form in which they are compared.
pub(super) struct Ready {
    type_name: String,
    steps: Vec<Step>,
    /// How the last named property is written: as hexadecimal digits, as base64, plainly.
    form: Form,
    negated: bool,
    ask: Ask,
}

enum Ask {
    Exists,
    /// Equal to one of them; turned round by `!=`.
    Equal(Vec<Constant>, bool),
    Order(Constant, fn(Ordering) -> bool),
    Like(Vec<char>),
    Matches(Box<Regex>, Option<Box<regex::bytes::Regex>>),
    /// The address or network lies in this one.
    Inside(Network),
    /// The network holds this one.
    Around(Network),
}

enum Constant {
    Int(i64),
    Float(f64),
    Text(String),
    Bool(bool),
    Bytes(Vec<u8>),
    /// Microseconds since 1970.
    Time(i64),
}

#[derive(Clone, Copy)]
enum Form {
    Plain,
    Hex,
    Base64,
}

/// What stands where a path leads.
enum Subject<'v> {
    Plain(&'v Value),
    Bytes(Vec<u8>),
}

impl Condition {
    pub(super) fn new(comparison: &Comparison) -> Result<Self, MatcherError> {
        let all = |parts: &[Comparison]| -> Result<Vec<Self>, MatcherError> {
            parts.iter().map(Self::new).collect()
        };
        match comparison {
            Comparison::Test(test) => Ready::new(test).map(Self::Test),
            Comparison::And(parts) => all(parts).map(Self::All),
            Comparison::Or(parts) => all(parts).map(Self::Any),
        }
    }

    /// Whether one object of the observation fulfils it: all of `AND` is asked of
    /// one and the same object.
    pub(super) fn holds(&self, scene: &Scene<'_>) -> Result<bool, MatchError> {
        for root in scene.set.roots(scene.observed) {
            if self.holds_of(root, scene)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn holds_of(&self, root: &Value, scene: &Scene<'_>) -> Result<bool, MatchError> {
        match self {
            Self::Test(test) => test.holds_of(root, scene),
            Self::All(parts) => {
                for part in parts {
                    if !part.holds_of(root, scene)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(parts) => {
                for part in parts {
                    if part.holds_of(root, scene)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}

impl Ready {
    fn new(test: &Test) -> Result<Self, MatcherError> {
        let last = test.path.steps.iter().rev().find_map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            Step::Index(_) | Step::Any => None,
        });
        let form = match last {
            Some(name) if name.ends_with("_hex") => Form::Hex,
            Some(name) if name.ends_with("_bin") => Form::Base64,
            _ => Form::Plain,
        };
        Ok(Self {
            type_name: test.path.type_name.clone(),
            steps: test.path.steps.clone(),
            form,
            negated: test.negated,
            ask: Ask::new(test)?,
        })
    }

    fn holds_of(&self, root: &Value, scene: &Scene<'_>) -> Result<bool, MatchError> {
        if root.get("type").and_then(Value::as_str) != Some(&self.type_name) {
            return Ok(false);
        }
        if matches!(self.ask, Ask::Exists) {
            return Ok(walk(root, &self.steps, scene, &mut |_| true)? != self.negated);
        }
        let found = walk(root, &self.steps, scene, &mut |value| {
            self.fits(value, scene.effort)
        })?;
        scene.effort.checked()?;
        Ok(found)
    }

    fn fits(&self, value: &Value, effort: &Effort<'_>) -> bool {
        let subject = self.subject(value);
        match &self.ask {
            Ask::Exists => true,
            Ask::Equal(constants, other) => {
                let equal = constants.iter().any(|constant| {
                    compare(&subject, constant).is_some_and(|order| order == Ordering::Equal)
                });
                (equal != *other) != self.negated
            }
            // What has no order to each other fulfils neither the test nor its contrary.
            Ask::Order(constant, wanted) => {
                compare(&subject, constant).is_some_and(|order| wanted(order) != self.negated)
            }
            Ask::Like(wanted) => {
                let text = text_of(&subject).map(|text| text.nfc().collect::<Vec<char>>());
                text.is_some_and(|text| like(wanted, &text, effort)) != self.negated
            }
            Ask::Matches(text_form, bytes_form) => {
                let length = match &subject {
                    Subject::Plain(value) => value.as_str().map_or(0, str::len),
                    Subject::Bytes(bytes) => bytes.len(),
                };
                if !effort.keep(effort.search(length)) {
                    // Nothing more is asked; the fault is told.
                    return true;
                }
                let found = match &subject {
                    Subject::Plain(Value::String(text)) => {
                        text_form.is_match(&text.nfc().collect::<String>())
                    }
                    Subject::Bytes(bytes) => {
                        bytes_form.as_ref().is_some_and(|form| form.is_match(bytes))
                    }
                    Subject::Plain(_) => false,
                };
                found != self.negated
            }
            Ask::Inside(network) => {
                network_of(&subject).is_some_and(|own| network.holds(own)) != self.negated
            }
            Ask::Around(network) => {
                network_of(&subject).is_some_and(|own| own.holds(*network)) != self.negated
            }
        }
    }

    /// The value, with what is written as digits or base64 read.
    fn subject<'v>(&self, value: &'v Value) -> Subject<'v> {
        let bytes = match (self.form, value) {
            (Form::Hex, Value::String(text)) => unhex(text),
            (Form::Base64, Value::String(text)) => STANDARD.decode(text).ok(),
            _ => None,
        };
        bytes.map_or(Subject::Plain(value), Subject::Bytes)
    }
}

impl Ask {
    fn new(test: &Test) -> Result<Self, MatcherError> {
        let text = || match test.values.first() {
            Some(Literal::Text(text)) => text.as_str(),
            _ => "",
        };
        let order = |wanted| {
            let constant = test.values.first().and_then(Constant::new);
            constant.map_or(Self::Equal(Vec::new(), false), |constant| {
                Self::Order(constant, wanted)
            })
        };
        let network = || {
            Network::parse(text()).ok_or_else(|| MatcherError::NoNetwork {
                text: text().chars().take(80).collect(),
            })
        };
        let constants = || test.values.iter().filter_map(Constant::new).collect();
        Ok(match test.operator {
            Operator::Exists => Self::Exists,
            Operator::Equal | Operator::In => Self::Equal(constants(), false),
            Operator::NotEqual => Self::Equal(constants(), true),
            Operator::Less => order(Ordering::is_lt),
            Operator::LessOrEqual => order(Ordering::is_le),
            Operator::Greater => order(Ordering::is_gt),
            Operator::GreaterOrEqual => order(Ordering::is_ge),
            Operator::Like => Self::Like(text().nfc().collect()),
            Operator::Matches => expression(text())?,
            Operator::Subset => Self::Inside(network()?),
            Operator::Superset => Self::Around(network()?),
        })
    }
}

/// Compiles an expression. Matching takes time linear in the text, whatever the
/// expression is; what would need more (look-around, back-references) is refused.
fn expression(text: &str) -> Result<Ask, MatcherError> {
    let text: String = text.nfc().collect();
    let refused = |error: &regex::Error| MatcherError::BadExpression {
        text: text.chars().take(80).collect(),
        reason: reason(error),
    };
    let plain = RegexBuilder::new(&text)
        .size_limit(MAX_EXPRESSION)
        .build()
        .map_err(|error| refused(&error))?;
    // Over bytes an expression is read as Latin-1.
    let bytes = text.chars().all(|c| u32::from(c) < 256).then(|| {
        regex::bytes::RegexBuilder::new(&text)
            .unicode(false)
            .size_limit(MAX_EXPRESSION)
            .build()
            .ok()
    });
    Ok(Ask::Matches(Box::new(plain), bytes.flatten().map(Box::new)))
}

/// The last line of what the compiler says, without its drawing of the expression.
fn reason(error: &regex::Error) -> String {
    let told = error.to_string();
    let last = told.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

impl Constant {
    fn new(literal: &Literal) -> Option<Self> {
        Some(match literal {
            Literal::Int(number) => Self::Int(*number),
            Literal::Float(number) => Self::Float(*number),
            Literal::Text(text) => Self::Text(text.clone()),
            Literal::Bool(flag) => Self::Bool(*flag),
            Literal::Binary(text) => Self::Bytes(STANDARD.decode(text).ok()?),
            Literal::Hex(text) => Self::Bytes(unhex(text)?),
            Literal::Time(text) => Self::Time(micros(text)?),
        })
    }
}

/// The order of a value to a constant; `None` when they cannot be compared (§9.6.1).
fn compare(subject: &Subject<'_>, constant: &Constant) -> Option<Ordering> {
    match (subject, constant) {
        (Subject::Plain(Value::Number(number)), Constant::Int(wanted)) => number
            .as_i64()
            .map(|own| own.cmp(wanted))
            .or_else(|| number.as_u64().map(|_| Ordering::Greater))
            .or_else(|| number.as_f64()?.partial_cmp(&float(*wanted))),
        (Subject::Plain(Value::Number(number)), Constant::Float(wanted)) => {
            number.as_f64()?.partial_cmp(wanted)
        }
        (Subject::Plain(Value::Bool(own)), Constant::Bool(wanted)) => Some(own.cmp(wanted)),
        (Subject::Plain(Value::String(own)), Constant::Text(wanted)) => Some(own.cmp(wanted)),
        (Subject::Plain(Value::String(own)), Constant::Time(wanted)) => {
            micros(own).map(|own| own.cmp(wanted))
        }
        (Subject::Plain(Value::String(own)), Constant::Bytes(wanted)) => {
            latin1(own).map(|own| own.cmp(wanted))
        }
        (Subject::Bytes(own), Constant::Bytes(wanted)) => Some(own.cmp(wanted)),
        (Subject::Bytes(own), Constant::Text(wanted)) => {
            latin1(wanted).map(|wanted| own.cmp(&wanted))
        }
        _ => None,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "compared with a number that has no more digits"
)]
const fn float(number: i64) -> f64 {
    number as f64
}

/// A text as bytes, where each of its characters is one.
fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect()
}

fn text_of<'s>(subject: &'s Subject<'_>) -> Option<&'s str> {
    match subject {
        Subject::Plain(value) => value.as_str(),
        Subject::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
    }
}

fn network_of(subject: &Subject<'_>) -> Option<Network> {
    text_of(subject).and_then(Network::parse)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text
        .chars()
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    pairs.collect()
}

/// `%` stands for any characters, `_` for one; the whole text is compared. Time is
/// at most the product of both lengths.
fn like(wanted: &[char], text: &[char], effort: &Effort<'_>) -> bool {
    let (mut at, mut in_text) = (0, 0);
    // Where the last `%` stood, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while in_text < text.len() {
        if !effort.keep(effort.step()) {
            return false;
        }
        match wanted.get(at) {
            Some('%') => {
                star = Some((at, in_text));
                at += 1;
            }
            Some(c) if *c == '_' || *c == text[in_text] => {
                at += 1;
                in_text += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else {
                    return false;
                };
                at = star_at + 1;
                in_text = taken + 1;
                star = Some((star_at, taken + 1));
            }
        }
    }
    wanted[at..].iter().all(|c| *c == '%')
}
