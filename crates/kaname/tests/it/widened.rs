//! Who may see an object follows from the ledger: rows that say otherwise are found, named and mended.

use kaname_testkit::postgres::Postgres;

use crate::{
    flip::{Rows, fill},
    hub::{Backend, Hub},
};

/// An audience that is not everyone, as SQL finds it.
const NARROW: &str = "SELECT id FROM audiences WHERE form <> '[]'";

/// Every object with all that is kept beside it, whatever its audience is numbered.
fn told(rows: &Rows<'_>) -> Vec<Vec<String>> {
    rows.ask(
        "SELECT o.stix_id, o.title, a.form, CAST(o.origin = o.key AS TEXT), CAST(o.added_us AS TEXT), CAST(o.version_us AS TEXT),
                (SELECT CAST(count(*) AS TEXT) FROM object_values v WHERE v.object = o.added_us),
                (SELECT CAST(count(*) AS TEXT) FROM object_refs r WHERE r.object = o.added_us)
         FROM objects o JOIN audiences a ON a.id = o.audience ORDER BY o.added_us",
    )
}

/// Changes rows, and expects that `verify` names the object and the column, and that `rebuild` puts
/// everything back as it was.
fn is_found_and_mended(hub: &Hub, change: &str, object: &str, column: &str) {
    let before = told(&Rows::of(hub));
    let changed = Rows::of(hub).ask(&format!("{change} RETURNING CAST(1 AS TEXT)"));
    assert!(!changed.is_empty(), "{change}");
    let found = hub.place.run(&["verify", "--json"]);
    assert_eq!(found.code, 5, "{change}: {}", found.err);
    let fault = &found.json()["fault"];
    assert_eq!(fault["object"], object, "{change}: {fault}");
    assert_eq!(fault["rebuild_mends"], true, "{change}: {fault}");
    let what = fault["what"].as_str().unwrap();
    assert!(what.contains(column), "{change}: {what}");
    let said = hub.place.run(&["verify"]).err;
    assert!(said.contains("kaname rebuild"), "{said}");
    let mended = hub.place.run(&["rebuild"]);
    assert_eq!(mended.code, 5, "{}", mended.err);
    assert!(mended.err.contains("now they follow it"), "{}", mended.err);
    assert_eq!(told(&Rows::of(hub)), before, "{change}");
    let whole = hub.place.run(&["verify"]);
    assert_eq!(whole.code, 0, "{change}: {}", whole.err);
    let again = hub.place.run(&["rebuild"]);
    assert_eq!(again.code, 0, "{change}: {}", again.err);
}

fn widened(backend: Backend) {
    let hub = Hub::found(backend, "");
    hub.inside(async |world| fill(&world, &hub.people, &hub.library).await);
    let one = |kind: &str| {
        let of_kind = format!(
            "SELECT stix_id, CAST(added_us AS TEXT) FROM objects
             WHERE stix_type = '{kind}' AND audience IN ({NARROW}) ORDER BY added_us LIMIT 1"
        );
        let mut found = Rows::of(&hub).ask(&of_kind);
        let mut found = found.remove(0).into_iter();
        (found.next().unwrap(), found.next().unwrap())
    };
    let everyone = "(SELECT id FROM audiences WHERE form = '[]')";
    for kind in ["malware", "indicator"] {
        let (object, place) = one(kind);
        let widen = format!("UPDATE objects SET audience = {everyone} WHERE added_us = {place}");
        is_found_and_mended(&hub, &widen, &object, "audience");
        let rename = format!("UPDATE objects SET title = 'other' WHERE added_us = {place}");
        is_found_and_mended(&hub, &rename, &object, "title");
        let claimed = format!("UPDATE objects SET origin = key WHERE added_us = {place}");
        is_found_and_mended(&hub, &claimed, &object, "originator");
    }
    // What a number means, and the objects of an import that have it.
    let (object, place) = one("malware");
    let of_it = format!("(SELECT audience FROM objects WHERE added_us = {place})");
    let first = Rows::of(&hub).ask(&format!(
        "SELECT stix_id FROM objects WHERE audience = {of_it} ORDER BY added_us LIMIT 1"
    ));
    assert_eq!(first[0][0], object);
    let widen = format!("UPDATE audiences SET form = '[ ]' WHERE id = {of_it}");
    is_found_and_mended(&hub, &widen, &object, "audience");
    let stray =
        "INSERT INTO object_values (space, value, object) VALUES ('domain', 'a.example', 1)";
    let stray = Rows::of(&hub).ask(&format!("{stray} RETURNING space"));
    assert_eq!(stray.len(), 1);
    let found = hub.place.run(&["verify", "--json"]);
    assert_eq!(found.code, 5, "{}", found.err);
    assert_eq!(hub.place.run(&["rebuild"]).code, 5);
    assert_eq!(hub.place.run(&["verify"]).code, 0);
    // An object that is gone cannot be made again: it is named.
    let (object, place) = one("indicator");
    Rows::of(&hub).ask(&format!(
        "DELETE FROM objects WHERE added_us = {place} RETURNING stix_id"
    ));
    let found = hub.place.run(&["verify", "--json"]);
    assert_eq!(found.code, 5, "{}", found.err);
    assert_eq!(found.json()["fault"]["object"], object.as_str());
    assert_eq!(found.json()["fault"]["rebuild_mends"], false);
    let rebuilt = hub.place.run(&["rebuild"]);
    assert!(
        rebuilt.code == 5 && rebuilt.err.contains(&object),
        "{}",
        rebuilt.err
    );
}

#[test]
fn a_widened_audience_is_found_and_named_by_verify_and_mended_by_rebuild() {
    widened(Backend::Sqlite);
}

#[test]
fn a_widened_audience_is_found_and_named_by_verify_and_mended_by_rebuild_on_postgres() {
    widened(Backend::Postgres(Postgres::start()));
}

/// Changes a row of a matter, and expects that `verify --rows` names what was changed, that `verify` alone
/// does not look there, and that `rebuild` mends it.
fn row_is_found_and_mended(hub: &Hub, change: &str, column: &str) {
    let changed = Rows::of(hub).ask(&format!("{change} RETURNING CAST(1 AS TEXT)"));
    assert_eq!(changed.len(), 1, "{change}");
    assert_eq!(hub.place.run(&["verify"]).code, 0, "{change}");
    let found = hub.place.run(&["verify", "--rows", "--json"]);
    assert_eq!(found.code, 5, "{change}: {}", found.err);
    let fault = &found.json()["fault"];
    assert_eq!(fault["rebuild_mends"], true, "{change}: {fault}");
    let what = fault["what"].as_str().unwrap();
    assert!(what.contains(column), "{change}: {what}");
    assert_eq!(hub.place.run(&["rebuild"]).code, 5, "{change}");
    assert_eq!(hub.place.run(&["verify", "--rows"]).code, 0, "{change}");
}

fn changed_rows(backend: Backend) {
    let hub = Hub::found(backend, "");
    hub.inside(async |world| fill(&world, &hub.people, &hub.library).await);
    let whole = hub.place.done(&["verify", "--rows"]);
    let kept = Rows::of(&hub).ask("SELECT CAST(count(*) AS TEXT) FROM records");
    assert_eq!(whole["rows"].to_string(), kept[0][0]);
    let report = "id = (SELECT id FROM records WHERE kind = 'report' ORDER BY id LIMIT 1)";
    let everyone = "(SELECT id FROM audiences WHERE form = '[]')";
    let widen = format!("UPDATE records SET audience = {everyone} WHERE {report}");
    row_is_found_and_mended(&hub, &widen, "audience");
    let close = format!("UPDATE records SET state = 'closed' WHERE {report}");
    row_is_found_and_mended(&hub, &close, "state");
    let hide = format!("DELETE FROM records WHERE {report}");
    row_is_found_and_mended(&hub, &hide, "is not in the database");
}

#[test]
fn a_row_whose_readers_were_changed_is_found_when_rows_are_compared() {
    changed_rows(Backend::Sqlite);
}

#[test]
fn a_row_whose_readers_were_changed_is_found_on_postgres_too() {
    changed_rows(Backend::Postgres(Postgres::start()));
}
