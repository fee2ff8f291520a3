//! One way to write what patterns say, so that two can be compared.

use std::fmt::{self, Display};
use std::mem::Discriminant;

use super::quote;
use super::token::KEYWORDS;
use super::tree::{Comparison, Literal, ObjectPath, Observation, Operator, Qualifier, Step, Test};

/// The pattern in its canonical form: operands of `AND` and `OR` in a fixed
/// order, brackets only where they change the meaning, one spelling of each
/// operator, no alternative that another one includes.
#[must_use]
pub fn canonical_pattern(pattern: &Observation) -> String {
    let mut out = String::new();
    observation(&normal(pattern), 0, &mut out);
    out
}

/// Whether two patterns have one canonical form. What is equivalent by this is
/// so by the standard; two patterns that differ may still find the same.
#[must_use]
pub fn equivalent_patterns(one: &Observation, other: &Observation) -> bool {
    canonical_pattern(one) == canonical_pattern(other)
}

fn key(pattern: &Observation) -> String {
    let mut out = String::new();
    observation(pattern, 0, &mut out);
    out
}

fn normal(pattern: &Observation) -> Observation {
    match pattern {
        Observation::Of(comparison) => Observation::Of(normal_comparison(comparison)),
        Observation::Qualified(inner, qualifier) => {
            Observation::Qualified(Box::new(normal(inner)), qualifier.clone())
        }
        Observation::And(all) => {
            let mut flat = Vec::new();
            for one in all {
                match normal(one) {
                    Observation::And(inner) => flat.extend(inner),
                    other => flat.push(other),
                }
            }
            // Two that are the same ask for two observations: neither goes.
            flat.sort_by_cached_key(key);
            Observation::And(flat)
        }
        Observation::Or(all) => {
            let mut flat = Vec::new();
            for one in all {
                match normal(one) {
                    Observation::Or(inner) => flat.extend(inner),
                    other => flat.push(other),
                }
            }
            flat.sort_by_cached_key(key);
            flat.dedup();
            one_or(flat, Observation::Or)
        }
        Observation::Then(all) => {
            let mut flat = Vec::new();
            for one in all {
                match normal(one) {
                    Observation::Then(inner) => flat.extend(inner),
                    other => flat.push(other),
                }
            }
            Observation::Then(flat)
        }
    }
}

fn one_or<T>(mut all: Vec<T>, join: impl FnOnce(Vec<T>) -> T) -> T {
    if all.len() == 1 {
        all.swap_remove(0)
    } else {
        join(all)
    }
}

fn normal_comparison(comparison: &Comparison) -> Comparison {
    match comparison {
        Comparison::Test(test) => Comparison::Test(normal_test(test)),
        Comparison::And(all) => {
            let mut flat = Vec::new();
            for one in all {
                match normal_comparison(one) {
                    Comparison::And(inner) => flat.extend(inner),
                    other => flat.push(other),
                }
            }
            sort_comparisons(&mut flat);
            one_or(flat, Comparison::And)
        }
        Comparison::Or(all) => {
            let mut flat = Vec::new();
            for one in all {
                match normal_comparison(one) {
                    Comparison::Or(inner) => flat.extend(inner),
                    other => flat.push(other),
                }
            }
            sort_comparisons(&mut flat);
            absorb(&mut flat);
            one_or(flat, Comparison::Or)
        }
    }
}

fn comparison_key(comparison: &Comparison) -> String {
    let mut out = String::new();
    write_comparison(comparison, 0, &mut out);
    out
}

fn sort_comparisons(all: &mut Vec<Comparison>) {
    all.sort_by_cached_key(comparison_key);
    all.dedup();
}

/// `a OR (a AND b)` is `a`.
fn absorb(all: &mut Vec<Comparison>) {
    let single: std::collections::BTreeSet<String> = all
        .iter()
        .filter(|one| matches!(one, Comparison::Test(_)))
        .map(comparison_key)
        .collect();
    all.retain(|one| match one {
        Comparison::And(parts) => !parts
            .iter()
            .any(|part| single.contains(&comparison_key(part))),
        Comparison::Test(_) | Comparison::Or(_) => true,
    });
}

fn normal_test(test: &Test) -> Test {
    let mut test = test.clone();
    if test.operator == Operator::In {
        test.values.sort_by_cached_key(ToString::to_string);
        test.values.dedup();
        if test.values.len() == 1 {
            test.operator = Operator::Equal;
        }
    }
    match (test.negated, test.operator) {
        (true, Operator::Equal) => test.operator = Operator::NotEqual,
        (true, Operator::NotEqual) => test.operator = Operator::Equal,
        _ => return test,
    }
    test.negated = false;
    test
}

/// The kinds of qualifiers that stand behind an observation without brackets
/// between them: none may stand there twice.
fn kinds(pattern: &Observation) -> Vec<Discriminant<Qualifier>> {
    let Observation::Qualified(inner, qualifier) = pattern else {
        return Vec::new();
    };
    let own = std::mem::discriminant(qualifier);
    let mut all = kinds(inner);
    if all.contains(&own) {
        all.clear();
    }
    all.push(own);
    all
}

/// Writes an observation; `around` is how strongly what stands around it binds.
fn observation(pattern: &Observation, around: u8, out: &mut String) {
    let (own, word, all) = match pattern {
        Observation::Of(comparison) => {
            out.push('[');
            write_comparison(comparison, 0, out);
            out.push(']');
            return;
        }
        Observation::Qualified(inner, qualifier) => {
            let simple = matches!(**inner, Observation::Of(_) | Observation::Qualified(..));
            let again = simple && kinds(inner).contains(&std::mem::discriminant(qualifier));
            if again {
                out.push('(');
            }
            observation(inner, if simple { 0 } else { 4 }, out);
            if again {
                out.push(')');
            }
            out.push_str(&format!(" {qualifier}"));
            return;
        }
        Observation::Then(all) => (1, " FOLLOWEDBY ", all),
        Observation::Or(all) => (2, " OR ", all),
        Observation::And(all) => (3, " AND ", all),
    };
    joined(all, word, (around, own), out, observation);
}

/// Writes parts with a word between them; in brackets where what stands around binds as strongly.
fn joined<T>(
    all: &[T],
    word: &str,
    (around, own): (u8, u8),
    out: &mut String,
    write: fn(&T, u8, &mut String),
) {
    let brackets = around >= own;
    if brackets {
        out.push('(');
    }
    for (index, one) in all.iter().enumerate() {
        if index > 0 {
            out.push_str(word);
        }
        write(one, own, out);
    }
    if brackets {
        out.push(')');
    }
}

fn write_comparison(comparison: &Comparison, around: u8, out: &mut String) {
    let (own, word, all) = match comparison {
        Comparison::Test(test) => return out.push_str(&test.to_string()),
        Comparison::Or(all) => (1, " OR ", all),
        Comparison::And(all) => (2, " AND ", all),
    };
    joined(all, word, (around, own), out, write_comparison);
}

impl Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Within(seconds) => write!(f, "WITHIN {seconds} SECONDS"),
            Self::Repeats(times) => write!(f, "REPEATS {times} TIMES"),
            Self::Between(start, stop) => write!(f, "START t'{start}' STOP t'{stop}'"),
        }
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.negated { "NOT " } else { "" };
        if self.operator == Operator::Exists {
            return write!(f, "{not}EXISTS {}", self.path);
        }
        write!(f, "{} {not}{} ", self.path, self.operator.word())?;
        if self.operator != Operator::In {
            return self.values.iter().try_for_each(|value| value.fmt(f));
        }
        let values: Vec<String> = self.values.iter().map(ToString::to_string).collect();
        write!(f, "({})", values.join(", "))
    }
}

impl Display for ObjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.type_name)?;
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Any => f.write_str("[*]")?,
                Step::Index(at) => write!(f, "[{at}]")?,
                Step::Name(name) => {
                    let point = if index > 0 { "." } else { "" };
                    if is_plain(name) {
                        write!(f, "{point}{name}")?;
                    } else {
                        write!(f, "{point}{}", quote(name))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether a name may stand without quotes and is no word of the language.
fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    let rest = bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_');
    first && rest && !KEYWORDS.contains(&name) && !matches!(name, "true" | "false")
}

impl Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            // With a point, so that it is read as what it was.
            Self::Float(number) if number.fract() == 0.0 => write!(f, "{number:.1}"),
            Self::Float(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(&quote(text)),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Binary(text) => write!(f, "b'{text}'"),
            Self::Hex(text) => write!(f, "h'{text}'"),
            Self::Time(text) => write!(f, "t'{text}'"),
        }
    }
}
