//! Steps of the flow done from inside, for tests that begin in the middle of it.

use jiff::Timestamp;
use kaname_intake::Kind;
use kaname_kernel::{Clock as _, MatterId, Pap, Tlp};
use kaname_sharing::{
    Item, Outlet, Text, Value,
    report::{Channel, Urgency, Wishes},
    victim::Harm,
};
use kaname_testkit::Person;
use kaname_world::{
    Caller, Loaded, World,
    ambient::SystemClock,
    sharing::{ItemDraft, NewItem, NewReport, Receipt},
};

use crate::hub::People;

/// The words of an item whose text gives nobody away.
pub(crate) const TITLE: &str = "VPN装置への侵入";
pub(crate) const SUMMARY: &str = "国内の事業者の装置に 203.0.113.77 から接続";

/// A person, freshly signed in.
pub(crate) async fn caller(world: &World, person: &Person) -> Caller {
    let now: Timestamp = SystemClock.now();
    world.person(person.account, Some(now), None).await.unwrap()
}

/// What the provider saw.
pub(crate) fn report() -> NewReport {
    NewReport {
        channel: Channel::Paste,
        title: "みなと電力のVPN装置への侵入".to_owned(),
        technique: "VPN装置に203.0.113.77から接続があった。".to_owned(),
        harm: Harm::default(),
        values: vec![Value {
            kind: Kind::Ipv4,
            value: "203.0.113.77".to_owned(),
        }],
        remarks: Vec::new(),
        tlp: Tlp::Green,
        pap: Pap::Green,
        wishes: Wishes::default(),
        sector: Some("electricity".to_owned()),
        urgency: Urgency::Normal,
        seen: None,
        original: None,
        attachments: Vec::new(),
    }
}

/// The provider hands a report in.
pub(crate) async fn submit(world: &World, people: &People) -> Receipt {
    let provider = caller(world, &people.provider).await;
    world.submit(&provider, report(), None).await.unwrap()
}

/// The analyst derives an item that leaves by these ways.
pub(crate) async fn derive(
    world: &World,
    people: &People,
    report: MatterId,
    (library, outlets): (&str, &[Outlet]),
) -> Loaded<Item> {
    let analyst = caller(world, &people.analyst).await;
    world.take_report(&analyst, report, "当直").await.unwrap();
    let first = world.first_proposal(&analyst, report).await.unwrap();
    let content = first.content;
    let draft = ItemDraft {
        kind: content.kind,
        title: Text::new(TITLE, ""),
        summary: Text::new(SUMMARY, ""),
        countermeasures: Text::new("修正版へ更新する。", ""),
        values: vec![Value {
            kind: Kind::Ipv4,
            value: "203.0.113.77".to_owned(),
        }],
        techniques: Vec::new(),
        tlp: content.tlp,
        pap: content.pap,
        named: content.named,
        classes: content.classes,
        duties: content.duties,
        embargo: None,
        valid_until: content.valid_until,
        outlets: outlets.iter().copied().collect(),
        collections: [library.parse().unwrap()].into(),
    };
    let new = NewItem {
        report,
        draft,
        replaces: None,
        once: None,
    };
    world.derive_item(&analyst, new).await.unwrap()
}

/// From a fresh report to an item that waits for the second officer.
pub(crate) async fn consented(
    world: &World,
    people: &People,
    place: (&str, &[Outlet]),
) -> Loaded<Item> {
    let receipt = submit(world, people).await;
    let item = derive(world, people, receipt.report, place).await;
    let analyst = caller(world, &people.analyst).await;
    let asked = world.ask_consent(&analyst, item.id, None).await.unwrap();
    let provider = caller(world, &people.provider).await;
    let hash = asked.state.manifest().hash();
    world.consent(&provider, item.id, hash).await.unwrap()
}

/// The whole way.
pub(crate) async fn released(
    world: &World,
    people: &People,
    place: (&str, &[Outlet]),
) -> Loaded<Item> {
    let item = consented(world, people, place).await;
    let releaser = caller(world, &people.releaser).await;
    world.release(&releaser, item.id, None).await.unwrap()
}

/// Sets up webhooks of the member at these addresses.
pub(crate) async fn hooks(world: &World, people: &People, addresses: &[String]) {
    for address in addresses {
        let shell = Caller::system("shell");
        let party = people.member.party;
        world
            .register_webhook(&shell, party, address)
            .await
            .unwrap();
    }
}
