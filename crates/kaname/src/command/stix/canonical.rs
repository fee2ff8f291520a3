//! `stix canonical`.

use std::path::PathBuf;

use kaname_stix::canonical_json;
use serde_json::json;

use super::{each::Checked, id, value};
use crate::{
    fault::Fault,
    say::{Document, Say},
};

/// Every file is looked through before anything is written.
pub(super) fn run(files: &[PathBuf], say: Say) -> Result<(), Fault> {
    let mut checked = Vec::with_capacity(files.len());
    for file in files {
        checked.push((file, Checked::open(file, say)?));
    }
    let mut out = match say.is_json() {
        true => Document::of_data(),
        false => Document::open(),
    };
    if say.is_json() {
        out.write("{\"objects\":[")?;
    }
    let mut between = "\n";
    for (file, objects) in &mut checked {
        let file = file.as_path();
        objects.each(file, ("canonical", say), &mut |one| {
            let value = value(file, one.index, one.raw)?;
            let canonical = canonical_json(&value);
            if !say.is_json() {
                return out.write(&format!("{canonical}\n"));
            }
            let told = json!({ "id": id(&value), "canonical": canonical });
            out.write(&format!("{between}{told}"))?;
            between = ",\n";
            Ok(())
        })?;
    }
    if say.is_json() {
        out.write("\n]}\n")?;
    }
    out.end()
}
