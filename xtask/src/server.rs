//! A running `kaname` that serves on loopback, for the chores that need one.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;

/// How long it may take to say that it is ready (debug build, busy machine, a demo to fill).
const READY_WITHIN: Duration = Duration::from_secs(180);
/// How long it may take to end after being asked.
const ENDS_WITHIN: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(10);

/// A server. It does not outlive its owner, whatever goes wrong.
pub(crate) struct Server {
    child: Child,
    port: u16,
    hint: &'static str,
    /// From the start of the program until `/readyz` said yes.
    pub(crate) ready_after: Duration,
}

impl Server {
    /// Starts the program, which is to listen on that port, and waits until it is ready. `hint`: what a
    /// person does when it does not work.
    #[expect(
        clippy::disallowed_methods,
        reason = "a chore tells a person how long it took"
    )]
    pub(crate) fn start(
        command: &mut Command,
        port: u16,
        hint: &'static str,
    ) -> Result<Self, Failure> {
        let started = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| Failure::new(format!("it did not start: {error}"), hint))?;
        let mut server = Self {
            child,
            port,
            hint,
            ready_after: Duration::ZERO,
        };
        while started.elapsed() < READY_WITHIN {
            if let Ok(Some(status)) = server.child.try_wait() {
                return Err(Failure::new(format!("it ended by itself ({status})"), hint));
            }
            let answer = server.get("/readyz");
            if answer.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
                server.ready_after = started.elapsed();
                return Ok(server);
            }
            std::thread::sleep(PAUSE);
        }
        let seconds = READY_WITHIN.as_secs();
        Err(Failure::new(
            format!("it was not ready after {seconds} s"),
            hint,
        ))
    }

    /// Where people reach it.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// One plain request.
    pub(crate) fn get(&self, path: &str) -> std::io::Result<String> {
        self.ask("GET", path, "", "")
    }

    /// One request with these lines in its head, each ended, and this body; on a connection of its own,
    /// answered within five seconds, at most 16 MiB of it read.
    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        head: &str,
        body: &str,
    ) -> std::io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Content-Length: {}\r\n{head}\r\n{body}",
            self.port,
            body.len()
        )?;
        let mut answer = Vec::new();
        stream.take(16 << 20).read_to_end(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// Resident memory in MiB, as the kernel counts it.
    pub(crate) fn resident_mib(&self) -> Result<f64, Failure> {
        self.memory("VmRSS")
    }

    /// The most resident memory there was, in MiB.
    pub(crate) fn peak_mib(&self) -> Result<f64, Failure> {
        self.memory(PEAK)
    }

    fn memory(&self, name: &str) -> Result<f64, Failure> {
        let id = self.child.id();
        let missing = || Failure::new(format!("/proc/{id}/status: no {name}"), self.hint);
        memory_mib(id, name).ok_or_else(missing)
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
                    let what = format!("after SIGTERM it ended with {status}");
                    return Err(Failure::new(what, self.hint));
                }
                _ => std::thread::sleep(PAUSE),
            }
        }
        let seconds = ENDS_WITHIN.as_secs();
        Err(Failure::new(
            format!("it was still there {seconds} s after SIGTERM"),
            self.hint,
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the kernel calls the most resident memory of a process.
pub(crate) const PEAK: &str = "VmHWM";

/// A figure of a process's memory in MiB; `None` when it has ended.
pub(crate) fn memory_mib(process: u32, name: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib / 1024.0)
}

/// A port of this machine that nobody listens on.
pub(crate) fn free_port() -> Result<u16, Failure> {
    let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr();
    let free = free().map(|address| address.port());
    free.map_err(|error| Failure::new(format!("no free port: {error}"), "is loopback up?"))
}
