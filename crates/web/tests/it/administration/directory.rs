//! An administrator's and a steward's work in the directory, by forms.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use jiff::SignedDuration;
use kaname_kernel::Role;
use kaname_testkit::{Nation, keys};

use crate::{
    browser::{Browser, between, leads_to},
    house::Door,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_registers_a_party_and_all_about_it() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    let new = [
        ("code", "kita-isac"),
        ("kind", "isac"),
        ("name_ja", "北日本電力ISAC"),
        ("name_en", "North Electricity ISAC"),
        ("aliases", "北電ISAC\n旧・北部連絡会"),
        ("sectors", "electricity"),
        ("from", "2020-04-01"),
    ];
    let registered = admin.post("/directory-new", &new).await;
    assert_eq!(leads_to(&registered), "/directory/kita-isac");
    let page = admin.page("/directory/kita-isac").await;
    for said in [
        "北日本電力ISAC",
        "North Electricity ISAC",
        "北電ISAC / 旧・北部連絡会",
        "2020年4月1日",
    ] {
        assert!(page.contains(said), "{said}");
    }
    // The same code again: told at its field, everything typed still there.
    let again = admin.post("/directory-new", &new).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again.text.contains("すでに使われています")
            && again.text.contains("North Electricity ISAC")
    );

    let contacts = [
        ("contact_name", "当直<b>"),
        ("contact_role", "インシデント"),
        ("contact_mail", "duty@kita.example"),
        ("contact_phone", "011-000-0000"),
        ("contact_name", ""),
        ("contact_role", ""),
        ("contact_mail", ""),
        ("contact_phone", ""),
    ];
    let form = admin.page("/directory/kita-isac/contacts").await;
    assert!(
        form.contains("窓口と用途は必ず"),
        "what a row needs is said before"
    );
    leads_to(&admin.post("/directory/kita-isac/contacts", &contacts).await);
    let own = [
        ("domains", "kita.example\n例え.テスト"),
        ("networks", "192.0.2.0/24"),
    ];
    leads_to(&admin.post("/directory/kita-isac/own", &own).await);
    let member = [
        ("classes", "general"),
        ("from", "2026-01-01"),
        ("until", ""),
    ];
    leads_to(&admin.post("/directory/kita-isac/membership", &member).await);
    leads_to(
        &admin
            .post("/directory/minato/isacs", &[("isacs", "kita-isac")])
            .await,
    );
    let notify = [
        ("cadence", "digest"),
        ("lang", "ja"),
        ("mail", "notice@kita.example"),
    ];
    leads_to(&admin.post("/directory/kita-isac/notify", &notify).await);
    let delegate = [
        ("principal", "centre"),
        ("scopes", "cooperation.request"),
        ("basis", "業務委託契約"),
        ("from", "2026-04-01"),
        ("until", "2027-04-01"),
    ];
    leads_to(&admin.post("/directory/kita-isac/delegate", &delegate).await);
    let page = admin.page("/directory/kita-isac").await;
    for said in [
        "当直&#60;b&#62;",
        "xn--r8jz45g.xn--zckzah",
        "192.0.2.0/24",
        "一般の構成員",
        "2026年4月1日から2027年3月31日まで",
        "業務委託契約",
        "協力の求め",
        "1日1回",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(
        admin
            .page("/directory/minato")
            .await
            .contains("北日本電力ISAC")
    );

    // Keys, powers and duties end as they began.
    let key = [("key_label", "当直の鍵"), ("key", keys::SOC)];
    leads_to(&admin.post("/directory/kita-isac/public-keys", &key).await);
    let page = admin.page("/directory/kita-isac").await;
    for said in [
        "当直の鍵",
        "F23B 941E CC76 0DF4 D241 6ABC 30C4 DF78 88CA C0CB",
        "SOC desk &#60;soc@kaihin.example&#62;",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let revoked = [("stay", "0"), ("key_label", "x"), ("key", keys::REVOKED)];
    let refused = admin
        .post("/directory/kita-isac/public-keys", &revoked)
        .await;
    assert!(refused.text.contains("この鍵は失効しています"));
    let private = keys::SOC.replace("PUBLIC", "PRIVATE");
    let private = [("stay", "0"), ("key_label", "x"), ("key", private.as_str())];
    let refused = admin
        .post("/directory/kita-isac/public-keys", &private)
        .await;
    assert!(refused.text.contains("秘密鍵が含まれています"));
    leads_to(
        &admin
            .post("/directory/kita-isac/public-keys", &[("key", "")])
            .await,
    );
    assert!(
        !admin
            .page("/directory/kita-isac")
            .await
            .contains("当直の鍵")
    );
    let end = [("principal", "centre"), ("on", "2026-12-01")];
    leads_to(&admin.post("/directory/kita-isac/undelegate", &end).await);
    assert!(
        admin
            .page("/directory/kita-isac")
            .await
            .contains("2026年11月30日まで")
    );
    let unbound = [("duty", "secrecy"), ("on", "2026-12-01")];
    let unbound = admin.post("/directory/kita-isac/release", &unbound).await;
    assert_eq!(unbound.status, StatusCode::UNPROCESSABLE_ENTITY);

    // What can't be read is told at its field.
    let wrong = admin
        .post(
            "/directory/kita-isac/own",
            &[("domains", "nodots"), ("networks", "")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("ドメイン名として読み取れません") && wrong.text.contains("nodots"));

    let end = admin
        .post(
            "/directory/kita-isac/membership/end",
            &[("on", "2030-01-01")],
        )
        .await;
    leads_to(&end);
    let retire = [("on", "2031-01-01"), ("reason", "解散")];
    leads_to(&admin.post("/directory/kita-isac/retire", &retire).await);
    let page = admin.page("/directory/kita-isac").await;
    assert!(page.contains("2031年1月1日に登録終了"));
    assert!(
        page.contains("aria-disabled=\"true\""),
        "what can't be done stands there with its reason"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_keys_are_managed_and_secrets_shown_once() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let steward = Browser::of(&door, &nation, &nation.provider).await;
    let new = [
        ("login", "minato-soc"),
        ("title_ja", "監視当直"),
        ("title_en", "SOC duty"),
        ("roles", "provider"),
        ("roles", "member"),
        ("lang", "ja"),
        ("mail", ""),
    ];
    assert_eq!(
        leads_to(&steward.post("/directory/minato/accounts", &new).await),
        "/directory/minato#people"
    );
    let page = steward.page("/directory/minato").await;
    let row = between(&page, "監視当直", "</li>");
    let id = between(row, "/accounts/", "/");
    // A steward makes no officers.
    let officer = steward
        .post(
            &format!("/accounts/{id}/roles"),
            &[("roles", "administrator")],
        )
        .await;
    assert_eq!(officer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(officer.text.contains("ハブを運営する組織の人だけ"));

    let reset = steward.post(&format!("/accounts/{id}/password"), &[]).await;
    assert_eq!(reset.status, StatusCode::OK);
    let password = between(&reset.text, "data-copy=\"", "\"").to_owned();
    let address = ("127.0.0.1", "test");
    nation
        .world
        .sign_in("minato-soc", &password, "", address)
        .await
        .unwrap();
    assert!(!steward.page("/directory/minato").await.contains(&password));

    let key = [
        ("label", "SIEM"),
        ("scopes", "taxii:read"),
        ("scopes", "feed:read"),
        ("expires", ""),
    ];
    let issued = steward.post("/directory/minato/keys", &key).await;
    assert_eq!(issued.status, StatusCode::OK);
    let token = between(&issued.text, "data-copy=\"", "\"").to_owned();
    // Beside the key stands where the machine begins to read, and where its use is told.
    assert!(
        issued.text.contains("/taxii2/\"") && issued.text.contains("href=\"/library/machines\"")
    );
    assert!(nation.world.key_caller(&token, "127.0.0.1").await.is_ok());
    let page = steward.page("/directory/minato").await;
    assert!(page.contains("SIEM") && !page.contains(&token));
    let key = between(&page, "/keys/", "/revoke").to_owned();
    leads_to(
        &steward
            .post(&format!("/keys/{key}/revoke"), &[("reason", "端末を廃棄")])
            .await,
    );
    assert!(nation.world.key_caller(&token, "127.0.0.1").await.is_err());

    leads_to(
        &steward
            .post(&format!("/accounts/{id}/disable"), &[("reason", "異動")])
            .await,
    );
    assert!(
        nation
            .world
            .sign_in("minato-soc", &password, "", address)
            .await
            .is_err()
    );
    leads_to(&steward.post(&format!("/accounts/{id}/enable"), &[]).await);
    let empty = steward
        .post("/directory/minato/keys", &[("label", ""), ("expires", "")])
        .await;
    assert!(empty.text.contains("入力してください"));

    // Nothing of another party: an operator's existence is not told.
    for path in [
        "/directory/kaihin",
        "/directory/kaihin/accounts",
        "/directory/kaihin/keys",
    ] {
        assert_eq!(
            steward.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert!(!steward.page("/directory").await.contains("海浜銀行"));
    let other = nation.member.account;
    for act in ["roles", "password", "disable"] {
        let answer = steward
            .post(&format!("/accounts/{other}/{act}"), &[("reason", "x")])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{act}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_second_factor_is_asked_for_before_anything_is_typed_and_loses_nothing_after() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    assert!(
        admin
            .page("/directory/minato/describe")
            .await
            .contains("name=\"name_ja\"")
    );
    nation.clock.advance(SignedDuration::from_mins(16));
    let gate = admin.page("/directory/minato/describe").await;
    assert!(
        !gate.contains("name=\"name_ja\""),
        "no form that could not be sent"
    );
    assert!(gate.contains("/sign-in/again?next=%2Fdirectory%2Fminato%2Fdescribe"));
    let typed = [("name_ja", "書きかけの名称"), ("name_en", "Half written")];
    let late = admin.post("/directory/minato/describe", &typed).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    assert!(
        late.text.contains("書きかけの名称") && late.text.contains("入力したものは残っています")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duty_is_accepted_in_the_text_shown() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let steward = Browser::of(&door, &nation, &nation.provider).await;
    let party = steward.page("/directory/minato").await;
    assert!(
        party.contains("/duties/secrecy"),
        "what the class asks for stands there"
    );
    let duty = steward.page("/duties/secrecy").await;
    let version = between(&duty, "name=\"version\" value=\"", "\"").to_owned();
    let wrong = steward
        .post("/duties/secrecy/accept", &[("version", "0")])
        .await;
    assert_eq!(leads_to(&wrong), "/duties/secrecy");
    let accepted = steward
        .post("/duties/secrecy/accept", &[("version", &version)])
        .await;
    assert_eq!(leads_to(&accepted), "/directory/minato#duties");
    let party = steward.page("/directory/minato").await;
    assert!(party.contains(&version) && party.contains("minato-csirt"));
    assert!(
        steward
            .page("/duties/secrecy")
            .await
            .contains("すでに引き受けています")
    );
    // An officer of the hub is under no such duty and sees no button.
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    assert!(
        !admin
            .page("/duties/secrecy")
            .await
            .contains("/duties/secrecy/accept")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_founded_joined_left_and_closed() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let admin = Browser::of(&door, &nation, &nation.administrator).await;
    let new = [
        ("code", "power"),
        ("name_ja", "電力連絡会"),
        ("name_en", "Power"),
        ("past", "closed"),
    ];
    assert_eq!(
        leads_to(&admin.post("/groups-new", &new).await),
        "/groups/power"
    );
    leads_to(
        &admin
            .post("/groups/power/join", &[("party", "minato")])
            .await,
    );
    leads_to(
        &admin
            .post("/groups/power/join", &[("party", "nobody")])
            .await,
    );
    assert!(
        admin
            .page("/groups/power")
            .await
            .contains("この組織コードは名簿にありません")
    );
    assert!(admin.page("/groups/power").await.contains("みなと電力"));
    // A party in it sees it, another does not.
    let inside = Browser::of(&door, &nation, &nation.provider).await;
    assert!(inside.page("/groups/power").await.contains("みなと電力"));
    let outside = Browser::of(&door, &nation, &nation.member).await;
    assert_eq!(
        outside.get("/groups/power").await.status,
        StatusCode::NOT_FOUND
    );
    leads_to(
        &admin
            .post("/groups/power/join", &[("party", "kaihin")])
            .await,
    );
    let seen = inside.page("/groups/power").await;
    assert!(
        !seen.contains("海浜銀行"),
        "who else takes part is not disclosed"
    );
    let refused = inside
        .post("/groups/power/leave", &[("party", "minato")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    leads_to(
        &admin
            .post("/groups/power/leave", &[("party", "minato")])
            .await,
    );
    assert_eq!(
        inside.get("/groups/power").await.status,
        StatusCode::NOT_FOUND
    );
    leads_to(&admin.post("/groups/power/close", &[]).await);
    assert!(admin.page("/groups/power").await.contains("閉じた"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_token_changes_nothing() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let signed = nation
        .world
        .start_session(nation.administrator.account, true, "x")
        .await
        .unwrap();
    for path in [
        "/directory-new",
        "/directory/minato/retire",
        "/groups-new",
        "/requests-new",
        "/breaches-new",
        "/account/password",
        "/account/second-factor",
        "/account/sessions/end-others",
    ] {
        let request = Request::post(path)
            .header(header::COOKIE, format!("kaname-session={}", signed.token))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("on=2026-01-01&reason=x"));
        let answer = door.send(request.unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
}

/// Who only manages the keys of a party is told how its machines read; the library stays shut.
#[tokio::test(flavor = "multi_thread")]
async fn a_steward_who_reads_nothing_sets_up_the_machines_of_its_party() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let steward = nation
        .hire(nation.member.party, "kanri", &[Role::Steward])
        .await;
    let steward = Browser::of(&door, &nation, &steward).await;
    let page = steward.page("/library/machines").await;
    assert!(page.contains("/taxii2/") && page.contains("taxii2-client"));
    let library = steward.get("/library").await;
    assert_eq!(library.status, StatusCode::FORBIDDEN);
}
