//! Where a backup is made until it is whole: a folder beside its place, marked and locked, by which what a
//! backup that was cut off had left can be told from what is somebody else's.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use crate::fault::{Exit, Fault};

/// What the folder's name has after that of the backup.
const SUFFIX: &str = ".part";
/// The file by which the program knows a folder of its own; locked while the backup is made.
const MARK: &str = "kaname-backup";
/// What stands in it.
const MARKED: &str =
    "a backup by kaname that is being made, or was cut off: the next one removes it\n";
/// What else there may be: the copy, and what SQLite writes beside one.
const COPY: &str = "copy";
const OTHERS: [&str; 4] = [COPY, "copy-journal", "copy-wal", "copy-shm"];

/// A backup that is being made. Dropped before [`Unfinished::finish`], nothing is left of it.
pub(super) struct Unfinished {
    folder: PathBuf,
    place: PathBuf,
    /// Locked as long as this program makes the backup.
    _mark: File,
}

impl Unfinished {
    /// Begins one that will stand at `place`.
    pub(super) fn begin(place: &Path) -> Result<Self, Fault> {
        let mut name = place.as_os_str().to_owned();
        name.push(SUFFIX);
        let folder = PathBuf::from(name);
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                let what = format!("{} is there already", folder.display());
                Fault::failed(what).hint(
                    "another backup to this file is under way, or it is nothing of this program's, \
                     which does not touch it then: look at it, or name another file",
                )
            }
            _ => Fault::file(&folder, "made", &error),
        };
        private().create(&folder).map_err(failed)?;
        let mark = marked(&folder).inspect_err(|_| {
            let _ = fs::remove_file(folder.join(MARK));
            let _ = fs::remove_dir(&folder);
        });
        let mark = mark.map_err(|error| Fault::file(&folder, "made", &error))?;
        Ok(Self {
            folder,
            place: place.to_owned(),
            _mark: mark,
        })
    }

    /// Where the copy is written.
    pub(super) fn copy(&self) -> PathBuf {
        self.folder.join(COPY)
    }

    /// Puts the copy in its place.
    pub(super) fn finish(self) -> Result<(), Fault> {
        if self.place.exists() {
            let what = format!("{} came to be there meanwhile", self.place.display());
            return Err(Fault::new(Exit::Denied, what));
        }
        fs::rename(self.copy(), &self.place)
            .map_err(|error| Fault::file(&self.place, "written", &error))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = remove(&self.folder);
    }
}

fn private() -> fs::DirBuilder {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// The mark, which says nothing before it is locked: until then nobody takes the folder for a leftover.
fn marked(folder: &Path) -> io::Result<File> {
    let mut new = OpenOptions::new();
    let mut mark = new.write(true).create_new(true).open(folder.join(MARK))?;
    mark.lock()?;
    mark.write_all(MARKED.as_bytes())?;
    mark.sync_all()?;
    Ok(mark)
}

/// Removes what backups that were cut off had left in a folder; gives the paths, each with its bytes.
pub(super) fn clear(folder: &Path) -> Vec<(PathBuf, u64)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let named = paths.filter(|path| path.to_string_lossy().ends_with(SUFFIX));
    let mut cleared = Vec::new();
    for path in named {
        if let Some(_lock) = left(&path) {
            let bytes = fs::metadata(path.join(COPY)).map_or(0, |copy| copy.len());
            if remove(&path).is_ok() {
                cleared.push((path, bytes));
            }
        }
    }
    cleared.sort();
    cleared
}

/// The lock on a folder that a backup left: marked by this program, with nothing of anybody else's in it,
/// and in nobody's hands.
fn left(folder: &Path) -> Option<File> {
    let is_folder = |path: &Path| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir());
    let is_file = |path: &Path| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file());
    let at = folder.join(MARK);
    if !is_folder(folder) || !is_file(&at) {
        return None;
    }
    let mark = File::open(&at).ok()?;
    mark.try_lock().ok()?;
    let mut said = String::new();
    let most = MARKED.len() as u64 + 1;
    (&mark).take(most).read_to_string(&mut said).ok()?;
    let mut inside = fs::read_dir(folder).ok()?;
    let own = inside.all(|entry| {
        entry.is_ok_and(|entry| {
            let name = entry.file_name();
            let known = OTHERS.iter().any(|other| name == *other) || name == MARK;
            known && is_file(&entry.path())
        })
    });
    (said == MARKED && own).then_some(mark)
}

/// Takes away what this program puts into such a folder, and the folder if nothing else is in it.
fn remove(folder: &Path) -> io::Result<()> {
    for name in OTHERS.into_iter().chain([MARK]) {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::remove_dir(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_backup_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // One that is being made is in somebody's hands.
        let running = Unfinished::begin(&at("running.db")).unwrap();
        fs::write(running.copy(), "half").unwrap();
        assert!(Unfinished::begin(&at("running.db")).is_err());
        // One that was cut off: nobody holds its lock any more.
        let begun = Unfinished::begin(&at("cut.db")).unwrap();
        fs::write(begun.copy(), "half").unwrap();
        fs::write(at("cut.db.part/copy-journal"), "").unwrap();
        let mark = fs::read(at("cut.db.part/kaname-backup")).unwrap();
        std::mem::forget(begun);
        // What others made: a file, a folder without the mark, one with another, one with more in it.
        fs::write(at("film.part"), "theirs").unwrap();
        fs::create_dir(at("theirs.part")).unwrap();
        fs::write(at("theirs.part/copy"), "theirs").unwrap();
        for (name, said) in [("other.part", &b"other"[..]), ("more.part", &mark)] {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join(MARK), said).unwrap();
        }
        fs::write(at("more.part/notes.txt"), "theirs").unwrap();
        let linked = at("linked.part");
        std::os::unix::fs::symlink(at("cut.db.part"), &linked).unwrap();
        // The forgotten one's file is still open here, and so locked.
        assert_eq!(clear(folder.path()), []);
        let copied = at("cut2.db.part");
        fs::create_dir(&copied).unwrap();
        for name in ["kaname-backup", "copy", "copy-journal"] {
            fs::copy(at("cut.db.part").join(name), copied.join(name)).unwrap();
        }
        assert_eq!(clear(folder.path()), [(copied.clone(), 4)]);
        assert!(!copied.exists());
        for kept in [
            "running.db.part/copy",
            "film.part",
            "theirs.part/copy",
            "other.part/kaname-backup",
            "more.part/notes.txt",
            "linked.part",
        ] {
            assert!(at(kept).exists(), "{kept}");
        }
        drop(running);
        assert!(!at("running.db.part").exists());
    }
}
