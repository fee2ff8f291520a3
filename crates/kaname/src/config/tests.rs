//! Whatever stands in the file, in a variable or in an option is read or told as a mistake.

use std::path::PathBuf;

use proptest::{collection::vec, prelude::*, sample::select};

use super::{Config, key::Key, keys::KEYS, kind::Kind, load::Sources};

/// Values of every type, and beyond their bounds.
const WRITTEN: &[&str] = &[
    "true",
    "0",
    "-1",
    "0x7f",
    "1_000",
    "1e400",
    "18446744073709551616",
    "\"\"",
    "'''\n'''",
    "\"64 KiB\"",
    "\"16777216 GiB\"",
    "\"[::1]:8440\"",
    "\"0.0.0.0:0\"",
    "\"https://é.test\"",
    "[1, [2]]",
    "{ a = 1 }",
    "2026-11-29T00:00:00Z",
    "nan",
    "\"\\u0000\"",
    "\"../../x\"",
];

/// What may stand where a value does.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        select(WRITTEN).prop_map(str::to_owned),
        any::<i64>().prop_map(|number| number.to_string()),
        "\\PC{0,12}".prop_map(|text| format!("{text:?}")),
        "\\PC{0,12}",
    ]
}

fn key() -> impl Strategy<Value = &'static Key> {
    (0..KEYS.len()).prop_map(|place| &KEYS[place])
}

/// A line that is nearly one of a configuration.
fn line() -> impl Strategy<Value = String> {
    let section = key().prop_map(|key| format!("[{}]", key.name.split('.').next().unwrap_or("")));
    let pair = (key(), value()).prop_map(|(key, value)| {
        let name = key.name.split('.').nth(1).unwrap_or("");
        format!("{name} = {value}")
    });
    let whole = (key(), value()).prop_map(|(key, value)| format!("{} = {value}", key.name));
    prop_oneof![3 => section, 6 => pair, 1 => whole, 1 => "\\PC{0,20}"]
}

/// A section with keys of its own, each with some value: what no syntax stops from being read.
fn sections() -> impl Strategy<Value = String> {
    let chosen = vec((key(), value()), 0..12);
    chosen.prop_map(|pairs| {
        let mut seen = std::collections::BTreeMap::new();
        for (key, value) in pairs {
            seen.insert(key.name, value);
        }
        let (mut text, mut last) = (String::new(), "");
        for (name, value) in seen {
            let (section, key) = name.split_once('.').unwrap_or((name, ""));
            if section != last {
                text.push_str(&format!("[{section}]\n"));
                last = section;
            }
            text.push_str(&format!("{key} = {value}\n"));
        }
        text
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        vec(line(), 0..12).prop_map(|lines| lines.join("\n")),
        sections(),
        vec(any::<char>(), 0..60).prop_map(|text| text.into_iter().collect()),
    ]
}

fn sources(text: &str, variables: Vec<(String, String)>) -> Sources {
    Sources {
        file: Some((PathBuf::from("kaname.toml"), text.to_owned())),
        variables,
        options: Vec::new(),
    }
}

/// What holds whatever was read.
fn holds(read: &Sources, lines: usize) -> Result<(), TestCaseError> {
    let (config, mistakes) = Config::read(read);
    for key in KEYS {
        prop_assert!(
            config.setting(key.name).is_some(),
            "{} is missing",
            key.name
        );
        if let Kind::Number(least, most) | Kind::Bytes(least, most) = key.kind {
            let number = config.number(key.name);
            let is_said = number != 0;
            prop_assert!(
                !is_said || (least..=most).contains(&number),
                "{}: {number}",
                key.name
            );
        }
    }
    for mistake in &mistakes {
        prop_assert!(!mistake.at.is_empty() && !mistake.what.is_empty());
        prop_assert!(
            mistake
                .line
                .is_none_or(|line| (1..=lines + 1).contains(&line))
        );
    }
    prop_assert_eq!(&mistakes, &Config::read(read).1);
    prop_assert_eq!(mistakes.is_empty(), Config::sound(read).is_ok());
    Ok(())
}

proptest! {
    #[test]
    fn any_file_is_read_or_its_mistakes_are_told(text in text()) {
        holds(&sources(&text, Vec::new()), text.lines().count())?;
    }

    #[test]
    fn any_variable_is_read_or_told_as_a_mistake(key in key(), value in value(), odd in "[A-Z_]{0,12}") {
        let variables = vec![
            (key.variable(), value.clone()),
            (format!("KANAME_{odd}__{odd}"), value),
        ];
        holds(&sources("", variables), 0)?;
    }

    /// A secret of a wrong form is told without being shown, in the file and in a variable.
    #[test]
    fn what_is_secret_stands_in_no_mistake(inside in "[a-z]{12}") {
        for key in KEYS.iter().filter(|key| key.secret) {
            let (section, name) = key.name.split_once('.').unwrap_or((key.name, ""));
            let values = [
                format!("\"{inside}\\u0007\""),
                format!("\"none://{inside}\""),
                format!("[\"{inside}\"]"),
            ];
            for value in values {
                let text = format!("[{section}]\n{name} = {value}\n");
                let variables = vec![(key.variable(), format!("none://{inside}\u{7}"))];
                let (_, mistakes) = Config::read(&sources(&text, variables));
                prop_assert!(!format!("{mistakes:?}").contains(&inside), "{mistakes:?}");
            }
        }
    }
}
