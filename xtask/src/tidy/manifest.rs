//! The workspace's manifests, as far as the checks need them.

use std::path::Path;

use toml::{Table, Value};

use crate::Failure;

/// One crate.
pub(crate) struct Manifest {
    /// Package name.
    pub(crate) name: String,
    /// Path of its `Cargo.toml` below the root.
    pub(crate) path: String,
    /// Dependencies that end up in the program.
    pub(crate) dependencies: Vec<String>,
    /// Dependencies of tests and benchmarks only.
    pub(crate) dev_dependencies: Vec<String>,
    /// Whether it takes the workspace's lints.
    pub(crate) workspace_lints: bool,
    /// Names of its benchmarks.
    pub(crate) benches: Vec<String>,
}

/// All crates: `crates/*`, `xtask` and, where there is one, `fuzz`.
pub(crate) fn all(root: &Path) -> Result<Vec<Manifest>, Failure> {
    let mut folders = vec!["xtask".to_owned(), "fuzz".to_owned()];
    let crates = root.join("crates");
    let entries = std::fs::read_dir(&crates).map_err(|error| unreadable("crates", &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| unreadable("crates", &error))?;
        folders.push(format!("crates/{}", entry.file_name().to_string_lossy()));
    }
    folders.sort();
    let mut manifests = Vec::new();
    for folder in folders {
        let path = format!("{folder}/Cargo.toml");
        if root.join(&path).exists() {
            manifests.push(read(root, path)?);
        }
    }
    Ok(manifests)
}

fn read(root: &Path, path: String) -> Result<Manifest, Failure> {
    let content =
        std::fs::read_to_string(root.join(&path)).map_err(|error| unreadable(&path, &error))?;
    let table: Table = content
        .parse()
        .map_err(|error| Failure::new(format!("{path}: {error}"), "mend the manifest"))?;
    let name = table
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let mut dependencies = keys(table.get("dependencies"));
    dependencies.extend(keys(table.get("build-dependencies")));
    let mut dev_dependencies = keys(table.get("dev-dependencies"));
    for target in table
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flatten()
    {
        dependencies.extend(keys(target.1.get("dependencies")));
        dev_dependencies.extend(keys(target.1.get("dev-dependencies")));
    }
    let workspace_lints = table
        .get("lints")
        .and_then(|lints| lints.get("workspace"))
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let benches = table
        .get("bench")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|bench| bench.get("name").and_then(Value::as_str))
        .map(str::to_owned)
        .collect();
    Ok(Manifest {
        name,
        path,
        dependencies,
        dev_dependencies,
        workspace_lints,
        benches,
    })
}

fn keys(table: Option<&Value>) -> Vec<String> {
    table
        .and_then(Value::as_table)
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}

fn unreadable(path: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("{path}: {error}"), "is this the whole checkout?")
}
