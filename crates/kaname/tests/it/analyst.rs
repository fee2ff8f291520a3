//! An analyst's day, from outside: real knowledge, a MISP feed and a list come in; a campaign is found by its Japanese
//! name, with what belongs to it and why; rules go to a sensor; a second hub and a script of MISP's end up with the same,
//! and none with more than its share.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::Command,
};

use serde_json::{Value, json};

use crate::{
    client::python,
    program::{Place, Ran, ran},
    serving::Server,
    sources::{answering, document},
};

const EVENT: &str = "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01";

/// Fuzzy hashes of a file of the feed, and of one like it that a bundle brings.
const SSDEEP: &str =
    "384:gW1KbrfQ42RA4HKo7k4sHUtIJyVsDGA7xnZFRgrWO8QDhq5afVtTf3S:c/0RAvBHUGJsZUnZFOrWO80VnvS";
const SSDEEP_LIKE_IT: &str =
    "384:gW1KbrfQ42RA4HKo7k4sHUtIJyVsDGL7xnZFRgrWO8QDhq5afVtTf3S:c/0RAvBHUGJsZhnZFOrWO80VnvS";
const TLSH: &str = "T1FD0302DF72632BDE5324EB4C8EF475F704E9BA25232894E57B4E19DA182273C0E51705";
const TLSH_LIKE_IT: &str = "FE03F2DF72632BDE5324EB4C8EF475F708E9BA25232894E57B4E19DA1822B3C0A51705";

/// A server of these documents on loopback, by their paths.
fn served(documents: BTreeMap<String, String>) -> SocketAddr {
    answering(move |asked| {
        let path = asked.first().and_then(|line| line.split(' ').nth(1));
        match path.and_then(|path| documents.get(path)) {
            Some(body) => document("", body),
            None => "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
                .to_owned(),
        }
    })
}

/// A MISP feed of one event about a campaign with a Japanese name, and a list that shares a value with it.
fn sources() -> SocketAddr {
    let attribute = |n: u32, kind: &str, value: &str| {
        json!({ "uuid": format!("0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c{n:04}"), "type": kind, "value": value,
            "to_ids": true, "timestamp": "1777600000" })
    };
    let event = json!({ "Event": {
        "uuid": EVENT, "info": "潮見作戦：電力事業者を狙う偽の更新", "date": "2026-05-01",
        "timestamp": "1777600000", "published": true,
        "Orgc": { "name": "Example CERT", "uuid": "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d99" },
        "Tag": [{ "name": "tlp:green" }],
        "Attribute": [
            attribute(1, "ip-dst", "203.0.113.77"),
            attribute(2, "domain", "shiomi-update.example"),
            attribute(3, "sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b800"),
            attribute(4, "ssdeep", SSDEEP),
            attribute(5, "tlsh", TLSH),
        ],
    } });
    let manifest = json!({ EVENT: {
        "info": "潮見作戦：電力事業者を狙う偽の更新", "date": "2026-05-01", "timestamp": "1777600000",
        "Orgc": { "name": "Example CERT", "uuid": "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d99" },
    } });
    let list = "url,date\nhttp://203.0.113.77/a.bin,2026-05-02\nshiomi-update.example,2026-05-02\n198.51.100.4,2026-05-02\n";
    served(BTreeMap::from([
        ("/feed/manifest.json".to_owned(), manifest.to_string()),
        (format!("/feed/{EVENT}.json"), event.to_string()),
        ("/list.csv".to_owned(), list.to_owned()),
    ]))
}

fn by_loopback(place: &Place, arguments: &[&str]) -> Ran {
    let mut command = place.command(arguments);
    command
        .env("KANAME_SOURCES__LOOPBACK", "true")
        .env("KANAME_TAXII__LOOPBACK", "true");
    let ran = ran(command.output().unwrap());
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
    ran
}

/// Real knowledge: ATT&CK, where `KANAME_TESTDATA` names a folder with it.
#[expect(
    clippy::disallowed_methods,
    reason = "the place is chosen by who has the data"
)]
fn attack(place: &Place) -> bool {
    let Some(folder) = std::env::var_os("KANAME_TESTDATA").map(PathBuf::from) else {
        eprintln!("without ATT&CK: KANAME_TESTDATA names no folder");
        return false;
    };
    let packed = folder.join("attack/ics-attack-2.1.json.gz");
    let unpacked = Command::new("gzip")
        .arg("-dc")
        .arg(packed)
        .output()
        .unwrap();
    std::fs::write(place.path("attack.json"), unpacked.stdout).unwrap();
    let taken = place.done(&[
        "import",
        "attack.json",
        "--collection",
        "knowledge",
        "--skip-bad",
    ]);
    assert!(taken["files"][0]["taken"].as_u64() > Some(900), "{taken}");
    true
}

/// The body of an answer, asked for by a key.
fn get(server: &Server, path: &str, key: &str) -> String {
    let mut stream = TcpStream::connect(server.address).unwrap();
    // Of the older version, so that the body comes in one piece.
    let ask =
        format!("GET {path} HTTP/1.0\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\r\n");
    stream.write_all(ask.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 "), "{path}: {answer}");
    body.to_owned()
}

fn told(server: &Server, path: &str, key: &str) -> Value {
    serde_json::from_str(&get(server, path, key)).unwrap()
}

fn ids(place: &Place, collection: &str) -> BTreeSet<String> {
    let bundle = place.run(&["export", "--collection", collection]).json();
    let objects = bundle["objects"].as_array().unwrap().iter();
    let ids = objects.map(|one| one["id"].as_str().unwrap().to_owned());
    ids.collect()
}

fn collection(place: &Place, alias: &str) {
    let names = ["--name-ja", alias, "--name-en", alias];
    let add = [
        "collection",
        "add",
        alias,
        "--kind",
        "peer",
        "--tlp",
        "GREEN",
        "--pap",
        "GREEN",
    ];
    place.done(&[&add[..], &names[..]].concat());
}

#[test]
fn an_analyst_finds_a_campaign_and_everybody_has_their_share() {
    let place = Place::founded();
    collection(&place, "public");
    collection(&place, "knowledge");
    attack(&place);
    let address = sources();
    for (code, path, form) in [("feed", "feed/", "misp-feed"), ("list", "list.csv", "csv")] {
        let url = format!("http://{address}/{path}");
        let add = [
            "source",
            "add",
            code,
            "--publisher",
            "Example CERT",
            "--url",
            &url,
        ];
        let into = ["--form", form, "--into", "public", "--tlp", "GREEN"];
        by_loopback(&place, &[&add[..], &into[..]].concat());
        by_loopback(&place, &["source", "read", code, "--json"]);
    }
    // Something of the hub's officers alone.
    let secret = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": [{
        "type": "indicator", "spec_version": "2.1", "id": "indicator--00000000-0000-4000-8000-000000000009",
        "created": "2026-05-01T00:00:00.000Z", "modified": "2026-05-01T00:00:00.000Z", "name": "潮見作戦 調査中",
        "pattern": "[ipv4-addr:value = '203.0.113.77']", "pattern_type": "stix", "valid_from": "2026-05-01T00:00:00Z",
        "object_marking_refs": ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"],
    }] });
    place.write("red.json", &secret.to_string());
    place.done(&["import", "red.json", "--collection", "public"]);
    let file = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000002", "objects": [{
        "type": "file", "spec_version": "2.1", "id": "file--0b6a1f0e-5a53-5c6e-9d3a-2f6e6b7c8d21", "name": "update.bin",
        "hashes": { "SSDEEP": SSDEEP_LIKE_IT, "TLSH": TLSH_LIKE_IT },
    }] });
    place.write("file.json", &file.to_string());
    place.done(&["import", "file.json", "--collection", "knowledge"]);
    place.add_member("minato");
    let key = place.key("minato", &["api:read", "taxii:read", "feed:read"]);
    let server = Server::start_in(&place, &[], &[("KANAME_TAXII__LOOPBACK", "true")]);

    // One search, by the campaign's name.
    let found = told(
        &server,
        "/api/v1/search?q=%E6%BD%AE%E8%A6%8B%E4%BD%9C%E6%88%A6",
        &key,
    );
    let objects = found["objects"]["rows"].as_array().unwrap();
    let report = objects.iter().find(|one| one["type"] == "report").unwrap();
    assert!(
        report["title"].as_str().unwrap().starts_with("潮見作戦"),
        "{found}"
    );
    assert!(!found.to_string().contains("調査中"), "{found}");

    // What correlates, and why: the address stands in the list too.
    let by_value = told(
        &server,
        "/api/v1/search?q=203.0.113.77%20type:indicator",
        &key,
    );
    let indicator = by_value["objects"]["rows"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/objects/{indicator}/correlations");
    let carried = told(&server, &path, &key);
    let shared = &carried["values"][0];
    assert_eq!(shared["value"], "203.0.113.77", "{carried}");
    // The list's URL is at that address; what the officers keep to themselves is not counted.
    assert_eq!(shared["objects"], 0, "{carried}");
    assert_eq!(
        shared["near"],
        json!([{ "how": "at", "value": "203.0.113.77", "objects": 1 }]),
        "{carried}"
    );
    let names = told(
        &server,
        "/api/v1/search?q=shiomi-update.example%20type:indicator",
        &key,
    );
    let domain = names["objects"]["rows"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let carried = told(
        &server,
        &format!("/api/v1/objects/{domain}/correlations"),
        &key,
    );
    assert_eq!(carried["values"][0]["objects"], 1, "{carried}");
    assert!(shared["bits"].as_f64() > Some(0.0));

    // A file like one of the campaign's, though no hash is the same.
    let alike = told(&server, &format!("/api/v1/search?q=alike:{TLSH}"), &key);
    let rows = alike["objects"]["rows"].as_array().unwrap();
    let file = rows.iter().find(|one| one["type"] == "file").unwrap();
    let file = file["id"].as_str().unwrap();
    let carried = told(
        &server,
        &format!("/api/v1/objects/{file}/correlations"),
        &key,
    );
    let values = carried["values"].as_array().unwrap();
    let near = |kind: &str| {
        let value = values.iter().find(|one| one["kind"] == kind);
        value.unwrap()["near"][0].clone()
    };
    let (ssdeep, tlsh) = (near("ssdeep"), near("tlsh"));
    assert_eq!(
        (&ssdeep["value"], &ssdeep["score"]),
        (&json!(SSDEEP), &json!(99)),
        "{carried}"
    );
    assert_eq!(
        (&tlsh["value"], &tlsh["distance"]),
        (&json!(TLSH), &json!(5)),
        "{carried}"
    );

    // Rules for a sensor.
    let rules = get(&server, "/feeds/public.suricata.rules", &key);
    assert!(
        rules.contains("203.0.113.77") && rules.contains("shiomi-update.example"),
        "{rules}"
    );
    place.write("public.rules", &rules);
    let judge = Command::new("/usr/bin/env")
        .args([
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "suricata",
            "-T",
            "-S",
            "public.rules",
            "-l",
            ".",
        ])
        .current_dir(place.path("."))
        .output()
        .unwrap();
    match judge.status.code() {
        Some(127) => eprintln!("not judged: there is no suricata"),
        code => assert_eq!(code, Some(0), "{}", String::from_utf8_lossy(&judge.stderr)),
    }

    // A second hub has the member's share of it: all but what the officers keep.
    let second = Place::founded();
    collection(&second, "partner");
    let lists = told(&server, "/taxii2/api/collections/", &key);
    let all = lists["collections"].as_array().unwrap().iter();
    let id = all
        .filter(|one| one["title"] == "public")
        .map(|one| one["id"].as_str().unwrap())
        .next()
        .unwrap();
    let url = format!("http://{}/taxii2/api/collections/{id}/", server.address);
    second.write("pw.txt", &key);
    let add = [
        "taxii", "peers", "add", "a", "--url", &url, "--into", "partner",
    ];
    let as_whom = ["--user", "k", "--password-file", "pw.txt"];
    second.done(&[&add[..], &as_whom[..]].concat());
    by_loopback(&second, &["taxii", "pull", "--json"]);
    let (here, there) = (ids(&place, "public"), ids(&second, "partner"));
    let kept: Vec<&String> = here.difference(&there).collect();
    assert_eq!(kept, ["indicator--00000000-0000-4000-8000-000000000009"]);
    assert!(there.is_subset(&here));

    // And so does a script that speaks to MISP.
    let Some(python) = python() else {
        eprintln!("skipped: no PyMISP; run ./setup --test and set KANAME_PYTHON");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/misp_client.py");
    let url = format!("http://{}/misp/", server.address);
    let ran = Command::new(python)
        .arg(script)
        .arg(url)
        .arg(&key)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let read: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let [event] = read["read"]["events"].as_array().unwrap().as_slice() else {
        panic!("{read}");
    };
    assert_eq!(event["uuid"], EVENT);
    let values = event["values"].as_array().unwrap();
    assert!(
        values.contains(&json!("203.0.113.77")) && values.contains(&json!("shiomi-update.example")),
        "{event}"
    );
    assert!(!read.to_string().contains("調査中"));
}
