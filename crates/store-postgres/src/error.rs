//! PostgreSQL's errors on their way to [`StoreError`].

use deadpool_postgres::HookError;
use kaname_store::StoreError;
use tokio_postgres::error::SqlState;

/// What goes wrong inside: PostgreSQL failed, the store says no, or someone else was faster.
#[derive(Debug)]
pub(crate) enum Fault {
    /// PostgreSQL failed.
    Sql(tokio_postgres::Error),
    /// It went away while it was asked to commit: the change may be durable or not.
    Lost(tokio_postgres::Error),
    /// The store says no.
    Store(StoreError),
}

pub(crate) type Outcome<T> = Result<T, Fault>;

/// Names of constraints that tell of a race, not of a mistake: tried again, the checks say what it is.
const RACES: [&str; 5] = [
    "events_matter_version",
    "lookups_key",
    "answers_key",
    "records_pkey",
    "audiences_form",
];

impl Fault {
    /// Named for whoever asked.
    pub(crate) fn doing(self, doing: &'static str) -> StoreError {
        match self {
            Self::Sql(source) if away(&source) => StoreError::unavailable(doing, source, false),
            Self::Lost(source) => StoreError::unavailable(doing, source, true),
            Self::Sql(source) => database(doing, source),
            Self::Store(error) => error,
        }
    }

    /// A commit failed.
    pub(crate) fn of_commit(error: tokio_postgres::Error) -> Self {
        if error.as_db_error().is_none() && away(&error) {
            Self::Lost(error)
        } else {
            error.into()
        }
    }

    /// Whether the same may succeed, or be refused properly, when tried again.
    pub(crate) fn passes(&self) -> bool {
        let Self::Sql(error) = self else { return false };
        let Some(refusal) = error.as_db_error() else {
            return false;
        };
        let raced = refusal
            .constraint()
            .is_some_and(|name| RACES.contains(&name));
        let code = refusal.code();
        *code == SqlState::T_R_DEADLOCK_DETECTED
            || *code == SqlState::T_R_SERIALIZATION_FAILURE
            || (*code == SqlState::UNIQUE_VIOLATION && raced)
    }
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        let refusal = error.as_db_error();
        if refusal.is_some_and(|refusal| refusal.constraint() == Some("events_id")) {
            let why = "an event of it is in the ledger".to_owned();
            return Self::Store(StoreError::Malformed(why));
        }
        Self::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<deadpool_postgres::PoolError> for Fault {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Backend(error) => error.into(),
            // What the hook refuses has its own words.
            deadpool_postgres::PoolError::PostCreateHook(HookError::Message(why)) => {
                Self::Store(StoreError::InUse(why.into_owned()))
            }
            deadpool_postgres::PoolError::PostCreateHook(HookError::Backend(error)) => error.into(),
            other @ deadpool_postgres::PoolError::Timeout(_) => Self::Store(
                StoreError::unavailable("waiting for a connection", other, false),
            ),
            other => Self::Store(database("waiting for a connection", other)),
        }
    }
}

/// Whether the server is away, ending, full or overburdened: nothing is wrong with what was asked.
pub(crate) fn away(error: &tokio_postgres::Error) -> bool {
    let Some(refusal) = error.as_db_error() else {
        let io = std::error::Error::source(error).is_some_and(|cause| cause.is::<std::io::Error>());
        return error.is_closed() || io;
    };
    let code = refusal.code();
    // Classes 08 (connection), 53 (resources), 58 (system) of PostgreSQL's appendix A.
    ["08", "53", "58"]
        .iter()
        .any(|class| code.code().starts_with(class))
        || [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::QUERY_CANCELED,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ]
        .contains(code)
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
