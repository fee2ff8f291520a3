//! A pattern in words, for people who do not read the language.

use super::quote;
use super::tree::{Comparison, Literal, ObjectPath, Observation, Operator, Qualifier, Step, Test};

/// The language of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// What a pattern asks for, as one sentence without a full stop. Names of types
/// and properties stay as the standard has them.
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
            format!("「{}」観測", comparison(inner, language))
        }
        (Observation::Of(inner), Language::En) => {
            format!("an observation where {}", comparison(inner, language))
        }
        (Observation::And(all), Language::Ja) => format!("{}のすべて", parts(all).join("と、")),
        (Observation::And(all), Language::En) => parts(all).join(", and "),
        (Observation::Or(all), Language::Ja) => format!("{}のいずれか", parts(all).join("か、")),
        (Observation::Or(all), Language::En) => parts(all).join(", or "),
        (Observation::Then(all), Language::Ja) => parts(all).join("の後に、"),
        (Observation::Then(all), Language::En) => parts(all).join(", followed by "),
        (Observation::Qualified(inner, qualifier), Language::Ja) => {
            format!(
                "{}{}",
                when(qualifier, language),
                observation(inner, language)
            )
        }
        (Observation::Qualified(inner, qualifier), Language::En) => {
            let inner = match **inner {
                Observation::Of(_) | Observation::Qualified(..) => observation(inner, language),
                _ => bracketed(&observation(inner, language), language),
            };
            format!("{inner}, {}", when(qualifier, language))
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
        (Qualifier::Within(seconds), Language::Ja) => format!("{seconds} 秒以内に起きる、"),
        (Qualifier::Within(seconds), Language::En) => format!("all within {seconds} seconds"),
        (Qualifier::Repeats(times), Language::Ja) => format!("{times} 回起きる、"),
        (Qualifier::Repeats(times), Language::En) => format!("{times} times"),
        (Qualifier::Between(start, stop), Language::Ja) => {
            format!("{start} から {stop} の前までに起きる、")
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
        (Comparison::And(all), Language::Ja) => parts(all).join("、かつ"),
        (Comparison::And(all), Language::En) => parts(all).join(" and "),
        (Comparison::Or(all), Language::Ja) => parts(all).join("、または"),
        (Comparison::Or(all), Language::En) => parts(all).join(" or "),
    }
}

fn of_test(test: &Test, language: Language) -> String {
    let (positive, negative) = words(test.operator, language);
    let words = if test.negated { negative } else { positive };
    let path = path(&test.path, language);
    let values: Vec<String> = test.values.iter().map(literal).collect();
    match language {
        Language::Ja => format!("{path}が{}{words}", values.join("、")),
        Language::En => format!("{path} {words} {}", values.join(", "))
            .trim_end()
            .to_owned(),
    }
}

/// What an operator says, and what it says turned round by `NOT`.
fn words(operator: Operator, language: Language) -> (&'static str, &'static str) {
    match (operator, language) {
        (Operator::Equal, Language::Ja) => ("である", "でない"),
        (Operator::Equal, Language::En) => ("is", "is not"),
        (Operator::NotEqual, Language::Ja) => ("でない", "である"),
        (Operator::NotEqual, Language::En) => ("is not", "is"),
        (Operator::Less, Language::Ja) => ("より小さい", "以上である"),
        (Operator::Less, Language::En) => ("is less than", "is not less than"),
        (Operator::LessOrEqual, Language::Ja) => ("以下である", "より大きい"),
        (Operator::LessOrEqual, Language::En) => ("is at most", "is not at most"),
        (Operator::Greater, Language::Ja) => ("より大きい", "以下である"),
        (Operator::Greater, Language::En) => ("is greater than", "is not greater than"),
        (Operator::GreaterOrEqual, Language::Ja) => ("以上である", "より小さい"),
        (Operator::GreaterOrEqual, Language::En) => ("is at least", "is not at least"),
        (Operator::In, Language::Ja) => ("のいずれかである", "のいずれでもない"),
        (Operator::In, Language::En) => ("is one of", "is none of"),
        (Operator::Like, Language::Ja) => (
            "の型に合う（% は任意の文字列、_ は 1 文字）",
            "の型に合わない（% は任意の文字列、_ は 1 文字）",
        ),
        (Operator::Like, Language::En) => (
            "fits (with % for any characters, _ for one)",
            "does not fit (with % for any characters, _ for one)",
        ),
        (Operator::Matches, Language::Ja) => ("の正規表現に合う", "の正規表現に合わない"),
        (Operator::Matches, Language::En) => (
            "matches the regular expression",
            "does not match the regular expression",
        ),
        (Operator::Subset, Language::Ja) => {
            ("のネットワークに含まれる", "のネットワークに含まれない")
        }
        (Operator::Subset, Language::En) => ("lies in the network", "does not lie in the network"),
        (Operator::Superset, Language::Ja) => {
            ("を含むネットワークである", "を含むネットワークでない")
        }
        (Operator::Superset, Language::En) => {
            ("is a network that holds", "is not a network that holds")
        }
        (Operator::Exists, Language::Ja) => ("ある", "ない"),
        (Operator::Exists, Language::En) => ("is there", "is not there"),
    }
}

fn path(path: &ObjectPath, language: Language) -> String {
    let mut text = path.type_name.clone();
    for step in &path.steps {
        let word = match (step, language) {
            (Step::Name(name), Language::Ja) => format!(" の {name} "),
            (Step::Name(name), Language::En) => format!(" {name}"),
            (Step::Index(index), Language::Ja) => format!("[{index}] "),
            (Step::Index(index), Language::En) => format!(" [{index}]"),
            (Step::Any, Language::Ja) => "のいずれか ".to_owned(),
            (Step::Any, Language::En) => " (any)".to_owned(),
        };
        text = format!("{}{word}", text.trim_end());
    }
    match language {
        Language::Ja => text,
        Language::En => text.trim_end().to_owned(),
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Text(text) => quote(text),
        Literal::Time(text) => text.clone(),
        other => other.to_string(),
    }
}
