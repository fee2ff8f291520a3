//! Saved searches: whose they are, and who is told what by them.

use std::sync::Arc;

use jiff::SignedDuration;
use kaname_kernel::Tlp;
use kaname_sharing::find::{Alert, MAX_SAVED, Told, Watched};
use kaname_testkit::Person;
use kaname_world::{
    Caller, WorldError, find::Part, outlet::WatchDuty, sharing::NewCampaign, worker::Worker,
};

use crate::{
    assessments::{draft, judgement},
    campaigns::report,
    outlet::{Plain, Setting, door_to, setting},
    story,
};

fn watched(query: &str, alert: Alert) -> Watched {
    Watched {
        name: "私の検索".to_owned(),
        query: query.to_owned(),
        alert,
    }
}

/// Gives a person an address of mail.
async fn address(s: &Setting, person: &Person, mail: &str) {
    let mail = Some(mail.parse().unwrap());
    let shell = Caller::system("shell");
    let changed = s
        .nation
        .world
        .change_account(&shell, person.account, None, |account| {
            account.describe(account.title.clone(), account.lang, mail)
        });
    changed.await.unwrap();
}

/// At half past an hour: what is written at its end is looked through an hour later.
async fn half_past() -> Setting {
    let s = setting().await;
    let within = s.nation.world.now().as_second().rem_euclid(3_600);
    let rest = (1_800 - within).rem_euclid(3_600);
    s.nation.clock.advance(SignedDuration::from_secs(rest));
    s
}

/// What a worker does that begins when this hour is over; asked twice, as two nodes would.
async fn an_hour_later(s: &Setting) {
    s.nation.clock.advance(SignedDuration::from_hours(1));
    let world = &s.nation.world;
    world.queue_watch().await.unwrap();
    world.queue_watch().await.unwrap();
    let mail = door_to(&s.sink);
    let duty = WatchDuty {
        mail: Some((mail, Arc::new(Plain))),
    };
    let worker = Worker::new(Arc::clone(world), vec![Box::new(duty)]);
    while worker.turn().await.unwrap() > 0 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn its_owner_is_told_once_of_what_is_new_and_only_what_its_owner_may_see() {
    let s = half_past().await;
    let world = &s.nation.world;
    let (member, outsider) = (&s.nation.member, &s.nation.outsider);
    let analyst = &s.nation.analyst;
    address(&s, member, "tantou@kaihin.example").await;
    for person in [member, analyst] {
        let caller = s.nation.caller(person).await;
        let saved = world.save_search(&caller, watched("VPN", Alert::Hourly));
        saved.await.unwrap();
    }
    // Not a member: it keeps a search, and nothing is ever found by it.
    let stranger = s.nation.caller(outsider).await;
    let kept = world.save_search(&stranger, watched("VPN", Alert::Hourly));
    kept.await.unwrap();
    an_hour_later(&s).await;
    assert!(s.sink.mails().is_empty(), "nothing is there");

    story::released_as(&s.nation, |draft| {
        draft.tlp = Tlp::AmberStrict;
        draft.named.parties = vec![member.party];
    })
    .await;
    an_hour_later(&s).await;
    an_hour_later(&s).await;
    let mails = s.sink.mails();
    assert_eq!(mails.len(), 1, "once");
    assert_eq!(mails[0].to, "tantou@kaihin.example");
    assert!(mails[0].message.contains("Subject: found"));
    assert!(
        !mails[0].message.contains("VPN"),
        "nothing of what it is about"
    );

    let news = async |person| {
        let caller = s.nation.caller(person).await;
        let mut all = world.saved_searches(&caller).await.unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0).state.news
    };
    let told = news(member).await.unwrap();
    assert_eq!((told.found.items, told.notified), (1, Told::Mail));
    assert!(told.found.objects > 0 && told.from < told.until);
    assert_eq!(news(analyst).await.unwrap().notified, Told::Page);
    assert_eq!(news(outsider).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_is_told_of_reports_assessments_and_campaigns_too() {
    let s = half_past().await;
    let nation = &s.nation;
    let world = &nation.world;
    let analyst = nation.caller(&nation.analyst).await;
    let member = nation.caller(&nation.member).await;
    let keep = async |caller: &Caller, query: &str| {
        let saved = world.save_search(caller, watched(query, Alert::Hourly));
        saved.await.unwrap().id
    };
    let value = keep(&analyst, "rare.kaihin.test").await;
    let words = keep(&analyst, "見通し").await;
    let members = keep(&member, "rare.kaihin.test").await;
    let mut reports = Vec::new();
    for own in ["a.test", "b.test"] {
        let receipt = report(nation, &nation.provider, &["rare.kaihin.test", own], "").await;
        reports.push(receipt.number);
    }
    let written = draft(nation, vec![judgement("活動は続く", Vec::new())]);
    world.begin_assessment(&analyst, written).await.unwrap();
    an_hour_later(&s).await;
    let news = async |caller: &Caller, id| {
        let saved = world.saved_search(caller, id).await.unwrap();
        let news = saved.state.news.map(|news| {
            let found = news.found;
            assert_eq!((found.items, found.objects), (0, 0));
            (found.reports, found.assessments, found.campaigns)
        });
        news.unwrap_or_default()
    };
    assert_eq!(news(&analyst, value).await, (2, 0, 0));
    assert_eq!(news(&analyst, words).await, (0, 1, 0));
    // A campaign of theirs is new by the value that its reports carry; they themselves are no more.
    let new = NewCampaign {
        title: "更新を装う波",
        reports: &reports,
    };
    world.new_campaign(&analyst, new).await.unwrap();
    an_hour_later(&s).await;
    an_hour_later(&s).await;
    assert_eq!(news(&analyst, value).await, (0, 0, 1), "once");
    assert_eq!(news(&analyst, words).await, (0, 1, 0), "nothing since");
    assert_eq!(
        news(&member, members).await,
        (0, 0, 0),
        "nobody is told of them else"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_is_changed_begins_anew_and_one_that_is_dropped_is_gone() {
    let s = half_past().await;
    let world = &s.nation.world;
    let member = s.nation.caller(&s.nation.member).await;
    let analyst = s.nation.caller(&s.nation.analyst).await;
    let saved = world.save_search(&member, watched("種別:指標　VPN", Alert::Hourly));
    let saved = saved.await.unwrap();
    assert_eq!(saved.state.watched.query, "type:indicator VPN", "canonical");
    // Nobody else's, whatever they do.
    let others = world.saved_search(&analyst, saved.id).await;
    assert!(matches!(others, Err(WorldError::NotFound(_))));
    assert!(matches!(
        world.drop_search(&analyst, saved.id).await,
        Err(WorldError::NotFound(_))
    ));
    let system = world.saved_searches(&Caller::system("shell")).await;
    assert!(system.is_err(), "a job keeps no searches");

    story::released(&s.nation).await;
    an_hour_later(&s).await;
    let found = world.saved_search(&member, saved.id).await.unwrap();
    assert!(found.state.news.is_some());
    // The other one finds what came before it was asked for: that is nothing new.
    let other = world.change_search(&member, saved.id, watched("装置", Alert::Hourly));
    let other = other.await.unwrap();
    assert_eq!(other.state.news, None);
    an_hour_later(&s).await;
    let again = world.saved_search(&member, saved.id).await.unwrap();
    assert_eq!(again.state.news, None, "nothing of that since");
    world.drop_search(&member, saved.id).await.unwrap();
    assert!(world.saved_searches(&member).await.unwrap().is_empty());
    let gone = world.saved_search(&member, saved.id).await;
    assert!(matches!(gone, Err(WorldError::NotFound(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_search_or_too_many_of_them_is_refused() {
    let s = half_past().await;
    let world = &s.nation.world;
    let member = s.nation.caller(&s.nation.member).await;
    for wrong in ["", "  ", "-訓練", "colour:red", "tlp:mauve VPN"] {
        let saved = world
            .save_search(&member, watched(wrong, Alert::Never))
            .await;
        assert!(saved.is_err(), "{wrong}");
    }
    for _ in 0..MAX_SAVED {
        let saved = world.save_search(&member, watched("VPN", Alert::Never));
        saved.await.unwrap();
    }
    let over = world
        .save_search(&member, watched("VPN", Alert::Never))
        .await;
    assert!(matches!(over, Err(WorldError::Refused { .. })), "{over:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_cannot_be_sent_waits_and_the_page_tells_it_in_the_end() {
    let s = half_past().await;
    let world = &s.nation.world;
    address(&s, &s.nation.member, "busy@kaihin.example").await;
    let member = s.nation.caller(&s.nation.member).await;
    let saved = world.save_search(&member, watched("VPN", Alert::Hourly));
    let saved = saved.await.unwrap();
    // However long nothing was found before.
    for _ in 0..30 {
        an_hour_later(&s).await;
    }
    story::released(&s.nation).await;
    an_hour_later(&s).await;
    let waits = world.saved_search(&member, saved.id).await.unwrap();
    assert_eq!(waits.state.news, None, "tried again in the next hour");
    for _ in 0..25 {
        an_hour_later(&s).await;
    }
    let told = world.saved_search(&member, saved.id).await.unwrap();
    assert_eq!(told.state.news.unwrap().notified, Told::Failed);
}

/// What comes out of an embargo is new then: to saved searches, and to whoever asks for what was added since.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_out_of_an_embargo_is_new() {
    let s = half_past().await;
    let world = &s.nation.world;
    let member = s.nation.caller(&s.nation.member).await;
    // Another's objects of the same ids stay as they stand.
    let first = story::released_as(&s.nation, |_| {}).await;
    let saved = world.save_search(&member, watched("VPN", Alert::Hourly));
    let saved = saved.await.unwrap().id;
    an_hour_later(&s).await;
    an_hour_later(&s).await;
    let found = async || {
        let saved = world.saved_search(&member, saved).await.unwrap();
        saved
            .state
            .news
            .iter()
            .map(|news| news.found.items)
            .sum::<u32>()
    };
    let before = found().await;
    let opens = world.now() + SignedDuration::from_hours(3);
    let item = story::released_as(&s.nation, |draft| draft.embargo = Some(opens)).await;
    an_hour_later(&s).await;
    assert_eq!(world.sweep().await.unwrap(), 0);
    assert_eq!(found().await, before, "it is shut");
    let asked_us = world.now().as_microsecond();
    s.nation.clock.advance(SignedDuration::from_hours(3));
    assert_eq!(world.sweep().await.unwrap(), 1);
    assert_eq!(world.sweep().await.unwrap(), 0, "once");
    let added = world.objects(&member, |filter| {
        filter.collection = Some(s.nation.library.id);
        filter.added_after_us = Some(asked_us);
        filter.limit = 1_000;
    });
    let added = added.await.unwrap().objects;
    let own: Vec<&str> = item
        .state
        .content
        .objects
        .iter()
        .map(String::as_str)
        .collect();
    assert!(added.iter().any(|object| object.stix_type == "indicator"));
    for object in &added {
        assert_eq!(object.source, item.id);
        assert!(own.contains(&&*object.raw), "byte for byte");
    }
    let still = world.objects(&member, |filter| {
        filter.added_after_us = None;
        filter.limit = 1_000;
    });
    let still = still.await.unwrap().objects;
    assert!(still.iter().any(|object| object.source == first.id));
    an_hour_later(&s).await;
    assert_eq!(found().await, before + 1);
    let library = world.library(&member, |_| {}).await.unwrap();
    assert_eq!(library.rows[0].id, item.id, "the newest stands first");
    let proved = kaname_world::verify::verify(world.store(), world.keys(), &[], &|_| {}).await;
    assert_eq!(proved.unwrap().ledger.fault, None);
    let rebuilt = world.rebuild(&|_| {}).await.unwrap();
    assert!(rebuilt.identical, "{rebuilt:?}");
}

/// Items that are searched page by page stand where lists have them: by when they came out of an embargo.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_search_give_each_item_once_whatever_an_embargo_did() {
    let s = half_past().await;
    let world = &s.nation.world;
    let clock = &s.nation.clock;
    let first = story::released_as(&s.nation, |_| {}).await;
    clock.advance(SignedDuration::from_hours(1));
    let opens = world.now() + SignedDuration::from_hours(3);
    let shut = story::released_as(&s.nation, |draft| draft.embargo = Some(opens)).await;
    clock.advance(SignedDuration::from_hours(1));
    let third = story::released_as(&s.nation, |_| {}).await;
    clock.advance(SignedDuration::from_hours(3));
    assert_eq!(world.sweep().await.unwrap(), 1);
    let member = s.nation.caller(&s.nation.member).await;
    let (mut ids, mut after) = (Vec::new(), None);
    for _ in 0..5 {
        let part = Part {
            items_after: after,
            limit: 1,
            ..Part::default()
        };
        let found = world.search(&member, "\"VPN\"", &part).await.unwrap();
        let items = found.items.unwrap();
        ids.extend(items.rows.iter().map(|item| item.id));
        after = items.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(ids, [shut.id, third.id, first.id]);
}
