//! `stix ids`.

use std::path::PathBuf;

use kaname_stix::{Class, class_of, sco_id};
use serde::Serialize;
use serde_json::{Value, json};

use super::{each::Checked, id, value};
use crate::{
    fault::Fault,
    say::{Say, table},
};

/// An observable's id beside the one that follows from its content.
#[derive(Debug, Serialize)]
struct Compared {
    file: String,
    path: String,
    id: String,
    /// None where nothing in the object contributes to an id.
    deterministic: Option<String>,
    agrees: bool,
}

pub(super) fn run(files: &[PathBuf], say: Say) -> Result<(), Fault> {
    let mut all = Vec::new();
    for file in files {
        Checked::open(file, say)?.each(file, ("comparing", say), &mut |one| {
            let value = value(file, one.index, one.raw)?;
            let type_name = value
                .get("type")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let (Some(Class::Sco), Some(object)) = (class_of(type_name), value.as_object()) else {
                return Ok(());
            };
            let deterministic = sco_id(type_name, object).map(|id| id.to_string());
            all.push(Compared {
                file: file.display().to_string(),
                path: one.pointer.to_owned(),
                id: id(&value).to_owned(),
                agrees: deterministic.as_deref().is_none_or(|own| own == id(&value)),
                deterministic,
            });
            Ok(())
        })?;
    }
    let differing = all.iter().filter(|one| !one.agrees).count();
    say.result(
        &json!({ "observables": all, "differing": differing }),
        || {
            let rows: Vec<_> = all
                .iter()
                .filter(|one| !one.agrees)
                .map(|one| {
                    let own = one.deterministic.clone().unwrap_or_default();
                    [format!("{}:{}", one.file, one.path), one.id.clone(), own]
                })
                .collect();
            let end = format!("{} observables, {differing} with another id", all.len());
            if rows.is_empty() {
                return end;
            }
            format!(
                "{}\n{end}",
                table(["object", "id", "deterministic id"], &rows)
            )
        },
    )
}
