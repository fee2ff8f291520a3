//! One step: a command with a name, and what to do when it fails.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;

/// A command run from the repository's root (or a folder in it).
pub(crate) struct Step {
    /// One word, as `--only` takes it.
    pub(crate) name: &'static str,
    /// Program and arguments.
    pub(crate) command: Vec<String>,
    /// Folder below the root, empty for the root itself.
    pub(crate) folder: &'static str,
    /// Extra environment.
    pub(crate) environment: Vec<(&'static str, String)>,
    /// What a person does when it fails.
    pub(crate) hint: &'static str,
    /// When set, the step is left out, for this reason.
    pub(crate) left_out: Option<&'static str>,
}

impl Step {
    pub(crate) fn new(name: &'static str, command: &str, hint: &'static str) -> Self {
        Self {
            name,
            command: command.split_whitespace().map(str::to_owned).collect(),
            folder: "",
            environment: Vec::new(),
            hint,
            left_out: None,
        }
    }

    pub(crate) fn left_out_unless(mut self, present: bool, reason: &'static str) -> Self {
        if !present {
            self.left_out = Some(reason);
        }
        self
    }

    pub(crate) fn words(&self) -> String {
        self.command.join(" ")
    }

    /// Runs the command with our own output streams and gives how long it took.
    #[expect(
        clippy::disallowed_methods,
        reason = "a chore tells a person how long it took; nothing is replayed"
    )]
    pub(crate) fn run(&self, root: &Path) -> Result<Duration, Failure> {
        let Some((program, arguments)) = self.command.split_first() else {
            return Ok(Duration::ZERO);
        };
        let started = Instant::now();
        let status = command(program)
            .args(arguments)
            .envs(self.environment.iter().map(|(key, value)| (*key, value)))
            .current_dir(root.join(self.folder))
            .stdin(Stdio::null())
            .status()
            .map_err(|error| {
                Failure::new(
                    format!("`{program}` could not be started: {error}"),
                    self.hint,
                )
            })?;
        if !status.success() {
            return Err(Failure::new(
                format!("step `{}` ended with {status}: {}", self.name, self.words()),
                self.hint,
            ));
        }
        Ok(started.elapsed())
    }
}

/// A command that does not see what cargo told us of ourselves: packages that look at it would be built anew after
/// each cargo that was not started from here.
fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let told = name.to_str().is_some_and(|name| {
            let of_package = ["CARGO_PKG_", "CARGO_MANIFEST_"];
            of_package.iter().any(|start| name.starts_with(start))
        });
        if told {
            command.env_remove(&name);
        }
    }
    command
}

/// Whether a program answers `--version`.
pub(crate) fn answers(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Where cargo puts the program in that profile: beside ours.
pub(crate) fn built(profile: &str) -> Result<PathBuf, Failure> {
    let own = std::env::current_exe();
    let own = own.map_err(|error| {
        let what = format!("own position unknown: {error}");
        Failure::new(what, "run it through cargo: `cargo xtask`")
    })?;
    let target = own
        .parent()
        .and_then(Path::parent)
        .unwrap_or(Path::new("."));
    Ok(target.join(profile).join("kaname"))
}
