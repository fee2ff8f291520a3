//! Passkeys: enrolled, shown, and everything that must not pass for one.

use jiff::SignedDuration;
use kaname_testkit::{Nation, Person};
use kaname_world::{
    Caller, WorldError,
    sign_in::passkey::{Ask, Made, PasskeyQuestion, RelyingParty, Shown},
};

use crate::authenticator::{Authenticator, PRESENT};

const ORIGIN: &str = "https://hub.example";
const FROM: (&str, &str) = ("192.0.2.1", "test");
const PASSWORD: &str = "three quiet herons";

struct Setting {
    nation: Nation,
    rp: RelyingParty,
}

impl Setting {
    async fn new() -> Self {
        let rp = RelyingParty::of(ORIGIN).unwrap();
        let nation = Nation::new().await;
        Self { nation, rp }
    }

    /// A person in a session just begun.
    async fn in_session(&self, person: &Person, second_factor: bool) -> (Caller, String) {
        let world = &self.nation.world;
        let signed = world
            .start_session(person.account, second_factor, "x")
            .await
            .unwrap();
        let (caller, _) = world.resume(&signed.token).await.unwrap();
        (caller, signed.token)
    }

    async fn ask(&self, ask: Ask<'_>) -> PasskeyQuestion {
        self.nation
            .world
            .ask_passkey(&self.rp, ask, FROM.0)
            .await
            .unwrap()
    }

    async fn enrol(&self, person: &Person, device: &mut Authenticator) {
        let (caller, _) = self.in_session(person, true).await;
        self.add(&caller, device).await.unwrap();
    }

    async fn add(&self, caller: &Caller, device: &mut Authenticator) -> Result<(), WorldError> {
        let question = self.ask(Ask::Enrol(caller)).await;
        let made = device.make(&question);
        self.nation
            .world
            .add_passkey(caller, &self.rp, "携帯電話", &made)
            .await
    }

    async fn enter(&self, shown: &Shown) -> Result<kaname_kernel::AccountId, WorldError> {
        let signed = self
            .nation
            .world
            .sign_in_with_passkey(&self.rp, shown, FROM)
            .await?;
        assert!(signed.second_factor, "a verified passkey is both factors");
        Ok(signed.account)
    }

    async fn sign_in(
        &self,
        device: &mut Authenticator,
    ) -> Result<kaname_kernel::AccountId, WorldError> {
        let question = self.ask(Ask::SignIn).await;
        self.enter(&device.show(&question)).await
    }
}

fn key_of<T: std::fmt::Debug>(result: Result<T, WorldError>) -> &'static str {
    match result {
        Err(WorldError::Refused { key, .. }) => key,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_signs_in_alone_with_either_curve() {
    let s = Setting::new().await;
    let member = &s.nation.member;
    for mut device in [
        Authenticator::p256(b"phone", ORIGIN),
        Authenticator::ed25519(b"key", ORIGIN),
    ] {
        s.enrol(member, &mut device).await;
        assert_eq!(s.sign_in(&mut device).await.unwrap(), member.account);
        assert_eq!(
            s.sign_in(&mut device).await.unwrap(),
            member.account,
            "and again"
        );
    }
    let (caller, _) = s.in_session(member, true).await;
    let passkeys = s.nation.world.passkeys(&caller).await.unwrap();
    assert_eq!(passkeys.len(), 2);
    assert!(
        passkeys
            .iter()
            .all(|passkey| passkey.used.is_some() && passkey.label == "携帯電話")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_and_for_five_minutes() {
    let s = Setting::new().await;
    let mut device = Authenticator::p256(b"phone", ORIGIN);
    s.enrol(&s.nation.member, &mut device).await;
    let question = s.ask(Ask::SignIn).await;
    assert!(question.known.is_empty(), "nothing tells who has passkeys");
    let shown = device.show(&question);
    s.enter(&shown).await.unwrap();
    assert_eq!(key_of(s.enter(&shown).await), "error-passkey-challenge");
    let question = s.ask(Ask::SignIn).await;
    s.nation.clock.advance(SignedDuration::from_mins(6));
    assert_eq!(
        key_of(s.enter(&device.show(&question)).await),
        "error-passkey-challenge"
    );
    let mut invented = question;
    invented.challenge = "A".repeat(43);
    assert_eq!(
        key_of(s.enter(&device.show(&invented)).await),
        "error-passkey-challenge"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_of_another_site_is_refused() {
    let s = Setting::new().await;
    let mut device = Authenticator::p256(b"phone", ORIGIN);
    s.enrol(&s.nation.member, &mut device).await;
    device.origin = "https://hub.example.evil.test".to_owned();
    assert_eq!(key_of(s.sign_in(&mut device).await), "error-passkey-origin");
    device.origin = ORIGIN.to_owned();
    let mut question = s.ask(Ask::SignIn).await;
    question.rp = "evil.test".to_owned();
    assert_eq!(
        key_of(s.enter(&device.show(&question)).await),
        "error-passkey-origin"
    );
    s.sign_in(&mut device).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_or_another_accounts_name_does_not_enter() {
    let s = Setting::new().await;
    let mut device = Authenticator::p256(b"phone", ORIGIN);
    s.enrol(&s.nation.member, &mut device).await;
    let mut other = Authenticator::p256(b"other", ORIGIN);
    s.enrol(&s.nation.provider, &mut other).await;
    let genuine = device.show(&s.ask(Ask::SignIn).await);
    // Another key under the same credential id.
    let mut thief = other.show(&s.ask(Ask::SignIn).await);
    thief.id.clone_from(&genuine.id);
    thief.user_handle.clone_from(&genuine.user_handle);
    assert!(matches!(
        s.enter(&thief).await,
        Err(WorldError::Unauthenticated)
    ));
    // The own key under another's handle.
    let mut thief = other.show(&s.ask(Ask::SignIn).await);
    thief.user_handle.clone_from(&genuine.user_handle);
    assert!(matches!(
        s.enter(&thief).await,
        Err(WorldError::Unauthenticated)
    ));
    // A changed byte.
    let mut changed = device.show(&s.ask(Ask::SignIn).await);
    changed.signature = changed.signature.replace(['A', 'B', 'C', 'D'], "E");
    assert!(s.enter(&changed).await.is_err());
    s.enter(&genuine).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_that_goes_back_gives_a_copy_away() {
    let s = Setting::new().await;
    let mut device = Authenticator::p256(b"phone", ORIGIN);
    s.enrol(&s.nation.member, &mut device).await;
    device.counter = 40;
    s.sign_in(&mut device).await.unwrap();
    device.counter = 12;
    assert_eq!(key_of(s.sign_in(&mut device).await), "error-passkey-cloned");
    (device.counter, device.step) = (0, 0);
    assert_eq!(
        key_of(s.sign_in(&mut device).await),
        "error-passkey-cloned",
        "a reset counter"
    );
    let mut uncounted = Authenticator::ed25519(b"synced", ORIGIN);
    uncounted.step = 0;
    s.enrol(&s.nation.provider, &mut uncounted).await;
    s.sign_in(&mut uncounted).await.unwrap();
    s.sign_in(&mut uncounted).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_alone_needs_a_device_that_asked_who_is_there() {
    let s = Setting::new().await;
    let mut device = Authenticator::p256(b"phone", ORIGIN);
    s.enrol(&s.nation.member, &mut device).await;
    device.flags = PRESENT;
    assert_eq!(
        key_of(s.sign_in(&mut device).await),
        "error-passkey-unverified"
    );
    device.flags = 0;
    assert_eq!(
        key_of(s.sign_in(&mut device).await),
        "error-passkey-read",
        "nobody pressed"
    );
}

async fn ticket(s: &Setting, code: &str) -> String {
    let tried = s
        .nation
        .world
        .sign_in("kaihin-csirt", PASSWORD, code, FROM)
        .await;
    match tried {
        Err(WorldError::PasskeyNeeded(ticket)) => ticket,
        other => panic!("no passkey asked for: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_password_a_passkey_is_the_second_factor() {
    let s = Setting::new().await;
    let world = &s.nation.world;
    let shell = kaname_world::Caller::system("shell");
    let account = world
        .load(s.nation.member.account.cast())
        .await
        .unwrap()
        .unwrap();
    world
        .set_password_of(&shell, account, PASSWORD, false)
        .await
        .unwrap();
    let mut device = Authenticator::p256(b"phone", ORIGIN);
    s.enrol(&s.nation.member, &mut device).await;
    let mut other = Authenticator::p256(b"other", ORIGIN);
    s.enrol(&s.nation.provider, &mut other).await;

    let held = ticket(&s, "123456").await;
    let question = s.ask(Ask::Second(&held)).await;
    assert_eq!(question.known, [device.id()]);
    device.flags = PRESENT;
    let shown = device.show(&question);
    let signed = world
        .sign_in_second(&s.rp, &held, &shown, FROM)
        .await
        .unwrap();
    assert!(signed.second_factor);
    let again = world.sign_in_second(&s.rp, &held, &shown, FROM).await;
    assert_eq!(
        key_of(again),
        "error-passkey-challenge",
        "a ticket is good once"
    );

    let held = ticket(&s, "").await;
    let shown = other.show(&s.ask(Ask::Second(&held)).await);
    let tried = world.sign_in_second(&s.rp, &held, &shown, FROM).await;
    assert!(
        matches!(tried, Err(WorldError::Unauthenticated)),
        "another's passkey"
    );

    // An answer to the sign-in question is not one to the second factor's.
    let held = ticket(&s, "").await;
    let shown = device.show(&s.ask(Ask::SignIn).await);
    let tried = world.sign_in_second(&s.rp, &held, &shown, FROM).await;
    assert_eq!(key_of(tried), "error-passkey-challenge");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_makes_an_old_session_fresh_again() {
    let s = Setting::new().await;
    let world = &s.nation.world;
    let mut device = Authenticator::ed25519(b"phone", ORIGIN);
    s.enrol(&s.nation.member, &mut device).await;
    let (_, token) = s.in_session(&s.nation.member, true).await;
    s.nation.clock.advance(SignedDuration::from_mins(20));
    let (old, _) = world.resume(&token).await.unwrap();
    let removed = world.remove_passkey(&old, &device.id()).await;
    assert!(matches!(removed, Err(WorldError::StepUp)));
    let shown = device.show(&s.ask(Ask::Again(&old)).await);
    let (_, others) = s.in_session(&s.nation.provider, true).await;
    let stolen = world.step_up_with_passkey(&s.rp, &others, &shown).await;
    assert_eq!(
        key_of(stolen),
        "error-passkey-challenge",
        "another's session"
    );
    let shown = device.show(&s.ask(Ask::Again(&old)).await);
    world
        .step_up_with_passkey(&s.rp, &token, &shown)
        .await
        .unwrap();
    let (fresh, _) = world.resume(&token).await.unwrap();
    world.remove_passkey(&fresh, &device.id()).await.unwrap();
    assert!(matches!(
        s.sign_in(&mut device).await,
        Err(WorldError::Unauthenticated)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn enrolling_needs_a_fresh_session_and_ends_at_ten() {
    let s = Setting::new().await;
    let world = &s.nation.world;
    let (_, token) = s.in_session(&s.nation.member, false).await;
    s.nation.clock.advance(SignedDuration::from_mins(16));
    let (old, _) = world.resume(&token).await.unwrap();
    let mut device = Authenticator::p256(b"phone", ORIGIN);
    assert_eq!(key_of(s.add(&old, &mut device).await), "error-session-old");
    let (young, _) = s.in_session(&s.nation.member, false).await;
    s.add(&young, &mut device).await.unwrap();
    // From now on the account has a second factor, so it must have been shown.
    let (young, _) = s.in_session(&s.nation.member, false).await;
    let mut second = Authenticator::p256(b"second", ORIGIN);
    assert!(matches!(
        s.add(&young, &mut second).await,
        Err(WorldError::StepUp)
    ));
    let mut same = Authenticator::p256(b"phone", ORIGIN);
    let (other, _) = s.in_session(&s.nation.provider, true).await;
    let taken = s.add(&other, &mut same).await;
    assert!(
        matches!(taken, Err(WorldError::Taken { .. })),
        "an id belongs to one account"
    );
    for number in 1_u8..=9 {
        s.enrol(
            &s.nation.member,
            &mut Authenticator::ed25519(&[number], ORIGIN),
        )
        .await;
    }
    let (full, _) = s.in_session(&s.nation.member, true).await;
    let eleventh = s
        .add(&full, &mut Authenticator::ed25519(&[99], ORIGIN))
        .await;
    assert_eq!(key_of(eleventh), "refused-too-much");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_made_key_answers_its_own_question_only() {
    let s = Setting::new().await;
    let world = &s.nation.world;
    let (caller, _) = s.in_session(&s.nation.member, true).await;
    let (other, _) = s.in_session(&s.nation.provider, true).await;
    let mut device = Authenticator::p256(b"phone", ORIGIN);
    let made = device.make(&s.ask(Ask::Enrol(&other)).await);
    let stolen = world.add_passkey(&caller, &s.rp, "x", &made).await;
    assert_eq!(key_of(stolen), "error-passkey-challenge");
    device.id = vec![7; 151];
    assert_eq!(
        key_of(s.add(&caller, &mut device).await),
        "error-passkey-long"
    );
    device.id = vec![7; 150];
    device.origin = "https://evil.test".to_owned();
    assert_eq!(
        key_of(s.add(&caller, &mut device).await),
        "error-passkey-origin"
    );
    device.origin = ORIGIN.to_owned();
    s.add(&caller, &mut device).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_has_no_passkeys_that_open() {
    let s = Setting::new().await;
    let mut device = Authenticator::p256(b"phone", ORIGIN);
    s.enrol(&s.nation.member, &mut device).await;
    let admin = s.nation.caller(&s.nation.administrator).await;
    let account = s.nation.member.account;
    let disable = |account: &kaname_directory::Account| account.disable("離任".parse().unwrap());
    s.nation
        .world
        .change_account(&admin, account, None, disable)
        .await
        .unwrap();
    assert!(matches!(
        s.sign_in(&mut device).await,
        Err(WorldError::Unauthenticated)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attestation_cut_anywhere_is_refused() {
    let s = Setting::new().await;
    let (caller, _) = s.in_session(&s.nation.member, true).await;
    let mut device = Authenticator::ed25519(b"phone", ORIGIN);
    let whole = device.make(&s.ask(Ask::Enrol(&caller)).await).attestation;
    for end in (0..whole.len()).step_by(3) {
        let made = device.make(&s.ask(Ask::Enrol(&caller)).await);
        let attestation = made.attestation[..end].to_owned();
        let made = Made {
            attestation,
            ..made
        };
        let added = s.nation.world.add_passkey(&caller, &s.rp, "x", &made).await;
        assert_eq!(key_of(added), "error-passkey-read", "cut at {end}");
    }
}
