//! Reading another TAXII server: a second hub, and peers that are not honest.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
};

use serde_json::{Value, json};

use crate::{
    program::{Place, Ran, ran},
    serving::Server,
    taxii::{OPEN, indicator, key, killed_after, layout},
};

/// A hub with a collection for a partner's objects.
fn reader() -> Place {
    let place = Place::founded();
    let add = [
        "collection",
        "add",
        "partner",
        "--kind",
        "peer",
        "--name-ja",
        "相手",
        "--name-en",
        "Partner",
        "--tlp",
        "GREEN",
    ];
    place.done(&add);
    place
}

fn add_peer(place: &Place, address: SocketAddr, password: &str, more: &[&str]) {
    place.write("pw.txt", password);
    let url = format!("http://{address}/taxii2/trustgroup1/collections/{OPEN}/");
    let add = [
        "taxii",
        "peers",
        "add",
        "a",
        "--url",
        &url,
        "--into",
        "partner",
        "--user",
        "k",
        "--password-file",
        "pw.txt",
    ];
    place.done(&[&add[..], more].concat());
}

fn pull(place: &Place, more: &[&str]) -> Ran {
    let mut command = place.command(&[&["taxii", "pull", "--json"], more].concat());
    command.env("KANAME_TAXII__LOOPBACK", "true");
    ran(command.output().unwrap())
}

fn pulled(place: &Place) -> Value {
    let ran = pull(place, &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.json()["pulled"][0]["pulled"].clone()
}

/// Ids in the partner's collection.
fn there(place: &Place) -> Vec<String> {
    let ran = place.run(&["export", "--collection", "partner"]);
    let bundle = ran.json();
    let objects = bundle["objects"].as_array().unwrap();
    let mut ids: Vec<String> = objects
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[test]
fn a_second_hub_reads_the_first_and_goes_on_where_it_was() {
    let first = Place::founded();
    first.write("layout.json", &layout(400).to_string());
    first.done(&["taxii", "load", "layout.json"]);
    let secret = key(&first);
    let server = Server::start_in(&first, &[], &[("KANAME_TAXII__MAX_PAGE_SIZE", "15")]);
    let second = reader();
    add_peer(&second, server.address, &secret, &[]);
    // Not this machine itself, unless it is said.
    let refused = second.run(&["taxii", "pull", "--json"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("private network"), "{}", refused.err);
    // Killed in the middle, and cut off by a bound.
    let mut reading = second.command(&["taxii", "pull"]);
    let reading = reading
        .env("KANAME_TAXII__LOOPBACK", "true")
        .spawn()
        .unwrap();
    assert!(
        killed_after(&second, reading, 200_000),
        "it ended before it was killed"
    );
    let cut = pull(&second, &["--max-objects", "30"]);
    assert!(
        cut.code == 0 || cut.err.contains("over 30 objects"),
        "{}",
        cut.err
    );
    pulled(&second);
    assert_eq!(there(&second).len(), 400);
    let again = pulled(&second);
    assert_eq!(
        (&again["taken"], &again["is_end"]),
        (&json!(0), &json!(true)),
        "{again}"
    );
    // What is new there comes, strictly after what came before.
    let more = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": [indicator(9_001)] });
    first.write("more.json", &more.to_string());
    first.done(&["import", "more.json", "--collection", OPEN]);
    let new = pulled(&second);
    assert_eq!(
        (&new["taken"], &new["there"]),
        (&json!(1), &json!(0)),
        "{new}"
    );
    let peer = &second.done(&["taxii", "peers", "list"])["peers"][0];
    // A kill between a page's objects and the note about it loses the note, never an object: they are
    // there when the page is read again. So at most the one page (15) is missing from the count.
    let taken = peer["taken"].as_u64().unwrap();
    assert!((386..=401).contains(&taken), "{peer}");
    assert!(
        peer["lag_s"].as_i64().unwrap() < 60 && peer["has_credential"] == true,
        "{peer}"
    );
    assert!(!peer.to_string().contains(&secret));
    second.done(&["taxii", "peers", "stop", "a", "--reason", "合意の終了"]);
    assert_eq!(pull(&second, &[]).json()["pulled"], json!([]));
    assert_eq!(second.done(&["verify", "--rows"])["fault"], Value::Null);
}

/// The peer once it is as wanted: asked for again and again, as somebody at a terminal does.
fn peer_once(place: &Place, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..300 {
        last = place.done(&["taxii", "peers", "list"])["peers"][0].clone();
        if wanted(&last) {
            return last;
        }
    }
    panic!("it never came to that: {last}");
}

#[test]
fn a_running_server_reads_its_peers_and_so_does_a_worker() {
    let first = Place::founded();
    first.write("layout.json", &layout(40).to_string());
    first.done(&["taxii", "load", "layout.json"]);
    let secret = key(&first);
    let server = Server::start_in(&first, &[], &[("KANAME_TAXII__MAX_PAGE_SIZE", "15")]);
    let second = reader();
    add_peer(&second, server.address, &secret, &["--every", "1h"]);
    let own = Server::start_in(&second, &[], &[("KANAME_TAXII__LOOPBACK", "true")]);
    let whole = peer_once(&second, |peer| peer["read_whole"] != Value::Null);
    assert_eq!(
        (&whole["taken"], &whole["every"]),
        (&json!(40), &json!("1h"))
    );
    let numbers = own.get("/metrics");
    assert!(
        numbers.contains("kaname_taxii_peers{state=\"active\"} 1"),
        "{numbers}"
    );
    assert!(
        numbers.contains("kaname_taxii_peer_lag_seconds "),
        "{numbers}"
    );
    assert!(
        !numbers.contains("\"a\""),
        "no number names a peer: {numbers}"
    );
    assert_eq!(own.end(), 0);
    // What is new there waits for the next turn, or for who asks; a worker does it as well.
    let more = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": [indicator(9_001)] });
    first.write("more.json", &more.to_string());
    first.done(&["import", "more.json", "--collection", OPEN]);
    second.done(&["taxii", "peers", "now", "a"]);
    let worker = second
        .command(&["worker"])
        .env("KANAME_TAXII__LOOPBACK", "true")
        .spawn();
    let mut worker = worker.unwrap();
    peer_once(&second, |peer| peer["taken"] == 41);
    worker.kill().unwrap();
    worker.wait().unwrap();
    let changed = second.done(&[
        "taxii",
        "peers",
        "change",
        "a",
        "--every",
        "never",
        "--type",
        "indicator",
    ]);
    assert_eq!(
        (
            &changed["definition"]["types"],
            &changed["added_after"],
            &changed["next"]
        ),
        (&json!(["indicator"]), &Value::Null, &Value::Null)
    );
    let wrong = second.run(&["taxii", "peers", "change", "a", "--every", "5"]);
    assert_eq!(wrong.code, 2);
    assert_eq!(
        second
            .run(&["taxii", "peers", "change", "b", "--every", "5m"])
            .code,
        3
    );
    assert_eq!(second.done(&["verify", "--rows"])["fault"], Value::Null);
    assert_eq!(second.done(&["rebuild"])["identical"], true);
}

/// A server that answers each request with the next of these and closes; the last one for ever.
fn liar(answers: Vec<String>) -> SocketAddr {
    liar_at("2020-01-01T00:00:00.000000Z", answers)
}

/// The same, whose last object was always added at that moment.
fn liar_at(last: &'static str, answers: Vec<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for (given, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let mut asked = [0u8; 8_192];
            let _ = stream.read(&mut asked);
            let body = &answers[given.min(answers.len() - 1)];
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/taxii+json;version=2.1\r\n\
                 x-taxii-date-added-last: {last}\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body.as_bytes());
        }
    });
    address
}

#[test]
fn peers_that_are_not_honest_are_cut_off_with_a_word() {
    let page =
        |n: u32, more: &str| format!("{{\"more\":true,{more}\"objects\":[{}]}}", indicator(n));
    let long = format!("{{\"objects\":[\"{}\"]}}", "x".repeat(33 << 20));
    for (answers, word) in [
        (
            vec![r#"{"more":true,"next":"a","objects":[]}"#.to_owned()],
            "sends nothing",
        ),
        (vec![page(1, "")], "not where it goes on"),
        (
            vec![page(1, r#""next":"a","#), page(2, r#""next":"a","#)],
            "not where it goes on",
        ),
        (vec!["<html>".to_owned()], "no envelope"),
        (vec![long], "over 33554432 bytes"),
    ] {
        let place = reader();
        add_peer(&place, liar(answers), "x", &[]);
        let ran = pull(&place, &[]);
        assert_eq!(ran.code, 1, "{word}");
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
        let peer = &place.done(&["taxii", "peers", "list"])["peers"][0];
        assert!(peer["trouble"].as_str().unwrap().contains(word), "{peer}");
    }
    // One that never ends is cut off by count.
    let endless: Vec<String> = (0..60)
        .map(|n| page(n, &format!(r#""next":"n{n}","#)))
        .collect();
    let place = reader();
    add_peer(&place, liar(endless), "x", &[]);
    let ran = pull(&place, &["--max-objects", "5"]);
    assert!(ran.err.contains("over 5 objects"), "{}", ran.err);
    assert_eq!(there(&place).len(), 5);
}

#[test]
fn a_peer_whose_clock_is_wrong_is_not_taken_at_its_word() {
    let place = reader();
    let body = json!({ "objects": [indicator(1)] }).to_string();
    let peer = liar_at("2126-01-01T00:00:00.000000Z", vec![body]);
    add_peer(&place, peer, "x", &[]);
    let ran = pull(&place, &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let of = |place: &Place| place.done(&["taxii", "peers", "list"])["peers"][0].clone();
    let told = of(&place);
    assert!(
        told["trouble"].as_str().unwrap().contains("is to come"),
        "{told}"
    );
    assert_eq!(
        (&told["added_after"], &told["read_whole"]),
        (&Value::Null, &Value::Null)
    );
    // Whoever was led astray before is led back.
    let code = told["definition"]["code"].as_str().unwrap().to_owned();
    assert_eq!(place.run(&["taxii", "peers", "start", &code]).code, 4);
    place.done(&[
        "taxii",
        "peers",
        "start",
        &code,
        "--after",
        "2026-01-02T03:04:05Z",
    ]);
    assert_eq!(of(&place)["added_after"], "2026-01-02T03:04:05.000000Z");
}

#[test]
fn the_rules_of_a_peer_choose_what_comes_in() {
    let mut red = indicator(2);
    red["object_marking_refs"] =
        json!(["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]);
    let mut other = indicator(3);
    other["type"] = json!("malware");
    other["id"] = json!("malware--00000000-0000-4000-8000-000000000003");
    let body = json!({ "objects": [indicator(1), red, other, { "type": "malware" }] }).to_string();
    let place = reader();
    let rules = ["--type", "indicator", "--tlp-at-most", "GREEN"];
    add_peer(&place, liar(vec![body]), "x", &rules);
    let pulled = pulled(&place);
    assert_eq!(
        (&pulled["taken"], &pulled["left_out"], &pulled["refused"]),
        (&json!(1), &json!(2), &json!(1)),
        "{pulled}"
    );
    assert_eq!(there(&place), [indicator(1)["id"].as_str().unwrap()]);
}

#[test]
fn a_hub_sends_to_another_what_the_party_behind_it_may_read() {
    let second = Place::founded();
    second.write("layout.json", &layout(0).to_string());
    second.done(&["taxii", "load", "layout.json"]);
    let secret = key(&second);
    let server = Server::start(&second);
    let first = reader();
    first.add_member("branch");
    let mut red = indicator(7);
    red["object_marking_refs"] =
        json!(["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]);
    let mut objects: Vec<Value> = (100..1_300).map(indicator).collect();
    objects.push(red);
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": objects });
    first.write("own.json", &bundle.to_string());
    first.done(&["import", "own.json", "--collection", "partner"]);
    first.write("pw.txt", &secret);
    let url = format!(
        "http://{}/taxii2/trustgroup1/collections/{OPEN}/",
        server.address
    );
    let add = [
        "taxii",
        "peers",
        "add",
        "b",
        "--url",
        &url,
        "--out-of",
        "partner",
        "--party",
        "branch",
        "--user",
        "k",
        "--password-file",
        "pw.txt",
    ];
    first.done(&add);
    // Killed in the middle, as often as it comes to that; then to the end.
    for bytes in [20_000, 60_000] {
        let mut sending = first.command(&["taxii", "push"]);
        let sending = sending.env("KANAME_TAXII__LOOPBACK", "true");
        killed_after(&first, sending.spawn().unwrap(), bytes);
    }
    let mut command = first.command(&["taxii", "push", "--json"]);
    let ran = ran(command
        .env("KANAME_TAXII__LOOPBACK", "true")
        .output()
        .unwrap());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let peer = &first.done(&["taxii", "peers", "list"])["peers"][0];
    assert_eq!(
        (&peer["taken"], &peer["refused"], &peer["trouble"]),
        (&json!(1_200), &json!(0), &Value::Null),
        "{peer}"
    );
    assert!(!peer.to_string().contains(&secret));
    let there = second.run(&["export", "--collection", OPEN]).json();
    let there = there["objects"].as_array().unwrap();
    assert_eq!(there.len(), 1_200);
    assert!(!there.iter().any(|one| one["id"] == indicator(7)["id"]));
    let wrong = [
        "taxii", "peers", "add", "c", "--url", &url, "--out-of", "partner",
    ];
    assert_eq!(first.run(&wrong).code, 2, "nobody stands behind it");
    assert_eq!(first.done(&["verify", "--rows"])["fault"], Value::Null);
    assert_eq!(first.done(&["rebuild"])["identical"], true);
}
