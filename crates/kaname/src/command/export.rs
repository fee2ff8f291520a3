//! `export`: a collection's objects, byte for byte as they came.

use std::{
    io::{BufWriter, Write},
    path::Path,
};

use kaname_kernel::{Id, Reader};
use kaname_store::ObjectFilter;
use kaname_world::{Caller, World, ambient::SystemRng};
use serde_json::json;

use super::{party, shell};
use crate::{
    cli::{ExportArgs, ExportForm},
    config::Config,
    fault::Fault,
    open::Hub,
    part::Part,
    say::Say,
};

/// Objects read at a time.
const BATCH: u32 = 5_000;

pub(super) async fn run(config: &Config, args: ExportArgs, say: Say) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = export(&hub.world, &args, say).await;
    hub.close().await;
    done
}

async fn export(world: &World, args: &ExportArgs, say: Say) -> Result<(), Fault> {
    let caller = eyes(world, args.as_party.as_deref()).await?;
    let collection = super::collection::find(world, &args.collection).await?;
    let readable = world.readable(&caller).await?;
    let unwritten =
        |error: std::io::Error| Fault::failed("the export cannot be written").because(&error);
    let mut part = args.out.as_deref().map(begin).transpose()?;
    let mut printed = BufWriter::new(std::io::stdout().lock());
    let out: &mut dyn Write = match &mut part {
        Some(part) => part,
        None => &mut printed,
    };
    let stix = args.form == ExportForm::Stix;
    let id: Id<kaname_kernel::id::ObjectKind> = Id::random(&SystemRng);
    if stix {
        let head = format!("{{\"type\":\"bundle\",\"id\":\"bundle--{id}\",\"objects\":[");
        out.write_all(head.as_bytes()).map_err(unwritten)?;
    }
    let mut count = 0u64;
    let mut after = None;
    loop {
        let page = world
            .store()
            .objects(&ObjectFilter {
                collection: Some(collection.id),
                after_us: after,
                limit: BATCH,
                ..ObjectFilter::all(readable.clone())
            })
            .await?;
        for object in &page.objects {
            let between: &[u8] = match (stix, count) {
                (true, 0) => b"\n",
                (true, _) => b",\n",
                (false, _) => b"",
            };
            out.write_all(between).map_err(unwritten)?;
            // A line holds one object: line breaks in JSON only stand between its parts.
            let raw = object.raw.as_bytes();
            let line: Vec<u8> = raw
                .iter()
                .copied()
                .filter(|b| *b != b'\n' && *b != b'\r')
                .collect();
            out.write_all(if stix { raw } else { &line })
                .map_err(unwritten)?;
            if !stix {
                out.write_all(b"\n").map_err(unwritten)?;
            }
            count += 1;
        }
        after = page.objects.last().map(|object| object.added_us);
        if !page.more || after.is_none() {
            break;
        }
    }
    if stix {
        out.write_all(b"\n]}\n").map_err(unwritten)?;
    }
    out.flush().map_err(unwritten)?;
    if let Some(part) = part {
        part.finish().map_err(unwritten)?;
    }
    match &args.out {
        Some(path) => say.result(&json!({ "file": path, "objects": count }), || {
            format!("{count} objects to {}", path.display())
        }),
        None => Ok(()),
    }
}

/// A new file; none is overwritten, and half of one never stands there.
fn begin(path: &Path) -> Result<Part, Fault> {
    let unmade = |error: std::io::Error| Fault::file(path, "made", &error);
    if path.is_file() {
        return Err(Fault::there_already(path));
    }
    Part::begin(path).map_err(unmade)
}

/// The officers' eyes, or those of any machine of a party.
async fn eyes(world: &World, code: Option<&str>) -> Result<Caller, Fault> {
    let Some(code) = code else {
        return Ok(shell());
    };
    let party = party::find(world, code).await?;
    let groups = world.groups().await?;
    let reader: Reader = kaname_directory::reader(&party.state, None, &groups, world.now());
    Ok(Caller {
        reader,
        ..Caller::public()
    })
}
