//! The configuration: every mistake is explained, everything has an origin, secrets stay hidden.

use crate::{
    program::{Place, ran},
    serving::Server,
};

#[test]
fn each_mistake_is_told_with_line_key_and_what_was_meant() {
    let place = Place::new();
    place.write(
        "kaname.toml",
        "[stor]\npath = \"x\"\n[listen]\nadress = \"1\"\nthreads = \"four\"\naddress = \"0.0.0.0:1\"\n\
         [keys]\nfolder = \"kaname-data/keys\"\n[log]\nlevel = \"loud\"\n",
    );
    let ran = place.run(&["config", "check", "--json"]);
    assert_eq!(ran.code, 2);
    let mistakes = ran.json()["mistakes"].clone();
    let lines: Vec<_> = mistakes
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["line"].as_u64().unwrap(),
                one["key"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let expected = [
        (1, "stor"),
        (4, "listen.adress"),
        (5, "listen.threads"),
        (6, "listen.address"),
        (8, "keys.folder"),
        (10, "log.level"),
    ];
    assert_eq!(lines, expected.map(|(line, key)| (line, key.to_owned())));
    assert_eq!(mistakes[0]["did_you_mean"], "store");
    assert_eq!(mistakes[1]["did_you_mean"], "listen.address");
    assert!(mistakes[5]["allowed"].as_str().unwrap().contains("debug"));
}

#[test]
fn broken_toml_is_told_with_its_line() {
    let place = Place::new();
    place.write("kaname.toml", "[store]\npath = \"a\"\n[store\n");
    let ran = place.run(&["config", "check", "--json"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.json()["mistakes"][0]["line"], 3);
}

#[test]
fn a_fault_of_syntax_is_the_only_one_told() {
    let place = Place::new();
    place.write("kaname.toml", "[listen\naddress = \"0.0.0.0:1\"\n[stor]\n");
    let ran = place.run(&["config", "check", "--json"]);
    assert_eq!(ran.code, 2);
    let mistakes = ran.json()["mistakes"].as_array().unwrap().clone();
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    assert_eq!(mistakes[0]["at"], "kaname.toml:1:8");
    assert!(mistakes[0]["what"].to_string().contains("not TOML"));
}

#[test]
fn a_mistake_says_what_was_expected() {
    let place = Place::new();
    place.write(
        "kaname.toml",
        "[moon]\n[listen]\nthreads = \"four\"\nzzz = 1\n[log]\nlevel = 1\n",
    );
    let ran = place.run(&["config", "check"]);
    for words in [
        "allowed: the sections hub, store, keys",
        "a number without quotes is expected, not text",
        "text in quotes is expected, not a number",
        "allowed: in [listen]: address, public_url",
    ] {
        assert!(ran.out.contains(words), "{words:?} is not in: {}", ran.out);
    }
}

#[test]
fn a_file_that_is_no_configuration_is_told_as_that() {
    let place = Place::new();
    std::fs::write(place.path("latin.toml"), b"[hub]\nname_en = \"Caf\xe9\"\n").unwrap();
    let check = |file: &str| place.run(&["config", "check", "--config", file]);
    let folder = check(".");
    assert_eq!(folder.code, 2);
    assert!(folder.err.contains(". is a folder"), "{}", folder.err);
    assert!(!folder.err.contains("config example"), "{}", folder.err);
    let latin = check("latin.toml");
    assert_eq!(latin.code, 2);
    assert!(latin.err.contains("is not UTF-8"), "{}", latin.err);
    assert!(latin.err.contains("latin.toml:2:15"), "{}", latin.err);
    assert!(check("none.toml").err.contains("config example"));
}

#[test]
fn file_then_environment_then_option() {
    let place = Place::new();
    place.write(
        "kaname.toml",
        "[store]\npath = \"file\"\nreaders = 7\n[log]\nlevel = \"warn\"\n",
    );
    let mut command = place.command(&["config", "show", "--json", "--data", "option"]);
    command
        .env("KANAME_LOG__LEVEL", "debug")
        .env("KANAME_STORE__PATH", "variable");
    let shown = crate::program::ran(command.output().unwrap()).json();
    assert_eq!(shown["store.path"]["value"], "option");
    assert_eq!(shown["store.path"]["from"], "option --data");
    assert_eq!(shown["log.level"]["from"], "environment KANAME_LOG__LEVEL");
    assert_eq!(shown["store.readers"]["from"], "kaname.toml:3");
    assert_eq!(shown["keys.folder"]["value"], "option-keys");
    assert_eq!(shown["listen.threads"]["from"], "default");
}

#[test]
fn an_unknown_variable_is_a_mistake_too() {
    let place = Place::new();
    let mut command = place.command(&["config", "check", "--json"]);
    let ran = crate::program::ran(command.env("KANAME_LOG__LEVL", "debug").output().unwrap());
    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.json()["mistakes"][0]["did_you_mean"],
        "KANAME_LOG__LEVEL"
    );
}

#[test]
fn a_variable_that_nobody_reads_is_named() {
    let place = Place::new();
    let run = |command: &[&str], variables: &[(&str, &str)]| {
        let mut command = place.command(command);
        crate::program::ran(command.envs(variables.iter().copied()).output().unwrap())
    };
    for (written, meant) in [
        ("KANAME_LISTEN_ADDRESS", "KANAME_LISTEN__ADDRESS"),
        ("KANAME_ADDRESS", "KANAME_LISTEN__ADDRESS"),
        ("KANAME_CONFG", "KANAME_CONFIG"),
    ] {
        let ran = run(&["config", "check", "--json"], &[(written, "foo")]);
        assert_eq!(ran.code, 2, "{written}");
        let mistake = ran.json()["mistakes"][0].clone();
        assert_eq!(mistake["key"], written);
        assert_eq!(mistake["did_you_mean"], meant);
    }
    // Those of the scripts and tests are theirs.
    let known = [
        ("KANAME_PYTHON", "x"),
        ("KANAME_DEMO_DATA", "x"),
        ("KANAME_URL", "x"),
    ];
    assert_eq!(run(&["config", "check"], &known).code, 0);
    let other = run(&["party", "list"], &[("KANAME_LISTEN_ADDRESS", "foo")]);
    assert_eq!(
        other.code, 3,
        "there is no store: the warning changes nothing"
    );
    assert!(
        other.err.starts_with("warning: KANAME_LISTEN_ADDRESS"),
        "{}",
        other.err
    );
}

#[test]
fn secrets_are_not_shown() {
    let place = Place::new();
    let mut command = place.command(&["config", "show"]);
    command.env("KANAME_MAIL__SMTP_PASSWORD", "hunter2hunter2");
    command.env(
        "KANAME_STORE__URL",
        "postgres://kaname:hunter2hunter2@localhost/kaname",
    );
    let ran = crate::program::ran(command.output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!ran.out.contains("hunter2"));
    assert!(ran.out.contains("(hidden)"));
}

#[test]
fn the_example_is_a_sound_configuration_with_every_key() {
    let place = Place::new();
    let example = place.run(&["config", "example"]).out;
    let plain: String = example
        .lines()
        .map(|line| match line.strip_prefix('#') {
            // Keys stand behind one sign of a comment, sentences behind a sign and a blank.
            Some(key) if !key.starts_with(' ') => format!("{key}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    place.write("kaname.toml", &plain);
    let checked = place.run(&["config", "check"]);
    assert_eq!(checked.code, 0, "{}", checked.out);
}

#[test]
fn keys_never_lie_in_the_data_folder() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("data/inner")).unwrap();
    std::os::unix::fs::symlink(place.path("data/inner"), place.path("elsewhere")).unwrap();
    for folder in ["data/keys", "data", "other/../data/keys", "elsewhere/keys"] {
        let ran = place.run(&["init", "--json", "--data", "data", "--keys", folder]);
        assert_eq!(ran.code, 2, "{folder}");
        assert!(
            ran.fault()["what"]
                .as_str()
                .unwrap()
                .starts_with("keys.folder")
        );
    }
    assert!(!place.path("data/kaname.db").exists());
}

#[test]
fn bounds_that_make_no_sense_are_mistakes() {
    let place = Place::new();
    place.write(
        "kaname.toml",
        "[limits]\nmax_body = \"1 MiB\"\nmax_attachment = \"2 MiB\"\nmax_post = \"3 MiB\"\n\
         max_depth = 1000\nmax_values = 5001\nsession_idle_hours = 24\nsession_max_hours = 12\n",
    );
    let ran = place.run(&["config", "check", "--json"]);
    assert_eq!(ran.code, 2);
    let mistakes = ran.json()["mistakes"].clone();
    let told: Vec<_> = mistakes
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["line"], one["key"].as_str().unwrap()))
        .collect();
    let expected = [
        "3 limits.max_attachment",
        "4 limits.max_post",
        "4 limits.max_post",
        "5 limits.max_depth",
        "6 limits.max_values",
        "7 limits.session_idle_hours",
    ];
    assert_eq!(told, expected);
    let what = mistakes[0]["what"].as_str().unwrap();
    assert!(
        what.contains("2097152 is over limits.max_body, which is 1048576"),
        "{what}"
    );
    // What nobody said stays within a smaller whole.
    place.write("kaname.toml", "[limits]\nmax_body = \"64 KiB\"\n");
    assert_eq!(place.run(&["config", "check"]).code, 0);
}

/// A lowered bound holds at the doors of the running program, and is said by each.
#[test]
fn a_bound_of_the_configuration_holds_in_the_program() {
    let place = Place::founded();
    place.write(
        "kaname.toml",
        "[limits]\nmax_body = \"64 KiB\"\nmax_form = \"16 KiB\"\nmax_import_objects = 2\n\
         max_object = \"1 KiB\"\n[listen]\nmax_header = \"8 KiB\"\n",
    );
    let server = Server::start(&place);
    let post = |path: &str, length: usize| {
        server.say(&format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\naccept: application/json\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{}",
            "x".repeat(length)
        ))
    };
    let answer = post("/sign-in", 17 << 10);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("\"limit\":16384"), "{answer}");
    let header = format!(
        "GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n",
        "x".repeat(9 << 10)
    );
    let answer = server.say(&header);
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    assert_eq!(server.end(), 0);
    place.done(&[
        "collection",
        "add",
        "feed",
        "--kind",
        "peer",
        "--name-ja",
        "外部",
        "--name-en",
        "Peer",
    ]);
    let object = |number: usize, more: &str| {
        format!(
            r#"{{"type":"note","spec_version":"2.1","id":"note--11111111-1111-4111-8111-11111111111{number}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","object_refs":[],"content":"x{more}"}}"#
        )
    };
    let import = |objects: &[String]| {
        place.write("bundle.json", &format!("[{}]", objects.join(",")));
        place.run(&["import", "bundle.json", "--collection", "feed"])
    };
    let many = import(&[object(1, ""), object(2, ""), object(3, "")]);
    assert_eq!(many.code, 1);
    assert!(many.err.contains("more than 2 objects"), "{}", many.err);
    let large = import(&[object(1, ""), object(2, &"x".repeat(2_000))]);
    assert_eq!(large.code, 1);
    assert!(
        large.err.contains("object 1") && large.err.contains("1024"),
        "{}",
        large.err
    );
}

/// What the guide says for several machines is a configuration that `serve` takes, and what `serve` refuses
/// the check refuses.
#[test]
fn the_check_refuses_what_serve_refuses_and_the_guide_shows_what_runs() {
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/operate.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let block = guide.split("## Several machines").nth(1).unwrap();
    let block = block
        .split("```toml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    assert!(block.contains("[store]"), "{block}");
    let place = Place::new();
    place.write("kaname.toml", block);
    let sound = place.run(&["config", "check"]);
    assert_eq!(sound.code, 0, "{}{}", sound.out, sound.err);
    let serve = ["serve", "--address", "127.0.0.1:0"];
    for (text, words) in [
        (
            "[store]\nurl = \"postgres://kaname@db.internal/kaname\"\n",
            "without TLS",
        ),
        (
            "[listen]\ntls_cert = \"no.pem\"\ntls_key = \"no.key\"\n",
            "no.pem",
        ),
        ("[hub]\norigin = \"\"\n", "hub.origin"),
    ] {
        let place = Place::founded();
        place.write("kaname.toml", text);
        for command in [&["config", "check"][..], &serve] {
            let ran = place.run(command);
            assert_ne!(ran.code, 0, "{command:?}: {}", ran.out);
            assert!(
                format!("{}{}", ran.out, ran.err).contains(words),
                "{}{}",
                ran.out,
                ran.err
            );
        }
    }
}

#[test]
fn the_check_tries_what_a_server_would_build() {
    let place = Place::new();
    place.write("not.pem", "this is no certificate");
    let pem = place.path("not.pem").display().to_string();
    for (text, key, said) in [
        ("[mail]\nsmtp_host = \"localhost\"\nsmtp_tls = \"none\"\nfrom = \"not an address\"".to_owned(), "mail.from", "address"),
        ("[oidc]\nissuer = \"http://idp.example\"\nclient_id = \"hub\"".to_owned(), "oidc.issuer", "https"),
        ("[oidc]\nissuer = \"https://idp.example\"\nclient_id = \"hub\"\nclient_secret_file = \"none.txt\"".to_owned(), "oidc.issuer", "none.txt"),
        (format!("[listen]\ntls_cert = \"{pem}\"\ntls_key = \"{pem}\""), "listen.tls_cert", "not.pem"),
        ("[listen]\npublic_url = \"http://hub.example/path?x\"".to_owned(), "listen.public_url", "scheme, host and port"),
        ("[store]\nschema = \"Bad Schema;drop\"".to_owned(), "store.schema", "no schema name"),
        ("[hub]\norigin = \"has space\"".to_owned(), "hub.origin", "signed checkpoints"),
        ("[hub]\norigin = \"a+b\"".to_owned(), "hub.origin", "signed checkpoints"),
    ] {
        place.write("kaname.toml", &text);
        let ran = place.run(&["config", "check", "--json"]);
        assert_eq!(ran.code, 2, "{text}: {}", ran.err);
        let told = ran.json();
        let mistakes = told["mistakes"].as_array().unwrap();
        let found = mistakes.iter().find(|one| one["key"] == key);
        let what = found.unwrap_or_else(|| panic!("{text}: {told}"))["what"].as_str();
        assert!(what.unwrap().contains(said), "{text}: {told}");
    }
}

#[test]
fn a_ledger_keeps_the_name_it_is_signed_under() {
    let place = Place::founded();
    // A restore signs what it proved.
    place.done(&["backup", "copy.db"]);
    place.done(&["restore", "copy.db", "--replace"]);
    let mut other = place.command(&["party", "list"]);
    let other = ran(other
        .env("KANAME_HUB__ORIGIN", "other.example/ledger")
        .output()
        .unwrap());
    assert_eq!(other.code, 2, "{}", other.err);
    for said in ["hub.origin", "is signed as", "KANAME_HUB__ORIGIN"] {
        assert!(other.err.contains(said), "{said}: {}", other.err);
    }
    place.done(&["party", "list"]);
}
