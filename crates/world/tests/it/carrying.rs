//! What an item carries and who else carries it: all of its values, and all who do.

use std::collections::BTreeSet;

use kaname_intake::Kind;
use kaname_kernel::Id;
use kaname_sharing::{Item, Value, item::ItemChange, value};
use kaname_stix::SearchValue;
use kaname_store::{MOST_CARRIERS, Record};
use kaname_testkit::Nation;
use kaname_world::{Caller, Loaded, find::VALUES_AT_ONCE};

use crate::story;

/// More items than are read at once.
const MANY: usize = 1_050;

/// Puts out the same as an item so many times more.
async fn copied(nation: &Nation, item: &Loaded<Item>, times: usize) {
    let world = &nation.world;
    let mut changes: Vec<ItemChange> = Vec::new();
    for stored in world.store().history(item.id).await.unwrap() {
        let event = stored.event.open(&world.keys().master).unwrap();
        changes.push(serde_json::from_value(event.data).unwrap());
    }
    let shell = Caller::system("shell");
    let mut nth = 0;
    while nth < times {
        let mut work = world.work(&shell.actor);
        for _ in 0..150.min(times - nth) {
            let mut changes = changes.iter().cloned();
            let Some(ItemChange::Derived(mut first)) = changes.next() else {
                panic!("an item begins with being derived");
            };
            first.number = format!("S-2611-{nth:05}");
            let id = Id::fresh(world.clock(), world.rng());
            let begun = work.begin::<Item>(id, ItemChange::Derived(first));
            work.apply(&mut begun.unwrap(), changes).unwrap();
            nth += 1;
        }
        work.commit().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_items_that_carry_a_value_are_counted() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let (_, item) = story::released(&nation).await;
    copied(&nation, &item, MANY).await;
    let member = nation.caller(&nation.member).await;
    let carrying = world.correlated_item(&member, &item, 0).await.unwrap();
    let mut counted = carrying.values.iter();
    let address = counted.find(|one| one.value.text == "203.0.113.77");
    assert_eq!(address.unwrap().items, MANY as u64, "itself left out");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_too_many_items_carry_the_least_that_there_are_is_told() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let (_, item) = story::released(&nation).await;
    let member = nation.caller(&nation.member).await;
    let hot = item.state.content.values();
    let hot = hot.iter().find(|one| one.text == "203.0.113.77").unwrap();
    let stored = world.store().record(item.id).await.unwrap();
    let row = stored.unwrap().record;
    let mut left = MOST_CARRIERS;
    while left > 0 {
        let some = left.min(2_000);
        let copy = |_| Record {
            id: Id::fresh(world.clock(), world.rng()),
            text: String::new(),
            postings: vec![value::posting(hot)],
            lookups: Vec::new(),
            ..row.clone()
        };
        let copies = (0..some).map(copy).collect();
        world.store().put_records(copies).await.unwrap();
        left -= some;
    }
    let carrying = world.correlated_item(&member, &item, 0).await.unwrap();
    for one in carrying.values {
        let is_hot = one.value == *hot;
        assert_eq!(one.more_than_items, is_hot, "{}", one.value.text);
        // Itself is not counted, whether or not it was among those that were looked at.
        let least = if is_hot { MOST_CARRIERS as u64 - 1 } else { 0 };
        assert!((least..=least + 1).contains(&one.items), "{}", one.items);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_values_of_an_item_are_told_a_page_at_a_time() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let domain = |n: usize| Value {
        kind: Kind::Domain,
        value: format!("n{n}.files-sync.test"),
    };
    let item = story::released_as(&nation, |draft| {
        draft.values = (0..450).map(domain).collect();
    })
    .await;
    // What is on the last page is compared, too.
    let other = story::released_as(&nation, |draft| draft.values = vec![domain(99)]).await;
    let member = nation.caller(&nation.member).await;
    let all: BTreeSet<SearchValue> = item.state.content.values();
    assert!(all.len() >= 450);
    let (mut told, mut after, mut shared) = (BTreeSet::new(), Some(0), 0);
    while let Some(from) = after {
        let page = world.correlated_item(&member, &item, from).await.unwrap();
        assert_eq!((page.before, page.total), (from, all.len()));
        assert_eq!(page.left(), all.len() - from - page.values.len());
        assert!(page.values.len() == VALUES_AT_ONCE || page.next().is_none());
        after = page.next();
        for one in page.values {
            shared += one.items;
            assert!(told.insert(one.value), "each once");
        }
    }
    assert_eq!(told, all);
    assert_eq!(shared, 1, "{}", other.state.number);
    let beyond = world.correlated_item(&member, &item, 10_000).await.unwrap();
    assert!(beyond.values.is_empty() && beyond.next().is_none());
}
