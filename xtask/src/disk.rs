//! Where benchmarks write: on a disk, for a flush to memory says nothing about what is durable.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::Failure;

/// File systems that live in memory.
const IN_MEMORY: [&str; 3] = ["tmpfs", "ramfs", "devtmpfs"];
/// Flushes that are timed.
const FLUSHES: usize = 100;

/// The folder for throw-away files: that of the system, or `/var/tmp` where the first is in memory, as on
/// newer Debians. Says on standard output what it is and how long a flush takes there.
pub(crate) fn chosen() -> Result<PathBuf, Failure> {
    let own = std::env::temp_dir();
    for folder in [own.as_path(), Path::new("/var/tmp")] {
        let kind = kind_of(folder);
        if !IN_MEMORY.contains(&kind.as_str()) {
            let flush = flush(folder).map_err(|error| {
                let what = format!("{}: {error}", folder.display());
                Failure::new(what, "TMPDIR names another folder")
            })?;
            let micros = flush.as_micros();
            let place = folder.display();
            println!("{place} is {kind}; a flush of 4 KiB there takes {micros} µs (median)");
            return Ok(folder.to_owned());
        }
    }
    Err(Failure::new(
        "the folders for throw-away files are in memory: nothing is durable there",
        "set TMPDIR to a folder on a disk",
    ))
}

/// Name of the file system that holds a folder, from the kernel's own list.
fn kind_of(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let holding = mounts.filter(|(place, _)| folder.starts_with(place));
    let nearest = holding.max_by_key(|(place, _)| place.len());
    nearest.map_or("unknown", |(_, kind)| kind).to_owned()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn flush(folder: &Path) -> std::io::Result<Duration> {
    let path = folder.join(format!("kaname-flush-{}", std::process::id()));
    let mut file = std::fs::File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..FLUSHES {
        let started = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(started.elapsed());
    }
    std::fs::remove_file(&path)?;
    times.sort_unstable();
    Ok(times[FLUSHES / 2])
}
