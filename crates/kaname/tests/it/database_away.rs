//! PostgreSQL stopped under a running server: what people and clients are told meanwhile, what the log
//! says, and that all goes on once it is back.

use kaname_testkit::postgres::Postgres;
use serde_json::Value;

use crate::{
    browser::Browser,
    hub::{Backend, Hub},
    serving::Server,
    sink::PATIENCE,
    wire::Wire,
};

/// Questions asked until the server is at work again; each may meet a connection that died.
const TRIES: usize = 20;

const REPORT: &str = r#"{"report":{"title":"t","technique":"hxxp://files-sync[.]test/a.bin","values":["203[.]0[.]113[.]77"]},"terms":{"tlp":"GREEN","pap":"GREEN","urgency":"high"}}"#;

/// A key of the provider's party, for reports and TAXII.
fn key(hub: &Hub) -> String {
    let party = hub.inside(async |world| {
        let provider = crate::scene::caller(&world, &hub.people.provider).await;
        provider.party.as_ref().unwrap().state.code.to_string()
    });
    let add = ["key", "add", "--party", &party, "--label", "client"];
    let scopes = ["--scope", "submit", "--scope", "taxii:read", "--days", "9"];
    let made = hub.place.done(&[&add[..], &scopes[..]].concat());
    made["secret"].as_str().unwrap().to_owned()
}

fn ask(server: &Server, path: &str, head: &str) -> String {
    server.say(&format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{head}\r\n"
    ))
}

/// Hands the report in under a key against doing it twice.
fn submit(server: &Server, key: &str) -> String {
    server.say(&format!(
        "POST /api/v1/submissions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\nidempotency-key: once\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{REPORT}",
        REPORT.len()
    ))
}

fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or(answer)
}

/// What every answer has in common while the database is away.
fn is_away(answer: &str, media: &str, words: &str) {
    assert_eq!(status(answer), "503", "{answer}");
    let head = answer.split("\r\n\r\n").next().unwrap();
    assert!(head.contains("retry-after: 10"), "{head}");
    assert!(head.contains(media), "{head}");
    assert!(answer.contains(words), "{answer}");
}

fn number(answer: &str) -> String {
    let body = answer.split("\r\n\r\n").nth(1).unwrap();
    let told: Value = serde_json::from_str(body).unwrap();
    told["number"].as_str().unwrap().to_owned()
}

#[test]
fn a_database_that_is_stopped_is_told_to_everyone_and_waited_for() {
    let hub = Hub::found(Backend::Postgres(Postgres::start()), "");
    let key = key(&hub);
    let server = Server::start(&hub.place);
    let session = hub.session(&hub.people.analyst);
    let page = |lang: &str| {
        let head = format!(
            "accept: text/html\r\naccept-language: {lang}\r\ncookie: kaname-session={session}\r\n"
        );
        ask(&server, "/triage", &head)
    };
    let client = |path: &str, accept: &str| {
        let head = format!("accept: {accept}\r\nauthorization: Bearer {key}\r\n");
        ask(&server, path, &head)
    };
    let taxii = || {
        client(
            "/taxii2/api/collections/",
            "application/taxii+json;version=2.1",
        )
    };
    assert_eq!(status(&page("ja")), "200");
    assert_eq!(status(&taxii()), "200");

    let database = hub.postgres().unwrap();
    database.stop();
    // Connections that were open say once why they end; from the second question on all is the same.
    for _ in 0..2 {
        is_away(
            &page("ja"),
            "text/html",
            "ただいまデータベースを利用できません",
        );
        is_away(
            &page("en"),
            "text/html",
            "The store cannot be used at the moment",
        );
        let api = client("/api/v1/items", "application/json");
        is_away(
            &api,
            "application/problem+json",
            "\"code\":\"store_unavailable\"",
        );
        let taxii = taxii();
        let code = "\"error_code\":\"store_unavailable\"";
        is_away(&taxii, "application/taxii+json", code);
        is_away(
            &submit(&server, &key),
            "application/problem+json",
            "store_unavailable",
        );
        assert_eq!(status(&server.get("/readyz")), "503");
        assert_eq!(status(&server.get("/healthz")), "200");
    }
    let log = server.logged("not ready");
    assert_eq!(log.matches("not ready").count(), 1, "{log}");
    let is_trouble = |line: &&str| line.contains("\"ERROR\"") || line.contains("\"WARN\"");
    let told = log.lines().filter(is_trouble);
    let mut causes: Vec<_> = told
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            (line["message"].to_string(), line["cause"].to_string())
        })
        .collect();
    let all = causes.len();
    causes.sort();
    causes.dedup();
    assert_eq!(causes.len(), all, "each cause is told once: {log}");
    for (message, _) in &causes {
        let known = ["the store cannot be used now", "not ready"];
        assert!(known.iter().any(|known| message.contains(known)), "{log}");
    }

    database.start_again();
    let back = (0..TRIES).map(|_| submit(&server, &key));
    let back = { back }.find(|answer| status(answer) == "201");
    assert!(back.is_some(), "{}", submit(&server, &key));
    assert_eq!(status(&page("ja")), "200");
    assert_eq!(status(&taxii()), "200");
    assert_eq!(status(&server.get("/readyz")), "200");
    server.logged("ready again");
    assert_eq!(server.end(), 0);
    assert_eq!(hub.place.done(&["verify"])["fault"], Value::Null);
}

#[test]
fn a_commit_whose_outcome_is_unknown_is_told_as_such_and_happens_once_when_repeated() {
    let hub = Hub::found(Backend::Postgres(Postgres::start()), "");
    let key = key(&hub);
    let database = hub.postgres().unwrap();
    let wire = Wire::to(database.socket());
    let way = [("KANAME_STORE__URL", wire.url())];
    let way = way.each_ref().map(|(name, url)| (*name, url.as_str()));
    let server = Server::start_in(&hub.place, &[], &way);
    wire.arm();
    let lost = std::thread::scope(|scope| {
        let asked = scope.spawn(|| submit(&server, &key));
        wire.swallowed.recv_timeout(PATIENCE).unwrap();
        // It is durable, and nobody was told.
        database.crash_and_restart();
        asked.join().unwrap()
    });
    assert_eq!(status(&lost), "503", "{lost}");
    assert!(lost.contains("\"code\":\"outcome_unknown\""), "{lost}");
    assert!(!lost.contains("Nothing was stored"), "{lost}");
    let again = (0..TRIES).map(|_| submit(&server, &key));
    let again = { again }.find(|answer| status(answer) == "201").unwrap();
    assert_eq!(number(&submit(&server, &key)), number(&again));
    let kept = database.ask("SELECT count(*) FROM kaname.records WHERE kind = 'report'");
    assert_eq!(kept, ["1"], "the repeated report is the first one");
    assert_eq!(server.end(), 0);
    assert_eq!(hub.place.done(&["verify"])["fault"], Value::Null);
}

/// A page of one's own is not read from a database that is away, and nobody is signed out by it.
#[test]
fn sessions_outlive_a_database_that_was_stopped() {
    let hub = Hub::found(Backend::Postgres(Postgres::start()), "");
    let server = Server::start(&hub.place);
    let mut analyst = Browser::at(server.address, &hub.session(&hub.people.analyst));
    let database = hub.postgres().unwrap();
    database.stop();
    let away = analyst.get("/triage").unwrap();
    assert_eq!(
        (away.status, away.location.as_str()),
        (503, ""),
        "{}",
        away.text
    );
    database.start_again();
    let back = (0..TRIES).find_map(|_| analyst.get("/triage").filter(|page| page.status == 200));
    assert!(back.is_some());
    assert_eq!(server.end(), 0);
}

#[test]
fn a_kill_is_told_at_the_next_start_on_postgres_too() {
    let hub = Hub::found(Backend::Postgres(Postgres::start()), "");
    let database = hub.postgres().unwrap();
    let mut killed = Server::start(&hub.place);
    let beside = Server::start(&hub.place);
    for server in [&killed, &beside] {
        assert!(!server.log().contains("unclean"), "{}", server.log());
    }
    let who = format!("kaname server or worker, process {}", killed.id());
    killed.kill();
    // Its connections end with it, in a moment.
    let connected =
        format!("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '{who} %'");
    assert!((0..1_000).any(|_| database.ask(&connected) == ["0"]));
    // Commands come and go without a word; of two servers that start, one tells of it.
    hub.place.done(&["party", "list"]);
    let next = Server::start(&hub.place);
    let log = next.log();
    assert_eq!(log.matches("the last end was unclean").count(), 1, "{log}");
    assert!(log.contains(&who), "{log}");
    assert_eq!((next.end(), beside.end()), (0, 0));
    let last = Server::start(&hub.place);
    assert!(!last.log().contains("unclean"), "{}", last.log());
    assert_eq!(last.end(), 0);
    let left = database.ask("SELECT count(*) FROM kaname.kv WHERE space = 'serving'");
    assert_eq!(left, ["0"]);
}

/// Frozen, not dead: connections stay open and nothing comes back.
#[test]
#[expect(clippy::disallowed_methods, reason = "a bound on how long it took")]
fn a_database_that_hangs_is_told_and_does_not_keep_the_server_alive() {
    let hub = Hub::found(Backend::Postgres(Postgres::start()), "");
    let server = Server::start(&hub.place);
    assert_eq!(status(&server.get("/readyz")), "200");
    let database = hub.postgres().unwrap();
    database.freeze();
    let begun = std::time::Instant::now();
    let unready = server.get("/readyz");
    assert_eq!(status(&unready), "503", "{unready}");
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    let log = server.logged("the store does not answer");
    let line = log
        .lines()
        .find(|line| line.contains("the store does not answer"));
    let line: Value = serde_json::from_str(line.unwrap()).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert!(line["waited_s"].as_u64().unwrap() >= 5, "{line}");
    let begun = std::time::Instant::now();
    assert_eq!(server.end(), 1, "it ends without the store, and says so");
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    database.thaw();
    let next = Server::start(&hub.place);
    assert_eq!(status(&next.get("/readyz")), "200");
    assert_eq!(next.end(), 0);
}

/// The server answers questions and no write comes to its end.
#[test]
fn a_lock_that_holds_up_writing_is_told() {
    let hub = Hub::found(Backend::Postgres(Postgres::start()), "");
    let key = key(&hub);
    let server = Server::start_in(
        &hub.place,
        &[],
        &[("KANAME_LIMITS__REQUEST_TIMEOUT_S", "8")],
    );
    let database = hub.postgres().unwrap();
    let hold = "BEGIN; LOCK TABLE kaname.events IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(12)";
    std::thread::scope(|scope| {
        scope.spawn(|| database.ask(hold));
        let held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'
                    AND relation = 'kaname.events'::regclass AND granted";
        assert!((0..1_000).any(|_| database.ask(held) == ["1"]));
        let answer = submit(&server, &key);
        assert_eq!(status(&answer), "503", "{answer}");
        assert!(answer.contains("Idempotency-Key"), "{answer}");
        let log = server.logged("the store does not answer");
        assert!(log.contains("does someone hold a lock"), "{log}");
        let unready = server.get("/readyz");
        assert_eq!(status(&unready), "503", "{unready}");
    });
    let back = (0..TRIES).map(|_| submit(&server, &key));
    assert!({ back }.any(|answer| status(&answer) == "201"));
    assert_eq!(server.end(), 0);
}
