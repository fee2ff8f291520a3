//! Passwords, second factors, sessions, keys and limits on guessing.

use jiff::SignedDuration;
use kaname_directory::KeyScope;
use kaname_testkit::Nation;
use kaname_world::{WorldError, sign_in::second_factor};

const PASSWORD: &str = "three quiet herons";
const FROM: (&str, &str) = ("127.0.0.1", "test");

async fn with_password(nation: &Nation) -> String {
    let shell = kaname_world::Caller::system("shell");
    let account = nation
        .world
        .load(nation.member.account.cast())
        .await
        .unwrap()
        .unwrap();
    let account = nation
        .world
        .set_password_of(&shell, account, PASSWORD, false)
        .await
        .unwrap();
    nation
        .world
        .give_totp(&shell, account)
        .await
        .unwrap()
        .secret
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_counts_once_and_a_session_resumes_and_ends() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let secret = with_password(&nation).await;
    let code = second_factor::code_at(&secret, world.now()).unwrap();
    let signed = world
        .sign_in("Kaihin-CSIRT", PASSWORD, &code, FROM)
        .await
        .unwrap();
    assert!(signed.second_factor);
    let replayed = world.sign_in("kaihin-csirt", PASSWORD, &code, FROM).await;
    assert!(
        matches!(replayed, Err(WorldError::Unauthenticated)),
        "a code counts once"
    );
    let (caller, info) = world.resume(&signed.token).await.unwrap();
    assert_eq!(caller.account_id().unwrap(), nation.member.account);
    assert_eq!(world.sessions(&caller).await.unwrap().len(), 1);
    world.end_session(&caller, &info.number).await.unwrap();
    assert!(world.resume(&signed.token).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_session_ends() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let signed = world
        .start_session(nation.member.account, false, "x")
        .await
        .unwrap();
    nation.clock.advance(SignedDuration::from_hours(13));
    assert!(world.resume(&signed.token).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_stopped_for_known_and_unknown_logins_alike() {
    let nation = Nation::new().await;
    let world = &nation.world;
    with_password(&nation).await;
    for login in ["kaihin-csirt", "nobody-here"] {
        for _ in 0..5 {
            let wrong = world
                .sign_in(login, "wrong wrong wrong", "000000", FROM)
                .await;
            assert!(matches!(wrong, Err(WorldError::Unauthenticated)));
        }
        let stopped = world.sign_in(login, PASSWORD, "000000", FROM).await;
        assert!(
            matches!(stopped, Err(WorldError::TooMany(_))),
            "{login}: {stopped:?}"
        );
    }
    nation.clock.advance(SignedDuration::from_mins(16));
    let again = world
        .sign_in("nobody-here", "wrong wrong wrong", "", FROM)
        .await;
    assert!(matches!(again, Err(WorldError::Unauthenticated)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_elsewhere_shuts_the_owner_out_of_nothing() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let secret = with_password(&nation).await;
    let session = world
        .start_session(nation.member.account, true, "x")
        .await
        .unwrap();
    for _ in 0..6 {
        let from = ("198.51.100.7", "guesser");
        let tried = world
            .sign_in("kaihin-csirt", "wrong wrong wrong", "", from)
            .await;
        assert!(tried.is_err());
    }
    let code = second_factor::code_at(&secret, world.now()).unwrap();
    world
        .sign_in("kaihin-csirt", PASSWORD, &code, FROM)
        .await
        .unwrap();
    nation.clock.advance(SignedDuration::from_secs(30));
    let code = second_factor::code_at(&secret, world.now()).unwrap();
    world
        .step_up(&session.token, PASSWORD, &code)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_one_login_from_many_addresses_is_stopped_for_known_and_unknown_alike() {
    let nation = Nation::new().await;
    let world = &nation.world;
    for login in ["kaihin-csirt", "nobody-here"] {
        for n in 0..100 {
            let address = format!("198.51.100.{}", n / 4);
            let wrong = world.sign_in(login, "", "", (&address, "guesser")).await;
            assert!(matches!(wrong, Err(WorldError::Unauthenticated)), "{n}");
        }
        let stopped = world.sign_in(login, "", "", ("203.0.113.1", "x")).await;
        assert!(matches!(stopped, Err(WorldError::TooMany(_))), "{login}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_second_factor_counts_against_its_own_session() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let secret = with_password(&nation).await;
    let account = nation.member.account;
    let taken = world.start_session(account, true, "taken").await.unwrap();
    let own = world.start_session(account, true, "own").await.unwrap();
    for _ in 0..5 {
        let wrong = world.step_up(&taken.token, "wrong wrong wrong", "").await;
        assert!(matches!(wrong, Err(WorldError::Unauthenticated)));
    }
    let stopped = world.step_up(&taken.token, "wrong wrong wrong", "").await;
    assert!(matches!(stopped, Err(WorldError::TooMany(_))));
    let code = second_factor::code_at(&secret, world.now()).unwrap();
    world.step_up(&own.token, PASSWORD, &code).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_works_until_it_is_revoked() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let token = nation.key(&nation.member, &[KeyScope::TaxiiRead]).await;
    let caller = world.key_caller(&token, "127.0.0.1").await.unwrap();
    assert!(!caller.is_officer());
    let (head, last) = token.split_at(token.len() - 1);
    let wrong = format!("{head}{}", if last == "x" { "y" } else { "x" });
    assert!(world.key_caller(&wrong, "127.0.0.1").await.is_err());
    let admin = nation.caller(&nation.administrator).await;
    let keys = world.api_keys(&admin, |_| {}).await.unwrap();
    let id = keys.rows[0].id.cast();
    world
        .revoke_key(&admin, id, "test".parse().unwrap())
        .await
        .unwrap();
    assert!(world.key_caller(&token, "127.0.0.1").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_is_out_at_once() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let signed = world
        .start_session(nation.member.account, true, "x")
        .await
        .unwrap();
    let admin = nation.caller(&nation.administrator).await;
    world
        .change_account(&admin, nation.member.account, None, |account| {
            account.disable("離任".parse().unwrap())
        })
        .await
        .unwrap();
    assert!(world.resume(&signed.token).await.is_err());
}
