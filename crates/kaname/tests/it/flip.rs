//! One flipped bit anywhere in what the ledger stands on: `verify` says so. The columns are taken from the
//! database itself, so that a new one that is said neither to be proved nor why not stops the test.

use std::collections::BTreeSet;

use kaname_directory::Name2;
use kaname_kernel::{Rng, SeededRng};
use kaname_sharing::{
    Outlet, Report, Text,
    collection::{Access, CollectionKind, Definition},
};
use kaname_testkit::postgres::Postgres;
use kaname_world::{Caller, World, sharing::Attachment};
use rusqlite::Connection;

use crate::{
    hub::{Backend, Hub, People},
    scene,
};

/// What a column is to the proof.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Is {
    /// A flipped bit in any row is found.
    Proved,
    /// A flipped bit in a row that objects name is found.
    ProvedOfObjects,
    /// A flipped bit in the link of a report or item is found; how many of the other links there are, no
    /// event tells.
    ProvedOfEvents,
    /// Computed from what is proved: `kaname rebuild` makes it anew.
    Made,
    /// No history: work to be done, short-lived values, numbers of the store itself.
    Passing,
    /// Primary and not proved, and what a flipped bit does there.
    Unproved(&'static str),
}
use Is::{Made, Passing, Proved, ProvedOfEvents, ProvedOfObjects, Unproved};

/// Every table with its columns on either database; `*` is all that are not named.
const COLUMNS: &[(&str, &[(&str, Is)])] = &[
    (
        "events",
        &[
            (
                "arrival",
                Unproved("the order in which the sequencer met them, used up by then"),
            ),
            ("*", Proved),
        ],
    ),
    ("tiles", &[("*", Proved)]),
    (
        "checkpoints",
        &[
            (
                "at_us",
                Unproved("when it was signed; the note does not say"),
            ),
            ("size", Proved),
            ("note", Proved),
        ],
    ),
    (
        "objects",
        &[
            (
                "added_us",
                Unproved("when it came; of an import only the order counts"),
            ),
            ("words", Made),
            ("*", Proved),
        ],
    ),
    (
        "blobs",
        &[
            ("id", Proved),
            ("cipher", Proved),
            ("wrapped_key", Proved),
            ("matter", Unproved("which redaction takes it along")),
            ("sha256", Unproved("a digest that nothing reads")),
        ],
    ),
    ("sealed_links", &[("*", ProvedOfEvents)]),
    ("audiences", &[("sha256", Made), ("*", ProvedOfObjects)]),
    ("collections", &[("*", ProvedOfObjects)]),
    (
        "shredded",
        &[(
            "*",
            Unproved("the list that a restore from an older copy replays"),
        )],
    ),
    (
        "withdrawn",
        &[(
            "*",
            Unproved("what was withdrawn; asked only where a released object is missing"),
        )],
    ),
    ("records", &[("*", Made)]),
    ("lookups", &[("*", Made)]),
    ("postings", &[("*", Made)]),
    ("object_values", &[("*", Proved)]),
    ("object_refs", &[("*", Proved)]),
    ("value_tallies", &[("*", Made)]),
    ("value_repeats", &[("*", Made)]),
    ("record_text", &[("*", Made)]),
    ("object_text", &[("*", Made)]),
    ("jobs", &[("*", Passing)]),
    ("notices", &[("*", Passing)]),
    ("answers", &[("*", Passing)]),
    ("kv", &[("*", Passing)]),
    ("meta", &[("*", Passing)]),
    ("head", &[("*", Passing)]),
    ("object_head", &[("*", Passing)]),
    ("migrations", &[("*", Passing)]),
    ("sqlite_sequence", &[("*", Passing)]),
];

/// What a column is; FTS5 keeps its index in tables of its own.
fn what_is(table: &str, column: &str) -> Option<Is> {
    let of_index = |known: &str| {
        known.ends_with("_text")
            && table
                .strip_prefix(known)
                .is_some_and(|rest| rest.starts_with('_'))
    };
    let (_, columns) = COLUMNS
        .iter()
        .find(|(known, _)| *known == table || of_index(known))?;
    let named = columns.iter().find(|(known, _)| *known == column);
    let named = named.or_else(|| columns.iter().find(|(known, _)| *known == "*"));
    named.map(|(_, is)| *is)
}

/// The rows under the store, by SQL.
pub(crate) enum Rows<'h> {
    Sqlite(Box<Connection>),
    Postgres(&'h Postgres),
}

/// A column as the database declares it.
struct Column {
    table: String,
    name: String,
    kind: String,
}

impl<'h> Rows<'h> {
    pub(crate) fn of(hub: &'h Hub) -> Self {
        match hub.postgres() {
            Some(server) => Self::Postgres(server),
            None => {
                let path = hub.place.path("kaname-data/kaname.db");
                Self::Sqlite(Box::new(Connection::open(path).unwrap()))
            }
        }
    }

    /// Rows of texts.
    pub(crate) fn ask(&self, sql: &str) -> Vec<Vec<String>> {
        match self {
            Self::Sqlite(connection) => {
                let mut asked = connection.prepare(sql).unwrap();
                let width = asked.column_count();
                let row = |row: &rusqlite::Row<'_>| (0..width).map(|at| row.get(at)).collect();
                let rows = asked.query_map([], row).unwrap();
                rows.map(Result::unwrap).collect()
            }
            Self::Postgres(server) => {
                let lines = server.ask(&format!("SET search_path = kaname; {sql}"));
                let fields = |line: &String| line.split('\t').map(str::to_owned).collect();
                lines.iter().map(fields).collect()
            }
        }
    }

    /// All but those that the database numbers and lets nobody update.
    fn columns(&self) -> Vec<Column> {
        let sql = match self {
            Self::Sqlite(_) => {
                "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c
                 WHERE m.type = 'table'"
            }
            Self::Postgres(_) => {
                "SELECT table_name, column_name, data_type FROM information_schema.columns
                 WHERE table_schema = 'kaname' AND is_identity = 'NO'"
            }
        };
        let column = |mut row: Vec<String>| Column {
            kind: row.pop().unwrap().to_lowercase(),
            name: row.pop().unwrap(),
            table: row.pop().unwrap(),
        };
        self.ask(sql).into_iter().map(column).collect()
    }

    /// How a row is named in SQL, as a text.
    fn key(&self, table: &str) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite(_) if table == "sealed_links" => ("handle", "quote(handle)"),
            // Tables without row numbers.
            Self::Sqlite(_) if table == "object_values" => (
                "space || ' ' || value || ' ' || object",
                "quote(space || ' ' || value || ' ' || object)",
            ),
            Self::Sqlite(_) if table == "object_refs" => {
                ("target || ' ' || object", "quote(target || ' ' || object)")
            }
            Self::Sqlite(_) => ("rowid", "quote(rowid)"),
            Self::Postgres(_) => ("ctid", "quote_literal(ctid::text) || '::tid'"),
        }
    }

    /// Names and values of the rows that have one: numbers as they are, all else in hexadecimal.
    fn values(&self, column: &Column, only: &str) -> Vec<Vec<String>> {
        let Column { table, name, kind } = column;
        let value = match self {
            Self::Postgres(_) if kind == "boolean" => format!("{name}::int::text"),
            _ if is_number(kind) => format!("CAST({name} AS TEXT)"),
            Self::Sqlite(_) => format!("hex({name})"),
            Self::Postgres(_) if kind == "bytea" => format!("encode({name}, 'hex')"),
            Self::Postgres(_) => format!("encode(convert_to({name}, 'UTF8'), 'hex')"),
        };
        let (_, key) = self.key(table);
        self.ask(&format!(
            "SELECT {key}, {value} FROM {table} WHERE {name} IS NOT NULL {only}"
        ))
    }

    /// Writes a value; gives the name the row has now.
    fn put(&self, column: &Column, key: &str, value: &str) -> String {
        let Column { table, name, kind } = column;
        let value = match self {
            Self::Postgres(_) if kind == "boolean" => format!("{value}::int::boolean"),
            _ if is_number(kind) => value.to_owned(),
            Self::Sqlite(_) if kind == "text" => format!("CAST(x'{value}' AS TEXT)"),
            Self::Sqlite(_) => format!("x'{value}'"),
            Self::Postgres(_) if kind == "bytea" => format!("decode('{value}', 'hex')"),
            Self::Postgres(_) => format!("convert_from(decode('{value}', 'hex'), 'UTF8')"),
        };
        let (by, told) = self.key(table);
        let sql =
            format!("UPDATE {table} SET {name} = {value} WHERE {by} = {key} RETURNING {told}");
        let mut rows = self.ask(&sql);
        assert_eq!(rows.len(), 1, "{sql}");
        rows.remove(0).remove(0)
    }
}

fn is_number(kind: &str) -> bool {
    ["integer", "bigint", "smallint"].contains(&kind)
}

/// With one bit of it changed; text stays text.
fn flipped(rng: &dyn Rng, kind: &str, value: &str) -> String {
    if kind == "boolean" {
        return if value == "0" { "1" } else { "0" }.to_owned();
    }
    if is_number(kind) {
        let number: i64 = value.parse().unwrap();
        // Far enough to be no neighbour's.
        let bit = if kind == "smallint" { 9 } else { 20 };
        return (number ^ (1 << bit)).to_string();
    }
    let mut bytes = hex::decode(value).unwrap();
    let is_text = kind == "text";
    let plain = |byte: u8| byte.is_ascii_alphanumeric() && (byte ^ 1).is_ascii_alphanumeric();
    let places: Vec<usize> = (0..bytes.len())
        .filter(|at| !is_text || plain(bytes[*at]))
        .collect();
    let chosen = rng.between(0, places.len() as u64 - 1);
    bytes[places[usize::try_from(chosen).unwrap()]] ^= 1;
    hex::encode(bytes)
}

/// An object of an import; every third is for officers alone.
fn malware(n: u32) -> String {
    let red =
        r#","object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]"#;
    let marked = if n.is_multiple_of(3) { red } else { "" };
    format!(
        r#"{{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-{n:012}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"m{n}","is_family":false{marked}}}"#
    )
}

/// One of everything that the ledger stands for: reports with attachments, released items, objects of an
/// import, a redaction, several checkpoints.
pub(crate) async fn fill(world: &World, people: &People, library: &str) -> Vec<String> {
    let mut handles = Vec::new();
    let shell = Caller::system("shell");
    for n in 0..2u8 {
        let mut report = scene::report();
        report.attachments = vec![Attachment {
            name: format!("sample-{n}.bin"),
            bytes: vec![n; 200],
        }];
        let provider = scene::caller(world, &people.provider).await;
        let receipt = world.submit(&provider, report, None).await.unwrap();
        let report = world.load::<Report>(receipt.report).await.unwrap();
        handles.push(hex::encode(report.unwrap().state.submission.handle.bytes()));
        let ways = [Outlet::Web, Outlet::Taxii, Outlet::Feed];
        let item = scene::released(world, people, (library, &ways)).await;
        handles.push(hex::encode(item.state.handle.bytes()));
        world.checkpoint().await.unwrap();
    }
    let definition = Definition {
        alias: "peer".to_owned(),
        title: Text::new("相互提供", "Peer"),
        description: Text::default(),
        kind: CollectionKind::Peer,
        default_tlp: Some(kaname_kernel::Tlp::Green),
        default_pap: None,
        read: Access::Members,
        write: Access::Nobody,
        taxii: Default::default(),
    };
    let peer = world.open_collection(&shell, definition).await.unwrap();
    let objects: Vec<String> = (0..20).map(malware).collect();
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let done = world
        .import(&shell, &peer, ("test", false), &objects, &|_| {})
        .await;
    assert_eq!(done.unwrap().taken, 20);
    // Without a handle: of one that was redacted nothing is left that could be proved.
    let name = Name2::parse("name", "会", "Group").unwrap();
    let code = "gone".parse().unwrap();
    let gone = world.found_group(&shell, code, name, false).await.unwrap();
    world.redact(&shell, gone.id, "依頼による").await.unwrap();
    world.checkpoint().await.unwrap();
    handles
}

fn every_column(backend: Backend) {
    let hub = Hub::found(backend, "");
    let handles = hub.inside(async |world| fill(&world, &hub.people, &hub.library).await);
    // Objects that stand at moments from elsewhere, too.
    let layout = crate::taxii::layout(3).to_string();
    hub.place.write("layout.json", &layout);
    hub.place.done(&["taxii", "load", "layout.json"]);
    let rows = || Rows::of(&hub);
    assert_eq!(hub.place.run(&["verify"]).code, 0, "whole to begin with");
    let rng = SeededRng::new(20_261_129);
    let mut unsaid = BTreeSet::new();
    let (mut proved, mut missed) = (0, Vec::new());
    for column in rows().columns() {
        let here = format!("{}.{}", column.table, column.name);
        let Some(is) = what_is(&column.table, &column.name) else {
            unsaid.insert(here);
            continue;
        };
        let only = match is {
            Proved | ProvedOfEvents => "",
            ProvedOfObjects if column.table == "audiences" => {
                "AND id IN (SELECT audience FROM objects) AND form <> '[]'"
            }
            ProvedOfObjects => "AND number IN (SELECT collection FROM objects)",
            Made | Passing | Unproved(_) => continue,
        };
        let mut all = rows().values(&column, only);
        if is == ProvedOfEvents {
            // Named by the handle itself, as SQL writes it.
            let handle = Column {
                table: column.table.clone(),
                name: "handle".to_owned(),
                kind: "bytea".to_owned(),
            };
            let named = rows().values(&handle, only);
            let told = |handle: &String| handles.contains(&handle.to_lowercase());
            let named: BTreeSet<&String> = named
                .iter()
                .filter(|row| told(&row[1]))
                .map(|row| &row[0])
                .collect();
            all.retain(|row| named.contains(&row[0]));
        }
        assert!(!all.is_empty(), "{here} is empty: nothing is flipped in it");
        let rng: &dyn Rng = &rng;
        let chosen = rng.between(0, all.len() as u64 - 1);
        let [key, value] = &all[usize::try_from(chosen).unwrap()][..] else {
            panic!("{here}: a key and a value");
        };
        let other = flipped(rng, &column.kind, value);
        let moved = rows().put(&column, key, &other);
        let ran = hub.place.run(&["verify", "--json"]);
        let found = ran.code == 5
            && ran.fault()["what"]
                .as_str()
                .is_some_and(|what| !what.is_empty());
        if !found {
            missed.push(format!(
                "{here}: {value} → {other}: {} {}",
                ran.code, ran.err
            ));
        }
        rows().put(&column, &moved, value);
        proved += 1;
    }
    assert!(missed.is_empty(), "not found: {missed:#?}");
    assert!(
        unsaid.is_empty(),
        "neither proved nor said why not: {unsaid:?}"
    );
    assert!(proved >= 20, "{proved} columns were flipped");
    assert_eq!(hub.place.run(&["verify"]).code, 0, "whole again");
}

#[test]
fn one_flipped_byte_anywhere_is_found() {
    every_column(Backend::Sqlite);
}

#[test]
fn one_flipped_byte_anywhere_is_found_on_postgres() {
    every_column(Backend::Postgres(Postgres::start()));
}
