//! Where an object was sent, for the hub's officers: the collections it stands in, the peers they go to, and what
//! became of the deliveries of the item that brought it, party by party.

use std::collections::BTreeMap;

use askama::Template;
use kaname_directory::{Party, reader};
use kaname_kernel::{MatterId, PartyId};
use kaname_policy::Action;
use kaname_sharing::{Item, delivery::DeliveryState, peer::Way};
use kaname_store::StoredObject;
use kaname_world::WorldError;

use super::standing::Standing;
use crate::{
    error::Failure,
    frame::{
        Page,
        part::{At, Tag},
    },
    house::{By, House},
    room::{
        choices::lang,
        library::objects::{Claimants, moment},
        paging::address,
    },
    text::Count,
};

/// Most deliveries of one item that are looked at.
const MOST_DELIVERIES: u32 = 1_000;
/// Most parties named in each list.
pub(in crate::room) const MOST_PARTIES: usize = 100;

/// The section, for the page of an object.
#[derive(Template)]
#[template(path = "room/library/sent.html")]
pub(super) struct Sent {
    page: Page,
    collections: Vec<(String, Option<String>, At)>,
    peers: Vec<PeerLine>,
    /// State of deliveries, how many, and where they are listed.
    states: Vec<(String, String, String)>,
    /// Who has it, and who not yet.
    lists: Vec<Parties>,
}

impl askama::filters::HtmlSafe for Sent {}

struct PeerLine {
    code: String,
    href: String,
    state: Tag,
}

/// A peer that its collection is sent to, and how it stands with this object.
pub(in crate::room) struct ToPeer {
    pub(in crate::room) code: String,
    pub(in crate::room) state: PeerState,
}

/// How a peer stands with an object of the collection that it is sent.
#[derive(Clone, Copy)]
pub(in crate::room) enum PeerState {
    NotAgreed,
    NotReadable,
    Sent,
    Waits,
}

impl PeerState {
    const fn key(self) -> &'static str {
        match self {
            Self::NotAgreed => "object-sent-not-agreed",
            Self::NotReadable => "object-sent-not-readable",
            Self::Sent => "object-sent-sent",
            Self::Waits => "object-sent-waits",
        }
    }

    /// Its name for programs.
    pub(in crate::room) const fn as_str(self) -> &'static str {
        match self {
            Self::NotAgreed => "not_agreed",
            Self::NotReadable => "not_readable",
            Self::Sent => "sent",
            Self::Waits => "waits",
        }
    }
}

/// What became of the deliveries of an item.
pub(in crate::room) struct Delivered {
    /// How many stand in each state.
    pub(in crate::room) states: Vec<(String, u64)>,
    /// Who has it.
    pub(in crate::room) has: Vec<PartyId>,
    /// Who has it not yet.
    pub(in crate::room) has_not: Vec<PartyId>,
    /// Whether there are more deliveries than were looked at.
    pub(in crate::room) cut: bool,
}

struct Parties {
    title: String,
    names: Vec<String>,
    more: usize,
}

impl Sent {
    /// Nothing for who may not read deliveries.
    pub(super) async fn of(
        house: &House,
        by: &By,
        page: &Page,
        (standing, item): (&Standing, Option<&Item>),
    ) -> Result<Option<Self>, Failure> {
        if !by.is_officer() || house.world().allow_any(by, Action::DeliveryRead).is_err() {
            return Ok(None);
        }
        let claimants = Claimants::of(house, by, page, &standing.newest).await?;
        let mut collections = Vec::new();
        for one in &standing.newest {
            let title = super::collection(house, by, page, one.collection).await?;
            let added = page.at(moment(page, one.added_us));
            collections.push((title, claimants.whose(page, one), added));
        }
        let lines = peers(house, by, &standing.shown).await?.into_iter();
        let lines = lines.map(|peer| PeerLine {
            href: format!("/peers/{}", peer.code),
            state: page.tag(page.t(peer.state.key())),
            code: peer.code,
        });
        let mut sent = Self {
            collections,
            peers: lines.collect(),
            states: Vec::new(),
            lists: Vec::new(),
            page: page.clone(),
        };
        if let Some(item) = item {
            sent.delivered(house, by, (standing.shown.source, item))
                .await?;
        }
        Ok(Some(sent))
    }

    /// What became of the deliveries of an item.
    async fn delivered(
        &mut self,
        house: &House,
        by: &By,
        (id, item): (MatterId, &Item),
    ) -> Result<(), Failure> {
        let page = self.page.clone();
        let found = delivered(house, by, id).await?;
        for (state, count) in found.states {
            let parameters = [("item", item.number.as_str()), ("state", &state)];
            let href = address("/deliveries", &parameters);
            self.states
                .push((page.word(&state), Count::from(count).to_string(), href));
        }
        let has = page.t1("object-sent-has", "n", found.has.len());
        let has_not = page.t1("object-sent-has-not", "n", found.has_not.len());
        for (title, all) in [(has, found.has), (has_not, found.has_not)] {
            let some = parties(house, &page, title.into_owned(), all).await?;
            self.lists.extend(some);
        }
        Ok(())
    }
}

/// What became of the deliveries of an item.
pub(in crate::room) async fn delivered(
    house: &House,
    by: &By,
    item: MatterId,
) -> Result<Delivered, Failure> {
    let world = house.world();
    let states = world.delivery_states(by, Some(item)).await?;
    let found = world.deliveries(by, |query| {
        query.scope = Some(item);
        query.limit = MOST_DELIVERIES;
    });
    let found = found.await?;
    let cut = found.next.is_some();
    let mut got: BTreeMap<PartyId, bool> = BTreeMap::new();
    for delivery in found.rows {
        let one = delivery.state;
        let has = one.fetched.is_some()
            || one.acknowledged.is_some()
            || matches!(
                one.state,
                DeliveryState::Fetched | DeliveryState::Acknowledged
            );
        *got.entry(one.party).or_default() |= has;
    }
    let of = |wanted: bool| {
        let some = got.iter().filter(move |(_, has)| **has == wanted);
        some.map(|(party, _)| *party).collect::<Vec<_>>()
    };
    Ok(Delivered {
        states,
        has: of(true),
        has_not: of(false),
        cut,
    })
}

async fn parties(
    house: &House,
    page: &Page,
    title: String,
    all: Vec<PartyId>,
) -> Result<Option<Parties>, Failure> {
    if all.is_empty() {
        return Ok(None);
    }
    let mut names = Vec::new();
    for party in all.iter().take(MOST_PARTIES) {
        let party = house.world().load::<Party>(party.cast()).await?;
        let name = party.map(|party| party.state.description.name.get(lang(page)).to_owned());
        names.extend(name);
    }
    names.sort();
    Ok(Some(Parties {
        title,
        more: all.len().saturating_sub(MOST_PARTIES),
        names,
    }))
}

/// Peers that the object's collection is sent to.
pub(in crate::room) async fn peers(
    house: &House,
    by: &By,
    object: &StoredObject,
) -> Result<Vec<ToPeer>, Failure> {
    let world = house.world();
    let all = match world.peers(by).await {
        Ok(all) => all,
        Err(WorldError::Denied(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let audiences = world.audiences().await?;
    let mut audience = audiences.iter().filter(|(id, _)| *id == object.audience_id);
    let audience = audience.next().map(|(_, audience)| audience);
    let groups = world.groups().await?;
    let mut found = Vec::new();
    for peer in all {
        let Way::Push { out_of, party } = peer.state.definition.way else {
            continue;
        };
        if out_of != object.collection {
            continue;
        }
        let definition = &peer.state.definition;
        let is_agreed = definition.types.is_empty() || definition.types.contains(&object.stix_type);
        let is_within = definition
            .tlp_at_most
            .is_none_or(|most| object.tlp.is_none_or(|tlp| tlp <= most));
        let party = world.load::<Party>(party.cast()).await?;
        let may_read = party.is_some_and(|party| {
            let eyes = reader(&party.state, None, &groups, world.now());
            audience.is_some_and(|audience| audience.admits(&eyes, world.now()))
        });
        let is_past = peer.state.after_us.is_some_and(|us| us >= object.added_us);
        let state = match (is_agreed && is_within, may_read, is_past) {
            (false, _, _) => PeerState::NotAgreed,
            (_, false, _) => PeerState::NotReadable,
            (_, _, true) => PeerState::Sent,
            (_, _, false) => PeerState::Waits,
        };
        found.push(ToPeer {
            code: definition.code.clone(),
            state,
        });
    }
    Ok(found)
}
