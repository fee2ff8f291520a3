//! The command line: the tree of commands with their options. What they do stands in `command`.

mod assessment;
mod campaign;
mod data;
mod incident;
mod item;
mod misp;
mod people;
mod run;
mod severity;
mod source;
mod stix;
mod taxii;
mod warninglist;
mod webhook;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};
use jiff::civil::Date;

pub(crate) use self::{
    assessment::AssessmentCommand,
    campaign::CampaignCommand,
    data::{
        BackupArgs, CollectionCommand, ConfigCommand, ExportArgs, ExportForm, ImportArgs,
        MigrateArgs, RedactArgs, RestoreArgs, SectorCommand, VerifyArgs,
    },
    incident::{ClocksArgs, IncidentCommand, RouteArgs, WhatIf},
    item::{AgeArg, ItemCommand, ListItems},
    misp::{ConvertArgs, ConvertTo, MispCommand},
    people::{AddParty, AddUser, GroupCommand, KeyCommand, PartyCommand, UserCommand},
    run::{DemoArgs, InitArgs, ServeArgs},
    severity::{LangArg, PolicyArgs, SeverityCommand, SignedArgs},
    source::{AddSource, ChangeSource, FormArgs, SourceCommand, TrySource},
    stix::{LevelArg, StixCommand},
    taxii::{AddPeer, ChangePeer, PeersCommand, PullArgs, TaxiiCommand},
    warninglist::WarninglistCommand,
    webhook::WebhookCommand,
};
use crate::fault::EXIT_CODES;

/// Kaname: a coordination centre for sharing what was seen of attacks.
#[derive(Debug, Parser)]
#[command(
    name = "kaname",
    version,
    disable_help_subcommand = true,
    after_help = "Begin with:\n  kaname demo              a whole invented nation, to look around in\n  kaname init              a hub of your own\n  kaname serve             its server"
)]
pub(crate) struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub(crate) common: Common,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Configuration file; otherwise ./kaname.toml, then /etc/kaname/kaname.toml, if there
    #[arg(long, global = true, value_name = "FILE", env = "KANAME_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Data folder (store.path)
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// Folder of the keys (keys.folder)
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) keys: Option<PathBuf>,
    /// PostgreSQL database instead of the file in the data folder (store.url)
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) postgres: Option<String>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// All commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new hub: store, keys, its own party and the first officer
    #[command(
        after_help = "Example:\n  kaname init --name-ja 共有センター --name-en 'Sharing Centre' --login officer --password-file pw.txt"
    )]
    Init(InitArgs),
    /// Run the server: pages, API, TAXII, feeds; and the worker, unless --no-worker
    #[command(
        after_help = "Examples:\n  kaname serve                                   on http://127.0.0.1:8440\n  kaname serve --address [::]:443 --tls-cert chain.pem --tls-key key.pem\n  kaname serve --address 10.0.0.5:8440 --behind-proxy"
    )]
    Serve(ServeArgs),
    /// Run a worker alone: mail, webhooks, digests
    #[command(after_help = "Example:\n  kaname worker")]
    Worker,
    /// Show a whole invented nation on this machine, in a folder that is thrown away
    #[command(
        after_help = "Examples:\n  kaname demo\n  kaname demo --port 9000 --data ./nation        kept in ./nation"
    )]
    Demo(DemoArgs),
    /// Organisations, with the duties they accepted and their keys for mail: add, list, show, retire, key, duty
    #[command(subcommand)]
    Party(PartyCommand),
    /// People's accounts: add, list, reset, disable, key, enable
    #[command(subcommand)]
    User(UserCommand),
    /// Machines' API keys: add, list, revoke
    #[command(subcommand)]
    Key(KeyCommand),
    /// Calls to members' machines about each release: add, list, rekey, stop, start
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Groups of parties: add, join, leave, list
    #[command(subcommand)]
    Group(GroupCommand),
    /// Collections of threat objects: add, pap, rename, close, list
    #[command(subcommand)]
    Collection(CollectionCommand),
    /// Items that are out: how fresh, what waits for officers: list, show, reviews, models
    #[command(subcommand)]
    Item(ItemCommand),
    /// Values so widely used that meeting one says little, in MISP's form: load, national, list, check, drop
    #[command(subcommand)]
    Warninglist(WarninglistCommand),
    /// Reports that belong together: proposals, accept, dismiss, aside, restore, list, show, new, join, split, merge, rename, undo
    #[command(subcommand)]
    Campaign(CampaignCommand),
    /// What the hub itself judges: list, show
    #[command(subcommand)]
    Assessment(AssessmentCommand),
    /// Sectors and competent ministries, as of any day: list, changes
    #[command(subcommand)]
    Sector(SectorCommand),
    /// What the rules of a day say of an incident: route, clocks, words
    #[command(subcommand)]
    Incident(IncidentCommand),
    /// How serious an incident was for society, by a policy file: rate, explain, replay, check
    #[command(subcommand)]
    Severity(SeverityCommand),
    /// MISP events to STIX and back: convert
    #[command(subcommand)]
    Misp(MispCommand),
    /// The TAXII server's whole layout, and other servers that are read or sent to: load, dump, peers, pull, push
    #[command(subcommand)]
    Taxii(TaxiiCommand),
    /// What others publish, read on a schedule: add, try, list, show, change, now, read, stop, start
    #[command(subcommand)]
    Source(SourceCommand),
    /// Bring STIX bundles into a collection, one event per file
    #[command(
        after_help = "Example:\n  kaname import enterprise-attack.json --collection reference"
    )]
    Import(ImportArgs),
    /// Files of STIX, without any hub: validate, upgrade, canonical, ids, diff, match, from
    #[command(subcommand)]
    Stix(StixCommand),
    /// Write a collection's objects to a file
    #[command(after_help = "Example:\n  kaname export --collection library --out library.json")]
    Export(ExportArgs),
    /// Prove the whole ledger: every event, every order, every checkpoint
    #[command(
        after_help = "Examples:\n  kaname verify\n  kaname verify --checkpoint kept-in-march.txt   also finds a cut tail or a rewritten past\n  kaname verify --rows                           also finds a changed row, such as one whose readers were changed"
    )]
    Verify(VerifyArgs),
    /// Compute every table anew from the ledger (with the server stopped)
    #[command(after_help = "Example:\n  kaname rebuild")]
    Rebuild,
    /// Destroy what a matter says, for good; the ledger stays whole
    #[command(
        after_help = "Example:\n  kaname redact R-2611-0K4TV --reason 個人情報が含まれていたため --yes"
    )]
    Redact(RedactArgs),
    /// Write a consistent copy, while the server runs; it holds no keys
    #[command(after_help = "Example:\n  kaname backup /backup/kaname-2026-11-24.db")]
    Backup(BackupArgs),
    /// Put a copy in place of the store, after proving it
    #[command(after_help = "Example:\n  kaname restore /backup/kaname-2026-11-24.db")]
    Restore(RestoreArgs),
    /// Bring the store's schema to this program's version
    #[command(after_help = "Example:\n  kaname migrate --dry-run")]
    Migrate(MigrateArgs),
    /// The configuration: check, show, example
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// A day of the calendar.
fn day(text: &str) -> Result<Date, &'static str> {
    text.parse()
        .map_err(|_| "a date YYYY-MM-DD is expected, such as 2025-08-01")
}

/// The command tree, with the exit codes under each help.
pub(crate) fn tree() -> clap::Command {
    told(Cli::command())
}

fn told(command: clap::Command) -> clap::Command {
    let own = command.get_after_help().map(ToString::to_string);
    let text = match own {
        Some(own) => format!("{own}\n\n{EXIT_CODES}"),
        None => EXIT_CODES.to_owned(),
    };
    command.after_help(text).mut_subcommands(told)
}

#[cfg(test)]
mod tests {
    use super::tree;

    /// What `kaname --help` says of a command that has commands of its own ends with all of them.
    #[test]
    fn help_names_every_command_there_is() {
        for command in tree().get_subcommands() {
            let own: Vec<&str> = command
                .get_subcommands()
                .map(clap::Command::get_name)
                .collect();
            if own.is_empty() {
                continue;
            }
            let about = command.get_about().unwrap().to_string();
            let (_, listed) = about.rsplit_once(": ").unwrap_or_default();
            assert_eq!(listed, own.join(", "), "{}", command.get_name());
        }
    }
}
