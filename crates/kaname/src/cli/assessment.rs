//! Commands about what the hub itself judges.

use clap::Subcommand;

/// Commands about assessments. They are written, reviewed and released by persons, on the pages.
#[derive(Debug, Subcommand)]
pub(crate) enum AssessmentCommand {
    /// List assessments, touched last first
    #[command(after_help = "Example:\n  kaname assessment list --json")]
    List,
    /// Show one: judgements, evidence, reviews, versions, what stands in its way
    #[command(after_help = "Example:\n  kaname assessment show A-2611-3K8WD")]
    Show {
        /// Its number
        number: String,
    },
}
