//! Running the program in a folder of its own.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with, once made, a hub in it.
pub(crate) struct Place {
    folder: TempDir,
}

/// What a run gave.
pub(crate) struct Ran {
    /// Exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Ran {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| {
            panic!(
                "not JSON ({error}), exit {}: {}{}",
                self.code, self.out, self.err
            )
        })
    }

    /// The error as `--json` tells it.
    pub(crate) fn fault(&self) -> Value {
        let last = self.err.lines().last().unwrap_or_default();
        serde_json::from_str::<Value>(last).unwrap()["error"].clone()
    }
}

impl Place {
    /// Empty.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// With a hub, whose first officer is `officer`.
    pub(crate) fn founded() -> Self {
        let place = Self::new();
        let ran = place.run(&["init", "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        place
    }

    /// A path in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with these arguments, here, without any environment of its own.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kaname"));
        command.args(arguments).current_dir(self.folder.path());
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().unwrap())
    }

    /// Runs it and expects success.
    pub(crate) fn done(&self, arguments: &[&str]) -> Value {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        let ran = self.run(&arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
        ran.json()
    }

    /// Registers a party of no consequence; what was printed.
    pub(crate) fn add_vendor(&self, code: &str) -> Value {
        let names = ["--name-ja", code, "--name-en", code];
        self.done(&[&["party", "add", code, "--kind", "vendor"], &names[..]].concat())
    }

    /// Registers an operator that is a member.
    pub(crate) fn add_member(&self, code: &str) -> Value {
        let names = ["--name-ja", "湊電力", "--name-en", "Minato"];
        let operator = [
            "party", "add", code, "--kind", "operator", "--class", "general",
        ];
        self.done(&[&operator[..], &names[..]].concat())
    }

    /// Issues a key of a party for these scopes; the key itself.
    pub(crate) fn key(&self, party: &str, scopes: &[&str]) -> String {
        let mut add = vec!["key", "add", "--party", party, "--label", "client"];
        add.extend(scopes.iter().flat_map(|scope| ["--scope", scope]));
        self.done(&add)["secret"].as_str().unwrap().to_owned()
    }

    /// Writes a file here.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }
}

/// What a finished process gave.
pub(crate) fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The mode bits of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
