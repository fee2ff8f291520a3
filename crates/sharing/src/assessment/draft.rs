//! What an assessment says.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{MatterId, Pap, PartyId, Tlp, audience::Named};
use kaname_stix::ObjectId;
use serde::{Deserialize, Serialize};

use super::scale::{Confidence, Grade, Likelihood};
use crate::{
    content::{Content, ItemKind, MAX_NAMED, Outlet, check_named, check_words},
    refused::{Refused, bounded},
    text::Text,
};

/// Most judgements of one assessment.
pub const MAX_JUDGEMENTS: usize = 20;
/// Most pieces of evidence of one judgement.
const MAX_EVIDENCE: usize = 50;
/// Longest judgement, or its caveats, in bytes.
const MAX_JUDGEMENT_BYTES: usize = 6_000;
/// Longest name or address of a source outside, in bytes.
const MAX_SOURCE_BYTES: usize = 1_000;

/// Whose an object is, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Brought {
    /// The collection.
    pub collection: MatterId,
    /// The party whose claim it is; the hub when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<PartyId>,
}

/// What a judgement rests on. Reports that were handed in are none: a version that cites a report, and the next that
/// cites the item which came of it, would join the two for whoever reads both (`docs/decisions/0005`, `0029`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Source {
    /// An item, by its id.
    Item {
        /// Which.
        item: MatterId,
    },
    /// A threat object, relationship or sighting, by its STIX id.
    Object {
        /// Which.
        id: String,
        /// Whose it is and where it stands: others may have something under the same id. Left out by versions that
        /// were written before it was kept; then what goes first under the id is meant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        brought: Option<Brought>,
    },
    /// Something outside.
    Outside {
        /// What it is.
        name: String,
        /// Where it is; empty for what has no address.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        url: String,
        /// What it is worth.
        grade: Grade,
    },
}

/// One key judgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// What is judged, one sentence or two.
    pub text: String,
    /// How likely it is.
    pub likelihood: Likelihood,
    /// How well that is founded.
    pub confidence: Confidence,
    /// What would change it, what is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub caveats: String,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Source>,
}

/// What an assessment says, and to whom it is to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Title.
    pub title: Text,
    /// Summary.
    pub summary: Text,
    /// What to do; may be empty.
    #[serde(default)]
    pub countermeasures: Text,
    /// Key judgements, the most important first.
    pub judgements: Vec<Judgement>,
    /// Who may be told.
    pub tlp: Tlp,
    /// What may be done with it.
    pub pap: Pap,
    /// Who is named, from AMBER up.
    #[serde(default)]
    pub named: Named,
    /// Member classes of which a reader needs one; empty for any.
    #[serde(default)]
    pub classes: BTreeSet<String>,
    /// Duties of which a reader needs every one.
    #[serde(default)]
    pub duties: BTreeSet<String>,
    /// Officers only before.
    #[serde(default)]
    pub embargo: Option<Timestamp>,
    /// Not to be used from then on.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
    /// Ways out.
    pub outlets: BTreeSet<Outlet>,
    /// Library collections it goes into.
    #[serde(default)]
    pub collections: BTreeSet<MatterId>,
}

impl Draft {
    /// Whether it may be kept as a version: within bounds, with a title.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn check(&self) -> Result<(), Refused> {
        check_words(&self.title, &self.summary, &self.countermeasures)?;
        bounded("classes", self.classes.len(), MAX_NAMED)?;
        bounded("duties", self.duties.len(), MAX_NAMED)?;
        bounded("judgements", self.judgements.len(), MAX_JUDGEMENTS)?;
        check_named(&self.named)?;
        bounded("collections", self.collections.len(), MAX_NAMED)?;
        self.judgements.iter().try_for_each(Judgement::check)
    }

    /// The item that it goes out as, with these objects.
    pub fn content(&self, author: ObjectId, objects: Vec<String>) -> Content {
        Content {
            author,
            kind: ItemKind::Assessment,
            title: self.title.clone(),
            summary: self.summary.clone(),
            countermeasures: self.countermeasures.clone(),
            objects,
            tlp: self.tlp,
            pap: self.pap,
            named: self.named.clone(),
            classes: self.classes.clone(),
            duties: self.duties.clone(),
            embargo: self.embargo,
            valid_until: self.valid_until,
            outlets: self.outlets.clone(),
            collections: self.collections.clone(),
        }
    }

    /// Everything that was written in it, sources outside among it: what a search looks through.
    pub(super) fn texts(&self) -> Vec<&str> {
        let words = [&self.title, &self.summary, &self.countermeasures];
        let mut all: Vec<&str> = words
            .into_iter()
            .flat_map(|text| [text.ja.as_str(), text.en.as_str()])
            .collect();
        for judgement in &self.judgements {
            all.extend([judgement.text.as_str(), judgement.caveats.as_str()]);
            for source in &judgement.evidence {
                if let Source::Outside { name, url, .. } = source {
                    all.extend([name.as_str(), url.as_str()]);
                }
            }
        }
        all
    }

    /// All that its judgements rest on, each once.
    pub fn sources(&self) -> BTreeSet<&Source> {
        self.judgements
            .iter()
            .flat_map(|one| &one.evidence)
            .collect()
    }
}

impl Judgement {
    fn check(&self) -> Result<(), Refused> {
        if self.text.trim().is_empty() {
            return Err(Refused::Empty { field: "judgement" });
        }
        bounded("judgement", self.text.len(), MAX_JUDGEMENT_BYTES)?;
        bounded("caveats", self.caveats.len(), MAX_JUDGEMENT_BYTES)?;
        bounded("evidence", self.evidence.len(), MAX_EVIDENCE)?;
        for source in &self.evidence {
            match source {
                Source::Object { id, .. } => bounded("evidence", id.len(), MAX_SOURCE_BYTES)?,
                Source::Outside { name, url, .. } => {
                    if name.trim().is_empty() {
                        return Err(Refused::Empty { field: "evidence" });
                    }
                    bounded("evidence", name.len().max(url.len()), MAX_SOURCE_BYTES)?;
                    let is_address =
                        url.is_empty() || url.starts_with("https://") || url.starts_with("http://");
                    if !is_address || (!url.is_empty() && url::Url::parse(url).is_err()) {
                        return Err(Refused::BadName {
                            field: "evidence",
                            allowed: "http(s)://…",
                        });
                    }
                }
                Source::Item { .. } => {}
            }
        }
        Ok(())
    }
}
