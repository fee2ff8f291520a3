//! Somebody whom nobody knows to be of the provider: found by form alone, for a person to settle.

use std::collections::BTreeSet;

use kaname_stix::{
    ValueKind,
    redact::{Lead, LeadKind, Reading, find_leads},
};
use serde_json::Value;

use super::{OBJECTS, Rows};
use crate::{content::Content, row::Sign};

/// People, telephone numbers, mail addresses and inner addresses that the directory does not know: in the
/// texts, and of the values those that are inner addresses. A mail address that is shared as a value is meant.
pub(super) fn find_somebody(content: &Content, value: &Value, rows: &mut Rows) {
    let values = content.values();
    let mails = values.iter().filter(|value| value.kind == ValueKind::Email);
    let mails: Vec<&str> = mails.map(|value| value.text.as_str()).collect();
    let mut said: BTreeSet<String> = BTreeSet::new();
    for (name, text) in content.texts() {
        for (language, text) in [("ja", &text.ja), ("en", &text.en)] {
            let mut leads = find_leads(text);
            leads.retain(|lead| lead.kind != LeadKind::Mail || !is_among(&lead.plain, &mails));
            said.extend(leads.iter().map(|lead| lead.plain.clone()));
            add_leads(leads, &format!("/{name}/{language}"), rows);
        }
    }
    // Beside the texts, which are settled where they stand, objects are made of the values.
    for (index, object) in value["objects"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate()
    {
        let pattern = object["pattern"].as_str().unwrap_or_default();
        let mut leads = find_leads(pattern);
        leads.retain(|lead| lead.kind == LeadKind::Inner && !said.contains(&lead.plain));
        add_leads(leads, &format!("{OBJECTS}{index}/pattern"), rows);
    }
}

/// Whether a mail address is one of these. The next sentence may stand at its end: `a@b.example. Then`.
fn is_among(mail: &str, all: &[&str]) -> bool {
    let rest = |known: &&str| mail.strip_prefix(known).map(|rest| rest.chars().next());
    let mut rests = all.iter().filter_map(rest);
    rests.any(|next| next.is_none_or(|sign| sign == '.'))
}

/// Most leads of a text that are rows of their own; what stands from the next to the last is one row.
const MOST_LEADS: usize = 100;

pub(super) fn add_leads(mut leads: Vec<Lead>, place: &str, rows: &mut Rows) {
    leads.sort_by_key(|lead| (lead.span.start, lead.span.end));
    let end = leads.iter().map(|lead| lead.span.end).max();
    if let (Some(rest), Some(end)) = (leads.get_mut(MOST_LEADS), end) {
        rest.span.end = end;
        leads.truncate(MOST_LEADS + 1);
    }
    for lead in leads {
        let sign = match lead.kind {
            LeadKind::Person => Sign::Person,
            LeadKind::Phone => Sign::Phone,
            LeadKind::Mail => Sign::Mail,
            LeadKind::Inner => Sign::Address,
        };
        let span = (lead.span.start, lead.span.end);
        rows.add(place.to_owned(), false, sign, Reading::Plain, span);
    }
}
