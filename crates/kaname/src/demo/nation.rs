//! Founding the nation: parties, people, machines, groups, collections, by the operations that anyone
//! else would use.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use kaname_directory::{
    BodyCode, ClassCode, Code, Description, Domain, Lang, Line, Login, Membership, Name2, Network,
    NewAccount, Party, PartyKind, Reading, Registration, Span, day_of,
};
use kaname_kernel::{AccountId, GroupId, MatterId, PartyId, Role, Tlp};
use kaname_sharing::Text;
use kaname_world::{Caller, World, directory::FirstOfficer};

use super::story::{PartyStory, PersonStory, Story, Words};
use crate::{
    command::{collection, init},
    fault::Fault,
};

/// The nation once it is founded: names to ids.
pub(crate) struct Nation {
    /// The world.
    pub(crate) world: Arc<World>,
    /// Parties by code.
    pub(crate) parties: BTreeMap<String, PartyId>,
    /// People by login.
    pub(crate) people: BTreeMap<String, AccountId>,
    /// Groups by code.
    pub(crate) groups: BTreeMap<String, GroupId>,
    /// Collections by code.
    pub(crate) collections: BTreeMap<String, MatterId>,
    /// Keys the guide shows: party, label and secret.
    pub(crate) keys: Vec<(String, String, String)>,
    /// Everyone's password.
    pub(crate) password: String,
}

impl Nation {
    /// Founds it. `turn` hears each step.
    pub(crate) async fn found(
        world: Arc<World>,
        story: &Story,
        password: String,
        turn: &dyn Fn(),
    ) -> Result<Self, Fault> {
        let mut nation = Self {
            world,
            parties: BTreeMap::new(),
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            collections: BTreeMap::new(),
            keys: Vec::new(),
            password,
        };
        nation.begin(story).await?;
        for party in &story.parties {
            nation.party(party).await?;
            turn();
        }
        // ISACs may stand later in the file than their members.
        for party in story.parties.iter().filter(|party| !party.under.is_empty()) {
            let isacs = party.under.iter().map(|code| nation.party_id(code));
            let isacs = isacs.collect::<Result<_, _>>()?;
            let id = nation.party_id(&party.code)?;
            let change = |party: &Party| party.set_under(isacs);
            nation
                .world
                .change_party(&shell(), id, None, change)
                .await?;
        }
        nation.hire(story, turn).await?;
        nation.gather(story).await?;
        nation.machines(story).await?;
        Ok(nation)
    }

    /// What an earlier run kept in the store: enough for the guide.
    pub(crate) async fn remembered(
        world: Arc<World>,
        mark: &serde_json::Value,
    ) -> Result<Self, Fault> {
        #[derive(serde::Deserialize)]
        struct Mark {
            password: String,
            keys: Vec<(String, String, String)>,
        }
        let mark = serde_json::from_value::<Mark>(mark.clone());
        let mark = mark.map_err(|_| missing("mark"))?;
        let library = world.collection(&shell(), "library").await?;
        Ok(Self {
            world,
            parties: BTreeMap::new(),
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            collections: [("library".to_owned(), library.id)].into(),
            keys: mark.keys,
            password: mark.password,
        })
    }

    /// The centre and its administrator.
    async fn begin(&mut self, story: &Story) -> Result<(), Fault> {
        let centre = story.parties.iter().find(|party| party.kind == "centre");
        let centre = centre.ok_or_else(|| missing("centre"))?;
        let first = story
            .people
            .iter()
            .find(|person| person.roles == ["administrator"]);
        let first = first.ok_or_else(|| missing("administrator"))?;
        let now = self.world.now();
        let registration = self.registration(centre, now)?;
        let officer = FirstOfficer {
            account: account(first, PartyId::from_uuid(uuid::Uuid::nil()))?,
            password: self.password.clone(),
        };
        init::begin(&self.world, registration, officer).await?;
        let hub = self.world.hub().await?.ok_or_else(|| missing("centre"))?;
        self.parties.insert(centre.code.clone(), hub.id.cast());
        let key = kaname_directory::account::login_key(&first.login);
        let space = kaname_directory::account::LOGIN_SPACE;
        let found = self.world.store().lookup(space, &key).await?;
        let found = found.ok_or_else(|| missing(&first.login))?;
        self.people.insert(first.login.clone(), found.cast());
        for alias in ["library", "intake"] {
            let collection = self.world.collection(&shell(), alias).await?;
            self.collections.insert(alias.to_owned(), collection.id);
        }
        Ok(())
    }

    fn registration(&self, party: &PartyStory, now: Timestamp) -> Result<Registration, Fault> {
        let kind: PartyKind = party.kind.parse()?;
        let name = match (&party.name, &party.body) {
            (Some(words), _) => Name2::parse("name", &words.ja, &words.en)?,
            (None, Some(body)) => {
                let body = BodyCode::parse("body", body)?;
                let body = self.world.catalogue().body_on(&body, day_of(now));
                body.ok_or_else(|| missing(&party.code))?.value.name.clone()
            }
            (None, None) => return Err(missing(&party.code)),
        };
        let reading = party.reading.as_deref();
        let reading = reading.map(|text| Reading::parse("reading", text));
        let aliases = party
            .aliases
            .iter()
            .map(|alias| Line::parse("alias", alias));
        let sectors = party.sectors.iter().map(|code| code.parse());
        Ok(Registration {
            code: Code::parse("code", &party.code)?,
            kind,
            description: Description {
                name,
                reading: reading.transpose()?,
                aliases: aliases.collect::<Result<_, _>>()?,
                sectors: sectors.collect::<Result<_, _>>()?,
            },
            from: day_of(now),
        })
    }

    async fn party(&mut self, party: &PartyStory) -> Result<(), Fault> {
        let now = self.world.now();
        let id = match self.parties.get(&party.code) {
            Some(id) => *id,
            None => {
                let new = self.registration(party, now)?;
                self.world.register_party(&shell(), new).await?.id.cast()
            }
        };
        self.parties.insert(party.code.clone(), id);
        let domains = party
            .domains
            .iter()
            .map(|text| Domain::parse("domain", text));
        let domains = domains.collect::<Result<_, _>>()?;
        let networks = party
            .networks
            .iter()
            .map(|text| Network::parse("network", text));
        let networks = networks.collect::<Result<_, _>>()?;
        let change = |party: &Party| party.set_own(domains, networks);
        self.world.change_party(&shell(), id, None, change).await?;
        if party.classes.is_empty() {
            return Ok(());
        }
        let classes = party
            .classes
            .iter()
            .map(|code| ClassCode::parse("class", code));
        let membership = Membership {
            classes: classes.collect::<Result<_, _>>()?,
            span: Span::since(day_of(now)),
        };
        let catalogue = self.world.catalogue();
        let change = |party: &Party| party.set_membership(membership, catalogue);
        self.world.change_party(&shell(), id, None, change).await?;
        Ok(())
    }

    /// Accounts for everyone; officers and whoever consents get a second factor.
    async fn hire(&mut self, story: &Story, turn: &dyn Fn()) -> Result<(), Fault> {
        // One hash for all: hashing is dear on purpose, and the password is the same.
        let hash = self.world.hash_password(self.password.clone()).await?;
        for person in &story.people {
            turn();
            if self.people.contains_key(&person.login) {
                continue;
            }
            let party = self.party_id(&person.party)?;
            let new = account(person, party)?;
            let opened = self.world.open_account(&shell(), new).await?;
            let id: AccountId = opened.id.cast();
            let hash = hash.clone();
            let set = |account: &kaname_directory::Account| account.set_password(hash, false);
            let opened = self.world.change_account(&shell(), id, None, set).await?;
            self.people.insert(person.login.clone(), id);
            if opened.state.has_officer_role() {
                self.world.give_totp(&shell(), opened).await?;
            }
        }
        Ok(())
    }

    async fn gather(&mut self, story: &Story) -> Result<(), Fault> {
        for group in &story.groups {
            let name = Name2::parse("name", &group.name.ja, &group.name.en)?;
            let code = Code::parse("code", &group.code)?;
            let founded = self
                .world
                .found_group(&shell(), code, name, group.opens_past)
                .await?;
            let id: GroupId = founded.id.cast();
            for member in &group.members {
                let party = self.party_id(member)?;
                self.world.join_group(&shell(), id, party).await?;
            }
            self.groups.insert(group.code.clone(), id);
        }
        for story in &story.collections {
            let tlp = story.tlp.parse::<Tlp>().map_err(|_| missing(&story.code))?;
            let groups = story.groups.iter().map(|code| self.group_id(code));
            let groups = groups.collect::<Result<_, _>>()?;
            let (title, about) = (text(&story.name), text(&story.about));
            let definition =
                collection::definition(&story.code, &story.kind, title, about, (tlp, groups));
            let opened = self.world.open_collection(&shell(), definition).await?;
            self.collections.insert(story.code.clone(), opened.id);
        }
        Ok(())
    }

    async fn machines(&mut self, story: &Story) -> Result<(), Fault> {
        for machine in &story.machines {
            let party = self.party_id(&machine.party)?;
            let label = Line::parse("label", &machine.label)?;
            let scopes = machine.scopes.iter().map(|scope| scope.parse());
            let scopes = scopes.collect::<Result<_, _>>()?;
            let (_, secret) = self
                .world
                .issue_key(&shell(), party, label, scopes, None)
                .await?;
            if machine.show {
                self.keys
                    .push((machine.party.clone(), machine.label.clone(), secret));
            }
        }
        Ok(())
    }

    /// A person, freshly signed in with a second factor.
    pub(crate) async fn person(&self, login: &str) -> Result<Caller, Fault> {
        let account = self.people.get(login).ok_or_else(|| missing(login))?;
        let now = self.world.now();
        Ok(self.world.person(*account, Some(now), None).await?)
    }

    /// The party of a code.
    pub(crate) fn party_id(&self, code: &str) -> Result<PartyId, Fault> {
        self.parties.get(code).copied().ok_or_else(|| missing(code))
    }

    /// The group of a code.
    pub(crate) fn group_id(&self, code: &str) -> Result<GroupId, Fault> {
        self.groups.get(code).copied().ok_or_else(|| missing(code))
    }

    /// The collection of a code.
    pub(crate) fn collection_id(&self, code: &str) -> Result<MatterId, Fault> {
        self.collections
            .get(code)
            .copied()
            .ok_or_else(|| missing(code))
    }
}

/// Who founds the nation.
pub(crate) fn shell() -> Caller {
    Caller::system("demo")
}

/// Words as items and collections have them.
pub(crate) fn text(words: &Words) -> Text {
    Text::new(words.ja.as_str(), words.en.as_str())
}

/// A name in the stories that leads nowhere.
pub(crate) fn missing(what: &str) -> Fault {
    Fault::failed(format!("`{what}` is missing in the demo's nation")).at("data/demo")
}

fn account(person: &PersonStory, party: PartyId) -> Result<NewAccount, Fault> {
    let roles = person.roles.iter().map(|role| role.parse::<Role>());
    let roles = roles
        .collect::<Result<_, _>>()
        .map_err(|_| missing(&person.login))?;
    Ok(NewAccount {
        login: Login::parse("login", &person.login)?,
        title: Name2::parse("title", &person.title.ja, &person.title.en)?,
        party,
        roles,
        lang: Lang::Ja,
        mail: None,
    })
}
