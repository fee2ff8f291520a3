//! `cargo xtask e2e`: the walks in a real browser, with real clients, over a fresh demo.

use std::path::Path;

use crate::Failure;
use crate::demo::Demo;
use crate::step::Step;

pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let mut demo = Demo::start(root)?;
    let walks = Step {
        folder: "e2e",
        environment: vec![
            ("KANAME_URL", demo.server.url()),
            ("KANAME_BIN", demo.program().display().to_string()),
            ("KANAME_DATA", demo.data().display().to_string()),
        ],
        ..Step::new(
            "e2e",
            "npm test",
            "KANAME_SHOTS=FOLDER keeps a picture of each page; start `cargo run -- demo` and run \
             `KANAME_URL=http://127.0.0.1:8440 npm test` in e2e/ to look at one walk",
        )
    };
    walks.run(root)?;
    demo.server.end()?;
    demo.forget()
}
