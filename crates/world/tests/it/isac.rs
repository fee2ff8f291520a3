//! AMBER named to an ISAC is passed on to those who are its members when it is consented to, no others.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use kaname_directory::{Party, PartyKind};
use kaname_kernel::{PartyId, Role, Tlp};
use kaname_testkit::{Nation, Person};
use kaname_world::{Caller, WorldError};

use crate::story;

async fn isac(nation: &Nation) -> PartyId {
    nation
        .party("power-isac", PartyKind::Isac, "電力ISAC", "Power ISAC")
        .await
}

async fn comes_under(nation: &Nation, party: PartyId, isac: PartyId) {
    let isacs = BTreeSet::from([isac]);
    nation
        .world
        .change_party(&Caller::system("shell"), party, None, |party: &Party| {
            party.set_under(isacs)
        })
        .await
        .unwrap();
}

/// Another operator with one person.
async fn operator(nation: &Nation) -> Person {
    let kind = PartyKind::Operator;
    let party = nation.party("kita", kind, "北電力", "Kita Power").await;
    nation.hire(party, "kita-csirt", &[Role::Member]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_that_came_under_a_named_isac_after_consent_stops_the_release() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let isac = isac(&nation).await;
    comes_under(&nation, nation.member.party, isac).await;
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let analyst = nation.caller(&nation.analyst).await;
    let mut draft = story::draft_of(&nation, item.state.content.clone());
    draft.tlp = Tlp::Amber;
    draft.named.parties = vec![isac];
    world
        .revise_item(&analyst, item.id, None, draft)
        .await
        .unwrap();
    let consents = async || {
        let asked = world.ask_consent(&analyst, item.id, None).await.unwrap();
        let provider = nation.caller(&nation.provider).await;
        let asked = asked.state.asked.unwrap();
        world.consent(&provider, item.id, asked.hash).await.unwrap();
        asked
    };
    let first = consents().await;
    let members: Vec<&PartyId> = first.told.under[&isac].iter().collect();
    assert_eq!(members, [&nation.member.party]);
    let late = operator(&nation).await;
    comes_under(&nation, late.party, isac).await;
    let releaser = nation.caller(&nation.releaser).await;
    let widened = world.release(&releaser, item.id, None).await;
    let key = "refused-told-otherwise";
    assert!(
        matches!(&widened, Err(WorldError::Refused { key: told, .. }) if *told == key),
        "{widened:?}"
    );
    // Asked again, with the one more that it reaches now.
    world
        .return_item(&releaser, item.id, "宛先が広がったため")
        .await
        .unwrap();
    let again = consents().await;
    assert_eq!(again.told.under[&isac].len(), 2);
    assert_ne!(again.hash, first.hash);
    nation.clock.advance(SignedDuration::from_secs(1));
    let releaser = nation.caller(&nation.releaser).await;
    world.release(&releaser, item.id, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_that_comes_under_an_isac_does_not_see_what_it_was_given_before() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let isac = isac(&nation).await;
    comes_under(&nation, nation.member.party, isac).await;
    let late = operator(&nation).await;
    nation.clock.advance(SignedDuration::from_secs(1));
    let release = async || {
        let item = story::released_as(&nation, |draft| {
            draft.tlp = Tlp::Amber;
            draft.named.parties = vec![isac];
        });
        item.await.id
    };
    let before = release().await;
    comes_under(&nation, late.party, isac).await;
    nation.clock.advance(SignedDuration::from_secs(1));
    let after = release().await;
    let early = nation.caller(&nation.member).await;
    assert!(world.item(&early, before).await.is_ok());
    assert!(world.item(&early, after).await.is_ok());
    let late = nation.caller(&late).await;
    let past = world.item(&late, before).await;
    assert!(matches!(past, Err(WorldError::NotFound(_))), "{past:?}");
    assert!(world.item(&late, after).await.is_ok());
}
