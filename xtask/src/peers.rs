//! `cargo xtask bench peers | misp`: a peer beside ours in the same run, on the same machine, with the
//! same work.

use std::path::Path;

use crate::Failure;
use crate::step::{Step, answers};

/// TAXII beside OASIS's server.
pub(crate) fn taxii(root: &Path, objects: Option<u32>) -> Result<(), Failure> {
    let objects = objects.unwrap_or(200).to_string();
    beside(
        root,
        "medallion",
        "xtask/peers.py",
        &["--objects", &objects],
    )
}

/// MISP to STIX and back beside MISP's own library.
pub(crate) fn misp(root: &Path, attributes: Option<u32>) -> Result<(), Failure> {
    let attributes = attributes.unwrap_or(100_000).to_string();
    let options = ["--attributes", &attributes];
    beside(root, "misp_stix_converter", "xtask/misp.py", &options)
}

fn beside(root: &Path, peer: &str, script: &str, options: &[&str]) -> Result<(), Failure> {
    let python = crate::ci::python_environment();
    let python = python.map(|folder| folder.join("bin/python").display().to_string());
    let python = python.filter(|python| answers(python, &["-c", &format!("import {peer}")]));
    let Some(python) = python else {
        return Err(Failure::new(
            format!("the peer `{peer}` is not installed"),
            "`./setup --test` installs it; KANAME_PYTHON names another environment",
        ));
    };
    Step::new(
        "build",
        "cargo build --release --locked --package kaname",
        "the program has to build first",
    )
    .run(root)?;
    let mut step = Step::new("peers", "", "run it alone on a quiet machine");
    let words = [python.as_str(), script].into_iter();
    step.command = words
        .chain(options.iter().copied())
        .map(str::to_owned)
        .collect();
    step.run(root).map(|_| ())
}
