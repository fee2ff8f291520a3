//! Who sees what at which time.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::{Audience, Matter, Reader, Tlp};
use kaname_sharing::{
    Content, Item, Refused, Sealed, Text,
    collection::{
        Access, Collection, CollectionKind, Definition, close_collection, open_collection,
        redefine_collection,
    },
    consenting::{propose, refuse},
    deriving::{decline_proposal, take_over},
    item::{Proposal, released_audience},
    releasing::{send_back, withdraw_item},
};

use crate::{
    flow::{ask, at_second_officer, released},
    support::{
        OWNER, Tale, account, content, derived, group, handle, hours, matter, officer, party,
        provider, start,
    },
};

fn member(number: u128) -> Reader {
    Reader {
        account: Some(account(number + 100)),
        party: Some(party(number)),
        member: true,
        ..Reader::default()
    }
}

fn hub_officer() -> Reader {
    Reader {
        officer: true,
        ..Reader::default()
    }
}

#[test]
fn before_release_officers_only_and_afterwards_the_markings() {
    let waiting = at_second_officer(Tlp::Clear);
    assert_eq!(waiting.state().project().audience, Audience::officers());
    let out = released(Tlp::Clear);
    assert_eq!(out.state().project().audience, Audience::everyone());
    let projection = out.state().project();
    let released_at = out.state().release.unwrap().at;
    assert_eq!(
        (projection.state.as_str(), projection.sort_at),
        ("released", released_at)
    );
    // Officers look at it again before its first value fades; its validity ends later.
    let looked_at = kaname_sharing::review::due_at(out.state());
    assert!(looked_at < out.state().content.valid_until);
    assert_eq!(projection.due_at, looked_at);
    assert_eq!(projection.scope, Some(matter(500)));
}

#[test]
fn while_it_is_written_an_item_is_its_writers_own() {
    let officer_of = |number: u128| Reader {
        account: Some(account(number)),
        ..hub_officer()
    };
    let read_by = |tale: &Tale<Item>, number: u128| {
        let audience = tale.state().project().audience;
        audience.admits(&officer_of(number), tale.now)
    };
    let mut tale = derived(content("題名", Tlp::Clear, 6));
    assert!(read_by(&tale, 1) && !read_by(&tale, 2));
    let no_officer_any_more = Reader {
        account: Some(account(1)),
        ..Reader::default()
    };
    let audience = tale.state().project().audience;
    assert!(!audience.admits(&no_officer_any_more, tale.now));
    // Who goes on with it writes on it too.
    let over = take_over(tale.state(), account(3), false);
    tale.take(officer(3), over).unwrap();
    assert!(read_by(&tale, 1) && !read_by(&tale, 2) && read_by(&tale, 3));
    let twice = take_over(tale.state(), account(3), false);
    assert_eq!(twice, Err(Refused::NoChange));
    let own = take_over(tale.state(), account(4), true);
    assert_eq!(own, Err(Refused::OwnParty));
    ask(&mut tale);
    assert_eq!(tale.state().audience(), Audience::officers());
    // Other words of the provider's, which nobody has looked through.
    let shown = tale.state().manifest().hash();
    let proposal = Proposal {
        content: content("別の題名", Tlp::Clear, 7),
        comment: Sealed::default(),
    };
    let proposed = propose(tale.state(), handle(OWNER), shown, proposal, tale.now);
    tale.take(provider(), proposed).unwrap();
    assert!(read_by(&tale, 1) && !read_by(&tale, 2));
    let declined = decline_proposal(tale.state(), "変えません", tale.now + hours(5), tale.now);
    tale.take(officer(1), declined).unwrap();
    assert!(read_by(&tale, 2));
    let refused = refuse(tale.state(), handle(OWNER), Sealed::default());
    tale.take(provider(), refused).unwrap();
    assert!(read_by(&tale, 3) && !read_by(&tale, 2));
    // What ends while it is being written is not shown to others for having ended.
    let ended = withdraw_item(tale.state(), "見送り", false, BTreeSet::new());
    tale.take(officer(1), ended).unwrap();
    assert!(read_by(&tale, 3) && !read_by(&tale, 2));
    assert_eq!(tale.replayed(), *tale.state());
}

#[test]
fn sent_back_it_is_its_writers_own_again() {
    let mut tale = at_second_officer(Tlp::Clear);
    let back = send_back(tale.state(), account(2), "要約を短く");
    tale.take(officer(2), back).unwrap();
    let second = Reader {
        account: Some(account(2)),
        ..hub_officer()
    };
    assert!(!tale.state().audience().admits(&second, tale.now));
}

#[test]
fn amber_reaches_the_named_and_late_joiners_do_not_see() {
    let content = content("題名", Tlp::Amber, 1);
    let audience = released_audience(&content, start());
    let in_group = |joined: i64| Reader {
        groups: BTreeMap::from([(group(1), joined)]),
        ..member(30)
    };
    let second = start().as_second();
    assert!(audience.admits(&member(7), start()));
    assert!(!audience.admits(&member(8), start()));
    assert!(audience.admits(&in_group(second - 1), start()));
    assert!(
        !audience.admits(&in_group(second + 1), start()),
        "joined later"
    );
    assert!(!audience.admits(&Reader::default(), start()));
}

#[test]
fn classes_duties_and_embargo_are_clauses_too() {
    let mut narrow: Content = content("題名", Tlp::Green, 1);
    narrow.classes.insert("first".to_owned());
    narrow.duties.insert("secrecy".to_owned());
    narrow.embargo = Some(start() + hours(5));
    let audience = released_audience(&narrow, start());
    let full = Reader {
        classes: ["first".to_owned()].into(),
        duties: ["secrecy".to_owned()].into(),
        ..member(7)
    };
    let later = start() + hours(6);
    assert!(!audience.admits(&full, start()), "embargo");
    assert!(audience.admits(&full, later));
    let without_class = Reader {
        classes: Default::default(),
        ..full.clone()
    };
    let without_duty = Reader {
        duties: Default::default(),
        ..full
    };
    assert!(!audience.admits(&without_class, later) && !audience.admits(&without_duty, later));
    assert!(audience.admits(&hub_officer(), start()));
}

#[test]
fn red_reaches_named_persons_and_its_own_officers_only() {
    let tale = released(Tlp::Red);
    let audience = tale.state().audience();
    let person = |number: u128| Reader {
        account: Some(account(number)),
        officer: number < 10,
        member: true,
        ..Reader::default()
    };
    for named in [70, 1, 2] {
        assert!(audience.admits(&person(named), start()), "{named}");
    }
    for other in [71, 3] {
        assert!(!audience.admits(&person(other), start()), "{other}");
    }
    // Who wrote or released it sees it as an officer: no longer when the office ends.
    for former in [1, 2] {
        let former = Reader {
            officer: false,
            ..person(former)
        };
        assert!(!audience.admits(&former, start()));
    }
}

#[test]
fn a_marking_that_reaches_nobody_is_refused() {
    for tlp in [Tlp::Amber, Tlp::AmberStrict, Tlp::Red] {
        let mut lonely = content("題名", tlp, 1);
        lonely.named = Default::default();
        assert_eq!(lonely.check(), Err(Refused::Nobody));
    }
}

#[test]
fn objects_must_carry_the_items_own_marking_and_author() {
    let mut wrong = content("題名", Tlp::Green, 1);
    wrong.tlp = Tlp::Amber;
    assert!(matches!(wrong.check(), Err(Refused::BadObject { .. })));
    let mut foreign = content("題名", Tlp::Green, 1);
    foreign.author =
        kaname_stix::ObjectId::parse("identity--00000000-0000-4000-8000-000000000001").unwrap();
    assert!(matches!(foreign.check(), Err(Refused::BadObject { .. })));
    let mut twice = content("題名", Tlp::Green, 1);
    let first = twice.objects[0].clone();
    twice.objects.push(first);
    assert!(matches!(twice.check(), Err(Refused::BadObject { .. })));
    let mut broken = content("題名", Tlp::Green, 1);
    broken.objects[0] = "{\"type\":\"indicator\"".to_owned();
    assert!(matches!(
        broken.check(),
        Err(Refused::BadObject { index: 0, .. })
    ));
}

fn definition(kind: CollectionKind, read: Access, write: Access) -> Definition {
    Definition {
        alias: "shared-green".to_owned(),
        title: Text::new("共有情報", "Shared"),
        description: Text::default(),
        kind,
        default_tlp: None,
        default_pap: None,
        read,
        write,
        taxii: Default::default(),
    }
}

#[test]
fn nothing_is_posted_into_a_library_and_nobody_reads_an_intake() {
    let posted = definition(CollectionKind::Library, Access::Members, Access::Members);
    assert!(open_collection(posted).is_err());
    let read = definition(CollectionKind::Intake, Access::Members, Access::Members);
    assert!(open_collection(read).is_err());
    let mut tale: Tale<Collection> = Tale::new(matter(40));
    let intake = definition(CollectionKind::Intake, Access::Nobody, Access::Members);
    tale.take(officer(1), open_collection(intake)).unwrap();
    let now = tale.now;
    assert!(tale.state().can_write(&member(1), now) && !tale.state().can_read(&member(1), now));
    assert!(!tale.state().can_read(&hub_officer(), now));
    assert!(
        tale.state().audience().admits(&member(1), now),
        "writers know of it"
    );
    let other = definition(CollectionKind::Library, Access::Members, Access::Nobody);
    assert!(
        redefine_collection(tale.state(), other).is_err(),
        "the kind stays"
    );
    let closed = close_collection(tale.state(), "統合");
    tale.take(officer(1), closed).unwrap();
    assert!(!tale.state().can_write(&member(1), now));
    assert_eq!(tale.state().audience(), Audience::officers());
    assert_eq!(&tale.replayed(), tale.state());
}

#[test]
fn group_access_follows_present_membership() {
    let access = Access::Groups {
        groups: vec![group(1)],
    };
    let joined_late = Reader {
        groups: BTreeMap::from([(group(1), i64::MAX - 1)]),
        ..member(3)
    };
    assert!(access.admits(&joined_late, start()) && !access.admits(&member(3), start()));
    assert!(Access::Everyone.admits(&Reader::default(), start()));
    assert!(!Access::Nobody.admits(&hub_officer(), start()));
    for alias in ["", "1st", "Upper", "with space", "日本"] {
        let mut bad = definition(CollectionKind::Library, Access::Everyone, Access::Nobody);
        bad.alias = alias.to_owned();
        assert!(open_collection(bad).is_err(), "{alias}");
    }
}
