//! File names that others chose.

use unicode_normalization::UnicodeNormalization;

/// Longest name that is kept, in characters.
const LONGEST: usize = 120;

/// Longest ending that is kept when a name is shortened, in characters.
const LONGEST_ENDING: usize = 16;

/// Longest name that file systems take, in bytes.
const LONGEST_BYTES: usize = 255;

/// What a name is when nothing of it is left.
const NAMELESS: &str = "unnamed";

/// Names that are devices on Windows, with any ending.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];

/// A name that can be shown and stored: no path, no control or direction signs, no device name,
/// no leading dot, at most 120 characters and 255 bytes, NFKC. Japanese stays. The same for the
/// same input, and unchanged when applied again.
#[must_use]
pub fn safe_file_name(name: &str) -> String {
    let start = name.len().saturating_sub(16_384);
    let name = &name[name.ceil_char_boundary(start)..];
    let visible = name.chars().filter(|sign| !is_invisible(*sign));
    let normal: String = visible
        .nfkc()
        .filter(|sign| !is_invisible(*sign))
        .nfkc()
        .collect();
    let last = normal
        .rsplit(['/', '\\', '\u{2044}', '\u{2215}', '\u{29f8}'])
        .find(|part| {
            !part
                .trim_matches(|sign: char| sign == '.' || sign.is_whitespace())
                .is_empty()
        });
    let mut clean: String = last.unwrap_or_default().chars().map(harmless).collect();
    clean = trimmed(&shortened(trimmed(&clean))).to_owned();
    if clean.is_empty() {
        return NAMELESS.to_owned();
    }
    if is_device(&clean) {
        return trimmed(&shortened(&format!("_{clean}"))).to_owned();
    }
    clean
}

fn harmless(sign: char) -> char {
    match sign {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' | '%' | '\'' | '`' | '$' | '&' | ';' => '_',
        _ if sign.is_whitespace() => ' ',
        _ => sign,
    }
}

/// Control characters, and signs that change the direction of writing or show nothing.
fn is_invisible(sign: char) -> bool {
    sign.is_control()
        || matches!(
            sign,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
                | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}'
        )
}

fn trimmed(name: &str) -> &str {
    name.trim_matches(|sign: char| sign == '.' || sign == ' ' || sign == '~')
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST && name.len() <= LONGEST_BYTES {
        return name.to_owned();
    }
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if (1..=LONGEST_ENDING).contains(&ending.chars().count()) => {
            (stem, format!(".{ending}"))
        }
        _ => (name, String::new()),
    };
    let room = LONGEST - ending.chars().count();
    let byte_room = LONGEST_BYTES - ending.len();
    let mut short = String::new();
    for sign in stem.chars().take(room) {
        if short.len() + sign.len_utf8() > byte_room {
            break;
        }
        short.push(sign);
    }
    short.truncate(short.trim_end_matches(['.', ' ']).len());
    short + &ending
}

fn is_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_lowercase();
    let numbered = ["com", "lpt"].iter().any(|device| {
        stem.strip_prefix(device).is_some_and(|rest| {
            rest.chars().count() == 1 && rest.chars().all(|sign| sign.is_ascii_digit())
        })
    });
    numbered || DEVICES.contains(&stem.as_str())
}
