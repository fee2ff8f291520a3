//! One linear pass over the plain text per kind; what one pass takes, later ones leave alone.

mod address;
mod bare;
mod domain;
mod email;
mod identifier;
mod url;
mod version;

pub(crate) use self::identifier::is_hash_of_nothing;
use crate::fold::Folded;
use crate::host::Host;
use crate::indicator::{Kind, Note};
use crate::network::Network;
use crate::value::Value;

/// Something found, with its place in the plain text.
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    pub(crate) value: String,
    pub(crate) unicode: Option<String>,
    pub(crate) notes: Vec<Note>,
    pub(crate) place: Place,
}

/// What decides whether a hit is the provider's own.
pub(crate) enum Place {
    Nowhere,
    Host(String),
    Network(Network),
}

/// A text being read.
pub(crate) struct Scan<'a> {
    folded: &'a Folded,
    taken: Vec<bool>,
    hits: Vec<Hit>,
}

/// Finds everything; hits come in order of appearance.
pub(crate) fn run(folded: &Folded) -> Vec<Hit> {
    let mut scan = Scan {
        folded,
        taken: vec![false; folded.text.len()],
        hits: Vec::new(),
    };
    url::scan(&mut scan);
    email::scan(&mut scan);
    address::scan_v6(&mut scan);
    address::scan_v4(&mut scan);
    identifier::scan(&mut scan);
    domain::scan(&mut scan);
    let mut hits = scan.hits;
    hits.sort_by_key(|hit| (hit.start, hit.end));
    hits
}

/// Reads one URL that stands by itself, with its scheme and without blanks.
pub(crate) fn read_url(text: &str) -> Option<Value> {
    let plain = text
        .bytes()
        .all(|sign| !sign.is_ascii_whitespace() && !sign.is_ascii_control());
    let scheme = text
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    let known = scheme.filter(|scheme| {
        matches!(
            scheme.as_str(),
            "http" | "https" | "ftp" | "ftps" | "sftp" | "ws" | "wss"
        )
    });
    known.filter(|_| plain)?;
    url::read(0, text.len(), text).map(|hit| Value {
        kind: hit.kind,
        value: hit.value,
        unicode: hit.unicode,
        notes: hit.notes,
    })
}

/// Whose a canonical URL is.
pub(crate) fn place_of_url(url: &str) -> Option<Place> {
    url::read(0, url.len(), url).map(|hit| hit.place)
}

impl<'a> Scan<'a> {
    fn text(&self) -> &'a str {
        &self.folded.text
    }

    fn is_taken(&self, start: usize, end: usize) -> bool {
        self.taken[start..end].iter().any(|taken| *taken)
    }

    fn add(&mut self, hit: Hit) {
        let mut hit = hit;
        if self.folded.is_defanged(hit.start, hit.end) {
            hit.notes.push(Note::Defanged);
        }
        self.take(hit.start, hit.end);
        self.hits.push(hit);
    }

    fn take(&mut self, start: usize, end: usize) {
        self.taken[start..end].fill(true);
    }

    fn before(&self, index: usize) -> Option<char> {
        self.text()[..index].chars().next_back()
    }

    fn after(&self, index: usize) -> Option<char> {
        self.text()[index..].chars().next()
    }

    /// The port number in `:8080` at `index`, if that is what stands there.
    fn port_at(&self, index: usize) -> Option<(u16, usize)> {
        let digits = self.text()[index..].strip_prefix(':')?;
        let length = digits
            .bytes()
            .take(6)
            .take_while(u8::is_ascii_digit)
            .count();
        let port: u16 = digits[..length].parse().ok().filter(|port| *port > 0)?;
        let next = digits[length..].chars().next();
        let ends = next.is_none_or(|sign| !sign.is_ascii_alphanumeric() && sign != ':');
        ends.then_some((port, index + 1 + length))
    }
}

/// A hit for a host name.
fn host_hit(start: usize, end: usize, kind: Kind, value: String, host: &Host) -> Hit {
    Hit {
        start,
        end,
        kind,
        value,
        unicode: None,
        notes: host.notes(),
        place: Place::Host(host.ascii.clone()),
    }
}
