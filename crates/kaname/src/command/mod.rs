//! What each command does, one file each.

mod assessment;
mod backup;
mod campaign;
pub(crate) mod collection;
mod config;
mod export;
mod group;
mod import;
mod incident;
pub(crate) mod init;
mod item;
mod key;
mod mail_key;
mod migrate;
mod misp;
mod party;
mod rebuild;
mod redact;
mod restore;
mod secret;
mod sector;
mod severity;
mod source;
mod stix;
mod taxii;
mod undone;
mod unfinished;
mod user;
mod verify;
pub(crate) mod warninglist;
mod webhook;

use std::future::Future;

use kaname_world::Caller;

use crate::{
    ambient,
    cli::{Cli, Command, Common, ServeArgs},
    config::{self as configuration, Config, load::Sources, stray::stray},
    demo,
    fault::Fault,
    say::Say,
    serve,
};

/// What to do about a damaged store.
const RESTORE: &str = "stop what runs on it, and put the newest sound backup in its place: `kaname \
                       restore FILE --replace` keeps the damaged one beside it";

/// Carries out the command.
pub(crate) fn run(cli: Cli, say: Say) -> Result<(), Fault> {
    let serving = match &cli.command {
        Command::Serve(args) => args.clone(),
        _ => ServeArgs::default(),
    };
    // These work on a configuration that may be wrong, or on none.
    match cli.command {
        Command::Config(command) => {
            return config::run(&command, &sources(&cli.common, &serving)?, say);
        }
        Command::Sector(command) => return sector::run(&command, say),
        Command::Severity(command) => return severity::run(&command, say),
        Command::Incident(command) => return incident::run(&command, say),
        Command::Stix(command) => return stix::run(&command, say),
        Command::Misp(command) => return misp::run(&command, say),
        _ => {}
    }
    let sources = sources(&cli.common, &serving)?;
    let config = Config::sound(&sources)?;
    warn(&sources, say);
    let place = crate::open::place(&config);
    let logs_json = config.text("log.format") == Some("json");
    let done = match cli.command {
        Command::Serve(args) => stay(
            threads(&config)?,
            logs_json,
            serve::run(config, !args.no_worker),
        ),
        Command::Worker => stay(threads(&config)?, logs_json, serve::work(config)),
        Command::Demo(args) => {
            let kept = cli.common.data.is_some();
            threads(&config)?.block_on(demo::run(config, args, kept, say))
        }
        Command::Init(args) => once(init::run(&config, args, say)),
        Command::Party(command) => once(party::run(&config, command, say)),
        Command::User(command) => once(user::run(&config, command, say)),
        Command::Key(command) => once(key::run(&config, command, say)),
        Command::Webhook(command) => once(webhook::run(&config, command, say)),
        Command::Group(command) => once(group::run(&config, command, say)),
        Command::Collection(command) => once(collection::run(&config, command, say)),
        Command::Item(command) => once(item::run(&config, command, say)),
        Command::Warninglist(command) => once(warninglist::run(&config, command, say)),
        Command::Campaign(command) => once(campaign::run(&config, command, say)),
        Command::Assessment(command) => once(assessment::run(&config, command, say)),
        Command::Taxii(command) => once(taxii::run(&config, command, say)),
        Command::Source(command) => once(source::run(&config, command, say)),
        Command::Import(args) => once(import::run(&config, args, say)),
        Command::Export(args) => once(export::run(&config, args, say)),
        Command::Verify(args) => once(verify::run(&config, args, say)),
        Command::Rebuild => once(rebuild::run(&config, say)),
        Command::Redact(args) => once(redact::run(&config, args, say)),
        Command::Backup(args) => once(backup::run(&config, args, say)),
        Command::Restore(args) => once(restore::run(&config, args, say)),
        Command::Migrate(args) => once(migrate::run(&config, args, say)),
        Command::Config(_)
        | Command::Sector(_)
        | Command::Severity(_)
        | Command::Incident(_)
        | Command::Stix(_)
        | Command::Misp(_) => Ok(()),
    };
    done.map_err(|fault| fault.damage("the store is damaged", &place, RESTORE))
}

/// A password that was just made.
pub(crate) fn made_password() -> String {
    secret::made()
}

/// Who acts from the shell. Whoever may read the key files may do everything; the ledger says that it
/// came from there.
pub(crate) fn shell() -> Caller {
    Caller::system("shell")
}

/// Names each variable that nobody reads, on a line.
fn warn(sources: &Sources, say: Say) {
    for stray in stray(&sources.variables) {
        let meant = match &stray.did_you_mean {
            Some(meant) => format!("; did you mean `{meant}`?"),
            None => String::new(),
        };
        let name = &stray.key;
        say.note(&format!(
            "warning: {name} is set and nobody reads it{meant}"
        ));
    }
}

/// The configuration's sources: the file, the environment, and the options given.
fn sources(common: &Common, serving: &ServeArgs) -> Result<Sources, Fault> {
    let mut options = Vec::new();
    let mut give = |key: &'static str, value: Option<String>, option: &str| {
        options.extend(value.map(|value| (key, value, option.to_owned())));
    };
    let path =
        |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    give("store.path", path(&common.data), "--data");
    give("keys.folder", path(&common.keys), "--keys");
    give("store.url", common.postgres.clone(), "--postgres");
    give(
        "listen.address",
        serving.address.map(|a| a.to_string()),
        "--address",
    );
    give(
        "listen.public_url",
        serving.public_url.clone(),
        "--public-url",
    );
    give("listen.tls_cert", path(&serving.tls_cert), "--tls-cert");
    give("listen.tls_key", path(&serving.tls_key), "--tls-key");
    let behind = serving.behind_proxy.then(|| "true".to_owned());
    give("listen.behind_proxy", behind, "--behind-proxy");
    Ok(Sources {
        file: configuration::file(common.config.as_deref())?,
        variables: ambient::variables(),
        options,
    })
}

/// Runs a command that ends by itself, on one thread beside the store's.
fn once(work: impl Future<Output = Result<(), Fault>>) -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|e| Fault::failed("no thread can be started").because(&e))?;
    runtime.block_on(work)
}

/// Runs a program that stays. Work that hangs on its own thread does not keep it from ending. Why
/// it failed is told in the form of its log.
fn stay(
    runtime: tokio::runtime::Runtime,
    logs_json: bool,
    work: impl Future<Output = Result<(), Fault>>,
) -> Result<(), Fault> {
    let done = runtime.block_on(work).map_err(|mut fault| {
        // Why it ended stands where its log stands.
        fault.logged = logs_json;
        fault
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    done
}

fn threads(config: &Config) -> Result<tokio::runtime::Runtime, Fault> {
    let count = usize::try_from(config.number("listen.threads"))
        .unwrap_or(4)
        .max(1);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    // Passwords are hashed on blocking threads, 19 MiB each: few of them bound the memory.
    builder
        .worker_threads(count)
        .max_blocking_threads(8)
        .thread_name("kaname")
        .enable_all();
    builder
        .build()
        .map_err(|e| Fault::failed("no thread can be started").because(&e))
}
