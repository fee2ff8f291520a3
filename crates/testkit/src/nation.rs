//! A small nation: a centre, two providers, members of three kinds.

use std::{collections::BTreeSet, sync::Arc};

use jiff::SignedDuration;
use kaname_directory::{
    ClassCode, Description, Domain, KeyScope, Membership, Name2, NewAccount, Party, PartyKind,
    Registration, Span, day_of,
};
use kaname_kernel::{Clock, MatterId, PartyId, Role};
use kaname_sharing::{
    Collection, Text,
    collection::{Access, CollectionKind, Definition},
};
use kaname_store::Store;
use kaname_store_sqlite::{SqliteOptions, SqliteStore};
use kaname_world::{
    Caller, Keys, Loaded, Settings, World, ambient::SystemRng, directory::FirstOfficer,
};
use tempfile::TempDir;

use crate::{clock::MovingClock, counting::CountingStore};

/// Someone who can act.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub account: kaname_kernel::AccountId,
    /// The party.
    pub party: PartyId,
}

/// A hub with people.
pub struct Nation {
    /// The world.
    pub world: Arc<World>,
    /// Its clock.
    pub clock: Arc<MovingClock>,
    /// Administrator, made by founding.
    pub administrator: Person,
    /// Takes reports into triage.
    pub analyst: Person,
    /// Second officer.
    pub releaser: Person,
    /// Reads openings.
    pub auditor: Person,
    /// Of an electricity operator, みなと電力.
    pub provider: Person,
    /// Of a bank that is a member.
    pub member: Person,
    /// Of a vendor whose membership is not in force.
    pub outsider: Person,
    /// The library.
    pub library: Loaded<Collection>,
    /// Where TAXII posts become submissions.
    pub intake: Loaded<Collection>,
    folder: TempDir,
}

/// A store in a folder of its own.
fn fresh() -> (TempDir, Arc<MovingClock>, Arc<SqliteStore>) {
    let folder = tempfile::tempdir().expect("temporary folder");
    let clock = Arc::new(MovingClock::default());
    let path = folder.path().join("kaname.db");
    let options = SqliteOptions::default();
    let store = SqliteStore::create(&path, options, clock.clone(), Arc::new(SystemRng));
    (folder, clock, Arc::new(store.expect("store")))
}

impl Nation {
    /// On SQLite in a temporary folder.
    pub async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    /// The same with other bounds.
    pub async fn with(settings: Settings) -> Self {
        let (folder, clock, store) = fresh();
        Self::settled(store, Keys::generate(&SystemRng), clock, folder, settings).await
    }

    /// On SQLite, with the store itself, which a test may close.
    pub async fn with_store() -> (Self, Arc<SqliteStore>) {
        let (folder, clock, store) = fresh();
        (Self::on(store.clone(), clock, folder).await, store)
    }

    /// Opens the store that lies in a nation's folder anew; the one before must be closed.
    pub fn reopened(folder: &std::path::Path) -> SqliteStore {
        let store = SqliteStore::open(
            &folder.join("kaname.db"),
            SqliteOptions::default(),
            Arc::new(MovingClock::default()),
            Arc::new(SystemRng),
        );
        store.expect("store")
    }

    /// On SQLite, behind a store that counts what is asked of it.
    pub async fn counted() -> (Self, Arc<CountingStore>) {
        let (folder, clock, store) = fresh();
        let store = Arc::new(CountingStore::over(store));
        (Self::on(store.clone(), clock, folder).await, store)
    }

    /// On a store given.
    pub async fn on(store: Arc<dyn Store>, clock: Arc<MovingClock>, folder: TempDir) -> Self {
        Self::founded(store, Keys::generate(&SystemRng), clock, folder).await
    }

    /// On a store and with keys given, which a program may open beside it.
    pub async fn founded(
        store: Arc<dyn Store>,
        keys: Keys,
        clock: Arc<MovingClock>,
        folder: TempDir,
    ) -> Self {
        Self::settled(store, keys, clock, folder, Settings::default()).await
    }

    async fn settled(
        store: Arc<dyn Store>,
        keys: Keys,
        clock: Arc<MovingClock>,
        folder: TempDir,
        settings: Settings,
    ) -> Self {
        let world = World::new(store, keys, clock.clone(), Arc::new(SystemRng), settings);
        let world = Arc::new(world.expect("world"));
        let first = FirstOfficer {
            account: account(
                "soumu",
                "総務当直",
                "Administrator",
                hub_id(),
                &[Role::Administrator],
            ),
            password: "correct horse battery".to_owned(),
        };
        let centre = registration(
            "centre",
            PartyKind::Centre,
            "国家サイバー統括室",
            "Centre",
            &[],
        );
        let (hub, administrator, _) = world.found(centre, first).await.expect("founding");
        let administrator = Person {
            account: administrator.id.cast(),
            party: hub.id.cast(),
        };
        let mut nation = Self {
            analyst: administrator.clone(),
            releaser: administrator.clone(),
            auditor: administrator.clone(),
            provider: administrator.clone(),
            member: administrator.clone(),
            outsider: administrator.clone(),
            library: dummy_collection(),
            intake: dummy_collection(),
            administrator,
            world,
            clock,
            folder,
        };
        nation.settle().await;
        nation
    }

    async fn settle(&mut self) {
        let hub = self.administrator.party;
        self.analyst = self.hire(hub, "bunseki", &[Role::Analyst]).await;
        self.releaser = self.hire(hub, "shounin", &[Role::Releaser]).await;
        self.auditor = self.hire(hub, "kansa", &[Role::Auditor]).await;
        let everyone = [Role::Provider, Role::Member, Role::Steward];
        let operator = self
            .party(
                "minato",
                PartyKind::Operator,
                "みなと電力株式会社",
                "Minato Electric Power",
            )
            .await;
        self.provider = self.hire(operator, "minato-csirt", &everyone).await;
        let bank = self
            .party("kaihin", PartyKind::Operator, "海浜銀行", "Kaihin Bank")
            .await;
        self.member = self.hire(bank, "kaihin-csirt", &everyone).await;
        let vendor = registration(
            "vendor",
            PartyKind::Vendor,
            "北斗機器",
            "Hokuto Devices",
            &[],
        );
        let admin = self.caller(&self.administrator).await;
        let vendor = self
            .world
            .register_party(&admin, vendor)
            .await
            .expect("vendor");
        self.outsider = self.hire(vendor.id.cast(), "hokuto", &[Role::Member]).await;
        self.library = self.collection("library", CollectionKind::Library).await;
        self.intake = self.collection("intake", CollectionKind::Intake).await;
    }

    /// Registers a party and makes it a general member from today.
    pub async fn party(&self, code: &str, kind: PartyKind, ja: &str, en: &str) -> PartyId {
        let admin = self.caller(&self.administrator).await;
        let domain = format!("{code}.example");
        let new = registration(code, kind, ja, en, &[]);
        let party = self.world.register_party(&admin, new).await.expect("party");
        let id: PartyId = party.id.cast();
        let today = day_of(self.clock.now());
        let membership = Membership {
            classes: BTreeSet::from(["general".parse::<ClassCode>().expect("class")]),
            span: Span::since(today),
        };
        let catalogue = self.world.catalogue();
        let set = |party: &Party| party.set_membership(membership, catalogue);
        self.world
            .change_party(&admin, id, None, set)
            .await
            .expect("membership");
        let domains = BTreeSet::from([domain.parse::<Domain>().expect("domain")]);
        let own = |party: &Party| party.set_own(domains, BTreeSet::new());
        self.world
            .change_party(&admin, id, None, own)
            .await
            .expect("domains");
        id
    }

    /// Opens an account.
    pub async fn hire(&self, party: PartyId, login: &str, roles: &[Role]) -> Person {
        let new = account(login, login, login, party, roles);
        let opened = self.world.open_account(&Caller::system("shell"), new).await;
        let account = opened.expect("account");
        Person {
            account: account.id.cast(),
            party,
        }
    }

    async fn collection(&self, alias: &str, kind: CollectionKind) -> Loaded<Collection> {
        let admin = self.caller(&self.administrator).await;
        let library = kind == CollectionKind::Library;
        let definition = Definition {
            alias: alias.to_owned(),
            title: Text::new(alias, alias),
            description: Text::default(),
            kind,
            default_tlp: None,
            default_pap: None,
            read: if library {
                Access::Everyone
            } else {
                Access::Nobody
            },
            write: if library {
                Access::Nobody
            } else {
                Access::Members
            },
            taxii: Default::default(),
        };
        let opened = self.world.open_collection(&admin, definition).await;
        opened.expect("collection")
    }

    /// A person, freshly signed in with a second factor.
    pub async fn caller(&self, person: &Person) -> Caller {
        let now = Some(self.clock.now());
        let caller = self.world.person(person.account, now, None).await;
        caller.expect("caller")
    }

    /// A person who signed in with a second factor a while ago.
    pub async fn stale_caller(&self, person: &Person) -> Caller {
        let then = self.clock.now() - SignedDuration::from_mins(20);
        let caller = self.world.person(person.account, Some(then), None).await;
        caller.expect("caller")
    }

    /// An API key of the person's party; gives the token.
    pub async fn key(&self, person: &Person, scopes: &[KeyScope]) -> String {
        let scopes = scopes.iter().copied().collect();
        let label = "test".parse().expect("label");
        let issued = self
            .world
            .issue_key(&Caller::system("shell"), person.party, label, scopes, None)
            .await;
        issued.expect("key").1
    }

    /// The temporary folder.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

fn hub_id() -> PartyId {
    PartyId::from_slice(&[0; 16]).expect("sixteen bytes")
}

fn dummy_collection() -> Loaded<Collection> {
    let id = MatterId::from_slice(&[0; 16]).expect("sixteen bytes");
    Loaded {
        id,
        version: 0,
        state: Collection {
            id,
            definition: Definition {
                alias: String::new(),
                title: Text::default(),
                description: Text::default(),
                kind: CollectionKind::Library,
                default_tlp: None,
                default_pap: None,
                read: Access::Nobody,
                write: Access::Nobody,
                taxii: Default::default(),
            },
            opened: jiff::Timestamp::UNIX_EPOCH,
            closed: true,
        },
    }
}

fn registration(code: &str, kind: PartyKind, ja: &str, en: &str, aliases: &[&str]) -> Registration {
    Registration {
        code: code.parse().expect("code"),
        kind,
        description: Description {
            name: Name2::parse("name", ja, en).expect("name"),
            reading: None,
            aliases: aliases
                .iter()
                .map(|alias| alias.parse().expect("alias"))
                .collect(),
            sectors: BTreeSet::new(),
        },
        from: jiff::civil::date(2018, 4, 1),
    }
}

fn account(login: &str, ja: &str, en: &str, party: PartyId, roles: &[Role]) -> NewAccount {
    NewAccount {
        login: login.parse().expect("login"),
        title: Name2::parse("title", ja, en).expect("title"),
        party,
        roles: roles.iter().copied().collect(),
        lang: kaname_directory::Lang::Ja,
        mail: None,
    }
}
