//! The room of sources: administrators look, agree, change, stop and start; officers look on; nobody else knows.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::StatusCode;
use kaname_directory::KeyScope;
use kaname_kernel::Tlp;
use kaname_sharing::{
    Text,
    collection::{Access, CollectionKind, Definition},
    source::{Source, SourceChange, SourceReading},
    turn::trouble::{Known, Trouble},
};
use kaname_testkit::Nation;
use kaname_world::{
    Caller,
    doors::{Fetch, FetchDoor, FetchError, Fetched},
};

use crate::{
    browser::{Browser, leads_to},
    house::Door,
};

const URL: &str = "https://feed.partner.test/ips.txt";
const LIST: &str = "192.0.2.7 # <b>scanner</b>\n127.0.0.1\n";

/// A door behind which there is one list, for who shows the header.
struct OneList;

#[async_trait]
impl FetchDoor for OneList {
    async fn fetch(&self, fetch: &Fetch) -> Result<Fetched, FetchError> {
        let shown = fetch
            .headers
            .iter()
            .any(|(name, value)| name == "auth-key" && value == "hush");
        Ok(Fetched {
            status: if shown { 200 } else { 401 },
            headers: Default::default(),
            body: LIST.into(),
        })
    }
}

pub(crate) fn door(nation: &Nation) -> Door {
    Door::with(nation, "http://hub.test/", |house| {
        house.with_sources(Arc::new(OneList))
    })
}

async fn collection(nation: &Nation) -> String {
    let definition = Definition {
        alias: "public".to_owned(),
        title: Text::new("公開されている情報", "What is public"),
        description: Text::default(),
        kind: CollectionKind::Peer,
        default_tlp: Some(Tlp::Green),
        default_pap: None,
        read: Access::Members,
        write: Access::Nobody,
        taxii: Default::default(),
    };
    let shell = Caller::system("shell");
    let opened = nation.world.open_collection(&shell, definition);
    opened.await.unwrap().id.to_string()
}

fn form<'f>(into: &'f str, more: &[(&'static str, &'f str)]) -> Vec<(&'static str, &'f str)> {
    let mut form = vec![
        ("code", "blocklist"),
        ("into", into),
        ("publisher", "例示CERT"),
        ("url", URL),
        ("form", "list"),
        ("header", "Auth-Key"),
        ("secret", "hush"),
        ("tlp", "CLEAR"),
        ("every", "1h"),
        ("grace_h", "48"),
        ("most_mib", "8"),
    ];
    for (name, value) in more {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    form
}

/// An administrator agrees with the source `blocklist`.
pub(crate) async fn agreed(nation: &Nation, admin: &Browser<'_>) {
    let into = collection(nation).await;
    let done = admin.post("/sources-new", &form(&into, &[])).await;
    assert_eq!(leads_to(&done), "/sources/blocklist");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_looked_at_before_it_is_agreed_with() {
    let nation = Nation::new().await;
    let door = door(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    assert!(
        admin
            .page("/sources")
            .await
            .contains("情報源はまだありません")
    );
    let first = admin.page("/sources-new").await;
    assert!(
        first.contains("試しに読む") && !first.contains("この内容で登録する"),
        "{first}"
    );
    let into = collection(&nation).await;
    let looked = admin.post("/sources-look", &form(&into, &[])).await;
    assert_eq!(looked.status, StatusCode::OK);
    for said in [
        "この内容で登録する",
        "192.0.2.7",
        "&#60;b&#62;scanner",
        "127.0.0.1",
        "自分自身を指すアドレス（ループバック）です",
        "value=\"例示CERT\"",
    ] {
        assert!(looked.text.contains(said), "{said}: {}", looked.text);
    }
    assert!(!looked.text.contains("hush"), "the secret is never shown");
    let refused = admin
        .post("/sources-look", &form(&into, &[("secret", "other")]))
        .await;
    assert!(
        refused.text.contains("サーバーが 401 を返しました")
            && !refused.text.contains("この内容で登録する"),
        "{}",
        refused.text
    );
    assert!(
        nation
            .world
            .sources(&Caller::system("shell"))
            .await
            .unwrap()
            .is_empty()
    );
    for (name, value) in [
        ("code", "Block"),
        ("url", "ftp://x/"),
        ("publisher", " "),
        ("header", "Host"),
        ("grace_h", "x"),
        ("most_mib", "999"),
    ] {
        let wrong = admin
            .post("/sources-new", &form(&into, &[(name, value)]))
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(
            wrong.text.contains(&format!("id=\"{name}-error\"")) || name == "most_mib",
            "{name}: {}",
            wrong.text
        );
    }
    let library = nation.library.id.to_string();
    let wrong = admin.post("/sources-new", &form(&library, &[])).await;
    assert!(
        wrong
            .text
            .contains("協定を結んだ相手のコレクションではありません"),
        "{}",
        wrong.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_agreed_is_shown_changed_stopped_and_started() {
    let nation = Nation::new().await;
    let door = door(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    agreed(&nation, &admin).await;
    let reading = SourceReading {
        listed: 12,
        taken: 9,
        refused: 1,
        trouble: Some(Trouble::from(Known::Answered {
            status: 503,
            words: "<b>maintenance</b>".to_owned(),
        })),
        ..SourceReading::default()
    };
    let noted = |_: &Source| Ok(SourceChange::Read(Box::new(reading)));
    let shell = Caller::system("shell");
    let changed = nation.world.change_source(&shell, "blocklist", noted);
    changed.await.unwrap();
    for path in ["/sources", "/sources/blocklist"] {
        let page = admin.page(path).await;
        for said in [
            "支障あり",
            "例示CERT",
            "公開されている情報",
            "サーバーが 503 を返しました：&#60;b&#62;maintenance",
        ] {
            assert!(page.contains(said), "{path} {said}: {page}");
        }
        assert!(!page.contains("hush"), "the secret is never shown");
    }
    let english = Browser::of(&door, &nation, &nation.administrator).await;
    let english = english.english();
    for (reader, said) in [
        (&admin, "サーバーが 503 を返しました：<b>maintenance</b>"),
        (&english, "The server answered 503: <b>maintenance</b>"),
    ] {
        let told = reader.get("/api/v1/sources/blocklist").await.json();
        assert_eq!(
            (&told["trouble"], &told["trouble_code"]),
            (&said.into(), &"answered".into())
        );
        assert_eq!(told["history"][0]["trouble"], said);
    }
    let ask = admin.page("/sources/blocklist/change").await;
    assert!(ask.contains(URL) && !ask.contains("hush"), "{ask}");
    let into = String::new();
    let form = form(
        &into,
        &[
            ("form", "csv"),
            ("value", "3"),
            ("every", "never"),
            ("secret", ""),
        ],
    );
    let done = admin.post("/sources/blocklist/change", &form).await;
    assert_eq!(leads_to(&done), "/sources/blocklist");
    let page = admin.page("/sources/blocklist").await;
    for said in ["表（CSV）", "自動では行い", "封をして保管しています"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    leads_to(&admin.post("/sources/blocklist/now", &[]).await);
    let stop = [("reason", "提供の終了")];
    leads_to(&admin.post("/sources/blocklist/stop", &stop).await);
    let page = admin.page("/sources/blocklist").await;
    assert!(
        page.contains("提供の終了") && page.contains("再開する"),
        "{page}"
    );
    leads_to(&admin.post("/sources/blocklist/start", &[]).await);
    assert!(
        !admin
            .page("/sources/blocklist")
            .await
            .contains("提供の終了")
    );
    let unknown = admin.post("/sources/other/now", &[]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_look_and_nobody_else_knows() {
    let nation = Nation::new().await;
    let door = door(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    agreed(&nation, &admin).await;
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let page = auditor.page("/sources/blocklist").await;
    assert!(
        page.contains("feed.partner.test") && !page.contains("action=\"/sources"),
        "{page}"
    );
    let refused = auditor.post("/sources-look", &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let told = auditor.get("/api/v1/sources").await.json();
    let one = &told["sources"][0];
    assert_eq!(
        (&one["code"], &one["form"]),
        (&"blocklist".into(), &"list".into())
    );
    let alone = auditor.get("/api/v1/sources/blocklist").await.json();
    assert_eq!(
        (&alone["every"], &alone["tlp"]),
        (&"1h".into(), &"CLEAR".into())
    );
    assert!(!told.to_string().contains("hush"));
    let member = Browser::of(&door, &nation, &nation.member).await;
    for path in [
        "/sources",
        "/sources/blocklist",
        "/sources/blocklist/change",
        "/sources-new",
    ] {
        let status = member.get(path).await.status;
        assert!(
            [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status),
            "{path}"
        );
        let there = member.get(&path.replace("blocklist", "other")).await.status;
        assert_eq!(status, there, "{path}: there and not there are one answer");
    }
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let refused = door.get("/api/v1/sources", &key).await.status;
    assert_eq!(refused, StatusCode::FORBIDDEN);
}
