//! What a TAXII server tells of itself beside its collections (TAXII 2.1 §4.1, §4.2, §5.2): API roots,
//! discovery, and where a collection stands. The hub's own root is there without being set up.

use jiff::Timestamp;
use kaname_kernel::{Audience, Matter, MatterId, Moment, Projection, Unfit};
use serde::{Deserialize, Serialize};

use crate::refused::{Refused, bounded};

/// Lookup space of API roots by their path.
pub const ROOT_SPACE: &str = "api-root";
/// Lookup space of what discovery says, which is one matter, under [`DISCOVERY_KEY`].
pub const DISCOVERY_SPACE: &str = "taxii-discovery";
/// The one key of [`DISCOVERY_SPACE`].
pub const DISCOVERY_KEY: &str = "discovery";
/// Path of the hub's own root, under `/taxii2/`.
pub const OWN_ROOT: &str = "api";
/// Largest `max_content_length` that is kept to, in bytes; a root that promises more is told to clients
/// with this.
pub const MAX_CONTENT_LENGTH: u64 = 256 << 20;
/// Longest path of a root.
const MAX_PATH: usize = 100;
/// Longest title, description or contact, in bytes.
pub const MAX_WORDS: usize = 64 * 1024;
/// Most roots that discovery lists.
pub const MAX_ROOTS: usize = 500;

/// Where a collection stands in TAXII, and what of it came from a layout that was loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InTaxii {
    /// Its API root; the hub's own when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<MatterId>,
    /// Whether members are told of it who may neither read nor write.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
    /// Media types it says it takes; STIX 2.1 when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media_types: Vec<String>,
    /// Members that its layout left out, so that it is written as it came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<String>,
}

impl InTaxii {
    /// Whether nothing is said.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// What an API root tells of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootDefinition {
    /// Its path under `/taxii2/`: one segment.
    pub path: String,
    /// The path or URL as its layout writes it.
    pub written: String,
    /// Title.
    pub title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Longest body that may be posted, in bytes; kept to up to [`MAX_CONTENT_LENGTH`].
    pub max_content_length: u64,
    /// Members that its layout left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<String>,
}

/// What can happen to an API root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum RootChange {
    /// Set up.
    Opened(Box<RootDefinition>),
}

/// An API root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiRoot {
    /// What it tells of itself.
    pub definition: RootDefinition,
    /// When it was set up.
    pub opened: Timestamp,
}

impl Matter for ApiRoot {
    const KIND: &'static str = "api_root";
    type Change = RootChange;

    fn name(_: &RootChange) -> &'static str {
        "opened"
    }

    fn begin(change: &RootChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let RootChange::Opened(definition) = change;
        Ok(Self {
            definition: (**definition).clone(),
            opened: at.recorded,
        })
    }

    fn apply(&mut self, _: &RootChange, at: &Moment<'_>) -> Result<(), Unfit> {
        Err(at.unfit::<Self>("an API root is opened once"))
    }

    /// Every machine with a key is told of every root; what stands in it has readers of its own.
    fn project(&self) -> Projection {
        Projection {
            audience: Audience::everyone(),
            lookups: vec![(ROOT_SPACE.to_owned(), self.definition.path.clone())],
            ..Projection::officers("open", self.opened)
        }
    }
}

/// What discovery tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscoveryForm {
    /// Title.
    pub title: String,
    /// What this server is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The root for whoever has no wish, one of those listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Roots that are listed, by path or URL, whether they are here or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_roots: Option<Vec<String>>,
}

/// What can happen to discovery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum DiscoveryChange {
    /// It tells this from now on.
    Told(Box<DiscoveryForm>),
}

/// What discovery tells, once somebody has said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovery {
    /// As it was last said.
    pub form: DiscoveryForm,
    /// When it was first said.
    pub since: Timestamp,
}

impl Matter for Discovery {
    const KIND: &'static str = "taxii_discovery";
    type Change = DiscoveryChange;

    fn name(_: &DiscoveryChange) -> &'static str {
        "told"
    }

    fn begin(change: &DiscoveryChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let DiscoveryChange::Told(form) = change;
        Ok(Self {
            form: (**form).clone(),
            since: at.recorded,
        })
    }

    fn apply(&mut self, change: &DiscoveryChange, _: &Moment<'_>) -> Result<(), Unfit> {
        let DiscoveryChange::Told(form) = change;
        self.form = (**form).clone();
        Ok(())
    }

    fn project(&self) -> Projection {
        Projection {
            audience: Audience::everyone(),
            lookups: vec![(DISCOVERY_SPACE.to_owned(), DISCOVERY_KEY.to_owned())],
            ..Projection::officers("told", self.since)
        }
    }
}

/// The path of a root, one segment under `/taxii2/`, out of a path or URL as layouts write them:
/// `trustgroup1`, `/trustgroup1/`, `/taxii2/trustgroup1/`, `https://taxii.example/trustgroup1/`.
pub fn root_path(written: &str) -> Option<&str> {
    let path = match written.split_once("://") {
        Some(("http" | "https", rest)) => rest.split_once('/')?.1,
        Some(_) => return None,
        None => written,
    };
    let path = path.trim_matches('/');
    let path = path.strip_prefix("taxii2/").unwrap_or(path);
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    let is_segment = !path.is_empty()
        && path.len() <= MAX_PATH
        && path.bytes().all(plain)
        && !path.bytes().all(|byte| byte == b'.');
    is_segment.then_some(path)
}

/// Sets up an API root.
///
/// # Errors
/// When the path is none or the hub's own, a text is empty or too long, or nothing may be posted.
pub fn open_root(definition: RootDefinition) -> Result<RootChange, Refused> {
    if root_path(&definition.path) != Some(definition.path.as_str()) {
        return Err(Refused::BadName {
            field: "path",
            allowed: "a-z A-Z 0-9 - _ . ~",
        });
    }
    if definition.path == OWN_ROOT || definition.max_content_length == 0 {
        let own = definition.path == OWN_ROOT;
        let field = if own { "path" } else { "max_content_length" };
        return Err(Refused::OutOfBounds { field });
    }
    if definition.title.trim().is_empty() {
        return Err(Refused::Empty { field: "title" });
    }
    bounded("title", definition.title.len(), MAX_WORDS)?;
    let description = definition.description.as_ref().map_or(0, String::len);
    bounded("description", description, MAX_WORDS)?;
    Ok(RootChange::Opened(Box::new(definition)))
}

/// Says what discovery tells.
///
/// # Errors
/// When a text is empty or too long, a root is no path, or the default is not listed.
pub fn tell_discovery(form: DiscoveryForm) -> Result<DiscoveryChange, Refused> {
    if form.title.trim().is_empty() {
        return Err(Refused::Empty { field: "title" });
    }
    for (field, text) in [
        ("title", Some(&form.title)),
        ("description", form.description.as_ref()),
        ("contact", form.contact.as_ref()),
    ] {
        bounded(field, text.map_or(0, String::len), MAX_WORDS)?;
    }
    let listed = form.api_roots.as_deref().unwrap_or_default();
    bounded("api_roots", listed.len(), MAX_ROOTS)?;
    if listed.iter().any(|one| root_path(one).is_none()) {
        return Err(Refused::OutOfBounds { field: "api_roots" });
    }
    let default = form.default.as_deref().map(root_path);
    if default.is_some_and(|default| !listed.iter().any(|one| root_path(one) == default)) {
        return Err(Refused::OutOfBounds { field: "default" });
    }
    Ok(DiscoveryChange::Told(Box::new(form)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_found_by_path_or_url() {
        for written in [
            "trustgroup1",
            "trustgroup1/",
            "/trustgroup1/",
            "/taxii2/trustgroup1/",
            "https://taxii.example/trustgroup1/",
            "http://localhost:5000/taxii2/trustgroup1",
        ] {
            assert_eq!(root_path(written), Some("trustgroup1"), "{written}");
        }
        for bad in [
            "",
            "/",
            "a/b",
            "..",
            "ftp://x/a",
            "https://taxii.example",
            "a b",
            "é",
            "a?b",
        ] {
            assert_eq!(root_path(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_default_is_one_of_those_listed() {
        let form = |default: &str| DiscoveryForm {
            title: "t".to_owned(),
            description: None,
            contact: None,
            default: Some(default.to_owned()),
            api_roots: Some(vec!["https://a.example/one/".to_owned(), "two".to_owned()]),
        };
        assert!(tell_discovery(form("/one/")).is_ok());
        let other = Err(Refused::OutOfBounds { field: "default" });
        assert_eq!(tell_discovery(form("three")), other);
    }
}
