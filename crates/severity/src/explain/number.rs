//! Numbers with their units, as people read them.

use crate::{Lang, rate::bounded};

/// A whole number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A total with its unit; without upper bound it says so.
pub(super) fn total(total: u64, unit: &str, lang: Lang) -> String {
    match (bounded(total), lang) {
        (Some(total), _) => with_unit(total, unit, lang),
        (None, Lang::Ja) => "上限不明".to_owned(),
        (None, Lang::En) => "an unknown number".to_owned(),
    }
}

pub(super) fn with_unit(number: u64, unit: &str, lang: Lang) -> String {
    let digits = grouped(number);
    match (lang, unit) {
        (_, "permille") => format!("{digits}‰"),
        (Lang::Ja, unit) => format!("{digits}{}", counter(unit)),
        (Lang::En, "person") => {
            format!("{digits} {}", if number == 1 { "person" } else { "people" })
        }
        (Lang::En, "JPY") => format!("{digits} yen"),
        (Lang::En, "flight" | "train" | "bed" | "record") if number != 1 => {
            format!("{digits} {unit}s")
        }
        (Lang::En, "count" | "level") => digits,
        (Lang::En, unit) => format!("{digits} {unit}"),
    }
}

/// The word that follows a number in Japanese; units a policy adds stand as written.
fn counter(unit: &str) -> &str {
    match unit {
        "person" => "人",
        "flight" => "便",
        "train" => "本",
        "bed" => "床",
        "record" => "件",
        "JPY" => "円",
        "count" | "level" => "",
        other => other,
    }
}

/// Minutes as days, hours and minutes.
pub(super) fn minutes(minutes: u64, lang: Lang) -> String {
    let (days, hours, rest) = (minutes / 1_440, minutes % 1_440 / 60, minutes % 60);
    let mut parts = Vec::new();
    for (number, ja, en) in [
        (days, "日", "day"),
        (hours, "時間", "hour"),
        (rest, "分", "minute"),
    ] {
        if number > 0 {
            let plural = if number == 1 { "" } else { "s" };
            parts.push(match lang {
                Lang::Ja => format!("{number}{ja}"),
                Lang::En => format!("{number} {en}{plural}"),
            });
        }
    }
    match lang {
        Lang::Ja => parts.concat(),
        Lang::En => parts.join(" "),
    }
}
