//! Small makers for the tests.

use std::{collections::BTreeSet, sync::LazyLock};

use jiff::{Timestamp, civil::Date};
use kaname_directory::{
    Account, AccountChange, Catalogue, Description, Name2, NewAccount, Party, PartyChange,
    PartyKind, Registration,
};
use kaname_kernel::{Actor, Id, Matter, MatterId, Moment, PartyId, Role, SeededRng, Unfit};

pub(crate) static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::builtin().unwrap());

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn id<K>(n: u64) -> Id<K> {
    Id::random(&SeededRng::new(n))
}

/// Folds the changes, each a second after the one before.
pub(crate) fn fold<M: Matter>(
    matter: MatterId,
    from: Timestamp,
    changes: &[M::Change],
) -> Result<M, Unfit> {
    let actor = Actor::system("test");
    let mut state: Option<M> = None;
    for (index, change) in changes.iter().enumerate() {
        let recorded = Timestamp::from_second(from.as_second() + index as i64).unwrap();
        let version = index as u32 + 1;
        let moment = Moment {
            matter,
            version,
            recorded,
            occurred: recorded,
            actor: &actor,
        };
        match &mut state {
            None => state = Some(M::begin(change, &moment)?),
            Some(state) => state.apply(change, &moment)?,
        }
    }
    Ok(state.unwrap())
}

pub(crate) fn registration(code: &str, kind: PartyKind) -> Registration {
    Registration {
        code: code.parse().unwrap(),
        kind,
        description: Description {
            name: Name2::parse("name", "青葉電力株式会社", "Aoba Electric Power").unwrap(),
            reading: None,
            aliases: vec!["青葉電力".parse().unwrap()],
            sectors: BTreeSet::from(["electricity".parse().unwrap()]),
        },
        from: day("2020-01-01"),
    }
}

pub(crate) fn party(n: u64, kind: PartyKind, changes: &[PartyChange]) -> Party {
    let new = Party::register(registration("aoba", kind), &CATALOGUE).unwrap();
    let mut all = vec![new];
    all.extend_from_slice(changes);
    fold(id(n), at("2020-01-01T00:00:00Z"), &all).unwrap()
}

pub(crate) fn new_account(party: PartyId, roles: &[Role]) -> NewAccount {
    NewAccount {
        login: "analyst1".parse().unwrap(),
        title: Name2::parse("title", "当直分析担当", "Duty analyst").unwrap(),
        party,
        roles: roles.iter().copied().collect(),
        lang: kaname_directory::Lang::Ja,
        mail: None,
    }
}

pub(crate) fn account(n: u64, party: &Party, roles: &[Role], changes: &[AccountChange]) -> Account {
    let mut all = vec![AccountChange::Opened(new_account(party.id, roles))];
    all.extend_from_slice(changes);
    fold(id(n), at("2020-01-01T00:00:00Z"), &all).unwrap()
}
