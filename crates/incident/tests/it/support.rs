//! A matter with its history in memory, and the people of the tests.

use jiff::{SignedDuration, Timestamp};
use kaname_incident::{
    Refused,
    obligation::Obligations,
    report::{Attachment, Channel, Filing, Notice, NoticeKind, Times, Words},
    routing::Tri,
    vocabulary::Vocabulary,
};
use kaname_kernel::{AccountId, Actor, Matter, MatterId, Moment, PartyId, Tlp};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};
use uuid::Uuid;

use crate::routing::law;

pub(crate) fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(0xa000 + number))
}

pub(crate) fn party(number: u128) -> PartyId {
    PartyId::from_uuid(Uuid::from_u128(0xb000 + number))
}

pub(crate) fn matter(number: u128) -> MatterId {
    MatterId::from_uuid(Uuid::from_u128(0xe000 + number))
}

/// The party that runs the hub.
pub(crate) const HUB: u128 = 0;
/// The party whose incident it is.
pub(crate) const OPERATOR: u128 = 1;

pub(crate) fn start() -> Timestamp {
    "2026-11-24T03:20:00Z".parse().unwrap()
}

pub(crate) fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

pub(crate) fn officer(number: u128) -> Actor {
    Actor::person(account(number), party(HUB))
}

pub(crate) fn person(number: u128, of: u128) -> Actor {
    Actor::person(account(number), party(of))
}

pub(crate) fn obligations() -> &'static Obligations {
    static READ: LazyLock<Obligations> =
        LazyLock::new(|| Obligations::builtin(&law().catalogue).unwrap());
    &READ
}

pub(crate) fn vocabulary() -> &'static Vocabulary {
    static READ: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::builtin().unwrap());
    &READ
}

pub(crate) fn words() -> Words<'static> {
    Words {
        vocabulary: vocabulary(),
        catalogue: &law().catalogue,
        obligations: obligations(),
        day: "2026-11-24".parse().unwrap(),
    }
}

pub(crate) fn notice(kind: NoticeKind, title: &str) -> Notice {
    Notice {
        kind,
        title: title.to_owned(),
        times: Times {
            occurred: Some(start() - minutes(120)),
            detected: Some(start() - minutes(60)),
            aware: Some(start() - minutes(30)),
            recovered: None,
        },
        sector: Some("electricity".parse().unwrap()),
        event_types: BTreeSet::from(["unusable".parse().unwrap()]),
        causes: BTreeSet::from(["dos".parse().unwrap()]),
        attacks: BTreeSet::new(),
        maintenance_breached: Tri::Unknown,
        personal_data: Tri::No,
        cross_border: Tri::No,
        measures: BTreeMap::new(),
        services: Vec::new(),
        body: "会員向けの画面が開きません。".to_owned(),
        technique: String::new(),
        contact: "監視当直".to_owned(),
        tlp: Tlp::Amber,
        attachments: Vec::<Attachment>::new(),
    }
}

pub(crate) fn filing() -> Filing {
    Filing {
        receipt: "N-2611-0K4TV".to_owned(),
        operator: party(OPERATOR),
        channel: Channel::Form,
        consents: BTreeSet::new(),
        notice: notice(NoticeKind::First, "画面の障害"),
    }
}

/// A matter and everything that happened to it.
#[derive(Debug)]
pub(crate) struct Tale<M: Matter> {
    pub(crate) id: MatterId,
    pub(crate) now: Timestamp,
    pub(crate) events: Vec<(M::Change, Timestamp, Actor)>,
    state: Option<M>,
}

impl<M: Matter + PartialEq + std::fmt::Debug> Tale<M> {
    pub(crate) fn new(id: MatterId) -> Self {
        Self {
            id,
            now: start(),
            events: Vec::new(),
            state: None,
        }
    }

    pub(crate) fn begun(id: MatterId, by: Actor, decided: Result<Vec<M::Change>, Refused>) -> Self {
        let mut tale = Self::new(id);
        tale.take(by, decided).unwrap();
        tale
    }

    pub(crate) fn state(&self) -> &M {
        self.state.as_ref().expect("the matter has begun")
    }

    pub(crate) fn later(&mut self, by: SignedDuration) {
        self.now += by;
    }

    /// Writes down what a command gave.
    pub(crate) fn take(
        &mut self,
        by: Actor,
        decided: Result<Vec<M::Change>, Refused>,
    ) -> Result<(), Refused> {
        for change in decided? {
            self.events.push((change.clone(), self.now, by.clone()));
            let version = u32::try_from(self.events.len()).unwrap();
            let moment = moment(self.id, version, self.now, &by);
            match &mut self.state {
                None => self.state = Some(M::begin(&change, &moment).unwrap()),
                Some(state) => state.apply(&change, &moment).unwrap(),
            }
        }
        Ok(())
    }

    /// The state folded anew from the events as the ledger would keep them, and read as a row would be.
    pub(crate) fn replayed(&self) -> M {
        let mut state: Option<M> = None;
        for (index, (change, at, actor)) in self.events.iter().enumerate() {
            let text = serde_json::to_string(change).unwrap();
            let change: M::Change = serde_json::from_str(&text).unwrap();
            let version = u32::try_from(index).unwrap() + 1;
            let moment = moment(self.id, version, *at, actor);
            match &mut state {
                None => state = Some(M::begin(&change, &moment).unwrap()),
                Some(state) => state.apply(&change, &moment).unwrap(),
            }
        }
        let text = serde_json::to_string(&state.unwrap()).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

pub(crate) fn moment(matter: MatterId, version: u32, at: Timestamp, actor: &Actor) -> Moment<'_> {
    Moment {
        matter,
        version,
        recorded: at,
        occurred: at,
        actor,
    }
}
