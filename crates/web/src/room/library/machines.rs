//! How a member's machines read what was released to it: where, with which key, and lines to paste.

use std::borrow::Cow;

use askama::Template;
use axum::{extract::State, response::Response};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    collection::CollectionKind,
    rendition::rule::{Language, Use},
};

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Copied, Verb},
        show,
    },
    house::{By, House},
};

/// Forms of a feed, by the end of its address.
const FEEDS: [&str; 4] = ["csv", "txt", "jsonl", "json"];

#[derive(Template)]
#[template(path = "room/library/machines.html")]
struct MachinesPage {
    page: Page,
    discovery: Copied,
    collections: Vec<Readable>,
    /// Where the reader's own party issues keys; `None` where others do it for the reader.
    keys: Option<Verb>,
    program: String,
    program_copied: Copied,
    misp: Copied,
    misp_program: String,
    misp_copied: Copied,
    curl: String,
    curl_copied: Copied,
    /// To how the JSON API is used.
    api: Verb,
}

/// A collection that the reader may read.
struct Readable {
    title: String,
    about: String,
    id: Copied,
    address: Copied,
    feeds: Vec<Copied>,
    rules: Vec<Rules>,
}

/// A feed as rules or as a list of a tool.
struct Rules {
    tool: &'static str,
    /// What it is for, in words.
    used_to: Cow<'static, str>,
    address: Copied,
}

pub(super) async fn show_machines(
    State(house): State<House>,
    frame: Frame,
    by: By,
) -> Result<Response, Failure> {
    let text = frame.text();
    let page = frame.page(Section::Library, text.t("machines-title"));
    let lang = page.lang().tag();
    let base = house.public_url();
    let mut collections = Vec::new();
    // Those that hold what was released; feeds are shown by the first of them.
    let (mut feed_of, mut libraries) = (None, Vec::new());
    for collection in house.world().collections(&by).await? {
        let definition = &collection.state.definition;
        // What is posted to an intake is read by nobody there.
        if definition.kind == CollectionKind::Intake {
            continue;
        }
        // Nor what members are told of without being let in.
        if !collection.state.can_read(&by.reader, house.world().now()) {
            continue;
        }
        let feed = format!("{base}/feeds/{}", collection.state.in_addresses());
        let address = format!("{base}{}", house.world().taxii_path(&collection).await?);
        let feeds = FEEDS.map(|end| page.copied(format!("{feed}.{end}")));
        if definition.kind == CollectionKind::Library {
            feed_of.get_or_insert_with(|| feed.clone());
            libraries.push(address.clone());
        }
        collections.push(Readable {
            title: definition.title.in_language(lang).to_owned(),
            about: definition.description.in_language(lang).to_owned(),
            id: page.copied(collection.id),
            address: page.copied(address),
            feeds: feeds.into(),
            rules: rules(&page, &feed),
        });
    }
    let feed = feed_of.unwrap_or_else(|| format!("{base}/feeds/library"));
    if libraries.is_empty() {
        libraries.push(format!("{base}/taxii2/api/collections/…/"));
    }
    let program = program(&libraries);
    let misp = format!("{base}/misp/");
    let misp_program = misp_program(&misp);
    let curl = format!("curl --fail --user \"key:$KANAME_KEY\" {feed}.csv");
    show(&MachinesPage {
        discovery: page.copied(format!("{base}/taxii2/")),
        collections,
        keys: keys(&house, &page, &by),
        program_copied: page.copied_as(&program, text.t("machines-copy")),
        program,
        misp_copied: page.copied_as(&misp_program, text.t("machines-copy")),
        misp_program,
        misp: page.copied(misp),
        curl_copied: page.copied_as(&curl, text.t("machines-copy")),
        curl,
        api: page.link("/api", text.t("machines-api-link")),
        page,
    })
}

fn keys(house: &House, page: &Page, by: &By) -> Option<Verb> {
    let party = by.party.as_ref()?;
    let own = Resource::any("party").of_party(party.id.cast());
    let may = house.world().decide(by, Action::KeyManage, &own).allowed;
    let href = format!("/directory/{}/keys", party.state.code);
    may.then(|| page.link(href, page.t("machines-issue")).main())
}

fn rules(page: &Page, feed: &str) -> Vec<Rules> {
    let of = |language: Language| Rules {
        tool: language.name(),
        used_to: page.t(match language.used_to() {
            Use::Watch => "machines-rules-watch",
            Use::Block => "machines-rules-block",
        }),
        address: page.copied(format!("{feed}.{}", language.ending())),
    };
    Language::ALL.map(of).into()
}

/// A program for PyMISP, ready to paste: prints each event that this key may read, with its values.
fn misp_program(misp: &str) -> String {
    format!(
        "python3 -m venv kaname-client && kaname-client/bin/pip install pymisp\n\
         export KANAME_KEY=kn_…\n\
         kaname-client/bin/python - <<'PY'\n\
         import os\n\
         from pymisp import PyMISP\n\
         hub = PyMISP('{misp}', os.environ['KANAME_KEY'])\n\
         for event in hub.search(pythonify=True):\n\
         \x20   print(event.uuid, event.info)\n\
         \x20   for one in event.attributes:\n\
         \x20       print('   ', one.type, one.value)\n\
         PY"
    )
}

/// A program for `taxii2-client`, ready to paste: prints what this key may read of each collection that holds
/// what was released. In an environment of its own: distributions refuse packages beside their own.
fn program(libraries: &[String]) -> String {
    let libraries = libraries
        .iter()
        .map(|address| format!("    '{address}',\n"));
    let libraries: String = libraries.collect();
    format!(
        "python3 -m venv kaname-client && kaname-client/bin/pip install taxii2-client\n\
         export KANAME_KEY=kn_…\n\
         kaname-client/bin/python - <<'PY'\n\
         import os\n\
         from taxii2client.v21 import Collection, as_pages\n\
         for address in [\n\
         {libraries}\
         ]:\n\
         \x20   library = Collection(address, user='key', password=os.environ['KANAME_KEY'])\n\
         \x20   for page in as_pages(library.get_objects, per_request=100):\n\
         \x20       for thing in page.get('objects', []):\n\
         \x20           if thing['type'] not in ('marking-definition', 'identity'):\n\
         \x20               print(thing['type'], thing.get('name') or thing.get('value') or thing['id'])\n\
         PY"
    )
}
