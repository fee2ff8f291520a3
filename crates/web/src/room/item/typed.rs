//! What was typed into the form of an item, read: everything that is wrong is told at once, and a provider
//! keeps what it may not know of as it stood.

use std::{collections::BTreeSet, str::FromStr};

use jiff::Timestamp;
use kaname_directory::{
    Account, ClassCode, DutyCode, Party, account::LOGIN_SPACE, account::login_key,
    party::CODE_SPACE,
};
use kaname_kernel::{GroupId, Id, Matter, MatterId, audience::Named};
use kaname_sharing::{Content, ItemKind, Outlet, Text, Value, content::MAX_NAMED};
use kaname_world::{WorldError, sharing::ItemDraft};

use super::{draft::DraftForm, offered::Offered};
use crate::{
    house::{By, House},
    room::form::local,
};

/// Most techniques that one form names.
const MAX_TECHNIQUES: usize = 200;

impl DraftForm {
    /// What was typed, read; or everything that is wrong with it. `earlier` is what the form was
    /// filled in with: a time that was not touched stays exact, though the form shows it to the minute.
    pub(in crate::room) async fn read(
        &self,
        house: &House,
        by: &By,
        earlier: Option<&Content>,
    ) -> Result<ItemDraft, Vec<WorldError>> {
        let mut faults = Faulty::default();
        let kind = ItemKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == self.kind);
        let kind = faults.keep(kind.ok_or_else(|| wrong("kind", "error-text", &self.kind)));
        let outlets = faults.keep(self.read_outlets());
        let tlp = self.tlp.parse();
        let tlp = faults.keep(tlp.map_err(|_| wrong("tlp", "error-text", &self.tlp)));
        let pap = self.pap.parse();
        let pap = faults.keep(pap.map_err(|_| wrong("pap", "error-text", &self.pap)));
        let values = faults.keep(self.read_values());
        let named = earlier.map(|content| &content.named);
        let before = named.map(|named| &named.parties);
        let words = format!("{}\n{}", self.parties, self.chosen.join("\n"));
        let parties = PARTIES.read::<Party, _>(house, by, &words, before);
        let parties = faults.keep(parties.await);
        let groups = faults.keep(self.read_groups(house, by, named).await);
        let before = named.map(|named| &named.persons);
        let persons = PERSONS.read::<Account, _>(house, by, &self.persons, before);
        let persons = faults.keep(persons.await);
        let classes = faults.keep(codes::<ClassCode>("classes", &self.classes));
        let duties = faults.keep(codes::<DutyCode>("duties", &self.duties));
        let before = earlier.and_then(|content| content.embargo);
        let embargo = faults.keep(time("embargo", &self.embargo, before));
        let before = earlier.and_then(|content| content.valid_until);
        let valid_until = faults.keep(time("valid_until", &self.valid_until, before));
        let collections = faults.keep(ids("collections", &self.collections));
        let techniques = faults.keep(self.read_techniques());
        let (Some(kind), Some(tlp), Some(pap), Some(values)) = (kind, tlp, pap, values) else {
            return Err(faults.0);
        };
        let Some(techniques) = techniques else {
            return Err(faults.0);
        };
        let (Some(parties), Some(groups), Some(persons)) = (parties, groups, persons) else {
            return Err(faults.0);
        };
        let (Some(classes), Some(duties), Some(collections)) = (classes, duties, collections)
        else {
            return Err(faults.0);
        };
        let (Some(embargo), Some(valid_until), Some(outlets)) = (embargo, valid_until, outlets)
        else {
            return Err(faults.0);
        };
        Ok(ItemDraft {
            kind,
            title: Text::new(self.title_ja.trim(), self.title_en.trim()),
            summary: Text::new(plain(&self.summary_ja), plain(&self.summary_en)),
            countermeasures: Text::new(plain(&self.measures_ja), plain(&self.measures_en)),
            values,
            techniques,
            tlp,
            pap,
            named: Named {
                parties,
                groups,
                persons,
            },
            classes,
            duties,
            embargo,
            valid_until,
            outlets,
            collections: collections.into_iter().collect::<BTreeSet<MatterId>>(),
        })
    }

    fn read_values(&self) -> Result<Vec<Value>, WorldError> {
        let mut values = Vec::new();
        let mut unread = Vec::new();
        let lines = self
            .values
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        for line in lines {
            let Some(read) = kaname_intake::read_listed(line) else {
                unread.push(line);
                continue;
            };
            let value = Value {
                kind: read.kind,
                value: read.value,
            };
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if !unread.is_empty() {
            return Err(wrong("values", "error-values", &unread.join(" / ")));
        }
        Ok(values)
    }

    fn read_outlets(&self) -> Result<BTreeSet<Outlet>, WorldError> {
        let read = self.outlets.iter().map(|word| {
            let mut all = Outlet::ALL.into_iter();
            let outlet = all.find(|outlet| outlet.as_str() == word);
            outlet.ok_or_else(|| wrong("outlets", "error-text", word))
        });
        read.collect()
    }

    fn read_techniques(&self) -> Result<Vec<(String, String)>, WorldError> {
        let lines = self.techniques.lines().map(str::trim);
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        bounded("techniques", lines.len(), MAX_TECHNIQUES)?;
        let pairs = lines
            .into_iter()
            .map(|line| match line.split_once(char::is_whitespace) {
                Some((id, name)) => (id.to_owned(), name.trim().to_owned()),
                None => (line.to_owned(), line.to_owned()),
            });
        Ok(pairs.collect())
    }

    /// The groups that are ticked, and those named before that the caller cannot tick: who may not know
    /// of a group does not drop it.
    async fn read_groups(
        &self,
        house: &House,
        by: &By,
        named: Option<&Named>,
    ) -> Result<Vec<GroupId>, WorldError> {
        let mut groups: Vec<GroupId> = ids("groups", &self.groups)?;
        let before = named.map_or(&[][..], |named| &named.groups);
        if !before.is_empty() {
            let offered = Offered::groups(house, by).await?;
            let is_offered = |id: &GroupId| offered.iter().any(|(one, _)| one == id);
            let kept = before.iter().filter(|id| !is_offered(id));
            groups.extend(kept);
        }
        Ok(groups)
    }
}

/// How parties or persons are named in a field, by id or by a key of theirs.
struct Naming {
    field: &'static str,
    space: &'static str,
    folded: fn(&str) -> String,
    /// What is said of a name that leads nowhere.
    error: &'static str,
}

const PARTIES: Naming = Naming {
    field: "parties",
    space: CODE_SPACE,
    folded: str::to_lowercase,
    error: "error-no-party",
};
const PERSONS: Naming = Naming {
    field: "persons",
    space: LOGIN_SPACE,
    folded: login_key,
    error: "error-no-person",
};

impl Naming {
    /// Whom the words name. Who was named before stays, though the caller may not know of them.
    async fn read<M: Matter, K>(
        &self,
        house: &House,
        by: &By,
        typed: &str,
        before: Option<&Vec<Id<K>>>,
    ) -> Result<Vec<Id<K>>, WorldError>
    where
        Id<K>: FromStr,
    {
        let world = house.world();
        let mut ids = Vec::new();
        bounded(self.field, typed.split_whitespace().count(), MAX_NAMED)?;
        for word in typed.split_whitespace() {
            let id = word.parse::<Id<K>>().ok();
            if let Some(id) = id.filter(|id| before.is_some_and(|before| before.contains(id))) {
                ids.push(id);
                continue;
            }
            let found = match id {
                Some(id) => world.see::<M>(by, id.cast()).await,
                None => world.find::<M>(by, self.space, &(self.folded)(word)).await,
            };
            let found = found.map_err(|_| wrong(self.field, self.error, word))?;
            let id = found.id.cast();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }
}

/// Everything that is wrong, in the order of the form.
#[derive(Default)]
struct Faulty(Vec<WorldError>);

impl Faulty {
    fn keep<T>(&mut self, read: Result<T, WorldError>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.0.push(error);
                None
            }
        }
    }
}

fn wrong(field: &str, key: &'static str, what: &str) -> WorldError {
    let what: String = what.chars().take(120).collect();
    WorldError::invalid(field, key, what)
}

/// Nothing that was typed is left out in silence: a duty that fell away would widen who reads an item.
fn bounded(field: &str, count: usize, limit: usize) -> Result<(), WorldError> {
    if count > limit {
        let limit = limit.to_string();
        return Err(WorldError::invalid(field, "error-count", limit));
    }
    Ok(())
}

fn plain(typed: &str) -> String {
    typed.replace("\r\n", "\n").trim().to_owned()
}

fn ids<K>(field: &str, typed: &[String]) -> Result<Vec<Id<K>>, WorldError>
where
    Id<K>: FromStr,
{
    bounded(field, typed.len(), MAX_NAMED)?;
    let read = typed
        .iter()
        .map(|one| one.parse().map_err(|_| wrong(field, "error-text", one)));
    read.collect()
}

fn codes<C: FromStr + ToString>(
    field: &str,
    typed: &[String],
) -> Result<BTreeSet<String>, WorldError> {
    bounded(field, typed.len(), MAX_NAMED)?;
    let read = typed.iter().map(|one| {
        let code: C = one.parse().map_err(|_| wrong(field, "error-text", one))?;
        Ok(code.to_string())
    });
    read.collect()
}

fn time(
    field: &str,
    typed: &str,
    before: Option<Timestamp>,
) -> Result<Option<Timestamp>, WorldError> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    if before.is_some_and(|before| local(before) == typed.trim()) {
        return Ok(before);
    }
    let when = kaname_intake::read_when(typed);
    when.map(|when| Some(when.at))
        .ok_or_else(|| wrong(field, "error-time", typed))
}
