//! Webhooks from the shell.

use crate::program::Place;

#[test]
fn a_webhook_is_set_up_listed_rekeyed_stopped_and_started() {
    let place = Place::founded();
    place.add_member("minato");
    let add = |url: &str| {
        place.run(&[
            "webhook", "add", "--party", "minato", "--url", url, "--json",
        ])
    };
    let set_up = add("https://soc.minato.example/hook");
    assert_eq!(set_up.code, 0, "{}", set_up.err);
    let set_up = set_up.json();
    let secret = set_up["secret"].as_str().unwrap();
    assert!(secret.starts_with("kwh_"));
    let id = set_up["webhook"]["id"].as_str().unwrap();
    let listed = place.done(&["webhook", "list", "--party", "minato"]);
    assert_eq!(listed["count"], 1);
    assert!(!listed.to_string().contains(secret), "shown once");
    let rekeyed = place.done(&["webhook", "rekey", id]);
    assert_ne!(rekeyed["secret"].as_str().unwrap(), secret);
    let stopped = place.done(&["webhook", "stop", id, "--reason", "保守のため"]);
    assert_eq!(stopped["active"], false);
    assert_eq!(place.done(&["webhook", "start", id])["active"], true);
    for bad in [
        "http://soc.minato.example/",
        "https://u:p@soc.minato.example/",
        "soc",
    ] {
        assert_ne!(add(bad).code, 0, "{bad}");
    }
}
