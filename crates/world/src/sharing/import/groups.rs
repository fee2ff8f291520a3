//! Sharing groups of MISP, as markings name them (`crates/misp`): whom each means here. A hub's own group is meant by its
//! UUID or by an agreement, parties of the hub by theirs. What means nobody here is for officers, as any marking that says
//! nothing here.

use std::collections::{BTreeMap, BTreeSet};

use kaname_directory::Group;
use kaname_kernel::{Audience, Clause, GroupId, PartyId, Term};
use kaname_misp::SharingGroup;
use kaname_sharing::marking::pap_of;
use kaname_stix::{ObjectId, tlp_of};
use kaname_store::{ObjectFilter, Versions};
use uuid::Uuid;

use super::LOOKED_UP;
use crate::{caller::Caller, error::WorldError, world::World};

/// Groups of the hub by the UUIDs of the sharing groups that an agreement says they are.
pub(crate) type AgreedGroups = BTreeMap<Uuid, GroupId>;
/// Sharing groups by the markings that say them.
pub(crate) type Defined = BTreeMap<ObjectId, SharingGroup>;

/// Most sharing groups that one import defines; further ones mean nobody here.
const MOST_DEFINED: usize = 10_000;
/// What is shared with a group is dated to the minute in which it came, so that a long reading does not make an audience
/// of its own each second.
const MINUTE_S: i64 = 60;

/// Whom sharing groups mean here.
#[derive(Debug, Default)]
pub(crate) struct Meant {
    /// By the marking.
    pub(crate) audiences: BTreeMap<ObjectId, Audience>,
    /// UUIDs of those that mean nobody here.
    pub(crate) nobody: BTreeSet<Uuid>,
}

/// Notes the sharing group that an object defines, if it does.
pub(crate) fn note_defined(defined: &mut Defined, id: &ObjectId, raw: &str) {
    if id.type_name() == "marking-definition"
        && defined.len() < MOST_DEFINED
        && let Some(group) = SharingGroup::read(raw)
    {
        defined.insert(id.clone(), group);
    }
}

/// Whether a marking may be a sharing group's.
pub(crate) fn may_be_group(marking: &ObjectId) -> bool {
    tlp_of(marking).is_none() && pap_of(marking).is_none()
}

impl World {
    /// Whom the sharing groups among these markings mean here. `defined`: those whose definitions are at hand; of the
    /// others it is looked up what stands here.
    pub(crate) async fn groups_meant(
        &self,
        caller: &Caller,
        agreed: &AgreedGroups,
        (markings, mut defined): (BTreeSet<ObjectId>, Defined),
    ) -> Result<Meant, WorldError> {
        self.look_up_defined(&markings, &mut defined).await?;
        defined.retain(|id, _| markings.contains(id));
        let mut meant = Meant::default();
        let parties = match defined.values().any(|one| !one.organisations.is_empty()) {
            true => self.parties_known(caller).await?,
            false => BTreeSet::new(),
        };
        for (id, group) in defined {
            match self.terms_of(caller, agreed, &parties, &group).await? {
                terms if terms.is_empty() => {
                    meant.nobody.insert(group.uuid);
                }
                terms => {
                    let clause = Clause::any(terms.into_iter().chain([Term::Officer]));
                    let audience = Audience::everyone().and(clause);
                    meant.audiences.insert(id, audience);
                }
            }
        }
        Ok(meant)
    }

    /// The group of the hub that a sharing group is, as far as the caller may name it.
    pub(crate) async fn group_meant(
        &self,
        caller: &Caller,
        agreed: &AgreedGroups,
        group: &SharingGroup,
    ) -> Result<Option<GroupId>, WorldError> {
        let named = agreed.get(&group.uuid).copied();
        let named = named.unwrap_or_else(|| GroupId::from_uuid(group.uuid));
        // A member names a group that it is in, and learns of no other.
        let found = self.see_if::<Group>(caller, named.cast()).await?;
        Ok(found.filter(|one| !one.state.closed).map(|_| named))
    }

    async fn terms_of(
        &self,
        caller: &Caller,
        agreed: &AgreedGroups,
        parties: &BTreeSet<Uuid>,
        group: &SharingGroup,
    ) -> Result<Vec<Term>, WorldError> {
        if let Some(group) = self.group_meant(caller, agreed, group).await? {
            let now_s = self.now().as_second();
            let since = now_s - now_s.rem_euclid(MINUTE_S);
            return Ok(vec![Term::Group { group, since }]);
        }
        let here = group.organisations.intersection(parties);
        Ok(here
            .map(|uuid| Term::Party(PartyId::from_uuid(*uuid)))
            .collect())
    }

    /// UUIDs of the parties that the caller may know of.
    async fn parties_known(&self, caller: &Caller) -> Result<BTreeSet<Uuid>, WorldError> {
        let all = self.misp_organisations(caller).await?;
        Ok(all.into_iter().map(|one| one.uuid).collect())
    }

    async fn look_up_defined(
        &self,
        markings: &BTreeSet<ObjectId>,
        defined: &mut Defined,
    ) -> Result<(), WorldError> {
        let missing = markings.iter().filter(|id| !defined.contains_key(id));
        let missing: Vec<String> = missing.map(ToString::to_string).collect();
        for some in missing.chunks(LOOKED_UP) {
            let mut filter = ObjectFilter {
                ids: some.to_vec(),
                versions: Versions::Last,
                limit: LOOKED_UP as u32,
                ..ObjectFilter::all(self.everything().await?)
            };
            loop {
                let page = self.store().objects(&filter).await?;
                filter.after_us = page.objects.last().map(|object| object.added_us);
                for object in &page.objects {
                    // An id is made of what its definition says: whoever brought it, it says the same.
                    if let Ok(id) = object.stix_id.parse() {
                        note_defined(defined, &id, &object.raw);
                    }
                }
                if !page.more {
                    break;
                }
            }
        }
        Ok(())
    }
}
