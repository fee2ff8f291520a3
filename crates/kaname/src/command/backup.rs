//! `backup`: a consistent copy of a store that may be running.

use serde_json::json;

use crate::{
    cli::BackupArgs,
    config::Config,
    fault::{Exit, Fault},
    open,
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
    let store = open::open_store(config).await?;
    if let Err(fault) = open::compare_keys(config, &store).await {
        store.close().await;
        return Err(fault);
    }
    let done = store.port().backup(&args.file).await;
    let size = store.port().ledger_size().await;
    store.close().await;
    done.map_err(|error| {
        Fault::from(error)
            .at(args.file.display().to_string())
            .hint("no copy was made; nothing is left of it")
    })?;
    let events = size?;
    let meta = std::fs::metadata(&args.file);
    let bytes = meta
        .map_err(|error| Fault::file(&args.file, "read", &error))?
        .len();
    let result = json!({ "file": args.file, "bytes": bytes, "events_at_least": events });
    say.result(&result, || {
        format!(
            "{} ({bytes} bytes)\nThe keys are not in it: keep {} elsewhere too.",
            args.file.display(),
            config.keys().display()
        )
    })
}
