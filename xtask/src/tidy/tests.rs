//! Each check finds what it is there for, and leaves alone what is right.

use std::path::Path;

use super::{Finding, Text, glossary, graph, links, locked, manifest::Manifest, source};

fn manifest(name: &str, dependencies: &[&str]) -> Manifest {
    Manifest {
        name: name.to_owned(),
        path: format!("crates/{name}/Cargo.toml"),
        dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
        dev_dependencies: Vec::new(),
        workspace_lints: true,
        benches: Vec::new(),
    }
}

fn text(path: &str, content: &str) -> Text {
    Text {
        path: path.to_owned(),
        content: content.to_owned(),
    }
}

fn words(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|finding| format!("{finding}\n"))
        .collect()
}

#[test]
fn arrows_point_inwards() {
    let mut findings = Vec::new();
    graph::check(
        &[manifest("kaname-sharing", &["kaname-kernel"])],
        &mut findings,
    );
    assert_eq!(words(&findings), "");
    graph::check(
        &[manifest("kaname-kernel", &["kaname-store"])],
        &mut findings,
    );
    assert!(words(&findings).contains("must not depend on `kaname-store`"));
}

#[test]
fn a_crate_without_a_place_and_a_broken_fence_are_found() {
    let mut findings = Vec::new();
    graph::check(
        &[
            manifest("kaname-novel", &[]),
            manifest("kaname-web", &["rusqlite"]),
            manifest("kaname-world", &["kaname-testkit"]),
        ],
        &mut findings,
    );
    let words = words(&findings);
    assert!(words.contains("`kaname-novel` has no place"));
    assert!(words.contains("`rusqlite` belongs in kaname-store-sqlite"));
    assert!(words.contains("is for tests alone"));
}

#[test]
fn ambient_calls_are_found_in_the_core_outside_tests_only() {
    let call = "    let now = std::time::SystemTime::now();\n";
    let tested = format!("#[cfg(test)]\nmod tests {{\n{call}}}\n");
    let mut findings = Vec::new();
    source::check(
        Path::new("/nowhere/else"),
        &[
            text("crates/kernel/src/clock.rs", &tested),
            text("crates/kaname/src/main.rs", call),
            text(
                "crates/kernel/src/id.rs",
                "// SystemTime::now is not called here\n",
            ),
        ],
        &mut findings,
    );
    assert_eq!(words(&findings), "");
    source::check(
        Path::new("/nowhere/else"),
        &[text("crates/kernel/src/clock.rs", call)],
        &mut findings,
    );
    assert!(words(&findings).contains("crates/kernel/src/clock.rs:1: `SystemTime::now`"));
}

#[test]
fn unfinished_work_long_files_sleeping_tests_and_stray_sql_are_found() {
    let mut findings = Vec::new();
    source::check(
        Path::new("/nowhere/else"),
        &[
            text("crates/web/src/a.rs", "fn a() { todo!() }\n"),
            text("crates/web/src/b.rs", &"\n".repeat(501)),
            text(
                "crates/web/tests/it/c.rs",
                "tokio::time::sleep(second).await;\n",
            ),
            text("crates/world/src/d.rs", "let text = \"SELECT 1\";\n"),
            text("crates/store-sqlite/src/e.rs", "let text = \"SELECT 1\";\n"),
            text(
                "crates/world/src/f.rs",
                "#[cfg(test)]\nmod tests;\nlet text = \"DELETE FROM x\";\n",
            ),
            text(
                "crates/world/src/g.rs",
                "#[cfg(test)]\nmod tests {\nlet text = \"DELETE FROM x\";\n",
            ),
            text("crates/world/src/h.rs", &list_of(2, "One,\n    Two(u8),")),
            text("crates/world/src/i.rs", &list_of(1, "One,\n    Two(u8),")),
        ],
        &mut findings,
    );
    let paths: Vec<_> = findings
        .iter()
        .map(|finding| finding.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "crates/web/src/a.rs",
            "crates/web/src/b.rs",
            "crates/web/tests/it/c.rs",
            "crates/world/src/d.rs",
            "crates/world/src/f.rs",
            "crates/world/src/i.rs"
        ]
    );
}

/// An enumeration with these variants, and an `ALL` of that many.
fn list_of(count: usize, variants: &str) -> String {
    format!(
        "pub enum Way {{\n    {variants}\n}}\n\nimpl Way {{\n    pub const ALL: [Self; {count}] = [];\n}}\n"
    )
}

#[test]
fn a_folder_of_this_machine_is_found_and_a_url_is_not() {
    let root = Path::new("/hypothetical/checkout");
    let mut findings = Vec::new();
    source::check(
        root,
        &[text(
            "docs/a.md",
            "GET /api/hypothetical/checkout/objects\n",
        )],
        &mut findings,
    );
    assert_eq!(words(&findings), "");
    source::check(
        root,
        &[text("docs/a.md", "\nsee `/hypothetical/checkout/x`\n")],
        &mut findings,
    );
    assert!(words(&findings).contains("docs/a.md:2: names a folder of this machine"));
}

#[test]
fn a_glossary_term_must_be_in_the_code() {
    let code = text("crates/kernel/src/matter.rs", "pub trait Matter {}\n");
    let row = |term: &str| {
        text(
            "docs/GLOSSARY.md",
            &format!("| 案件 | `{term}` | a history |\n"),
        )
    };
    let mut findings = Vec::new();
    glossary::check(&[code, row("Matter")], &mut findings);
    assert_eq!(words(&findings), "");
    glossary::check(&[row("Dossier")], &mut findings);
    assert!(words(&findings).contains("`Dossier`"));
}

#[test]
fn a_banned_package_and_a_foreign_source_are_found() {
    let deny = text("deny.toml", "[bans]\ndeny = [{ crate = \"openssl\" }]\n");
    let lock = text(
        "Cargo.lock",
        "[[package]]\nname = \"openssl\"\n\n[[package]]\nname = \"x\"\nsource = \"git+https://example.org/x\"\n",
    );
    let mut findings = Vec::new();
    assert!(locked::check(&[deny, lock], &mut findings).is_ok());
    let words = words(&findings);
    assert!(words.contains("holds `openssl`"));
    assert!(words.contains("not crates.io"));
}

#[test]
fn a_link_must_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut findings = Vec::new();
    links::check(
        root,
        &[text(
            "src/a.md",
            "[one](../Cargo.toml#x) [two](https://example.org) [three](gone.md)\n",
        )],
        &mut findings,
    );
    assert_eq!(findings.len(), 1);
    assert!(words(&findings).contains("`gone.md`"));
}
