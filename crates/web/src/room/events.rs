//! News for open pages: a stream that says how many new rows there are for this reader, and nothing
//! else. The page shows a bar; the reader opens it when they like.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use askama::Template as _;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Method},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing,
};
use futures_util::{Stream, stream};
use jiff::Timestamp;
use kaname_kernel::{AccountId, Matter as _};
use kaname_policy::Action;
use kaname_sharing::{Item, Report};
use kaname_store::ListQuery;
use kaname_world::{News, WorldError};
use serde::Deserialize;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, sleep, timeout_at},
};

use crate::{
    error::Failure,
    frame::{Frame, part::Fresh},
    house::{By, House},
    route::{Access, Audit, Endpoint},
    text::Text,
};

/// How long one stream lasts; the page then asks again, and the session is looked at anew.
const LASTS: Duration = Duration::from_secs(5 * 60);
/// News that come together are counted together.
const GATHER: Duration = Duration::from_secs(1);
/// Streams one account may hold open: tabs of a person, not of a program.
const PER_ACCOUNT: u32 = 12;

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    vec![Endpoint::new(
        Method::GET,
        "/events",
        "news.follow",
        Access::SignedIn(&[
            Action::TriageList,
            Action::SubmissionReadOwn,
            Action::ItemReadDesk,
            Action::LibraryRead,
        ]),
        Audit::None("counts rows that the reader may list anyway"),
        routing::get(follow),
    )]
}

/// Streams open now, per account.
#[derive(Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<BTreeMap<AccountId, u32>>>);

/// One open stream; closing it makes room for another.
struct Open {
    streams: Streams,
    account: AccountId,
}

impl Streams {
    fn open(&self, account: AccountId) -> Option<Open> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(account).or_default();
        if *count >= PER_ACCOUNT {
            return None;
        }
        *count += 1;
        Some(Open {
            streams: self.clone(),
            account,
        })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self
            .streams
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.account);
            }
        }
    }
}

#[derive(Debug, Deserialize)]
struct Asked {
    topic: String,
}

struct Following {
    house: House,
    token: String,
    text: Text,
    kind: &'static str,
    since: Timestamp,
    told: u32,
    until: Instant,
    news: Receiver<News>,
    _open: Open,
}

async fn follow(
    State(house): State<House>,
    frame: Frame,
    by: By,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let kind = match asked.topic.as_str() {
        "report" => Report::KIND,
        "item" => Item::KIND,
        _ => return Err(Failure::NotFound),
    };
    let token = house.token(&headers).ok_or(Failure::SignIn)?.to_owned();
    let open = house.streams().open(by.account_id()?);
    let following = Following {
        text: frame.text(),
        kind,
        since: frame.now(),
        told: 0,
        until: Instant::now() + LASTS,
        news: house.world().listen(),
        _open: open.ok_or(Failure::TooMany { retry_after_s: 60 })?,
        token,
        house,
    };
    let sse = Sse::new(bars(following)).keep_alive(KeepAlive::default());
    Ok(sse.into_response())
}

/// One event per change of the number; ends with its time, the session, or the world.
fn bars(following: Following) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(following, |mut following| async move {
        loop {
            match timeout_at(following.until, following.news.recv()).await {
                Ok(Ok(news)) if news.topic != following.kind => continue,
                // Falling behind means that something came.
                Ok(Ok(_) | Err(RecvError::Lagged(_))) => {}
                Ok(Err(RecvError::Closed)) | Err(_) => return None,
            }
            sleep(GATHER).await;
            following.news = following.news.resubscribe();
            let count = match following.count().await {
                Ok(count) => count,
                Err(error) => {
                    tracing::debug!(%error, "stream of news ended");
                    return None;
                }
            };
            if count == following.told {
                continue;
            }
            following.told = count;
            let bar = Fresh::new(following.text, u64::from(count), "");
            let html = bar.render().unwrap_or_default();
            return Some((Ok(Event::default().data(html)), following));
        }
    })
}

impl Following {
    /// How many rows came since the page was opened, with the eyes that the session has now.
    async fn count(&self) -> Result<u32, WorldError> {
        let world = self.house.world();
        let (caller, _) = world.resume(&self.token).await?;
        let query = ListQuery {
            since: Some(self.since),
            limit: 1,
            ..ListQuery::of(self.kind, world.readable(&caller).await?)
        };
        Ok(world.store().list(&query).await?.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kaname_kernel::{Id, SeededRng};

    #[test]
    fn an_account_holds_so_many_streams_and_no_more() {
        let streams = Streams::default();
        let rng = SeededRng::new(1);
        let (one, other) = (Id::random(&rng), Id::random(&rng));
        let mut held: Vec<_> = (0..PER_ACCOUNT).filter_map(|_| streams.open(one)).collect();
        assert_eq!(held.len(), PER_ACCOUNT as usize);
        assert!(streams.open(one).is_none());
        assert!(streams.open(other).is_some());
        held.pop();
        assert!(streams.open(one).is_some());
    }
}
