//! Envelopes posted over TAXII until their status says `complete`: what was acknowledged is durable by then. On both
//! stores, and beside OASIS's medallion (memory backend, nothing durable) where `KANAME_PYTHON` has it.
//! `cargo xtask bench post [-- OBJECTS [PEER_OBJECTS]]`, a million and 20,000 by default.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a measurement: it takes the time, and stops where something is wrong"
)]

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use kaname_testkit::postgres::Postgres;
use serde_json::{Value, json};

/// Objects of one envelope.
const ENVELOPE: u64 = 1_000;
/// Callers that post at once.
const CALLERS: usize = 4;
/// Stretches of which each has a line: the rate should not fall.
const STRETCHES: u64 = 5;
/// How long a server may take to listen.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
const COLLECTION: &str = "5b1c5a5e-2f0b-4c3d-9d0a-2f6e6b7c8d77";
const TAXII: &str = "application/taxii+json;version=2.1";

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<u64>().ok());
    let objects = numbers.next().unwrap_or(1_000_000);
    let of_peer = numbers.next().unwrap_or(20_000);
    ours("Kaname, SQLite", "", objects);
    // What an operator gives a server of 24 GiB; the default of 128 MB is for trying out.
    let server = Postgres::start_with("shared_buffers='2GB'\nmax_wal_size='4GB'\nautovacuum=on\n");
    let told = server.url();
    let host = told.split(' ').find_map(|part| part.strip_prefix("host="));
    let host = host.unwrap().replace('/', "%2F");
    let store = format!("[store]\nurl = \"postgres://kaname@{host}/postgres\"\n");
    ours("Kaname, PostgreSQL", &store, objects);
    medallion(of_peer);
}

/// A process that does not outlive the measurement.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where and as whom envelopes are posted.
struct Target {
    address: SocketAddr,
    authorization: String,
    root: &'static str,
}

fn ours(name: &str, store: &str, objects: u64) {
    let folder = tempfile::tempdir().unwrap();
    let at = |file: &str| folder.path().join(file);
    let limits = "[limits]\nmax_submissions_per_hour = 1000000\n";
    std::fs::write(at("kaname.toml"), format!("{limits}{store}")).unwrap();
    let collection = json!({ "id": COLLECTION, "title": "bench", "kind": "peer",
        "can_read": true, "can_write": true, "objects": [] });
    let layout = json!({ "discovery": { "title": "bench", "api_roots": ["bench"] },
        "roots": [{ "path": "bench", "title": "bench", "max_content_length": 10_485_760, "collections": [collection] }] });
    std::fs::write(at("layout.json"), layout.to_string()).unwrap();
    run(folder.path(), &["init"]);
    run(folder.path(), &["taxii", "load", "layout.json"]);
    let names = "--kind vendor --class general --name-ja 計測 --name-en Bench";
    let party: Vec<&str> = ["party", "add", "member"]
        .into_iter()
        .chain(names.split(' '))
        .collect();
    run(folder.path(), &party);
    let key = "key add --party member --label bench --scope taxii:post --scope taxii:read";
    let key = run(folder.path(), &key.split(' ').collect::<Vec<_>>());
    let address = free();
    let mut serve = kaname(folder.path(), &["serve", "--address", &address.to_string()]);
    let _server = Running(
        serve
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let target = Target {
        address,
        authorization: format!("Bearer {}", key["secret"].as_str().unwrap()),
        root: "/taxii2/bench",
    };
    until(|| TcpStream::connect(address).is_ok());
    measured(name, &target, objects);
}

/// The same envelopes to the peer, one caller after another as its memory allows.
fn medallion(objects: u64) {
    let name = "medallion (memory, nothing durable)";
    let python =
        std::env::var_os("KANAME_PYTHON").map(|folder| PathBuf::from(folder).join("bin/python"));
    let has = |python: &PathBuf| {
        let import = Command::new(python)
            .args(["-c", "import medallion"])
            .stderr(Stdio::null())
            .status();
        import.is_ok_and(|status| status.success())
    };
    let Some(python) = python.filter(has) else {
        println!(
            "{name}: not installed; `./setup --test` brings it, KANAME_PYTHON names its folder"
        );
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let at = |file: &str| folder.path().join(file).display().to_string();
    let collection = json!({ "id": COLLECTION, "title": "bench", "description": "", "can_read": true,
        "can_write": true, "media_types": [], "objects": [], "manifest": [] });
    let data = json!({
        "/discovery": { "title": "peer", "description": "", "contact": "", "default": "", "api_roots": [] },
        "bench": { "information": { "title": "bench", "description": "", "versions": [TAXII],
            "max_content_length": 104_857_600 }, "status": [], "collections": [collection] },
    });
    std::fs::write(at("data.json"), data.to_string()).unwrap();
    let backend = json!({ "module": "medallion.backends.memory_backend", "module_class": "MemoryBackend",
        "filename": at("data.json"), "session_timeout": 600 });
    let config = json!({ "backend": backend, "users": { "bench": "bench" }, "taxii": { "max_page_size": 1000 } });
    std::fs::write(at("config.json"), config.to_string()).unwrap();
    let address = free();
    let port = address.port().to_string();
    let mut serve = Command::new(python.with_file_name("medallion"));
    serve.args(["--port", &port, "--log-level", "ERROR", &at("config.json")]);
    let _server = Running(
        serve
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    until(|| TcpStream::connect(address).is_ok());
    let target = Target {
        address,
        authorization: "Basic YmVuY2g6YmVuY2g=".to_owned(),
        root: "/bench",
    };
    measured(name, &target, objects);
}

/// Posts them all and prints how fast each stretch of them was done.
fn measured(name: &str, target: &Target, objects: u64) {
    let envelopes = objects.div_ceil(ENVELOPE).max(1);
    let stretch = envelopes.div_ceil(STRETCHES).max(1);
    for first in (0..envelopes).step_by(usize::try_from(stretch).unwrap()) {
        let end = envelopes.min(first + stretch);
        let bodies: Vec<String> = (first..end).map(envelope).collect();
        let next = AtomicU64::new(0);
        let begin = Instant::now();
        let mut times = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..CALLERS)
                .map(|_| {
                    scope.spawn(|| {
                        let mut times = Vec::new();
                        while let Some(body) =
                            bodies.get(next.fetch_add(1, Ordering::Relaxed) as usize)
                        {
                            let begin = Instant::now();
                            post(target, body);
                            times.push(begin.elapsed());
                        }
                        times
                    })
                })
                .collect();
            callers
                .into_iter()
                .flat_map(|caller| caller.join().unwrap())
                .collect::<Vec<_>>()
        });
        let rate = ((end - first) * ENVELOPE) as f64 / begin.elapsed().as_secs_f64();
        times.sort_unstable();
        let millis = |part: usize| {
            times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1e3
        };
        println!(
            "{name:<36} from {:>9}: {rate:>8.0} objects/s; an envelope of {ENVELOPE} p50 {:.0} ms, p95 {:.0} ms",
            first * ENVELOPE,
            millis(50),
            millis(95)
        );
    }
}

/// One envelope, and its status until that is complete with every object taken.
fn post(target: &Target, body: &str) {
    let path = format!("{}/collections/{COLLECTION}/objects/", target.root);
    let mut status = asked(target, "POST", &path, body);
    let id = status["id"].as_str().unwrap_or_default().to_owned();
    while status["status"] != "complete" {
        status = asked(target, "GET", &format!("{}/status/{id}/", target.root), "");
    }
    assert_eq!(status["success_count"], ENVELOPE, "{status}");
}

fn asked(target: &Target, method: &str, path: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(target.address).unwrap();
    // Of the older version, so that the answer comes in one piece and the connection ends with it.
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nAccept: {TAXII}\r\nContent-Type: {TAXII}\r\n\
         Authorization: {}\r\nContent-Length: {}\r\n\r\n",
        target.authorization,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let is_fine = [" 202 ", " 200 "].iter().any(|code| head.contains(code));
    assert!(is_fine, "{method} {path}: {head}\n{body}");
    serde_json::from_str(body).unwrap()
}

/// Indicators, each with a value of its own.
fn envelope(number: u64) -> String {
    let objects = (number * ENVELOPE..(number + 1) * ENVELOPE).map(|n| {
        let at = "2026-04-01T00:00:00.000Z";
        json!({
            "type": "indicator", "spec_version": "2.1", "id": format!("indicator--{n:08x}-0000-4000-8000-{n:012x}"),
            "created": at, "modified": at, "valid_from": at, "name": format!("偽の更新 {n}"),
            "indicator_types": ["malicious-activity"], "pattern_type": "stix",
            "pattern": format!("[domain-name:value = 'n{n:08x}.example']"),
        })
    });
    json!({ "objects": objects.collect::<Vec<_>>() }).to_string()
}

fn kaname(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kaname"));
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// What a command prints as JSON.
fn run(folder: &Path, arguments: &[&str]) -> Value {
    let done = kaname(folder, arguments).arg("--json").output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "kaname {arguments:?}: {said}");
    serde_json::from_slice(&done.stdout).unwrap_or(Value::Null)
}

fn free() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

/// A server that was started just now answers soon: it is asked until it does.
fn until(mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < STARTS_WITHIN, "it did not start in time");
        std::thread::yield_now();
    }
}
