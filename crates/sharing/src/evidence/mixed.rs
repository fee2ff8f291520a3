//! Japanese names in which kana stand for kanji: of 湊電力, read みなとでんりょく, also みなと電力 and 湊でんりょく.

/// Forms of incorporation, and how they are read.
const FORMS: [&str; 8] = [
    "株式会社",
    "有限会社",
    "合同会社",
    "かぶしきがいしゃ",
    "かぶしきかいしゃ",
    "ゆうげんがいしゃ",
    "ごうどうがいしゃ",
    "ごうどうかいしゃ",
];

/// Words at the end of names that say what kind of organisation it is, with how they are read; longer ones
/// before those they end with.
const KINDS: &[(&str, &str)] = &[
    ("ホールディングス", "ほーるでぃんぐす"),
    ("グループ", "ぐるーぷ"),
    ("サービス", "さーびす"),
    ("システムズ", "しすてむず"),
    ("システム", "しすてむ"),
    ("センター", "せんたー"),
    ("ネットワーク", "ねっとわーく"),
    ("カード", "かーど"),
    ("ガス", "がす"),
    ("電力", "でんりょく"),
    ("電気", "でんき"),
    ("電機", "でんき"),
    ("電鉄", "でんてつ"),
    ("鉄道", "てつどう"),
    ("銀行", "ぎんこう"),
    ("信用金庫", "しんようきんこ"),
    ("信用組合", "しんようくみあい"),
    ("証券", "しょうけん"),
    ("保険", "ほけん"),
    ("生命", "せいめい"),
    ("病院", "びょういん"),
    ("医療", "いりょう"),
    ("大学", "だいがく"),
    ("水道局", "すいどうきょく"),
    ("水道", "すいどう"),
    ("通信", "つうしん"),
    ("放送", "ほうそう"),
    ("製作所", "せいさくしょ"),
    ("製鉄", "せいてつ"),
    ("製薬", "せいやく"),
    ("化学", "かがく"),
    ("石油", "せきゆ"),
    ("工業", "こうぎょう"),
    ("産業", "さんぎょう"),
    ("重工", "じゅうこう"),
    ("機器", "きき"),
    ("機械", "きかい"),
    ("建設", "けんせつ"),
    ("自動車", "じどうしゃ"),
    ("航空", "こうくう"),
    ("空港", "くうこう"),
    ("港湾", "こうわん"),
    ("運輸", "うんゆ"),
    ("物流", "ぶつりゅう"),
    ("倉庫", "そうこ"),
    ("市役所", "しやくしょ"),
    ("役場", "やくば"),
];

/// What a name and its reading make together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mixed {
    /// Names that are written half in kana.
    pub(super) names: Vec<String>,
    /// The reading without the word that says what kind of organisation it is; empty where there is none.
    pub(super) stem: String,
}

/// The mixed names of an organisation, of its Japanese name and its reading in hiragana. None where the name
/// does not end with a word that is known, read as it is read.
pub(super) fn mixed(name: &str, reading: &str) -> Mixed {
    let (mut name, mut reading) = (bare(name), bare(reading));
    let mut kind = None;
    // The innermost of them: of 湊電力サービス it is 電力.
    while let Some(shorter) = shorter(name, reading) {
        (name, reading) = (shorter.name, shorter.reading);
        kind = Some(shorter.kind);
    }
    let Some((word, read)) = kind else {
        return Mixed::default();
    };
    let mut names = Vec::new();
    if reading.chars().count() >= 2 {
        names.push(format!("{reading}{word}"));
    }
    if !name.is_empty() {
        names.push(format!("{name}{read}"));
    }
    Mixed {
        names,
        stem: reading.to_owned(),
    }
}

struct Shorter<'n> {
    name: &'n str,
    reading: &'n str,
    kind: (&'static str, &'static str),
}

/// A name and its reading without the last word that says what kind of organisation it is.
fn shorter<'n>(name: &'n str, reading: &'n str) -> Option<Shorter<'n>> {
    KINDS.iter().find_map(|kind| {
        let name = name.strip_suffix(kind.0)?.trim_end();
        let reading = reading.strip_suffix(kind.1)?.trim_end();
        let kind = *kind;
        (!name.is_empty() && !reading.is_empty()).then_some(Shorter {
            name,
            reading,
            kind,
        })
    })
}

/// Without forms of incorporation at either end.
fn bare(name: &str) -> &str {
    let mut bare = name.trim();
    for form in FORMS {
        bare = bare.strip_prefix(form).unwrap_or(bare).trim_start();
        bare = bare.strip_suffix(form).unwrap_or(bare).trim_end();
    }
    bare
}
