//! `stix from`.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use kaname_intake::{JsonLimits, foreign};
use kaname_stix::author::bundle;
use serde_json::json;

use super::{LIMITS, bytes, random_uuid};
use crate::{
    fault::Fault,
    part,
    say::{Say, document},
};

/// Bounds on one document.
const BOUNDS: JsonLimits = JsonLimits {
    max_bytes: 256 << 20,
    max_depth: 64,
    max_string_bytes: 16 << 20,
    max_items: 1_000_000,
    max_members: 100_000,
};

pub(super) fn run(files: &[PathBuf], out: Option<&Path>, say: Say) -> Result<(), Fault> {
    let mut objects = Vec::new();
    let mut seen = BTreeSet::new();
    let mut left_out = Vec::new();
    let bar = say.progress("reading", files.len() as u64);
    for file in files {
        let bytes = bytes(file)?;
        let made = foreign::read(&bytes, &BOUNDS).map_err(|error| {
            Fault::failed("nothing can be made of the file")
                .at(file.display().to_string())
                .because(&error)
        })?;
        for one in made.left_out {
            left_out.push(json!({ "file": file, "path": one.path, "reason": one.reason }));
            say.note(&format!(
                "left out: {}:{}: {}",
                file.display(),
                one.path,
                one.reason
            ));
        }
        // Records of one author bring its identity each.
        objects.extend(
            made.objects
                .into_iter()
                .filter(|object| seen.insert(object.json.clone())),
        );
        bar.inc(1);
    }
    bar.finish_and_clear();
    if objects.len() > LIMITS.objects {
        return Err(
            Fault::failed(format!("more than {} objects", LIMITS.objects)).hint("take fewer files"),
        );
    }
    let made = bundle(
        random_uuid(),
        objects.iter().map(|object| object.json.as_str()),
    );
    match out {
        Some(path) => {
            part::write(path, made.as_bytes())
                .map_err(|error| Fault::file(path, "written", &error))?;
            let known = json!({ "file": path, "objects": objects.len(), "left_out": left_out });
            say.result(&known, || {
                format!("{} objects to {}", objects.len(), path.display())
            })
        }
        None => document(&made),
    }
}
