//! The room of reports that belong together: proposals with their evidence, campaigns, and how a burst stands in
//! the queue.

use axum::http::StatusCode;
use kaname_intake::Kind;
use kaname_kernel::Role;
use kaname_sharing::Value;
use kaname_testkit::Nation;
use kaname_world::sharing::{NewReport, Receipt};

use crate::{
    browser::{Browser, between, leads_to},
    house::Door,
    story,
};

const RARE: &str = "rare-sync.test";
const WAVE: &str = "件名「配達のお知らせ」のメールに記載されたリンクを開くと、偽の宅配業者の画面に移り、\
                    利用者の口座番号と暗証番号の入力を求められる。";

const OTHER: &str =
    "境界の装置の脆弱性を突いて侵入され、設定の書き出しと新しい管理者の作成を確認した。";

pub(crate) async fn report(nation: &Nation, domains: &[&str], text: &str) -> Receipt {
    let provider = nation.caller(&nation.provider).await;
    let domain = |name: &&str| Value {
        kind: Kind::Domain,
        value: (*name).to_owned(),
    };
    let new = NewReport {
        technique: text.to_owned(),
        values: domains.iter().map(domain).collect(),
        ..story::report()
    };
    nation.world.submit(&provider, new, None).await.unwrap()
}

/// What the page itself says, with plain spaces.
fn main_of(page: &str) -> String {
    between(page, "<main", "</main>").replace('\u{a0}', " ")
}

/// The key of the first proposal on a page.
fn key_of(page: &str) -> String {
    between(page, "name=\"key\" value=\"", "\"").to_owned()
}

/// Two reports of one attack are handed in and taken together; the campaign's number.
pub(crate) async fn accepted(nation: &Nation, analyst: &Browser<'_>) -> String {
    let already = analyst.get("/api/v1/campaigns").await.json();
    let nth = already["campaigns"].as_array().unwrap().len();
    let rare = format!("rare-{nth}.kaihin.test");
    for own in ["a", "b"] {
        report(nation, &[&rare, &format!("{own}-{nth}.test")], "").await;
    }
    let key = key_of(&analyst.page("/campaigns").await);
    let accept = [("what", "accept"), ("key", &key), ("title", "更新を装う波")];
    let to = leads_to(&analyst.post("/campaigns", &accept).await);
    to.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_shows_its_evidence_and_tells_values_within_an_opening_only() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let one = report(&nation, &[RARE, "a.test"], WAVE).await;
    let two = report(&nation, &[RARE, "b.test"], &format!("{WAVE}{OTHER}")).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let desk = format!("/triage/{}", one.number);
    for path in ["/campaigns", desk.as_str()] {
        let page = analyst.page(path).await;
        let main = main_of(&page);
        for told in [&one.number, &two.number] {
            assert!(main.contains(told.as_str()), "{path} {told}: {main}");
        }
        assert!(
            main.contains("まれな値を共有しています") && main.contains("ドメイン 1 件"),
            "{path}: {main}"
        );
        assert!(main.contains("文章の一致 "), "{path}: {main}");
        assert!(
            main.contains("1024 件のうち 2 件") || main.contains("1,024 件のうち 2 件"),
            "{main}"
        );
        for sealed in [RARE, "口座番号"] {
            assert!(!main.contains(sealed), "{path} {sealed}: {main}");
        }
    }
    let told = analyst.get("/api/v1/proposals").await.json();
    let piece = &told["proposals"][0]["evidence"][0];
    assert_eq!(
        (&piece["open"], &piece["values"]),
        (&false.into(), &serde_json::json!([]))
    );
    let reason = [("reason", "当番")];
    leads_to(&analyst.post(&format!("{desk}/take"), &reason).await);
    for path in ["/campaigns", desk.as_str()] {
        let page = analyst.page(path).await;
        let main = main_of(&page);
        assert!(
            main.contains(RARE) && main.contains("口座番号"),
            "{path}: {main}"
        );
    }
    let hired = nation
        .hire(nation.analyst.party, "bunseki-2", &[Role::Analyst])
        .await;
    let colleague = Browser::of(&door, &nation, &hired).await;
    let page = colleague.page("/campaigns").await;
    assert!(!main_of(&page).contains(RARE), "{page}");
    // Who triages nothing is told nothing, and not whether there is a campaign of a number.
    for person in [
        &nation.releaser,
        &nation.auditor,
        &nation.member,
        &nation.provider,
        &nation.administrator,
    ] {
        let browser = Browser::of(&door, &nation, person).await;
        for path in [
            "/campaigns",
            "/campaigns/C-2611-00000",
            "/api/v1/proposals",
            "/api/v1/campaigns",
        ] {
            assert_eq!(
                browser.get(path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
    }
    assert_eq!(
        analyst.get("/campaigns/C-2611-00000").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_is_accepted_split_merged_and_undone_on_its_page() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let one = report(&nation, &[RARE, "a.test"], "").await;
    report(&nation, &[RARE, "b.test"], "").await;
    let third = report(&nation, &[RARE, "c.test"], "").await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let key = key_of(&analyst.page("/campaigns").await);
    let accept = [
        ("what", "accept"),
        ("key", key.as_str()),
        ("title", "更新を装う波"),
    ];
    let campaign = leads_to(&analyst.post("/campaigns", &accept).await);
    assert!(campaign.starts_with("/campaigns/C-"), "{campaign}");
    let page = analyst.page(&campaign).await;
    assert!(
        main_of(&page).contains("報告 3 件をまとめました") && page.contains("更新を装う波"),
        "{page}"
    );
    // On the report, in the queue, over the API.
    let desk = analyst.page(&format!("/triage/{}", one.number)).await;
    assert!(desk.contains(&format!("href=\"{campaign}\"")), "{desk}");
    let queue = analyst.page("/triage").await;
    assert!(
        main_of(&queue).contains("更新を装う波（報告 3 件）"),
        "{queue}"
    );
    let listed = analyst.get("/api/v1/campaigns").await.json();
    assert_eq!(listed["campaigns"][0]["count"], 3);
    let split = [
        ("what", "split"),
        ("reports", third.number.as_str()),
        ("reason", "別の手口"),
        ("title", "二つ目"),
    ];
    leads_to(&analyst.post(&campaign, &split).await);
    let number = campaign.rsplit('/').next().unwrap();
    let told = analyst.get(&format!("/api/v1{campaign}")).await.json();
    assert_eq!(
        (&told["count"], &told["steps"][1]["did"]),
        (&2.into(), &"left".into())
    );
    let other = told["steps"][1]["other"].as_str().unwrap().to_owned();
    let merge = [("what", "merge"), ("other", other.as_str())];
    leads_to(&analyst.post(&campaign, &merge).await);
    let told = analyst.get(&format!("/api/v1{campaign}")).await.json();
    assert_eq!(told["count"], 3);
    let step = told["undo"].to_string();
    let undo = [
        ("what", "undo"),
        ("step", step.as_str()),
        ("reason", "誤り"),
    ];
    leads_to(&analyst.post(&format!("/campaigns/{other}"), &undo).await);
    let told = analyst.get(&format!("/api/v1{campaign}")).await.json();
    assert_eq!(told["count"], 3, "the other counts its own steps");
    leads_to(&analyst.post(&campaign, &undo).await);
    let told = analyst
        .get(&format!("/api/v1/campaigns/{other}"))
        .await
        .json();
    assert_eq!(
        (&told["state"], &told["count"]),
        (&"open".into(), &1.into())
    );
    let tells = [("what", "rename"), ("title", "a.test の波")];
    leads_to(&analyst.post(&campaign, &tells).await);
    let page = analyst.page(&campaign).await;
    assert!(
        page.contains("名前に、アドレス・ホスト名・ハッシュなどの値は書けません"),
        "{page}"
    );
    assert!(page.contains(number));
    // The auditor reads it in words; an administrator only that something was written.
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let ledger = auditor.page("/ledger").await;
    assert!(
        ledger.contains("キャンペーンから報告を外した") && ledger.contains(&one.number),
        "{ledger}"
    );
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    let ledger = admin.page("/ledger").await;
    assert!(
        !ledger.contains("キャンペーン") && !ledger.contains(number),
        "{ledger}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_set_aside_with_its_reason_and_can_be_taken_back() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    report(&nation, &[RARE, "a.test"], "").await;
    report(&nation, &[RARE, "b.test"], "").await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let key = key_of(&analyst.page("/campaigns").await);
    let dismiss = [
        ("what", "dismiss"),
        ("key", key.as_str()),
        ("reason", "共用の配信網"),
    ];
    leads_to(&analyst.post("/campaigns", &dismiss).await);
    assert!(
        analyst
            .page("/campaigns")
            .await
            .contains("まとまりの提案はありません")
    );
    leads_to(&analyst.post("/campaigns", &dismiss).await);
    assert!(
        analyst
            .page("/campaigns")
            .await
            .contains("提案の内容が変わりました")
    );
    let aside = analyst.page("/campaigns?tab=aside").await;
    assert!(aside.contains("共用の配信網"), "{aside}");
    let id = between(&aside, "name=\"id\" value=\"", "\"").to_owned();
    leads_to(
        &analyst
            .post("/campaigns", &[("what", "restore"), ("id", id.as_str())])
            .await,
    );
    assert!(
        main_of(&analyst.page("/campaigns").await).contains("2 件の報告がひとつの攻撃とみられます")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_stands_in_one_row_of_the_queue() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    for n in 0..60 {
        let own = format!("victim-{n}.test");
        let text = format!("{WAVE} {own}");
        report(
            &nation,
            &["c2-a.test", "c2-b.test", "c2-c.test", "c2-d.test", &own],
            &text,
        )
        .await;
    }
    report(&nation, &["alone.test"], "").await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let queue = analyst.page("/triage").await;
    let rows = queue.matches("<li class=\"row\"").count();
    assert_eq!(rows, 2, "{queue}");
    assert!(
        main_of(&queue).contains("同じ値を含む報告 60 件"),
        "{queue}"
    );
}
