//! Everything that would give a provider away: what the directory knows of it and what its report says.

mod mixed;

use jiff::Timestamp;
use kaname_directory::{Account, Reading, party::Party};
use kaname_stix::redact::{Trace, TraceKind};

use self::mixed::mixed;
use crate::{report::Technique, row::Sign};

/// Shortest party code or name of a file that is looked for; shorter ones are everyday words.
const SHORTEST: usize = 4;

/// Shortest Latin part of a code, English name or domain that is looked for inside other words.
const SHORTEST_STEM: usize = 5;

/// Latin parts of names that tell nothing of who it is.
const COMMON: &[&str] = &[
    "agency",
    "airline",
    "airlines",
    "airport",
    "bureau",
    "byoin",
    "byouin",
    "center",
    "central",
    "centre",
    "chemical",
    "communications",
    "company",
    "corporation",
    "credit",
    "daigaku",
    "denryoku",
    "department",
    "eastern",
    "electric",
    "energy",
    "example",
    "finance",
    "financial",
    "first",
    "general",
    "ginko",
    "ginkou",
    "global",
    "government",
    "group",
    "holdings",
    "hospital",
    "incorporated",
    "industries",
    "industry",
    "information",
    "insurance",
    "international",
    "japan",
    "kabushiki",
    "kaisha",
    "limited",
    "logistics",
    "medical",
    "ministry",
    "motor",
    "motors",
    "municipal",
    "national",
    "network",
    "networks",
    "nippon",
    "north",
    "northern",
    "office",
    "power",
    "prefectural",
    "prefecture",
    "railway",
    "school",
    "security",
    "service",
    "services",
    "south",
    "southern",
    "steel",
    "suido",
    "system",
    "systems",
    "technologies",
    "technology",
    "telecom",
    "tetsudo",
    "transport",
    "trust",
    "university",
    "water",
    "western",
];

/// Something that leads to the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clue {
    /// What kind of thing.
    pub sign: Sign,
    /// How it is looked for.
    pub trace: Trace,
}

/// All that leads to one provider. It names the provider: it lives in memory only, while the assigned
/// analyst works.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Names, people, domains, addresses, telephone numbers.
    pub clues: Vec<Clue>,
    /// Titles of its accounts, parts of its names, names of attached files. The checklist shows them; no text
    /// is rewritten and no value left out for them, because they may mean others as well.
    pub hints: Vec<Clue>,
    /// Times as the provider knows them.
    pub times: Vec<Timestamp>,
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Evidence({} clues)", self.clues.len())
    }
}

impl Evidence {
    /// What the directory knows of the party.
    pub fn of_party(party: &Party) -> Self {
        let mut evidence = Self::default();
        let name = &party.description.name;
        let aliases = party.description.aliases.iter();
        for line in [&name.ja, &name.en].into_iter().chain(aliases) {
            evidence.add(Sign::Name, TraceKind::Name, line.as_str());
        }
        // A short one stands in other words everywhere.
        let reading = party.description.reading.as_ref();
        let long = |reading: &&Reading| reading.as_str().chars().count() >= SHORTEST;
        if let Some(reading) = reading.filter(long) {
            for kana in [reading.hiragana(), reading.katakana()] {
                evidence.add(Sign::Name, TraceKind::Name, &kana);
            }
        }
        if let Some(reading) = &party.description.reading {
            let mixed = mixed(name.ja.as_str(), &reading.hiragana());
            for name in &mixed.names {
                evidence.add(Sign::Name, TraceKind::Name, name);
            }
            if mixed.stem.chars().count() >= SHORTEST {
                evidence.hint(Sign::Name, &mixed.stem);
            }
        }
        if party.code.as_str().len() >= SHORTEST {
            evidence.add(Sign::Name, TraceKind::Name, party.code.as_str());
        }
        evidence.hint_stems(party.code.as_str());
        evidence.hint_stems(name.en.as_str());
        for contact in &party.contacts {
            evidence.add(Sign::Person, TraceKind::Person, contact.name.as_str());
            if let Some(mail) = &contact.mail {
                evidence.add(Sign::Person, TraceKind::Person, mail.as_str());
            }
            if let Some(phone) = &contact.phone {
                evidence.add_phone(phone.as_str());
            }
        }
        for domain in &party.mail_domains {
            evidence.add(Sign::Domain, TraceKind::Domain, domain.as_str());
            evidence.hint_stems(domain.as_str());
        }
        for network in &party.networks {
            evidence.add(Sign::Address, TraceKind::Address, network.as_str());
        }
        evidence
    }

    /// With one who has an account at the party: by title, login name and mail address.
    #[must_use]
    pub fn with_account(mut self, account: &Account) -> Self {
        self.add(Sign::Person, TraceKind::Person, account.title.ja.as_str());
        self.add(Sign::Person, TraceKind::Person, account.title.en.as_str());
        for title in [account.title.ja.as_str(), account.title.en.as_str()] {
            if title.trim().chars().count() >= SHORTEST {
                self.hint(Sign::Person, title.trim());
            }
        }
        if account.login.as_str().len() >= SHORTEST {
            self.add(Sign::Person, TraceKind::Name, account.login.as_str());
        }
        if let Some(mail) = &account.mail {
            self.add(Sign::Person, TraceKind::Person, mail.as_str());
        }
        self
    }

    /// With whom to ask, in the provider's words: each line and each part of it.
    #[must_use]
    pub fn with_contact(mut self, contact: &str) -> Self {
        for part in contact.split(['\n', '、', ',', '，', ';', '；']) {
            self.add(Sign::Person, TraceKind::Person, part);
        }
        self
    }

    /// With what the report says of itself: when it was seen, how its attachments are called. A file is as
    /// often the attacker's as the provider's, so its whole name is a hint. Where the provider is named in
    /// it, its own names find that.
    #[must_use]
    pub fn with_report(mut self, technique: &Technique) -> Self {
        self.times.extend(technique.seen);
        for name in technique.attachments.iter().map(|name| name.trim()) {
            if name.chars().count() >= SHORTEST {
                self.hint(Sign::Attachment, name);
            }
        }
        self
    }

    /// Adds one thing to look for, unless it is empty or there already.
    pub fn add(&mut self, sign: Sign, kind: TraceKind, text: &str) {
        let trace = Trace::new(kind, text.trim());
        let known = self.clues.iter().any(|clue| clue.trace == trace);
        if !trace.text.is_empty() && !known {
            self.clues.push(Clue { sign, trace });
        }
    }

    /// Hints for each Latin part of a name or domain that is no common word. Of five letters it is found as
    /// a word, `ops-hamma.example`; longer ones also inside words.
    fn hint_stems(&mut self, text: &str) {
        let parts = text.split(|sign: char| !sign.is_alphanumeric());
        for part in parts.map(str::to_ascii_lowercase) {
            let latin = part.chars().all(|sign| sign.is_ascii_alphabetic());
            if latin && part.len() >= SHORTEST_STEM && !COMMON.contains(&part.as_str()) {
                self.hint(Sign::Name, &part);
            }
        }
    }

    fn hint(&mut self, sign: Sign, text: &str) {
        let trace = Trace::new(TraceKind::Name, text);
        if !self.hints.iter().any(|hint| hint.trace == trace) {
            self.hints.push(Clue { sign, trace });
        }
    }

    /// A telephone number, as dialled at home and from abroad.
    fn add_phone(&mut self, phone: &str) {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        if digits.len() < SHORTEST {
            return;
        }
        self.add(Sign::Phone, TraceKind::Name, &digits);
        if phone.trim_start().starts_with("+81") {
            self.add(Sign::Phone, TraceKind::Name, &format!("0{}", &digits[2..]));
        } else if let Some(rest) = digits.strip_prefix('0') {
            self.add(Sign::Phone, TraceKind::Name, &format!("81{rest}"));
        }
    }

    /// What the checklist looks for: the clues, then the hints.
    pub fn looked_for(&self) -> Vec<&Clue> {
        self.clues.iter().chain(&self.hints).collect()
    }

    /// The clues as traces, in order.
    pub fn traces(&self) -> Vec<Trace> {
        self.clues.iter().map(|clue| clue.trace.clone()).collect()
    }
}
