//! What a party decides for itself, whatever the hub's administrator would like.

use std::collections::BTreeSet;

use kaname_directory::{
    Account, Delegation, KeyScope, Lang, Name2, NewAccount, Party, PartyKind, Span, day_of,
};
use kaname_kernel::{Clock, PartyId, Role};
use kaname_testkit::Nation;
use kaname_world::{Caller, WorldError};

fn is_refused<T>(tried: &Result<T, WorldError>, key: &str) -> bool {
    matches!(tried, Err(WorldError::Refused { key: told, .. }) if *told == key)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_reads_reports_is_issued_by_the_party_itself() {
    let nation = Nation::new().await;
    let party = nation.provider.party;
    let issue = async |caller: &Caller, scope: KeyScope| {
        let scopes = BTreeSet::from([scope]);
        let label = "機械".parse().unwrap();
        let issued = nation.world.issue_key(caller, party, label, scopes, None);
        issued.await.map(|_| ())
    };
    let admin = nation.caller(&nation.administrator).await;
    for scope in [KeyScope::Submit, KeyScope::SubmissionsRead] {
        let tried = issue(&admin, scope).await;
        assert!(is_refused(&tried, "refused-not-own-people"), "{tried:?}");
    }
    let tried = issue(&admin, KeyScope::TaxiiRead).await;
    assert!(is_refused(&tried, "refused-has-steward"), "{tried:?}");
    let steward = nation.caller(&nation.provider).await;
    for scope in [KeyScope::Submit, KeyScope::SubmissionsRead] {
        issue(&steward, scope).await.unwrap();
        issue(&Caller::system("shell"), scope).await.unwrap();
    }
}

fn powers(nation: &Nation, principal: PartyId) -> Delegation {
    Delegation {
        principal,
        scopes: ["submission.read_own".parse().unwrap()].into(),
        span: Span::since(day_of(nation.clock.now())),
        basis: "委託".parse().unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn powers_are_given_by_their_own_party_and_never_to_the_hub() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let hub = nation.administrator.party;
    let kind = PartyKind::DesignatedCorporation;
    let corporation = nation.party("seirei", kind, "政令指定法人", "Corporation");
    let corporation = corporation.await;
    let of = nation.provider.party;
    let give = async |caller: &Caller, to: PartyId, principal: PartyId| {
        let granted = powers(&nation, principal);
        let grant = |party: &Party| party.grant_delegation(granted);
        let given = world.change_party(caller, to, None, grant).await;
        given.map(|_| ())
    };
    let admin = nation.caller(&nation.administrator).await;
    for to in [hub, corporation] {
        let tried = give(&admin, to, of).await;
        assert!(is_refused(&tried, "refused-not-own-people"), "{tried:?}");
    }
    give(&admin, corporation, hub).await.unwrap();
    // Another's steward gives nothing of it, its own does.
    let other = nation.caller(&nation.member).await;
    assert!(give(&other, corporation, of).await.is_err());
    let steward = nation.caller(&nation.provider).await;
    assert!(give(&steward, corporation, hub).await.is_err());
    give(&steward, corporation, of).await.unwrap();
    let shell = Caller::system("shell");
    for caller in [&steward, &shell] {
        let tried = give(caller, hub, of).await;
        let key = "refused-hub-takes-no-power";
        assert!(is_refused(&tried, key), "{tried:?}");
    }
    let acting = world.on_behalf(admin.clone(), of).await;
    assert!(matches!(
        acting,
        Err(WorldError::Denied("why-not-delegated"))
    ));
    // It takes them back, and changes nothing else there.
    let today = day_of(nation.clock.now());
    let end = |party: &Party| party.revoke_delegation(of, today);
    assert!(
        world
            .change_party(&other, corporation, None, end)
            .await
            .is_err()
    );
    world
        .change_party(&steward, corporation, None, end)
        .await
        .unwrap();
    let shut = world
        .change_party(&steward, corporation, None, |party: &Party| {
            party.set_under(BTreeSet::new())
        })
        .await;
    assert!(matches!(shut, Err(WorldError::Denied(_))), "{shut:?}");
}

fn newcomer(login: &str, party: PartyId) -> NewAccount {
    NewAccount {
        login: login.parse().unwrap(),
        title: Name2::parse("title", "新任", "New").unwrap(),
        party,
        roles: [Role::Provider].into(),
        lang: Lang::Ja,
        mail: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_a_party_with_a_steward_are_managed_by_its_stewards() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let (party, steward) = (nation.provider.party, nation.provider.account);
    let admin = nation.caller(&nation.administrator).await;
    let key = "refused-has-steward";
    let opened = world
        .open_account(&admin, newcomer("minato-2", party))
        .await;
    assert!(is_refused(&opened, key), "{opened:?}");
    let reset = world.reset_password(&admin, steward).await;
    assert!(is_refused(&reset, key), "{reset:?}");
    let roles = world.load::<Party>(party.cast()).await.unwrap().unwrap();
    let roles = world
        .change_account(&admin, steward, None, |account| {
            account.set_roles([Role::Member].into(), &roles.state)
        })
        .await;
    assert!(is_refused(&roles, key), "{roles:?}");
    let own = nation.caller(&nation.provider).await;
    world
        .open_account(&own, newcomer("minato-2", party))
        .await
        .unwrap();
    // To shut an account stays in the administrator's hands, and opens no other way.
    world
        .change_account(&admin, steward, None, |account| {
            account.disable("離任".parse().unwrap())
        })
        .await
        .unwrap();
    let opened = world
        .open_account(&admin, newcomer("minato-3", party))
        .await;
    assert!(is_refused(&opened, key), "{opened:?}");
    let enabled = world
        .change_account(&admin, steward, None, Account::enable)
        .await;
    assert!(is_refused(&enabled, key), "{enabled:?}");
    let shell = Caller::system("shell");
    world
        .change_account(&shell, steward, None, Account::enable)
        .await
        .unwrap();
    // Where there never was one, the administrator begins.
    let vendor = nation.outsider.party;
    world
        .open_account(&admin, newcomer("hokuto-2", vendor))
        .await
        .unwrap();
}
