//! Why a command on the directory was refused.

use crate::text::BadText;

/// A command that may not be carried out as asked. Nothing changed.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum Refused {
    /// A field's text does not fit.
    #[error(transparent)]
    Text(#[from] BadText),
    /// More entries than a field holds.
    #[error("{field}: {count} entries are over the limit of {limit}")]
    TooMany {
        /// The field.
        field: &'static str,
        /// How many were given.
        count: usize,
        /// How many it holds.
        limit: usize,
    },
    /// A code that is not in the dated data, or not in force on the day.
    #[error("{field}: `{code}` is not in force on {on}")]
    NotInForce {
        /// The field.
        field: &'static str,
        /// The code.
        code: String,
        /// The day asked about.
        on: jiff::civil::Date,
    },
    /// What the matter has become does not allow it.
    #[error("{what}: {why}")]
    State {
        /// What was asked.
        what: &'static str,
        /// Why it can't be done now.
        why: &'static str,
    },
}

impl Refused {
    pub(crate) fn state<T>(what: &'static str, why: &'static str) -> Result<T, Self> {
        Err(Self::State { what, why })
    }
}

pub(crate) fn at_most(field: &'static str, count: usize, limit: usize) -> Result<(), Refused> {
    if count > limit {
        return Err(Refused::TooMany {
            field,
            count,
            limit,
        });
    }
    Ok(())
}
