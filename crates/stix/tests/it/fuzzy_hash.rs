//! Fuzzy hashes: scores and distances as the reference programs give them (libfuzzy 2.14.1, py-tlsh 5.0.0, for pairs
//! of hashes of changed files and of changed hashes), and that whatever is alike is led to by a piece.

use std::collections::BTreeSet;

use kaname_stix::fuzzy_hash::{ALIKE_FROM, ALIKE_TO, FuzzyHash, Likeness, Ssdeep, Tlsh};
use kaname_stix::{SearchValue, ValueKind};
use proptest::prelude::*;

/// Two hashes and what the reference program says of them, line by line.
fn pairs(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str, u16)> {
    table.lines().map(|line| {
        let mut cells = line.split('\t');
        let mut next = || cells.next().unwrap();
        (next(), next(), next().parse().unwrap())
    })
}

const SSDEEP: &str = include_str!("fuzzy_hash/ssdeep.tsv");
const TLSH: &str = include_str!("fuzzy_hash/tlsh.tsv");

#[test]
fn scores_of_ssdeep_are_those_of_the_reference() {
    let mut alike = 0;
    for (one, other, score) in pairs(SSDEEP) {
        let (a, b) = (Ssdeep::parse(one).unwrap(), Ssdeep::parse(other).unwrap());
        assert_eq!(u16::from(a.score(&b)), score, "{one} {other}");
        assert_eq!(u16::from(b.score(&a)), score, "{other} {one}");
        alike += u32::from(score >= u16::from(ALIKE_FROM));
    }
    assert!(alike > 50, "{alike}");
}

#[test]
fn distances_of_tlsh_are_those_of_the_reference() {
    let mut alike = 0;
    for (one, other, distance) in pairs(TLSH) {
        let (a, b) = (Tlsh::parse(one).unwrap(), Tlsh::parse(other).unwrap());
        assert_eq!(a.distance(&b), distance, "{one} {other}");
        assert_eq!(b.distance(&a), distance, "{other} {one}");
        alike += u32::from(distance <= ALIKE_TO);
    }
    assert!(alike > 50, "{alike}");
}

/// Whether looking up the pieces of one leads to the other.
fn leads(one: &FuzzyHash, other: &FuzzyHash) -> bool {
    let kept: BTreeSet<String> = other.pieces().into_iter().collect();
    one.sought().iter().any(|piece| kept.contains(piece))
}

fn hash(kind: ValueKind, text: &str) -> FuzzyHash {
    FuzzyHash::of(&SearchValue::new(kind, text)).unwrap()
}

#[test]
fn whatever_is_alike_is_led_to() {
    let ssdeep = pairs(SSDEEP).map(|(a, b, _)| (ValueKind::Ssdeep, a, b));
    let tlsh = pairs(TLSH).map(|(a, b, _)| (ValueKind::Tlsh, a, b));
    for (kind, one, other) in ssdeep.chain(tlsh) {
        let (one, other) = (hash(kind, one), hash(kind, other));
        if one.likeness(&other).is_some() {
            assert!(
                leads(&one, &other) && leads(&other, &one),
                "{one:?} {other:?}"
            );
        }
    }
}

#[test]
fn what_is_no_hash_is_not_read_as_one() {
    let too_long = format!("3:{}:", "A".repeat(65));
    for text in [
        "",
        "3",
        "3:a",
        "3:a:b:c",
        "0:a:b",
        "4:a:b",
        "9:a:b",
        "03:a:b",
        "+3:a:b",
        "3:ä:b",
        "3:a-b:c",
        "6442450944:a:b",
        "99999999999:a:b",
        "3:a:b,\"name\"",
        &too_long,
    ] {
        assert_eq!(Ssdeep::parse(text), None, "{text}");
    }
    assert!(Ssdeep::parse("3221225472:a:b").is_some() && Ssdeep::parse("3::").is_some());
    let digits = "5AA18EA9FC66C421FE55D8F75E799140ED000992313AADC443AE6C192AB62C423D9EF5";
    let same = Tlsh::parse(digits).unwrap();
    assert_eq!(same.to_string(), format!("T1{digits}"));
    for text in [
        format!("t1{}", digits.to_lowercase()),
        digits.to_lowercase(),
    ] {
        assert_eq!(Tlsh::parse(&text), Some(same), "{text}");
    }
    for text in [
        "",
        "T1",
        "TNULL",
        &digits[1..],
        &format!("T2{digits}"),
        &format!("T1{digits}00"),
        &digits.replace('5', "G"),
        &format!("é{}", &digits[2..]),
        &format!("T1{}", &digits[2..]),
    ] {
        assert_eq!(Tlsh::parse(text), None, "{text}");
    }
}

/// A hash, and another a few steps off.
fn near_tlsh() -> impl Strategy<Value = ([u8; 35], [u8; 35])> {
    let steps = prop::collection::vec((0usize..138, any::<bool>()), 0..24);
    (prop::array::uniform32(any::<u8>()), any::<[u8; 3]>(), steps).prop_map(
        |(codes, head, steps)| {
            let mut one = [0; 35];
            one[..3].copy_from_slice(&head);
            one[3..].copy_from_slice(&codes);
            let mut other = one;
            for (at, up) in steps {
                let step = |value: u8, most: u8| {
                    if up {
                        value.saturating_add(1).min(most)
                    } else {
                        value.saturating_sub(1)
                    }
                };
                match at {
                    0..128 => {
                        let (byte, shift) = (3 + at / 4, 2 * (at % 4));
                        let code = step(other[byte] >> shift & 3, 3);
                        other[byte] = other[byte] & !(3 << shift) | code << shift;
                    }
                    128..132 => other[1] = step(other[1].rotate_left(4), 254).rotate_left(4),
                    132..136 => other[2] = step(other[2], 254),
                    _ => other[0] = step(other[0], 254),
                }
            }
            (one, other)
        },
    )
}

proptest! {
    #[test]
    fn a_tlsh_within_the_distance_is_led_to((one, other) in near_tlsh()) {
        let written = |bytes: [u8; 35]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let one = hash(ValueKind::Tlsh, &written(one));
        let other = hash(ValueKind::Tlsh, &written(other));
        if let Some(Likeness::Distance(distance)) = one.likeness(&other) {
            prop_assert!(leads(&one, &other), "{distance}");
        }
    }

    #[test]
    fn an_ssdeep_with_a_score_is_led_to(
        run in "[A-D]{7,12}", before in "[A-Za-z]{0,20}", after in "[A-Za-z]{0,20}", left in "[A-Za-z]{0,20}",
        size in 0u32..12, twice in any::<bool>(),
    ) {
        let size = 3u32 << size;
        let one = format!("{size}:{before}{run}{after}:{left}");
        let other = match twice {
            true => format!("{}:{left}:{left}{run}", size.max(6) / 2),
            false => format!("{size}:{left}{run}:{after}"),
        };
        let (a, b) = (Ssdeep::parse(&one).unwrap(), Ssdeep::parse(&other).unwrap());
        if a.score(&b) > 0 {
            let (one, other) = (FuzzyHash::Ssdeep(a), FuzzyHash::Ssdeep(b));
            prop_assert!(leads(&one, &other) && leads(&other, &one));
        }
    }
}

#[test]
fn what_is_kept_and_looked_up_is_bounded() {
    let letters: String = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['+', '/'])
        .collect();
    let long = hash(ValueKind::Ssdeep, &format!("96:{letters}:{letters}"));
    assert_eq!((long.pieces().len(), long.sought().len()), (32, 122));
    let tlsh = hash(ValueKind::Tlsh, &"55".repeat(35));
    assert_eq!((tlsh.pieces().len(), tlsh.sought().len()), (16, 750));
}
