//! What a CSAF provider says of itself, and what its distributions list (CSAF 2.0 §7.1): `provider-metadata.json`, the
//! `changes.csv` and `index.txt` of a directory, and ROLIE feeds (RFC 8322, in JSON).
//!
//! Lists are hostile: an entry that says nothing of use is counted and, up to a bound, named; nothing fails for it.

use jiff::Timestamp;
use kaname_stix::TlpMark;
use serde_json::Value;

use super::{ForeignError, Form, Made, csaf, form_of_json, list, moment, text};
use crate::json::{JsonLimits, guard};
use crate::listed::Unlisted;

/// Most distributions of one provider.
const MAX_DISTRIBUTIONS: usize = 100;
/// Most keys of one provider that are read.
const MAX_KEYS: usize = 10;
/// Longest that a provider says of itself, in bytes.
const MAX_METADATA: usize = 1 << 20;
/// Most documents of one list.
const MAX_DOCUMENTS: usize = 200_000;
/// Most entries that are named because they were left out.
const MAX_NAMED: usize = 20;
/// Longest address that is read, in bytes.
const MAX_ADDRESS: usize = 2_000;
/// Most characters of an entry that are told.
const MAX_TOLD: usize = 120;

/// What a provider says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Who publishes.
    pub publisher: String,
    /// Where its documents are listed.
    pub distributions: Vec<Distribution>,
    /// The OpenPGP keys that it signs with (CSAF 2.0 §7.1.20).
    pub keys: Vec<ProviderKey>,
}

/// An OpenPGP key that a provider names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderKey {
    /// Its address, as it is given.
    pub url: String,
    /// Its fingerprint in capital hexadecimal digits; empty where none is given.
    pub fingerprint: String,
}

/// Where documents are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// How they are.
    pub kind: DistributionKind,
    /// The address as it is given.
    pub url: String,
    /// The TLP label of all that is listed, as it is given.
    pub label: Option<String>,
}

/// How documents are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistributionKind {
    /// A folder with `changes.csv` and `index.txt`.
    Directory,
    /// A ROLIE feed.
    Rolie,
}

/// A document as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDocument {
    /// The entry's place: its line from 1, or its place among the entries.
    pub line: usize,
    /// Its address, as it is given: in a folder a path.
    pub address: String,
    /// When it changed last; a plain index does not say.
    pub changed: Option<Timestamp>,
    /// Addresses of files with its hash, where they are listed.
    pub hashes: Vec<String>,
    /// Address of the file with its signature, where it is listed.
    pub signature: Option<String>,
}

/// What a list says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Documents {
    /// The documents, in its order.
    pub documents: Vec<ListedDocument>,
    /// How many entries name none.
    pub refused: u64,
    /// The first of those.
    pub unlisted: Vec<Unlisted>,
}

impl Documents {
    fn refuse(&mut self, line: usize, why: &str, said: &str) {
        self.refused += 1;
        if self.unlisted.len() < MAX_NAMED {
            let plain = |sign: char| if sign.is_control() { ' ' } else { sign };
            self.unlisted.push(Unlisted {
                line,
                why: why.to_owned(),
                said: said.chars().take(MAX_TOLD).map(plain).collect(),
            });
        }
    }

    fn put(&mut self, document: ListedDocument) -> Result<(), ForeignError> {
        if self.documents.len() >= MAX_DOCUMENTS {
            return Err(ForeignError::Feed(format!(
                "it lists more than {MAX_DOCUMENTS} documents"
            )));
        }
        if document.address.is_empty() || document.address.len() > MAX_ADDRESS {
            self.refuse(document.line, "is no address", &document.address);
            return Ok(());
        }
        self.documents.push(document);
        Ok(())
    }
}

impl Provider {
    /// Reads `provider-metadata.json` (CSAF 2.0 §7.1.7). `None` for another document.
    ///
    /// # Errors
    /// When it is one, and lacks what it has to have.
    pub fn read(bytes: &[u8], limits: &JsonLimits) -> Option<Result<Self, ForeignError>> {
        let value = (bytes.len() <= MAX_METADATA).then(|| guard(bytes, limits).ok())??;
        let is_provider = value.get("metadata_version").is_some_and(Value::is_string)
            && value.get("canonical_url").is_some_and(Value::is_string)
            && value.get("document").is_none();
        is_provider.then(|| Self::of(&value))
    }

    fn of(value: &Value) -> Result<Self, ForeignError> {
        let lacks = |path, reason| ForeignError::Lacks { path, reason };
        let publisher = text(value, "/publisher/name")
            .ok_or_else(|| lacks("/publisher/name", "is not there"))?;
        let mut distributions = Vec::new();
        for one in list(value, "/distributions") {
            // `directory_url` in 2.0, `directory` with a label in 2.1.
            let directory = text(one, "/directory_url").or_else(|| text(one, "/directory/url"));
            if let Some(url) = directory {
                distributions.push(Distribution {
                    kind: DistributionKind::Directory,
                    url: url.to_owned(),
                    label: text(one, "/directory/tlp_label").map(str::to_owned),
                });
            }
            for feed in list(one, "/rolie/feeds") {
                distributions.extend(text(feed, "/url").map(|url| Distribution {
                    kind: DistributionKind::Rolie,
                    url: url.to_owned(),
                    label: text(feed, "/tlp_label").map(str::to_owned),
                }));
            }
        }
        match distributions.len() {
            0 => Err(lacks(
                "/distributions",
                "names no directory and no ROLIE feed",
            )),
            1..=MAX_DISTRIBUTIONS => Ok(Self {
                publisher: publisher.to_owned(),
                distributions,
                keys: keys(value),
            }),
            _ => Err(lacks("/distributions", "has more than 100")),
        }
    }
}

/// The keys that a provider names, each with an address.
fn keys(value: &Value) -> Vec<ProviderKey> {
    let named = list(value, "/public_openpgp_keys").iter();
    let keys = named.filter_map(|one| {
        let fingerprint = text(one, "/fingerprint").unwrap_or_default();
        let digits = fingerprint.chars().filter(|sign| !sign.is_whitespace());
        Some(ProviderKey {
            url: text(one, "/url")?.to_owned(),
            fingerprint: digits.collect::<String>().to_uppercase(),
        })
    });
    keys.take(MAX_KEYS).collect()
}

/// Reads `changes.csv` (§7.1.13): a path and when the document changed last, on each line.
///
/// # Errors
/// When it lists too many.
pub fn changes(bytes: &[u8]) -> Result<Documents, ForeignError> {
    let mut all = Documents::default();
    for (line, said) in lines(bytes) {
        let cells = cells(&said);
        let [address, changed] = cells.as_slice() else {
            all.refuse(line, "a path and a moment are expected", &said);
            continue;
        };
        match moment(changed.trim()) {
            Some(changed) => all.put(ListedDocument {
                line,
                address: address.trim().to_owned(),
                changed: Some(changed),
                hashes: Vec::new(),
                signature: None,
            })?,
            None => all.refuse(line, "does not say when it changed last", &said),
        }
    }
    Ok(all)
}

/// Reads `index.txt` (§7.1.12): a path on each line.
///
/// # Errors
/// When it lists too many.
pub fn index(bytes: &[u8]) -> Result<Documents, ForeignError> {
    let mut all = Documents::default();
    for (line, said) in lines(bytes) {
        all.put(ListedDocument {
            line,
            address: said.trim().to_owned(),
            changed: None,
            hashes: Vec::new(),
            signature: None,
        })?;
    }
    Ok(all)
}

/// Reads a ROLIE feed (§7.1.15).
///
/// # Errors
/// When it is no such feed, or lists too many.
pub fn rolie(bytes: &[u8], limits: &JsonLimits) -> Result<Documents, ForeignError> {
    let value = guard(bytes, limits)?;
    let entries = value.pointer("/feed/entry").and_then(Value::as_array);
    if entries.is_none() && value.pointer("/feed/id").is_none() {
        return Err(ForeignError::Feed("it is no ROLIE feed".to_owned()));
    }
    let mut all = Documents::default();
    for (place, entry) in entries.into_iter().flatten().enumerate() {
        let line = place + 1;
        let said = text(entry, "/id").unwrap_or_default();
        let links = || {
            let links = list(entry, "/link").iter();
            links.filter_map(|link| Some((text(link, "/rel")?, text(link, "/href")?)))
        };
        let own = links().find(|(rel, _)| *rel == "self");
        let own = own.map(|(_, href)| href);
        let Some(address) = own.or_else(|| text(entry, "/content/src")) else {
            all.refuse(line, "does not say where its document is", said);
            continue;
        };
        let Some(changed) = text(entry, "/updated").and_then(moment) else {
            all.refuse(line, "does not say when it changed last", said);
            continue;
        };
        let hashes = links().filter(|(rel, _)| *rel == "hash");
        all.put(ListedDocument {
            line,
            address: address.to_owned(),
            changed: Some(changed),
            hashes: hashes.map(|(_, href)| href.to_owned()).collect(),
            signature: links()
                .find(|(rel, _)| *rel == "signature")
                .map(|(_, href)| href.to_owned()),
        })?;
    }
    Ok(all)
}

/// Lines with something on them and their numbers.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, String)> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    lines.filter_map(|(place, line)| {
        let line = line.trim_ascii();
        let line = (!line.is_empty()).then(|| String::from_utf8_lossy(line).into_owned());
        Some((place + 1, line?))
    })
}

/// The cells of a line, quoted or not (RFC 4180).
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                push(&mut cells, '"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => push(&mut cells, other),
        }
    }
    cells
}

fn push(cells: &mut [String], sign: char) {
    if let Some(last) = cells.last_mut() {
        last.push(sign);
    }
}

/// The name of the file that an advisory of this tracking id stands in (§5.1).
#[must_use]
pub fn file_name(tracking_id: &str) -> String {
    let mut name = String::with_capacity(tracking_id.len() + 5);
    for sign in tracking_id.trim().to_lowercase().chars() {
        match sign {
            'a'..='z' | '0'..='9' | '+' | '-' => name.push(sign),
            _ if !name.ends_with('_') => name.push('_'),
            _ => {}
        }
    }
    name + ".json"
}

/// The hash in a file of one: hexadecimal digits, with the file's name behind them or not.
#[must_use]
pub fn hash_in(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes.get(..bytes.len().min(1_000))?).ok()?;
    let word = text.split_whitespace().next()?;
    let is_hash = matches!(word.len(), 64 | 128) && word.bytes().all(|one| one.is_ascii_hexdigit());
    if !is_hash {
        return None;
    }
    let digits = word.as_bytes().chunks(2);
    let bytes = digits.map(|two| {
        let two = std::str::from_utf8(two).ok()?;
        u8::from_str_radix(two, 16).ok()
    });
    bytes.collect()
}

/// An advisory of a provider.
#[derive(Debug)]
pub struct Advisory {
    /// What is made of it.
    pub made: Made,
    /// In whose name it speaks.
    pub publisher: String,
    /// Its tracking id.
    pub id: String,
    /// When it says itself that it changed last.
    pub changed: Option<Timestamp>,
}

/// Reads an advisory. `at_least` is the label of the feed it stands in: it is marked no more openly than that.
///
/// # Errors
/// [`ForeignError`] for another document, a bound, or one without what it has to have.
pub fn advisory(
    bytes: &[u8],
    limits: &JsonLimits,
    at_least: Option<TlpMark>,
) -> Result<Advisory, ForeignError> {
    let value = guard(bytes, limits)?;
    if form_of_json(&value) != Some(Form::Csaf) {
        return Err(ForeignError::Feed("it is no advisory of CSAF".to_owned()));
    }
    let said = |path: &str| text(&value, path).unwrap_or_default().to_owned();
    Ok(Advisory {
        made: csaf::read(&value, at_least)?,
        publisher: said("/document/publisher/name"),
        id: said("/document/tracking/id"),
        changed: moment(&said("/document/tracking/current_release_date")),
    })
}

/// The label of a feed; one that is not understood is taken for the strictest.
#[must_use]
pub fn mark(label: &str) -> Option<TlpMark> {
    match label {
        "UNLABELED" | "" => None,
        "WHITE" | "CLEAR" => Some(TlpMark::Clear),
        "GREEN" => Some(TlpMark::Green),
        "AMBER" => Some(TlpMark::Amber),
        "AMBER+STRICT" => Some(TlpMark::AmberStrict),
        _ => Some(TlpMark::Red),
    }
}
