//! `warninglist load | national | list | check | drop`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use kaname_intake::read_listed;
use kaname_sharing::warninglist::Outline;
use kaname_world::{World, sharing::Brought};
use serde_json::{Value, json};

use super::shell;
use crate::{
    bounded,
    cli::WarninglistCommand,
    config::Config,
    fault::Fault,
    open::Hub,
    say::{Say, table},
};

/// Largest file, in bytes.
const MAX_FILE: u64 = 64 << 20;
/// Most files of one call.
const MAX_FILES: usize = 1_000;
/// How deep folders are looked into.
const MAX_DEPTH: usize = 4;

pub(super) async fn run(
    config: &Config,
    command: WarninglistCommand,
    say: Say,
) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = act(&hub.world, command, say).await;
    hub.close().await;
    done
}

async fn act(world: &World, command: WarninglistCommand, say: Say) -> Result<(), Fault> {
    match command {
        WarninglistCommand::Load { paths } => {
            let mut files = Vec::new();
            for path in &paths {
                find(path, 0, &mut files)?;
            }
            let load = async |path: &Path| bring(world, path).await;
            brought(&files, load, say).await
        }
        WarninglistCommand::National { files, country } => {
            let load = async |path: &Path| {
                let bytes = bounded::file(path, MAX_FILE, "take a registry's own file")?;
                let brought = world.load_delegated(&shell(), &bytes, &country).await;
                brought.map_err(|error| Fault::from(error).at(path.display().to_string()))
            };
            brought(&files, load, say).await
        }
        WarninglistCommand::List => list(world, say).await,
        WarninglistCommand::Check { values } => check(world, &values, say).await,
        WarninglistCommand::Drop { name, reason } => {
            let dropped = world.drop_warninglist(&shell(), &name, &reason).await?;
            say.result(&shown(&dropped), || {
                format!("nobody is warned by {name} any more")
            })
        }
    }
}

/// The files that a path stands for, in the order of their names.
pub(crate) fn find(path: &Path, depth: usize, into: &mut Vec<PathBuf>) -> Result<(), Fault> {
    if !path.is_dir() {
        into.push(path.to_owned());
    } else if depth < MAX_DEPTH {
        let unread = |error| Fault::file(path, "read", &error);
        let entries = fs::read_dir(path).map_err(unread)?.take(MAX_FILES);
        let mut below = Vec::new();
        for entry in entries {
            below.push(entry.map_err(unread)?.path());
        }
        below.sort();
        let is_list = |path: &PathBuf| path.extension().is_some_and(|end| end == "json");
        for path in below.iter().filter(|path| path.is_dir() || is_list(path)) {
            find(path, depth + 1, into)?;
        }
    }
    if into.len() > MAX_FILES {
        let what = format!("more than {MAX_FILES} files");
        return Err(Fault::failed(what).at(path.display().to_string()));
    }
    Ok(())
}

/// Brings the lists of these files; each is durable when the next is read.
async fn brought(
    files: &[PathBuf],
    load: impl AsyncFn(&Path) -> Result<(Outline, Brought), Fault>,
    say: Say,
) -> Result<(), Fault> {
    let bar = say.progress("lists", files.len() as u64);
    let (mut told, mut counts) = (Vec::new(), [0usize; 3]);
    for path in files {
        let (outline, outcome) = load(path).await?;
        let (place, word) = match outcome {
            Brought::New => (0, "new"),
            Brought::Changed => (1, "changed"),
            Brought::Same => (2, "same"),
        };
        counts[place] += 1;
        let mut one = shown(&outline);
        one["file"] = json!(path);
        one["outcome"] = word.into();
        told.push(one);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let [new, changed, same] = counts;
    say.result(&json!({ "lists": told }), || {
        format!("{new} lists are new, {changed} changed, {same} were there already")
    })
}

/// Brings the list of one file.
pub(crate) async fn bring(world: &World, path: &Path) -> Result<(Outline, Brought), Fault> {
    let bytes = bounded::file(path, MAX_FILE, "split the list")?;
    let brought = world.load_warninglist(&shell(), bytes).await;
    brought.map_err(|error| Fault::from(error).at(path.display().to_string()))
}

async fn list(world: &World, say: Say) -> Result<(), Fault> {
    let all = world.warninglists(&shell()).await?;
    let values: Vec<Value> = all.iter().map(|list| shown(&list.state.outline)).collect();
    say.result(&json!({ "count": values.len(), "lists": values }), || {
        let rows: Vec<_> = all
            .iter()
            .map(|list| {
                let outline = &list.state.outline;
                [
                    outline.kind.as_str().to_owned(),
                    outline.entries.to_string(),
                    outline.version.to_string(),
                    outline.name.clone(),
                ]
            })
            .collect();
        table(["KIND", "ENTRIES", "VERSION", "NAME"], &rows)
    })
}

async fn check(world: &World, values: &[String], say: Say) -> Result<(), Fault> {
    let warnings = world.warnings(&shell()).await?;
    let mut told = Vec::new();
    let mut rows = Vec::new();
    for given in values {
        let value = read_listed(given).ok_or_else(|| {
            Fault::usage(format!(
                "`{given}` is no address, network, name, URL, mail address or hash"
            ))
        })?;
        let lists = warnings.of_blocking(value.kind, &value.value);
        let names: Vec<&str> = lists.iter().map(|list| list.name.as_str()).collect();
        rows.push([value.value.clone(), names.join("; ")]);
        told.push(json!({ "value": value.value, "kind": value.kind.as_str(), "lists": names }));
    }
    say.result(&json!({ "values": told }), || {
        table(["VALUE", "LISTS"], &rows)
    })
}

fn shown(outline: &Outline) -> Value {
    json!({
        "name": outline.name,
        "description": outline.description,
        "kind": outline.kind,
        "version": outline.version,
        "entries": outline.entries,
        "types": outline.types,
        "identifies": outline.identifies,
        "sha256": outline.sha256,
    })
}
