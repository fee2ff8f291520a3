//! Whether four numbers are a version rather than an address.

/// How far back a word such as "version" is looked for, in bytes.
const LOOK_BACK: usize = 48;

const WORDS: &[&str] = &[
    "version",
    "versions",
    "ver",
    "v",
    "build",
    "release",
    "firmware",
    "revision",
    "rev",
    "section",
    "chapter",
    "第",
    "バージョン",
    "ビルド",
    "リビジョン",
    "ファームウェア",
    "ファーム",
    "リリース",
    "版",
];

/// Whether the text before an address names a version.
pub(super) fn is_announced(text: &str, start: usize) -> bool {
    let mut from = start.saturating_sub(LOOK_BACK);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let line = text[from..start].rsplit('\n').next().unwrap_or_default();
    if product_stroke(line) {
        return true;
    }
    let before = line
        .trim_end_matches(|sign: char| sign.is_whitespace() || ".:=-(「は".contains(sign))
        .to_lowercase();
    WORDS.iter().any(|word| {
        before.strip_suffix(word).is_some_and(|rest| {
            !word.is_ascii() || !rest.ends_with(|sign: char| sign.is_ascii_alphanumeric())
        })
    })
}

/// `OpenVPN/2.4.9.1`.
fn product_stroke(line: &str) -> bool {
    line.strip_suffix('/').is_some_and(|name| {
        name.ends_with(|sign: char| sign.is_ascii_alphabetic()) && !name.contains("://")
    })
}
