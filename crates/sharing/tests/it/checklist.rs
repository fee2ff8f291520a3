//! Traces of the provider are found wherever they are planted.

use kaname_intake::Kind;
use kaname_kernel::Tlp;
use kaname_sharing::{
    Content, Evidence,
    checklist::check,
    neutral::without_traces,
    row::{Row, RowState, Sign, carry_over},
};
use kaname_stix::redact::Reading;
use proptest::prelude::*;

use crate::support::{
    account, content, content_of, evidence, evidence_of, provider_account, technique, value,
};

/// A trace in a disguise, and what it should be found as.
const PLANTS: [(&str, Sign); 18] = [
    ("東都電力株式会社", Sign::Name),
    ("東都電力", Sign::Name),
    ("東 都 電 力", Sign::Name),
    ("TOTO ELECTRIC POWER", Sign::Name),
    ("Ｔｏｔｏ　Ｅｌｅｃｔｒｉｃ　Ｐｏｗｅｒ", Sign::Name),
    ("toto electric-power", Sign::Name),
    ("ﾐﾅﾄｻｲﾄ", Sign::Name),
    ("高橋太郎", Sign::Person),
    ("taro.takahashi@gmail.example", Sign::Person),
    ("www.toto-denryoku.co.jp", Sign::Domain),
    ("hxxps://toto-denryoku[.]co[.]jp/a", Sign::Domain),
    ("ＴＯＴＯ－ＤＥＮＲＹＯＫＵ．ＣＯ．ＪＰ", Sign::Domain),
    // In part Cyrillic and Greek.
    ("ТОТО Еlесtriс Ροwеr", Sign::Name),
    ("vpn.tоtо-dеnrуоkυ.со.jр", Sign::Domain),
    ("198.51.100.77", Sign::Address),
    ("198[.]51[.]100[.]9", Sign::Address),
    ("０３－５５０１－７７８８", Sign::Phone),
    ("+81 3 5501 7788", Sign::Phone),
];

/// Puts the trace into every string of a content, nested ones included; gives the places.
fn plant_everywhere(content: &mut Content, text: &str) -> Vec<String> {
    let tail = format!(" 参考: {text} 以上");
    let mut places = Vec::new();
    let texts = [
        (&mut content.title, "title"),
        (&mut content.summary, "summary"),
        (&mut content.countermeasures, "countermeasures"),
    ];
    for (target, name) in texts {
        target.ja.push_str(&tail);
        target.en.push_str(&tail);
        places.extend([format!("/{name}/ja"), format!("/{name}/en")]);
    }
    for (index, object) in content.objects.iter_mut().enumerate() {
        let mut value: serde_json::Value = serde_json::from_str(object).unwrap();
        plant_in(&mut value, &tail, format!("/objects/{index}"), &mut places);
        *object = value.to_string();
    }
    places
}

fn plant_in(value: &mut serde_json::Value, tail: &str, path: String, places: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => {
            text.push_str(tail);
            places.push(path);
        }
        serde_json::Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                plant_in(item, tail, format!("{path}/{index}"), places);
            }
        }
        serde_json::Value::Object(members) => {
            for (key, member) in members {
                plant_in(member, tail, format!("{path}/{key}"), places);
            }
        }
        _ => {}
    }
}

#[test]
fn a_clean_content_has_no_rows() {
    let rows = check(&content("不審なメール", Tlp::Green, 1), &evidence());
    assert_eq!(rows, Vec::new());
}

#[test]
fn every_plant_is_found_in_every_field() {
    let evidence = evidence();
    for (text, sign) in PLANTS {
        let mut planted = content("不審なメール", Tlp::Green, 1);
        let places = plant_everywhere(&mut planted, text);
        assert!(places.len() > 60);
        let rows = check(&planted, &evidence);
        for place in places {
            let mut here = rows.iter().filter(|row| row.place == place);
            let row = here.find(|row| row.signs().any(|one| one == sign) && row.is_open());
            let excerpt = row.and_then(|row| row.excerpt(&planted));
            assert!(excerpt.is_some(), "{text} at {place}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Wherever in whatever words: what stands around a trace does not hide it.
    #[test]
    fn words_around_a_trace_do_not_hide_it(
        before in "[あ-んア-ン一-龠a-z0-9、。 ]{0,30}",
        after in "[あ-んア-ン一-龠a-z0-9、。 ]{0,30}",
        which in 0usize..PLANTS.len(),
    ) {
        let (text, sign) = PLANTS[which];
        let mut planted = content("不審なメール", Tlp::Green, 1);
        planted.objects.clear();
        planted.summary.ja = format!("{before} {text} {after}");
        let rows = check(&planted, &evidence());
        let found = rows.iter().any(|row| row.place == "/summary/ja" && row.signs().any(|one| one == sign));
        prop_assert!(found, "{:?}: {:?}", planted.summary.ja, rows);
        let plain = rows.iter().filter(|row| row.reading == Reading::Plain);
        let spans: Vec<_> = plain.map(|row| row.span).collect();
        prop_assert!(spans.is_sorted_by(|one, next| one.1 <= next.0), "{:?}", rows);
    }
}

/// A mail address at a domain that is spelt like the provider's name is one row, with all its reasons.
#[test]
fn one_place_is_one_row() {
    let mut planted = content("不審なメール", Tlp::Green, 1);
    planted.objects.clear();
    planted.summary.ja =
        "東都電力株式会社の taro.takahashi@toto-denryoku.co.jp に届いた".to_owned();
    let rows = check(&planted, &evidence());
    let here = rows.iter().filter(|row| row.place == "/summary/ja");
    let told: Vec<(String, Vec<Sign>)> = here
        .map(|row| (row.excerpt(&planted).unwrap().1, row.signs().collect()))
        .collect();
    let expected = [
        ("東都電力", vec![Sign::Name]),
        (
            "taro.takahashi@toto-denryoku.co.jp",
            vec![Sign::Mail, Sign::Name, Sign::Person, Sign::Domain],
        ),
    ];
    assert_eq!(told, expected.map(|(text, signs)| (text.to_owned(), signs)));
    // A decision holds while the reasons stay what they were.
    let mut accepted = rows.clone();
    for row in &mut accepted {
        row.state = RowState::Accepted {
            by: account(2),
            reason: "同名の別会社".to_owned(),
        };
    }
    let mut more = rows;
    more[1].also.insert(Sign::Phone);
    let kept = carry_over(&accepted, &planted, more, &planted);
    let open: Vec<bool> = kept.iter().map(Row::is_open).collect();
    assert_eq!(open, [false, true]);
}

#[test]
fn rows_never_hold_the_words_themselves() {
    let mut planted = content("不審なメール", Tlp::Green, 1);
    planted.summary.ja.push_str("東都電力の高橋太郎");
    let rows = check(&planted, &evidence());
    let text = serde_json::to_string(&rows).unwrap();
    assert!(
        !rows.is_empty() && !text.contains("東都") && !text.contains("高橋"),
        "{text}"
    );
    let (_, inside, _) = rows[0].excerpt(&planted).unwrap();
    assert_eq!(inside, "東都電力");
}

#[test]
fn exact_times_and_attachment_names() {
    let report = technique("");
    let evidence = evidence().with_report(&report);
    let mut planted = content("不審なメール", Tlp::Green, 1);
    planted.summary.ja = "24日 6時47分に受信、添付は「請求書_東都.xlsm」".to_owned();
    planted.summary.en = "received 21:47 UTC".to_owned();
    planted.objects[0] = planted.objects[0].replace("T00:00:00.000Z", "T21:47:12.000Z");
    let rows = check(&planted, &evidence);
    let has = |place: &str, sign: Sign| {
        rows.iter()
            .any(|row| row.place == place && row.sign == sign)
    };
    assert!(has("/summary/ja", Sign::ExactTime), "{rows:?}");
    assert!(has("/summary/ja", Sign::Attachment), "{rows:?}");
    assert!(has("/summary/en", Sign::ExactTime), "{rows:?}");
    assert!(has("/objects/0/valid_from", Sign::ExactTime), "{rows:?}");
    assert!(!has("/summary/en", Sign::Attachment));
}

#[test]
fn an_exact_time_is_marked_itself_and_every_time_it_stands() {
    let evidence = evidence().with_report(&technique(""));
    let mut planted = content("不審なメール", Tlp::Green, 1);
    planted.summary.ja =
        "２４日の午前６時４７分に受信、翌日 06 : 47 に再送、六時四十七分も".to_owned();
    planted.summary.en = "at 9:47 PM UTC, not 9:470".to_owned();
    let rows = check(&planted, &evidence);
    let marked: Vec<String> = rows
        .iter()
        .filter(|row| row.sign == Sign::ExactTime)
        .map(|row| row.excerpt(&planted).unwrap().1)
        .collect();
    assert_eq!(marked, ["６時４７", "06 : 47", "六時四十七分", "9:47"]);
}

/// The people of the provider: whoever has an account there, and whom the provider says to ask.
#[test]
fn people_with_accounts_and_named_contacts_are_found() {
    let account = provider_account(
        "佐々木 桃子（ささき ももこ）",
        "m-sasaki7",
        "momoko.sasaki@toto.example",
    );
    let evidence = evidence()
        .with_account(&account)
        .with_contact("鈴木一郎 (すずき いちろう)、内線 5501");
    for text in [
        "佐々木様",
        "ササキモモコ",
        "Momoko SASAKI",
        "m-sasaki7",
        "momoko.sasaki@toto.example",
        "鈴木さん",
        "ｽｽﾞｷ",
        "Ichirou Suzuki",
        "taro takahashi",
        "タカハシ タロウ",
    ] {
        let mut planted = content("不審なメール", Tlp::Green, 1);
        planted.summary.ja = format!("連絡は{text}まで");
        let rows = check(&planted, &evidence);
        let found = rows
            .iter()
            .any(|row| row.sign == Sign::Person && row.place == "/summary/ja");
        assert!(found, "{text}: {rows:?}");
        let neutral = without_traces(&planted.summary.ja, &evidence.traces(), "ja");
        planted.summary.ja = neutral.clone();
        assert_eq!(check(&planted, &evidence), Vec::new(), "{neutral}");
    }
}

#[test]
fn decisions_are_kept_only_where_nothing_moved() {
    let mut before = content("不審なメール", Tlp::Green, 1);
    before.summary.ja = "東都電力と同じ地域".to_owned();
    before.title.ja = "東都電力という語".to_owned();
    let mut rows = check(&before, &evidence());
    for row in &mut rows {
        row.state = RowState::Accepted {
            by: account(2),
            reason: "同名の別会社".to_owned(),
        };
    }
    let mut after = before.clone();
    after.summary.ja = "東都電力と同じ地域、加筆".to_owned();
    after.title.ja = "語".to_owned();
    let now = carry_over(&rows, &before, check(&after, &evidence()), &after);
    let state = |place: &str| {
        now.iter()
            .filter(|row| row.place == place)
            .map(|row| &row.state)
            .collect::<Vec<_>>()
    };
    assert!(
        state("/summary/ja")
            .iter()
            .all(|state| **state == RowState::Open)
    );
    assert!(
        state("/title/ja")
            .iter()
            .all(|state| **state == RowState::Removed)
    );
    let same = carry_over(&rows, &before, check(&before, &evidence()), &before);
    assert!(same.iter().all(|row: &Row| !row.is_open()) && same.len() == rows.len());
}

#[test]
fn neutral_words_take_the_place_of_traces() {
    let traces = evidence().traces();
    let text = "東都電力株式会社の髙橋太郎が taro@mail.toto-denryoku.co.jp で受信し、\n198.51.100.9 の端末（東都電力）が evil.example に接続した。東都\n電力から報告。";
    let neutral = without_traces(text, &traces, "ja");
    for gone in ["東都", "髙橋", "toto", "198.51", "taro@", "株式会社"] {
        assert!(!neutral.contains(gone), "{gone} in {neutral}");
    }
    assert!(
        neutral.contains("evil.example") && neutral.contains("国内の事業者"),
        "{neutral}"
    );
    let mut planted = content("不審なメール", Tlp::Green, 1);
    planted.summary.ja = neutral;
    assert_eq!(check(&planted, &evidence()), Vec::new());
}

#[test]
fn a_name_goes_with_its_form_of_incorporation() {
    let traces = evidence().traces();
    for (text, expected) in [
        ("東都電力株式会社が検知", "国内の事業者が検知"),
        ("株式会社東都電力が検知", "国内の事業者が検知"),
        ("㈱東都電力、東都電力（株）", "国内の事業者、国内の事業者"),
        ("東電グリッド 株式会社が検知", "国内の事業者が検知"),
        (
            "別の株式会社と東都電力が検知",
            "別の株式会社と国内の事業者が検知",
        ),
    ] {
        assert_eq!(without_traces(text, &traces, "ja"), expected);
    }
    for (text, expected) in [
        (
            "at Toto Electric Power Co., Inc. today",
            "at a domestic operator today",
        ),
        (
            "Toto Electric Power co-operates",
            "a domestic operator co-operates",
        ),
    ] {
        assert_eq!(without_traces(text, &traces, "en"), expected);
    }
}

/// Each place asks for a decision of its own: one that is accepted does not pass the others.
#[test]
fn each_place_of_a_name_in_a_text_is_a_row_of_its_own() {
    let (mut content, evidence) = (content("侵入", Tlp::Green, 7), evidence());
    content.summary.ja =
        "東都電力という名の偽サイトが使われた。被害を受けたのは東都電力の変電所で、\
                          東都電力の社員が気づいた。"
            .to_owned();
    let rows = check(&content, &evidence);
    let of_name: Vec<&Row> = rows
        .iter()
        .filter(|row| row.place == "/summary/ja" && row.sign == Sign::Name)
        .collect();
    let said: Vec<&str> = of_name
        .iter()
        .map(|row| &content.summary.ja[row.span.0..row.span.1])
        .collect();
    assert_eq!(said, ["東都電力"; 3]);
    let ids: std::collections::BTreeSet<String> = of_name.iter().map(|row| row.key()).collect();
    assert_eq!(ids.len(), 3);
    assert!(of_name.iter().all(|row| row.state == RowState::Open));
}

#[test]
fn a_name_is_found_by_how_it_is_read_unless_that_is_short() {
    let read = |reading: &str| {
        evidence_of(serde_json::json!({
            "code": "xyz",
            "kind": "operator",
            "name": { "ja": "東都電力株式会社", "en": "Toto Electric Power Co., Inc." },
            "reading": reading,
            "from": "2020-04-01",
        }))
    };
    let found = |reading: &str, text: &str| {
        let mut content = content("侵入", Tlp::Green, 1);
        content.summary.ja = text.to_owned();
        !check(&content, &read(reading)).is_empty()
    };
    for text in ["とうとでんりょくから報告", "トウトデンリョクの端末"] {
        assert!(found("とうとデンリョク", text), "{text}");
    }
    assert!(!found("とうとデンリョク", "国内の事業者から報告"));
    assert!(!found("みと", "不審な通信とみとめた"));
}

/// Kana for a part of the name: 東都電力 is also とうと電力.
#[test]
fn a_name_is_found_half_in_kana() {
    let read = |name: &str, reading: &str| {
        evidence_of(serde_json::json!({
            "code": "xyz",
            "kind": "operator",
            "name": { "ja": name, "en": "Xyz" },
            "reading": reading,
            "from": "2020-04-01",
        }))
    };
    let minato = read("湊電力株式会社", "みなとでんりょく");
    let service = read(
        "株式会社湊電力サービス",
        "かぶしきがいしゃみなとでんりょくサービス",
    );
    let bank = read("白波銀行", "しらなみぎんこう");
    for (evidence, text, neutral) in [
        (&minato, "みなと電力の端末", "国内の事業者の端末"),
        (&minato, "ミナト電力サービス", "国内の事業者サービス"),
        (&minato, "湊でんりょく", "国内の事業者"),
        (&service, "みなと電力の端末", "国内の事業者の端末"),
        (&bank, "シラナミ銀行から", "国内の事業者から"),
    ] {
        assert_eq!(without_traces(text, &evidence.traces(), "ja"), neutral);
    }
    let mut planted = content("侵入", Tlp::Green, 1);
    planted.summary.ja = "しらなみの行員".to_owned();
    assert_eq!(check(&planted, &bank).len(), 1, "a hint");
    planted.summary.ja = "みなとみらいの電力会社".to_owned();
    planted.objects.clear();
    assert_eq!(check(&planted, &minato), Vec::new());
}

/// People, telephone numbers and inner addresses that the directory does not know are rows all the same.
#[test]
fn somebody_whom_the_directory_does_not_know_is_found() {
    let mut planted = content("侵入", Tlp::Green, 1);
    planted.summary.ja =
        "みなと電力の担当 田中太郎（内線 4521、090-1234-5678、taro.tanaka@gmail.com）が\
        社内の端末 10.20.30.40、192.168.20.5 を見つけた。連絡は田中主任まで。"
            .to_owned();
    let rows = check(&planted, &Evidence::default());
    let told: Vec<(String, Sign)> = rows
        .iter()
        .map(|row| (row.excerpt(&planted).unwrap().1, row.sign))
        .collect();
    let expected = [
        ("田中太郎", Sign::Person),
        ("内線 4521", Sign::Phone),
        ("090-1234-5678", Sign::Phone),
        ("taro.tanaka@gmail.com", Sign::Mail),
        ("10.20.30.40", Sign::Address),
        ("192.168.20.5", Sign::Address),
        ("田中", Sign::Person),
    ];
    assert_eq!(told, expected.map(|(text, sign)| (text.to_owned(), sign)));
    assert!(
        rows.iter()
            .all(|row| row.place == "/summary/ja" && row.is_open())
    );
    // Whom the directory knows as well is one row.
    planted.summary.ja = "担当 髙橋太郎".to_owned();
    assert_eq!(check(&planted, &evidence()).len(), 1);
}

/// A mail address that is shared as a value is meant; an inner address as a value is looked at.
#[test]
fn values_of_the_item_are_meant_unless_they_are_inner_addresses() {
    let of = |kind, text: &str, summary: &str| {
        let mut content = content_of("侵入", Tlp::Green, 1, &[value(kind, text)]);
        content.summary.ja = summary.to_owned();
        let rows = check(&content, &Evidence::default());
        rows.into_iter().map(|row| row.place).collect::<Vec<_>>()
    };
    let mail = "差出人は phish@mail[.]example. 件名は請求書";
    assert!(of(Kind::Email, "phish@mail.example", mail).is_empty());
    assert_eq!(of(Kind::Email, "other@mail.example", mail), ["/summary/ja"]);
    assert_eq!(of(Kind::Ipv4, "10.20.30.40", ""), ["/objects/0/pattern"]);
    let said = of(Kind::Ipv4, "10.20.30.40", "10.20.30.40 に接続");
    assert_eq!(said, ["/summary/ja"], "once is enough");
}

/// However many stand in a text, an item can keep their rows, and none is left out.
#[test]
fn very_many_leads_are_rows_up_to_a_bound_and_one_for_the_rest() {
    let mut planted = content("侵入", Tlp::Green, 1);
    let numbers: Vec<String> = (1_000..1_500)
        .map(|last| format!("03-5501-{last}"))
        .collect();
    planted.summary.ja = numbers.join("、");
    let rows = check(&planted, &Evidence::default());
    assert_eq!(rows.len(), 101);
    assert_eq!(rows[100].span.1, planted.summary.ja.len());
}
