//! The flow, rule by rule.

use std::collections::BTreeSet;

use kaname_kernel::{Actor, Tlp};
use kaname_sharing::{
    Item, ItemChange, ItemState, Refused, Sealed, Text, Told,
    consenting::{consent, lapse, propose, refuse, take_back},
    deriving::{
        AskAgain, Derive, accept_proposal, accept_traces, ask_consent, decline_proposal,
        derive_item, hand_over, nothing_new, revise,
    },
    item::{Proposal, Refusal},
    manifest::difference,
    releasing::{Releasing, expire, release, send_back, supersede, withdraw_item},
    row::{Row, RowState, Sign},
    told::{GroupTold, PartyTold, What},
};
use kaname_stix::redact::Reading;

use crate::support::{
    OWNER, Tale, account, content, derived, group, handle, hours, matter, officer, party,
    party_told, provider, told,
};

fn releasing(tale: &Tale<Item>, by: u128) -> Releasing {
    Releasing {
        by: account(by),
        releaser_of_providers_party: false,
        deriver_of_providers_party: false,
        told: told(),
        found: tale.state().rows.clone(),
        now: tale.now,
    }
}

pub(crate) fn ask(tale: &mut Tale<Item>) {
    let asked = ask_consent(tale.state(), told(), tale.now + hours(72), tale.now);
    tale.take(officer(1), asked).unwrap();
}

fn agree(tale: &mut Tale<Item>) {
    let hash = tale.state().manifest().hash();
    let said = tale.state().told().cloned().unwrap();
    let agreed = consent(tale.state(), handle(OWNER), hash, said, tale.now);
    tale.take(provider(), agreed).unwrap();
}

pub(crate) fn at_second_officer(tlp: Tlp) -> Tale<Item> {
    let mut tale = derived(content("不審なメール", tlp, 3));
    ask(&mut tale);
    agree(&mut tale);
    let over = hand_over(tale.state(), account(1));
    tale.take(officer(1), over).unwrap();
    tale
}

pub(crate) fn released(tlp: Tlp) -> Tale<Item> {
    let mut tale = at_second_officer(tlp);
    let out = release(tale.state(), &releasing(&tale, 2));
    tale.take(officer(2), out).unwrap();
    tale
}

#[test]
fn from_derivation_to_release() {
    let tale = released(Tlp::Amber);
    let item = tale.state();
    assert_eq!(item.state, ItemState::Released);
    assert_eq!(item.release.unwrap().by, account(2));
    assert!(item.has_consent() && item.is_out());
    assert_eq!(tale.replayed(), *item);
}

#[test]
fn the_deriver_does_not_release_nor_does_who_accepted_a_trace() {
    let tale = at_second_officer(Tlp::Green);
    let same = release(tale.state(), &releasing(&tale, 1));
    assert_eq!(same, Err(Refused::SamePerson));

    let row = Row {
        place: "/summary/ja".to_owned(),
        in_key: false,
        sign: Sign::Name,
        also: Default::default(),
        reading: Reading::Plain,
        nth: 0,
        span: (0, 3),
        state: RowState::Open,
    };
    let mut tale: Tale<Item> = Tale::new(matter(2));
    let derive = Derive {
        number: "S-2611-AAAAA".to_owned(),
        handle: handle(OWNER),
        content: content("題名", Tlp::Green, 4),
        rows: vec![row.clone()],
        by: account(1),
        of_providers_party: false,
        replaces: None,
    };
    tale.take(officer(1), derive_item(derive)).unwrap();
    let early = ask_consent(tale.state(), told(), tale.now + hours(5), tale.now);
    assert_eq!(early, Err(Refused::OpenTraces { open: 1 }));
    let silent = accept_traces(
        tale.state(),
        vec![row.clone()],
        &[row.key()],
        account(2),
        "  ",
    );
    assert_eq!(silent, Err(Refused::ReasonMissing));
    let accepted = accept_traces(
        tale.state(),
        vec![row.clone()],
        &[row.key()],
        account(2),
        "一般名詞",
    );
    tale.take(officer(2), accepted).unwrap();
    ask(&mut tale);
    agree(&mut tale);
    let over = hand_over(tale.state(), account(1));
    tale.take(officer(1), over).unwrap();
    let same = release(tale.state(), &releasing(&tale, 2));
    assert_eq!(same, Err(Refused::SamePerson));
    let out = release(tale.state(), &releasing(&tale, 3));
    tale.take(officer(3), out).unwrap();
}

#[test]
fn officers_of_the_providers_party_have_no_part() {
    let tale = at_second_officer(Tlp::Green);
    for (deriver, releaser) in [(true, false), (false, true)] {
        let own = Releasing {
            releaser_of_providers_party: releaser,
            deriver_of_providers_party: deriver,
            ..releasing(&tale, 2)
        };
        assert_eq!(release(tale.state(), &own), Err(Refused::OwnParty));
    }
    let item = tale.state();
    let revised = revise(
        item,
        content("別", Tlp::Green, 9),
        Vec::new(),
        account(3),
        true,
    );
    assert_eq!(revised, Err(Refused::OwnParty));
}

#[test]
fn replayed_consent_is_refused() {
    let mut tale = derived(content("初版", Tlp::Green, 1));
    ask(&mut tale);
    let old = tale.state().manifest().hash();
    agree(&mut tale);
    let edit = revise(
        tale.state(),
        content("第二版", Tlp::Green, 2),
        Vec::new(),
        account(1),
        false,
    );
    tale.take(officer(1), edit).unwrap();
    assert!(tale.state().consent.is_none());
    ask(&mut tale);
    let replay = consent(tale.state(), handle(OWNER), old, told(), tale.now);
    assert_eq!(replay, Err(Refused::OtherManifest));
    // Back to the very same words: a new revision, so the old consent stays void.
    let back = revise(
        tale.state(),
        content("初版", Tlp::Green, 1),
        Vec::new(),
        account(1),
        false,
    );
    tale.take(officer(1), back).unwrap();
    ask(&mut tale);
    let replay = consent(tale.state(), handle(OWNER), old, told(), tale.now);
    assert_eq!(replay, Err(Refused::OtherManifest));
}

/// Everything that a provider is told of whom an item names, each changed by itself.
fn otherwise() -> Vec<(What, Told)> {
    let edit = |edit: &dyn Fn(&mut Told)| {
        let mut changed = told();
        edit(&mut changed);
        changed
    };
    let party_11 = |change: &dyn Fn(&mut PartyTold)| {
        edit(&|told| change(told.parties.get_mut(&party(11)).unwrap()))
    };
    let group_1 = |change: &dyn Fn(&mut GroupTold)| {
        edit(&|told| change(told.groups.get_mut(&group(1)).unwrap()))
    };
    let b = Text::new("B社", "B Corp.");
    vec![
        (
            What::Name(b.clone()),
            party_11(&|party| party.name = Text::new("B社", "B Corp.")),
        ),
        (
            What::Code("a".to_owned(), "b2".to_owned()),
            party_11(&|party| party.code = "b2".to_owned()),
        ),
        (
            What::Membership(false),
            party_11(&|party| party.member = false),
        ),
        (
            What::Class("first".to_owned(), false),
            party_11(&|party| party.classes.clear()),
        ),
        (
            What::Duty("secrecy".to_owned(), false),
            party_11(&|party| party.duties.clear()),
        ),
        (
            What::Duty("oath".to_owned(), true),
            party_11(&|party| {
                party.duties.insert("oath".to_owned());
            }),
        ),
        (
            What::Name(b),
            group_1(&|group| group.name = Text::new("B社", "B Corp.")),
        ),
        (
            What::Left(party(12), Text::new("B", "B")),
            edit(&|told| {
                told.parties.remove(&party(12));
                let members = &mut told.groups.get_mut(&group(1)).unwrap().members;
                members.remove(&party(12));
            }),
        ),
        (
            What::Joined(party(13), Text::new("C", "C")),
            edit(&|told| {
                told.parties.insert(party(13), party_told("C"));
                let members = &mut told.groups.get_mut(&group(1)).unwrap().members;
                members.insert(party(13));
            }),
        ),
    ]
}

#[test]
fn what_the_directory_says_otherwise_since_the_page_is_not_consented_to() {
    let mut tale = derived(content("題名", Tlp::Amber, 1));
    ask(&mut tale);
    let shown = tale.state().manifest().hash();
    for (what, now) in otherwise() {
        let stale = consent(tale.state(), handle(OWNER), shown, now.clone(), tale.now);
        assert_eq!(stale, Err(Refused::OtherManifest), "{what:?}");
        let changes: Vec<What> = told()
            .changes(&now)
            .into_iter()
            .map(|one| one.what)
            .collect();
        assert_eq!(changes, [what]);
        // The page as it is now is consented to without being asked anew.
        let read = tale.state().manifest_with(&now).hash();
        let given = consent(tale.state(), handle(OWNER), read, now.clone(), tale.now);
        let mut agreed = derived(content("題名", Tlp::Amber, 1));
        ask(&mut agreed);
        agreed.take(provider(), given).unwrap();
        assert!(agreed.state().has_consent());
        assert_eq!(agreed.state().told(), Some(&now));
    }
    assert!(told().changes(&told()).is_empty());
    agree(&mut tale);
}

#[test]
fn what_the_directory_says_otherwise_since_consent_is_not_released() {
    let tale = at_second_officer(Tlp::Amber);
    for (what, told) in otherwise() {
        let otherwise = Releasing {
            told,
            ..releasing(&tale, 2)
        };
        let released = release(tale.state(), &otherwise);
        assert_eq!(released, Err(Refused::ToldOtherwise), "{what:?}");
    }
    assert!(release(tale.state(), &releasing(&tale, 2)).is_ok());
}

/// Versions before this one wrote down which parties were reached, and nothing of what they are called.
#[test]
fn consent_given_to_an_older_version_is_asked_for_again() {
    let mut tale = at_second_officer(Tlp::Amber);
    let mut written = Vec::new();
    for (change, at, by) in &tale.events {
        let mut change = serde_json::to_value(change).unwrap();
        let fields = change.as_object_mut().unwrap();
        if fields.remove("readers").is_some() {
            fields.insert("hash".to_owned(), "ab".repeat(32).into());
            fields.insert("reach".to_owned(), serde_json::json!({}));
        }
        let change: ItemChange = serde_json::from_value(change).unwrap();
        written.push((change, *at, by.clone()));
    }
    tale.events = written;
    let item = tale.replayed();
    assert_eq!(item.state, ItemState::AwaitingRelease);
    let released = release(&item, &releasing(&tale, 2));
    assert_eq!(released, Err(Refused::OtherManifest));
    assert!(send_back(&item, account(2), "同意を求め直す").is_ok());
}

#[test]
fn only_the_owner_answers_and_only_in_time() {
    let mut tale = derived(content("題名", Tlp::Green, 1));
    ask(&mut tale);
    let hash = tale.state().manifest().hash();
    let stranger = handle(99);
    let item = tale.state().clone();
    assert_eq!(
        consent(&item, stranger, hash, told(), tale.now),
        Err(Refused::NotOwner)
    );
    assert_eq!(
        refuse(&item, stranger, Sealed::default()),
        Err(Refused::NotOwner)
    );
    assert_eq!(
        take_back(&item, stranger, BTreeSet::new()),
        Err(Refused::NotOwner)
    );
    assert_eq!(lapse(&item, tale.now), Err(Refused::NotDue));
    tale.now += hours(73);
    let late = consent(&item, handle(OWNER), hash, told(), tale.now);
    assert_eq!(late, Err(Refused::DeadlinePassed));
    let lapsed = lapse(&item, tale.now);
    tale.take(Actor::system("deadline"), lapsed).unwrap();
    assert_eq!(tale.state().state, ItemState::Refused);
    assert_eq!(tale.state().refusal, Some(Refusal::Silence));
}

#[test]
fn the_provider_may_refuse_after_having_agreed() {
    let mut tale = at_second_officer(Tlp::Green);
    let no = refuse(tale.state(), handle(OWNER), Sealed::of(b"no"));
    tale.take(provider(), no).unwrap();
    let out = release(tale.state(), &releasing(&tale, 2));
    assert!(matches!(out, Err(Refused::State { .. })));
    assert!(!tale.state().has_consent());
}

#[test]
fn a_proposal_becomes_a_revision_and_is_asked_for_again() {
    let mut tale = derived(content("題名", Tlp::Green, 1));
    ask(&mut tale);
    let before = tale.state().manifest();
    let wanted = content("より短い題名", Tlp::Amber, 1);
    let proposal = Proposal {
        content: wanted.clone(),
        comment: Sealed::of(b"why"),
    };
    let proposed = propose(
        tale.state(),
        handle(OWNER),
        before.hash(),
        proposal,
        tale.now,
    );
    tale.take(provider(), proposed).unwrap();
    let again = AskAgain {
        told: told(),
        deadline: tale.now + hours(24),
        now: tale.now,
    };
    let accepted = accept_proposal(tale.state(), Vec::new(), account(1), false, again);
    tale.take(officer(1), accepted).unwrap();
    let item = tale.state();
    assert_eq!((item.state, item.revision), (ItemState::AwaitingConsent, 2));
    assert_eq!(item.content, wanted);
    let asked = item.asked.as_ref().unwrap();
    assert_eq!(asked.hash, item.manifest().hash());
    let parts: Vec<&str> = difference(&before, &item.manifest())
        .iter()
        .map(|one| one.part)
        .collect();
    assert!(
        parts.contains(&"title-ja") && parts.contains(&"tlp"),
        "{parts:?}"
    );
    agree(&mut tale);
}

#[test]
fn a_declined_proposal_asks_for_the_old_bytes_again() {
    let mut tale = derived(content("題名", Tlp::Green, 1));
    ask(&mut tale);
    let hash = tale.state().manifest().hash();
    let proposal = Proposal {
        content: content("別の題名", Tlp::Green, 1),
        comment: Sealed::default(),
    };
    let proposed = propose(tale.state(), handle(OWNER), hash, proposal, tale.now);
    tale.take(provider(), proposed).unwrap();
    let declined = decline_proposal(tale.state(), "意味が変わる", tale.now + hours(9), tale.now);
    tale.take(officer(1), declined).unwrap();
    assert_eq!(tale.state().state, ItemState::AwaitingConsent);
    agree(&mut tale);
}

#[test]
fn sent_back_means_asking_again() {
    let mut tale = at_second_officer(Tlp::Green);
    let back = send_back(tale.state(), account(2), "対策が足りない");
    tale.take(officer(2), back).unwrap();
    let item = tale.state();
    assert_eq!(item.state, ItemState::Derived);
    assert!(item.consent.is_none() && item.returned.is_some());
    assert!(hand_over(item, account(1)).is_err());
}

#[test]
fn what_is_out_ends_in_three_ways() {
    let mut old = released(Tlp::Green);
    let mut new: Tale<Item> = Tale::new(matter(77));
    let derive = Derive {
        number: "S-2611-BBBBB".to_owned(),
        handle: handle(OWNER),
        content: content("改訂", Tlp::Green, 8),
        rows: Vec::new(),
        by: account(1),
        of_providers_party: false,
        replaces: Some(old.id),
    };
    new.take(officer(1), derive_item(derive)).unwrap();
    assert!(supersede(old.state(), new.state(), BTreeSet::new()).is_err());
    ask(&mut new);
    agree(&mut new);
    let over = hand_over(new.state(), account(1));
    new.take(officer(1), over).unwrap();
    let out = release(new.state(), &releasing(&new, 2));
    new.take(officer(2), out).unwrap();
    let gone = supersede(old.state(), new.state(), BTreeSet::new());
    old.take(officer(2), gone).unwrap();
    assert_eq!(old.state().replaced_by, Some(new.id));

    let mut tale = released(Tlp::Green);
    let back = take_back(tale.state(), handle(OWNER), BTreeSet::new());
    tale.take(provider(), back).unwrap();
    assert!(tale.state().withdrawal.as_ref().unwrap().by_provider);
    assert!(withdraw_item(tale.state(), "二度目", false, BTreeSet::new()).is_err());

    let mut tale = released(Tlp::Green);
    assert_eq!(expire(tale.state(), tale.now), Err(Refused::NotDue));
    tale.now += hours(24 * 61);
    let over = expire(tale.state(), tale.now);
    tale.take(Actor::system("expiry"), over).unwrap();
    assert_eq!(tale.state().state, ItemState::Expired);
}

#[test]
fn refusals_have_keys_of_their_own() {
    let refusals = [
        Refused::ReasonMissing,
        Refused::NotOwner,
        Refused::NotAssigned,
        Refused::OwnParty,
        Refused::SamePerson,
        Refused::OtherManifest,
        Refused::ToldOtherwise,
    ];
    let mut keys: Vec<&str> = refusals.iter().map(Refused::key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), refusals.len());
    let details = Refused::OpenTraces { open: 2 }.details();
    assert_eq!(details, vec![("open", "2".to_owned())]);
}

/// What the checklist finds while an item waits stops it, until somebody has decided on it.
#[test]
fn what_is_found_since_is_settled_before_it_goes_on() {
    let tale = at_second_officer(Tlp::Green);
    let row = Row {
        place: "/summary/ja".to_owned(),
        in_key: false,
        sign: Sign::Person,
        also: Default::default(),
        reading: Reading::Plain,
        nth: 0,
        span: (0, 3),
        state: RowState::Open,
    };
    let found = Releasing {
        found: vec![row.clone()],
        ..releasing(&tale, 2)
    };
    assert_eq!(release(tale.state(), &found), Err(Refused::FoundSince));
    let mut tale = derived(content("不審なメール", Tlp::Green, 3));
    let same = tale.state().content.clone();
    let nothing = revise(tale.state(), same.clone(), Vec::new(), account(1), false);
    assert_eq!(nothing, Err(Refused::NoChange));
    // The same words are written anew, or the place is accepted at once.
    let again = revise(tale.state(), same, vec![row.clone()], account(1), false);
    assert_eq!(again.unwrap().len(), 1);
    let new = vec![row.clone()];
    assert_eq!(
        nothing_new(tale.state(), new.clone()),
        Err(Refused::FoundSince)
    );
    let accepted = accept_traces(
        tale.state(),
        new.clone(),
        &[row.key()],
        account(2),
        "同姓の別人",
    );
    tale.take(officer(2), accepted).unwrap();
    assert_eq!(tale.state().open_traces(), 0);
    assert_eq!(tale.state().rows.len(), 1);
    assert_eq!(nothing_new(tale.state(), new), Ok(()));
    assert_eq!(tale.replayed(), *tale.state());
}

/// Who wrote the present words, whatever the ids are; of rows of older versions the first who had a part.
#[test]
fn who_wrote_last_is_kept() {
    let mut tale = derived(content("初版", Tlp::Green, 1));
    for by in [3, 2] {
        let words = content(&format!("第{by}版"), Tlp::Green, 1);
        let revised = revise(tale.state(), words, Vec::new(), account(by), false);
        tale.take(officer(by), revised).unwrap();
        assert_eq!(tale.state().writer(), Some(account(by)));
    }
    assert_eq!(tale.replayed(), *tale.state());
    let mut kept = serde_json::to_value(tale.state()).unwrap();
    kept.as_object_mut().unwrap().remove("revised_by");
    let old: Item = serde_json::from_value(kept).unwrap();
    assert_eq!(old.writer(), Some(account(1)));
}
