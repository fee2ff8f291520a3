//! Warninglists are read within bounds, and a value is found by what each kind of list means.

use kaname_intake::{
    Kind,
    warning::{
        WarningError, WarningIndex, WarningKind, WarningLimits, WarningList, read_delegated,
        read_warning_list,
    },
};
use proptest::prelude::*;
use serde_json::json;

fn list(kind: WarningKind, types: &[&str], entries: &[&str]) -> WarningList {
    WarningList {
        name: "x".to_owned(),
        description: String::new(),
        version: 1,
        kind,
        identifies: false,
        types: types.iter().map(|one| (*one).to_owned()).collect(),
        entries: entries.iter().copied().collect(),
    }
}

fn finds(list: &WarningList, kind: Kind, value: &str) -> bool {
    WarningIndex::new([list]).find(kind, value) == [0]
}

#[test]
fn a_network_holds_addresses_and_smaller_networks_and_is_seen_within_a_wider_one() {
    let one = list(
        WarningKind::Cidr,
        &["ip-dst"],
        &["192.0.2.0/25", "2001:db8::/32", "8.8.8.8"],
    );
    for (kind, value, said) in [
        (Kind::Ipv4, "192.0.2.127", true),
        (Kind::Ipv4, "192.0.2.128", false),
        (Kind::Ipv4Cidr, "192.0.2.64/26", true),
        (Kind::Ipv4Cidr, "192.0.0.0/16", true),
        (Kind::Ipv4Cidr, "198.51.100.0/24", false),
        (Kind::Ipv6, "2001:db8:1::1", true),
        (Kind::Ipv6, "2001:db9::1", false),
        (Kind::Ipv4, "8.8.8.8", true),
        (Kind::Domain, "8.8.8.8", false),
    ] {
        assert_eq!(finds(&one, kind, value), said, "{value}");
    }
    let urls = list(WarningKind::Cidr, &[], &["192.0.2.0/25"]);
    assert!(finds(&urls, Kind::Url, "http://192.0.2.1/a"));
}

#[test]
fn a_name_stands_for_all_below_it_and_for_addresses_at_it() {
    let one = list(
        WarningKind::Hostname,
        &["domain", "url", "email"],
        &[".Example.com", "a.test"],
    );
    for (kind, value, said) in [
        (Kind::Domain, "example.com", true),
        (Kind::Domain, "cdn.example.com", true),
        (Kind::Domain, "notexample.com", false),
        (Kind::Url, "https://cdn.example.com/x?y", true),
        (Kind::Url, "https://example.com.evil.test/", false),
        (Kind::Email, "who@example.com", true),
        (Kind::Domain, "test", false),
    ] {
        assert_eq!(finds(&one, kind, value), said, "{value}");
    }
}

#[test]
fn texts_and_expressions() {
    let exact = list(
        WarningKind::String,
        &["md5"],
        &["D41D8CD98F00B204E9800998ECF8427E"],
    );
    assert!(finds(&exact, Kind::Md5, "d41d8cd98f00b204e9800998ecf8427e"));
    assert!(
        !finds(&exact, Kind::Sha1, "d41d8cd98f00b204e9800998ecf8427e"),
        "another type"
    );
    let within = list(WarningKind::Substring, &[], &["app.any.run"]);
    assert!(finds(&within, Kind::Url, "https://app.any.run/tasks/1"));
    let expression = list(WarningKind::Regex, &[], &["/^(abuse|noc)\\@.*\\..*$/i"]);
    assert!(finds(&expression, Kind::Email, "NOC@example.com"));
    assert!(!finds(&expression, Kind::Email, "tanaka@example.com"));
}

fn form(kind: &str, entries: &serde_json::Value) -> Vec<u8> {
    json!({ "name": "x", "version": 3, "type": kind, "list": entries })
        .to_string()
        .into_bytes()
}

#[test]
fn what_can_not_be_compared_is_named_with_its_place() {
    let read = |kind, entries: serde_json::Value| {
        read_warning_list(
            &form(kind, &entries),
            &WarningLimits {
                bytes: 1 << 20,
                entries: 20,
            },
        )
    };
    assert_eq!(read("cidr", json!(["192.0.2.0/24"])).unwrap().version, 3);
    for (kind, entries, at) in [
        ("cidr", json!(["192.0.2.0/24", "no network"]), 1),
        ("hostname", json!(["."]), 0),
        ("string", json!(["a", "b", " "]), 2),
        ("regex", json!(["(a"]), 0),
        ("regex", json!(["(a{1000}){1000}"]), 0),
    ] {
        let error = read(kind, entries).unwrap_err();
        assert!(
            matches!(error, WarningError::Entry { at: found, .. } if found == at),
            "{error}"
        );
    }
    let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    assert!(read("string", json!(many)).is_err());
    assert!(matches!(
        read("string", json!(["x".repeat(3_000)])),
        Err(WarningError::TooLong { .. })
    ));
    assert!(matches!(
        read("colour", json!([])),
        Err(WarningError::Form(_))
    ));
    let twice = br#"{"name":"a","name":"b","type":"cidr","list":[]}"#;
    assert!(matches!(
        read_warning_list(twice, &WarningLimits::default()),
        Err(WarningError::Json(_))
    ));
}

proptest! {
    /// Against the definition: a network is found when it lies within a listed one or the other way round.
    #[test]
    fn networks_are_found_as_defined(
        listed in proptest::collection::vec((any::<u32>(), 0u8..=32), 1..20),
        address: u32,
        length in 0u8..=32,
    ) {
        let masked = |address: u32, length: u8| {
            address & u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0)
        };
        let text = |(address, length): &(u32, u8)| {
            format!("{}/{length}", std::net::Ipv4Addr::from_bits(masked(*address, *length)))
        };
        let entries: Vec<String> = listed.iter().map(text).collect();
        let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
        let one = list(WarningKind::Cidr, &[], &entries);
        let overlap = listed.iter().any(|(other, other_length)| {
            let shorter = length.min(*other_length);
            masked(address, shorter) == masked(*other, shorter)
        });
        prop_assert_eq!(finds(&one, Kind::Ipv4Cidr, &text(&(address, length))), overlap);
    }

    #[test]
    fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_warning_list(&bytes, &WarningLimits::default());
    }
}

#[test]
fn a_countrys_ranges_are_read_out_of_a_registrys_statistics() {
    let text = "2|apnic|20261130|5|19830613|20261129|+1000\napnic|*|ipv4|*|4|summary\n\
        apnic|JP|ipv4|198.51.100.0|256|20110412|allocated|A9\napnic|JP|ipv4|192.0.2.64|96|20110412|assigned\n\
        apnic|AU|ipv4|203.0.113.0|256|20110412|allocated\napnic|JP|ipv4|203.0.113.0|256|20110412|reserved\n\
        apnic|JP|ipv6|2001:db8::|32|20110412|allocated|A9\napnic|JP|asn|64500|1|20110412|allocated\n";
    let read = |text: &str, country: &str| {
        read_delegated(text.as_bytes(), country, &WarningLimits::default())
    };
    let list = read(text, "jp").unwrap();
    assert_eq!(list.name, "Address ranges of JP (apnic)");
    assert_eq!((list.version, list.identifies), (20_261_130, true));
    let entries: Vec<&str> = list.entries.iter().collect();
    assert_eq!(
        entries,
        [
            "198.51.100.0/24",
            "192.0.2.64/26",
            "192.0.2.128/27",
            "2001:db8::/32"
        ]
    );
    let index = WarningIndex::new([&list]);
    assert_eq!(index.find(Kind::Ipv4, "192.0.2.130"), [0]);
    assert_eq!(index.find(Kind::Ipv4, "192.0.2.160"), [0; 0]);
    for (bad, country) in [
        ("", "JP"),
        ("{}", "JP"),
        (text, "Japan"),
        (text, "FR"),
        (
            "2|apnic|1|1|1|1|+0\napnic|JP|ipv4|255.255.255.0|512|1|allocated\n",
            "JP",
        ),
        (
            "2|apnic|1|1|1|1|+0\napnic|JP|ipv4|x|256|1|allocated\n",
            "JP",
        ),
        (
            "2|apnic|1|1|1|1|+0\napnic|JP|ipv6|::|200|1|allocated\n",
            "JP",
        ),
    ] {
        assert!(read(bad, country).is_err(), "{bad} {country}");
    }
}
