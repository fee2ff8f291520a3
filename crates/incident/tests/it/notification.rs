//! Notifications: done when a human acknowledges, else to the next who may read it, and to nobody else.

use kaname_directory::key::TokenHash;
use kaname_incident::{
    Notification, Refused,
    notification::{
        Acknowledged, Acknowledging, NotificationState, RosterEntry, Urgency, Way, acknowledge,
        delivered, escalate, failed, queue, reweigh, sent,
    },
    routing::{Haste, Role, Tri},
};
use kaname_kernel::{Actor, Audience, Reader};
use proptest::prelude::*;

use crate::support::{OPERATOR, Tale, account, matter, minutes, officer, party, person, start};

const MINISTRY: u128 = 5;

fn entry(number: u128, reads: bool) -> RosterEntry {
    RosterEntry {
        party: party(MINISTRY),
        account: account(number),
        reader: Reader {
            account: Some(account(number)),
            party: Some(party(if reads { MINISTRY } else { 99 })),
            member: true,
            ..Reader::default()
        },
    }
}

fn audience() -> Audience {
    Audience::parties_and_officers([party(MINISTRY), party(OPERATOR)])
}

fn urgency(level: Option<u8>, breached: Tri) -> Urgency {
    let haste = Haste {
        urgent_from: 3,
        urgent_min: 15,
        usual_min: 60,
    };
    Urgency::of(haste, level, breached)
}

fn queued(urgency: Urgency, roster: &[RosterEntry]) -> Tale<Notification> {
    let change = queue(
        matter(1),
        party(MINISTRY),
        (
            Role::Duty,
            Some("ministry-notice".parse().unwrap()),
            Some("ministry".parse().unwrap()),
        ),
        urgency,
        roster,
        &audience(),
        start(),
    );
    Tale::begun(matter(2), Actor::system("route"), change)
}

fn roster() -> Vec<RosterEntry> {
    vec![entry(1, true), entry(2, true), entry(3, true)]
}

#[test]
fn it_goes_to_the_next_after_fifteen_minutes_or_sixty() {
    for (level, breached, after) in [
        (Some(3), Tri::No, 15),
        (None, Tri::Unknown, 15),
        (None, Tri::Yes, 15),
        (None, Tri::No, 60),
        (Some(2), Tri::Yes, 60),
    ] {
        let mut told = queued(urgency(level, breached), &roster());
        told.take(Actor::system("send"), sent(told.state(), Way::Mail, None))
            .unwrap();
        let due = start() + minutes(after);
        assert_eq!(told.state().escalates_at(), Some(due));
        let early = escalate(told.state(), &roster(), &audience(), due - minutes(1));
        assert_eq!(early.unwrap_err(), Refused::NotDue { at: due });
        told.now = due;
        told.take(
            Actor::system("escalate"),
            escalate(told.state(), &roster(), &audience(), due),
        )
        .unwrap();
        assert_eq!(told.state().state, NotificationState::Escalated);
        assert_eq!(told.state().addressed.account, account(2));
        assert_eq!(told.state().escalates_at(), Some(due + minutes(after)));
    }
}

#[test]
fn whoever_may_not_read_it_is_passed_over() {
    let roster = vec![
        entry(1, false),
        entry(2, true),
        entry(3, false),
        entry(4, true),
    ];
    let mut told = queued(urgency(Some(4), Tri::Yes), &roster);
    let mut asked = Vec::new();
    for _ in 0..4 {
        asked.push(told.state().addressed.account);
        told.later(minutes(15));
        let now = told.now;
        told.take(
            Actor::system("escalate"),
            escalate(told.state(), &roster, &audience(), now),
        )
        .unwrap();
    }
    assert_eq!(asked, [account(2), account(4), account(2), account(4)]);
    let nobody = [entry(1, false)];
    let now = told.now + minutes(15);
    assert_eq!(
        escalate(told.state(), &nobody, &audience(), now).unwrap_err(),
        Refused::NobodyMayRead
    );
    let mut strangers = roster.clone();
    strangers[3].party = party(6);
    assert_eq!(
        escalate(told.state(), &strangers, &audience(), now).unwrap_err(),
        Refused::OtherParty
    );
    // A reader that is another person's proves nothing.
    let mut borrowed = entry(7, true);
    borrowed.account = account(8);
    assert_eq!(
        escalate(told.state(), &[borrowed], &audience(), now).unwrap_err(),
        Refused::NobodyMayRead
    );
}

#[test]
fn a_human_acknowledges_with_a_post_a_token_or_a_voice() {
    let ready = || {
        let mut told = queued(urgency(None, Tri::No), &roster());
        let token = Some(TokenHash::of("first"));
        told.take(Actor::system("send"), sent(told.state(), Way::Mail, token))
            .unwrap();
        told.take(Actor::system("send"), delivered(told.state()))
            .unwrap();
        told
    };
    let mut told = ready();
    let by = |who: Actor, told: &Tale<Notification>| {
        acknowledge(told.state(), &Acknowledging::Post, &who)
    };
    assert_eq!(
        by(Actor::system("scanner"), &told).unwrap_err(),
        Refused::NotAPerson
    );
    assert_eq!(by(officer(1), &told).unwrap_err().code(), "not_theirs");
    told.later(minutes(7));
    told.take(person(9, MINISTRY), by(person(9, MINISTRY), &told))
        .unwrap();
    assert_eq!(told.state().state, NotificationState::Acknowledged);
    assert_eq!(told.state().escalates_at(), None);
    assert_eq!(told.state().took(), Some(minutes(7)));
    assert_eq!(
        by(person(9, MINISTRY), &told).unwrap_err(),
        Refused::NoChange
    );
    let gateway = Actor::system("mail");
    let mut told = ready();
    let reply = |told: &Tale<Notification>, token| {
        acknowledge(told.state(), &Acknowledging::Reply { token }, &gateway)
    };
    assert_eq!(reply(&told, "guess").unwrap_err(), Refused::BadToken);
    told.take(gateway.clone(), reply(&told, "first")).unwrap();
    let expected = Acknowledged::Reply {
        account: account(1),
    };
    assert_eq!(told.state().acknowledged.as_ref().unwrap().1, expected);
    assert_eq!(
        reply(&told, "first").unwrap_err(),
        Refused::NoChange,
        "once"
    );
    let mut told = ready();
    let voice = |told: &Tale<Notification>| {
        acknowledge(
            told.state(),
            &Acknowledging::Voice {
                account: account(1),
            },
            &officer(4),
        )
    };
    assert_eq!(voice(&told).unwrap_err().code(), "not_there");
    told.take(officer(4), sent(told.state(), Way::Voice, None))
        .unwrap();
    told.take(officer(4), voice(&told)).unwrap();
    assert_eq!(told.state().state, NotificationState::Acknowledged);
    // What came late is not sent again, and not called undelivered.
    assert_eq!(
        sent(told.state(), Way::Mail, None).unwrap_err().code(),
        "state"
    );
    assert_eq!(failed(told.state(), "x").unwrap_err().code(), "state");
}

#[test]
fn a_failed_channel_is_not_waited_for_and_an_old_token_still_counts() {
    let mut told = queued(urgency(None, Tri::No), &roster());
    told.take(
        Actor::system("send"),
        sent(told.state(), Way::Mail, Some(TokenHash::of("one"))),
    )
    .unwrap();
    told.take(
        Actor::system("send"),
        failed(told.state(), &"550 ".repeat(200)),
    )
    .unwrap();
    assert_eq!(
        told.state().attempts[0]
            .failure
            .as_ref()
            .unwrap()
            .chars()
            .count(),
        400
    );
    let now = told.now;
    told.take(
        Actor::system("escalate"),
        escalate(told.state(), &roster(), &audience(), now),
    )
    .unwrap();
    assert_eq!(told.state().addressed.account, account(2));
    let late = acknowledge(
        told.state(),
        &Acknowledging::Reply { token: "one" },
        &Actor::system("mail"),
    );
    told.take(Actor::system("mail"), late).unwrap();
    let (_, by) = told.state().acknowledged.clone().unwrap();
    assert_eq!(
        by,
        Acknowledged::Reply {
            account: account(1)
        }
    );
}

#[test]
fn short_messages_and_voices_carry_nothing() {
    let told = queued(urgency(None, Tri::No), &roster());
    for way in Way::ALL {
        let token = Some(TokenHash::of("t"));
        assert_eq!(
            sent(told.state(), way, token).is_ok(),
            way.carries_content(),
            "{way:?}"
        );
        assert!(sent(told.state(), way, None).is_ok());
    }
    assert!(!Way::Sms.carries_content() && !Way::Voice.carries_content());
}

#[test]
fn it_becomes_urgent_with_the_case_and_what_was_waited_counts() {
    let mut told = queued(urgency(Some(1), Tri::No), &roster());
    told.take(
        officer(1),
        reweigh(told.state(), urgency(Some(4), Tri::Yes)),
    )
    .unwrap();
    assert_eq!(told.state().escalates_at(), Some(start() + minutes(15)));
    assert_eq!(
        reweigh(told.state(), urgency(Some(4), Tri::Yes)).unwrap_err(),
        Refused::NoChange
    );
}

#[test]
fn who_is_only_to_know_is_not_escalated() {
    let change = queue(
        matter(1),
        party(MINISTRY),
        (Role::Cc, None, None),
        urgency(Some(4), Tri::Yes),
        &roster(),
        &audience(),
        start(),
    );
    let told: Tale<Notification> = Tale::begun(matter(2), officer(1), change);
    let much_later = start() + minutes(10_000);
    assert_eq!(told.state().escalates_at(), None);
    assert_eq!(
        escalate(told.state(), &roster(), &audience(), much_later)
            .unwrap_err()
            .code(),
        "state"
    );
}

proptest! {
    /// Whatever happens, nobody outside of the audience is ever addressed, and what is acknowledged stays so.
    #[test]
    fn nobody_else_is_ever_told(
        reads in proptest::collection::vec(any::<bool>(), 1..6),
        steps in proptest::collection::vec((0u8..7, 0i64..70), 1..40),
    ) {
        prop_assume!(reads.iter().any(|reads| *reads));
        let roster: Vec<RosterEntry> = (1u128..).zip(&reads).map(|(number, reads)| entry(number, *reads)).collect();
        let mut told = queued(urgency(None, Tri::Unknown), &roster);
        for (step, after) in steps {
            told.later(minutes(after));
            let (state, now) = (told.state(), told.now);
            let was = state.state;
            let (by, decided) = match step {
                0 => (Actor::system("send"), sent(state, Way::Mail, Some(TokenHash::of("t")))),
                1 => (Actor::system("send"), delivered(state)),
                2 => (Actor::system("send"), failed(state, "timed out")),
                3 => (officer(1), reweigh(state, urgency(Some(u8::try_from(after % 5).unwrap()), Tri::No))),
                4 if after == 0 => (person(1, MINISTRY), acknowledge(state, &Acknowledging::Post, &person(1, MINISTRY))),
                _ => (Actor::system("escalate"), escalate(state, &roster, &audience(), now)),
            };
            let done = told.take(by, decided).is_ok();
            prop_assert!(!(done && was == NotificationState::Acknowledged));
            for attempt in &told.state().attempts {
                let place = usize::try_from(attempt.to.place).unwrap() - 1;
                prop_assert!(reads[place]);
            }
            let place = usize::try_from(told.state().addressed.place).unwrap() - 1;
            prop_assert!(reads[place]);
        }
        prop_assert_eq!(&told.replayed(), told.state());
    }
}
