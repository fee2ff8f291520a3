//! One digest over projections, the same in every adapter: what `kaname rebuild` compares.

use kaname_kernel::merkle::Hash;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{change::Record, port::StoreError};

/// Takes records in order of id and gives one SHA-256. What depends on when or in which order
/// something was written (row numbers, interned ids, order of keys) is not part of it.
#[derive(Debug, Clone, Default)]
pub struct RecordsDigest(Sha256);

impl RecordsDigest {
    /// Adds one record.
    pub fn add(&mut self, record: &Record) -> Result<(), StoreError> {
        let mut postings: Vec<_> = record
            .postings
            .iter()
            .map(|p| (&p.space, &p.value))
            .collect();
        postings.sort_unstable();
        postings.dedup();
        let mut lookups: Vec<_> = record.lookups.iter().collect();
        lookups.sort_unstable();
        lookups.dedup();
        let form = serde_json::to_value((
            (
                record.id,
                &record.kind,
                record.version,
                &record.audience,
                &record.state,
            ),
            (record.owner, record.scope, record.sort_at.as_microsecond()),
            (
                record.due_at.map(|at| at.as_microsecond()),
                record.tlp,
                &record.text,
            ),
            (postings, lookups, &record.body),
        ));
        let form = form.map_err(|e| StoreError::Corrupt {
            what: "record",
            why: e.to_string(),
        })?;
        let mut text = String::new();
        write_sorted(&form, &mut text);
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text);
        Ok(())
    }

    /// The digest.
    pub fn finish(self) -> Hash {
        self.0.finalize().into()
    }
}

/// JSON with sorted keys, whatever the map's own order.
fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_sorted(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut names: Vec<_> = fields.keys().collect();
            names.sort_unstable();
            out.push('{');
            for name in names {
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                write_sorted(&fields[name], out);
                out.push(',');
            }
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}
