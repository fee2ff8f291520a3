//! What an operator meets: keys of another hub, silent connections, a full disk, a kill, a bus that
//! goes, a certificate that ends.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use kaname_testkit::{nats::Nats, postgres::Postgres};

use crate::{
    hub::{Backend, Hub, in_schema, url},
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
        &["backup", "foreign.copy"],
        &["migrate"],
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
    let toml = |schema: &str| in_schema(&postgres, schema);
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

/// What one of two programs left behind is told once, at the next start, and no later.
#[test]
fn a_kill_beside_a_worker_is_told_once_and_who_is_in_the_way_is_named() {
    let place = Place::founded();
    let mut worker = place.command(&["worker"]).spawn().unwrap();
    let lock = place.path("kaname-data/in-use.lock");
    let noted = |id: u32| {
        let noted = std::fs::read_to_string(&lock).unwrap_or_default();
        noted.contains(&format!("process {id} "))
    };
    while !noted(worker.id()) {
        std::thread::yield_now();
    }
    let mut killed = Server::start(&place);
    killed.kill();
    let second = Server::start(&place);
    let log = second.log();
    assert_eq!(log.matches("the last end was unclean").count(), 1, "{log}");
    assert!(log.contains(&format!("process {}", killed.id())), "{log}");
    let refused = place.run(&["rebuild"]);
    assert_eq!(refused.code, 4, "{}", refused.err);
    for id in [worker.id(), second.id()] {
        let who = format!("kaname server or worker, process {id}");
        assert!(refused.err.contains(&who), "{}", refused.err);
    }
    assert!(
        !refused.err.contains(&format!("process {}", killed.id())),
        "{}",
        refused.err
    );
    assert_eq!(second.end(), 0);
    let id = worker.id().to_string();
    let told = std::process::Command::new("kill")
        .args(["-s", "TERM", &id])
        .status();
    assert!(told.unwrap().success());
    assert_eq!(worker.wait().unwrap().code(), Some(0));
    let third = Server::start(&place);
    assert!(!third.log().contains("unclean"), "{}", third.log());
}

/// A report handed in over the API under this key; the answer.
fn hand_in(server: &Server, key: &str) -> String {
    let report = r#"{"report":{"title":"t","technique":"hxxp://files-sync[.]test/a.bin","values":["203[.]0[.]113[.]77"]},"terms":{"tlp":"GREEN","pap":"GREEN","urgency":"high"}}"#;
    server.say(&format!(
        "POST /api/v1/submissions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{report}",
        report.len()
    ))
}

#[test]
fn nothing_is_acknowledged_that_goes_into_a_file_nobody_will_find() {
    let place = Place::founded();
    place.add_vendor("aa");
    let key = place.key("aa", &["submit"]);
    let server = Server::start(&place);
    let folder = place.path("kaname-data");
    std::fs::rename(&folder, place.path("moved")).unwrap();
    let answer = hand_in(&server, &key);
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(server.get("/readyz").starts_with("HTTP/1.1 503"));
    let log = server.logged("was removed, moved or replaced");
    assert!(log.contains("the store cannot be used now"), "{log}");
    // Put back, it is the same file.
    std::fs::rename(place.path("moved"), &folder).unwrap();
    let answer = hand_in(&server, &key);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    for side in ["", "-wal", "-shm"] {
        std::fs::remove_file(format!("{}/kaname.db{side}", folder.display())).unwrap();
    }
    assert!(server.get("/readyz").starts_with("HTTP/1.1 503"));
    assert!(hand_in(&server, &key).starts_with("HTTP/1.1 503"));
}

#[test]
fn a_want_of_file_handles_is_told_at_the_start() {
    let place = Place::founded();
    let server = Server::start_in(&place, &[], &[("KANAME_LISTEN__MAX_CONNECTIONS", "100000")]);
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .unwrap();
    // The soft limit is raised to the hard one.
    let hard: Option<u64> = line.split_whitespace().nth(4).unwrap().parse().ok();
    let few = hard.is_some_and(|hard| hard < 100_000);
    let told = server
        .log()
        .contains("fewer file handles than listen.max_connections needs");
    assert_eq!(told, few, "{line}: {}", server.log());
}

#[test]
fn servers_and_workers_take_all_the_file_handles_they_may_have() {
    let place = Place::founded();
    for what in ["serve --address 127.0.0.1:0", "worker"] {
        let program = place.command(&[]).get_program().to_owned();
        let few = format!("ulimit -Sn 100 && ulimit -Hn 700 && exec \"$0\" {what}");
        let mut command = std::process::Command::new("bash");
        command.arg("-c").arg(few).arg(program);
        command.current_dir(place.path("")).env_clear();
        let mut running = command
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(running.stderr.take().unwrap()).lines();
        let mut log = log.map_while(Result::ok);
        // It is the first thing that they do.
        let first = log.next().unwrap_or_default();
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", running.id())).unwrap();
        running.kill().unwrap();
        running.wait().unwrap();
        assert!(
            first.contains("was raised") && first.contains("before=100"),
            "{first}"
        );
        let line = limits
            .lines()
            .find(|line| line.starts_with("Max open files"));
        let soft = line.and_then(|line| line.split_whitespace().nth(3));
        assert_eq!(soft, Some("700"), "{what}: {limits}");
    }
}

#[test]
fn a_clock_before_the_last_event_is_told_at_the_start() {
    let hub = Hub::found(Backend::Sqlite, "");
    let server = Server::start(&hub.place);
    assert!(!server.log().contains("the clock is"), "{}", server.log());
    assert_eq!(server.end(), 0);
    hub.inside_later(jiff::SignedDuration::from_hours(4), async |world| {
        let centre = world.hub().await.unwrap().unwrap();
        let caller = kaname_world::Caller::system("test");
        let definition = kaname_sharing::collection::Definition {
            alias: "later".to_owned(),
            title: kaname_sharing::Text::new("後", "Later"),
            description: kaname_sharing::Text::new("後", "Later"),
            kind: kaname_sharing::collection::CollectionKind::Library,
            default_tlp: Some(kaname_kernel::Tlp::Amber),
            default_pap: None,
            read: kaname_sharing::collection::Access::Everyone,
            write: kaname_sharing::collection::Access::Nobody,
            taxii: Default::default(),
        };
        world.open_collection(&caller, definition).await.unwrap();
        drop(centre);
    });
    let server = Server::start(&hub.place);
    let log = server.log();
    assert!(
        log.contains("the clock is before the ledger's last event"),
        "{log}"
    );
    assert!(log.contains("\"deadlines_held\":true"), "{log}");
    let ready = server.get("/readyz");
    assert!(
        ready.starts_with("HTTP/1.1 200") && ready.contains("warning: the clock is before"),
        "{ready}"
    );
}

#[test]
fn a_database_that_is_away_is_no_defect_of_ours() {
    let place = Place::founded();
    place.add_vendor("aa");
    let key = place.key("aa", &["submit"]);
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
    server.get("/readyz");
    assert_eq!(
        server.log().matches("not ready").count(),
        1,
        "once a change"
    );
    for line in server.log().lines() {
        assert!(!line.contains("request failed"), "{line}");
        assert!(!line.contains("\"answered\""), "{line}");
    }
    store.execute_batch("ROLLBACK").unwrap();
    let answer = server.say(&asked);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    server.logged("ready again");
}

/// The same over TAXII, in its own form, with when to come back.
#[test]
fn a_database_that_is_away_is_told_over_taxii() {
    let hub = Hub::found(Backend::Sqlite, "");
    let (party, intake) = hub.inside(async |world| {
        let provider = crate::scene::caller(&world, &hub.people.provider).await;
        let offered = world
            .offered_collections(&provider, &kaname_world::taxii::Root::own())
            .await
            .unwrap();
        let intake = offered.iter().find(|one| {
            one.collection.state.definition.kind
                == kaname_sharing::collection::CollectionKind::Intake
        });
        let party = provider.party.as_ref().unwrap();
        (
            party.state.code.to_string(),
            intake.unwrap().collection.id.to_string(),
        )
    });
    let key = [
        "key",
        "add",
        "--party",
        &party,
        "--label",
        "taxii",
        "--scope",
        "taxii:post",
        "--days",
        "9",
    ];
    let key = hub.place.done(&key)["secret"].as_str().unwrap().to_owned();
    let server = Server::start(&hub.place);
    let store = rusqlite::Connection::open(hub.place.path("kaname-data/kaname.db")).unwrap();
    store.execute_batch("BEGIN IMMEDIATE").unwrap();
    let note = r#"{"objects":[{"type":"note","spec_version":"2.1","id":"note--11111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","abstract":"a","content":"b","object_refs":["identity--11111111-1111-4111-8111-111111111111"]}]}"#;
    let taxii = server.say(&format!(
        "POST /taxii2/api/collections/{intake}/objects/ HTTP/1.1\r\nhost: localhost\r\n\
         authorization: Bearer {key}\r\naccept: application/taxii+json;version=2.1\r\n\
         content-type: application/taxii+json;version=2.1\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{note}",
        note.len()
    ));
    assert!(taxii.starts_with("HTTP/1.1 503"), "{taxii}");
    assert!(taxii.contains("retry-after: 10"), "{taxii}");
    assert!(
        taxii.contains("\"error_code\":\"store_unavailable\""),
        "{taxii}"
    );
    store.execute_batch("ROLLBACK").unwrap();
}

/// A disk without room, as far as a process can tell: no file may grow over 128 KiB.
#[test]
fn a_backup_that_runs_out_of_room_takes_its_part_away() {
    let place = Place::founded();
    for number in 0..20 {
        place.add_vendor(&format!("vendor-{number}"));
    }
    let room = std::fs::metadata(place.path("kaname-data/kaname.db")).unwrap();
    assert!(room.len() > 128 << 10, "{}", room.len());
    let program = place.command(&[]).get_program().to_owned();
    let mut command = std::process::Command::new("bash");
    let limited = "trap '' XFSZ; ulimit -f 128; exec \"$0\" backup copy.db";
    command.arg("-c").arg(limited).arg(program);
    command.current_dir(place.path("")).env_clear();
    let ran = crate::program::ran(command.output().unwrap());
    assert_ne!(ran.code, 0, "{}", ran.out);
    assert!(ran.err.contains("copy.db"), "{}", ran.err);
    assert!(!place.path("copy.db").exists() && !place.path("copy.db.part").exists());
    place.done(&["backup", "copy.db"]);
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
    assert!(place.path("copy.db.part").exists(), "not ours to remove");
}

#[test]
fn what_a_killed_backup_left_is_removed_by_the_next_and_told() {
    let place = Place::founded();
    place.add_vendor("aa");
    // Held by a reader of the copy's folder: the program is stopped while it writes, then killed.
    let bash = "\"$0\" backup first.db & pid=$!; \
                until [ -e first.db.part/copy ]; do kill -0 $pid || exit 9; done; \
                kill -KILL $pid; wait $pid; [ $? = 137 ]";
    let mut left = false;
    for _ in 0..50 {
        let mut command = std::process::Command::new("bash");
        command
            .args(["-c", bash])
            .arg(place.command(&[]).get_program());
        command.current_dir(place.path("")).env_clear();
        left = command.output().unwrap().status.success();
        if left && place.path("first.db.part").exists() {
            break;
        }
        let _ = std::fs::remove_file(place.path("first.db"));
    }
    assert!(left && place.path("first.db.part/kaname-backup").exists());
    assert!(!place.path("first.db").exists());
    std::fs::write(place.path("film.part"), "theirs").unwrap();
    let told = place.done(&["backup", "second.db"]);
    assert_eq!(
        told["leftovers_removed"].as_array().unwrap().len(),
        1,
        "{told}"
    );
    assert!(!place.path("first.db.part").exists());
    assert!(place.path("film.part").exists() && place.path("second.db").exists());
    let ran = place.run(&["backup", "first.db"]);
    assert!(ran.code == 0 && !ran.out.contains("removed"), "{}", ran.out);
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
