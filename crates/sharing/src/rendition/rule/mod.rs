//! Values as the rules and lists that machines take: of intrusion detection, log search, file scanning,
//! name servers, proxies and firewalls. What a language cannot say is left out.
//!
//! Rules that others wrote are checked, and written anew ([`Authored`]).
//!
//! Everything in a value or a title may have been written by an attacker: values are read again into the
//! few forms that a language can hold, and titles keep letters and digits alone.

mod authored;
mod block;
mod intrusion;
mod sigma;
mod target;
mod yara;

use std::{collections::HashSet, str::FromStr as _};

use kaname_kernel::Pap;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

pub use self::authored::{Authored, Broken, authored_in, rule_of};
use self::target::Target;
use super::{ValueLine, can_be_acted_on};

/// A language of rules or lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Rules of Suricata 7.
    Suricata,
    /// Rules of Snort 3.
    Snort,
    /// Sigma rules, one document for each kind of log.
    Sigma,
    /// YARA rules, one for each item.
    Yara,
    /// A response policy zone for name servers.
    Rpz,
    /// A hosts file.
    Hosts,
    /// Lines of dnsmasq's configuration.
    Dnsmasq,
    /// Domains for Squid's `dstdomain`.
    Squid,
    /// A script for `nft -f` with two sets.
    Nftables,
    /// Input of `ipset restore` with two sets, for iptables.
    Ipset,
}

/// What a language is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Machines alert by it: permitted up to PAP:AMBER.
    Watch,
    /// Machines block by it: only what may be blocked now.
    Block,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Suricata,
        Self::Snort,
        Self::Sigma,
        Self::Yara,
        Self::Rpz,
        Self::Hosts,
        Self::Dnsmasq,
        Self::Squid,
        Self::Nftables,
        Self::Ipset,
    ];

    /// How the name of a file in it ends.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Suricata => "suricata.rules",
            Self::Snort => "snort.rules",
            Self::Sigma => "sigma.yml",
            Self::Yara => "yar",
            Self::Rpz => "rpz",
            Self::Hosts => "hosts",
            Self::Dnsmasq => "dnsmasq.conf",
            Self::Squid => "squid.acl",
            Self::Nftables => "nft",
            Self::Ipset => "ipset",
        }
    }

    /// Its name, as its makers write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Suricata => "Suricata",
            Self::Snort => "Snort 3",
            Self::Sigma => "Sigma",
            Self::Yara => "YARA",
            Self::Rpz => "RPZ",
            Self::Hosts => "hosts",
            Self::Dnsmasq => "dnsmasq",
            Self::Squid => "Squid",
            Self::Nftables => "nftables",
            Self::Ipset => "ipset",
        }
    }

    /// What it is for.
    pub const fn used_to(self) -> Use {
        match self {
            Self::Suricata | Self::Snort | Self::Sigma | Self::Yara => Use::Watch,
            Self::Rpz
            | Self::Hosts
            | Self::Dnsmasq
            | Self::Squid
            | Self::Nftables
            | Self::Ipset => Use::Block,
        }
    }

    /// What a line of comment begins with.
    pub const fn comment(self) -> &'static str {
        match self {
            Self::Rpz => ";",
            Self::Yara => "//",
            _ => "#",
        }
    }

    /// What stands between the comments and the first rule; `serial` is the zone's, seconds since 1970.
    pub fn opening(self, serial: u32) -> String {
        match self {
            Self::Yara => "import \"hash\"\n".to_owned(),
            Self::Rpz => block::zone_opening(serial),
            Self::Nftables => block::NFTABLES_OPENING.to_owned(),
            Self::Ipset => block::IPSET_OPENING.to_owned(),
            _ => String::new(),
        }
    }
}

/// Writes the rules of one file, item by item. A value that several items carry is written once.
pub struct Writer {
    language: Language,
    /// First halves of the SHA-256 of what was written.
    written: HashSet<[u8; 16]>,
    /// The same of what was left out.
    left_out: HashSet<[u8; 16]>,
    /// Numbers of rules that are taken.
    numbers: HashSet<u32>,
    /// Names of rules that others wrote.
    names: HashSet<String>,
    /// Ids of rules that others wrote.
    ids: HashSet<Uuid>,
    broken: Broken,
}

impl Writer {
    /// A writer at the start of a file.
    pub fn new(language: Language) -> Self {
        Self {
            language,
            written: HashSet::new(),
            left_out: HashSet::new(),
            numbers: HashSet::new(),
            names: HashSet::new(),
            ids: HashSet::new(),
            broken: Broken::default(),
        }
    }

    /// The rules for the values of one item, or of one object of a peer, and how many values they hold.
    pub fn rules(&mut self, lines: &[ValueLine]) -> (String, u64) {
        let used_to = self.language.used_to();
        let mut values = Vec::new();
        for line in lines.iter().filter(|line| fits(line, used_to)) {
            if let Some(target) = Target::of(line)
                && target.is_said_in(self.language)
                && self.is_new(&target.key())
            {
                values.push(target);
            }
        }
        let Some(first) = lines.first().filter(|_| !values.is_empty()) else {
            return (String::new(), 0);
        };
        let said = match self.language {
            Language::Suricata => self.each(first, &values, intrusion::suricata),
            Language::Snort => self.each(first, &values, intrusion::snort),
            Language::Sigma => sigma::rules(first, &values),
            Language::Yara => yara::rule(first, &values),
            Language::Rpz => each(&values, block::rpz),
            Language::Hosts => each(&values, block::hosts),
            Language::Dnsmasq => each(&values, block::dnsmasq),
            Language::Squid => each(&values, block::squid),
            Language::Nftables => each(&values, block::nftables),
            Language::Ipset => each(&values, block::ipset),
        };
        (said, values.len() as u64)
    }

    /// Leaves the values of one item out that would else be written.
    pub fn leave_out(&mut self, lines: &[ValueLine]) {
        let used_to = self.language.used_to();
        for line in lines.iter().filter(|line| fits(line, used_to)) {
            let target = Target::of(line).filter(|target| target.is_said_in(self.language));
            self.left_out
                .extend(target.map(|target| half(&target.key())));
        }
    }

    /// How many values were left out and stand nowhere in the file.
    pub fn left_out(&self) -> u64 {
        self.left_out.difference(&self.written).count() as u64
    }

    fn each(
        &mut self,
        first: &ValueLine,
        values: &[Target],
        write: fn(&Target) -> Vec<(String, String)>,
    ) -> String {
        let mut out = String::new();
        for value in values {
            for (head, body) in write(value) {
                let number = self.number(&format!("{head} {body}"));
                out.push_str(&intrusion::rule(first, &head, &body, number));
            }
        }
        out
    }

    /// A number for a rule, the same in each file while no other rule has it.
    fn number(&mut self, rule: &str) -> u32 {
        let digest = Sha256::digest(rule);
        let start = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        // Snort and Suricata leave numbers from a million on to others; there is no end of them here.
        let mut number = 1_000_000_000 + start % 1_000_000_000;
        while !self.numbers.insert(number) {
            number = 1_000_000_000 + (number + 1) % 1_000_000_000;
        }
        number
    }

    fn is_new(&mut self, value: &str) -> bool {
        self.written.insert(half(value))
    }
}

/// The first half of a text's SHA-256.
fn half(text: &str) -> [u8; 16] {
    let digest = Sha256::digest(text);
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

fn each(values: &[Target], write: fn(&Target) -> String) -> String {
    values.iter().map(write).collect()
}

/// Whether a line's value may be used so. What cannot be acted on stands in no rule: one that alerts on it
/// would meet everything.
fn fits(line: &ValueLine, used_to: Use) -> bool {
    if !can_be_acted_on(line.value_kind, &line.value) {
        return false;
    }
    match used_to {
        Use::Block => line.blocking,
        Use::Watch => fits_watching(line),
    }
}

/// Whether a line may be looked for. Without a marking of its own, what a peer says may be.
fn fits_watching(line: &ValueLine) -> bool {
    Pap::from_str(&line.pap).is_ok_and(|pap| pap < Pap::Red) || line.pap.is_empty()
}

/// A title in letters, digits and spaces, short.
fn plain(line: &ValueLine) -> String {
    let title = if line.title_en.is_empty() {
        &line.title_ja
    } else {
        &line.title_en
    };
    let kept = title
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' });
    let words: String = kept.take(200).collect();
    let words: Vec<&str> = words.split_whitespace().collect();
    words.join(" ").chars().take(100).collect()
}

/// The number of the item, or the id of the object that carries the value.
fn origin(line: &ValueLine) -> &str {
    if line.item.is_empty() {
        &line.stix_id
    } else {
        &line.item
    }
}
