//! A throw-away PostgreSQL server in a temporary folder, reachable through a Unix socket only. The
//! server's programs come from the system's package.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// Where Debian and others put the server's programs.
const PLACES: [&str; 3] = [
    "/usr/lib/postgresql",
    "/usr/local/pgsql",
    "/opt/homebrew/opt",
];

/// A running server; stopped and deleted when dropped.
#[derive(Debug)]
pub struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    /// Account the server runs as, when we are root, which PostgreSQL refuses.
    account: Option<&'static str>,
}

impl Postgres {
    /// Makes and starts a server.
    ///
    /// # Panics
    ///
    /// When PostgreSQL is not installed or does not start.
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// Makes and starts a server with these lines after our own settings; what stands later holds.
    ///
    /// # Panics
    ///
    /// When PostgreSQL is not installed or does not start with them.
    pub fn start_with(more: &str) -> Self {
        let programs = programs().expect("PostgreSQL's programs (package `postgresql`)");
        let folder = tempfile::Builder::new()
            .prefix("kaname-pg")
            .tempdir()
            .expect("a folder");
        let account = is_root().then_some("postgres");
        let server = Self {
            folder,
            programs,
            account,
        };
        server.run("chown", &[]);
        server.run(
            "initdb",
            &[
                "--auth=trust",
                "--username=kaname",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ],
        );
        // Durable as in production (fsync stays on); only what tests do not need is made small.
        let settings = "listen_addresses=''\nmax_connections=200\nshared_buffers=64MB\n\
                        deadlock_timeout='200ms'\nautovacuum=off\n";
        let socket = format!("unix_socket_directories='{}'\n", server.path().display());
        let extra = server.path().join("data/postgresql.auto.conf");
        std::fs::write(&extra, format!("{settings}{socket}{more}")).expect("settings");
        server.run(
            "pg_ctl",
            &["--wait", "--timeout=60", "--log", &server.log(), "start"],
        );
        server
    }

    /// How to reach it.
    pub fn url(&self) -> String {
        format!("host={} user=kaname dbname=postgres", self.path().display())
    }

    /// Kills every process of the server at once, as a power cut would, and starts it again.
    pub fn crash_and_restart(&self) {
        self.run("pg_ctl", &["--wait", "--mode=immediate", "stop"]);
        self.run(
            "pg_ctl",
            &["--wait", "--timeout=60", "--log", &self.log(), "start"],
        );
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn log(&self) -> String {
        self.path().join("log").display().to_string()
    }

    /// Runs one of the server's programs on our data folder, as the server's account.
    fn run(&self, program: &str, arguments: &[&str]) {
        let data = self.path().join("data");
        let mut command = match (program, self.account) {
            ("chown", None) => return,
            ("chown", Some(account)) => {
                let mut chown = Command::new("chown");
                chown.arg(account).arg(self.path());
                chown
            }
            (_, account) => {
                let path = self.programs.join(program);
                let mut command = match account {
                    Some(account) => {
                        let mut runuser = Command::new("runuser");
                        runuser.args(["-u", account, "--"]).arg(path);
                        runuser
                    }
                    None => Command::new(path),
                };
                command.arg("-D").arg(data).args(arguments);
                command
            }
        };
        // pg_ctl's server keeps what it inherits open: a pipe would never end.
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.current_dir("/");
        let status = command.status().expect(program);
        let log = || std::fs::read_to_string(self.log()).unwrap_or_default();
        assert!(status.success(), "{program} ended with {status}\n{}", log());
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.path().join("data/postmaster.pid").exists() {
            self.run("pg_ctl", &["--wait", "--mode=immediate", "stop"]);
        }
    }
}

/// The newest installed version's programs.
fn programs() -> Option<PathBuf> {
    let mut found = Vec::new();
    for place in PLACES {
        for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
            let programs = entry.path().join("bin");
            if programs.join("initdb").exists() {
                let version = entry
                    .file_name()
                    .to_string_lossy()
                    .parse::<f64>()
                    .unwrap_or(0.0);
                found.push((version, programs));
            }
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.pop().map(|(_, programs)| programs)
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // A file we make is ours: its owner says who we are, without a call into C.
    let probe = tempfile::tempfile().and_then(|file| file.metadata());
    probe.is_ok_and(|made| made.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
