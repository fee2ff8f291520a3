//! A whole TAXII layout loaded and dumped: all that discovery, API roots, collections, objects and statuses
//! say, in the form [`kaname_intake::layout`] reads. Loading is one change: all of it, or nothing.

mod dump;
mod index;
mod load;

use kaname_intake::layout::{Layout, LayoutCollection, LayoutFault, LayoutKind, LayoutRoot};
use kaname_kernel::{Id, MatterId, Tlp};
use kaname_sharing::{
    Refused, Text,
    collection::{self, Access, CollectionKind, Definition},
    taxii::{self, DiscoveryForm, InTaxii, OWN_ROOT, RootDefinition, root_path},
};

pub use self::{
    dump::Dumped,
    index::LayoutIndex,
    load::{LayoutObjects, LoadError, LoadedLayout, StandingObject},
};
use crate::{error::WorldError, world::World};

/// What a layout sets up: every root with its collections, and what discovery tells.
struct Plan {
    roots: Vec<(MatterId, RootDefinition)>,
    /// In the order of the file over all roots.
    collections: Vec<(MatterId, Definition)>,
    discovery: DiscoveryForm,
}

fn at(pointer: impl Into<String>, rule: impl Into<String>) -> LayoutFault {
    LayoutFault {
        pointer: pointer.into(),
        rule: rule.into(),
        at: None,
    }
}

/// A refusal at the member it names.
fn refused(pointer: &str, refused: &Refused) -> LayoutFault {
    let member = match refused {
        Refused::Empty { field }
        | Refused::TooMuch { field, .. }
        | Refused::OutOfBounds { field }
        | Refused::BadName { field, .. } => format!("{pointer}/{field}"),
        _ => pointer.to_owned(),
    };
    at(member, refused.to_string())
}

/// The pointer of an object by its place among all of the file, from 0.
fn pointer_of(layout: &Layout, mut ordinal: u64) -> String {
    for (i, root) in layout.roots.iter().enumerate() {
        for (j, collection) in root.collections.iter().enumerate() {
            if ordinal < collection.objects {
                return format!("/roots/{i}/collections/{j}/objects/{ordinal}/object");
            }
            ordinal -= collection.objects;
        }
    }
    String::new()
}

impl World {
    /// What a layout would set up, or its first fault.
    async fn plan_layout(&self, layout: &Layout) -> Result<Result<Plan, LayoutFault>, WorldError> {
        let mut plan = Plan {
            roots: Vec::new(),
            collections: Vec::new(),
            discovery: discovery(layout),
        };
        if let Err(no) = taxii::tell_discovery(plan.discovery.clone()) {
            return Ok(Err(refused("/discovery", &no)));
        }
        for (i, root) in layout.roots.iter().enumerate() {
            let here = format!("/roots/{i}");
            let definition = match definition_of_root(root) {
                Ok(definition) => definition,
                Err(no) => return Ok(Err(refused(&here, &no))),
            };
            let path = &definition.path;
            let twice = plan.roots.iter().any(|(_, other)| other.path == *path);
            let taken = self.store().lookup(taxii::ROOT_SPACE, path).await?;
            if twice || taken.is_some() {
                let rule = format!("an API root `{path}` is there already");
                return Ok(Err(at(format!("{here}/path"), rule)));
            }
            let id = Id::fresh(self.clock(), self.rng());
            for (j, collection) in root.collections.iter().enumerate() {
                let here = format!("{here}/collections/{j}");
                let definition = definition_of(id, collection);
                if let Err(no) = collection::open_collection(definition.clone()) {
                    return Ok(Err(refused(&here, &no)));
                }
                if collection.alias.as_deref() == Some("") {
                    return Ok(Err(at(format!("{here}/alias"), "alias is empty")));
                }
                let own: MatterId = Id::from_bytes(*collection.id.as_bytes());
                let twice = plan.collections.iter().any(|(other, _)| *other == own);
                if twice || self.store().record(own).await?.is_some() {
                    return Ok(Err(at(format!("{here}/id"), "the id is in use already")));
                }
                let same = |other: &LayoutCollection| {
                    other.alias.is_some() && other.alias == collection.alias
                };
                if root.collections.iter().take(j).any(same) {
                    let rule = "the alias is in use in this root";
                    return Ok(Err(at(format!("{here}/alias"), rule)));
                }
                plan.collections.push((own, definition));
            }
            let mut statuses = std::collections::BTreeSet::new();
            for (j, status) in root.statuses.iter().enumerate() {
                if !statuses.insert(status.id) {
                    let rule = "the id is in use already";
                    return Ok(Err(at(format!("{here}/statuses/{j}/id"), rule)));
                }
            }
            plan.roots.push((id, definition));
        }
        Ok(Ok(plan))
    }
}

fn discovery(layout: &Layout) -> DiscoveryForm {
    let told = layout.discovery.clone();
    DiscoveryForm {
        title: told.title,
        description: told.description,
        contact: told.contact,
        default: told.default,
        api_roots: told.api_roots,
    }
}

fn definition_of_root(root: &LayoutRoot) -> Result<RootDefinition, Refused> {
    let bad = || Refused::BadName {
        field: "path",
        allowed: "a path of one segment under /taxii2/, or a URL that ends with one",
    };
    let path = root_path(&root.path).ok_or_else(bad)?;
    if path == OWN_ROOT {
        return Err(Refused::BadName {
            field: "path",
            allowed: "another path than the hub's own root, /taxii2/api/",
        });
    }
    let definition = RootDefinition {
        path: path.to_owned(),
        written: root.path.clone(),
        title: root.title.clone(),
        description: root.description.clone(),
        max_content_length: root.max_content_length,
        omitted: root.omitted.clone(),
    };
    taxii::open_root(definition.clone())?;
    Ok(definition)
}

fn definition_of(root: MatterId, collection: &LayoutCollection) -> Definition {
    let members = |may: bool| if may { Access::Members } else { Access::Nobody };
    let (kind, default_tlp) = match collection.kind {
        LayoutKind::Peer => (CollectionKind::Peer, Some(Tlp::Green)),
        LayoutKind::Intake => (CollectionKind::Intake, None),
        LayoutKind::Library => (CollectionKind::Library, Some(Tlp::Amber)),
    };
    let both = |text: &str| Text::new(text, text);
    let mut omitted = collection.omitted.clone();
    for (name, is_there) in [
        ("alias", collection.alias.is_some()),
        ("description", collection.description.is_some()),
        ("media_types", collection.media_types.is_some()),
    ] {
        if !is_there {
            omitted.push(name.to_owned());
        }
    }
    Definition {
        alias: collection.alias.clone().unwrap_or_default(),
        title: both(&collection.title),
        description: both(collection.description.as_deref().unwrap_or_default()),
        kind,
        default_tlp,
        default_pap: None,
        read: members(collection.can_read),
        write: members(collection.can_write),
        taxii: InTaxii {
            root: Some(root),
            listed: true,
            media_types: collection.media_types.clone().unwrap_or_default(),
            omitted,
        },
    }
}
