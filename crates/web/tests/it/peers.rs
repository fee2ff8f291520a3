//! The room of TAXII peers: administrators agree, change, stop and start; officers look; nobody else knows.

use axum::http::StatusCode;
use kaname_directory::KeyScope;
use kaname_kernel::Tlp;
use kaname_sharing::{
    Text,
    collection::{Access, CollectionKind, Definition},
    peer::{FailedObject, Peer, PeerChange, PulledPage, SentPage},
};
use kaname_testkit::Nation;
use kaname_world::Caller;

use crate::{
    browser::{Browser, leads_to},
    house::Door,
};

const URL: &str = "https://taxii.partner.test/root/collections/a/";

/// A collection for what peers have; its id.
async fn collection(nation: &Nation) -> String {
    let definition = Definition {
        alias: "partner".to_owned(),
        title: Text::new("相手方の情報", "A partner's"),
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

/// An administrator agrees with the peer `partner`.
pub(crate) async fn agreed(nation: &Nation, admin: &Browser<'_>) {
    let into = collection(nation).await;
    let form = [
        ("code", "partner"),
        ("direction", "pull"),
        ("into", into.as_str()),
        ("url", URL),
        ("user", "kaname"),
        ("password", "hush: hush"),
        ("types", "indicator\nmalware"),
        ("tlp_at_most", "AMBER"),
        ("every", "1h"),
    ];
    let done = admin.post("/peers-new", &form).await;
    assert_eq!(leads_to(&done), "/peers/partner");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_will_not_do_is_told_at_its_field() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    assert!(
        admin
            .page("/peers")
            .await
            .contains("連携先はまだありません")
    );
    let into = collection(&nation).await;
    for (code, url, types, field) in [
        ("Partner", URL, "", "code"),
        ("partner", "ftp://x/", "", "url"),
        ("partner", URL, "not a type", "types"),
    ] {
        let form = [
            ("code", code),
            ("direction", "pull"),
            ("into", into.as_str()),
            ("url", url),
            ("types", types),
            ("every", "1h"),
        ];
        let refused = admin.post("/peers-new", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(
            refused.text.contains(&format!("id=\"{field}-error\"")),
            "{field}: {}",
            refused.text
        );
    }
    let library = nation.library.id.to_string();
    let form = [
        ("code", "partner"),
        ("direction", "pull"),
        ("into", library.as_str()),
        ("url", URL),
        ("every", "1h"),
    ];
    let refused = admin.post("/peers-new", &form).await;
    assert!(
        refused
            .text
            .contains("協定を結んだ相手のコレクションではありません"),
        "{}",
        refused.text
    );
}

/// A page came with trouble at its end.
async fn troubled(nation: &Nation) {
    let page = PulledPage {
        trouble: Some(
            "the peer answered 503: <b>maintenance</b>"
                .to_owned()
                .into(),
        ),
        ..PulledPage::default()
    };
    let noted = |_: &Peer| Ok(PeerChange::Pulled(page));
    let shell = Caller::system("shell");
    let changed = nation.world.change_peer(&shell, "partner", noted).await;
    changed.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_agreed_is_shown_changed_stopped_and_started() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    agreed(&nation, &admin).await;
    troubled(&nation).await;
    for path in ["/peers", "/peers/partner"] {
        let page = admin.page(path).await;
        for said in ["支障あり", "相手方の情報", "503: &#60;b&#62;maintenance"] {
            assert!(page.contains(said), "{path} {said}: {page}");
        }
        assert!(!page.contains("hush"), "the password is never shown");
    }
    let change = admin.page("/peers/partner/change").await;
    assert!(
        change.contains("indicator\nmalware") && !change.contains("hush"),
        "{change}"
    );
    let form = [
        ("url", URL),
        ("types", ""),
        ("tlp_at_most", ""),
        ("every", "never"),
    ];
    let done = admin.post("/peers/partner/change", &form).await;
    assert_eq!(leads_to(&done), "/peers/partner");
    let page = admin.page("/peers/partner").await;
    assert!(
        page.contains("すべての種類") && page.contains("自動では行い"),
        "{page}"
    );
    assert!(
        page.contains("ユーザー名とパスワードを保管しています"),
        "{page}"
    );
    leads_to(&admin.post("/peers/partner/now", &[]).await);
    assert!(admin.page("/peers/partner").await.contains("まもなく"));
    let unsaid = admin.post("/peers/partner/stop", &[("reason", " ")]).await;
    leads_to(&unsaid);
    assert!(admin.page("/peers/partner").await.contains("flash-refused"));
    let stop = [("reason", "合意の終了")];
    leads_to(&admin.post("/peers/partner/stop", &stop).await);
    let page = admin.page("/peers/partner").await;
    assert!(
        page.contains("合意の終了") && page.contains("再開する"),
        "{page}"
    );
    leads_to(&admin.post("/peers/partner/start", &[]).await);
    assert!(!admin.page("/peers/partner").await.contains("合意の終了"));
    let unknown = admin.post("/peers/other/now", &[]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_look_and_nobody_else_knows() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    agreed(&nation, &admin).await;
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let page = auditor.page("/peers/partner").await;
    assert!(
        page.contains("taxii.partner.test") && !page.contains("action=\"/peers"),
        "{page}"
    );
    let refused = auditor.post("/peers/partner/now", &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let told = auditor.get("/api/v1/peers").await.json();
    let one = &told["peers"][0];
    assert_eq!(
        (&one["code"], &one["state"]),
        (&"partner".into(), &"active".into())
    );
    assert!(one["lag_s"].as_i64().is_some_and(|lag| lag >= 0));
    let alone = auditor.get("/api/v1/peers/partner").await.json();
    assert_eq!(alone["every"], "1h");
    assert!(!told.to_string().contains("hush"));
    let member = Browser::of(&door, &nation, &nation.member).await;
    for path in [
        "/peers",
        "/peers/partner",
        "/peers/partner/change",
        "/peers-new",
    ] {
        let status = member.get(path).await.status;
        assert!(
            [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status),
            "{path}"
        );
        let there = member.get(&path.replace("partner", "other")).await.status;
        assert_eq!(status, there, "{path}: there and not there are one answer");
    }
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    assert_eq!(
        door.get("/api/v1/peers", &key).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_sent_to_shows_its_party_and_what_was_not_taken() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    let library = nation.library.id.to_string();
    let form = |party| {
        [
            ("code", "branch"),
            ("direction", "push"),
            ("into", ""),
            ("out_of", library.as_str()),
            ("party", party),
            ("url", URL),
            ("types", ""),
            ("tlp_at_most", "GREEN"),
            ("every", "1d"),
        ]
    };
    for party in ["", "nobody-9", "centre"] {
        let refused = admin.post("/peers-new", &form(party)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{party}");
        assert!(
            refused.text.contains("id=\"party-error\""),
            "{party}: {}",
            refused.text
        );
    }
    let done = admin.post("/peers-new", &form("海浜銀行")).await;
    assert_eq!(leads_to(&done), "/peers/branch");
    let page = SentPage {
        sent: 3,
        refused: 1,
        failed: vec![FailedObject {
            id: "indicator--00000000-0000-4000-8000-000000000001".to_owned(),
            version_us: 1_767_225_600_000_000,
            why: kaname_sharing::turn::Trouble::Words("<i>not liked</i>".to_owned()),
        }],
        ..SentPage::default()
    };
    let noted = |_: &Peer| Ok(PeerChange::Sent(page));
    let shell = Caller::system("shell");
    let changed = nation.world.change_peer(&shell, "branch", noted).await;
    changed.unwrap();
    let page = admin.page("/peers/branch").await;
    for said in [
        "海浜銀行",
        "いま送る",
        "&#60;i&#62;not liked",
        "indicator--00000000",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let told = auditor.get("/api/v1/peers/branch").await.json();
    assert_eq!(
        (&told["direction"], &told["refused"]),
        (&"push".into(), &1.into())
    );
    let english = Browser::of(&door, &nation, &nation.administrator)
        .await
        .english();
    assert!(
        english
            .page("/peers/branch")
            .await
            .contains("Party behind it")
    );
}
