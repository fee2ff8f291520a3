//! Warninglists: brought, dropped, and asked whether they warn of a value.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kaname_intake::{
    Kind,
    warning::{
        Entries, WarningError, WarningIndex, WarningLimits, WarningList, read_delegated,
        read_warning_list,
    },
};
use kaname_kernel::{
    Id, MatterId,
    seal::{DoesNotOpen, SecretKey},
};
use kaname_policy::Action;
use kaname_sharing::{
    Refused,
    warninglist::{self, Outline, WARNINGLIST_SPACE, Warninglist},
};
use kaname_store::Blob;
use sha2::{Digest, Sha256};

use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// Most lists of a world.
const MAX_LISTS: usize = 1_000;

/// The lists with an index over all their entries.
#[derive(Debug, Default)]
pub struct Warnings {
    lists: Vec<Outline>,
    index: WarningIndex,
    mark: u64,
}

impl Warnings {
    /// The lists that say of a value that meeting it says little; it is in the canonical form of its kind.
    pub fn of(&self, kind: Kind, value: &str) -> Vec<&Outline> {
        let mut lists = self.of_blocking(kind, value);
        lists.retain(|list| !list.identifies);
        lists
    }

    /// The lists that warn of blocking by a value: also those that only say what it is, such as a country's addresses.
    pub fn of_blocking(&self, kind: Kind, value: &str) -> Vec<&Outline> {
        let places = self.index.find(kind, value).into_iter();
        places.filter_map(|place| self.lists.get(place)).collect()
    }

    /// A number that is another when a list was brought, changed or dropped.
    pub fn mark(&self) -> u64 {
        self.mark
    }

    /// Whether there is no list.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }
}

/// Which versions of which lists an index was made of.
type Stand = Vec<(MatterId, u32)>;

/// An index, and what it was made of.
#[derive(Debug)]
struct Made {
    /// How long the ledger was.
    size: u64,
    stand: Stand,
    warnings: Arc<Warnings>,
}

/// The index made last.
#[derive(Debug, Default)]
pub(crate) struct Warned(Mutex<Option<Made>>);

/// What became of a list that was brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// It was not there.
    New,
    /// It takes the place of an older one.
    Changed,
    /// The very same was there.
    Same,
}

impl World {
    /// Takes a warninglist in MISP's form.
    pub async fn load_warninglist(
        &self,
        caller: &Caller,
        bytes: impl AsRef<[u8]>,
    ) -> Result<(Outline, Brought), WorldError> {
        let list = read_warning_list(bytes.as_ref(), &WarningLimits::default());
        // The file is not held while the list is kept.
        drop(bytes);
        self.take_warninglist(caller, list).await
    }

    /// Takes the address ranges of a country out of a registry's statistics, as a list that warns of blocking.
    pub async fn load_delegated(
        &self,
        caller: &Caller,
        bytes: &[u8],
        country: &str,
    ) -> Result<(Outline, Brought), WorldError> {
        let list = read_delegated(bytes, country, &WarningLimits::default());
        self.take_warninglist(caller, list).await
    }

    async fn take_warninglist(
        &self,
        caller: &Caller,
        list: Result<WarningList, WarningError>,
    ) -> Result<(Outline, Brought), WorldError> {
        self.allow_any(caller, Action::ImportRun)?;
        let list = list
            .map_err(|error| WorldError::invalid("file", "error-warninglist", error.to_string()))?;
        let digest = Sha256::digest(list.entries.as_text());
        let outline = warninglist::outline(&list, digest.into());
        let before: Option<Loaded<Warninglist>> = self
            .find_any(WARNINGLIST_SPACE, &warninglist::key(&list.name))
            .await?;
        let blob: MatterId = Id::random(self.rng());
        let state = before.as_ref().map(|list| &list.state);
        let change = match warninglist::load(state, outline.clone(), blob) {
            Err(Refused::NoChange) => return Ok((outline, Brought::Same)),
            other => other?,
        };
        let mut work = self.work(&caller.actor);
        let (id, brought) = match before {
            Some(mut before) => {
                work.apply(&mut before, [change])?;
                (before.id, Brought::Changed)
            }
            None => {
                let id = Id::fresh(self.clock(), self.rng());
                (work.begin::<Warninglist>(id, change)?.id, Brought::New)
            }
        };
        let kept = self.entries_blob(id, blob, list.entries.as_text().as_bytes());
        drop(list);
        work.blob(kept);
        work.notice("warninglist", Some(id));
        work.commit().await?;
        Ok((outline, brought))
    }

    /// Stops warning by a list.
    pub async fn drop_warninglist(
        &self,
        caller: &Caller,
        name: &str,
        reason: &str,
    ) -> Result<Outline, WorldError> {
        self.allow_any(caller, Action::ImportRun)?;
        let key = warninglist::key(name);
        let mut list: Loaded<Warninglist> = self.find(caller, WARNINGLIST_SPACE, &key).await?;
        let change = warninglist::drop_list(&list.state, reason)?;
        let mut work = self.work(&caller.actor);
        work.apply(&mut list, [change])?;
        work.notice("warninglist", Some(list.id));
        work.commit().await?;
        Ok(list.state.outline)
    }

    /// Every list that warns, by name, for those who may read them.
    pub async fn warninglists(
        &self,
        caller: &Caller,
    ) -> Result<Vec<Loaded<Warninglist>>, WorldError> {
        let mut query = self.query::<Warninglist>(caller).await?;
        query.states = vec!["active".to_owned()];
        let mut all = Vec::new();
        self.walk::<Warninglist>(query, |list| all.push(list))
            .await?;
        all.sort_by(|a, b| a.state.outline.name.cmp(&b.state.outline.name));
        all.truncate(MAX_LISTS);
        Ok(all)
    }

    /// Whether lists may be read by the caller.
    pub fn reads_warninglists(&self, caller: &Caller) -> bool {
        warninglist::audience().admits(&caller.reader, self.now())
    }

    /// The lists that the caller may read, ready to be asked. They are looked at only when the ledger grew, and
    /// made anew only when one of them changed.
    pub async fn warnings(&self, caller: &Caller) -> Result<Arc<Warnings>, WorldError> {
        if !self.reads_warninglists(caller) {
            return Ok(Arc::default());
        }
        let size = self.store().ledger_size().await?;
        if let Some(last) = &*self.last_warnings()
            && last.size == size
        {
            return Ok(Arc::clone(&last.warnings));
        }
        let all = self.warninglists(caller).await?;
        let stand: Stand = all.iter().map(|list| (list.id, list.version)).collect();
        if let Some(last) = &mut *self.last_warnings()
            && last.stand == stand
        {
            last.size = size;
            return Ok(Arc::clone(&last.warnings));
        }
        let mut lists = Vec::with_capacity(all.len());
        for list in &all {
            lists.push(self.whole_list(&list.state).await?);
        }
        let warnings = Arc::new(Warnings {
            index: WarningIndex::new(&lists),
            mark: mark(&stand),
            lists: all.into_iter().map(|list| list.state.outline).collect(),
        });
        *self.last_warnings() = Some(Made {
            size,
            stand,
            warnings: Arc::clone(&warnings),
        });
        Ok(warnings)
    }

    fn last_warnings(&self) -> MutexGuard<'_, Option<Made>> {
        self.warned.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A list with its entries, held against the hash in the ledger; with none where they were destroyed.
    async fn whole_list(&self, list: &Warninglist) -> Result<WarningList, WorldError> {
        let outline = &list.outline;
        let entries = self.entries(list).await?;
        Ok(WarningList {
            name: outline.name.clone(),
            description: outline.description.clone(),
            version: outline.version,
            kind: outline.kind,
            types: outline.types.clone(),
            identifies: outline.identifies,
            entries: Entries::of_text(entries),
        })
    }

    async fn entries(&self, list: &Warninglist) -> Result<String, WorldError> {
        let stored = self.store().blob(list.blob).await?;
        let stored = stored.ok_or(WorldError::NotFound("blob"))?;
        let Some(wrapped) = stored.wrapped_key else {
            return Ok(String::new());
        };
        let wrapping = self.keys().master.derive("warninglist");
        let key = wrapping.open(list.blob.bytes(), &wrapped)?;
        let key = <[u8; 32]>::try_from(key).map_err(|_| DoesNotOpen)?;
        let entries = SecretKey::from_bytes(key).open(list.blob.bytes(), &stored.cipher)?;
        if hex::encode(Sha256::digest(&entries)) != list.outline.sha256 {
            return Err(DoesNotOpen.into());
        }
        String::from_utf8(entries).map_err(WorldError::encoding)
    }

    fn entries_blob(&self, matter: MatterId, id: MatterId, entries: &[u8]) -> Blob {
        let key = SecretKey::generate(self.rng());
        let cipher = key.seal(self.rng(), id.bytes(), entries);
        let wrapping = self.keys().master.derive("warninglist");
        Blob {
            id,
            matter,
            sha256: Sha256::digest(&cipher).into(),
            wrapped_key: wrapping.seal(self.rng(), id.bytes(), key.expose()),
            cipher,
        }
    }
}

fn mark(stand: &Stand) -> u64 {
    let mut digest = Sha256::new();
    for (id, version) in stand {
        digest.update(id.bytes());
        digest.update(version.to_be_bytes());
    }
    let digest: [u8; 32] = digest.finalize().into();
    digest
        .iter()
        .take(8)
        .fold(0, |mark, byte| mark << 8 | u64::from(*byte))
}
