//! A unit of work: events on matters with all that must become durable with them. Decide first, then
//! collect, then commit once.

use jiff::Timestamp;
use kaname_kernel::{Actor, Event, EventId, Header, Id, Matter, MatterId, Moment, Projection};
use kaname_store::{
    Append, Blob, Commit, Committed, NewJob, NewObject, Notice, Record, Removed, SealedLink,
    StoredObject,
};
use serde_json::Value;

use crate::{error::WorldError, keys::Keys, outlet, world::World};

/// A matter as loaded, with the version a change must build on.
#[derive(Debug, Clone)]
pub struct Loaded<M> {
    /// The matter.
    pub id: MatterId,
    /// Events folded into it.
    pub version: u32,
    /// Its state.
    pub state: M,
}

/// What a commit made durable.
#[derive(Debug, Clone)]
pub struct Done {
    /// Events written, in order.
    pub events: Vec<EventId>,
    /// The store's answer.
    pub committed: Committed,
}

/// Changes collected for one commit.
pub struct Work<'w> {
    world: &'w World,
    actor: Actor,
    occurred: Option<(Timestamp, u32)>,
    commit: Commit,
    events: Vec<EventId>,
}

impl World {
    /// Starts a unit of work in the name of `actor`.
    pub fn work(&self, actor: &Actor) -> Work<'_> {
        Work {
            world: self,
            actor: actor.clone(),
            occurred: None,
            commit: Commit::default(),
            events: Vec::new(),
        }
    }
}

impl Work<'_> {
    /// The events that follow happened at `at`, give or take `uncertainty_s` seconds.
    pub fn occurred(&mut self, at: Timestamp, uncertainty_s: u32) {
        self.occurred = Some((at, uncertainty_s));
    }

    /// A new matter with its first event.
    pub fn begin<M: Matter>(
        &mut self,
        id: MatterId,
        change: M::Change,
    ) -> Result<Loaded<M>, WorldError> {
        let actor = self.actor.clone();
        self.begin_as(&actor, id, change)
    }

    /// The same in another's name: a provider's sealed handle.
    pub fn begin_as<M: Matter>(
        &mut self,
        actor: &Actor,
        id: MatterId,
        change: M::Change,
    ) -> Result<Loaded<M>, WorldError> {
        let event = self.event::<M>(actor, id, 1, &change)?;
        let state = M::begin(&change, &moment(&event))?;
        let loaded = Loaded {
            id,
            version: 1,
            state,
        };
        self.push(&loaded, event)?;
        Ok(loaded)
    }

    /// More events on a matter; `loaded` moves along.
    pub fn apply<M: Matter>(
        &mut self,
        loaded: &mut Loaded<M>,
        changes: impl IntoIterator<Item = M::Change>,
    ) -> Result<(), WorldError> {
        let actor = self.actor.clone();
        self.apply_as(&actor, loaded, changes)
    }

    /// The same in another's name.
    pub fn apply_as<M: Matter>(
        &mut self,
        actor: &Actor,
        loaded: &mut Loaded<M>,
        changes: impl IntoIterator<Item = M::Change>,
    ) -> Result<(), WorldError> {
        for change in changes {
            let version = loaded.version + 1;
            let event = self.event::<M>(actor, loaded.id, version, &change)?;
            loaded.state.apply(&change, &moment(&event))?;
            loaded.version = version;
            self.push(loaded, event)?;
        }
        Ok(())
    }

    fn event<M: Matter>(
        &self,
        actor: &Actor,
        matter: MatterId,
        version: u32,
        change: &M::Change,
    ) -> Result<Event, WorldError> {
        let world = self.world;
        let recorded = world.now();
        let (occurred, uncertainty_s) = self.occurred.unwrap_or((recorded, 0));
        Ok(Event {
            header: Header {
                id: Id::fresh(world.clock(), world.rng()),
                matter,
                matter_kind: M::KIND.to_owned(),
                version,
                kind: M::name(change).to_owned(),
                recorded,
            },
            actor: actor.clone(),
            occurred,
            uncertainty_s,
            data: serde_json::to_value(change).map_err(WorldError::encoding)?,
        })
    }

    fn push<M: Matter>(&mut self, loaded: &Loaded<M>, event: Event) -> Result<(), WorldError> {
        let sealed = event.seal(&self.world.keys().master, self.world.rng())?;
        let record = record(self.world.keys(), loaded)?;
        self.events.push(event.header.id);
        let same = self
            .commit
            .appends
            .iter_mut()
            .find(|append| append.record.id == loaded.id);
        match same {
            Some(append) => {
                append.record = record;
                append.events.push(sealed);
            }
            None => self.commit.appends.push(Append {
                record,
                events: vec![sealed],
            }),
        }
        Ok(())
    }

    /// Refuses to be committed when one of these matters, read to decide, is at another version by then.
    pub fn stands_on(&mut self, read: impl IntoIterator<Item = (MatterId, u32)>) {
        self.commit.stands_on.extend(read);
    }

    /// Adds a threat object to a collection.
    pub fn object(&mut self, object: NewObject) {
        self.commit.objects.push(object);
    }

    /// Refuses to be committed when a collection has a version of an added object already.
    pub fn only_new_objects(&mut self) {
        self.commit.only_new_objects = true;
    }

    /// Takes what a matter of the hub brought of an object out of a collection; what others brought of it stays.
    pub fn remove_object(&mut self, collection: MatterId, stix_id: &str, source: MatterId) {
        self.commit.removed.push(Removed {
            collection,
            origin: None,
            stix_id: stix_id.to_owned(),
            version_us: None,
            source: Some(source),
        });
    }

    /// Takes one version of one originator out of a collection.
    pub fn remove_version(&mut self, object: &StoredObject) {
        self.commit.removed.push(Removed {
            collection: object.collection,
            origin: object.origin,
            stix_id: object.stix_id.clone(),
            version_us: Some(object.version_us),
            source: None,
        });
    }

    /// Keeps an attachment.
    pub fn blob(&mut self, blob: Blob) {
        self.commit.blobs.push(blob);
    }

    /// Keeps a sealed link.
    pub fn sealed(&mut self, link: SealedLink) {
        self.commit.sealed.push(link);
    }

    /// Queues a job.
    pub fn job(&mut self, job: NewJob) {
        self.commit.jobs.push(job);
    }

    /// Tells live pages and other nodes that something of this topic changed.
    pub fn notice(&mut self, topic: &str, matter: Option<MatterId>) {
        self.commit.notices.push(Notice {
            topic: topic.to_owned(),
            matter,
        });
    }

    /// What a reader is may have changed: a membership, a duty, a role, who is in a group. Who may see one
    /// matter is no such change: the matter has another audience from then on.
    pub fn new_epoch(&mut self) {
        self.commit.new_epoch = true;
    }

    /// The same key again gives `answer` instead of doing it twice.
    pub fn once(&mut self, key: String, answer: Value) {
        self.commit.idempotency = Some((key, answer));
    }

    /// Makes it durable. On [`WorldError::is_conflict`] nothing happened: load and decide again.
    pub async fn commit(mut self) -> Result<Done, WorldError> {
        self.tell_outlets()?;
        let committed = self.world.store().commit(self.commit).await?;
        self.world.committed(&committed);
        Ok(Done {
            events: self.events,
            committed,
        })
    }

    /// Adds the notices by which nodes learn what was put out or taken away. No operation has to think
    /// of it.
    fn tell_outlets(&mut self) -> Result<(), WorldError> {
        let told = outlet::put_out_by(&self.commit)?;
        self.commit
            .notices
            .extend(told.into_iter().map(|matter| Notice {
                topic: outlet::OUT.to_owned(),
                matter: Some(matter),
            }));
        Ok(())
    }

    /// The collected change, for store operations that take one along (redaction).
    pub(crate) fn into_commit(self) -> Commit {
        self.commit
    }
}

fn moment(event: &Event) -> Moment<'_> {
    Moment {
        matter: event.header.matter,
        version: event.header.version,
        recorded: event.header.recorded,
        occurred: event.occurred,
        actor: &event.actor,
    }
}

/// Where it stands which matter of a kind carries a value alone.
pub(crate) fn alone_space<M: Matter>(space: &str) -> String {
    format!("{} of {space}", M::KIND)
}

/// The projection a state leads to.
pub(crate) fn record<M: Matter>(keys: &Keys, loaded: &Loaded<M>) -> Result<Record, WorldError> {
    let Projection {
        audience,
        state,
        owner,
        scope,
        sort_at,
        due_at,
        tlp,
        text,
        postings,
        mut lookups,
        alone,
    } = loaded.state.project();
    for posting in alone {
        let posting = keys.posting::<M>(posting);
        lookups.push((alone_space::<M>(&posting.space), posting.value));
    }
    Ok(Record {
        id: loaded.id,
        kind: M::KIND.to_owned(),
        version: loaded.version,
        audience,
        state,
        owner,
        scope,
        sort_at,
        due_at,
        tlp,
        text,
        postings: postings
            .into_iter()
            .map(|posting| keys.posting::<M>(posting))
            .collect(),
        lookups,
        body: keys.row(loaded.id, &loaded.state)?,
    })
}

/// Folds one event onto a state; the first makes it.
pub(crate) fn fold<M: Matter>(
    state: Option<Loaded<M>>,
    event: &Event,
) -> Result<Loaded<M>, WorldError> {
    let change: M::Change =
        serde_json::from_value(event.data.clone()).map_err(WorldError::encoding)?;
    let at = moment(event);
    match state {
        None => Ok(Loaded {
            id: at.matter,
            version: at.version,
            state: M::begin(&change, &at)?,
        }),
        Some(mut loaded) => {
            loaded.state.apply(&change, &at)?;
            loaded.version = at.version;
            Ok(loaded)
        }
    }
}
