//! TAXII 2.1 (OASIS Standard, 10 June 2021): discovery, API roots, collections, objects, submissions posted
//! into an intake and claims posted into a peer collection. Clients come with an API key as Basic password
//! or Bearer token; a browser's session opens nothing here.
//!
//! `date_added` is unique in its collection and `next` is sealed (trust rules, "Collections and
//! cursors"): hidden objects leave no gap to count, and each page is filtered with the reader's eyes
//! as they are when it is asked for.

mod collection;
mod credential;
mod cursor;
mod discovery;
mod error;
mod filter;
mod media;
mod object;
mod post;
mod reply;
mod stamp;

use axum::{http::Method, routing};
use kaname_policy::Action;

pub(crate) use self::{credential::key_in, error::told};
use crate::{
    house::House,
    route::{Access, Audit, BodySize, Endpoint},
};

/// Any key may find out what there is; which collections, and what of them, depends on its party and
/// scopes.
const ANY_KEY: Access = Access::Key(Action::PublicRead);
const READS: Audit = Audit::None("reads; what was fetched is written down by a job, in batches");

/// Endpoints of TAXII.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let get = |path, name, access, handler| {
        Endpoint::new(Method::GET, path, name, access, READS, handler)
    };
    let read = || Access::Key(Action::TaxiiRead);
    vec![
        get(
            "/taxii2/",
            "taxii.discover",
            ANY_KEY,
            routing::get(discovery::discovery),
        ),
        get(
            "/taxii2/{root}/",
            "taxii.read_root",
            ANY_KEY,
            routing::get(discovery::root),
        ),
        get(
            "/taxii2/{root}/collections/",
            "taxii.list_collections",
            ANY_KEY,
            routing::get(collection::list),
        ),
        get(
            "/taxii2/{root}/collections/{collection}/",
            "taxii.read_collection",
            ANY_KEY,
            routing::get(collection::one),
        ),
        get(
            "/taxii2/{root}/collections/{collection}/objects/",
            "taxii.list_objects",
            read(),
            routing::get(object::list),
        ),
        Endpoint::new(
            Method::POST,
            "/taxii2/{root}/collections/{collection}/objects/",
            "taxii.post_objects",
            Access::Key(Action::TaxiiPost),
            Audit::OneOf(&["report.submitted", "victim.recorded", "import.imported"]),
            routing::post(post::post),
        )
        .with_body(BodySize::Posted),
        get(
            "/taxii2/{root}/collections/{collection}/objects/{object}/",
            "taxii.read_object",
            read(),
            routing::get(object::one),
        ),
        Endpoint::new(
            Method::DELETE,
            "/taxii2/{root}/collections/{collection}/objects/{object}/",
            "taxii.delete_object",
            ANY_KEY,
            Audit::Event("import.removed"),
            routing::delete(object::delete),
        ),
        get(
            "/taxii2/{root}/collections/{collection}/objects/{object}/versions/",
            "taxii.list_versions",
            read(),
            routing::get(object::versions),
        ),
        get(
            "/taxii2/{root}/collections/{collection}/manifest/",
            "taxii.read_manifest",
            read(),
            routing::get(object::manifest),
        ),
        get(
            "/taxii2/{root}/status/{status}/",
            "taxii.read_status",
            Access::Key(Action::TaxiiPost),
            routing::get(post::status),
        ),
    ]
}

/// Reads a query string as each endpoint would, and its words as `next`. Gives whether a cursor that
/// nobody sealed was opened, which cannot be. For the fuzz targets.
#[cfg(feature = "fixture")]
pub fn reads_as_query(query: &str) -> bool {
    use kaname_kernel::{Actor, MatterId, SeededRng, seal::SecretKey};

    let Some(collection) = MatterId::from_slice(&[1; 16]) else {
        return false;
    };
    let reader = Actor::system("fuzz");
    let key = SecretKey::generate(&SeededRng::new(1));
    let mut opened = false;
    for takes in [
        filter::Takes::Everything,
        filter::Takes::OneObject,
        filter::Takes::VersionsOnly,
        filter::Takes::Removal,
    ] {
        let Ok(asked) = filter::read(query, takes) else {
            continue;
        };
        let binding = cursor::Binding {
            list: "objects",
            collection,
            reader: &reader,
            range: &asked.range,
        };
        let next = asked.next.as_deref().unwrap_or(query);
        opened |= binding.open(&key, next).is_ok();
    }
    opened
}
