//! From a provider's paste to a member's library, by the pages alone.

use axum::http::StatusCode;
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, Part, between, leads_to},
    house::Door,
    story,
};

const PASTE: &str = "みなと電力株式会社のVPN装置に 203[.]0[.]113[.]77 から接続があった。\n\
                     その後 hxxp://files-sync[.]test/a.bin へ通信。<script>alert(1)</script>\n\
                     管理画面は vpn.minato.example";

#[tokio::test(flavor = "multi_thread")]
async fn a_paste_becomes_an_item_in_the_library_by_the_pages_alone() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let member = Browser::of(&door, &nation, &nation.member).await;

    // The provider pastes, sees what was found, and submits.
    let parts = [
        Part::Field("title", "VPN装置への侵入"),
        Part::Field("technique", PASTE),
        Part::Field("victim", "端末 3 台"),
        Part::Field("tlp", "GREEN"),
        Part::Field("pap", "GREEN"),
        Part::Field("urgency", "high"),
    ];
    let read = provider.upload("/submissions/new", &parts).await;
    assert_eq!(leads_to(&read), "/submissions/confirm");
    let confirm = provider.page("/submissions/confirm").await;
    assert!(confirm.contains("<code>203.0.113.77</code>"));
    assert!(confirm.contains("<code>http://files-sync.test/a.bin</code>"));
    assert!(
        !confirm.contains("<script>alert(1)"),
        "what was pasted is shown escaped"
    );
    let own = between(&confirm, "除いたもの", "</table>");
    assert!(
        own.contains("vpn.minato.example"),
        "the provider's own name is left out"
    );
    let once = between(&confirm, "name=\"once\" value=\"", "\"");
    let parts = [
        Part::Field("once", once),
        Part::Field("value", "v0"),
        Part::Field("value", "v1"),
        Part::File("attachments", "../../etc/passwd.eml", b"From: a\r\n\r\nx"),
    ];
    let submitted = provider.upload("/submissions", &parts).await;
    let report = leads_to(&submitted);
    let page = provider.page(&report).await;
    assert!(page.contains("受け付けました"), "{page}");
    assert!(!page.contains("../"), "a hostile file name is made safe");
    let number = report.trim_start_matches("/submissions/").to_owned();
    // Sent again, it is not taken twice.
    let again = provider.upload("/submissions", &parts).await;
    assert_eq!(leads_to(&again), "/submissions");

    // The analyst sees it without its title, takes it with a reason, derives.
    let list = analyst.page("/triage").await;
    assert!(list.contains(&number) && !list.contains("VPN装置への侵入"));
    let shut = analyst.page(&format!("/triage/{number}")).await;
    assert!(!shut.contains("みなと電力") && !shut.contains("VPN装置への侵入"));
    let taken = analyst
        .post(&format!("/triage/{number}/take"), &[("reason", "当直")])
        .await;
    let open = analyst.page(&leads_to(&taken)).await;
    assert!(open.contains("みなと電力"));
    let draft = analyst.page(&format!("/triage/{number}/derive")).await;
    assert!(draft.contains("203.0.113.77"));
    let library = nation.library.id.to_string();
    let once = between(&draft, "name=\"once\" value=\"", "\"").to_owned();
    let fields = [
        ("once", once.as_str()),
        ("kind", "indicator"),
        ("title_ja", "VPN装置への侵入手口"),
        ("title_en", "Intrusion through a VPN appliance"),
        ("summary_ja", "みなと電力の装置に 203.0.113.77 から接続"),
        ("measures_ja", "修正版へ更新"),
        ("values", "203.0.113.77\nhxxp://files-sync[.]test/a.bin"),
        ("techniques", "T1133 外部リモートサービス"),
        ("tlp", "GREEN"),
        ("pap", "GREEN"),
        ("outlets", "taxii"),
        ("outlets", "web"),
        ("collections", library.as_str()),
    ];
    let to = format!("/triage/{number}/derive");
    let (derived, again) = tokio::join!(analyst.post(&to, &fields), analyst.post(&to, &fields));
    let item = leads_to(&derived);
    assert_eq!(leads_to(&again), item, "sent twice, it is derived once");
    // A trace of the provider stands in the way until the text is changed.
    let page = analyst.page(&item).await;
    assert!(page.contains("<mark>みなと電力</mark>"), "{page}");
    assert!(page.contains("aria-disabled=\"true\""));
    let early = analyst.post(&format!("{item}/ask"), &[]).await;
    assert!(analyst.page(&leads_to(&early)).await.contains("手がかりが"));
    let mut fixed = fields.to_vec();
    fixed[4] = ("summary_ja", "国内の事業者の装置に 203.0.113.77 から接続");
    let form = analyst.page(&format!("{item}/edit")).await;
    fixed.push(("version", between(&form, "name=\"version\" value=\"", "\"")));
    let revised = analyst.post(&format!("{item}/edit"), &fixed).await;
    analyst.page(&leads_to(&revised)).await;
    // The same form from a second window does not undo it, and keeps what was typed there.
    let mut late = fixed.clone();
    late[4] = ("summary_ja", "別の画面で書いた文");
    let refused = analyst.post(&format!("{item}/edit"), &late).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("別の画面で書いた文") && refused.text.contains("ほかの人が"));
    assert!(!analyst.page(&item).await.contains("別の画面で書いた文"));
    let asked = analyst.post(&format!("{item}/ask"), &[]).await;
    assert!(
        analyst
            .page(&leads_to(&asked))
            .await
            .contains("同意を求めました")
    );

    // The provider finds it waiting and consents to exactly these bytes.
    let home = provider.page("/").await;
    assert!(home.contains("あなたの回答を待つもの") && home.contains(&item));
    let page = provider.page(&item).await;
    assert!(page.contains("この内容に同意する"));
    assert!(page.contains("T1133") && page.contains("外部リモートサービス"));
    let bundle = format!("{item}/bundle.json");
    assert!(page.contains(&format!("href=\"{bundle}\"")));
    assert!(member.get(&bundle).await.status.is_client_error());
    for person in [&provider, &releaser] {
        let opened = person.get(&bundle).await;
        assert_eq!(opened.status, StatusCode::OK);
        assert!(opened.text.contains("203.0.113.77") && opened.text.contains("T1133"));
    }
    let hash = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    let wrong = provider
        .post(&format!("{item}/consent"), &[("hash", &"0".repeat(64))])
        .await;
    assert!(
        provider
            .page(&leads_to(&wrong))
            .await
            .contains("一致しません")
    );
    let consented = provider
        .post(&format!("{item}/consent"), &[("hash", &hash)])
        .await;
    assert!(
        provider
            .page(&leads_to(&consented))
            .await
            .contains("同意しました")
    );

    // The second officer releases without ever seeing who or what was handed in.
    let page = releaser.page(&item).await;
    // Among those who will read it stands every member, whoever handed it in.
    let (before, rest) = page.split_once("class=\"reach\"").unwrap();
    let (_, after) = rest.split_once("</details></div>").unwrap();
    assert!(!before.contains("みなと電力") && !after.contains("みなと電力"));
    assert!(!page.contains(&number));
    let version = between(&page, "name=\"version\" value=\"", "\"").to_owned();
    let released = releaser
        .post(&format!("{item}/release"), &[("version", &version)])
        .await;
    assert!(
        releaser
            .page(&leads_to(&released))
            .await
            .contains("提供しました")
    );

    // The member finds it; others do not know it exists.
    let home = member.page("/").await;
    assert!(home.contains("VPN装置への侵入手口"));
    let hidden = member.get(&format!("/triage/{number}")).await;
    assert_eq!(hidden.status, StatusCode::FORBIDDEN);
    let strange = member.get(&report).await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND);
    let outsider = Browser::of(&door, &nation, &nation.outsider).await;
    let gone = outsider.get(&item).await;
    assert!(matches!(
        gone.status,
        StatusCode::NOT_FOUND | StatusCode::FORBIDDEN
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_desk_opens_in_both_languages() {
    let nation = Nation::new().await;
    crate::story::released(&nation).await;
    let door = Door::of(&nation);
    for (person, pages) in [
        (
            &nation.provider,
            vec!["/", "/submissions", "/submissions/new"],
        ),
        (
            &nation.analyst,
            vec![
                "/",
                "/triage",
                "/triage?tab=derived",
                "/desk",
                "/desk?tab=out",
            ],
        ),
        (&nation.releaser, vec!["/", "/desk", "/desk?tab=release"]),
        (&nation.member, vec!["/"]),
    ] {
        for path in pages {
            let japanese = Browser::of(&door, &nation, person).await;
            let page = japanese.page(path).await;
            assert!(page.contains("<html lang=\"ja\""), "{path}");
            let english = Browser::of(&door, &nation, person).await.english();
            let page = english.page(path).await;
            assert!(page.contains("<html lang=\"en\""), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_kept_and_only_its_owner_sees_it() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let parts = [
        Part::Field("title", "書きかけ"),
        Part::Field("technique", "まだ途中"),
        Part::Field("tlp", "AMBER"),
        Part::Field("pap", "RED"),
    ];
    let kept = provider.upload("/submissions/draft", &parts).await;
    assert_eq!(kept.status, StatusCode::OK);
    assert!(provider.page("/submissions/new").await.contains("書きかけ"));
    let other = Browser::of(&door, &nation, &nation.member).await;
    assert!(!other.page("/submissions/new").await.contains("書きかけ"));
    let dropped = provider.post("/submissions/draft/drop", &[]).await;
    leads_to(&dropped);
    assert!(!provider.page("/submissions/new").await.contains("書きかけ"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_elsewhere_or_without_its_token_is_refused() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let nobody = Browser::nobody(&door);
    let led = nobody.get("/submissions").await;
    assert!(leads_to(&led).starts_with("/sign-in?next="));
    let request = axum::http::Request::post("/sign-out")
        .header("host", "hub.test")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from("_csrf=00"))
        .unwrap();
    assert_eq!(door.send(request).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegated_corporation_acts_for_the_centre_and_goes_back() {
    use kaname_directory::{Delegation, Party, PartyKind, Span, day_of};
    use kaname_kernel::Clock as _;
    let nation = Nation::new().await;
    let admin = nation.caller(&nation.administrator).await;
    let hub = nation.administrator.party;
    let corporation = nation
        .party(
            "seirei",
            PartyKind::DesignatedCorporation,
            "政令指定法人",
            "Designated",
        )
        .await;
    let powers = Delegation {
        principal: hub,
        scopes: [
            "triage.list".parse().unwrap(),
            "triage.assign".parse().unwrap(),
        ]
        .into(),
        span: Span::since(day_of(nation.clock.now())),
        basis: "委託".parse().unwrap(),
    };
    let grant = |party: &Party| party.grant_delegation(powers);
    nation
        .world
        .change_party(&admin, corporation, None, grant)
        .await
        .unwrap();
    let person = nation
        .hire(corporation, "seirei", &[kaname_kernel::Role::Member])
        .await;
    let door = Door::of(&nation);
    let browser = Browser::of(&door, &nation, &person).await;
    assert_eq!(browser.get("/triage").await.status, StatusCode::FORBIDDEN);
    assert!(
        browser
            .page("/account")
            .await
            .contains("の代理として操作する")
    );
    let party = hub.to_string();
    leads_to(&browser.post("/account/act-for", &[("party", &party)]).await);
    browser.page("/triage").await;
    let home = browser.page("/").await;
    assert!(home.contains("国家サイバー統括室の代理"));
    assert_eq!(
        browser.get("/directory-new").await.status,
        StatusCode::FORBIDDEN
    );
    leads_to(&browser.post("/account/act-for", &[]).await);
    assert_eq!(browser.get("/triage").await.status, StatusCode::FORBIDDEN);
}

/// A provider who corrects a word keeps the readers it cannot tick: a group it may not know of.
#[tokio::test(flavor = "multi_thread")]
async fn a_correction_drops_no_recipient() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let admin = nation.caller(&nation.administrator).await;
    let mut groups = Vec::new();
    for (code, party) in [("one", nation.provider.party), ("two", nation.member.party)] {
        let name = kaname_directory::Name2::parse("name", code, code).unwrap();
        let code = code.parse().unwrap();
        let group = world.found_group(&admin, code, name, false).await.unwrap();
        world
            .join_group(&admin, group.id.cast(), party)
            .await
            .unwrap();
        groups.push(group.id.cast());
    }
    let analyst = nation.caller(&nation.analyst).await;
    let receipt = crate::story::submit(&nation).await;
    let item = crate::story::derive(&nation, receipt.report).await;
    let mut draft = crate::story::draft_of(&nation, item.state.content.clone());
    draft.tlp = kaname_kernel::Tlp::Amber;
    draft.named.groups = groups.clone();
    let item = world
        .revise_item(&analyst, item.id, None, draft)
        .await
        .unwrap();
    world.ask_consent(&analyst, item.id, None).await.unwrap();
    let door = Door::of(&nation);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let to = format!("/items/{}/propose", item.state.number);
    let form = provider.page(&to).await;
    let (one, two) = (groups[0].to_string(), groups[1].to_string());
    assert!(form.contains(&format!("value=\"{one}\"")) && !form.contains(&two));
    let library = nation.library.id.to_string();
    let fields = [
        ("version", between(&form, "name=\"version\" value=\"", "\"")),
        ("kind", item.state.content.kind.as_str()),
        ("title_ja", "VPN装置への侵入（訂正）"),
        ("summary_ja", "国内の事業者の装置に 203.0.113.77 から接続"),
        // Names that look like files are hosts in a list of values.
        ("values", "203.0.113.77\nevil-update.zip\nkagero.sh"),
        ("tlp", "AMBER"),
        ("pap", "GREEN"),
        ("groups", one.as_str()),
        ("outlets", "web"),
        ("collections", library.as_str()),
    ];
    leads_to(&provider.post(&to, &fields).await);
    let proposed = world.item(&analyst, item.id).await.unwrap().state.proposal;
    let content = proposed.unwrap().content;
    assert_eq!(content.named.groups.len(), 2, "{:?}", content.named.groups);
    assert_eq!(content.shared_values().len(), 3);
    // Whoever decides about the proposal sees which values it brings.
    let desk = Browser::of(&door, &nation, &nation.analyst).await;
    let page = desk.page(&format!("/items/{}", item.state.number)).await;
    let shown = between(&page, "<dt>値</dt><dd>", "</dd>");
    assert!(
        shown.contains("<ins>") && shown.contains("evil-update.zip") && shown.contains("kagero.sh"),
        "{shown}"
    );
}

/// A file that was read for a report which was left stands at its field when the form is opened again, and
/// goes by itself. Where it stays, the page says of each value where it was read.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_draft_is_in_sight_and_can_be_taken_away() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let terms = [Part::Field("tlp", "AMBER"), Part::Field("pap", "GREEN")];
    let sends = async |path: &str, parts: &[Part<'_>]| {
        let all: Vec<Part<'_>> = terms.iter().chain(parts).cloned().collect();
        leads_to(&provider.upload(path, &all).await)
    };
    let old = "先週の件\n203.0.113.88\n".as_bytes();
    sends("/submissions/new", &[Part::File("file", "old.txt", old)]).await;
    // Later, with something else in mind.
    let form = provider.page("/submissions/new").await;
    let field = between(&form, "<label for=\"file\">", "<input type=\"file\"");
    assert!(field.contains("読み込み済み：") && field.contains("old.txt"));
    assert!(field.contains("formaction=\"/submissions/draft/file/drop\""));
    // Enter in a line reads; it does not take the file away.
    let first = between(&form, "<form id=\"editing\"", "</button>");
    assert!(first.contains("<button class=\"unseen\"") && !first.contains("formaction"));
    let typed = [Part::Field("technique", "今日の件\n203.0.113.99")];
    sends("/submissions/new", &typed).await;
    let both = provider.page("/submissions/confirm").await;
    let place = |value: &str| {
        let row = both.split("<tr data-row>").find(|row| row.contains(value));
        between(row.unwrap(), "<small><bdi>", "</bdi>")
            .trim_matches(['\u{2068}', '\u{2069}'])
            .to_owned()
    };
    assert_eq!(place("203.0.113.88"), "old.txt");
    assert_eq!(place("203.0.113.99"), "本文");
    assert!(both.contains("<h2>今日の件</h2>") && both.contains("<h2>添えるファイル</h2>"));
    // Taken away, nothing of it is left, and what was typed is.
    sends("/submissions/draft/file/drop", &typed).await;
    let form = provider.page("/submissions/new").await;
    assert!(!form.contains("old.txt") && form.contains("今日の件"));
    sends("/submissions/new", &typed).await;
    let confirm = provider.page("/submissions/confirm").await;
    assert!(!confirm.contains("203.0.113.88") && !confirm.contains("添えるファイル"));
    // The places of a mail are said in the page's language.
    let mail = "Received: from gate.test ([203.0.113.55])\r\nFrom: a@mail.test\r\nSubject: 転送\r\n\r\n本文です";
    let mail = [Part::File("file", "x.eml", mail.as_bytes())];
    sends("/submissions/new", &mail).await;
    let confirm = provider.page("/submissions/confirm").await;
    assert!(confirm.contains("ヘッダー") && !confirm.contains("header received"));
}

/// A name with A-labels is shown as it is, with its own script behind it as text: to provider, analyst and
/// member.
#[tokio::test(flavor = "multi_thread")]
async fn names_in_their_own_script_stand_beside_their_ascii_form() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let value = kaname_sharing::Value {
        kind: kaname_intake::Kind::Domain,
        value: "xn--wgv71a119e.test".to_owned(),
    };
    let mut report = story::report();
    report.values = vec![value.clone()];
    let caller = nation.caller(&nation.provider).await;
    let receipt = nation.world.submit(&caller, report, None).await.unwrap();
    let item = story::derive_as(&nation, receipt.report, |draft| draft.values = vec![value]).await;
    let item = story::consent_to(&nation, item).await;
    let caller = nation.caller(&nation.releaser).await;
    let released = nation.world.release(&caller, item.id, None).await;
    let number = released.unwrap().state.number;
    for (person, path) in [
        (&nation.provider, format!("/submissions/{}", receipt.number)),
        (&nation.provider, format!("/items/{number}")),
        (&nation.analyst, format!("/triage/{}", receipt.number)),
        (&nation.member, format!("/library/{number}")),
    ] {
        let page = Browser::of(&door, &nation, person).await.page(&path).await;
        let (before, after) = page.split_once("<bdi>日本語.test</bdi>").expect(&path);
        let last = before.rsplit_once("xn--wgv71a119e.test").unwrap().1;
        assert!(last.len() < 250 && !after.is_empty(), "{path}: {last}");
    }
}

/// Where to reach somebody is found and not ticked, and the page says why; what an attacker sent from is.
#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_contact_is_not_ticked() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let parts = [
        Part::Field("title", "不審なメール"),
        Part::Field(
            "technique",
            "担当 田中太郎（内線 4521、taro.tanaka@gmail.com）が気づいた。\n差出人は bad@evil-mail.com",
        ),
        Part::Field("tlp", "GREEN"),
        Part::Field("pap", "GREEN"),
        Part::Field("urgency", "normal"),
    ];
    provider.upload("/submissions/new", &parts).await;
    let page = provider.page("/submissions/confirm").await;
    let row = |value: &str| {
        let (before, after) = page.split_once(&format!("<code>{value}</code>")).unwrap();
        let start = before.rfind("<tr").unwrap();
        let end = after.find("</tr>").unwrap();
        format!("{}{}", &before[start..], &after[..end])
    };
    let contact = row("taro.tanaka@gmail.com");
    assert!(!contact.contains("checked"), "{contact}");
    assert!(contact.contains("連絡先のアドレスと思われる"), "{contact}");
    assert!(row("bad@evil-mail.com").contains("checked"));
}
