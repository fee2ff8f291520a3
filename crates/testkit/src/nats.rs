//! A throw-away NATS server in a temporary folder, on a free port of loopback. The program comes from
//! the system's package.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

/// A server, running or stopped; killed and deleted when dropped.
#[derive(Debug)]
pub struct Nats {
    folder: TempDir,
    port: u16,
    jetstream: bool,
    child: Option<Child>,
}

impl Nats {
    /// Makes and starts a server with JetStream.
    ///
    /// # Panics
    ///
    /// When `nats-server` is not installed or does not start.
    pub fn start() -> Self {
        Self::of(true)
    }

    /// The same without JetStream.
    ///
    /// # Panics
    ///
    /// When `nats-server` is not installed or does not start.
    pub fn without_jetstream() -> Self {
        Self::of(false)
    }

    fn of(jetstream: bool) -> Self {
        let folder = tempfile::Builder::new().prefix("kaname-nats").tempdir();
        let mut server = Self {
            folder: folder.expect("a folder"),
            port: 0,
            jetstream,
            child: None,
        };
        // Between finding a free port and taking it someone else may: then another one.
        for _ in 0..5 {
            let free = TcpListener::bind("127.0.0.1:0").and_then(|bound| bound.local_addr());
            server.port = free.expect("a free port").port();
            if server.run() {
                return server;
            }
        }
        panic_missing()
    }

    /// How to reach it.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Kills it without a word.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again on the same port with what it kept on disk.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start_again(&mut self) {
        assert!(self.run(), "nats-server did not start again");
    }

    /// Whether it came up.
    fn run(&mut self) -> bool {
        let mut command = Command::new("nats-server");
        command.args(["--addr", "127.0.0.1", "--port", &self.port.to_string()]);
        if self.jetstream {
            command.arg("--jetstream");
            command.arg("--store_dir").arg(self.folder.path());
        }
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(Stdio::piped()).spawn();
        let mut child = child.expect("nats-server (package `nats-server`)");
        let log = child.stderr.take().expect("its log");
        let mut lines = BufReader::new(log).lines().map_while(Result::ok);
        let ready = lines.any(|line| line.contains("Server is ready"));
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        self.child = Some(child);
        if !ready {
            self.kill();
        }
        ready
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}

#[expect(clippy::panic, reason = "a fixture that cannot be made fails its test")]
fn panic_missing() -> ! {
    panic!("nats-server found no free port")
}
