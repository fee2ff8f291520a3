//! `cargo xtask bench`: benchmarks found in the crates' manifests, run in release mode.

use std::path::Path;

use crate::Failure;
use crate::peers;
use crate::step::Step;
use crate::tidy::manifest::{self, Manifest};

pub(crate) fn run(root: &Path, name: Option<&str>) -> Result<(), Failure> {
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
    Step::new(
        "bench",
        &format!(
            "cargo bench --locked --package {} --bench {name}",
            owner.name
        ),
        "run it alone on a quiet machine",
    )
    .run(root)
    .map(|_| ())
}
