//! Keys, types and sectors by all their names. These are words that people type; what pages show stands in the
//! Fluent files.

use jiff::civil::Date;
use kaname_directory::catalogue::Catalogue;
use kaname_kernel::fold::fold;

/// What a term can be asked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// Type of object or kind of item.
    Type,
    /// Sector.
    Sector,
    /// TLP 2.0.
    Tlp,
    /// PAP.
    Pap,
    /// Not before.
    Since,
    /// Not after.
    Until,
    /// Whose claim it is.
    From,
    /// Collection.
    Collection,
    /// Number or id.
    Id,
    /// CVE number.
    Cve,
    /// Any value.
    Value,
    /// A fuzzy hash or one alike.
    Alike,
}

impl Key {
    /// All of them, those that people ask by first in front.
    pub const ALL: [Self; 12] = [
        Self::Type,
        Self::Sector,
        Self::Tlp,
        Self::Pap,
        Self::Since,
        Self::Until,
        Self::From,
        Self::Collection,
        Self::Id,
        Self::Cve,
        Self::Value,
        Self::Alike,
    ];

    /// Its word in canonical writing.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Sector => "sector",
            Self::Tlp => "tlp",
            Self::Pap => "pap",
            Self::Since => "since",
            Self::Until => "until",
            Self::From => "from",
            Self::Collection => "collection",
            Self::Id => "id",
            Self::Cve => "cve",
            Self::Value => "value",
            Self::Alike => "alike",
        }
    }

    const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Type => &["種別", "種類", "型", "kind"],
            Self::Sector => &["分野"],
            Self::Tlp => &["共有範囲"],
            Self::Pap => &["利用範囲"],
            Self::Since => &["以降", "開始", "after"],
            Self::Until => &["以前", "終了", "before"],
            Self::From => &["提供元", "出所", "組織"],
            Self::Collection => &["コレクション"],
            Self::Id => &["番号", "識別子"],
            Self::Cve => &["脆弱性番号"],
            Self::Value => &["値"],
            Self::Alike => &["類似", "similar"],
        }
    }

    /// The key of a name in any writing.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let name = fold(name);
        let is = |key: &Self| key.word() == name || key.aliases().contains(&name.as_str());
        Self::ALL.into_iter().find(is)
    }
}

/// A key as written.
pub(super) enum Named<'t> {
    /// One there is.
    Known(Key),
    /// Something else before a colon.
    Unknown(&'t str),
}

/// Types by their codes, with what else people call them: STIX objects (STIX 2.1 §4 to §6) and kinds of items.
pub const TYPES: &[(&str, &[&str])] = &[
    (
        "indicator",
        &["指標", "インジケーター", "インジケータ", "ioc"],
    ),
    ("malware", &["マルウェア", "マルウエア"]),
    (
        "attack-pattern",
        &["攻撃手法", "攻撃パターン", "手口", "technique"],
    ),
    ("threat-actor", &["攻撃者", "脅威アクター", "actor"]),
    ("intrusion-set", &["攻撃者集団", "攻撃グループ"]),
    ("campaign", &["攻撃活動", "キャンペーン"]),
    ("tool", &["ツール", "道具"]),
    ("vulnerability", &["脆弱性"]),
    ("course-of-action", &["対策", "対処", "緩和策"]),
    ("report", &["報告", "レポート"]),
    ("grouping", &["まとめ"]),
    ("incident", &["インシデント", "事案"]),
    ("note", &["注記", "メモ"]),
    ("opinion", &["意見"]),
    ("relationship", &["関係"]),
    ("sighting", &["目撃", "検知"]),
    ("observed-data", &["観測データ", "観測"]),
    ("malware-analysis", &["マルウェア解析", "解析"]),
    ("identity", &["組織・人", "組織", "人"]),
    ("infrastructure", &["攻撃基盤", "基盤", "インフラ"]),
    ("location", &["場所", "地域"]),
    ("marking-definition", &["取り扱い表示", "標示"]),
    ("language-content", &["翻訳"]),
    ("extension-definition", &["拡張"]),
    ("ipv4-addr", &["ipv4アドレス", "ipv4", "ipアドレス"]),
    ("ipv6-addr", &["ipv6アドレス", "ipv6"]),
    ("domain-name", &["ドメイン", "domain"]),
    ("url", &["アドレス"]),
    ("email-addr", &["メールアドレス", "email"]),
    ("email-message", &["メール"]),
    ("mac-addr", &["macアドレス"]),
    ("file", &["ファイル"]),
    ("directory", &["フォルダー", "フォルダ"]),
    ("artifact", &["検体"]),
    ("autonomous-system", &["自律システム", "asn"]),
    ("mutex", &["ミューテックス"]),
    ("network-traffic", &["通信"]),
    ("process", &["プロセス"]),
    ("software", &["ソフトウェア", "製品"]),
    ("user-account", &["利用者アカウント", "アカウント"]),
    ("windows-registry-key", &["レジストリ"]),
    ("x509-certificate", &["証明書"]),
    ("phishing", &["フィッシング"]),
    ("advisory", &["注意喚起"]),
    ("assessment", &["分析評価", "評価"]),
];

/// The code of a type that is called so.
#[must_use]
pub fn type_code(name: &str) -> Option<&'static str> {
    let name = fold(name.trim());
    let is = |(code, names): &&(&str, &[&str])| *code == name || names.contains(&name.as_str());
    TYPES.iter().find(is).map(|(code, _)| *code)
}

/// A sector's code with its names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SectorNames {
    code: String,
    ja: String,
    en: String,
}

/// Names that change by law, as they are on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    sectors: Vec<SectorNames>,
}

impl Vocabulary {
    /// Of a day.
    #[must_use]
    pub fn on(catalogue: &Catalogue, day: Date) -> Self {
        let sectors = catalogue.sectors_on(day);
        let names = |one: kaname_directory::catalogue::SectorView| SectorNames {
            code: one.code.to_string(),
            ja: one.name.ja.to_string(),
            en: one.name.en.to_string(),
        };
        Self {
            sectors: sectors.into_iter().map(names).collect(),
        }
    }

    /// The code of the sector that is called so: by code, by a name, or by the beginning of exactly one name.
    #[must_use]
    pub fn sector(&self, name: &str) -> Option<&str> {
        let name = fold(name.trim());
        let bare = name.strip_suffix("分野").unwrap_or(&name);
        if bare.is_empty() {
            return None;
        }
        let is =
            |one: &&SectorNames| one.code == bare || fold(&one.ja) == bare || fold(&one.en) == bare;
        if let Some(found) = self.sectors.iter().find(is) {
            return Some(&found.code);
        }
        let begins =
            |one: &&SectorNames| fold(&one.ja).starts_with(bare) || fold(&one.en).starts_with(bare);
        let mut beginning = self.sectors.iter().filter(begins);
        match (beginning.next(), beginning.next()) {
            (Some(only), None) => Some(&only.code),
            _ => None,
        }
    }

    /// Codes of the sectors, in the action plan's order.
    pub fn sectors(&self) -> impl Iterator<Item = &str> {
        self.sectors.iter().map(|one| one.code.as_str())
    }

    /// What a sector is called in texts: both names and the code's words.
    #[must_use]
    pub fn sector_words(&self, code: &str) -> Vec<String> {
        let found = self.sectors.iter().find(|one| one.code == code);
        let named = found.map(|one| vec![one.ja.clone(), one.en.clone()]);
        let mut words = named.unwrap_or_default();
        words.push(code.replace('-', " "));
        words
    }

    /// A sector's Japanese name.
    #[must_use]
    pub fn sector_ja(&self, code: &str) -> Option<&str> {
        let found = self.sectors.iter().find(|one| one.code == code);
        found.map(|one| one.ja.as_str())
    }

    /// A sector's English name.
    #[must_use]
    pub fn sector_en(&self, code: &str) -> Option<&str> {
        let found = self.sectors.iter().find(|one| one.code == code);
        found.map(|one| one.en.as_str())
    }
}
