//! Events in an answer: small ones whole, large ones part by part.

use kaname_misp::{Shown, ask::Verdict, feed};
use serde_json::{Value, json};

use super::{Gives, Members, Search, inner, is_asked_for};
use crate::misp::{index, walk::Piece};

/// Where a large event stands: it is read once to find out whether it is asked for, once for its attributes,
/// and once for its objects.
#[derive(Debug, Default)]
pub(super) enum Stage {
    /// There is none.
    #[default]
    Between,
    /// Whether it is asked for is not known yet.
    Deciding,
    /// Its attributes are given.
    Attributes(Given),
    /// Its objects are given.
    Objects(Given),
}

/// What of a large event was given so far.
#[derive(Debug, Default)]
pub(super) struct Given {
    count: usize,
    any: bool,
    objects: bool,
    reports: Vec<Value>,
}

impl Stage {
    /// Whether nothing is begun.
    pub(super) const fn is_between(&self) -> bool {
        matches!(self, Self::Between)
    }
}

/// Lists that clients expect and this hub has nothing for.
const EMPTY: [&str; 4] = [
    "Galaxy",
    "RelatedEvent",
    "ShadowAttribute",
    "CryptographicKey",
];

impl Search {
    pub(super) fn event(&mut self, piece: &Piece, out: &mut String) {
        match std::mem::take(&mut self.stage) {
            Stage::Between if piece.begins && piece.ends => {
                if is_asked_for(&self.ask, piece) && self.takes() {
                    self.whole(piece, out);
                }
            }
            Stage::Between if piece.verdict == Verdict::Yes => self.begin(piece, out),
            Stage::Between | Stage::Deciding => {
                if is_asked_for(&self.ask, piece) {
                    self.begin(piece, out);
                } else if !piece.ends {
                    self.stage = Stage::Deciding;
                }
            }
            Stage::Attributes(given) => self.attributes_of(piece, given, out),
            Stage::Objects(given) => self.objects_of(piece, given, out),
        }
    }

    /// A large event is asked for.
    fn begin(&mut self, piece: &Piece, out: &mut String) {
        if !self.takes() {
            self.walk.skip();
            return;
        }
        let without_parts =
            self.ask.metadata || matches!(self.gives, Gives::Index | Gives::Manifest);
        if without_parts {
            self.walk.skip();
            self.whole(piece, out);
            return;
        }
        if piece.begins {
            self.attributes_of(piece, Given::default(), out);
        } else {
            self.walk.again(piece);
            self.stage = Stage::Attributes(Given::default());
        }
    }

    /// An event whose parts are all at hand, or that is told without.
    fn whole(&mut self, piece: &Piece, out: &mut String) {
        if self.gives == Gives::Stix {
            self.raw(piece, out);
            self.note_fetched(piece);
            return;
        }
        if self.gives == Gives::Manifest {
            self.entry(piece, out);
            return;
        }
        self.apart(out);
        if self.gives == Gives::Index {
            let line = index::line(piece.event.clone(), self.ask.minimal);
            out.push_str(&line.to_string());
            return;
        }
        let mut event = head(piece);
        if !self.ask.metadata {
            let mut given = Given::default();
            let (mut attributes, mut objects) = (Vec::new(), Vec::new());
            for said in &piece.said {
                match self.told(&said.shown, &mut given) {
                    Some(Shown::Attribute(attribute)) => attributes.push(Value::Object(attribute)),
                    Some(Shown::Object(object)) => objects.push(Value::Object(object)),
                    Some(Shown::Report(report)) => given.reports.push(Value::Object(report)),
                    None => {}
                }
            }
            event.insert("attribute_count".to_owned(), given.count.to_string().into());
            event.insert("Attribute".to_owned(), attributes.into());
            event.insert("Object".to_owned(), objects.into());
            given.reports.extend(prose(piece));
            event.insert("EventReport".to_owned(), given.reports.into());
            self.note_fetched(piece);
        }
        out.push_str(&json!({ "Event": event }).to_string());
    }

    /// The event in the manifest, once: the walk gives under one UUID the one that is meant.
    fn entry(&mut self, piece: &Piece, out: &mut String) {
        let uuid = piece.event.get("uuid").and_then(Value::as_str);
        let Some(uuid) = uuid.filter(|uuid| self.named.insert((*uuid).to_owned())) else {
            return;
        };
        self.apart(out);
        let said = Value::Object(feed::said(&piece.event));
        out.push_str(&format!("{}:{said}", Value::from(uuid)));
    }

    /// A part as it goes along with its event.
    fn told(&self, shown: &Shown, given: &mut Given) -> Option<Shown> {
        match shown {
            Shown::Attribute(attribute) => {
                let goes = self.ask.goes_along(attribute);
                given.count += usize::from(goes);
                goes.then(|| Shown::Attribute(self.bare(attribute)))
            }
            Shown::Object(object) => {
                let own = inner(object).filter(|one| self.ask.goes_along(one));
                let own: Vec<Value> = own.map(|one| Value::Object(self.bare(one))).collect();
                let empty = inner(object).next().is_none();
                if !self.ask.is_given(object) || own.is_empty() && !empty {
                    return None;
                }
                given.count += own.len();
                let mut object = object.clone();
                object.insert("Attribute".to_owned(), own.into());
                Some(Shown::Object(object))
            }
            Shown::Report(report) => Some(Shown::Report(report.clone())),
        }
    }

    /// An attribute, with its attachment only where that is asked for.
    pub(super) fn bare(&self, attribute: &Members) -> Members {
        let mut attribute = attribute.clone();
        if !self.ask.with_attachments {
            attribute.remove("data");
        }
        attribute
    }

    fn attributes_of(&mut self, piece: &Piece, mut given: Given, out: &mut String) {
        if self.gives == Gives::Stix {
            self.raw(piece, out);
            if !piece.ends {
                self.stage = Stage::Attributes(given);
            }
            return;
        }
        if piece.begins {
            self.note_fetched(piece);
            self.apart(out);
            // The members with their closing brace left open for the lists.
            let mut head = Value::Object(head(piece)).to_string();
            head.pop();
            out.push_str("{\"Event\":");
            out.push_str(&head);
            out.push_str(",\"Attribute\":[");
        }
        for said in &piece.said {
            match &said.shown {
                Shown::Object(_) => given.objects = true,
                shown => match self.told(shown, &mut given) {
                    Some(Shown::Attribute(attribute)) => append(attribute, &mut given.any, out),
                    Some(Shown::Report(report)) => given.reports.push(Value::Object(report)),
                    _ => {}
                },
            }
        }
        if !piece.ends {
            self.stage = Stage::Attributes(given);
            return;
        }
        out.push_str("],\"Object\":[");
        given.any = false;
        if given.objects {
            self.walk.again(piece);
            self.stage = Stage::Objects(given);
            return;
        }
        end(piece, given, out);
    }

    fn objects_of(&mut self, piece: &Piece, mut given: Given, out: &mut String) {
        for said in &piece.said {
            let is_object = matches!(said.shown, Shown::Object(_));
            if let Some(Shown::Object(object)) = is_object
                .then(|| self.told(&said.shown, &mut given))
                .flatten()
            {
                append(object, &mut given.any, out);
            }
        }
        if piece.ends {
            end(piece, given, out);
        } else {
            self.stage = Stage::Objects(given);
        }
    }

    /// The objects of an event as they are kept, each once.
    fn raw(&mut self, piece: &Piece, out: &mut String) {
        let container = piece
            .begins
            .then_some((piece.found.object.key, &piece.found.object.raw));
        // What stays of an object that was cut is not the bytes it is kept as.
        let parts = piece.said.iter().filter(|said| !said.is_cut);
        let parts = parts.flat_map(|said| {
            let observed = said.part.observed.iter();
            let all = std::iter::once(&said.part.object).chain(observed);
            all.map(|object| (object.key, &object.raw))
        });
        let all: Vec<_> = container.into_iter().chain(parts).collect();
        for (key, raw) in all {
            if self.given.insert(key) {
                self.apart(out);
                out.push_str(raw);
            }
        }
    }
}

/// The members of an event, with the lists that clients expect.
fn head(piece: &Piece) -> Members {
    let mut event = piece.event.clone();
    for list in EMPTY {
        event.entry(list).or_insert_with(|| json!([]));
    }
    event
}

/// What the author of an event says in prose.
fn prose(piece: &Piece) -> Option<Value> {
    let mut report = piece.found.frame.prose.clone()?;
    let event = piece.event.get("id").cloned().unwrap_or_default();
    report.insert("id".to_owned(), event.clone());
    report.insert("event_id".to_owned(), event);
    report.insert("sharing_group_id".to_owned(), "0".into());
    Some(Value::Object(report))
}

fn append(members: Members, any: &mut bool, out: &mut String) {
    if *any {
        out.push(',');
    }
    *any = true;
    out.push_str(&Value::Object(members).to_string());
}

/// Closes the objects of a large event, and it.
fn end(piece: &Piece, mut given: Given, out: &mut String) {
    given.reports.extend(prose(piece));
    let reports = Value::Array(given.reports);
    let count = given.count;
    out.push_str(&format!(
        "],\"EventReport\":{reports},\"attribute_count\":\"{count}\"}}}}"
    ));
}
