//! A demo running in a throw-away folder, for the chores that need one.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::server::{Server, free_port};
use crate::step::{Step, built};

/// What a person does when the demo does not work.
pub(crate) const BY_HAND: &str = "run it by hand: cargo run -- demo";

/// A running demo.
pub(crate) struct Demo {
    pub(crate) server: Server,
    program: PathBuf,
    folder: PathBuf,
}

impl Demo {
    /// Builds the program, starts the demo on a free port and waits until it is ready.
    pub(crate) fn start(root: &Path) -> Result<Self, Failure> {
        let build = "cargo build --quiet --locked --package kaname";
        Step::new("build", build, "mend the build").run(root)?;
        let program = built("debug")?;
        let folder = throw_away(&std::env::temp_dir(), "demo")?;
        let port = free_port()?;
        let mut command = Command::new(&program);
        command
            .arg("demo")
            .args(["--port", &port.to_string(), "--data"])
            .arg(folder.join("data"))
            .current_dir(root);
        Ok(Self {
            server: Server::start(&mut command, port, BY_HAND)?,
            program,
            folder,
        })
    }

    /// The program it runs, for tests that start commands of their own.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Where its store lies; the keys lie beside it.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Removes its folder; only after success, for a broken store is evidence.
    pub(crate) fn forget(self) -> Result<(), Failure> {
        remove(&self.folder)
    }
}

/// A fresh folder of this process in that one.
pub(crate) fn throw_away(within: &Path, name: &str) -> Result<PathBuf, Failure> {
    let own = format!("kaname-xtask-{name}-{}", std::process::id());
    let folder = within.join(own);
    std::fs::create_dir_all(&folder).map_err(|error| {
        let what = format!("{}: {error}", folder.display());
        Failure::new(what, "is there room on the disk?")
    })?;
    Ok(folder)
}

/// Removes a folder with all that is in it.
pub(crate) fn remove(folder: &Path) -> Result<(), Failure> {
    std::fs::remove_dir_all(folder).map_err(|error| {
        let what = format!("{}: {error}", folder.display());
        Failure::new(what, "remove it by hand")
    })
}
