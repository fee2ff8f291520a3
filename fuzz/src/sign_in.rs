//! Parsers of what signs someone in.

use kaname_world::sign_in::{oidc::reads_as_id_token, passkey::reads_as_passkey};
use serde_json::{Value, json};

/// CBOR of a passkey; nothing that is made up is taken as shown.
pub(crate) fn passkey(data: &[u8]) {
    let shown = reads_as_passkey(data).expect("the site has a name");
    assert!(!shown, "a passkey was shown that nobody holds");
}

/// ID tokens; nobody has the private key of this set.
pub(crate) fn id_token(data: &[u8]) {
    let key = json!({
        "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "k",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let set: Value = json!({ "keys": [key] });
    let text = String::from_utf8_lossy(data);
    assert!(
        !reads_as_id_token(&text, &set),
        "a token was taken that nobody signed"
    );
}
