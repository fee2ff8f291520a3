//! Runs the fuzz targets on stable Rust: inputs mutated with a seeded generator, for so many
//! seconds each. An input that breaks a target, or takes too long, is saved and named.

use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use kaname_fuzz::{Mutator, TARGETS, Target};

/// How often the worker is looked at.
const LOOKS: Duration = Duration::from_millis(100);

/// What the command line says.
#[derive(Parser)]
#[command(about = "Runs the fuzz targets with mutated inputs; see --list")]
struct Arguments {
    /// Targets to run; all when none is named
    targets: Vec<String>,
    /// Seconds for each target
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    /// Seed of the generator; the same seed gives the same inputs in the same order
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where inputs that break a target are saved
    #[arg(long, default_value = "target/fuzz")]
    save: PathBuf,
    /// An input that takes longer is a fault, in milliseconds
    #[arg(long, default_value_t = 5_000)]
    slow_ms: u64,
    /// Run this saved input once on the targets instead
    #[arg(long, value_name = "FILE")]
    repeat: Option<PathBuf>,
    /// Name the targets and end
    #[arg(long)]
    list: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        TARGETS
            .iter()
            .for_each(|target| println!("{}", target.name));
        return ExitCode::SUCCESS;
    }
    for name in &arguments.targets {
        if !TARGETS.iter().any(|target| target.name == name) {
            eprintln!("error: there is no target {name:?}\nhint: --list names them");
            return ExitCode::from(2);
        }
    }
    let chosen = |target: &&Target| {
        arguments.targets.is_empty() || arguments.targets.iter().any(|name| name == target.name)
    };
    let mut good = true;
    for target in TARGETS.iter().filter(chosen) {
        good &= match &arguments.repeat {
            Some(path) => repeat(target, path),
            None => run(*target, &arguments),
        };
    }
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn repeat(target: &Target, path: &Path) -> bool {
    match std::fs::read(path) {
        Ok(input) => {
            (target.run)(&input);
            println!("{:<18} reads it", target.name);
            true
        }
        Err(error) => {
            eprintln!("error: {} does not read: {error}", path.display());
            false
        }
    }
}

/// What the worker reports at its end.
enum Report {
    /// It ended well after so many inputs.
    Ends(u64),
    /// This input broke the target, with these words.
    Breaks(Vec<u8>, String),
}

/// The input that is being read, and how many were before it.
type Current = Arc<Mutex<(u64, Vec<u8>)>>;

/// Runs one target in a thread of its own, so that an input without end is noticed.
fn run(target: Target, arguments: &Arguments) -> bool {
    let (sender, receiver) = mpsc::channel();
    let (seconds, seed) = (arguments.seconds, arguments.seed);
    let current = Current::default();
    let shared = Arc::clone(&current);
    panic::set_hook(Box::new(|_| {}));
    let worker = thread::Builder::new().stack_size(2 << 20);
    let started = worker.spawn(move || work(target, seconds, seed, &shared, &sender));
    if let Err(error) = started {
        eprintln!("error: no thread for {}: {error}", target.name);
        return false;
    }
    let outcome = watch(target.name, &receiver, &current, arguments);
    drop(panic::take_hook());
    outcome
}

fn work(target: Target, seconds: u64, seed: u64, current: &Current, sender: &Sender<Report>) {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long it may run; no result depends on it"
    )]
    let begun = Instant::now();
    let mut mutator = Mutator::new(target.seeds, target.longest, seed);
    let mut count = 0;
    while begun.elapsed() < Duration::from_secs(seconds) {
        let input = mutator.next_input();
        if let Ok(mut current) = current.lock() {
            current.0 = count;
            current.1.clone_from(&input);
        }
        let read = panic::catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
        count += 1;
        if let Err(words) = read {
            let _ = sender.send(Report::Breaks(input, said(words.as_ref())));
            return;
        }
    }
    let _ = sender.send(Report::Ends(count));
}

/// The words of a panic.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_else(|| "without words".to_owned())
}

fn watch(
    name: &str,
    receiver: &Receiver<Report>,
    current: &Current,
    arguments: &Arguments,
) -> bool {
    let (mut last, mut unchanged) = (u64::MAX, Duration::ZERO);
    loop {
        match receiver.recv_timeout(LOOKS) {
            Ok(Report::Ends(count)) => {
                let rate = count / arguments.seconds.max(1);
                println!("{name:<18} {count:>9} inputs {rate:>8}/s");
                return true;
            }
            Ok(Report::Breaks(input, words)) => {
                report(name, &input, &words, &arguments.save);
                return false;
            }
            Err(RecvTimeoutError::Disconnected) => {
                eprintln!("error: the worker of {name} ended without a word");
                return false;
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let (count, input) = current.lock().map(|now| now.clone()).unwrap_or_default();
        unchanged = if count == last {
            unchanged + LOOKS
        } else {
            Duration::ZERO
        };
        last = count;
        if unchanged > Duration::from_millis(arguments.slow_ms) {
            let words = format!("takes longer than {} ms", arguments.slow_ms);
            report(name, &input, &words, &arguments.save);
            return false;
        }
    }
}

fn report(name: &str, input: &[u8], words: &str, folder: &Path) {
    let path = folder.join(format!("{name}-{:08x}.bin", checksum(input)));
    let saved = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, input));
    eprintln!("error: {name} breaks: {words}");
    match saved {
        Ok(()) => eprintln!(
            "hint: cargo run -p kaname-fuzz -- {name} --repeat {}",
            path.display()
        ),
        Err(error) => eprintln!(
            "hint: the input could not be saved ({error}): {}",
            hex::encode(input)
        ),
    }
}

/// FNV-1a, for the name of a file only.
fn checksum(input: &[u8]) -> u32 {
    let mix = |sum: u32, byte: &u8| (sum ^ u32::from(*byte)).wrapping_mul(16_777_619);
    input.iter().fold(2_166_136_261, mix)
}
