//! What is not out yet, at every step of its way: nobody finds it, by name, in a list, a count or a
//! search, for whom it is not there.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use kaname_intake::Kind;
use kaname_kernel::{MatterId, Role};
use kaname_sharing::{Item, ManifestHash, Value};
use kaname_testkit::{Nation, Person};
use kaname_world::{Caller, Loaded};

use super::{
    facts::{Part, Stage, is_there},
    surfaces::{Filled, surfaces},
};
use crate::{
    browser::{Browser, between},
    house::{Answer, Door},
    story,
};

/// An item on its way, and the words that give it away.
struct Draft {
    number: String,
    mark: String,
    value: String,
    stage: Stage,
    /// Written on by the second analyst too.
    taken_over: bool,
    /// The tab of the desk on which its state stands.
    tab: &'static str,
}

struct Scene {
    nation: Nation,
    second: Person,
    drafts: Vec<Draft>,
}

impl Scene {
    async fn new() -> Self {
        let nation = Nation::new().await;
        let hub = nation.administrator.party;
        let second = nation.hire(hub, "bunseki-2", &[Role::Analyst]).await;
        let mut scene = Self {
            nation,
            second,
            drafts: Vec::new(),
        };
        scene.write().await;
        scene
    }

    async fn derived(&self, named: bool) -> (MatterId, Loaded<Item>) {
        let report = story::submit(&self.nation).await.report;
        let place = self.drafts.len();
        let item = story::derive_as(&self.nation, report, |draft| {
            draft.title.ja = mark_of(place);
            draft.title.en = mark_of(place);
            if named {
                draft.summary.ja = "みなと電力の装置が狙われた".to_owned();
            }
            draft.values = vec![Value {
                kind: Kind::Ipv4,
                value: value_of(place),
            }];
        });
        (report, item.await)
    }

    fn note(&mut self, item: &Loaded<Item>, stage: Stage, tab: &'static str) {
        let place = self.drafts.len();
        self.drafts.push(Draft {
            number: item.state.number.clone(),
            mark: mark_of(place),
            value: value_of(place),
            stage,
            taken_over: false,
            tab,
        });
    }

    async fn asked(&self) -> (Loaded<Item>, ManifestHash) {
        let (_, item) = self.derived(false).await;
        let analyst = self.analyst().await;
        let world = &self.nation.world;
        let asked = world.ask_consent(&analyst, item.id, None).await.unwrap();
        let hash = asked.state.asked.as_ref().unwrap().hash;
        (asked, hash)
    }

    async fn analyst(&self) -> Caller {
        self.nation.caller(&self.nation.analyst).await
    }

    /// One item for each step, by the flow's own operations.
    async fn write(&mut self) {
        let world = std::sync::Arc::clone(&self.nation.world);
        let analyst = self.analyst().await;
        let provider = self.nation.caller(&self.nation.provider).await;
        let releaser = self.nation.caller(&self.nation.releaser).await;
        let second = self.nation.caller(&self.second).await;
        let (_, item) = self.derived(true).await;
        assert!(item.state.open_traces() > 0);
        self.note(&item, Stage::Written, "writing");
        let (_, item) = self.derived(false).await;
        self.note(&item, Stage::Written, "writing");
        let (item, _) = self.asked().await;
        self.note(&item, Stage::Asked, "consent");
        for declined in [false, true] {
            let (item, hash) = self.asked().await;
            let mut draft = story::draft_of(&self.nation, item.state.content.clone());
            draft.title.ja = mark_of(self.drafts.len());
            draft.title.en = mark_of(self.drafts.len());
            draft.summary.ja = "みなと電力で起きた".to_owned();
            let proposed = world.propose(&provider, item.id, hash, draft, "直してください");
            proposed.await.unwrap();
            if declined {
                let done = world
                    .decline_proposal(&analyst, item.id, "変えません")
                    .await;
                self.note(&done.unwrap(), Stage::Asked, "consent");
            } else {
                self.note(&item, Stage::OtherWords, "writing");
            }
        }
        let (item, _) = self.asked().await;
        world.refuse(&provider, item.id, "").await.unwrap();
        self.note(&item, Stage::SaidNo, "refused");
        for back in [false, true] {
            let (item, hash) = self.asked().await;
            world.consent(&provider, item.id, hash).await.unwrap();
            if back {
                let done = world.return_item(&releaser, item.id, "要約を短く").await;
                self.note(&done.unwrap(), Stage::Written, "writing");
            } else {
                self.note(&item, Stage::Asked, "release");
            }
        }
        let (_, item) = self.derived(true).await;
        world
            .withdraw_item(&analyst, item.id, "見送り")
            .await
            .unwrap();
        self.note(&item, Stage::Written, "ended");
        let (item, _) = self.asked().await;
        world
            .withdraw_item(&releaser, item.id, "見送り")
            .await
            .unwrap();
        self.note(&item, Stage::Asked, "ended");
        let (report, item) = self.derived(true).await;
        world
            .take_report(&second, report, "引き継ぐため")
            .await
            .unwrap();
        let over = world.take_over_item(&second, report, &item.state.number);
        over.await.unwrap();
        self.note(&item, Stage::Written, "writing");
        self.drafts.last_mut().unwrap().taken_over = true;
    }

    /// What is there for whoever has this part in what the analyst writes.
    fn there(&self, part: Part, is_second: bool) -> BTreeSet<usize> {
        let drafts = self.drafts.iter().enumerate();
        let seen = drafts.filter(|(_, draft)| {
            let part = match is_second && draft.taken_over {
                true => Part::Writer,
                false => part,
            };
            is_there(draft.stage, part)
        });
        seen.map(|(place, _)| place).collect()
    }

    /// Which items a text gives away.
    fn told(&self, text: &str) -> BTreeSet<usize> {
        let told = self.drafts.iter().enumerate().filter(|(_, draft)| {
            [&draft.number, &draft.mark, &draft.value]
                .into_iter()
                .any(|sign| text.contains(sign.as_str()))
        });
        told.map(|(place, _)| place).collect()
    }
}

fn mark_of(place: usize) -> String {
    format!("目印{place:06}号")
}

fn value_of(place: usize) -> String {
    format!("198.51.100.{}", 100 + place)
}

/// The desk's tabs, each with its rows and its count.
async fn desk(scene: &Scene, browser: &Browser<'_>, there: &BTreeSet<usize>, who: &str) {
    for tab in ["writing", "consent", "release", "out", "refused", "ended"] {
        let page = browser.page(&format!("/desk?tab={tab}")).await;
        let on_tab = there.iter().copied();
        let on_tab: BTreeSet<usize> = on_tab
            .filter(|place| scene.drafts[*place].tab == tab)
            .collect();
        let (_, main) = page.split_once("<main").unwrap();
        assert_eq!(scene.told(main), on_tab, "{who} at /desk?tab={tab}");
        let here = main.split_once("aria-current").unwrap().1;
        let count = between(here, "<span class=\"count\">", "</span>");
        assert_eq!(count, on_tab.len().to_string(), "{who} counts {tab}");
    }
}

/// The answer; what a redirect leaves to be said on the next page is used up.
async fn answer(browser: &Browser<'_>, path: &str) -> Answer {
    let answer = browser.get(path).await;
    if answer.status == StatusCode::SEE_OTHER {
        browser.page("/").await;
    }
    answer
}

/// Whatever can be asked for by a number: hidden and missing ones are answered alike.
async fn by_number(scene: &Scene, browser: &Browser<'_>, there: &BTreeSet<usize>, who: &str) {
    const MISSING: &str = "S-2611-ZZZZZ";
    let alike = |path: &str, hidden: &Answer, missing: &Answer| {
        assert_eq!(hidden.status, missing.status, "{who} at {path}");
        let length = hidden.text.len().abs_diff(missing.text.len());
        assert!(length < 64, "{who} at {path}: {}", hidden.text);
    };
    for one in surfaces() {
        if one.filled != Some(Filled::Number) {
            continue;
        }
        let fill = |number: &str| {
            let path = one.path.replace("{number}", number);
            path.replace("{file}", "bundle.json")
        };
        let missing = answer(browser, &fill(MISSING)).await;
        for (place, draft) in scene.drafts.iter().enumerate() {
            let path = fill(&draft.number);
            let answer = answer(browser, &path).await;
            if !there.contains(&place) {
                alike(&path, &answer, &missing);
            }
            let said = answer.text.replace(&draft.number, "");
            assert!(
                there.is_superset(&scene.told(&said)),
                "{who} at {path}: {said}"
            );
        }
    }
    for (place, draft) in scene.drafts.iter().enumerate() {
        let seen = browser.get(&format!("/items/{}", draft.number)).await;
        let found = seen.status == StatusCode::OK && seen.text.contains(&draft.mark);
        assert_eq!(found, there.contains(&place), "{who} at {}", draft.number);
        if there.contains(&place) {
            continue;
        }
        for list in ["/library", "/library/objects"] {
            let page = browser.get(&format!("{list}?q={}", draft.value)).await.text;
            let said = page.replace(&draft.value, "");
            assert!(scene.told(&said).is_empty(), "{who} at {list}: {said}");
        }
        let explained = |number: &str| format!("/explain?item={number}&reader=public");
        let hidden = browser.get(&explained(&draft.number)).await;
        let missing = browser.get(&explained(MISSING)).await;
        alike("/explain", &hidden, &missing);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_surface_shows_what_is_still_being_written() {
    let scene = Scene::new().await;
    let nation = &scene.nation;
    let door = Door::of(nation);
    let people = [
        ("analyst", &nation.analyst, Part::Writer),
        ("second", &scene.second, Part::Officer),
        ("releaser", &nation.releaser, Part::Officer),
        ("auditor", &nation.auditor, Part::Officer),
        ("provider", &nation.provider, Part::Provider),
        ("member", &nation.member, Part::Other),
    ];
    for (who, person, part) in people {
        let there = scene.there(part, who == "second");
        let browser = Browser::of(&door, nation, person).await;
        for one in surfaces().iter().filter(|one| one.filled.is_none()) {
            let answer = browser.get(&one.plain).await;
            let told = scene.told(&answer.text);
            let leaks: Vec<_> = told.difference(&there).collect();
            assert!(leaks.is_empty(), "{who} at {}: {leaks:?}", one.plain);
        }
        by_number(&scene, &browser, &there, who).await;
        if ["analyst", "second", "releaser"].contains(&who) {
            desk(&scene, &browser, &there, who).await;
        }
    }
    let hidden = scene.there(Part::Writer, false).len() - scene.there(Part::Officer, false).len();
    assert!(hidden >= 6, "there is something to hide: {hidden}");
}
