//! `cargo xtask bench node`: the whole program as it is run. Bundles go in by `kaname import`, then a
//! server starts over what is stored: how long until it is ready, what it holds while idle, and how long
//! its doors take. One object in ten is in a collection that the member who asks may read.

mod doors;

use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::demo::{remove, throw_away};
use crate::server::{PEAK, Server, free_port, memory_mib};
use crate::step::{Step, built};

/// Objects of one bundle, and of one import.
const BUNDLE: u32 = 100_000;
/// Starts that are timed.
const STARTS: usize = 5;
/// How often the memory of a command is looked at.
const LOOKED: Duration = Duration::from_millis(5);
/// How long a server rests before its memory is read.
const REST: Duration = Duration::from_secs(10);
/// Who signs in, and with what.
const LOGIN: &str = "reader";
const PASSWORD: &str = "plain-words-for-a-benchmark";
const HINT: &str = "run it alone on a quiet machine, with some GB free in the temporary folder";

pub(crate) fn run(root: &Path, objects: Option<u32>, within: &Path) -> Result<(), Failure> {
    let build = "cargo build --release --locked --package kaname";
    Step::new("build", build, "the program has to build first").run(root)?;
    let bundles = objects.unwrap_or(1_000_000).div_ceil(BUNDLE).max(1);
    let folder = throw_away(within, "node")?;
    let hub = Hub {
        program: built("release")?.display().to_string(),
        folder: folder.display().to_string(),
    };
    let member = hub.found()?;
    let bundle = folder.join("bundle.json");
    let path = bundle.display().to_string();
    let (mut first, mut all) = (Duration::ZERO, Duration::ZERO);
    let mut most = 0.0_f64;
    for n in 0..bundles {
        write_bundle(&bundle, n * BUNDLE)
            .map_err(|error| Failure::new(format!("{path}: {error}"), HINT))?;
        let collection = if n == 0 { "shared" } else { "kept" };
        let (took, peak) = hub.run("import", &[&path, "--collection", collection])?;
        most = most.max(peak);
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
    println!("memory of kaname import, at most: {most:.1} MiB");
    let (took, peak) = hub.run("verify", &[])?;
    println!("memory of kaname verify, at most: {peak:.1} MiB");
    println!(
        "kaname verify, every object compared with the ledger: {:.0} objects/s",
        rate(bundles * BUNDLE, took)
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
            doors::measure(&server, &member.as_ref())?;
            let peak = server.peak_mib()?;
            println!("memory of the server over all of that, at most: {peak:.1} MiB");
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

/// Who reads.
struct Member {
    collection: String,
    key: String,
}

impl Member {
    fn as_ref(&self) -> doors::Member<'_> {
        doors::Member {
            key: &self.key,
            collection: &self.collection,
            login: LOGIN,
            password: PASSWORD,
        }
    }
}

/// The first text of that name in what a command printed.
fn text_of(printed: &str, name: &str) -> Result<String, Failure> {
    let found = printed
        .split_once(&format!("\"{name}\": \""))
        .and_then(|(_, rest)| rest.split('"').next());
    let missing = || Failure::new(format!("no `{name}` in {printed}"), HINT);
    found.map(str::to_owned).ok_or_else(missing)
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

    /// Makes the hub, two collections and a member that may read one of them.
    fn found(&self) -> Result<Member, Failure> {
        let file = format!("{}/password", self.folder);
        std::fs::write(&file, PASSWORD)
            .map_err(|error| Failure::new(format!("{file}: {error}"), HINT))?;
        let names = ["--name-ja", "計測", "--name-en", "Bench"];
        let titled = ["--title-ja", "計測", "--title-en", "Bench"];
        let with = |first: &[&'static str], names: &[&'static str]| [first, names].concat();
        self.asked("init", &["--password-file", &file])?;
        let shared = ["add", "shared", "--kind", "peer", "--tlp", "GREEN"];
        let shared = self.asked("collection", &with(&shared, &names))?;
        let kept = ["add", "kept", "--kind", "peer", "--tlp", "RED"];
        self.asked("collection", &with(&kept, &names))?;
        let party = ["add", "member", "--kind", "vendor", "--class", "general"];
        self.asked("party", &with(&party, &names))?;
        let mut user = vec!["add", LOGIN, "--party", "member", "--role", "member"];
        user.extend(titled);
        user.extend(["--password-file", &file]);
        self.asked("user", &user)?;
        let key = ["add", "--party", "member", "--label", "bench", "--scope"];
        let key = self.asked("key", &with(&key, &["taxii:read"]))?;
        Ok(Member {
            collection: text_of(&shared, "id")?,
            key: text_of(&key, "secret")?,
        })
    }

    /// What a command prints as JSON.
    fn asked(&self, name: &str, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = self.command(name, arguments);
        let command = command.arg("--json").stdin(Stdio::null());
        let done = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let done = done.output();
        let done = done.map_err(|error| Failure::new(format!("kaname {name}: {error}"), HINT))?;
        if !done.status.success() {
            let said = String::from_utf8_lossy(&done.stderr);
            return Err(Failure::new(format!("kaname {name}: {said}"), HINT));
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// How long a command took, and the most memory it held, in MiB.
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    fn run(&self, name: &str, arguments: &[&str]) -> Result<(Duration, f64), Failure> {
        let started = Instant::now();
        let failed = |what: String| Failure::new(format!("kaname {name}: {what}"), HINT);
        let child = self.command(name, arguments).stdin(Stdio::null()).spawn();
        let mut child = child.map_err(|error| failed(error.to_string()))?;
        let mut most = 0.0;
        let done = loop {
            let ended = child.try_wait();
            if let Some(done) = ended.map_err(|error| failed(error.to_string()))? {
                break done;
            }
            most = memory_mib(child.id(), PEAK).unwrap_or(most);
            std::thread::sleep(LOOKED);
        };
        if !done.success() {
            let all = arguments.join(" ");
            return Err(failed(format!("{all} ended with {done}")));
        }
        Ok((started.elapsed(), most))
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
