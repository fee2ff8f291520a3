//! `cargo xtask bench`: benchmarks found in the crates' manifests, run in release mode.

use std::path::Path;

use crate::step::Step;
use crate::tidy::manifest::{self, Manifest};
use crate::{Failure, disk, node, peers};

/// Runs the benchmark of that name, or lists them. `objects` and `more` are refused where nobody reads them.
pub(crate) fn run(
    root: &Path,
    name: Option<&str>,
    objects: Option<u32>,
    more: &[String],
) -> Result<(), Failure> {
    let peer = name.and_then(peers::named);
    let is_own = peer.is_some() || name == Some("node");
    if is_own && !more.is_empty() {
        let what = "it takes no numbers after `--`";
        return Err(Failure::new(what, "--objects N says how many"));
    }
    if !is_own && objects.is_some() {
        let what = "it does not take --objects";
        return Err(Failure::new(what, "give numbers after `--`"));
    }
    if let Some(peer) = peer {
        return peers::run(peer, root, objects, &disk::chosen()?);
    }
    if name == Some("node") {
        return node::run(root, objects, &disk::chosen()?);
    }
    let manifests = manifest::all(root)?;
    let Some(name) = name else {
        for manifest in &manifests {
            for bench in &manifest.benches {
                println!("{bench:<24} ({})", manifest.name);
            }
        }
        println!("{:<24} (`kaname import`, start and idle memory)", "node");
        for peer in &peers::ALL {
            let (name, what) = (peer.name, peer.what);
            println!("{name:<24} (beside a peer, needs `./setup --test`: {what})");
        }
        return Ok(());
    };
    let owner = manifests
        .iter()
        .find(|manifest: &&Manifest| manifest.benches.iter().any(|bench| bench == name))
        .ok_or_else(|| {
            Failure::new(
                format!("no benchmark is called `{name}`"),
                "`cargo xtask bench` lists them",
            )
        })?;
    let command = format!(
        "cargo bench --locked --package {} --bench {name}",
        owner.name
    );
    let mut step = Step::new("bench", &command, "run it alone on a quiet machine");
    if !more.is_empty() {
        step.command.push("--".to_owned());
        step.command.extend(more.iter().cloned());
    }
    let folder = disk::chosen()?.display().to_string();
    step.environment.push(("TMPDIR", folder));
    step.run(root).map(|_| ())
}
