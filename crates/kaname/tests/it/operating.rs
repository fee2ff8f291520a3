//! What an operator meets: keys of another hub, silent connections, a full disk, a kill, a bus that
//! goes, a certificate that ends.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use kaname_testkit::{nats::Nats, postgres::Postgres};

use crate::{
    hub::url,
    program::{Place, mode},
    serving::Server,
};

/// Bound on every wait.
const PATIENCE: Duration = Duration::from_secs(20);

fn refuses_foreign(place: &Place, file: &str) {
    let other = Place::founded();
    let own = place.path("kaname-data-keys").join(file);
    let kept = std::fs::read(&own).unwrap();
    std::fs::copy(other.path("kaname-data-keys").join(file), &own).unwrap();
    for command in [
        &["serve", "--address", "127.0.0.1:0"][..],
        &["verify"],
        &["rebuild"],
        &["party", "list"],
    ] {
        let ran = place.run(command);
        assert_eq!(ran.code, 2, "{command:?}: {}", ran.err);
        let said = format!("{file} does not belong to this store");
        assert!(ran.err.contains(&said), "{command:?}: {}", ran.err);
        assert!(ran.err.contains("bring the"), "{}", ran.err);
    }
    std::fs::write(&own, kept).unwrap();
    assert_eq!(place.run(&["verify"]).code, 0);
}

#[test]
fn keys_of_another_hub_are_refused_by_every_command() {
    let place = Place::founded();
    refuses_foreign(&place, "world.key");
    refuses_foreign(&place, "seal.key");
}

#[test]
fn keys_of_another_hub_are_refused_on_postgres_and_after_a_restore() {
    let postgres = Postgres::start();
    let place = Place::new();
    let toml = |schema: &str| {
        format!(
            "[store]\nurl = \"{}\"\nschema = \"{schema}\"\n",
            url(&postgres)
        )
    };
    place.write("kaname.toml", &toml("first"));
    place.done(&["init"]);
    refuses_foreign(&place, "seal.key");
    place.done(&["backup", "copy.pg"]);
    place.write("kaname.toml", &toml("second"));
    place.done(&["restore", "copy.pg"]);
    refuses_foreign(&place, "seal.key");
}

/// Opens a connection and sends nothing but this.
fn stuck(address: SocketAddr, sent: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(sent).unwrap();
    stream
}

#[test]
fn connections_that_say_nothing_are_not_waited_for() {
    let place = Place::founded();
    let most = [("KANAME_LISTEN__MAX_CONNECTIONS", "16")];
    let server = Server::start_in(&place, &[], &most);
    // Nothing at all, or only the beginning of HTTP/2's greeting.
    let held: Vec<TcpStream> = (0..20)
        .map(|n| stuck(server.address, if n % 2 == 0 { b"" } else { b"PRI * HT" }))
        .collect();
    // Asking is given up after the same patience.
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
    for mut stream in held {
        assert_eq!(stream.read(&mut [0; 16]).unwrap_or(0), 0, "it is closed");
    }
    let log = server.logged("it says nothing");
    assert_eq!(log.matches("it says nothing").count(), 1, "{log}");
}

#[test]
fn one_address_does_not_take_the_places_of_all() {
    let place = Place::founded();
    let bounds = [
        ("KANAME_LISTEN__MAX_CONNECTIONS_PER_ADDRESS", "4"),
        ("KANAME_LISTEN__HEADER_TIMEOUT_S", "30"),
    ];
    let server = Server::start_in(&place, &[], &bounds);
    let mut held: Vec<TcpStream> = (0..4).map(|_| stuck(server.address, b"")).collect();
    for _ in 0..3 {
        let mut more = TcpStream::connect(server.address).unwrap();
        more.set_read_timeout(Some(PATIENCE)).unwrap();
        assert_eq!(more.read(&mut [0; 16]).unwrap_or(0), 0, "it is closed");
    }
    let log = server.logged("turned away");
    assert_eq!(log.matches("was turned away").count(), 1, "{log}");
    held.truncate(1);
    let numbers = (0..100)
        .map(|_| server.get("/metrics"))
        .find(|numbers| numbers.starts_with("HTTP/1.1 200"))
        .unwrap();
    assert!(
        numbers.contains("kaname_connections_turned_away_total "),
        "{numbers}"
    );
    // Behind a proxy all come from one address.
    let proxied = Server::start_in(&place, &["--behind-proxy"], &bounds);
    let _held: Vec<TcpStream> = (0..6).map(|_| stuck(proxied.address, b"")).collect();
    assert!(proxied.get("/healthz").starts_with("HTTP/1.1 200"));
}

#[test]
fn nobody_rebuilds_under_a_running_server_on_postgres_either() {
    let postgres = Postgres::start();
    let place = Place::new();
    place.write(
        "kaname.toml",
        &format!("[store]\nurl = \"{}\"\n", url(&postgres)),
    );
    place.done(&["init"]);
    let server = Server::start(&place);
    for command in ["rebuild", "migrate"] {
        let ran = place.run(&[command]);
        assert_eq!(ran.code, 4, "{command}: {}", ran.err);
        let who = format!("kaname server or worker, process {}", server.id());
        assert!(ran.err.contains(&who), "{}", ran.err);
        assert!(ran.err.contains("stop these"), "{}", ran.err);
    }
    place.done(&["party", "list"]);
    assert_eq!(server.end(), 0);
    assert_eq!(place.done(&["rebuild"])["identical"], true);
    place.done(&["migrate"]);
}

#[test]
fn a_kill_is_told_at_the_next_start() {
    let place = Place::founded();
    let mut server = Server::start(&place);
    assert!(!server.log().contains("unclean"), "{}", server.log());
    server.kill();
    place.done(&["party", "list"]);
    let second = Server::start(&place);
    assert_eq!(second.log().matches("the last end was unclean").count(), 1);
    assert_eq!(second.end(), 0);
    let third = Server::start(&place);
    assert!(!third.log().contains("unclean"), "{}", third.log());
    assert_eq!(mode(&place.path("kaname-data/in-use.lock")), 0o600);
}

#[test]
fn a_database_that_is_away_is_no_defect_of_ours() {
    let place = Place::founded();
    place.add_vendor("aa");
    let key = [
        "key", "add", "--party", "aa", "--label", "client", "--scope", "submit", "--days", "9",
    ];
    let key = place.done(&key)["secret"].as_str().unwrap().to_owned();
    let server = Server::start(&place);
    // Another program holds the store for writing: as good as a full disk for whoever wants to write.
    let store = rusqlite::Connection::open(place.path("kaname-data/kaname.db")).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    let report = r#"{"report":{"title":"t","technique":"hxxp://files-sync[.]test/a.bin","values":["203[.]0[.]113[.]77"]},"terms":{"tlp":"GREEN","pap":"GREEN","urgency":"high"}}"#;
    let asked = format!(
        "POST /api/v1/submissions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{report}",
        report.len()
    );
    let answer = server.say(&asked);
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("retry-after: 10"), "{answer}");
    assert!(answer.contains("store_unavailable"), "{answer}");
    assert!(
        answer.contains("Nothing was stored") || answer.contains("保存されていません"),
        "{answer}"
    );
    let log = server.logged("the store cannot be used now");
    assert!(log.contains("kaname.db"), "{log}");
    assert!(log.contains("locked"), "{log}");
    let unready = server.get("/readyz");
    assert!(unready.starts_with("HTTP/1.1 503"), "{unready}");
    assert!(server.logged("not ready").contains("locked"));
    for line in server.log().lines() {
        assert!(!line.contains("request failed"), "{line}");
        assert!(!line.contains("\"answered\""), "{line}");
    }
    store.execute_batch("ROLLBACK").unwrap();
    let answer = server.say(&asked);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_backup_that_fails_leaves_nothing_and_names_its_file() {
    let place = Place::founded();
    // The name of the part is a folder's: it cannot be written.
    std::fs::create_dir(place.path("copy.db.part")).unwrap();
    let ran = place.run(&["backup", "copy.db"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("at: copy.db"), "{}", ran.err);
    assert!(!place.path("copy.db").exists());
}

#[test]
fn the_bus_is_told_when_it_goes_and_when_it_comes_back() {
    let mut nats = Nats::start();
    let place = Place::founded();
    place.write(
        "kaname.toml",
        &format!("[bus]\nnats_url = \"{}\"\n", nats.url()),
    );
    let server = Server::start(&place);
    server.logged("bus connected");
    nats.kill();
    server.logged("the bus is gone");
    nats.start_again();
    let log = server.logged("the bus is back");
    let warnings: Vec<&str> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.len(), 2, "{warnings:#?}");
}

#[test]
fn a_certificate_that_ends_is_told_of() {
    let place = Place::founded();
    let certificate = |year| {
        let mut wish = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        wish.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        place.write("cert.pem", &wish.self_signed(&key).unwrap().pem());
        place.write("key.pem", &key.serialize_pem());
    };
    certificate(2020);
    let tls = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let server = Server::start_with(&place, &tls);
    let log = server.log();
    assert!(log.contains("the certificate has expired"), "{log}");
    place.write("cert.pem", "no certificate");
    server.signal("HUP");
    let log = server.logged("the changed certificate cannot be used");
    let line = log
        .lines()
        .find(|line| line.contains("the changed"))
        .unwrap();
    assert!(
        line.contains("cert.pem") && line.contains("CERTIFICATE"),
        "{line}"
    );
}
