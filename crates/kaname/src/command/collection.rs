//! `collection add | rename | close | list`.

use kaname_kernel::{GroupId, Pap, Tlp};
use kaname_sharing::{
    Text,
    collection::{
        Access, Collection, CollectionKind, Definition, close_collection, redefine_collection,
    },
};
use kaname_world::{Loaded, World};
use serde_json::{Value, json};

use super::{group, shell};
use crate::{
    cli::CollectionCommand,
    config::Config,
    fault::Fault,
    open::Hub,
    say::{Say, table},
};

pub(super) async fn run(
    config: &Config,
    command: CollectionCommand,
    say: Say,
) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = act(&hub.world, command, say).await;
    hub.close().await;
    done
}

async fn act(world: &World, command: CollectionCommand, say: Say) -> Result<(), Fault> {
    let by = shell();
    match command {
        CollectionCommand::Add {
            code,
            kind,
            name_ja,
            name_en,
            tlp,
            pap,
            groups,
        } => {
            let pap = pap.as_deref().map(default_pap).transpose()?.flatten();
            let tlp = tlp.parse::<Tlp>();
            let tlp = tlp.map_err(|error| Fault::usage(format!("--tlp: {error}")))?;
            let mut named = Vec::new();
            for code in &groups {
                named.push(group::find(world, code).await?.id.cast());
            }
            let title = Text::new(name_ja, name_en);
            let definition = Definition {
                default_pap: pap,
                ..definition(&code, &kind, title, Text::default(), (tlp, named))
            };
            let collection = world.open_collection(&shell(), definition).await?;
            say.result(&shown(&collection), || format!("collection {code} is open"))
        }
        CollectionCommand::Pap { code, pap } => {
            let id = find(world, &code).await?.id;
            let default_pap = default_pap(&pap)?;
            let changed = world.change_collection(&by, id, |collection| {
                let definition = Definition {
                    default_pap,
                    ..collection.definition.clone()
                };
                redefine_collection(collection, definition)
            });
            say.result(&shown(&changed.await?), || match default_pap {
                Some(pap) => format!("objects of {code} without a PAP of their own are {pap}"),
                None => format!("no block list takes anything from {code}"),
            })
        }
        CollectionCommand::Rename {
            code,
            name_ja,
            name_en,
        } => {
            let id = find(world, &code).await?.id;
            let changed = world.change_collection(&by, id, |collection| {
                let definition = Definition {
                    title: Text::new(name_ja, name_en),
                    ..collection.definition.clone()
                };
                redefine_collection(collection, definition)
            });
            say.result(&shown(&changed.await?), || {
                format!("collection {code} has another name")
            })
        }
        CollectionCommand::Close { code, reason } => {
            let id = find(world, &code).await?.id;
            let closed = world
                .change_collection(&by, id, |collection| close_collection(collection, &reason));
            say.result(&shown(&closed.await?), || {
                format!("collection {code} is closed")
            })
        }
        CollectionCommand::List => {
            let all = world.collections(&shell()).await?;
            let values: Vec<_> = all.iter().map(shown).collect();
            say.result(
                &json!({ "count": values.len(), "collections": values }),
                || {
                    let rows: Vec<_> = all
                        .iter()
                        .map(|collection| {
                            let definition = &collection.state.definition;
                            [
                                definition.alias.clone(),
                                definition.kind.as_str().to_owned(),
                                definition.title.ja.clone(),
                                definition.default_tlp.map_or("—", Tlp::label).to_owned(),
                                collection.id.to_string(),
                            ]
                        })
                        .collect();
                    table(["CODE", "KIND", "NAME", "TLP", "ID"], &rows)
                },
            )
        }
    }
}

/// A PAP, or `none`.
fn default_pap(text: &str) -> Result<Option<Pap>, Fault> {
    if text == "none" {
        return Ok(None);
    }
    let pap = text.parse::<Pap>();
    pap.map(Some)
        .map_err(|error| Fault::usage(format!("--pap: {error}")).hint("or `none`"))
}

/// A collection as it is usually wanted: named groups read it, or, without any, whoever its TLP lets.
pub(crate) fn definition(
    alias: &str,
    kind: &str,
    title: Text,
    description: Text,
    (tlp, groups): (Tlp, Vec<GroupId>),
) -> Definition {
    let kind = match kind {
        "intake" => CollectionKind::Intake,
        "peer" => CollectionKind::Peer,
        _ => CollectionKind::Library,
    };
    let wide = match tlp {
        Tlp::Clear => Access::Everyone,
        Tlp::Green => Access::Members,
        _ => Access::Officers,
    };
    let read = match kind {
        CollectionKind::Intake => Access::Nobody,
        // What stands in a library has audiences of its own.
        CollectionKind::Library if groups.is_empty() => Access::Everyone,
        _ if groups.is_empty() => wide,
        _ => Access::Groups {
            groups: groups.clone(),
        },
    };
    let write = match kind {
        CollectionKind::Intake if groups.is_empty() => Access::Members,
        CollectionKind::Intake => Access::Groups { groups },
        CollectionKind::Peer => Access::Officers,
        CollectionKind::Library => Access::Nobody,
    };
    Definition {
        alias: alias.to_owned(),
        title,
        description,
        kind,
        default_tlp: Some(tlp).filter(|_| kind != CollectionKind::Intake),
        default_pap: None,
        read,
        write,
        taxii: Default::default(),
    }
}

fn shown(collection: &Loaded<Collection>) -> Value {
    json!({
        "id": collection.id,
        "definition": collection.state.definition,
        "opened": collection.state.opened,
        "closed": collection.state.closed,
    })
}

/// The collection of a code.
pub(super) async fn find(world: &World, code: &str) -> Result<Loaded<Collection>, Fault> {
    let found = world.collection(&shell(), code).await;
    found.map_err(|error| match error {
        kaname_world::WorldError::NotFound(_) => {
            Fault::not_found(format!("there is no collection `{code}`"))
                .hint("`kaname collection list` shows the codes")
        }
        other => other.into(),
    })
}
