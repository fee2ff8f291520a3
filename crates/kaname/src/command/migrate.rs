//! `migrate`: the store's schema to this program's version. Opening does it too, in one transaction;
//! this command only says so, and can look first.

use std::path::Path;

use serde_json::json;

use crate::{
    cli::MigrateArgs,
    config::Config,
    fault::{Exit, Fault},
    open::{self, OpenStore},
    say::Say,
};

pub(super) async fn run(config: &Config, args: MigrateArgs, say: Say) -> Result<(), Fault> {
    let path = open::database(config);
    if let Some(path) = path.as_ref().filter(|path| !path.is_file()) {
        return Err(
            Fault::not_found(format!("there is no store at {}", path.display()))
                .hint("`kaname init` makes one"),
        );
    }
    let (found, wanted) = match (args.dry_run, &path) {
        (true, Some(path)) => look(config, path).await?,
        (true, None) => {
            return Err(Fault::new(
                Exit::Denied,
                "a PostgreSQL schema can't be tried on a copy here",
            )
            .hint("a migration is one transaction: it is done, or the schema is as before")
            .hint("try it on a schema restored from a backup: store.schema names another one"));
        }
        (false, _) => {
            let _alone = open::alone(config)?;
            let store = open::open_store_unlocked(config).await?;
            let own = open::compare_keys(config, &store).await;
            let versions = versions(store).await;
            own?;
            versions
        }
    };
    let result = json!({ "found": found, "wanted": wanted, "done": !args.dry_run });
    say.result(&result, || match (found == wanted, args.dry_run) {
        (true, _) => format!("the schema is at version {found}; nothing to do"),
        (false, true) => format!("would go from version {found} to {wanted}, in one transaction"),
        (false, false) => format!("went from version {found} to {wanted}"),
    })
}

/// The version found and the one wanted; opening has brought the one to the other.
async fn versions(store: OpenStore) -> (u32, u32) {
    let versions = (store.found_schema(), store.wanted_schema());
    store.close().await;
    versions
}

/// Tries it on a copy, which is thrown away: what would go wrong goes wrong there.
async fn look(config: &Config, path: &Path) -> Result<(u32, u32), Fault> {
    let copies = config.data().join("migrating");
    super::init::folder(&copies)?;
    let copy = copies.join(open::DATABASE);
    let copied = || -> std::io::Result<()> {
        for side in ["", "-wal"] {
            let from = std::path::PathBuf::from(format!("{}{side}", path.display()));
            if from.exists() {
                std::fs::copy(&from, format!("{}{side}", copy.display()))?;
            }
        }
        Ok(())
    };
    let found = match copied() {
        Ok(()) => match open::open_file(config, &copy) {
            Ok(store) => Ok(versions(store).await),
            Err(fault) => Err(fault),
        },
        Err(error) => Err(Fault::file(&copy, "written", &error)),
    };
    std::fs::remove_dir_all(&copies).map_err(|error| Fault::file(&copies, "removed", &error))?;
    found
}
