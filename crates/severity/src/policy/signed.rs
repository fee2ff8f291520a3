//! Detached signatures over the exact bytes of a policy file.

use std::collections::HashSet;

use ed25519_dalek::{Signature as Ed25519, VerifyingKey};

use super::{Policy, Status, read};
use crate::{
    fields::Fields,
    flaw::{Fault, Flaw},
};

/// A person who may sign policies, with an Ed25519 public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// Who.
    pub person: String,
    /// The public key.
    pub key: [u8; 32],
}

/// A person's Ed25519 signature over a policy file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Who.
    pub person: String,
    /// The signature.
    pub signature: [u8; 64],
}

/// Longest file of signers or signatures, in bytes.
const LONGEST: usize = 64 << 10;

impl Signer {
    /// Reads `schema = "kaname.severity-signers/1"` with `[[signer]] person, key` (hexadecimal).
    ///
    /// # Errors
    /// The first fault, with its line.
    pub fn read(text: &str) -> Result<Vec<Self>, Flaw> {
        let signers = entries(text, "signer", "key", "kaname.severity-signers/1");
        let signers = signers.map_err(|fault| fault.in_text(text))?;
        Ok(signers
            .into_iter()
            .map(|(person, key)| Self { person, key })
            .collect())
    }
}

impl Signature {
    /// Reads `schema = "kaname.severity-signatures/1"` with `[[signature]] person, signature`
    /// (hexadecimal).
    ///
    /// # Errors
    /// The first fault, with its line.
    pub fn read(text: &str) -> Result<Vec<Self>, Flaw> {
        let schema = "kaname.severity-signatures/1";
        let signatures = entries(text, "signature", "signature", schema);
        let signatures = signatures.map_err(|fault| fault.in_text(text))?;
        let made = |(person, signature)| Self { person, signature };
        Ok(signatures.into_iter().map(made).collect())
    }
}

fn entries<const N: usize>(
    text: &str,
    list: &str,
    bytes: &str,
    schema: &str,
) -> Result<Vec<(String, [u8; N])>, Fault> {
    let whole = read::document(text, LONGEST)?;
    let file = Fields::new(whole.get_ref(), whole.span(), &["schema", list])?;
    read::schema(&file, schema)?;
    let mut entries = Vec::new();
    for entry in file.list_if_there(list)? {
        let entry = Fields::of(entry, list, &["person", bytes])?;
        let mut read = [0; N];
        hex::decode_to_slice(entry.text(bytes)?, &mut read)
            .map_err(|_| entry.fault(bytes, format!("must be {N} bytes in hexadecimal")))?;
        entries.push((entry.text("person")?.to_owned(), read));
    }
    Ok(entries)
}

/// A file in force carries the signatures it asks for; other files need none.
pub(super) fn check(
    policy: &Policy,
    text: &str,
    signatures: &[Signature],
    signers: &[Signer],
) -> Result<(), Flaw> {
    if policy.status != Status::InForce {
        return Ok(());
    }
    let mut persons = HashSet::new();
    let mut keys = HashSet::new();
    for given in signatures {
        let signature = Ed25519::from_bytes(&given.signature);
        let holds = |signer: &&Signer| {
            signer.person == given.person
                && VerifyingKey::from_bytes(&signer.key)
                    .is_ok_and(|key| key.verify_strict(text.as_bytes(), &signature).is_ok())
        };
        if let Some(signer) = signers.iter().find(holds)
            && !keys.contains(&signer.key)
            && persons.insert(signer.person.as_str())
        {
            keys.insert(signer.key);
        }
    }
    if persons.len() >= policy.signatures_needed {
        return Ok(());
    }
    let at = text.find("\nstatus").map_or(0, |byte| byte + 1);
    let reason = format!(
        "is `in_force`, which needs {} signatures of different persons over these bytes; {} hold",
        policy.signatures_needed,
        persons.len()
    );
    Err(Fault::new(&(at..at), "status", reason).in_text(text))
}
