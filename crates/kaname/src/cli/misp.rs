//! Commands about MISP.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Commands about MISP events.
#[derive(Debug, Subcommand)]
pub(crate) enum MispCommand {
    /// Turn MISP events into STIX 2.1 bundles or back; needs no hub
    #[command(
        after_help = "Examples:\n  kaname misp convert event.json > bundle.json\n  kaname misp convert --to misp --out events bundles/*.json"
    )]
    Convert(ConvertArgs),
}

/// What comes out of a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConvertTo {
    /// STIX 2.1 bundles, one for each event
    Stix,
    /// MISP events in the core format
    Misp,
}

/// Options of `misp convert`.
#[derive(Debug, Args)]
pub(crate) struct ConvertArgs {
    /// MISP events or STIX bundles
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Form to write; the other one than the file has when left out
    #[arg(long, value_enum)]
    pub(crate) to: Option<ConvertTo>,
    /// Folder for the results, named after file and form; standard output when left out
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Convert the sound parts of a file even when others are not
    #[arg(long)]
    pub(crate) skip_bad: bool,
}
