//! What pages tell before somebody decides, and what they say of what was typed wrongly.

use std::sync::Arc;

use axum::http::StatusCode;
use kaname_directory::{Name2, PartyKind};
use kaname_kernel::{Role, Tlp};
use kaname_testkit::Nation;

use crate::{
    administration::sample::keep,
    browser::{Browser, Part, between, leads_to},
    house::Door,
    story,
};

/// Every name that consent or release rests on stands on the page; who takes part in the sharing is
/// told to officers only.
#[tokio::test(flavor = "multi_thread")]
async fn consent_and_release_name_who_will_read() {
    let nation = Nation::new().await;
    let ministry = nation
        .party(
            "shou",
            PartyKind::Ministry,
            "経済産業省（架空）",
            "Ministry",
        )
        .await;
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let admin = nation.caller(&nation.administrator).await;
    let name = Name2::parse("name", "電力グループ", "Power").unwrap();
    let group = nation
        .world
        .found_group(&admin, "power".parse().unwrap(), name, false)
        .await
        .unwrap();
    for party in [ministry, nation.member.party] {
        nation
            .world
            .join_group(&admin, group.id.cast(), party)
            .await
            .unwrap();
    }
    let analyst = nation.caller(&nation.analyst).await;
    let mut draft = story::draft_of(&nation, item.state.content.clone());
    draft.tlp = Tlp::Amber;
    draft.named.groups = vec![group.id.cast()];
    draft.named.parties = vec![nation.outsider.party];
    draft.classes = ["general".to_owned()].into();
    let world = &nation.world;
    world
        .revise_item(&analyst, item.id, None, draft)
        .await
        .unwrap();
    world.ask_consent(&analyst, item.id, None).await.unwrap();
    let door = Door::of(&nation);
    let at = format!("/items/{}", item.state.number);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let page = provider.page(&at).await;
    keep(&door, "reach-provider", &page).await;
    let reach = between(&page, "class=\"reach\"", "</details></div>");
    for name in [
        "電力グループ",
        "北斗機器",
        "一般",
        "library",
        "TAXII",
        "経済産業省（架空）",
    ] {
        assert!(reach.contains(name), "{name} in {reach}");
    }
    assert!(
        !reach.contains("海浜銀行"),
        "who takes part is not disclosed"
    );
    assert!(reach.contains("ほかに 1 組織"), "{reach}");
    let officer = Browser::of(&door, &nation, &nation.releaser).await;
    let page = officer.page(&at).await;
    keep(&door, "reach-officer", &page).await;
    let reach = between(&page, "class=\"reach\"", "</details></div>");
    assert!(reach.contains("海浜銀行") && reach.contains("経済産業省（架空）"));
    assert!(!reach.contains("ほかに"));
}

/// All that is wrong with a long form is told at once, at the top and at each field, and nothing that
/// was typed is lost.
#[tokio::test(flavor = "multi_thread")]
async fn each_error_stands_at_its_field() {
    let nation = Nation::new().await;
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let door = Door::of(&nation);
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let to = format!("/items/{}/edit", item.state.number);
    let version = item.version.to_string();
    let fields = [
        ("version", version.as_str()),
        ("kind", "indicator"),
        ("title_ja", "直した件名<b>"),
        ("summary_ja", "本文"),
        ("values", "203.0.113.77\nこれは指標でない"),
        ("tlp", "AMBER"),
        ("pap", "GREEN"),
        ("parties", "nobody-knows"),
        ("outlets", "web"),
    ];
    let answer = analyst.post(&to, &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = &answer.text;
    keep(&door, "errors-item", page).await;
    let summary = between(page, "role=\"alert\"", "</div>");
    assert!(summary.contains("2 か所") && summary.contains("入力した内容は残っています"));
    for field in ["values", "parties"] {
        assert!(summary.contains(&format!("href=\"#{field}\"")), "{summary}");
        assert!(page.contains(&format!("id=\"{field}-error\"")), "{field}");
        let input = between(page, &format!("<textarea id=\"{field}\""), ">");
        assert!(input.contains("aria-invalid=\"true\""), "{input}");
        assert!(input.contains(&format!("{field}-error")), "{input}");
    }
    assert!(page.contains("これは指標でない") && page.contains("nobody-knows"));
    assert!(
        page.contains("直した件名&#60;b&#62;"),
        "what was typed is kept"
    );
    // A rule of the item is told at the field that it is about.
    let mut nobody = fields.to_vec();
    nobody.retain(|(name, _)| !matches!(*name, "values" | "parties"));
    nobody.push(("values", "203.0.113.77"));
    let answer = analyst.post(&to, &nobody).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("href=\"#parties\""), "{}", answer.text);

    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let parts = [
        Part::Field("title", "書いた件名"),
        Part::Field("technique", ""),
        Part::Field("victim", "端末 3 台"),
        Part::Field("seen", "いつか"),
    ];
    let answer = provider.upload("/submissions/new", &parts).await;
    keep(&door, "errors-submission", &answer.text).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["technique", "seen"] {
        assert!(answer.text.contains(&format!("href=\"#{field}\"")));
        assert!(answer.text.contains(&format!("id=\"{field}-error\"")));
    }
    for typed in ["書いた件名", "端末 3 台", "いつか"] {
        assert!(answer.text.contains(typed), "{typed}");
    }

    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    let answer = admin.post("/directory-new", &[("code", "あ")]).await;
    keep(&door, "errors-directory", &answer.text).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("href=\"#code\"") && answer.text.contains("id=\"code-error\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_all_that_is_wrong_with_it() {
    let nation = Nation::new().await;
    let (_, item) = story::released(&nation).await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let at = format!("/library/{}", item.state.number);
    let page = member.page(&at).await;
    assert_eq!(
        page.matches(&format!("action=\"{at}/acknowledge\""))
            .count(),
        1,
        "one verb is enough"
    );
    let fields = [
        ("sighting", "seen"),
        ("count", "たくさん"),
        ("first", "きのう"),
        ("last", "1月5日"),
        ("comment", "書きかけ"),
    ];
    let answer = member.post(&format!("{at}/feedback"), &fields).await;
    keep(&door, "errors-answer", &answer.text).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let summary = between(&answer.text, "role=\"alert\"", "</div>");
    assert!(summary.contains("#count") && summary.contains("#first"));
    assert!(!summary.contains("#last"), "a day without a year is read");
    assert!(answer.text.contains("きのう") && answer.text.contains("書きかけ"));
}

/// Times of a form are Japan's, as people write them, and come back as they were.
#[tokio::test(flavor = "multi_thread")]
async fn times_of_an_item_are_shown_and_read_in_japans_time() {
    let nation = Nation::new().await;
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let exact: jiff::Timestamp = "2030-01-02T00:30:45.123456Z".parse().unwrap();
    let analyst = nation.caller(&nation.analyst).await;
    let mut draft = story::draft_of(&nation, item.state.content.clone());
    draft.valid_until = Some(exact);
    let world = &nation.world;
    world
        .revise_item(&analyst, item.id, None, draft)
        .await
        .unwrap();
    let door = Door::of(&nation);
    let browser = Browser::of(&door, &nation, &nation.analyst).await;
    let to = format!("/items/{}/edit", item.state.number);
    let form = browser.page(&to).await;
    let valid = between(&form, "id=\"valid_until\"", ">");
    assert!(valid.contains("value=\"2030-01-02T09:30\""), "{valid}");
    assert!(!form.contains("2030-01-02T00:30:45"), "no machine's time");
    let library = nation.library.id.to_string();
    let send = |valid: &'static str, embargo: &'static str| {
        [
            ("kind", "indicator"),
            ("title_ja", "VPN装置への侵入"),
            ("summary_ja", "国内の事業者の装置"),
            ("values", "203.0.113.77"),
            ("tlp", "GREEN"),
            ("pap", "GREEN"),
            ("outlets", "web"),
            ("valid_until", valid),
            ("embargo", embargo),
        ]
    };
    let of = async || world.item(&analyst, item.id).await.unwrap().state.content;
    for (valid, embargo, until, opens) in [
        ("2030-01-02T09:30", "", Some(exact), None),
        (
            "2030-01-02T09:31",
            "2029-12-31T00:00",
            Some("2030-01-02T00:31:00Z".parse().unwrap()),
            Some("2029-12-30T15:00:00Z".parse().unwrap()),
        ),
        ("", "", None, None),
    ] {
        let mut fields = send(valid, embargo).to_vec();
        fields.push(("collections", library.as_str()));
        let form = browser.page(&to).await;
        fields.push(("version", between(&form, "name=\"version\" value=\"", "\"")));
        leads_to(&browser.post(&to, &fields).await);
        let content = of().await;
        assert_eq!((content.valid_until, content.embargo), (until, opens));
        let form = browser.page(&to).await;
        assert!(between(&form, "id=\"embargo\"", ">").contains(&format!("value=\"{embargo}\"")));
    }
}

/// Before a report is taken back the page says what follows; after it, everything on the page says the
/// same.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_taken_back_knowingly_and_then_is_over() {
    let nation = Nation::new().await;
    let receipt = story::submit(&nation).await;
    let door = Door::of(&nation);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let at = format!("/submissions/{}", receipt.number);
    let page = provider.page(&at).await;
    keep(&door, "withdraw-before", &page).await;
    let step = between(&page, "<details class=\"confirm\">", "</details>");
    assert!(step.contains("元に戻せません") && step.contains(&format!("{at}/withdraw")));
    assert_eq!(page.matches(&format!("{at}/withdraw")).count(), 1);
    leads_to(&provider.post(&format!("{at}/withdraw"), &[]).await);
    provider.page(&at).await;
    let page = provider.page(&at).await;
    keep(&door, "withdraw-after", &page).await;
    let steps = between(&page, "<ol class=\"steps\"", "</ol>");
    assert_eq!(steps.matches("<li").count(), 2, "{steps}");
    assert!(
        steps.contains("aria-current=\"step\"><span>取り下げ"),
        "{steps}"
    );
    assert!(page.contains("あなたの組織が取り下げました"));
    assert!(page.contains("書き加えられません") && !page.contains("書き添えられます"));
    assert!(!page.contains("/withdraw") && !page.contains("/answer"));
}

/// The analyst is shown each trace that the first proposal still has, not only how many.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_proposal_shows_the_traces_that_were_found() {
    let nation = Nation::new().await;
    let mut report = story::report();
    // The own domain in base64: neutral words replace only what is written plainly.
    report.technique = "設定に dnBuLm1pbmF0by5leGFtcGxl があった".to_owned();
    report.title = "VPN装置".to_owned();
    let provider = nation.caller(&nation.provider).await;
    let world = &nation.world;
    let receipt = world.submit(&provider, report, None).await.unwrap();
    let analyst = nation.caller(&nation.analyst).await;
    world
        .take_report(&analyst, receipt.report, "当直")
        .await
        .unwrap();
    let first = world
        .first_proposal(&analyst, receipt.report)
        .await
        .unwrap();
    let open = first.rows.iter().filter(|row| row.is_open()).count();
    assert_eq!(
        open, 2,
        "in the summary and the object made of it: {:?}",
        first.rows
    );
    let door = Door::of(&nation);
    let browser = Browser::of(&door, &nation, &nation.analyst).await;
    let page = browser
        .page(&format!("/triage/{}/derive", receipt.number))
        .await;
    keep(&door, "derive", &page).await;
    // The same words are shown once, with both places.
    assert_eq!(page.matches("<mark>").count(), 1, "{:?}", first.rows);
    assert!(page.contains("概要（日本語） · "), "{page}");
}

/// The demo's front page: what each main person does, in the page's language, before the others.
#[tokio::test(flavor = "multi_thread")]
async fn the_front_page_of_the_demo_says_what_each_role_does() {
    let nation = Nation::new().await;
    let party = nation.member.party;
    nation.hire(party, "umi-csirt", &[Role::Member]).await;
    nation.hire(party, "umi-soc", &[Role::Member]).await;
    let line = ["共有された情報を読む", "Reads what is shared"].map(str::to_owned);
    let cast = vec![("umi-csirt".to_owned(), line)];
    let door = Door::of_demo(&nation, Arc::new(cast));
    let page = Browser::nobody(&door).page("/").await;
    let (main, others) = page.split_once("class=\"people others\"").unwrap();
    assert!(main.contains("value=\"umi-csirt\"") && main.contains("共有された情報を読む"));
    assert!(others.contains("value=\"umi-soc\"") && !others.contains("value=\"umi-csirt\""));
    let plain = Browser::nobody(&Door::of(&nation)).page("/").await;
    assert!(!plain.contains("/demo/sign-in"), "only in the demo");
}

/// What a field says of itself is what the server holds to: what may stay empty may, and what is missing
/// is told at its field.
#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_an_item_says_what_it_needs() {
    let nation = Nation::new().await;
    let receipt = story::submit(&nation).await;
    let world = &nation.world;
    let caller = nation.caller(&nation.analyst).await;
    world
        .take_report(&caller, receipt.report, "当直")
        .await
        .unwrap();
    let door = Door::of(&nation);
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let to = format!("/triage/{}/derive", receipt.number);
    let page = analyst.page(&to).await;
    assert!(page.contains(&receipt.number));
    let said = |name: &str| {
        let label = between(&page, &format!("<label for=\"{name}\">"), "</label>");
        between(label, "<span class=\"optional\">", "</span>").to_owned()
    };
    for name in ["title_ja", "title_en"] {
        assert_eq!(said(name), "日本語か英語が必要です");
    }
    assert_eq!(said("parties"), "TLP:AMBER と AMBER+STRICT では必要です");
    assert_eq!(said("persons"), "TLP:RED では必要です");
    for name in ["summary_ja", "measures_en", "values", "embargo"] {
        assert_eq!(said(name), "任意");
    }
    let wrong = |name: &str, page: &str| {
        let told = page.contains(&format!("id=\"{name}-error\""));
        assert!(
            told && page.contains(&format!("href=\"#{name}\"")),
            "{name}: {page}"
        );
    };
    let least = |title, tlp, parties| {
        [
            ("kind", "technique"),
            ("title_en", title),
            ("tlp", tlp),
            ("pap", "GREEN"),
            ("parties", parties),
        ]
    };
    for (fields, at) in [
        (least("", "GREEN", ""), "title_ja"),
        (least("Phishing", "AMBER", ""), "parties"),
        (least("Phishing", "AMBER+STRICT", ""), "parties"),
        (least("Phishing", "AMBER", "nobody"), "parties"),
        (least("Phishing", "RED", ""), "persons"),
    ] {
        let refused = analyst.post(&to, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{at}");
        wrong(at, &refused.text);
    }
    let derived = analyst.post(&to, &least("Phishing", "GREEN", "")).await;
    let item = leads_to(&derived);
    // A way out is needed only when the provider is asked.
    let asked = analyst.post(&format!("{item}/ask"), &[]).await;
    let page = analyst.page(&leads_to(&asked)).await;
    assert!(page.contains("提供の手段が空です"), "{page}");
}

/// What waits for the provider stands before the rest, and the rest is newest first.
#[tokio::test(flavor = "multi_thread")]
async fn a_providers_list_begins_with_what_waits_for_it() {
    let nation = Nation::new().await;
    let (_, out) = story::released(&nation).await;
    let newer = story::released(&nation).await.1;
    let receipt = story::submit(&nation).await;
    let waiting = story::derive(&nation, receipt.report).await;
    let analyst = nation.caller(&nation.analyst).await;
    let world = &nation.world;
    world.ask_consent(&analyst, waiting.id, None).await.unwrap();
    let asked = story::submit(&nation).await;
    let late = story::submit(&nation).await;
    world
        .take_report(&analyst, asked.report, "当直")
        .await
        .unwrap();
    world
        .ask_provider(&analyst, asked.report, "時刻を教えてください")
        .await
        .unwrap();
    let door = Door::of(&nation);
    let browser = Browser::of(&door, &nation, &nation.provider).await;
    let page = browser.page("/submissions").await;
    keep(&door, "provider-list", &page).await;
    let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what}"));
    let items = [&waiting, &newer, &out].map(|item| at(&format!("/items/{}\"", item.state.number)));
    assert!(items.is_sorted(), "{items:?}");
    assert!(
        at(&format!("/submissions/{}", asked.number))
            < at(&format!("/submissions/{}", late.number))
    );
}

/// What the columns of a table mean is shown and can be put right before anything is submitted.
#[tokio::test(flavor = "multi_thread")]
async fn a_tables_columns_are_shown_and_put_right() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let browser = Browser::of(&door, &nation, &nation.provider).await;
    // The program takes the third column for the indicators; they stand in the second.
    let table = "番号,踏み台,宛先,memo\n1,198.51.100.7,203.0.113.1,<b>a</b>\n\
                 2,198.51.100.8,203.0.113.1,b\n3,198.51.100.9,203.0.113.1,c\n";
    let parts = [
        Part::Field("title", "表"),
        Part::Field("tlp", "GREEN"),
        Part::Field("pap", "GREEN"),
        Part::File("file", "hosts.csv", table.as_bytes()),
    ];
    let read = browser.upload("/submissions/new", &parts).await;
    assert_eq!(leads_to(&read), "/submissions/confirm");
    let page = browser.page("/submissions/confirm").await;
    keep(&door, "columns", &page).await;
    let part = between(&page, "id=\"columns\"", "</section>");
    assert_eq!(part.matches("<select").count(), 4, "{part}");
    assert!(part.contains("3 列目：宛先") && part.contains("198.51.100.9"));
    assert!(!page.contains("<b>a</b>"));
    let third = between(part, "id=\"column-3\"", "</select>");
    assert!(third.contains("value=\"value\" selected"), "{third}");
    let before = between(&page, "name=\"reading\" value=\"", "\"").to_owned();
    let once = between(&page, "name=\"once\" value=\"", "\"").to_owned();

    let said = [
        ("header", "yes"),
        ("column", "ignore"),
        ("column", "value"),
        ("column", "ignore"),
        ("column", "comment"),
    ];
    let again = browser.post("/submissions/columns", &said).await;
    assert_eq!(leads_to(&again), "/submissions/confirm");
    let page = browser.page("/submissions/confirm").await;
    let found = between(&page, "見つかった指標", "</table>");
    for value in ["198.51.100.7", "198.51.100.8", "198.51.100.9"] {
        assert!(found.contains(&format!("<code>{value}</code>")), "{found}");
    }
    assert!(!found.contains("203.0.113.1"), "{found}");
    let part = between(&page, "id=\"columns\"", "</section>");
    let second = between(part, "id=\"column-2\"", "</select>");
    assert!(second.contains("value=\"value\" selected"), "{second}");

    // Ticks of a window that shows the reading before are not taken for other values.
    let old = [
        Part::Field("once", &once),
        Part::Field("reading", &before),
        Part::Field("value", "v0"),
    ];
    let refused = browser.upload("/submissions", &old).await;
    assert_eq!(leads_to(&refused), "/submissions/confirm");
    let reading = between(&page, "name=\"reading\" value=\"", "\"");
    let new = [
        Part::Field("once", &once),
        Part::Field("reading", reading),
        Part::Field("value", "v0"),
    ];
    let report = leads_to(&browser.upload("/submissions", &new).await);
    let page = browser.page(&report).await;
    assert!(page.contains("<code>198.51.100.7</code>") && !page.contains("203.0.113.1"));
}

/// A table of which no column is known to hold indicators asks which one does.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_a_known_column_asks_for_it() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let browser = Browser::of(&door, &nation, &nation.provider).await;
    let table = "a,b\nx,-\ny,-\nz,198.51.100.7\n";
    let parts = [
        Part::Field("title", "表"),
        Part::File("file", "odd.csv", table.as_bytes()),
    ];
    let read = browser.upload("/submissions/new", &parts).await;
    assert_eq!(leads_to(&read), "/submissions/confirm");
    let page = browser.page("/submissions/confirm").await;
    keep(&door, "columns-none", &page).await;
    assert!(page.contains("どの列が指標か分かりませんでした"));
    // More columns than there are say why not, and nothing is lost.
    let many: Vec<(&str, &str)> = (0..300).map(|_| ("column", "value")).collect();
    leads_to(&browser.post("/submissions/columns", &many).await);
    let page = browser.page("/submissions/confirm").await;
    assert!(page.contains("id=\"columns\""));
    let said = [("header", "no"), ("column", "ignore"), ("column", "value")];
    leads_to(&browser.post("/submissions/columns", &said).await);
    let page = browser.page("/submissions/confirm").await;
    assert!(page.contains("<code>198.51.100.7</code>"), "{page}");
}
