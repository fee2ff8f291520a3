//! `cargo xtask bench node`: the whole program as it is run. Bundles go in by `kaname import`, then a
//! server starts over what is stored: how long until it is ready, and what it holds while idle.

use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::demo::{remove, throw_away};
use crate::server::{Server, free_port};
use crate::step::{Step, built};

/// Objects of one bundle, and of one import.
const BUNDLE: u32 = 100_000;
/// Starts that are timed.
const STARTS: usize = 5;
/// How long a server rests before its memory is read.
const REST: Duration = Duration::from_secs(10);
const HINT: &str = "run it alone on a quiet machine, with some GB free in the temporary folder";

pub(crate) fn run(root: &Path, objects: Option<u32>) -> Result<(), Failure> {
    let build = "cargo build --release --locked --package kaname";
    Step::new("build", build, "the program has to build first").run(root)?;
    let bundles = objects.unwrap_or(1_000_000).div_ceil(BUNDLE).max(1);
    let folder = throw_away("node")?;
    let hub = Hub {
        program: built("release")?.display().to_string(),
        folder: folder.display().to_string(),
    };
    hub.run("init", &[])?;
    let names = ["--kind", "peer", "--name-ja", "計測", "--name-en", "Bench"];
    hub.run(
        "collection",
        &[&["add", "bench"], names.as_slice()].concat(),
    )?;
    let bundle = folder.join("bundle.json");
    let path = bundle.display().to_string();
    let (mut first, mut all) = (Duration::ZERO, Duration::ZERO);
    for n in 0..bundles {
        write_bundle(&bundle, n * BUNDLE)
            .map_err(|error| Failure::new(format!("{path}: {error}"), HINT))?;
        let took = hub.run("import", &[&path, "--collection", "bench"])?;
        first = if n == 0 { took } else { first };
        all += took;
    }
    let rate = |count: u32, took: Duration| f64::from(count) / took.as_secs_f64();
    println!(
        "kaname import, the first {BUNDLE} objects: {:.0}/s",
        rate(BUNDLE, first)
    );
    println!(
        "kaname import, {} objects in files of {BUNDLE}: {:.0}/s",
        bundles * BUNDLE,
        rate(bundles * BUNDLE, all)
    );
    let mut ready = Vec::new();
    let mut idle = 0.0;
    for start in 0..STARTS {
        let port = free_port()?;
        let address = format!("127.0.0.1:{port}");
        let mut command = hub.command("serve", &["--address", &address]);
        let mut server = Server::start(&mut command, port, HINT)?;
        ready.push(server.ready_after);
        if start == 0 {
            std::thread::sleep(REST);
            idle = server.resident_mib()?;
        }
        server.end()?;
    }
    ready.sort_unstable();
    let millis = |place: usize| ready.get(place).map_or(0, Duration::as_millis);
    println!(
        "start until /readyz, {STARTS} times: {} to {} ms",
        millis(0),
        millis(STARTS - 1)
    );
    println!("memory of an idle server after {REST:?}: {idle:.1} MiB");
    remove(&folder)
}

/// A hub in a folder of its own, reached by the program's commands.
struct Hub {
    program: String,
    folder: String,
}

impl Hub {
    fn command(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg(name)
            .args(arguments)
            .args(["--data", &format!("{}/data", self.folder)])
            .args(["--keys", &format!("{}/keys", self.folder)])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    fn run(&self, name: &str, arguments: &[&str]) -> Result<Duration, Failure> {
        let started = Instant::now();
        let done = self.command(name, arguments).stdin(Stdio::null()).status();
        let done = done.map_err(|error| Failure::new(format!("kaname {name}: {error}"), HINT))?;
        if !done.success() {
            return Err(Failure::new(
                format!("kaname {name} {} ended with {done}", arguments.join(" ")),
                HINT,
            ));
        }
        Ok(started.elapsed())
    }
}

/// A bundle of indicators numbered from `first`, all of them new.
fn write_bundle(path: &Path, first: u32) -> std::io::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    let id = |kind: &str, n: u32| format!("{kind}--{n:08x}-0000-4000-8000-0000{n:08x}");
    write!(
        file,
        "{{\"type\":\"bundle\",\"id\":\"{}\",\"objects\":[",
        id("bundle", first)
    )?;
    for n in first..first + BUNDLE {
        let comma = if n == first { "" } else { "," };
        write!(
            file,
            "{comma}{{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"{}\",\
             \"created\":\"2026-04-01T00:00:00.000Z\",\"modified\":\"2026-04-01T00:00:00.000Z\",\
             \"name\":\"Phishing domain {n:08x}.example\",\"description\":\"{}\",\
             \"indicator_types\":[\"malicious-activity\"],\
             \"pattern\":\"[domain-name:value = '{n:08x}.example']\",\"pattern_type\":\"stix\",\
             \"valid_from\":\"2026-04-01T00:00:00Z\"}}",
            id("indicator", n),
            "利用者を偽の画面へ誘導する。".repeat(6)
        )?;
    }
    file.write_all(b"]}")?;
    file.flush()
}
