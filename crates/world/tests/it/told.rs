//! Consent covers what the directory says of whom an item names, from the page to the release.

use kaname_directory::{Account, Group, Lang, Name2, Party, day_of};
use kaname_kernel::{AccountId, Clock, GroupId, MatterId, PartyId, Tlp};
use kaname_sharing::{Collection, Item, ItemState, ManifestHash, Text, collection};
use kaname_testkit::Nation;
use kaname_world::{Caller, Loaded, WorldError, sharing::ItemDraft};

use crate::story;

fn is_refused<T>(tried: &Result<T, WorldError>, key: &str) -> bool {
    matches!(tried, Err(WorldError::Refused { key: told, .. }) if *told == key)
}

async fn rename(nation: &Nation, party: PartyId, name: &str) {
    let name = Name2::parse("name", name, name).unwrap();
    let world = &nation.world;
    let shell = Caller::system("shell");
    let renamed = world.change_party(&shell, party, None, |party: &Party| {
        let mut new = party.description.clone();
        new.name = name;
        party.describe(new, world.catalogue())
    });
    renamed.await.unwrap();
}

/// What a consent from a page opened now would name.
async fn page(nation: &Nation, item: &Loaded<Item>) -> ManifestHash {
    let told = nation.world.addressed(&item.state.content).await.unwrap();
    item.state.manifest_with(&told.told).hash()
}

/// An item of the member's bank and of a group with the bank in it, its provider asked.
async fn asked(nation: &Nation, change: impl FnOnce(&mut ItemDraft)) -> Loaded<Item> {
    let receipt = story::submit(nation).await;
    let item = story::derive_as(nation, receipt.report, change).await;
    let analyst = nation.caller(&nation.analyst).await;
    let asked = nation.world.ask_consent(&analyst, item.id, None);
    asked.await.unwrap()
}

fn to_bank(nation: &Nation) -> impl FnOnce(&mut ItemDraft) {
    let party = nation.member.party;
    move |draft| {
        draft.tlp = Tlp::Amber;
        draft.named.parties = vec![party];
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_changed_since_the_page_is_not_consented_to() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let item = asked(&nation, to_bank(&nation)).await;
    let provider = nation.caller(&nation.provider).await;
    let shown = page(&nation, &item).await;
    rename(&nation, nation.member.party, "B社").await;
    let stale = world.consent(&provider, item.id, shown).await;
    assert!(is_refused(&stale, "refused-other-manifest"), "{stale:?}");
    let read = page(&nation, &item).await;
    let consented = world.consent(&provider, item.id, read).await.unwrap();
    assert_eq!(consented.state.state, ItemState::AwaitingRelease);
    let told = consented.state.told().unwrap();
    assert_eq!(told.parties[&nation.member.party].name.ja, "B社");
    // Renamed once more: the second officer's release asks again.
    rename(&nation, nation.member.party, "C社").await;
    let releaser = nation.caller(&nation.releaser).await;
    let stale = world.release(&releaser, item.id, None).await;
    assert!(is_refused(&stale, "refused-told-otherwise"), "{stale:?}");
    world
        .return_item(&releaser, item.id, "宛先の名称が変わったため")
        .await
        .unwrap();
    let item = world.load::<Item>(item.id).await.unwrap().unwrap();
    let item = story::consent_to(&nation, item).await;
    let releaser = nation.caller(&nation.releaser).await;
    world.release(&releaser, item.id, None).await.unwrap();
}

/// One change of the directory: whom it is made to, and what.
enum Act {
    EndMembership(PartyId),
    Accept(PartyId),
    RenameGroup(GroupId),
    Leave(GroupId, PartyId),
    Title(AccountId),
    Collection(MatterId),
}

async fn act(nation: &Nation, act: Act) {
    let (world, shell) = (&nation.world, Caller::system("shell"));
    let admin = nation.caller(&nation.administrator).await;
    let name = Name2::parse("name", "別の名", "Another").unwrap();
    match act {
        Act::EndMembership(party) => {
            let today = day_of(nation.clock.now());
            let end = |party: &Party| party.end_membership(today);
            let ended = world.change_party(&shell, party, None, end).await;
            ended.map(|_| ())
        }
        Act::Accept(party) => {
            let (by, now) = (nation.member.account, nation.clock.now());
            let catalogue = world.catalogue();
            let duty = catalogue.duties_on(day_of(now))[0].value.code.clone();
            let text = catalogue.duty_text_on(&duty, day_of(now)).unwrap();
            let text = text.value.version.as_str().to_owned();
            let accept = |party: &Party| party.accept_duty(catalogue, duty, &text, by, now);
            let accepted = world.change_party(&shell, party, None, accept).await;
            accepted.map(|_| ())
        }
        Act::RenameGroup(group) => {
            let rename = |group: &Group| group.rename(name);
            let renamed = world.change_group(&admin, group, None, rename).await;
            renamed.map(|_| ())
        }
        Act::Leave(group, party) => {
            let leave = |group: &Group| group.leave(party);
            let left = world.change_group(&admin, group, None, leave).await;
            left.map(|_| ())
        }
        Act::Title(account) => {
            let describe = |account: &Account| account.describe(name, Lang::Ja, None);
            let titled = world.change_account(&shell, account, None, describe).await;
            titled.map(|_| ())
        }
        Act::Collection(id) => {
            let redefine = |collection: &Collection| {
                let mut new = collection.definition.clone();
                new.title = Text::new("別の名", "Another");
                collection::redefine_collection(collection, new)
            };
            let renamed = world.change_collection(&admin, id, redefine).await;
            renamed.map(|_| ())
        }
    }
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_directory_says_otherwise_of_whom_it_names_asks_again() {
    for which in 0..6 {
        let nation = Nation::new().await;
        let world = &nation.world;
        let admin = nation.caller(&nation.administrator).await;
        let name = Name2::parse("name", "電力SIG", "Power SIG").unwrap();
        let group = world.found_group(&admin, "power".parse().unwrap(), name, false);
        let group: GroupId = group.await.unwrap().id.cast();
        let (bank, person) = (nation.member.party, nation.member.account);
        world.join_group(&admin, group, bank).await.unwrap();
        let to_group = |draft: &mut ItemDraft| {
            draft.tlp = Tlp::AmberStrict;
            draft.named.groups = vec![group];
        };
        let to_person = |draft: &mut ItemDraft| {
            draft.tlp = Tlp::Red;
            draft.named.persons = vec![person];
        };
        let (item, change) = match which {
            0 => (
                asked(&nation, to_bank(&nation)).await,
                Act::EndMembership(bank),
            ),
            1 => (asked(&nation, to_group).await, Act::Accept(bank)),
            2 => (asked(&nation, to_group).await, Act::RenameGroup(group)),
            3 => (asked(&nation, to_group).await, Act::Leave(group, bank)),
            4 => (asked(&nation, to_person).await, Act::Title(person)),
            _ => (
                asked(&nation, |_| {}).await,
                Act::Collection(nation.library.id),
            ),
        };
        let provider = nation.caller(&nation.provider).await;
        let shown = page(&nation, &item).await;
        let consented = world.consent(&provider, item.id, shown).await.unwrap();
        act(&nation, change).await;
        let releaser = nation.caller(&nation.releaser).await;
        let stale = world.release(&releaser, item.id, None).await;
        assert!(
            is_refused(&stale, "refused-told-otherwise"),
            "{which} {stale:?}"
        );
        let told = world.addressed(&item.state.content).await.unwrap().told;
        let changes = consented.state.told().unwrap().changes(&told);
        assert!(!changes.is_empty(), "{which}");
    }
}

/// The last place in the ledger of an event of a matter.
async fn place(nation: &Nation, matter: MatterId, kind: &str) -> Option<u64> {
    let all = nation.world.store().history(matter).await.unwrap();
    let mut found = all.iter().rev();
    let found = found.find(|one| one.event.header.kind == kind);
    found.map(|one| one.seq)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renaming_in_the_moment_of_consent_or_release_is_never_left_out_of_it() {
    let nation = Nation::new().await;
    let world = nation.world.clone();
    let bank = nation.member.party;
    for round in 0..24_u32 {
        let item = asked(&nation, to_bank(&nation)).await;
        let shown = page(&nation, &item).await;
        let is_consent = round.is_multiple_of(2);
        let provider = nation.caller(&nation.provider).await;
        let releaser = nation.caller(&nation.releaser).await;
        if !is_consent {
            world.consent(&provider, item.id, shown).await.unwrap();
        }
        let decided = {
            let (world, id) = (world.clone(), item.id);
            tokio::spawn(async move {
                match is_consent {
                    true => world.consent(&provider, id, shown).await,
                    false => world.release(&releaser, id, None).await,
                }
            })
        };
        // Each round another way through the race.
        for _ in 0..round / 2 {
            tokio::task::yield_now().await;
        }
        rename(&nation, bank, &format!("第{round}銀行")).await;
        let decided = decided.await.unwrap();
        world.store().sequence().await.unwrap();
        let kind = if is_consent { "consented" } else { "released" };
        let renamed = place(&nation, bank.cast(), "described").await.unwrap();
        match place(&nation, item.id, kind).await {
            Some(place) => assert!(decided.is_ok() && place < renamed, "round {round}"),
            None => assert!(decided.is_err(), "round {round}"),
        }
    }
}
