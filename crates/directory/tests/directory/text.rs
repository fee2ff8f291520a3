//! Text from outside is bounded and folded.

use kaname_directory::{
    Code, Domain, Line, Login, MailAddress, Minted, Network, Paragraph, PublicKey, Scope, Why, key,
};
use kaname_kernel::SeededRng;
use proptest::prelude::*;

#[test]
fn codes_and_logins_are_folded() {
    assert_eq!("ＡＯＢＡ-1".parse::<Code>().unwrap().as_str(), "aoba-1");
    assert_eq!(
        " Ｔanaka.01@Example ".parse::<Login>().unwrap().as_str(),
        "tanaka.01@example"
    );
    for wrong in ["a", "-ab", "ab-", "a b", "é1", &"a".repeat(41)] {
        assert!(wrong.parse::<Code>().is_err(), "{wrong}");
    }
    for wrong in ["a", "a b", "a\u{202e}b", "a/b", &"a".repeat(65)] {
        assert!(wrong.parse::<Login>().is_err(), "{wrong}");
    }
    assert!("item.release".parse::<Scope>().is_ok() && "release".parse::<Scope>().is_err());
}

#[test]
fn an_error_names_field_problem_and_limit() {
    let error = Line::parse("party.name", &"長".repeat(201)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "party.name: is too long (limit: 1 to 200 characters on one line)"
    );
}

#[test]
fn names_carry_no_control_or_direction_characters() {
    for wrong in [
        "",
        "  ",
        "a\nb",
        "a\u{0}b",
        "a\u{202e}b",
        "a\u{feff}b",
        "a\u{2066}b",
    ] {
        assert!(wrong.parse::<Line>().is_err(), "{wrong:?}");
    }
    assert_eq!(
        "一行目\r\n二行目".parse::<Paragraph>().unwrap().as_str(),
        "一行目\n二行目"
    );
    assert!("a\u{1b}[31m".parse::<Paragraph>().is_err());
}

#[test]
fn addresses_are_canonical() {
    let domain = |text: &str| text.parse::<Domain>().map(|d| d.as_str().to_owned());
    assert_eq!(domain("*.Aoba.Example.JP.").unwrap(), "aoba.example.jp");
    assert_eq!(domain("青葉電力.jp").unwrap(), "xn--tfrz96iizl5ja.jp");
    for wrong in ["localhost", "192.0.2.1", "a..b", "", "a b.jp", "jp", "@.jp"] {
        assert!(domain(wrong).is_err(), "{wrong}");
    }
    let network = |text: &str| text.parse::<Network>().map(|n| n.as_str().to_owned());
    assert_eq!(network("192.0.2.77/24").unwrap(), "192.0.2.0/24");
    assert_eq!(network("2001:DB8::1/32").unwrap(), "2001:db8::/32");
    assert_eq!(network("192.0.2.7").unwrap(), "192.0.2.7/32");
    assert_eq!(network("2001:db8::7").unwrap(), "2001:db8::7/128");
    for wrong in [
        "0.0.0.0/0",
        "::/0",
        "192.0.2.0/33",
        "192.0.2.0/",
        "192.0.2.0/+8",
        "x",
        "2001:db8::/129",
    ] {
        assert!(network(wrong).is_err(), "{wrong}");
    }
    let mail = |text: &str| text.parse::<MailAddress>().map(|m| m.as_str().to_owned());
    assert_eq!(mail("Csirt@AOBA.example").unwrap(), "Csirt@aoba.example");
    for wrong in [
        "a@b@c.jp",
        "a b@c.jp",
        "a\r\nBcc: x@c.jp",
        "@c.jp",
        "a@",
        "a,b@c.jp",
    ] {
        assert!(mail(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_private_key_is_never_taken_for_a_public_one() {
    let label: Line = "csirt".parse().unwrap();
    let public =
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxsB\n-----END PGP PUBLIC KEY BLOCK-----\n";
    assert!(PublicKey::parse(label.clone(), public).is_ok());
    let private = public.replace("PUBLIC KEY", "PRIVATE KEY");
    for wrong in [private.as_str(), "x", "", &"x".repeat(70_000)] {
        assert!(PublicKey::parse(label.clone(), wrong).is_err());
    }
}

#[test]
fn a_token_leads_to_its_key_by_prefix() {
    let minted = Minted::new(&SeededRng::new(1));
    assert_eq!(key::prefix_of(&minted.token), Some(minted.prefix.as_str()));
    for wrong in [
        "",
        "kn_",
        "kn_日本語日本語",
        &minted.token[1..],
        &format!("{}x", minted.token),
    ] {
        assert_eq!(key::prefix_of(wrong), None, "{wrong}");
    }
}

proptest! {
    /// Whatever parses, parses again to itself, and nothing makes a parser fall over.
    #[test]
    fn parsing_is_stable(text in "\\PC{0,40}|[ -~]{0,60}|[a-z0-9.@/:-]{0,40}") {
        if let Ok(value) = text.parse::<Code>() { prop_assert_eq!(value.as_str().parse::<Code>().unwrap(), value); }
        if let Ok(value) = text.parse::<Login>() { prop_assert_eq!(value.as_str().parse::<Login>().unwrap(), value); }
        if let Ok(value) = text.parse::<Line>() { prop_assert_eq!(value.as_str().parse::<Line>().unwrap(), value); }
        if let Ok(value) = text.parse::<Domain>() { prop_assert_eq!(value.as_str().parse::<Domain>().unwrap(), value); }
        if let Ok(value) = text.parse::<Network>() { prop_assert_eq!(value.as_str().parse::<Network>().unwrap(), value); }
        if let Ok(value) = text.parse::<MailAddress>() { prop_assert_eq!(value.as_str().parse::<MailAddress>().unwrap(), value); }
    }
}

#[test]
fn every_reason_has_a_key_and_a_sentence_of_its_own() {
    let mut keys: Vec<&str> = Why::ALL.iter().map(|why| why.key()).collect();
    let mut sentences: Vec<String> = Why::ALL.iter().map(ToString::to_string).collect();
    keys.sort_unstable();
    keys.dedup();
    sentences.sort_unstable();
    sentences.dedup();
    assert_eq!(
        (keys.len(), sentences.len()),
        (Why::ALL.len(), Why::ALL.len())
    );
}
