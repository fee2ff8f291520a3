//! `import`: STIX bundles into a peer collection.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom},
    path::Path,
};

use indicatif::ProgressBar;
use kaname_sharing::collection::Collection;
use kaname_stix::{Limits, Objects, SplitError, StixError};
use kaname_world::{
    Loaded, World,
    sharing::{ImportObjects, Imported},
};
use serde_json::json;

use super::shell;
use crate::{
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
            "groups_unknown": imported.groups_unknown,
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
        for group in &imported.groups_unknown {
            say.note(&format!(
                "sharing group {group} names nobody here: what goes to it is for officers alone"
            ));
        }
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

/// Why bytes are not read: what they are not, with line and column where they are known.
pub(super) fn unread(path: &Path, bytes: &[u8], error: &StixError) -> Fault {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let at = SplitError::Stix {
        at: 0,
        error: error.clone(),
    };
    let place = at.byte().and_then(|byte| usize::try_from(byte).ok());
    unread_at(path, place.map(|byte| line_and_column(text, byte)), error)
}

fn unread_at(path: &Path, place: Option<(usize, usize)>, error: &StixError) -> Fault {
    let inner = match error {
        StixError::InObject { source, .. } => source,
        other => other,
    };
    let what = match inner {
        StixError::Syntax { .. } | StixError::Utf8 { .. } => "the file is not JSON",
        StixError::TooLarge { limit, .. } => return too_large(path, *limit, TOO_LARGE),
        _ => "the file is no STIX",
    };
    let place = match place {
        Some((line, column)) => format!("{}:{line}:{column}", path.display()),
        None => path.display().to_string(),
    };
    let mut fault = Fault::failed(what).at(place);
    match inner {
        StixError::Syntax { message, .. } => fault.causes.push((*message).to_owned()),
        _ => fault = fault.because(error),
    }
    fault.hint("a STIX bundle, a TAXII envelope or a list of STIX objects is expected, as JSON")
}

fn too_large(path: &Path, limit: usize, hint: &str) -> Fault {
    Fault::failed(format!("the file is over the limit of {limit} bytes"))
        .at(path.display().to_string())
        .hint(hint)
}

const TOO_LARGE: &str = "split the bundle, or raise limits.max_import";

async fn import_file(
    world: &World,
    collection: &Loaded<Collection>,
    path: &Path,
    args: &ImportArgs,
    say: Say,
) -> Result<Imported, Fault> {
    let limits = world.settings().limits.import();
    let mut objects = InFile::open(path, limits, TOO_LARGE)?;
    let bar = say.progress("checking", objects.length);
    let count = objects.check(path, &bar);
    bar.finish_and_clear();
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    let source = args.source.clone().unwrap_or(name);
    let bar = say.progress("importing", count?);
    let taken = &|done| bar.set_position(done);
    let how = (source.as_str(), args.skip_bad);
    let imported = world
        .import_from(&shell(), collection, how, &mut objects, (&limits, taken))
        .await;
    bar.finish_and_clear();
    Ok(imported?)
}

/// The objects of a file, which is read anew each time: however long it is, one object is in memory.
pub(super) struct InFile {
    file: File,
    pub(super) length: u64,
    limits: Limits,
    objects: Option<Objects<File>>,
}

impl InFile {
    /// Opens it. What cannot be read twice, such as a pipe, is copied first. One that is too long is refused with the hint.
    pub(super) fn open(path: &Path, limits: Limits, hint: &str) -> Result<Self, Fault> {
        let unread = |error: io::Error| Fault::file(path, "read", &error);
        let mut file = File::open(path).map_err(unread)?;
        let about = file.metadata().map_err(unread)?;
        let mut length = about.len();
        if !about.is_file() {
            let mut copy = tempfile::tempfile().map_err(unread)?;
            let most = (limits.bytes as u64).saturating_add(1);
            length = io::copy(&mut file.take(most), &mut copy).map_err(unread)?;
            file = copy;
        }
        if length > limits.bytes as u64 {
            return Err(too_large(path, limits.bytes, hint));
        }
        Ok(Self {
            file,
            length,
            limits,
            objects: None,
        })
    }

    /// Whether the whole of it is JSON of one of the forms, and how many objects it has.
    pub(super) fn check(&mut self, path: &Path, bar: &ProgressBar) -> Result<u64, Fault> {
        let unread = |error: io::Error| Fault::file(path, "read", &error);
        self.rewind().map_err(unread)?;
        let mut count = 0;
        loop {
            let next = match self.objects.as_mut() {
                Some(objects) => objects.next_object(),
                None => Ok(None),
            };
            let next = next.and_then(|next| match next {
                Some(next) => next.check(&self.limits).map(|()| Some(next)),
                None => Ok(None),
            });
            match next {
                Ok(Some(next)) => {
                    count += 1;
                    bar.set_position(next.at);
                }
                Ok(None) => return Ok(count),
                Err(fault) => return Err(self.unread(path, &fault)),
            }
        }
    }

    /// The id of a bundle that has one; `None` before everything was read.
    pub(super) fn bundle_id(&self) -> Option<String> {
        let (_, id) = self.objects.as_ref()?.whole()?;
        id.map(str::to_owned)
    }

    /// Reads it once from its beginning, as `read` says.
    pub(super) fn read<T>(
        &mut self,
        path: &Path,
        read: impl FnOnce(&mut Objects<File>) -> Result<T, SplitError>,
    ) -> Result<Result<T, SplitError>, Fault> {
        self.rewind()
            .map_err(|error| Fault::file(path, "read", &error))?;
        match self.objects.as_mut() {
            Some(objects) => Ok(read(objects)),
            None => Err(Fault::failed("the file is not open").at(path.display().to_string())),
        }
    }

    /// Why it is not read, with line and column where they are known.
    pub(super) fn unread(&self, path: &Path, fault: &SplitError) -> Fault {
        match fault {
            SplitError::Io(error) => Fault::file(path, "read", error),
            SplitError::Stix { error, .. } => {
                let place = fault.byte().map(|byte| self.line_and_column(byte));
                match place.transpose() {
                    Ok(place) => unread_at(path, place, error),
                    Err(error) => Fault::file(path, "read", &error),
                }
            }
        }
    }

    /// All of it.
    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        file.take(self.length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The line and column of a byte, both from 1.
    fn line_and_column(&self, byte: u64) -> io::Result<(usize, usize)> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        let mut before = BufReader::new(file.take(byte));
        let (mut line, mut column) = (1, 1);
        let mut text = Vec::new();
        while before.by_ref().take(PIECE).read_until(b'\n', &mut text)? > 0 {
            let (lines, columns) = line_and_column(&text, text.len());
            (line, column) = match lines {
                1 => (line, column + columns - 1),
                _ => (line + 1, 1),
            };
            text.clear();
        }
        Ok((line, column))
    }
}

/// Bytes of a line that are counted at once.
const PIECE: u64 = 64 << 10;

impl ImportObjects<'static> for InFile {
    fn rewind(&mut self) -> io::Result<()> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        self.objects = Some(Objects::new(file, &self.limits));
        Ok(())
    }

    fn next(&mut self) -> io::Result<Option<Cow<'static, str>>> {
        let Some(objects) = self.objects.as_mut() else {
            return Ok(None);
        };
        match objects.next_object() {
            Ok(next) => Ok(next.map(|next| Cow::Owned(next.raw))),
            Err(SplitError::Io(error)) => Err(error),
            Err(fault) => Err(io::Error::other(fault)),
        }
    }
}
