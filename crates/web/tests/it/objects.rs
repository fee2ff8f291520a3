//! The page of a threat object: what it says, its versions, its relations as a graph and a table, the matrix of
//! techniques. A reader who may not see a neighbour meets it nowhere.

use axum::http::StatusCode;
use kaname_directory::KeyScope;
use kaname_kernel::Tlp;
use kaname_sharing::{
    Text,
    collection::{Access, CollectionKind, Definition},
    feedback::{Given, Sighting, SightingKind},
};
use kaname_testkit::Nation;

use crate::{
    browser::{Browser, between},
    house::Door,
    library::released_with,
    raw::unresolved,
};

const RED: &str = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";

/// The places of an object's versions, the last added first, as a program of this reader is told them.
pub(crate) async fn places(door: &Door, key: &str, id: &str) -> Vec<String> {
    let path = format!("/api/v1/objects/{id}/versions");
    let told = door.get(&path, key).await.json();
    let versions = told["versions"].as_array().unwrap().iter();
    versions.map(|one| one["place"].to_string()).collect()
}

/// A peer's collection with these objects in it.
pub(crate) async fn imported(nation: &Nation, objects: &[String]) {
    let admin = nation.caller(&nation.administrator).await;
    let definition = Definition {
        alias: "knowledge".to_owned(),
        title: Text::new("知識", "Knowledge"),
        description: Text::default(),
        kind: CollectionKind::Peer,
        default_tlp: Some(Tlp::Green),
        default_pap: None,
        read: Access::Members,
        write: Access::Nobody,
        taxii: Default::default(),
    };
    let world = &nation.world;
    let peer = world.open_collection(&admin, definition).await.unwrap();
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let done = world
        .import(&admin, &peer, ("試験", false), &objects, &|_| {})
        .await
        .unwrap();
    assert_eq!(done.taken, objects.len() as u64, "{:?}", done.rejected);
}

pub(crate) fn id(stix_type: &str, n: usize) -> String {
    format!("{stix_type}--00000000-0000-4000-8000-{n:012}")
}

/// An object of a type with more properties.
pub(crate) fn object(stix_type: &str, n: usize, more: &str) -> String {
    version(stix_type, n, "2026-01-01", more)
}

pub(crate) fn version(stix_type: &str, n: usize, day: &str, more: &str) -> String {
    let id = id(stix_type, n);
    format!(
        r#"{{"type":"{stix_type}","spec_version":"2.1","id":"{id}","created":"2026-01-01T00:00:00.000Z","modified":"{day}T00:00:00.000Z",{more}}}"#
    )
}

pub(crate) fn relation(n: usize, how: &str, source: &str, target: &str) -> String {
    let more =
        format!(r#""relationship_type":"{how}","source_ref":"{source}","target_ref":"{target}""#);
    object("relationship", n, &more)
}

pub(crate) fn group(n: usize, name: &str) -> String {
    object("intrusion-set", n, &format!(r#""name":"{name}""#))
}

pub(crate) fn technique(n: usize, number: &str, name: &str) -> String {
    object(
        "attack-pattern",
        n,
        &format!(
            r#""name":"{name}","kill_chain_phases":[{{"kill_chain_name":"mitre-attack","phase_name":"initial-access"}}],"external_references":[{{"source_name":"mitre-attack","external_id":"{number}"}}]"#
        ),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_says_in_words_what_an_object_says_and_why_it_is_seen() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let long = "長".repeat(70_000);
    let hostile = r#""name":"<script>alert(1)</script>\u202egnp.exe","description":"<img src=x onerror=alert(2)>LONG","aliases":["<b>別名</b>"],"first_seen":"2025-04-01T00:00:00Z","goals":["諜報"],"external_references":[{"source_name":"<i>出典</i>","url":"javascript:alert(3)"},{"source_name":"ok","url":"https://example.com/a?b=1"},{"source_name":"user","url":"https://a:b@example.com/"}]"#;
    let indicator = r#""name":"C2","pattern":"[ipv4-addr:value = '203.0.113.9']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","valid_until":"2027-01-01T00:00:00Z","kill_chain_phases":[{"kill_chain_name":"mitre-attack","phase_name":"command-and-control"}]"#;
    imported(
        &nation,
        &[
            object("intrusion-set", 1, &hostile.replace("LONG", &long)),
            object("indicator", 2, indicator),
        ],
    )
    .await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let at = format!("/library/objects/{}", id("intrusion-set", 1));
    let page = member.page(&at).await;
    for markup in ["<script>alert", "<img src=x", "<b>別名", "<i>出典"] {
        assert!(!page.contains(markup), "{markup} is shown as text");
    }
    let said = between(&page, "id=\"said\"", "</section>");
    assert!(
        said.contains("<bdi class=\"lines\">"),
        "the writing's direction stays inside"
    );
    assert!(said.len() < 60_000, "a long text is cut: {}", said.len());
    for told in ["別名", "狙い", "諜報", "初観測日時", "2025年4月1日"] {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert!(!said.contains("href=\"javascript:") && said.contains("javascript:alert(3)"));
    assert!(said.contains("href=\"https://example.com/a?b=1\" rel=\"noopener noreferrer nofollow"));
    assert!(!said.contains("href=\"https://a:b@"));
    assert_eq!(unresolved(&page), [""; 0]);
    // The reader's own way of meeting the conditions, and no other.
    let seen = between(&page, "id=\"seen-by\"", "</section>");
    assert!(seen.contains("構成員資格が有効な組織"), "{seen}");
    assert!(!seen.contains("ハブの職員"), "{seen}");
    let officer = Browser::of(&door, &nation, &nation.analyst).await;
    let all = officer.page(&at).await;
    let seen = between(&all, "id=\"seen-by\"", "</section>");
    assert!(
        seen.contains("条件 1") && seen.contains("ハブの職員"),
        "{seen}"
    );
    // A pattern in words, in both languages.
    let at = format!("/library/objects/{}", id("indicator", 2));
    let page = member.page(&at).await;
    let said = between(&page, "id=\"said\"", "</section>");
    assert!(said.contains("を検出"), "{said}");
    assert!(said.contains("コマンド＆コントロール") && said.contains("有効期限"));
    let english = Browser::of(&door, &nation, &nation.member).await.english();
    let page = english.page(&at).await;
    let said = between(&page, "id=\"said\"", "</section>");
    assert!(said.contains("finds an observation where"), "{said}");
    assert!(said.contains("Command and Control") && said.contains("Valid until"));
    assert_eq!(unresolved(&page), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_versions_are_compared_property_by_property() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let of = |day: &str, more: &str| version("malware", 1, day, more);
    imported(
        &nation,
        &[
            of("2026-01-01", r#""name":"つなみ","is_family":false,"description":"古い説明です","goals":["x"]"#),
            of("2026-02-01", r#""name":"つなみ","is_family":true,"description":"新しい説明です""#),
            of("2026-03-01", r#""name":"おおなみ","is_family":true,"description":"新しい説明です","aliases":["なみ"]"#),
            object("malware", 2, r#""name":"ほか","is_family":false"#),
        ],
    )
    .await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let at = format!("/library/objects/{}", id("malware", 1));
    let page = member.page(&at).await;
    let versions = between(&page, "id=\"versions\"", "</section>");
    // The newest beside the one before it.
    for told in [
        "<code>/name</code>",
        "<code>/aliases</code>",
        "加わった項目 1",
    ] {
        assert!(versions.contains(told), "{told}: {versions}");
    }
    assert!(!versions.contains("<code>/is_family</code>"), "{versions}");
    let places: Vec<&str> = versions
        .match_indices("<option value=\"")
        .map(|(start, open)| {
            let rest = &versions[start + open.len()..];
            rest.split('"').next().unwrap()
        })
        .take(3)
        .collect();
    let (oldest, newest) = (places[2], places[0]);
    let page = member
        .page(&format!("{at}?from={oldest}&to={newest}"))
        .await;
    let versions = between(&page, "id=\"versions\"", "</section>");
    assert!(
        versions.contains("<code>/is_family</code>") && versions.contains("<code>/goals</code>")
    );
    assert!(
        versions.contains("<del>") && versions.contains("<ins>"),
        "{versions}"
    );
    let page = member
        .page(&format!("{at}?from={oldest}&to={oldest}"))
        .await;
    assert!(page.contains("この二つの版に違いはありません"));
    // A place of another object is no version of this one.
    let other = member
        .page(&format!("/library/objects/{}/raw", id("malware", 2)))
        .await;
    assert!(other.contains("ほか"));
    let caller = nation.caller(&nation.member).await;
    let other = nation
        .world
        .objects(&caller, |filter| filter.ids = vec![id("malware", 2)])
        .await
        .unwrap();
    let place = other.objects[0].added_us;
    let answer = member.get(&format!("{at}?from={place}")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_neighbour_is_in_no_graph_table_or_answer() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let secret =
        format!(r#""name":"秘匿のマルウェア","is_family":false,"object_marking_refs":["{RED}"]"#);
    let (centre, near, hidden) = (id("intrusion-set", 1), id("malware", 2), id("malware", 3));
    let far = id("attack-pattern", 4);
    imported(
        &nation,
        &[
            group(1, "しらなみ"),
            object("malware", 2, r#""name":"つなみ","is_family":false"#),
            object("malware", 3, &secret),
            technique(4, "T1566", "フィッシング"),
            relation(5, "uses", &centre, &near),
            relation(6, "uses", &centre, &hidden),
            relation(7, "uses", &near, &far),
            relation(8, "uses", &hidden, &far),
            // What nobody has, what leads back, and what leads to itself.
            relation(9, "uses", &centre, &id("malware", 999)),
            relation(10, "related-to", &near, &centre),
            relation(11, "related-to", &centre, &centre),
            object(
                "note",
                12,
                &format!(
                    r#""abstract":"所見","content":"所見","object_refs":["{centre}","{hidden}"]"#
                ),
            ),
        ],
    )
    .await;
    let at = format!("/library/objects/{centre}");
    let member = Browser::of(&door, &nation, &nation.member).await;
    let officer = Browser::of(&door, &nation, &nation.analyst).await;
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    for depth in ["", "?depth=2"] {
        let page = member.page(&format!("{at}{depth}")).await;
        let relations = between(&page, "id=\"relations\"", "</section>");
        assert!(
            relations.contains("つなみ") && relations.contains("所見"),
            "{relations}"
        );
        for secret in ["秘匿", &hidden, "-000000000999"] {
            assert!(!page.contains(secret), "{secret} {depth}");
        }
        let seen = officer.page(&format!("{at}{depth}")).await;
        assert!(seen.contains("秘匿のマルウェア"), "{depth}");
    }
    let list = member.page(&format!("{at}/relations")).await;
    assert!(list.contains("つなみ") && !list.contains("秘匿"));
    let kinds = between(&list, "class=\"facet\"", "</ul>");
    assert!(
        kinds.contains("<span class=\"number\">1</span>") && !kinds.contains("\">2</span>"),
        "{kinds}"
    );
    let all = officer
        .page(&format!("{at}/relations?side=out&how=uses&type=malware"))
        .await;
    assert!(all.contains("秘匿のマルウェア"));
    // The same as a program reads it.
    let path = format!("/api/v1/objects/{centre}/relations");
    for (depth, nodes, edges) in [("", 3, 4), ("?depth=2", 4, 5)] {
        let answer = door.get(&format!("{path}{depth}"), &key).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let told = answer.json();
        assert!(!answer.text.contains("秘匿") && !answer.text.contains(&hidden));
        assert_eq!(told["nodes"].as_array().unwrap().len(), nodes, "{told}");
        assert_eq!(told["edges"].as_array().unwrap().len(), edges, "{told}");
        assert_eq!(told["more"].as_array().unwrap().len(), 0, "{told}");
    }
    let wrong = door.get(&format!("{path}?depth=3"), &key).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let carried = door
        .get(&format!("/api/v1/objects/{centre}/correlations"), &key)
        .await;
    assert_eq!(carried.json()["object"], centre.to_string());
    for what in ["relations", "correlations"] {
        let gone = door
            .get(&format!("/api/v1/objects/{hidden}/{what}"), &key)
            .await;
        assert_eq!(gone.status, 404, "{what}");
    }
    let hidden_at = format!("/api/v1/objects/{hidden}/relations");
    let absent_at = format!("/api/v1/objects/{}/relations", id("malware", 999));
    let (kept, absent) = (
        door.get(&hidden_at, &key).await,
        door.get(&absent_at, &key).await,
    );
    assert_eq!(
        (kept.status, absent.status),
        (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND)
    );
    // Nor is it counted in the matrix.
    let matrix = door.get("/api/v1/matrix", &key).await.json();
    let technique = &matrix["tactics"][0]["techniques"][0];
    assert_eq!(
        (technique["number"].as_str(), technique["uses"].as_u64()),
        (Some("T1566"), Some(1)),
        "{matrix}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_relations_are_bounded_and_counted() {
    const RELATIONS: usize = 10_050;
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let centre = id("intrusion-set", 1);
    let mut objects = vec![group(1, "しらなみ")];
    for n in 0..300 {
        objects.push(object(
            "malware",
            n,
            &format!(r#""name":"m-{n}","is_family":false"#),
        ));
    }
    for n in 0..RELATIONS {
        let (how, target) = match n {
            0..300 => ("uses", id("malware", n)),
            _ => ("related-to", id("malware", n % 300)),
        };
        objects.push(relation(n, how, &centre, &target));
    }
    imported(&nation, &objects).await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let at = format!("/library/objects/{centre}");
    let page = member.page(&at).await;
    let relations = between(&page, "id=\"relations\"", "</section>");
    let rows = relations.matches("<tr data-row").count();
    assert!(rows < 120, "{rows}");
    assert!(relations.contains("はじめの 10,000 件"), "{relations}");
    assert!(page.len() < 200_000, "{}", page.len());
    let list = format!("{at}/relations?side=out&how=related-to&type=malware");
    let mut found = std::collections::BTreeSet::new();
    for nth in 0..4 {
        let page = member.page(&format!("{list}&page={nth}")).await;
        let ids = page.match_indices("href=\"/library/objects/malware--");
        found.extend(ids.map(|(at, _)| page[at..at + 80].to_owned()));
    }
    assert!(found.len() > 250, "{}", found.len());
    let beyond = member.get(&format!("{list}&page=99999999999")).await;
    assert_eq!(beyond.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_counts_what_its_reader_sees_and_is_filtered() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let (one, other) = (id("intrusion-set", 1), id("intrusion-set", 2));
    let [phishing, link, accounts] = [4, 5, 6].map(|n| id("attack-pattern", n));
    imported(
        &nation,
        &[
            group(1, "しらなみ"),
            group(2, "電力を狙う集団"),
            technique(4, "T1566", "<b>フィッシング</b>"),
            technique(5, "T1566.002", "リンク"),
            technique(6, "T1078", "正規アカウント"),
            technique(7, "T1190", "使われない手法"),
            relation(10, "uses", &one, &phishing),
            relation(11, "uses", &other, &phishing),
            relation(12, "uses", &one, &link),
            relation(13, "uses", &other, &accounts),
            relation(14, "mitigates", &one, &accounts),
        ],
    )
    .await;
    let item = released_with(&nation, |draft| {
        draft.techniques = vec![("T1078".to_owned(), "正規アカウント".to_owned())];
    });
    item.await;
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let uses = async |query: &str| {
        let answer = door.get(&format!("/api/v1/matrix{query}"), &key).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let told = answer.json();
        let mut all = Vec::new();
        for tactic in told["tactics"].as_array().unwrap() {
            for one in tactic["techniques"].as_array().unwrap() {
                let subs = one["sub_techniques"].as_array().unwrap();
                for one in std::iter::once(one).chain(subs) {
                    let number = one["number"].as_str().unwrap_or("-").to_owned();
                    all.push((
                        number,
                        one["uses"].as_u64().unwrap(),
                        one["items"].as_u64().unwrap(),
                    ));
                }
            }
        }
        all
    };
    let is = |all: &[(&str, u64, u64)]| -> Vec<(String, u64, u64)> {
        all.iter()
            .map(|(n, u, i)| ((*n).to_owned(), *u, *i))
            .collect()
    };
    assert_eq!(
        uses("").await,
        is(&[("T1566", 2, 0), ("T1566.002", 1, 0), ("T1078", 1, 1)])
    );
    assert_eq!(
        uses(&format!("?by={one}")).await,
        is(&[("T1566", 1, 0), ("T1566.002", 1, 0)])
    );
    assert_eq!(
        uses("?by=%E3%81%97%E3%82%89%E3%81%AA%E3%81%BF").await,
        is(&[("T1566", 1, 0), ("T1566.002", 1, 0)]),
        "by name"
    );
    assert_eq!(
        uses("?sector=electricity").await,
        is(&[("T1078", 1, 0), ("T1566", 1, 0)])
    );
    assert_eq!(uses("?since=1").await.len(), 3);
    assert_eq!(uses("?since=2030-01-01").await, is(&[]));
    assert_eq!(uses("?show=all").await.len(), 4);
    let nobody = door.get("/api/v1/matrix?by=nobody", &key).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page("/library/matrix").await;
    assert!(
        page.contains("初期アクセス") && page.contains("正規アカウント"),
        "{page}"
    );
    assert!(!page.contains("<b>フィッシング") && !page.contains("使われない手法"));
    assert_eq!(unresolved(&page), [""; 0]);
    let english = Browser::of(&door, &nation, &nation.member).await.english();
    let page = english.page("/library/matrix?by=nobody").await;
    assert!(page.contains("Nothing of that name"), "{page}");
    let outsider = Browser::of(&door, &nation, &nation.outsider).await;
    assert_eq!(
        outsider.get("/library/matrix").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sightings_and_what_happened_stand_on_the_page_as_far_as_they_may_be_known() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let malware = id("malware", 1);
    let of = |count: u64, day: &str| {
        format!(
            r#""sighting_of_ref":"{malware}","count":{count},"last_seen":"2026-{day}T00:00:00Z""#
        )
    };
    let red = format!(r#","object_marking_refs":["{RED}"]"#);
    imported(
        &nation,
        &[
            object("malware", 1, r#""name":"つなみ","is_family":true,"first_seen":"2025-01-01T00:00:00Z","last_seen":"2026-06-01T00:00:00Z""#),
            object("sighting", 2, &of(3, "02-03")),
            object("sighting", 3, &of(900_000, "02-04")).replace("}", &format!("{red}}}")),
            object("sighting", 4, &of(40, "05-05")),
            object("report", 5, &format!(r#""name":"公表された報告","published":"2026-03-01T00:00:00Z","object_refs":["{malware}"]"#)),
            object("report", 6, &format!(r#""name":"秘匿の報告","published":"2026-03-02T00:00:00Z","object_refs":["{malware}"]{red}"#)),
            object("indicator", 7, r#""name":"通信先","pattern":"[ipv4-addr:value = '203.0.113.9']","pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z","valid_until":"2027-01-01T00:00:00Z""#),
            relation(8, "indicates", &id("indicator", 7), &malware),
        ],
    )
    .await;
    let member = Browser::of(&door, &nation, &nation.member).await;
    let at = format!("/library/objects/{malware}");
    let page = member.page(&at).await;
    let sightings = between(&page, "id=\"sightings\"", "</section>");
    assert!(
        sightings.contains("目撃 43 回") && sightings.contains("<rect"),
        "{sightings}"
    );
    let timeline = between(&page, "id=\"timeline\"", "</section>");
    for told in [
        "活動期間",
        "公表された報告",
        "通信先",
        "目撃 40 回",
        "指標の有効期間",
    ] {
        assert!(timeline.contains(told), "{told}: {timeline}");
    }
    assert!(
        !page.contains("秘匿") && !page.contains("900,0"),
        "what is hidden is not counted"
    );
    assert!(
        !page.contains("id=\"sent\""),
        "where it was sent is the officers' to know"
    );
    assert_eq!(unresolved(&page), [""; 0]);
    let english = Browser::of(&door, &nation, &nation.member).await.english();
    let page = english.page(&at).await;
    assert!(page.contains("Seen 43 times") && page.contains("Timeline"));
    assert_eq!(unresolved(&page), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_counted_for_who_may_know_of_it_and_officers_see_where_it_went() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let item = released_with(&nation, |_| {}).await;
    let mut objects = item.state.content.objects.iter();
    let indicator = objects.find(|raw| raw.contains("\"indicator\"")).unwrap();
    let at = format!(
        "/library/objects/{}",
        kaname_stix::head(indicator).unwrap().id
    );
    let caller = nation.caller(&nation.member).await;
    let given = Given {
        sighting: Some(Sighting {
            kind: SightingKind::Seen,
            count: Some(7),
            first: None,
            last: None,
        }),
        ..Given::default()
    };
    let world = &nation.world;
    world.give_feedback(&caller, item.id, given).await.unwrap();
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member.page(&at).await;
    assert!(page.contains("目撃 7 回"), "the own answer: {page}");
    assert!(!page.contains("id=\"sent\""));
    // Another member learns nothing of it.
    let party = nation
        .party(
            "suido",
            kaname_directory::PartyKind::Operator,
            "湾岸水道",
            "Wangan",
        )
        .await;
    let other = nation
        .hire(party, "suido", &[kaname_kernel::Role::Member])
        .await;
    let other = Browser::of(&door, &nation, &other).await;
    let page = other.page(&at).await;
    assert!(
        !page.contains("id=\"sightings\"") && !page.contains("7 回"),
        "{page}"
    );
    // Officers are told the sum, without a time; and where it went.
    let officer = Browser::of(&door, &nation, &nation.analyst).await;
    let page = officer.page(&at).await;
    let sightings = between(&page, "id=\"sightings\"", "</section>");
    assert!(
        sightings.contains("1 組織が計 7 回") && !sightings.contains("<rect"),
        "{sightings}"
    );
    let sent = between(&page, "id=\"sent\"", "</section>");
    assert!(
        sent.contains("配信の状況") || sent.contains("コレクション"),
        "{sent}"
    );
    assert_eq!(unresolved(&page), [""; 0]);
}

pub(crate) fn finds(n: usize, pattern: &str, more: &str) -> String {
    let valid = r#""pattern_type":"stix","valid_from":"2026-01-01T00:00:00Z""#;
    object(
        "indicator",
        n,
        &format!(r#""name":"{n}","pattern":"[{pattern}]",{valid}{more}"#),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_near_a_value_is_told_as_far_as_it_is_seen() {
    let nation = Nation::new().await;
    let door = Door::of(&nation);
    let hidden = format!(r#","object_marking_refs":["{RED}"]"#);
    imported(
        &nation,
        &[
            finds(1, "ipv4-addr:value = '203.0.113.9'", ""),
            finds(2, "ipv4-addr:value = '203.0.113.0/24'", ""),
            finds(3, "ipv4-addr:value = '203.0.0.0/16'", &hidden),
            finds(4, "url:value = 'http://203.0.113.9:8080/a'", ""),
            finds(5, "domain-name:value = 'c2.evil.example'", ""),
            finds(6, "domain-name:value = 'evil.example'", ""),
            finds(7, "url:value = 'https://www.c2.evil.example/x'", ""),
            finds(8, "email-addr:value = 'a@evil.example'", &hidden),
            finds(9, "domain-name:value = 'notevil.example'", ""),
        ],
    )
    .await;
    let key = nation.key(&nation.member, &[KeyScope::ApiRead]).await;
    let near = async |n: usize, by: &str| -> Vec<String> {
        let path = format!("/api/v1/objects/{}/correlations", id("indicator", n));
        let told = door.get(&path, by).await;
        assert_eq!(told.status, StatusCode::OK, "{n}: {}", told.text);
        let told = told.json();
        let near = told["values"][0]["near"].as_array().unwrap().iter();
        let near = near.map(|one| {
            let text = |key: &str| one[key].to_string().replace('"', "");
            format!("{} {} {}", text("how"), text("value"), text("objects"))
        });
        let mut near: Vec<String> = near.collect();
        near.sort();
        near
    };
    assert_eq!(
        near(1, &key).await,
        ["around 203.0.113.0/24 1", "at 203.0.113.9 1"]
    );
    assert_eq!(near(2, &key).await, ["inside 203.0.113.9 1"]);
    // A URL at an address, as the address itself.
    assert_eq!(
        near(4, &key).await,
        ["around 203.0.113.0/24 1", "at 203.0.113.9 1"]
    );
    assert_eq!(
        near(5, &key).await,
        ["above evil.example 1", "at c2.evil.example 1"]
    );
    assert_eq!(near(6, &key).await, ["at evil.example 2"]);
    assert_eq!(
        near(7, &key).await,
        ["above c2.evil.example 1", "above evil.example 1"]
    );
    assert_eq!(near(9, &key).await, Vec::<String>::new());
    let member = Browser::of(&door, &nation, &nation.member).await;
    let page = member
        .page(&format!("/library/objects/{}", id("indicator", 1)))
        .await;
    assert!(
        page.contains("これを含むネットワーク 203.0.113.0/24（1件）"),
        "{page}"
    );
    assert!(
        page.contains("/search?q=value%3A203.0.113.0%2F24"),
        "{page}"
    );
    assert!(!page.contains("203.0.0.0"), "{page}");
    // Officers meet what is hidden from the member.
    let officer = Browser::of(&door, &nation, &nation.analyst).await;
    let of = async |n: usize| {
        officer
            .page(&format!("/library/objects/{}", id("indicator", n)))
            .await
    };
    assert!(
        of(1)
            .await
            .contains("これを含むネットワーク 203.0.0.0/16（1件）")
    );
    assert!(
        of(6)
            .await
            .contains("同じホスト evil.example の下位のホスト・URL・メールアドレス（3件）")
    );
}
