//! The search: one box over items, objects and reports; what is not understood; facets; what a thing correlates
//! with. All of it with the reader's eyes.

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_directory::KeyScope;
use kaname_kernel::Tlp;
use kaname_sharing::{Text, content::ItemKind};
use kaname_testkit::Nation;
use url::form_urlencoded::byte_serialize;

use crate::{
    assessments,
    browser::{Browser, between, leads_to},
    campaigns,
    house::Door,
    library::released_with,
    story,
};

/// The same asked by a program.
fn api(query: &str) -> String {
    at(query).replacen("/search", "/api/v1/search", 1)
}

fn at(query: &str) -> String {
    let query: String = byte_serialize(query.as_bytes()).collect();
    format!("/search?q={query}")
}

/// What stands in the section of that id; a kind of which nothing was found has none.
fn section<'p>(page: &'p str, id: &str) -> &'p str {
    let (_, rest) = page
        .split_once(&format!("<h2 id=\"{id}\">"))
        .unwrap_or_default();
    rest.split("</section>").next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_box_finds_items_and_objects_by_words_values_and_conditions() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |draft| draft.kind = ItemKind::Indicator).await;
    let number = item.state.number.as_str();
    let member = Browser::of(&door, &nation, &nation.member).await;
    for found in [
        "VPN装置",
        "VPN tlp:green",
        "VPN tlp:<=amber since:30d",
        "「VPN装置への侵入」",
        "203.0.113.77",
        "203.0.113[.]77",
        "２０３．０．１１３．７７",
        "203.0.113.0/24",
        "files-sync[.]test",
        "種別:指標 VPN",
        "VPN -訓練",
        "from:hub VPN",
        "collection:library VPN",
        number,
        &format!("id:{number}"),
    ] {
        let page = member.page(&at(found)).await;
        assert!(section(&page, "items").contains(number), "{found}: {page}");
    }
    for empty in [
        "nothing-of-this",
        "VPN tlp:red",
        "VPN until:2020-01-01",
        "「装置への 侵入」",
        "203.0.114.0/24",
        "VPN -侵入",
        "type:phishing VPN",
        "notfiles-sync.test",
    ] {
        let page = member.page(&at(empty)).await;
        assert!(!page.contains(&format!("/library/{number}\"")), "{empty}");
    }
    let page = member.page(&at("203.0.113.0/24")).await;
    let objects = section(&page, "objects");
    assert!(
        objects.contains("/library/objects/indicator--"),
        "{objects}"
    );
    // The box shows the canonical form again, and it leads to the same.
    let page = member.page(&at("種別：指標　203[.]0[.]113[.]77")).await;
    assert!(
        page.contains("value=\"type:indicator 203.0.113.77\""),
        "{page}"
    );
    // Each facet is a link that adds its term.
    assert!(page.contains("tlp%3Agreen"), "{page}");
    let facet = between(&page, "<ul class=\"facet\"><li><a href=\"", "\"").replace("&#38;", "&");
    assert!(member.page(&facet).await.contains(number), "{facet}");
    // Sectors are counted when that is asked for, none included.
    let sectors = format!("{}&count=sectors", at("VPN"));
    let page = member.page(&sectors).await;
    assert!(
        page.contains("分野") && !page.contains("件数を数える"),
        "{page}"
    );
    let english = Browser::of(&door, &nation, &nation.member).await.english();
    let page = english.page(&at("VPN")).await;
    assert!(page.contains("Intrusion through a VPN appliance"));
    // Whose membership is not in force, and who is nobody.
    let outsider = Browser::of(&door, &nation, &nation.outsider).await;
    assert_eq!(outsider.get(&at("VPN")).await.status, StatusCode::FORBIDDEN);
    let nobody = Browser::nobody(&door);
    assert!(leads_to(&nobody.get(&at("VPN")).await).starts_with("/sign-in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_told_and_the_rest_is_found() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |_| {}).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let typed = "VPN tipe:<u> collection:nowhere from:nobody";
    let page = member.page(&at(typed)).await;
    assert!(page.contains(&item.state.number));
    for told in [
        "そのような条件はありません",
        "5文字目",
        "使えるもの：type / tlp",
        "「collection:nowhere」：この値は使えません",
        "「from:nobody」：この値は使えません",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("<u>"), "markup is shown as text");
    for nothing in ["", "-訓練", "   "] {
        let page = member.page(&at(nothing)).await;
        assert!(
            page.contains("使える条件") && !page.contains("id=\"items\""),
            "{page}"
        );
    }
    let long = member.page(&at(&"長い語 ".repeat(400))).await;
    assert!(long.contains("検索は1,000文字までです") || long.contains("検索は1000文字までです"));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_answered_what_they_asked_or_refused() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |_| {}).await;
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let ask = async |query: &str| door.get(&api(query), &key).await;
    let answer = ask("ＶＰＮ tlp:<=amber").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let found = answer.json();
    assert_eq!(found["query"], "ＶＰＮ tlp:clear,green,amber");
    assert_eq!(found["items"]["rows"][0]["number"], item.state.number);
    assert_eq!(found["items"]["total"], 1);
    let found = ask("203.0.113[.]77").await.json();
    assert_eq!(found["objects"]["rows"][0]["type"], "indicator");
    assert_eq!(found["objects"]["rows"][0]["tlp"], "GREEN");
    assert_eq!(found["objects"]["spread"]["type"]["indicator"], 1);
    let refused = ask("VPN tipe:malware").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let refused = refused.json();
    assert_eq!(refused["faults"][0]["at"], "q, characters 5 to 16");
    assert!(
        refused["faults"][0]["why"]
            .as_str()
            .unwrap()
            .starts_with("possible: type tlp")
    );
    assert_eq!(ask("").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let next = door
        .get("/api/v1/search?q=VPN&objects=nonsense", &key)
        .await;
    assert_eq!(next.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_found_by_value_and_number_by_officers_only() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let provider = nation.caller(&nation.provider).await;
    let receipt = nation
        .world
        .submit(&provider, story::report(), None)
        .await
        .unwrap();
    let number = receipt.number.as_str();
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    for found in ["203.0.113[.]77", number, &format!("id:{number}")] {
        let page = analyst.page(&at(found)).await;
        let is_number = found == number;
        let reports = section(&page, "reports");
        assert_eq!(reports.contains(number), !is_number, "{found}: {page}");
        let told = analyst.get(&api(found)).await.json();
        let rows = told["reports"]["rows"].as_array().unwrap();
        let numbers: Vec<_> = rows.iter().map(|row| row["number"].clone()).collect();
        assert_eq!(
            numbers.contains(&number.into()),
            !is_number,
            "{found}: {told}"
        );
    }
    let found = analyst.get(&api("203.0.113.77 tlp:green")).await.json();
    let reports = &found["reports"];
    assert_eq!(reports["total"], 1, "{found}");
    let row = &reports["rows"][0];
    for (member, is) in [
        ("state", "submitted"),
        ("tlp", "GREEN"),
        ("urgency", "normal"),
    ] {
        assert_eq!(row[member], is, "{row}");
    }
    let page = row["links"]["page"].as_str().unwrap();
    assert!(page.ends_with(&format!("/triage/{number}")), "{row}");
    // Nothing of what it says, of who handed it in, or of its values.
    for sealed in ["203.0.113.77", "VPN", "handle", "party"] {
        assert!(!row.to_string().contains(sealed), "{row}");
    }
    let page = analyst.page(&at("VPN")).await;
    assert!(page.contains("報告：封をして保存"), "{page}");
    let told = analyst.get(&api("VPN")).await.json();
    assert_eq!(told["reports"]["not_searched"], "only-values");
    // A search by PAP reads them; what does not hold is not counted.
    for (pap, count) in [("green", 1), ("red", 0)] {
        let query = format!("203.0.113.77 pap:{pap}");
        let told = analyst.get(&api(&query)).await.json();
        assert_eq!(told["reports"]["total"], count, "{query}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_go_on_page_by_page_in_the_order_they_came() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let mut numbers = Vec::new();
    for _ in 0..25 {
        nation.clock.advance(SignedDuration::from_mins(1));
        numbers.insert(0, story::submit(&nation).await.number);
    }
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let (mut told, mut path) = (Vec::new(), format!("{}&limit=10", api("203.0.113.77")));
    loop {
        let found = analyst.get(&path).await.json();
        let reports = &found["reports"];
        assert_eq!(reports["total"], 25);
        assert_eq!(reports["more_than_total"], false);
        let rows = reports["rows"].as_array().unwrap().iter();
        told.extend(rows.map(|row| row["number"].as_str().unwrap().to_owned()));
        match reports["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(told, numbers);
    // A place that was given for another search or another reader leads nowhere.
    let foreign = path.replacen("203.0.113.77", "files-sync.test", 1);
    let refused = analyst.get(&foreign).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{foreign}");
    let page = analyst.page(&at("203.0.113.77")).await;
    let reports = section(&page, "reports");
    let next = between(reports, "rel=\"next\" href=\"", "\"").replace("&#38;", "&");
    let last = analyst.page(&next).await;
    let last = section(&last, "reports");
    assert!(last.contains("rel=\"prev\"") && !last.contains("rel=\"next\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_list_reports_learns_nothing_of_them() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let number = "R-2611-ZZZZZ".to_owned();
    let queries = |number: &str| {
        [
            "203.0.113.77".to_owned(),
            "203.0.113.0/24 tlp:green".to_owned(),
            "files-sync.test".to_owned(),
            format!("id:{number}"),
            number.to_owned(),
        ]
    };
    let ask = async |number: &str| {
        let mut told = Vec::new();
        for query in queries(number) {
            let by_key = door.get(&api(&query), &key).await.json();
            for mut answer in [
                by_key,
                member.get(&api(&query)).await.json(),
                releaser.get(&api(&query)).await.json(),
            ] {
                assert!(answer["reports"].is_null(), "{query}: {answer}");
                answer["query"].take();
                told.push(answer);
            }
            for reader in [&member, &releaser] {
                let page = reader.page(&at(&query)).await;
                assert!(!page.contains("報告：") && !page.contains("id=\"reports\""));
                assert!(section(&page, "reports").is_empty());
            }
        }
        told
    };
    let before = ask(&number).await;
    let receipt = story::submit(&nation).await;
    // The report is there now: what others are answered is the same in every count, facet and row.
    assert_eq!(ask(&receipt.number).await, before);
    // A place among reports, asked for by who does not list them, changes nothing either.
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    story::submit(&nation).await;
    let first = format!("{}&limit=1", api("203.0.113.77"));
    let next = analyst.get(&first).await.json()["reports"]["next"].clone();
    let by_other = door.get(next.as_str().unwrap(), &key).await;
    assert_eq!(by_other.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_finds_nothing_says_so_once_and_what_to_try() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |_| {}).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page(&at("どこにもない語 tlp:green since:7d")).await;
    let main = between(&page, "<main", "</main>");
    assert_eq!(main.matches("見つかりませんでした").count(), 1, "{main}");
    assert!(main.contains("語を短くするか、条件を外して"), "{main}");
    assert!(
        main.contains("探したもの：共有情報、オブジェクト<"),
        "{main}"
    );
    assert!(!main.contains("<section"), "no empty headings: {main}");
    for (off, rest) in [
        ("共有範囲の条件を外す", "since"),
        ("加わった年の条件を外す", "tlp"),
    ] {
        let (before, _) = main.split_once(&format!("\">{off}</a>")).unwrap();
        let (_, href) = before.rsplit_once("href=\"").unwrap();
        assert!(href.contains(rest), "{off}: {href}");
    }
    // Officers are told what else was looked through, and what was not and why, each reason once.
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let page = analyst.page(&at("どこにもない語 type:tool")).await;
    for told in [
        "探したもの：オブジェクト<",
        "共有情報：この型のものはありません。",
        "報告：封をして保存",
        "分析評価、キャンペーン：ほかの型を指定している",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    // Where something was found, the kinds without are one line below it.
    let page = analyst.page(&at("VPN装置")).await;
    assert!(section(&page, "items").contains(&item.state.number));
    assert!(
        page.contains("分析評価、キャンペーンには見つかりませんでした。"),
        "{page}"
    );
    assert!(!page.contains("id=\"campaigns\"") && !page.contains("探したもの"));
    let english = Browser::of(&door, &nation, &nation.member).await.english();
    let page = english.page(&at("nowhere-to-be-found")).await;
    assert!(page.contains("Nothing was found") && page.contains("Looked through: Items, Objects<"));
}

#[tokio::test(flavor = "multi_thread")]
async fn assessments_and_campaigns_are_found_by_who_lists_them_and_named_to_nobody_else() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |_| {}).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let assessment = assessments::begun(&analyst, &item.state.number).await;
    let campaign = campaigns::accepted(&nation, &analyst).await;
    for (query, part, number) in [
        ("見通し", "assessments", &assessment),
        ("種別:分析評価", "assessments", &assessment),
        ("「更新を装う波」", "campaigns", &campaign),
        ("rare-0.kaihin.test", "campaigns", &campaign),
    ] {
        let page = analyst.page(&at(query)).await;
        let href = format!("/{part}/{number}\"");
        assert!(section(&page, part).contains(&href), "{query}: {page}");
        let found = analyst.get(&api(query)).await.json();
        let told = &found[part]["rows"][0]["number"];
        assert_eq!(*told, number.as_str(), "{query}: {found}");
        assert_eq!(found[part]["total"], 1);
        assert_eq!(found[part]["not_all_read"], false);
    }
    let page = analyst.page(&at("見通し type:campaign")).await;
    assert!(page.contains("分析評価：ほかの型を指定している"), "{page}");
    let page = analyst.page(&at("更新を装う tlp:green")).await;
    assert!(
        page.contains("キャンペーン：共有範囲（TLP）や利用範囲（PAP）がない"),
        "{page}"
    );
    // The releasing officer reads assessments from review on, and lists no campaigns; a member and a key list neither.
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let page = releaser.page(&at("見通し")).await;
    assert!(
        page.contains("探したもの：共有情報、オブジェクト、分析評価<"),
        "{page}"
    );
    assert!(!page.contains("id=\"campaigns\"") && !page.contains("キャンペーン："));
    let member = Browser::of(&door, &nation, &nation.member).await;
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    for query in [
        "見通し",
        "更新を装う",
        "rare-0.kaihin.test",
        assessment.as_str(),
    ] {
        let page = member.page(&at(query)).await;
        for hidden in ["id=\"assessments\"", "id=\"campaigns\"", campaign.as_str()] {
            assert!(!page.contains(hidden), "{query} {hidden}: {page}");
        }
        let found = door.get(&api(query), &key).await.json();
        assert!(found["assessments"].is_null() && found["campaigns"].is_null());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_correlates_is_counted_as_far_as_it_is_seen() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let first = released_with(&nation, |draft| draft.title = Text::new("一つ目", "first")).await;
    let second = released_with(&nation, |draft| draft.title = Text::new("二つ目", "second")).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member
        .page(&format!("/library/{}", first.state.number))
        .await;
    let values = page
        .split_once("持っている値と、ほかの情報とのつながり")
        .unwrap()
        .1;
    let values = values.split("</section>").next().unwrap();
    assert!(
        values.contains("/search?q=value%3A203.0.113.77"),
        "{values}"
    );
    assert!(values.contains("data-of=\"ほかの共有情報\">1<"), "{values}");
    assert!(
        values.contains("data-of=\"ほかのオブジェクト\">1<"),
        "{values}"
    );
    let found = member.page(&at("value:203.0.113.77")).await;
    for item in [&first, &second] {
        assert!(section(&found, "items").contains(&item.state.number));
    }
    // What a reader may not see counts for nothing.
    let hidden = released_with(&nation, |draft| {
        draft.title = Text::new("三つ目", "third");
        draft.tlp = Tlp::Red;
        draft.named.persons = vec![nation.provider.account];
    });
    let hidden = hidden.await;
    let page = member
        .page(&format!("/library/{}", first.state.number))
        .await;
    assert!(page.contains("data-of=\"ほかの共有情報\">1<"));
    let found = member.page(&at("203.0.113.77")).await;
    assert!(!found.contains(&hidden.state.number) && !found.contains("三つ目"));
    let known = member.get("/search/known?begins=%E4%B8%89%E3%81%A4").await;
    assert!(known.text.contains("type:malware") && !known.text.contains("三つ目"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_released_to_machines_alone_is_found_by_its_number_only() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |draft| {
        draft.title = Text::new("機械だけの件名", "for machines alone");
        draft.outlets = [kaname_sharing::Outlet::Taxii].into();
    });
    let item = item.await;
    let number = item.state.number.as_str();
    let member = Browser::of(&door, &nation, &nation.member).await;
    for hidden in [
        "機械だけの件名",
        "「機械だけの件名」",
        "203.0.113.77",
        "203.0.113.0/24",
        "files-sync.test",
        "value:203.0.113.77 -訓練",
        "type:indicator",
    ] {
        let page = member.page(&at(hidden)).await;
        for id in ["items", "objects"] {
            let found = section(&page, id);
            assert!(
                !found.contains(number) && !found.contains("indicator--"),
                "{hidden}: {found}"
            );
        }
    }
    let page = member.page(&at(number)).await;
    assert!(section(&page, "items").contains(number));
    let known = member.get("/search/known?begins=%E6%A9%9F%E6%A2%B0").await;
    assert!(!known.text.contains("機械だけの件名"));
}
