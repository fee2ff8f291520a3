//! Passwords, second factors, sessions, keys and limits on guessing.

use std::sync::Arc;

use jiff::SignedDuration;
use kaname_directory::{Account, KeyScope};
use kaname_testkit::Nation;
use kaname_world::{Caller, WorldError, sign_in::second_factor};

const PASSWORD: &str = "three quiet herons";
const FROM: (&str, &str) = ("127.0.0.1", "test");

async fn with_password(nation: &Nation) -> String {
    let shell = Caller::system("shell");
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
async fn of_attempts_at_the_same_moment_no_more_are_tried_than_one_after_another() {
    let nation = Nation::new().await;
    let world = Arc::clone(&nation.world);
    with_password(&nation).await;
    let taken = world
        .start_session(nation.member.account, true, "taken")
        .await
        .unwrap();
    let at_once = |ways: &'static str, n: usize| {
        let (world, token) = (Arc::clone(&world), taken.token.clone());
        tokio::spawn(async move {
            let wrong = "wrong wrong wrong";
            match ways {
                "password" => world.sign_in("kaihin-csirt", wrong, "", FROM).await.err(),
                "address" => {
                    let login = format!("nobody-{n}");
                    let from = ("198.51.100.9", "guesser");
                    world.sign_in(&login, wrong, "", from).await.err()
                }
                "again" => world.step_up(&token, wrong, "").await.err(),
                _ => world.key_caller("kn_wrong", "198.51.100.8").await.err(),
            }
        })
    };
    for (ways, many, limit) in [
        ("password", 25, 5),
        ("again", 25, 5),
        ("key", 130, 100),
        ("address", 110, 100),
    ] {
        let under_way: Vec<_> = (0..many).map(|n| at_once(ways, n)).collect();
        let (mut tried, mut stopped) = (0, 0);
        for one in under_way {
            match one.await.unwrap() {
                Some(WorldError::Unauthenticated) => tried += 1,
                Some(WorldError::TooMany(_)) => stopped += 1,
                other => panic!("{ways}: {other:?}"),
            }
        }
        assert_eq!((tried, stopped), (limit, many - limit), "{ways}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_right_is_counted_by_nothing() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let token = nation.key(&nation.member, &[KeyScope::TaxiiRead]).await;
    let account = world.load::<Account>(nation.provider.account.cast()).await;
    let account = account.unwrap().unwrap();
    let shell = Caller::system("shell");
    world
        .set_password_of(&shell, account, PASSWORD, false)
        .await
        .unwrap();
    let login = world.load::<Account>(nation.provider.account.cast()).await;
    let login = login.unwrap().unwrap().state.login.to_string();
    // Many at once and one after another, from one address whose limit is 100.
    let under_way: Vec<_> = (0..130).map(|_| world.key_caller(&token, FROM.0)).collect();
    for answer in futures_util::future::join_all(under_way).await {
        answer.unwrap();
    }
    for _ in 0..25 {
        let under_way: Vec<_> = (0..5)
            .map(|_| world.sign_in(&login, PASSWORD, "", FROM))
            .collect();
        for answer in futures_util::future::join_all(under_way).await {
            answer.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_present_password_cannot_be_tried_out_in_an_open_session() {
    let nation = Nation::new().await;
    let world = &nation.world;
    with_password(&nation).await;
    let account = nation.member.account;
    let found = world.start_session(account, false, "found").await.unwrap();
    let (caller, _) = world.resume(&found.token).await.unwrap();
    for _ in 0..5 {
        let wrong = world.change_password(&caller, "wrong wrong wrong", "another long one");
        assert!(matches!(wrong.await, Err(WorldError::Invalid { .. })));
    }
    let stopped = world.change_password(&caller, PASSWORD, "another long one");
    assert!(matches!(stopped.await, Err(WorldError::TooMany(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_an_old_session_is_not_the_first_to_have_a_second_factor() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let account = nation.provider.account;
    let session = world.start_session(account, false, "x").await.unwrap();
    let secret = second_factor::new_secret(world.rng());
    nation.clock.advance(SignedDuration::from_mins(16));
    let (caller, _) = world.resume(&session.token).await.unwrap();
    let code = second_factor::code_at(&secret, world.now()).unwrap();
    let old = world.confirm_totp(&caller, &secret, &code).await;
    let Err(WorldError::Refused { key, .. }) = old else {
        panic!("{old:?}");
    };
    assert_eq!(key, "error-session-old");
    let session = world.start_session(account, false, "x").await.unwrap();
    let (caller, _) = world.resume(&session.token).await.unwrap();
    world.confirm_totp(&caller, &secret, &code).await.unwrap();
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
