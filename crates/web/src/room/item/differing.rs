//! In what two contents of an item differ.

use kaname_sharing::Content;

/// Values that a proposal takes away, and those it brings.
pub(super) fn changed_values(now: &Content, then: &Content) -> (String, String) {
    let of = |content: &Content| -> Vec<String> {
        let values = content.values();
        values.iter().map(|value| value.text.clone()).collect()
    };
    let (before, after) = (of(now), of(then));
    let only = |own: &[String], other: &[String]| {
        let own = own.iter().filter(|value| !other.contains(value));
        own.cloned().collect::<Vec<_>>().join(", ")
    };
    (only(&before, &after), only(&after, &before))
}

/// Ids of the techniques that it names.
pub(super) fn techniques(content: &Content) -> String {
    let all = content.techniques();
    let ids: Vec<String> = all.into_iter().map(|(id, _)| id).collect();
    ids.join(", ")
}
