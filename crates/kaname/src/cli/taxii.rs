//! Commands about TAXII as a whole.

use std::path::PathBuf;

use clap::Subcommand;

/// Commands about the TAXII server's layout.
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
}
