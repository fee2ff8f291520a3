//! The server that is sent to: what it takes (TAXII 2.1 §4.2, §5.2), what it answers to a post (§5.5), and how far
//! it has worked one through (§4.3).

use std::time::Duration;

use jiff::Timestamp;
use kaname_sharing::{
    peer::Peer,
    turn::trouble::{Known, Resource, Trouble},
};
use serde::Deserialize;
use url::Url;

use super::post::Post;
use crate::{
    doors::{Fetch, FetchDoor, Fetched, Headers},
    error::WorldError,
    taxii::speaking::{TAXII, read_as},
    turn::{Stopped, Wrong, told},
    work::Loaded,
    world::World,
};

/// Most bytes of one post, whatever the server takes.
const MOST_BYTES: usize = 8 << 20;
/// A server that takes less than this takes nothing that could be sent.
const LEAST_BYTES: usize = 256;
/// Most bytes of one answer.
const ANSWER_BYTES: usize = 4 << 20;
/// Longest id of a status.
const MAX_STATUS: usize = 200;
/// How often it is looked whether a post is worked through within a turn, in milliseconds after one another.
const LOOKS_MS: [u64; 6] = [50, 100, 200, 400, 800, 1_600];

/// An API root (§4.2), as far as it matters.
#[derive(Deserialize)]
struct RootResource {
    max_content_length: u64,
}

/// A collection (§5.2), as far as it matters.
#[derive(Deserialize)]
struct CollectionResource {
    can_write: bool,
}

/// A status (§4.3).
#[derive(Debug, Default, Deserialize)]
pub(super) struct Status {
    id: String,
    status: String,
    #[serde(default)]
    pub(super) failure_count: u64,
    #[serde(default)]
    pub(super) failures: Vec<Detail>,
}

/// What became of one object (§4.3.1).
#[derive(Debug, Default, Deserialize)]
pub(super) struct Detail {
    pub(super) id: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    pub(super) message: String,
}

impl Status {
    pub(super) fn is_complete(&self) -> bool {
        self.status == "complete"
    }
}

impl Detail {
    /// Its version, microseconds since 1970, when it is told.
    pub(super) fn version_us(&self) -> Option<i64> {
        let at = self.version.parse::<Timestamp>().ok();
        at.map(Timestamp::as_microsecond)
    }
}

/// What a post came to at once.
pub(super) enum Answered {
    /// It is worked through.
    Complete(Status),
    /// It was accepted; its status has this id.
    Pending(String),
    /// The envelope as a whole was refused.
    Refused(Trouble),
}

/// A server that may be written to.
pub(super) struct Server {
    objects: Url,
    statuses: Url,
    headers: Headers,
    /// Most bytes of one envelope.
    pub(super) most_bytes: usize,
}

impl World {
    /// Asks the server behind a peer what it takes.
    pub(super) async fn server_of(
        &self,
        door: &dyn FetchDoor,
        peer: &Loaded<Peer>,
    ) -> Result<Server, Stopped> {
        let url = Url::parse(&peer.state.definition.url).map_err(WorldError::encoding)?;
        let beside = |relative| url.join(relative).map_err(WorldError::encoding);
        let mut server = Server {
            objects: beside("objects/")?,
            statuses: beside("../../status/")?,
            headers: self.peer_headers(peer)?,
            most_bytes: MOST_BYTES,
        };
        let root: RootResource = server
            .read(door, beside("../../")?, Resource::ApiRoot)
            .await?;
        let collection: CollectionResource = server.read(door, url, Resource::Collection).await?;
        if !collection.can_write {
            return Err(Known::MayNotWrite.into());
        }
        let most = usize::try_from(root.max_content_length).unwrap_or(usize::MAX);
        server.most_bytes = most.min(MOST_BYTES);
        match most < LEAST_BYTES {
            true => Err(Stopped::from(Known::TakesLittle { most: most as u64 })),
            false => Ok(server),
        }
    }
}

impl Server {
    async fn read<T: for<'d> Deserialize<'d>>(
        &self,
        door: &dyn FetchDoor,
        url: Url,
        what: Resource,
    ) -> Result<T, Stopped> {
        let answer = self.ask(door, url).await?;
        if answer.status != 200 {
            return Err(Wrong::answered(&answer).into());
        }
        read_as(what, &answer)
    }

    async fn ask(&self, door: &dyn FetchDoor, url: Url) -> Result<Fetched, Stopped> {
        let fetch = Fetch {
            url,
            headers: self.headers.clone(),
            most_bytes: ANSWER_BYTES,
            body: None,
        };
        Ok(door.fetch(&fetch).await?)
    }

    /// Posts, and waits a moment for it to be worked through.
    pub(super) async fn post(
        &self,
        door: &dyn FetchDoor,
        post: &Post<'_>,
    ) -> Result<Answered, Stopped> {
        let mut headers = self.headers.clone();
        headers.push(("content-type".into(), TAXII.to_owned()));
        let fetch = Fetch {
            url: self.objects.clone(),
            headers,
            most_bytes: ANSWER_BYTES,
            body: Some(post.body().into()),
        };
        let answer = door.fetch(&fetch).await?;
        match answer.status {
            200 | 202 => {}
            // The envelope or an object in it is not to its liking; which one has to be found out.
            400 | 413 | 422 => return Ok(Answered::Refused(Wrong::answered(&answer).what)),
            _ => return Err(Wrong::answered(&answer).into()),
        }
        let status = read_status(&answer)?;
        if status.is_complete() {
            return Ok(Answered::Complete(status));
        }
        for pause_ms in LOOKS_MS {
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            match self.look(door, &status.id).await? {
                Some(status) if status.is_complete() => return Ok(Answered::Complete(status)),
                Some(_) => {}
                None => break,
            }
        }
        Ok(Answered::Pending(status.id))
    }

    /// How far a post has come; `None` when the server does not know it.
    pub(super) async fn look(
        &self,
        door: &dyn FetchDoor,
        id: &str,
    ) -> Result<Option<Status>, Stopped> {
        let mut url = self.statuses.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(id).push("");
        }
        let answer = self.ask(door, url).await?;
        match answer.status {
            200 => read_status(&answer).map(Some),
            404 | 410 => Ok(None),
            _ => Err(Wrong::answered(&answer).into()),
        }
    }
}

fn read_status(answer: &Fetched) -> Result<Status, Stopped> {
    let status: Status = read_as(Resource::Status, answer)?;
    let known = matches!(status.status.as_str(), "complete" | "pending");
    if !known || status.id.is_empty() || status.id.len() > MAX_STATUS {
        let said = told(&status.status);
        return Err(Known::OddStatus { said }.into());
    }
    Ok(status)
}
