//! From the words of a pattern to its tree. Deeply nested patterns are refused
//! before they could use up the stack.

use std::ops::Range;

use super::token::{Token, tokens};
use super::tree::{Comparison, Literal, ObjectPath, Observation, Operator, Qualifier, Step, Test};
use super::{MAX_PATTERN, PatternError};
use crate::time::micros;

/// Most brackets inside each other.
const MAX_DEPTH: usize = 64;

/// Reads a pattern by the grammar of STIX 2.1 (§9).
///
/// # Errors
/// The first fault, with the byte where it stands.
pub fn parse_pattern(pattern: &str) -> Result<Observation, PatternError> {
    if pattern.len() > MAX_PATTERN {
        return Err(PatternError::new(0, "the pattern is longer than 256 KiB"));
    }
    let mut parser = Parser {
        tokens: tokens(pattern)?,
        at: 0,
        depth: 0,
        end: pattern.len(),
    };
    let found = parser.then()?;
    if parser.at < parser.tokens.len() {
        return Err(parser.fault("expected AND, OR, FOLLOWEDBY, a qualifier or the end"));
    }
    Ok(found)
}

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    at: usize,
    depth: usize,
    end: usize,
}

type Read<T> = Result<T, PatternError>;

impl Parser {
    fn fault(&self, message: &'static str) -> PatternError {
        let offset = self
            .tokens
            .get(self.at)
            .map_or(self.end, |(_, at)| at.start);
        PatternError::new(offset, message)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn take(&mut self, wanted: &Token) -> bool {
        let is_there = self.peek() == Some(wanted);
        self.at += usize::from(is_there);
        is_there
    }

    fn keyword(&mut self, word: &'static str) -> bool {
        self.take(&Token::Keyword(word))
    }

    fn mark(&mut self, mark: &'static str) -> bool {
        self.take(&Token::Mark(mark))
    }

    fn need(&mut self, token: &Token, message: &'static str) -> Read<()> {
        if self.take(token) {
            Ok(())
        } else {
            Err(self.fault(message))
        }
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.fault("more than 64 brackets inside each other"));
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found
    }

    /// Operands between one keyword; a single one stands for itself.
    fn joined<T>(
        &mut self,
        word: &'static str,
        one: impl Fn(&mut Self) -> Read<T>,
        join: impl FnOnce(Vec<T>) -> T,
    ) -> Read<T> {
        let first = one(self)?;
        if self.peek() != Some(&Token::Keyword(word)) {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.keyword(word) {
            all.push(one(self)?);
        }
        Ok(join(all))
    }

    fn then(&mut self) -> Read<Observation> {
        self.joined("FOLLOWEDBY", Self::any_observation, Observation::Then)
    }

    fn any_observation(&mut self) -> Read<Observation> {
        self.joined("OR", Self::all_observations, Observation::Or)
    }

    fn all_observations(&mut self) -> Read<Observation> {
        self.joined("AND", Self::observation, Observation::And)
    }

    fn observation(&mut self) -> Read<Observation> {
        let mut found = if self.mark("[") {
            let comparison = self.deeper(Self::any_comparison)?;
            self.need(&Token::Mark("]"), "expected `]`")?;
            Observation::Of(comparison)
        } else if self.mark("(") {
            let inner = self.deeper(Self::then)?;
            self.need(&Token::Mark(")"), "expected `)`")?;
            inner
        } else {
            return Err(self.fault("expected `[` or `(`"));
        };
        let mut kinds = Vec::new();
        while let Some((kind, qualifier)) = self.qualifier()? {
            if kinds.contains(&kind) {
                return Err(self.fault("one kind of qualifier stands twice"));
            }
            kinds.push(kind);
            found = Observation::Qualified(Box::new(found), qualifier);
        }
        Ok(found)
    }

    fn qualifier(&mut self) -> Read<Option<(&'static str, Qualifier)>> {
        if self.keyword("WITHIN") {
            let seconds = match self.literal() {
                Some(Literal::Int(n)) if n > 0 => Literal::Int(n),
                Some(Literal::Float(n)) if n > 0.0 => Literal::Float(n),
                _ => return Err(self.fault("WITHIN needs a number of seconds above 0")),
            };
            self.need(&Token::Keyword("SECONDS"), "expected SECONDS")?;
            return Ok(Some(("WITHIN", Qualifier::Within(seconds))));
        }
        if self.keyword("REPEATS") {
            let times = match self.literal() {
                Some(Literal::Int(n)) if n > 0 => n,
                _ => return Err(self.fault("REPEATS needs a whole number above 0")),
            };
            self.need(&Token::Keyword("TIMES"), "expected TIMES")?;
            return Ok(Some(("REPEATS", Qualifier::Repeats(times))));
        }
        if self.keyword("START") {
            let start = self.time()?;
            self.need(&Token::Keyword("STOP"), "expected STOP")?;
            let stop = self.time()?;
            if micros(&start) >= micros(&stop) {
                return Err(self.fault("STOP has to be after START"));
            }
            return Ok(Some(("START", Qualifier::Between(start, stop))));
        }
        Ok(None)
    }

    fn time(&mut self) -> Read<String> {
        match self.literal() {
            Some(Literal::Time(text)) => Ok(text),
            _ => Err(self.fault("expected a timestamp like t'2026-01-31T09:00:00Z'")),
        }
    }

    fn literal(&mut self) -> Option<Literal> {
        let Some(Token::Literal(literal)) = self.peek() else {
            return None;
        };
        let literal = literal.clone();
        self.at += 1;
        Some(literal)
    }

    fn any_comparison(&mut self) -> Read<Comparison> {
        self.joined("OR", Self::all_comparisons, Comparison::Or)
    }

    fn all_comparisons(&mut self) -> Read<Comparison> {
        self.joined("AND", Self::comparison, Comparison::And)
    }

    fn comparison(&mut self) -> Read<Comparison> {
        if self.mark("(") {
            let inner = self.deeper(Self::any_comparison)?;
            self.need(&Token::Mark(")"), "expected `)`")?;
            return Ok(inner);
        }
        self.test().map(Comparison::Test)
    }

    fn test(&mut self) -> Read<Test> {
        let negated = self.keyword("NOT");
        if self.keyword("EXISTS") {
            return Ok(Test {
                path: self.path()?,
                negated,
                operator: Operator::Exists,
                values: Vec::new(),
            });
        }
        if negated {
            return Err(self.fault("NOT stands behind the path, or before EXISTS"));
        }
        let path = self.path()?;
        let negated = self.keyword("NOT");
        let operator = self.operator()?;
        let values = self.values(operator)?;
        Ok(Test {
            path,
            negated,
            operator,
            values,
        })
    }

    fn operator(&mut self) -> Read<Operator> {
        let operator = match self.peek() {
            Some(Token::Mark("=")) => Operator::Equal,
            Some(Token::Mark("!=")) => Operator::NotEqual,
            Some(Token::Mark("<")) => Operator::Less,
            Some(Token::Mark("<=")) => Operator::LessOrEqual,
            Some(Token::Mark(">")) => Operator::Greater,
            Some(Token::Mark(">=")) => Operator::GreaterOrEqual,
            Some(Token::Keyword("IN")) => Operator::In,
            Some(Token::Keyword("LIKE")) => Operator::Like,
            Some(Token::Keyword("MATCHES")) => Operator::Matches,
            Some(Token::Keyword("ISSUBSET")) => Operator::Subset,
            Some(Token::Keyword("ISSUPERSET")) => Operator::Superset,
            _ => return Err(self.fault("expected a comparison such as `=` or IN")),
        };
        self.at += 1;
        Ok(operator)
    }

    fn values(&mut self, operator: Operator) -> Read<Vec<Literal>> {
        if operator == Operator::In {
            return self.set();
        }
        let message = match operator {
            Operator::Equal | Operator::NotEqual => "expected a constant",
            Operator::Like | Operator::Matches | Operator::Subset | Operator::Superset => {
                "expected a string in single quotes"
            }
            _ => "expected a constant that has an order",
        };
        let fault = self.fault(message);
        let literal = self.literal().ok_or(fault)?;
        let fits = match (operator, &literal) {
            (Operator::Equal | Operator::NotEqual, _) => true,
            (
                Operator::Like | Operator::Matches | Operator::Subset | Operator::Superset,
                literal,
            ) => matches!(literal, Literal::Text(_)),
            (_, literal) => !matches!(literal, Literal::Bool(_)),
        };
        if fits { Ok(vec![literal]) } else { Err(fault) }
    }

    fn set(&mut self) -> Read<Vec<Literal>> {
        self.need(&Token::Mark("("), "expected `(` and constants")?;
        let mut values = Vec::new();
        if self.mark(")") {
            return Ok(values);
        }
        loop {
            let fault = self.fault("expected a constant");
            values.push(self.literal().ok_or(fault)?);
            if self.mark(")") {
                return Ok(values);
            }
            self.need(&Token::Mark(","), "expected `,` or `)`")?;
        }
    }

    fn path(&mut self) -> Read<ObjectPath> {
        let Some(Token::Name(type_name)) = self.peek() else {
            return Err(self.fault("expected a type and a property, such as url:value"));
        };
        let type_name = type_name.clone();
        self.at += 1;
        self.need(&Token::Mark(":"), "expected `:` and a property")?;
        let mut steps = vec![self.name()?];
        loop {
            if self.mark(".") {
                steps.push(self.name()?);
            } else if self.mark("[") {
                let step = match self.peek() {
                    Some(Token::Mark("*")) => Step::Any,
                    Some(Token::Literal(Literal::Int(index))) => Step::Index(*index),
                    _ => return Err(self.fault("expected a number or `*`")),
                };
                self.at += 1;
                self.need(&Token::Mark("]"), "expected `]`")?;
                steps.push(step);
            } else {
                return Ok(ObjectPath { type_name, steps });
            }
        }
    }

    fn name(&mut self) -> Read<Step> {
        let name = match self.peek() {
            Some(Token::Name(name)) if !name.contains('-') => name.clone(),
            Some(Token::Literal(Literal::Text(name))) => name.clone(),
            _ => return Err(self.fault("expected a property; one with hyphens stands in quotes")),
        };
        self.at += 1;
        Ok(Step::Name(name))
    }
}
