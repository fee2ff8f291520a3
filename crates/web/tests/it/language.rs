//! Switching the language on a form that is half filled in keeps what was typed, without script.

use axum::http::StatusCode;
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, Part, between, leads_to},
    house::Door,
    story,
};

/// Where the switch posts the page's form to be shown in English.
fn switch(page: &str) -> String {
    let to = between(page, "formaction=\"", "\" formnovalidate lang=\"ja\"").to_owned();
    assert!(page.contains("<form id=\"editing\""), "{page}");
    to.replace("shown-in=ja", "shown-in=en")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_half_typed_is_kept() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let to = switch(&provider.page("/submissions/new").await);
    let parts = [
        Part::Field("title", "書きかけの件名"),
        Part::Field("technique", "まだ途中の本文"),
        Part::Field("victim", "端末 2 台"),
        Part::Field("tlp", "AMBER"),
        Part::Field("pap", "RED"),
        Part::File("file", "values.csv", b"203.0.113.9"),
    ];
    let switched = provider.upload(&to, &parts).await;
    let page = provider.page(&leads_to(&switched)).await;
    assert!(page.contains("<html lang=\"en\""), "{page}");
    for typed in [
        "書きかけの件名",
        "まだ途中の本文",
        "端末 2 台",
        "values.csv",
    ] {
        assert!(page.contains(typed), "{typed}");
    }
    // The language stays, and nothing was handed in.
    let list = provider.page("/submissions").await;
    assert!(list.contains("<html lang=\"en\"") && !list.contains("書きかけの件名"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_half_written_is_kept_and_not_saved() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    let item = story::derive(&nation, receipt.report).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let edit = format!("/items/{}/edit", item.state.number);
    for at in [edit.clone(), format!("/triage/{}/derive", receipt.number)] {
        let analyst = Browser::of(&door, &nation, &nation.analyst).await;
        let to = switch(&analyst.page(&at).await);
        assert!(to.starts_with(&at));
        let typed = [
            ("summary_ja", "途中まで書いた概要"),
            ("values", "not a value"),
            ("tlp", "RED"),
        ];
        let shown = analyst.post(&to, &typed).await;
        assert_eq!(shown.status, StatusCode::OK, "{at}");
        assert!(shown.text.contains("<html lang=\"en\""));
        assert!(shown.text.contains("途中まで書いた概要") && shown.text.contains("not a value"));
        assert!(analyst.page("/").await.contains("<html lang=\"en\""));
    }
    assert!(!analyst.page(&edit).await.contains("途中まで書いた概要"));

    // So does what the provider proposes instead of consenting.
    let caller = nation.caller(&nation.analyst).await;
    nation
        .world
        .ask_consent(&caller, item.id, None)
        .await
        .unwrap();
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let propose = format!("/items/{}/propose", item.state.number);
    let to = switch(&provider.page(&propose).await);
    let typed = [
        ("summary_ja", "直した概要"),
        ("comment", "一文を足しました"),
    ];
    let shown = provider.post(&to, &typed).await;
    assert!(shown.text.contains("直した概要") && shown.text.contains("一文を足しました"));
    assert!(!provider.page(&propose).await.contains("直した概要"));
}
