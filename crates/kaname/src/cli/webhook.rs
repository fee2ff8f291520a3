//! Commands about webhooks.

use clap::Subcommand;

/// Commands about calls to members' machines.
#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// Have a party's machine called about each release; the secret is printed once
    #[command(
        after_help = "Example:\n  kaname webhook add --party shiranami-bank --url https://soc.shiranami.example/kaname"
    )]
    Add {
        /// Code of the party
        #[arg(long)]
        party: String,
        /// Where to call: https, or http on this machine itself
        #[arg(long)]
        url: String,
    },
    /// List webhooks; their secrets are sealed
    #[command(after_help = "Example:\n  kaname webhook list --party shiranami-bank")]
    List {
        /// Only those of this party, by code
        #[arg(long)]
        party: Option<String>,
    },
    /// Give it a fresh secret, printed once; the old one is void
    #[command(after_help = "Example:\n  kaname webhook rekey 0192f3c4-…")]
    Rekey {
        /// Its id, as `webhook list` shows it
        id: String,
    },
    /// Call it no more
    #[command(after_help = "Example:\n  kaname webhook stop 0192f3c4-… --reason 保守のため")]
    Stop {
        /// Its id, as `webhook list` shows it
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Call it again, from the next release on
    #[command(after_help = "Example:\n  kaname webhook start 0192f3c4-…")]
    Start {
        /// Its id, as `webhook list` shows it
        id: String,
    },
}
