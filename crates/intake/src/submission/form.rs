//! The typed form: what the web form and the JSON API both fill in.

use jiff::Timestamp;

use super::normal::{self, Values};
use super::{
    FieldError, FieldFault, MAX_TITLE_CHARS, MAX_VALUES_BYTES, SubmissionError, SubmissionOptions,
    Submitted, SubmittedValue, Way,
};
use crate::indicator::Kind;
use crate::value::{Value, read_value, read_value_as};
use crate::when::{When, read_when};

/// Faults beyond this many are not listed.
const MAX_ERRORS: usize = 100;

/// One value as a provider writes it, defanged or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormValue {
    /// The value.
    pub value: String,
    /// Its kind by name ([`Kind::as_str`]); empty when the value shall speak for itself.
    pub kind: String,
    /// What is said about it.
    pub comment: String,
    /// When it was first seen; empty when not said.
    pub first_seen: String,
}

/// A submission as typed. All members may be empty, but not all of them at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// One line.
    pub title: String,
    /// Attack-technique information.
    pub technique: String,
    /// Victim information.
    pub victim: String,
    /// When it happened ([`read_when`]); empty when not said.
    pub occurred: String,
    /// Values, in their order; those without a value and comment are passed over.
    pub values: Vec<FormValue>,
}

/// Checks a form and brings it to the common form.
///
/// # Errors
/// Every fault with its path, up to 100; and [`SubmissionError::Empty`].
pub fn from_form(form: &Form, options: &SubmissionOptions) -> Result<Submitted, SubmissionError> {
    let mut submitted = Submitted::new(Way::Form);
    let mut values = Values::new(options);
    fill(form, options, &mut values, &mut submitted).map_err(SubmissionError::Fields)?;
    values.finish(&mut submitted);
    if is_empty(&submitted) {
        return Err(SubmissionError::Empty);
    }
    Ok(submitted)
}

pub(super) fn is_empty(submitted: &Submitted) -> bool {
    submitted.technique.is_empty()
        && submitted.victim.is_empty()
        && submitted.values.is_empty()
        && submitted.left_out.is_empty()
        && submitted.attachments.is_empty()
        && submitted.stix.is_none()
}

/// Checks a form and writes what is good of it.
pub(super) fn fill(
    form: &Form,
    options: &SubmissionOptions,
    values: &mut Values<'_>,
    submitted: &mut Submitted,
) -> Result<(), Vec<FieldError>> {
    let limits = &options.limits;
    let mut faults = Faults::new(options);
    faults.check_chars("$.title", &form.title, MAX_TITLE_CHARS);
    faults.check_bytes("$.technique", &form.technique, limits.text_bytes);
    faults.check_bytes("$.victim", &form.victim, limits.text_bytes);
    let occurred = faults.time("$.occurred", &form.occurred);
    if form.values.len() > limits.values {
        let (actual, limit) = (form.values.len(), limits.values);
        faults.add("$.values", FieldFault::TooMany { actual, limit });
    }
    let bytes = form.values.iter().map(|given| given.value.trim().len());
    let (actual, limit) = (bytes.sum(), MAX_VALUES_BYTES);
    if actual > limit {
        let unit = "bytes".to_owned();
        let what = FieldFault::TooLong {
            actual,
            limit,
            unit,
        };
        faults.add("$.values", what);
    }
    for (index, given) in form.values.iter().take(limits.values).enumerate() {
        if given.value.trim().is_empty() && given.comment.trim().is_empty() {
            continue;
        }
        if let Some(value) = faults.value(index, given, limits.comment_chars) {
            values.add(value);
        }
    }
    if !faults.found.is_empty() {
        return Err(faults.found);
    }
    submitted.title = normal::title(&form.title);
    submitted.technique = normal::text(&form.technique);
    submitted.victim = normal::text(&form.victim);
    submitted.occurred = occurred;
    Ok(())
}

pub(super) struct Faults {
    pub(super) found: Vec<FieldError>,
    latest: Option<Timestamp>,
}

impl Faults {
    pub(super) fn new(options: &SubmissionOptions) -> Faults {
        Faults {
            found: Vec::new(),
            latest: options.latest,
        }
    }

    pub(super) fn add(&mut self, path: &str, what: FieldFault) {
        if self.found.len() < MAX_ERRORS {
            self.found.push(FieldError {
                path: path.to_owned(),
                what,
            });
        }
    }

    pub(super) fn check_chars(&mut self, path: &str, text: &str, limit: usize) {
        let actual = text.chars().count();
        if actual > limit {
            let unit = "characters".to_owned();
            self.add(
                path,
                FieldFault::TooLong {
                    actual,
                    limit,
                    unit,
                },
            );
        }
    }

    pub(super) fn check_bytes(&mut self, path: &str, text: &str, limit: usize) {
        let actual = text.len();
        if actual > limit {
            let unit = "bytes".to_owned();
            self.add(
                path,
                FieldFault::TooLong {
                    actual,
                    limit,
                    unit,
                },
            );
        }
    }

    fn time(&mut self, path: &str, text: &str) -> Option<When> {
        if text.trim().is_empty() {
            return None;
        }
        let read = read_when(text);
        match (read, self.latest) {
            (None, _) => self.add(path, FieldFault::BadTime),
            (Some(read), Some(latest)) if read.at > latest => {
                self.add(path, FieldFault::NotYet { latest });
            }
            _ => {}
        }
        read
    }

    fn value(
        &mut self,
        index: usize,
        given: &FormValue,
        comment_chars: usize,
    ) -> Option<SubmittedValue> {
        let path = |member: &str| format!("$.values[{index}].{member}");
        self.check_chars(&path("comment"), &given.comment, comment_chars);
        let first_seen = self.time(&path("first_seen"), &given.first_seen);
        if given.value.trim().is_empty() {
            self.add(&path("value"), FieldFault::Missing);
            return None;
        }
        let value = match read_given(given) {
            Ok(value) => value,
            Err(fault) => {
                let member = if matches!(fault, FieldFault::BadKind { .. }) {
                    "kind"
                } else {
                    "value"
                };
                self.add(&path(member), fault);
                return None;
            }
        };
        Some(SubmittedValue {
            kind: value.kind,
            value: value.value,
            comment: given.comment.clone(),
            as_written: given.value.trim().to_owned(),
            place: format!("values[{index}]"),
            file: None,
            first_seen,
            notes: value.notes,
        })
    }
}

fn read_given(given: &FormValue) -> Result<Value, FieldFault> {
    let said = given.kind.trim();
    if said.is_empty() {
        let kind = "any".to_owned();
        return read_value(&given.value).ok_or(FieldFault::BadValue { kind });
    }
    let kind: Kind = said.parse().map_err(|_| FieldFault::BadKind {
        known: Kind::ALL.map(Kind::as_str).join(", "),
    })?;
    let kind_name = kind.as_str().to_owned();
    read_value_as(kind, &given.value).ok_or(FieldFault::BadValue { kind: kind_name })
}
