//! A copy while others write.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use kaname_kernel::SeededRng;
use kaname_store::Store;

use super::{change, new_store, open_store, verify};

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_while_writing_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(new_store(&folder.path().join("world.db")));
    let rng = Arc::new(SeededRng::new(3));
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::new();
    for _ in 0..4 {
        let (store, rng, stop) = (Arc::clone(&store), Arc::clone(&rng), Arc::clone(&stop));
        writers.push(tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                store
                    .commit(change(&*rng, "written meanwhile"))
                    .await
                    .unwrap();
            }
        }));
    }
    let mut sizes = Vec::new();
    for n in 0..3 {
        let before = store.ledger_size().await.unwrap();
        let copy = folder.path().join(format!("copy-{n}.db"));
        store.backup(&copy).await.unwrap();
        assert!(store.backup(&copy).await.is_err(), "nothing is overwritten");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = copy.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let opened = open_store(&copy);
        let size = verify(&opened).await;
        assert!(size >= before);
        opened.close().await;
        sizes.push(size);
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(sizes.is_sorted());
    assert!(verify(&*store).await >= sizes[2]);
    store.close().await;
}
