//! A demo running in a throw-away folder, for the chores that need one.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::step::Step;

/// How long it may take to fill its store and say that it is ready (debug build, busy machine).
const READY_WITHIN: Duration = Duration::from_secs(180);
/// How long it may take to end after being asked.
const ENDS_WITHIN: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(100);

/// What a person does when the demo does not work.
pub(crate) const BY_HAND: &str = "run it by hand: cargo run -- demo";

/// A running demo. It does not outlive its owner, whatever goes wrong.
pub(crate) struct Demo {
    child: Child,
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    /// From the start of the program until `/readyz` said yes.
    pub(crate) ready_after: Duration,
}

impl Demo {
    /// Builds the program, starts the demo on a free port and waits until it is ready.
    #[expect(
        clippy::disallowed_methods,
        reason = "a chore tells a person how long it took"
    )]
    pub(crate) fn start(root: &Path) -> Result<Self, Failure> {
        let build = "cargo build --quiet --locked --package kaname";
        Step::new("build", build, "mend the build").run(root)?;
        let program = program()?;
        let folder = std::env::temp_dir().join(format!("kaname-xtask-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| {
            Failure::new(
                format!("{}: {error}", folder.display()),
                "is there room on the disk?",
            )
        })?;
        let port = free_port().map_err(|error| Failure::new(error.to_string(), BY_HAND))?;
        let started = Instant::now();
        let child = Command::new(&program)
            .arg("demo")
            .args(["--port", &port.to_string(), "--data"])
            .arg(folder.join("data"))
            .current_dir(root)
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| Failure::new(format!("the demo did not start: {error}"), BY_HAND))?;
        let mut demo = Self {
            child,
            program,
            folder,
            port,
            ready_after: Duration::ZERO,
        };
        demo.wait_until_ready(started)?;
        demo.ready_after = started.elapsed();
        Ok(demo)
    }

    /// Where people reach it.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The program it runs, for tests that start commands of their own.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Where its store lies; the keys lie beside it.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// One plain request, answered within five seconds, at most 1 MiB of it read.
    pub(crate) fn get(&self, path: &str) -> std::io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port
        )?;
        let mut answer = Vec::new();
        stream.take(1 << 20).read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    fn wait_until_ready(&mut self, started: Instant) -> Result<(), Failure> {
        while started.elapsed() < READY_WITHIN {
            if let Ok(Some(status)) = self.child.try_wait() {
                let what = format!("the demo ended by itself ({status})");
                return Err(Failure::new(what, BY_HAND));
            }
            let answer = self.get("/readyz");
            if answer.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
                return Ok(());
            }
            std::thread::sleep(PAUSE);
        }
        let seconds = READY_WITHIN.as_secs();
        Err(Failure::new(
            format!("the demo was not ready after {seconds} s"),
            BY_HAND,
        ))
    }

    /// Asks it to end as a service manager does, with SIGTERM, and waits.
    #[expect(
        clippy::disallowed_methods,
        reason = "a chore waits for another process, with a deadline"
    )]
    pub(crate) fn end(&mut self) -> Result<(), Failure> {
        let asked = Instant::now();
        let sent = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        if !sent.is_ok_and(|status| status.success()) {
            return Err(Failure::new(
                "SIGTERM could not be sent",
                "is `kill` there?",
            ));
        }
        while asked.elapsed() < ENDS_WITHIN {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => {
                    let what = format!("after SIGTERM the demo ended with {status}");
                    return Err(Failure::new(what, BY_HAND));
                }
                _ => std::thread::sleep(PAUSE),
            }
        }
        let seconds = ENDS_WITHIN.as_secs();
        Err(Failure::new(
            format!("the demo was still there {seconds} s after SIGTERM"),
            BY_HAND,
        ))
    }

    /// Removes its folder; only after success, for a broken store is evidence.
    pub(crate) fn forget(self) -> Result<(), Failure> {
        std::fs::remove_dir_all(&self.folder).map_err(|error| {
            let what = format!("{}: {error}", self.folder.display());
            Failure::new(what, "remove it by hand")
        })
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Cargo builds the program next to us.
fn program() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe()
        .map_err(|error| Failure::new(format!("own position unknown: {error}"), BY_HAND))?;
    Ok(own.with_file_name("kaname"))
}

fn free_port() -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
