//! Sightings of values as feedback on the items that carry them.

use jiff::Timestamp;
use kaname_kernel::Matter as _;
use kaname_kernel::{MatterId, Posting};
use kaname_policy::Action;
use kaname_sharing::{
    Item,
    feedback::{Given, Sighting, SightingKind},
    value::posting,
};
use kaname_stix::{SearchValue, ValueKind};

use crate::{caller::Caller, error::WorldError, world::World};

/// What a sighting says (core format §2.9, type).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// 0: it was seen.
    Seen,
    /// 1: it was harmless.
    FalsePositive,
    /// 2: it no longer holds.
    Expired,
}

/// A sighting as it was sent.
#[derive(Debug, Clone)]
pub struct NewSighting {
    /// What kind.
    pub kind: Seen,
    /// When.
    pub at: Timestamp,
    /// By what; empty for nothing said.
    pub source: String,
}

/// Most items that one value is answered on.
const MOST: usize = 50;

impl World {
    /// The items released to the caller that carry a value or are the one that brought an object.
    pub async fn misp_items_with(
        &self,
        caller: &Caller,
        value: &str,
    ) -> Result<Vec<MatterId>, WorldError> {
        self.allow_any(caller, Action::FeedbackGive)?;
        let parts = std::iter::once(value).chain(value.split('|'));
        let postings: Vec<Posting> = parts.flat_map(postings_of).collect();
        let readable = self.readable(caller).await?;
        let found = self
            .store()
            .carrying(Item::KIND, &postings, &readable)
            .await?;
        let mut items: Vec<MatterId> = found.into_iter().map(|(id, _)| id).collect();
        items.sort();
        items.dedup();
        let mut out = Vec::new();
        for id in items {
            if self.received_item(caller, id).await.is_ok() && out.len() < MOST {
                out.push(id);
            }
        }
        Ok(out)
    }

    /// Answers an item with a sighting, beside what the caller's organisation said of it before.
    pub async fn misp_sight(
        &self,
        caller: &Caller,
        item: MatterId,
        new: &NewSighting,
    ) -> Result<(), WorldError> {
        let before = self.own_feedback(caller, item).await?;
        let before = before.map(|before| before.state.given).unwrap_or_default();
        let given = with_sighting(before.clone(), new);
        if given == before {
            return Ok(());
        }
        self.give_feedback(caller, item, given).await.map(|_| ())
    }
}

/// What an organisation says once a sighting is added to what it said before.
fn with_sighting(mut given: Given, new: &NewSighting) -> Given {
    let kind = match new.kind {
        Seen::Seen => SightingKind::Seen,
        Seen::FalsePositive => SightingKind::FalsePositive,
        Seen::Expired => {
            let line = format!("MISP: expired, {:.0}", new.at);
            if !given.comment.contains(&line) {
                let apart = if given.comment.is_empty() { "" } else { "\n" };
                given.comment.push_str(apart);
                given.comment.push_str(&line);
            }
            return given;
        }
    };
    let same = given.sighting.filter(|before| before.kind == kind);
    let first = same.and_then(|before| before.first);
    let last = same.and_then(|before| before.last);
    given.sighting = Some(Sighting {
        kind,
        count: Some(same.map_or(1, |before| before.count.unwrap_or(1).saturating_add(1))),
        first: Some(first.map_or(new.at, |first| first.min(new.at))),
        last: Some(last.map_or(new.at, |last| last.max(new.at))),
    });
    given
}

/// Kinds under which a text may be a value.
const KINDS: [ValueKind; 13] = [
    ValueKind::Ipv4,
    ValueKind::Ipv6,
    ValueKind::Cidr,
    ValueKind::Domain,
    ValueKind::Url,
    ValueKind::Email,
    ValueKind::Md5,
    ValueKind::Sha1,
    ValueKind::Sha256,
    ValueKind::Sha512,
    ValueKind::Cve,
    ValueKind::FileName,
    ValueKind::AutonomousSystem,
];

fn postings_of(text: &str) -> impl Iterator<Item = Posting> {
    let text = text.trim();
    KINDS.iter().map(move |kind| {
        let number = text
            .strip_prefix("AS")
            .filter(|_| *kind == ValueKind::AutonomousSystem);
        posting(&SearchValue::new(*kind, number.unwrap_or(text)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    #[test]
    fn sightings_add_up_and_keep_what_was_said() {
        let seen = |second| NewSighting {
            kind: Seen::Seen,
            at: at(second),
            source: String::new(),
        };
        let before = Given {
            usefulness: Some(4),
            ..Given::default()
        };
        let given = with_sighting(with_sighting(before, &seen(20)), &seen(10));
        let sighting = given.sighting;
        assert!(sighting.is_some_and(|one| one.count == Some(2)
            && one.first == Some(at(10))
            && one.last == Some(at(20))));
        assert_eq!(given.usefulness, Some(4));
        let expired = NewSighting {
            kind: Seen::Expired,
            ..seen(30)
        };
        let once = with_sighting(given.clone(), &expired);
        assert_eq!(once.sighting, given.sighting);
        assert!(once.comment.contains("1970-01-01T00:00:30Z"));
        assert_eq!(with_sighting(once.clone(), &expired), once);
        let harmless = NewSighting {
            kind: Seen::FalsePositive,
            ..seen(40)
        };
        let turned = with_sighting(given, &harmless).sighting;
        assert!(
            turned
                .is_some_and(|one| one.kind == SightingKind::FalsePositive && one.count == Some(1))
        );
    }
}
