//! Claims of several parties under one id: each stands beside the others and beside what the hub brought, and
//! none hides, narrows, revokes, takes out or speaks for what is another's.

use axum::http::StatusCode;
use jiff::SignedDuration;
use kaname_directory::{
    KeyScope::{TaxiiPost, TaxiiRead},
    PartyKind,
};
use kaname_kernel::{Clock as _, Role, Tlp};
use kaname_sharing::{Collection, collection::Access};
use kaname_testkit::{Nation, Person};
use kaname_world::{Loaded, Settings};

use super::{
    COLLECTIONS,
    claims::{MARKS, delete, envelope, is_proved, object, peer},
    ids, stix_id,
};
use crate::{browser::Browser, house::Door, library::released_with};

struct Scene {
    nation: Nation,
    door: Door,
    peer: String,
    objects: String,
    /// One who does harm.
    hisui: String,
    /// One who means well.
    shiranami: String,
    /// One who looks on, and helps the first.
    third: String,
    onlooker: Person,
}

async fn scene() -> Scene {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let peer = peer(&nation, "peer", Some(Tlp::Green), Access::Members).await;
    let kawabe = nation.party("kawabe", PartyKind::Operator, "川辺電力", "Kawabe Power");
    let onlooker = nation.hire(kawabe.await, "kawabe", &[Role::Member]).await;
    let scopes = [TaxiiRead, TaxiiPost];
    Scene {
        objects: format!("{COLLECTIONS}{peer}/objects/"),
        hisui: nation.key(&nation.member, &scopes).await,
        shiranami: nation.key(&nation.provider, &scopes).await,
        third: nation.key(&onlooker, &scopes).await,
        onlooker,
        peer,
        door,
        nation,
    }
}

impl Scene {
    fn keys(&self) -> [&str; 3] {
        [&self.hisui, &self.shiranami, &self.third]
    }

    /// Posts one object, which is taken.
    async fn claims(&self, key: &str, object: &str) {
        let faults = self.posts(key, object).await;
        assert_eq!(faults, None, "{object}");
    }

    /// Posts one object; what is wrong with it.
    async fn posts(&self, key: &str, object: &str) -> Option<String> {
        let posted = self
            .door
            .post(&self.objects, key, envelope(&[object.to_owned()]))
            .await;
        assert_eq!(posted.status, StatusCode::ACCEPTED, "{}", posted.text);
        let fault = &posted.json()["failures"][0]["message"];
        fault.as_str().map(str::to_owned)
    }

    async fn gets(&self, id: &str, key: &str) -> StatusCode {
        let path = format!("{}{id}/", self.objects);
        self.door.taxii(&path, key).await.status
    }

    /// Which of the three read it.
    async fn readers(&self, id: &str) -> [bool; 3] {
        let mut all = [false; 3];
        for (sees, key) in all.iter_mut().zip(self.keys()) {
            *sees = self.gets(id, key).await == StatusCode::OK;
        }
        all
    }

    /// What somebody reads of an object, every version.
    async fn read(&self, id: &str, key: &str) -> String {
        let path = format!("{}{id}/?match[version]=all", self.objects);
        self.door.taxii(&path, key).await.text
    }

    /// Officers import objects into a collection; gives how many were new.
    async fn imports(&self, into: &str, objects: &[String]) -> u64 {
        let admin = self.nation.caller(&self.nation.administrator).await;
        let collection: Loaded<Collection> =
            self.nation.world.collection(&admin, into).await.unwrap();
        let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
        let done = self
            .nation
            .world
            .import(&admin, &collection, ("test", false), &objects, &|_| {})
            .await
            .unwrap();
        done.taken
    }
}

fn marked(mark: &str) -> String {
    let mark = MARKS.iter().find(|(name, _)| *name == mark).unwrap();
    format!(r#","object_marking_refs":["{}"]"#, mark.1)
}

fn relation_id(n: u32) -> String {
    format!("relationship--00000000-0000-4000-8000-{n:012}")
}

fn relation(n: u32, source: u32, target: u32) -> String {
    let (id, source, target) = (relation_id(n), stix_id(source), stix_id(target));
    let green = marked("green");
    format!(
        r#"{{"type":"relationship","spec_version":"2.1","id":"{id}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","relationship_type":"related-to","source_ref":"{source}","target_ref":"{target}"{green}}}"#
    )
}

fn created_by(n: u32) -> String {
    format!(r#","created_by_ref":"identity--00000000-0000-4000-8000-{n:012}""#)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poster_learns_nothing_of_hidden_ends_from_its_own_relationships() {
    let s = scene().await;
    let reference = peer(&s.nation, "reference", Some(Tlp::Green), Access::Members).await;
    let (seen, hidden, newer, absent) = (1, 2, 3, 4);
    let red = object(hidden, 1, &marked("red"));
    // Of one the newest version is hidden, an older one is not.
    let both = [object(newer, 1, ""), object(newer, 2, &marked("red"))];
    let brought = [object(seen, 1, ""), red, both[0].clone(), both[1].clone()];
    assert_eq!(s.imports(&reference, &brought).await, 4);
    s.claims(&s.hisui, &object(50, 1, "")).await;
    // A friend of the poster claims the same ids beforehand, for itself alone.
    for n in [hidden, absent] {
        s.claims(&s.third, &object(n, 9, &marked("red"))).await;
    }
    let mut told = Vec::new();
    for (n, end) in [seen, hidden, newer, absent].into_iter().enumerate() {
        let n = n as u32;
        s.claims(&s.hisui, &relation(n, 50, end)).await;
        s.claims(&s.hisui, &relation(n + 10, end, 50)).await;
        told.push(s.readers(&relation_id(n)).await);
        assert_eq!(told.last(), Some(&s.readers(&relation_id(n + 10)).await));
    }
    let [of_seen, of_hidden, of_newer, of_absent] = told[..] else {
        panic!("four ends")
    };
    assert_eq!(of_seen, [true, true, true]);
    assert_eq!(of_newer, [true, true, true]);
    // The poster reads its own; its friend what it sees both ends of; and neither tells hidden from missing.
    assert_eq!(of_hidden, [true, false, true]);
    assert_eq!(of_absent, of_hidden);
    is_proved(&s.nation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_version_in_one_file_is_shown_by_its_own_markings() {
    let s = scene().await;
    let (red, open) = (marked("red"), String::new());
    let versions = |n: u32, first: &str, second: &str| [object(n, 1, first), object(n, 2, second)];
    let brought = [versions(1, &red, &open), versions(2, &open, &red)].concat();
    assert_eq!(s.imports(&s.peer, &brought).await, 4);
    let posted = [versions(3, &red, &open), versions(4, &open, &red)].concat();
    s.door.post(&s.objects, &s.hisui, envelope(&posted)).await;
    for (n, day) in [(1, "02"), (2, "01"), (3, "02"), (4, "01")] {
        let read = s.read(&stix_id(n), &s.third).await;
        assert_eq!(read.matches("\"modified\"").count(), 1, "{n}: {read}");
        assert!(
            read.contains(&format!("\"modified\":\"2026-01-{day}")),
            "{n}: {read}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_takes_nobodys_place_and_blocks_nobody() {
    let s = scene().await;
    // The same version of the same id, marked for nobody, before the real one.
    s.claims(&s.hisui, &object(1, 1, &marked("red"))).await;
    let real = object(1, 1, &created_by(1));
    s.claims(&s.shiranami, &real).await;
    assert_eq!(s.readers(&stix_id(1)).await, [true, true, true]);
    assert!(s.read(&stix_id(1), &s.third).await.contains(&real));
    // An officer's import comes in beside both.
    let hubs = [object(1, 1, &marked("clear"))];
    assert_eq!(s.imports(&s.peer, &hubs).await, 1);
    assert_eq!(s.imports(&s.peer, &hubs).await, 0, "once");
    let all = s.read(&stix_id(1), &s.third).await;
    assert!(all.contains(&hubs[0]) && all.contains(&real), "{all}");
    // Each version once for each originator, in the manifest too; whoever claimed it reads the third as well.
    for (key, count) in [(&s.third, 2), (&s.hisui, 3)] {
        for list in ["objects", "manifest"] {
            let path = format!("{COLLECTIONS}{}/{list}/", s.peer);
            let given = ids(&s.door.taxii(&path, key).await);
            assert_eq!(given, vec![stix_id(1); count], "{list}");
        }
    }
    // A made-up author first: the real one goes on with its own all the same.
    s.claims(&s.hisui, &object(2, 2, &created_by(2))).await;
    s.claims(&s.shiranami, &object(2, 1, &created_by(1))).await;
    s.claims(&s.shiranami, &object(2, 3, &created_by(1))).await;
    // Of the same originator what was refused is refused still.
    let fault = s.posts(&s.shiranami, &object(2, 4, &created_by(2))).await;
    assert!(fault.unwrap().contains("created_by_ref"));
    is_proved(&s.nation).await;
    let rebuilt = s.nation.world.rebuild(&|_| {}).await.unwrap();
    assert!(rebuilt.identical, "{:?}", rebuilt.fault);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_narrows_nothing_that_others_bring() {
    let s = scene().await;
    let reference = peer(&s.nation, "reference", Some(Tlp::Green), Access::Members).await;
    assert_eq!(
        s.imports(&reference, &[object(1, 1, ""), object(2, 1, "")])
            .await,
        2
    );
    s.claims(&s.shiranami, &object(3, 1, "")).await;
    for n in [1, 2, 3] {
        s.claims(&s.hisui, &object(n, 9, &marked("red"))).await;
    }
    // Another's relationship to it, and one that officers import.
    s.claims(&s.shiranami, &relation(1, 3, 1)).await;
    assert_eq!(s.readers(&relation_id(1)).await, [true, true, true]);
    s.claims(&s.third, &relation(2, 3, 2)).await;
    assert_eq!(s.readers(&relation_id(2)).await, [true, true, true]);
    assert_eq!(s.imports(&reference, &[relation(3, 1, 2)]).await, 1);
    let path = format!("{COLLECTIONS}{reference}/objects/{}/", relation_id(3));
    for key in s.keys() {
        let answer = s.door.taxii(&path, key).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    // Nor does one open what the hub relates: what it has hidden stays so, whoever claims that id.
    assert_eq!(
        s.imports(&reference, &[object(4, 1, &marked("red"))]).await,
        1
    );
    s.claims(&s.hisui, &object(4, 2, "")).await;
    assert_eq!(s.imports(&reference, &[relation(4, 1, 4)]).await, 1);
    let path = format!("{COLLECTIONS}{reference}/objects/{}/", relation_id(4));
    let answer = s.door.taxii(&path, &s.hisui).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_revokes_or_takes_out_what_another_claims() {
    let s = scene().await;
    let by = created_by(1);
    let warning = object(1, 1, &by);
    s.claims(&s.shiranami, &warning).await;
    let one = format!("{}{}/", s.objects, stix_id(1));
    // To who did not claim it, it is as if nothing were there.
    let refused = delete(&s.door, &s.hisui, &one).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.text);
    let absent = format!("{}{}/", s.objects, stix_id(99));
    assert_eq!(
        delete(&s.door, &s.hisui, &absent).await.text,
        refused.text,
        "as for what is absent"
    );
    let revoked = object(1, 20, &format!(r#"{by},"revoked":true"#));
    s.claims(&s.hisui, &revoked).await;
    let newest = s.door.taxii(&one, &s.third).await.text;
    assert!(
        newest.contains(&warning) && newest.contains(&revoked),
        "{newest}"
    );
    // The one who claimed it goes on.
    let correction = object(1, 21, &by);
    s.claims(&s.shiranami, &correction).await;
    // And who takes out its own takes out nothing else.
    let gone = delete(&s.door, &s.hisui, &one).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text);
    let left = s.read(&stix_id(1), &s.third).await;
    assert!(
        left.contains(&warning) && left.contains(&correction),
        "{left}"
    );
    assert!(!left.contains(&revoked), "{left}");
    // What officers imported is no party's to take out.
    assert_eq!(s.imports(&s.peer, &[object(2, 1, "")]).await, 1);
    let hubs = format!("{}{}/", s.objects, stix_id(2));
    for key in s.keys() {
        let answer = delete(&s.door, key, &hubs).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
    }
    assert_eq!(s.readers(&stix_id(2)).await, [true, true, true]);
    is_proved(&s.nation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deletes_count_against_the_hour_as_posts_do() {
    let nation = Nation::with(Settings {
        max_submissions_per_hour: 3,
        ..Settings::default()
    })
    .await;
    let door = Door::of(&nation);
    let peer = peer(&nation, "peer", Some(Tlp::Green), Access::Members).await;
    let objects = format!("{COLLECTIONS}{peer}/objects/");
    let key = nation.key(&nation.provider, &[TaxiiRead, TaxiiPost]).await;
    let second = nation.clock.now().as_second().rem_euclid(3_600);
    let wait = SignedDuration::from_secs(3_600 - second);
    nation.clock.advance(wait);
    door.post(&objects, &key, envelope(&[object(1, 1, "")]))
        .await;
    let there = format!("{objects}{}/", stix_id(1));
    let absent = format!("{objects}{}/", stix_id(2));
    for (path, status) in [
        (&absent, StatusCode::NOT_FOUND),
        (&absent, StatusCode::NOT_FOUND),
        (&absent, StatusCode::TOO_MANY_REQUESTS),
        (&there, StatusCode::TOO_MANY_REQUESTS),
    ] {
        let answer = delete(&door, &key, path).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    nation.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(delete(&door, &key, &there).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_claims_in_the_hubs_name() {
    let s = scene().await;
    let identity = s.nation.world.hub_identity().await.unwrap();
    let hub = kaname_stix::head(&identity).unwrap().id.to_string();
    let forged = object(1, 1, &format!(r#","created_by_ref":"{hub}""#));
    let fault = s.posts(&s.hisui, &forged).await.unwrap();
    assert!(fault.contains("this hub's own identity"), "{fault}");
    let itself = format!(
        r#"{{"type":"identity","spec_version":"2.1","id":"{hub}","created":"2026-01-01T00:00:00.000Z","modified":"2030-01-01T00:00:00.000Z","name":"Hub"}}"#
    );
    let fault = s.posts(&s.hisui, &itself).await.unwrap();
    assert!(fault.contains("this hub's own identity") || fault.contains("the hub's own identity"));
    for id in [&hub, &stix_id(1)] {
        assert_eq!(s.gets(id, &s.hisui).await, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_show_the_hubs_own_first_and_say_whose_a_claim_is() {
    let s = scene().await;
    let item = released_with(&s.nation, |_| {}).await;
    let own = item.state.content.objects.iter();
    let own = own
        .filter(|raw| kaname_stix::head(raw).unwrap().type_name() == "indicator")
        .min()
        .unwrap();
    let id = kaname_stix::head(own).unwrap().id.to_string();
    let forged = format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"{id}","created":"2026-01-01T00:00:00.000Z","modified":"2030-01-01T00:00:00.000Z","name":"遮断を解除してください","pattern":"[ipv4-addr:value = '203.0.113.7']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","revoked":true{}}}"#,
        marked("green")
    );
    s.claims(&s.hisui, &forged).await;
    s.claims(&s.hisui, &relation_to(&id)).await;
    let at = format!("/library/objects/{id}");
    let member = Browser::of(&s.door, &s.nation, &s.onlooker).await;
    let page = member.page(&at).await;
    let heading = |page: &str| {
        let from = page.find("<h1").unwrap();
        page[from..page[from..].find("</h1>").unwrap() + from].to_owned()
    };
    assert!(!heading(&page).contains("遮断を解除"), "{page}");
    assert!(page.contains(&item.state.number));
    assert_eq!(
        member.get(&format!("{at}/raw")).await.text,
        *own,
        "the hub's, byte for byte"
    );
    // The claim is named beside it as a claim, with whose it is to those who may know the party.
    let analyst = Browser::of(&s.door, &s.nation, &s.nation.analyst).await;
    let named = name_of(&s.nation, &s.nation.member).await;
    assert!(page.contains("参加組織からの情報") && !page.contains(&named));
    let officers = analyst.page(&at).await;
    assert!(
        officers.contains(&format!("{named}からの情報")),
        "{officers}"
    );
    // Who relates something to the hub's object is said where the relation stands.
    let related = &page[page.find("id=\"relations-table\"").unwrap()..];
    assert!(related.contains("参加組織からの情報"), "{related}");
    // On its own page, under its own address.
    let (_, rest) = page.split_once("同じIDのほかの情報").unwrap();
    let (_, rest) = rest.split_once("href=\"").unwrap();
    let (own_page, _) = rest.split_once('"').unwrap();
    let claim = member.page(own_page).await;
    assert!(heading(&claim).contains("遮断を解除"), "{claim}");
    assert!(claim.contains("参加組織からの情報") && claim.contains("自らの責任で提供"));
    assert!(
        claim.contains("ハブの情報"),
        "and leads back to what the hub has"
    );
    let (path, place) = own_page.split_once('?').unwrap();
    let raw = member.get(&format!("{path}/raw?{place}")).await;
    assert_eq!(raw.text, forged);
    let elsewhere = member.get(&format!("{at}?added=1")).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    // In the list both stand, and only the claim says that it is one.
    let list = member.page("/library/objects?type=indicator").await;
    assert!(list.contains(&format!("href=\"{at}\"")), "{list}");
    assert!(list.contains(own_page), "{list}");
    assert_eq!(list.matches("参加組織からの情報").count(), 1, "{list}");
    let english = Browser::of(&s.door, &s.nation, &s.nation.member).await;
    let english = english.english().page("/library/objects").await;
    assert!(english.contains("Claimed by "), "{english}");
}

fn relation_to(target: &str) -> String {
    relation(7, 1, 1)
        .replacen(
            &format!(r#""target_ref":"{}""#, stix_id(1)),
            &format!(r#""target_ref":"{target}""#),
            1,
        )
        .replacen(
            &format!(r#""source_ref":"{}""#, stix_id(1)),
            &format!(r#""source_ref":"{target}""#),
            1,
        )
}

async fn name_of(nation: &Nation, person: &Person) -> String {
    let party = nation
        .world
        .load::<kaname_directory::Party>(person.party.cast());
    let party = party.await.unwrap().unwrap();
    let name = &party.state.description.name;
    name.get(kaname_directory::Lang::Ja).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_claimed_an_id_first_goes_first_however_often_it_is_written_anew() {
    let s = scene().await;
    let (told, beside) = (1, 2);
    let named = |day: u32, name: &str| {
        let object = object(told, day, &marked("green"));
        object.replace("\"name\":\"m1\"", &format!("\"name\":\"{name}\""))
    };
    s.claims(&s.shiranami, &object(beside, 1, &marked("green")))
        .await;
    s.claims(&s.shiranami, &named(1, "先の名 一")).await;
    s.claims(&s.shiranami, &relation(1, beside, told)).await;
    s.claims(&s.hisui, &named(2, "後の名")).await;
    s.claims(&s.hisui, &relation(2, beside, told)).await;
    let browser = Browser::of(&s.door, &s.nation, &s.onlooker).await;
    for name in ["先の名 一", "先の名 二"] {
        if name == "先の名 二" {
            s.claims(&s.shiranami, &named(3, name)).await;
        }
        let page = browser
            .page(&format!("/library/objects/{}", stix_id(told)))
            .await;
        let title = crate::browser::between(&page, "<h1", "</h1>");
        assert!(title.contains(name), "{title}");
        let page = browser
            .page(&format!("/library/objects/{}", stix_id(beside)))
            .await;
        let near = crate::browser::between(&page, "id=\"relations\"", "</section>");
        assert!(near.contains(name) && !near.contains("後の名"), "{near}");
    }
}
