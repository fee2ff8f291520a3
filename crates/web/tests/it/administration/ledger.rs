//! What the ledger shows to whom.

use axum::http::StatusCode;
use kaname_directory::PartyKind;
use kaname_kernel::{
    Role,
    checkpoint::Checkpoint,
    merkle::{Hash, leaf_hash, verify_consistency, verify_inclusion},
};
use kaname_sharing::victim::Shown;
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, between},
    house::Door,
    story,
};

fn hash(text: &str) -> Hash {
    hex::decode(text).unwrap().try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn auditors_read_what_was_written_and_secrets_stay_masked() {
    let nation = Nation::new().await;
    story::released(&nation).await;
    nation.clock.advance(jiff::SignedDuration::from_secs(1));
    let shell = kaname_world::Caller::system("shell");
    nation
        .world
        .reset_password(&shell, nation.member.account)
        .await
        .unwrap();
    let door = Door::of(&nation);
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let mut page = auditor.page("/ledger").await;
    assert!(page.contains("account.password_set") && !page.contains("$argon2id$"));
    assert!(page.contains("提供者（封印）"));
    let mut pages = 1;
    while page.contains("rel=\"next\"") {
        let next = between(&page, "rel=\"next\" href=\"", "\"").to_owned();
        page = auditor.page(&next).await;
        assert!(!page.contains("$argon2id$"));
        pages += 1;
        assert!(pages < 50);
    }
    assert!(
        page.contains("party.registered"),
        "the first event is on the last page"
    );
    // Administrators read who did what, not what it says.
    let administrator = Browser::of(&door, &nation, &nation.administrator).await;
    let page = administrator.page("/ledger").await;
    assert!(page.contains("item.released") && !page.contains("&#34;change&#34;"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_victim_record_administrators_learn_nothing_and_auditors_who_acted_with_a_reason() {
    let nation = Nation::new().await;
    let (receipt, _) = story::released(&nation).await;
    let world = &nation.world;
    let ministry = nation
        .party(
            "sangyo-sho",
            PartyKind::Ministry,
            "産業省",
            "Ministry of Industry",
        )
        .await;
    let official = nation.hire(ministry, "sangyo", &[Role::Member]).await;
    let (analyst, provider) = (
        nation.caller(&nation.analyst).await,
        nation.caller(&nation.provider).await,
    );
    let shown = Shown {
        parties: vec![ministry],
        persons: Vec::new(),
    };
    let report = receipt.report;
    let asked = world.ask_showing(&analyst, report, shown, "所管省庁への連絡");
    asked.await.unwrap();
    let view = world.report(&provider, report).await.unwrap();
    let hash = world.telling(&view).await.unwrap().unwrap().hash;
    world.show_harm(&provider, report, hash).await.unwrap();
    let reader = nation.caller(&official).await;
    let record = view.victim.unwrap().id;
    world.acknowledge_record(&reader, record).await.unwrap();

    let door = Door::of(&nation);
    let administrator = Browser::of(&door, &nation, &nation.administrator).await;
    let page = administrator.page("/ledger").await;
    for told in [
        "victim.",
        "被害情報",
        "sangyo（",
        "report.",
        &record.to_string(),
        &report.to_string(),
    ] {
        assert!(!page.contains(told), "{told}: {page}");
    }
    assert!(page.contains("表示できる内容のない記録") && page.contains("item.released"));
    // Every leaf has its place all the same: whoever proves, counts.
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    let officer = nation.caller(&nation.auditor).await;
    let whole = auditor.page("/ledger").await;
    for one in world.written(&officer, None, 50).await.unwrap() {
        assert!(
            page.contains(&one.leaf) && whole.contains(&one.leaf),
            "{one:?}"
        );
    }

    // The auditor learns that note was taken, and by whom with a reason, which the provider sees.
    assert!(
        whole.contains("victim.acknowledged") && !whole.contains("sangyo（"),
        "{whole}"
    );
    let row = between(&whole, "開示された被害情報を確認", "</form>");
    let seq = between(row, "name=\"seq\" value=\"", "\"").to_owned();
    let form = [("seq", seq.as_str()), ("reason", "定期監査")];
    let opened = auditor.post("/ledger/inspect", &form).await.text;
    assert!(opened.contains("sangyo（産業省）"), "{opened}");
    let own = Browser::of(&door, &nation, &nation.provider).await;
    let page = own.page(&format!("/submissions/{}", receipt.number)).await;
    assert!(page.contains("定期監査"));
    let tried = administrator.post("/ledger/inspect", &form).await;
    assert_eq!(tried.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn openings_name_the_officer_and_the_reason_but_never_the_provider() {
    let nation = Nation::new().await;
    let receipt = story::submit(&nation).await;
    let door = Door::of(&nation);
    let auditor = Browser::of(&door, &nation, &nation.auditor).await;
    assert!(
        auditor
            .page("/ledger/openings")
            .await
            .contains("開封の記録はありません")
    );
    story::derive(&nation, receipt.report).await;
    let page = auditor.page("/ledger/openings").await;
    for said in ["bunseki", "当直として分析", receipt.number.as_str()] {
        assert!(page.contains(said), "{said}");
    }
    for hidden in ["みなと電力", "Minato", "minato"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_a_receipt_gets_its_proof_and_guesses_are_stopped() {
    let nation = Nation::new().await;
    let receipt = story::submit(&nation).await;
    let door = Door::of(&nation);
    let nobody = Browser::nobody(&door);
    let page = nobody
        .page(&format!(
            "/receipts?number={}",
            receipt.number.to_lowercase()
        ))
        .await;
    assert!(page.contains("台帳に記録されています"));
    let proof = nation.world.prove_receipt(&receipt.number).await.unwrap();
    assert!(page.contains(&proof.leaf));
    let key = nation.world.keys().verifying();
    let checkpoint = Checkpoint::open(&proof.checkpoint, &key).unwrap();
    let path: Vec<Hash> = proof.path.iter().map(|node| hash(node)).collect();
    assert!(verify_inclusion(
        hash(&proof.leaf),
        proof.index,
        checkpoint.size,
        &path,
        &checkpoint.root
    ));
    let mut last = StatusCode::OK;
    for guess in 0..200 {
        let answer = nobody
            .get(&format!("/receipts?number=R-2611-{guess:05}"))
            .await;
        last = answer.status;
        if last != StatusCode::NOT_FOUND {
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_follows_the_log_by_hashes_alone() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let nobody = Browser::nobody(&door);
    let key = nation.world.keys().verifying();
    let first = Checkpoint::open(&nobody.page("/ledger/checkpoint").await, &key).unwrap();
    story::submit(&nation).await;
    let second = Checkpoint::open(&nobody.page("/ledger/checkpoint").await, &key).unwrap();
    assert!(second.size > first.size);
    let path = format!("/ledger/consistency?old={}&new={}", first.size, second.size);
    let answer = door.get(&path, "").await.json();
    let nodes: Vec<Hash> = answer["hashes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| hash(node.as_str().unwrap()))
        .collect();
    assert!(verify_consistency(
        (first.size, &first.root),
        (second.size, &second.root),
        &nodes
    ));
    for wrong in ["old=0", "old=5&new=4", "old=1&new=999999", "old=x", ""] {
        let answer = door.get(&format!("/ledger/consistency?{wrong}"), "").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    // The partial tile holds the leaf hashes of what the store has.
    assert!(second.size < 256);
    let (status, bytes) = door
        .bytes(&format!("/ledger/tile/0/000.p/{}", second.size))
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(bytes.len() as u64, second.size * 32);
    let events = nation.world.store().events(0, 256).await.unwrap();
    for (event, hashed) in events.iter().zip(bytes.chunks(32)) {
        assert_eq!(leaf_hash(&event.event.leaf_bytes()), hashed);
    }
    for missing in [
        "0/000",
        "0/001",
        "1/000.p/1",
        "9/000",
        "0/0",
        "0/x000/000",
        "00/000.p/1",
        "entries/000",
    ] {
        let (status, _) = door.bytes(&format!("/ledger/tile/{missing}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{missing}");
    }
}

/// What a page tells to keep can be had without script: whole values to read, a proof as a file. Words that
/// copy are offered by the script alone.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_kept_can_be_had_without_script() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let receipt = story::submit(&nation).await;
    let nobody = Browser::nobody(&door);
    let page = nobody
        .page(&format!("/receipts?number={}", receipt.number))
        .await;
    let file = format!("/api/v1/receipts/{}", receipt.number);
    let name = format!("{}.json", receipt.number);
    assert!(page.contains(&format!("href=\"{file}\" download=\"{name}\"")));
    let proof = nobody.get(&file).await.json();
    let leaf = proof["leaf"].as_str().unwrap();
    assert!(page.contains(&format!("<code>{leaf}</code>")));
    let copies = page
        .split("<button type=\"button\" class=\"copied\"")
        .skip(1);
    for copy in copies {
        let value = between(copy, "data-copy=\"", "\"");
        let whole = copy.contains(&format!("<code>{value}</code>"));
        let offered = !copy.split_once('>').unwrap().0.ends_with(" hidden");
        assert_eq!(whole, offered, "{copy}");
    }
    // What consent is given to.
    let item = story::derive(&nation, receipt.report).await;
    let analyst = nation.caller(&nation.analyst).await;
    let asked = nation.world.ask_consent(&analyst, item.id, None).await;
    asked.unwrap();
    let provider = Browser::of(&door, &nation, &nation.provider).await;
    let page = provider
        .page(&format!("/items/{}", item.state.number))
        .await;
    let hash = between(&page, "name=\"hash\" value=\"", "\"");
    assert!(page.contains(&format!("<code>{hash}</code>")), "{page}");
}
