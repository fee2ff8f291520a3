//! What people type into the search box: what is understood, what is told, and that the canonical form says the
//! same again.

use jiff::Timestamp;
use kaname_directory::{Catalogue, day_of};
use kaname_kernel::{Pap, Tlp};
use kaname_sharing::find::{
    Ask, Block, Key, MAX_CHARS, MAX_TERMS, Search, Vocabulary, Why, parse, within,
};
use proptest::prelude::*;

fn now() -> Timestamp {
    "2026-11-23T03:00:00Z".parse().unwrap()
}

fn vocabulary() -> Vocabulary {
    Vocabulary::on(&Catalogue::builtin().unwrap(), day_of(now()))
}

fn read(typed: &str) -> Search {
    parse(typed, &vocabulary(), now())
}

/// The canonical form of what reads without a fault.
fn canonical(typed: &str) -> String {
    let search = read(typed);
    assert_eq!(search.faults, [], "{typed}");
    search.canonical()
}

#[test]
fn every_kind_of_term_is_understood() {
    let typed = "type:malware sector:電力 tlp:<=amber pap:green since:30d until:2026-11-01 from:minato \
                 collection:library id:S-2611-ABCDEF cve:2026-12345 192.0.2.0/24 \"潮見 作戦\" 発電 -訓練";
    let search = read(typed);
    assert_eq!(search.faults, []);
    let asks: Vec<&Ask> = search.terms.iter().map(|term| &term.ask).collect();
    assert_eq!(asks[0], &Ask::Type(vec!["malware".to_owned()]));
    assert_eq!(asks[1], &Ask::Sector(vec!["electricity".to_owned()]));
    assert_eq!(asks[2], &Ask::Tlp(vec![Tlp::Clear, Tlp::Green, Tlp::Amber]));
    assert_eq!(asks[3], &Ask::Pap(vec![Pap::Green]));
    let Ask::Since(since) = asks[4] else {
        panic!("{asks:?}")
    };
    assert_eq!(since.at.to_string(), "2026-10-24T03:00:00Z");
    let Ask::Until(until) = asks[5] else {
        panic!("{asks:?}")
    };
    assert_eq!(
        until.at.to_string(),
        "2026-11-01T15:00:00Z",
        "the day is meant whole"
    );
    assert!(search.terms[13].not);
    assert_eq!(
        search.canonical(),
        "type:malware sector:electricity tlp:clear,green,amber pap:green since:30d until:2026-11-01 \
         from:minato collection:library id:s-2611-abcdef CVE-2026-12345 192.0.2.0/24 \"潮見 作戦\" 発電 -訓練"
    );
}

#[test]
fn japanese_keys_full_width_and_defanged_writing_say_the_same() {
    for (typed, same) in [
        ("種別:マルウェア", "type:malware"),
        (
            "種別：マルウェア　分野：電力",
            "type:malware sector:electricity",
        ),
        ("ＴＬＰ：≦ＡＭＢＥＲ", "tlp:clear,green,amber"),
        ("tlp:white", "tlp:clear"),
        ("以降:30日", "since:30d"),
        ("since:2026年11月1日", "since:2026-11-01"),
        ("１９２．０．２．１", "192.0.2.1"),
        ("192[.]0[.]2[.]1", "192.0.2.1"),
        ("hxxp://evil[.]example/a", "http://evil.example/a"),
        ("ａ＠evil[.]example", "a@evil.example"),
        ("cve:CVE-2026-1234", "CVE-2026-1234"),
        ("値:deploy.sh", "value:deploy.sh"),
        ("「潮見 作戦」", "\"潮見 作戦\""),
        ("－訓練", "-訓練"),
        ("-type:sighting", "-type:sighting"),
        ("type:マルウェア、ツール", "type:malware,tool"),
        ("sector:electric", "sector:electricity"),
        ("電力 電力", "電力"),
        ("12:30", "12:30"),
        ("2001:DB8::1", "2001:db8::1"),
    ] {
        assert_eq!(canonical(typed), same, "{typed}");
    }
}

#[test]
fn what_is_not_understood_is_told_with_its_place_and_what_would_be() {
    let fault = |typed: &str| {
        let search = read(typed);
        assert_eq!(search.faults.len(), 1, "{typed}: {search:?}");
        search.faults.into_iter().next().unwrap()
    };
    let unknown = fault("電力 tipe:malware");
    assert_eq!((unknown.span.start, unknown.span.end), (7, 19));
    assert_eq!(unknown.written, "tipe:malware");
    assert_eq!(unknown.why.possible()[0], "type", "what begins alike first");
    for (typed, code) in [
        ("type:nothing", "not-possible"),
        ("type:", "empty"),
        ("sector:月面", "not-possible"),
        ("tlp:<=purple", "not-possible"),
        ("tlp:<clear", "not-possible"),
        ("since:whenever", "not-possible"),
        ("since:99999999999999999999d", "not-possible"),
        ("cve:none", "not-possible"),
        ("-tlp:red", "not-denied"),
        ("-192.0.2.1", "not-denied"),
        ("、。！", "no-word"),
        ("\"\"", "no-word"),
        ("\"open quote", "open-quote"),
    ] {
        assert_eq!(fault(typed).why.code(), code, "{typed}");
    }
    let sector = fault("sector:月面");
    assert!(sector.why.possible().contains(&"electricity".to_owned()));
}

#[test]
fn the_bounds_are_told_and_no_word_is_cut() {
    let long = format!("{} {}", "語".repeat(MAX_CHARS - 1), "x".repeat(50));
    let search = read(&long);
    assert_eq!(search.faults[0].why, Why::TooLong);
    assert_eq!(search.terms.len(), 1);
    assert_eq!(search.faults[0].span.end, long.len());
    let many = (0..=MAX_TERMS).map(|n| format!("w{n} "));
    let search = read(&many.collect::<String>());
    assert_eq!(search.terms.len(), MAX_TERMS);
    assert_eq!(search.faults[0].why, Why::TooMany);
    assert_eq!(search.faults[0].written, format!("w{MAX_TERMS}"));
}

#[test]
fn a_facet_takes_the_place_of_the_term_it_narrows() {
    let search = read("type:malware 電力 tlp:red");
    assert_eq!(
        search.with(Key::Type, "type:tool"),
        "電力 tlp:red type:tool"
    );
    assert_eq!(search.with(Key::Tlp, ""), "type:malware 電力");
    assert!(read("-訓練").asks_nothing());
}

proptest! {
    #[test]
    fn the_canonical_form_reads_as_the_same_terms(typed in "\\PC{0,60}") {
        holds(&typed);
    }

    #[test]
    fn so_it_does_of_what_looks_like_terms(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("type:malware"), Just("-"), Just("\""), Just("「"), Just("」"), Just(":"), Just("tlp:<="),
                Just("amber"), Just(" "), Just("since:"), Just("3d"), Just("192.0.2."), Just("0/24"), Just("[.]"),
                Just("hxxp://"), Just("evil.example"), Just("値："), Just("　"), Just("＂"), Just("電力"), Just("cve:"),
                Just("id:"), Just("x-y"), Just("from:"), Just("ＡＢ"), Just("²"), Just("ŉ"), Just("ﷺ"),
            ],
            0..14,
        )
    ) {
        holds(&pieces.concat());
    }

    #[test]
    fn whatever_lies_in_a_network_begins_as_it_says(
        base: u32, prefix in 0_u8..=32, other: u32, wide: u128, wide_prefix in 0_u8..=128, low: u16,
    ) {
        let network = format!("{}/{prefix}", std::net::Ipv4Addr::from_bits(base));
        let block = Block::parse(&network).unwrap();
        let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
        let inside = std::net::Ipv4Addr::from_bits((base & mask) | (other & !mask)).to_string();
        prop_assert!(within(&block, &inside));
        prop_assert!(block.beginnings().iter().any(|start| inside.starts_with(start.as_str())));
        prop_assert!(block.beginnings().len() <= 128);
        prop_assert!(block.around().iter().all(|wider| within(&Block::parse(wider).unwrap(), &block.written())));
        let network = format!("{}/{wide_prefix}", std::net::Ipv6Addr::from_bits(wide));
        let block = Block::parse(&network).unwrap();
        let mask = u128::MAX.checked_shl(128 - u32::from(wide_prefix)).unwrap_or(0);
        let inside = (wide & mask) | (u128::from(low) & !mask);
        let inside = std::net::Ipv6Addr::from_bits(inside).to_string();
        prop_assert!(within(&block, &inside));
        prop_assert!(block.beginnings().iter().any(|start| inside.starts_with(start.as_str())));
    }
}

#[test]
fn the_last_group_of_an_address_has_no_colon_behind_it() {
    let whole = Block::parse("2001:db8:1:1:1:1:1:1/128").unwrap();
    assert_eq!(whole.beginnings(), ["2001:db8:1:1:1:1:1:1"]);
    let wider = Block::parse("2001:db8:1:1:1:1:1:1/112").unwrap();
    assert_eq!(wider.beginnings(), ["2001:db8:1:1:1:1:1:"]);
}

/// Spans point into what was typed, and the canonical form says the same again without a fault.
fn holds(typed: &str) {
    let search = read(typed);
    for span in search
        .terms
        .iter()
        .map(|term| term.span)
        .chain(search.faults.iter().map(|fault| fault.span))
    {
        assert!(
            typed.get(span.start..span.end).is_some(),
            "{typed:?}: {span:?}"
        );
    }
    let written = search.canonical();
    let again = read(&written);
    assert_eq!(again.faults, [], "{typed:?} → {written:?}");
    assert_eq!(again.canonical(), written, "{typed:?}");
    let mut asks: Vec<_> = search
        .terms
        .iter()
        .map(|term| (term.not, &term.ask))
        .collect();
    let mut seen = Vec::new();
    asks.retain(|one| {
        let is_new = !seen.contains(one);
        seen.push(*one);
        is_new
    });
    let again: Vec<_> = again
        .terms
        .iter()
        .map(|term| (term.not, &term.ask))
        .collect();
    assert_eq!(asks, again, "{typed:?} → {written:?}");
}
