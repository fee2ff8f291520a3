//! Conditions, read by recursive descent: whatever is named has to be there, and be of the kind that is asked for.

use std::collections::BTreeSet;

use super::super::{NoRule, no};
use super::{
    Reader,
    lex::{self, Kind},
    modules,
};

/// Deepest nesting.
const MAX_DEPTH: usize = 64;
/// Deepest loop within loops that YARA takes.
const MAX_LOOPS: usize = 4;

/// What an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// Yes or no.
    Truth,
    Number,
    Text,
}

pub(super) struct Condition<'r, 't> {
    reader: &'r mut Reader<'t>,
    strings: &'r [(String, Kind)],
    used: BTreeSet<String>,
    /// Names of the loops around.
    variables: Vec<String>,
    loops: usize,
    /// Loops around that go through strings, so that `$` is one.
    through_strings: usize,
    depth: usize,
}

impl<'r, 't> Condition<'r, 't> {
    pub(super) fn new(reader: &'r mut Reader<'t>, strings: &'r [(String, Kind)]) -> Self {
        Self {
            reader,
            strings,
            used: BTreeSet::new(),
            variables: Vec::new(),
            loops: 0,
            through_strings: 0,
            depth: 0,
        }
    }

    /// Reads it up to the closing brace; the strings it asks for.
    pub(super) fn read(mut self) -> Result<BTreeSet<String>, NoRule> {
        self.truth()?;
        Ok(self.used)
    }

    fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.reader.is(word))
    }

    /// Something that is true or not; numbers are.
    fn truth(&mut self) -> Result<(), NoRule> {
        match self.expression()? {
            Gives::Text => no("a text is neither true nor false"),
            _ => Ok(()),
        }
    }

    fn expression(&mut self) -> Result<Gives, NoRule> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return no("conditions within conditions, too deep");
        }
        let mut gives = self.negated()?;
        while self.is_any(&["or", "and"]) {
            self.reader.next()?;
            if gives == Gives::Text || self.negated()? == Gives::Text {
                return no("a text is neither true nor false");
            }
            gives = Gives::Truth;
        }
        self.depth -= 1;
        Ok(gives)
    }

    fn negated(&mut self) -> Result<Gives, NoRule> {
        let mut negated = false;
        while self.is_any(&["not", "defined"]) {
            self.reader.next()?;
            negated = true;
        }
        let gives = self.compared()?;
        match (negated, gives) {
            (true, Gives::Text) => no("a text is neither true nor false"),
            (true, _) => Ok(Gives::Truth),
            (false, gives) => Ok(gives),
        }
    }

    fn compared(&mut self) -> Result<Gives, NoRule> {
        const OF_TEXT: [&str; 7] = [
            "contains",
            "icontains",
            "startswith",
            "istartswith",
            "endswith",
            "iendswith",
            "iequals",
        ];
        if self.is_any(&["all", "any", "none"]) {
            self.reader.next()?;
            self.of()?;
            return Ok(Gives::Truth);
        }
        let left = self.sum()?;
        if self.reader.is("of") || self.reader.is("%") {
            if left != Gives::Number {
                return no("of how many is not a number");
            }
            self.reader.eat("%");
            self.of()?;
            return Ok(Gives::Truth);
        }
        if self.reader.eat("matches") {
            let is_regex = self.reader.next()?.kind == Kind::Regex;
            return match is_regex && left == Gives::Text {
                true => Ok(Gives::Truth),
                false => no("matches takes a text and an expression"),
            };
        }
        let of_text = self.is_any(&OF_TEXT);
        if !of_text && !self.is_any(&["==", "!=", "<", "<=", ">", ">="]) {
            return Ok(left);
        }
        self.reader.next()?;
        let right = self.sum()?;
        let wanted = if of_text { Gives::Text } else { left };
        let fits = left != Gives::Truth && left == right && left == wanted;
        match fits {
            true => Ok(Gives::Truth),
            false => no("two things that cannot be compared"),
        }
    }

    /// Numbers that are reckoned with; which binds stronger makes no difference here.
    fn sum(&mut self) -> Result<Gives, NoRule> {
        const SIGNS: [&str; 10] = ["|", "^", "&", "<<", ">>", "+", "-", "*", "\\", "%"];
        let first = self.signed()?;
        let mut gives = first;
        while self.is_any(&SIGNS) && !(self.reader.is("%") && self.reader.follows("of")) {
            self.reader.next()?;
            let next = self.signed()?;
            if gives != Gives::Number || next != Gives::Number {
                return no("what is no number is reckoned with");
            }
            gives = Gives::Number;
        }
        Ok(gives)
    }

    fn signed(&mut self) -> Result<Gives, NoRule> {
        let mut signed = false;
        while self.is_any(&["-", "~"]) {
            self.reader.next()?;
            signed = true;
        }
        let gives = self.primary()?;
        match signed && gives != Gives::Number {
            true => no("a sign before what is no number"),
            false => Ok(gives),
        }
    }

    fn number(&mut self) -> Result<(), NoRule> {
        match self.sum()? {
            Gives::Number => Ok(()),
            _ => no("a number is expected"),
        }
    }

    fn primary(&mut self) -> Result<Gives, NoRule> {
        let token = self.reader.next()?;
        match token.kind {
            Kind::Number => Ok(Gives::Number),
            Kind::Text => Ok(Gives::Text),
            Kind::String => {
                self.refer(token.text)?;
                if self.reader.eat("at") {
                    self.number()?;
                } else if self.reader.eat("in") {
                    self.range()?;
                }
                Ok(Gives::Truth)
            }
            Kind::Count => {
                let (sign, name) = token.text.split_at(1);
                self.refer(&format!("${name}"))?;
                if sign == "#" {
                    if self.reader.is("in") && self.reader.follows("(") {
                        self.reader.next()?;
                        self.range()?;
                    }
                } else if self.reader.eat("[") {
                    self.number()?;
                    self.reader.expect("]")?;
                }
                Ok(Gives::Number)
            }
            Kind::Sign if token.text == "(" => {
                let gives = self.expression()?;
                self.reader.expect(")")?;
                Ok(gives)
            }
            Kind::Word => self.word(token.text),
            _ => no(format!("{} begins no expression", token.text)),
        }
    }

    fn word(&mut self, word: &str) -> Result<Gives, NoRule> {
        match word {
            "true" | "false" => Ok(Gives::Truth),
            "filesize" | "entrypoint" => Ok(Gives::Number),
            "for" => self.repeated(),
            reading if lex::is_reading(reading) => {
                self.reader.expect("(")?;
                self.number()?;
                self.reader.expect(")")?;
                Ok(Gives::Number)
            }
            word if lex::is_keyword(word) => no(format!("{word} begins no expression")),
            name if self.variables.iter().any(|one| one == name) => Ok(Gives::Number),
            name if self.reader.imports.contains(name) => self.member(name.to_owned()),
            name if self.reader.names.iter().any(|one| one == name) => Ok(Gives::Truth),
            name => no(format!("{name} is named and nowhere defined")),
        }
    }

    /// What a module says.
    fn member(&mut self, module: String) -> Result<Gives, NoRule> {
        let mut asked = module;
        loop {
            if self.reader.eat(".") {
                let field = self.reader.field()?;
                asked.push('.');
                asked.push_str(&field);
            } else if self.reader.eat("[") {
                let with = self.argument()?;
                asked.push_str(&format!("[{with}]"));
                self.reader.expect("]")?;
            } else if self.reader.eat("(") {
                asked.push('(');
                while !self.reader.is(")") {
                    asked.push(self.argument()?);
                    if !self.reader.eat(",") {
                        break;
                    }
                }
                self.reader.expect(")")?;
                asked.push(')');
            } else {
                break;
            }
        }
        match modules::gives(&asked) {
            Some(gives) => Ok(gives),
            None => no(format!("{asked} is not known here")),
        }
    }

    /// What something is asked with, as the modules' table writes it.
    fn argument(&mut self) -> Result<char, NoRule> {
        let next = self.reader.peek().map(|token| token.kind);
        if next == Some(Kind::Regex) {
            self.reader.next()?;
            return Ok('r');
        }
        match self.sum()? {
            Gives::Number => Ok('n'),
            Gives::Text => Ok('t'),
            Gives::Truth => no("what is true or not is no argument"),
        }
    }

    /// Notes that a string is asked for: by its name, or by how its name begins.
    fn refer(&mut self, name: &str) -> Result<(), NoRule> {
        if name == "$" {
            return match self.through_strings > 0 {
                true => Ok(()),
                false => no("$ outside of a loop through strings"),
            };
        }
        let found: Vec<String> = match name.strip_suffix('*') {
            Some(_) => return no(format!("{name} is no single string")),
            None => self.named(|one| one == name),
        };
        self.take(name, found)
    }

    fn named(&self, is: impl Fn(&str) -> bool) -> Vec<String> {
        let names = self.strings.iter().map(|(one, _)| one);
        names.filter(|one| is(one)).cloned().collect()
    }

    fn take(&mut self, name: &str, found: Vec<String>) -> Result<(), NoRule> {
        if found.is_empty() {
            return no(format!("{name} is asked for and not there"));
        }
        self.used.extend(found);
        Ok(())
    }

    /// `of` and what: strings, or rules that stand before.
    fn of(&mut self) -> Result<(), NoRule> {
        self.reader.expect("of")?;
        self.set()?;
        if self.reader.eat("in") {
            self.range()?;
        }
        Ok(())
    }

    fn set(&mut self) -> Result<(), NoRule> {
        if self.reader.eat("them") {
            let all = self.named(|_| true);
            return self.take("them", all);
        }
        self.reader.expect("(")?;
        loop {
            let token = self.reader.next()?;
            match token.kind {
                Kind::String if token.text != "$" => {
                    let found = match token.text.strip_suffix('*') {
                        Some(start) => self.named(|one| one.starts_with(start)),
                        None => self.named(|one| one == token.text),
                    };
                    self.take(token.text, found)?;
                }
                Kind::Word if self.reader.names.iter().any(|one| one == token.text) => {}
                _ => return no(format!("{} is no string of the rule", token.text)),
            }
            if !self.reader.eat(",") {
                break;
            }
        }
        self.reader.expect(")")
    }

    fn range(&mut self) -> Result<(), NoRule> {
        self.reader.expect("(")?;
        self.number()?;
        self.reader.expect("..")?;
        self.number()?;
        self.reader.expect(")")
    }

    /// `for` how many, of strings or in a row, what holds.
    fn repeated(&mut self) -> Result<Gives, NoRule> {
        self.loops += 1;
        if self.loops > MAX_LOOPS {
            return no("loops within loops, too deep");
        }
        if self.is_any(&["all", "any", "none"]) {
            self.reader.next()?;
        } else {
            self.number()?;
        }
        let names = self.variables.len();
        let of_strings = self.reader.eat("of");
        if of_strings {
            self.set()?;
            self.through_strings += 1;
        } else {
            let own = self.reader.name()?;
            if self.variables.contains(&own) {
                return no("a loop names what a loop around it names");
            }
            self.reader.expect("in")?;
            self.row()?;
            self.variables.push(own);
        }
        self.reader.expect(":")?;
        self.reader.expect("(")?;
        self.truth()?;
        self.reader.expect(")")?;
        self.variables.truncate(names);
        self.through_strings -= usize::from(of_strings);
        self.loops -= 1;
        Ok(Gives::Truth)
    }

    /// `(1..10)`, `(1, 2, 3)`.
    fn row(&mut self) -> Result<(), NoRule> {
        self.reader.expect("(")?;
        self.number()?;
        if self.reader.eat("..") {
            self.number()?;
        }
        while self.reader.eat(",") {
            self.number()?;
        }
        self.reader.expect(")")
    }
}
