//! `rebuild` killed without a word: the old rows stand or the new ones, never a part of them.

use std::{process::Stdio, sync::mpsc::channel, thread, time::Duration};

use crate::{
    hub::{Backend, Hub},
    kill::{Part, points},
    scene,
};

#[test]
fn killed_at_many_points_a_rebuild_leaves_whole_rows() {
    let hub = Hub::found(Backend::Sqlite, "");
    hub.inside(async |world| {
        for _ in 0..20 {
            scene::submit(&world, &hub.people).await;
        }
    });
    let rows = || hub.inside(async |world| world.store().records_digest().await.unwrap());
    let before = rows();
    let points = points(Part::Rebuild);
    let mut killed = 0;
    // From at once to about as long as it takes, in steps that fall on every part of it.
    for point in 0..points {
        let mut child = hub
            .place
            .command(&["rebuild"])
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let id = child.id();
        let (ended, end) = channel();
        let waiting = thread::spawn(move || {
            let code = child.wait().unwrap().code();
            let _ = ended.send(());
            code
        });
        let patience = Duration::from_millis(4 * point as u64 + 10);
        if end.recv_timeout(patience).is_err() {
            // It may have ended in this very moment.
            let name = id.to_string();
            let _ = std::process::Command::new("kill")
                .args(["-s", "KILL", &name])
                .status();
        }
        killed += usize::from(waiting.join().unwrap().is_none());
        assert_eq!(rows(), before, "killed after {patience:?}");
    }
    assert!(killed > 0, "none of {points} was killed");
    let whole = hub.place.done(&["rebuild"]);
    assert_eq!(whole["identical"], true);
}
