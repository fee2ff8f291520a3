//! TAXII 2.1, duty by duty (the numbers are those of the protocol requirements).

mod asking;
pub(crate) mod claims;
pub(crate) mod layout;
mod originators;
mod paging;
mod posting;
mod sight;

use kaname_directory::KeyScope::TaxiiRead;
use kaname_sharing::{
    Text,
    collection::{Access, CollectionKind, Definition},
};
use kaname_testkit::Nation;

use crate::house::{Answer, Door, TAXII};

const COLLECTIONS: &str = "/taxii2/api/collections/";

struct Setting {
    nation: Nation,
    door: Door,
    /// Key of a member that reads.
    key: String,
}

async fn setting() -> Setting {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let key = nation.key(&nation.member, &[TaxiiRead]).await;
    Setting { nation, door, key }
}

/// A peer collection for members with `count` objects, some in two versions.
async fn filled(nation: &Nation, alias: &str, count: u32, read: Access) -> String {
    let admin = nation.caller(&nation.administrator).await;
    let definition = Definition {
        alias: alias.to_owned(),
        title: Text::new("相互提供", "Peer"),
        description: Text::default(),
        kind: CollectionKind::Peer,
        default_tlp: Some(kaname_kernel::Tlp::Green),
        default_pap: None,
        read,
        write: Access::Nobody,
        taxii: Default::default(),
    };
    let collection = nation
        .world
        .open_collection(&admin, definition)
        .await
        .unwrap();
    let objects: Vec<String> = (0..count).map(|n| object(n, 1)).collect();
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let done = nation
        .world
        .import(&admin, &collection, ("test", false), &objects, &|_| {})
        .await
        .unwrap();
    assert_eq!(done.taken, u64::from(count));
    collection.id.to_string()
}

fn stix_id(n: u32) -> String {
    format!("malware--00000000-0000-4000-8000-{n:012}")
}

fn object(n: u32, day: u32) -> String {
    let id = stix_id(n);
    // Odd spacing, to see that bytes are served as they came.
    format!(
        r#"{{"type": "malware",  "spec_version":"2.1","id":"{id}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-{day:02}T00:00:00.000Z","name":"つなみ{n}","is_family":false}}"#
    )
}

fn ids(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let objects = json["objects"].as_array().cloned().unwrap_or_default();
    objects
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Duty 3: a title at least, in TAXII's media type.
fn is_error(answer: &Answer) {
    assert_eq!(answer.header("content-type"), TAXII);
    let json = answer.json();
    assert!(!json["title"].as_str().unwrap().is_empty());
    assert_eq!(json["http_status"], answer.status.as_u16().to_string());
}
