//! Every page of administration filled with something of everything; with `KANAME_SAMPLES` naming a
//! folder they are written there, to be looked at.

use std::{fs, path::PathBuf};

use kaname_kernel::Role;
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, between, leads_to},
    house::Door,
    story,
};

/// Writes a page with its style and script beside it.
#[expect(
    clippy::disallowed_methods,
    reason = "pages are kept where a person asks for them"
)]
pub(crate) async fn keep(door: &Door, name: &str, html: &str) {
    let Some(folder) = std::env::var_os("KANAME_SAMPLES").map(PathBuf::from) else {
        return;
    };
    fs::create_dir_all(folder.join("assets")).unwrap();
    for asset in html.split("\"/assets/").skip(1) {
        let asset = asset.split('"').next().unwrap();
        let (_, bytes) = door.bytes(&format!("/assets/{asset}")).await;
        fs::write(folder.join("assets").join(asset), bytes).unwrap();
    }
    let html = html.replace("\"/assets/", "\"assets/");
    fs::write(folder.join(format!("{name}.html")), html).unwrap();
}

async fn fill(admin: &Browser<'_>, steward: &Browser<'_>, analyst: &Browser<'_>) -> [String; 3] {
    for (code, kind, ja, en, sector) in [
        (
            "power-isac",
            "isac",
            "電力ISAC（架空）",
            "Power ISAC (fictional)",
            "electricity",
        ),
        (
            "keisan",
            "ministry",
            "経済産業省",
            "Ministry of Economy, Trade and Industry",
            "electricity",
        ),
        (
            "hokuto-shin",
            "vendor",
            "北斗セキュリティ株式会社",
            "Hokuto Security",
            "information",
        ),
    ] {
        let new = [
            ("code", code),
            ("kind", kind),
            ("name_ja", ja),
            ("name_en", en),
            ("aliases", ""),
            (
                "sectors",
                if sector == "information" {
                    "electricity"
                } else {
                    sector
                },
            ),
            ("from", "2020-04-01"),
        ];
        leads_to(&admin.post("/directory-new", &new).await);
    }
    leads_to(
        &admin
            .post(
                "/directory/power-isac/membership",
                &[("classes", "type2"), ("from", "2022-04-01")],
            )
            .await,
    );
    let contacts = [
        ("contact_name", "サイバー当直"),
        ("contact_role", "インシデント"),
        ("contact_mail", "duty@minato.example"),
        ("contact_phone", "03-0000-0000"),
    ];
    leads_to(&admin.post("/directory/minato/contacts", &contacts).await);
    let own = [
        ("domains", "minato.example"),
        ("networks", "192.0.2.0/24\n2001:db8::/32"),
    ];
    leads_to(&admin.post("/directory/minato/own", &own).await);
    leads_to(
        &admin
            .post("/directory/minato/isacs", &[("isacs", "power-isac")])
            .await,
    );
    let delegate = [
        ("principal", "centre"),
        ("scopes", "cooperation.request"),
        ("scopes", "delivery.acknowledge"),
        ("basis", "業務委託契約（令和8年度）"),
        ("from", "2026-04-01"),
        ("until", "2027-04-01"),
    ];
    leads_to(&admin.post("/directory/minato/delegate", &delegate).await);
    let duty = steward.page("/duties/secrecy").await;
    let version = between(&duty, "name=\"version\" value=\"", "\"").to_owned();
    leads_to(
        &steward
            .post("/duties/secrecy/accept", &[("version", &version)])
            .await,
    );
    let key = [
        ("label", "SIEM 連携"),
        ("scopes", "taxii:read"),
        ("scopes", "feed:read"),
        ("expires", "2027-04-01"),
    ];
    steward.post("/directory/minato/keys", &key).await;
    let group = [
        ("code", "power"),
        ("name_ja", "電力連絡会"),
        ("name_en", "Power liaison"),
        ("past", "closed"),
    ];
    leads_to(&admin.post("/groups-new", &group).await);
    for party in ["minato", "power-isac"] {
        leads_to(&admin.post("/groups/power/join", &[("party", party)]).await);
    }
    let mut asked = Vec::new();
    for (subject, deadline) in [
        ("VPN装置の認証記録の提出", "2099-12-01T17:00"),
        ("影響を受けた装置の台数と版の確認", "2099-12-05T12:00"),
    ] {
        let request = [
            ("to", "minato"),
            ("subject", subject),
            (
                "body",
                "2026年11月1日から15日までの記録をお送りください。\n目的：同じ攻撃元による他組織への影響を確かめるため。",
            ),
            ("basis", "サイバーセキュリティ基本法第17条第3項"),
            ("deadline", deadline),
            ("about", ""),
        ];
        asked.push(leads_to(&analyst.post("/requests-new", &request).await));
    }
    let breach = [
        ("party", "minato"),
        ("kind", "marking"),
        ("duty", ""),
        ("subject", "TLP:AMBER の情報が会員外へ転送された"),
        (
            "body",
            "11月20日、委託先のメーリングリストに転送されたことを、委託先からの連絡で把握した。",
        ),
    ];
    let breach = leads_to(&analyst.post("/breaches-new", &breach).await);
    leads_to(&analyst.post(&format!("{breach}/tell"), &[]).await);
    [asked[0].clone(), asked[1].clone(), breach]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_administration_renders_filled_and_empty() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let steward = Browser::of(&door, &nation, &nation.provider).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let nobody = Browser::nobody(&door);
    for (name, browser, path) in [
        ("groups-empty", &admin, "/groups"),
        ("requests-empty", &steward, "/requests"),
        ("breaches-empty", &analyst, "/breaches"),
        ("openings-empty", &auditor, "/ledger/openings"),
        ("directory-empty", &admin, "/directory?q=zzzz"),
    ] {
        keep(&door, name, &browser.page(path).await).await;
    }
    nation
        .hire(
            nation.provider.party,
            "minato-soc",
            &[Role::Provider, Role::Member],
        )
        .await;
    let (receipt, item) = story::released(&nation).await;
    let [first, second, breach] = fill(&admin, &steward, &analyst).await;
    leads_to(
        &steward
            .post(
                &format!("{second}/refuse"),
                &[(
                    "justification",
                    "捜査に支障があるため、捜査機関の求めにより回答できません。",
                )],
            )
            .await,
    );
    let wrong = admin
        .post(
            "/directory/minato/own",
            &[("domains", "nodots"), ("networks", "")],
        )
        .await;
    keep(&door, "form-wrong", &wrong.text).await;
    let proof = format!("/receipts?number={}", receipt.number);
    let seen = format!("/explain?item={}&reader=kaihin-csirt", item.state.number);
    let hidden = format!("/explain?item={}&reader=hokuto", item.state.number);
    let issued = steward
        .post(
            "/directory/minato/keys",
            &[("label", "試験機"), ("scopes", "submit"), ("expires", "")],
        )
        .await;
    keep(&door, "once", &issued.text).await;
    let english = Browser::of(&door, &nation, &nation.administrator)
        .await
        .english();
    for (name, browser, path) in [
        ("directory", &admin, "/directory"),
        ("directory-en", &english, "/directory"),
        ("party-admin", &admin, "/directory/minato"),
        ("party-steward", &steward, "/directory/minato"),
        ("party-en", &english, "/directory/minato"),
        ("party-member", &steward, "/directory/keisan"),
        ("form-register", &admin, "/directory-new"),
        ("form-contacts", &admin, "/directory/minato/contacts"),
        ("form-membership", &admin, "/directory/minato/membership"),
        ("form-account", &steward, "/directory/minato/accounts"),
        ("form-key", &steward, "/directory/minato/keys"),
        ("form-retire", &admin, "/directory/minato/retire"),
        ("duty", &steward, "/duties/answer"),
        ("groups", &admin, "/groups"),
        ("group", &admin, "/groups/power"),
        ("requests", &steward, "/requests"),
        ("requests-hub", &analyst, "/requests"),
        ("requests-closed", &analyst, "/requests?tab=closed"),
        ("request-steward", &steward, first.as_str()),
        ("request-hub", &analyst, first.as_str()),
        ("request-refused", &analyst, second.as_str()),
        ("request-new", &analyst, "/requests-new"),
        ("breaches", &analyst, "/breaches"),
        ("breach", &steward, breach.as_str()),
        ("ledger", &auditor, "/ledger"),
        ("ledger-admin", &admin, "/ledger"),
        ("openings", &auditor, "/ledger/openings"),
        ("receipt", &nobody, proof.as_str()),
        ("policy", &auditor, "/policy"),
        ("policy-provider", &steward, "/policy?role=provider"),
        ("account", &steward, "/account"),
        ("factor", &steward, "/account/second-factor"),
        ("explain", &analyst, seen.as_str()),
        ("explain-hidden", &analyst, hidden.as_str()),
        ("sectors", &nobody, "/sectors?on=2018-08-01"),
        (
            "sectors-changes",
            &admin,
            "/sectors?on=2025-08-01&since=2018-08-01",
        ),
    ] {
        let page = browser.page(path).await;
        assert!(page.contains("<h1"), "{path}");
        keep(&door, name, &page).await;
    }
    nation.clock.advance(jiff::SignedDuration::from_mins(16));
    for (name, path) in [
        ("party-stale", "/directory/minato"),
        ("form-stale", "/directory-new"),
    ] {
        keep(&door, name, &admin.page(path).await).await;
    }
}
