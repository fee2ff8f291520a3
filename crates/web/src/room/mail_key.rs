//! A key that mail is encrypted to, as pages show it.

use askama::Template;
use kaname_directory::{PublicKey, PublicKeyKind};
use kaname_world::openpgp::Certificate;

use crate::frame::{Page, part::At};

/// A key with its fingerprint, user ids and end, and whether mail goes to it now.
#[derive(Template)]
#[template(path = "room/mail_key.html")]
pub(super) struct MailKey {
    label: String,
    form: String,
    fingerprint: Option<String>,
    fingerprint_label: String,
    user_ids: Vec<String>,
    ends: Option<(String, At)>,
    /// Why mail goes out as a notice in spite of it.
    trouble: Option<String>,
}

// Its template escaped what it was given.
impl askama::filters::HtmlSafe for MailKey {}

impl MailKey {
    /// The key as it stands now.
    pub(super) fn of(page: &Page, key: &PublicKey) -> Self {
        let mut shown = Self {
            label: key.label.to_string(),
            form: kind(page, key),
            fingerprint: None,
            fingerprint_label: page.t("openpgp-fingerprint").into_owned(),
            user_ids: Vec::new(),
            ends: None,
            trouble: None,
        };
        if key.kind() == PublicKeyKind::Smime {
            shown.trouble = Some(page.t("openpgp-smime").into_owned());
            return shown;
        }
        match Certificate::read(key.text()) {
            Err(bad) => {
                let what = page.t1(bad.key(), "what", bad.to_string());
                shown.trouble = Some(what.into_owned());
            }
            Ok(read) => {
                shown.fingerprint = Some(grouped(&read.fingerprint()));
                shown.user_ids = read.user_ids();
                match read.standing(page.now) {
                    Ok(standing) => {
                        shown.ends = standing
                            .expires
                            .map(|at| (page.t("openpgp-ends").into_owned(), page.at(at)));
                    }
                    Err(why) => {
                        let what = page.t1(why.key(), "what", why.to_string());
                        shown.trouble = Some(what.into_owned());
                    }
                }
            }
        }
        shown
    }
}

/// What form a public key has.
pub(super) fn kind(page: &Page, key: &PublicKey) -> String {
    let kind = match key.kind() {
        PublicKeyKind::Openpgp => "directory-public-key-openpgp",
        PublicKeyKind::Smime => "directory-public-key-smime",
    };
    page.t(kind).into_owned()
}

/// A fingerprint in groups of four digits, as people read it to each other.
fn grouped(fingerprint: &str) -> String {
    let groups = fingerprint.as_bytes().chunks(4);
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(" ")
}
