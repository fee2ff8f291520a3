//! The configuration: one TOML file, every key overridable by the environment, options win.

pub(crate) mod check;
pub(crate) mod key;
pub(crate) mod keys;
pub(crate) mod kind;
pub(crate) mod load;
pub(crate) mod stray;
#[cfg(test)]
mod tests;
pub(crate) mod value;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use self::{
    load::{Mistake, Origin, Setting, Settings, Sources},
    value::Value,
};
use crate::{
    bounded,
    fault::{Exit, Fault, line_and_column},
};

/// Largest configuration file that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;
/// Places where the file is looked for when none is named.
const PLACES: [&str; 2] = ["kaname.toml", "/etc/kaname/kaname.toml"];

/// The effective configuration.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    settings: Settings,
    file: Option<PathBuf>,
}

impl Config {
    /// Reads all sources. Mistakes come beside the configuration, which then holds defaults in
    /// their place.
    pub(crate) fn read(sources: &Sources) -> (Self, Vec<Mistake>) {
        let (settings, mut mistakes) = load::load(sources);
        let file = sources.file.as_ref().map(|(path, _)| path.clone());
        let config = Self { settings, file };
        if !mistakes.iter().any(Mistake::is_syntax) {
            mistakes.extend(check::together(&config));
        }
        mistakes.sort_by_key(|mistake| mistake.line.unwrap_or(usize::MAX));
        (config, mistakes)
    }

    /// The same, with mistakes as a fault.
    pub(crate) fn sound(sources: &Sources) -> Result<Self, Fault> {
        let (config, mistakes) = Self::read(sources);
        match mistakes.as_slice() {
            [] => Ok(config),
            [first, rest @ ..] => {
                let mut fault = check::fault(first);
                if !rest.is_empty() {
                    fault = fault.hint(format!(
                        "{} more; `kaname config check` shows all of them",
                        rest.len()
                    ));
                }
                Err(fault)
            }
        }
    }

    /// With another value for a key, as an option would set it. A value that does not fit its key
    /// leaves the key as it is.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, text: &str) -> Self {
        if let Some(key) = key::find(name)
            && let Ok(value) = value::parse(key.kind, text)
        {
            let origin = Origin::Option("demo".to_owned());
            self.settings.insert(key.name, Setting { value, origin });
        }
        self
    }

    /// The file it was read from.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// A setting with its origin. Every key of the table has one.
    pub(crate) fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// Where the value of a key comes from.
    pub(crate) fn origin(&self, name: &str) -> Origin {
        self.setting(name)
            .map_or(Origin::Default, |setting| setting.origin.clone())
    }

    /// Text, or `None` when nothing is said.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.setting(name)?.value {
            Value::Text(ref text) => Some(text),
            _ => None,
        }
    }

    /// A path.
    pub(crate) fn path(&self, name: &str) -> Option<&Path> {
        match self.setting(name)?.value {
            Value::Path(ref path) => Some(path),
            _ => None,
        }
    }

    /// A number or a number of bytes. All number keys have a default within their bounds.
    pub(crate) fn number(&self, name: &str) -> u64 {
        match self.setting(name).map(|setting| &setting.value) {
            Some(Value::Number(number)) => *number,
            _ => 0,
        }
    }

    /// A switch.
    pub(crate) fn switch(&self, name: &str) -> bool {
        self.setting(name)
            .is_some_and(|setting| setting.value == Value::Bool(true))
    }

    /// Where the server listens.
    pub(crate) fn address(&self) -> SocketAddr {
        match self.setting("listen.address").map(|setting| &setting.value) {
            Some(Value::Address(address)) => *address,
            _ => SocketAddr::from((Ipv4Addr::LOCALHOST, 8_440)),
        }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("store.path")
            .map_or_else(|| PathBuf::from("kaname-data"), Path::to_owned)
    }

    /// The folder of the keys: as said, or the data folder's name with `-keys` added.
    pub(crate) fn keys(&self) -> PathBuf {
        if let Some(folder) = self.path("keys.folder") {
            return folder.to_owned();
        }
        let data = self.data();
        let mut name = data
            .file_name()
            .unwrap_or("kaname-data".as_ref())
            .to_owned();
        name.push("-keys");
        data.with_file_name(name)
    }

    /// Bounds on what arrives. What nobody said stays within the largest body; what was said and does
    /// not is a mistake ([`check::together`]).
    fn limits(&self) -> kaname_world::Limits {
        let size = |name| usize::try_from(self.number(name)).unwrap_or(usize::MAX);
        let body = size("limits.max_body");
        let within = |name| size(name).min(body);
        kaname_world::Limits {
            max_body_bytes: body,
            max_form_bytes: within("limits.max_form"),
            max_draft_bytes: within("limits.max_draft"),
            max_post_bytes: within("limits.max_post"),
            max_parts: size("limits.max_parts"),
            max_text_bytes: within("limits.max_text"),
            max_attachment_bytes: within("limits.max_attachment"),
            max_attachments: size("limits.max_attachments"),
            max_values: size("limits.max_values"),
            max_objects: size("limits.max_objects"),
            max_object_bytes: size("limits.max_object"),
            max_depth: size("limits.max_depth"),
            max_string_bytes: within("limits.max_string"),
            max_mail_bytes: within("limits.max_mail"),
            max_mail_parts: size("limits.max_mail_parts"),
            max_mail_depth: size("limits.max_mail_depth"),
            max_table_bytes: within("limits.max_table"),
            max_rows: size("limits.max_rows"),
            max_columns: size("limits.max_columns"),
            max_cell_bytes: size("limits.max_cell"),
            max_import_bytes: self.number("limits.max_import"),
            max_import_objects: size("limits.max_import_objects"),
            api_per_minute: u32::try_from(self.number("limits.api_per_minute")).unwrap_or(u32::MAX),
            request_timeout_s: u32::try_from(self.number("limits.request_timeout_s"))
                .unwrap_or(u32::MAX),
        }
    }

    /// Bounds and names of the world.
    pub(crate) fn world(&self) -> kaname_world::Settings {
        let small = |name| u32::try_from(self.number(name)).unwrap_or(u32::MAX);
        let defaults = kaname_world::Settings::default();
        kaname_world::Settings {
            origin: self
                .text("hub.origin")
                .map_or(defaults.origin, str::to_owned),
            limits: self.limits(),
            max_submissions_per_hour: self.number("limits.max_submissions_per_hour"),
            max_page_objects: small("taxii.max_page_size"),
            max_sign_in_failures: self.number("limits.max_sign_in_failures"),
            session_idle_hours: small("limits.session_idle_hours"),
            session_max_hours: small("limits.session_max_hours"),
            consent_hours: small("limits.consent_hours"),
            draft_hours: small("limits.draft_hours"),
            false_positive_quota: small("review.false_positive_quota"),
            max_answers_per_hour: self.number("limits.max_answers_per_hour"),
            job_lease_s: small("jobs.lease_s"),
        }
    }
}

/// Finds and reads the configuration file: the one named, else the first that is there.
pub(crate) fn file(named: Option<&Path>) -> Result<Option<(PathBuf, String)>, Fault> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => match PLACES.iter().map(Path::new).find(|path| path.is_file()) {
            Some(path) => path.to_owned(),
            None => return Ok(None),
        },
    };
    let told = path.display();
    let unreadable = |error: std::io::Error| {
        let mut fault = Fault::file(&path, "read", &error);
        fault.exit = Exit::Usage;
        match error.kind() {
            std::io::ErrorKind::NotFound => {
                fault.hint("`kaname config example` prints a configuration to begin with")
            }
            _ => fault,
        }
    };
    if path.is_dir() {
        let hint = format!(
            "name the file, such as {}",
            path.join("kaname.toml").display()
        );
        let what = format!("{told} is a folder, not a configuration file");
        return Err(Fault::usage(what).hint(hint));
    }
    let bytes = bounded::bytes(&path, MAX_FILE).map_err(unreadable)?;
    let bytes = bytes.ok_or_else(|| Fault::usage(format!("{told} is over {MAX_FILE} bytes")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        let (line, column) = line_and_column(error.as_bytes(), byte);
        Fault::usage(format!("{told} is not UTF-8 text"))
            .at(format!("{told}:{line}:{column}"))
            .hint("a configuration is TOML, saved as UTF-8")
    })?;
    Ok(Some((path, text)))
}
