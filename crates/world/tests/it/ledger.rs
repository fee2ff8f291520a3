//! Receipts prove, ledgers verify, one flipped byte is named, projections rebuild.

use kaname_kernel::{checkpoint::Checkpoint, merkle::verify_inclusion};
use kaname_sharing::Report;
use kaname_store::{ListQuery, Store as _};
use kaname_testkit::Nation;
use kaname_world::{sharing::Attachment, verify::verify};

use crate::story;

fn hash(text: &str) -> [u8; 32] {
    hex::decode(text).unwrap().try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_proved_under_a_signed_checkpoint() {
    let nation = Nation::new().await;
    let receipt = story::submit(&nation).await;
    let typed = receipt.number.to_lowercase();
    let proof = nation.world.prove_receipt(&typed).await.unwrap();
    let key = nation.world.keys().verifying();
    let checkpoint = Checkpoint::open(&proof.checkpoint, &key).unwrap();
    let path: Vec<_> = proof.path.iter().map(|node| hash(node)).collect();
    let leaf = hash(&proof.leaf);
    assert!(verify_inclusion(
        leaf,
        proof.index,
        checkpoint.size,
        &path,
        &checkpoint.root
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_ledger_verifies_and_a_cut_tail_is_found() {
    let nation = Nation::new().await;
    story::released(&nation).await;
    let world = &nation.world;
    let checkpoint = world.checkpoint().await.unwrap();
    let verdict = verify(world.store(), world.keys(), &[], &|_| {})
        .await
        .unwrap()
        .ledger;
    assert_eq!(verdict.fault, None);
    assert_eq!(verdict.events, checkpoint.size);
    assert!(verdict.checkpoints >= 1);
    // A witness holds a checkpoint over more than is here.
    let ahead = Checkpoint {
        size: checkpoint.size + 1,
        ..Checkpoint::open(&checkpoint.note, &world.keys().verifying()).unwrap()
    };
    let note = ahead.sign(&world.keys().signing);
    let cut = verify(world.store(), world.keys(), &[note], &|_| {})
        .await
        .unwrap()
        .ledger;
    assert!(cut.fault.unwrap().what.contains("tail is cut"));
    // Or one over another past.
    let forked = Checkpoint {
        size: checkpoint.size - 1,
        root: [7; 32],
        ..ahead
    };
    let note = forked.sign(&world.keys().signing);
    let forked = verify(world.store(), world.keys(), &[note], &|_| {})
        .await
        .unwrap()
        .ledger;
    assert!(forked.fault.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn projections_rebuild_to_the_same_rows() {
    let nation = Nation::new().await;
    story::released(&nation).await;
    let rebuilt = nation.world.rebuild(&|_| {}).await.unwrap();
    assert!(rebuilt.identical, "{rebuilt:?}");
    let member = nation.caller(&nation.member).await;
    assert_eq!(
        nation.world.library(&member, |_| {}).await.unwrap().total,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn redaction_leaves_the_log_whole_and_rebuilds_to_the_same_tombstone() {
    let nation = Nation::new().await;
    let receipt = story::submit(&nation).await;
    let admin = nation.caller(&nation.administrator).await;
    let world = &nation.world;
    world
        .redact(&admin, receipt.report, "裁判所の命令")
        .await
        .unwrap();
    for stored in world.store().history(receipt.report).await.unwrap() {
        assert!(stored.event.wrapped_key.is_none());
        assert!(stored.event.open(&world.keys().master).is_err());
    }
    let analyst = nation.caller(&nation.analyst).await;
    assert!(world.report(&analyst, receipt.report).await.is_err());
    let verdict = verify(world.store(), world.keys(), &[], &|_| {})
        .await
        .unwrap()
        .ledger;
    assert_eq!(verdict.fault, None);
    assert!(verdict.redacted >= 1);
    let rebuilt = world.rebuild(&|_| {}).await.unwrap();
    assert!(rebuilt.identical, "{rebuilt:?}");
}

/// What was released of a redacted item is served to nobody any more, and what was recorded of a redacted
/// report's victim goes with it.
#[tokio::test(flavor = "multi_thread")]
async fn redaction_takes_released_objects_and_the_victims_record_along() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let (receipt, item) = story::released(&nation).await;
    let admin = nation.caller(&nation.administrator).await;
    let member = nation.caller(&nation.member).await;
    let served = async || {
        let found = world.objects(&member, |_| {}).await.unwrap().objects;
        found.len()
    };
    let rest = served().await - item.state.content.objects.len();
    world.redact(&admin, item.id, "誤って公開").await.unwrap();
    assert_eq!(served().await, rest);
    let sizes = async |kind: &str| {
        let audiences = world.store().audiences(0).await.unwrap();
        let everything = audiences.iter().map(|(id, _)| *id).collect();
        let query = ListQuery::of(kind, std::sync::Arc::new(everything));
        let rows = world.store().list(&query).await.unwrap().rows;
        let left = rows.iter().filter(|row| row.record.state != "redacted");
        left.count()
    };
    assert_eq!(sizes("victim").await, 1);
    world.redact(&admin, receipt.report, "依頼").await.unwrap();
    assert_eq!(sizes("victim").await, 0);
    let rebuilt = world.rebuild(&|_| {}).await.unwrap();
    assert!(rebuilt.identical, "{rebuilt:?}");
    assert_eq!(served().await, rest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redacted_group_is_nobody_and_hurts_nobody() {
    let nation = Nation::new().await;
    let world = &nation.world;
    let admin = nation.caller(&nation.administrator).await;
    let name = kaname_directory::Name2::parse("name", "部会", "Group").unwrap();
    let code = "gone".parse().unwrap();
    let group = world.found_group(&admin, code, name, false).await.unwrap();
    let id = group.id.cast();
    world
        .join_group(&admin, id, nation.member.party)
        .await
        .unwrap();
    let before = nation.caller(&nation.member).await;
    assert!(before.reader.groups.iter().any(|(one, _)| *one == id));
    world.redact(&admin, group.id, "誤って作成").await.unwrap();
    let after = nation.caller(&nation.member).await;
    assert!(!after.reader.groups.iter().any(|(one, _)| *one == id));
    world.rebuild(&|_| {}).await.unwrap();
    nation.caller(&nation.member).await;
}

/// What no leaf of the ledger covers is proved too: the keys of payloads, the sealed store, attachments. A
/// byte that is flipped in any of them on the disk is found.
#[tokio::test(flavor = "multi_thread")]
async fn a_byte_flipped_beside_the_ledger_is_found() {
    let (nation, store) = Nation::with_store().await;
    let world = &nation.world;
    let provider = nation.caller(&nation.provider).await;
    let mut report = story::report();
    report.attachments = vec![Attachment {
        name: "sample.bin".to_owned(),
        bytes: vec![7; 300],
    }];
    let receipt = world.submit(&provider, report, None).await.unwrap();
    let item = story::derive(&nation, receipt.report).await;
    let history = store.history(receipt.report).await.unwrap();
    let loaded = world.load::<Report>(receipt.report).await.unwrap().unwrap();
    let handle = loaded.state.submission.handle;
    let own = world.report(&provider, receipt.report).await.unwrap();
    let file = own.content.unwrap().blobs[0];
    let blob = store.blob(file).await.unwrap().unwrap();
    let link = store.sealed_link(handle).await.unwrap().unwrap();
    let of_item = store.sealed_link(item.state.handle).await.unwrap().unwrap();
    let places = [
        ("payload key", history[0].event.wrapped_key.clone().unwrap()),
        ("link of a report", link.boxed),
        ("tag of a report", link.tag.to_vec()),
        ("link of an item", of_item.boxed),
        ("attachment", blob.cipher),
        ("attachment's key", blob.wrapped_key.unwrap()),
    ];
    store.close().await;
    let path = nation.folder().join("kaname.db");
    let whole = std::fs::read(&path).unwrap();
    let proved = async || {
        let store = Nation::reopened(nation.folder());
        let proved = verify(&store, world.keys(), &[], &|_| {}).await;
        store.close().await;
        proved.unwrap()
    };
    let sound = proved().await;
    assert_eq!(sound.ledger.fault, None);
    assert_eq!((sound.handles, sound.attachments), (2, 1));
    for (what, bytes) in places {
        let mut copy = whole.clone();
        let mut found = 0;
        for at in 0..copy.len() - bytes.len() {
            if copy[at..].starts_with(&bytes) {
                copy[at + bytes.len() / 2] ^= 1;
                found += 1;
            }
        }
        assert!(found > 0, "{what} is not in the file");
        std::fs::write(&path, copy).unwrap();
        assert!(proved().await.ledger.fault.is_some(), "{what}");
    }
}
