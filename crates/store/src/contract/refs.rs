//! What refers to an object: what the hub brought first, then what is claimed.

use kaname_kernel::Audience;

use super::{
    bench::{Bench, audiences},
    objects::adding,
};

pub(super) async fn are_found_by_what_they_refer_to(bench: Bench) {
    let collection = bench.id();
    let mut objects = Vec::new();
    for n in 0..6 {
        let mut object = bench.object(collection, &format!("relationship--{n}"), 1);
        object.refs = vec!["malware--1".to_owned(), format!("indicator--{}", n % 2)];
        object.audience = audiences(2)[n % 2].clone();
        objects.push(object);
    }
    bench.store.commit(adding(objects)).await.unwrap();
    let public = bench.readable(&[Audience::everyone()]).await;
    let mut given = bench
        .store
        .referring("malware--1", &public, 10)
        .await
        .unwrap();
    given.sort();
    assert_eq!(
        given,
        ["relationship--0", "relationship--2", "relationship--4"]
    );
    assert_eq!(
        bench
            .store
            .referring("malware--1", &public, 2)
            .await
            .unwrap()
            .len(),
        2
    );
    // However much others claim, what the hub brought comes first.
    let claims = (0..20).map(|n| {
        let mut claim = bench.object(collection, &format!("relationship--{n}"), 9);
        claim.origin = Some(bench.id());
        claim.refs = vec!["malware--1".to_owned()];
        claim
    });
    bench.store.commit(adding(claims.collect())).await.unwrap();
    let mut first = bench
        .store
        .referring("malware--1", &public, 5)
        .await
        .unwrap();
    assert_eq!(first.len(), 5);
    first.truncate(3);
    first.sort();
    assert_eq!(first, given);
    let all = bench.store.referring("malware--1", &public, 100).await;
    assert_eq!(all.unwrap().len(), 20, "each once");
    for (target, seen) in [
        ("indicator--0", 3),
        ("indicator--1", 0),
        ("indicator--9", 0),
    ] {
        let given = bench.store.referring(target, &public, 10).await.unwrap();
        assert_eq!(given.len(), seen, "{target}");
    }
}
