//! `stix upgrade`.

use std::path::Path;

use kaname_stix::{StixError, UpgradedBundle, upgrade_bundle};
use serde_json::json;

use super::{bytes, random_uuid, split};
use crate::{
    fault::Fault,
    part,
    say::{Say, document},
};

pub(super) fn run(file: &Path, out: Option<&Path>, say: Say) -> Result<(), Fault> {
    let bytes = bytes(file)?;
    let bundle = split(file, &bytes)?;
    let bar = say.progress("upgrading", bundle.objects.len() as u64);
    let mut heard = |done: usize| bar.set_position(done as u64);
    let made = upgrade_bundle(&bundle, random_uuid(), &mut heard).map_err(|error| {
        let (index, error) = match error {
            StixError::InObject { index, source } => (index, *source),
            other => (0, other),
        };
        let place = format!("{}{}", file.display(), bundle.container.pointer(index));
        Fault::failed("an object is no STIX")
            .at(place)
            .because(&error)
    })?;
    bar.finish_and_clear();
    let UpgradedBundle { text, left_out, .. } = made;
    let Some(out) = out else {
        for path in &left_out {
            say.note(&format!("left out: {path}"));
        }
        return document(&text);
    };
    part::write(out, text.as_bytes()).map_err(|error| Fault::file(out, "written", &error))?;
    let result =
        json!({ "objects": made.objects, "observables": made.observables, "left_out": left_out });
    say.result(&result, || {
        let mut lines: Vec<String> = left_out
            .iter()
            .map(|path| format!("left out: {path}"))
            .collect();
        lines.push(format!(
            "{} objects of STIX 2.1 in {}",
            made.objects,
            out.display()
        ));
        lines.join("\n")
    })
}
