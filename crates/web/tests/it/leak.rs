//! Nobody is shown what its markings do not admit: random items, markings, groups, classes, duties,
//! embargoes and readers over every surface, against a direct reading of the rules.
//!
//! The number of item × reader pairs is at least 100,000; `KANAME_LEAK_PAIRS` asks for more.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_directory::{KeyScope, Name2, PartyKind};
use kaname_kernel::{
    AccountId, Audience, Clock, GroupId, Id, MatterId, Pap, PartyId, Rng, Role, SeededRng, Tlp,
    audience::Named,
};
use kaname_sharing::{
    Item, ItemKind, Outlet, Text, Value,
    item::{Derivation, ItemChange},
};
use kaname_testkit::{Nation, Person};
use kaname_world::{Caller, World, sharing::ItemDraft};

use crate::{browser::Browser, house::Door};

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

    /// Puts an item out without walking the flow: the flow has tests of its own.
    async fn put_out(&self, n: usize) -> Out {
        let world: &World = &self.nation.world;
        let mark = format!("目印{n:05}号");
        let value = format!("198.51.{}.{}", n / 250, n % 250);
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
        let draft = ItemDraft {
            kind: ItemKind::Indicator,
            title: Text::new(mark.as_str(), mark.as_str()),
            summary: Text::new(format!("{mark} の概要"), ""),
            countermeasures: Text::default(),
            values: vec![Value {
                kind: kaname_intake::Kind::Ipv4,
                value,
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
        };
        let content = world.compose(draft, &[], None).await.unwrap();
        let caller = Caller::system("test");
        let mut work = world.work(&caller.actor);
        let number = format!("S-2611-{n:05}");
        let by = self.nation.analyst.account;
        let derived = Derivation {
            number: number.clone(),
            handle: Id::random(&self.rng),
            content,
            rows: Vec::new(),
            by,
            replaces: None,
        };
        let id: MatterId = Id::fresh(world.clock(), &self.rng);
        let mut item = work
            .begin::<Item>(id, ItemChange::Derived(Box::new(derived)))
            .unwrap();
        let by = self.nation.releaser.account;
        work.apply(&mut item, [ItemChange::Released { by }])
            .unwrap();
        world.put_out(&mut work, &item.state).unwrap();
        work.commit().await.unwrap();
        Out {
            id,
            number,
            mark,
            audience: item.state.audience(),
        }
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
    for (at, start) in text.match_indices("198.51.") {
        if let Some((high, after)) = digits(at + start.len())
            && text[after..].starts_with('.')
            && let Some((low, _)) = digits(after + 1)
        {
            found.insert(high * 250 + low);
        }
    }
    found
}

/// Which items the text names by their mark.
fn marked_in(text: &str) -> BTreeSet<usize> {
    let marks = text.match_indices("目印");
    let numbers = marks.filter_map(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        rest.get(..5)?.parse().ok()
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
        .unwrap_or(100_000);
    let parties = 100;
    let items = pairs.div_ceil(parties + 1);
    let scene = Scene::new(parties).await;
    let mut out = Vec::new();
    for n in 0..items {
        out.push(scene.put_out(n).await);
    }
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
            let envelope = page.json();
            machine_whole.push_str(&page.text);
            match envelope.get("next").and_then(|next| next.as_str()) {
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
            let missing = browser.get("/library/S-2611-ZZZZZ").await;
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
            may_see.len(),
            "the count is the reader's own"
        );
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
