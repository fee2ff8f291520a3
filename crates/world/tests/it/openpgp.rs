//! Encrypted mail: which keys are taken, and that what is sent opens with the reader's key alone.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use kaname_directory::{Cadence, Line};
use kaname_kernel::{Clock as _, Tlp};
use kaname_testkit::keys::{EXPIRED, PERSON, REVOKED, SHA1, SIGNER, SOC, SUBKEY_REVOKED, WEAK};
use kaname_world::{
    WorldError,
    ambient::{SystemClock, SystemRng},
    openpgp::{self, BadCertificate, Certificate, Unusable},
};
use pgp::{
    composed::{
        ArmorOptions, EncryptionCaps, KeyType, Message, SecretKeyParamsBuilder, SignedSecretKey,
        SubkeyParamsBuilder,
    },
    crypto::ecc_curve::ECCCurve,
    types::{KeyVersion, Password},
};
use rand_core::{CryptoRng, RngCore};

use crate::{outlet::setting, story};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn standing(armoured: &str, now: &str) -> Result<Option<Timestamp>, Unusable> {
    let read = Certificate::read(armoured).unwrap();
    read.standing(at(now)).map(|standing| standing.expires)
}

#[test]
fn keys_of_gnupg_stand_as_they_should() {
    let november = "2026-11-25T00:00:00Z";
    assert_eq!(standing(SOC, november), Ok(None));
    assert_eq!(standing(PERSON, november), Ok(None));
    let read = Certificate::read(SOC).unwrap();
    assert_eq!(
        read.fingerprint(),
        "F23B941ECC760DF4D2416ABC30C4DF7888CAC0CB"
    );
    assert_eq!(read.user_ids(), ["SOC desk <soc@kaihin.example>"]);

    let end = at("2026-07-01T00:00:00Z");
    assert_eq!(standing(EXPIRED, "2026-06-30T00:00:00Z"), Ok(Some(end)));
    assert_eq!(standing(EXPIRED, november), Err(Unusable::Expired(end)));
    assert_eq!(
        standing(SOC, "2025-12-31T00:00:00Z"),
        Err(Unusable::Later(at("2026-01-01T00:00:00Z")))
    );
    assert_eq!(standing(REVOKED, november), Err(Unusable::Revoked));
    assert_eq!(standing(SUBKEY_REVOKED, november), Err(Unusable::NoSubkey));
    assert_eq!(standing(SIGNER, november), Err(Unusable::NoSubkey));
    for weak in [WEAK, SHA1] {
        assert!(matches!(standing(weak, november), Err(Unusable::Weak(_))));
    }
}

#[test]
fn what_is_no_key_is_told_with_its_place() {
    let read = |text: &str| Certificate::read(text).unwrap_err();
    assert!(matches!(read(""), BadCertificate::Armour(_)));
    let large = "x".repeat(70_000);
    assert_eq!(read(&large), BadCertificate::TooLarge);
    let binary = |text: &str| {
        let body = text.split_once("\n\n").unwrap().1;
        let lines: String = body
            .lines()
            .take_while(|line| !line.starts_with('='))
            .collect();
        STANDARD.decode(lines).unwrap()
    };
    let armour = |bytes: &[u8]| {
        let body = STANDARD.encode(bytes);
        format!(
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{body}\n-----END PGP PUBLIC KEY BLOCK-----\n"
        )
    };
    let soc = binary(SOC);
    assert!(Certificate::read(&armour(&soc)).is_ok());
    let both = [soc.clone(), binary(PERSON)].concat();
    assert_eq!(read(&armour(&both)), BadCertificate::NotOne(2));
    // A literal packet behind the key has no place there.
    let mut foreign = soc.clone();
    foreign.extend([0xcb, 0x06, b'b', 0, 0, 0, 0, 0]);
    assert!(matches!(
        read(&armour(&foreign)),
        BadCertificate::Packet { place: 6, .. }
    ));
    let (secret, _) = key_of("Reader <reader@kaihin.example>", KeyVersion::V4);
    let private = secret.to_armored_string(ArmorOptions::default()).unwrap();
    assert!(matches!(read(&private), BadCertificate::Private(1)));
    let hidden = private.replace("PRIVATE", "PUBLIC");
    assert!(matches!(read(&hidden), BadCertificate::Private(1)));
    // Signatures of others' keys do not bind: a subkey under another key is none of it.
    let user_at = soc.len();
    let mut flipped = soc.clone();
    flipped[user_at / 2] ^= 1;
    if let Ok(read) = Certificate::read(&armour(&flipped)) {
        assert!(read.standing(at("2026-11-25T00:00:00Z")).is_err());
    }
}

#[test]
fn a_key_that_cannot_be_used_is_not_taken() {
    let label = || Line::parse("label", "SOC").unwrap();
    let now = at("2026-11-25T00:00:00Z");
    assert!(openpgp::accept("key", label(), SOC, now).is_ok());
    for (text, key) in [
        (EXPIRED, "openpgp-expired"),
        (REVOKED, "openpgp-revoked"),
        (SIGNER, "openpgp-no-subkey"),
        (WEAK, "openpgp-weak"),
        (SHA1, "openpgp-weak"),
        ("hello", "openpgp-neither"),
    ] {
        match openpgp::accept("key", label(), text, now) {
            Err(WorldError::Invalid {
                field, key: said, ..
            }) => {
                assert_eq!((field.as_str(), said), ("key", key));
            }
            other => panic!("{other:?}"),
        }
    }
}

/// A key pair made now: the private half and the armoured public one.
pub(crate) fn key_of(user: &str, version: KeyVersion) -> (SignedSecretKey, String) {
    let v6 = version == KeyVersion::V6;
    let mut subkey = SubkeyParamsBuilder::default();
    subkey
        .version(version)
        .key_type(if v6 {
            KeyType::X25519
        } else {
            KeyType::ECDH(ECCCurve::Curve25519Legacy)
        })
        .can_encrypt(EncryptionCaps::All);
    let mut builder = SecretKeyParamsBuilder::default();
    builder
        .version(version)
        .key_type(if v6 {
            KeyType::Ed25519
        } else {
            KeyType::Ed25519Legacy
        })
        .can_certify(true)
        .can_sign(true)
        .feature_seipd_v2(v6)
        .primary_user_id(user.to_owned())
        .subkey(subkey.build().unwrap());
    let secret = builder.build().unwrap().generate(Random).unwrap();
    let public = secret.to_public_key();
    let armoured = public.to_armored_string(ArmorOptions::default()).unwrap();
    (secret, armoured)
}

pub(crate) struct Random;

impl RngCore for Random {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }
    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }
    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        kaname_kernel::Rng::fill(&SystemRng, buffer);
    }
    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(buffer);
        Ok(())
    }
}

impl CryptoRng for Random {}

/// The armoured message of a PGP/MIME mail.
fn armoured(message: &str) -> &str {
    assert!(message.contains("multipart/encrypted"), "{message}");
    assert!(message.contains("protocol=\"application/pgp-encrypted\""));
    assert!(message.contains("Version: 1"));
    let from = message.find("-----BEGIN PGP MESSAGE-----").unwrap();
    let end = "-----END PGP MESSAGE-----";
    let to = message.find(end).unwrap() + end.len();
    &message[from..to]
}

fn opened(message: &str, key: &SignedSecretKey) -> Option<String> {
    let (sealed, _) = Message::from_string(armoured(message)).unwrap();
    let mut open = sealed.decrypt(&Password::empty(), key).ok()?;
    Some(String::from_utf8(open.as_data_vec().unwrap()).unwrap())
}

/// The texts of a MIME entity: its base64 and quoted parts read.
fn texts(entity: &str) -> String {
    let mail = mail_text(entity);
    mail.replace("=\r\n", "")
}

fn mail_text(entity: &str) -> String {
    let mut out = String::new();
    for part in entity.split("\r\n\r\n") {
        let packed: String = part
            .lines()
            .take_while(|line| !line.starts_with("--"))
            .collect();
        match STANDARD.decode(&packed) {
            Ok(bytes) if !packed.is_empty() => out.push_str(&String::from_utf8_lossy(&bytes)),
            _ => out.push_str(part),
        }
        out.push('\n');
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn amber_goes_whole_to_a_party_with_a_key_and_to_nobody_else() {
    let s = setting().await;
    let member = s.nation.member.party;
    s.tell(member, "soc@kaihin.example", Cadence::Immediate)
        .await;
    let (ours, public) = key_of("SOC desk <soc@kaihin.example>", KeyVersion::V4);
    let (other, _) = key_of("Someone <else@kaihin.example>", KeyVersion::V4);
    s.give_keys(member, &[&public]).await;
    let item = story::released_as(&s.nation, |draft| {
        draft.tlp = Tlp::AmberStrict;
        draft.named.parties = vec![member];
    })
    .await;
    s.work().await;
    let mails = s.sink.mails();
    assert_eq!(mails.len(), 1);
    let title = &item.state.content.title.ja;
    let message = &mails[0].message;
    assert!(!message.contains(title) && !texts(message).contains(title));
    assert!(message.contains(&format!("Subject: notice {}", item.state.number)));
    let plain = opened(message, &ours).unwrap();
    assert!(texts(&plain).contains(title), "{plain}");
    assert!(plain.contains("multipart/alternative") && plain.contains("protected-headers=\"v1\""));
    assert!(opened(message, &other).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_of_the_new_form_get_authenticated_encryption() {
    let (ours, public) = key_of("New <new@kaihin.example>", KeyVersion::V6);
    let read = Certificate::read(&public).unwrap();
    let now = SystemClock.now() + jiff::SignedDuration::from_hours(1);
    let sealed = openpgp::seal(&[read], b"TLP:AMBER".to_vec(), now, &SystemRng).unwrap();
    let (message, _) = Message::from_string(&sealed).unwrap();
    let mut open = message.decrypt(&Password::empty(), &ours).unwrap();
    assert_eq!(open.as_data_vec().unwrap(), b"TLP:AMBER");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_usable_key_the_notice_goes_out() {
    let s = setting().await;
    let member = s.nation.member.party;
    s.tell(member, "soc@kaihin.example", Cadence::Immediate)
        .await;
    // Straight into the directory: keys that were good when they were given.
    s.give_keys(member, &[EXPIRED, REVOKED, SIGNER, WEAK, SHA1])
        .await;
    let item = story::released_as(&s.nation, |draft| {
        draft.tlp = Tlp::Amber;
        draft.named.parties = vec![member];
    })
    .await;
    s.work().await;
    let mails = s.sink.mails();
    assert_eq!(mails.len(), 1);
    assert!(!mails[0].message.contains("multipart/encrypted"));
    assert!(!texts(&mails[0].message).contains(&item.state.content.title.ja));
}

#[tokio::test(flavor = "multi_thread")]
async fn red_goes_to_the_named_persons_own_key_never_to_the_partys() {
    let s = setting().await;
    let member = s.nation.member.clone();
    s.tell(member.party, "soc@kaihin.example", Cadence::Immediate)
        .await;
    let (desk, desk_public) = key_of("SOC desk <soc@kaihin.example>", KeyVersion::V4);
    s.give_keys(member.party, &[&desk_public]).await;
    let caller = s.nation.caller(&member).await;
    let world = &s.nation.world;
    let mail = "duty@kaihin.example".parse().unwrap();
    world
        .describe_self(&caller, kaname_directory::Lang::Ja, Some(mail))
        .await
        .unwrap();
    let red = |number: usize| {
        let person = member.account;
        story::released_as(&s.nation, move |draft| {
            draft.tlp = Tlp::Red;
            draft.named.persons = vec![person];
            draft.title.ja = format!("限定 {number}");
        })
    };
    let first = red(1).await;
    s.work().await;
    let title = &first.state.content.title.ja;
    let mails = s.sink.mails();
    assert_eq!(mails.len(), 1, "a notice to the person");
    assert_eq!(mails[0].to, "duty@kaihin.example");
    assert!(!mails[0].message.contains("multipart/encrypted"));
    assert!(!texts(&mails[0].message).contains(title));

    let (own, own_public) = key_of("Duty <duty@kaihin.example>", KeyVersion::V4);
    let caller = s.nation.caller(&member).await;
    world.set_own_key(&caller, &own_public).await.unwrap();
    let second = red(2).await;
    s.work().await;
    let mails = s.sink.mails();
    let message = &mails[1].message;
    let plain = opened(message, &own).unwrap();
    assert!(texts(&plain).contains(&second.state.content.title.ja));
    assert!(opened(message, &desk).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_is_encrypted_too() {
    let s = setting().await;
    let member = s.nation.member.party;
    s.tell(member, "digest@kaihin.example", Cadence::Digest)
        .await;
    let (ours, public) = key_of("SOC <digest@kaihin.example>", KeyVersion::V4);
    s.give_keys(member, &[&public]).await;
    let item = story::released_as(&s.nation, |draft| {
        draft.tlp = Tlp::Amber;
        draft.named.parties = vec![member];
    })
    .await;
    s.work().await;
    s.nation.clock.advance(jiff::SignedDuration::from_hours(24));
    s.work().await;
    let mails = s.sink.mails();
    assert_eq!(mails.len(), 1);
    let plain = opened(&mails[0].message, &ours).unwrap();
    assert!(texts(&plain).contains(&item.state.content.title.ja));
}

/// GnuPG as a second reader, where the machine has it.
#[test]
fn gnupg_reads_what_is_sealed() {
    let home = tempfile::tempdir().unwrap();
    let gpg = |arguments: &[&str], input: &[u8]| -> Option<Vec<u8>> {
        let mut child = Command::new("gpg")
            .args(["--homedir", home.path().to_str()?, "--batch", "--quiet"])
            .args(["--pinentry-mode", "loopback", "--passphrase", ""])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(input).ok()?;
        let done = child.wait_with_output().ok()?;
        done.status.success().then_some(done.stdout)
    };
    assert!(
        gpg(&["--version"], b"").is_some(),
        "gpg is not installed; ./setup --test brings it"
    );
    let user = "Second reader <second@kaihin.example>";
    gpg(
        &["--quick-gen-key", user, "future-default", "default", "1d"],
        b"",
    )
    .unwrap();
    let listed = gpg(&["--with-colons", "--list-keys"], b"").unwrap();
    let listed = String::from_utf8(listed).unwrap();
    let now = SystemClock.now();
    let fingerprint = listed.lines().find(|line| line.starts_with("fpr:"));
    let fingerprint = fingerprint.and_then(|line| line.split(':').nth(9)).unwrap();
    let public = gpg(&["--armor", "--export", fingerprint], b"").unwrap();
    let key = Certificate::read(&String::from_utf8(public).unwrap()).unwrap();
    assert_eq!(key.fingerprint(), fingerprint);
    assert!(key.standing(now).unwrap().expires.is_some());
    let sealed = openpgp::seal(&[key], "要".into(), now, &SystemRng).unwrap();
    assert_eq!(
        gpg(&["--decrypt"], sealed.as_bytes()).unwrap(),
        "要".as_bytes()
    );
}
