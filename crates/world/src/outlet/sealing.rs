//! One letter as a mail: encrypted to its reader where a key for that is held, open otherwise.

use kaname_directory::Lang;
use kaname_sharing::{
    Item,
    rendition::{self, Notice},
};

use super::letter::Letter;
use crate::{
    doors::{Mail, MailBody, inner},
    openpgp::{self, Certificate},
    world::World,
};

/// Who a mail goes to.
pub(super) struct Recipient {
    pub(super) address: String,
    pub(super) lang: Lang,
    /// Keys it can be encrypted to now; none sends it open.
    pub(super) keys: Vec<Certificate>,
}

/// How a letter goes, which decides what it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cover {
    /// Readable on the way: from AMBER up it says only that there is something.
    Open,
    /// Encrypted to its reader's own key: it says all.
    Sealed,
    /// What everyone on the way sees of a sealed letter, its subject: nothing of the content.
    Outside,
}

impl Cover {
    /// What may be said of an item.
    pub(super) fn notice(self, item: &Item, lang: Lang) -> Notice {
        let mut notice = rendition::notice(item, lang.as_str(), self == Self::Sealed);
        if self == Self::Outside {
            notice.content = None;
        }
        notice
    }
}

/// The mail to one reader. `write` makes the letter for a cover.
pub(super) fn mail(
    world: &World,
    id: String,
    to: &Recipient,
    write: impl Fn(Cover) -> Letter,
) -> Mail {
    let (subject, body) = sealed(world, to, &write).unwrap_or_else(|| {
        let Letter {
            subject,
            text,
            html,
        } = write(Cover::Open);
        (subject, MailBody::Open { text, html })
    });
    Mail {
        id,
        to: to.address.clone(),
        at: world.now(),
        subject,
        body,
    }
}

fn sealed(
    world: &World,
    to: &Recipient,
    write: impl Fn(Cover) -> Letter,
) -> Option<(String, MailBody)> {
    if to.keys.is_empty() {
        return None;
    }
    let letter = write(Cover::Sealed);
    let plain = inner(&letter.subject, &letter.text, &letter.html);
    match openpgp::seal(&to.keys, plain, world.now(), world.rng()) {
        Ok(armoured) => Some((write(Cover::Outside).subject, MailBody::Sealed(armoured))),
        Err(error) => {
            // Nothing is lost: the neutral notice goes out, as to a reader without a key.
            tracing::warn!(%error, "a mail could not be encrypted and goes out as a notice");
            None
        }
    }
}
