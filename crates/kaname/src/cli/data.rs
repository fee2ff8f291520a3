//! Commands about collections, sectors, the ledger and the store.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::day;

/// Commands about collections.
#[derive(Debug, Subcommand)]
pub(crate) enum CollectionCommand {
    /// Make a collection
    #[command(
        after_help = "Examples:\n  kaname collection add energy --kind library --name-ja エネルギー分野向け --name-en 'For energy' --tlp AMBER --group energy\n  kaname collection add reference --kind peer --name-ja 参照知識 --name-en Reference --tlp CLEAR\n  kaname collection add phishing --kind peer --name-ja フィッシング --name-en Phishing --tlp CLEAR --pap GREEN"
    )]
    Add {
        /// Short unique name
        code: String,
        /// intake (what is posted becomes a submission), peer (taken over from a partner), library (released items)
        #[arg(long, value_parser = ["intake", "peer", "library"])]
        kind: String,
        /// Name in Japanese
        #[arg(long)]
        name_ja: String,
        /// Name in English
        #[arg(long)]
        name_en: String,
        /// TLP of objects without a marking of their own
        #[arg(long, default_value = "AMBER+STRICT")]
        tlp: String,
        /// Of kind peer: PAP of objects without one of their own. Without it no block list takes anything from
        /// here; with it you answer for all who write here
        #[arg(long)]
        pap: Option<String>,
        /// Code of a group named by AMBER; may be repeated
        #[arg(long = "group")]
        groups: Vec<String>,
    },
    /// Say what may be done with a peer collection's objects that say nothing of it
    #[command(
        after_help = "Examples:\n  kaname collection pap phishing GREEN    # its values may be blocked; you answer for them\n  kaname collection pap phishing none     # no block list takes anything from it"
    )]
    Pap {
        /// Its code or id
        code: String,
        /// CLEAR, GREEN, AMBER, RED, or none
        pap: String,
    },
    /// Give a collection another name; code, kind and readers stay
    #[command(
        after_help = "Example:\n  kaname collection rename energy --name-ja エネルギー・水道 --name-en 'Energy and water'"
    )]
    Rename {
        /// Its code or id
        code: String,
        /// Name in Japanese
        #[arg(long)]
        name_ja: String,
        /// Name in English
        #[arg(long)]
        name_en: String,
    },
    /// Close a collection: it is no longer offered; what stood in it stays in the ledger
    #[command(
        after_help = "Example:\n  kaname collection close energy --reason 'one collection for all sectors'"
    )]
    Close {
        /// Its code or id
        code: String,
        /// Why; kept in the ledger
        #[arg(long)]
        reason: String,
    },
    /// List collections
    #[command(after_help = "Example:\n  kaname collection list --json")]
    List,
}

/// Commands about sectors.
#[derive(Debug, Subcommand)]
pub(crate) enum SectorCommand {
    /// Sectors and their ministries as of a day
    #[command(
        after_help = "Examples:\n  kaname sector list --on 2018-08-01\n  kaname sector list --on 2025-08-01 --json"
    )]
    List {
        /// The day; today when left out
        #[arg(long, value_name = "DAY", value_parser = day)]
        on: Option<Date>,
    },
    /// What changed between two days, with sources
    #[command(after_help = "Example:\n  kaname sector changes --from 2018-08-01 --to 2025-08-01")]
    Changes {
        /// Changes after this day
        #[arg(long, value_name = "DAY", value_parser = day)]
        from: Date,
        /// Up to and including this day; today when left out
        #[arg(long, value_name = "DAY", value_parser = day)]
        to: Option<Date>,
    },
}

/// Options of `import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// STIX bundles or plain lists of objects
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Code of the collection, of kind peer
    #[arg(long)]
    pub(crate) collection: String,
    /// Where they come from, as recorded; the file's name when left out
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// Take the good objects of a file even when others are not
    #[arg(long)]
    pub(crate) skip_bad: bool,
}

/// Form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportForm {
    /// One STIX bundle
    Stix,
    /// One object per line
    Jsonl,
}

/// Options of `export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Code of the collection
    #[arg(long)]
    pub(crate) collection: String,
    /// File to write; standard output when left out
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Form
    #[arg(long, value_enum, default_value = "stix")]
    pub(crate) form: ExportForm,
    /// Only what a party of this code may see; the officers' view when left out
    #[arg(long, value_name = "CODE")]
    pub(crate) as_party: Option<String>,
}

/// Options of `verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Signed checkpoint that someone kept; may be repeated
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub(crate) checkpoints: Vec<PathBuf>,
    /// Write the newest checkpoint there, to be kept elsewhere
    #[arg(long, value_name = "FILE")]
    pub(crate) keep: Option<PathBuf>,
    /// Compare the row of every matter too: who may see it, its state, how lists find it. Takes as long
    /// as a rebuild
    #[arg(long)]
    pub(crate) rows: bool,
}

/// Options of `backup`.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// File to write; must not exist
    pub(crate) file: PathBuf,
}

/// Options of `restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// File that `backup` wrote
    pub(crate) file: PathBuf,
    /// Put the copy in place of a store that is there; the old one is kept beside it
    #[arg(long)]
    pub(crate) replace: bool,
    /// Signed checkpoint that the copy must contain; may be repeated
    #[arg(long = "checkpoint", value_name = "FILE")]
    pub(crate) checkpoints: Vec<PathBuf>,
}

/// Options of `redact`.
#[derive(Debug, Args)]
pub(crate) struct RedactArgs {
    /// Id of the matter, or the number of a receipt or item
    pub(crate) matter: String,
    /// Why, without naming what is redacted
    #[arg(long)]
    pub(crate) reason: String,
    /// Yes, for good
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Options of `migrate`.
#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    /// Only say what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Commands about the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Explain each mistake: where, which key, what is allowed, what was meant
    #[command(after_help = "Example:\n  kaname config check --config kaname.toml")]
    Check,
    /// Effective values with where each comes from; secrets are masked
    #[command(after_help = "Example:\n  KANAME_LOG__LEVEL=debug kaname config show")]
    Show,
    /// Print a configuration file with every key, its default and its meaning
    #[command(after_help = "Example:\n  kaname config example > kaname.toml")]
    Example,
}
