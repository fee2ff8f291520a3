//! What an attacker would try on what the hub shows and sends: counting gaps, and letting a mail scanner
//! press every link.

use std::fmt::Write as _;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use jiff::SignedDuration;
use kaname_directory::{Cadence, KeyScope, Lang, Notify, PartyKind};
use kaname_kernel::{PartyId, Tlp};
use kaname_sharing::Outlet;
use kaname_testkit::Nation;
use kaname_world::{Caller, sharing::ItemDraft};

use crate::{
    browser::Browser,
    house::{Answer, Door},
    leak::pushed::{said, work, worker},
    sink::MailSink,
    story,
};

/// Without what is drawn anew for each answer: long tokens and how long ago something was.
fn lasting(answer: &Answer) -> String {
    let mut text = format!("{}\n", answer.status);
    let of_this_answer = [
        header::SET_COOKIE,
        header::CONTENT_SECURITY_POLICY,
        header::CONTENT_LENGTH,
        // How many requests are left counts the asker's own.
        header::HeaderName::from_static("ratelimit"),
    ];
    for (name, value) in &answer.headers {
        if !of_this_answer.contains(name) {
            let _ = writeln!(text, "{name}: {}", value.to_str().unwrap());
        }
    }
    let mut body = answer.text.as_str();
    while let Some((before, rest)) = body.split_once("<time") {
        text.push_str(before);
        (_, body) = rest.split_once("</time>").unwrap();
    }
    text.push_str(body);
    for mark in [
        "name=\"_csrf\" value=\"",
        "nonce=\"",
        "\"next\":\"",
        "data-csrf=\"",
    ] {
        let mut kept = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once(mark) {
            let (_, after) = after.split_once('"').unwrap();
            kept.push_str(before);
            rest = after;
        }
        kept.push_str(rest);
        text = kept;
    }
    text
}

/// Everything a member gets, as person and as machine, to be compared byte by byte.
async fn everything(
    door: &Door,
    nation: &Nation,
    key: &str,
    number: &str,
) -> Vec<(String, String)> {
    let browser = Browser::of(door, nation, &nation.member).await;
    let mut all = Vec::new();
    for path in [
        "/".to_owned(),
        "/library".to_owned(),
        "/library?tlp=AMBER".to_owned(),
        "/library?q=203.0.113.77".to_owned(),
        "/library/objects".to_owned(),
        format!("/library/{number}"),
        "/public".to_owned(),
        "/public.atom".to_owned(),
        "/directory".to_owned(),
    ] {
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        all.push((path, lasting(&answer)));
    }
    let base = format!("/taxii2/api/collections/{}", nation.library.id);
    for path in [
        format!("{base}/objects/?limit=2"),
        format!("{base}/objects/?limit=1000"),
        format!("{base}/manifest/?limit=1000"),
        format!("{base}/"),
        "/taxii2/api/collections/".to_owned(),
    ] {
        all.push((path.clone(), lasting(&door.taxii(&path, key).await)));
    }
    for path in [
        "/feeds/library.csv",
        "/feeds/library.txt",
        "/feeds/library.jsonl",
        "/feeds/library.json",
        "/api/v1/items",
    ] {
        let answer = door.get(path, key).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        all.push((path.to_owned(), lasting(&answer)));
    }
    all
}

/// For one party only, which is not the member's.
fn hidden(party: PartyId) -> impl Fn(&mut ItemDraft) {
    move |draft: &mut ItemDraft| {
        draft.outlets = Outlet::ALL.into();
        draft.tlp = Tlp::AmberStrict;
        draft.named.parties = vec![party];
    }
}

/// Totals, positions, ETags, numbers of lines, cursors and answers to the same search stay as they are
/// when something hidden is put between what a reader sees; and what comes after it has no number that
/// follows from what came before. What anyone may count is the ledger's own size: it counts events, of
/// every kind, and that is said in the documentation.
#[tokio::test(flavor = "multi_thread")]
async fn counted_gaps_tell_nothing_of_what_is_hidden() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let scopes = [KeyScope::TaxiiRead, KeyScope::FeedRead, KeyScope::ApiRead];
    let key = nation.key(&nation.member, &scopes).await;
    let kind = PartyKind::Operator;
    let other = nation
        .party("suido", kind, "湾岸水道", "Wangan Water")
        .await;
    let open = |draft: &mut ItemDraft| draft.outlets = Outlet::ALL.into();
    let first = story::released_as(&nation, open).await.state;
    let before = everything(&door, &nation, &key, &first.number).await;
    for _ in 0..3 {
        story::released_as(&nation, hidden(other)).await;
    }
    let after = everything(&door, &nation, &key, &first.number).await;
    for ((path, before), (_, after)) in before.iter().zip(&after) {
        assert_eq!(before, after, "{path} tells that something hidden came");
    }
    // The one after: nothing of it counts on from the first.
    let last = story::released_as(&nation, open).await.state;
    assert_ne!(first.number, last.number);
    let shown = everything(&door, &nation, &key, &last.number).await;
    let text: String = shown.into_iter().map(|(_, text)| text).collect();
    for counter in ["seq", "position", "sequence", "row", "audience", "epoch"] {
        let written = format!("\"{counter}\":");
        assert!(!text.contains(&written), "{counter} is shown");
    }
}

/// Mail gateways fetch every link in every mail before a person sees it. That is no acknowledgement and
/// leaves nothing behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_prefetching_mail_scanner_changes_nothing() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let sink = MailSink::open().await;
    let shell = Caller::system("shell");
    let world = &nation.world;
    for (person, cadence) in [
        (&nation.member, Cadence::Immediate),
        (&nation.provider, Cadence::Digest),
    ] {
        let notify = Notify {
            cadence,
            lang: Lang::Ja,
            mail: Some(format!("soc@{}.example", person.party).parse().unwrap()),
        };
        let set = world
            .change_party(&shell, person.party, None, |party| party.set_notify(notify))
            .await;
        set.unwrap();
    }
    for tlp in [Tlp::Clear, Tlp::Green, Tlp::Amber] {
        story::released_as(&nation, |draft| {
            draft.outlets = Outlet::ALL.into();
            draft.tlp = tlp;
            if tlp == Tlp::Amber {
                draft.named.parties = vec![nation.member.party];
            }
        })
        .await;
    }
    let worker = worker(&nation, &sink);
    work(&worker).await;
    nation.clock.advance(SignedDuration::from_hours(24));
    work(&worker).await;
    let mails = sink.mails();
    assert!(mails.len() >= 4, "notices and a digest: {}", mails.len());
    let mut links = Vec::new();
    for mail in &mails {
        let said = said(&mail.message);
        let found: Vec<String> = said
            .match_indices("http://hub.test")
            .map(|(at, _)| {
                let rest = &said[at + "http://hub.test".len()..];
                let ends = |c: char| c.is_whitespace() || "<>\"'）)".contains(c);
                let end = rest.find(ends).unwrap_or(rest.len());
                rest[..end].to_owned()
            })
            .collect();
        assert!(!found.is_empty(), "a mail without a link: {said}");
        links.extend(found);
    }
    links.sort();
    links.dedup();
    let store = world.store();
    let before = (
        store.sequence().await.unwrap(),
        store.records_digest().await.unwrap(),
    );
    for link in &links {
        let path = if link.is_empty() { "/" } else { link };
        for method in ["GET", "HEAD", "OPTIONS"] {
            let request = Request::builder().method(method).uri(path);
            let answer = door.send(request.body(Body::empty()).unwrap()).await;
            assert!(!answer.status.is_server_error(), "{method} {path}");
        }
    }
    work(&worker).await;
    let after = (
        store.sequence().await.unwrap(),
        store.records_digest().await.unwrap(),
    );
    assert_eq!(before, after, "a scanner changed something by {links:?}");
}
