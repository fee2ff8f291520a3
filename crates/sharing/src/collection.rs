//! Collections: what arrives (`intake`), what a peer shares under an agreement (`peer`), what was
//! released (`library`).

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{
    Audience, Clause, GroupId, Matter, MatterId, Moment, Pap, PartyId, Projection, Reader, Term,
    Tlp, Unfit,
};
use serde::{Deserialize, Serialize};

use crate::{
    refused::{Refused, bounded},
    taxii::InTaxii,
    text::{MAX_TEXT_BYTES, MAX_TITLE_BYTES, Text},
};

/// Lookup space of collection aliases.
pub const SPACE: &str = "collection";
/// The media type every collection serves.
pub const STIX_MEDIA_TYPE: &str = "application/stix+json;version=2.1";
/// Longest alias in a root of its own, in bytes.
const MAX_ALIAS_BYTES: usize = 200;
/// Most media types of one collection.
const MAX_MEDIA_TYPES: usize = 20;
/// Most names in one access rule.
const MAX_NAMED: usize = 500;

/// What a collection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectionKind {
    /// What is posted becomes a submission; nobody reads here.
    Intake,
    /// A peer's objects, with their origin and markings.
    Peer,
    /// Released items only.
    Library,
}

impl CollectionKind {
    /// The word in lists and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Peer => "peer",
            Self::Library => "library",
        }
    }
}

/// Who may do something with a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Access {
    /// Anyone, signed in or not.
    Everyone,
    /// Every party whose membership is in force.
    Members,
    /// Officers, and parties in one of these groups.
    Groups {
        /// The groups.
        groups: Vec<GroupId>,
    },
    /// Officers, and members of one of these classes.
    Classes {
        /// Class codes.
        classes: Vec<String>,
    },
    /// Officers, and these parties.
    Parties {
        /// The parties.
        parties: Vec<PartyId>,
    },
    /// Officers only.
    Officers,
    /// Nobody.
    Nobody,
}

impl Access {
    /// The same as an audience. Who is in a group now may enter; what is inside has audiences of its
    /// own.
    pub fn audience(&self) -> Audience {
        let groups = |group: &GroupId| Term::Group {
            group: *group,
            since: i64::MAX,
        };
        let terms: BTreeSet<Term> = match self {
            Self::Everyone => return Audience::everyone(),
            Self::Nobody => return Audience::everyone().and(Clause::default()),
            Self::Officers => BTreeSet::new(),
            Self::Members => BTreeSet::from([Term::Member]),
            Self::Groups { groups: named } => named.iter().map(groups).collect(),
            Self::Classes { classes } => classes.iter().cloned().map(Term::Class).collect(),
            Self::Parties { parties } => parties.iter().copied().map(Term::Party).collect(),
        };
        Audience::everyone().and(Clause::any(terms.into_iter().chain([Term::Officer])))
    }

    /// Whether this reader may.
    pub fn admits(&self, reader: &Reader, now: Timestamp) -> bool {
        self.audience().admits(reader, now)
    }

    fn named(&self) -> usize {
        match self {
            Self::Groups { groups } => groups.len(),
            Self::Classes { classes } => classes.len(),
            Self::Parties { parties } => parties.len(),
            _ => 0,
        }
    }
}

/// What a collection is, as set by an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Short name in URLs and commands.
    pub alias: String,
    /// Title.
    pub title: Text,
    /// What it is for.
    #[serde(default)]
    pub description: Text,
    /// What kind.
    pub kind: CollectionKind,
    /// Marking of objects that carry none; `None` means AMBER+STRICT to whoever brought them.
    #[serde(default)]
    pub default_tlp: Option<Tlp>,
    /// What may be done with objects that say nothing of it; `None` means that machines block by none of its
    /// objects, whatever they say. Whoever sets it answers for all who write there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_pap: Option<Pap>,
    /// Who may read.
    pub read: Access,
    /// Who may write.
    pub write: Access,
    /// Where it stands in TAXII.
    #[serde(default, skip_serializing_if = "InTaxii::is_plain")]
    pub taxii: InTaxii,
}

impl Definition {
    /// The key in [`SPACE`] that leads to it; none where it has no alias. In a root of its own an alias
    /// is known together with the root.
    pub fn alias_key(&self) -> Option<String> {
        let alias = Some(&self.alias).filter(|alias| !alias.is_empty())?;
        Some(match self.taxii.root {
            Some(root) => alias_in(root, alias),
            None => alias.clone(),
        })
    }
}

/// The key in [`SPACE`] of an alias in an API root that is not the hub's own.
pub fn alias_in(root: MatterId, alias: &str) -> String {
    format!("{root}/{alias}")
}

/// What can happen to a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum CollectionChange {
    /// Set up.
    Opened(Box<Definition>),
    /// Set anew; its kind stays.
    Redefined(Box<Definition>),
    /// Nothing comes in and nobody reads any more.
    Closed {
        /// Why.
        reason: String,
    },
}

/// A collection as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its id, also in TAXII.
    pub id: MatterId,
    /// What it is.
    pub definition: Definition,
    /// When it was set up.
    pub opened: Timestamp,
    /// Whether it is closed.
    pub closed: bool,
}

impl Collection {
    /// What stands for it in addresses of the hub: its alias, or its id where the alias is known in a root
    /// of its own only.
    pub fn in_addresses(&self) -> String {
        match self.definition.taxii.root {
            None => self.definition.alias.clone(),
            Some(_) => self.id.to_string(),
        }
    }

    /// Whether this reader may read it now.
    pub fn can_read(&self, reader: &Reader, now: Timestamp) -> bool {
        !self.closed && self.definition.read.admits(reader, now)
    }

    /// Whether this reader may write to it now.
    pub fn can_write(&self, reader: &Reader, now: Timestamp) -> bool {
        !self.closed && self.definition.write.admits(reader, now)
    }
}

impl Matter for Collection {
    const KIND: &'static str = "collection";
    type Change = CollectionChange;

    fn name(change: &CollectionChange) -> &'static str {
        match change {
            CollectionChange::Opened(_) => "opened",
            CollectionChange::Redefined(_) => "redefined",
            CollectionChange::Closed { .. } => "closed",
        }
    }

    fn begin(change: &CollectionChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let CollectionChange::Opened(definition) = change else {
            return Err(at.unfit::<Self>("a collection begins with being opened"));
        };
        Ok(Self {
            id: at.matter,
            definition: (**definition).clone(),
            opened: at.recorded,
            closed: false,
        })
    }

    fn apply(&mut self, change: &CollectionChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            CollectionChange::Opened(_) => {
                return Err(at.unfit::<Self>("a collection is opened once"));
            }
            CollectionChange::Redefined(definition) => self.definition = (**definition).clone(),
            CollectionChange::Closed { .. } => self.closed = true,
        }
        Ok(())
    }

    /// Seen by whoever may read or write it.
    fn project(&self) -> Projection {
        let definition = &self.definition;
        let state = if self.closed { "closed" } else { "open" };
        let text = [&definition.title, &definition.description];
        let text: Vec<&str> = text
            .iter()
            .flat_map(|text| [text.ja.as_str(), text.en.as_str()])
            .collect();
        Projection {
            audience: self.audience(),
            tlp: definition.default_tlp,
            text: text.join("\n"),
            lookups: definition
                .alias_key()
                .map(|key| (SPACE.to_owned(), key))
                .into_iter()
                .collect(),
            ..Projection::officers(state, self.opened)
        }
    }
}

impl Collection {
    /// Who may know of it: readers and writers. A closed one is the officers' only.
    pub fn audience(&self) -> Audience {
        if self.closed {
            return Audience::officers();
        }
        let (read, write) = (
            self.definition.read.audience(),
            self.definition.write.audience(),
        );
        let mut terms = BTreeSet::from([Term::Officer]);
        if self.definition.taxii.listed {
            terms.insert(Term::Member);
        }
        for audience in [&read, &write] {
            // Access has no more than one clause; none at all is everyone.
            match audience.clauses().next() {
                None => return Audience::everyone(),
                Some(clause) => terms.extend(clause.terms().cloned()),
            }
        }
        Audience::everyone().and(Clause::any(terms))
    }
}

fn check_alias(definition: &Definition) -> Result<(), Refused> {
    if definition.taxii.root.is_some() {
        return check_foreign_alias(&definition.alias);
    }
    let alias = definition.alias.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    let starts = alias.first().is_some_and(u8::is_ascii_lowercase);
    if !starts || alias.len() > 40 || !alias.iter().all(plain) {
        return Err(Refused::BadName {
            field: "alias",
            allowed: "a-z 0-9 -",
        });
    }
    Ok(())
}

/// In a root of its own a collection need not have an alias, and it may be any short text on one line
/// that is not written like an id (TAXII 2.1 §5.2).
fn check_foreign_alias(alias: &str) -> Result<(), Refused> {
    bounded("alias", alias.len(), MAX_ALIAS_BYTES)?;
    let is_id = alias.parse::<MatterId>().is_ok();
    let is_line = !alias.chars().any(|c| c.is_control() || c == '/');
    if is_id || !is_line {
        return Err(Refused::BadName {
            field: "alias",
            allowed: "signs that can be seen, but / and ids",
        });
    }
    Ok(())
}

fn check(definition: &Definition) -> Result<(), Refused> {
    check_alias(definition)?;
    bounded(
        "media_types",
        definition.taxii.media_types.len(),
        MAX_MEDIA_TYPES,
    )?;
    if definition.title.is_empty() {
        return Err(Refused::Empty { field: "title" });
    }
    bounded("title", definition.title.longest(), MAX_TITLE_BYTES)?;
    let description = definition.description.longest();
    bounded("description", description, MAX_TEXT_BYTES)?;
    bounded("read", definition.read.named(), MAX_NAMED)?;
    bounded("write", definition.write.named(), MAX_NAMED)?;
    // Nothing posted reaches a library without release, and nobody reads raw submissions.
    let writes_library =
        definition.kind == CollectionKind::Library && definition.write != Access::Nobody;
    let reads_intake =
        definition.kind == CollectionKind::Intake && !matches!(definition.read, Access::Nobody);
    if writes_library {
        return Err(Refused::OutOfBounds { field: "write" });
    }
    if reads_intake {
        return Err(Refused::OutOfBounds { field: "read" });
    }
    // A released item says it itself, and what is posted to an intake goes nowhere.
    if definition.default_pap.is_some() && definition.kind != CollectionKind::Peer {
        return Err(Refused::OutOfBounds {
            field: "default_pap",
        });
    }
    Ok(())
}

/// Sets up a collection.
///
/// # Errors
/// When a name or bound is wrong, a library could be written to, or an intake read.
pub fn open_collection(definition: Definition) -> Result<Vec<CollectionChange>, Refused> {
    check(&definition)?;
    Ok(vec![CollectionChange::Opened(Box::new(definition))])
}

/// Sets it anew; the kind stays.
///
/// # Errors
/// As [`open_collection`]; when closed, or nothing changes.
pub fn redefine_collection(
    collection: &Collection,
    definition: Definition,
) -> Result<Vec<CollectionChange>, Refused> {
    needs_open(collection)?;
    check(&definition)?;
    if definition.kind != collection.definition.kind {
        return Err(Refused::OutOfBounds { field: "kind" });
    }
    if definition == collection.definition {
        return Err(Refused::NoChange);
    }
    Ok(vec![CollectionChange::Redefined(Box::new(definition))])
}

/// Closes it.
///
/// # Errors
/// A second time, and without a reason.
pub fn close_collection(
    collection: &Collection,
    why: &str,
) -> Result<Vec<CollectionChange>, Refused> {
    needs_open(collection)?;
    let reason = crate::refused::reason(why)?;
    Ok(vec![CollectionChange::Closed { reason }])
}

fn needs_open(collection: &Collection) -> Result<(), Refused> {
    if collection.closed {
        return Err(Refused::State {
            matter: "collection",
            state: "closed",
            needs: "open",
        });
    }
    Ok(())
}
