use kaname_stix::{Change, diff};
use serde_json::json;

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
