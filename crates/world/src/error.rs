//! Why the world could not do it.

use kaname_kernel::{MatterId, Unfit, event::EventError, seal::DoesNotOpen};
use kaname_store::StoreError;

/// Everything an operation may answer besides its result.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// There is nothing of that name that the caller may know of.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The caller knows of it but may not do this. The key names a text that says why.
    #[error("not allowed: {0}")]
    Denied(&'static str),
    /// Signing in again (with a second factor) within the last 15 minutes is needed first.
    #[error("a fresh sign-in with a second factor is needed")]
    StepUp,
    /// The caller is not signed in, or the credentials are wrong.
    #[error("not signed in")]
    Unauthenticated,
    /// The password fits; a passkey must follow, and this ticket with it.
    #[error("a passkey must be shown now")]
    PasskeyNeeded(String),
    /// Too many attempts; try again after that many seconds.
    #[error("too many attempts; try again in {0} s")]
    TooMany(u64),
    /// There is no room for it now, and waiting for some had an end; try again in some seconds.
    #[error("too much is being done at once; try again in a few seconds")]
    Busy,
    /// What was given does not do. The key names a text; the field says where.
    #[error("{field}: {message}")]
    Invalid {
        /// Field or path.
        field: String,
        /// Fluent key.
        key: &'static str,
        /// English sentence for logs and terminals.
        message: String,
        /// Names and values the text mentions; none where it repeats the message or mentions nothing.
        details: Vec<(&'static str, String)>,
    },
    /// A rule of the matter forbids it in its present state. The key names a text.
    #[error("{message}")]
    Refused {
        /// Fluent key.
        key: &'static str,
        /// Names and values the text mentions.
        details: Vec<(&'static str, String)>,
        /// English sentence.
        message: String,
    },
    /// Someone changed it since it was looked at.
    #[error("{0} was changed by someone else meanwhile")]
    Stale(MatterId),
    /// A unique name is in use.
    #[error("{space} `{key}` is already in use")]
    Taken {
        /// Kind of name.
        space: String,
        /// The name.
        key: String,
    },
    /// The same request was carried out before; this was its answer.
    #[error("this request was already carried out")]
    Repeated(serde_json::Value),
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
    /// The ledger holds what cannot be.
    #[error("the ledger is damaged")]
    Ledger(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A sealed box does not open: wrong key file, or changed bytes.
    #[error("sealed bytes do not open; is this the seal key of this world?")]
    Sealed(#[from] DoesNotOpen),
    /// A key file is another store's.
    #[error("{0} does not belong to this store")]
    ForeignKey(&'static str),
    /// Something could not be written in its form.
    #[error("encoding failed")]
    Encoding(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What a bound counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Characters (Unicode scalar values).
    Characters,
    /// Bytes.
    Bytes,
    /// Things, one by one.
    Pieces,
}

impl Unit {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Characters => "characters",
            Self::Bytes => "bytes",
            Self::Pieces => "pieces",
        }
    }
}

impl WorldError {
    /// A form that could not be written or read.
    pub fn encoding(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Encoding(Box::new(source))
    }

    /// A field that does not do.
    pub fn invalid(
        field: impl Into<String>,
        key: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::Invalid {
            field: field.into(),
            key,
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// A field that holds more than it may.
    pub fn too_large(field: &str, actual: usize, limit: usize, unit: Unit) -> Self {
        let unit = unit.as_str();
        Self::Invalid {
            field: field.to_owned(),
            key: "error-too-large",
            message: format!("{actual} {unit} are over the limit of {limit}"),
            details: vec![
                ("field", field.to_owned()),
                ("actual", actual.to_string()),
                ("limit", limit.to_string()),
                ("unit", unit.to_owned()),
            ],
        }
    }

    /// A rule that forbids.
    pub fn refused(key: &'static str, message: impl Into<String>) -> Self {
        Self::Refused {
            key,
            details: Vec::new(),
            message: message.into(),
        }
    }

    /// Whether loading and deciding again may help.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Stale(_))
    }
}

impl From<StoreError> for WorldError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { matter, .. } => Self::Stale(matter),
            StoreError::Taken { space, key } => Self::Taken { space, key },
            StoreError::Repeated(answer) => Self::Repeated(answer),
            other => Self::Store(other),
        }
    }
}

impl From<kaname_sharing::Refused> for WorldError {
    fn from(refused: kaname_sharing::Refused) -> Self {
        Self::Refused {
            key: refused.key(),
            details: refused.details(),
            message: refused.to_string(),
        }
    }
}

impl From<kaname_directory::Refused> for WorldError {
    fn from(refused: kaname_directory::Refused) -> Self {
        use kaname_directory::Refused;
        let message = refused.to_string();
        let (key, details) = match refused {
            Refused::Text(bad) => return bad.into(),
            Refused::TooMany {
                field,
                count,
                limit,
            } => (
                "refused-too-much",
                vec![
                    ("field", field.to_owned()),
                    ("actual", count.to_string()),
                    ("limit", limit.to_string()),
                ],
            ),
            Refused::NotInForce { code, on, .. } => (
                "refused-not-in-force",
                vec![("code", code), ("on", on.to_string())],
            ),
            Refused::State { what, why } => (why.key(), vec![("what", what.to_owned())]),
        };
        Self::Refused {
            key,
            details,
            message,
        }
    }
}

impl From<kaname_directory::BadText> for WorldError {
    fn from(bad: kaname_directory::BadText) -> Self {
        Self::Invalid {
            field: bad.field.to_owned(),
            key: bad.key(),
            message: bad.to_string(),
            details: Vec::new(),
        }
    }
}

impl From<Unfit> for WorldError {
    fn from(error: Unfit) -> Self {
        Self::Ledger(Box::new(error))
    }
}

impl From<EventError> for WorldError {
    fn from(error: EventError) -> Self {
        match error {
            EventError::TooLarge(bytes) => Self::Invalid {
                field: "payload".to_owned(),
                key: "error-too-large-event",
                message: format!("{bytes} bytes are too many for one event"),
                details: vec![("what", bytes.to_string())],
            },
            other => Self::Ledger(Box::new(other)),
        }
    }
}
