//! The clients that members use, unchanged: taxii2-client and stix2 from PyPI against the demo's hub.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::program::Place;

/// A demo that is ended with the test.
pub(crate) struct Demo {
    child: Child,
    pub(crate) guide: Value,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Demo {
    /// Fills a nation and waits until it says where it is served.
    #[expect(
        clippy::zombie_processes,
        reason = "its owner waits for it; else the test has failed"
    )]
    pub(crate) fn start(place: &Place) -> Self {
        let arguments = ["demo", "--port", "0", "--data", "nation", "--json"];
        let mut child = place
            .command(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut told = String::new();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            told.push_str(&line);
            if let Ok(guide) = serde_json::from_str(&told) {
                return Self { child, guide };
            }
        }
        panic!("the demo ended before it was ready: {told}");
    }

    /// The key of the member's machine in the guide.
    pub(crate) fn key(&self) -> &str {
        self.guide["keys"][0]["secret"].as_str().unwrap()
    }
}

/// Python with the test clients; `None` where `./setup --test` did not bring them.
#[expect(
    clippy::disallowed_methods,
    reason = "the place is chosen by the person who ran ./setup"
)]
pub(crate) fn python() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("KANAME_PYTHON")?);
    let python = folder.join("bin/python");
    let there = Command::new(&python)
        .args(["-c", "import taxii2client, stix2"])
        .status();
    there.is_ok_and(|status| status.success()).then_some(python)
}

#[test]
fn a_members_taxii_client_reads_every_object_strictly() {
    let python = python().expect(
        "no taxii2-client and stix2: run ./setup --test, then `cargo xtask ci`, or set KANAME_PYTHON",
    );
    let place = Place::new();
    let demo = Demo::start(&place);
    let url = demo.guide["url"].as_str().unwrap().trim_end_matches('/');
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/taxii_client.py");
    let ran = Command::new(python)
        .args([script, &format!("{url}/taxii2/"), demo.key()])
        .args(["--per-request", "7"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{told}");
    let answer: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let collections = answer["collections"].as_array().unwrap();
    let library = collections
        .iter()
        .find(|one| one["alias"] == "library")
        .unwrap();
    assert_eq!(
        (&library["can_read"], &library["can_write"]),
        (&true.into(), &false.into())
    );
    let objects = library["objects"].as_array().unwrap();
    let of = |kind: &str| objects.iter().filter(|one| one["type"] == kind).count();
    assert!(
        of("indicator") > 0 && of("report") > 0,
        "{} objects",
        objects.len()
    );
    assert!(of("marking-definition") > 0 && of("identity") > 0);
    // Everything that a released object names as its marking or author is there to be read.
    let ids: Vec<&Value> = objects.iter().map(|one| &one["id"]).collect();
    for object in objects.iter().map(|one| &one["object"]) {
        let marks = object["object_marking_refs"]
            .as_array()
            .into_iter()
            .flatten();
        for id in marks.chain(object.get("created_by_ref")) {
            assert!(ids.contains(&id), "{id} of {}", object["id"]);
        }
    }
}
