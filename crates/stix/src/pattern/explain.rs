//! A pattern in words, for people who do not read the language.

use super::tree::{Comparison, Literal, ObjectPath, Observation, Operator, Qualifier, Step, Test};

/// The language of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// What a pattern asks for, as one sentence without a full stop. Properties that people meet often have
/// their own names; others stand as the standard has them.
#[must_use]
pub fn explain_pattern(pattern: &Observation, language: Language) -> String {
    match language {
        Language::Ja => format!("{}を検出", observation(pattern, language)),
        Language::En => format!("finds {}", observation(pattern, language)),
    }
}

fn observation(pattern: &Observation, language: Language) -> String {
    let parts = |all: &[Observation]| -> Vec<String> {
        let part = |one: &Observation| match one {
            Observation::Of(_) | Observation::Qualified(..) => observation(one, language),
            _ => bracketed(&observation(one, language), language),
        };
        all.iter().map(part).collect()
    };
    match (pattern, language) {
        (Observation::Of(inner), Language::Ja) => {
            let joint = if ends_in_noun(inner) { " の" } else { "" };
            format!("{}{joint}もの", comparison(inner, language))
        }
        (Observation::Of(inner), Language::En) => {
            format!("an observation where {}", comparison(inner, language))
        }
        (Observation::And(all), Language::Ja) => format!("{}のすべて", parts(all).join("と、")),
        (Observation::And(all), Language::En) => parts(all).join(", and "),
        (Observation::Or(all), Language::Ja) => format!("{}のいずれか", parts(all).join("か、")),
        (Observation::Or(all), Language::En) => parts(all).join(", or "),
        (Observation::Then(all), Language::Ja) => parts(all).join("に続いて、"),
        (Observation::Then(all), Language::En) => parts(all).join(", followed by "),
        (Observation::Qualified(..), _) => qualified(pattern, language),
    }
}

/// An observation with all its qualifiers, in one clause.
fn qualified(pattern: &Observation, language: Language) -> String {
    let (mut inner, mut clauses) = (pattern, Vec::new());
    while let Observation::Qualified(of, qualifier) = inner {
        clauses.push(when(qualifier, language));
        inner = of;
    }
    let said = observation(inner, language);
    let said = match inner {
        Observation::Of(_) => said,
        _ => bracketed(&said, language),
    };
    match language {
        // What stands outside holds over what stands within: the span before the count.
        Language::Ja => format!("{}見られる、{said}", clauses.join(" ")),
        Language::En => {
            clauses.reverse();
            format!("{said}, {}", clauses.join(" "))
        }
    }
}

fn bracketed(text: &str, language: Language) -> String {
    match language {
        Language::Ja => format!("（{text}）"),
        Language::En => format!("({text})"),
    }
}

fn when(qualifier: &Qualifier, language: Language) -> String {
    match (qualifier, language) {
        (Qualifier::Within(seconds), Language::Ja) => format!("{seconds} 秒以内に"),
        (Qualifier::Within(seconds), Language::En) => format!("within {seconds} seconds"),
        (Qualifier::Repeats(times), Language::Ja) => format!("{times} 回"),
        (Qualifier::Repeats(times), Language::En) => format!("seen {times} times"),
        (Qualifier::Between(start, stop), Language::Ja) => {
            format!("{start} から {stop} の前までに")
        }
        (Qualifier::Between(start, stop), Language::En) => {
            format!("from {start} until before {stop}")
        }
    }
}

fn comparison(one: &Comparison, language: Language) -> String {
    let parts = |all: &[Comparison]| -> Vec<String> {
        let part = |one: &Comparison| match one {
            Comparison::Test(_) => comparison(one, language),
            _ => bracketed(&comparison(one, language), language),
        };
        all.iter().map(part).collect()
    };
    match (one, language) {
        (Comparison::Test(test), _) => of_test(test, language),
        (Comparison::And(all), Language::Ja) => parts(all).join("、かつ "),
        (Comparison::And(all), Language::En) => parts(all).join(" and "),
        (Comparison::Or(all), Language::Ja) => parts(all).join("、または "),
        (Comparison::Or(all), Language::En) => parts(all).join(" or "),
    }
}

/// Whether the Japanese of a comparison ends in what it compares with, so that `の` joins it to the next noun.
fn ends_in_noun(one: &Comparison) -> bool {
    match one {
        Comparison::Test(test) => match test.operator {
            Operator::Equal | Operator::In => !test.negated,
            Operator::NotEqual => test.negated,
            _ => false,
        },
        Comparison::And(all) | Comparison::Or(all) => all.last().is_some_and(ends_in_noun),
    }
}

fn of_test(test: &Test, language: Language) -> String {
    let (positive, negative) = words(test.operator, language);
    let words = if test.negated { negative } else { positive };
    let path = path(&test.path, language);
    let values: Vec<String> = test
        .values
        .iter()
        .map(|one| literal(one, language))
        .collect();
    match language {
        Language::Ja if values.is_empty() => format!("{path}が{words}"),
        Language::Ja => format!("{path}が {} {words}", values.join("、"))
            .trim_end()
            .to_owned(),
        Language::En => format!("{path} {words} {}", values.join(", "))
            .trim_end()
            .to_owned(),
    }
}

/// What an operator says, and what it says turned round by `NOT`.
fn words(operator: Operator, language: Language) -> (&'static str, &'static str) {
    match (operator, language) {
        (Operator::Equal, Language::Ja) => ("", "でない"),
        (Operator::Equal, Language::En) => ("is", "is not"),
        (Operator::NotEqual, Language::Ja) => ("でない", ""),
        (Operator::NotEqual, Language::En) => ("is not", "is"),
        (Operator::Less, Language::Ja) => ("より小さい", "以上である"),
        (Operator::Less, Language::En) => ("is less than", "is not less than"),
        (Operator::LessOrEqual, Language::Ja) => ("以下である", "より大きい"),
        (Operator::LessOrEqual, Language::En) => ("is at most", "is not at most"),
        (Operator::Greater, Language::Ja) => ("より大きい", "以下である"),
        (Operator::Greater, Language::En) => ("is greater than", "is not greater than"),
        (Operator::GreaterOrEqual, Language::Ja) => ("以上である", "より小さい"),
        (Operator::GreaterOrEqual, Language::En) => ("is at least", "is not at least"),
        (Operator::In, Language::Ja) => ("のいずれか", "のいずれでもない"),
        (Operator::In, Language::En) => ("is one of", "is none of"),
        (Operator::Like, Language::Ja) => (
            "の形（% は任意の文字列、_ は 1 文字）に合う",
            "の形（% は任意の文字列、_ は 1 文字）に合わない",
        ),
        (Operator::Like, Language::En) => (
            "fits (with % for any characters, _ for one)",
            "does not fit (with % for any characters, _ for one)",
        ),
        (Operator::Matches, Language::Ja) => ("という正規表現に合う", "という正規表現に合わない"),
        (Operator::Matches, Language::En) => (
            "matches the regular expression",
            "does not match the regular expression",
        ),
        (Operator::Subset, Language::Ja) => ("に含まれる", "に含まれない"),
        (Operator::Subset, Language::En) => ("lies in the network", "does not lie in the network"),
        (Operator::Superset, Language::Ja) => ("を含む", "を含まない"),
        (Operator::Superset, Language::En) => {
            ("is a network that holds", "is not a network that holds")
        }
        (Operator::Exists, Language::Ja) => ("ある", "ない"),
        (Operator::Exists, Language::En) => ("is there", "is not there"),
    }
}

/// Properties by which people hunt, each with its Japanese and English name.
const NAMES: [(&str, &str, &str); 37] = [
    ("artifact:payload_bin", "データの内容", "the content"),
    ("autonomous-system:number", "AS番号", "the AS number"),
    ("directory:path", "フォルダー", "the folder"),
    ("domain-name:value", "ドメイン名", "the domain name"),
    (
        "domain-name:resolves_to_refs[*].value",
        "ドメイン名の解決先",
        "an address that the domain name resolves to",
    ),
    ("email-addr:value", "メールアドレス", "the mail address"),
    ("email-message:body", "メールの本文", "the body of the mail"),
    (
        "email-message:from_ref.value",
        "メールの差出人",
        "the sender of the mail",
    ),
    (
        "email-message:subject",
        "メールの件名",
        "the subject of the mail",
    ),
    (
        "email-message:to_refs[*].value",
        "メールの宛先",
        "a recipient of the mail",
    ),
    ("file:hashes.MD5", "ファイルの MD5", "the MD5 of the file"),
    (
        "file:hashes.SHA-1",
        "ファイルの SHA-1",
        "the SHA-1 of the file",
    ),
    (
        "file:hashes.SHA-256",
        "ファイルの SHA-256",
        "the SHA-256 of the file",
    ),
    (
        "file:hashes.SHA-512",
        "ファイルの SHA-512",
        "the SHA-512 of the file",
    ),
    (
        "file:hashes.SSDEEP",
        "ファイルの ssdeep",
        "the ssdeep of the file",
    ),
    (
        "file:hashes.TLSH",
        "ファイルの TLSH",
        "the TLSH of the file",
    ),
    ("file:name", "ファイル名", "the file name"),
    (
        "file:parent_directory_ref.path",
        "ファイルのあるフォルダー",
        "the folder of the file",
    ),
    (
        "file:size",
        "ファイルの大きさ（バイト）",
        "the size of the file in bytes",
    ),
    ("ipv4-addr:value", "IPv4アドレス", "the IPv4 address"),
    ("ipv6-addr:value", "IPv6アドレス", "the IPv6 address"),
    ("mac-addr:value", "MACアドレス", "the MAC address"),
    ("mutex:name", "ミューテックス名", "the name of the mutex"),
    (
        "network-traffic:dst_port",
        "通信の宛先ポート",
        "the destination port",
    ),
    (
        "network-traffic:dst_ref.value",
        "通信の宛先",
        "the destination of the traffic",
    ),
    (
        "network-traffic:protocols[*]",
        "通信のプロトコル",
        "a protocol of the traffic",
    ),
    (
        "network-traffic:src_port",
        "通信の送信元ポート",
        "the source port",
    ),
    (
        "network-traffic:src_ref.value",
        "通信の送信元",
        "the source of the traffic",
    ),
    ("process:command_line", "コマンドライン", "the command line"),
    (
        "process:image_ref.name",
        "実行ファイル名",
        "the name of the executable",
    ),
    (
        "software:name",
        "ソフトウェア名",
        "the name of the software",
    ),
    ("url:value", "URL", "the URL"),
    ("user-account:account_login", "アカウント名", "the login"),
    ("user-account:user_id", "利用者ID", "the user id"),
    (
        "windows-registry-key:key",
        "レジストリキー",
        "the registry key",
    ),
    (
        "windows-registry-key:values[*].data",
        "レジストリの値のデータ",
        "the data of a registry value",
    ),
    (
        "windows-registry-key:values[*].name",
        "レジストリの値の名前",
        "the name of a registry value",
    ),
];

fn path(path: &ObjectPath, language: Language) -> String {
    let mut key = format!("{}:", path.type_name);
    for (place, step) in path.steps.iter().enumerate() {
        match step {
            Step::Name(name) if place == 0 => key.push_str(name),
            Step::Name(name) => key.push_str(&format!(".{name}")),
            Step::Index(index) => key.push_str(&format!("[{index}]")),
            Step::Any => key.push_str("[*]"),
        }
    }
    let named = NAMES.iter().find(|(of, ..)| *of == key);
    match (named, language) {
        // With a space between the words of two scripts.
        (Some((_, japanese, _)), Language::Ja) if japanese.ends_with(|c: char| c.is_ascii()) => {
            format!("{japanese} ")
        }
        (Some((_, japanese, _)), Language::Ja) => (*japanese).to_owned(),
        (Some((.., english)), Language::En) => (*english).to_owned(),
        (None, Language::Ja) => format!("{key} "),
        (None, Language::En) => key,
    }
}

/// A value as it is; in quotation marks where it could not be told from the sentence.
fn literal(value: &Literal, language: Language) -> String {
    let Literal::Text(text) = value else {
        return match value {
            Literal::Time(text) => text.clone(),
            other => other.to_string(),
        };
    };
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    match language {
        _ if is_plain => text.clone(),
        Language::Ja => format!("「{text}」"),
        Language::En => format!("\u{201c}{text}\u{201d}"),
    }
}
