//! `config check | show | example`.

use std::fmt::Write as _;

use serde_json::json;

use crate::{
    cli::ConfigCommand,
    config::{
        Config, check, key::Key, keys::KEYS, kind::Kind, load::Sources, stray::stray, value::Value,
    },
    fault::{Exit, Fault},
    say::{Say, print, table},
    serve,
};

pub(super) fn run(command: &ConfigCommand, sources: &Sources, say: Say) -> Result<(), Fault> {
    match command {
        ConfigCommand::Check => check_all(sources, say),
        ConfigCommand::Show => show(sources, say),
        ConfigCommand::Example => print(&example()),
    }
}

fn check_all(sources: &Sources, say: Say) -> Result<(), Fault> {
    let (config, mut mistakes) = Config::read(sources);
    mistakes.extend(check::absent(&config));
    let untried = serve::untried(&config).into_iter();
    mistakes.extend(
        untried
            .filter(|one| !mistakes.iter().any(|known| known.key == one.key))
            .collect::<Vec<_>>(),
    );
    mistakes.extend(stray(&sources.variables));
    let file = config.file().map(|path| path.display().to_string());
    let told = file
        .clone()
        .unwrap_or_else(|| "no file; environment and defaults".to_owned());
    let result = json!({ "file": file, "mistakes": mistakes });
    say.result(&result, || {
        if mistakes.is_empty() {
            return format!("the configuration is sound ({told})");
        }
        let faults: String = mistakes
            .iter()
            .map(|mistake| check::fault(mistake).text())
            .collect();
        faults.trim_end().to_owned()
    })?;
    if mistakes.is_empty() {
        return Ok(());
    }
    let count = mistakes.len();
    let noun = if count == 1 { "mistake" } else { "mistakes" };
    Err(Fault::new(Exit::Usage, format!("{count} {noun} in the configuration")).at(told))
}

fn show(sources: &Sources, say: Say) -> Result<(), Fault> {
    let config = Config::sound(sources)?;
    super::warn(sources, say);
    let shown: Vec<(&Key, String, String)> = KEYS
        .iter()
        .map(|key| (key, told(&config, key), config.origin(key.name).to_string()))
        .collect();
    let value: serde_json::Map<String, serde_json::Value> = shown
        .iter()
        .map(|(key, value, origin)| {
            (
                key.name.to_owned(),
                json!({ "value": value, "from": origin }),
            )
        })
        .collect();
    say.result(&value, || {
        let rows: Vec<_> = shown
            .iter()
            .map(|(key, value, origin)| [key.name.to_owned(), value.clone(), origin.clone()])
            .collect();
        table(["KEY", "VALUE", "FROM"], &rows)
    })
}

fn told(config: &Config, key: &Key) -> String {
    let value = config.setting(key.name).map(|setting| &setting.value);
    let text = match value {
        None | Some(Value::None) if key.name == "keys.folder" => {
            config.keys().display().to_string()
        }
        None | Some(Value::None) => String::new(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Path(path)) => path.display().to_string(),
        Some(Value::Bool(switch)) => switch.to_string(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Address(address)) => address.to_string(),
    };
    if key.secret && !text.is_empty() {
        "(hidden)".to_owned()
    } else {
        text
    }
}

/// A file with every key as a comment, its default and meaning.
pub(super) fn example() -> String {
    let mut text = String::from(
        "# Kaname's configuration. Every key may be left out; what stands here are the defaults.\n\
         # The environment overrides the file: KANAME_LISTEN__ADDRESS for listen.address. Options win.\n",
    );
    let mut last = "";
    for key in KEYS {
        let (section, name) = key.name.split_once('.').unwrap_or(("", key.name));
        if section != last {
            let _ = writeln!(text, "\n[{section}]");
            last = section;
        }
        let _ = writeln!(text, "# {} ({})", key.about, key.kind.allowed());
        let value = match key.kind {
            Kind::Bool | Kind::Number(..) => key.default.to_owned(),
            _ => format!("\"{}\"", key.default),
        };
        let _ = writeln!(text, "#{name} = {value}");
    }
    text
}
