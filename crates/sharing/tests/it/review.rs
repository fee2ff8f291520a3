//! What is out comes before officers in its time, and what they say of it.

use jiff::SignedDuration;
use kaname_kernel::{Matter as _, Tlp};
use kaname_sharing::{
    Item, Refused,
    decay::{Seen, Witness, first_fades_at},
    item::Review,
    releasing::withdraw_item,
    review::{confirm, due_at, due_posting, fall_due, let_end},
};

use crate::{
    flow::{at_second_officer, released},
    support::{Tale, account, hours, officer},
};

/// An item whose first value, an address, fades weeks before its validity ends.
fn ageing() -> Tale<Item> {
    let mut tale = released(Tlp::Green);
    tale.now += hours(1);
    tale
}

fn waits(item: &Item) -> bool {
    item.project().postings.contains(&due_posting())
}

#[test]
fn an_item_waits_in_good_time_before_its_first_value_fades() {
    let mut tale = ageing();
    let released = Seen::of_item(tale.state()).unwrap().at;
    let fades = first_fades_at(tale.state(), released).unwrap();
    let due = due_at(tale.state()).unwrap();
    assert!(
        due < fades && fades - due <= hours(24 * 14),
        "{due} {fades}"
    );
    assert_eq!(tale.state().project().due_at, Some(due));
    let early = fall_due(tale.state(), None, due - SignedDuration::from_secs(1));
    assert_eq!(early, Err(Refused::NotDue));
    tale.now = due;
    let decided = fall_due(tale.state(), None, due);
    tale.take(officer(9), decided).unwrap();
    assert!(waits(tale.state()) && tale.state().waits_for_review());
    // Its end is what comes next now, and the job does not find it again.
    assert_eq!(
        tale.state().project().due_at,
        tale.state().content.valid_until
    );
    assert_eq!(
        fall_due(tale.state(), None, due + hours(1)),
        Err(Refused::NotDue)
    );
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn what_members_see_comes_later() {
    let mut tale = ageing();
    tale.now = due_at(tale.state()).unwrap();
    let seen = tale.now - hours(24);
    let decided = fall_due(tale.state(), Some(seen), tale.now);
    tale.take(officer(9), decided).unwrap();
    assert!(!waits(tale.state()));
    let Review::Later { at } = tale.state().review else {
        panic!("{:?}", tale.state().review)
    };
    assert!(at > tale.now, "never at once again");
    // Nobody else is told by that when it was seen.
    assert_eq!(Seen::of_item(tale.state()).unwrap().by, Witness::Released);
    tale.now = at;
    let decided = fall_due(tale.state(), Some(seen), at);
    tale.take(officer(9), decided).unwrap();
    assert!(waits(tale.state()));
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn confirming_begins_anew_and_leaves_the_end_that_was_consented_to() {
    let mut tale = ageing();
    tale.now = due_at(tale.state()).unwrap();
    let decided = fall_due(tale.state(), None, tale.now);
    tale.take(officer(9), decided).unwrap();
    let before = tale.state().clone();
    assert_eq!(
        confirm(&before, account(1), " ", tale.now),
        Err(Refused::ReasonMissing)
    );
    let decided = confirm(&before, account(1), "まだ使われている", tale.now);
    tale.take(officer(1), decided).unwrap();
    let after = tale.state();
    assert!(!waits(after));
    let seen = Seen::of_item(after).unwrap();
    assert_eq!((seen.at, seen.by), (tale.now, Witness::Confirmed));
    assert_eq!(after.content, before.content, "and the manifest with it");
    assert!(due_at(after).is_none_or(|at| at > tale.now));
    // At its end nothing is confirmed.
    let end = after.content.valid_until.unwrap();
    assert_eq!(
        confirm(after, account(1), "まだ", end),
        Err(Refused::NoLongerValid)
    );
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn an_item_is_let_end_when_it_waits_for_that() {
    let mut tale = ageing();
    assert_eq!(
        let_end(tale.state(), account(1), "古い"),
        Err(Refused::NotDue)
    );
    tale.now = due_at(tale.state()).unwrap();
    let decided = fall_due(tale.state(), None, tale.now);
    tale.take(officer(9), decided).unwrap();
    let decided = let_end(tale.state(), account(1), "古い");
    tale.take(officer(1), decided).unwrap();
    assert!(!waits(tale.state()) && due_at(tale.state()).is_none());
    assert_eq!(
        let_end(tale.state(), account(1), "古い"),
        Err(Refused::NoChange)
    );
    // Who finds that it is used all the same says so.
    let decided = confirm(tale.state(), account(2), "再び観測", tale.now);
    tale.take(officer(2), decided).unwrap();
    assert_eq!(tale.state().review, Review::Clear);
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn only_what_is_out_is_looked_at_again() {
    let waiting = at_second_officer(Tlp::Green);
    let item = waiting.state();
    assert_eq!(due_at(item), None);
    assert!(confirm(item, account(1), "まだ", waiting.now).is_err());
    assert!(let_end(item, account(1), "まだ").is_err());
    let mut tale = ageing();
    tale.now = due_at(tale.state()).unwrap();
    let decided = fall_due(tale.state(), None, tale.now);
    tale.take(officer(9), decided).unwrap();
    let taken = withdraw_item(tale.state(), "取消", false, [].into());
    tale.take(officer(1), taken).unwrap();
    assert!(!waits(tale.state()), "what is over waits for nobody");
    assert!(fall_due(tale.state(), None, tale.now).is_err());
}
