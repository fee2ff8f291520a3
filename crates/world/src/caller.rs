//! Who calls: the actor for the ledger, the reader for audiences, the principal for the policy.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use kaname_directory::{Account, Group, Key, KeyScope, Party, day_of, reader};
use kaname_kernel::{AccountId, Actor, GroupId, KeyId, MatterId, PartyId, Reader, Role};
use kaname_policy::{Action, Decision, Principal, PrincipalKind, Resource};
use kaname_store::ListQuery;

use crate::{
    error::WorldError,
    sight::{Groups, Readable},
    work::Loaded,
    world::World,
};

/// How long a second factor counts as fresh, in minutes.
pub const FRESH_MINUTES: i64 = 15;

/// Most groups a world keeps.
const MAX_GROUPS: u32 = 1_000;

/// Someone who asks or acts, with everything rules need to know.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Name in the ledger.
    pub actor: Actor,
    /// Eyes.
    pub reader: Reader,
    /// Rights.
    pub principal: Principal,
    /// The account, when a person calls.
    pub account: Option<Loaded<Account>>,
    /// The party, unless public or a job.
    pub party: Option<Loaded<Party>>,
    /// Session this call came through, by its public number.
    pub session: Option<String>,
    /// When acting for another party: the only actions its delegation names.
    pub delegated: Option<BTreeSet<String>>,
}

/// Something that belongs to a party, for the policy.
pub(crate) fn of_party(party: PartyId) -> Resource {
    Resource::any("party").of_party(party)
}

impl Caller {
    /// Anyone, not signed in.
    pub fn public() -> Self {
        Self {
            actor: Actor::system("public"),
            reader: Reader::default(),
            principal: Principal::public(),
            account: None,
            party: None,
            session: None,
            delegated: None,
        }
    }

    /// The hub's own job: sees everything officers see.
    pub fn system(job: &str) -> Self {
        Self {
            actor: Actor::system(job),
            reader: Reader {
                officer: true,
                machine: true,
                ..Reader::default()
            },
            principal: Principal::system(),
            account: None,
            party: None,
            session: None,
            delegated: None,
        }
    }

    /// The party, or not signed in.
    pub fn party_id(&self) -> Result<PartyId, WorldError> {
        let party = self.party.as_ref().ok_or(WorldError::Unauthenticated)?;
        Ok(party.id.cast())
    }

    /// The account of a person, or not allowed.
    pub fn account_id(&self) -> Result<AccountId, WorldError> {
        let account = self.account.as_ref();
        let account = account.ok_or(WorldError::Denied("why-not-person"))?;
        Ok(account.id.cast())
    }

    /// Whether the action is among those a delegation names, where one is acted under. The own session
    /// stays one's own, and what anyone may read stays readable; consent and release are never
    /// delegated: they are the word of the provider's and the hub's own people.
    pub fn is_delegated(&self, action: Action) -> bool {
        let Some(scopes) = &self.delegated else {
            return true;
        };
        match action {
            Action::SessionOwn
            | Action::PasswordOwn
            | Action::PublicRead
            | Action::SectorRead
            | Action::LedgerVerify => true,
            Action::ItemConsent
            | Action::ItemPropose
            | Action::ItemRefuse
            | Action::ItemRelease
            | Action::VictimConsent => false,
            named => scopes.contains(named.as_str()),
        }
    }

    /// Whether the person holds the role.
    pub fn has(&self, role: Role) -> bool {
        self.principal.roles.contains(&role)
    }

    /// Whether it is an officer of the hub.
    pub fn is_officer(&self) -> bool {
        self.reader.officer
    }
}

impl World {
    /// The caller behind a signed-in account. `signed_in` is when password and second factor were
    /// last shown, if a second factor was.
    pub async fn person(
        &self,
        account: AccountId,
        second_factor_at: Option<Timestamp>,
        session: Option<String>,
    ) -> Result<Caller, WorldError> {
        let account = self.load::<Account>(account.cast()).await?;
        let account = account.ok_or(WorldError::Unauthenticated)?;
        if !account.state.is_active() {
            return Err(WorldError::Unauthenticated);
        }
        let party_id = account.state.party;
        let party = self.load::<Party>(party_id.cast()).await?;
        let party = party.ok_or(WorldError::Unauthenticated)?;
        let now = self.now();
        let groups = self.readers_groups().await?;
        let reader = reader(&party.state, Some(&account.state), &groups, now);
        // Of a retired party nobody signs in: its people read as the public, so they must not act either.
        if reader.party.is_none() {
            return Err(WorldError::Unauthenticated);
        }
        let minutes = second_factor_at.map(|at| minutes_since(at, now));
        let principal = Principal {
            kind: PrincipalKind::Person,
            account: Some(account.id.cast()),
            party: Some(party_id),
            roles: account.state.roles.clone(),
            scopes: Default::default(),
            second_factor: second_factor_at.is_some(),
            temporary_password: account.state.password_is_temporary,
            minutes_since_sign_in: minutes,
            officer: reader.officer,
            member: reader.member,
            own_handle: false,
        };
        Ok(Caller {
            actor: Actor::person(account.id.cast(), party_id),
            reader,
            principal,
            account: Some(account),
            party: Some(party),
            session,
            delegated: None,
        })
    }

    /// The same person acting for a party that gave the own party powers (a delegated corporation for
    /// the centre): with that party's eyes, only the actions the delegation names, and every act says
    /// on whose behalf.
    pub async fn on_behalf(
        &self,
        caller: Caller,
        principal: PartyId,
    ) -> Result<Caller, WorldError> {
        let own = caller.party.as_ref().ok_or(WorldError::Unauthenticated)?;
        // Whatever was written in earlier days: the hub acts for no other.
        if own.state.is_hub() {
            return Err(WorldError::Denied("why-not-delegated"));
        }
        let today = day_of(self.now());
        let given = own.state.delegation_on(principal, today);
        let given = given.ok_or(WorldError::Denied("why-not-delegated"))?;
        let scopes = given.scopes.iter().map(|scope| scope.as_str().to_owned());
        let scopes: BTreeSet<String> = scopes.collect();
        let party = self.load::<Party>(principal.cast()).await?;
        let party = party.ok_or(WorldError::NotFound(<Party as kaname_kernel::Matter>::KIND))?;
        let groups = self.readers_groups().await?;
        let eyes = reader(&party.state, None, &groups, self.now());
        if eyes.party.is_none() {
            return Err(WorldError::Denied("why-not-delegated"));
        }
        let officer = party.state.is_hub();
        Ok(Caller {
            actor: Actor {
                on_behalf_of: Some(principal),
                ..caller.actor
            },
            reader: Reader {
                account: caller.reader.account,
                officer,
                ..eyes
            },
            principal: Principal {
                party: Some(principal),
                // What may be done is what the delegation names, whatever the role at home.
                roles: Role::ALL.into_iter().collect(),
                officer,
                member: eyes.member,
                ..caller.principal
            },
            party: Some(party),
            delegated: Some(scopes),
            ..caller
        })
    }

    /// The caller behind an API key.
    pub(crate) async fn machine(&self, id: KeyId, key: &Key) -> Result<Caller, WorldError> {
        let party_id = key.party;
        let party = self.load::<Party>(party_id.cast()).await?;
        let party = party.ok_or(WorldError::Unauthenticated)?;
        let groups = self.readers_groups().await?;
        let reader = reader(&party.state, None, &groups, self.now());
        if reader.party.is_none() {
            return Err(WorldError::Unauthenticated);
        }
        let principal = Principal {
            kind: PrincipalKind::Machine,
            account: None,
            party: Some(party_id),
            roles: Default::default(),
            scopes: key.scopes.iter().map(ToString::to_string).collect(),
            second_factor: false,
            temporary_password: false,
            minutes_since_sign_in: None,
            officer: false,
            member: reader.member,
            own_handle: false,
        };
        Ok(Caller {
            actor: Actor::machine(id, party_id),
            reader: Reader {
                officer: false,
                machine: true,
                ..reader
            },
            principal,
            account: None,
            party: Some(party),
            session: None,
            delegated: None,
        })
    }

    /// The eyes of a party's machine without a key: what its deliveries and digests may show.
    pub(crate) async fn machine_eyes(&self, party: &Loaded<Party>) -> Result<Caller, WorldError> {
        let groups = self.readers_groups().await?;
        Ok(Caller {
            reader: Reader {
                machine: true,
                ..reader(&party.state, None, &groups, self.now())
            },
            party: Some(party.clone()),
            ..Caller::public()
        })
    }

    /// A machine of a party that reads over TAXII without a key of its own: what is sent for the party is read as
    /// the party would fetch it. `None` when there is no such party any more.
    pub(crate) async fn taxii_reader(&self, party: PartyId) -> Result<Option<Caller>, WorldError> {
        let Some(loaded) = self.load::<Party>(party.cast()).await? else {
            return Ok(None);
        };
        let eyes = self.machine_eyes(&loaded).await?;
        let principal = Principal {
            kind: PrincipalKind::Machine,
            party: Some(party),
            scopes: BTreeSet::from([KeyScope::TaxiiRead.to_string()]),
            member: eyes.reader.member,
            ..Principal::public()
        };
        let reader = Reader {
            officer: false,
            ..eyes.reader.clone()
        };
        let is_there = reader.party.is_some();
        Ok(is_there.then_some(Caller {
            reader,
            principal,
            ..eyes
        }))
    }

    /// Reads ahead what readers are asked by. Nodes do so as notices come in, so that no reader waits for it who
    /// could tell by the time that something happened.
    pub(crate) async fn follow_readers(&self) -> Result<(), WorldError> {
        self.readers_groups().await?;
        self.audiences().await?;
        Ok(())
    }

    /// The groups, as far as readers depend on them: read once for each policy epoch. Names may be older.
    async fn readers_groups(&self) -> Result<Groups, WorldError> {
        let epoch = self.store().epoch().await?;
        if let Some(held) = self.sight.groups(epoch) {
            return Ok(held);
        }
        let groups = Groups::new(self.groups().await?);
        self.sight.hold_groups(epoch, &groups);
        Ok(groups)
    }

    /// Every group with its id.
    pub async fn groups(&self) -> Result<Vec<(GroupId, Group)>, WorldError> {
        let everything = self.everything().await?;
        let mut query = ListQuery::of(<Group as kaname_kernel::Matter>::KIND, everything);
        query.limit = MAX_GROUPS;
        let groups = self.list::<Group>(&query).await?.rows.into_iter();
        Ok(groups.map(|group| (group.id.cast(), group.state)).collect())
    }

    /// The bitmap of the caller's readable audiences.
    pub async fn readable(&self, caller: &Caller) -> Result<Readable, WorldError> {
        self.sight
            .readable(self.store(), &caller.reader, self.now())
            .await
    }

    /// A bitmap over every audience: for the hub's own bookkeeping, never for an answer.
    pub(crate) async fn everything(&self) -> Result<Readable, WorldError> {
        let audiences = self.audiences().await?;
        Ok(std::sync::Arc::new(
            audiences.iter().map(|(id, _)| *id).collect(),
        ))
    }

    /// What the policy says.
    pub fn decide(&self, caller: &Caller, action: Action, resource: &Resource) -> Decision {
        self.policy().decide(&caller.principal, action, resource)
    }

    /// Goes on only if the policy permits.
    pub fn allow(
        &self,
        caller: &Caller,
        action: Action,
        resource: &Resource,
    ) -> Result<(), WorldError> {
        if !caller.is_delegated(action) {
            return Err(WorldError::Denied("why-not-delegated"));
        }
        let decision = self.decide(caller, action, resource);
        if decision.allowed {
            return Ok(());
        }
        Err(match decision.why_not {
            _ if caller.principal.kind == PrincipalKind::Public => WorldError::Unauthenticated,
            Some("why-not-recent" | "why-not-second-factor") => WorldError::StepUp,
            Some(key) => WorldError::Denied(key),
            None => WorldError::Denied("why-not-role"),
        })
    }

    /// [`World::allow`] where no particular thing is acted upon.
    pub fn allow_any(&self, caller: &Caller, action: Action) -> Result<(), WorldError> {
        self.allow(caller, action, &Resource::default())
    }

    /// Whether the caller belongs to the party behind a sealed handle, by the party acted for or by the
    /// own one: nobody handles, derives or releases what the own party provided.
    pub(crate) async fn is_conflicted(
        &self,
        caller: &Caller,
        handle: kaname_kernel::HandleId,
    ) -> Result<bool, WorldError> {
        let acted_for = caller.party.as_ref().map(|party| party.id.cast());
        let own = caller.account.as_ref().map(|account| account.state.party);
        for party in acted_for.into_iter().chain(own) {
            if self.is_own(party, handle).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the caller's party owns a matter through a sealed handle.
    pub async fn owns(&self, caller: &Caller, owner: Option<MatterId>) -> Result<bool, WorldError> {
        let (Some(party), Some(owner)) = (caller.party.as_ref(), owner) else {
            return Ok(false);
        };
        self.is_own(party.id.cast(), owner.cast()).await
    }
}

/// A minute that has begun counts.
fn minutes_since(at: Timestamp, now: Timestamp) -> u32 {
    let passed = now.duration_since(at).max(SignedDuration::ZERO);
    let minutes = passed.as_secs().unsigned_abs().div_ceil(60);
    u32::try_from(minutes).unwrap_or(u32::MAX)
}
