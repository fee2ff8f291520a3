//! Text folded for search: NFKC, lower case, and CJK runs cut into bigrams, the same tokens in
//! every store, so that two-character Japanese words are found.

use unicode_normalization::UnicodeNormalization;

/// Longest text that is indexed, in bytes; the rest is left out of the index only.
pub const MAX_INDEXED_BYTES: usize = 64 * 1024;

/// NFKC and lower case.
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}' | '々')
}

/// Tokens of `text` in order: words of letters and digits, and bigrams of CJK runs (a single CJK
/// character stays alone).
pub fn tokens(text: &str) -> Vec<String> {
    let mut end = text.len().min(MAX_INDEXED_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let folded = fold(&text[..end]);
    let mut found = Vec::new();
    let mut word = String::new();
    let mut run: Vec<char> = Vec::new();
    for c in folded.chars().chain(std::iter::once(' ')) {
        if is_cjk(c) {
            take_word(&mut word, &mut found);
            run.push(c);
        } else {
            take_run(&mut run, &mut found);
            if c.is_alphanumeric() {
                word.push(c);
            } else {
                take_word(&mut word, &mut found);
            }
        }
    }
    found
}

fn take_word(word: &mut String, found: &mut Vec<String>) {
    if !word.is_empty() {
        found.push(std::mem::take(word));
    }
}

fn take_run(run: &mut Vec<char>, found: &mut Vec<String>) {
    match run.as_slice() {
        [] => {}
        [one] => found.push(one.to_string()),
        many => found.extend(many.windows(2).map(|pair| pair.iter().collect::<String>())),
    }
    run.clear();
}

/// The tokens joined by spaces: what a store's full-text index is given.
pub fn index_text(text: &str) -> String {
    tokens(text).join(" ")
}
