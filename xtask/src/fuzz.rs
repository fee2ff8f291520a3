//! `cargo xtask fuzz`: the fuzz targets for as long as one likes.

use std::path::Path;

use crate::Failure;
use crate::step::Step;

pub(crate) fn run(root: &Path, target: Option<&str>, seconds: u64) -> Result<(), Failure> {
    let chosen = target.unwrap_or_default();
    Step::new(
        "fuzz",
        &format!("cargo run --release --package kaname-fuzz -- --seconds {seconds} {chosen}"),
        "the input that broke it is named above; make it a test first",
    )
    .run(root)
    .map(|_| ())
}
