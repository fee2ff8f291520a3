//! Benchmarks with a peer beside ours in the same run, on the same machine.

use std::path::Path;

use crate::Failure;
use crate::step::{Step, answers};

/// A comparison with a peer that is a Python program.
pub(crate) struct Peer {
    /// What `cargo xtask bench` calls it.
    pub(crate) name: &'static str,
    /// What is compared, for the list.
    pub(crate) what: &'static str,
    /// The Python module that has to be there.
    module: &'static str,
    script: &'static str,
    /// Objects when nobody says how many.
    objects: u32,
}

/// All of them.
pub(crate) const ALL: [Peer; 5] = [
    Peer {
        name: "peers",
        what: "TAXII, asked by one client",
        module: "medallion",
        script: "xtask/peers.py",
        objects: 200,
    },
    Peer {
        name: "stix",
        what: "checks of STIX objects",
        module: "stix2validator",
        script: "xtask/checks.py",
        objects: 2_000,
    },
    Peer {
        name: "patterns",
        what: "patterns in observed data; the objects are indicators",
        module: "stix2matcher",
        script: "xtask/patterns.py",
        objects: 1_000_000,
    },
    Peer {
        name: "misp",
        what: "MISP to STIX and back; the objects are attributes",
        module: "misp_stix_converter",
        script: "xtask/misp.py",
        objects: 100_000,
    },
    Peer {
        name: "misp-rest",
        what: "PyMISP's searches over the hub; the objects are attributes",
        module: "pymisp",
        script: "xtask/misp_rest.py",
        objects: 10_000,
    },
];

/// The comparison of that name.
pub(crate) fn named(name: &str) -> Option<&'static Peer> {
    ALL.iter().find(|peer| peer.name == name)
}

/// Builds the program and runs the comparison.
pub(crate) fn run(
    peer: &Peer,
    root: &Path,
    objects: Option<u32>,
    folder: &Path,
) -> Result<(), Failure> {
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
    step.environment
        .push(("TMPDIR", folder.display().to_string()));
    step.run(root).map(|_| ())
}
