//! Commands about sources.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use kaname_sharing::{
    source::{DEFAULT_GRACE_H, DEFAULT_MIB, FormKind},
    turn::Every,
};

/// Commands about what others publish.
#[derive(Debug, Subcommand)]
pub(crate) enum SourceCommand {
    /// Agree with a source: what it is, how it is written, and where what it says goes
    #[command(
        after_help = "Places of a table are columns, by number from 1 or by the word in the first row; places in JSON are names\nwith points between them, * for each: --map entries=data.*, --map value=ioc.\n\nExamples:\n  kaname source add blocklist --publisher 'Example CERT' --url https://feed.example/ips.txt --form list \\\n      --into public --tlp CLEAR --every 1h\n  kaname source add urls --publisher 'Example Labs' --url https://feed.example/recent.csv --form csv \\\n      --map value=url --map first-seen=dateadded --map label=tags --into public --header-file key.txt"
    )]
    Add(Box<AddSource>),
    /// Look at an address or a file as a source would be read, and take nothing
    #[command(
        after_help = "It shows the first entries, what would not be taken and why, and which values a warninglist knows.\n\nExamples:\n  kaname source try https://feed.example/ips.txt --form list\n  kaname source try recent.csv --form csv --map value=3 --json"
    )]
    Try(Box<TrySource>),
    /// List sources with how far behind each is, and when it is read next
    #[command(after_help = "Example:\n  kaname source list --json")]
    List,
    /// Show one source: what is agreed, how it stands, its latest readings
    #[command(after_help = "Example:\n  kaname source show blocklist")]
    Show {
        /// Its code
        code: String,
    },
    /// Agree otherwise: address, form, marking, interval, bounds, header; what is left out stays
    #[command(
        after_help = "Examples:\n  kaname source change blocklist --every 15m\n  kaname source change blocklist --grace-h 6"
    )]
    Change(Box<ChangeSource>),
    /// Have a running server or worker read a source now, whatever its interval
    #[command(after_help = "Example:\n  kaname source now blocklist")]
    Now {
        /// Its code
        code: String,
    },
    /// Read a source at once, from its address or from a file
    #[command(
        after_help = "What is there already is not taken twice; a reading that was cut off is simply made again. While it runs,\nno worker reads the source.\n\nExamples:\n  kaname source read blocklist\n  kaname source read vendor ./2026-11.csv --json"
    )]
    Read {
        /// Its code
        code: String,
        /// A file instead of what stands at the address
        file: Option<PathBuf>,
        /// Longest time, in seconds
        #[arg(long, default_value = "600", value_parser = clap::value_parser!(u64).range(1..=86_400))]
        max_seconds: u64,
    },
    /// Read a source no more; what came stays
    #[command(after_help = "Example:\n  kaname source stop blocklist --reason 提供の終了")]
    Stop {
        /// Its code
        code: String,
        /// Why; kept in the ledger
        #[arg(long)]
        reason: String,
    },
    /// Read a stopped source again
    #[command(after_help = "Example:\n  kaname source start blocklist")]
    Start {
        /// Its code
        code: String,
    },
}

/// How a source is written.
#[derive(Debug, Args)]
pub(crate) struct FormArgs {
    /// How it is written: list, csv, tsv, json, stix, csaf, osv, cve, openioc, feed, misp-feed or misp
    #[arg(long)]
    pub(crate) form: FormKind,
    /// Where something stands: FIELD=PLACE, FIELD being value, kind, first-seen, label or entries; may be repeated
    #[arg(long = "map", value_name = "FIELD=PLACE")]
    pub(crate) mapping: Vec<String>,
}

/// What is agreed with a source.
#[derive(Debug, Args)]
pub(crate) struct AddSource {
    /// Short unique name
    pub(crate) code: String,
    /// Who publishes it; what comes of a list is in this name
    #[arg(long)]
    pub(crate) publisher: String,
    /// Its address; left out for what is handed over as a file
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// How it is written.
    #[command(flatten)]
    pub(crate) form: FormArgs,
    /// Alias of the collection, of kind peer
    #[arg(long)]
    pub(crate) into: String,
    /// Marking of what comes of a list; the collection's own when left out
    #[arg(long)]
    pub(crate) tlp: Option<String>,
    /// How often: minutes, hours or days such as 15m, 6h, 1d, or never
    #[arg(long, default_value = "1h")]
    pub(crate) every: Every,
    /// Most of one document, in MiB
    #[arg(long, default_value_t = DEFAULT_MIB)]
    pub(crate) most_mib: u32,
    /// Hours that a value holds after it has left the list
    #[arg(long, default_value_t = DEFAULT_GRACE_H)]
    pub(crate) grace_h: u32,
    /// Of misp-feed and misp: an event of distribution 0 or 4 is shown to whoever reads the collection, since the
    /// publisher is known to mean nothing by it; else 0 to officers alone, and 4 to whom the sharing group names here
    #[arg(long)]
    pub(crate) ignore_distribution: bool,
    /// Of misp-feed and misp: the hub's group that a sharing group of this UUID is; once for each
    #[arg(long, value_name = "UUID=CODE")]
    pub(crate) sharing_group: Vec<String>,
    /// Of csaf: a document without an OpenPGP signature is not taken; one with a wrong signature never is
    #[arg(long)]
    pub(crate) signed: bool,
    /// File whose first line is the header by which the hub is known there, such as `Auth-Key: …`; kept sealed
    #[arg(long, value_name = "FILE")]
    pub(crate) header_file: Option<PathBuf>,
}

/// What is looked at.
#[derive(Debug, Args)]
pub(crate) struct TrySource {
    /// An address, or a file
    pub(crate) what: String,
    /// How it is written.
    #[command(flatten)]
    pub(crate) form: FormArgs,
    /// Most of the document, in MiB
    #[arg(long, default_value_t = DEFAULT_MIB)]
    pub(crate) most_mib: u32,
    /// File whose first line is the header by which the hub is known there
    #[arg(long, value_name = "FILE")]
    pub(crate) header_file: Option<PathBuf>,
}

/// What is agreed with a source from now on.
#[derive(Debug, Args)]
pub(crate) struct ChangeSource {
    /// Its code
    pub(crate) code: String,
    /// Who publishes it
    #[arg(long)]
    pub(crate) publisher: Option<String>,
    /// Its address
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// How it is written; what was mapped is dropped
    #[arg(long)]
    pub(crate) form: Option<FormKind>,
    /// Where something stands: FIELD=PLACE; all of what is mapped
    #[arg(long = "map", value_name = "FIELD=PLACE")]
    pub(crate) mapping: Vec<String>,
    /// Marking of what comes of a list
    #[arg(long, conflicts_with = "no_tlp")]
    pub(crate) tlp: Option<String>,
    /// No marking but the collection's own
    #[arg(long)]
    pub(crate) no_tlp: bool,
    /// How often: minutes, hours or days such as 15m, 6h, 1d, or never
    #[arg(long)]
    pub(crate) every: Option<Every>,
    /// Most of one document, in MiB
    #[arg(long)]
    pub(crate) most_mib: Option<u32>,
    /// Hours that a value holds after it has left the list
    #[arg(long)]
    pub(crate) grace_h: Option<u32>,
    /// Of misp-feed and misp: whether the distribution of events restricts nobody here
    #[arg(long, value_name = "true|false")]
    pub(crate) ignore_distribution: Option<bool>,
    /// Of misp-feed and misp: the hub's group that a sharing group of this UUID is; all of them
    #[arg(long, value_name = "UUID=CODE", conflicts_with = "no_sharing_groups")]
    pub(crate) sharing_group: Vec<String>,
    /// No sharing group is agreed on any more
    #[arg(long)]
    pub(crate) no_sharing_groups: bool,
    /// Of csaf: whether a document without an OpenPGP signature is not taken
    #[arg(long, value_name = "true|false")]
    pub(crate) signed: Option<bool>,
    /// File whose first line is the header by which the hub is known there; kept sealed
    #[arg(long, value_name = "FILE")]
    pub(crate) header_file: Option<PathBuf>,
}
