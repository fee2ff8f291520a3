//! A nation with many parties and many items that are out, drawn so that a run replays, each fact noted
//! twice: in the world through its operations, and plainly for the oracle.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use kaname_directory::{ClassCode, Membership, Name2, Party, PartyKind, Span, day_of};
use kaname_kernel::{
    AccountId, Clock, GroupId, Pap, PartyId, Rng, Role, SeededRng, Tlp, audience::Named,
};
use kaname_sharing::{ItemKind, Outlet, Text, Value};
use kaname_testkit::{Nation, Person};
use kaname_world::{Caller, sharing::ItemDraft};

use super::facts::{Eyes, Facts, Hour, Mark, OfParty, OnItem};

/// Groups; the last one stays empty.
const GROUPS: usize = 6;
/// The first parties are ISACs.
const ISACS: usize = 2;
/// Items of one commit.
const BATCH: usize = 500;
/// How many items carry the same second value, so that they are related.
pub(super) const RELATED: usize = 10;
/// How long an embargo lasts, and how long after the first half of the items the second half goes out.
const EMBARGO: Hour = 48;
const BETWEEN: Hour = 72;

/// Something that is out, the words that would give it away, and what is written on it.
pub(super) struct Out {
    pub(super) number: String,
    pub(super) mark: String,
    /// STIX ids of its objects.
    pub(super) objects: Vec<String>,
    pub(super) on: OnItem,
}

/// Everyone and everything.
pub(super) struct Scene {
    pub(super) nation: Nation,
    /// One person of each party, by its place; the last one's membership is not in force.
    pub(super) readers: Vec<Person>,
    pub(super) out: Vec<Out>,
    facts: Facts,
    groups: Vec<GroupId>,
    now: Hour,
    rng: SeededRng,
}

impl Scene {
    /// So many parties whose membership is in force, so many items out.
    pub(super) async fn new(parties: usize, items: usize) -> Self {
        let mut scene = Self {
            nation: Nation::new().await,
            readers: Vec::new(),
            out: Vec::new(),
            facts: Facts::default(),
            groups: Vec::new(),
            now: 0,
            rng: SeededRng::new(20_261_124),
        };
        scene.found_groups().await;
        for place in 0..parties {
            scene.settle(place).await;
        }
        scene.readers.push(scene.nation.outsider.clone());
        scene.facts.parties.push(OfParty::default());
        scene.everyone_joins().await;
        scene.pass(1);
        scene.put_out(items / 2).await;
        scene.pass(BETWEEN);
        scene.everyone_joins().await;
        scene.pass(1);
        scene.put_out(items).await;
        scene
    }

    fn pass(&mut self, hours: Hour) {
        self.now += hours;
        self.nation.clock.advance(SignedDuration::from_hours(hours));
    }

    fn below(&self, below: usize) -> usize {
        let rng: &dyn Rng = &self.rng;
        usize::try_from(rng.between(0, below as u64 - 1)).unwrap()
    }

    /// At most so many places below a number.
    fn some(&self, below: usize, most: usize) -> BTreeSet<usize> {
        (0..self.below(most + 1))
            .map(|_| self.below(below))
            .collect()
    }

    async fn found_groups(&mut self) {
        let admin = self.nation.caller(&self.nation.administrator).await;
        for n in 0..GROUPS {
            let name = Name2::parse("name", &format!("会 {n}"), &format!("Group {n}")).unwrap();
            let (code, opens_past) = (format!("group-{n}").parse().unwrap(), n % 3 == 0);
            let world = &self.nation.world;
            let group = world.found_group(&admin, code, name, opens_past).await;
            self.groups.push(group.unwrap().id.cast());
            self.facts.opens_past.push(opens_past);
        }
    }

    /// A party with a class, duties and a person.
    async fn settle(&mut self, place: usize) {
        let kind = if place < ISACS {
            PartyKind::Isac
        } else {
            PartyKind::Operator
        };
        let nation = &self.nation;
        let (ja, en) = (format!("組織 {place}"), format!("Party {place}"));
        let party = nation
            .party(&format!("party-{place}"), kind, &ja, &en)
            .await;
        let class = ["general", "type1", "type2"][self.below(3)];
        let today = day_of(nation.clock.now());
        let membership = Membership {
            classes: BTreeSet::from([class.parse::<ClassCode>().unwrap()]),
            span: Span::since(today),
        };
        let catalogue = nation.world.catalogue();
        self.change(party, |party| party.set_membership(membership, catalogue))
            .await;
        let roles = [Role::Member, Role::Provider];
        let person = nation.hire(party, &format!("reader-{place}"), &roles).await;
        let mut duties = BTreeSet::new();
        for code in ["secrecy", "nda"] {
            if self.below(2) == 0 {
                continue;
            }
            let duty = code.parse().unwrap();
            let text = catalogue.duty_text_on(&duty, today).unwrap();
            let (version, by, now) = (&text.value.version, person.account, nation.clock.now());
            self.change(party, |party| {
                party.accept_duty(catalogue, duty, version.as_str(), by, now)
            })
            .await;
            duties.insert(code);
        }
        self.readers.push(person);
        self.facts.parties.push(OfParty {
            member: true,
            class,
            duties,
            groups: BTreeMap::new(),
            isacs: BTreeMap::new(),
        });
    }

    async fn change(
        &self,
        party: PartyId,
        decide: impl FnOnce(&Party) -> Result<kaname_directory::PartyChange, kaname_directory::Refused>,
    ) {
        let shell = Caller::system("shell");
        let world = &self.nation.world;
        let changed = world.change_party(&shell, party, None, decide).await;
        changed.unwrap();
    }

    /// Each party joins some of the groups it is not in yet, and comes under some of the ISACs.
    async fn everyone_joins(&mut self) {
        let admin = self.nation.caller(&self.nation.administrator).await;
        for place in 0..self.facts.parties.len() {
            let party = self.readers[place].party;
            for group in 0..GROUPS - 1 {
                if self.below(5) > 0 || self.facts.parties[place].groups.contains_key(&group) {
                    continue;
                }
                let world = &self.nation.world;
                let joined = world.join_group(&admin, self.groups[group], party).await;
                joined.unwrap();
                self.facts.parties[place].groups.insert(group, self.now);
            }
            if place < ISACS || self.below(5) > 0 {
                continue;
            }
            let isac = self.below(ISACS);
            let held = &mut self.facts.parties[place].isacs;
            held.entry(isac).or_insert(self.now);
            let isacs: BTreeSet<PartyId> =
                held.keys().map(|isac| self.readers[*isac].party).collect();
            self.change(party, |party| party.set_under(isacs)).await;
        }
    }

    /// What is written on the next item.
    fn drawn(&self) -> OnItem {
        let marks = [
            Mark::Clear,
            Mark::Green,
            Mark::Amber,
            Mark::AmberStrict,
            Mark::Red,
        ];
        let mark = marks[self.below(5)];
        let parties = self.readers.len();
        let mut named = self.some(parties, 3);
        // ISACs are named more often than chance would have it.
        named.extend((self.below(4) == 0).then(|| self.below(ISACS)));
        let one_of = |codes: &[&'static str], chance| {
            (self.below(chance) == 0).then(|| codes[self.below(codes.len())])
        };
        OnItem {
            mark,
            parties: named,
            groups: self.some(GROUPS, 2),
            persons: match mark {
                Mark::Red => self.some(parties, 3),
                _ => BTreeSet::new(),
            },
            classes: one_of(&["general", "type1", "type2"], 4)
                .into_iter()
                .collect(),
            duties: one_of(&["secrecy", "nda"], 8).into_iter().collect(),
            opens: (self.below(6) == 0).then_some(self.now + EMBARGO),
            shared: self.now,
            on_pages: self.below(5) > 0,
        }
    }

    /// The same as a draft.
    fn draft(&self, place: usize, on: &OnItem) -> ItemDraft {
        let mark = mark_of(place);
        let parties = on.parties.iter().map(|party| self.readers[*party].party);
        let persons = on.persons.iter();
        let persons: Vec<AccountId> = persons
            .map(|person| self.readers[*person].account)
            .collect();
        let value = |kind, value| Value { kind, value };
        ItemDraft {
            kind: ItemKind::Indicator,
            title: Text::new(mark.as_str(), mark.as_str()),
            summary: Text::new(format!("{mark} の概要"), ""),
            countermeasures: Text::new("更新する。", "Update."),
            values: vec![
                value(kaname_intake::Kind::Ipv4, value_of(place)),
                value(
                    kaname_intake::Kind::Domain,
                    format!("shared-{}.example", place / RELATED),
                ),
            ],
            techniques: Vec::new(),
            tlp: match on.mark {
                Mark::Clear => Tlp::Clear,
                Mark::Green => Tlp::Green,
                Mark::Amber => Tlp::Amber,
                Mark::AmberStrict => Tlp::AmberStrict,
                Mark::Red => Tlp::Red,
            },
            pap: Pap::Green,
            named: Named {
                parties: parties.collect(),
                groups: on.groups.iter().map(|group| self.groups[*group]).collect(),
                persons,
            },
            classes: on.classes.iter().map(|&code| code.to_owned()).collect(),
            duties: on.duties.iter().map(|&code| code.to_owned()).collect(),
            embargo: on.opens.map(|opens| {
                self.nation.clock.now() + SignedDuration::from_hours(opens - self.now)
            }),
            valid_until: None,
            outlets: Outlet::ALL
                .into_iter()
                .filter(|outlet| on.on_pages || *outlet != Outlet::Web)
                .collect(),
            collections: [self.nation.library.id].into(),
        }
    }

    /// Puts items out until so many are, without walking the flow, many to a commit: the flow has tests
    /// of its own.
    async fn put_out(&mut self, until: usize) {
        let by = [self.nation.analyst.account, self.nation.releaser.account];
        while self.out.len() < until {
            let places = self.out.len()..until.min(self.out.len() + BATCH);
            let drawn: Vec<OnItem> = places.clone().map(|_| self.drawn()).collect();
            let drafts = places
                .zip(&drawn)
                .map(|(n, on)| (number_of(n), self.draft(n, on)))
                .collect();
            let done = self.nation.world.put_out_unasked(drafts, by).await;
            for (item, on) in done.unwrap().into_iter().zip(drawn) {
                let heads = item.state.content.heads();
                self.out.push(Out {
                    objects: heads.map(|(_, head)| head.id.to_string()).collect(),
                    number: item.state.number.clone(),
                    mark: item.state.content.title.ja.clone(),
                    on,
                });
            }
        }
    }

    /// The places of all items these eyes may see now.
    pub(super) fn visible(&self, eyes: Eyes) -> BTreeSet<usize> {
        let all = self.out.iter().enumerate();
        all.filter(|(_, item)| self.facts.may_see(&item.on, eyes, self.now))
            .map(|(place, _)| place)
            .collect()
    }

    /// Those of them that pages say more of than a number.
    pub(super) fn on_pages(&self, places: &BTreeSet<usize>) -> BTreeSet<usize> {
        let places = places.iter().copied();
        places
            .filter(|place| self.out[*place].on.on_pages)
            .collect()
    }

    /// Those that share a value with an item, itself too.
    pub(super) fn related(&self, place: usize) -> std::ops::Range<usize> {
        let first = place / RELATED * RELATED;
        first..self.out.len().min(first + RELATED)
    }
}

pub(super) fn number_of(place: usize) -> String {
    format!("S-2611-{place:06}")
}

fn mark_of(place: usize) -> String {
    format!("目印{place:06}号")
}

/// An address that no other item has.
fn value_of(n: usize) -> String {
    format!("198.{}.{}.{}", 51 + n / 62_500, n / 250 % 250, n % 250)
}

/// Which item is told by what.
pub(super) struct Signs {
    objects: BTreeMap<String, usize>,
}

impl Signs {
    pub(super) fn of(out: &[Out]) -> Self {
        let mut objects = BTreeMap::new();
        let mut shared = BTreeSet::new();
        for (place, item) in out.iter().enumerate() {
            for object in &item.objects {
                let (_, id) = object.split_once("--").unwrap();
                if objects
                    .insert(id.to_owned(), place)
                    .is_some_and(|other| other != place)
                {
                    shared.insert(id.to_owned());
                }
            }
        }
        objects.retain(|id, _| !shared.contains(id));
        Self { objects }
    }

    /// Which items a text gives away: by mark, number, value or the id of an object. One pass over it
    /// for each sign, however long it is.
    pub(super) fn told(&self, text: &str) -> BTreeSet<usize> {
        let digits = |at: usize| {
            let rest = &text[at..];
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            rest[..end].parse::<usize>().ok().map(|n| (n, at + end))
        };
        let mut found = BTreeSet::new();
        for (at, mark) in text.match_indices("目印") {
            let rest = &text[at + mark.len()..];
            found.extend(rest.get(..6).and_then(|n| n.parse::<usize>().ok()));
        }
        for (at, start) in text.match_indices("S-2611-") {
            found.extend(digits(at + start.len()).map(|(n, _)| n));
        }
        for (at, mark) in text.match_indices("--") {
            let id = text.get(at + mark.len()..at + mark.len() + 36);
            found.extend(id.and_then(|id| self.objects.get(id)));
        }
        for (at, start) in text.match_indices("198.") {
            let part = |at: usize| digits(at).filter(|(_, end)| text[*end..].starts_with('.'));
            // Other numbers end in `198.` too; an address does not begin within a number.
            let within = text[..at].ends_with(|c: char| c.is_ascii_digit() || c == '.');
            if !within
                && let Some((high, after)) = part(at + start.len())
                && let Some((middle, after)) = part(after + 1)
                && let Some((low, _)) = digits(after + 1)
                && high >= 51
            {
                found.insert(((high - 51) * 250 + middle) * 250 + low);
            }
        }
        found
    }
}
