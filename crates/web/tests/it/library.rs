//! What a member finds in the library, answers and acknowledges; what officers see of it.

use axum::http::StatusCode;
use kaname_directory::KeyScope;
use kaname_sharing::{Item, Outlet, Text, content::ItemKind};
use kaname_testkit::Nation;
use kaname_world::{Loaded, sharing::ItemDraft};

use crate::{
    browser::{Browser, between, leads_to},
    house::Door,
    story,
};

const HOSTILE: &str = "<script>alert(1)</script>\"'&";

/// A released item, its draft changed before.
pub(crate) async fn released_with(
    nation: &Nation,
    change: impl FnOnce(&mut ItemDraft),
) -> Loaded<Item> {
    let change = |draft: &mut ItemDraft| {
        draft.outlets = Outlet::ALL.into();
        change(draft);
    };
    story::released_as(nation, change).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_searched_and_filtered_with_the_readers_eyes() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |draft| draft.kind = ItemKind::Indicator).await;
    let number = item.state.number.as_str();
    let member = Browser::of(&door, &nation, &nation.member).await;
    let english = Browser::of(&door, &nation, &nation.member).await.english();
    assert!(member.page("/library").await.contains("VPN装置への侵入"));
    assert!(
        english
            .page("/library")
            .await
            .contains("Intrusion through a VPN appliance")
    );
    for found in [
        "q=VPN",
        "q=203%5B.%5D0%5B.%5D113%5B.%5D77",
        "q=files-sync%5B.%5Dtest",
        "kind=indicator",
        "tlp=GREEN",
        "since=7",
        "q=%E8%A3%85%E7%BD%AE&kind=indicator&tlp=GREEN&since=1",
    ] {
        let page = member.page(&format!("/library?{found}")).await;
        assert!(page.contains(number), "{found}");
    }
    for empty in [
        "q=nothing-of-this",
        "kind=phishing",
        "tlp=RED",
        "state=withdrawn",
        "after=9.x",
    ] {
        let page = member.page(&format!("/library?{empty}")).await;
        assert_eq!(page.contains(number), empty == "after=9.x", "{empty}");
    }
    // Whose membership is not in force, and who is nobody.
    let outsider = Browser::of(&door, &nation, &nation.outsider).await;
    assert_eq!(outsider.get("/library").await.status, StatusCode::FORBIDDEN);
    let nobody = Browser::nobody(&door);
    assert!(leads_to(&nobody.get("/library").await).starts_with("/sign-in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_says_what_to_do_and_gives_what_its_markings_permit() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |draft| {
        draft.title = Text::new(format!("件名{HOSTILE}"), format!("title{HOSTILE}"));
        draft.summary.ja.push_str(HOSTILE);
        draft.countermeasures.ja.push_str(HOSTILE);
    });
    let item = item.await;
    let at = format!("/library/{}", item.state.number);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page(&at).await;
    assert!(!page.contains("<script>alert"), "markup is shown as text");
    assert!(page.contains("遮断に使える") && page.contains("203.0.113.77"));
    let english = Browser::of(&door, &nation, &nation.member).await.english();
    assert!(english.page(&at).await.contains("May be blocked"));
    let csv = member.get(&format!("{at}/values.csv")).await;
    assert!(
        csv.text.contains("203.0.113.77")
            && csv.header("content-disposition").contains("attachment")
    );
    let plain = member.get(&format!("{at}/values.txt")).await;
    assert!(
        plain.text.lines().any(|line| line == "203.0.113.77"),
        "{}",
        plain.text
    );
    let bundle = member.get(&format!("{at}/bundle.json")).await;
    let types: Vec<String> = bundle.json()["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object["type"].as_str().unwrap().to_owned())
        .collect();
    assert!(types.contains(&"identity".to_owned()) && types.contains(&"indicator".to_owned()));
    assert_eq!(
        member.get(&format!("{at}/other.txt")).await.status,
        StatusCode::NOT_FOUND
    );

    // PAP AMBER: matching only, no block list.
    let amber = released_with(&nation, |draft| draft.pap = kaname_kernel::Pap::Amber).await;
    let at = format!("/library/{}", amber.state.number);
    let page = member.page(&at).await;
    assert!(page.contains("照合のみ") && !page.contains("遮断に使える"));
    assert!(
        page.contains("の情報のため、遮断には使えません"),
        "says why not"
    );
    assert_eq!(
        member.get(&format!("{at}/values.txt")).await.status,
        StatusCode::NOT_FOUND
    );
    // Both carry the same values: each is related to the other.
    assert!(page.contains(&item.state.number));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_reader_may_not_know_of_is_not_found_anywhere() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let other = nation
        .party(
            "suido",
            kaname_directory::PartyKind::Operator,
            "湾岸水道",
            "Wangan Water",
        )
        .await;
    let hidden = released_with(&nation, |draft| {
        draft.tlp = kaname_kernel::Tlp::Amber;
        draft.named.parties = vec![other];
    });
    let hidden = hidden.await.state;
    let receipt = story::submit(&nation).await;
    let unreleased = story::derive(&nation, receipt.report).await.state;
    assert!(!member.page("/library").await.contains(&hidden.number));
    assert!(
        !member
            .page("/library/objects")
            .await
            .contains("203.0.113.77")
    );
    for number in [
        &hidden.number,
        &unreleased.number,
        &"S-2611-00000".to_owned(),
    ] {
        for path in ["", "/values.csv", "/bundle.json"] {
            let answer = member.get(&format!("/library/{number}{path}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{number}{path}");
        }
        let fields = [("sighting", "seen")];
        let answer = member
            .post(&format!("/library/{number}/feedback"), &fields)
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        let answer = member
            .post(&format!("/library/{number}/acknowledge"), &[])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        let public = Browser::nobody(&door)
            .get(&format!("/public/{number}"))
            .await;
        assert_eq!(public.status, StatusCode::NOT_FOUND);
    }
    for object in &hidden.content.objects {
        let id = kaname_stix::head(object).unwrap().id;
        let answer = member.get(&format!("/library/objects/{id}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        let answer = member.get(&format!("/library/objects/{id}/raw")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_answers_and_acknowledges_and_only_by_posting() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |_| {}).await;
    let at = format!("/library/{}", item.state.number);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let world = &nation.world;
    let caller = nation.caller(&nation.member).await;

    let wrong = [
        ("sighting", "seen"),
        ("count", "many"),
        ("comment", HOSTILE),
    ];
    let again = member.post(&format!("{at}/feedback"), &wrong).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again.text.contains("many") && again.text.contains("0以上の整数"),
        "keeps what was typed"
    );
    assert!(!again.text.contains("<script>alert"));
    let form = between(&again.text, "id=\"typing\"", "</form>");
    assert_eq!(form.matches("日時は日本時間").count(), 1, "said once");
    let backwards = [
        ("sighting", "seen"),
        ("first", "2026-05-02T10:00"),
        ("last", "2026-05-01T10:00"),
    ];
    let again = member.post(&format!("{at}/feedback"), &backwards).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Without the name no comment says it; what was typed stays.
    let naming = [
        ("sighting", "seen"),
        ("comment", "海浜銀行の mx.kaihin.example で遮断"),
    ];
    let again = member.post(&format!("{at}/feedback"), &naming).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again.text.contains("（海浜銀行 / kaihin.example）"),
        "{}",
        again.text
    );
    assert!(
        again
            .text
            .contains("海浜銀行の mx.kaihin.example で遮断</textarea>")
    );
    let given = [
        ("sighting", "seen"),
        ("count", "３"),
        ("first", "2026-05-01T10:00"),
        ("last", "2026-05-02T10:00"),
        ("usefulness", "4"),
        ("comment", "当行の出口で遮断した"),
    ];
    let done = member.post(&format!("{at}/feedback"), &given).await;
    assert_eq!(leads_to(&done), at);
    let page = member.page(&at).await;
    assert!(page.contains("回答を受け付けました") && page.contains("当行の出口で遮断した"));
    let provider = nation.caller(&nation.provider).await;
    let heard = world
        .feedback_for_provider(&provider, item.id)
        .await
        .unwrap();
    assert_eq!(
        (heard.seen, heard.named.len(), heard.comments.len() as u32),
        (1, 0, 1)
    );

    // Looking acknowledges nothing.
    assert_eq!(
        member.get(&format!("{at}/acknowledge")).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(world.acknowledged_at(&caller, item.id).await.unwrap(), None);
    let done = member.post(&format!("{at}/acknowledge"), &[]).await;
    assert_eq!(leads_to(&done), at);
    assert!(member.page(&at).await.contains("受領確認済み"));
    assert!(
        world
            .acknowledged_at(&caller, item.id)
            .await
            .unwrap()
            .is_some()
    );

    // The hub's officers see who acknowledged, and the funnel counts it.
    let releaser = Browser::of(&door, &nation, &nation.releaser).await;
    let deliveries = releaser
        .page(&format!("/deliveries?item={}", item.state.number))
        .await;
    assert!(deliveries.contains("海浜銀行") && deliveries.contains("受領確認済み"));
    let funnel = releaser.page("/funnel").await;
    assert!(funnel.contains("受け付けた報告は 1 件"), "{funnel}");
    let csv = releaser.get("/funnel.csv").await;
    assert!(
        csv.text.contains("received,受付,1\r\n") && csv.text.contains("acknowledged,受領確認,1")
    );
    assert_eq!(releaser.get("/funnel.json").await.json()["released"], 1);
    for path in ["/funnel", "/funnel.csv", "/deliveries"] {
        assert_eq!(
            member.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_listed_by_type_with_their_relations() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |_| {}).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let english = Browser::of(&door, &nation, &nation.member).await.english();
    let all = member.page("/library/objects?type=indicator").await;
    assert!(all.contains("indicator--"));
    assert!(
        english
            .page("/library/objects?q=203.0.113.77")
            .await
            .contains("indicator--")
    );
    assert!(
        !member
            .page("/library/objects?type=malware")
            .await
            .contains("indicator--")
    );
    for object in &item.state.content.objects {
        let id = kaname_stix::head(object).unwrap().id.to_string();
        let page = member.page(&format!("/library/objects/{id}")).await;
        assert!(
            page.contains(&item.state.number),
            "says which item brought it"
        );
        let raw = member.get(&format!("/library/objects/{id}/raw")).await;
        assert_eq!(&raw.text, object, "byte for byte");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_says_so_and_gives_no_files() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |_| {}).await;
    let at = format!("/library/{}", item.state.number);
    let releaser = nation.caller(&nation.releaser).await;
    nation
        .world
        .withdraw_item(&releaser, item.id, "誤りがあった<b>")
        .await
        .unwrap();
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page(&at).await;
    assert!(page.contains("取り下げられました") && page.contains("誤りがあった&#60;b&#62;"));
    assert!(page.contains("使わない"));
    assert_eq!(
        member.get(&format!("{at}/values.csv")).await.status,
        StatusCode::NOT_FOUND
    );
    assert!(!member.page("/library").await.contains(&item.state.number));
    assert!(
        member
            .page("/library?state=withdrawn")
            .await
            .contains(&item.state.number)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn anyone_reads_what_is_clear_and_nothing_else() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let nobody = Browser::nobody(&door);
    let english = Browser::nobody(&door).english();
    assert!(
        nobody
            .page("/")
            .await
            .contains("いま公開している情報はありません")
    );
    assert!(
        english
            .page("/")
            .await
            .contains("Nothing is public at present")
    );
    let clear = released_with(&nation, |draft| {
        draft.tlp = kaname_kernel::Tlp::Clear;
        draft.title = Text::new(format!("公開の件{HOSTILE}"), "Public");
        draft.summary.ja.push('\u{1}');
    });
    let clear = clear.await.state;
    let green = released_with(&nation, |_| {}).await.state;
    for path in ["/", "/public", "/public.atom"] {
        let page = nobody.page(path).await;
        assert!(
            page.contains(&clear.number) && !page.contains(&green.number),
            "{path}"
        );
        assert!(
            page.contains("公開の件") && !page.contains("<script>alert"),
            "{path}"
        );
    }
    let atom = english.page("/public.atom?lang=en").await;
    assert!(atom.contains("<title>Public</title>") && !atom.contains('\u{1}'));
    assert!(atom.contains(&format!("<id>http://hub.test/public/{}</id>", clear.number)));
    let page = english.page(&format!("/public/{}", clear.number)).await;
    assert!(page.contains("Update the appliance.") && page.contains("203.0.113.77"));
    let hidden = nobody.get(&format!("/public/{}", green.number)).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
}

/// An open page hears of a release once, and of what its reader may not see nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_open_library_hears_once_of_what_its_reader_may_see() {
    use futures_util::StreamExt as _;

    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page("/library").await;
    assert!(page.contains("data-hx-sse:connect=\"/events?topic=library\""));
    let mut stream = member.stream("/events?topic=library").await;
    let before = nation.world.store().last_notice().await.unwrap();
    let other = nation
        .party(
            "suido",
            kaname_directory::PartyKind::Operator,
            "湾岸水道",
            "Wangan Water",
        )
        .await;
    released_with(&nation, |draft| {
        draft.tlp = kaname_kernel::Tlp::Amber;
        draft.named.parties = vec![other];
    })
    .await;
    nation.world.pump(before).await.unwrap();
    let seen = nation.world.store().last_notice().await.unwrap();
    released_with(&nation, |_| {}).await;
    nation.world.pump(seen).await.unwrap();
    let first = loop {
        let piece = stream.next().await.unwrap().unwrap();
        let piece = String::from_utf8(piece.to_vec()).unwrap();
        if piece.contains("data:") {
            break piece;
        }
    };
    assert!(
        first.contains("class=\"fresh\"") && first.contains("新しい 1 件"),
        "{first}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_library_costs_few_reads() {
    let (nation, store) = Nation::counted().await;
    let door = Door::of(&nation);
    for _ in 0..3 {
        released_with(&nation, |_| {}).await;
    }
    let member = Browser::of(&door, &nation, &nation.member).await;
    member.page("/library").await;
    store.taken();
    member.page("/library").await;
    let calls = store.taken();
    // The door of these tests itself asks twice how long the ledger is.
    let total: u32 = calls.values().sum::<u32>() - 2;
    assert!(total <= LIBRARY_READS, "{total}: {calls:?}");
}

/// Most reads of the store for one page of the library, however many groups and items there are.
const LIBRARY_READS: u32 = 17;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_released_to_machines_alone_is_not_read_or_found_on_pages() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |draft| {
        draft.title = Text::new("機械だけの件名", "for machines alone");
        draft.outlets = [Outlet::Taxii].into();
    });
    let item = item.await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    assert!(member.page("/library").await.contains(&item.state.number));
    // Not a row, not in a count, and related to nothing: that would tell which values it carries.
    for types in ["", "?type=any", "?type=indicator"] {
        let page = member.page(&format!("/library/objects{types}")).await;
        for raw in &item.state.content.objects {
            let object: serde_json::Value = serde_json::from_str(raw).unwrap();
            assert!(!page.contains(object["id"].as_str().unwrap()), "{page}");
        }
    }
    let caller = nation.caller(&nation.member).await;
    let officer = nation.caller(&nation.releaser).await;
    for reader in [&caller, &officer] {
        let found = nation
            .world
            .objects(reader, |filter| filter.limit = 100)
            .await;
        let found = found.unwrap();
        assert_eq!(found.total, u32::try_from(found.objects.len()).ok());
        assert!(found.objects.iter().all(|one| one.source != item.id));
    }
    assert!(!member.page("/").await.contains("機械だけの件名"));
    let file = format!("/library/{}/bundle.json", item.state.number);
    assert_eq!(member.get(&file).await.status, StatusCode::NOT_FOUND);
    let key = nation.key(&nation.member, &[KeyScope::TaxiiRead]).await;
    let library = nation.library.id;
    let list = format!("/taxii2/api/collections/{library}/objects/");
    assert!(
        door.taxii(&list, &key)
            .await
            .text
            .contains("機械だけの件名")
    );
    for words in ["機械だけの件名", "203.0.113.77"] {
        for list in ["/library", "/library/objects"] {
            let page = member.page(&format!("{list}?q={words}")).await;
            assert!(!page.contains("data-row"), "{list} finds {words}");
        }
    }
    let objects = member.page("/library/objects").await;
    assert!(!objects.contains("機械だけの件名") && !objects.contains("for machines alone"));
    let ids = item.state.content.objects.iter().map(|raw| {
        let object: serde_json::Value = serde_json::from_str(raw).unwrap();
        object["id"].as_str().unwrap().to_owned()
    });
    for id in ids {
        for at in [
            format!("/library/objects/{id}"),
            format!("/library/objects/{id}/raw"),
        ] {
            assert_eq!(member.get(&at).await.status, StatusCode::NOT_FOUND, "{at}");
        }
    }
    let beside = released_with(&nation, |draft| draft.outlets = [Outlet::Web].into());
    let beside = beside.await.state.number;
    let related = member.page(&format!("/library/{beside}")).await;
    assert!(!related.contains(&item.state.number));
}
