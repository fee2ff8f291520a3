//! Commands about reports that belong together.

use clap::Subcommand;

/// Commands about campaigns, and what is proposed as one. Values and texts of reports are not shown here.
#[derive(Debug, Subcommand)]
pub(crate) enum CampaignCommand {
    /// List what is proposed as one campaign, with the evidence
    #[command(after_help = "Example:\n  kaname campaign proposals --json")]
    Proposals,
    /// Carry a proposal out: a new campaign, or the others join the campaign that some are in
    #[command(after_help = "Example:\n  kaname campaign accept 3f0c…a1 --title '配達を装う波'")]
    Accept {
        /// Key of the proposal, as `proposals` shows it
        key: String,
        /// What a new campaign is called
        #[arg(long, default_value = "")]
        title: String,
    },
    /// Set a proposal aside: the same evidence proposes nothing any more
    #[command(after_help = "Example:\n  kaname campaign dismiss 3f0c…a1 --reason '共用の配信網'")]
    Dismiss {
        /// Key of the proposal
        key: String,
        /// Why they do not belong together
        #[arg(long)]
        reason: String,
    },
    /// List what was set aside
    #[command(after_help = "Example:\n  kaname campaign aside")]
    Aside,
    /// Let what was set aside count again
    #[command(after_help = "Example:\n  kaname campaign restore 019ac5c4-…")]
    Restore {
        /// Its id, as `aside` shows it
        id: String,
    },
    /// List campaigns, touched last first
    #[command(after_help = "Example:\n  kaname campaign list --json")]
    List {
        /// Those that were merged or undone too
        #[arg(long)]
        all: bool,
    },
    /// Show a campaign with its reports and what was done
    #[command(after_help = "Example:\n  kaname campaign show C-2611-7M2RA")]
    Show {
        /// Its number
        number: String,
    },
    /// Take reports together that nobody proposed
    #[command(
        after_help = "Example:\n  kaname campaign new --title '配達を装う波' R-2611-0K4TV R-2611-9QX3E"
    )]
    New {
        /// Receipt numbers
        #[arg(required = true)]
        reports: Vec<String>,
        /// What it is called
        #[arg(long)]
        title: String,
    },
    /// Add reports to a campaign
    #[command(after_help = "Example:\n  kaname campaign join C-2611-7M2RA R-2611-0K4TV")]
    Join {
        /// Its number
        number: String,
        /// Receipt numbers
        #[arg(required = true)]
        reports: Vec<String>,
    },
    /// Take reports out of a campaign, alone or as one of their own
    #[command(
        after_help = "Example:\n  kaname campaign split C-2611-7M2RA R-2611-0K4TV --reason '別の手口'"
    )]
    Split {
        /// Its number
        number: String,
        /// Receipt numbers
        #[arg(required = true)]
        reports: Vec<String>,
        /// Why
        #[arg(long)]
        reason: String,
        /// What they are called as a campaign of their own
        #[arg(long)]
        title: Option<String>,
    },
    /// Take all reports of another campaign over
    #[command(after_help = "Example:\n  kaname campaign merge C-2611-7M2RA C-2611-0P9QZ")]
    Merge {
        /// The campaign that stays
        number: String,
        /// The one that goes into it
        other: String,
    },
    /// Call a campaign otherwise
    #[command(after_help = "Example:\n  kaname campaign rename C-2611-7M2RA '宅配を装う波'")]
    Rename {
        /// Its number
        number: String,
        /// How
        title: String,
    },
    /// Undo the last step of a campaign, on both sides where it changed two
    #[command(
        after_help = "Example:\n  kaname campaign undo C-2611-7M2RA --step 2 --reason '誤り'"
    )]
    Undo {
        /// Its number
        number: String,
        /// The step, as `show` gives it
        #[arg(long)]
        step: u32,
        /// Why
        #[arg(long)]
        reason: String,
    },
}
