//! JSON objects written property by property, in the order given.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{Authored, Base, External, Phase};
use crate::canonical::write_text;
use crate::check::{Severity, check};
use crate::error::StixError;
use crate::id::ObjectId;
use crate::time::format_millis;

pub(super) struct Writer {
    id: ObjectId,
    json: String,
}

impl Writer {
    /// Begins a domain or relationship object.
    pub(super) fn start(type_name: &'static str, base: &Base<'_>) -> Self {
        let mut writer = Self::bare(type_name, base.id);
        if let Some(author) = base.created_by {
            writer.id("created_by_ref", author);
        }
        writer.time("created", base.created);
        writer.time("modified", base.modified);
        writer
    }

    /// Begins an observable.
    pub(super) fn bare(type_name: &'static str, uuid: Uuid) -> Self {
        let id = ObjectId::of(type_name, uuid);
        let mut writer = Self {
            id: id.clone(),
            json: String::from("{"),
        };
        writer.text("type", type_name);
        writer.text("spec_version", "2.1");
        writer.id("id", &id);
        writer
    }

    fn key(&mut self, key: &str) {
        if self.json.len() > 1 {
            self.json.push(',');
        }
        write_text(key, &mut self.json);
        self.json.push(':');
    }

    pub(super) fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.json.push_str(json);
    }

    pub(super) fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        write_text(text, &mut self.json);
    }

    pub(super) fn opt_text(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    pub(super) fn time(&mut self, key: &str, moment: Timestamp) {
        self.text(key, &format_millis(moment));
    }

    pub(super) fn id(&mut self, key: &str, id: &ObjectId) {
        self.text(key, &id.to_string());
    }

    /// A list of strings; left out when empty.
    pub(super) fn texts<T: AsRef<str>>(&mut self, key: &str, texts: &[T]) {
        if texts.is_empty() {
            return;
        }
        self.key(key);
        for (index, text) in texts.iter().enumerate() {
            self.json.push(if index == 0 { '[' } else { ',' });
            write_text(text.as_ref(), &mut self.json);
        }
        self.json.push(']');
    }

    pub(super) fn ids(&mut self, key: &str, ids: &[ObjectId]) {
        let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
        self.texts(key, &texts);
    }

    /// `kill_chain_phases`; left out when empty.
    pub(super) fn phases(&mut self, phases: &[Phase]) {
        if phases.is_empty() {
            return;
        }
        self.key("kill_chain_phases");
        for (index, one) in phases.iter().enumerate() {
            self.json.push(if index == 0 { '[' } else { ',' });
            self.json.push_str("{\"kill_chain_name\":");
            write_text(&one.chain, &mut self.json);
            self.text("phase_name", &one.name);
            self.json.push('}');
        }
        self.json.push(']');
    }

    fn external(&mut self, external: &[External]) {
        if external.is_empty() {
            return;
        }
        self.key("external_references");
        for (index, one) in external.iter().enumerate() {
            self.json.push(if index == 0 { '[' } else { ',' });
            self.json.push_str("{\"source_name\":");
            write_text(&one.source_name, &mut self.json);
            let further = [
                ("description", &one.description),
                ("url", &one.url),
                ("external_id", &one.external_id),
            ];
            for (key, value) in further {
                if let Some(value) = value {
                    self.key(key);
                    write_text(value, &mut self.json);
                }
            }
            self.json.push('}');
        }
        self.json.push(']');
    }

    /// Ends a domain or relationship object and checks it.
    pub(super) fn finish(mut self, base: &Base<'_>) -> Result<Authored, StixError> {
        if base.revoked {
            self.raw("revoked", "true");
        }
        self.texts("labels", base.labels);
        if let Some(confidence) = base.confidence {
            self.raw("confidence", &confidence.to_string());
        }
        self.opt_text("lang", base.lang);
        self.external(base.external);
        self.finish_bare(base.markings)
    }

    /// Ends an observable and checks it.
    pub(super) fn finish_bare(mut self, markings: &[ObjectId]) -> Result<Authored, StixError> {
        self.ids("object_marking_refs", markings);
        self.json.push('}');
        let value: Value = serde_json::from_str(&self.json).map_err(|_| StixError::Syntax {
            message: "not JSON",
            path: String::new(),
            offset: 0,
        })?;
        let mut findings = check(&value);
        findings.retain(|finding| finding.severity == Severity::Must);
        if findings.is_empty() {
            Ok(Authored {
                id: self.id,
                json: self.json,
            })
        } else {
            Err(StixError::Invalid(findings))
        }
    }
}
