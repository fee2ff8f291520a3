//! Nobody is shown what its markings do not admit, and everybody all that they do: random items,
//! markings, groups, ISACs, classes, duties, embargoes and readers over every surface, against a reading
//! of the rules that shares no code with the product ([`facts`]). The claims that peers post into peer
//! collections have a walk of their own over the surfaces they stand on, against rules told once more
//! (`taxii::claims`; those of several parties under one id: `taxii::originators`).
//!
//! The number of item × reader pairs is at least 100,000; `KANAME_LEAK_PAIRS` asks for more. Each of them is
//! compared in the reader's lists. By its name, at every address there is, each reader asks for one item that it
//! sees and one that it does not, another than the reader before; some readers for four of each.

mod assessed;
mod draft;
mod facts;
pub(crate) mod pushed;
mod scene;
mod surfaces;
mod walk;

use std::time::Instant;

use kaname_directory::KeyScope;

use self::{
    facts::Eyes,
    scene::{Scene, Signs},
    surfaces::{Asked, surfaces},
    walk::{Looking, Named},
};
use crate::{browser::Browser, house::Door};

/// Pairs of item and reader in every run.
const AT_LEAST: usize = 100_000;
/// Parties whose membership is in force.
const PARTIES: usize = 100;
/// Every so manieth reader looks at everything there is; the others at the lists that hold all.
const THOROUGH: usize = 25;
/// Up to here lists are counted exactly.
const COUNTED_EXACTLY: usize = 10_000;

/// Says how far a long run is.
fn tell(pairs: usize, what: impl FnOnce() -> String) {
    if pairs > AT_LEAST {
        eprintln!("{}", what());
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::disallowed_methods,
    reason = "how many pairs is chosen from outside"
)]
async fn no_surface_shows_what_the_markings_do_not_admit() {
    let pairs: usize = std::env::var("KANAME_LEAK_PAIRS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(AT_LEAST);
    let started = Instant::now();
    let scene = Scene::new(PARTIES, pairs.div_ceil(PARTIES + 3)).await;
    tell(pairs, || {
        format!(
            "{} items are out after {:.0?}",
            scene.out.len(),
            started.elapsed()
        )
    });
    let nation = &scene.nation;
    let door = Door::of(nation);
    let looking = Looking {
        scene: &scene,
        door: &door,
        signs: Signs::of(&scene.out),
        surfaces: surfaces(),
        asked: Asked::default(),
    };
    let (mut compared, mut shown) = (0, 0);
    for (place, reader) in scene.readers.iter().enumerate() {
        let in_force = place < PARTIES;
        let eyes = Eyes::Person {
            person: place,
            party: place,
        };
        let may_see = scene.visible(eyes);
        let machine_sees = scene.visible(Eyes::Machine { party: place });
        let browser = Browser::of(&door, nation, reader).await;
        let scopes = [KeyScope::TaxiiRead, KeyScope::FeedRead, KeyScope::ApiRead];
        let key = nation.key(reader, &scopes).await;
        if in_force {
            // Each form of the feed for every fourth; all forms for those who look at everything.
            let all = ["csv", "txt", "jsonl", "json"];
            let forms = match place % THOROUGH {
                3 => &all[..],
                other => &all[other % 4..=other % 4],
            };
            looking.lists_of_machine(&key, &machine_sees, forms).await;
            let caller = nation.caller(reader).await;
            let total = nation.world.library(&caller, |_| {}).await.unwrap().total;
            assert_eq!(
                usize::try_from(total).unwrap(),
                may_see.len().min(COUNTED_EXACTLY + 1),
                "the count is the reader's own"
            );
            looking.first_pages(&browser, &may_see).await;
        }
        if place % THOROUGH == 3 || !in_force {
            looking
                .plain_addresses(&browser, &key, (&may_see, &machine_sees))
                .await;
        }
        if place % THOROUGH == 3 {
            looking.whole_library(&browser, &may_see).await;
            looking.filters_of_machine(&key, &machine_sees).await;
        }
        if place % (2 * THOROUGH) == 3 {
            looking.misp_of_machine(&key, &machine_sees).await;
        }
        if in_force {
            let named = Named {
                each: if place % THOROUGH == 3 { 4 } else { 1 },
                first: place,
            };
            looking.named_by_person(&browser, &may_see, named).await;
            looking.named_by_machine(&key, &machine_sees, named).await;
            looking
                .searched_by_machine(&key, &machine_sees, named)
                .await;
        }
        compared += scene.out.len();
        shown += may_see.len();
        tell(pairs, || {
            let rate = compared as f64 / started.elapsed().as_secs_f64();
            format!("{compared} of {pairs} pairs, {rate:.0} pairs/s")
        });
    }
    let author = Browser::of(&door, nation, &nation.analyst).await;
    let everything = scene.visible(Eyes::Author);
    assert_eq!(everything.len(), scene.out.len());
    looking.whole_library(&author, &everything).await;
    compared += scene.out.len();
    // The public sees CLEAR without an embargo, class or duty, and nothing else.
    let open = scene.visible(Eyes::Nobody);
    let nobody = Browser::nobody(&door);
    looking.public(&nobody, &open).await;
    looking.plain_addresses(&nobody, "", (&open, &open)).await;
    compared += scene.out.len();
    looking.asked.all_of(&looking.surfaces);
    assert!(compared >= pairs, "{compared} pairs");
    assert!(
        shown > 0 && shown < compared,
        "some are seen and some are not"
    );
}
