//! `cargo xtask smoke`: a fresh demo starts, serves, stops, and its ledger verifies.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::step::Step;

/// How long the demo may take to fill its store and say that it is ready (debug build, busy machine).
const READY_WITHIN: Duration = Duration::from_secs(180);
/// How long it may take to end after being asked.
const ENDS_WITHIN: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(100);
const BY_HAND: &str = "run it by hand: cargo run -- demo";

#[expect(
    clippy::disallowed_methods,
    reason = "a chore waits for another process and tells a person how long it took"
)]
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    Step::new(
        "build",
        "cargo build --quiet --locked --package kaname",
        "mend the build",
    )
    .run(root)?;
    let program = program()?;
    let data = std::env::temp_dir().join(format!("kaname-smoke-{}", std::process::id()));
    let port = free_port().map_err(|error| Failure::new(error.to_string(), BY_HAND))?;

    let started = Instant::now();
    let demo = Command::new(&program)
        .arg("demo")
        .args(["--port", &port.to_string(), "--data"])
        .arg(&data)
        .current_dir(root)
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| Failure::new(format!("the demo did not start: {error}"), BY_HAND))?;
    let mut demo = Running(demo);
    wait_until_ready(&mut demo, port, started)?;
    println!(
        "smoke: ready after {:.1} s",
        started.elapsed().as_secs_f64()
    );

    let front = get(port, "/").map_err(|error| Failure::new(format!("GET /: {error}"), BY_HAND))?;
    if !front.starts_with("HTTP/1.1 200") && !front.starts_with("HTTP/1.1 303") {
        let line = front.lines().next().unwrap_or_default().to_owned();
        return Err(Failure::new(
            format!("the front page answered {line}"),
            BY_HAND,
        ));
    }
    demo.ask_to_end()?;

    let verified = Command::new(&program)
        .arg("verify")
        .arg("--data")
        .arg(&data)
        .stdin(Stdio::null())
        .status()
        .map_err(|error| Failure::new(format!("verify did not start: {error}"), BY_HAND))?;
    if !verified.success() {
        return Err(Failure::new(
            format!("the demo's ledger does not verify ({verified})"),
            format!("the store is kept for a look: {}", data.display()),
        ));
    }
    // Only after success: a broken store is evidence.
    std::fs::remove_dir_all(&data).map_err(|error| {
        Failure::new(format!("{}: {error}", data.display()), "remove it by hand")
    })?;
    println!("smoke: the demo served, ended and verified");
    Ok(())
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

fn wait_until_ready(demo: &mut Running, port: u16, started: Instant) -> Result<(), Failure> {
    while started.elapsed() < READY_WITHIN {
        if let Ok(Some(status)) = demo.0.try_wait() {
            return Err(Failure::new(
                format!("the demo ended by itself ({status})"),
                BY_HAND,
            ));
        }
        if get(port, "/readyz").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
    Err(Failure::new(
        format!("the demo was not ready after {} s", READY_WITHIN.as_secs()),
        BY_HAND,
    ))
}

/// One plain request, answered within five seconds, at most 1 MiB of it read.
fn get(port: u16, path: &str) -> std::io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.take(1 << 20).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// A child that does not outlive us, whatever goes wrong.
struct Running(Child);

impl Running {
    /// Asks as a service manager does, with SIGTERM.
    #[expect(
        clippy::disallowed_methods,
        reason = "a chore waits for another process, with a deadline"
    )]
    fn ask_to_end(&mut self) -> Result<(), Failure> {
        let asked = Instant::now();
        let sent = Command::new("kill")
            .args(["-TERM", &self.0.id().to_string()])
            .status();
        if !sent.is_ok_and(|status| status.success()) {
            return Err(Failure::new(
                "SIGTERM could not be sent",
                "is `kill` there?",
            ));
        }
        while asked.elapsed() < ENDS_WITHIN {
            if let Ok(Some(status)) = self.0.try_wait() {
                return if status.success() {
                    Ok(())
                } else {
                    Err(Failure::new(
                        format!("after SIGTERM the demo ended with {status}"),
                        BY_HAND,
                    ))
                };
            }
            std::thread::sleep(PAUSE);
        }
        Err(Failure::new(
            format!(
                "the demo was still there {} s after SIGTERM",
                ENDS_WITHIN.as_secs()
            ),
            BY_HAND,
        ))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
