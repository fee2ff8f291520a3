//! What is posted here: read only when whoever sends it may post it, bounded in length, and in how much of all that is
//! posted is in work at a time.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use futures_util::StreamExt as _;
use kaname_world::Limits;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::MispError;
use crate::{
    error::{Failure, is_over},
    house::House,
};

/// Bodies up to this length wait for nobody, in bytes.
const SMALL: usize = 256 << 10;
/// How many of the longest bodies are in work at a time.
const LONGEST: usize = 2;
/// Longest wait for those before it.
const PATIENCE: Duration = Duration::from_secs(5);
/// What places are counted in, in bytes.
const PLACE: usize = 1 << 10;

/// Places for long bodies: so many bytes of them are in work at a time, since reading one takes a multiple of its length.
pub(crate) struct Places {
    free: Arc<Semaphore>,
    all: usize,
}

impl Places {
    pub(crate) fn new(limits: &Limits) -> Self {
        let all = places(limits.envelope_bytes()).saturating_mul(LONGEST);
        let all = all.min(Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(all)),
            all,
        }
    }

    async fn of(&self, bytes: usize) -> Result<Option<OwnedSemaphorePermit>, Failure> {
        if bytes <= SMALL {
            return Ok(None);
        }
        let wanted = u32::try_from(places(bytes).min(self.all)).unwrap_or(u32::MAX);
        let waiting = Arc::clone(&self.free).acquire_many_owned(wanted);
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Ok(permit)) => Ok(Some(permit)),
            Ok(Err(_)) | Err(_) => Err(Failure::Busy),
        }
    }
}

const fn places(bytes: usize) -> usize {
    bytes.div_ceil(PLACE)
}

/// A body, and its place as long as it is in work.
pub(super) struct Sent {
    pub(super) bytes: Bytes,
    place: Place,
}

/// The place of a long body; none of a short one.
pub(super) type Place = Option<OwnedSemaphorePermit>;

impl Sent {
    /// What is read of the bytes, and the bytes that are handed on, which nobody else holds, with the place.
    ///
    /// # Errors
    /// What the reading says.
    pub(super) fn part<R>(
        self,
        read: impl FnOnce(Bytes) -> Result<(R, Bytes), MispError>,
    ) -> Result<(R, (Bytes, Place)), MispError> {
        let Self { bytes, place } = self;
        let (said, bytes) = read(bytes)?;
        Ok((said, (bytes, place)))
    }
}

/// For handlers that have nothing to ask before they read.
impl FromRequest<House> for Sent {
    type Rejection = MispError;

    async fn from_request(request: Request, house: &House) -> Result<Self, MispError> {
        let (parts, body) = request.into_parts();
        read(house, &parts.headers, body).await
    }
}

/// Reads a body. To be called when the caller's right to post it is known.
///
/// # Errors
/// 413 for one that is too long, by what it says of itself before anything is read; 503 when too much is in work.
pub(super) async fn read(
    house: &House,
    headers: &HeaderMap,
    body: Body,
) -> Result<Sent, MispError> {
    let most = house.world().settings().limits.envelope_bytes();
    let declared = headers.get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > most) {
        return Err(MispError::too_large(most));
    }
    // One that does not say how long it is takes the place of the longest.
    let place = house.places().of(declared.unwrap_or(most)).await;
    let place = place.map_err(|busy| MispError::from(&busy))?;
    // Laid down once: whatever is posted here may be long.
    let mut bytes = Vec::with_capacity(declared.unwrap_or(0));
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| match is_over(&error) {
            true => MispError::too_large(most),
            false => MispError::bad("body", "it ended before it was whole"),
        })?;
        if bytes.len() + chunk.len() > most {
            return Err(MispError::too_large(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Sent {
        bytes: bytes.into(),
        place,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn long_bodies_wait_for_each_other_and_short_ones_for_nobody() {
        let limits = Limits::default();
        let places = Places::new(&limits);
        let longest = limits.envelope_bytes();
        let first = places.of(longest).await;
        let second = places.of(longest).await;
        assert!(matches!((&first, &second), (Ok(Some(_)), Ok(Some(_)))));
        assert!(matches!(places.of(SMALL).await, Ok(None)));
        assert!(matches!(places.of(SMALL + 1).await, Err(Failure::Busy)));
        drop(first);
        assert!(matches!(places.of(longest).await, Ok(Some(_))));
        // More than there is at all takes all there is.
        drop(second);
        assert!(matches!(places.of(usize::MAX >> 1).await, Ok(Some(_))));
    }
}
