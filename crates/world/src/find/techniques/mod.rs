//! Attack techniques in use, tactic by tactic, with the reader's eyes: how often each is named by a `uses`
//! relationship the reader may read, and by how many items. The same technique under several ids (imported twice,
//! named by items) is one, by its number.

mod gathered;

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use kaname_kernel::{MatterId, fold::fold};
use kaname_policy::Action;
use kaname_sharing::value::USES_SPACE;
use kaname_store::{FindObjects, Posting, StoredObject, Versions};
use serde::Deserialize;

use self::gathered::{Gathered, arranged, gather};
use super::relations::Side;
use crate::{caller::Caller, error::WorldError, world::World};

/// Most techniques that are looked at, the newest first.
const MOST_TECHNIQUES: u32 = 10_000;
/// Most relationships that are looked at where only those since a moment count.
const MOST_RELATIONSHIPS: u32 = 10_000;
/// Most attackers of a sector whose techniques are counted.
const MOST_USERS: u32 = 50;
/// Most tactics and matrices that are read.
const MOST_TACTICS: u32 = 500;

/// Types that use techniques.
pub const USERS: [&str; 5] = [
    "intrusion-set",
    "threat-actor",
    "campaign",
    "malware",
    "tool",
];

/// Tactics in their order, where the library has no matrix that says it (ATT&CK Enterprise, then ICS and Mobile).
const ORDER: [&str; 21] = [
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "stealth",
    "defense-impairment",
    "evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "inhibit-response-function",
    "impair-process-control",
    "impact",
    "network-effects",
    "remote-service-effects",
];

/// What of the matrix is wanted.
#[derive(Debug, Clone, Default)]
pub struct MatrixWanted {
    /// The kill chain; the one with the most techniques where none is named.
    pub chain: Option<String>,
    /// Only what this object uses, by its STIX id.
    pub by: Option<String>,
    /// Only what is used by whoever is said to attack this sector, and named by items that say it.
    pub sector: Option<String>,
    /// Only relationships and items that came at this moment or later.
    pub since: Option<Timestamp>,
    /// Techniques that nobody uses, too.
    pub unused: bool,
}

/// The matrix.
#[derive(Debug, Clone, Default)]
pub struct Matrix {
    /// Kill chains there are, with how many techniques each has.
    pub chains: Vec<(String, usize)>,
    /// The one that is shown.
    pub chain: String,
    /// Its tactics in order, each with its techniques.
    pub tactics: Vec<Tactic>,
    /// Techniques shown, each once.
    pub techniques: usize,
    /// The greatest number of uses and items of one technique.
    pub most: u64,
    /// Whether there was more than is looked at.
    pub cut: bool,
}

/// A column.
#[derive(Debug, Clone, Default)]
pub struct Tactic {
    /// The phase as techniques name it; empty for those that name none.
    pub phase: String,
    /// Its techniques, the most used first.
    pub techniques: Vec<UsedTechnique>,
}

/// A technique.
#[derive(Debug, Clone, Default)]
pub struct UsedTechnique {
    /// Its number (`T1566`), where it has one.
    pub number: String,
    /// STIX id of the object that it is shown by.
    pub stix_id: String,
    /// Its name.
    pub title: String,
    /// Relationships that say it is used.
    pub uses: u64,
    /// Items that name it.
    pub items: u64,
    /// What stands below it.
    pub subs: Vec<Self>,
}

impl UsedTechnique {
    /// With what stands below it.
    pub fn total(&self) -> u64 {
        let below = self.subs.iter().map(|one| one.uses + one.items);
        self.uses + self.items + below.sum::<u64>()
    }
}

impl World {
    /// The matrix of what is used.
    pub async fn matrix(
        &self,
        caller: &Caller,
        wanted: &MatrixWanted,
    ) -> Result<Matrix, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let patterns = self.objects(caller, |filter| {
            filter.types = vec!["attack-pattern".to_owned()];
            // What a technique is called and where it stands is no member's to claim.
            filter.origins = vec![None];
            filter.versions = Versions::Last;
            filter.limit = MOST_TECHNIQUES;
            filter.count = false;
        });
        let patterns = patterns.await?;
        let items = self.items_naming(caller, wanted, &patterns.objects).await?;
        let mut all = gather(&patterns.objects, &items);
        let cut = self.count_uses(caller, wanted, &mut all).await?;
        let order = self.tactics_in_order(caller).await?;
        Ok(arranged(all, wanted, &order, patterns.more || cut))
    }

    /// The STIX id of who or what uses techniques, by its id or by its whole name, among what the caller may see;
    /// the hub's before claims.
    pub async fn user_named(
        &self,
        caller: &Caller,
        typed: &str,
    ) -> Result<Option<String>, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let is_user = |one: &StoredObject| USERS.contains(&one.stix_type.as_str());
        let ids = BTreeSet::from([typed.to_owned()]);
        let by_id = self.objects_named(caller, ids).await?;
        if let Some(known) = by_id.iter().find(|one| is_user(one)) {
            return Ok(Some(known.stix_id.clone()));
        }
        let query = FindObjects {
            readable: self.readable(caller).await?,
            types: USERS.map(str::to_owned).to_vec(),
            words: vec![vec![typed.to_owned()]],
            limit: 1_000,
            ..FindObjects::default()
        };
        let name = fold(typed);
        let found = self.store().find_objects(&query).await?.objects.into_iter();
        let named = found.filter(|one| fold(&one.title) == name);
        let known = named.min_by_key(|one| (one.origin.is_some(), one.added_us));
        Ok(known.map(|one| one.stix_id))
    }

    /// Names of groups and campaigns that the caller may see, the newest first, each once.
    pub async fn users_named(
        &self,
        caller: &Caller,
        limit: u32,
    ) -> Result<Vec<String>, WorldError> {
        let found = self.objects(caller, |filter| {
            filter.types = vec!["intrusion-set".to_owned(), "campaign".to_owned()];
            filter.versions = Versions::Last;
            filter.limit = limit;
            filter.count = false;
        });
        let names: BTreeSet<String> = found
            .await?
            .objects
            .into_iter()
            .map(|one| one.title)
            .collect();
        Ok(names.into_iter().collect())
    }

    /// Items that brought one of these and count.
    async fn items_naming(
        &self,
        caller: &Caller,
        wanted: &MatrixWanted,
        patterns: &[StoredObject],
    ) -> Result<BTreeSet<MatterId>, WorldError> {
        if wanted.by.is_some() {
            return Ok(BTreeSet::new());
        }
        let sources: BTreeSet<MatterId> = patterns.iter().map(|one| one.source).collect();
        let since = wanted.since;
        let words = wanted.sector.as_deref().map(|sector| {
            let words = self.vocabulary().sector_words(sector);
            words.into_iter().collect::<Vec<_>>()
        });
        let found = self.library(caller, |query| {
            query.among = Some(sources.into_iter().collect());
            query.since = since;
            query.words.extend(words);
            query.limit = 1_000;
        });
        let found = found.await?.rows.into_iter();
        let open = found.filter(|item| item.state.content.is_on_the_web());
        Ok(open.map(|item| item.id).collect())
    }

    /// Counts who uses what; gives whether there was more than is looked at.
    async fn count_uses(
        &self,
        caller: &Caller,
        wanted: &MatrixWanted,
        all: &mut [Gathered],
    ) -> Result<bool, WorldError> {
        let mut places: HashMap<String, usize> = HashMap::new();
        for (place, one) in all.iter().enumerate() {
            places.extend(one.ids.iter().map(|id| (id.clone(), place)));
        }
        let since_us = wanted.since.map(Timestamp::as_microsecond);
        let users = match (&wanted.by, &wanted.sector) {
            (Some(id), _) => {
                let ids = BTreeSet::from([id.clone()]);
                Some(self.objects_named(caller, ids).await?)
            }
            (None, Some(sector)) => Some(self.attackers_of(caller, sector).await?),
            (None, None) => None,
        };
        let mut uses: BTreeSet<(String, String)> = BTreeSet::new();
        let cut = match (users, since_us) {
            (Some(users), _) => self.used_by(caller, &users, since_us, &mut uses).await?,
            (None, Some(since_us)) => self.used_since(caller, since_us, &mut uses).await?,
            (None, None) => {
                self.used_at_all(caller, &places, all).await?;
                return Ok(false);
            }
        };
        for (_, target) in uses {
            let known = places.get(&target);
            if let Some(one) = known.and_then(|place| all.get_mut(*place)) {
                one.shown.uses += 1;
            }
        }
        Ok(cut)
    }

    /// By the tally of what relationships name, which costs the same however many there are.
    async fn used_at_all(
        &self,
        caller: &Caller,
        places: &HashMap<String, usize>,
        all: &mut [Gathered],
    ) -> Result<(), WorldError> {
        let readable = self.readable(caller).await?;
        let ids: Vec<&String> = places.keys().collect();
        let postings: Vec<Posting> = ids
            .iter()
            .map(|id| Posting {
                space: USES_SPACE.to_owned(),
                value: (*id).clone(),
            })
            .collect();
        let counted = self.store().carriers(&postings, &readable, &[]).await?;
        for (id, carriers) in ids.into_iter().zip(counted) {
            let known = places.get(id);
            if let Some(one) = known.and_then(|place| all.get_mut(*place)) {
                one.shown.uses += carriers.objects;
            }
        }
        Ok(())
    }

    /// By what some use.
    async fn used_by(
        &self,
        caller: &Caller,
        users: &[StoredObject],
        since_us: Option<i64>,
        uses: &mut BTreeSet<(String, String)>,
    ) -> Result<bool, WorldError> {
        let mut cut = users.len() >= MOST_USERS as usize;
        for user in users {
            let found = self.links(caller, user).await?;
            cut |= found.cut;
            let own = found.links.into_iter().filter(|link| {
                let is_use = link.kind.side == Side::Out && link.kind.how == "uses";
                is_use && link.by.is_some() && since_us.is_none_or(|us| link.added_us >= us)
            });
            uses.extend(own.map(|link| (user.stix_id.clone(), link.other)));
        }
        Ok(cut)
    }

    /// By the relationships that came since a moment.
    async fn used_since(
        &self,
        caller: &Caller,
        since_us: i64,
        uses: &mut BTreeSet<(String, String)>,
    ) -> Result<bool, WorldError> {
        let found = self.objects(caller, |filter| {
            filter.types = vec!["relationship".to_owned()];
            filter.versions = Versions::Last;
            filter.limit = MOST_RELATIONSHIPS;
            filter.count = false;
        });
        let found = found.await?;
        let is_recent = |one: &&StoredObject| one.added_us >= since_us;
        let cut = found.more && found.objects.last().is_some_and(|one| is_recent(&one));
        for one in found.objects.iter().filter(is_recent) {
            let Ok(head) = kaname_stix::head(&one.raw) else {
                continue;
            };
            if head.revoked || head.relationship_type.as_deref() != Some("uses") {
                continue;
            }
            if let (Some(source), Some(target)) = (head.source(), head.target()) {
                uses.insert((source.to_string(), target.to_string()));
            }
        }
        Ok(cut)
    }

    /// Attackers and what they attack with, as far as they are said to have to do with a sector: by their own words,
    /// or because they target what has.
    async fn attackers_of(
        &self,
        caller: &Caller,
        sector: &str,
    ) -> Result<Vec<StoredObject>, WorldError> {
        let words = self.vocabulary().sector_words(sector);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let mut types = USERS.map(str::to_owned).to_vec();
        types.push("identity".to_owned());
        let query = FindObjects {
            readable: self.readable(caller).await?,
            types,
            words: vec![words],
            limit: MOST_USERS,
            ..FindObjects::default()
        };
        let found = self.store().find_objects(&query).await?.objects;
        let (victims, mut users): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|one| one.stix_type == "identity");
        let mut ids = BTreeSet::new();
        for victim in victims {
            let links = self.links(caller, &victim).await?.links.into_iter();
            let at = links.filter(|link| {
                let is_user = USERS.contains(&link.kind.stix_type.as_str());
                is_user && link.kind.side == Side::In && link.kind.how == "targets"
            });
            ids.extend(at.map(|link| link.other));
        }
        users.extend(self.objects_named(caller, ids).await?);
        users.sort_by(|one, other| one.stix_id.cmp(&other.stix_id));
        users.dedup_by(|one, other| one.stix_id == other.stix_id);
        users.truncate(MOST_USERS as usize);
        Ok(users)
    }

    /// Tactics in the order that the matrices of the library say.
    async fn tactics_in_order(&self, caller: &Caller) -> Result<Vec<String>, WorldError> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Read {
            tactic_refs: Vec<String>,
            x_mitre_shortname: String,
        }
        let found = self.objects(caller, |filter| {
            filter.types = vec!["x-mitre-matrix".to_owned(), "x-mitre-tactic".to_owned()];
            filter.origins = vec![None];
            filter.versions = Versions::Last;
            filter.limit = MOST_TACTICS;
            filter.count = false;
        });
        let mut names: HashMap<String, String> = HashMap::new();
        let mut matrices: Vec<Vec<String>> = Vec::new();
        for object in found.await?.objects {
            let Ok(read) = serde_json::from_str::<Read>(&object.raw) else {
                continue;
            };
            match object.stix_type.as_str() {
                "x-mitre-tactic" => _ = names.insert(object.stix_id, read.x_mitre_shortname),
                _ => matrices.push(read.tactic_refs),
            }
        }
        // The largest matrix first: a smaller one adds only what it alone has.
        matrices.sort_by_key(|refs| std::cmp::Reverse(refs.len()));
        let said = matrices.iter().flatten().filter_map(|id| names.get(id));
        let mut order: Vec<String> = Vec::new();
        for name in said.cloned().chain(ORDER.map(str::to_owned)) {
            if !name.is_empty() && !order.contains(&name) {
                order.push(name);
            }
        }
        Ok(order)
    }
}
