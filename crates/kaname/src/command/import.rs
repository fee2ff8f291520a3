//! `import`: STIX bundles into a peer collection.

use std::path::Path;

use kaname_sharing::collection::Collection;
use kaname_stix::StixError;
use kaname_world::{Loaded, World, sharing::Imported};
use serde_json::json;

use super::shell;
use crate::{
    bounded,
    cli::ImportArgs,
    config::Config,
    fault::{Fault, line_and_column},
    open::Hub,
    say::Say,
};

/// Most rejected objects that are named.
const MOST_NAMED: usize = 20;

pub(super) async fn run(config: &Config, args: ImportArgs, say: Say) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = import_all(&hub.world, &args, say).await;
    hub.close().await;
    done
}

async fn import_all(world: &World, args: &ImportArgs, say: Say) -> Result<(), Fault> {
    let collection = super::collection::find(world, &args.collection).await?;
    let mut results = Vec::new();
    let mut rejected = 0;
    for path in &args.files {
        let imported = import_file(world, &collection, path, args, say).await?;
        rejected += imported.rejected.len();
        let refused = imported.taken == 0 && !imported.rejected.is_empty();
        let named: Vec<_> = imported.rejected.iter().take(MOST_NAMED).collect();
        results.push(json!({
            "file": path,
            "import": imported.import,
            "taken": imported.taken,
            "there_already": imported.there,
            "rejected": imported.rejected.len(),
            "first_rejected": named,
        }));
        if refused && !args.skip_bad {
            say.result(&json!({ "files": results }), String::new)?;
            return Err(refusal(path, &imported));
        }
        let there = match imported.there {
            0 => String::new(),
            count => format!(", {count} were there already"),
        };
        say.note(&format!(
            "{}: {} objects taken{there}",
            path.display(),
            imported.taken
        ));
    }
    say.result(&json!({ "files": results }), || match rejected {
        0 => "every object is in the collection".to_owned(),
        count => format!("{count} objects were not taken; --json names them"),
    })
}

fn refusal(path: &Path, imported: &Imported) -> Fault {
    let count = imported.rejected.len();
    let mut fault = Fault::failed(format!(
        "{count} objects do not fit; nothing of this file was taken"
    ))
    .at(path.display().to_string());
    for one in imported.rejected.iter().take(3) {
        fault
            .causes
            .push(format!("object {}: {}", one.index, one.why));
    }
    fault.hint("--skip-bad takes the others")
}

/// Why a file is not read: what it is not, with line and column where they are known.
pub(super) fn unread(path: &Path, bytes: &[u8], error: &StixError) -> Fault {
    let inner = match error {
        StixError::InObject { source, .. } => source,
        other => other,
    };
    let (what, byte) = match inner {
        StixError::Syntax { offset, .. } | StixError::Utf8 { offset } => {
            ("the file is not JSON", Some(*offset))
        }
        StixError::TooDeep { offset, .. } | StixError::DuplicateKey { offset, .. } => {
            ("the file is no STIX", Some(*offset))
        }
        _ => ("the file is no STIX", None),
    };
    let place = match byte {
        Some(byte) => {
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            let (line, column) = line_and_column(text, byte);
            format!("{}:{line}:{column}", path.display())
        }
        None => path.display().to_string(),
    };
    let mut fault = Fault::failed(what).at(place);
    match inner {
        StixError::Syntax { message, .. } => fault.causes.push((*message).to_owned()),
        _ => fault = fault.because(error),
    }
    fault.hint("a STIX bundle, a TAXII envelope or a list of STIX objects is expected, as JSON")
}

async fn import_file(
    world: &World,
    collection: &Loaded<Collection>,
    path: &Path,
    args: &ImportArgs,
    say: Say,
) -> Result<Imported, Fault> {
    let limits = world.settings().limits.import();
    let hint = "split the bundle, or raise limits.max_import";
    let bytes = bounded::file(path, limits.bytes as u64, hint)?;
    let bundle = kaname_stix::bundle(&bytes, &limits);
    let bundle = bundle.map_err(|error| unread(path, &bytes, &error))?;
    let objects: Vec<&str> = bundle.objects.iter().map(|raw| raw.get()).collect();
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    let source = args.source.clone().unwrap_or(name);
    let bar = say.progress("importing", objects.len() as u64);
    let taken = &|done| bar.set_position(done);
    let imported = world
        .import(
            &shell(),
            collection,
            (&source, args.skip_bad),
            &objects,
            taken,
        )
        .await;
    bar.finish_and_clear();
    Ok(imported?)
}
