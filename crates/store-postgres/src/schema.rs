//! Numbered migrations: appended to, never edited. All that are missing run in one transaction under
//! a lock, so the schema is at the old version or at the new one, whichever node comes first.

use kaname_store::StoreError;
use tokio_postgres::{Client, GenericClient};

use crate::error::Outcome;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_base.sql"),
    include_str!("migrations/0002_dated.sql"),
    include_str!("migrations/0003_origin.sql"),
    include_str!("migrations/0004_tlp.sql"),
    include_str!("migrations/0005_tallies.sql"),
];

/// Version of the schema this program writes.
pub const SCHEMA_VERSION: u32 = MIGRATIONS.len() as u32;

/// What the table of migrations says of itself while the schema holds a copy that is not proved yet.
const UNPROVED: &str = "a copy that is not proved yet";
/// The schema's own name is the search path's first.
const DROP_ALL: &str = "DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE format('DROP TABLE %I CASCADE', name);
    END LOOP; END $$";

/// Marks the schema as one that holds an unproved copy, or as proved.
pub(crate) async fn mark(client: &impl GenericClient, is_proved: bool) -> Outcome<()> {
    let says = match is_proved {
        true => "NULL".to_owned(),
        false => format!("'{UNPROVED}'"),
    };
    let comment = format!("COMMENT ON TABLE migrations IS {says}");
    client.batch_execute(&comment).await?;
    Ok(())
}

/// Brings the schema to [`SCHEMA_VERSION`]; gives the version it was at, 0 when it was empty. An empty or
/// absent one is filled where that is asked for (`make`).
pub(crate) async fn migrate(client: &mut Client, schema: &str, make: bool) -> Outcome<u32> {
    let transaction = client.transaction().await?;
    let lock = "SELECT pg_advisory_xact_lock(hashtext($1), 0)";
    transaction.execute(lock, &[&schema]).await?;
    let there = "SELECT count(*) FROM pg_namespace WHERE nspname = $1";
    let there: i64 = transaction.query_one(there, &[&schema]).await?.try_get(0)?;
    if there == 0 && !make {
        return absent(schema);
    }
    if there == 0 {
        // The name was checked: letters, digits and `_` only.
        transaction
            .batch_execute(&format!("CREATE SCHEMA {schema}"))
            .await?;
    }
    let tables = "SELECT count(*), coalesce(sum((tablename = 'migrations')::int), 0)
                  FROM pg_tables WHERE schemaname = $1";
    let tables = transaction.query_one(tables, &[&schema]).await?;
    let (tables, mut listed): (i64, i64) = (tables.try_get(0)?, tables.try_get(1)?);
    if tables > 0 && listed == 0 {
        return refuse(format!(
            "schema `{schema}` holds tables of another program\n\
             hint: choose another schema for this world"
        ));
    }
    if listed == 0 && !make {
        return absent(schema);
    }
    let may =
        "SELECT has_schema_privilege($1, 'USAGE') AND ($2 OR has_schema_privilege($1, 'CREATE'))";
    let may = transaction
        .query_one(may, &[&schema, &(listed > 0)])
        .await?;
    if !may.try_get::<_, bool>(0)? {
        return refuse(format!(
            "the role that the program signs in with may not use schema `{schema}`\n\
             hint: GRANT USAGE, CREATE ON SCHEMA {schema} and its tables to that role, or let it own the schema"
        ));
    }
    if listed > 0 {
        let says = "SELECT obj_description('migrations'::regclass, 'pg_class')";
        let says: Option<String> = transaction.query_one(says, &[]).await?.try_get(0)?;
        if says.as_deref() == Some(UNPROVED) {
            if !make {
                return refuse(format!(
                    "schema `{schema}` holds a copy that a restore did not prove\n\
                     hint: restore again, the copy is taken away then; or choose another schema"
                ));
            }
            // Nobody ever worked with it.
            transaction.batch_execute(DROP_ALL).await?;
            listed = 0;
        }
    }
    if listed == 0 {
        transaction
            .batch_execute("CREATE TABLE migrations (number bigint PRIMARY KEY)")
            .await?;
    }
    let applied = "SELECT count(*), coalesce(max(number), 0) FROM migrations";
    let applied = transaction.query_one(applied, &[]).await?;
    let (count, newest): (i64, i64) = (applied.try_get(0)?, applied.try_get(1)?);
    if newest > i64::from(SCHEMA_VERSION) {
        return refuse(format!(
            "the store has schema {newest}, newer than this program's {SCHEMA_VERSION}\n\
             hint: run the program version that wrote it, or a newer one"
        ));
    }
    if count != newest {
        return refuse(format!(
            "the store lists {count} migrations up to {newest}\n\
             hint: it was changed from outside; restore it from a backup"
        ));
    }
    for (number, sql) in (1i64..).zip(MIGRATIONS) {
        if number > newest {
            transaction.batch_execute(sql).await?;
            let list = "INSERT INTO migrations (number) VALUES ($1)";
            transaction.execute(list, &[&number]).await?;
        }
    }
    transaction.commit().await?;
    Ok(u32::try_from(newest).unwrap_or(0))
}

/// Refuses a schema of another version than this program's.
pub(crate) async fn same(client: &Client, schema: &str) -> Outcome<u32> {
    let newest = "SELECT coalesce(max(number), 0) FROM migrations";
    let newest: i64 = client.query_one(newest, &[]).await?.try_get(0)?;
    if newest != i64::from(SCHEMA_VERSION) {
        return refuse(format!(
            "schema `{schema}` has version {newest}, this program reads {SCHEMA_VERSION}"
        ));
    }
    Ok(SCHEMA_VERSION)
}

fn absent<T>(schema: &str) -> Outcome<T> {
    Err(StoreError::Absent(format!(
        "the store is empty: there is nothing in schema `{schema}`"
    ))
    .into())
}

fn refuse<T>(why: String) -> Outcome<T> {
    Err(StoreError::Schema(why).into())
}
