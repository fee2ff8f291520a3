//! Atom, RSS and JSON Feed: a report for each entry, on the values and vulnerabilities that its text names.
//!
//! Whoever writes in such a feed that an address exists says nothing of what it is good for: values become observables
//! (STIX 2.1 §6), never indicators.

use std::collections::BTreeSet;

use feed_rs::{
    model::{Entry, Feed, FeedType, Link, Text},
    parser::Builder,
};
use jiff::Timestamp;
use kaname_stix::ObjectId;
use kaname_stix::author::{Authored, External, Report, observable, report, vulnerability};
use url::Url;

use super::{Author, ForeignError, LeftOut, Made, Times, number, reference};
use crate::extract::{ExtractOptions, extract};
use crate::html;
use crate::indicator::Kind;
use crate::json::JsonLimits;
use crate::listed::cut;

/// Most entries that are read of one feed.
const MAX_ENTRIES: usize = 5_000;
/// Most values of one entry.
const MAX_VALUES: usize = 1_000;
/// Longest text of an entry that is kept, in bytes.
const MAX_TEXT: usize = 256 << 10;
/// Longest title, in characters.
const MAX_TITLE: usize = 300;
/// Most addresses that are looked at in the markup of one text.
const MAX_LINKS: usize = 100;
/// Most links of an entry that are kept.
const MAX_REFERENCES: usize = 10;

/// Whether a document in XML begins as a feed does: its first element is that of Atom or RSS.
pub(super) fn is_feed(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(4_096)).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let mut rest = head.as_ref();
    while let Some(at) = rest.find('<') {
        rest = rest.get(at + 1..).unwrap_or_default();
        // The declaration, remarks and styles come before it.
        if rest.starts_with(['?', '!']) {
            let closing = if rest.starts_with("!--") { "-->" } else { ">" };
            let Some(end) = rest.find(closing) else {
                return false;
            };
            rest = rest.get(end + closing.len()..).unwrap_or_default();
            continue;
        }
        let name = rest.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
        let name = name.into_iter().next().unwrap_or_default();
        let local = name.rsplit(':').next().unwrap_or_default();
        return matches!(local, "feed" | "rss" | "RDF");
    }
    false
}

pub(super) fn read(bytes: &[u8], limits: &JsonLimits) -> Result<Made, ForeignError> {
    let lacks = |path, reason| ForeignError::Lacks { path, reason };
    if bytes.len() > limits.max_bytes {
        return Err(lacks("feed", "is longer than allowed"));
    }
    let parser = Builder::new()
        // An entry that says no id is known by its address; one without either is left out.
        .id_generator(|links, _, _| {
            links
                .first()
                .map(|one| one.href.clone())
                .unwrap_or_default()
        })
        .build();
    let feed = parser
        .parse(bytes)
        .map_err(|error| ForeignError::Feed(error.to_string()))?;
    let title = feed.title.as_ref().map(|title| title_of(title, &feed));
    let title = title.filter(|title| !title.is_empty());
    let author = Author::new(&title.ok_or_else(|| lacks("title", "is not there"))?)?;
    let mut reading = Reading {
        own: own_hosts(&feed),
        made: Made::default(),
        seen: BTreeSet::new(),
        author: &author,
        feed: &feed,
    };
    reading.put(author.identity.clone());
    for (place, entry) in feed.entries.iter().enumerate() {
        if place == MAX_ENTRIES {
            let reason = format!("more than {MAX_ENTRIES} entries are not read");
            reading.leave(format!("/{place}"), &reason);
            break;
        }
        reading.entry(place, entry)?;
    }
    Ok(reading.made)
}

struct Reading<'f> {
    feed: &'f Feed,
    author: &'f Author,
    /// Hosts of the feed itself: its own addresses are not what it reports.
    own: Vec<String>,
    made: Made,
    seen: BTreeSet<String>,
}

impl Reading<'_> {
    fn put(&mut self, object: Authored) {
        if self.seen.insert(object.id.to_string()) {
            self.made.objects.push(object);
        }
    }

    fn leave(&mut self, path: String, reason: &str) {
        let reason = reason.to_owned();
        self.made.left_out.push(LeftOut { path, reason });
    }

    fn entry(&mut self, place: usize, entry: &Entry) -> Result<(), ForeignError> {
        let path = format!("/{place}");
        if entry.id.is_empty() {
            self.leave(path, "has neither an id nor an address");
            return Ok(());
        }
        let Some(times) = times(entry, self.feed) else {
            self.leave(path, "has no time");
            return Ok(());
        };
        let text = text_of(entry, self.feed);
        let title = entry.title.as_ref().map(|title| title_of(title, self.feed));
        let title = title.filter(|title| !title.is_empty());
        let title = title.unwrap_or_else(|| cut_signs(&text, MAX_TITLE).to_owned());
        if title.is_empty() {
            self.leave(path, "says nothing");
            return Ok(());
        }
        let mut about: Vec<ObjectId> = Vec::new();
        for object in self.named(&format!("{title}\n{text}"))? {
            if !about.contains(&object.id) {
                about.push(object.id.clone());
            }
            self.put(object);
        }
        if about.is_empty() {
            // A report is on something (§4.16): on whoever wrote it, where it names nothing.
            about.push(self.author.identity.id.clone());
        }
        let external: Vec<External> = self.links(entry);
        let base = self
            .author
            .base(&format!("entry {}", entry.id), times, &external);
        let written = Report {
            name: &title,
            description: (!text.is_empty()).then_some(text.as_str()),
            report_types: &[],
            published: times.created,
            object_refs: &about,
        };
        self.put(report(&base, &written)?);
        Ok(())
    }

    /// What a text names.
    fn named(&self, text: &str) -> Result<Vec<Authored>, ForeignError> {
        let options = ExtractOptions {
            max_findings: MAX_VALUES,
            own_domains: self.own.clone(),
            ..ExtractOptions::default()
        };
        let mut objects = Vec::new();
        for finding in extract(text, &options).findings {
            objects.extend(match finding.kind {
                Kind::Cve => Some(self.vulnerability(&finding.value)?),
                // What breaks a rule of STIX is in the text still.
                kind => observable(&kind.search_value(&finding.value), &[])
                    .ok()
                    .flatten(),
            });
        }
        Ok(objects)
    }

    /// All that a feed says of it is its number, so that it never changes.
    fn vulnerability(&self, cve: &str) -> Result<Authored, ForeignError> {
        let times = Times {
            created: Timestamp::UNIX_EPOCH,
            modified: Timestamp::UNIX_EPOCH,
        };
        let external = [number("cve", cve)];
        let base = self
            .author
            .base(&format!("vulnerability {cve}"), times, &external);
        Ok(vulnerability(&base, cve, None)?)
    }

    fn links(&self, entry: &Entry) -> Vec<External> {
        let links = entry.links.iter().take(MAX_REFERENCES);
        let links = links.filter_map(|link| reference(&self.author.name, &link.href));
        links.collect()
    }
}

/// Hosts of the feed's and its entries' own addresses.
fn own_hosts(feed: &Feed) -> Vec<String> {
    let entries = feed.entries.iter().take(MAX_ENTRIES);
    let links = feed.links.iter().chain(entries.flat_map(|one| &one.links));
    let host = |link: &Link| Some(Url::parse(&link.href).ok()?.host_str()?.to_owned());
    let hosts: BTreeSet<String> = links.filter_map(host).collect();
    let name = |host: String| host.strip_prefix("www.").map(str::to_owned).unwrap_or(host);
    hosts.into_iter().map(name).collect()
}

/// When it was published and changed; of an entry that says neither, when the feed was changed is not known to be its time.
fn times(entry: &Entry, feed: &Feed) -> Option<Times> {
    let published = entry.published.or(entry.updated);
    let changed = entry.updated.or(entry.published);
    let only = feed.entries.len() == 1;
    let published = published.or(feed.updated.filter(|_| only));
    let at = |moment: Option<i64>| Timestamp::from_microsecond(moment?).ok();
    let created = at(published.map(|moment| moment.timestamp_micros()))?;
    let modified = at(changed.map(|moment| moment.timestamp_micros())).unwrap_or(created);
    Some(Times {
        created: created.min(modified),
        modified: modified.max(created),
    })
}

/// The longer of what it says: some feeds have the beginning of a text beside the whole.
fn text_of(entry: &Entry, feed: &Feed) -> String {
    let summary = entry.summary.as_ref();
    let summary = summary.map(|text| plain(&text.content, is_markup(text, feed)));
    let content = entry.content.as_ref().and_then(|content| {
        let kind = content.content_type.to_string();
        let is_text = kind.starts_with("text/") || kind.ends_with("xml");
        let body = content.body.as_deref().filter(|_| is_text)?;
        Some(plain(body, kind != "text/plain"))
    });
    let longest = summary
        .into_iter()
        .chain(content)
        .max_by_key(|text| text.len());
    cut(&longest.unwrap_or_default(), MAX_TEXT).to_owned()
}

fn title_of(title: &Text, feed: &Feed) -> String {
    let text = plain(&title.content, is_markup(title, feed));
    let words: Vec<&str> = text.split_whitespace().collect();
    cut_signs(&words.join(" "), MAX_TITLE).to_owned()
}

/// RSS says of no text what it is; it is markup, by custom.
fn is_markup(text: &Text, feed: &Feed) -> bool {
    let is_rss = !matches!(feed.feed_type, FeedType::Atom | FeedType::JSON);
    is_rss || text.content_type.to_string() != "text/plain"
}

fn plain(text: &str, markup: bool) -> String {
    let text = match markup {
        true => html::plain(text, MAX_LINKS).text,
        false => text.to_owned(),
    };
    let is_sign = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.trim().chars().filter(is_sign).collect()
}

fn cut_signs(text: &str, most: usize) -> &str {
    let end = text.char_indices().nth(most).map(|(at, _)| at);
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}
