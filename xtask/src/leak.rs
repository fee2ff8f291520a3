//! `cargo xtask leak`: the leak test over as many pairs as one likes, in release mode.

use std::path::Path;

use crate::Failure;
use crate::step::Step;

const TEST: &str = "leak::no_surface_shows_what_the_markings_do_not_admit";

pub(crate) fn run(root: &Path, pairs: u64) -> Result<(), Failure> {
    let mut step = Step::new(
        "leak",
        &format!(
            "cargo test --release --locked --package kaname-web --test it -- --exact {TEST} --nocapture"
        ),
        "the item and the surface that shows it are named above; make it a test of its own first",
    );
    step.environment
        .push(("KANAME_LEAK_PAIRS", pairs.to_string()));
    let took = step.run(root)?;
    println!("{pairs} pairs without a difference, {took:.0?} with the build");
    Ok(())
}
