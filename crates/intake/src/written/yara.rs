//! YARA rules (YARA documentation, "Writing YARA rules"): read token by token, checked, and written anew. Strings that are
//! missing or not asked for, names that nobody defined, and what a module has not would each make a scanner refuse
//! every rule of the file.

mod condition;
mod lex;
mod modules;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    condition::Condition,
    lex::{Kind, Token, lex},
};
use super::{NoRule, bounded, no};

/// Most rules of one text.
const MAX_RULES: usize = 50;
/// Most strings of one rule.
const MAX_STRINGS: usize = 2_000;

/// What a text has, when all of it is sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YaraRules {
    /// Modules that it imports.
    pub imports: BTreeSet<String>,
    /// Names of its rules, in order.
    pub names: Vec<String>,
    tokens: Vec<(Kind, String)>,
}

/// Reads the rules of a text.
///
/// # Errors
/// When one of them is no YARA rule, is global, includes a file, or names what is not there.
pub fn read(text: &str) -> Result<YaraRules, NoRule> {
    let tokens = lex(bounded(text)?)?;
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        imports: BTreeSet::new(),
        names: Vec::new(),
        kept: Vec::new(),
    };
    while reader.at < tokens.len() {
        reader.part()?;
    }
    if reader.names.is_empty() {
        return no("there is no rule");
    }
    Ok(YaraRules {
        imports: reader.imports,
        names: reader.names,
        tokens: reader.kept,
    })
}

impl YaraRules {
    /// The rules without their imports; each name that `renamed` has is another.
    pub fn write(&self, renamed: &BTreeMap<String, String>) -> String {
        let mut out = String::new();
        for (kind, text) in &self.tokens {
            let text = match kind {
                Kind::Word => renamed.get(text).unwrap_or(text),
                _ => text,
            };
            match text.as_str() {
                "{" if *kind == Kind::Sign => out.push_str("{\n"),
                "}" if *kind == Kind::Sign => out.push_str("\n}\n\n"),
                "meta" | "strings" | "condition" => {
                    out.push_str("\n  ");
                    out.push_str(text);
                }
                _ => {
                    if !out.ends_with('\n') && !out.is_empty() {
                        out.push(' ');
                    }
                    out.push_str(text);
                }
            }
        }
        out.trim().to_owned() + "\n"
    }
}

pub(super) struct Reader<'t> {
    tokens: &'t [Token<'t>],
    at: usize,
    imports: BTreeSet<String>,
    names: Vec<String>,
    /// What is written anew.
    kept: Vec<(Kind, String)>,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<&Token<'t>> {
        self.tokens.get(self.at)
    }

    fn is(&self, text: &str) -> bool {
        self.peek().is_some_and(|token| token.is(text))
    }

    /// Takes the next token.
    fn next(&mut self) -> Result<Token<'t>, NoRule> {
        let Some(token) = self.tokens.get(self.at) else {
            return no("it ends in the middle of a rule");
        };
        self.at += 1;
        self.kept.push((token.kind, token.text.to_owned()));
        Ok(*token)
    }

    /// Whether this stands behind the next token.
    fn follows(&self, text: &str) -> bool {
        let after = self.tokens.get(self.at + 1);
        after.is_some_and(|token| token.is(text))
    }

    /// The name of something that belongs to another, whatever rules are called.
    fn field(&mut self) -> Result<String, NoRule> {
        let token = self.next()?;
        if let Some((kind, _)) = self.kept.last_mut() {
            *kind = Kind::Field;
        }
        match token.kind {
            Kind::Word => Ok(token.text.to_owned()),
            _ => no(format!("{} is no member of anything", token.text)),
        }
    }

    fn expect(&mut self, text: &str) -> Result<(), NoRule> {
        let token = self.next()?;
        match token.is(text) {
            true => Ok(()),
            false => no(format!("{text} is expected, {} stands there", token.text)),
        }
    }

    fn eat(&mut self, text: &str) -> bool {
        let is = self.is(text);
        if is {
            // Something stands there.
            let _ = self.next();
        }
        is
    }

    /// A name that is no word of the language.
    fn name(&mut self) -> Result<String, NoRule> {
        let token = self.next()?;
        match token.kind == Kind::Word && !lex::is_keyword(token.text) {
            true => Ok(token.text.to_owned()),
            false => no(format!("a name is expected, {} stands there", token.text)),
        }
    }

    fn part(&mut self) -> Result<(), NoRule> {
        if self.is("import") {
            let before = self.kept.len();
            self.next()?;
            let token = self.next()?;
            self.kept.truncate(before);
            let module = token.text.trim_matches('"');
            if token.kind != Kind::Text || !modules::is_known(module) {
                return no(format!("the module {module} is not known here"));
            }
            self.imports.insert(module.to_owned());
            return Ok(());
        }
        while self.eat("private") {}
        if self.is("global") {
            return no("a global rule decides about every other rule of the file");
        }
        if !self.is("rule") {
            let what = self.peek().map_or("", |token| token.text);
            return no(format!("a rule is expected, {what} stands there"));
        }
        if self.names.len() >= MAX_RULES {
            return no(format!("more than {MAX_RULES} rules"));
        }
        self.rule()
    }

    fn rule(&mut self) -> Result<(), NoRule> {
        self.expect("rule")?;
        let name = self.name()?;
        if self.names.contains(&name) {
            return no(format!("two rules are called {name}"));
        }
        if self.eat(":") {
            self.name()?;
            while !self.is("{") {
                self.name()?;
            }
        }
        self.expect("{")?;
        if self.eat("meta") {
            self.expect(":")?;
            self.meta()?;
        }
        let mut strings = Vec::new();
        if self.eat("strings") {
            self.expect(":")?;
            strings = self.strings()?;
        }
        self.expect("condition")?;
        self.expect(":")?;
        let used = Condition::new(self, &strings).read()?;
        self.expect("}")?;
        for (name, _) in &strings {
            if !name.starts_with("$_") && !used.contains(name) {
                return no(format!("{name} is not asked for"));
            }
        }
        self.names.push(name);
        Ok(())
    }

    fn meta(&mut self) -> Result<(), NoRule> {
        while !self.is("strings") && !self.is("condition") {
            self.name()?;
            self.expect("=")?;
            self.eat("-");
            let value = self.next()?;
            let fits = matches!(value.kind, Kind::Text | Kind::Number)
                || value.is("true")
                || value.is("false");
            if !fits {
                return no(format!("{} says nothing about a rule", value.text));
            }
        }
        Ok(())
    }

    /// The strings of a rule with their names; several may be called `$`.
    fn strings(&mut self) -> Result<Vec<(String, Kind)>, NoRule> {
        let mut strings: Vec<(String, Kind)> = Vec::new();
        while !self.is("condition") {
            let name = self.next()?;
            if name.kind != Kind::String {
                return no(format!(
                    "a string begins with $, {} stands there",
                    name.text
                ));
            }
            let taken = strings.iter().any(|(other, _)| other == name.text);
            if taken && name.text != "$" {
                return no(format!("two strings are called {}", name.text));
            }
            if strings.len() >= MAX_STRINGS {
                return no(format!("more than {MAX_STRINGS} strings"));
            }
            self.expect("=")?;
            let value = self.next()?;
            let allowed: &[&str] = match value.kind {
                Kind::Text if value.text.len() > 2 => &lex::TEXT_MODIFIERS,
                Kind::Regex => &lex::REGEX_MODIFIERS,
                Kind::Hex => &["private"],
                _ => return no(format!("{} has no text, bytes or expression", name.text)),
            };
            self.modifiers(allowed)?;
            strings.push((name.text.to_owned(), value.kind));
        }
        match strings.is_empty() {
            true => no("there is no string"),
            false => Ok(strings),
        }
    }

    fn modifiers(&mut self, allowed: &[&str]) -> Result<(), NoRule> {
        let mut said: Vec<&str> = Vec::new();
        while let Some(token) = self.peek().copied()
            && allowed.contains(&token.text)
        {
            self.next()?;
            if said.contains(&token.text) {
                return no(format!("{} is said twice", token.text));
            }
            said.push(token.text);
            let takes = matches!(token.text, "xor" | "base64" | "base64wide");
            if takes && self.eat("(") {
                let first = self.next()?;
                let fits = match token.text {
                    "xor" => first.kind == Kind::Number,
                    // An alphabet of another length is refused by scanners.
                    _ => {
                        first.kind == Kind::Text
                            && first.text.len() == 66
                            && !first.text.contains('\\')
                    }
                };
                if !fits {
                    return no(format!("{} takes something else", token.text));
                }
                if token.text == "xor" && self.eat("-") && self.next()?.kind != Kind::Number {
                    return no("a range has two numbers");
                }
                self.expect(")")?;
            }
        }
        let both = |one: &str, others: &[&str]| {
            said.contains(&one) && said.iter().any(|other| others.contains(other))
        };
        let clash = both("nocase", &["xor", "base64", "base64wide"])
            || both("xor", &["base64", "base64wide"])
            || both("fullword", &["base64", "base64wide"]);
        match clash {
            true => no("modifiers of a string that do not go together"),
            false => Ok(()),
        }
    }
}
