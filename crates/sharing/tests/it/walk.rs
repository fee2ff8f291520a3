//! Random command sequences: whatever is tried, in whatever order and by whomever, an item is
//! released only with its provider's consent to exactly what it says, by a second officer.

use std::collections::BTreeSet;

use kaname_kernel::{AccountId, HandleId, Tlp};
use kaname_sharing::{
    Item, ItemChange, ItemState, Manifest, ManifestHash, Sealed,
    blocking::{keep_suspended, resume_blocking, suspend_blocking},
    consenting::{consent, lapse, propose, refuse, take_back},
    deriving::{
        AskAgain, accept_proposal, accept_traces, ask_consent, decline_proposal, hand_over, revise,
    },
    item::Proposal,
    releasing::{Releasing, expire, release, send_back, withdraw_item},
    review::{confirm, fall_due, let_end},
    row::{Row, RowState, Sign},
};
use kaname_stix::redact::Reading;
use proptest::prelude::*;

use crate::support::{
    OWNER, Tale, account, content, derived, group, handle, hours, officer, party, party_told,
    provider, told,
};

/// One try: what, by whom, and two free choices.
type Step = (u8, u8, u8, u8);

/// What an outside observer remembers of the story, without looking at the item.
#[derive(Default)]
struct Witness {
    consented: BTreeSet<ManifestHash>,
    authors: BTreeSet<AccountId>,
    /// Whether somebody wrote or refused something after the last consent.
    stale: bool,
}

fn open_row() -> Row {
    Row {
        place: "/title/ja".to_owned(),
        in_key: false,
        sign: Sign::Name,
        also: Default::default(),
        reading: Reading::Plain,
        nth: 0,
        span: (0, 3),
        state: RowState::Open,
    }
}

fn step(tale: &mut Tale<Item>, witness: &mut Witness, (what, who, a, b): Step) {
    let by = account(u128::from(who % 3) + 1);
    let someone: HandleId = handle(u128::from(who % 2) + OWNER);
    let now = tale.now;
    let item = tale.state().clone();
    // What the directory says at this moment.
    let mut said = told();
    if b.is_multiple_of(4) {
        said.parties.insert(party(13), party_told("C"));
        let members = said
            .groups
            .get_mut(&group(1))
            .map(|group| &mut group.members);
        members.unwrap().insert(party(13));
    }
    let shown = match a % 4 {
        0 => Manifest::of(&item.number, item.revision + 1, &item.content, &said).hash(),
        1 => ManifestHash([a; 32]),
        2 => item.manifest().hash(),
        _ => item.manifest_with(&said).hash(),
    };
    let other = || content(&format!("題名 {a}"), Tlp::Green, u64::from(b));
    let rows = if b.is_multiple_of(5) {
        vec![open_row()]
    } else {
        Vec::new()
    };
    let own = a.is_multiple_of(7);
    let deadline = now + hours(i64::from(a % 8));
    let actor = officer(u128::from(who % 3) + 1);
    let before = item.state;
    let done = match what % 18 {
        0 | 1 => tale.take(actor, revise(&item, other(), rows, by, own)),
        2 => tale.take(
            actor,
            accept_traces(
                &item,
                item.rows.clone(),
                &[open_row().key()],
                by,
                "一般的な語",
            ),
        ),
        3 | 4 => tale.take(actor, ask_consent(&item, said, deadline, now)),
        5 | 6 => {
            let decided = consent(&item, someone, shown, said, now);
            if decided.is_ok() {
                assert_eq!(someone, handle(OWNER), "only the owner consents");
                witness.consented.insert(shown);
                witness.stale = false;
            }
            tale.take(provider(), decided)
        }
        7 => {
            let proposal = Proposal {
                content: other(),
                comment: Sealed::default(),
            };
            tale.take(provider(), propose(&item, someone, shown, proposal, now))
        }
        8 => {
            let again = AskAgain {
                told: said,
                deadline,
                now,
            };
            tale.take(actor, accept_proposal(&item, rows, by, own, again))
        }
        9 => tale.take(actor, decline_proposal(&item, "理由", deadline, now)),
        10 => {
            let decided = refuse(&item, someone, Sealed::default());
            witness.stale |= decided.is_ok();
            tale.take(provider(), decided)
        }
        11 => tale.take(actor, hand_over(&item, by)),
        12 | 13 => {
            let releasing = Releasing {
                by,
                releaser_of_providers_party: own,
                deriver_of_providers_party: a.is_multiple_of(11),
                told: said.clone(),
                found: item.rows.clone(),
                now,
            };
            let decided = release(&item, &releasing);
            if decided.is_ok() {
                assert!(!witness.authors.contains(&by), "the releaser wrote no part");
                assert!(!own && !a.is_multiple_of(11));
                let manifest = Manifest::of(&item.number, item.revision, &item.content, &said);
                assert!(
                    witness.consented.contains(&manifest.hash()),
                    "exact consent, with the directory as it is"
                );
                assert!(!witness.stale, "nothing happened after the consent");
            }
            tale.take(actor, decided)
        }
        14 => {
            let decided = send_back(&item, by, "見直し");
            witness.stale |= decided.is_ok();
            tale.take(actor, decided)
        }
        15 => {
            tale.now += hours(i64::from(b % 6));
            let now = tale.now;
            tale.take(officer(9), lapse(&item, now))
        }
        16 => match b % 8 {
            4 => tale.take(officer(9), fall_due(&item, None, now)),
            5 => {
                tale.now += hours(24 * i64::from(b));
                let now = tale.now;
                tale.take(officer(9), fall_due(&item, Some(now - hours(24)), now))
            }
            6 => tale.take(actor, confirm(&item, by, "確認済み", now)),
            7 => tale.take(actor, let_end(&item, by, "古い")),
            0 => tale.take(actor, withdraw_item(&item, "取消", false, BTreeSet::new())),
            1 => tale.take(provider(), take_back(&item, someone, BTreeSet::new())),
            2 => tale.take(actor, suspend_blocking(&item, u32::from(a % 9), 3)),
            _ => tale.take(actor, expire(&item, now)),
        },
        _ if b.is_multiple_of(2) => tale.take(actor, resume_blocking(&item, by, "確認済み", 3)),
        _ => tale.take(actor, keep_suspended(&item, by, "確認済み")),
    };
    let after = tale.state();
    if done.is_err() {
        assert_eq!(after, &item, "a refusal changes nothing");
        return;
    }
    let wrote = after.revision != item.revision || after.rows != item.rows;
    if wrote {
        witness.authors.insert(by);
    }
    if after.revision != item.revision {
        witness.stale = true;
        assert!(after.consent.is_none(), "an edit drops consent");
        assert!(after.release.is_none());
    }
    if after.state == ItemState::Released && before != ItemState::Released {
        assert_eq!(before, ItemState::AwaitingRelease);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_release_without_exact_consent_and_a_second_officer(
        steps in prop::collection::vec(any::<Step>(), 1..80),
    ) {
        let mut tale = derived(content("題名", Tlp::Green, 1));
        let mut witness = Witness { authors: [account(1)].into(), ..Witness::default() };
        for one in steps {
            step(&mut tale, &mut witness, one);
        }
        prop_assert_eq!(&tale.replayed(), tale.state());
    }

    /// Steered so that most walks come far: the same rules hold, and releases do happen.
    #[test]
    fn steered_walks_keep_the_rules_too(
        detours in prop::collection::vec((0usize..6, any::<Step>()), 0..6),
    ) {
        let mut tale = derived(content("題名", Tlp::Green, 1));
        let mut witness = Witness { authors: [account(1)].into(), ..Witness::default() };
        // ask, consent, hand over, release by officer 2.
        let path: [Step; 4] = [(3, 0, 6, 1), (5, 0, 2, 1), (11, 0, 1, 1), (12, 1, 1, 1)];
        for (index, one) in path.into_iter().enumerate() {
            for (_, detour) in detours.iter().filter(|(at, _)| *at == index) {
                step(&mut tale, &mut witness, *detour);
            }
            step(&mut tale, &mut witness, one);
        }
        if detours.is_empty() {
            prop_assert_eq!(tale.state().state, ItemState::Released);
        }
        let releases = tale.events.iter().filter(|(change, ..)| matches!(change, ItemChange::Released { .. }));
        prop_assert!(releases.count() <= 1);
        prop_assert_eq!(&tale.replayed(), tale.state());
    }
}
