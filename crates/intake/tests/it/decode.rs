//! Bytes in the encodings that reports come in.

use kaname_intake::{DecodeError, DecodeNote, DecodeOptions, Decoded, decode};

const TEXT: &str = "攻撃元は203.0.113.77でした。ドメイン：evil[.]example、備考：マルウェア①";

fn read(bytes: &[u8]) -> Decoded {
    decode(bytes, &DecodeOptions::default()).unwrap()
}

fn encoded(label: &str, text: &str) -> Vec<u8> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
    encoding.encode(text).0.into_owned()
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if little {
            unit.to_le_bytes()
        } else {
            unit.to_be_bytes()
        }
    };
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn each_encoding_is_found_out() {
    for label in ["utf-8", "shift_jis", "euc-jp", "iso-2022-jp"] {
        // The circled digit is in Shift_JIS as browsers read it, and not in JIS X 0208.
        let text = TEXT.replace('①', "1");
        let read = read(&encoded(label, &text));
        assert_eq!(read.text, text, "{label}");
        assert_eq!(read.encoding.to_ascii_lowercase(), label);
        let guessed = read
            .notes
            .contains(&DecodeNote::Guessed(read.encoding.clone()));
        assert_eq!(guessed, label != "utf-8", "{label}");
    }
    assert_eq!(read(&encoded("shift_jis", TEXT)).text, TEXT);
}

#[test]
fn short_cells_and_half_width_katakana() {
    for text in ["値,種別,備考", "ﾏﾙｳｪｱ", "あ", "表示"] {
        assert_eq!(read(&encoded("shift_jis", text)).text, text);
    }
}

#[test]
fn byte_order_marks_are_no_text() {
    let marked = [b"\xef\xbb\xbf".as_slice(), TEXT.as_bytes()].concat();
    let read_utf8 = read(&marked);
    assert_eq!(read_utf8.text, TEXT);
    assert_eq!(read_utf8.notes, [DecodeNote::ByteOrderMark]);
    for little in [true, false] {
        let marked = utf16(&format!("\u{feff}{TEXT}"), little);
        assert_eq!(read(&marked).text, TEXT);
        assert_eq!(
            read(&utf16("value,comment\r\n203.0.113.7,\r\n", little)).text,
            "value,comment\r\n203.0.113.7,\r\n"
        );
    }
}

#[test]
fn what_is_declared_holds_when_it_fits() {
    let bytes = encoded("shift_jis", TEXT);
    let declared = |label: &str| DecodeOptions {
        declared: Some(label.into()),
        ..DecodeOptions::default()
    };
    assert_eq!(decode(&bytes, &declared("Windows-31J")).unwrap().notes, []);
    for wrong in ["utf-8", "x-unknown", "utf-7", ""] {
        let read = decode(&bytes, &declared(wrong)).unwrap();
        assert_eq!(read.text, TEXT, "{wrong}");
        assert!(
            matches!(read.notes[0], DecodeNote::DeclaredDoesNotFit(_)),
            "{wrong}"
        );
    }
    let mislabelled = encoded("iso-2022-jp", "攻撃元");
    assert_eq!(
        decode(&mislabelled, &declared("utf-8")).unwrap().text,
        "攻撃元"
    );
}

#[test]
fn broken_bytes_are_named_by_their_place() {
    let mut bytes = b"one\ntwo evil[.]example ".to_vec();
    let offset = bytes.len();
    bytes.extend_from_slice(b"\xff\xfe\xfd and more\n");
    bytes.extend_from_slice("日本語".as_bytes());
    let options = DecodeOptions {
        declared: Some("utf-8".into()),
        ..DecodeOptions::default()
    };
    let read = decode(&bytes, &options).unwrap();
    assert!(read.text.contains("evil[.]example"));
    let places: Vec<_> = read
        .notes
        .iter()
        .filter_map(|note| match note {
            DecodeNote::Malformed { offset, line, .. } => Some((*offset, *line)),
            _ => None,
        })
        .collect();
    assert!(
        places.is_empty() || places[0].1 == 2 && places[0].0 >= offset,
        "{:?}",
        read.notes
    );
    let truncated = read_truncated_utf8();
    assert!(truncated.text.starts_with("203.0.113.7 "));
}

/// A text cut in the middle of a letter, as by a mail gateway.
fn read_truncated_utf8() -> Decoded {
    let text = format!("203.0.113.7 {}", "攻撃".repeat(200));
    let read = read(&text.as_bytes()[..text.len() - 1]);
    let at_end = |note: &DecodeNote| matches!(note, DecodeNote::Malformed { count: 1, .. });
    assert_eq!(read.encoding, "UTF-8", "{:?}", read.notes);
    assert!(read.notes.iter().any(at_end), "{:?}", read.notes);
    read
}

#[test]
fn nul_and_length() {
    assert!(
        read(b"MZ\x00\x00binary")
            .notes
            .contains(&DecodeNote::HoldsNul)
    );
    assert_eq!(read(b"").text, "");
    let options = DecodeOptions {
        max_bytes: 3,
        declared: None,
    };
    assert_eq!(
        decode(b"abcd", &options),
        Err(DecodeError::TooLong {
            actual: 4,
            limit: 3
        })
    );
}
