//! A document of one form made the other: MISP events STIX bundles, a STIX bundle MISP events.

use serde::Deserialize;
use uuid::Uuid;

use crate::{Done, Finding, Limits, MispError, Out, Severity, events, to_misp, to_stix};

/// What is made of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// MISP events in the core format.
    Misp,
    /// STIX 2.1 bundles, one for each event.
    Stix,
}

impl Form {
    /// The form that a document has not.
    #[must_use]
    pub fn other_than(data: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Kind {
            #[serde(rename = "type")]
            kind: Option<String>,
        }
        match serde_json::from_slice::<Kind>(data) {
            Ok(Kind { kind: Some(kind) }) if kind == "bundle" => Self::Misp,
            _ => Self::Stix,
        }
    }
}

/// How a document is converted.
#[derive(Debug, Clone, Copy)]
pub struct Conversion {
    /// What is made of it.
    pub to: Form,
    /// Whether unsound parts are left out instead of the whole.
    pub skip_bad: bool,
    /// Bytes of all that is made of it, at most.
    pub most_bytes: usize,
}

/// A document that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The event that a bundle was made of.
    pub event: Option<Uuid>,
    /// The document, as JSON text.
    pub text: Vec<u8>,
}

/// Why a document was not converted.
#[derive(Debug, thiserror::Error)]
pub enum Unconverted<E> {
    /// It cannot be read.
    #[error(transparent)]
    Unread(#[from] MispError),
    /// Parts of it are unsound, and none were to be left out.
    #[error("{} parts are unsound", errors(.0).count())]
    Unsound(Vec<Finding>),
    /// More would be made of it than is allowed.
    #[error("more than {limit} bytes would be made of it")]
    TooMuch {
        /// The limit in bytes.
        limit: usize,
    },
    /// What was made was not taken.
    #[error("what was made was not taken")]
    NotTaken(E),
}

impl Conversion {
    /// Converts a document and hands on each that is made of it: at once where unsound parts are left out, else once all
    /// is known to be sound. Of the objects and attributes made, and what was left out or doubted, the sum is given.
    ///
    /// # Errors
    /// [`Unconverted`] says why there is none.
    pub fn run<E>(
        self,
        data: &[u8],
        limits: &Limits,
        take: &mut dyn FnMut(Made) -> Result<(), E>,
    ) -> Result<Done, Unconverted<E>> {
        let mut all = Done::default();
        let mut ready = Vec::new();
        match self.to {
            Form::Misp => {
                let mut text = Vec::new();
                add(&mut all, to_misp(data, limits, &mut text)?);
                self.within(text.len())?;
                ready.push(Made { event: None, text });
            }
            Form::Stix => {
                let mut made_bytes = 0;
                for event in events(data, limits)? {
                    let event = match event {
                        Ok(event) => event,
                        Err(error) if self.skip_bad => {
                            all.findings.push(rejected(&error));
                            continue;
                        }
                        Err(error) => return Err(error.into()),
                    };
                    let mut out = Bounded {
                        text: Vec::new(),
                        most: self.most_bytes - made_bytes,
                        is_over: false,
                    };
                    add(&mut all, to_stix(&event, &mut out));
                    if out.is_over {
                        let limit = self.most_bytes;
                        return Err(Unconverted::TooMuch { limit });
                    }
                    made_bytes += out.text.len();
                    let made = Made {
                        event: Some(event.uuid()),
                        text: out.text,
                    };
                    if self.skip_bad {
                        take(made).map_err(Unconverted::NotTaken)?;
                    } else {
                        ready.push(made);
                    }
                }
            }
        }
        if !self.skip_bad && errors(&all.findings).next().is_some() {
            return Err(Unconverted::Unsound(all.findings));
        }
        for made in ready {
            take(made).map_err(Unconverted::NotTaken)?;
        }
        Ok(all)
    }

    fn within<E>(self, bytes: usize) -> Result<(), Unconverted<E>> {
        match bytes > self.most_bytes {
            true => Err(Unconverted::TooMuch {
                limit: self.most_bytes,
            }),
            false => Ok(()),
        }
    }
}

/// Findings for which something is left out.
pub fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    let error = |finding: &&Finding| finding.severity == Severity::Error;
    findings.iter().filter(error)
}

fn add(all: &mut Done, one: Done) {
    all.attributes += one.attributes;
    all.objects += one.objects;
    all.findings.extend(one.findings);
    all.held |= one.held;
    all.groups.extend(one.groups);
}

/// An event that is left out.
fn rejected(error: &MispError) -> Finding {
    let pointer = match error {
        MispError::Form { pointer, .. } => pointer.as_str(),
        _ => "",
    };
    Finding::error(pointer, "event", error.to_string())
}

/// A bundle as text that is not written beyond a bound.
struct Bounded {
    text: Vec<u8>,
    most: usize,
    is_over: bool,
}

impl Bounded {
    fn write(&mut self, write: impl FnOnce(&mut Vec<u8>), bytes: usize) {
        self.is_over |= self.text.len() + bytes > self.most;
        if !self.is_over {
            write(&mut self.text);
        }
    }
}

impl Out for Bounded {
    fn begin(&mut self, bundle: Uuid) {
        self.write(|text| text.begin(bundle), 0);
    }

    fn object(&mut self, text: &str, place: usize) {
        self.write(|all| all.object(text, place), text.len());
    }

    fn end(&mut self) {
        self.write(Out::end, 0);
    }
}
