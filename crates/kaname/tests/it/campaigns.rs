//! Reports taken together from the shell, and apart again.

use kaname_intake::Kind;
use kaname_sharing::Value;
use kaname_world::sharing::NewReport;

use crate::{
    hub::{Backend, Hub},
    scene,
};

#[test]
fn what_is_proposed_is_taken_together_set_aside_and_undone() {
    let hub = Hub::found(Backend::Sqlite, "");
    let numbers = hub.inside(async |world| {
        let provider = scene::caller(&world, &hub.people.provider).await;
        let mut numbers = Vec::new();
        for own in ["a.test", "b.test", "c.test"] {
            let values = ["rare.test", own].map(|name| Value {
                kind: Kind::Domain,
                value: name.to_owned(),
            });
            let new = NewReport {
                values: values.to_vec(),
                ..scene::report()
            };
            numbers.push(world.submit(&provider, new, None).await.unwrap().number);
        }
        numbers
    });
    let place = &hub.place;
    let proposed = place.done(&["campaign", "proposals"]);
    let first = &proposed["proposals"][0];
    assert_eq!(first["count"], 3, "{proposed}");
    let whole = proposed.to_string();
    assert!(
        !whole.contains("rare.test"),
        "the shell opens nothing: {whole}"
    );
    let key = first["key"].as_str().unwrap();
    let aside = place.done(&["campaign", "dismiss", key, "--reason", "共用の配信網"]);
    assert_eq!(
        place.done(&["campaign", "proposals"])["proposals"],
        serde_json::json!([])
    );
    let listed = place.done(&["campaign", "aside"]);
    assert_eq!(listed["aside"][0]["reason"], "共用の配信網");
    place.done(&["campaign", "restore", aside["id"].as_str().unwrap()]);
    let begun = place.done(&["campaign", "accept", key, "--title", "更新を装う波"]);
    let number = begun["number"].as_str().unwrap();
    assert_eq!(begun["count"], 3);
    let reason = ["--reason", "別の手口"];
    let split = [
        "campaign",
        "split",
        number,
        &numbers[2],
        reason[0],
        reason[1],
        "--title",
        "二つ目",
    ];
    let other = place.done(&split);
    assert_eq!(other["count"], 1);
    let merged = place.done(&[
        "campaign",
        "merge",
        number,
        other["number"].as_str().unwrap(),
    ]);
    assert_eq!(merged["count"], 3);
    let step = merged["undo"].to_string();
    let undone = place.done(&[
        "campaign", "undo", number, "--step", &step, reason[0], reason[1],
    ]);
    assert_eq!(undone["count"], 2);
    let late = place.run(&[
        "campaign", "undo", number, "--step", &step, reason[0], reason[1],
    ]);
    assert_eq!(late.code, 4, "{}", late.err);
    let missing = place.run(&["campaign", "show", "C-2611-00000"]);
    assert_eq!(missing.code, 3, "{}", missing.err);
    assert_eq!(
        place.done(&["campaign", "list"])["campaigns"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    place.done(&["rebuild"]);
    let proved = place.done(&["verify", "--rows"]);
    assert_eq!(proved["fault"], serde_json::Value::Null);
}
