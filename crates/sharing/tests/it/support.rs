//! A matter with its history in memory, and the people of the tests.

use jiff::{SignedDuration, Timestamp};
use kaname_directory::{
    Account, AccountChange,
    party::{Contact, Party, PartyChange, PartyKind, Registration},
};
use kaname_intake::Kind;
use kaname_kernel::{
    AccountId, Actor, GroupId, HandleId, Matter, MatterId, Moment, PartyId, SeededRng,
    audience::Named,
};
use kaname_kernel::{Pap, Tlp};
use kaname_sharing::{
    Content, Evidence, Item, ItemKind, Outlet, Refused, Sealed, Text, Told, Value,
    derive::{Plan, compose},
    deriving::{Derive, derive_item},
    report::{Channel, Submission, Technique, Urgency, Wishes},
    told::{GroupTold, PartyTold},
};
use kaname_stix::ObjectId;
use uuid::Uuid;

/// An id that is always the same for a number.
pub(crate) fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(0xa000 + number))
}

pub(crate) fn party(number: u128) -> PartyId {
    PartyId::from_uuid(Uuid::from_u128(0xb000 + number))
}

pub(crate) fn group(number: u128) -> GroupId {
    GroupId::from_uuid(Uuid::from_u128(0xc000 + number))
}

pub(crate) fn handle(number: u128) -> HandleId {
    HandleId::from_uuid(Uuid::from_u128(0xd000 + number))
}

pub(crate) fn matter(number: u128) -> MatterId {
    MatterId::from_uuid(Uuid::from_u128(0xe000 + number))
}

pub(crate) fn hub() -> ObjectId {
    ObjectId::parse("identity--7d2f0c3e-5c1b-4a4c-9d36-0f8d5a3b1e42").unwrap()
}

pub(crate) fn start() -> Timestamp {
    "2026-11-24T03:20:00Z".parse().unwrap()
}

pub(crate) fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// The provider of item and report.
pub(crate) const OWNER: u128 = 1;

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

    pub(crate) fn state(&self) -> &M {
        self.state.as_ref().expect("the matter has begun")
    }

    /// Writes down what a command gave.
    pub(crate) fn take(
        &mut self,
        by: Actor,
        decided: Result<Vec<M::Change>, Refused>,
    ) -> Result<(), Refused> {
        for change in decided? {
            self.events.push((change.clone(), self.now, by.clone()));
            let version = self.events.len() as u32;
            let moment = moment(self.id, version, self.now, &by);
            match &mut self.state {
                None => self.state = Some(M::begin(&change, &moment).unwrap()),
                Some(state) => state.apply(&change, &moment).unwrap(),
            }
        }
        Ok(())
    }

    /// The state folded anew from the events as the ledger would keep them.
    pub(crate) fn replayed(&self) -> M {
        let mut state: Option<M> = None;
        for (index, (change, at, actor)) in self.events.iter().enumerate() {
            let text = serde_json::to_string(change).unwrap();
            let change: M::Change = serde_json::from_str(&text).unwrap();
            let moment = moment(self.id, index as u32 + 1, *at, actor);
            match &mut state {
                None => state = Some(M::begin(&change, &moment).unwrap()),
                Some(state) => state.apply(&change, &moment).unwrap(),
            }
        }
        let state = state.unwrap();
        let text = serde_json::to_string(&state).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

fn moment(matter: MatterId, version: u32, at: Timestamp, actor: &Actor) -> Moment<'_> {
    Moment {
        matter,
        version,
        recorded: at,
        occurred: at,
        actor,
    }
}

pub(crate) fn officer(number: u128) -> Actor {
    Actor::person(account(number), party(0))
}

pub(crate) fn provider() -> Actor {
    Actor::sealed(handle(OWNER))
}

pub(crate) fn value(kind: Kind, text: &str) -> Value {
    Value {
        kind,
        value: text.to_owned(),
    }
}

pub(crate) fn values() -> Vec<Value> {
    vec![
        value(Kind::Domain, "evil.example"),
        value(Kind::Ipv4, "203.0.113.7"),
        value(Kind::Cve, "CVE-2026-1234"),
    ]
}

/// A content that may be kept, with the title given.
pub(crate) fn content(title: &str, tlp: Tlp, seed: u64) -> Content {
    content_of(title, tlp, seed, &values())
}

/// The same with other values.
pub(crate) fn content_of(title: &str, tlp: Tlp, seed: u64, values: &[Value]) -> Content {
    let (author, title) = (hub(), Text::new(title, ""));
    let summary = Text::new("国内の事業者に届いた不審なメール", "A suspicious mail");
    let countermeasures = Text::new("該当するメールを隔離する", "Quarantine such mail");
    let valid_until = Some(start() + hours(24 * 60));
    let plan = Plan {
        author: &author,
        kind: ItemKind::Indicator,
        title: &title,
        summary: &summary,
        countermeasures: &countermeasures,
        values,
        techniques: &[("T1566".to_owned(), "Phishing".to_owned())],
        tlp,
        pap: Pap::Green,
        seen: Some(start()),
        valid_until,
        now: start(),
    };
    let objects = compose(&plan, &[], &SeededRng::new(seed)).unwrap();
    Content {
        author: hub(),
        kind: ItemKind::Indicator,
        title,
        summary,
        countermeasures,
        objects,
        tlp,
        pap: Pap::Green,
        named: Named {
            parties: vec![party(7)],
            groups: vec![group(1)],
            persons: vec![account(70)],
        },
        classes: Default::default(),
        duties: Default::default(),
        embargo: None,
        valid_until,
        outlets: Outlet::ALL.into_iter().collect(),
        collections: [matter(500)].into_iter().collect(),
    }
}

pub(crate) fn party_told(name: &str) -> PartyTold {
    PartyTold {
        code: name.to_lowercase(),
        name: Text::new(name, name),
        member: true,
        classes: ["first".to_owned()].into(),
        duties: ["secrecy".to_owned()].into(),
    }
}

/// The group 1 with the parties 11 and 12 in it.
pub(crate) fn told() -> Told {
    let group_1 = GroupTold {
        name: Text::new("電力SIG", "Power SIG"),
        members: [party(11), party(12)].into(),
    };
    Told {
        parties: [(party(11), party_told("A")), (party(12), party_told("B"))].into(),
        groups: [(group(1), group_1)].into(),
        ..Told::default()
    }
}

/// An item derived by officer 1 for the owner's handle.
pub(crate) fn derived(content: Content) -> Tale<Item> {
    let mut tale = Tale::new(matter(1));
    let derive = Derive {
        number: "S-2611-0093A".to_owned(),
        handle: handle(OWNER),
        content,
        rows: Vec::new(),
        by: account(1),
        of_providers_party: false,
        replaces: None,
    };
    tale.take(officer(1), derive_item(derive)).unwrap();
    tale
}

pub(crate) fn submission() -> Submission {
    Submission {
        receipt: "R-2611-0417B".to_owned(),
        handle: handle(OWNER),
        content: Sealed::of(b"sealed technique"),
        channel: Channel::Paste,
        values: values(),
        tlp: Tlp::Green,
        pap: Pap::Green,
        wishes: Wishes::default(),
        sector: None,
        urgency: Urgency::Normal,
        attachments: 1,
        seen: Some("2026-11-23T21:47:12Z".parse().unwrap()),
    }
}

pub(crate) fn technique(text: &str) -> Technique {
    Technique {
        title: "東都電力への標的型メール".to_owned(),
        text: text.to_owned(),
        seen: Some("2026-11-23T21:47:12Z".parse().unwrap()),
        attachments: vec!["請求書_東都.xlsm".to_owned()],
        ..Technique::default()
    }
}

/// A provider as the directory knows it.
pub(crate) fn provider_party() -> Party {
    let registration: Registration = serde_json::from_value(serde_json::json!({
        "code": "toto-denryoku",
        "kind": PartyKind::Operator,
        "name": { "ja": "東都電力株式会社", "en": "Toto Electric Power Co., Inc." },
        "aliases": ["東電グリッド", "ミナト・サイト"],
        "from": "2020-04-01",
    }))
    .unwrap();
    let contacts: Vec<Contact> = serde_json::from_value(serde_json::json!([{
        "name": "髙橋 太郎",
        "mail": "taro.takahashi@gmail.example",
        "phone": "03-5501-7788",
        "role": "CSIRT 責任者",
    }]))
    .unwrap();
    let own: PartyChange = serde_json::from_value(serde_json::json!({
        "change": "own_set",
        "mail_domains": ["toto-denryoku.co.jp"],
        "networks": ["198.51.100.0/24"],
    }))
    .unwrap();
    let mut tale: Tale<Party> = Tale::new(matter(900));
    let changes = vec![
        PartyChange::Registered(registration),
        PartyChange::ContactsSet { contacts },
        own,
    ];
    tale.take(officer(9), Ok(changes)).unwrap();
    tale.state().clone()
}

pub(crate) fn evidence() -> Evidence {
    Evidence::of_party(&provider_party())
}

/// What leads to a party that was just registered.
pub(crate) fn evidence_of(registration: serde_json::Value) -> Evidence {
    let registration: Registration = serde_json::from_value(registration).unwrap();
    let mut tale: Tale<Party> = Tale::new(matter(902));
    let registered = PartyChange::Registered(registration);
    tale.take(officer(9), Ok(vec![registered])).unwrap();
    Evidence::of_party(tale.state())
}

/// An account at the provider.
pub(crate) fn provider_account(title: &str, login: &str, mail: &str) -> Account {
    let opened: AccountChange = serde_json::from_value(serde_json::json!({
        "change": "opened",
        "login": login,
        "title": { "ja": title, "en": "Duty officer" },
        "party": matter(900),
        "roles": ["provider"],
        "lang": "ja",
        "mail": mail,
    }))
    .unwrap();
    let mut tale: Tale<Account> = Tale::new(matter(901));
    tale.take(officer(9), Ok(vec![opened])).unwrap();
    tale.state().clone()
}
