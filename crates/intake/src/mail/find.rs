//! Indicators in a mail, with the place where each stands.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Mail;
use crate::extract::{ExtractOptions, extract_beside};
use crate::indicator::{Excluded, Finding, Kind, Span};
use crate::own::Own;

/// Where in a mail a value stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSource {
    /// In the subject.
    Subject,
    /// In the text; the span points into [`Mail::text`].
    Body,
    /// In the markup beside a plain text; the span points into [`Mail::markup_text`].
    Markup,
    /// In an address that markup links to.
    Link,
    /// In this header.
    Header(String),
    /// The SHA-256 of the attachment with this safe name.
    Attachment(String),
}

/// One indicator, and everywhere it stands. The span points into the text of the first place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFinding {
    /// What was found.
    pub finding: Finding,
    /// Where, sorted.
    pub sources: Vec<MailSource>,
}

/// Indicators of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFindings {
    /// One per kind and value.
    pub findings: Vec<MailFinding>,
    /// The provider's own, left out.
    pub excluded: Vec<(Excluded, MailSource)>,
    /// A bound was reached.
    pub truncated: bool,
    /// As [`crate::Extraction::unusable_options`].
    pub unusable_options: Vec<String>,
}

/// Finds indicators in the text, links, senders and systems on the way, and the hashes of the
/// attachments. The recipients are not looked at: they are the provider's people.
#[must_use]
pub fn mail_indicators(mail: &Mail, options: &ExtractOptions) -> MailFindings {
    let own = Own::new(&options.own_domains, &options.own_networks);
    let mut gathering = Gathering {
        found: MailFindings::default(),
        places: HashMap::new(),
        own: &own,
        options,
    };
    gathering.found.unusable_options = own.unusable().to_vec();
    gathering.text(&mail.subject, MailSource::Subject);
    gathering.text(&mail.text, MailSource::Body);
    gathering.text(&mail.markup_text, MailSource::Markup);
    for link in &mail.links {
        gathering.text(link, MailSource::Link);
    }
    for (name, addresses) in [("from", &mail.from), ("reply-to", &mail.reply_to)] {
        for address in addresses {
            gathering.text(address, MailSource::Header(name.to_owned()));
        }
    }
    for (name, text) in &mail.traces {
        gathering.text(trace(name, text), MailSource::Header(name.clone()));
    }
    for file in &mail.attachments {
        gathering.hash(&file.sha256, MailSource::Attachment(file.name.clone()));
    }
    gathering.found
}

/// What of a header is looked at: of `Received` only the sending side; what follows `by` is the
/// receiving system, and what follows `for` a recipient.
fn trace<'a>(name: &str, text: &'a str) -> &'a str {
    if name != "received" {
        return text;
    }
    let end = [" by ", " for ", ";"]
        .iter()
        .filter_map(|word| text.find(word))
        .min();
    if text.starts_with("by ") {
        ""
    } else {
        &text[..end.unwrap_or(text.len())]
    }
}

struct Gathering<'a> {
    found: MailFindings,
    places: HashMap<(Kind, String), usize>,
    own: &'a Own,
    options: &'a ExtractOptions,
}

impl Gathering<'_> {
    fn text(&mut self, text: &str, source: MailSource) {
        let read = extract_beside(text, self.options, self.own);
        self.found.truncated |= read.truncated;
        for finding in read.findings {
            self.finding(finding, source.clone());
        }
        for excluded in read.excluded {
            if self.found.excluded.len() < self.options.max_findings {
                self.found.excluded.push((excluded, source.clone()));
            }
        }
    }

    fn hash(&mut self, sha256: &str, source: MailSource) {
        let finding = Finding {
            kind: Kind::Sha256,
            value: sha256.to_owned(),
            unicode: None,
            as_written: sha256.to_owned(),
            span: Span {
                start: 0,
                end: sha256.len(),
            },
            notes: Vec::new(),
            count: 1,
        };
        self.finding(finding, source);
    }

    fn finding(&mut self, finding: Finding, source: MailSource) {
        let key = (finding.kind, finding.value.clone());
        let place = self.places.get(&key).copied();
        if let Some(known) = place.and_then(|at| self.found.findings.get_mut(at)) {
            known.finding.count = known.finding.count.saturating_add(finding.count);
            known.finding.notes.extend(finding.notes);
            known.finding.notes.sort_unstable();
            known.finding.notes.dedup();
            if let Err(at) = known.sources.binary_search(&source) {
                known.sources.insert(at, source);
            }
            return;
        }
        if self.found.findings.len() >= self.options.max_findings {
            self.found.truncated = true;
            return;
        }
        self.places.insert(key, self.found.findings.len());
        let sources = vec![source];
        self.found.findings.push(MailFinding { finding, sources });
    }
}
