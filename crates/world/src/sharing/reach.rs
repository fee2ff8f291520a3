//! Whom a content would reach and what they are called: what the provider and the officers are told before
//! they decide, and what a decision stands on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use kaname_directory::{Account, ClassCode, Group, Name2, Party, day_of, reader};
use kaname_kernel::{Audience, Matter, MatterId, PartyId, Reader, Tlp};
use kaname_sharing::{
    Collection, Content, Text, Told,
    item::released_audience,
    told::{GroupTold, PartyTold, PersonTold},
};
use kaname_store::ListQuery;

use crate::{error::WorldError, work::Loaded, world::World};

/// Parties read at a time.
const BATCH: u32 = 1_000;

/// How many would see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Anyone, signed in or not.
    Everyone,
    /// So many parties.
    Parties(u32),
    /// So many named persons.
    Persons(u32),
}

/// Whom a content would reach if it were released now.
#[derive(Debug, Clone)]
pub struct Addressed {
    /// How many.
    pub reached: Reached,
    /// Which parties these are; empty where it reaches everyone, or persons only.
    pub parties: Vec<Party>,
    /// What the directory says of whom it names, of one reading with the parties.
    pub told: Told,
}

/// Matters that were read to decide, each with its version.
pub(super) type On = Vec<(MatterId, u32)>;

impl World {
    /// Whom the content would reach if it were released now, and what its provider is told of them.
    pub async fn addressed(&self, content: &Content) -> Result<Addressed, WorldError> {
        let now = self.now();
        let mut open = content.clone();
        // An embargo says when, not who.
        open.embargo = None;
        // Whoever joined in this very second is among those it would be shared with.
        let audience = released_audience(&open, now + SignedDuration::from_secs(1));
        let persons_only = content.tlp == Tlp::Red;
        let everyone = audience == Audience::everyone();
        let mut parties = Vec::new();
        if !persons_only && !everyone {
            parties = self.every_party().await?;
        }
        let (told, _) = self.told_among(content, &parties).await?;
        let parties = self.admitting(&audience, parties).await?;
        let count = |all: usize| u32::try_from(all).unwrap_or(u32::MAX);
        let reached = match (persons_only, everyone) {
            (true, _) => Reached::Persons(count(content.named.persons.len())),
            (_, true) => Reached::Everyone,
            _ => Reached::Parties(count(parties.len())),
        };
        Ok(Addressed {
            reached,
            parties,
            told,
        })
    }

    /// What the directory says now of whom a content names, and what a decision on it stands on.
    pub(super) async fn told(&self, content: &Content) -> Result<(Told, On), WorldError> {
        let parties = match names_parties(content.tlp) {
            true => self.every_party().await?,
            false => Vec::new(),
        };
        self.told_among(content, &parties).await
    }

    async fn told_among(
        &self,
        content: &Content,
        parties: &[Loaded<Party>],
    ) -> Result<(Told, On), WorldError> {
        let (mut told, mut on) = (Told::default(), On::new());
        if names_parties(content.tlp) {
            self.tell_groups(content, (&mut told, &mut on)).await?;
            self.tell_parties(content, parties, (&mut told, &mut on));
        }
        if content.tlp == Tlp::Red {
            self.tell_persons(content, (&mut told, &mut on)).await?;
        }
        for id in &content.collections {
            if let Some(collection) = self.load::<Collection>(*id).await? {
                on.push((*id, collection.version));
                let title = collection.state.definition.title;
                told.collections.insert(*id, title);
            }
        }
        let today = day_of(self.now());
        for code in &content.classes {
            let parsed = code.parse::<ClassCode>().ok();
            let class = parsed.and_then(|code| self.catalogue().class_on(&code, today));
            let name = class.map(|class| text(&class.value.name));
            told.classes.extend(name.map(|name| (code.clone(), name)));
        }
        let duties = self.catalogue().duties_on(today).into_iter();
        let named = duties.filter(|duty| content.duties.contains(duty.value.code.as_str()));
        let named = named.map(|duty| {
            let code = duty.value.code.as_str().to_owned();
            (code, text(&duty.value.name))
        });
        told.duties.extend(named);
        Ok((told, on))
    }

    async fn tell_groups(
        &self,
        content: &Content,
        (told, on): (&mut Told, &mut On),
    ) -> Result<(), WorldError> {
        for id in &content.named.groups {
            let Some(group) = self.load::<Group>(id.cast()).await? else {
                continue;
            };
            on.push((group.id, group.version));
            let group = group.state;
            // Through a group that is closed nobody reads.
            let members = group.present().filter(|_| !group.closed).collect();
            let name = text(&group.name);
            told.groups.insert(*id, GroupTold { name, members });
        }
        Ok(())
    }

    fn tell_parties(
        &self,
        content: &Content,
        parties: &[Loaded<Party>],
        (told, on): (&mut Told, &mut On),
    ) {
        let mut reached: BTreeSet<PartyId> = content.named.parties.iter().copied().collect();
        if content.tlp == Tlp::Amber {
            told.under = under(&reached, parties);
        }
        let members = told.groups.values().map(|group| &group.members);
        reached.extend(members.chain(told.under.values()).flatten());
        let today = day_of(self.now());
        for party in parties {
            let is_told = reached.contains(&party.id.cast());
            // Any party may come under an ISAC meanwhile.
            if is_told || !told.under.is_empty() {
                on.push((party.id, party.version));
            }
            if !is_told {
                continue;
            }
            let membership = party.state.membership_on(today);
            let classes = membership.iter().flat_map(|member| &member.classes);
            let duties = party.state.duties_on(today);
            let one = PartyTold {
                code: party.state.code.as_str().to_owned(),
                name: text(&party.state.description.name),
                member: membership.is_some(),
                classes: classes.map(|class| class.as_str().to_owned()).collect(),
                duties: duties.map(|one| one.duty.as_str().to_owned()).collect(),
            };
            told.parties.insert(party.id.cast(), one);
        }
    }

    async fn tell_persons(
        &self,
        content: &Content,
        (told, on): (&mut Told, &mut On),
    ) -> Result<(), WorldError> {
        for id in &content.named.persons {
            let Some(account) = self.load::<Account>(id.cast()).await? else {
                continue;
            };
            on.push((account.id, account.version));
            let account = account.state;
            let Some(party) = self.load::<Party>(account.party.cast()).await? else {
                continue;
            };
            on.push((party.id, party.version));
            let one = PersonTold {
                title: text(&account.title),
                party: account.party,
                of: text(&party.state.description.name),
            };
            told.persons.insert(*id, one);
        }
        Ok(())
    }

    /// Those whose people the audience admits now, whatever their accounts.
    /// Every party that an audience admits, as a reader without a person.
    pub(super) async fn party_readers(
        &self,
        audience: &Audience,
    ) -> Result<Vec<Reader>, WorldError> {
        let now = self.now();
        let groups = self.groups().await?;
        let parties = self.every_party().await?.into_iter();
        let readers = parties.map(|party| reader(&party.state, None, &groups, now));
        Ok(readers.filter(|one| audience.admits(one, now)).collect())
    }

    async fn admitting(
        &self,
        audience: &Audience,
        parties: Vec<Loaded<Party>>,
    ) -> Result<Vec<Party>, WorldError> {
        let now = self.now();
        let groups = self.groups().await?;
        let parties = parties.into_iter().map(|party| party.state);
        let admits = |party: &Party| audience.admits(&reader(party, None, &groups, now), now);
        Ok(parties.filter(admits).collect())
    }

    async fn every_party(&self) -> Result<Vec<Loaded<Party>>, WorldError> {
        let mut query = ListQuery::of(Party::KIND, self.everything().await?);
        query.limit = BATCH;
        let mut parties = Vec::new();
        loop {
            let page = self.list::<Party>(&query).await?;
            parties.extend(page.rows);
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(parties),
            }
        }
    }
}

/// Whether a marking reaches the parties and groups that are named.
const fn names_parties(tlp: Tlp) -> bool {
    matches!(tlp, Tlp::Amber | Tlp::AmberStrict)
}

/// The parties under each of these.
fn under(
    isacs: &BTreeSet<PartyId>,
    parties: &[Loaded<Party>],
) -> BTreeMap<PartyId, BTreeSet<PartyId>> {
    // Also where nobody is under it yet: whoever comes is one more than was told.
    let nobody = isacs.iter().map(|isac| (*isac, BTreeSet::new()));
    let mut under: BTreeMap<PartyId, BTreeSet<PartyId>> = nobody.collect();
    for party in parties {
        for isac in party.state.under.intersection(isacs) {
            under.entry(*isac).or_default().insert(party.id.cast());
        }
    }
    under
}

fn text(name: &Name2) -> Text {
    Text::new(name.ja.as_str(), name.en.as_str())
}
