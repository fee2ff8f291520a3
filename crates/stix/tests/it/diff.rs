use kaname_stix::{Change, compare, diff, differences, newest_of};
use serde_json::{Value, json};

#[test]
fn the_smallest_difference_is_named() {
    let before = json!({ "a": [1, 2, 3], "b/c": { "d": true }, "same": {} });
    let after = json!({ "same": {}, "a": [1, 5], "b/c": { "d": true, "e": null } });
    let change = |path: &str, before, after| Change {
        path: path.to_owned(),
        before,
        after,
    };
    assert_eq!(
        diff(&before, &after),
        [
            change("/a/1", Some(json!(2)), Some(json!(5))),
            change("/a/2", Some(json!(3)), None),
            change("/b~1c/e", None, Some(json!(null))),
        ]
    );
    assert_eq!(diff(&before, &before), []);
    assert_eq!(
        diff(&json!(vec![1; 20_000]), &json!(vec![2; 20_000])).len(),
        10_000
    );
}

#[test]
fn what_is_not_told_is_said_to_be_more() {
    let some = compare(&json!([1]), &json!([2]));
    assert_eq!((some.changes.len(), some.more), (1, false));
    let exact = compare(&json!(vec![1; 10_000]), &json!(vec![2; 10_000]));
    assert_eq!((exact.changes.len(), exact.more), (10_000, false));
    let over = compare(&json!(vec![1; 10_001]), &json!(vec![2; 10_001]));
    assert_eq!((over.changes.len(), over.more), (10_000, true));
    // Each difference below a long name repeats it.
    let named = |value: usize| json!({ "n".repeat(1 << 20): vec![value; 100] });
    let long = compare(&named(1), &named(2));
    assert_eq!((long.changes.len(), long.more), (15, true));
}

#[test]
fn objects_are_compared_in_their_newest_version() {
    let object = |id: &str, month: u8, name: &str| json!({ "id": id, "modified": format!("2026-{month:02}-01T00:00:00Z"), "name": name });
    let set = |objects: &[Value]| newest_of(objects.iter().cloned());
    let before = set(&[
        object("a", 1, "x"),
        object("b", 1, "x"),
        object("c", 1, "x"),
    ]);
    let after = set(&[
        object("b", 3, "z"),
        object("b", 2, "y"),
        object("c", 1, "x"),
        object("d", 1, "x"),
    ]);
    let found = differences(&before, &after, None);
    assert_eq!(
        (found.added, found.removed),
        (vec!["d".to_owned()], vec!["a".to_owned()])
    );
    let [changed] = found.changed.as_slice() else {
        panic!("{:?}", found.changed);
    };
    assert_eq!((changed.id.as_str(), changed.changes.len()), ("b", 2));
    assert!(!found.more);
    let some = differences(&before, &after, Some(1));
    assert_eq!((some.changed[0].changes.len(), some.more), (1, true));
}
