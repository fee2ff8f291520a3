use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kaname_stix::redact::{
    LeadKind, Reading, Trace, TraceKind, find_leads, find_traces, find_words,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn finds(kind: TraceKind, trace: &str, text: &str) -> bool {
    !find_traces(&json!({ "description": text }), &[Trace::new(kind, trace)]).is_empty()
}

#[test]
fn names_in_disguise() {
    let name = |trace: &str, text: &str| finds(TraceKind::Name, trace, text);
    for text in [
        "株式会社東都電力で見つかった",
        "東都電力（株）の端末",
        "東 都 電 力",
        "東都\n電力",
        "㈱東都電力",
        "path/%E6%9D%B1%E9%83%BD%E9%9B%BB%E5%8A%9B",
        "&#26481;&#37117;&#38651;&#21147;",
        "\\u6771\\u90fd\\u96fb\\u529b",
        "=E6=9D=B1=E9=83=BD=E9=9B=BB=E5=8A=9B",
        "東\u{200b}都電力",
        "%93%8C%93%73%93%64%97%CD",
    ] {
        assert!(name("東都電力株式会社", text), "{text}");
    }
    assert!(name("ミナト・バンク", "ﾐﾅﾄﾊﾞﾝｸの件") && name("ミナトバンク", "みなとばんく"));
    assert!(
        name("Example Corp. Ltd.", "EXAMPLE-corp host")
            && name("Acme Power Inc.", "ａｃｍｅ　ｐｏｗｅｒ")
    );
    assert!(name("ANA", "the ANA server") && name("ANA", "ANA2024") && !name("ANA", "a banana"));
    assert!(!name("東都電力", "東部電力") && !name("", "anything"));
    let person = |trace: &str, text: &str| finds(TraceKind::Person, trace, text);
    assert!(
        person("高橋 太郎", "髙橋様")
            && person("Taro Yamada", "YAMADA, Taro")
            && person("山﨑花子", "山崎　花子")
    );
}

#[test]
fn people_in_disguise() {
    let person = |trace: &str, text: &str| finds(TraceKind::Person, trace, text);
    for text in [
        "高橋様から",
        "髙橋　太郎",
        "たかはしたろう",
        "タカハシさんの端末",
        "ﾀｶﾊｼ ﾀﾛｳ",
        "Takahashi Taro",
        "TARO TAKAHASHI",
        "TarouTakahasi",
        "Ｔａｒｏ　Ｔａｋａｈａｓｈｉ",
        "Tarō",
        "t a k a h a s h i",
        "%E9%AB%98%E6%A9%8B",
        "44K/44Kr44OP44K3",
    ] {
        assert!(person("髙橋 太郎（たかはし たろう）", text), "{text}");
        assert!(person("高橋太郎 (Takahashi Tarou)", text), "{text}");
    }
    for text in [
        "Joji Ono",
        "Jouji Ohno",
        "オオノ　ジョージ",
        "JYOUJI OONO",
        "大野じょうじ",
    ] {
        assert!(person("大野 譲二／おおの じょうじ", text), "{text}");
    }
    for text in [
        "林様",
        "林 さん",
        "林氏に",
        "林部長",
        "Mr. Hayashi",
        "hayashi-san",
        "はやし殿",
    ] {
        assert!(person("林 健（はやし けん）", text), "{text}");
    }
    for text in ["森林の監視", "林道", "the Hayes case", "メモリ", "まけんき"] {
        assert!(!person("林 健（もり けん）", text), "{text}");
    }
    assert!(person("もり", "もりさんが受けた") && person("もり", "担当のもりさん"));
    assert!(person("森鴎外", "森さん") && !person("森鴎外", "青森の"));
    let mail = "taro.takahashi@example.net";
    for text in [
        "taro . takahashi @ example.net",
        "高橋 Takahashi Taro",
        "タカハシ・タロウ",
    ] {
        assert!(person(mail, text), "{text}");
    }
    assert!(!person("security@example.net", "security of the network"));
    let desk = "Minato Electric, SOC duty manager";
    assert!(person(desk, "MINATO ELECTRIC SOC Duty Manager"));
    assert!(!person(desk, "electric utilities") && person("湊電力 監視室 当直責任者", "湊電力の"));
    // What desks and posts are called leads to nobody.
    assert!(!person("担当者", "担当者が確認") && !person("CSIRT 責任者", "CSIRT に連絡"));
}

/// A long text full of beginnings of many names costs no more than its length: sixteen times as long, it
/// takes nowhere near 256 times the time, however busy the machine is.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what the test is about"
)]
fn many_people_in_a_long_text_take_linear_time() {
    let kana = (0..100).map(|n| format!("たかはしたか{n} たろう"));
    let kanji = (0..100).map(|n| format!("山本{n} 太郎（やまもと たろう）"));
    let people: Vec<Trace> = kana
        .chain(kanji)
        .map(|name| Trace::new(TraceKind::Person, name))
        .collect();
    let cost = |times: usize| {
        let text = json!("たかはしたかはし山山 yamamamoto ".repeat(times));
        let run = || {
            let begun = std::time::Instant::now();
            let _ = find_traces(&text, &people);
            begun.elapsed()
        };
        (0..3).map(|_| run()).min().unwrap()
    };
    let (short, long) = (cost(50), cost(800));
    assert!(long < short * 100, "{short:?} against {long:?}");
}

#[test]
fn words_are_found_with_their_places() {
    let words = ["6:47".to_owned(), "06:47".to_owned(), "6時47".to_owned()];
    let text = "２６日６時４７分、06 : 47 と16:47、6:470、6:47:12";
    let found: Vec<&str> = find_words(text, &words)
        .into_iter()
        .map(|span| &text[span])
        .collect();
    assert_eq!(found, ["６時４７", "06 : 47", "6:47"]);
}

#[test]
fn punycode_is_read_both_ways() {
    let ascii = PUNY;
    assert!(finds(
        TraceKind::Domain,
        "東都電力.jp",
        &format!("http://www.{ascii}/x")
    ));
    assert!(finds(TraceKind::Domain, ascii, "www.東都電力。jp を見よ"));
    assert!(finds(TraceKind::Name, "東都電力", ascii));
}

/// `東都電力.jp` in punycode.
const PUNY: &str = "xn--tfrt89bxl4al9e.jp";

#[test]
fn domains_in_disguise() {
    let domain = |text: &str| finds(TraceKind::Domain, "toto-denryoku.co.jp", text);
    for text in [
        "https://www.toto-denryoku.co.jp/a",
        "taro@mail.TOTO-DENRYOKU.co.jp",
        "toto-denryoku[.]co[.]jp",
        "toto-denryoku(dot)co(dot)jp",
        "toto-denryoku dot co dot jp",
        "ｔｏｔｏ－ｄｅｎｒｙｏｋｕ．ｃｏ．ｊｐ",
        "toto-denryoku . co . jp",
        "toto-den\nryoku.co.jp",
        "toto-den=\r\nryoku.co.jp",
        "toto‐denryoku｡co｡jp",
        "toto-denryoku\\.co\\.jp",
        "hxxp://toto-denryoku{.}co{.}jp",
        "https://x/?u=toto%2Ddenryoku%2Eco.jp",
        "%74%6f%74%6f-denryoku.co.jp",
        "https://x/?u=%2574oto-denryoku.co.jp",
        "toto-denryoku[.]co.jp.evil.example",
    ] {
        assert!(domain(text), "{text}");
    }
    assert!(!domain("denryoku.co.jp") && !domain("toto-denryoku.co.jpx"));
    assert!(
        !finds(TraceKind::Domain, "ab.jp", "xab.jp")
            && finds(TraceKind::Domain, "ab.jp", "x.ab.jp")
    );
}

#[test]
fn addresses_in_disguise() {
    let four = |text: &str| finds(TraceKind::Address, "203.0.113.0/24", text);
    for text in [
        "203.0.113.7",
        "203[.]0[.]113[.]7:443",
        "２０３．０．１１３．７",
        "http://3405803783/",
        "0xCB007107",
        "7.113.0.203.in-addr.arpa",
        "203-0-113-7.isp.example",
        "203.0.0.0/16",
        "203.0.113.128/25",
        "203.000.113.007",
        "::ffff:203.0.113.7",
        "from 203.0.113.7. Then",
        "a203 . 0 . 113 . 7",
    ] {
        assert!(four(text), "{text}");
    }
    assert!(!four("203.0.114.7") && !four("1203.0.113.7") && !four("203.0.113.7000"));
    let six = |text: &str| finds(TraceKind::Address, "2001:db8:1::/48", text);
    for text in [
        "2001:DB8:1::5",
        "[2001:db8:1::5]:443",
        "2001:0db8:0001:0000:0000:0000:0000:0005",
        "host:2001:db8:1::5",
        "2001[:]db8[:]1[:][:]5",
        "2001:db8::/32",
        "2001:db8:1:2:3:4:5:6:443",
    ] {
        assert!(six(text), "{text}");
    }
    assert!(!six("2001:db8:2::5") && !six("std::fmt"));
    assert!(
        finds(TraceKind::Address, "203.0.113.7", "203.0.113.7")
            && !finds(TraceKind::Address, "203.0.113.7", "203.0.113.70")
    );
}

#[test]
fn everywhere_in_the_value() {
    let traces = [Trace::new(TraceKind::Domain, "toto.example")];
    let secret = STANDARD.encode("MZ...http://toto.example/");
    let wide: Vec<u8> = "iwr toto.example"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let value = json!({
        "a/b": [{ "c": "x toto.example y" }],
        "toto.example": 1,
        "payload_bin": secret,
        "command": format!("powershell -enc {}", STANDARD.encode(wide)),
        "clean": "nothing",
    });
    let hits = find_traces(&value, &traces);
    let paths: Vec<(&str, bool)> = hits
        .iter()
        .map(|hit| (hit.path.as_str(), hit.in_key))
        .collect();
    assert!(paths.contains(&("/a~1b/0/c", false)) && paths.contains(&("/toto.example", true)));
    assert!(paths.contains(&("/payload_bin", false)) && paths.contains(&("/command", false)));
    assert!(!paths.iter().any(|(path, _)| *path == "/clean"));
    let plain = hits
        .iter()
        .find(|hit| hit.reading == Reading::Plain && !hit.in_key)
        .unwrap();
    assert_eq!(&"x toto.example y"[plain.span.clone()], "toto.example");
    assert_eq!(plain.excerpt, "x toto.example y");
}

#[test]
fn every_place_of_a_trace_is_told() {
    for (trace, text, expected) in [
        (
            Trace::new(TraceKind::Name, "湊電力"),
            "湊電力という名の偽サイトが使われた。被害を受けたのは湊電力の変電所で、湊電力の社員が気づいた。",
            3,
        ),
        (
            Trace::new(TraceKind::Domain, "minato.example"),
            "minato.example と vpn[.]minato[.]example と m1nato.example",
            3,
        ),
        (
            Trace::new(TraceKind::Address, "203.0.113.0/24"),
            "203.0.113.7, 192.0.2.1, 203.0.113.8 ::ffff:203.0.113.9",
            3,
        ),
        (
            Trace::new(TraceKind::Person, "森 太郎"),
            "森太郎が Taro Mori に。森 太郎。",
            2,
        ),
    ] {
        let hits = find_traces(&json!(text), std::slice::from_ref(&trace));
        let places: Vec<&str> = hits.iter().map(|hit| &text[hit.span.clone()]).collect();
        assert_eq!(places.len(), expected, "{text}: {places:?}");
        let apart = hits
            .windows(2)
            .all(|pair| pair[0].span.end <= pair[1].span.start);
        assert!(apart, "{places:?}");
    }
}

#[test]
fn nothing_invisible_accented_or_drawn_alike_hides_a_trace() {
    for text in [
        "湊\u{3164}電力",
        "湊\u{115f}電力",
        "湊\u{ffa0}電力",
        "湊\u{2064}電力",
        "湊\u{e0020}電力",
        "湊ー電力",
        "湊ーー電力",
    ] {
        assert!(finds(TraceKind::Name, "湊電力", text), "{text:?}");
    }
    for text in [
        "mínato-denryoku.example",
        "mina\u{301}to-denryoku.example",
        "mina\u{20dd}to-denryoku.example",
        "m1nato-denryoku.example",
        "minat0-denryoku.example",
        "minatø-đenryoku.example",
        "ᴍɪnato-denryoku.example",
        "ᴍɪɴᴀᴛᴏ-ᴅᴇɴʀʏᴏᴋᴜ.example",
    ] {
        assert!(
            finds(TraceKind::Domain, "minato-denryoku.example", text),
            "{text:?}"
        );
    }
    // What makes another word of it is no disguise.
    assert!(finds(TraceKind::Name, "ガード電機", "カ\u{3099}ード電機"));
    assert!(!finds(TraceKind::Name, "ガード電機", "カード電機"));
    assert!(!finds(TraceKind::Name, "コーナー電機", "コナー電機"));
}

fn wide(text: &str) -> String {
    let widen = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        other => other,
    };
    text.chars().map(widen).collect()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn spaced(text: &str) -> String {
    text.chars().flat_map(|c| [c, ' ']).collect()
}

/// Disguises that hide any kind of trace.
fn disguise(kind: TraceKind, trace: &str, how: usize, around: &str) -> String {
    let plain = format!("{around} {trace} {around}");
    match how {
        0 => plain,
        1 => wide(&plain),
        2 => percent(&plain),
        3 => STANDARD.encode(&plain),
        4 => format!("see/{}", URL_SAFE_NO_PAD.encode(&plain)),
        5 => plain.to_uppercase(),
        6 => percent(&percent(trace)),
        7 => plain.bytes().map(|byte| format!("{byte:02x}")).collect(),
        8 => plain
            .chars()
            .map(|c| format!("&#{};", u32::from(c)))
            .collect(),
        9 => STANDARD.encode(
            plain
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>(),
        ),
        10 => STANDARD.encode(percent(&plain)),
        _ if kind == TraceKind::Name || kind == TraceKind::Person => spaced(trace),
        11 => trace.replace('.', "[.]"),
        12 => trace.replace('.', " . "),
        _ => trace.replace('.', "[.").replace("[.", "(.)"),
    }
}

fn trace() -> impl Strategy<Value = Trace> {
    prop_oneof![
        "[ア-ヴ一-十]{3,6}(株式会社)?".prop_map(|text| Trace::new(TraceKind::Name, text)),
        "[A-Z][a-z]{5,9} [A-Z][a-z]{3,6}( Inc\\.)?"
            .prop_map(|text| Trace::new(TraceKind::Name, text)),
        "[一-十]{2} [一-十]{2}".prop_map(|text| Trace::new(TraceKind::Person, text)),
        "[a-z]{3,10}(-[a-z]{2,5})?\\.(co\\.jp|example|jp)"
            .prop_map(|text| Trace::new(TraceKind::Domain, text)),
        any::<[u8; 4]>().prop_map(|ip| Trace::new(
            TraceKind::Address,
            std::net::Ipv4Addr::from(ip).to_string()
        )),
    ]
}

fn embed(text: String, place: u8) -> Value {
    match place % 5 {
        0 => json!({ "description": text }),
        1 => json!({ "external_references": [{ "source_name": "x", "url": text }] }),
        2 => json!({ "extensions": { "x": { text: true } } }),
        3 => json!([[["a", text]]]),
        _ => json!(text),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_disguised_trace_is_found(
        trace in trace(), how in 0_usize..14, around in "[a-z 、。]{0,12}", place in any::<u8>(),
    ) {
        let text = disguise(trace.kind, &trace.text, how, &around);
        let hits = find_traces(&embed(text.clone(), place), std::slice::from_ref(&trace));
        prop_assert!(!hits.is_empty(), "{:?} as {}", trace, text);
    }

    #[test]
    fn never_panics_and_spans_fit(text in "\\PC{0,60}", trace in trace(), part in "\\PC{1,3}") {
        let traces = [trace, Trace::new(TraceKind::Name, part.as_str()), Trace::new(TraceKind::Domain, part.as_str())];
        for hit in find_traces(&json!(text), &traces) {
            prop_assert!(text.get(hit.span.clone()).is_some());
        }
        for lead in find_leads(&text) {
            prop_assert!(text.get(lead.span.clone()).is_some_and(|found| !found.is_empty()));
        }
    }

    /// What people write around names and numbers, in any order.
    #[test]
    fn leads_never_panic(text in "(担当|者|田中|様|さん|ｻﾝ|：|　| |内線|ext|[+0-9()-]{1,9}|@|\\[@\\]|a.jp|10\\.1\\.2\\.3|Mr\\.|Ms|Tanaka|-san|副|本部長|ﾀﾅｶ){0,12}") {
        for lead in find_leads(&text) {
            prop_assert!(text.get(lead.span.clone()).is_some_and(|found| !found.is_empty()));
        }
    }
}

/// What is found in a text by its form alone, as it stands there.
fn leads(text: &str, kind: LeadKind) -> Vec<&str> {
    let found = find_leads(text).into_iter();
    let found = found.filter(|lead| lead.kind == kind);
    found.map(|lead| &text[lead.span]).collect()
}

#[test]
fn people_are_found_where_they_are_addressed_or_in_charge() {
    for (text, name) in [
        ("みなと電力の担当 田中太郎（内線 4521）", "田中太郎"),
        ("田中主任まで", "田中"),
        ("担当：山田 花子", "山田 花子"),
        ("担当者：五十嵐", "五十嵐"),
        ("連絡は担当田中まで", "田中"),
        ("担当の鈴木が確認", "鈴木"),
        ("情報管理課田中係長が確認", "田中"),
        ("森様へ", "森"),
        ("髙橋さんから", "髙橋"),
        ("高橋 一郎 様", "高橋 一郎"),
        ("阿部部長", "阿部"),
        ("山本氏は", "山本"),
        ("スミスさんが", "スミス"),
        ("営業部 田中副部長", "田中"),
        ("by Mr. Taro Tanaka today", "Taro Tanaka"),
        ("Dr Mori found it", "Mori"),
        ("Ask Tanaka-san first", "Tanaka"),
    ] {
        let found = leads(text, LeadKind::Person);
        assert!(found.contains(&name), "{text}: {found:?}");
    }
}

/// Words that look like a name before a title, and are none.
#[test]
fn what_is_nobody_is_not_found_as_a_person() {
    for text in [
        "同様の手口、仕様の確認、多様な経路、模様、皆様、お客様、様子",
        "営業部長と総務課長、情報システム部長、代表取締役社長、副社長、事務局長、監視室長",
        "担当者が確認し、担当部署へ連絡した。担当 確認中。担当：営業部。担当 対応済み。担当 不在",
        "担当者の職員が、担当の設備を、購買担当宛に、保守担当者宛の、担当社員、担当分野のため",
        "氏名と住所、利用者氏名、彼氏、両氏、宮殿、検体サンプル、たくさん、皆さん、さまざま",
        "ユーザー様、ベンダ様、メーカーさん、事業者様、会員様、銀行様",
        "MS Word, DR site, a Dr. of it, drop, the mrs table, doctor",
        "病院長、郵便局長、准教授、検査技師、工事主任、電気主任技術者",
    ] {
        assert_eq!(leads(text, LeadKind::Person), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn telephone_numbers_are_found_in_the_forms_people_write() {
    for (text, number) in [
        ("内線 4521、", "内線 4521"),
        ("（内線番号：８－４５２１）", "内線番号：８－４５２１"),
        ("ext. 4521", "ext. 4521"),
        ("090-1234-5678、", "090-1234-5678"),
        ("０３－５５０１－７７８８", "０３－５５０１－７７８８"),
        ("(03)5501-7788", "(03)5501-7788"),
        ("03 (5501) 7788", "03 (5501) 7788"),
        ("TEL:0355017788", "0355017788"),
        ("電話09012345678まで", "09012345678"),
        ("0120-123-456", "0120-123-456"),
        ("04992-2-1234", "04992-2-1234"),
        ("+81 3 5501 7788", "+81 3 5501 7788"),
        ("+81-(0)90-1234-5678", "+81-(0)90-1234-5678"),
        ("+1 (555) 123-4567", "+1 (555) 123-4567"),
    ] {
        assert_eq!(leads(text, LeadKind::Phone), [number], "{text}");
    }
    for text in [
        "2026-11-23 06:47:12+09:00、01-12-2026 10:30、CVE-2026-10431、+1234",
        "id=0312345678 /0312345678 a0312345678 4f1a0c6be2d9a7735c0f5a1e7be8c9d3b2f64e10a9d87c5534de21f0b7a6c981",
        "192.168.020.005、00-11-22-33-44-55、0123-4567-8901-2345、ext4 2020、context 4521、内線が 3 本",
    ] {
        assert_eq!(leads(text, LeadKind::Phone), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn mail_and_inner_addresses_are_found_whoever_has_them() {
    let text = "taro.tanaka@gmail.com と ｔａｒｏ＠ｍａｉｌ．ｅｘａｍｐｌｅ と hanako[@]mail[.]example、not@home, a@b.c1";
    let mails = [
        "taro.tanaka@gmail.com",
        "ｔａｒｏ＠ｍａｉｌ．ｅｘａｍｐｌｅ",
        "hanako[@]mail[.]example",
    ];
    assert_eq!(leads(text, LeadKind::Mail), mails);
    let plain: Vec<String> = find_leads(text)
        .into_iter()
        .map(|lead| lead.plain)
        .collect();
    assert_eq!(plain[1], "taro@mail.example");
    let text = "端末 10.20.30.40、192[.]168[.]20[.]5、172.31.0.1、169.254.3.4、fd00:12::1、fe80::1、10.1.2.0/24";
    let found = [
        "10.20.30.40",
        "192[.]168[.]20[.]5",
        "172.31.0.1",
        "169.254.3.4",
        "fd00:12::1",
        "fe80::1",
        "10.1.2.0/24",
    ];
    assert_eq!(leads(text, LeadKind::Inner), found);
    for text in [
        "203.0.113.7 172.32.0.1 10.0.0.0/8 192.168.0.0/16 169.254.169.254 fc00::/7",
        "11.10.2.3.4 10-20-30-40 10.0.19041.1 fd:ab:12:34:56:78 0x0a141e28",
    ] {
        assert_eq!(leads(text, LeadKind::Inner), Vec::<&str>::new(), "{text}");
    }
}

/// What is repeated without end takes as long as any text of its length.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what the test is about"
)]
fn leads_in_hostile_texts_take_linear_time() {
    let parts = [
        "様",
        "田中様",
        "担当",
        "担当者 ",
        "03-",
        "(",
        "+1 ",
        "@",
        "a@",
        "Mr. A ",
        "10.",
        "副",
        "内線 ",
    ];
    for part in parts {
        let cost = |bytes: usize| {
            let text = part.repeat(bytes / part.len());
            let run = || {
                let begun = std::time::Instant::now();
                let _ = find_leads(&text);
                begun.elapsed()
            };
            (0..3).map(|_| run()).min().unwrap()
        };
        let (short, long) = (cost(1_000), cost(10_000));
        assert!(long < short * 50, "{part}: {short:?} against {long:?}");
    }
}
