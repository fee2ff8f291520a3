//! `stix upgrade`.

use std::{collections::BTreeSet, path::Path};

use kaname_stix::{ObjectId, author, upgrade};
use serde_json::json;

use super::{bytes, id, random_uuid, split, value};
use crate::{
    fault::Fault,
    part,
    say::{Say, document},
};

pub(super) fn run(file: &Path, out: Option<&Path>, say: Say) -> Result<(), Fault> {
    let bytes = bytes(file)?;
    let bundle = split(file, &bytes)?;
    let bar = say.progress("upgrading", bundle.objects.len() as u64);
    let mut texts = Vec::with_capacity(bundle.objects.len());
    let mut written = BTreeSet::new();
    let mut left_out = Vec::new();
    for (index, raw) in bundle.objects.iter().enumerate() {
        let old = value(file, index, raw.get())?;
        let upgraded = upgrade(&old).map_err(|error| {
            let place = format!("{}{}", file.display(), bundle.container.pointer(index));
            Fault::failed("an object is no STIX")
                .at(place)
                .because(&error)
        })?;
        let start = bundle.container.pointer(index);
        left_out.extend(
            upgraded
                .left_out
                .iter()
                .map(|path| format!("{start}{path}")),
        );
        // What was 2.1 already keeps its bytes.
        if upgraded.object == old {
            texts.push(raw.get().to_owned());
        } else {
            texts.push(upgraded.object.to_string());
        }
        for one in &upgraded.observables {
            if written.insert(id(one).to_owned()) {
                texts.push(one.to_string());
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let kept = bundle.id.as_deref().and_then(|id| ObjectId::parse(id).ok());
    let own = kept.map_or_else(random_uuid, |id: ObjectId| id.uuid());
    let text = author::bundle(own, texts.iter().map(String::as_str));
    let Some(out) = out else {
        for path in &left_out {
            say.note(&format!("left out: {path}"));
        }
        return document(&text);
    };
    part::write(out, text.as_bytes()).map_err(|error| Fault::file(out, "written", &error))?;
    let result =
        json!({ "objects": texts.len(), "observables": written.len(), "left_out": left_out });
    say.result(&result, || {
        let mut lines: Vec<String> = left_out
            .iter()
            .map(|path| format!("left out: {path}"))
            .collect();
        lines.push(format!(
            "{} objects of STIX 2.1 in {}",
            texts.len(),
            out.display()
        ));
        lines.join("\n")
    })
}
