//! News for open pages: a stream that says how many new rows there are for this reader, or that the one
//! matter of the page has changed, and nothing else. The page shows a bar; the reader opens it when they like.

pub(in crate::room) mod one;

use std::{
    collections::{BTreeMap, BTreeSet},
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
use kaname_kernel::{AccountId, Matter as _, MatterId, Role};
use kaname_policy::Action;
use kaname_sharing::{Assessment, Campaign, Item, ItemState, Report, ReportState, Victim};
use kaname_store::ListQuery;
use kaname_world::{Caller, News, World, WorldError};
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
/// Most rows of one list that are looked at: what is new stands at its top.
const ROWS: u32 = 200;
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
            Action::AssessmentRead,
            Action::SessionOwn,
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

/// A page that is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Topic {
    /// What waits for the reader.
    Now,
    /// Reports at triage.
    Report,
    /// Items at the desk.
    Item,
    /// Released items.
    Library,
    /// Assessments.
    Assessment,
    /// Reports that are proposed as campaigns, and the campaigns there are.
    Campaign,
}

impl Topic {
    /// Whether news of that kind may concern it.
    fn hears(self, kind: &str) -> bool {
        let (items, reports) = (kind == Item::KIND, kind == Report::KIND);
        let records = kind == Victim::KIND;
        match self {
            Self::Now => items || reports || records || kind == Assessment::KIND,
            // What is done to campaigns is told as news of reports.
            Self::Report | Self::Campaign => reports,
            Self::Item | Self::Library => items,
            Self::Assessment => kind == Assessment::KIND,
        }
    }

    /// Whether the policy lets the caller list what this page lists.
    fn permitted(self, world: &World, caller: &Caller) -> Result<(), WorldError> {
        match self {
            // Made of lists that are asked about one by one.
            Self::Now => Ok(()),
            Self::Report | Self::Campaign => world.allow_any(caller, Action::TriageList),
            Self::Assessment => world.allow_any(caller, Action::AssessmentRead),
            Self::Item => world.allow_any(caller, Action::ItemReadDesk),
            Self::Library => world.allow_any(caller, Action::LibraryRead),
        }
    }

    /// The ids in the lists that this page shows, with the caller's eyes and rights.
    async fn rows(self, world: &World, caller: &Caller) -> Result<BTreeSet<String>, WorldError> {
        self.permitted(world, caller)?;
        let mut lists = Vec::new();
        let has = |role, action| {
            self == Self::Now && caller.has(role) && world.allow_any(caller, action).is_ok()
        };
        if self == Self::Report || has(Role::Analyst, Action::TriageList) {
            lists.push((Report::KIND, vec![ReportState::Submitted.as_str()]));
        }
        if self == Self::Assessment {
            lists.push((Assessment::KIND, Vec::new()));
        }
        if self == Self::Campaign {
            lists.push((Campaign::KIND, Vec::new()));
        }
        if self == Self::Item {
            lists.push((Item::KIND, Vec::new()));
        }
        if has(Role::Analyst, Action::ItemReadDesk) {
            let back = [
                ItemState::ChangesProposed,
                ItemState::Consented,
                ItemState::Refused,
            ];
            lists.push((Item::KIND, back.map(ItemState::as_str).to_vec()));
        }
        if has(Role::Releaser, Action::ItemReadDesk) {
            lists.push((Item::KIND, vec![ItemState::AwaitingRelease.as_str()]));
        }
        if self == Self::Library || has(Role::Member, Action::LibraryRead) {
            lists.push((Item::KIND, vec![ItemState::Released.as_str()]));
        }
        let mut found: BTreeSet<MatterId> = BTreeSet::new();
        let readable = world.readable(caller).await?;
        for (kind, states) in lists {
            let query = ListQuery {
                states: states.into_iter().map(str::to_owned).collect(),
                limit: ROWS,
                ..ListQuery::of(kind, readable.clone())
            };
            let page = world.store().list(&query).await?;
            found.extend(page.rows.iter().map(|row| row.record.id));
        }
        if has(Role::Member, Action::VictimRead) {
            let shown = world.shown_records(caller).await?;
            found.extend(shown.iter().map(|one| one.victim.id));
        }
        if has(Role::Provider, Action::SubmissionReadOwn) {
            let asked = world.asked_showings(caller).await?;
            found.extend(asked.iter().map(|(report, _)| report.id));
        }
        if self == Self::Now && caller.has(Role::Provider) {
            let own = world.own_items(caller, |query| {
                query.states = vec![ItemState::AwaitingConsent.as_str().to_owned()];
                query.limit = ROWS;
            });
            match own.await {
                Ok(own) => found.extend(own.rows.iter().map(|row| row.id)),
                // Acting for a party without that power.
                Err(WorldError::Denied(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if self == Self::Now {
            let waiting = world.assessments_waiting(caller).await?;
            let all = waiting.to_review.iter().chain(&waiting.own);
            found.extend(all.map(|one| one.id));
        }
        let mut found: BTreeSet<String> = found.iter().map(ToString::to_string).collect();
        if self == Self::Campaign {
            found.extend(world.proposal_keys(caller).await?);
        }
        Ok(found)
    }
}

/// What a page follows: a list, or one matter.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Asked {
    List { topic: Topic },
    One(one::One),
}

/// What is followed, and what was there when the page was opened.
enum Followed {
    List(Topic, BTreeSet<String>),
    One(one::One),
}

impl Followed {
    fn hears(&self, kind: &str) -> bool {
        match self {
            Self::List(topic, _) => topic.hears(kind),
            // Its items are shown with a report, and with an assessment.
            Self::One(_) => [Item::KIND, Report::KIND, Assessment::KIND].contains(&kind),
        }
    }

    /// How much is new: rows, or one changed matter.
    async fn count(&self, world: &World, caller: &Caller) -> Result<usize, WorldError> {
        match self {
            Self::List(topic, known) => {
                let rows = topic.rows(world, caller).await?;
                Ok(rows.difference(known).count())
            }
            Self::One(one) => one.has_changed(world, caller).await.map(usize::from),
        }
    }

    fn bar(&self, text: Text, count: usize) -> Fresh {
        match self {
            Self::List(..) => Fresh::new(text, count as u64, ""),
            Self::One(_) => Fresh::changed(text, ""),
        }
    }
}

struct Following {
    house: House,
    token: String,
    text: Text,
    followed: Followed,
    told: usize,
    /// What is told before anything is heard.
    at_once: Option<usize>,
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
    let token = house.token(&headers).ok_or(Failure::SignIn)?.to_owned();
    let open = house.streams().open(by.account_id()?);
    // Listened to before the lists are read, so that nothing falls between.
    let news = house.world().listen();
    let followed = match asked {
        Asked::List { topic } => Followed::List(topic, topic.rows(house.world(), &by).await?),
        Asked::One(one) => Followed::One(one),
    };
    // One matter may have changed between the page and its stream; who may not see it learns nothing.
    let count = followed.count(house.world(), &by).await?;
    let following = Following {
        text: frame.text(),
        followed,
        told: 0,
        at_once: (count > 0).then_some(count),
        until: Instant::now() + LASTS,
        news,
        _open: open.ok_or(Failure::TooMany { retry_after_s: 60 })?,
        token,
        house,
    };
    let sse = Sse::new(bars(following)).keep_alive(KeepAlive::default());
    Ok(sse.into_response())
}

/// One event per change of the number; ends with its time, the session, the server, or the world.
fn bars(following: Following) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(following, |mut following| async move {
        if let Some(count) = following.at_once.take() {
            return Some((Ok(following.tell(count)), following));
        }
        loop {
            let heard = tokio::select! {
                () = following.house.ending() => return None,
                heard = timeout_at(following.until, following.news.recv()) => heard,
            };
            match heard {
                Ok(Ok(news)) if !following.followed.hears(&news.topic) => continue,
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
            return Some((Ok(following.tell(count)), following));
        }
    })
}

impl Following {
    /// How much came since the page was opened, with the eyes that the session has now.
    async fn count(&self) -> Result<usize, WorldError> {
        let world = self.house.world();
        let (caller, _) = world.resume(&self.token).await?;
        self.followed.count(world, &caller).await
    }

    /// The bar that says so.
    fn tell(&mut self, count: usize) -> Event {
        self.told = count;
        let bar = self.followed.bar(self.text, count);
        Event::default().data(bar.render().unwrap_or_default())
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
