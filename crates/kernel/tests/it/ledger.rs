//! RFC 6962 trees against a naive recursive reading of the text, and checkpoints under attack.

use ed25519_dalek::SigningKey;
use kaname_kernel::{
    checkpoint::{Checkpoint, CheckpointError, verifier_line},
    merkle::{
        self, Frontier, Hash, consistency, inclusion, leaf_hash, node_hash, verify_consistency,
        verify_inclusion,
    },
};
use proptest::prelude::*;

/// MTH(D[n]) as RFC 6962 §2.1 words it.
fn naive(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => merkle::empty_root(),
        [one] => *one,
        many => {
            let split = many.len().next_power_of_two() / 2;
            node_hash(&naive(&many[..split]), &naive(&many[split..]))
        }
    }
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

proptest! {
    #[test]
    fn frontier_has_the_root_of_the_definition(count in 0usize..200) {
        let all = leaves(count);
        let mut frontier = Frontier::default();
        for leaf in &all {
            frontier.push(*leaf);
        }
        prop_assert_eq!(frontier.root(), naive(&all));
        let again = Frontier::from_peaks(frontier.size(), frontier.peaks().to_vec()).unwrap();
        prop_assert_eq!(again.root(), frontier.root());
    }

    #[test]
    fn every_leaf_is_proved_and_no_other_is(count in 1usize..120, at in 0usize..120, bit in 0usize..256) {
        let all = leaves(count);
        let at = at % count;
        let (index, size) = (at as u64, count as u64);
        let root = naive(&all);
        let Ok(proof) = inclusion(&mut all.as_slice(), index, size);
        prop_assert!(verify_inclusion(all[at], index, size, &proof, &root));
        let mut flipped = all[at];
        flipped[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!verify_inclusion(flipped, index, size, &proof, &root));
        prop_assert!(!verify_inclusion(all[at], index + 1, size, &proof, &root));
        let longer = [proof.as_slice(), &[root]].concat();
        prop_assert!(!verify_inclusion(all[at], index, size, &longer, &root));
        if let [short @ .., _] = proof.as_slice() {
            prop_assert!(!verify_inclusion(all[at], index, size, short, &root));
        }
    }

    #[test]
    fn a_longer_log_is_consistent_and_a_rewritten_one_is_not(old in 1usize..100, more in 0usize..100, at in 0usize..100) {
        let all = leaves(old + more);
        let (before, after) = (naive(&all[..old]), naive(&all));
        let (old_size, new_size) = (old as u64, (old + more) as u64);
        let Ok(proof) = consistency(&mut all.as_slice(), old_size, new_size);
        prop_assert!(verify_consistency((old_size, &before), (new_size, &after), &proof));
        let mut rewritten = all.clone();
        rewritten[at % old] = leaf_hash(b"another past");
        let other = naive(&rewritten);
        let Ok(forged) = consistency(&mut rewritten.as_slice(), old_size, new_size);
        prop_assert!(!verify_consistency((old_size, &before), (new_size, &other), &forged));
    }

    #[test]
    fn checkpoint_reading_never_panics(note in ".{0,400}") {
        let _ = Checkpoint::parse(&note);
        let key = SigningKey::from_bytes(&[7; 32]);
        prop_assert!(Checkpoint::open(&note, &key.verifying_key()).is_err());
    }
}

fn sample() -> (Checkpoint, SigningKey) {
    let checkpoint = Checkpoint {
        origin: "kaname.example/ledger".to_owned(),
        size: 42,
        root: naive(&leaves(42)),
    };
    (checkpoint, SigningKey::from_bytes(&[7; 32]))
}

#[test]
fn a_signed_checkpoint_opens_and_any_changed_byte_shuts_it() {
    let (checkpoint, key) = sample();
    let note = checkpoint.sign(&key);
    assert_eq!(
        Checkpoint::open(&note, &key.verifying_key()).unwrap(),
        checkpoint
    );
    for at in 0..note.len() {
        let mut bytes = note.clone().into_bytes();
        bytes[at] ^= 1;
        if let Ok(changed) = String::from_utf8(bytes) {
            let opened = Checkpoint::open(&changed, &key.verifying_key());
            assert!(opened.is_err(), "byte {at} changed unnoticed");
        }
    }
}

#[test]
fn another_key_or_another_log_is_refused() {
    let (checkpoint, key) = sample();
    let note = checkpoint.sign(&key);
    let other = SigningKey::from_bytes(&[8; 32]);
    let refused = Checkpoint::open(&note, &other.verifying_key());
    assert!(matches!(refused, Err(CheckpointError::Signature(_))));
    let moved = note.replace("kaname.example", "another.example");
    assert!(Checkpoint::open(&moved, &key.verifying_key()).is_err());
}

#[test]
fn a_witness_may_add_its_signature() {
    let (checkpoint, key) = sample();
    let note = format!(
        "{}\u{2014} witness.example AAAAAAAA\n",
        checkpoint.sign(&key)
    );
    assert!(Checkpoint::open(&note, &key.verifying_key()).is_ok());
}

#[test]
fn the_verifier_line_has_the_form_of_a_signed_note_key() {
    let (_, key) = sample();
    let line = verifier_line("kaname.example/ledger", &key.verifying_key());
    let parts: Vec<&str> = line.split('+').collect();
    assert_eq!(parts.first(), Some(&"kaname.example/ledger"));
    assert_eq!(parts.get(1).map(|hash| hash.len()), Some(8));
}
