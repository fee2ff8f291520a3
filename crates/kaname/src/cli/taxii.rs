//! Commands about TAXII as a whole.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use kaname_sharing::turn::Every;

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
    /// Other TAXII servers that are read or sent to: add, change, list, now, stop, start
    #[command(subcommand)]
    Peers(PeersCommand),
    /// Read peers now, from where the last reading came to; a running server or worker does so by itself
    #[command(
        after_help = "What comes goes into collections of kind peer, by each peer's rules. A reading that was cut off goes on\nwhere it was. While it runs, no worker reads the peer.\n\nExamples:\n  kaname taxii pull\n  kaname taxii pull partner --max-seconds 60 --json"
    )]
    Pull(PullArgs),
    /// Send to peers now what they have not had yet; a running server or worker does so by itself
    #[command(
        after_help = "What the party behind a peer may read in the collection is sent, by the peer's rules. A sending that was\ncut off goes on where it was. While it runs, no worker sends to the peer.\n\nExamples:\n  kaname taxii push\n  kaname taxii push branch --max-seconds 60 --json"
    )]
    Push(PullArgs),
}

/// Commands about other TAXII servers.
#[derive(Debug, Subcommand)]
pub(crate) enum PeersCommand {
    /// Agree with a peer: its collection, and where its objects go, or what is sent to it
    #[command(
        after_help = "Example:\n  kaname taxii peers add partner --url https://taxii.partner.example/root/collections/91a7b528-80eb-42ed-a74d-c6fbd5a26116/ \\\n      --into partner --user kaname --password-file pw.txt --tlp-at-most GREEN --every 15m\n  kaname taxii peers add branch --url https://taxii.branch.example/root/collections/4f8c2e0a-4c1b-4f0e-9d3c-1f9f2f6f7a10/ \\\n      --out-of library --party branch --user kaname --password-file pw.txt"
    )]
    Add(Box<AddPeer>),
    /// Agree otherwise: address, rules, interval, credential; what is left out stays
    #[command(
        after_help = "With another address or other rules it begins from the start; what is there already is not taken twice.\n\nExamples:\n  kaname taxii peers change partner --every 1h\n  kaname taxii peers change partner --every never\n  kaname taxii peers change partner --any-type --any-tlp"
    )]
    Change(Box<ChangePeer>),
    /// List peers with how far each has come, how far behind it is, and when its next turn is
    #[command(after_help = "Example:\n  kaname taxii peers list --json")]
    List,
    /// Have a running server or worker give a peer its turn now, whatever its interval
    #[command(after_help = "Example:\n  kaname taxii peers now partner")]
    Now {
        /// Its code
        code: String,
    },
    /// Give a peer no turns any more; what came or went stays
    #[command(after_help = "Example:\n  kaname taxii peers stop partner --reason 合意の終了")]
    Stop {
        /// Its code
        code: String,
        /// Why; kept in the ledger
        #[arg(long)]
        reason: String,
    },
    /// Give a stopped peer its turns again, or any from another moment on
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
    /// Alias of the collection its objects go to, of kind peer
    #[arg(long, required_unless_present = "out_of", conflicts_with = "out_of")]
    pub(crate) into: Option<String>,
    /// Alias of the collection whose objects are sent to it instead, of kind library or peer
    #[arg(long, requires = "party")]
    pub(crate) out_of: Option<String>,
    /// Code of the party behind it: what that party may read over TAXII is sent, and nothing else
    #[arg(long, requires = "out_of")]
    pub(crate) party: Option<String>,
    /// User there
    #[arg(long, requires = "password_file")]
    pub(crate) user: Option<String>,
    /// File whose first line is the password there; kept sealed
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Only objects of this STIX type; may be repeated
    #[arg(long = "type")]
    pub(crate) types: Vec<String>,
    /// Nothing marked more strictly than this TLP
    #[arg(long)]
    pub(crate) tlp_at_most: Option<String>,
    /// How often: minutes, hours or days such as 15m, 6h, 1d, or never
    #[arg(long, default_value_t)]
    pub(crate) every: Every,
}

/// What is agreed with a peer from now on.
#[derive(Debug, Args)]
pub(crate) struct ChangePeer {
    /// Its code
    pub(crate) code: String,
    /// Address of its collection
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// User there
    #[arg(long, requires = "password_file")]
    pub(crate) user: Option<String>,
    /// File whose first line is the password there; kept sealed
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Only objects of this STIX type; may be repeated
    #[arg(long = "type", conflicts_with = "any_type")]
    pub(crate) types: Vec<String>,
    /// Objects of any type
    #[arg(long)]
    pub(crate) any_type: bool,
    /// Nothing marked more strictly than this TLP
    #[arg(long, conflicts_with = "any_tlp")]
    pub(crate) tlp_at_most: Option<String>,
    /// Objects of any TLP
    #[arg(long)]
    pub(crate) any_tlp: bool,
    /// How often: minutes, hours or days such as 15m, 6h, 1d, or never
    #[arg(long)]
    pub(crate) every: Option<Every>,
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
