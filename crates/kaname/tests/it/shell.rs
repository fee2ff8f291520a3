//! Administration from the shell, with exit codes that mean something.

use crate::program::{Place, mode};

#[test]
fn init_says_how_to_serve_what_it_made() {
    let place = Place::new();
    let made = place.run(&["init", "--data", "d2", "--keys", "k2"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let next = "Next: kaname serve --data d2 --keys k2";
    assert!(made.out.contains(next), "{}", made.out);
}

#[test]
fn init_makes_private_folders_once() {
    let place = Place::new();
    let first = place.run(&["init", "--json"]);
    assert_eq!(first.code, 0, "{}", first.err);
    let made = first.json();
    assert_eq!(made["login"], "officer");
    assert!(
        made["totp_address"]
            .as_str()
            .unwrap()
            .starts_with("otpauth://totp/")
    );
    assert_eq!(made["password"].as_str().unwrap().len(), 24);
    assert_eq!(mode(&place.path("kaname-data")), 0o700);
    assert_eq!(mode(&place.path("kaname-data-keys")), 0o700);
    for file in [
        "kaname-data/kaname.db",
        "kaname-data-keys/world.key",
        "kaname-data-keys/seal.key",
    ] {
        assert_eq!(mode(&place.path(file)), 0o600, "{file}");
    }
    let key = std::fs::read(place.path("kaname-data-keys/world.key")).unwrap();
    let again = place.run(&["init", "--json"]);
    assert_eq!(again.code, 4);
    assert!(
        again.fault()["hints"][0]
            .as_str()
            .unwrap()
            .contains("nothing was changed")
    );
    assert_eq!(
        std::fs::read(place.path("kaname-data-keys/world.key")).unwrap(),
        key
    );
}

#[test]
fn a_bad_first_password_leaves_nothing_behind() {
    let place = Place::new();
    place.write("pw", "short\n");
    let ran = place.run(&["init", "--json", "--password-file", "pw"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    place.write("pw", "a-long-and-good-password\n");
    let made = place.done(&["init", "--password-file", "pw"]);
    assert!(
        made["password"].is_null(),
        "a password that was given is not printed"
    );
}

#[test]
fn parties_people_keys_and_groups() {
    let place = Place::founded();
    place.done(&[
        "party",
        "add",
        "energy-isac",
        "--kind",
        "isac",
        "--name-ja",
        "電力共有会",
        "--name-en",
        "Energy ISAC",
    ]);
    let added = place.done(&[
        "party",
        "add",
        "minato",
        "--kind",
        "operator",
        "--name-ja",
        "湊電力",
        "--name-en",
        "Minato",
        "--sector",
        "electricity",
        "--domain",
        "minato.example",
        "--network",
        "198.18.1.0/24",
        "--class",
        "general",
        "--under",
        "energy-isac",
    ]);
    assert_eq!(added["party"]["mail_domains"][0], "minato.example");
    assert_eq!(place.done(&["party", "list"])["count"], 3);
    assert_eq!(
        place.done(&["party", "list", "--kind", "operator"])["count"],
        1
    );
    let opened = place.done(&[
        "user",
        "add",
        "soc",
        "--party",
        "minato",
        "--role",
        "provider",
        "--role",
        "steward",
        "--title-ja",
        "当直",
        "--title-en",
        "Duty",
        "--totp",
    ]);
    assert!(opened["password"].is_string() && opened["totp_secret"].is_string());
    assert_eq!(opened["account"]["second_factor"], true);
    assert!(!opened.to_string().contains("argon2"), "no hash is printed");
    let duty = place.done(&["party", "duty", "minato", "secrecy", "--by", "soc"]);
    assert_eq!(duty["party"]["duties"][0]["duty"], "secrecy");
    let reset = place.done(&["user", "reset", "soc"]);
    assert_ne!(reset["password"], opened["password"]);
    place.done(&["user", "disable", "soc", "--reason", "異動"]);
    assert_eq!(
        place.done(&["user", "list", "--party", "minato"])["accounts"][0]["active"],
        false
    );
    place.done(&["user", "enable", "soc"]);

    place.write("soc.asc", kaname_testkit::keys::SOC);
    let fingerprint = "F23B941ECC760DF4D2416ABC30C4DF7888CAC0CB";
    let keys = place.done(&["party", "key", "minato", "--add", "soc.asc"]);
    assert_eq!(keys["keys"][0]["fingerprint"], fingerprint);
    assert_eq!(
        place
            .run(&["party", "key", "minato", "--remove", "AB"])
            .code,
        3
    );
    let keys = place.done(&["party", "key", "minato", "--remove", fingerprint]);
    assert_eq!(keys["keys"].as_array().unwrap().len(), 0);
    let keys = place.done(&["user", "key", "soc", "--set", "soc.asc"]);
    assert_eq!(
        keys["keys"][0]["user_ids"][0],
        "SOC desk <soc@kaihin.example>"
    );
    place.write("bad.asc", "nothing");
    let bad = place.run(&["user", "key", "soc", "--set", "bad.asc", "--json"]);
    assert_eq!((bad.code, bad.fault()["at"].as_str()), (2, Some("bad.asc")));
    place.done(&["user", "key", "soc", "--remove"]);

    let key = place.done(&[
        "key",
        "add",
        "--party",
        "minato",
        "--label",
        "client",
        "--scope",
        "taxii:read",
        "--days",
        "30",
    ]);
    assert!(key["secret"].as_str().unwrap().starts_with("kn_"));
    let id = key["key"]["id"].as_str().unwrap();
    assert!(
        !place
            .done(&["key", "list"])
            .to_string()
            .contains(key["secret"].as_str().unwrap())
    );
    place.done(&["key", "revoke", id, "--reason", "廃棄"]);
    assert_eq!(
        place.run(&["key", "revoke", id, "--reason", "廃棄"]).code,
        4
    );

    place.done(&[
        "group",
        "add",
        "energy",
        "--name-ja",
        "部会",
        "--name-en",
        "Group",
    ]);
    let joined = place.done(&["group", "join", "energy", "minato"]);
    assert!(joined.is_object());
    let listed = place.done(&["group", "list"]);
    assert_eq!(listed["groups"][0]["members"][0], "minato");
    place.done(&["group", "leave", "energy", "minato"]);
    place.done(&[
        "collection",
        "add",
        "for-energy",
        "--kind",
        "library",
        "--name-ja",
        "電力",
        "--name-en",
        "Energy",
        "--tlp",
        "AMBER",
        "--group",
        "energy",
    ]);
    assert_eq!(place.done(&["collection", "list"])["count"], 3);
    let names = ["--name-ja", "電力・ガス", "--name-en", "Power and gas"];
    let renamed = place.done(&[&["collection", "rename", "for-energy"][..], &names].concat());
    assert_eq!(renamed["definition"]["title"]["ja"], "電力・ガス");
    let again = place.run(&[&["collection", "rename", "for-energy"][..], &names].concat());
    assert_eq!(again.code, 4, "nothing would change");
    place.done(&["collection", "close", "for-energy", "--reason", "統合"]);
    assert_eq!(place.done(&["collection", "list"])["count"], 2);
    let closed = place.run(&["collection", "close", "for-energy", "--reason", "統合"]);
    assert_eq!(closed.code, 3, "a closed one is not found again");
    place.done(&["party", "retire", "minato", "--reason", "合併"]);
    assert_eq!(place.done(&["verify"])["fault"], serde_json::Value::Null);
}

#[test]
fn exit_codes_tell_what_kind_of_fault() {
    let place = Place::founded();
    let code = |arguments: &[&str]| place.run(arguments).code;
    assert_eq!(code(&["party", "show", "nobody"]), 3);
    assert_eq!(code(&["user", "reset", "nobody"]), 3);
    assert_eq!(code(&["group", "join", "none", "centre"]), 3);
    assert_eq!(code(&["key", "revoke", "not-an-id", "--reason", "x"]), 2);
    assert_eq!(code(&["party", "add"]), 2);
    assert_eq!(code(&["party", "retire", "centre", "--reason", "x"]), 4);
    let twice = [
        "party",
        "add",
        "centre",
        "--kind",
        "vendor",
        "--name-ja",
        "二",
        "--name-en",
        "Two",
    ];
    assert_eq!(code(&twice), 4);
    let sector = [
        "party",
        "add",
        "aa",
        "--kind",
        "vendor",
        "--name-ja",
        "二",
        "--name-en",
        "Two",
        "--sector",
        "moon",
    ];
    assert_eq!(code(&sector), 2);
    assert_eq!(code(&["--help"]), 0);
    assert_eq!(
        Place::new().run(&["party", "list"]).code,
        3,
        "there is no store"
    );
}

#[test]
fn faults_say_what_where_and_what_to_do_in_json_too() {
    let place = Place::founded();
    let fault = |arguments: &[&str], code: i32| {
        let ran = place.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
        ran.fault()
    };
    let unread = fault(&["party", "add", "--json"], 2);
    assert!(
        unread["what"]
            .as_str()
            .unwrap()
            .contains("required arguments")
    );
    assert!(unread["hints"].to_string().contains("--kind <KIND>"));
    let kind = fault(&["party", "list", "--kind", "moon", "--json"], 2);
    assert_eq!(kind["at"], "party.kind");
    assert!(kind["hints"].to_string().contains("operator"));
    let collection = fault(&["export", "--collection", "moon", "--json"], 3);
    assert_eq!(collection["what"], "there is no collection `moon`");
    let folder = fault(&["backup", "nowhere/copy.db", "--json"], 3);
    assert_eq!(folder["at"], "nowhere/copy.db");
    let key = fault(&["key", "revoke", "abc", "--reason", "x", "--json"], 2);
    assert!(key["hints"].to_string().contains("key list"));
}

#[test]
fn every_help_has_an_example_and_the_exit_codes() {
    let place = Place::new();
    let mut waiting = vec![Vec::<String>::new()];
    let mut seen = 0;
    while let Some(path) = waiting.pop() {
        let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
        arguments.push("--help");
        let ran = place.run(&arguments);
        assert_eq!(ran.code, 0, "{path:?}");
        assert!(ran.out.contains("Exit codes: 0 done"), "{path:?}");
        let lines = ran
            .out
            .lines()
            .skip_while(|line| *line != "Commands:")
            .skip(1);
        let commands: Vec<String> = lines
            .take_while(|line| !line.is_empty())
            .filter_map(|line| {
                line.strip_prefix("  ")?
                    .split(' ')
                    .next()
                    .map(str::to_owned)
            })
            .filter(|word| !word.is_empty())
            .collect();
        if commands.is_empty() {
            assert!(ran.out.contains("Example"), "{path:?} has no example");
        }
        waiting.extend(
            commands
                .into_iter()
                .map(|word| [path.clone(), vec![word]].concat()),
        );
        seen += 1;
    }
    assert!(seen > 30, "{seen} helps were read");
}

#[test]
fn sectors_are_as_the_law_was_on_the_day() {
    let place = Place::new();
    let on = |day: &str| place.done(&["sector", "list", "--on", day]);
    let (then, now) = (on("2018-08-01"), on("2025-08-01"));
    assert_eq!(
        (then["count"].as_u64(), now["count"].as_u64()),
        (Some(14), Some(15))
    );
    let ministry = |all: &serde_json::Value| {
        let sectors = all["sectors"].as_array().unwrap();
        let water = sectors
            .iter()
            .find(|sector| sector["code"] == "water")
            .unwrap();
        water["ministries"][0]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        (ministry(&then), ministry(&now)),
        ("mhlw".to_owned(), "mlit".to_owned())
    );
    let changes = place.done(&[
        "sector",
        "changes",
        "--from",
        "2018-08-01",
        "--to",
        "2025-08-01",
    ]);
    let codes: Vec<_> = changes["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["code"].clone())
        .collect();
    for code in ["ports", "water", "centre"] {
        assert!(codes.iter().any(|known| known == code), "{code}");
    }
    let backwards = place.run(&[
        "sector",
        "changes",
        "--from",
        "2025-08-01",
        "--to",
        "2018-08-01",
    ]);
    assert_eq!(backwards.code, 2);
}
