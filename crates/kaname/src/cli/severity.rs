//! Commands about how serious an incident was for society.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Commands about severity.
#[derive(Debug, Subcommand)]
pub(crate) enum SeverityCommand {
    /// Rate case files: level, what set it, what is unknown
    #[command(
        after_help = "Examples:\n  kaname severity rate case.toml\n  kaname severity rate *.toml --policy draft.toml --json    one JSON object per case and line"
    )]
    Rate {
        /// Case files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        policy: PolicyArgs,
    },
    /// Tell how each case came to its level, rule by rule, in sentences or as a picture
    #[command(
        after_help = "Examples:\n  kaname severity explain case.toml --lang en\n  kaname severity explain case.toml --case outage-7 --svg slide.svg"
    )]
    Explain {
        /// The case file
        file: PathBuf,
        /// Only the case of this id
        #[arg(long, value_name = "ID")]
        case: Option<String>,
        /// Language of the sentences
        #[arg(long, value_enum, default_value_t = LangArg::Ja)]
        lang: LangArg,
        /// Write one case as a picture (SVG) to this file instead
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
        #[command(flatten)]
        policy: PolicyArgs,
    },
    /// Show every level that a draft policy would move over past cases
    #[command(after_help = "Example:\n  kaname severity replay draft.toml past-cases.toml")]
    Replay {
        /// The draft
        draft: PathBuf,
        /// Files of past cases
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        policy: PolicyArgs,
    },
    /// Check policy files, and their sectors against the dated data
    #[command(
        after_help = "Examples:\n  kaname severity check draft.toml\n  kaname severity check policy.toml --signatures policy.sig.toml --signers signers.toml"
    )]
    Check {
        /// Policy files; two in force with one id may not overlap in time
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        signed: SignedArgs,
    },
}

/// The policy to rate by.
#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    /// Policy file; the policy shipped with the program when left out
    #[arg(long, value_name = "POLICY")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) signed: SignedArgs,
}

/// What a policy in force needs.
#[derive(Debug, Args)]
pub(crate) struct SignedArgs {
    /// Detached signatures over the policy's bytes, needed by a policy in force
    #[arg(long, value_name = "FILE")]
    pub(crate) signatures: Option<PathBuf>,
    /// Who may sign, with public keys
    #[arg(long, value_name = "FILE")]
    pub(crate) signers: Option<PathBuf>,
}

/// A language.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LangArg {
    /// Japanese
    Ja,
    /// English
    En,
}
