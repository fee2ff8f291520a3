//! What went wrong, told so that a person knows what to do: what, where, and hints. Each kind of
//! fault has an exit code of its own.

use std::fmt::Write as _;

use kaname_store::StoreError;
use kaname_world::{KeyError, WorldError};
use serde_json::json;

use crate::say::visible;

/// Exit codes, as every `--help` says them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It could not be done.
    Failed = 1,
    /// The command or the configuration is not understood.
    Usage = 2,
    /// There is no such thing: a file, a store, a name.
    NotFound = 3,
    /// Not allowed, or in conflict with what is there.
    Denied = 4,
    /// A proof does not hold.
    Unproved = 5,
}

/// The exit codes in words, for `--help`.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 not understood (arguments, \
configuration), 3 not found (a file, a store, a name), 4 denied or in conflict with what is there, 5 verification failed";

/// What to do about a store with nothing in it.
pub(crate) const EMPTY: &str = "is it the right one (store.path, store.url, store.schema)? If a hub was in \
it, restore a backup; `kaname init` founds a new one";

/// A fault on its way to the person.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Its kind.
    pub(crate) exit: Exit,
    /// What went wrong, lower case, no full stop.
    pub(crate) what: String,
    /// File, line, field or option.
    pub(crate) place: Option<String>,
    /// Causes beneath it, outermost first.
    pub(crate) causes: Vec<String>,
    /// What to do.
    pub(crate) hints: Vec<String>,
    /// Whether a store's file is damaged. Whoever knows which one says so by [`Fault::damage`].
    pub(crate) damaged: bool,
    /// Whether it goes where machines read JSON, whatever the options say.
    pub(crate) logged: bool,
}

impl Fault {
    /// A fault of that kind.
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            place: None,
            causes: Vec::new(),
            hints: Vec::new(),
            damaged: false,
            logged: false,
        }
    }

    /// It could not be done.
    pub(crate) fn failed(what: impl Into<String>) -> Self {
        Self::new(Exit::Failed, what)
    }

    /// The command is not understood.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// Arguments that are no command.
    pub(crate) fn unparsed(error: &clap::Error) -> Self {
        let text = error.to_string();
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let what = lines.next().unwrap_or_default();
        let mut fault = Self::usage(what.strip_prefix("error: ").unwrap_or(what));
        fault.hints.extend(lines.map(str::to_owned));
        fault
    }

    /// There is no such thing.
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, what)
    }

    /// With the place.
    #[must_use]
    pub(crate) fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// With what to do.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// With the error beneath and its own causes.
    #[must_use]
    pub(crate) fn because(mut self, error: &dyn std::error::Error) -> Self {
        let mut next = Some(error);
        // Errors that point to themselves would never end; eight causes tell enough.
        while let Some(cause) = next.filter(|_| self.causes.len() < 8) {
            let text = cause.to_string();
            if self.causes.last() != Some(&text) && self.what != text {
                self.causes.push(text);
            }
            next = cause.source();
        }
        self
    }

    /// Says which store is damaged and what to do; another fault stays as it is.
    #[must_use]
    pub(crate) fn damage(self, what: &str, place: &str, hint: &str) -> Self {
        if !self.damaged {
            return self;
        }
        let mut fault = Self::new(Exit::Unproved, what).at(place).hint(hint);
        fault.logged = self.logged;
        fault.causes = std::iter::once(self.what).chain(self.causes).collect();
        fault
    }

    /// A file that would be overwritten.
    pub(crate) fn there_already(path: &std::path::Path) -> Self {
        Self::new(Exit::Denied, format!("{} is there already", path.display()))
            .hint("nothing is overwritten: name another file")
    }

    /// A file that could not be read or written.
    pub(crate) fn file(path: &std::path::Path, doing: &str, error: &std::io::Error) -> Self {
        let is_absent = doing == "read" && error.kind() == std::io::ErrorKind::NotFound;
        let exit = match is_absent {
            true => Exit::NotFound,
            false => Exit::Failed,
        };
        Self::new(exit, format!("{} cannot be {doing}", path.display())).because(error)
    }

    /// As lines for a terminal, readable without colour.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("error: {}\n", self.what);
        if let Some(place) = &self.place {
            let _ = writeln!(text, "  at: {place}");
        }
        for cause in &self.causes {
            let _ = writeln!(text, "  because: {}", cause.replace('\n', "\n           "));
        }
        for hint in &self.hints {
            let _ = writeln!(text, "  hint: {}", hint.replace('\n', "\n        "));
        }
        visible(&text).into_owned()
    }

    /// As JSON, for `--json`.
    pub(crate) fn json(&self) -> serde_json::Value {
        json!({ "error": {
            "what": self.what,
            "at": self.place,
            "because": self.causes,
            "hints": self.hints,
            "exit_code": self.exit as u8,
        } })
    }
}

/// Line and column, from 1, of a byte in a text. Columns count characters.
pub(crate) fn line_and_column(text: &[u8], byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let in_line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    // A byte 10xxxxxx goes on with a character of UTF-8.
    let begins = in_line.iter().filter(|b| **b & 0xc0 != 0x80);
    (line, begins.count() + 1)
}

impl From<WorldError> for Fault {
    fn from(error: WorldError) -> Self {
        match error {
            WorldError::NotFound(what) => Self::not_found(format!("there is no such {what}")),
            WorldError::Store(store) => store.into(),
            other => {
                let exit = match &other {
                    WorldError::Denied(_)
                    | WorldError::StepUp
                    | WorldError::Unauthenticated
                    | WorldError::TooMany(_)
                    | WorldError::Refused { .. }
                    | WorldError::Stale(_)
                    | WorldError::Taken { .. }
                    | WorldError::Repeated(_) => Exit::Denied,
                    WorldError::Invalid { .. } | WorldError::ForeignKey(_) => Exit::Usage,
                    _ => Exit::Failed,
                };
                let mut fault = Self::new(exit, other.to_string());
                if let Some(source) = std::error::Error::source(&other) {
                    fault = fault.because(source);
                }
                match other {
                    WorldError::Taken { .. } => fault.hint("choose another name"),
                    WorldError::Stale(_) => fault.hint("run the command again"),
                    WorldError::ForeignKey(file) => fault.hint(format!(
                        "bring the {file} that was made with this store; `keys.folder` names its folder"
                    )),
                    WorldError::Sealed(_) => {
                        fault.hint("look whether `keys.folder` holds the keys made with this store")
                    }
                    _ => fault,
                }
            }
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let exit = match &error {
            StoreError::Taken { .. } | StoreError::Conflict { .. } | StoreError::InUse(_) => {
                Exit::Denied
            }
            StoreError::Absent(_) => Exit::NotFound,
            _ => Exit::Failed,
        };
        // A store's words may bring their own hints.
        let words = error.to_string();
        let mut lines = words.lines();
        let mut fault = Self::new(exit, lines.next().unwrap_or_default().trim());
        fault.damaged = kaname_store_sqlite::is_damage(&error);
        for line in lines {
            let line = line.trim();
            fault = match line.strip_prefix("hint: ") {
                Some(hint) => fault.hint(hint),
                None => {
                    fault.causes.push(line.to_owned());
                    fault
                }
            };
        }
        if let Some(source) = std::error::Error::source(&error) {
            fault = fault.because(source);
        }
        match error {
            StoreError::Absent(_) => fault.hint(EMPTY),
            StoreError::Unavailable { .. } => fault.hint(
                "is there room on the disk, may this user write there, does the database server run?",
            ),
            _ => fault,
        }
    }
}

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Self {
        let mut fault = Self::failed(error.to_string());
        if let Some(source) = std::error::Error::source(&error) {
            fault = fault.because(source);
        }
        match error {
            KeyError::Mode(path) => fault.hint(format!("chmod 600 {}", path.display())),
            KeyError::File { doing: "read", .. } => fault.hint(
                "--keys or `keys.folder` names the folder with world.key and seal.key that \
                 `kaname init` made with this store",
            ),
            KeyError::Form(path) => fault.hint(format!(
                "it was cut off or changed: put the second copy of {} in its place",
                path.display()
            )),
            _ => fault,
        }
    }
}

impl From<kaname_directory::BadText> for Fault {
    fn from(error: kaname_directory::BadText) -> Self {
        Self::usage(format!("{} {}", error.field, error.what))
            .at(error.field)
            .hint(format!("allowed: {}", error.limit))
    }
}
