//! Events sealed, opened, redacted, changed.

use jiff::Timestamp;
use kaname_kernel::{
    Actor, Event, FixedClock, Header, Id, SealedEvent, SeededRng, event::EventError,
    merkle::leaf_hash, seal::SecretKey,
};
use proptest::prelude::*;

fn sample(text: &str) -> (Event, SecretKey, SeededRng) {
    let rng = SeededRng::new(1);
    let clock = FixedClock::at(Timestamp::from_second(1_795_000_000).unwrap());
    let event = Event {
        header: Header {
            id: Id::fresh(&clock, &rng),
            matter: Id::fresh(&clock, &rng),
            matter_kind: "report".to_owned(),
            version: 3,
            kind: "submitted".to_owned(),
            recorded: Timestamp::from_second(1_795_000_000).unwrap(),
        },
        actor: Actor::sealed(Id::random(&rng)),
        occurred: Timestamp::from_second(1_794_000_000).unwrap(),
        uncertainty_s: 3_600,
        data: serde_json::json!({ "text": text }),
    };
    (event, SecretKey::generate(&rng), rng)
}

fn sealed(text: &str) -> (SealedEvent, Event, SecretKey) {
    let (event, key, rng) = sample(text);
    (event.seal(&key, &rng).unwrap(), event, key)
}

proptest! {
    #[test]
    fn what_was_sealed_opens_the_same(text in ".{0,200}") {
        let (sealed, event, key) = sealed(&text);
        prop_assert_eq!(sealed.leaf_hash(), leaf_hash(&sealed.leaf_bytes()));
        prop_assert!(sealed.opens(&key).is_ok());
        prop_assert_eq!(sealed.open(&key).unwrap(), event);
    }

    #[test]
    fn a_changed_byte_changes_the_leaf_and_does_not_open(at in 0usize..400, bit in 0u8..8) {
        let (mut sealed, _, key) = sealed("みなと電力");
        let leaf = sealed.leaf_hash();
        let at = at % sealed.cipher.len();
        sealed.cipher[at] ^= 1 << bit;
        prop_assert_ne!(sealed.leaf_hash(), leaf);
        prop_assert!(matches!(sealed.open(&key), Err(EventError::Sealed(..))));
    }
}

#[test]
fn a_header_cannot_be_moved_to_another_payload() {
    let (mut sealed, _, key) = sealed("x");
    sealed.header.version = 4;
    assert!(matches!(sealed.open(&key), Err(EventError::Sealed(..))));
}

#[test]
fn redaction_destroys_the_payload_and_keeps_the_leaf() {
    let (mut sealed, _, key) = sealed("secret");
    let leaf = sealed.leaf_hash();
    sealed.wrapped_key = None;
    assert_eq!(sealed.leaf_hash(), leaf);
    assert!(matches!(sealed.open(&key), Err(EventError::Redacted(_))));
}

#[test]
fn a_guessed_payload_cannot_be_confirmed_from_the_leaf() {
    // The same event sealed twice has two ciphertexts: hashing a guess proves nothing.
    let (event, key, rng) = sample("みなと電力");
    let once = event.seal(&key, &rng).unwrap();
    let again = event.seal(&key, &rng).unwrap();
    assert_ne!(once.leaf_hash(), again.leaf_hash());
}

#[test]
fn an_oversized_payload_is_refused() {
    let (mut event, key, rng) = sample("");
    event.data = serde_json::json!("x".repeat(5 * 1024 * 1024));
    assert!(matches!(
        event.seal(&key, &rng),
        Err(EventError::TooLarge(_))
    ));
}
