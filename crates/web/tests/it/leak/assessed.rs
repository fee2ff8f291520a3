//! Items that the hub wrote itself, with evidence inside the hub: nobody is shown an assessment that is not for them,
//! and nobody learns by one, on no surface, of evidence that not all its readers see.

use std::collections::{BTreeMap, BTreeSet};

use kaname_directory::{KeyScope, PartyKind};
use kaname_intake::Kind;
use kaname_kernel::{Pap, PartyId, Role, Tlp, audience::Named};
use kaname_sharing::{
    Item, Outlet, Text, Value,
    assessment::{Confidence, Draft, Judgement, Likelihood, Source},
};
use kaname_testkit::{Nation, Person};
use kaname_world::Loaded;
use serde_json::json;

use super::surfaces::{Filled, surfaces};
use crate::{browser::Browser, house::Door, story};

/// What stands in the scene: items from reports, then assessments that cite them.
const WIDE: usize = 0;
const NARROW: usize = 1;
/// Cites both, and goes to all who see the wide one.
const BOTH: usize = 2;
/// Cites the narrow one, and goes to who sees that.
const FEW: usize = 3;
/// Is still being written.
const WRITTEN: usize = 4;

fn mark_of(place: usize) -> String {
    format!("目印{place:06}号")
}

struct Scene {
    nation: Nation,
    second: Person,
    kawabe: Person,
    /// Number and STIX ids of each that is out.
    out: BTreeMap<usize, (String, Vec<String>)>,
    /// Number of the assessment that is still being written.
    written: String,
}

impl Scene {
    async fn new() -> Self {
        let nation = Nation::new().await;
        let hub = nation.administrator.party;
        let second = nation.hire(hub, "bunseki-2", &[Role::Analyst]).await;
        let kawabe = nation.party("kawabe", PartyKind::Operator, "川辺電力", "Kawabe Power");
        let kawabe = nation.hire(kawabe.await, "kawabe", &[Role::Member]).await;
        let mut scene = Self {
            nation,
            second,
            kawabe,
            out: BTreeMap::new(),
            written: String::new(),
        };
        let (few, all) = scene.readers();
        let wide = scene.cited(WIDE, all.clone()).await;
        let narrow = scene.cited(NARROW, few.clone()).await;
        let cites = |item: &Loaded<Item>| Source::Item { item: item.id };
        let both = scene.draft(BOTH, all, vec![cites(&wide), cites(&narrow)]);
        scene.assessed(BOTH, both).await;
        let one = scene.draft(FEW, few.clone(), vec![cites(&narrow)]);
        scene.assessed(FEW, one).await;
        let analyst = scene.nation.caller(&scene.nation.analyst).await;
        let draft = scene.draft(WRITTEN, few, vec![cites(&narrow)]);
        let begun = scene.nation.world.begin_assessment(&analyst, draft).await;
        scene.written = begun.unwrap().state.number;
        scene
    }

    /// The parties that few things go to, and those that more do.
    fn readers(&self) -> (BTreeSet<PartyId>, BTreeSet<PartyId>) {
        let few = BTreeSet::from([self.nation.member.party]);
        let mut all = few.clone();
        all.insert(self.kawabe.party);
        (few, all)
    }

    fn note(&mut self, place: usize, item: &Loaded<Item>) {
        let heads = item.state.content.heads();
        let ids = heads.map(|(_, head)| head.id.to_string()).collect();
        self.out.insert(place, (item.state.number.clone(), ids));
    }

    async fn cited(&mut self, place: usize, parties: BTreeSet<PartyId>) -> Loaded<Item> {
        let item = story::released_as(&self.nation, |draft| {
            draft.title = Text::new(mark_of(place), mark_of(place));
            draft.tlp = Tlp::Amber;
            draft.named.parties = parties.into_iter().collect();
            draft.values = vec![Value {
                kind: Kind::Ipv4,
                value: format!("198.51.100.{}", 100 + place),
            }];
        });
        let item = item.await;
        self.note(place, &item);
        item
    }

    fn draft(&self, place: usize, parties: BTreeSet<PartyId>, evidence: Vec<Source>) -> Draft {
        let mark = mark_of(place);
        Draft {
            title: Text::new(mark.as_str(), mark.as_str()),
            summary: Text::new(format!("{mark}の概要"), ""),
            countermeasures: Text::default(),
            judgements: vec![Judgement {
                text: format!("{mark}は続く"),
                likelihood: Likelihood::Likely,
                confidence: Confidence::Moderate,
                caveats: String::new(),
                evidence,
            }],
            tlp: Tlp::Amber,
            pap: Pap::Amber,
            named: Named {
                parties: parties.into_iter().collect(),
                ..Named::default()
            },
            classes: BTreeSet::new(),
            duties: BTreeSet::new(),
            embargo: None,
            valid_until: None,
            outlets: Outlet::ALL.into(),
            collections: [self.nation.library.id].into(),
        }
    }

    /// Written by the analyst, looked through by the second, put out by the releaser.
    async fn assessed(&mut self, place: usize, draft: Draft) {
        let world = &self.nation.world;
        let analyst = self.nation.caller(&self.nation.analyst).await;
        let second = self.nation.caller(&self.second).await;
        let releaser = self.nation.caller(&self.nation.releaser).await;
        let begun = world.begin_assessment(&analyst, draft).await.unwrap();
        let number = begun.state.number;
        let asked = world.ask_assessment_review(&analyst, &number).await;
        asked.unwrap();
        let sound = world.review_assessment(&second, &number, true, "").await;
        sound.unwrap();
        let item = world.put_assessment_forward(&analyst, &number, None).await;
        let item = world.release(&releaser, item.unwrap().id, None).await;
        let item = item.unwrap();
        self.note(place, &item);
    }

    /// What a text gives away.
    fn told(&self, text: &str) -> BTreeSet<usize> {
        let mut told = BTreeSet::new();
        for place in WIDE..=WRITTEN {
            let mut signs = vec![mark_of(place)];
            match self.out.get(&place) {
                Some((number, ids)) => {
                    signs.push(number.clone());
                    let uuids = ids.iter().filter_map(|id| id.split_once("--"));
                    signs.extend(uuids.map(|(_, uuid)| uuid.to_owned()));
                }
                None => signs.push(self.written.clone()),
            }
            if signs.iter().any(|sign| text.contains(sign.as_str())) {
                told.insert(place);
            }
        }
        told
    }
}

/// Whatever can be asked for by a number or an id, as a person asks: what is told beside the name asked by.
async fn by_name(scene: &Scene, browser: &Browser<'_>, sees: &BTreeSet<usize>, who: &str) {
    for one in surfaces() {
        let names: Vec<&String> = match one.filled {
            Some(Filled::Number) => scene.out.values().map(|(number, _)| number).collect(),
            Some(Filled::Object) => scene.out.values().flat_map(|(_, ids)| ids).collect(),
            _ => continue,
        };
        for name in names {
            let path = one.path.replace("{number}", name).replace("{id}", name);
            let path = path.replace("{file}", "bundle.json");
            let answer = browser.get(&path).await;
            let uuid = name
                .split_once("--")
                .map_or(name.as_str(), |(_, uuid)| uuid);
            let told = scene.told(&answer.text.replace(uuid, ""));
            assert!(told.is_subset(sees), "{who} at {path}: {told:?}");
            if answer.status.is_redirection() {
                browser.page("/").await;
            }
        }
    }
}

/// What a machine of the same party gets whole.
async fn by_machine(scene: &Scene, door: &Door, (person, sees): (&Person, &BTreeSet<usize>)) {
    let scopes = [KeyScope::TaxiiRead, KeyScope::FeedRead, KeyScope::ApiRead];
    let key = scene.nation.key(person, &scopes).await;
    let library = scene.nation.library.id;
    let objects = format!("/taxii2/api/collections/{library}/objects/?limit=1000");
    let objects = door.taxii(&objects, &key).await.text;
    assert_eq!(&scene.told(&objects), sees);
    for path in ["/api/v1/items?limit=200", "/misp/feed/manifest.json"] {
        assert_eq!(
            &scene.told(&door.get(path, &key).await.text),
            sees,
            "{path}"
        );
    }
    let request = axum::http::Request::post("/misp/events/restSearch")
        .header("authorization", &key)
        .body(json!({}).to_string().into())
        .unwrap();
    assert_eq!(&scene.told(&door.send(request).await.text), sees);
    for form in ["csv", "txt", "jsonl", "json"] {
        let feed = door.get(&format!("/feeds/library.{form}"), &key).await.text;
        assert!(scene.told(&feed).is_subset(sees), "{form}: {feed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_surface_shows_an_assessment_or_its_evidence_to_whom_it_is_not_for() {
    let scene = Scene::new().await;
    let nation = &scene.nation;
    let door = Door::of(nation);
    let out = BTreeSet::from([WIDE, NARROW, BOTH, FEW]);
    let mut written = out.clone();
    written.insert(WRITTEN);
    let people = [
        ("analyst", &nation.analyst, written),
        ("second", &scene.second, out.clone()),
        ("releaser", &nation.releaser, out.clone()),
        ("member", &nation.member, out.clone()),
        ("kawabe", &scene.kawabe, BTreeSet::from([WIDE, BOTH])),
        // What it reported is its own, whoever else may be told; what the hub judges by it is not.
        ("provider", &nation.provider, BTreeSet::from([WIDE, NARROW])),
        ("outsider", &nation.outsider, BTreeSet::new()),
    ];
    for (who, person, sees) in &people {
        let browser = Browser::of(&door, nation, person).await;
        for one in surfaces().iter().filter(|one| one.filled.is_none()) {
            let answer = browser.get(&one.plain).await;
            let told = scene.told(&answer.text);
            assert!(told.is_subset(sees), "{who} at {}: {told:?}", one.plain);
        }
        by_name(&scene, &browser, sees, who).await;
        for (place, (number, _)) in &scene.out {
            let page = browser.get(&format!("/library/{number}")).await;
            let cites = match *place {
                // The narrow one is cited to nobody where not all see it.
                BOTH => [BOTH, WIDE].into(),
                FEW => [FEW, NARROW].into(),
                _ => continue,
            };
            let told = match page.status.is_success() {
                true => scene.told(page.text.split_once("<main").unwrap().1),
                false => BTreeSet::new(),
            };
            let expected = match sees.contains(place) {
                true => cites,
                false => BTreeSet::new(),
            };
            assert_eq!(told, expected, "{who} at {number}");
        }
    }
    for (who, person, sees) in &people {
        if ["member", "kawabe", "outsider"].contains(who) {
            by_machine(&scene, &door, (person, sees)).await;
        }
    }
}
