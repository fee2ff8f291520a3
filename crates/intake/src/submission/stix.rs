//! STIX as a submission: values of indicators and observables; the bytes stay as they came.

use kaname_stix::{Head, ValueKind, bundle, head};
use serde::Deserialize;

use super::normal::{self, Values};
use super::{
    Problem, StixPart, SubmissionError, SubmissionOptions, Submitted, SubmittedValue, Way,
};
use crate::indicator::{Kind, Span};
use crate::value::read_value_as;
use crate::when::{When, read_when};

/// Objects whose name and description are about the whole.
const WHOLES: &[&str] = &["report", "grouping", "incident", "note", "campaign"];

/// Objects that say nothing of an attack; an identity may name the provider.
const SILENT: &[&str] = &[
    "identity",
    "marking-definition",
    "extension-definition",
    "language-content",
];

/// What is read of an object besides its header.
#[derive(Default, Deserialize)]
struct Words {
    #[serde(default)]
    pattern: Option<String>,
    /// What an observable holds that is no value of ours: a key of a registry, a path, a command.
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    command_line: Option<String>,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    sighting_of_ref: Option<String>,
    #[serde(default)]
    count: Option<u64>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    r#abstract: Option<String>,
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    valid_from: Option<String>,
    #[serde(default)]
    first_observed: Option<String>,
    #[serde(default)]
    first_seen: Option<String>,
}

impl Words {
    /// When what the object tells of was seen first.
    fn seen(&self) -> Option<When> {
        let said = self.first_observed.as_deref();
        said.or(self.first_seen.as_deref()).and_then(read_when)
    }
}

/// Reads a bundle, a TAXII envelope, a list of objects or one object.
///
/// # Errors
/// As [`kaname_stix::bundle`]; and when there is no object. An object whose header does not read
/// is a problem of the submission, named by its place.
pub fn from_stix(bytes: &[u8], options: &SubmissionOptions) -> Result<Submitted, SubmissionError> {
    let mut submitted = Submitted::new(Way::Stix);
    let mut values = Values::new(options);
    let range = Span {
        start: 0,
        end: bytes.len(),
    };
    read(bytes, range, options, &mut values, &mut submitted)?;
    values.finish(&mut submitted);
    Ok(submitted)
}

/// Reads STIX objects that come one by one, and need not be in memory together.
pub struct FromObjects<'o> {
    options: &'o SubmissionOptions,
    values: Values<'o>,
    submitted: Submitted,
    reading: Reading,
}

impl<'o> FromObjects<'o> {
    /// Nothing is read yet.
    pub fn new(options: &'o SubmissionOptions) -> Self {
        Self {
            options,
            values: Values::new(options),
            submitted: Submitted::new(Way::Stix),
            reading: Reading::default(),
        }
    }

    /// Reads the next object. One whose header does not read is a problem of the submission, named by its place. Gives
    /// the header.
    pub fn take(&mut self, object: &str) -> Option<Head> {
        let (values, submitted) = (&mut self.values, &mut self.submitted);
        self.reading.take(object, self.options, values, submitted)
    }

    /// What they say.
    pub fn finish(mut self) -> Submitted {
        self.reading.finish(self.options, &mut self.submitted);
        self.values.finish(&mut self.submitted);
        self.submitted
    }
}

/// How far objects were read.
#[derive(Default)]
struct Reading {
    objects: usize,
    earliest: Option<When>,
    any_taken: bool,
    /// What is said of them where none says anything, as far as there is room.
    named: String,
}

impl Reading {
    fn take(
        &mut self,
        object: &str,
        options: &SubmissionOptions,
        values: &mut Values<'_>,
        submitted: &mut Submitted,
    ) -> Option<Head> {
        let index = self.objects;
        self.objects += 1;
        let head = match head(object) {
            Ok(head) => head,
            Err(error) => {
                let what = normal::line(&error.to_string(), 400);
                submitted.problems.push(Problem::Object { index, what });
                return None;
            }
        };
        let words: Words = serde_json::from_str(object).unwrap_or_default();
        let taken = take(index, &head, &words, values);
        self.earliest = earlier(self.earliest, words.seen());
        if WHOLES.contains(&head.type_name()) {
            tell(&head, words, options, submitted);
        } else {
            let said = paragraph(&head, words, taken);
            append(said.as_deref(), options, submitted);
        }
        self.any_taken |= taken;
        if !self.any_taken && self.named.len() < options.limits.text_bytes {
            let line = format!("{}: {}\n", head.type_name(), head.id);
            self.named.push_str(&line);
        }
        Some(head)
    }

    fn finish(self, options: &SubmissionOptions, submitted: &mut Submitted) {
        // Objects that hold neither words nor values are a report all the same: somebody handed them in.
        if !self.any_taken && submitted.technique.is_empty() {
            append(Some(self.named.trim_end()), options, submitted);
        }
        // What the form around the objects says goes before.
        submitted.occurred = submitted.occurred.or(self.earliest);
    }
}

/// Reads the STIX in a part of a submission into it.
pub(super) fn read(
    bytes: &[u8],
    range: Span,
    options: &SubmissionOptions,
    values: &mut Values<'_>,
    submitted: &mut Submitted,
) -> Result<(), SubmissionError> {
    let part = bytes.get(range.start..range.end).unwrap_or_default();
    let read = bundle(part, &options.limits.stix)?;
    if read.objects.is_empty() {
        return Err(SubmissionError::Empty);
    }
    submitted.stix = Some(StixPart {
        range,
        objects: read.objects.len(),
    });
    let mut reading = Reading::default();
    for object in &read.objects {
        reading.take(object.get(), options, values, submitted);
    }
    reading.finish(options, submitted);
    Ok(())
}

fn earlier(one: Option<When>, other: Option<When>) -> Option<When> {
    [one, other]
        .into_iter()
        .flatten()
        .min_by_key(|when| when.at)
}

/// Takes the values of an object; gives whether it has any, own ones among them.
fn take(index: usize, head: &Head, words: &Words, values: &mut Values<'_>) -> bool {
    let mut taken = false;
    let said = words
        .valid_from
        .as_deref()
        .or(words.first_observed.as_deref());
    let first_seen = said.and_then(read_when);
    let is_indicator = head.type_name() == "indicator";
    for found in &head.values {
        let Some(value) =
            kind_of(found.kind, &found.text).and_then(|kind| read_value_as(kind, &found.text))
        else {
            continue;
        };
        values.add(SubmittedValue {
            kind: value.kind,
            value: value.value,
            comment: head
                .name
                .clone()
                .filter(|_| is_indicator)
                .unwrap_or_default(),
            as_written: found.text.clone(),
            place: format!("objects[{index}]"),
            file: None,
            first_seen,
            notes: value.notes,
        });
        taken = true;
    }
    taken
}

/// Title and text from the objects that are about the whole; what the form says goes before.
fn tell(head: &Head, words: Words, options: &SubmissionOptions, submitted: &mut Submitted) {
    let name = head.name.clone().or(words.r#abstract).unwrap_or_default();
    if submitted.title.is_empty() {
        submitted.title = normal::title(&name);
    }
    let text = words.description.or(words.content);
    append(text.as_deref(), options, submitted);
}

/// What any other object says besides its values, in one paragraph: its name and description, and a
/// pattern or content that is no value of ours. `None` where that is nothing.
fn paragraph(head: &Head, words: Words, taken: bool) -> Option<String> {
    let kind = head.type_name();
    if SILENT.contains(&kind) {
        return None;
    }
    // The name of an indicator is the remark on its values.
    let name = head.name.clone().filter(|_| !taken);
    let counted = words.count.filter(|_| words.sighting_of_ref.is_some());
    let contents = [
        words.pattern,
        words.key,
        words.path,
        words.value,
        words.command_line,
        words.subject,
    ];
    let parts = [name, words.sighting_of_ref]
        .into_iter()
        .chain([counted.map(|count| format!("count {count}"))])
        .chain([words.description])
        .chain(contents.into_iter().map(|said| said.filter(|_| !taken)));
    let lines: Vec<String> = parts
        .flatten()
        .map(|part| normal::text(&part))
        .flat_map(|part| part.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| !line.trim().is_empty())
        .collect();
    (!lines.is_empty()).then(|| format!("{kind}: {}", lines.join("\n")))
}

/// Adds a paragraph to the text, as far as there is room.
fn append(said: Option<&str>, options: &SubmissionOptions, submitted: &mut Submitted) {
    let text = said.map(normal::text).unwrap_or_default();
    let so_far = submitted.technique.len();
    let room = options.limits.text_bytes.saturating_sub(so_far + 2);
    let text = &text[..text.floor_char_boundary(room)];
    if text.is_empty() {
        return;
    }
    if so_far > 0 {
        submitted.technique.push_str("\n\n");
    }
    submitted.technique.push_str(text);
}

fn kind_of(kind: ValueKind, text: &str) -> Option<Kind> {
    let is_six = text.contains(':');
    match kind {
        ValueKind::Ipv4 => Some(Kind::Ipv4),
        ValueKind::Ipv6 => Some(Kind::Ipv6),
        ValueKind::Cidr if is_six => Some(Kind::Ipv6Cidr),
        ValueKind::Cidr => Some(Kind::Ipv4Cidr),
        ValueKind::Domain => Some(Kind::Domain),
        ValueKind::Url => Some(Kind::Url),
        ValueKind::Email => Some(Kind::Email),
        ValueKind::Md5 => Some(Kind::Md5),
        ValueKind::Sha1 => Some(Kind::Sha1),
        ValueKind::Sha256 => Some(Kind::Sha256),
        ValueKind::Sha512 => Some(Kind::Sha512),
        ValueKind::Cve => Some(Kind::Cve),
        ValueKind::AutonomousSystem => Some(Kind::Asn),
        _ => None,
    }
}
