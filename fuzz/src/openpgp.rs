//! The reader of OpenPGP keys.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kaname_world::openpgp::Certificate;

/// Packets as they are, and put into armour, so that the mutator reaches both.
pub(crate) fn key(data: &[u8]) {
    read(&String::from_utf8_lossy(data));
    let body = STANDARD.encode(data);
    read(&format!(
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{body}\n-----END PGP PUBLIC KEY BLOCK-----\n"
    ));
}

fn read(text: &str) {
    let Ok(read) = Certificate::read(text) else {
        return;
    };
    assert!(!read.fingerprint().is_empty());
    for user in read.user_ids() {
        assert!(!user.chars().any(char::is_control), "{user:?}");
    }
    for seconds in [0, 1_790_000_000, 1 << 37] {
        let at = jiff::Timestamp::from_second(seconds).unwrap();
        if let Ok(standing) = read.standing(at) {
            assert!(standing.expires.is_none_or(|end| end > at));
        }
    }
}
