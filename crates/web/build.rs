//! Builds the UI with esbuild and lists the message files, both for embedding.

use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

const HINT: &str = "hint: run `./setup` once; it brings Node's packages for the pages";

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    messages(&here.join("text"), &out).map_err(|error| format!("message files: {error}"))?;
    assets(&here.join("../../ui"), &out)
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script where things are by its environment"
)]
fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("cargo did not set {name}"))
}

/// Writes `messages.rs`: `JA` and `EN`, each a list of (room, source text).
fn messages(texts: &Path, out: &Path) -> io::Result<()> {
    let mut code = String::new();
    println!("cargo::rerun-if-changed={}", texts.display());
    for (name, folder) in [("JA", "ja"), ("EN", "en")] {
        let mut files = Vec::new();
        println!("cargo::rerun-if-changed={}", texts.join(folder).display());
        for entry in fs::read_dir(texts.join(folder))? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "ftl") {
                files.push(path);
            }
        }
        files.sort();
        _ = writeln!(code, "const {name}: &[(&str, &str)] = &[");
        for path in files {
            println!("cargo::rerun-if-changed={}", path.display());
            let room = path.file_stem().unwrap_or_default().to_string_lossy();
            let full = fs::canonicalize(&path)?;
            _ = writeln!(code, "    ({room:?}, include_str!({full:?})),");
        }
        code.push_str("];\n");
    }
    fs::write(out.join("messages.rs"), code)
}

/// Runs the UI's build and writes `assets.rs`: `ASSETS`, one entry per file it made.
fn assets(ui: &Path, out: &Path) -> Result<(), String> {
    for part in [
        "css",
        "js",
        "icon.svg",
        "build.mjs",
        "package.json",
        "package-lock.json",
    ] {
        println!("cargo::rerun-if-changed={}", ui.join(part).display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    if !ui.join("node_modules/esbuild").is_dir() {
        return Err(format!(
            "ui/node_modules is missing, so the pages' style cannot be built\n{HINT}"
        ));
    }
    let built = out.join("ui");
    let run = Command::new("node")
        .arg(ui.join("build.mjs"))
        .arg("--out")
        .arg(&built)
        .output()
        .map_err(|error| format!("node does not start: {error}\n{HINT}"))?;
    if !run.status.success() {
        let said = String::from_utf8_lossy(&run.stderr);
        return Err(format!("ui/build.mjs failed ({}):\n{said}", run.status));
    }
    let manifest = fs::read_to_string(built.join("manifest.tsv"))
        .map_err(|error| format!("ui/build.mjs left no manifest: {error}"))?;
    let mut code = String::from("static ASSETS: &[Asset] = &[\n");
    for line in manifest.lines() {
        let [name, file, media_type] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!(
                "a line of the UI's manifest is malformed: {line:?}"
            ));
        };
        let path = built.join(file);
        let bytes = |end: &str| format!("include_bytes!({:?})", format!("{}{end}", path.display()));
        _ = writeln!(
            code,
            "    Asset {{ name: {name:?}, file: {file:?}, media_type: {media_type:?}, plain: {}, brotli: {}, gzip: {} }},",
            bytes(""),
            bytes(".br"),
            bytes(".gz"),
        );
    }
    code.push_str("];\n");
    fs::write(out.join("assets.rs"), code).map_err(|error| format!("assets.rs: {error}"))
}
