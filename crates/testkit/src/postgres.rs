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
        self.start_again();
    }

    /// Stops the server as an operator would: clients are sent away.
    pub fn stop(&self) {
        self.run("pg_ctl", &["--wait", "--mode=fast", "stop"]);
    }

    /// Starts a stopped server again.
    pub fn start_again(&self) {
        self.run(
            "pg_ctl",
            &["--wait", "--timeout=60", "--log", &self.log(), "start"],
        );
    }

    /// The socket it listens on.
    pub fn socket(&self) -> PathBuf {
        self.path().join(".s.PGSQL.5432")
    }

    /// Kills the postmaster and everyone it started with SIGKILL, so that nothing is written down in
    /// order, and starts the server again, which recovers from its log.
    ///
    /// # Panics
    ///
    /// When it does not come back.
    pub fn kill_and_restart(&self) {
        let postmaster = self.postmaster();
        let children = children(postmaster);
        kill(postmaster);
        children.into_iter().for_each(kill);
        // Those who are killed may still work in the folder for a moment.
        for _ in 0..100_000 {
            if running_in(self.path()).is_empty() {
                break;
            }
            std::thread::yield_now();
        }
        // Where nobody collects dead processes, the postmaster's number seems taken for ever, and its
        // lock files, which nobody holds, would keep the next one out.
        for lock in ["data/postmaster.pid", ".s.PGSQL.5432.lock"] {
            let lock = self.path().join(lock);
            std::fs::remove_file(lock).expect("a lock file of the killed server");
        }
        self.run(
            "pg_ctl",
            &["--wait", "--timeout=60", "--log", &self.log(), "start"],
        );
    }

    /// Kills one of the processes that serve a client, if there is one, with SIGKILL; the server ends
    /// all others and recovers by itself. Gives how many there were.
    pub fn kill_backend(&self, which: usize) -> usize {
        let serving: Vec<u32> = children(self.postmaster())
            .into_iter()
            .filter(|child| command(*child).contains("kaname postgres"))
            .collect();
        if let Some(chosen) = serving.get(which % serving.len().max(1)) {
            kill(*chosen);
        }
        serving.len()
    }

    /// Stops every process of the server where it is: it holds its connections and answers nothing.
    pub fn freeze(&self) {
        let postmaster = self.postmaster();
        signal(postmaster, "STOP");
        children(postmaster)
            .into_iter()
            .for_each(|child| signal(child, "STOP"));
    }

    /// Lets a server go on that was stopped so.
    pub fn thaw(&self) {
        let postmaster = self.postmaster();
        children(postmaster)
            .into_iter()
            .for_each(|child| signal(child, "CONT"));
        signal(postmaster, "CONT");
    }

    /// Waits until the server takes connections again.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn await_recovery(&self) {
        let answers = || {
            let mut asked = Command::new(self.programs.join("pg_isready"));
            asked.arg("--quiet").arg("--host").arg(self.path());
            asked.status().expect("pg_isready").success()
        };
        let back = (0..5_000).any(|_| answers());
        assert!(back, "the server does not come back");
    }

    /// Runs SQL as the owner; gives the rows, fields divided by tabs.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    pub fn ask(&self, sql: &str) -> Vec<String> {
        let told = self.psql(sql).output().expect("psql");
        let text = String::from_utf8_lossy(&told.stdout).into_owned();
        let why = String::from_utf8_lossy(&told.stderr).into_owned();
        assert!(told.status.success(), "{sql}: {why}");
        text.lines().map(str::to_owned).collect()
    }

    fn psql(&self, sql: &str) -> Command {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--tuples-only", "--no-align", "--quiet"])
            .args(["--field-separator=\t", "--set=ON_ERROR_STOP=1"])
            .args(["--username=kaname", "--dbname=postgres", "--command", sql])
            .arg("--host")
            .arg(self.path())
            .stdin(Stdio::null());
        psql
    }

    fn postmaster(&self) -> u32 {
        let file = self.path().join("data/postmaster.pid");
        let text = std::fs::read_to_string(file).expect("the server runs");
        let first = text.lines().next().and_then(|line| line.parse().ok());
        first.expect("a process id")
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

/// Processes that this one started.
fn children(parent: u32) -> Vec<u32> {
    processes()
        .filter(|(_, of)| *of == parent)
        .map(|(id, _)| id)
        .collect()
}

/// Processes of a server on that folder; each works in its data.
fn running_in(folder: &Path) -> Vec<u32> {
    let data = folder.join("data");
    let here = |id: &u32| std::fs::read_link(format!("/proc/{id}/cwd")).is_ok_and(|at| at == data);
    processes().map(|(id, _)| id).filter(here).collect()
}

/// Every process with its parent (proc_pid_stat(5): the fourth field, after the name in brackets).
fn processes() -> impl Iterator<Item = (u32, u32)> {
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let (_, rest) = stat.rsplit_once(')')?;
        let parent = rest.split_whitespace().nth(1)?.parse().ok()?;
        Some((id, parent))
    })
}

fn command(id: u32) -> String {
    let bytes = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn kill(id: u32) {
    signal(id, "KILL");
}

fn signal(id: u32, name: &str) {
    // One that ended by itself meanwhile is as dead.
    let _ = Command::new("kill")
        .args(["-s", name, &id.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
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
