//! `backup`: a consistent copy of a store that may be running.

use std::path::Path;

use serde_json::json;

use super::unfinished::{self, Unfinished};
use crate::{
    cli::BackupArgs,
    config::Config,
    fault::{Exit, Fault},
    open::{self, OpenStore},
    say::Say,
};

pub(super) async fn run(config: &Config, args: BackupArgs, say: Say) -> Result<(), Fault> {
    if args.file.exists() {
        return Err(Fault::new(
            Exit::Denied,
            format!("{} is there already", args.file.display()),
        )
        .hint("name a new file; no backup is overwritten"));
    }
    let folder = args
        .file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(
            Fault::not_found(format!("there is no folder {}", folder.display()))
                .at(args.file.display().to_string())
                .hint("make the folder first, open to nobody else"),
        );
    }
    let cleared = unfinished::clear(folder.unwrap_or(Path::new(".")));
    let store = open::open_store(config).await?;
    if let Err(fault) = open::compare_keys(config, &store).await {
        store.close().await;
        return Err(fault);
    }
    let done = copied(&store, &args.file).await;
    let size = store.port().ledger_size().await;
    store.close().await;
    done.map_err(|fault| {
        fault
            .at(args.file.display().to_string())
            .hint("no copy was made; nothing is left of it")
    })?;
    let events = size?;
    let meta = std::fs::metadata(&args.file);
    let bytes = meta
        .map_err(|error| Fault::file(&args.file, "read", &error))?
        .len();
    let removed: Vec<_> = cleared.iter().map(|(path, _)| path).collect();
    let result = json!({
        "file": args.file, "bytes": bytes, "events_at_least": events, "leftovers_removed": removed,
    });
    say.result(&result, || {
        let mut text = format!(
            "{} ({bytes} bytes)\nThe keys are not in it: keep {} elsewhere too.",
            args.file.display(),
            config.keys().display()
        );
        for (path, bytes) in &cleared {
            let path = path.display();
            text.push_str(&format!(
                "\nremoved {path} ({bytes} bytes): a backup that was cut off had left it"
            ));
        }
        text
    })
}

/// Makes the copy beside its place, where it stands only when it is whole.
async fn copied(store: &OpenStore, place: &Path) -> Result<(), Fault> {
    let making = Unfinished::begin(place)?;
    store.port().backup(&making.copy()).await?;
    making.finish()
}
