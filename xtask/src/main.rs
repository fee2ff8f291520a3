//! `cargo xtask`: the checks and chores of this repository, in Rust so that they run wherever the
//! program builds.

mod bench;
mod ci;
mod demo;
mod disk;
mod e2e;
mod fuzz;
mod leak;
mod node;
mod peers;
mod server;
mod smoke;
mod step;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Checks and chores of the Kaname repository"
)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check what the compiler does not: crate graph, forbidden calls, file sizes, glossary, bans
    Tidy,
    /// Everything continuous integration runs, in order; stops at the first failure
    Ci {
        /// Run only these steps (names as printed), in the usual order
        #[arg(long, value_name = "STEP")]
        only: Vec<String>,
        /// Print the steps and their commands without running them
        #[arg(long)]
        list: bool,
    },
    /// Run a benchmark by name in release mode; without a name, list them
    Bench {
        /// Name of the benchmark
        name: Option<String>,
        /// Of `node` and those beside a peer: how many objects (of `misp`: attributes)
        #[arg(long)]
        objects: Option<u32>,
        /// Of the others: numbers that go to the benchmark, such as `store -- OBJECTS RECORDS`
        #[arg(last = true)]
        more: Vec<String>,
    },
    /// Run the fuzz targets in release mode
    Fuzz {
        /// Only this target
        target: Option<String>,
        /// Seconds per target
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Compare what every surface shows with the rules, over that many pairs of item and reader
    Leak {
        /// Pairs; 100 readers share the items
        #[arg(default_value_t = 10_000_000)]
        pairs: u64,
    },
    /// Start the demo in a throw-away folder, wait until it serves, verify its ledger, stop it
    Smoke,
    /// Walk the pages of a fresh demo in a real browser (needs `./setup --test`)
    E2e,
}

fn main() -> ExitCode {
    let root = repository_root();
    let outcome = match Arguments::parse().chore {
        Chore::Tidy => tidy::run(&root),
        Chore::Ci { only, list } => ci::run(&root, &only, list),
        Chore::Bench {
            name,
            objects,
            more,
        } => bench::run(&root, name.as_deref(), objects, &more),
        Chore::Fuzz { target, seconds } => fuzz::run(&root, target.as_deref(), seconds),
        Chore::Leak { pairs } => leak::run(&root, pairs),
        Chore::Smoke => smoke::run(&root),
        Chore::E2e => e2e::run(&root),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// The folder above this crate's: cargo compiles its own position into it, so it works from anywhere
/// inside the checkout.
fn repository_root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// Why a chore did not succeed: what happened, and what a person does next.
#[derive(Debug, thiserror::Error)]
#[error("error: {what}\nhint: {hint}")]
struct Failure {
    what: String,
    hint: String,
}

impl Failure {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: hint.into(),
        }
    }
}
