//! One envelope (TAXII 2.1 §3.7) out of what is to be sent, and what came of it.

use std::collections::BTreeSet;

use kaname_kernel::Tlp;
use kaname_sharing::{
    peer::{FailedObject, MAX_FAILED, PeerDefinition, SentPage},
    turn::trouble::Known,
};
use kaname_store::StoredObject;

use super::{
    PAGE,
    answer::{Server, Status},
    failed,
};
use crate::{taxii::pull::lets_in, turn::told};

const OPENS: &str = "{\"objects\":[";
const CLOSES: &str = "]}";

/// An object on its way out.
pub(super) struct Outgoing {
    /// Its STIX id.
    pub(super) id: String,
    /// Its version, microseconds since 1970.
    pub(super) version_us: i64,
    /// Its place in the collection, microseconds since 1970.
    pub(super) place_us: i64,
    /// Its bytes.
    pub(super) raw: Box<str>,
}

impl Outgoing {
    pub(super) fn of(stored: StoredObject) -> Self {
        Self {
            id: stored.stix_id,
            version_us: stored.version_us,
            place_us: stored.added_us,
            raw: stored.raw,
        }
    }
}

/// What is posted at a time.
pub(super) struct Post<'o> {
    /// What goes.
    pub(super) objects: Vec<&'o Outgoing>,
    /// What the server would not take whatever else goes along.
    too_large: Vec<FailedObject>,
    left_out: u64,
    /// Up to where in the collection it goes.
    pub(super) until_us: i64,
    /// How many of those given were looked at for it.
    pub(super) examined: usize,
}

impl<'o> Post<'o> {
    /// From the first of these on, as many as the rules let out and the server takes at a time. `unmarked` is how
    /// the collection handles what says nothing of it itself.
    pub(super) fn of(
        objects: &'o [Outgoing],
        (definition, unmarked): (&PeerDefinition, Tlp),
        server: &Server,
        most: u32,
    ) -> Self {
        let mut post = Self {
            objects: Vec::new(),
            too_large: Vec::new(),
            left_out: 0,
            until_us: i64::MIN,
            examined: 0,
        };
        let frame = OPENS.len() + CLOSES.len();
        let mut bytes = frame;
        for object in objects {
            let own = object.raw.len() + 1;
            if post.objects.len() >= most as usize {
                break;
            }
            if !lets_in(definition, Some(unmarked), &object.raw) {
                post.left_out += 1;
            } else if frame + own > server.most_bytes {
                let most = server.most_bytes as u64;
                let why = Known::OverItsBound { most }.into();
                post.too_large.push(failed(object, why));
            } else if bytes + own > server.most_bytes {
                break;
            } else {
                bytes += own;
                post.objects.push(object);
            }
            post.until_us = object.place_us;
            post.examined += 1;
        }
        post
    }

    /// The envelope: the stored bytes, as they are.
    pub(super) fn body(&self) -> String {
        let all: usize = self.objects.iter().map(|one| one.raw.len() + 1).sum();
        let mut body = String::with_capacity(OPENS.len() + all + CLOSES.len());
        body.push_str(OPENS);
        for (index, object) in self.objects.iter().enumerate() {
            if index > 0 {
                body.push(',');
            }
            body.push_str(&object.raw);
        }
        body.push_str(CLOSES);
        body
    }

    /// What the status says of it: the ids that were taken, and what is put down.
    pub(super) fn outcome(&self, status: &Status) -> (Vec<String>, SentPage) {
        let mut not_taken = Vec::new();
        for detail in &status.failures {
            let found = self.objects.iter().find(|one| {
                let version_us = detail.version_us();
                one.id == detail.id && version_us.is_none_or(|us| us == one.version_us)
            });
            let Some(object) = found else { continue };
            let why = match told(&detail.message) {
                words if words.is_empty() => Known::NoReason.into(),
                words => words.into(),
            };
            not_taken.push(failed(object, why));
        }
        let all = self.objects.len() as u64;
        let refused = status.failure_count.max(not_taken.len() as u64).min(all);
        let ids: BTreeSet<&str> = not_taken.iter().map(|one| one.id.as_str()).collect();
        let taken = self.objects.iter().map(|one| one.id.as_str());
        let taken: BTreeSet<&str> = taken.filter(|id| !ids.contains(id)).collect();
        // Which ones failed is not told of all: then it is said of none that it was taken.
        let is_told = not_taken.len() as u64 == refused;
        let taken = match is_told {
            true => taken.into_iter().map(str::to_owned).collect(),
            false => Vec::new(),
        };
        let page = SentPage {
            sent: all - refused,
            refused,
            failed: not_taken,
            ..SentPage::default()
        };
        (taken, page)
    }
}

/// A sending on its way.
pub(super) struct Sending {
    /// Up to where it has come; behind what is put down while objects are doubted.
    pub(super) place: Option<i64>,
    /// Most objects of the next post.
    pub(super) most: u32,
    /// Objects that were refused alone, with none taken since.
    pub(super) suspects: Vec<FailedObject>,
    /// What is to be put down with the next post.
    held: SentPage,
}

impl Sending {
    pub(super) fn after(place: Option<i64>) -> Self {
        Self {
            place,
            most: PAGE,
            suspects: Vec::new(),
            held: SentPage::default(),
        }
    }

    /// What of a post is not sent at all.
    pub(super) fn hold(&mut self, post: &Post<'_>) {
        self.held.left_out += post.left_out;
        self.held.refused += post.too_large.len() as u64;
        self.held.failed.extend(post.too_large.iter().cloned());
    }

    /// Takes that back, because the post is made again.
    pub(super) fn let_go(&mut self, post: &Post<'_>) {
        self.held.left_out -= post.left_out;
        self.held.refused -= post.too_large.len() as u64;
        let kept = self.held.failed.len() - post.too_large.len();
        self.held.failed.truncate(kept);
    }

    pub(super) fn grow(&mut self, most: u32) {
        self.most = self.most.saturating_mul(2).min(most);
    }

    /// All that is to be put down up to here, with what one post came to.
    pub(super) fn noted(&mut self, mut page: SentPage) -> SentPage {
        let held = std::mem::take(&mut self.held);
        let suspects = std::mem::take(&mut self.suspects);
        page.after_us = self.place;
        page.left_out += held.left_out;
        page.refused += held.refused + suspects.len() as u64;
        page.failed
            .splice(0..0, held.failed.into_iter().chain(suspects));
        page.failed.truncate(MAX_FAILED);
        page
    }
}
