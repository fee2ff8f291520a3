//! Which crate may know which, and where heavy dependencies are fenced in.

use super::{Finding, manifest::Manifest};

/// Arrows that may exist, inwards only. A crate that is missing here fails: adding one is a decision.
const ARROWS: &[(&str, &[&str])] = &[
    ("kaname-kernel", &[]),
    ("kaname-severity", &[]),
    ("kaname-stix", &["kernel"]),
    ("kaname-misp", &["stix"]),
    ("kaname-intake", &["kernel", "stix"]),
    ("kaname-directory", &["kernel"]),
    ("kaname-policy", &["kernel"]),
    ("kaname-sharing", &["kernel", "stix", "intake", "directory"]),
    (
        "kaname-incident",
        &["kernel", "intake", "directory", "severity"],
    ),
    ("kaname-store", &["kernel"]),
    ("kaname-store-sqlite", &["kernel", "store"]),
    ("kaname-store-postgres", &["kernel", "store"]),
    (
        "kaname-world",
        &[
            "kernel",
            "stix",
            "misp",
            "intake",
            "directory",
            "policy",
            "incident",
            "severity",
            "sharing",
            "store",
            "store-sqlite",
            "store-postgres",
        ],
    ),
    (
        "kaname-web",
        &[
            "kernel",
            "stix",
            "misp",
            "intake",
            "directory",
            "policy",
            "incident",
            "severity",
            "sharing",
            "store",
            "world",
        ],
    ),
    (
        "kaname",
        &[
            "kernel",
            "stix",
            "misp",
            "intake",
            "directory",
            "policy",
            "incident",
            "severity",
            "sharing",
            "store",
            "store-sqlite",
            "store-postgres",
            "world",
            "web",
        ],
    ),
    (
        "kaname-testkit",
        &[
            "kernel",
            "stix",
            "intake",
            "directory",
            "policy",
            "incident",
            "severity",
            "sharing",
            "store",
            "store-sqlite",
            "store-postgres",
            "world",
            "web",
        ],
    ),
    (
        "kaname-fuzz",
        &[
            "kernel",
            "stix",
            "misp",
            "intake",
            "directory",
            "policy",
            "incident",
            "severity",
            "sharing",
            "web",
            "world",
        ],
    ),
    ("xtask", &[]),
];

/// Dependencies that only these crates may name: a wall round what is heavy, does I/O or is ambient.
const FENCES: &[(&str, &[&str], &str)] = &[
    (
        "cedar-policy",
        &["kaname-policy"],
        "the dearest dependency to compile",
    ),
    (
        "rusqlite",
        &["kaname-store-sqlite"],
        "SQL stands in adapters alone",
    ),
    (
        "sqlx",
        &["kaname-store-postgres"],
        "SQL stands in adapters alone",
    ),
    (
        "tokio-postgres",
        &["kaname-store-postgres", "kaname-testkit"],
        "SQL stands in adapters alone",
    ),
    (
        "deadpool-postgres",
        &["kaname-store-postgres"],
        "SQL stands in adapters alone",
    ),
    (
        "async-nats",
        &["kaname", "kaname-testkit"],
        "the world knows news, not who carries it",
    ),
    (
        "pgp",
        &["kaname-world"],
        "hostile keys are read in one place",
    ),
    ("askama", &["kaname-web"], "pages are made in one place"),
    (
        "axum",
        &["kaname-web", "kaname", "kaname-testkit"],
        "HTTP stops at the web crate",
    ),
    (
        "getrandom",
        &["kaname-world", "kaname", "kaname-testkit"],
        "randomness is a parameter",
    ),
    ("rand", &["kaname-testkit"], "randomness is a parameter"),
    (
        "clap",
        &["kaname", "xtask", "kaname-fuzz"],
        "libraries know no command line",
    ),
    (
        "indicatif",
        &["kaname"],
        "libraries never touch the terminal",
    ),
    (
        // In the store's case for its contract suite alone, behind a feature.
        "tokio",
        &[
            "kaname-store",
            "kaname-store-sqlite",
            "kaname-store-postgres",
            "kaname-world",
            "kaname-web",
            "kaname",
            "kaname-testkit",
            "kaname-fuzz",
        ],
        "the core has no I/O",
    ),
];

/// Only for tests, never part of the program.
const TESTS_ONLY: &str = "kaname-testkit";

pub(crate) fn check(manifests: &[Manifest], findings: &mut Vec<Finding>) {
    for manifest in manifests {
        let path = manifest.path.as_str();
        if !manifest.workspace_lints {
            findings.push(Finding::error(
                path,
                0,
                "takes not the workspace's lints: add `[lints] workspace = true`",
            ));
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == manifest.name) else {
            findings.push(Finding::error(
                path,
                0,
                format!(
                    "crate `{}` has no place in the crate graph: add it to xtask/src/tidy/graph.rs \
                     and docs/ARCHITECTURE.md with the one line that says why it exists",
                    manifest.name
                ),
            ));
            continue;
        };
        for dependency in &manifest.dependencies {
            if let Some(crate_name) = own_crate(dependency)
                && !allowed.contains(&crate_name)
            {
                findings.push(Finding::error(
                    path,
                    0,
                    format!(
                        "`{}` must not depend on `{dependency}`: arrows point inwards",
                        manifest.name
                    ),
                ));
            }
            if let Some((_, owners, why)) = FENCES.iter().find(|(name, ..)| name == dependency)
                && !owners.contains(&manifest.name.as_str())
            {
                findings.push(Finding::error(
                    path,
                    0,
                    format!(
                        "`{dependency}` belongs in {} alone: {why}",
                        owners.join(", ")
                    ),
                ));
            }
        }
        if manifest
            .dependencies
            .iter()
            .any(|dependency| dependency == TESTS_ONLY)
            && manifest.name != "kaname-fuzz"
        {
            findings.push(Finding::error(
                path,
                0,
                format!("`{TESTS_ONLY}` is for tests alone"),
            ));
        }
        // Tests may look outwards, but a core crate's tests that need a store are in the wrong room.
        for dependency in &manifest.dev_dependencies {
            if allowed.len() < 2 && matches!(own_crate(dependency), Some("world" | "web")) {
                findings.push(Finding::error(
                    path,
                    0,
                    format!(
                        "tests of `{}` must do without `{dependency}`",
                        manifest.name
                    ),
                ));
            }
        }
    }
}

fn own_crate(dependency: &str) -> Option<&str> {
    dependency.strip_prefix("kaname-")
}
