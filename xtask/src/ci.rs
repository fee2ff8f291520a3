//! `cargo xtask ci`: the steps in order, cheap ones first, each with its time.

use std::path::{Path, PathBuf};

use crate::Failure;
use crate::step::{Step, answers};

/// Seconds each fuzz target gets here; hours are for `cargo xtask fuzz --seconds`.
const FUZZ_SECONDS: u64 = 5;

#[expect(
    clippy::disallowed_methods,
    reason = "CI=true is how a build machine says what it is"
)]
fn steps(root: &Path) -> Vec<Step> {
    let tests = if answers("cargo", &["nextest", "--version"]) {
        "cargo nextest run --workspace --locked --no-fail-fast"
    } else {
        "cargo test --workspace --locked --no-fail-fast --bins --lib --tests"
    };
    let mut all = vec![
        Step::new("format", "cargo fmt --all --check", "run `cargo fmt`"),
        Step::new(
            "tidy",
            "cargo run --quiet --locked --package xtask -- tidy",
            "each line above says which file and why; docs/ARCHITECTURE.md has the rules",
        ),
        Step::new(
            "clippy",
            "cargo clippy --workspace --all-targets --locked --quiet -- --deny warnings",
            "mend the warnings, or state `#[expect(…, reason = \"…\")]` where they are wrong",
        ),
        Step::new(
            "test",
            tests,
            "run the failing test alone: cargo nextest run -p CRATE TEST_NAME",
        ),
        Step::new(
            "doctest",
            "cargo test --doc --workspace --locked --quiet",
            "an example in a doc comment no longer compiles or holds",
        ),
        Step {
            folder: "ui",
            ..Step::new("ui", "npm test", "run it by hand in ui/")
        }
        .left_out_unless(
            root.join("ui/test").is_dir(),
            "the page scripts have no tests of their own",
        ),
        Step::new(
            "deny",
            "cargo deny --locked check bans licenses sources",
            "deny.toml says what is allowed and why",
        )
        .left_out_unless(
            answers("cargo", &["deny", "--version"]),
            "cargo-deny is not installed (`./setup --test` builds it); `tidy` has checked the bans",
        ),
        Step::new(
            "fuzz",
            &format!(
                "cargo run --quiet --locked --package kaname-fuzz -- --seconds {FUZZ_SECONDS}"
            ),
            "the input that broke it is named above; make it a test first",
        )
        .left_out_unless(
            root.join("fuzz/Cargo.toml").exists(),
            "there are no fuzz targets",
        ),
        Step::new(
            "smoke",
            "cargo run --quiet --locked --package xtask -- smoke",
            "run it by hand: cargo run -- demo",
        ),
        Step::new(
            "e2e",
            "cargo run --quiet --locked --package xtask -- e2e",
            "each line above names page, look and reader; cargo xtask e2e runs the walks alone",
        )
        .left_out_unless(
            root.join("e2e/package.json").exists(),
            "there are no browser walks",
        ),
    ];
    let brought = brought_by_setup();
    let fresh_clone = std::env::var_os("CI").is_some();
    for step in &mut all {
        step.environment.push(("CI", "true".to_owned()));
        // A build that starts from a fresh clone gains nothing from incremental files.
        if fresh_clone {
            step.environment.push(("CARGO_INCREMENTAL", "0".to_owned()));
        }
        step.environment.extend(brought.iter().cloned());
    }
    all
}

/// Where `./setup --test` put things, told to the tests that can use them. What is not there is not
/// named, and such a test says that it is skipped.
#[expect(
    clippy::disallowed_methods,
    reason = "the place is chosen by the person who ran ./setup"
)]
fn brought_by_setup() -> Vec<(&'static str, String)> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    );
    [
        ("KANAME_DEMO_DATA", "demo-data"),
        ("KANAME_PYTHON", "python"),
    ]
    .into_iter()
    .filter(|(name, _)| std::env::var_os(name).is_none())
    .map(|(name, folder)| (name, cache.join("kaname").join(folder)))
    .filter(|(_, path)| path.is_dir())
    .map(|(name, path)| (name, path.to_string_lossy().into_owned()))
    .collect()
}

/// The Python environment of `./setup --test`, where it is there.
#[expect(
    clippy::disallowed_methods,
    reason = "the place is chosen by the person who ran ./setup"
)]
pub(crate) fn python_environment() -> Option<PathBuf> {
    let said = std::env::var_os("KANAME_PYTHON").map(PathBuf::from);
    said.or_else(|| {
        let mut brought = brought_by_setup().into_iter();
        let folder = brought.find(|(name, _)| *name == "KANAME_PYTHON");
        folder.map(|(_, folder)| PathBuf::from(folder))
    })
}

/// What the tests pass over because it is not here: a test that passes so has shown nothing.
#[expect(
    clippy::disallowed_methods,
    reason = "the place is chosen by the person who ran ./setup"
)]
fn not_tried() -> Vec<String> {
    let named = |name: &str| std::env::var_os(name).is_some();
    let brought = brought_by_setup();
    let has_demo_data =
        named("KANAME_DEMO_DATA") || brought.iter().any(|(name, _)| *name == "KANAME_DEMO_DATA");
    let mut all = Vec::new();
    let mut unless = |there: bool, what: &str| {
        if !there {
            all.push(format!("not tried: {what}"));
        }
    };
    unless(
        has_demo_data,
        "the clusters that ./setup brings (no threat data there)",
    );
    unless(
        named("KANAME_TESTDATA"),
        "real reports, ATT&CK and MISP events (KANAME_TESTDATA names no folder with attack/, misp/ and text/)",
    );
    unless(
        answers("suricata", &["-V"]),
        "suricata's verdict on the rules written for it (it is not installed)",
    );
    all
}

pub(crate) fn run(root: &Path, only: &[String], list: bool) -> Result<(), Failure> {
    let all = steps(root);
    for name in only {
        if !all.iter().any(|step| step.name == name) {
            let names: Vec<_> = all.iter().map(|step| step.name).collect();
            return Err(Failure::new(
                format!("no step is called `{name}`"),
                format!("the steps are: {}", names.join(", ")),
            ));
        }
    }
    let wanted: Vec<_> = all
        .iter()
        .filter(|step| only.is_empty() || only.iter().any(|name| step.name == name))
        .collect();

    let mut told = Vec::new();
    for (number, step) in wanted.iter().enumerate() {
        println!(
            "\n=== {}/{} {}: {}",
            number + 1,
            wanted.len(),
            step.name,
            step.words()
        );
        if let Some(reason) = step.left_out {
            println!("left out: {reason}");
            told.push(format!("{:<8} left out: {reason}", step.name));
        } else if !list {
            let took = step.run(root)?;
            told.push(format!("{:<8} {:>7.1} s", step.name, took.as_secs_f64()));
        }
    }
    if !list {
        println!("\n=== all steps passed\n{}", told.join("\n"));
        if wanted.iter().any(|step| step.name == "test") {
            not_tried().iter().for_each(|line| println!("{line}"));
        }
    }
    Ok(())
}
