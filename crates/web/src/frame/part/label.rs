//! Labels: TLP, PAP, tags, severity.

use askama::Template;
use kaname_kernel::{Pap, Tlp};

use crate::{frame::Page, text::Text};

/// A TLP 2.0 label in FIRST's colours on black, with its name.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/tlp.html")]
pub struct TlpLabel {
    tlp: Tlp,
    means: std::borrow::Cow<'static, str>,
}

impl TlpLabel {
    const fn class(&self) -> &'static str {
        match self.tlp {
            Tlp::Clear => "clear",
            Tlp::Green => "green",
            Tlp::Amber | Tlp::AmberStrict => "amber",
            Tlp::Red => "red",
        }
    }
}

/// A PAP label.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/pap.html")]
pub struct PapLabel {
    pap: Pap,
    means: std::borrow::Cow<'static, str>,
}

impl PapLabel {
    const fn class(&self) -> &'static str {
        match self.pap {
            Pap::Clear => "clear",
            Pap::Green => "green",
            Pap::Amber => "amber",
            Pap::Red => "red",
        }
    }
}

/// A word about a thing: its kind, its state.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/tag.html")]
pub struct Tag {
    /// The word.
    pub label: String,
}

/// A level from 0 to 4 as bars and words.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/severity.html")]
pub struct Severity {
    /// 0 to 4.
    pub level: u8,
    /// `L3 高`.
    pub label: String,
}

impl Severity {
    fn bars(&self) -> [(u8, u8, bool); 4] {
        [1, 2, 3, 4].map(|bar| (bar * 5 - 5, bar * 3 + 2, bar <= self.level))
    }
}

const fn tlp_key(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "common-tlp-clear",
        Tlp::Green => "common-tlp-green",
        Tlp::Amber => "common-tlp-amber",
        Tlp::AmberStrict => "common-tlp-amber-strict",
        Tlp::Red => "common-tlp-red",
    }
}

const fn pap_key(pap: Pap) -> &'static str {
    match pap {
        Pap::Clear => "common-pap-clear",
        Pap::Green => "common-pap-green",
        Pap::Amber => "common-pap-amber",
        Pap::Red => "common-pap-red",
    }
}

/// The label of a TLP in that language.
pub(super) fn tlp_label(text: Text, tlp: Tlp) -> TlpLabel {
    TlpLabel {
        tlp,
        means: text.t(tlp_key(tlp)),
    }
}

/// The label of a PAP in that language.
pub(super) fn pap_label(text: Text, pap: Pap) -> PapLabel {
    PapLabel {
        pap,
        means: text.t(pap_key(pap)),
    }
}

impl Page {
    /// `{{ page.tlp(item.tlp) }}`.
    pub fn tlp(&self, tlp: impl std::borrow::Borrow<Tlp>) -> TlpLabel {
        tlp_label(self.text, *tlp.borrow())
    }

    /// `{{ page.pap(item.pap) }}`.
    pub fn pap(&self, pap: impl std::borrow::Borrow<Pap>) -> PapLabel {
        pap_label(self.text, *pap.borrow())
    }

    /// `{{ page.tag(page.t("desk-kind-technique")) }}`.
    pub fn tag(&self, label: impl Into<String>) -> Tag {
        Tag {
            label: label.into(),
        }
    }

    /// What may be told to whom under that TLP, in one sentence.
    pub fn tlp_meaning(&self, tlp: impl std::borrow::Borrow<Tlp>) -> String {
        self.t(tlp_key(*tlp.borrow())).into_owned()
    }

    /// What may be done under that PAP, in one sentence.
    pub fn pap_meaning(&self, pap: impl std::borrow::Borrow<Pap>) -> String {
        self.t(pap_key(*pap.borrow())).into_owned()
    }
}
