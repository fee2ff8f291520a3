//! Links between documents, and from them into the code, lead somewhere.

use std::path::{Component, Path, PathBuf};

use super::{Finding, Text};

pub(crate) fn check(root: &Path, texts: &[Text], findings: &mut Vec<Finding>) {
    for text in texts.iter().filter(|text| text.path.ends_with(".md")) {
        let folder = Path::new(&text.path).parent().unwrap_or(Path::new(""));
        for (index, line) in text.content.lines().enumerate() {
            for target in targets(line) {
                if !root.join(plain(&folder.join(target))).exists() {
                    findings.push(Finding::error(
                        &text.path,
                        index + 1,
                        format!("links to `{target}`, which is not there"),
                    ));
                }
            }
        }
    }
}

/// Targets of `](…)` that name a file of ours, without their `#fragment`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split(')').next()?.split('#').next()?;
        let ours = !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:");
        ours.then_some(target)
    })
}

/// The path without `..`, so that a link cannot be right by accident of a symlink.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::Normal(name) => plain.push(name),
            _ => {}
        }
    }
    plain
}
