//! Watches for a disk that is full and the like: tells it in the log, seldom, with the file and what to
//! do, and remembers whether writing works.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use kaname_store::{StoreError, Trouble, Writing};

/// What became of the last questions and writes.
#[derive(Debug)]
pub(crate) struct Watch {
    path: PathBuf,
    /// Device and inode of the file at opening.
    file: Option<(u64, u64)>,
    trouble: Trouble,
}

impl Watch {
    pub(crate) fn over(path: PathBuf) -> Self {
        let trouble = Trouble::default();
        let file = identity(&path);
        Self {
            path,
            file,
            trouble,
        }
    }

    /// Why the file that is written is not the one that stands at the path, if so: what goes on being
    /// written into a removed file is lost with the program.
    pub(crate) fn gone(&self) -> Option<String> {
        (self.file != identity(&self.path)).then(|| {
            format!(
                "{} was removed, moved or replaced while it is open: put it back, or end this program \
                 and restore a backup",
                self.path.display()
            )
        })
    }

    /// A write is durable.
    pub(crate) fn written(&self) {
        if self.trouble.written() {
            tracing::info!(store = %self.path.display(), "the store can be written again");
        }
    }

    /// A question or a write failed.
    pub(crate) fn failed(&self, error: &StoreError, writing: bool) {
        let StoreError::Unavailable { doing, source, .. } = error else {
            // A refusal was looked up and decided: the database works.
            return;
        };
        let (now, cause) = (now(), source.to_string());
        if writing {
            self.trouble.write_failed(now, &cause);
        }
        if self.trouble.worth_telling(now, &cause) {
            tracing::error!(
                store = %self.path.display(),
                doing,
                cause,
                hint = "is there room on its disk, may this user write there, does another program hold it?",
                "the store cannot be used now"
            );
        }
    }

    /// Whether writing works.
    pub(crate) fn writing(&self) -> Writing {
        self.trouble.writing(now())
    }
}

/// Which file stands there; `None` when none does.
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let meta = path.metadata().ok()?;
    Some((meta.dev(), meta.ino()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "how often a failure is told is no business of the world's clock"
)]
fn now() -> Instant {
    Instant::now()
}
