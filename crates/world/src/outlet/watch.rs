//! Saved searches, looked through every hour: what is new since the owner was told last is told on the owner's
//! page, and by mail where there is an address. The owner's eyes are those of the hour: for an officer reports are among
//! it, and assessments and campaigns that something happened to.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use kaname_directory::Account;
use kaname_kernel::{Matter, MatterId};
use kaname_sharing::find::{Alert, FoundNew, News, SavedSearch, SavedSearchChange, Told};
use kaname_store::{Cursor, Job, ListQuery, NewJob};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    distribute::JAPAN,
    letter::Scribe,
    mail::{handed_over, was_handed_over},
    sealing::{self, Cover, Recipient},
};
use crate::{
    caller::Caller,
    doors::{DoorError, Mail, MailDoor},
    error::WorldError,
    find::hour_of,
    openpgp,
    work::Loaded,
    worker::{Duty, Failed},
    world::World,
};

/// Kind of the job that looks through saved searches.
pub const WATCH: &str = "watch";
/// Space of hours that were seen to.
const HOURS: &str = "watched-hour";
/// Space of mails that wait to be sent, by search: since which hour.
const WAITING: &str = "watch-waiting";
/// What is written at the end of an hour is there so long after it.
const SETTLED: SignedDuration = SignedDuration::from_secs(120);
/// The hour in Japan in which daily searches are looked through.
const MORNING: i8 = 8;
/// Searches read at once.
const PAGE: u32 = 100;
/// How long before the end of its lease a job leaves the rest to the next.
const REST: SignedDuration = SignedDuration::from_secs(10);
/// A mail that could not be sent for so long is given up, and what it was about is told on the page.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// How often a job is taken over from workers that died.
const ATTEMPTS: u16 = 20;

/// Looks through saved searches.
pub struct WatchDuty {
    /// The door and who writes the letters; without them nobody is told by mail.
    pub mail: Option<(Arc<dyn MailDoor>, Arc<dyn Scribe>)>,
}

/// Which hour is seen to, and from where on.
#[derive(Serialize, Deserialize)]
struct Payload {
    hour: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<(i64, MatterId)>,
}

#[async_trait]
impl Duty for WatchDuty {
    fn kind(&self) -> &'static str {
        WATCH
    }

    async fn run(&self, world: &World, job: &Job) -> Result<(), Failed> {
        let payload: Payload = serde_json::from_value(job.payload.clone())
            .map_err(|error| Failed::Never(error.to_string()))?;
        let everything = world.everything().await?;
        let mut query = ListQuery::of(SavedSearch::KIND, everything);
        query.states = vec![SavedSearch::WATCHED.to_owned()];
        query.limit = PAGE;
        query.after = payload.after.map(|(at_us, id)| Cursor { at_us, id });
        loop {
            let page = world.list::<SavedSearch>(&query).await?;
            for saved in page.rows {
                let place = (saved.state.saved.as_microsecond(), saved.id);
                if let Err(error) = self.look(world, saved, payload.hour).await {
                    // What it would have told is found again the next time.
                    tracing::warn!(search = %place.1, %error, "a saved search could not be looked through");
                }
                if world.now() + REST >= job.leased_until {
                    let rest = watch(world, payload.hour, Some(place));
                    return Ok(world
                        .store()
                        .enqueue(rest)
                        .await
                        .map_err(WorldError::from)?);
                }
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok(());
            }
        }
    }
}

impl WatchDuty {
    /// Looks through one search; what was told for this hour is not told again.
    async fn look(
        &self,
        world: &World,
        mut saved: Loaded<SavedSearch>,
        hour: Timestamp,
    ) -> Result<(), WorldError> {
        let state = &saved.state;
        // A mail that waits is tried every hour.
        let is_due = match state.watched.alert {
            Alert::Never => false,
            Alert::Hourly => true,
            Alert::Daily => {
                JAPAN.to_datetime(hour).hour() == MORNING
                    || self.waits(world, saved.id).await?.is_some()
            }
        };
        if !is_due || state.seen >= hour {
            return Ok(());
        }
        let owner = match world.person(state.account, None, None).await {
            Ok(owner) => owner,
            // Who cannot sign in any more is told nothing.
            Err(WorldError::Unauthenticated) => return Ok(()),
            Err(error) => return Err(error),
        };
        let between = (state.seen, hour);
        let found = world.found_between(&owner, &state.watched.query, between);
        let found = match found.await {
            Ok(found) if found != FoundNew::default() => found,
            // Nor who may not read the library.
            Ok(_) | Err(WorldError::Denied(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let Some(told) = self.tell(world, &owner, &saved, found, hour).await? else {
            return Ok(());
        };
        let news = News {
            from: state.seen,
            until: hour,
            found,
            notified: told,
        };
        let mut work = world.work(&Caller::system(WATCH).actor);
        work.apply(&mut saved, [SavedSearchChange::Found(news)])?;
        match work.commit().await {
            // Its owner changed it meanwhile, or another worker was first.
            Err(error) if error.is_conflict() => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// Tells its owner by mail; `None` when that is to be tried again in the next hour.
    async fn tell(
        &self,
        world: &World,
        owner: &Caller,
        saved: &Loaded<SavedSearch>,
        found: FoundNew,
        hour: Timestamp,
    ) -> Result<Option<Told>, WorldError> {
        let account = owner.account.as_ref().ok_or(WorldError::Unauthenticated)?;
        let account = &account.state;
        let (Some((door, scribe)), Some(to)) = (&self.mail, recipient(world, account)) else {
            return Ok(Some(Told::Page));
        };
        let key = format!("{WATCH}/{}/{}", saved.id, hour.as_second());
        let watched = &saved.state.watched;
        let name = account.title.get(to.lang);
        let mail = sealing::mail(world, key.replace('/', "."), &to, |cover| {
            let told = (cover == Cover::Sealed).then_some((watched, found));
            scribe.found(to.lang, name, told)
        });
        let waits = self.waits(world, saved.id).await?;
        let told = match send(world, door.as_ref(), &key, &mail).await {
            Ok(()) => Told::Mail,
            Err(DoorError::Later(why)) if hour.duration_since(waits.unwrap_or(hour)) < PATIENCE => {
                tracing::warn!(search = %saved.id, why, "a mail about a saved search waits");
                self.wait(world, saved.id, waits.unwrap_or(hour)).await?;
                return Ok(None);
            }
            Err(DoorError::Later(why) | DoorError::Never(why)) => {
                tracing::warn!(search = %saved.id, why, "a mail about a saved search was given up");
                Told::Failed
            }
        };
        let (store, key) = (world.store(), saved.id.to_string());
        store.kv_take(WAITING, &key, world.now()).await?;
        Ok(Some(told))
    }

    /// Since which hour the mail about a search waits to be sent.
    async fn waits(
        &self,
        world: &World,
        search: MatterId,
    ) -> Result<Option<Timestamp>, WorldError> {
        let key = search.to_string();
        let held = world.store().kv_get(WAITING, &key, world.now()).await?;
        Ok(held.and_then(|held| serde_json::from_value(held).ok()))
    }

    async fn wait(
        &self,
        world: &World,
        search: MatterId,
        since: Timestamp,
    ) -> Result<(), WorldError> {
        let (key, until) = (search.to_string(), world.now() + PATIENCE * 2);
        let kept = world.store().kv_put(WAITING, &key, json!(since), until);
        Ok(kept.await?)
    }
}

async fn send(world: &World, door: &dyn MailDoor, key: &str, mail: &Mail) -> Result<(), DoorError> {
    if was_handed_over(world, key).await? {
        return Ok(());
    }
    door.send(mail).await?;
    handed_over(world, key).await
}

fn recipient(world: &World, account: &Account) -> Option<Recipient> {
    let mail = account.mail.as_ref()?;
    Some(Recipient {
        address: mail.as_str().to_owned(),
        lang: account.lang,
        keys: openpgp::usable(&account.openpgp, world.now()),
    })
}

fn watch(world: &World, hour: Timestamp, after: Option<(i64, MatterId)>) -> NewJob {
    let place = after.map_or_else(String::new, |(_, id)| format!("/{id}"));
    NewJob {
        kind: WATCH.to_owned(),
        dedup: Some(format!("{WATCH}/{}{place}", hour.as_second())),
        priority: 0,
        run_at: world.now(),
        max_attempts: ATTEMPTS,
        payload: json!(Payload { hour, after }),
    }
}

impl World {
    /// Queues the look through saved searches that belongs to this hour, once; every node does so.
    pub async fn queue_watch(&self) -> Result<(), WorldError> {
        let settled = self.now() - SETTLED;
        let hour = hour_of(settled)?;
        let key = hour.as_second().to_string();
        let store = self.store();
        if store.kv_get(HOURS, &key, self.now()).await?.is_some() {
            return Ok(());
        }
        store.enqueue(watch(self, hour, None)).await?;
        let until = self.now() + SignedDuration::from_hours(2);
        Ok(store.kv_put(HOURS, &key, json!(true), until).await?)
    }
}
