//! `migrate`: the store's schema to this program's version. Opening does it too, in one transaction;
//! this command only says so, and can look first.

use std::sync::Arc;

use kaname_store_sqlite::SCHEMA_VERSION;
use kaname_world::ambient::SystemClock;
use serde_json::json;

use crate::{cli::MigrateArgs, config::Config, fault::Fault, open, say::Say};

pub(super) async fn run(config: &Config, args: MigrateArgs, say: Say) -> Result<(), Fault> {
    let path = open::database(config);
    if !path.is_file() {
        return Err(
            Fault::not_found(format!("there is no store at {}", path.display()))
                .hint("`kaname init` makes one"),
        );
    }
    let found = if args.dry_run {
        look(config, &path).await?
    } else {
        let _alone = open::alone(config)?;
        open_it(config, &path).await?
    };
    let result = json!({ "found": found, "wanted": SCHEMA_VERSION, "done": !args.dry_run });
    say.result(&result, || match (found == SCHEMA_VERSION, args.dry_run) {
        (true, _) => format!("the schema is at version {found}; nothing to do"),
        (false, true) => {
            format!("would go from version {found} to {SCHEMA_VERSION}, in one transaction")
        }
        (false, false) => format!("went from version {found} to {SCHEMA_VERSION}"),
    })
}

async fn open_it(config: &Config, path: &std::path::Path) -> Result<u32, Fault> {
    let store = open::open_file(config, path, Arc::new(SystemClock))?;
    let found = store.found_schema();
    store.close().await;
    Ok(found)
}

/// Tries it on a copy, which is thrown away: what would go wrong goes wrong there.
async fn look(config: &Config, path: &std::path::Path) -> Result<u32, Fault> {
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
        Ok(()) => open_it(config, &copy).await,
        Err(error) => Err(Fault::file(&copy, "written", &error)),
    };
    std::fs::remove_dir_all(&copies).map_err(|error| Fault::file(&copies, "removed", &error))?;
    found
}
