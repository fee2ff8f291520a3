//! What leads to somebody, whoever it is: people who are addressed, telephone numbers, mail addresses and
//! addresses of inner networks, found by their form alone. Most are innocent: a person settles each.

use std::ops::Range;

use super::address::{self, Networks};
use super::fold::Folded;
use super::lexicon::apart;
use super::name::undefang;
use super::{addressed, phone};

/// Networks that stand inside every organisation (RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5.6).
const INNER: [&str; 6] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
];
/// Where every cloud keeps what its machines are told: it leads to nobody.
const METADATA: &str = "169.254.169.254";
/// Longest part of a mail address before its sign that is read (RFC 5321 §4.5.3.1.1).
const LOCAL: usize = 64;
/// Longest part behind it.
const DOMAIN: usize = 253;

/// What kind of thing a lead is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadKind {
    /// Somebody's name, where one is addressed or named by a post.
    Person,
    /// A telephone number, an extension among them.
    Phone,
    /// A mail address.
    Mail,
    /// An address or network that is used inside of organisations alone.
    Inner,
}

/// One place in a text that may lead to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// What it is.
    pub kind: LeadKind,
    /// Bytes of the text.
    pub span: Range<usize>,
    /// As it reads: full-width and defanged forms made plain, in lower case.
    pub plain: String,
}

/// Every lead in a text as it stands, kind by kind and in order. Takes time linear in its length.
#[must_use]
pub fn find_leads(text: &str) -> Vec<Lead> {
    let folded = Folded::of(text);
    let mut leads = Vec::new();
    let mut add = |kind, places: Vec<Range<usize>>| {
        leads.extend(apart(places).into_iter().map(|span| Lead {
            kind,
            plain: plain(&text[span.clone()]),
            span,
        }));
    };
    add(LeadKind::Person, addressed::find(text, &folded));
    add(LeadKind::Phone, phone::find(&folded));
    add(LeadKind::Mail, mails(&folded));
    add(LeadKind::Inner, inner(text, &folded));
    leads
}

fn plain(found: &str) -> String {
    undefang(&Folded::of(found)).chars.into_iter().collect()
}

/// Inner addresses. A whole block of the standards is everybody's, and numbers with other marks than dots
/// between them are no addresses here.
fn inner(text: &str, folded: &Folded) -> Vec<Range<usize>> {
    let networks = INNER.iter().filter_map(|block| Networks::parse(block));
    let found = networks.flat_map(|network| address::find(&network, folded));
    let leads = found.filter(|span| {
        let read = plain(&text[span.clone()]);
        let before = text[..span.start].chars().next_back();
        let whole = INNER.contains(&read.as_str()) || read == METADATA;
        // The end of a longer row of numbers is a version, not an address.
        !whole && before != Some('.') && !read.contains(['-', '_']) && read.contains(['.', ':'])
    });
    leads.collect()
}

/// Mail addresses, the sign between their parts also in brackets.
fn mails(folded: &Folded) -> Vec<Range<usize>> {
    let text = undefang(folded);
    let chars = &text.chars;
    let local = |sign: &char| sign.is_ascii_alphanumeric() || "._%+-".contains(*sign);
    let mut places = Vec::new();
    for (at, _) in chars.iter().enumerate().filter(|(_, sign)| **sign == '@') {
        let (mut from, mut to) = (at, at + 1);
        let beside = (
            at.checked_sub(1).and_then(|at| chars.get(at)),
            chars.get(at + 1),
        );
        if matches!(beside, (Some('['), Some(']')) | (Some('('), Some(')'))) {
            (from, to) = (at - 1, at + 2);
        }
        let before = chars[..from].iter().rev().take(LOCAL);
        from -= before.take_while(|sign| local(sign)).count();
        let after = chars[to..].iter().take(DOMAIN);
        let host = |sign: &&char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-');
        let mut end = to + after.take_while(host).count();
        while end > to && matches!(chars[end - 1], '.' | '-') {
            end -= 1;
        }
        let last = chars[to..end].iter().rev();
        let last: Vec<&char> = last.take_while(|sign| **sign != '.').collect();
        let ends = last.len() >= 2 && last.iter().all(|sign| sign.is_ascii_alphabetic());
        if from < at && local(&chars[from]) && ends && to + last.len() < end {
            places.push(text.origin(&(from..end)));
        }
    }
    places
}
