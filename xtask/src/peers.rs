//! `cargo xtask bench peers`, `bench stix` and `bench misp`: a peer beside ours in the same run, on the same machine.

use std::path::Path;

use crate::Failure;
use crate::step::{Step, answers};

/// A comparison with a peer that is a Python program.
struct Peer {
    /// The step's name.
    name: &'static str,
    /// The Python module that has to be there.
    module: &'static str,
    script: &'static str,
    /// Objects when nobody says how many.
    objects: u32,
}

/// TAXII, asked by one client.
const TAXII: Peer = Peer {
    name: "peers",
    module: "medallion",
    script: "xtask/peers.py",
    objects: 200,
};

/// Checks of STIX objects.
const STIX: Peer = Peer {
    name: "stix",
    module: "stix2validator",
    script: "xtask/checks.py",
    objects: 2_000,
};

/// MISP events to STIX and back; "objects" are attributes.
const MISP: Peer = Peer {
    name: "misp",
    module: "misp_stix_converter",
    script: "xtask/misp.py",
    objects: 100_000,
};

pub(crate) fn taxii(root: &Path, objects: Option<u32>) -> Result<(), Failure> {
    beside(&TAXII, root, objects)
}

pub(crate) fn stix(root: &Path, objects: Option<u32>) -> Result<(), Failure> {
    beside(&STIX, root, objects)
}

pub(crate) fn misp(root: &Path, attributes: Option<u32>) -> Result<(), Failure> {
    beside(&MISP, root, attributes)
}

fn beside(peer: &Peer, root: &Path, objects: Option<u32>) -> Result<(), Failure> {
    let python = crate::ci::python_environment();
    let python = python.map(|folder| folder.join("bin/python").display().to_string());
    let import = format!("import {}", peer.module);
    let python = python.filter(|python| answers(python, &["-c", &import]));
    let Some(python) = python else {
        return Err(Failure::new(
            format!("the peer `{}` is not installed", peer.module),
            "`./setup --test` installs it; KANAME_PYTHON names another environment",
        ));
    };
    Step::new(
        "build",
        "cargo build --release --locked --package kaname",
        "the program has to build first",
    )
    .run(root)?;
    let objects = objects.unwrap_or(peer.objects);
    let mut step = Step::new(peer.name, "", "run it alone on a quiet machine");
    step.command = [&python, peer.script, "--objects", &objects.to_string()]
        .map(str::to_owned)
        .to_vec();
    step.run(root).map(|_| ())
}
