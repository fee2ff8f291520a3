//! Parsers of the kernel.

use ed25519_dalek::SigningKey;
use kaname_kernel::checkpoint::Checkpoint;
use kaname_kernel::merkle::{Hash, verify_consistency, verify_inclusion};
use kaname_kernel::{MatterId, Pap, Role, Tlp};

/// What is read as a checkpoint is written and read as the same, and only its key opens it.
pub(crate) fn checkpoint(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let key = SigningKey::from_bytes(&[7; 32]);
    let stranger = SigningKey::from_bytes(&[8; 32]);
    assert!(
        Checkpoint::open(&text, &stranger.verifying_key()).is_err(),
        "signed by nobody"
    );
    let Ok(read) = Checkpoint::parse(&text) else {
        return;
    };
    let again = Checkpoint::parse(&read.body()).expect("what was read is written readably");
    assert_eq!(again, read);
    let signed = read.sign(&key);
    let opened = Checkpoint::open(&signed, &key.verifying_key()).expect("its own key opens it");
    assert_eq!(opened, read);
}

/// Words of the enumerations and ids.
pub(crate) fn words(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(id) = text.parse::<MatterId>() {
        assert_eq!(id.to_string().parse::<MatterId>().ok(), Some(id));
    }
    let _ = text.parse::<Tlp>();
    let _ = text.parse::<Pap>();
    let _ = text.parse::<Role>();
}

/// Proofs of any form are refused or hold, without end or panic.
pub(crate) fn proof(data: &[u8]) {
    let number = |at: usize| -> u64 {
        let bytes = data.get(at..at + 8).and_then(|eight| eight.try_into().ok());
        bytes.map_or(
            u64::from(data.get(at).copied().unwrap_or(0)),
            u64::from_le_bytes,
        )
    };
    let rest = data.get(16..).unwrap_or_default();
    let hashes: Vec<Hash> = rest
        .chunks_exact(32)
        .filter_map(|hash| hash.try_into().ok())
        .collect();
    let (first, last) = (
        hashes.first().copied().unwrap_or([0; 32]),
        hashes.last().copied().unwrap_or([0; 32]),
    );
    let _ = verify_inclusion(first, number(0), number(8), &hashes, &last);
    let _ = verify_consistency((number(0), &first), (number(8), &last), &hashes);
}

/// Folding twice is folding once.
pub(crate) fn fold(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let folded = kaname_kernel::fold::fold(&text);
    assert_eq!(kaname_kernel::fold::fold(&folded), folded);
    let _ = kaname_kernel::fold::tokens(&text);
}
