//! Who is named as a reader, of a victim record and of an item: by the name that was consented to, and of a
//! victim record never the hub itself.

use axum::http::StatusCode;
use kaname_directory::{KeyScope, Name2, Party};
use kaname_kernel::{Actor, Tlp};
use kaname_sharing::{
    ManifestHash,
    victim::{Shown, Victim, VictimChange},
};
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, between, leads_to},
    harm::{HARM, ask, showing},
    house::Door,
    story,
};

/// An administrator gives the member's party another name.
async fn rename(nation: &Nation, ja: &str, en: &str) {
    let administrator = nation.caller(&nation.administrator).await;
    let world = &nation.world;
    let named = |party: &Party| {
        let mut description = party.description.clone();
        description.name = Name2::parse("name", ja, en).unwrap();
        party.describe(description, world.catalogue())
    };
    let renamed = world.change_party(&administrator, nation.member.party, None, named);
    renamed.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_itself_is_no_reader_of_a_victim_record_even_where_it_was_named() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let door = Door::of(&nation);
    let (receipt, item) = story::released(&nation).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    let hub = world.hub().await.unwrap().unwrap();
    let code = hub.state.code.as_str();

    // It is neither offered nor taken: not by its code, nor one of its people by account.
    let desk = analyst.page(&format!("/triage/{}", receipt.number)).await;
    let offered = |code: &str| desk.contains(&format!("name=\"chosen\" value=\"{code}\""));
    assert!(offered("kaihin") && !offered(code), "{desk}");
    let page = ask(&analyst, &receipt.number, &format!("kaihin {code}")).await;
    assert!(page.contains("このハブ自身には開示できません"), "{page}");
    let officer = nation.caller(&nation.analyst).await;
    let person = Shown {
        parties: Vec::new(),
        persons: vec![nation.releaser.account],
    };
    let refused = world.ask_showing(&officer, receipt.report, person, "確認");
    assert!(refused.await.is_err());

    // A consent that names it, as versions before took it.
    let provider = nation.caller(&nation.provider).await;
    let view = world.report(&provider, receipt.report).await.unwrap();
    let id = view.victim.unwrap().id;
    let mut victim = world.load::<Victim>(id).await.unwrap().unwrap();
    let mut work = world.work(&Actor::sealed(victim.state.handle));
    let named = VictimChange::Consented {
        shown: Shown {
            parties: vec![hub.id.cast(), nation.member.party],
            persons: Vec::new(),
        },
        hash: ManifestHash([7; 32]),
        readers: Vec::new(),
    };
    work.apply(&mut victim, [named]).unwrap();
    work.new_epoch();
    work.commit().await.unwrap();
    let pages =
        ["library", "api/v1/items", "items"].map(|at| format!("/{at}/{}", item.state.number));
    for person in [
        &nation.administrator,
        &nation.releaser,
        &nation.auditor,
        &nation.analyst,
    ] {
        let officer = Browser::of(&door, &nation, person).await;
        for page in &pages {
            assert!(!officer.get(page).await.text.contains(HARM), "{page}");
        }
        let list = officer.get("/records").await;
        assert_eq!(list.status, StatusCode::FORBIDDEN);
        let one = officer.get(&format!("/records/{id}")).await;
        assert!(!one.status.is_success() && !one.text.contains(HARM));
    }
    let reader = Browser::of(&door, &nation, &nation.member).await;
    assert!(reader.page(&pages[0]).await.contains(HARM));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_is_not_taken_for_a_reader_by_another_name_and_history_keeps_the_name() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (receipt, _) = story::released(&nation).await;
    let report = format!("/submissions/{}", receipt.number);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let analyst = Browser::of(&door, &nation, &nation.analyst).await;
    ask(&analyst, &receipt.number, "kaihin").await;
    let page = provider.page(&report).await;
    assert!(page.contains("海浜銀行（kaihin）"), "{page}");
    let hash = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    rename(&nation, "経済産業省", "METI").await;
    let show = format!("{report}/victim/show");
    let stale = provider.post(&show, &[("hash", &hash)]).await;
    let page = provider.page(&leads_to(&stale)).await;
    assert!(
        page.contains("一致しません") && page.contains("経済産業省（kaihin）"),
        "{page}"
    );
    let hash = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    provider.post(&show, &[("hash", &hash)]).await;
    rename(&nation, "海浜銀行", "Kaihin Bank").await;
    let page = provider.page(&report).await;
    let history = page.split("開示の経過").nth(1).unwrap();
    assert!(history.contains("経済産業省（kaihin）"), "{history}");
    let key = nation
        .key(&nation.provider, &[KeyScope::SubmissionsRead])
        .await;
    let told = showing(&door, &receipt.number, &key, "").await;
    assert_eq!(told["history"][0]["to"][0]["ja"], "経済産業省");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_consented_to_and_released_for_the_names_on_the_page_alone() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let bank = nation.member.party;
    let receipt = story::submit(&nation).await;
    let item = story::derive_as(&nation, receipt.report, |draft| {
        draft.tlp = Tlp::Amber;
        draft.named.parties = vec![bank];
    });
    let item = item.await;
    let analyst = nation.caller(&nation.analyst).await;
    let asked = nation.world.ask_consent(&analyst, item.id, None);
    asked.await.unwrap();
    let path = format!("/items/{}", item.state.number);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let page = provider.page(&path).await;
    assert!(page.contains("海浜銀行（kaihin）") && !page.contains("登録内容が変わりました"));
    let hash = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    rename(&nation, "北浜銀行", "Kitahama Bank").await;
    let consent = format!("{path}/consent");
    let stale = provider.post(&consent, &[("hash", &hash)]).await;
    let page = provider.page(&leads_to(&stale)).await;
    for said in [
        "一致しません",
        "同意を求めたあとに、宛先についての登録内容が変わりました",
        "名称が「北浜銀行」に変わりました",
        "北浜銀行（kaihin）",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let english = Browser::of(&door, &nation, &nation.provider)
        .await
        .english();
    let page = english.page(&path).await;
    assert!(page.contains("is now called “Kitahama Bank”"), "{page}");
    let page = provider.page(&path).await;
    let hash = between(&page, "name=\"hash\" value=\"", "\"").to_owned();
    let given = provider.post(&consent, &[("hash", &hash)]).await;
    let page = provider.page(&leads_to(&given)).await;
    assert!(page.contains("同意しました"), "{page}");

    // Another name before the release: the button says why not, and the release is not taken.
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let before = releaser.page(&path).await;
    let version = between(&before, "name=\"version\" value=\"", "\"").to_owned();
    rename(&nation, "西浜銀行", "Nishihama Bank").await;
    let page = releaser.page(&path).await;
    assert!(!page.contains(&format!("{path}/release")), "{page}");
    assert!(page.contains("差し戻して、もう一度同意を求めてください"));
    assert!(page.contains("名称が「西浜銀行」に変わりました"), "{page}");
    let release = format!("{path}/release");
    let stale = releaser.post(&release, &[("version", &version)]).await;
    let page = releaser.page(&leads_to(&stale)).await;
    assert!(page.contains("flash-refused"), "{page}");
    let page = provider.page(&path).await;
    assert!(page.contains("あらためて同意を求めます"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joined_a_group_is_counted_and_not_named_to_a_provider_that_may_not_know() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let door = Door::of(&nation);
    let admin = nation.caller(&nation.administrator).await;
    let name = Name2::parse("name", "電力SIG", "Power SIG").unwrap();
    let group = world.found_group(&admin, "power".parse().unwrap(), name, false);
    let group = group.await.unwrap().id.cast();
    let receipt = story::submit(&nation).await;
    let item = story::derive_as(&nation, receipt.report, |draft| {
        draft.tlp = Tlp::Amber;
        draft.named.groups = vec![group];
    });
    let item = item.await;
    let analyst = nation.caller(&nation.analyst).await;
    let asked = world.ask_consent(&analyst, item.id, None);
    asked.await.unwrap();
    let joined = world.join_group(&admin, group, nation.member.party);
    joined.await.unwrap();
    let path = format!("/items/{}", item.state.number);
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let page = provider.page(&path).await;
    assert!(page.contains("ほかに 1 件の変更があります") && !page.contains("海浜銀行"));
    let officer = Browser::of(&door, &nation, &nation.analyst).await;
    let page = officer.page(&path).await;
    assert!(page.contains("「海浜銀行」が加わりました"), "{page}");
}
