//! The room of assessments: written in a form without script, looked through by another, put out, compared, read.

use axum::http::StatusCode;
use kaname_directory::KeyScope;
use kaname_kernel::{Role, Tlp};
use kaname_sharing::collection::Access;
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, between, leads_to},
    house::Door,
    objects::imported,
    story,
    taxii::claims::peer,
};

fn main_of(page: &str) -> String {
    between(page, "<main", "</main>").replace('\u{a0}', " ")
}

/// The form as it is posted, with one judgement that rests on this.
fn typed<'t>(version: &'t str, evidence: &'t str, summary: &'t str) -> Vec<(&'t str, &'t str)> {
    let mut fields = vec![
        ("kind", "assessment"),
        ("version", version),
        ("title_ja", "VPN装置を狙う活動の見通し"),
        ("summary_ja", summary),
        ("tlp", "GREEN"),
        ("pap", "GREEN"),
        ("judgement", "活動は続く"),
        ("likelihood", "very-likely"),
        ("confidence", "moderate"),
        ("caveats", "観測は一つの分野に限られる"),
        ("evidence", evidence),
        // A place that was left empty.
        ("judgement", ""),
        ("likelihood", "likely"),
        ("confidence", "moderate"),
        ("caveats", ""),
        ("evidence", ""),
    ];
    for outlet in ["taxii", "web", "feed", "mail", "webhook"] {
        fields.push(("outlets", outlet));
    }
    fields
}

/// An assessment that rests on an item is begun; its number.
pub(crate) async fn begun(analyst: &Browser<'_>, cited: &str) -> String {
    let typed = typed("", cited, "活動は続く見込み");
    let to = leads_to(&analyst.post("/assessments-new", &typed).await);
    to.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assessment_is_written_reviewed_released_and_read_with_its_evidence() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, cited) = story::released(&nation).await;
    let hired = nation
        .hire(nation.analyst.party, "bunseki-2", &[Role::Analyst])
        .await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let reviewer = Browser::of(&door, &nation, &hired).await;
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let evidence = format!(
        "{}\nExample CERT | https://cert.example/a | B2",
        cited.state.number
    );
    // What will not do is told at its field, and nothing that was typed is lost.
    let wrong = analyst
        .post("/assessments-new", &typed("", "S-2611-00000", "続く"))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text.contains("id=\"evidence-0-error\"")
            && wrong.text.contains("観測は一つの分野に限られる"),
        "{}",
        wrong.text
    );
    let begun = analyst
        .post(
            "/assessments-new",
            &typed("", &evidence, "活動は続く見込み"),
        )
        .await;
    let href = leads_to(&begun);
    assert!(href.starts_with("/assessments/A-"), "{href}");
    let page = analyst.page(&href).await;
    let main = main_of(&page);
    for told in [
        "可能性が非常に高い",
        "80～95 %",
        "確度：中",
        "観測は一つの分野",
        "評価 B2",
        &cited.state.number,
    ] {
        assert!(main.contains(told), "{told}: {main}");
    }
    assert_eq!(
        reviewer.get(&href).await.status,
        StatusCode::NOT_FOUND,
        "not yet theirs"
    );
    leads_to(&analyst.post(&href, &[("what", "ask")]).await);
    assert!(
        !analyst.page(&href).await.contains("value=\"sound\""),
        "the own one is not reviewed"
    );
    let unsound = [("what", "unsound"), ("remarks", "期間を示す")];
    leads_to(&reviewer.post(&href, &unsound).await);
    let edit = format!("{href}/edit");
    let form = analyst.page(&edit).await;
    let version = between(&form, "name=\"version\" value=\"", "\"").to_owned();
    assert!(
        form.contains("Example CERT | https://cert.example/a | B2"),
        "{form}"
    );
    let mut next = typed(&version, &evidence, "活動は年内続く見込み");
    next.push(("note", "期間を加えた"));
    assert_eq!(leads_to(&analyst.post(&edit, &next).await), href);
    let stale = analyst.post(&edit, &next).await;
    assert_eq!(
        stale.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "somebody saved since"
    );
    let compared = analyst.page(&format!("{href}/compare?from=1&to=2")).await;
    assert!(
        main_of(&compared).contains("年内") && compared.contains("<ins"),
        "{compared}"
    );
    leads_to(&analyst.post(&href, &[("what", "ask")]).await);
    leads_to(
        &reviewer
            .post(&href, &[("what", "sound"), ("remarks", "")])
            .await,
    );
    let told = analyst.get(&format!("/api/v1{href}")).await.json();
    assert_eq!(
        (&told["state"], &told["version"]),
        (&"reviewed".into(), &2.into())
    );
    assert_eq!(
        told["judgements"][0]["percent"],
        serde_json::json!([80, 95])
    );
    let item = leads_to(&analyst.post(&href, &[("what", "forward")]).await);
    assert!(item.starts_with("/items/S-"), "{item}");
    let page = releaser.page(&item).await;
    assert!(main_of(&page).contains("可能性が非常に高い"), "{page}");
    assert!(
        page.contains(&format!("href=\"{href}\"")),
        "the way to the review: {page}"
    );
    let version = between(&page, "name=\"version\" value=\"", "\"").to_owned();
    leads_to(
        &releaser
            .post(&format!("{item}/release"), &[("version", &version)])
            .await,
    );
    let member = Browser::of(&door, &nation, &nation.member).await;
    let read = member.page(&item.replace("/items", "/library")).await;
    let main = main_of(&read);
    for told in [
        "主な判断",
        "活動は続く",
        "80～95 %",
        // What it cites, by the number that its readers know.
        &format!("href=\"/library/{}\"", cited.state.number),
        &cited.state.content.title.ja,
        "Example CERT",
        "bundle.json",
    ] {
        assert!(main.contains(told), "{told}: {main}");
    }
    // It is the hub's own word, a text without values: there is no provider, and nothing to look for.
    for other in [
        "提供者",
        "values.csv",
        "誤検知だった",
        "library/objects/report--",
    ] {
        assert!(!main.contains(other), "{other}: {main}");
    }
    let desk = main_of(&releaser.page(&item).await);
    for other in ["提供者", "同意の対象", "同意を求め"] {
        assert!(!desk.contains(other), "nobody is asked: {desk}");
    }
    let now = analyst.page(&href).await;
    assert!(
        between(&now, "<header class=\"head\"", "</header>").contains("提供中"),
        "{now}"
    );
    let list = main_of(&analyst.page("/assessments?tab=forward").await);
    assert!(list.contains("提供中"), "{list}");
    // Who does not read assessments is told nothing of them.
    for person in [&nation.member, &nation.provider, &nation.administrator] {
        let browser = Browser::of(&door, &nation, person).await;
        for path in ["/assessments", &href, "/api/v1/assessments"] {
            assert_eq!(
                browser.get(path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
    }
    let listed = analyst.get("/api/v1/assessments").await.json();
    assert_eq!(listed["assessments"][0]["state"], "put_forward");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_author_is_told_which_judgement_would_stand_bare() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let member = nation.member.party;
    let cited = story::released_as(&nation, |draft| {
        draft.tlp = kaname_kernel::Tlp::Amber;
        draft.named.parties = [member].into();
    })
    .await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let fields = typed("", &cited.state.number, "活動は続く見込み");
    let href = leads_to(&analyst.post("/assessments-new", &fields).await);
    let main = main_of(&analyst.page(&href).await);
    assert!(main.contains("根拠の取り扱いは TLP:AMBER です"), "{main}");
    let at = format!("判断 1 の根拠：{} ", cited.state.number);
    assert!(main.contains(&at), "{main}");
    assert!(
        main.contains("判断 1 は、宛先に見える根拠のないまま提供されます"),
        "{main}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_under_the_id_of_evidence_neither_renames_nor_loosens_nor_shows_it() {
    const AMBER: &str = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421";
    const CLEAR: &str = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let scopes = [KeyScope::TaxiiRead, KeyScope::TaxiiPost];
    let owner = nation.key(&nation.provider, &scopes).await;
    let other = nation.key(&nation.member, &scopes).await;
    let pool = peer(&nation, "pool", Some(Tlp::Green), Access::Members).await;
    let named = |n: u32, day: u32, name: &str, mark: &str| {
        format!(
            r#"{{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-{n:012}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-{day:02}T00:00:00.000Z","name":"{name}","is_family":false,"object_marking_refs":["{mark}"]}}"#
        )
    };
    let claim = async |key: &str, object: String| {
        let path = format!("/taxii2/api/collections/{pool}/objects/");
        let envelope = format!(r#"{{"objects":[{object}]}}"#);
        let posted = door.post(&path, key, envelope).await.json();
        assert_eq!(posted["failure_count"], 0, "{posted}");
    };
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let assessment = async |n: u32| {
        let id = format!("malware--00000000-0000-4000-8000-{n:012}");
        let number = begun(&analyst, &id).await;
        format!("/api/v1/assessments/{number}")
    };
    let told = async |at: &str| {
        let answer = analyst.get(at).await;
        serde_json::from_str::<serde_json::Value>(&answer.text).unwrap()
    };
    // What the hub has keeps its name.
    imported(&nation, &[named(1, 1, "真の名", CLEAR)]).await;
    let at = assessment(1).await;
    claim(&other, named(1, 9, "偽の名", CLEAR)).await;
    let evidence = |told: &serde_json::Value| told["judgements"][0]["evidence"][0].clone();
    assert_eq!(evidence(&told(&at).await)["name"], "真の名");
    // What was cited as a party's claim is that party's, whoever comes later.
    claim(&owner, named(2, 1, "先の名", AMBER)).await;
    let at = assessment(2).await;
    claim(&other, named(2, 9, "後の名", CLEAR)).await;
    let check = told(&at).await;
    assert_eq!(evidence(&check)["name"], "先の名");
    // It is seen by no more readers for it, and is marked as strictly.
    assert_eq!(check["check"]["narrow"][0]["hidden"], 1, "{check}");
    assert_eq!(check["check"]["needs_tlp"], "AMBER", "{check}");
    // Nor does it loosen anything to have been there first.
    claim(&other, named(3, 1, "先回り", CLEAR)).await;
    claim(&owner, named(3, 1, "本物", AMBER)).await;
    let check = told(&assessment(3).await).await;
    assert_eq!(check["check"]["needs_tlp"], "AMBER", "{check}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_versions_differ_in_all_that_they_say() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, cited) = story::released(&nation).await;
    let number = cited.state.number.as_str();
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let evidence = format!("{number}\nExample CERT | https://cert.example/a | B2");
    let href = leads_to(
        &analyst
            .post("/assessments-new", &typed("", &evidence, "活動は続く"))
            .await,
    );
    let edit = format!("{href}/edit");
    let version = between(
        &analyst.page(&edit).await,
        "name=\"version\" value=\"",
        "\"",
    )
    .to_owned();
    // Nothing but an address, whom it is for, its days and its ways out.
    let mut next = typed(
        &version,
        "Example CERT | https://cert.example/b | B2",
        "活動は続く",
    );
    next.retain(|(name, value)| {
        !["tlp", "version"].contains(name) && (*name, *value) != ("outlets", "webhook")
    });
    next.extend([
        ("version", version.as_str()),
        ("tlp", "AMBER"),
        ("parties", "kaihin"),
        ("valid_until", "2031-04-05T09:00"),
    ]);
    assert_eq!(leads_to(&analyst.post(&edit, &next).await), href);
    let compared = main_of(&analyst.page(&format!("{href}/compare?from=1&to=2")).await);
    assert!(!compared.contains("違いはありません"), "{compared}");
    for told in [
        &format!("</span>{number} "),
        "https://cert.example/a 評価 B2</del>",
        "https://cert.example/b 評価 B2</ins>",
        "TLP:GREEN</del>",
        "TLP:AMBER</ins>",
        "海浜銀行",
        "4月5日",
        "Webhook",
    ] {
        assert!(compared.contains(told), "{told}: {compared}");
    }
    // The page itself says whom it is for.
    let page = main_of(&analyst.page(&href).await);
    for told in ["読む人と出し先", "海浜銀行", "4月5日", "提供の手段"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    // The same once more is no version.
    let now = between(
        &analyst.page(&edit).await,
        "name=\"version\" value=\"",
        "\"",
    )
    .to_owned();
    next.retain(|(name, _)| *name != "version");
    next.push(("version", &now));
    let same = analyst.post(&edit, &next).await;
    assert_eq!(
        same.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "nothing changed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_judged_beforehand() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, cited) = story::released(&nation).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let form = main_of(&analyst.page("/assessments-new").await);
    assert!(!form.contains("提供者"), "no provider is asked: {form}");
    let chosen = between(&form, "id=\"likelihood-0\"", "</select>");
    assert!(
        !chosen.contains("selected") || chosen.contains("<option value=\"\" selected"),
        "{chosen}"
    );
    let mut fields = typed("", &cited.state.number, "活動は続く");
    fields.retain(|(name, _)| !["likelihood", "confidence"].contains(name));
    let wrong = analyst.post("/assessments-new", &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "href=\"#likelihood-0\">判断 1：可能性を選んでください。",
        "href=\"#confidence-0\">判断 1：確度を選んでください。",
        "id=\"likelihood-0-error\"",
        "活動は続く",
    ] {
        assert!(wrong.text.contains(said), "{said}: {}", wrong.text);
    }
    // What stands beside a judgement that is missing is not lost without a word.
    let mut fields = typed("", &cited.state.number, "活動は続く");
    for field in &mut fields {
        if field.0 == "judgement" {
            field.1 = "";
        }
    }
    let wrong = analyst.post("/assessments-new", &fields).await;
    assert!(
        wrong.text.contains("id=\"judgement-0-error\""),
        "{}",
        wrong.text
    );
    let listed = analyst.get("/api/v1/assessments").await.json();
    assert_eq!(listed["assessments"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assessment_waits_on_the_first_page_of_whoever_is_to_act() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (_, cited) = story::released(&nation).await;
    let hired = nation
        .hire(nation.analyst.party, "bunseki-2", &[Role::Analyst])
        .await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let reviewer = Browser::of(&door, &nation, &hired).await;
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let number = begun(&analyst, &cited.state.number).await;
    let href = format!("/assessments/{number}");
    let asks = "レビューを待つ分析評価";
    assert!(!reviewer.page("/").await.contains(asks));
    leads_to(&analyst.post(&href, &[("what", "ask")]).await);
    let now = reviewer.page("/").await;
    assert!(now.contains(asks) && now.contains(&href), "{now}");
    let desk = |page: &str| between(page, "href=\"/desk\"", "</a>").to_owned();
    assert!(desk(&now).contains('1'), "counted: {}", desk(&now));
    for other in [&analyst, &auditor] {
        assert!(!other.page("/").await.contains(asks));
    }
    let waits = main_of(&analyst.page(&href).await);
    assert!(waits.contains("レビューを待っています"), "{waits}");

    let empty = [("what", "unsound"), ("remarks", " ")];
    let to = leads_to(&reviewer.post(&href, &empty).await);
    let said = main_of(&reviewer.page(&to).await);
    assert!(said.contains("所見"), "the field by its name: {said}");
    let unsound = [("what", "unsound"), ("remarks", "期間を示す")];
    leads_to(&reviewer.post(&href, &unsound).await);
    let own = analyst.page("/").await;
    assert!(
        own.contains("あなたが書いた分析評価") && own.contains("直しが必要"),
        "{own}"
    );
    assert!(!reviewer.page("/").await.contains(asks));
    let page = main_of(&analyst.page(&href).await);
    assert!(
        page.contains("直すよう求められています") && page.contains("期間を示す"),
        "{page}"
    );

    leads_to(&analyst.post(&href, &[("what", "ask")]).await);
    leads_to(
        &reviewer
            .post(&href, &[("what", "sound"), ("remarks", "")])
            .await,
    );
    assert!(analyst.page("/").await.contains("あなたが書いた分析評価"));
    let item = leads_to(&analyst.post(&href, &[("what", "forward")]).await);
    assert!(!analyst.page("/").await.contains("あなたが書いた分析評価"));
    let page = main_of(&analyst.page(&href).await);
    assert!(
        page.contains("提供の承認を待っています") && page.contains(&item),
        "{page}"
    );
}
