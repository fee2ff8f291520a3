//! What is wrong with a form, told at its top.

use askama::Template;

use super::Field;
use crate::frame::Page;

/// The faults of a form; each leads to its field where one is to blame.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/faults.html")]
pub struct Faults {
    title: String,
    faults: Vec<(Option<String>, String)>,
}

impl Faults {
    /// With more, each with the id of its field.
    #[must_use]
    pub fn and(mut self, page: &Page, more: impl IntoIterator<Item = (String, String)>) -> Self {
        let more = more.into_iter().map(|(id, said)| (Some(id), said));
        self.faults.extend(more);
        self.title = page
            .t1("common-faults", "n", self.faults.len())
            .into_owned();
        self
    }
}

impl Page {
    /// Tells faults, each as the name of the field that is to blame and what is wrong with it, over
    /// the fields of the form.
    pub fn faults(&self, faults: &[(Option<String>, String)], fields: &[&Field]) -> Faults {
        let of = |at: &Option<String>| {
            let name = at.as_deref()?;
            fields.iter().find(|field| field.name() == name)
        };
        let told = faults.iter().map(|(at, said)| match of(at) {
            Some(field) => {
                let said = self.t2(
                    "common-fault",
                    "field",
                    field.label(),
                    "said",
                    said.as_str(),
                );
                (Some(field.id().to_owned()), said.into_owned())
            }
            None => (None, said.clone()),
        });
        Faults {
            title: self.t1("common-faults", "n", faults.len()).into_owned(),
            faults: told.collect(),
        }
    }
}
