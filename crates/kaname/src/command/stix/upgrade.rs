//! `stix upgrade`.

use std::{io::Write as _, path::Path};

use kaname_stix::{StixError, Upgrading, author::BundlePieces, upgraded_id};
use serde_json::json;
use uuid::Uuid;

use super::{
    each::{Checked, One},
    random_uuid,
};
use crate::{
    fault::Fault,
    part::Part,
    say::{Document, Say},
};

/// How many objects were written, and how many of them stood inside `observed-data`; what was left out.
struct Made {
    objects: usize,
    observables: usize,
    left_out: Vec<String>,
}

pub(super) fn run(file: &Path, out: Option<&Path>, say: Say) -> Result<(), Fault> {
    let mut checked = Checked::open(file, say)?;
    let id = upgraded_id(checked.id.as_deref(), random_uuid());
    let Some(out) = out else {
        // Nothing is printed of a file with an object that is none.
        let made = written(&mut checked, (file, say), None)?;
        for path in &made.left_out {
            say.note(&format!("left out: {path}"));
        }
        let mut document = Document::open();
        let mut write = |text: &str| document.write(text);
        written(&mut checked, (file, say), Some((id, &mut write)))?;
        return document.end();
    };
    let unwritten = |error: std::io::Error| Fault::file(out, "written", &error);
    let mut part = Part::begin(out).map_err(unwritten)?;
    let mut write = |text: &str| part.write_all(text.as_bytes()).map_err(unwritten);
    let made = written(&mut checked, (file, say), Some((id, &mut write)))?;
    part.finish().map_err(unwritten)?;
    let left_out = &made.left_out;
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

/// Where pieces of a bundle go, and its UUID.
type Into<'w> = (Uuid, &'w mut dyn FnMut(&str) -> Result<(), Fault>);

/// Writes the new bundle (STIX 2.1 §8), object by object; without somewhere to write, only looks what would become of it.
fn written(
    checked: &mut Checked,
    (file, say): (&Path, Say),
    mut into: Option<Into<'_>>,
) -> Result<Made, Fault> {
    let mut pieces = BundlePieces::default();
    if let Some((id, write)) = &mut into {
        write(&pieces.head(*id))?;
    }
    let mut upgrading = Upgrading::default();
    let mut objects = 0;
    checked.each(file, ("upgrading", say), &mut |one| {
        let texts = upgrading
            .object(one.index, one.pointer, one.raw)
            .map_err(|error| no_stix(file, &one, error))?;
        for text in texts {
            if let Some((_, write)) = &mut into {
                write(pieces.before_object())?;
                write(&text)?;
            }
            objects += 1;
        }
        Ok(())
    })?;
    if let Some((_, write)) = &mut into {
        write(pieces.end())?;
    }
    Ok(Made {
        objects,
        observables: upgrading.observables(),
        left_out: upgrading.left_out,
    })
}

fn no_stix(file: &Path, one: &One<'_>, error: StixError) -> Fault {
    let error = match error {
        StixError::InObject { source, .. } => *source,
        other => other,
    };
    Fault::failed("an object is no STIX")
        .at(format!("{}{}", file.display(), one.pointer))
        .because(&error)
}
