//! `cargo xtask bench peers`: a peer beside ours in the same run, on the same machine, asked by the same
//! client.

use std::path::Path;

use crate::Failure;
use crate::step::{Step, answers};

pub(crate) fn run(root: &Path, objects: Option<u32>) -> Result<(), Failure> {
    let python = crate::ci::python_environment();
    let python = python.map(|folder| folder.join("bin/python").display().to_string());
    let python = python.filter(|python| answers(python, &["-c", "import medallion"]));
    let Some(python) = python else {
        return Err(Failure::new(
            "the peer `medallion` is not installed",
            "`./setup --test` installs it; KANAME_PYTHON names another environment",
        ));
    };
    let quiet = "run it alone on a quiet machine";
    Step::new(
        "build",
        "cargo build --release --locked --package kaname",
        "the program has to build first",
    )
    .run(root)?;
    let objects = objects.unwrap_or(200);
    let mut step = Step::new("peers", "", quiet);
    let script = "xtask/peers.py";
    step.command = [&python, script, "--objects", &objects.to_string()]
        .map(str::to_owned)
        .to_vec();
    step.run(root).map(|_| ())
}
