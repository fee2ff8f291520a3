//! `cargo xtask smoke`: a fresh demo starts, serves, ends when asked, and its ledger verifies.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Failure;
use crate::demo::{BY_HAND, Demo};

pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let mut demo = Demo::start(root)?;
    println!(
        "smoke: ready after {:.1} s (debug build)",
        demo.server.ready_after.as_secs_f64()
    );
    let front = demo
        .server
        .get("/")
        .map_err(|error| Failure::new(format!("GET /: {error}"), BY_HAND))?;
    if !front.starts_with("HTTP/1.1 200") && !front.starts_with("HTTP/1.1 303") {
        let line = front.lines().next().unwrap_or_default();
        return Err(Failure::new(
            format!("the front page answered {line}"),
            BY_HAND,
        ));
    }
    demo.server.end()?;
    let verified = Command::new(demo.program())
        .arg("verify")
        .arg("--data")
        .arg(demo.data())
        .stdin(Stdio::null())
        .status()
        .map_err(|error| Failure::new(format!("verify did not start: {error}"), BY_HAND))?;
    if !verified.success() {
        return Err(Failure::new(
            format!("the demo's ledger does not verify ({verified})"),
            format!("the store is kept for a look: {}", demo.data().display()),
        ));
    }
    demo.forget()?;
    println!("smoke: the demo served, ended and verified");
    Ok(())
}
