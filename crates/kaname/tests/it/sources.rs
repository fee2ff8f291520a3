//! Sources at the command line: looked at, agreed with, read from an address and from a file, killed in between.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener},
};

use serde_json::json;

use crate::{
    program::{Place, Ran, ran},
    serving::Server,
    taxii::{key, killed_after},
};

/// A hub with a collection for what is public.
fn hub() -> Place {
    let place = Place::founded();
    let add = [
        "collection",
        "add",
        "public",
        "--kind",
        "peer",
        "--name-ja",
        "公開",
        "--name-en",
        "Public",
        "--tlp",
        "GREEN",
    ];
    place.done(&add);
    place
}

/// A server on loopback that answers to the lines of each request's header.
pub(crate) fn answering(answer: impl Fn(&[String]) -> String + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let asked: Vec<String> = lines
                .by_ref()
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .collect();
            let _ = stream.write_all(answer(&asked).as_bytes());
        }
    });
    address
}

/// A whole document, with more lines in its header.
pub(crate) fn document(more: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\n{more}connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A server of one document on loopback, for who has its mark: `304`.
fn served(body: String) -> SocketAddr {
    answering(move |asked| {
        let same = asked.iter().any(|line| line == "if-none-match: \"1\"");
        match same {
            true => "HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n".to_owned(),
            false => document("etag: \"1\"\r\n", &body),
        }
    })
}

fn by_loopback(place: &Place, arguments: &[&str]) -> Ran {
    let mut command = place.command(arguments);
    command.env("KANAME_SOURCES__LOOPBACK", "true");
    ran(command.output().unwrap())
}

#[test]
fn a_list_is_looked_at_agreed_with_and_read_whatever_kills_it() {
    let place = hub();
    let list: String = (0..3_000).map(|n| format!("n{n}.example\n")).collect();
    let address = served(format!("{list}10.0.0.1\n"));
    let url = format!("http://{address}/list.txt");
    let refused = place.run(&["source", "try", &url, "--form", "list", "--json"]);
    assert!(refused.err.contains("private network"), "{}", refused.err);
    let tried = by_loopback(&place, &["source", "try", &url, "--form", "list", "--json"]);
    let trial = &tried.json()["trial"];
    assert_eq!(
        (&trial["listed"], &trial["refused"]),
        (&json!(3_000), &json!(1))
    );
    assert_eq!(trial["unlisted"][0]["line"], 3_001);
    let add = [
        "source",
        "add",
        "a",
        "--publisher",
        "Example",
        "--url",
        &url,
        "--form",
        "list",
        "--into",
        "public",
    ];
    place.done(&add);
    let mut reading = place.command(&["source", "read", "a"]);
    let reading = reading
        .env("KANAME_SOURCES__LOOPBACK", "true")
        .spawn()
        .unwrap();
    assert!(
        killed_after(&place, reading, 400_000),
        "it ended before it was killed"
    );
    let read = by_loopback(&place, &["source", "read", "a", "--json"]);
    assert_eq!(read.code, 0, "{}", read.err);
    assert_eq!(read.json()["read"]["listed"], 3_000);
    let bundle = place.run(&["export", "--collection", "public"]).json();
    assert_eq!(bundle["objects"].as_array().unwrap().len(), 3_001);
    let again = by_loopback(&place, &["source", "read", "a"]);
    assert!(
        again.out.contains("as it was"),
        "{}{}",
        again.out,
        again.err
    );
    place.done(&["verify", "--rows"]);
}

#[test]
fn files_are_read_and_what_is_wrong_is_told_with_what_to_do() {
    let place = hub();
    place.write(
        "v.csv",
        "ioc,first seen,note\nevil.example,2026-11-01,c2\n,,\n0.0.0.0/0,,\n",
    );
    place.write(
        "v.html",
        "<html><body>\n<p>Not here any more</p>\n</body></html>\n",
    );
    let add = [
        "source",
        "add",
        "v",
        "--publisher",
        "Vendor",
        "--form",
        "csv",
        "--map",
        "value=ioc",
        "--map",
        "label=note",
        "--into",
        "public",
    ];
    let added = place.done(&add);
    assert_eq!(added["definition"]["every"], "never");
    let read = place.done(&["source", "read", "v", "v.csv"]);
    assert_eq!(
        (&read["read"]["taken"], &read["read"]["refused"]),
        (&json!(1), &json!(1))
    );
    let wrong = place.run(&["source", "read", "v", "v.html"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("cannot be read as csv"), "{}", wrong.err);
    let listed = place.done(&["source", "list"]);
    assert_eq!(listed["sources"][0]["state"], "troubled");
    let shown = place.run(&["source", "show", "v"]);
    assert!(shown.out.contains("trouble: "), "{}", shown.out);
    place.done(&["source", "change", "v", "--grace-h", "1"]);
    place.done(&["source", "stop", "v", "--reason", "終了"]);
    for (arguments, said) in [
        (["source", "read", "v", "v.csv"], "was stopped"),
        (["source", "show", "w", "--json"], "there is no source `w`"),
        (["source", "now", "v", "--json"], "stopped"),
    ] {
        let refused = place.run(&arguments);
        assert_ne!(refused.code, 0);
        assert!(refused.err.contains(said), "{said}: {}", refused.err);
    }
    place.done(&["source", "start", "v"]);
}

/// Ids of what stands in a collection.
fn ids(place: &Place, collection: &str) -> BTreeSet<String> {
    let bundle = place.run(&["export", "--collection", collection]).json();
    let objects = bundle["objects"].as_array().unwrap().iter();
    objects
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_hub_reads_another_as_a_misp_server_or_feed_and_has_the_same() {
    let first = hub();
    let event = json!({ "Event": {
        "uuid": "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d01", "info": "電力", "date": "2026-05-01",
        "timestamp": "1777600000", "published": true,
        "Orgc": { "name": "Centre", "uuid": "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d99" },
        "Tag": [{ "name": "tlp:green" }],
        "Attribute": [
            { "uuid": "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d02", "type": "ip-dst", "value": "203.0.113.77",
              "to_ids": true, "timestamp": "1777600000" },
            { "uuid": "0b6a1f0e-5a53-4c6e-9d3a-2f6e6b7c8d03", "type": "domain", "value": "evil.example",
              "to_ids": true, "timestamp": "1777600000" },
        ],
    } });
    first.write("e.json", &event.to_string());
    let told = first.done(&["misp", "convert", "e.json", "--out", "stix"]);
    let written = told["files"][0]["written"][0].as_str().unwrap().to_owned();
    first.done(&["import", &written, "--collection", "public"]);
    let secret = key(&first);
    let server = Server::start_in(&first, &[], &[]);
    for (form, path) in [("misp", "misp/"), ("misp-feed", "misp/feed/")] {
        let second = hub();
        second.write("key.txt", &format!("Authorization: {secret}\n"));
        let url = format!("http://{}/{path}", server.address);
        let add = [
            "source",
            "add",
            "a",
            "--publisher",
            "First",
            "--url",
            &url,
            "--form",
            form,
            "--header-file",
            "key.txt",
            "--into",
            "public",
        ];
        second.done(&add);
        let read = by_loopback(&second, &["source", "read", "a", "--json"]);
        assert_eq!(read.code, 0, "{form}: {}", read.err);
        assert_eq!(read.json()["read"]["listed"], 1, "{form}: {}", read.out);
        assert_eq!(ids(&second, "public"), ids(&first, "public"), "{form}");
        let again = by_loopback(&second, &["source", "read", "a", "--json"]);
        assert_eq!(again.json()["read"]["taken"], 0, "{form}: {}", again.out);
    }
}

#[test]
fn a_feed_of_news_is_read_as_reports() {
    let place = hub();
    let feed = r#"<rss version="2.0"><channel><title>Example CERT</title><link>https://cert.example</link>
        <item><title>偽の更新</title><guid>1</guid><pubDate>Fri, 01 May 2026 00:00:00 GMT</pubDate>
        <description>&lt;p&gt;203[.]0[.]113[.]77&lt;/p&gt;</description></item>
        <item><title>no time</title><guid>2</guid></item></channel></rss>"#;
    let address = served(feed.to_owned());
    let url = format!("http://{address}/rss");
    let add = [
        "source",
        "add",
        "a",
        "--publisher",
        "Example CERT",
        "--url",
        &url,
        "--form",
        "feed",
        "--into",
        "public",
    ];
    let added = by_loopback(&place, &add);
    assert_eq!(added.code, 0, "{}", added.err);
    let read = by_loopback(&place, &["source", "read", "a", "--json"]);
    assert_eq!(read.code, 0, "{}", read.err);
    let told = &read.json()["read"];
    // The publisher, the address and the report; an entry without a time is named.
    assert_eq!((&told["taken"], &told["refused"]), (&json!(3), &json!(1)));
    assert_eq!(told["unlisted"][0]["why"], "has no time");
    let kinds = ids(&place, "public");
    let kinds: BTreeSet<&str> = kinds
        .iter()
        .map(|id| id.split_once("--").unwrap().0)
        .collect();
    assert_eq!(kinds, BTreeSet::from(["identity", "ipv4-addr", "report"]));
    let again = by_loopback(&place, &["source", "read", "a", "--json"]);
    assert_eq!(again.json()["read"]["unchanged"], true, "{}", again.out);
}
