//! Commands about items that are out.

use clap::{Args, Subcommand, ValueEnum};

/// Commands about items that are out: by number, never by what they say.
#[derive(Debug, Subcommand)]
pub(crate) enum ItemCommand {
    /// List them with how fresh they are, newest first
    #[command(
        after_help = "Examples:\n  kaname item list\n  kaname item list --age aged     what machines are no longer given whole"
    )]
    List(ListItems),
    /// One of them: how fresh its values are and why, when they fade, what officers said
    #[command(after_help = "Example:\n  kaname item show S-2611-0093A")]
    Show {
        /// Its number
        number: String,
    },
    /// What waits to be looked at again; officers decide about it on the pages
    #[command(after_help = "Example:\n  kaname item reviews --json")]
    Reviews,
    /// The models by which values age
    #[command(after_help = "Example:\n  kaname item models")]
    Models,
}

/// Which items are listed.
#[derive(Debug, Args)]
pub(crate) struct ListItems {
    /// Only those with values that have aged, or without
    #[arg(long, value_name = "AGE")]
    pub(crate) age: Option<AgeArg>,
    /// Only in this state
    #[arg(long, value_name = "STATE", default_value = "released")]
    pub(crate) state: StateArg,
    /// Most of them
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) limit: u32,
}

/// Whether values have aged.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum AgeArg {
    /// Some have.
    Aged,
    /// None has.
    Fresh,
}

/// States of items that are or were out.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum StateArg {
    /// Out.
    Released,
    /// Replaced by another.
    Superseded,
    /// Taken back.
    Withdrawn,
    /// No longer valid.
    Expired,
}

impl StateArg {
    /// The word of the state.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }
}
