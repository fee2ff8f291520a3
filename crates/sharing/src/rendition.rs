//! Renditions of released items for outlets. They only leave content out or map it by a fixed table;
//! what they show is what was consented to. Whether a reader may see an item is decided before.

mod passing;
pub mod rule;

use std::{collections::BTreeSet, net::IpAddr};

use jiff::Timestamp;
use kaname_intake::{Kind, csv_safe};
use kaname_kernel::Tlp;
use kaname_stix::{ObjectId, SearchValue, ValueKind, author};
use serde::Serialize;
use serde_json::json;
use url::{Host, Url};
use uuid::Uuid;

pub use self::passing::{NobodyNamed, PassedTo};
use crate::{
    decay::fades_at,
    item::{Item, ItemState},
    marking::standing_objects,
    special::meets_special,
};

/// Columns of the CSV feed, in order.
pub const CSV_COLUMNS: [&str; 14] = [
    "item",
    "kind",
    "value_kind",
    "value",
    "tlp",
    "pap",
    "title_ja",
    "title_en",
    "released",
    "valid_until",
    "blocking",
    "stix_id",
    "fresh_until",
    "known_by",
];

/// One value of a released item, as feeds carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValueLine {
    /// Number of the item.
    pub item: String,
    /// What the item is about.
    pub kind: &'static str,
    /// What the value is.
    pub value_kind: ValueKind,
    /// The value.
    pub value: String,
    /// Such as `TLP:GREEN`.
    pub tlp: String,
    /// Such as `PAP:GREEN`.
    pub pap: String,
    /// Title in Japanese.
    pub title_ja: String,
    /// Title in English.
    pub title_en: String,
    /// When it was released.
    pub released: String,
    /// Until when it is to be used; empty for no end.
    pub valid_until: String,
    /// Whether it may stand in block lists now.
    pub blocking: bool,
    /// The object that carries it.
    pub stix_id: String,
    /// Until when it counts as seen not too long ago, as far as the reader may know; empty for what does not age.
    pub fresh_until: String,
    /// Warninglists that call it widely used, where it may stand in block lists and whoever makes the lines has looked;
    /// the names with a semicolon between them.
    pub known_by: String,
}

impl ValueLine {
    /// Says until when it is fresh where it was seen last at `seen_at`; gives that moment.
    pub fn seen_at(&mut self, seen_at: Timestamp) -> Option<Timestamp> {
        let fades_at = fades_at(self.value_kind, seen_at);
        self.fresh_until = told(fades_at);
        fades_at
    }
}

/// A moment as feeds write it; empty for none.
pub fn told(at: Option<Timestamp>) -> String {
    at.map(|at| format!("{at:.0}")).unwrap_or_default()
}

/// Whether an item is in feeds: released and valid. Superseded, withdrawn and expired ones are not.
pub fn is_current(item: &Item, now: Timestamp) -> bool {
    item.state == ItemState::Released && item.content.is_valid(now)
}

/// The values of an item that was seen last at `seen_at`, one line each, in the order of its objects; none when it
/// is not current.
pub fn value_lines(item: &Item, seen_at: Timestamp, now: Timestamp) -> Vec<ValueLine> {
    if !is_current(item, now) {
        return Vec::new();
    }
    let content = &item.content;
    let blocking = item.may_block(now);
    let mut lines = Vec::new();
    let mut seen = BTreeSet::new();
    for (id, value) in values_with_ids(item) {
        if !seen.insert(value.clone()) {
            continue;
        }
        let text = value.text;
        let mut line = ValueLine {
            item: item.number.clone(),
            kind: content.kind.as_str(),
            value_kind: value.kind,
            value: text.clone(),
            tlp: content.tlp.to_string(),
            pap: content.pap.to_string(),
            title_ja: content.title.ja.clone(),
            title_en: content.title.en.clone(),
            released: told(item.release.map(|release| release.at)),
            valid_until: told(content.valid_until),
            blocking: blocking && can_be_acted_on(value.kind, &text),
            stix_id: id.to_string(),
            fresh_until: String::new(),
            known_by: String::new(),
        };
        line.seen_at(seen_at);
        lines.push(line);
    }
    lines
}

/// Values of indicators, observables and vulnerabilities, with the object that carries each.
fn values_with_ids(item: &Item) -> Vec<(ObjectId, SearchValue)> {
    let heads = item.content.heads();
    let pairs = heads.flat_map(|(_, head)| {
        let id = head.id.clone();
        head.values
            .into_iter()
            .map(move |value| (id.clone(), value))
    });
    pairs
        .filter(|(_, value)| is_feed_value(value.kind))
        .collect()
}

/// What feeds carry: not names, and not ids of other catalogues.
pub(crate) fn is_feed_value(kind: ValueKind) -> bool {
    crate::value::correlates(kind) && kind != ValueKind::ExternalId
}

/// The CSV feed's first line.
pub fn csv_header() -> String {
    format!("{}\r\n", CSV_COLUMNS.join(","))
}

/// An item's lines of the CSV feed. Cells that a spreadsheet would take for a formula are escaped.
pub fn csv_lines(item: &Item, seen_at: Timestamp, now: Timestamp) -> String {
    value_lines(item, seen_at, now)
        .iter()
        .map(csv_line)
        .collect()
}

/// One line of the CSV feed.
pub fn csv_line(line: &ValueLine) -> String {
    let blocking = if line.blocking { "yes" } else { "no" };
    let cells = [
        line.item.as_str(),
        line.kind,
        line.value_kind.as_str(),
        &line.value,
        &line.tlp,
        &line.pap,
        &line.title_ja,
        &line.title_en,
        &line.released,
        &line.valid_until,
        blocking,
        &line.stix_id,
        &line.fresh_until,
        &line.known_by,
    ];
    let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
    cells.join(",") + "\r\n"
}

/// A cell, safe for spreadsheets and quoted where RFC 4180 asks for it.
fn csv_cell(text: &str) -> String {
    let safe = csv_safe(text);
    if safe.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe.into_owned()
    }
}

/// An item's lines of the JSON Lines feed.
pub fn json_lines(item: &Item, seen_at: Timestamp, now: Timestamp) -> String {
    let mut out = String::new();
    for line in value_lines(item, seen_at, now) {
        out.push_str(&json_line(&line));
    }
    out
}

/// One line of the JSON Lines feed.
pub fn json_line(line: &ValueLine) -> String {
    // Only strings and a flag: this always serialises.
    serde_json::to_string(line).map_or_else(|_| String::new(), |text| text + "\n")
}

/// An item's lines of the plain-value feed, which machines block by: values of one kind, or of all
/// kinds that can be blocked. Empty unless [`Item::may_block`].
pub fn plain_lines(item: &Item, kind: Option<ValueKind>, now: Timestamp) -> String {
    if !item.may_block(now) {
        return String::new();
    }
    let mut out = String::new();
    for line in item.content.values() {
        let wanted =
            kind.is_none_or(|kind| kind == line.kind) && can_be_acted_on(line.kind, &line.text);
        if wanted && !line.text.contains(['\r', '\n']) {
            out.push_str(&line.text);
            out.push('\n');
        }
    }
    out
}

/// Shortest prefix of a network that is blocked: a wider one is part of a country.
const WIDEST: (u8, u8) = (8, 19);

/// Whether a machine may act by a value of this kind, block by it or alert: not by what would meet a whole zone
/// such as `co.jp`, a network wider than any attacker's, or the own house: private, shared, link-local and the
/// other special-purpose addresses, IPv4 addresses inside IPv6 among them; and not by a text that is no
/// value of its kind. Networks for documentation are nobody's and can be acted on: exercises are made of
/// them. A peer's indicators pass the same test.
pub fn can_be_acted_on(kind: ValueKind, text: &str) -> bool {
    let reads_as = |kind| kaname_intake::read_value_as(kind, text).is_some();
    match kind {
        ValueKind::Ipv4 | ValueKind::Ipv6 | ValueKind::Cidr => is_narrow(text),
        ValueKind::Domain => reads_as(Kind::Domain) && !kaname_intake::is_whole_zone(text),
        ValueKind::Url => is_page(text),
        ValueKind::Email => reads_as(Kind::Email),
        ValueKind::Md5 => reads_as(Kind::Md5),
        ValueKind::Sha1 => reads_as(Kind::Sha1),
        ValueKind::Sha256 => reads_as(Kind::Sha256),
        ValueKind::Sha512 => reads_as(Kind::Sha512),
        _ => false,
    }
}

/// Schemes of addresses that machines go to by themselves.
const SCHEMES: [&str; 3] = ["http://", "https://", "ftp://"];

/// Whether a text is the address of a page or file on a host that could be acted on by itself.
fn is_page(text: &str) -> bool {
    let begins = |scheme: &&str| {
        let start = text.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    if !SCHEMES.iter().any(begins) || text.contains(char::is_whitespace) {
        return false;
    }
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    match url.host() {
        // A page below a zone that many share is one page; the zone itself is everybody's.
        Some(Host::Domain(name)) => {
            kaname_intake::read_value_as(Kind::Domain, name).is_some()
                && (url.path().len() > 1 || !kaname_intake::is_whole_zone(name))
        }
        Some(Host::Ipv4(address)) => is_narrow(&address.to_string()),
        Some(Host::Ipv6(address)) => is_narrow(&address.to_string()),
        None => false,
    }
}

fn is_narrow(text: &str) -> bool {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return false;
    };
    let (widest, longest) = match address {
        IpAddr::V4(_) => (WIDEST.0, 32),
        IpAddr::V6(_) => (WIDEST.1, 128),
    };
    let prefix = prefix.map_or(Ok(longest), str::parse::<u8>);
    prefix
        .is_ok_and(|prefix| (widest..=longest).contains(&prefix) && !meets_special(address, prefix))
}

/// A STIX bundle of the items' objects, byte for byte, each once, with the marking definitions they
/// refer to and the hub's `identity` object.
///
/// # Errors
/// As [`standing_objects`].
pub fn stix_bundle<'a>(
    id: Uuid,
    identity: &'a str,
    items: impl IntoIterator<Item = &'a Item>,
) -> Result<String, kaname_stix::StixError> {
    let standing = standing_objects()?;
    let mut seen = BTreeSet::new();
    let mut marks = BTreeSet::new();
    let mut objects: Vec<&str> = Vec::new();
    for item in items {
        for (text, head) in item.content.heads() {
            marks.extend(head.markings);
            if seen.insert(head.id) {
                objects.push(text);
            }
        }
    }
    let used = standing.iter().filter(|text| {
        let head = kaname_stix::head(text);
        head.is_ok_and(|head| marks.contains(&head.id) && !seen.contains(&head.id))
    });
    let first = used.map(String::as_str).chain([identity]);
    Ok(author::bundle(id, first.chain(objects)))
}

/// A value that nobody can click by mistake: `hxxp`, `[.]`, `[@]`.
pub fn defang(value: &SearchValue) -> String {
    match value.kind {
        ValueKind::Url => {
            let text = value.text.replacen("http", "hxxp", 1);
            let split = text.find("://").map_or(0, |at| at + 3);
            let (scheme, rest) = text.split_at(split);
            let host = rest.find('/').unwrap_or(rest.len());
            let (host, path) = rest.split_at(host);
            format!("{scheme}{}{path}", host.replace('.', "[.]"))
        }
        ValueKind::Email => value.text.replace('@', "[@]").replace('.', "[.]"),
        ValueKind::Domain | ValueKind::Ipv4 => value.text.replace('.', "[.]"),
        _ => value.text.clone(),
    }
}

/// Most values a mail shows; the rest are on the page.
pub const MAX_MAIL_VALUES: usize = 200;

/// What a mail about an item may say. The words around it are the mail's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Number of the item.
    pub number: String,
    /// Its marking, which may stand in the subject.
    pub tlp: Tlp,
    /// Its content; `None` from AMBER up unless the mail is encrypted to its reader: then the mail
    /// says only that there is something, and where.
    pub content: Option<NoticeContent>,
}

/// The content of an item in a mail, in one language. Plain text: whoever builds HTML escapes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeContent {
    /// Title.
    pub title: String,
    /// Summary.
    pub summary: String,
    /// Countermeasures.
    pub countermeasures: String,
    /// Kind of the item.
    pub kind: &'static str,
    /// Such as `PAP:GREEN`.
    pub pap: String,
    /// Until when it holds.
    pub valid_until: Option<Timestamp>,
    /// Values, defanged: kind and value.
    pub values: Vec<(&'static str, String)>,
    /// How many values there are more.
    pub more_values: usize,
}

/// Whether content under this marking stays out of plain mail, SMS and voice.
pub const fn is_neutral_only(tlp: Tlp) -> bool {
    matches!(tlp, Tlp::Amber | Tlp::AmberStrict | Tlp::Red)
}

/// What a mail about an item may say, in a language. `encrypted`: to its reader's own key.
pub fn notice(item: &Item, language: &str, encrypted: bool) -> Notice {
    let content = &item.content;
    let shown = encrypted || !is_neutral_only(content.tlp);
    let filled = || {
        let values = content.values();
        let values: Vec<&SearchValue> = values.iter().filter(|v| is_feed_value(v.kind)).collect();
        let first = values.iter().take(MAX_MAIL_VALUES);
        NoticeContent {
            title: content.title.in_language(language).to_owned(),
            summary: content.summary.in_language(language).to_owned(),
            countermeasures: content.countermeasures.in_language(language).to_owned(),
            kind: content.kind.as_str(),
            pap: content.pap.to_string(),
            valid_until: content.valid_until,
            values: first.map(|v| (v.kind.as_str(), defang(v))).collect(),
            more_values: values.len().saturating_sub(MAX_MAIL_VALUES),
        }
    };
    Notice {
        number: item.number.clone(),
        tlp: content.tlp,
        content: shown.then(filled),
    }
}

/// The body of a webhook call: that something happened and where to fetch it, never content.
/// `event` is an event name such as `item.released`, `url` the item's page or API address.
pub fn webhook_body(item: &Item, event: &str, url: &str, at: Timestamp) -> String {
    json!({
        "event": event,
        "item": item.number,
        "state": item.state.as_str(),
        "tlp": item.content.tlp.to_string(),
        "url": url,
        "at": format!("{at:.3}"),
    })
    .to_string()
}
