//! Items from the shell: numbers and how fresh they are, and nothing of what they say.

use jiff::SignedDuration;
use kaname_sharing::Outlet;

use crate::{
    hub::{Backend, Hub},
    program::Place,
    scene,
};

#[test]
fn items_are_listed_by_number_with_how_fresh_they_are() {
    let hub = Hub::found(Backend::Sqlite, "");
    let item = hub.inside(async |world| {
        let place = (hub.library.as_str(), &[Outlet::Web, Outlet::Feed][..]);
        scene::released(&world, &hub.people, place).await
    });
    let number = item.state.number.as_str();
    let listed = hub.place.done(&["item", "list"]);
    let first = &listed["items"][0];
    assert_eq!(first["number"], number);
    assert_eq!(first["freshness"]["aged"], "no");
    assert_eq!(first["freshness"]["seen_by"], "released");
    assert_eq!(first["freshness"]["kinds"][0]["model"], "address");
    let text = listed.to_string();
    assert!(
        !text.contains(scene::TITLE) && !text.contains("203.0.113.77"),
        "{text}"
    );
    let shown = hub.place.done(&["item", "show", &number.to_lowercase()]);
    assert_eq!(shown["number"], number);
    assert_eq!(shown["blocking"], "open");
    let aged = hub.place.done(&["item", "list", "--age", "aged"]);
    assert_eq!(aged["items"].as_array().unwrap().len(), 0);
    let fresh = hub
        .place
        .done(&["item", "list", "--age", "fresh", "--limit", "1"]);
    assert_eq!(fresh["items"].as_array().unwrap().len(), 1);
    assert_eq!(hub.place.done(&["item", "reviews"])["count"], 0);
    let later = SignedDuration::from_hours(24 * 22);
    let swept = hub.inside_later(later, async |world| world.sweep().await.unwrap());
    assert_eq!(swept, 1);
    let waiting = hub.place.done(&["item", "reviews"]);
    assert_eq!(waiting["count"], 1);
    assert_eq!(waiting["reviews"][0]["number"], number);
    assert_eq!(waiting["reviews"][0]["review"], "due");
    let words = hub.place.run(&["item", "reviews"]);
    assert!(
        words.out.contains(number) && words.out.contains("review"),
        "{}",
        words.out
    );
    let words = hub.place.run(&["item", "show", number]);
    assert!(words.out.contains("threshold 30"), "{}", words.out);
}

#[test]
fn what_is_not_there_or_asked_wrongly_is_told_by_the_exit_code() {
    let place = Place::founded();
    assert_eq!(
        place.done(&["item", "list"])["items"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    assert_eq!(place.run(&["item", "show", "S-2611-0093A"]).code, 3);
    assert_eq!(place.run(&["item", "list", "--age", "middling"]).code, 2);
    assert_eq!(place.run(&["item", "list", "--limit", "0"]).code, 2);
    let models = place.done(&["item", "models"]);
    let codes: Vec<&str> = models["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["code"].as_str().unwrap())
        .collect();
    assert!(
        codes.contains(&"address") && codes.contains(&"hash"),
        "{codes:?}"
    );
}
