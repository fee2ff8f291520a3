//! What leaves the hub beside TAXII: feeds, deliveries by mail and webhook, and the record of who received
//! what, by whichever way.
//!
//! A release queues a `distribute` job; it plans one delivery for each party and way out, with the jobs
//! `mail`, `digest` and `webhook` that send what is sent; `recall` tells that it was taken back. What parties fetch themselves is noted by
//! [`FetchBook`] and written down by `fetched` jobs. [`duties`] are all of them.

mod digest;
mod distribute;
mod edition;
mod feed;
mod fetched;
mod hook;
mod letter;
mod mail;
mod range;
mod recall;
mod sealing;
mod watch;
mod webhook;

use std::sync::Arc;

pub use digest::{DIGEST, DigestDuty};
pub use distribute::DistributeDuty;
pub use edition::Edition;
pub(crate) use edition::{Changes, OUT, put_out_by};
pub use feed::{ENDED_WITHIN, Feed, FeedObject};
pub use fetched::{FETCHED, FetchBook, FetchedDuty};
pub(crate) use fetched::{Fetch, is_revoked};
pub use letter::{Letter, Scribe};
pub use mail::{MAIL, MailDuty};
pub use range::Range;
pub use recall::{RECALL, RecallDuty, Recalled};
pub use watch::{WATCH, WatchDuty};
pub use webhook::{WEBHOOK, WebhookDuty};

use crate::{
    doors::{CallDoor, MailDoor},
    worker::Duty,
};

/// Everything a worker does for outlets. Without a mail door no mail is planned or sent.
pub fn duties(
    mail: Option<Arc<dyn MailDoor>>,
    calls: Arc<dyn CallDoor>,
    scribe: Arc<dyn Scribe>,
) -> Vec<Box<dyn Duty>> {
    let mut all: Vec<Box<dyn Duty>> = vec![
        Box::new(DistributeDuty {
            mail: mail.is_some(),
        }),
        Box::new(FetchedDuty),
        Box::new(RecallDuty {
            mail: mail.clone(),
            calls: Arc::clone(&calls),
            scribe: Arc::clone(&scribe),
        }),
        Box::new(WebhookDuty {
            door: calls,
            scribe: Arc::clone(&scribe),
        }),
    ];
    if let Some(door) = mail {
        all.push(Box::new(MailDuty {
            door: Arc::clone(&door),
            scribe: Arc::clone(&scribe),
        }));
        all.push(Box::new(DigestDuty { door, scribe }));
    }
    all
}
