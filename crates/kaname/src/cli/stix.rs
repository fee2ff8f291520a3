//! Commands about STIX files, without any hub.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// How much an object has to hold to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelArg {
    /// What a hub takes and relays: identity, versions and markings can be read
    Wire,
    /// What a hub itself writes: every MUST of STIX 2.1
    Strict,
}

/// Commands about STIX files.
#[derive(Debug, Subcommand)]
pub(crate) enum StixCommand {
    /// Check objects against STIX 2.1: each fault with its place, rule and section
    #[command(
        after_help = "Examples:\n  kaname stix validate bundle.json\n  kaname stix validate feed/*.json --level wire --json"
    )]
    Validate {
        /// Bundles, envelopes, lists or single objects
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// What an object has to hold to
        #[arg(long, value_enum, default_value = "strict")]
        level: LevelArg,
    },
    /// Make STIX 2.0 into a bundle of STIX 2.1; what has no place there is told
    #[command(after_help = "Example:\n  kaname stix upgrade old.json --out new.json")]
    Upgrade {
        /// What to upgrade
        file: PathBuf,
        /// File to write; standard output when left out
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Print each object in canonical JSON (RFC 8785), one a line
    #[command(after_help = "Example:\n  kaname stix canonical bundle.json | sha256sum")]
    Canonical {
        /// Bundles, envelopes, lists or single objects
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Compare the ids of observables with those that follow from their content
    #[command(after_help = "Example:\n  kaname stix ids bundle.json")]
    Ids {
        /// Bundles, envelopes, lists or single objects
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// What differs between two files, object by object
    #[command(after_help = "Example:\n  kaname stix diff attack-18.json attack-19.json")]
    Diff {
        /// The older
        before: PathBuf,
        /// The newer
        after: PathBuf,
    },
    /// Look for patterns in what was observed; ends with 3 when nothing is found
    #[command(
        after_help = "Examples:\n  kaname stix match \"[ipv4-addr:value ISSUBSET '198.51.100.0/24']\" observed.json\n  kaname stix match indicators.json observed/*.json --json"
    )]
    Match {
        /// A pattern; or a file with indicators, or with a pattern on each line
        pattern: String,
        /// Bundles, envelopes or lists with observed-data and the objects it refers to
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Make a bundle of records and reports in other formats: CVE, OSV, CSAF with VEX, OpenIOC
    #[command(
        after_help = "Examples:\n  kaname stix from CVE-2026-12345.json advisory.json --out made.json\n  kaname import --collection advisories made.json"
    )]
    From {
        /// Files; the format is told from what is in each
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// File to write; standard output when left out
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}
