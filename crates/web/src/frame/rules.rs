//! Rules that every template keeps, read from the templates themselves.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn files(folder: &Path, end: &str, into: &mut Vec<(PathBuf, String)>) {
    for path in fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if path.is_dir() {
            files(&path, end, into);
        } else if path.extension().is_some_and(|found| found == end) {
            let source = fs::read_to_string(&path).unwrap();
            into.push((path, source));
        }
    }
}

fn under(folder: &str, end: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
        end,
        &mut found,
    );
    found
}

/// What must not stand in a template, and why.
const NEVER: [(&str, &str); 7] = [
    ("|safe", "data would be markup"),
    ("| safe", "data would be markup"),
    (" style=\"", "the browser refuses inline style"),
    ("<style", "the browser refuses inline style"),
    (" onclick=", "the browser refuses inline script"),
    (
        "<p class=\"buttons\">",
        "a form can't stand in a paragraph; use div",
    ),
    (
        "method=\"get\"><input type=\"hidden\" name=\"_csrf\"",
        "the token would be in the address",
    ),
];

#[test]
fn templates_keep_the_rules() {
    let mut broken = Vec::new();
    for (path, source) in under("templates", "html") {
        // Mails carry their style inline: no browser of ours shows them.
        if path.parent().is_some_and(|folder| folder.ends_with("mail")) {
            continue;
        }
        for (text, why) in NEVER {
            if source.contains(text) {
                broken.push(format!("{}: {text}: {why}", path.display()));
            }
        }
        for form in source.split("<form").skip(1) {
            let (tag, rest) = form.split_once('>').unwrap_or((form, ""));
            let guarded = rest
                .trim_start()
                .starts_with("<input type=\"hidden\" name=\"_csrf\"");
            if tag.contains("method=\"post\"") && !guarded {
                broken.push(format!(
                    "{}: a form without the token first:{tag}",
                    path.display()
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The class names of a template, with what the template computes left out.
fn classes(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for rest in source.split("class=\"").skip(1) {
        let mut plain = String::new();
        let mut rest = rest;
        while let Some(at) = rest.find(['"', '{']) {
            plain.push_str(&rest[..at]);
            if rest[at..].starts_with('"') {
                break;
            }
            // A name that goes on with a computed end is not looked at.
            let closing = if rest[at..].starts_with("{{") {
                "}}"
            } else {
                "%}"
            };
            let end = rest[at..].find(closing);
            if closing == "}}" {
                while plain.ends_with(|c: char| !c.is_whitespace()) {
                    plain.pop();
                }
            } else {
                plain.push(' ');
            }
            rest = end.map_or("", |end| &rest[at + end + 2..]);
        }
        found.extend(plain.split_whitespace().map(str::to_owned));
    }
    found
}

#[test]
fn every_class_has_a_style() {
    let styles: String = under("../../ui/css", "css")
        .into_iter()
        .map(|(_, css)| css)
        .collect();
    let mut styled = BTreeSet::new();
    for piece in styles.split('.').skip(1) {
        let end = piece.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        styled.insert(&piece[..end.unwrap_or(piece.len())]);
    }
    let mut bare = Vec::new();
    for (path, source) in under("templates", "html") {
        for class in classes(&source) {
            if !styled.contains(class.as_str()) {
                bare.push(format!("{}: {class}", path.display()));
            }
        }
    }
    assert!(
        bare.is_empty(),
        "classes without a style in ui/css:\n{}",
        bare.join("\n")
    );
}

#[test]
fn computed_classes_are_left_out() {
    let source = r#"<p class="flash {% if a %}done{% else %}gone{% endif %} big"><b class="due due-{{ t }}">"#;
    let names = classes(source).into_iter().collect::<Vec<_>>();
    assert_eq!(names, ["big", "done", "due", "flash", "gone"]);
}
