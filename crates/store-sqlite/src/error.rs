//! SQLite's errors on their way to [`StoreError`].

use kaname_store::StoreError;

/// What goes wrong inside: SQLite failed, or the store says no.
#[derive(Debug)]
pub(crate) enum Fault {
    /// SQLite failed.
    Sql(rusqlite::Error),
    /// The store says no.
    Store(StoreError),
}

pub(crate) type Outcome<T> = Result<T, Fault>;

impl Fault {
    /// Named for whoever asked.
    pub(crate) fn doing(self, doing: &'static str) -> StoreError {
        match self {
            Self::Sql(source) if away(&source) => StoreError::unavailable(doing, source, false),
            Self::Sql(source) => database(doing, source),
            Self::Store(error) => error,
        }
    }

    /// Whether the transaction may hold half of what was asked: anything but a plain refusal.
    pub(crate) fn spoils(&self) -> bool {
        !matches!(
            self,
            Self::Store(
                StoreError::Conflict { .. }
                    | StoreError::Taken { .. }
                    | StoreError::Repeated(_)
                    | StoreError::LeaseLost(_)
                    | StoreError::Malformed(_)
            )
        )
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Whether SQLite found no room, no lock or a disk that fails: nothing is wrong with what was asked.
pub(crate) fn away(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode;
    let code = error.sqlite_error_code();
    code.is_some_and(|code| {
        matches!(
            code,
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::FileLockingProtocolFailed
        )
    })
}

/// Whether the store's file is damaged: SQLite finds its pages malformed, or a row is none.
pub fn is_damage(error: &StoreError) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error {
        StoreError::Corrupt { .. } => true,
        StoreError::Database { source, .. } => source
            .downcast_ref::<rusqlite::Error>()
            .and_then(rusqlite::Error::sqlite_error_code)
            .is_some_and(|code| matches!(code, DatabaseCorrupt | NotADatabase)),
        _ => false,
    }
}

/// A database error with what was being done.
pub(crate) fn database(
    doing: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> StoreError {
    let source = source.into();
    StoreError::Database { doing, source }
}

/// Stored bytes that are not what this version writes.
pub(crate) fn corrupt(what: &'static str, why: impl ToString) -> Fault {
    let why = why.to_string();
    Fault::Store(StoreError::Corrupt { what, why })
}
