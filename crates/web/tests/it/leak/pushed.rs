//! What the hub sends by itself: mail at once, digests, calls of webhooks. Each party is told of exactly
//! what its markings admit it to, and from AMBER up without the content.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::SignedDuration;
use kaname_directory::{Cadence, Lang, Notify};
use kaname_intake::mail::{MailLimits, read_mail};
use kaname_web::mail::MailScribe;
use kaname_world::{
    Caller,
    doors::{HttpsDoor, HttpsSettings, MailDoor, SmtpDoor, SmtpProtection, SmtpSettings},
    outlet,
    worker::Worker,
};

use super::{
    facts::{Eyes, Mark},
    scene::{Scene, Signs},
};
use crate::sink::{CallSink, MailSink};

const PARTIES: usize = 14;
const ITEMS: usize = 90;

/// A worker with real doors to sinks on loopback.
pub(crate) fn worker(nation: &kaname_testkit::Nation, sink: &MailSink) -> Worker {
    let door = SmtpDoor::new(&SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: sink.address.port(),
        protection: SmtpProtection::None,
        login: None,
        from: "要 <hub@kaname.test>".to_owned(),
    });
    let door: Arc<dyn MailDoor> = Arc::new(door.unwrap());
    let calls = HttpsDoor::new(HttpsSettings {
        private: false,
        loopback: true,
    });
    let scribe = MailScribe {
        hub: ["統括室".to_owned(), "Centre".to_owned()],
        public_url: "http://hub.test".to_owned(),
    };
    let duties = outlet::duties(Some(door), Arc::new(calls.unwrap()), Arc::new(scribe));
    Worker::new(Arc::clone(&nation.world), duties)
}

/// Does all that is due, and again what follows from it.
pub(crate) async fn work(worker: &Worker) {
    for _ in 0..1_000 {
        if worker.turn().await.unwrap() == 0 {
            return;
        }
    }
    panic!("work without end");
}

/// Subject, text, markup and links of a mail, decoded.
pub(crate) fn said(message: &str) -> String {
    let mail = read_mail(message.as_bytes(), &MailLimits::default()).unwrap();
    let links = mail.links.join("\n");
    [mail.subject, mail.text, mail.markup_text, links].join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mail_digest_or_call_tells_of_what_the_markings_do_not_admit() {
    let scene = Scene::new(PARTIES, ITEMS).await;
    let nation = &scene.nation;
    let signs = Signs::of(&scene.out);
    let mails = MailSink::open().await;
    let mut hooks = Vec::new();
    let admin = nation.caller(&nation.administrator).await;
    for (place, reader) in scene.readers.iter().enumerate() {
        let cadence = if place % 2 == 0 {
            Cadence::Immediate
        } else {
            Cadence::Digest
        };
        let notify = Notify {
            cadence,
            lang: if place % 3 == 0 { Lang::En } else { Lang::Ja },
            mail: Some(format!("soc@party-{place}.example").parse().unwrap()),
        };
        let world = &nation.world;
        let shell = Caller::system("shell");
        let set = world
            .change_party(&shell, reader.party, None, |party| party.set_notify(notify))
            .await;
        set.unwrap();
        let hook = CallSink::open(&["204 Done"]).await;
        let url = format!("http://{}/hook", hook.address);
        world
            .register_webhook(&admin, reader.party, &url)
            .await
            .unwrap();
        hooks.push(hook);
    }
    let worker = worker(nation, &mails);
    work(&worker).await;
    // Digests go out in the morning; until then no embargo that is left opens.
    nation.clock.advance(SignedDuration::from_hours(24));
    work(&worker).await;
    let mut by_mail: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for mail in mails.mails() {
        let said = said(&mail.message);
        let told = signs.told(&said);
        for place in &told {
            let item = &scene.out[*place];
            let open = matches!(item.on.mark, Mark::Clear | Mark::Green);
            assert!(
                open || !said.contains(&item.mark),
                "{} by mail: {said}",
                item.number
            );
        }
        by_mail.entry(mail.to).or_default().extend(told);
    }
    for (place, hook) in hooks.iter().enumerate() {
        let eyes = Eyes::Machine { party: place };
        let mut expected = scene.visible(eyes);
        if place >= PARTIES {
            // Whose membership is not in force is sent nothing, not even what is open to all.
            expected.clear();
        }
        let calls = hook.calls();
        let bodies = calls.iter().map(|call| call.body.as_str());
        let called = signs.told(&bodies.collect::<Vec<_>>().join("\n"));
        assert_eq!(called, expected, "calls to party {place}");
        for call in &calls {
            assert!(
                !call.body.contains("目印"),
                "no content in a call: {}",
                call.body
            );
        }
        let address = format!("soc@party-{place}.example");
        let mailed = by_mail.remove(&address).unwrap_or_default();
        assert_eq!(mailed, expected, "mails to party {place}");
    }
    assert!(by_mail.is_empty(), "mails to nobody known: {by_mail:?}");
}
