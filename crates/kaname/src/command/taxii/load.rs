//! Reading a layout: first the whole file is checked and its objects are put in order beside it, then all
//! is written in one transaction.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use indicatif::ProgressBar;
use kaname_intake::layout::{LayoutFault, LayoutLimits, read_layout};
use kaname_world::{
    World,
    taxii::layout::{LayoutIndex, LoadError},
};
use serde_json::json;

use super::{super::shell, spool::Spool};
use crate::{fault::Fault, say::Say};

/// Most collections of one layout: a world has no more.
const MAX_COLLECTIONS: usize = 500;
/// Most API roots of one layout.
const MAX_ROOTS: usize = 500;
/// Most bytes of all status resources of a layout.
const MAX_STATUS_BYTES: usize = 16 << 20;
/// Bytes read at a time.
const BUFFER: usize = 256 << 10;

pub(super) async fn load(
    world: &World,
    path: &Path,
    source: Option<&str>,
    say: Say,
) -> Result<(), Fault> {
    let unread = |error: &std::io::Error| Fault::file(path, "read", error);
    let file = File::open(path).map_err(|error| unread(&error))?;
    let length = file.metadata().map_or(0, |about| about.len());
    let own = world.settings().limits;
    let limits = LayoutLimits {
        object_bytes: own.max_object_bytes,
        objects: own.max_import_objects as u64,
        collections: MAX_COLLECTIONS,
        roots: MAX_ROOTS,
        status_bytes: MAX_STATUS_BYTES,
        now_us: world.now().as_microsecond(),
    };
    let mut spool = Spool::new().map_err(unspooled)?;
    let mut index = LayoutIndex::new(world.settings().limits.import());
    let mut broken: Option<std::io::Error> = None;
    let bar = say.progress("reading", length);
    let counted = BufReader::with_capacity(
        BUFFER,
        Counted {
            file,
            bar: bar.clone(),
        },
    );
    let layout = read_layout(counted, &limits, &mut |object| {
        index.take(object.collection, object.date_added_us, object.raw)?;
        let kept = spool.add(object.collection, object.date_added_us, object.raw);
        kept.map_err(|error| {
            broken = Some(error);
            "it cannot be put in order".to_owned()
        })
    });
    bar.finish_and_clear();
    if let Some(error) = broken {
        return Err(unspooled(error));
    }
    let layout = layout.map_err(|fault| wrong(path, &fault))?;
    let objects = Box::new(spool.finish().map_err(unspooled)?);
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = format!("taxii load {}", name.to_string_lossy());
    let bar = say.progress("loading", index.len());
    let told = &|done| bar.set_position(done);
    let source = source.unwrap_or(&name);
    let loaded = world
        .load_layout(&shell(), source, (&layout, index), objects, told)
        .await;
    bar.finish_and_clear();
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(LoadError::Fault(fault)) => return Err(wrong(path, &fault)),
        Err(LoadError::World(error)) => return Err(error.into()),
    };
    let result = json!({ "file": path, "loaded": loaded });
    say.result(&result, || {
        format!(
            "{} API roots with {} collections, {} objects and {} statuses are there",
            loaded.roots, loaded.collections, loaded.objects, loaded.statuses
        )
    })
}

/// What is not as it must be: the rule, at its JSON pointer in the file (RFC 6901 §6).
fn wrong(path: &Path, fault: &LayoutFault) -> Fault {
    let place = match fault.at {
        Some((line, column)) => format!("{}:{line}:{column}", path.display()),
        None => path.display().to_string(),
    };
    Fault::failed(fault.rule.clone())
        .at(format!("{place}#{}", fault.pointer))
        .hint("nothing of the layout was loaded; `kaname taxii load --help` shows the form")
}

fn unspooled(error: std::io::Error) -> Fault {
    Fault::failed("the objects cannot be put in order in the folder for temporary files")
        .because(&error)
        .hint("as much room as the file has is needed there; TMPDIR names another folder")
}

/// A file that tells how far it is read.
struct Counted {
    file: File,
    bar: ProgressBar,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.bar.inc(read as u64);
        Ok(read)
    }
}
