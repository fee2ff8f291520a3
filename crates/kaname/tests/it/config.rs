//! The configuration: every mistake is explained, everything has an origin, secrets stay hidden.

use crate::program::Place;

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
        "postgres://kaname:hunter2hunter2@db/kaname",
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
