//! A trace whose letters were taken from other alphabets, or are full-width, is still a trace.

use kaname_stix::redact::{Reading, Trace, TraceKind, find_traces};
use proptest::prelude::*;
use serde_json::json;

/// Letters that are read as this one: Cyrillic, Greek, Armenian, full-width, mathematical.
fn disguises(letter: char) -> Vec<char> {
    let alike = match letter {
        'a' => "аαА𝐚",
        'b' => "ВΒЬ",
        'c' => "сϲС",
        'd' => "ԁ",
        'e' => "еЕΕ",
        'g' => "ɡց",
        'h' => "һհНΗ",
        'i' => "іιІΙı",
        'j' => "јϳЈ",
        'k' => "КΚ",
        'l' => "ӏ",
        'm' => "МΜ",
        'n' => "Νո",
        'o' => "оοօОΟ",
        'p' => "рρРΡ",
        'q' => "ԛ",
        's' => "ѕЅ",
        't' => "ТΤ",
        'u' => "υս",
        'v' => "νѵ",
        'w' => "ԝ",
        'x' => "хХΧ",
        'y' => "уγУΥ",
        'z' => "ΖᴢＺ",
        _ => "",
    };
    let wide = char::from_u32(u32::from(letter) - u32::from('a') + 0xff41);
    alike.chars().chain(wide).collect()
}

/// A word, and the same with letters from elsewhere; of small letters alone, where `small`.
fn disguised(small: bool) -> impl Strategy<Value = (String, String)> {
    let letters = "[a-z]{6,12}".prop_filter("not one letter alone", |word| {
        word.chars().any(|letter| !word.starts_with(letter))
    });
    letters.prop_flat_map(move |word| {
        let length = word.len();
        let picks = proptest::collection::vec((any::<bool>(), 0_usize..8), length);
        (Just(word), picks, 0..length).prop_map(move |(word, picks, always)| {
            let signs = word.chars().zip(picks).enumerate();
            let written = signs.map(|(at, (letter, (is_changed, pick)))| {
                let mut from = disguises(letter);
                from.retain(|sign| !small || !sign.is_uppercase());
                match is_changed || at == always {
                    true if !from.is_empty() => from[pick % from.len()],
                    _ => letter,
                }
            });
            let written: String = written.collect();
            (word, written)
        })
    })
}

/// How the first place of a trace was read, and the bytes of it.
fn found(kind: TraceKind, trace: &str, text: &str) -> Option<(Reading, String)> {
    let hits = find_traces(&json!(text), &[Trace::new(kind, trace)]);
    let first = hits.first()?;
    Some((first.reading, text[first.span.clone()].to_owned()))
}

proptest! {
    #[test]
    fn a_name_in_letters_of_other_alphabets_is_found((word, written) in disguised(false)) {
        let text = format!("接続元は {written} の装置");
        let plain = Some((Reading::Plain, written));
        prop_assert_eq!(found(TraceKind::Name, &word, &text), plain);
    }

    #[test]
    fn a_domain_in_letters_of_other_alphabets_is_found((word, written) in disguised(false)) {
        let domain = format!("{word}.example");
        for text in [
            format!("hxxps://vpn.{written}[.]ехаmрlе/login"),
            format!("csirt@{written}．ｅｘａｍｐｌｅ まで"),
        ] {
            let found = found(TraceKind::Domain, &domain, &text);
            prop_assert!(found.is_some_and(|(reading, _)| reading == Reading::Plain), "{}", text);
        }
    }

    /// Registered names have small letters alone.
    #[test]
    fn a_registered_domain_in_letters_of_other_alphabets_is_found((word, written) in disguised(true)) {
        let domain = format!("{word}.example");
        // Some letters are no longer the same in one (RFC 5892): those say something else.
        let ascii = idna::domain_to_ascii(&written).unwrap_or_default();
        if idna::domain_to_unicode(&ascii).0 == written {
            let text = format!("https://{ascii}.example/");
            prop_assert!(found(TraceKind::Domain, &domain, &text).is_some(), "{}", text);
        }
    }

    /// A trace that is itself written in another alphabet stays one.
    #[test]
    fn names_of_other_alphabets_are_found_as_they_are(word in "[а-яА-Я]{6,12}") {
        let text = format!("источник: {word}, 2025");
        prop_assert!(found(TraceKind::Name, &word, &text).is_some());
    }
}

#[test]
fn another_word_is_no_trace() {
    assert_eq!(found(TraceKind::Name, "minato", "мосты и дороги"), None);
    assert_eq!(
        found(TraceKind::Domain, "minato.example", "мінск.example"),
        None
    );
    let word = found(TraceKind::Name, "minato", "みなと電力（Міnаtо）");
    assert_eq!(word, Some((Reading::Plain, "Міnаtо".to_owned())));
}
