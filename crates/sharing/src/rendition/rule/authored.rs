//! Rules that others wrote, as they stand in indicators (STIX 2.1 §4.7, `pattern_type`): checked, and written anew
//! under numbers and names that no other rule of the file has.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kaname_intake::written::{
    NoRule,
    intrusion::{self, Engine},
    sigma, yara,
};
use kaname_stix::ValueKind;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Language, Writer, fits_watching, origin, plain};
use crate::{
    item::Item,
    rendition::{ValueLine, is_current, told},
};

/// Namespace of the ids of Sigma rules whose own is taken or none.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_22a8_4b0e_4d2b_8c1e_93a7_05c4_7e18);
/// Rules left out that a heading names; the others are counted.
const MOST_NAMED: usize = 20;
/// Longest reason that a heading tells, in signs.
const LONGEST_REASON: usize = 200;

/// A rule that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authored {
    /// In which language.
    pub language: Language,
    /// As it was written.
    pub text: String,
    /// Whose it is, and how it is to be handled: a line without a value.
    pub about: ValueLine,
}

/// The language and text of an indicator's pattern, where it is a rule of one of the languages here.
pub fn rule_of(raw: &str) -> Option<(Language, String)> {
    #[derive(Deserialize)]
    struct Words {
        #[serde(default)]
        revoked: bool,
        pattern_type: String,
        pattern: String,
    }
    let words: Words = serde_json::from_str(raw)
        .ok()
        .filter(|words: &Words| !words.revoked)?;
    let language = match words.pattern_type.as_str() {
        "yara" => Language::Yara,
        "sigma" => Language::Sigma,
        "suricata" => Language::Suricata,
        "snort" => Language::Snort,
        _ => return None,
    };
    Some((language, words.pattern))
}

/// The rules of an item that is current.
pub fn authored_in(item: &Item, now: Timestamp) -> Vec<Authored> {
    if !is_current(item, now) {
        return Vec::new();
    }
    let content = &item.content;
    let heads = content.heads();
    let rules = heads.filter_map(|(raw, head)| {
        let (language, text) = rule_of(raw)?;
        Some(Authored {
            language,
            text,
            about: ValueLine {
                item: item.number.clone(),
                kind: content.kind.as_str(),
                value_kind: ValueKind::ExternalId,
                value: String::new(),
                tlp: content.tlp.to_string(),
                pap: content.pap.to_string(),
                title_ja: content.title.ja.clone(),
                title_en: content.title.en.clone(),
                released: told(item.release.map(|release| release.at)),
                valid_until: told(content.valid_until),
                blocking: false,
                stix_id: head.id.to_string(),
                fresh_until: String::new(),
                known_by: String::new(),
            },
        })
    });
    rules.collect()
}

impl Writer {
    /// A rule that somebody wrote, once, and how many rules it holds; nothing where it is in another language, may not
    /// be looked for, or is none: the last is noted.
    pub fn authored(&mut self, rule: &Authored) -> (String, u64) {
        let about = &rule.about;
        if rule.language != self.language
            || !fits_watching(about)
            || !self.is_new(&format!("rule {}", rule.text))
        {
            return (String::new(), 0);
        }
        let written = match self.language {
            Language::Suricata => self.intrusion(rule, Engine::Suricata),
            Language::Snort => self.intrusion(rule, Engine::Snort),
            Language::Sigma => self.sigma(rule),
            Language::Yara => self.yara(rule),
            _ => return (String::new(), 0),
        };
        match written {
            Ok(written) => written,
            Err(why) => {
                self.broken.note(about, &why);
                (String::new(), 0)
            }
        }
    }

    /// Rules that were left out since they cannot be read as such.
    pub fn broken(&self) -> &Broken {
        &self.broken
    }

    fn intrusion(&mut self, rule: &Authored, engine: Engine) -> Result<(String, u64), NoRule> {
        let about = &rule.about;
        let rules = intrusion::read(&rule.text, engine)?;
        let mut out = String::new();
        for one in &rules {
            let number = self.number(&format!("{} {} {}", one.head, one.msg, one.options));
            let apart = if one.options.is_empty() { "" } else { " " };
            let tlp = about.tlp.trim_start_matches("TLP:");
            let tlp = if tlp.is_empty() {
                String::new()
            } else {
                format!(", tlp {tlp}")
            };
            out.push_str(&format!(
                "{} (msg:\"{}\"; {}{apart}metadata:kaname {}{tlp}; sid:{number}; rev:1;)\n",
                one.head,
                one.msg,
                one.options,
                origin(about),
            ));
        }
        Ok((out, rules.len() as u64))
    }

    fn sigma(&mut self, rule: &Authored) -> Result<(String, u64), NoRule> {
        let read = sigma::read(&rule.text)?;
        let own = read.id().and_then(|id| Uuid::try_parse(id).ok());
        let own = own.filter(|id| !self.ids.contains(id));
        let id = own.unwrap_or_else(|| {
            let digest = hex::encode(Sha256::digest(&rule.text));
            Uuid::new_v5(
                &NAMESPACE,
                format!("{} {digest}", origin(&rule.about)).as_bytes(),
            )
        });
        self.ids.insert(id);
        let tlp = rule.about.tlp.trim_start_matches("TLP:").to_lowercase();
        let tag = (!tlp.is_empty()).then(|| format!("tlp.{}", tlp.replace('+', "-")));
        Ok((read.write(&id.to_string(), tag.as_deref()), 1))
    }

    fn yara(&mut self, rule: &Authored) -> Result<(String, u64), NoRule> {
        let read = yara::read(&rule.text)?;
        let digest = hex::encode(Sha256::digest(format!(
            "{} {}",
            origin(&rule.about),
            rule.text
        )));
        let mut renamed = BTreeMap::new();
        for name in &read.names {
            // What the hub makes of an item is called so.
            let taken = self.names.contains(name) || name.starts_with("kaname_");
            let given = match taken {
                false => name.clone(),
                true => format!(
                    "{}_{}",
                    name.chars().take(100).collect::<String>(),
                    &digest[..16]
                ),
            };
            if given != *name {
                renamed.insert(name.clone(), given.clone());
            }
            self.names.insert(given);
        }
        let mut out = format!(
            "\n// {} {} {}\n",
            origin(&rule.about),
            rule.about.tlp,
            plain(&rule.about)
        );
        for module in &read.imports {
            out.push_str(&format!("import \"{module}\"\n"));
        }
        out.push_str(&read.write(&renamed));
        Ok((out, read.names.len() as u64))
    }
}

/// Rules that were left out: how many, and the first of them with the reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broken {
    /// How many.
    pub count: u64,
    /// The first, a line each: whose it is, and what is wrong.
    pub named: Vec<String>,
}

impl Broken {
    fn note(&mut self, about: &ValueLine, why: &NoRule) {
        self.count += 1;
        if self.named.len() < MOST_NAMED {
            let why = why.to_string();
            let signs = why.chars().take(LONGEST_REASON);
            // What is quoted of it was written by anybody, and stands in a remark of the file.
            let plain = signs.map(|sign| {
                if (' '..='~').contains(&sign) {
                    sign
                } else {
                    '?'
                }
            });
            let plain: String = plain.collect();
            self.named.push(format!("{}: {plain}", origin(about)));
        }
    }
}
