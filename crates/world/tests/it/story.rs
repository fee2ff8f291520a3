//! Steps of the flow that several tests walk.

use kaname_intake::Kind;
use kaname_kernel::{MatterId, Pap, Tlp};
use kaname_sharing::{
    Item, Text, Value,
    report::{Channel, Urgency, Wishes},
    victim::Harm,
};
use kaname_testkit::Nation;
use kaname_world::{
    Loaded,
    sharing::{ItemDraft, NewItem, NewReport, Receipt},
};

/// What みなと電力 saw: its name, domain and a person in the text.
pub(crate) fn report() -> NewReport {
    NewReport {
        channel: Channel::Paste,
        title: "みなと電力のVPN装置への侵入".to_owned(),
        technique: "みなと電力株式会社の小樽支社にあるVPN装置に203.0.113.77から接続があり、\
                    vpn.minato.example の設定が書き出された。その後 files-sync.test への通信を確認。"
            .to_owned(),
        harm: Harm {
            text: "制御系の閲覧用端末 3 台が暗号化された".to_owned(),
            ..Harm::default()
        },
        values: vec![
            Value {
                kind: Kind::Ipv4,
                value: "203.0.113.77".to_owned(),
            },
            Value {
                kind: Kind::Domain,
                value: "files-sync.test".to_owned(),
            },
        ],
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

pub(crate) async fn submit(nation: &Nation) -> Receipt {
    let provider = nation.caller(&nation.provider).await;
    nation
        .world
        .submit(&provider, report(), None)
        .await
        .unwrap()
}

pub(crate) async fn derive(nation: &Nation, report: MatterId) -> Loaded<Item> {
    derive_as(nation, report, |_| {}).await
}

/// With the draft changed.
pub(crate) async fn derive_as(
    nation: &Nation,
    report: MatterId,
    change: impl FnOnce(&mut ItemDraft),
) -> Loaded<Item> {
    let analyst = nation.caller(&nation.analyst).await;
    nation
        .world
        .take_report(&analyst, report, "当直として分析")
        .await
        .unwrap();
    derive_open(nation, report, change).await
}

/// From a report that the analyst holds open, with the draft changed.
pub(crate) async fn derive_open(
    nation: &Nation,
    report: MatterId,
    change: impl FnOnce(&mut ItemDraft),
) -> Loaded<Item> {
    let analyst = nation.caller(&nation.analyst).await;
    let world = &nation.world;
    let first = world.first_proposal(&analyst, report).await.unwrap();
    let mut draft = draft_of(nation, first.content);
    change(&mut draft);
    let new = NewItem {
        report,
        draft,
        replaces: None,
        once: None,
    };
    world.derive_item(&analyst, new).await.unwrap()
}

/// The proposal as a form would send it, texts made neutral by the analyst.
pub(crate) fn draft_of(nation: &Nation, content: kaname_sharing::Content) -> ItemDraft {
    let values = report().values;
    ItemDraft {
        kind: content.kind,
        title: Text::new("VPN装置への侵入", "Intrusion through a VPN appliance"),
        summary: Text::new(
            "国内の事業者のVPN装置に 203.0.113.77 から接続があり、設定が書き出された。",
            "A VPN appliance of a domestic operator was entered from 203.0.113.77.",
        ),
        countermeasures: Text::new("修正版へ更新する。", "Update the appliance."),
        values,
        techniques: Vec::new(),
        tlp: content.tlp,
        pap: content.pap,
        named: content.named,
        classes: content.classes,
        duties: content.duties,
        embargo: None,
        valid_until: content.valid_until,
        outlets: content.outlets,
        collections: [nation.library.id].into(),
    }
}

pub(crate) async fn consented(nation: &Nation) -> (Receipt, Loaded<Item>) {
    let receipt = submit(nation).await;
    let item = derive(nation, receipt.report).await;
    let item = consent_to(nation, item).await;
    (receipt, item)
}

pub(crate) async fn consent_to(nation: &Nation, item: Loaded<Item>) -> Loaded<Item> {
    let analyst = nation.caller(&nation.analyst).await;
    let asked = nation
        .world
        .ask_consent(&analyst, item.id, None)
        .await
        .unwrap();
    let provider = nation.caller(&nation.provider).await;
    let hash = asked.state.manifest().hash();
    nation
        .world
        .consent(&provider, item.id, hash)
        .await
        .unwrap()
}

pub(crate) async fn released(nation: &Nation) -> (Receipt, Loaded<Item>) {
    let (receipt, item) = consented(nation).await;
    let releaser = nation.caller(&nation.releaser).await;
    let item = nation
        .world
        .release(&releaser, item.id, None)
        .await
        .unwrap();
    (receipt, item)
}

/// The whole way with the draft changed.
pub(crate) async fn released_as(
    nation: &Nation,
    change: impl FnOnce(&mut ItemDraft),
) -> Loaded<Item> {
    let receipt = submit(nation).await;
    let item = derive_as(nation, receipt.report, change).await;
    let analyst = nation.caller(&nation.analyst).await;
    let world = &nation.world;
    let asked = world.ask_consent(&analyst, item.id, None).await.unwrap();
    let provider = nation.caller(&nation.provider).await;
    world
        .consent(&provider, item.id, asked.state.manifest().hash())
        .await
        .unwrap();
    let releaser = nation.caller(&nation.releaser).await;
    world.release(&releaser, item.id, None).await.unwrap()
}
