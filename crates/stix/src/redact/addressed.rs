//! People whom nobody named before: whoever is addressed, bears a post or is said to be in charge, found by
//! what stands around a name.

use std::ops::Range;

use super::fold::Folded;
use super::name::is_kept;
use super::person::{BEFORE, DESKS, TITLES};
use super::sound::is_kana;

/// Places of names whoever bears them, in bytes: before a title (田中課長, 林様, Tanaka-san), after 担当 (担当：田中太郎)
/// and after Mr. and its like.
pub(super) fn find(text: &str, folded: &Folded) -> Vec<Range<usize>> {
    let chars = &folded.chars;
    let mut places = Vec::new();
    for at in 0..chars.len() {
        let rest = &chars[at..];
        let titles = TITLES.iter().filter(|title| begins_with(rest, title));
        places.extend(titles.filter_map(|title| titled(text, folded, at, title)));
        if begins_with(rest, IN_CHARGE) {
            places.extend(in_charge(chars, at + IN_CHARGE.chars().count()));
        }
    }
    let mut places: Vec<Range<usize>> = places.iter().map(|name| folded.origin(name)).collect();
    places.extend(greeted(text));
    places
}

/// Who has something to do, before or after a name.
const IN_CHARGE: &str = "担当";
/// What ends a word that is no name though a title follows it (同様, 営業部長), beside the ends of desks.
const NO_NAMES: &str = "\
    同 模 仕 役 客 位 業 民 家 所 院 校 団 会 営業 総務 経理 人事 技術 情報 開発 \
    企画 広報 法務 財務 製造 品質 管理 運用 保守 監視 警備 設備 工務 資材 購買 生産 \
    研究 事業 経営 業務 安全 環境 国際 海外 地域 監査 審査 調査 検査 分析 対策 対応 \
    計画 統括 統合 推進 支援 教育 研修 医事 看護 診療 薬剤 放射線 会計 契約 土木 建築 \
    建設 電気 機械 通信 制御 配電 送電 発電 変電 給電 系統 運転 運行 運輸 輸送 車両 \
    施設 水道 消防 防災 危機 渉外 融資 販売 物流 配送 代表 責任 事務 工場 現場 出張 \
    臨床 直属 郵便 保健 工事 水路 指導 作業 取扱 庶務 予防 警防 税務 健康 福祉 都市 \
    道路 河川 港湾 空港";
/// Words that are no name as a whole, and stand before a title or after 担当.
const NO_ONE: &str = "\
    皆 神 王 奥 別 左 多 有 異 一 二 三 四 五 十 貴 何 若 姫 仏 母 父 兄 姉 \
    娘 息子 旦那 医者 先 相手 先方 彼 華 摂 御 本 宮 支 次 副 前 元 新 旧 現 各 \
    全 当 某 両 諸 方 病 協 准 名誉 特任 第一 第二 第三 相手方 本人 個人 法人 当行 \
    貴行 御行 不在 不明 未定 未記入 変更 交代 交替 以下 別紙 下記";
/// Names that end as a desk does.
const LIKE_DESKS: &str = "\
    阿部 安部 渡部 服部 岡部 磯部 矢部 園部 綾部 長谷部 日下部 三室 城所 田所";
/// Common family names: what follows 担当 without a mark between is one of them.
const FAMILIES: &str = "\
    佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 \
    木村 清水 山崎 中島 池田 阿部 橋本 山下 石川 中野 前田 藤田 後藤 小川 岡田 村上 \
    長谷川 近藤 石井 坂本 遠藤 藤井 青木 福田 三浦 西村 藤原 太田 松田 原田 岡本 中川 \
    小野 田村 竹内 金子 中山 和田 石田 工藤 上田 森田 柴田 酒井 宮崎 横山 宮本 内田 \
    高木 安藤 谷口 大野 丸山 今井 高田 藤本 武田 村田 上野 杉山 増田 平野 大塚 千葉 \
    久保 松井 小島 岩崎 桜井 野口 松尾 野村 木下 菊地 菊池 佐野 大西 杉本 新井 古川 \
    浜田 市川 小松 高野 水野 吉川 島田 北村 小山 渡部 斉藤 岩田 早川 本田 服部 土屋";
/// Katakana that stand before 様 and さん and are no name; a long vowel at the end left out.
const NO_ONE_KANA: &str = "\
    ユーザ ベンダ メーカ オーナ メンバ スタッフ パートナ オペレータ マネージャ マネジャ \
    ゲスト リーダ プロバイダ ドクタ サポータ";
/// Most characters of a name in kanji, and of one in katakana.
const LONGEST: usize = 6;
const LONGEST_KANA: usize = 8;

fn begins_with(chars: &[char], word: &str) -> bool {
    let length = word.chars().count();
    chars.iter().take(length).copied().eq(word.chars())
}

const fn is_kanji(sign: char) -> bool {
    matches!(sign, '\u{3400}'..='\u{9fff}' | '々' | '\u{f900}'..='\u{faff}')
}

/// The name before a title at this place, in folded characters.
fn titled(text: &str, folded: &Folded, at: usize, title: &str) -> Option<Range<usize>> {
    let chars = &folded.chars;
    let end = at + title.chars().count();
    let next = |ahead: usize| chars.get(end + ahead).copied().unwrap_or(' ');
    if title.is_ascii() {
        return latin_before(chars, at).filter(|_| !next(0).is_ascii_alphanumeric());
    }
    // 様子, 氏名, 様な (not 様など), 多様性: parts of other words.
    let other = match title {
        "様" => "子式態相々変化性".contains(next(0)) || next(0) == 'ナ' && next(1) != 'ド',
        "氏" => "名族神".contains(next(0)),
        "君" => "主臨".contains(next(0)),
        "殿" => "堂下".contains(next(0)),
        _ => false,
    };
    let written = text.get(folded.origin(&(at..end))).unwrap_or_default();
    let hiragana = |sign: char| matches!(sign, '\u{3041}'..='\u{3096}');
    let kana = title.chars().all(is_kana);
    if other || kana && !written.chars().all(hiragana) {
        return None;
    }
    let gap = usize::from(at > 0 && chars[at - 1] == ' ');
    let post = !kana && !matches!(title, "様" | "氏" | "君" | "殿");
    kanji_before(chars, at - gap).or_else(|| {
        let name = kana_before(chars, at - gap).filter(|_| !post)?;
        let katakana =
            |sign: char| matches!(sign, '\u{30a1}'..='\u{30fc}' | '\u{ff66}'..='\u{ff9f}');
        let written = text.get(folded.origin(&name)).unwrap_or_default();
        written.chars().all(katakana).then_some(name)
    })
}

/// A name in kanji that ends here: a family name, perhaps a given name after a space. What stands before it of
/// an organisation or a desk is cut off: 情報管理課田中.
fn kanji_before(chars: &[char], end: usize) -> Option<Range<usize>> {
    let run = |end: usize| {
        let back = chars[..end].iter().rev().take(4 * LONGEST);
        end - back.take_while(|sign| is_kanji(**sign)).count()..end
    };
    let mut name = run(end);
    // 田中副部長 is 田中; 副部長 is nobody.
    while name.len() > 1 && chars[name.end - 1] == '副' {
        name.end -= 1;
    }
    let cut = (name.start + 1..name.end)
        .rev()
        .find(|at| ends_a_desk(&chars[name.start..*at]));
    name.start = cut.unwrap_or(name.start);
    if !is_name(&chars[name.clone()]) {
        return None;
    }
    let spaced = name.start.checked_sub(1).filter(|at| chars[*at] == ' ');
    if let Some(space) = spaced.filter(|_| cut.is_none() && name.len() <= 3) {
        let family = run(space);
        if family.len() <= 3 && is_name(&chars[family.clone()]) {
            return Some(family.start..name.end);
        }
    }
    Some(name)
}

/// Whether a run of kanji ends with what an organisation or a desk is called.
fn ends_a_desk(run: &[char]) -> bool {
    let run: String = run.iter().collect();
    let desk = DESKS
        .iter()
        .copied()
        .chain(ORGANISATIONS.split(' '))
        .any(|desk| run.ends_with(desk));
    desk && !LIKE_DESKS.split(' ').any(|name| run.ends_with(name))
}

/// Ends of what organisations are called.
const ORGANISATIONS: &str = "\
    社 庁 省 店 署 銀行 電力 病院 鉄道 水道 通信 大学 製作所 金庫";

fn is_name(kanji: &[char]) -> bool {
    let word: String = kanji.iter().collect();
    // 営業本部長 is 営業 with 本部長.
    let bare = word.strip_suffix('本').filter(|bare| !bare.is_empty());
    let ends = |word: &str| NO_NAMES.split(' ').any(|other| word.ends_with(other));
    let whole = NO_ONE.split(' ').any(|other| word == other);
    let like = LIKE_DESKS.split(' ').any(|name| word.ends_with(name));
    let desk = !like && (ends(&word) || ends_a_desk(kanji) || bare.is_some_and(ends));
    (1..=LONGEST).contains(&kanji.len()) && !whole && !desk
}

fn kana_before(chars: &[char], end: usize) -> Option<Range<usize>> {
    let back = chars[..end].iter().rev().take(LONGEST_KANA + 1);
    let length = back.take_while(|sign| is_kana(**sign)).count();
    let name = end - length..end;
    let word: String = chars[name.clone()].iter().collect();
    let word = word.trim_end_matches('ー');
    let desk = NO_ONE_KANA.split(' ').any(|other| word == other)
        || DESKS.iter().any(|desk| word.ends_with(desk));
    ((2..=LONGEST_KANA).contains(&length) && !desk).then_some(name)
}

/// `tanaka-san`: a word and a hyphen before the title.
fn latin_before(chars: &[char], at: usize) -> Option<Range<usize>> {
    let hyphen = at.checked_sub(1).filter(|at| chars[*at] == '-')?;
    let back = chars[..hyphen].iter().rev().take(24);
    let length = back.take_while(|sign| sign.is_ascii_alphabetic()).count();
    let start = hyphen - length;
    let apart = start.checked_sub(1).and_then(|at| chars.get(at));
    let joined = apart.is_some_and(|sign| sign.is_ascii_alphanumeric() || "-_./@".contains(*sign));
    (length >= 2 && !joined).then_some(start..hyphen)
}

/// The name after 担当: any of two to four kanji after a colon or a space, where a word could end; a common
/// family name without a mark between.
fn in_charge(chars: &[char], mut at: usize) -> Option<Range<usize>> {
    at += usize::from(chars.get(at) == Some(&'者'));
    let marks = chars.get(at..)?.iter().take(3);
    let gap = marks.take_while(|sign| matches!(sign, ' ' | ':')).count();
    let joined = gap == 0 && matches!(chars.get(at), Some('ノ' | 'ハ' | 'ガ'));
    at += gap + usize::from(joined);
    let run = |at: usize| {
        let rest = chars.get(at..).unwrap_or_default().iter();
        at..at
            + rest
                .take(LONGEST)
                .take_while(|sign| is_kanji(**sign))
                .count()
    };
    let mut name = run(at);
    if gap == 0 {
        let family = FAMILIES
            .split(' ')
            .find(|family| begins_with(&chars[at..], family))?;
        return Some(at..name.end.max(at + family.chars().count()).min(at + 5));
    }
    if chars.get(name.end) == Some(&' ') && (1..=3).contains(&name.len()) {
        let given = run(name.end + 1);
        if (1..=3).contains(&given.len()) && is_name(&chars[given.clone()]) {
            name.end = given.end;
        }
    }
    let letters: Vec<char> = chars[name.clone()]
        .iter()
        .copied()
        .filter(|c| *c != ' ')
        .collect();
    let next = chars.get(name.end).copied().unwrap_or(' ');
    // Where a verb goes on (確認し, 対応済み) it was no name.
    let ends = !is_kept(next) || "ハガモヨマカトニヘノ".contains(next) || next.is_ascii_digit();
    let other = letters.ends_with(&['中']) && letters.len() > 2;
    ((2..=4).contains(&letters.len()) && ends && !other && is_name(&letters)).then_some(name)
}

/// `Mr. Tanaka`, `Dr Hanako Mori`: up to three words with a capital letter, in bytes.
fn greeted(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut words = Words::of(text).peekable();
    while let Some((_, word)) = words.next() {
        let greeting = BEFORE.iter().any(|title| {
            let capital = word.starts_with(|sign: char| sign.is_ascii_uppercase());
            capital && word[1..] == title[1..] && word.eq_ignore_ascii_case(title)
        });
        let mut name: Option<Range<usize>> = None;
        while let Some((at, word)) = words.peek().copied().filter(|_| greeting) {
            let begin = word.starts_with(char::is_uppercase) && word.chars().count() > 1;
            let gap = match &name {
                Some(name) => text[name.end..at] == *" ",
                None => matches!(before_word(text, at), " " | ". " | "." | ".\u{a0}"),
            };
            let most = name
                .as_ref()
                .is_some_and(|name| text[name.clone()].matches(' ').count() >= 2);
            if !begin || !gap || most {
                break;
            }
            let from = name.map_or(at, |name| name.start);
            name = Some(from..at + word.len());
            words.next();
        }
        places.extend(name);
    }
    places
}

/// What stands between a word and the one before it.
fn before_word(text: &str, at: usize) -> &str {
    let head = &text[..at];
    let from = head.trim_end_matches(|sign: char| !is_letter(sign)).len();
    &head[from..]
}

fn is_letter(sign: char) -> bool {
    let latin = sign.is_alphanumeric() && sign < '\u{2e80}';
    latin || matches!(sign, '\'' | '’' | '-')
}

/// The words of a text, each with where it begins.
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Words<'t> {
    const fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'t> Iterator for Words<'t> {
    type Item = (usize, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.text[self.at..];
        let from = self.at + rest.find(is_letter)?;
        let tail = &self.text[from..];
        let length = tail
            .find(|sign: char| !is_letter(sign))
            .unwrap_or(tail.len());
        self.at = from + length;
        Some((from, &tail[..length]))
    }
}
