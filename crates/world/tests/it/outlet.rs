//! What leaves the hub, through real doors to servers on loopback.

use std::sync::Arc;

use jiff::SignedDuration;
use kaname_directory::{Cadence, Lang, Line, Notify, PublicKey};
use kaname_kernel::{MatterId, PartyId, Tlp};
use kaname_sharing::{
    Delivery, Outlet,
    delivery::{DeliveryState, Mode},
    find::{FoundNew, Watched},
    rendition::Notice,
};
use kaname_testkit::Nation;
use kaname_world::{
    WorldError,
    doors::{HttpsDoor, HttpsSettings, MailDoor, SmtpDoor, SmtpProtection, SmtpSettings},
    outlet::{self, Letter, Scribe},
    worker::Worker,
};

use crate::{
    sink::{CallSink, MailSink},
    story,
};

/// Letters of one line, for looking at what is sent and not at its words.
pub(crate) struct Plain;

impl Scribe for Plain {
    fn notice(&self, lang: Lang, to: &str, notice: &Notice) -> Letter {
        let title = notice.content.as_ref().map_or("", |content| &content.title);
        let text = format!("{} {to} {} {title}", lang.as_str(), notice.number);
        Letter {
            subject: format!("notice {}", notice.number),
            html: format!("<p>{text}</p>"),
            text,
        }
    }

    fn digest(&self, lang: Lang, to: &str, day: &str, notices: &[Notice]) -> Letter {
        let lines: Vec<String> = notices
            .iter()
            .map(|one| {
                let title = one.content.as_ref().map_or("", |content| &content.title);
                format!("{} {title}", one.number)
            })
            .collect();
        let text = format!("{} {to} {}", lang.as_str(), lines.join(" "));
        Letter {
            subject: format!("digest {day}"),
            html: format!("<p>{text}</p>"),
            text,
        }
    }

    fn found(&self, lang: Lang, to: &str, what: Option<(&Watched, FoundNew)>) -> Letter {
        let what = what.map(|(watched, _)| watched.query.as_str());
        let text = format!("{} {to} {}", lang.as_str(), what.unwrap_or_default());
        Letter {
            subject: "found".to_owned(),
            html: format!("<p>{text}</p>"),
            text,
        }
    }

    fn withdrawn(&self, lang: Lang, to: &str, number: &str) -> Letter {
        let text = format!("{} {to} {number}", lang.as_str());
        Letter {
            subject: format!("withdrawn {number}"),
            html: format!("<p>{text}</p>"),
            text,
        }
    }

    fn replaced(&self, lang: Lang, to: &str, number: &str) -> Letter {
        let text = format!("{} {to} {number}", lang.as_str());
        Letter {
            subject: format!("replaced {number}"),
            html: format!("<p>{text}</p>"),
            text,
        }
    }

    fn item_url(&self, number: &str) -> String {
        format!("https://hub.test/library/{number}")
    }
}

pub(crate) struct Setting {
    pub(crate) nation: Nation,
    worker: Worker,
    pub(crate) sink: MailSink,
}

/// The door to a mail server of the test.
pub(crate) fn door_to(sink: &MailSink) -> Arc<dyn MailDoor> {
    let door = SmtpDoor::new(&SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: sink.address.port(),
        protection: SmtpProtection::None,
        login: None,
        from: "要 <hub@kaname.test>".to_owned(),
    });
    Arc::new(door.unwrap())
}

pub(crate) async fn setting() -> Setting {
    let nation = Nation::new().await;
    let sink = MailSink::open().await;
    let door = door_to(&sink);
    let calls = HttpsDoor::new(HttpsSettings {
        private: false,
        loopback: true,
    });
    let duties = outlet::duties(Some(door), Arc::new(calls.unwrap()), Arc::new(Plain));
    let worker = Worker::new(Arc::clone(&nation.world), duties);
    Setting {
        nation,
        worker,
        sink,
    }
}

impl Setting {
    /// Does all that is due, and again what follows from it.
    pub(crate) async fn work(&self) {
        for _ in 0..20 {
            if self.worker.turn().await.unwrap() == 0 {
                return;
            }
        }
        panic!("work without end");
    }

    /// Keys of the party as the directory holds them, whether or not they can be used.
    pub(crate) async fn give_keys(&self, party: PartyId, keys: &[&str]) {
        let admin = self.nation.caller(&self.nation.administrator).await;
        let label = || Line::parse("label", "SOC").unwrap();
        let keys = keys.iter().map(|text| PublicKey::parse(label(), text));
        let keys = keys.collect::<Result<Vec<_>, _>>().unwrap();
        let world = &self.nation.world;
        let set = world
            .change_party(&admin, party, None, |party| party.set_public_keys(keys))
            .await;
        set.unwrap();
    }

    pub(crate) async fn tell(&self, party: PartyId, mail: &str, cadence: Cadence) {
        let admin = self.nation.caller(&self.nation.administrator).await;
        let notify = Notify {
            cadence,
            lang: Lang::Ja,
            mail: Some(mail.parse().unwrap()),
        };
        let world = &self.nation.world;
        let set = world
            .change_party(&admin, party, None, |party| party.set_notify(notify))
            .await;
        set.unwrap();
    }

    async fn deliveries(&self, item: MatterId) -> Vec<Delivery> {
        let officer = self.nation.caller(&self.nation.releaser).await;
        let all = self.nation.world.deliveries(&officer, |query| {
            query.scope = Some(item);
            query.limit = 1_000;
        });
        all.await
            .unwrap()
            .rows
            .into_iter()
            .map(|row| row.state)
            .collect()
    }

    async fn delivery(&self, item: MatterId, party: PartyId, outlet: Outlet) -> Option<Delivery> {
        let all = self.deliveries(item).await;
        all.into_iter()
            .find(|one| one.party == party && one.outlet == outlet)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_told_by_mail_once() {
    let s = setting().await;
    let member = s.nation.member.party;
    s.tell(member, "soc@kaihin.example", Cadence::Immediate)
        .await;
    let item = story::released_as(&s.nation, |_| {}).await;
    s.work().await;
    let mails = s.sink.mails();
    assert_eq!(mails.len(), 1, "one address is known");
    assert_eq!(mails[0].to, "soc@kaihin.example");
    let message = &mails[0].message;
    let told = s.delivery(item.id, member, Outlet::Mail).await.unwrap();
    assert!(message.contains("Auto-Submitted: auto-generated"));
    assert!(message.contains(&format!("Message-ID: <{}.0@kaname.test>", told.id)));
    assert!(
        !message.to_ascii_lowercase().contains("minato"),
        "no provider in it: {message}"
    );
    assert_eq!(told.state, DeliveryState::Sent);
    assert!(told.sent.is_some());
    // Whoever could read it has a delivery, the provider's party too: leaving it out would name it.
    let web: Vec<PartyId> = s
        .deliveries(item.id)
        .await
        .into_iter()
        .filter(|one| one.outlet == Outlet::Web)
        .map(|one| one.party)
        .collect();
    assert!(web.contains(&member) && web.contains(&s.nation.provider.party));
    assert!(!web.contains(&s.nation.outsider.party) && web.len() == 2);
    // Distributed again, nothing is sent again.
    s.nation.clock.advance(SignedDuration::from_hours(2));
    let again = kaname_store::NewJob {
        kind: "distribute".to_owned(),
        dedup: None,
        priority: 0,
        run_at: s.nation.world.now(),
        max_attempts: 3,
        payload: serde_json::json!({ "item": item.id }),
    };
    s.nation.world.store().enqueue(again).await.unwrap();
    s.work().await;
    assert_eq!(s.sink.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn amber_is_told_without_its_content_and_only_to_those_named() {
    let s = setting().await;
    let member = s.nation.member.party;
    s.tell(member, "soc@kaihin.example", Cadence::Immediate)
        .await;
    s.tell(
        s.nation.provider.party,
        "soc@minato.example",
        Cadence::Immediate,
    )
    .await;
    let item = story::released_as(&s.nation, |draft| {
        draft.tlp = Tlp::AmberStrict;
        draft.named.parties = vec![member];
    })
    .await;
    s.work().await;
    let mails = s.sink.mails();
    let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["soc@kaihin.example"]);
    assert!(!mails[0].message.contains(&item.state.content.title.ja));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_gathers_a_day() {
    let s = setting().await;
    let member = s.nation.member.party;
    s.tell(member, "digest@kaihin.example", Cadence::Digest)
        .await;
    let first = story::released_as(&s.nation, |_| {}).await;
    let second = story::released_as(&s.nation, |draft| draft.tlp = Tlp::Clear).await;
    let taken_back = story::released_as(&s.nation, |_| {}).await;
    s.work().await;
    assert!(s.sink.mails().is_empty(), "not before half past eight");
    let waiting = s.delivery(first.id, member, Outlet::Mail).await.unwrap();
    assert_eq!(
        (waiting.mode, waiting.state),
        (Mode::Digest, DeliveryState::Queued)
    );
    let releaser = s.nation.caller(&s.nation.releaser).await;
    let world = &s.nation.world;
    world
        .withdraw_item(&releaser, taken_back.id, "誤りがあったため")
        .await
        .unwrap();
    s.nation.clock.advance(SignedDuration::from_hours(24));
    s.work().await;
    let mails = s.sink.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].message.contains("Subject: digest "));
    for (item, state) in [
        (&first, DeliveryState::Sent),
        (&second, DeliveryState::Sent),
        (&taken_back, DeliveryState::Failed),
    ] {
        let delivery = s.delivery(item.id, member, Outlet::Mail).await.unwrap();
        assert_eq!(delivery.state, state);
    }
    s.nation.clock.advance(SignedDuration::from_hours(24));
    s.work().await;
    assert_eq!(s.sink.mails().len(), 1, "nothing new, no mail");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_will_not_go_is_given_up_and_can_be_tried_again() {
    let s = setting().await;
    let member = s.nation.member.party;
    s.tell(member, "refuse@kaihin.example", Cadence::Immediate)
        .await;
    s.tell(
        s.nation.provider.party,
        "busy@minato.example",
        Cadence::Immediate,
    )
    .await;
    let item = story::released_as(&s.nation, |_| {}).await;
    s.work().await;
    let refused = s.delivery(item.id, member, Outlet::Mail).await.unwrap();
    assert_eq!(refused.state, DeliveryState::Failed);
    assert!(refused.failure.unwrap_or_default().contains("no such user"));
    let busy = s
        .delivery(item.id, s.nation.provider.party, Outlet::Mail)
        .await
        .unwrap();
    assert_eq!(busy.state, DeliveryState::Queued, "tried again later");
    for _ in 0..14 {
        s.nation.clock.advance(SignedDuration::from_hours(1));
        s.work().await;
    }
    let busy = s
        .delivery(item.id, s.nation.provider.party, Outlet::Mail)
        .await
        .unwrap();
    assert_eq!(busy.state, DeliveryState::Failed, "not for ever");
    let officer = s.nation.caller(&s.nation.releaser).await;
    let world = &s.nation.world;
    let dead = world.dead_letters(&officer).await.unwrap();
    assert_eq!(
        dead.iter().filter(|(kind, _)| kind == outlet::MAIL).count(),
        2
    );
    s.tell(member, "soc@kaihin.example", Cadence::Immediate)
        .await;
    // Seeing deliveries is not sending them again.
    let auditor = s.nation.caller(&s.nation.auditor).await;
    let denied = world.retry_delivery(&auditor, refused.id).await;
    assert!(matches!(denied, Err(WorldError::Denied("why-not-role"))));
    world.retry_delivery(&officer, refused.id).await.unwrap();
    s.work().await;
    let sent = s.delivery(item.id, member, Outlet::Mail).await.unwrap();
    assert_eq!(sent.state, DeliveryState::Sent);
    assert_eq!(s.sink.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_embargo_holds_every_mail_back() {
    let s = setting().await;
    let member = s.nation.member.party;
    s.tell(member, "soc@kaihin.example", Cadence::Immediate)
        .await;
    let opens = s.nation.world.now() + SignedDuration::from_hours(30);
    let item = story::released_as(&s.nation, |draft| draft.embargo = Some(opens)).await;
    s.work().await;
    assert!(s.sink.mails().is_empty() && s.deliveries(item.id).await.is_empty());
    s.nation.clock.advance(SignedDuration::from_hours(31));
    s.work().await;
    assert_eq!(s.sink.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_signed_tried_again_and_never_carry_content() {
    let s = setting().await;
    let other_side = CallSink::open(&["503 Busy", "204 Done"]).await;
    let steward = s.nation.caller(&s.nation.member).await;
    let world = &s.nation.world;
    let url = format!("http://{}/hook?to=soc", other_side.address);
    let admin = s.nation.caller(&s.nation.administrator).await;
    let set_up = world
        .register_webhook(&admin, s.nation.member.party, &url)
        .await;
    let (webhook, secret) = set_up.unwrap();
    let theirs = world.webhooks(&steward, |_| {}).await.unwrap();
    assert_eq!(theirs.total, 1);
    let item = story::released_as(&s.nation, |_| {}).await;
    s.work().await;
    assert_eq!(other_side.calls().len(), 1, "the first is answered 503");
    s.nation.clock.advance(SignedDuration::from_mins(1));
    s.work().await;
    let calls = other_side.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(
        calls[0].header("kaname-delivery"),
        calls[1].header("kaname-delivery")
    );
    let call = &calls[1];
    assert!(call.head.starts_with("POST /hook?to=soc HTTP/1.1"));
    let signature = call.header("kaname-signature");
    let now = world.now();
    let verify = kaname_sharing::webhook::verify;
    assert!(verify(
        secret.as_bytes(),
        signature,
        now,
        call.body.as_bytes()
    ));
    assert!(!verify(b"kwh_other", signature, now, call.body.as_bytes()));
    assert!(!call.body.contains("203.0.113.77") && !call.body.contains("VPN"));
    assert!(call.body.contains("https://hub.test/library/"));
    let told = s
        .delivery(item.id, s.nation.member.party, Outlet::Webhook)
        .await
        .unwrap();
    assert_eq!(told.state, DeliveryState::Sent);
    world
        .stop_webhook(&admin, webhook.id, "保守のため")
        .await
        .unwrap();
    story::released_as(&s.nation, |_| {}).await;
    s.work().await;
    assert_eq!(other_side.calls().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_follows_no_redirect_and_reaches_nothing_inside() {
    let s = setting().await;
    let other_side = CallSink::open(&["302 Found"]).await;
    let admin = s.nation.caller(&s.nation.administrator).await;
    let world = &s.nation.world;
    let url = format!("http://{}/hook", other_side.address);
    let party = s.nation.member.party;
    world.register_webhook(&admin, party, &url).await.unwrap();
    for inside in [
        "http://10.0.0.1/",
        "ftp://hub.test/",
        "https://user:secret@host.test/",
        "x",
    ] {
        let refused = world.register_webhook(&admin, party, inside).await;
        assert!(
            matches!(refused, Err(WorldError::Refused { .. })),
            "{inside}"
        );
    }
    let item = story::released_as(&s.nation, |_| {}).await;
    s.work().await;
    assert_eq!(other_side.calls().len(), 1);
    let told = s.delivery(item.id, party, Outlet::Webhook).await.unwrap();
    assert_eq!(told.state, DeliveryState::Failed);
    // The door itself looks where a name leads, at each call.
    use kaname_world::doors::{Call, CallDoor as _, DoorError};
    let strict = HttpsDoor::new(HttpsSettings::default()).unwrap();
    for inside in [
        format!("https://{}/", other_side.address),
        "https://169.254.169.254/latest/".to_owned(),
        "https://[::1]/".to_owned(),
        "https://localhost/".to_owned(),
        "https://192.168.0.1/".to_owned(),
    ] {
        let call = Call {
            url: inside.clone(),
            headers: Vec::new(),
            body: "{}".to_owned(),
        };
        let refused = strict.call(&call).await;
        assert!(
            matches!(refused, Err(DoorError::Never(_))),
            "{inside}: {refused:?}"
        );
    }
    assert_eq!(other_side.calls().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_looked_at_is_written_down_by_a_job() {
    let s = setting().await;
    let item = story::released_as(&s.nation, |_| {}).await;
    s.work().await;
    let member = s.nation.caller(&s.nation.member).await;
    let party = s.nation.member.party;
    let world = &s.nation.world;
    world.note_read(&member, &item);
    let before = s.delivery(item.id, party, Outlet::Web).await.unwrap();
    assert_eq!(
        before.state,
        DeliveryState::Queued,
        "reading waits for no writing"
    );
    assert_eq!(world.write_fetched().await.unwrap(), 1);
    assert_eq!(world.write_fetched().await.unwrap(), 0);
    s.work().await;
    let after = s.delivery(item.id, party, Outlet::Web).await.unwrap();
    assert_eq!(after.state, DeliveryState::Fetched);
    // An officer's look is no delivery.
    let officer = s.nation.caller(&s.nation.releaser).await;
    world.note_read(&officer, &item);
    world.write_fetched().await.unwrap();
    s.work().await;
    let hub = s.nation.releaser.party;
    assert!(s.delivery(item.id, hub, Outlet::Web).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_had_what_is_taken_back_gets_the_word_and_who_has_not_is_known() {
    let s = setting().await;
    let (member, provider) = (s.nation.member.party, s.nation.provider.party);
    s.tell(member, "soc@kaihin.example", Cadence::Immediate)
        .await;
    let item = story::released_as(&s.nation, |_| {}).await;
    s.work().await;
    let world = &s.nation.world;
    // One had it by mail, one looked at its page.
    let reader = s.nation.caller(&s.nation.provider).await;
    world.note_read(&reader, &item);
    world.write_fetched().await.unwrap();
    s.work().await;
    let releaser = s.nation.caller(&s.nation.releaser).await;
    let none = world.recalled(&releaser, &item).await.unwrap();
    assert_eq!((none.had, none.told), (2, 0));
    // Seen before it was taken back, written down after: that is not the word of its end.
    world.note_read(&reader, &item);
    let item = world.withdraw_item(&releaser, item.id, "誤りがあったため");
    let item = item.await.unwrap();
    world.write_fetched().await.unwrap();
    s.work().await;
    let mails = s.sink.mails();
    assert_eq!(mails.len(), 2);
    let said = &mails[1].message;
    assert!(said.contains(&format!("Subject: withdrawn {}", item.state.number)));
    let by_mail = s.delivery(item.id, member, Outlet::Mail).await.unwrap();
    assert!(by_mail.recalled.is_some());
    let some = world.recalled(&releaser, &item).await.unwrap();
    assert_eq!((some.had, some.told), (2, 1));
    // It opens the page again.
    let item = world.library_item(&reader, item.id).await.unwrap();
    world.note_read(&reader, &item);
    world.write_fetched().await.unwrap();
    s.work().await;
    let by_page = s.delivery(item.id, provider, Outlet::Web).await.unwrap();
    assert!(by_page.recalled.is_some());
    let all = world.recalled(&releaser, &item).await.unwrap();
    assert_eq!((all.had, all.told), (2, 2));
    assert_eq!(s.sink.mails().len(), 2, "once");
    // The ledger tells what stands now, and so it is after a redaction.
    for step in 0..2 {
        let proved = kaname_world::verify::verify(world.store(), world.keys(), &[], &|_| {}).await;
        assert_eq!(proved.unwrap().ledger.fault, None, "{step}");
        let rebuilt = world.rebuild(&|_| {}).await.unwrap();
        assert!(rebuilt.identical, "{step}: {rebuilt:?}");
        if step == 0 {
            let shell = kaname_world::Caller::system("shell");
            let redacted = world.redact(&shell, item.id, "誤って含まれた").await;
            redacted.unwrap();
        }
    }
}

/// Another item takes the place of `old`.
async fn replaced(s: &Setting, old: &kaname_world::Loaded<kaname_sharing::Item>) {
    let (nation, world) = (&s.nation, &s.nation.world);
    let analyst = nation.caller(&nation.analyst).await;
    let provider = nation.caller(&nation.provider).await;
    let releaser = nation.caller(&nation.releaser).await;
    let receipt = story::submit(nation).await;
    let taken = world.take_report(&analyst, receipt.report, "当直として分析");
    taken.await.unwrap();
    let new = kaname_world::sharing::NewItem {
        report: receipt.report,
        draft: story::draft_of(nation, old.state.content.clone()),
        replaces: Some(old.id),
        once: None,
    };
    let new = world.derive_item(&analyst, new).await.unwrap().id;
    let asked = world.ask_consent(&analyst, new, None).await.unwrap();
    let hash = asked.state.manifest().hash();
    world.consent(&provider, new, hash).await.unwrap();
    world.release(&releaser, new, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_sent_what_is_replaced_is_told_so() {
    let s = setting().await;
    let member = s.nation.member.party;
    s.tell(member, "soc@kaihin.example", Cadence::Immediate)
        .await;
    let old = story::released_as(&s.nation, |_| {}).await;
    s.work().await;
    assert_eq!(s.sink.mails().len(), 1);
    replaced(&s, &old).await;
    s.work().await;
    let mails = s.sink.mails();
    let replaced = format!("Subject: replaced {}", old.state.number);
    let told = mails.iter().filter(|mail| mail.message.contains(&replaced));
    assert_eq!(told.count(), 1);
    assert_eq!(mails.len(), 3, "the newer one has a mail of its own");
    let by_mail = s.delivery(old.id, member, Outlet::Mail).await.unwrap();
    assert!(by_mail.recalled.is_some());
    let releaser = s.nation.caller(&s.nation.releaser).await;
    let world = &s.nation.world;
    let old = world.load(old.id).await.unwrap().unwrap();
    let all = world.recalled(&releaser, &old).await.unwrap();
    assert_eq!((all.had, all.told), (1, 1));
}
