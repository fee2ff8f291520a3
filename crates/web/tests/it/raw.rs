//! What a page must not show: keys of messages, names of fields and variables, in the place of words.

use std::path::Path;

/// Elements whose text is a value or somebody's own words.
const VALUES: [&str; 6] = ["code", "pre", "textarea", "bdi", "script", "style"];

/// The words of a page, without its markup and without values.
fn words(page: &str) -> String {
    let mut words = String::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        words.push_str(&rest[..start]);
        let tag = &rest[start + 1..];
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next();
        let value = VALUES.iter().find(|one| Some(**one) == name);
        let end = match value {
            Some(element) => tag.find(&format!("</{element}>")).unwrap_or(tag.len()),
            None => 0,
        };
        let tag = &tag[end..];
        let close = tag.find('>').map_or(tag.len(), |at| at + 1);
        rest = &tag[close..];
        words.push(' ');
    }
    words.push_str(rest);
    words
}

/// Names of the message files.
fn rooms() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("text/ja");
    let files = std::fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names
        .filter_map(|name| name.strip_suffix(".ftl").map(str::to_owned))
        .collect()
}

/// Whether a word is written as keys and fields are, and not as people write.
fn is_raw(word: &str, rooms: &[String]) -> bool {
    let small = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let parts = |mark: char| word.split(mark).all(small) && word.contains(mark);
    let (first, _) = word.split_once('-').unwrap_or((word, ""));
    parts('_') || (parts('-') && rooms.iter().any(|room| room == first))
}

/// What stands on a page unresolved.
pub(crate) fn unresolved(page: &str) -> Vec<String> {
    let words = words(page);
    let rooms = rooms();
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$' | '.' | '/');
    let found = words.split(|c: char| !kept(c));
    let found = found.map(|word| word.trim_matches('.'));
    let raw = found.filter(|word| word.starts_with('$') || is_raw(word, &rooms) || dotted(word));
    raw.map(str::to_owned).collect()
}

/// A field within another as the code names it: `shown.persons`.
fn dotted(word: &str) -> bool {
    const HOLDERS: [&str; 12] = [
        "shown", "item", "report", "victim", "party", "account", "page", "row", "content", "state",
        "asked", "manifest",
    ];
    let Some((holder, field)) = word.split_once('.') else {
        return false;
    };
    HOLDERS.contains(&holder) && field.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

#[test]
fn keys_fields_and_variables_are_seen_and_words_are_not() {
    for raw in [
        "<p>[now-consent]</p>",
        "<p>（shown.persons）</p>",
        "<p>残り { $n } 件</p>",
        "<td>awaiting_consent</td>",
        "<b>why-not-role</b>",
    ] {
        assert_eq!(unresolved(raw).len(), 1, "{raw}");
    }
    for well in [
        "<p class=\"due_far now-due\">残り 2日21時間 JST</p>",
        "<code>now-consent</code><bdi>shown.persons</bdi><pre>a_b</pre>",
        "<p>Sign in again. item 3, e-mail, files-sync.test, follow-up</p>",
    ] {
        assert_eq!(unresolved(well), Vec::<String>::new(), "{well}");
    }
}
