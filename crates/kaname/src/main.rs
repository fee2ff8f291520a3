//! Kaname's program: commands, configuration, wiring. What is decided stands in the crates beneath.
#![forbid(unsafe_code)]

mod ambient;
mod bounded;
mod cli;
mod command;
mod config;
mod demo;
mod fault;
mod in_use;
mod noted;
mod open;
mod part;
mod say;
mod serve;

use std::{io::Write as _, process::ExitCode};

use clap::FromArgMatches as _;

use crate::{
    cli::Cli,
    fault::{Exit, Fault},
    say::Say,
};

fn main() -> ExitCode {
    let parsed = cli::tree()
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let wanted = !error.use_stderr();
            if !wanted && asks_for_json() {
                tell(&Fault::unparsed(&error), Say::new(true));
            } else {
                let _ = error.print();
            }
            return if wanted {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(Exit::Usage as u8)
            };
        }
    };
    let say = Say::new(cli.common.json);
    match command::run(cli, say) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            tell(&fault, Say::new(say.is_json() || fault.logged));
            ExitCode::from(fault.exit as u8)
        }
    }
}

/// Whether the arguments ask for JSON, where they could not be read as a command.
fn asks_for_json() -> bool {
    std::env::args_os().any(|argument| argument == "--json")
}

fn tell(fault: &Fault, say: Say) {
    let text = if say.is_json() {
        format!("{}\n", fault.json())
    } else {
        fault.text()
    };
    let _ = std::io::stderr().write_all(text.as_bytes());
}
