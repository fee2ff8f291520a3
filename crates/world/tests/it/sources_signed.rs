//! Signatures of a CSAF provider's documents: a wrong one is never taken, a missing one as was agreed.

use kaname_sharing::source::why;
use kaname_testkit::Nation;
use kaname_world::openpgp::Certificate;
use pgp::{
    composed::{ArmorOptions, DetachedSignature, SignedSecretKey},
    crypto::hash::HashAlgorithm,
    types::{KeyVersion, Password},
};
use serde_json::json;

use crate::{
    openpgp::{Random, key_of},
    sources::{joined, source, turn, worker},
    sources_csaf::{Files, METADATA, advisory, directory, path, provider_terms, reports, serving},
    taxii_sink::Reply,
};

fn signature(key: &SignedSecretKey, hash: HashAlgorithm, bytes: &[u8]) -> String {
    let primary = &key.primary_key;
    let made =
        DetachedSignature::sign_binary_data(Random, primary, &Password::empty(), hash, bytes);
    made.unwrap()
        .to_armored_string(ArmorOptions::default())
        .unwrap()
}

/// A provider with a key of that fingerprint and documents that are signed well, wrongly in four ways, and not at all.
fn served(at: &str, (key, public, fingerprint): (&SignedSecretKey, &str, &str)) -> Files {
    let all: Vec<(u32, u32)> = (0..6).map(|n| (n, n + 10)).collect();
    let mut files = directory(at, &all);
    let (stranger, _) = key_of("Stranger <x@other.example>", KeyVersion::V4);
    let body = |n: u32| advisory(n, n + 10).to_string();
    let sound = HashAlgorithm::Sha256;
    for (n, file) in [
        (0, signature(key, sound, body(0).as_bytes())),
        (1, signature(key, sound, body(0).as_bytes())),
        (2, signature(&stranger, sound, body(2).as_bytes())),
        (3, "nonsense".to_owned()),
        (4, public.to_owned()),
    ] {
        files.insert(format!("/csaf/{}.asc", path(n)), Reply::of(200, file));
    }
    files.insert("/openpgp.asc".to_owned(), Reply::of(200, public));
    let metadata = json!({
        "canonical_url": "https://vendor.example/.well-known/csaf/provider-metadata.json",
        "metadata_version": "2.0", "role": "csaf_trusted_provider", "last_updated": "2026-05-01T00:00:00Z",
        "publisher": { "category": "vendor", "name": "Vendor PSIRT", "namespace": "https://vendor.example" },
        "distributions": [{ "directory_url": format!("http://{at}/csaf") }],
        "public_openpgp_keys": [{ "fingerprint": fingerprint, "url": format!("http://{at}/openpgp.asc") }],
    });
    files.insert(METADATA.to_owned(), Reply::of(200, metadata));
    files
}

#[tokio::test]
async fn a_wrong_signature_is_never_taken_and_a_missing_one_as_was_agreed() {
    let (key, public) = key_of("PSIRT <psirt@vendor.example>", KeyVersion::V4);
    let own = Certificate::read(&public).unwrap().fingerprint();
    for (fingerprint, signed, taken, refused) in [
        (own.to_lowercase(), false, 2, 4),
        (own.to_lowercase(), true, 1, 5),
        // A key of another fingerprint is no key: then nothing can be checked.
        ("0".repeat(40), false, 6, 0),
        ("0".repeat(40), true, 0, 6),
    ] {
        let nation = Nation::new().await;
        let (key, public, named) = (key.clone(), public.clone(), fingerprint.clone());
        let sink = serving(move |at, _| served(at, (&key, &public, &named))).await;
        let mut terms = provider_terms(&sink);
        terms.form.signed = signed;
        joined(&nation, terms).await;
        turn(&nation, &worker(&nation)).await;
        let told = source(&nation).await;
        let case = format!("{fingerprint} {signed}: {told:?}");
        assert_eq!(
            (reports(&nation).await, told.refused),
            (taken, refused),
            "{case}"
        );
        let why = |words: &str| {
            let all = told.unlisted.iter();
            all.filter(|one| one.why.contains(words)).count()
        };
        let is_key = fingerprint.len() == own.len() && fingerprint != "0".repeat(40);
        assert_eq!(
            why("not one over these bytes"),
            usize::from(is_key),
            "{case}"
        );
        assert_eq!(why("none of the keys"), usize::from(is_key), "{case}");
        assert_eq!(why("holds none"), 2 * usize::from(is_key), "{case}");
        assert_eq!(why(why::NO_KEY), usize::from(!is_key), "{case}");
        let unsigned = if signed {
            why::UNSIGNED_REFUSED
        } else {
            why::UNSIGNED
        };
        assert!(why(unsigned) > 0, "{case}");
    }
}

#[tokio::test]
async fn a_document_alone_has_no_key_and_a_key_that_is_late_ends_the_turn() {
    let (key, public) = key_of("PSIRT <psirt@vendor.example>", KeyVersion::V4);
    let own = Certificate::read(&public).unwrap().fingerprint();
    let nation = Nation::new().await;
    let sink = serving(move |at, _| {
        let mut files = served(at, (&key, &public, &own));
        files.insert("/openpgp.asc".to_owned(), Reply::of(503, ""));
        files
    })
    .await;
    joined(&nation, provider_terms(&sink)).await;
    turn(&nation, &worker(&nation)).await;
    let told = source(&nation).await;
    assert_eq!(
        reports(&nation).await,
        0,
        "nothing is taken as unsigned meanwhile"
    );
    let trouble = told.turns.trouble.unwrap();
    assert_eq!(trouble.code().as_deref(), Some("answered"), "{trouble}");

    let nation = Nation::new().await;
    let sink = serving(|_, _| {
        let only = Reply::of(200, advisory(1, 11));
        [("/one.json".to_owned(), only)].into()
    })
    .await;
    let mut terms = provider_terms(&sink);
    terms.url = Some(format!("http://{}/one.json", sink.address));
    terms.form.signed = true;
    joined(&nation, terms).await;
    turn(&nation, &worker(&nation)).await;
    let trouble = source(&nation).await.turns.trouble.unwrap();
    assert_eq!(trouble.code().as_deref(), Some("signature"), "{trouble}");
    assert_eq!(reports(&nation).await, 0);
}
