//! The description of the API as it is served, held against the schema of OpenAPI 3.1 by another's judge.

use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use axum::{body::Body, http::Request};
use kaname_testkit::Nation;
use serde_json::{Value, json};

use crate::house::Door;

/// What the judge finds; `None` where `./setup --test` brought no Python.
#[expect(
    clippy::disallowed_methods,
    reason = "the place is chosen by the person who ran ./setup"
)]
fn faults(document: &str) -> Option<Vec<Value>> {
    let folder = PathBuf::from(std::env::var_os("KANAME_PYTHON")?);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/openapi_judge.py");
    let mut judge = Command::new(folder.join("bin/python"))
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    judge
        .stdin
        .take()
        .unwrap()
        .write_all(document.as_bytes())
        .unwrap();
    let said = judge.wait_with_output().unwrap();
    let trouble = String::from_utf8_lossy(&said.stderr);
    assert!(
        said.status.success(),
        "./setup --test brings openapi-spec-validator: {trouble}"
    );
    Some(serde_json::from_slice(&said.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_openapi_3_1_to_the_letter() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let request = Request::get("/api/v1/openapi.json");
    let served = door.send(request.body(Body::empty()).unwrap()).await;
    let Some(wrong) = faults(&served.text) else {
        eprintln!("skipped: no Python; run ./setup --test and set KANAME_PYTHON");
        return;
    };
    assert_eq!(wrong, [] as [Value; 0]);
    // The judge sees what is wrong.
    let mut broken = served.json();
    broken["paths"]["/api/v1/items"]["get"]["responses"] = json!([]);
    assert!(!faults(&broken.to_string()).unwrap().is_empty());
}
