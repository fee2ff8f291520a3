//! What the demo prints: where to click and as whom, and how a member's client reads.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{nation::Nation, story::Story};
use crate::say::table;

/// The guide for people.
pub(crate) fn text(story: &Story, nation: &Nation, url: &str, seconds: f64) -> String {
    let rows: Vec<_> = story
        .people
        .iter()
        .filter_map(|person| {
            let front = person.front.as_ref()?;
            Some([
                format!("  {}", person.login),
                person.title.ja.clone(),
                front.line(),
            ])
        })
        .collect();
    let mut text = format!(
        "\n要 Kaname — ready after {seconds:.1} s / 用意ができました\n\n  {url}/\n\n\
         Choose on the front page as whom to sign in / 入口で立場を選んでください:\n{}\n",
        table(["  LOGIN", "ROLE", "WHAT THEY DO"], &rows)
    );
    let _ = writeln!(
        text,
        "\n  Password of everyone, where one is asked for: {}",
        nation.password
    );
    if let Some((party, label, secret)) = nation.keys.first() {
        let _ = write!(
            text,
            "\nA member's machine ({party}, {label}) reads over TAXII 2.1 / 構成員の機械からの取得:\n\n  \
             URL  {url}/taxii2/\n  key  {secret}\n\n{}\n",
            snippet(url, &library(nation), secret)
        );
    }
    text.push_str("\nCtrl-C ends it / Ctrl-C で終わります\n");
    text
}

/// Id of the library in TAXII.
fn library(nation: &Nation) -> String {
    let id = nation.collections.get("library");
    id.map(ToString::to_string).unwrap_or_default()
}

/// A program for `taxii2-client`, ready to paste: prints what this member may see of the library.
fn snippet(url: &str, library: &str, secret: &str) -> String {
    format!(
        "  python3 -m venv kaname-client && kaname-client/bin/pip install taxii2-client\n  kaname-client/bin/python - <<'PY'\n  \
         from taxii2client.v21 import Collection, as_pages\n  \
         library = Collection('{url}/taxii2/api/collections/{library}/', user='key', password='{secret}')\n  \
         for page in as_pages(library.get_objects, per_request=100):\n      \
         for thing in page.get('objects', []):\n          \
         print(thing['type'], thing.get('name') or thing.get('value') or thing['id'])\n  PY"
    )
}

/// The same for programs.
pub(crate) fn json(story: &Story, nation: &Nation, url: &str, seconds: f64) -> Value {
    let people: Vec<_> = story
        .people
        .iter()
        .map(
            |person| json!({ "login": person.login, "party": person.party, "roles": person.roles }),
        )
        .collect();
    let keys: Vec<_> = nation
        .keys
        .iter()
        .map(|(party, label, secret)| json!({ "party": party, "label": label, "secret": secret }))
        .collect();
    json!({
        "url": url,
        "taxii": format!("{url}/taxii2/"),
        "library": library(nation),
        "password": nation.password,
        "people": people,
        "keys": keys,
        "seconds": seconds,
    })
}
