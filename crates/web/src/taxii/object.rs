//! Objects, their versions and the manifest (TAXII 2.1 §5.3 to §5.8). Stored objects are sent as the
//! bytes they are, never read again.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::Response,
};
use kaname_sharing::collection::STIX_MEDIA_TYPE;
use kaname_store::StoredObject;
use kaname_world::{Caller, World, outlet::Range, taxii::Offered};
use serde::Serialize;

use super::{
    cursor::Binding,
    error::TaxiiError,
    filter::{self, Takes},
    reply::{self, Accepted},
    stamp,
};
use crate::house::{By, House};

/// A list that is being read: where it is, what was asked, and from where on.
struct Reading<'w> {
    world: &'w World,
    caller: Arc<Caller>,
    offered: Offered,
    list: &'static str,
    range: Range,
}

impl<'w> Reading<'w> {
    async fn new(
        world: &'w World,
        by: By,
        (root, collection): (&str, &str),
        query: Option<String>,
        (list, takes, object): (&'static str, Takes, Option<String>),
    ) -> Result<Self, TaxiiError> {
        let root = world.taxii_root(&by, root).await?;
        let offered = world.offered_collection(&by, &root, collection).await?;
        if !offered.can_read {
            return Err(TaxiiError::forbidden("denied-collection-read"));
        }
        let mut asked = filter::read(query.as_deref().unwrap_or_default(), takes)?;
        if let Some(object) = object {
            asked.range.ids = vec![object];
        }
        let mut reading = Self {
            world,
            caller: by.0,
            offered,
            list,
            range: asked.range,
        };
        if let Some(next) = asked.next {
            let at = reading.binding().open(&world.keys().cursor, &next)?;
            reading.range.after_us = Some(at);
        }
        Ok(reading)
    }

    fn binding(&self) -> Binding<'_> {
        Binding {
            list: self.list,
            collection: self.offered.collection.id,
            reader: &self.caller.actor,
            range: &self.range,
        }
    }

    /// The cursor after a page that ended there.
    fn next(&self, position_us: i64) -> String {
        self.binding()
            .seal(&self.world.keys().cursor, self.world.rng(), position_us)
    }

    async fn envelope(&self) -> Result<Response, TaxiiError> {
        let page = self
            .world
            .taxii_bytes(&self.caller, &self.offered, &self.range)
            .await?;
        if page.count == 0 {
            return Ok(reply::raw(StatusCode::OK, "{}".to_owned()));
        }
        let mut json = String::with_capacity(page.joined.len() + 400);
        match page.last_us.filter(|_| page.more) {
            Some(last) => {
                let next = self.next(last);
                // Writing into a String can't fail; base64url needs no escaping.
                let _ = write!(json, "{{\"more\":true,\"next\":\"{next}\",\"objects\":[");
            }
            None => json.push_str("{\"more\":false,\"objects\":["),
        }
        json.push_str(&page.joined);
        json.push_str("]}");
        Ok(reply::added(reply::raw(StatusCode::OK, json), page.added))
    }

    async fn headers<T: Serialize>(
        &self,
        name: &'static str,
        line: impl Fn(&StoredObject) -> T,
    ) -> Result<Response, TaxiiError> {
        let page = self
            .world
            .taxii_headers(&self.caller, &self.offered, &self.range)
            .await?;
        let mut answer = serde_json::Map::new();
        let ends = page.objects.first().zip(page.objects.last());
        let added = ends.map(|(first, last)| (first.date_added_us(), last.date_added_us()));
        if let Some((_, last)) = ends {
            answer.insert("more".to_owned(), page.more.into());
            if page.more {
                answer.insert("next".to_owned(), self.next(last.added_us).into());
            }
            let lines: Vec<T> = page.objects.iter().map(line).collect();
            let lines = serde_json::to_value(lines).map_err(kaname_world::WorldError::encoding)?;
            answer.insert(name.to_owned(), lines);
        }
        Ok(reply::added(
            reply::resource(StatusCode::OK, &answer)?,
            added,
        ))
    }

    /// 404 when no version of the one object asked for stands here.
    async fn must_have(&self) -> Result<(), TaxiiError> {
        for id in &self.range.ids {
            if !self
                .world
                .taxii_has(&self.caller, &self.offered, id)
                .await?
            {
                return Err(TaxiiError::not_found());
            }
        }
        Ok(())
    }
}

/// `GET /taxii2/{root}/collections/{id}/objects/`
pub(super) async fn list(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path((root, collection)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, TaxiiError> {
    let what = ("objects", Takes::Everything, None);
    let reading = Reading::new(house.world(), by, (&root, &collection), query, what).await?;
    reading.envelope().await
}

/// `GET /taxii2/{root}/collections/{id}/objects/{object}/`
pub(super) async fn one(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path((root, collection, object)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, TaxiiError> {
    let what = ("object", Takes::OneObject, Some(object));
    let reading = Reading::new(house.world(), by, (&root, &collection), query, what).await?;
    reading.must_have().await?;
    reading.envelope().await
}

/// `GET /taxii2/{root}/collections/{id}/objects/{object}/versions/`
pub(super) async fn versions(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path((root, collection, object)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, TaxiiError> {
    let what = ("versions", Takes::VersionsOnly, Some(object));
    let reading = Reading::new(house.world(), by, (&root, &collection), query, what).await?;
    reading.must_have().await?;
    reading
        .headers("versions", |object| stamp::write(object.version_us))
        .await
}

#[derive(Serialize)]
struct ManifestLine {
    id: String,
    date_added: String,
    version: String,
    media_type: String,
}

/// `GET /taxii2/{root}/collections/{id}/manifest/`
pub(super) async fn manifest(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path((root, collection)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, TaxiiError> {
    let what = ("manifest", Takes::Everything, None);
    let reading = Reading::new(house.world(), by, (&root, &collection), query, what).await?;
    reading
        .headers("objects", |object| ManifestLine {
            id: object.stix_id.clone(),
            date_added: stamp::write(object.date_added_us()),
            version: stamp::write(object.version_us),
            media_type: match object.spec.as_str() {
                "2.1" => STIX_MEDIA_TYPE.to_owned(),
                other => format!("application/stix+json;version={other}"),
            },
        })
        .await
}

/// `DELETE /taxii2/{root}/collections/{id}/objects/{object}/`: takes versions of the caller's own claims out of
/// a peer collection, which needs the right to read and to write there (TAXII 2.1 §5.7).
pub(super) async fn delete(
    State(house): State<House>,
    by: By,
    _: Accepted,
    Path((root, collection, object)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, TaxiiError> {
    let world = house.world();
    let root = world.taxii_root(&by, &root).await?;
    let offered = world.offered_collection(&by, &root, &collection).await?;
    let asked = filter::read(query.as_deref().unwrap_or_default(), Takes::Removal)?;
    let which = (asked.range.versions, asked.range.specs);
    world.take_out(&by, &offered, &object, which).await?;
    Ok(reply::raw(StatusCode::OK, "{}".to_owned()))
}
