//! Killed without a word at many points of the whole flow: whatever was told as durable is there, and
//! the ledger proves whole. `kill_flow`, `kill_worker` and
//! `kill_database` belong to it.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::Stdio,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::channel,
    },
    thread,
    time::Duration,
};

use kaname_testkit::postgres::Postgres;
use serde_json::Value;

use crate::{
    hub::url,
    program::{Place, ran},
    serving::Server,
};

/// What is killed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    /// The whole flow in one process.
    Fill,
    /// The server under reports that machines post.
    Posts,
    /// The server under people who walk from triage to feedback.
    Flow,
    /// The worker.
    Worker,
    /// PostgreSQL under people who walk from triage to feedback.
    Database,
    /// A rebuild.
    Rebuild,
}

/// How often it is killed: its share of 20 points, or of as many as `KANAME_KILL_POINTS` asks for.
#[expect(
    clippy::disallowed_methods,
    reason = "the number is chosen by whoever runs the tests"
)]
pub(crate) fn points(part: Part) -> usize {
    let asked = std::env::var("KANAME_KILL_POINTS").ok();
    let all: usize = asked.and_then(|text| text.parse().ok()).unwrap_or(20);
    let tenths = match part {
        Part::Database => 10,
        Part::Flow => 4,
        Part::Fill | Part::Posts | Part::Worker => 2,
        Part::Rebuild => 5,
    };
    (all * tenths).div_ceil(10)
}

/// The demo's command on a backend.
fn demo(place: &Place, postgres: Option<&Postgres>, command: &[&str]) -> std::process::Command {
    let Some(server) = postgres else {
        return place.command(&[command, &["--data", "nation"]].concat());
    };
    let keys = place.path("keys").display().to_string();
    let more = [
        "--data",
        "nation",
        "--keys",
        &keys,
        "--postgres",
        &url(server),
    ];
    let mut demo = place.command(&[command, &more].concat());
    demo.env("KANAME_STORE__SCHEMA", "kaname_demo");
    demo
}

/// Runs the demo's nation and kills it after so many steps were told; gives the events it had told.
fn killed_after(place: &Place, postgres: Option<&Postgres>, steps: usize) -> u64 {
    let mut child = demo(place, postgres, &["demo", "--only-fill", "--tell-steps"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told: Vec<u64> = lines
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_str::<Value>(&line).ok()?["events"].as_u64())
        .take(steps)
        .collect();
    child.kill().unwrap();
    child.wait().unwrap();
    told.last().copied().unwrap_or_default()
}

fn killed_while_it_fills(postgres: impl Fn() -> Option<Postgres>) {
    for point in 0..points(Part::Fill) {
        let (place, postgres) = (Place::new(), postgres());
        let steps = 1 + point * 23 % 130;
        let events = killed_after(&place, postgres.as_ref(), steps);
        let done = |command: &[&str]| {
            let mut command = demo(&place, postgres.as_ref(), command);
            let ran = ran(command.output().unwrap());
            assert_eq!(ran.code, 0, "killed after {steps} steps: {}", ran.err);
            ran.json()
        };
        let verdict = done(&["verify", "--json"]);
        assert_eq!(verdict["fault"], Value::Null, "killed after {steps} steps");
        let found = verdict["events"].as_u64().unwrap();
        assert!(
            found >= events,
            "{events} events were told, {found} are there"
        );
        let rebuilt = done(&["rebuild", "--json"]);
        assert_eq!(rebuilt["identical"], true, "killed after {steps} steps");
    }
}

#[test]
fn killed_at_many_points_of_the_flow_nothing_told_is_lost() {
    killed_while_it_fills(|| None);
}

#[test]
fn the_same_flow_on_postgres() {
    killed_while_it_fills(|| Some(Postgres::start()));
}

/// A machine that posts into the intake.
struct Poster {
    address: SocketAddr,
    intake: String,
    secret: String,
}

impl Poster {
    /// Posts one indicator; gives its number and the id of its status once that is acknowledged.
    fn post(&self, number: usize) -> Option<(usize, String)> {
        let body = format!(
            r#"{{"objects":[{{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-{number:012}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"n{number}","pattern":"[domain-name:value = 'n{number}.evil.example']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z"}}]}}"#
        );
        let path = format!("/taxii2/api/collections/{}/objects/", self.intake);
        let answer = self.ask("POST", &path, &body)?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        if !head.starts_with("HTTP/1.1 202") {
            return None;
        }
        let status = serde_json::from_str::<Value>(body).ok()?;
        let id = || status["id"].as_str().unwrap().to_owned();
        (status["success_count"] == 1).then(|| (number, id()))
    }

    /// How many reports there are about each indicator that was ever posted.
    fn reports(&self) -> BTreeMap<usize, usize> {
        let got = |path: &str| -> Value {
            let answer = self.ask("GET", path, "").unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 200"), "{path}: {answer}");
            serde_json::from_str(body).unwrap()
        };
        let mut found = BTreeMap::new();
        let mut page = Some("/api/v1/submissions?limit=200".to_owned());
        while let Some(path) = page {
            let list = got(&path);
            for row in list["submissions"].as_array().unwrap() {
                let number = row["number"].as_str().unwrap();
                let report = got(&format!("/api/v1/submissions/{number}"));
                let value = report["values"][0]["value"].as_str().unwrap().to_owned();
                let about = value.strip_prefix('n').unwrap();
                let about = about.strip_suffix(".evil.example").unwrap();
                *found.entry(about.parse().unwrap()).or_default() += 1;
            }
            page = list["next"].as_str().map(str::to_owned);
        }
        found
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Option<String> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .ok()?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             authorization: Bearer {}\r\naccept: application/taxii+json;version=2.1\r\n\
             content-type: application/taxii+json;version=2.1\r\ncontent-length: {}\r\n\r\n",
            self.secret,
            body.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        stream.write_all(body.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }
}

#[test]
fn a_killed_server_keeps_every_report_it_acknowledged_once() {
    killed_under_posts(&Place::founded());
}

#[test]
fn the_same_reports_on_postgres() {
    let (place, postgres) = (Place::new(), Postgres::start());
    let store = format!("[store]\nurl = \"{}\"\n", url(&postgres));
    place.write("kaname.toml", &store);
    place.done(&["init"]);
    killed_under_posts(&place);
}

fn killed_under_posts(place: &Place) {
    place.add_member("minato");
    let secret = place.key("minato", &["taxii:post", "submissions:read"]);
    let collections = place.done(&["collection", "list"]);
    let all = collections["collections"].as_array().unwrap();
    let intake = all
        .iter()
        .find(|one| one["definition"]["alias"] == "intake")
        .unwrap();
    let intake = intake["id"].as_str().unwrap().to_owned();
    let next = AtomicUsize::new(0);
    let mut acknowledged = Vec::new();
    for point in 0..points(Part::Posts) {
        let mut server = Server::start(place);
        let poster = Poster {
            address: server.address,
            intake: intake.clone(),
            secret: secret.clone(),
        };
        // Four machines post until the server is gone; it is killed after so many answers.
        let wanted = acknowledged.len() + 1 + point % 7;
        let (tell, told) = channel();
        thread::scope(|scope| {
            for _ in 0..4 {
                let (tell, poster, next) = (tell.clone(), &poster, &next);
                scope.spawn(move || {
                    while let Some(status) = poster.post(next.fetch_add(1, Ordering::SeqCst)) {
                        tell.send(status).unwrap();
                    }
                });
            }
            drop(tell);
            while acknowledged.len() < wanted {
                acknowledged.push(told.recv_timeout(Duration::from_secs(20)).unwrap());
            }
            server.kill();
            acknowledged.extend(told.iter());
        });
        let verdict = place.done(&["verify"]);
        assert_eq!(verdict["fault"], Value::Null, "after kill {point}");
    }
    let server = Server::start(place);
    let poster = Poster {
        address: server.address,
        intake,
        secret,
    };
    for (_, status) in &acknowledged {
        let answer = poster
            .ask("GET", &format!("/taxii2/api/status/{status}/"), "")
            .unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200"),
            "{status} is lost: {answer}"
        );
    }
    let reports = poster.reports();
    for (number, _) in &acknowledged {
        assert_eq!(reports.get(number), Some(&1), "n{number} was acknowledged");
    }
    let twice: Vec<_> = reports.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "handed in once: {twice:?}");
    // Whoever got no answer posts again; what was taken before the kill is not taken twice.
    let all = next.load(Ordering::SeqCst);
    for number in 0..all {
        assert!(poster.post(number).is_some(), "n{number} again");
    }
    let again = poster.reports();
    assert_eq!(again.len(), all);
    assert!(again.values().all(|times| *times == 1), "{again:?}");
    assert_eq!(server.end(), 0);
    assert_eq!(place.done(&["rebuild"])["identical"], true);
}
