//! Commands about warninglists.

use std::path::PathBuf;

use clap::Subcommand;

/// Commands about values so widely used that meeting one says little.
#[derive(Debug, Subcommand)]
pub(crate) enum WarninglistCommand {
    /// Bring lists in MISP's form; one of a name that is there takes its place
    #[command(
        after_help = "Example:\n  kaname warninglist load misp-warninglists/lists     every list.json below it"
    )]
    Load {
        /// Files, or folders with .json files in and below them
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Bring the address ranges of a country out of the regional registries' statistics: outputs warn of blocking them
    #[command(
        after_help = "The files are the registries' own (\"delegated-NAME-extended-latest\"); one of the same registry and country takes the\nplace of the older one.\n\nExample:\n  kaname warninglist national --country JP delegated-apnic-extended-latest"
    )]
    National {
        /// Files of registries
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Whose: two letters of ISO 3166-1
        #[arg(long)]
        country: String,
    },
    /// List them
    #[command(after_help = "Example:\n  kaname warninglist list")]
    List,
    /// Which lists warn of values
    #[command(
        after_help = "Example:\n  kaname warninglist check 8.8.8.8 hxxps://www.example[.]com/x"
    )]
    Check {
        /// Addresses, networks, names, URLs, mail addresses, hashes; defanged ones are read
        #[arg(required = true)]
        values: Vec<String>,
    },
    /// Warn by one no more
    #[command(
        after_help = "Example:\n  kaname warninglist drop 'Top 10K websites' --reason 古くなったため"
    )]
    Drop {
        /// Its name, as `warninglist list` shows it
        name: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}
