//! Relationships that are imported: both ends must be visible, wherever they came from.

use std::collections::BTreeSet;

use kaname_kernel::Tlp;
use kaname_sharing::{
    Collection, Text,
    collection::{Access, CollectionKind, Definition},
};
use kaname_testkit::Nation;
use kaname_world::{Caller, Loaded, verify::verify};

async fn peer(nation: &Nation, alias: &str, read: Access) -> Loaded<Collection> {
    let admin = nation.caller(&nation.administrator).await;
    let definition = Definition {
        alias: alias.to_owned(),
        title: Text::new("相互提供", "Peer"),
        description: Text::default(),
        kind: CollectionKind::Peer,
        default_tlp: Some(Tlp::Green),
        default_pap: None,
        read,
        write: Access::Nobody,
        taxii: Default::default(),
    };
    nation
        .world
        .open_collection(&admin, definition)
        .await
        .unwrap()
}

fn id(kind: &str, n: u32) -> String {
    format!("{kind}--00000000-0000-4000-8000-{n:012}")
}

fn with(kind: &str, n: u32, rest: &str) -> String {
    let id = id(kind, n);
    format!(
        r#"{{"type":"{kind}","spec_version":"2.1","id":"{id}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",{rest}}}"#
    )
}

fn malware(n: u32) -> String {
    with("malware", n, r#""name":"つなみ","is_family":false"#)
}

fn relation(n: u32, source: u32, target: u32) -> String {
    let (source, target) = (id("malware", source), id("malware", target));
    let rest = format!(
        r#""relationship_type":"related-to","source_ref":"{source}","target_ref":"{target}""#
    );
    with("relationship", n, &rest)
}

fn sighting(n: u32, of: u32, whose: u32) -> String {
    let (of, whose) = (id("malware", of), id("identity", whose));
    let rest = format!(r#""sighting_of_ref":"{of}","where_sighted_refs":["{whose}"]"#);
    with("sighting", n, &rest)
}

async fn take(nation: &Nation, into: &Loaded<Collection>, objects: &[String]) {
    let admin = nation.caller(&nation.administrator).await;
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let taken = nation
        .world
        .import(&admin, into, ("試験", false), &objects, &|_| {})
        .await
        .unwrap();
    assert_eq!(taken.taken, objects.len() as u64, "{:?}", taken.rejected);
}

async fn seen(nation: &Nation, caller: &Caller) -> BTreeSet<String> {
    let page = nation.world.objects(caller, |filter| filter.limit = 100);
    let page = page.await.unwrap();
    page.objects.into_iter().map(|one| one.stix_id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ends_outside_the_file_hide_a_relationship_from_who_may_not_see_them() {
    let nation = Nation::new().await;
    let open = peer(&nation, "open", Access::Members).await;
    let parties = vec![nation.provider.party];
    let shut = peer(&nation, "shut", Access::Parties { parties }).await;
    take(&nation, &open, &[malware(1), malware(2)]).await;
    take(&nation, &shut, &[malware(3)]).await;
    let file = [
        relation(10, 1, 2),
        relation(11, 1, 3),
        relation(12, 1, 99),
        sighting(13, 3, 99),
        sighting(14, 1, 99),
    ];
    take(&nation, &open, &file).await;
    let relations = [10, 11, 12].map(|n| id("relationship", n));
    let sightings = [13, 14].map(|n| id("sighting", n));
    let by = async |person| seen(&nation, &nation.caller(person).await).await;
    let member = by(&nation.member).await;
    let named = by(&nation.provider).await;
    let officer = by(&nation.analyst).await;
    // Both ends in another file, and open.
    assert!(member.contains(&relations[0]) && named.contains(&relations[0]));
    // One end is for one party.
    assert!(!member.contains(&relations[1]) && named.contains(&relations[1]));
    // An end that nobody here knows: officers only.
    for unknown in [&relations[2], &sightings[0], &sightings[1]] {
        assert!(!member.contains(unknown) && !named.contains(unknown));
    }
    assert!(officer.contains(&relations[2]) && officer.contains(&sightings[1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_goes_on_beside_a_server_that_writes() {
    let nation = Nation::new().await;
    let open = peer(&nation, "open", Access::Members).await;
    let proving = async {
        let mut proofs = 0;
        while proofs < 40 {
            let keys = nation.world.keys();
            let proved = verify(nation.world.store(), keys, &[], &|_| {}).await;
            let fault = proved.unwrap().ledger.fault;
            assert_eq!(fault, None);
            proofs += 1;
        }
    };
    let writing = async {
        for n in 0..40 {
            let red = r#""name":"m","is_family":false,"object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]"#;
            take(
                &nation,
                &open,
                &[with("malware", 2 * n, red), malware(2 * n + 1)],
            )
            .await;
        }
    };
    tokio::join!(proving, writing);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_parser_agrees_on_is_not_taken() {
    let nation = Nation::new().await;
    let pool = peer(&nation, "pool", Access::Members).await;
    let admin = nation.caller(&nation.administrator).await;
    let twice = with("malware", 1, r#""is_family":false,"x_a":{"b":1,"b":2}"#);
    let half = with("malware", 2, r#""is_family":false,"name":"\ud800""#);
    let objects = [twice.as_str(), half.as_str(), &malware(3)];
    let taken = nation
        .world
        .import(&admin, &pool, ("試験", true), &objects, &|_| {})
        .await
        .unwrap();
    assert_eq!(taken.taken, 1);
    let why: Vec<&str> = taken.rejected.iter().map(|one| one.why.as_str()).collect();
    assert_eq!(why.len(), 2);
    assert!(why[0].contains("duplicate key `b` at `/x_a"), "{why:?}");
    assert!(why[1].contains("at `/name`"), "{why:?}");
}
