//! The consent to show a victim record stands on what it covers, also in a race.

use kaname_kernel::MatterId;
use kaname_sharing::victim::Shown;
use kaname_testkit::Nation;

use crate::story;

/// Where in the ledger an event of a matter stands.
async fn place(nation: &Nation, matter: MatterId, kind: &str) -> Option<u64> {
    let all = nation.world.store().history(matter).await.unwrap();
    let found = all.iter().find(|one| one.event.header.kind == kind);
    found.map(|one| one.seq)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_in_the_moment_of_the_consent_is_never_left_out_of_it() {
    let nation = Nation::new().await;
    let world = nation.world.clone();
    let analyst = nation.caller(&nation.analyst).await;
    let provider = nation.caller(&nation.provider).await;
    let releaser = nation.caller(&nation.releaser).await;
    for round in 0..12_u32 {
        let receipt = story::submit(&nation).await;
        let item = story::derive(&nation, receipt.report).await;
        let item = story::consent_to(&nation, item).await;
        let shown = Shown {
            parties: vec![nation.member.party],
            persons: Vec::new(),
        };
        let asked = world.ask_showing(&analyst, receipt.report, shown, "所管省庁への連絡");
        asked.await.unwrap();
        let view = world.report(&provider, receipt.report).await.unwrap();
        let hash = world.telling(&view).await.unwrap().unwrap().hash;
        let victim = view.victim.unwrap().id;
        let consent = {
            let (world, provider) = (world.clone(), provider.clone());
            tokio::spawn(async move { world.show_harm(&provider, receipt.report, hash).await })
        };
        let release = {
            let (world, releaser) = (world.clone(), releaser.clone());
            tokio::spawn(async move {
                // Each round another way through the race.
                for _ in 0..round {
                    tokio::task::yield_now().await;
                }
                world.release(&releaser, item.id, None).await
            })
        };
        let (consent, release) = (consent.await.unwrap(), release.await.unwrap());
        release.unwrap();
        world.store().sequence().await.unwrap();
        let released = place(&nation, item.id, "released").await.unwrap();
        match place(&nation, victim, "shown").await {
            Some(shown) => assert!(consent.is_ok() && shown < released, "round {round}"),
            None => assert!(consent.is_err(), "round {round}"),
        }
    }
}
