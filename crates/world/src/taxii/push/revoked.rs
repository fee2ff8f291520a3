//! What was sent and taken back since: the peer is told by a revoked version of each object (STIX 2.1 §3.2,
//! `revoked`; §3.6), since leaving a collection is nothing that a server hears of.

use jiff::Timestamp;
use kaname_kernel::MatterId;
use kaname_sharing::{
    Item, ItemState,
    peer::{Peer, SentPage},
};
use kaname_store::Versions;
use serde_json::{Map, Value};

use super::{
    Pushed, Sender,
    answer::{Answered, Server},
    post::{Outgoing, Post},
};
use crate::{
    error::WorldError,
    outlet::Range,
    turn::{Stopped, Turn},
    work::Loaded,
    world::World,
};

/// Most items whose objects are revoked in one turn.
const MOST: usize = 50;
/// Types that say who speaks and how things are marked: they stay, whatever is taken back.
const STAYS: [&str; 3] = ["identity", "marking-definition", "extension-definition"];

impl World {
    /// Tells the peer of each item that was taken back since it may have been sent.
    pub(super) async fn send_revoked(
        &self,
        turn: &Turn<'_>,
        (server, sender): (&Server, &Sender),
        (peer, pushed): (&mut Loaded<Peer>, &mut Pushed),
    ) -> Result<(), Stopped> {
        for item in self.taken_back(sender, &peer.state).await? {
            let objects = self.revoked_of(sender, &item).await?;
            let mut rest = objects.as_slice();
            while !rest.is_empty() {
                let rules = (&peer.state.definition, sender.unmarked());
                let post = Post::of(rest, rules, server, super::PAGE);
                rest = rest.get(post.examined..).unwrap_or_default();
                let page = self.revoke(turn, server, &post).await?;
                self.note_sent(turn, peer, pushed, page).await?;
            }
            let page = SentPage {
                taken_back: Some(item.id),
                ..SentPage::default()
            };
            self.note_sent(turn, peer, pushed, page).await?;
        }
        Ok(())
    }

    async fn revoke(
        &self,
        turn: &Turn<'_>,
        server: &Server,
        post: &Post<'_>,
    ) -> Result<SentPage, Stopped> {
        if post.objects.is_empty() {
            return Ok(SentPage::default());
        }
        match server.post(turn.door, post).await? {
            Answered::Complete(status) => Ok(post.outcome(&status).1),
            Answered::Pending(_) => Err(Stopped::peer(
                "has not worked through yet that something was taken back",
            )),
            Answered::Refused(why) => Ok(SentPage {
                refused: post.objects.len() as u64,
                failed: post
                    .objects
                    .iter()
                    .map(|one| super::failed(one, &why))
                    .collect(),
                ..SentPage::default()
            }),
        }
    }

    /// Items that were put out before the place come to, and withdrawn or replaced after the peer was agreed with.
    /// They stay visible to who had them, and are read with the party's own eyes.
    async fn taken_back(
        &self,
        sender: &Sender,
        peer: &Peer,
    ) -> Result<Vec<Loaded<Item>>, WorldError> {
        let mut query = self.query::<Item>(&sender.eyes).await?;
        query.states = vec![
            ItemState::Withdrawn.as_str().to_owned(),
            ItemState::Superseded.as_str().to_owned(),
        ];
        let came_us = peer.after_us.unwrap_or(i64::MIN);
        let collection = sender.offered.collection.id;
        let mut found = Vec::new();
        self.walk::<Item>(query, |item| {
            let state = &item.state;
            let was_sent = state
                .release
                .is_some_and(|one| one.at.as_microsecond() <= came_us);
            let is_since = ended(state).is_some_and(|at| at >= peer.turns.joined);
            let is_here = state.content.collections.contains(&collection);
            let is_new = !peer.taken_back.contains(&item.id);
            if was_sent && is_since && is_here && is_new && found.len() < MOST {
                found.push(item);
            }
        })
        .await?;
        Ok(found)
    }

    /// Revoked versions of the objects of an item that stand in the collection no more.
    async fn revoked_of(
        &self,
        sender: &Sender,
        item: &Loaded<Item>,
    ) -> Result<Vec<Outgoing>, WorldError> {
        let Some(at) = ended(&item.state) else {
            return Ok(Vec::new());
        };
        let hub = self.hub_identity().await?;
        let hub = kaname_stix::head(&hub).map_err(WorldError::encoding)?;
        let own = hub.id.to_string();
        let mut revoked = Vec::new();
        for (raw, head) in item.state.content.heads() {
            let id = head.id.to_string();
            let Some(raw) = revoked_version(raw, &own, at) else {
                continue;
            };
            if self.stands(sender.offered.collection.id, &id).await? {
                continue;
            }
            revoked.push(Outgoing {
                id,
                version_us: at.as_microsecond(),
                place_us: at.as_microsecond(),
                raw: raw.into(),
            });
        }
        Ok(revoked)
    }

    /// Whether any version of an object stands in a collection, whoever may see it.
    async fn stands(&self, collection: MatterId, id: &str) -> Result<bool, WorldError> {
        let range = Range {
            ids: vec![id.to_owned()],
            versions: Versions::All,
            limit: 1,
            ..Range::default()
        };
        let nobody = crate::caller::Caller::public();
        let mut filter = self.range_filter(&nobody, collection, &range).await?;
        filter.readable = self.everything().await?;
        Ok(self.store().object_bytes(&filter).await?.count > 0)
    }
}

/// When an item was withdrawn or replaced.
fn ended(item: &Item) -> Option<Timestamp> {
    let withdrawn = item.withdrawal.as_ref().map(|withdrawal| withdrawal.at);
    withdrawn.or(item.touched)
}

/// The last version of an object: what it was, revoked at that moment. `None` for what has no versions or speaks
/// in another's name than `own`.
fn revoked_version(raw: &str, own: &str, at: Timestamp) -> Option<String> {
    let mut object: Map<String, Value> = serde_json::from_str(raw).ok()?;
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let stays = text("type").is_none_or(|name| STAYS.contains(&name));
    let is_own = text("created_by_ref") == Some(own);
    if stays || !is_own || text("modified").is_none() {
        return None;
    }
    object.insert("revoked".to_owned(), true.into());
    object.insert("modified".to_owned(), format!("{at:.3}").into());
    serde_json::to_string(&object).ok()
}
