//! Nobody is shown what its markings do not admit: random items, markings, groups, classes, duties,
//! embargoes and readers over every surface, against a direct reading of the rules.
//!
//! The number of item × reader pairs is at least 100,000; `KANAME_LEAK_PAIRS` asks for more.

use std::{collections::BTreeSet, time::Instant};

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_directory::{KeyScope, Name2, PartyKind};
use kaname_kernel::{
    AccountId, Audience, Clock, GroupId, MatterId, Pap, PartyId, Rng, Role, SeededRng, Tlp,
    audience::Named,
};
use kaname_sharing::{ItemKind, Outlet, Text, Value};
use kaname_testkit::{Nation, Person};
use kaname_world::{Caller, sharing::ItemDraft};
use serde::Deserialize;

use crate::{browser::Browser, house::Door};

/// Pairs of item and reader in every run.
const AT_LEAST: usize = 100_000;

/// Something that is out, and the words that would give it away.
struct Out {
    id: MatterId,
    number: String,
    mark: String,
    audience: Audience,
}

struct Scene {
    nation: Nation,
    readers: Vec<Person>,
    parties: Vec<PartyId>,
    groups: Vec<GroupId>,
    rng: SeededRng,
}

impl Scene {
    async fn new(parties: usize) -> Self {
        let nation = Nation::new().await;
        let rng = SeededRng::new(20_261_124);
        let mut scene = Self {
            readers: Vec::new(),
            parties: Vec::new(),
            groups: Vec::new(),
            rng,
            nation,
        };
        let admin = scene.nation.caller(&scene.nation.administrator).await;
        for n in 0..6 {
            let name = Name2::parse("name", &format!("会 {n}"), &format!("Group {n}")).unwrap();
            let code = format!("group-{n}").parse().unwrap();
            let group = scene
                .nation
                .world
                .found_group(&admin, code, name, n % 3 == 0)
                .await
                .unwrap();
            scene.groups.push(group.id.cast());
        }
        for n in 0..parties {
            let code = format!("party-{n}");
            let party = scene
                .nation
                .party(
                    &code,
                    PartyKind::Operator,
                    &format!("組織 {n}"),
                    &format!("Party {n}"),
                )
                .await;
            for (at, group) in scene.groups.iter().enumerate() {
                if scene.rng_below(3) == 0 && at < 5 {
                    scene
                        .nation
                        .world
                        .join_group(&admin, *group, party)
                        .await
                        .unwrap();
                }
            }
            let roles = [Role::Member, Role::Provider];
            scene.readers.push(
                scene
                    .nation
                    .hire(party, &format!("reader-{n}"), &roles)
                    .await,
            );
            scene.parties.push(party);
        }
        scene
    }

    fn rng_below(&self, below: u64) -> u64 {
        let rng: &dyn Rng = &self.rng;
        rng.between(0, below - 1)
    }

    fn some<T: Copy>(&self, all: &[T], most: u64) -> Vec<T> {
        (0..self.rng_below(most + 1))
            .map(|_| all[usize::try_from(self.rng_below(all.len() as u64)).unwrap()])
            .collect()
    }

    /// What is said of the item of that place: drawn, so that a run replays.
    fn draft(&self, n: usize) -> ItemDraft {
        let mark = mark_of(n);
        let tlp = Tlp::ALL[usize::try_from(self.rng_below(5)).unwrap()];
        let persons: Vec<AccountId> = self.readers.iter().map(|reader| reader.account).collect();
        let named = Named {
            parties: self.some(&self.parties, 3),
            groups: self.some(&self.groups, 2),
            persons: if tlp == Tlp::Red {
                self.some(&persons, 3)
            } else {
                Vec::new()
            },
        };
        let classes = ["general", "type1", "type2"];
        ItemDraft {
            kind: ItemKind::Indicator,
            title: Text::new(mark.as_str(), mark.as_str()),
            summary: Text::new(format!("{mark} の概要"), ""),
            countermeasures: Text::default(),
            values: vec![Value {
                kind: kaname_intake::Kind::Ipv4,
                value: value_of(n),
            }],
            techniques: Vec::new(),
            tlp,
            pap: Pap::Green,
            named,
            classes: self
                .some(&classes, 1)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            duties: BTreeSet::new(),
            embargo: (self.rng_below(6) == 0)
                .then(|| self.nation.clock.now() + SignedDuration::from_hours(48)),
            valid_until: None,
            outlets: Outlet::ALL.into_iter().collect(),
            collections: [self.nation.library.id].into(),
        }
    }

    /// Puts items out without walking the flow, many to a commit: the flow has tests of its own.
    async fn put_out(&self, items: usize) -> Vec<Out> {
        let by = [self.nation.analyst.account, self.nation.releaser.account];
        let mut out = Vec::new();
        while out.len() < items {
            let places = out.len()..items.min(out.len() + BATCH);
            let drafts = places.map(|n| (number_of(n), self.draft(n))).collect();
            let done = self.nation.world.put_out_unasked(drafts, by).await;
            out.extend(done.unwrap().into_iter().map(|item| Out {
                id: item.id,
                number: item.state.number.clone(),
                mark: item.state.content.title.ja.clone(),
                audience: item.state.audience(),
            }));
        }
        out
    }

    /// What the rules say, read directly.
    fn oracle(&self, out: &[Out], caller: &Caller) -> BTreeSet<MatterId> {
        let now = self.nation.clock.now();
        let admitted = out
            .iter()
            .filter(|one| one.audience.admits(&caller.reader, now));
        admitted.map(|one| one.id).collect()
    }
}

/// Items of one commit.
const BATCH: usize = 500;
/// Up to here lists are counted exactly.
const COUNTED_EXACTLY: usize = 10_000;

/// Of a TAXII envelope only whether there is more: its objects are looked through as text.
#[derive(Deserialize)]
struct Envelope {
    next: Option<String>,
}

fn number_of(n: usize) -> String {
    format!("S-2611-{n:06}")
}

fn mark_of(n: usize) -> String {
    format!("目印{n:06}号")
}

/// An address that no other item has.
fn value_of(n: usize) -> String {
    format!("198.{}.{}.{}", 51 + n / 62_500, n / 250 % 250, n % 250)
}

/// Says how far a long run is.
fn tell(pairs: usize, what: impl FnOnce() -> String) {
    if pairs > AT_LEAST {
        eprintln!("{}", what());
    }
}

/// Which items the text gives away: by their mark, number or value. One pass, however long it is.
fn named_in(text: &str) -> BTreeSet<usize> {
    let digits = |at: usize| {
        let rest = &text[at..];
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        rest[..end].parse::<usize>().ok().map(|n| (n, at + end))
    };
    let mut found = marked_in(text);
    for (at, start) in text.match_indices("S-2611-") {
        found.extend(digits(at + start.len()).map(|(n, _)| n));
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

/// Which items the text names by their mark.
fn marked_in(text: &str) -> BTreeSet<usize> {
    let marks = text.match_indices("目印");
    let numbers = marks.filter_map(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        rest.get(..6)?.parse().ok()
    });
    numbers.collect()
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::disallowed_methods,
    reason = "how many pairs is chosen from outside"
)]
async fn no_surface_shows_what_the_markings_do_not_admit() {
    let pairs: usize = std::env::var("KANAME_LEAK_PAIRS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(AT_LEAST);
    let parties = 100;
    let items = pairs.div_ceil(parties + 1);
    let scene = Scene::new(parties).await;
    let started = Instant::now();
    let out = scene.put_out(items).await;
    tell(pairs, || {
        format!("{items} items are out after {:.0?}", started.elapsed())
    });
    let door = Door::of(&scene.nation);
    let library = scene.nation.library.id;
    let (mut compared, mut shown) = (0, 0);
    for reader in &scene.readers {
        let caller = scene.nation.caller(reader).await;
        let may_see = scene.oracle(&out, &caller);
        let browser = Browser::of(&door, &scene.nation, reader).await;
        let scopes = [KeyScope::TaxiiRead, KeyScope::FeedRead, KeyScope::ApiRead];
        let key = scene.nation.key(reader, &scopes).await;
        // A machine is of the party, not the person: RED is not for it.
        let machine = scene.nation.world.key_caller(&key, "test").await.unwrap();
        let machine_sees = scene.oracle(&out, &machine);
        let mut whole = String::new();
        for path in ["/", "/library", "/library/objects", "/public"] {
            whole.push_str(&browser.page(path).await);
        }
        let mut machine_whole = String::new();
        let mut next = String::new();
        loop {
            let path = format!("/taxii2/api/collections/{library}/objects/?limit=1000{next}");
            let page = door.taxii(&path, &key).await;
            assert_eq!(page.status, StatusCode::OK, "{}", page.text);
            let envelope: Envelope = serde_json::from_str(&page.text).unwrap();
            machine_whole.push_str(&page.text);
            match envelope.next {
                Some(more) => next = format!("&next={more}"),
                None => break,
            }
        }
        for path in [
            "/feeds/library.csv",
            "/feeds/library.txt",
            "/feeds/library.jsonl",
            "/api/v1/items",
        ] {
            let feed = door.get(path, &key).await;
            assert_eq!(feed.status, StatusCode::OK, "{path}: {}", feed.text);
            machine_whole.push_str(&feed.text);
        }
        let (on_pages, to_machines) = (named_in(&whole), named_in(&machine_whole));
        let marked = marked_in(&machine_whole);
        for (n, one) in out.iter().enumerate() {
            compared += 1;
            let visible = may_see.contains(&one.id);
            let number = &one.number;
            assert!(
                visible || !on_pages.contains(&n),
                "{number} leaks on a page"
            );
            let to_machine = machine_sees.contains(&one.id);
            assert_eq!(
                marked.contains(&n),
                to_machine,
                "{number}: shown to a machine?"
            );
            assert!(to_machine || !to_machines.contains(&n), "{number} leaks");
            shown += usize::from(visible);
        }
        // One of each kind, asked for by name: 404 whether or not it is there.
        let hidden = out.iter().find(|one| !may_see.contains(&one.id));
        let open = out.iter().find(|one| may_see.contains(&one.id));
        if let Some(one) = hidden {
            for path in [
                format!("/library/{}", one.number),
                format!("/library?q={}", one.mark),
            ] {
                let answer = browser.get(&path).await;
                let said = answer.text.replace(&format!("value=\"{}\"", one.mark), "");
                let ok = answer.status == StatusCode::NOT_FOUND || !said.contains(&one.number);
                assert!(ok, "{path} tells of {}", one.number);
            }
            let found = browser.get(&format!("/library/{}", one.number)).await;
            let missing = browser.get("/library/S-2611-ZZZZZZ").await;
            assert_eq!(found.status, StatusCode::NOT_FOUND);
            assert_eq!(missing.status, StatusCode::NOT_FOUND);
        }
        if let Some(one) = open {
            browser.page(&format!("/library/{}", one.number)).await;
        }
        let total = scene
            .nation
            .world
            .library(&caller, |_| {})
            .await
            .unwrap()
            .total;
        assert_eq!(
            usize::try_from(total).unwrap(),
            may_see.len().min(COUNTED_EXACTLY + 1),
            "the count is the reader's own"
        );
        tell(pairs, || {
            let seconds = started.elapsed().as_secs_f64();
            format!(
                "{compared} of {pairs} pairs, {:.0} pairs/s",
                compared as f64 / seconds
            )
        });
    }
    // The public sees CLEAR without an embargo or class, and nothing else.
    let public = Caller::public();
    let may_see = scene.oracle(&out, &public);
    let nobody = Browser::nobody(&door);
    let pages = [
        nobody.page("/public").await,
        door.get("/public.atom", "").await.text,
    ];
    let public = named_in(&pages.concat());
    for (n, one) in out.iter().enumerate() {
        compared += 1;
        let visible = may_see.contains(&one.id);
        assert!(visible || !public.contains(&n), "{} is public", one.number);
    }
    assert!(compared >= pairs, "{compared} pairs");
    assert!(
        shown > 0 && shown < compared,
        "some are seen and some are not"
    );
}
