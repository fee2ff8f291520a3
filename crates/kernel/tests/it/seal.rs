//! The cipher's own bytes: the draft's example, and another library's.

use chacha20poly1305::{
    XChaCha20Poly1305,
    aead::{Aead, KeyInit, Payload},
};
use kaname_kernel::{
    Rng, SeededRng,
    seal::{DoesNotOpen, SecretKey},
};
use proptest::prelude::*;

/// Gives the same bytes again and again, so that a nonce can be chosen.
struct Nonce([u8; 24]);

impl Rng for Nonce {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0[..bytes.len()]);
    }
}

/// draft-irtf-cfrg-xchacha-03, appendix A.3.1: key, nonce, additional data, plaintext and tag.
#[test]
fn the_drafts_example_gives_the_drafts_tag() {
    let key = SecretKey::from_bytes(std::array::from_fn(|i| 0x80 + i as u8));
    let nonce = std::array::from_fn(|i| 0x40 + i as u8);
    let context = hex::decode("50515253c0c1c2c3c4c5c6c7").unwrap();
    let plain =
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
        future, sunscreen would be it.";
    let sealed = key.seal(&Nonce(nonce), &context, plain);
    let tag = &sealed[sealed.len() - 16..];
    assert_eq!(hex::encode(tag), "c0875924c1c7987947deafd8780acf49");
    assert_eq!(hex::encode(&sealed[24..32]), "bd6d179d3e83d43b");
    assert_eq!(key.open(&context, &sealed).unwrap(), plain);
}

proptest! {
    #[test]
    fn another_library_writes_the_same_bytes(
        seed: u64,
        nonce: [u8; 24],
        context in proptest::collection::vec(any::<u8>(), 0..200),
        plain in proptest::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let key = SecretKey::generate(&SeededRng::new(seed));
        let other = XChaCha20Poly1305::new(key.expose().into());
        let payload = Payload { msg: &plain, aad: &context };
        let theirs = other.encrypt(&nonce.into(), payload).unwrap();
        let ours = key.seal(&Nonce(nonce), &context, &plain);
        prop_assert_eq!(&ours[24..], theirs);
        prop_assert_eq!(key.open(&context, &ours).unwrap(), plain);
    }

    #[test]
    fn what_was_cut_does_not_open(keep in 0usize..56) {
        let rng = SeededRng::new(1);
        let key = SecretKey::generate(&rng);
        let sealed = key.seal(&rng, b"", b"sixteen letters.");
        prop_assert_eq!(key.open(b"", &sealed[..keep.min(sealed.len() - 1)]), Err(DoesNotOpen));
    }
}
