//! `stix canonical`.

use std::path::PathBuf;

use kaname_stix::canonical_json;
use serde_json::json;

use super::{bytes, id, split, value};
use crate::{
    fault::Fault,
    say::{Say, document},
};

pub(super) fn run(files: &[PathBuf], say: Say) -> Result<(), Fault> {
    let mut lines = Vec::new();
    let mut ids = Vec::new();
    for file in files {
        let bytes = bytes(file)?;
        for (index, raw) in split(file, &bytes)?.objects.iter().enumerate() {
            let value = value(file, index, raw.get())?;
            lines.push(canonical_json(&value));
            ids.push(id(&value).to_owned());
        }
    }
    let objects: Vec<_> = ids
        .iter()
        .zip(&lines)
        .map(|(id, canonical)| json!({ "id": id, "canonical": canonical }))
        .collect();
    if !say.is_json() {
        return document(&lines.join("\n"));
    }
    say.result(&json!({ "objects": objects }), String::new)
}
