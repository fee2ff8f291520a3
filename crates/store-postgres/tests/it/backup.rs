//! A copy of a running world, and a world filled from it.

use kaname_kernel::SeededRng;
use kaname_store::{Store, contract::verify};
use kaname_testkit::postgres::Postgres;

use super::{change, open};

#[tokio::test(flavor = "multi_thread")]
async fn a_world_restored_from_a_copy_is_the_same_and_goes_on() {
    let server = Postgres::start();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let store = open(&server, "live").await;
    let rng = SeededRng::new(3);
    for n in 0..300 {
        store
            .commit(change(&rng, &format!("標的型攻撃 {n}")))
            .await
            .unwrap();
    }
    assert_eq!(verify(&store).await, 300);
    store.backup(&copy).await.unwrap();
    assert!(store.backup(&copy).await.is_err(), "nothing is overwritten");
    let before = store.records_digest().await.unwrap();
    store.commit(change(&rng, "after the copy")).await.unwrap();
    let restored = open(&server, "restored").await;
    restored.restore(&copy).await.unwrap();
    assert_eq!(restored.records_digest().await.unwrap(), before);
    assert_eq!(verify(&restored).await, 300);
    restored.commit(change(&rng, "and on")).await.unwrap();
    assert_eq!(verify(&restored).await, 301);
    assert!(
        restored.restore(&copy).await.is_err(),
        "only an empty world is filled"
    );
    // A copy cut short fills nothing.
    let bytes = std::fs::read(&copy).unwrap();
    let cut = folder.path().join("cut");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let third = open(&server, "third").await;
    assert!(third.restore(&cut).await.is_err());
    assert_eq!(verify(&third).await, 0);
    third.restore(&copy).await.unwrap();
    assert_eq!(verify(&third).await, 300);
}
