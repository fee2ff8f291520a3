//! Each page is there for its roles, in both languages, and not for others.

use axum::http::StatusCode;
use kaname_testkit::{Nation, Person};

use crate::{browser::Browser, house::Door, story};

/// Pages, and who among administrator, analyst, releaser, auditor, steward, outsider (a mere member of
/// a party without membership) may open them: `y` yes, `n` 403, `-` 404.
const PAGES: [(&str, &str); 22] = [
    ("/directory", "yyyyyy"),
    (
        "/directory?kind=operator&standing=member&q=みなと",
        "yyyyyy",
    ),
    ("/directory/centre", "yyyyy-"),
    ("/directory/minato", "yyyyy-"),
    ("/directory/minato/describe", "ynnnnn"),
    ("/directory/minato/contacts", "ynnnnn"),
    ("/directory/minato/own", "ynnnnn"),
    ("/directory/minato/membership", "ynnnnn"),
    ("/directory/minato/delegate", "ynnnnn"),
    ("/directory/minato/retire", "ynnnnn"),
    ("/directory/minato/accounts", "ynnnyn"),
    ("/directory/minato/keys", "ynnnyn"),
    ("/directory-new", "ynnnnn"),
    ("/groups", "yyyyyy"),
    ("/groups-new", "ynnnnn"),
    ("/duties/secrecy", "yyyyyy"),
    ("/requests", "yynnyn"),
    ("/breaches", "yynnyn"),
    ("/ledger", "ynnynn"),
    ("/ledger/openings", "nnnynn"),
    ("/policy", "yyyyyy"),
    ("/explain", "yyyynn"),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_page_is_there_for_its_roles_and_for_nobody_else() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let people: [&Person; 6] = [
        &nation.administrator,
        &nation.analyst,
        &nation.releaser,
        &nation.auditor,
        &nation.provider,
        &nation.outsider,
    ];
    let mut wrong = Vec::new();
    for (place, person) in people.into_iter().enumerate() {
        let japanese = Browser::of(&door, &nation, person).await;
        let english = Browser::of(&door, &nation, person).await.english();
        for (path, rights) in PAGES {
            let path = path.replace("みなと", "%E3%81%BF%E3%81%AA%E3%81%A8");
            let expected = match rights.as_bytes()[place] {
                b'y' => StatusCode::OK,
                b'n' => StatusCode::FORBIDDEN,
                _ => StatusCode::NOT_FOUND,
            };
            for browser in [&japanese, &english] {
                let answer = browser.get(&path).await;
                if answer.status != expected {
                    wrong.push(format!("{path} by {place}: {}", answer.status));
                }
                assert!(
                    !answer.text.contains("[directory-"),
                    "{path}: a message is missing"
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signed_in_reads_only_what_is_public() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let nobody = Browser::nobody(&door);
    for path in [
        "/sectors",
        "/sectors?on=2018-08-01&since=2025-08-01",
        "/receipts",
    ] {
        nobody.page(path).await;
    }
    for (path, _) in PAGES {
        let answer = nobody.get(path.split('?').next().unwrap()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(
            answer.header("location").starts_with("/sign-in?next="),
            "{path}"
        );
    }
    assert_eq!(nobody.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn sectors_differ_by_day_as_the_law_did() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let nobody = Browser::nobody(&door);
    let before = nobody.page("/sectors?on=2018-08-01").await;
    let after = nobody.page("/sectors?on=2025-08-01").await;
    assert!(!before.contains("id=\"ports\"") && after.contains("id=\"ports\""));
    assert!(before.contains("14 分野") && after.contains("15 分野"));
    let both = nobody.page("/sectors?on=2025-08-01&since=2018-08-01").await;
    assert!(both.contains("2018年8月1日から2025年8月1日までの変更"));
    let unread = nobody.page("/sectors?on=%3Cscript%3E").await;
    assert!(unread.contains("日付を読み取れません") && !unread.contains("<script>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_are_shown_with_ones_own_marked() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let page = auditor.page("/policy").await;
    assert!(page.contains("監査担当は、提供者の確認が行われた記録をすべて参照できる。"));
    assert!(page.contains("あなたに関わる"));
    let providers = auditor.page("/policy?role=provider").await;
    assert!(providers.contains("id=\"providers-consent\""));
    assert!(!providers.contains("id=\"releasers-release\""));
    let english = Browser::of(&door, &nation, &nation.auditor).await.english();
    assert!(
        english
            .page("/policy")
            .await
            .contains("Auditors read the ledger.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_explained_why_a_reader_sees_an_item_or_not() {
    let nation = Nation::new().await;
    let (_, item) = story::released(&nation).await;
    let door = Door::of(&nation);
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let number = &item.state.number;
    let seen = analyst
        .page(&format!("/explain?item={number}&reader=kaihin-csirt"))
        .await;
    assert!(
        seen.contains("kaihin-csirt（海浜銀行）には見えます"),
        "{seen}"
    );
    assert!(seen.contains("構成員資格が有効な組織"));
    let hidden = analyst
        .page(&format!("/explain?item={number}&reader=hokuto"))
        .await;
    assert!(hidden.contains("には見えません"));
    let public = analyst
        .page(&format!("/explain?item={number}&reader=public"))
        .await;
    assert!(public.contains("サインインしていない人には見えません"));
    let none = analyst
        .page("/explain?item=S-2611-00000&reader=nobody")
        .await;
    assert!(none.contains("この番号の情報は見当たりません"));
    assert!(none.contains("このログイン名や組織コードは見当たりません"));
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_learn_nothing_of_an_item_before_it_is_out() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let item = story::consent_to(&nation, item).await;
    let number = &item.state.number;
    let title = item.state.content.title.in_language("ja").to_owned();
    let administrator = Browser::of(&door, &nation, &nation.administrator).await;
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let explained = format!("/explain?item={number}&reader=public");
    let page = administrator.page(&explained).await;
    let none = page.contains("この番号の情報は見当たりません");
    assert!(none && !page.contains(&title), "{page}");
    assert!(!administrator.page("/ledger").await.contains(number));
    assert!(releaser.page(&explained).await.contains(&title));
    // Out, it is explained and named.
    let officer = nation.caller(&nation.releaser).await;
    nation.world.release(&officer, item.id, None).await.unwrap();
    assert!(administrator.page(&explained).await.contains(&title));
    assert!(administrator.page("/ledger").await.contains(number));
}
