//! Commands about TAXII as a whole.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;

/// Commands about the TAXII server's layout, and about other servers.
#[derive(Debug, Subcommand)]
pub(crate) enum TaxiiCommand {
    /// Load a whole layout: discovery, API roots, collections with their objects, statuses; all or nothing
    #[command(
        after_help = "The file is one JSON document: {\"discovery\": {…}, \"roots\": [{\"path\", \"title\", \"max_content_length\",\n\"collections\": [{\"id\", \"title\", \"can_read\", \"can_write\", \"objects\": [{\"date_added\", \"object\"}]}], \"statuses\": […]}]}\n\nExample:\n  kaname taxii load layout.json"
    )]
    Load {
        /// The layout
        file: PathBuf,
        /// Where it comes from, as recorded; the file's name when left out
        #[arg(long)]
        source: Option<String>,
    },
    /// Write the whole layout in the form that `taxii load` reads
    #[command(
        after_help = "It holds every object, whatever its marking: keep it as you keep a backup.\n\nExample:\n  kaname taxii dump --out layout.json"
    )]
    Dump {
        /// File to write; standard output when left out
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Other TAXII servers that are read: add, list, stop, start
    #[command(subcommand)]
    Peers(PeersCommand),
    /// Read peers from where the last reading came to; run it by a timer
    #[command(
        after_help = "What comes goes into collections of kind peer, by each peer's rules. A reading that was cut off goes on\nwhere it was.\n\nExamples:\n  kaname taxii pull\n  kaname taxii pull partner --max-seconds 60 --json"
    )]
    Pull(PullArgs),
}

/// Commands about other TAXII servers.
#[derive(Debug, Subcommand)]
pub(crate) enum PeersCommand {
    /// Agree with a peer: its collection, and where its objects go
    #[command(
        after_help = "Example:\n  kaname taxii peers add partner --url https://taxii.partner.example/root/collections/91a7b528-80eb-42ed-a74d-c6fbd5a26116/ \\\n      --into partner --user kaname --password-file pw.txt --tlp-at-most GREEN"
    )]
    Add(Box<AddPeer>),
    /// List peers with how far each was read and how long ago it was read to its end
    #[command(after_help = "Example:\n  kaname taxii peers list --json")]
    List,
    /// Read a peer no more; what came stays
    #[command(after_help = "Example:\n  kaname taxii peers stop partner --reason 合意の終了")]
    Stop {
        /// Its code
        code: String,
        /// Why; kept in the ledger
        #[arg(long)]
        reason: String,
    },
    /// Read a stopped peer again, or any from another moment on
    #[command(
        after_help = "Examples:\n  kaname taxii peers start partner\n  kaname taxii peers start partner --after 2026-01-01T00:00:00Z"
    )]
    Start {
        /// Its code
        code: String,
        /// From here on, strictly, instead of from where the last reading came to; what is there already is
        /// not taken twice
        #[arg(long, value_name = "MOMENT")]
        after: Option<Timestamp>,
    },
}

/// What is agreed with a peer.
#[derive(Debug, Args)]
pub(crate) struct AddPeer {
    /// Short unique name
    pub(crate) code: String,
    /// Address of its collection
    #[arg(long)]
    pub(crate) url: String,
    /// Code of the collection its objects go to, of kind peer
    #[arg(long)]
    pub(crate) into: String,
    /// User there
    #[arg(long, requires = "password_file")]
    pub(crate) user: Option<String>,
    /// File whose first line is the password there; kept sealed
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Only objects of this STIX type; may be repeated
    #[arg(long = "type")]
    pub(crate) types: Vec<String>,
    /// Nothing marked more strictly than this TLP comes in
    #[arg(long)]
    pub(crate) tlp_at_most: Option<String>,
}

/// Options of `taxii pull`.
#[derive(Debug, Args)]
pub(crate) struct PullArgs {
    /// Codes of peers; every active one when left out
    pub(crate) peers: Vec<String>,
    /// Most objects of each
    #[arg(long, default_value = "1000000", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_objects: u64,
    /// Longest time for each, in seconds
    #[arg(long, default_value = "600", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) max_seconds: u64,
}
