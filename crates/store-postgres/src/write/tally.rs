//! How many objects carry a value, kept as objects come and go: by audience and originator for objects whose id
//! stands once in the store; those that stand several times are listed, to be told apart by their ids. Whoever
//! changes them holds the head of objects, so that one change sees what the one before left.

use std::collections::BTreeSet;

use deadpool_postgres::Transaction;

use crate::error::Outcome;

/// Rows of objects, by the moments they were added.
pub(super) type Rows = BTreeSet<i64>;

/// What rows carry and is counted (the kernel's `Posting::UNCOUNTED`), and the value that every object is counted
/// under.
const CARRIED: &str = "(SELECT space, value, object FROM object_values
                        WHERE object = ANY($1) AND right(space, 1) <> '~'
                        UNION ALL SELECT '', '', one FROM unnest($1::bigint[]) AS one)";

/// Of these ids, the rows that stand alone.
pub(super) async fn alone(transaction: &Transaction<'_>, ids: &[&str]) -> Outcome<Rows> {
    let find = "SELECT min(added_us) FROM objects WHERE stix_id = ANY($1)
                GROUP BY stix_id HAVING count(*) = 1";
    let find = transaction.prepare_cached(find).await?;
    let rows = transaction.query(&find, &[&ids]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Sets the values of these ids right after rows were added to them, of which `before` stood alone.
pub(super) async fn came(
    transaction: &Transaction<'_>,
    ids: &[&str],
    new: &Rows,
    before: &Rows,
) -> Outcome<()> {
    let after = alone(transaction, ids).await?;
    count(transaction, &(&after - before), 1).await?;
    let joined = before - &after;
    count(transaction, &joined, -1).await?;
    list(transaction, &(&(new - &after) | &joined)).await
}

/// Takes the values of rows out that are about to go, of which `alone` stand alone.
pub(super) async fn goes(transaction: &Transaction<'_>, gone: &Rows, alone: &Rows) -> Outcome<()> {
    count(transaction, &(gone & alone), -1).await?;
    unlist(transaction, &(gone - alone)).await
}

/// Counts the rows that stand alone now that others of their ids went; `before` stood alone before.
pub(super) async fn went(
    transaction: &Transaction<'_>,
    ids: &[&str],
    before: &Rows,
) -> Outcome<()> {
    let left = &alone(transaction, ids).await? - before;
    unlist(transaction, &left).await?;
    count(transaction, &left, 1).await
}

/// Counts everything anew, from the rows as they are.
pub(crate) async fn anew(transaction: &Transaction<'_>) -> Outcome<()> {
    let several = "EXISTS (SELECT FROM objects AS n
                           WHERE n.stix_id = o.stix_id AND n.added_us <> o.added_us)";
    let carried = "(SELECT space, value, object FROM object_values WHERE right(space, 1) <> '~'
                    UNION ALL SELECT '', '', added_us FROM objects)";
    let steps = format!(
        "SELECT FROM object_head FOR UPDATE;
         DELETE FROM value_repeats;
         DELETE FROM value_tallies;
         INSERT INTO value_repeats
         SELECT v.space, v.value, v.object
         FROM {carried} AS v JOIN objects AS o ON o.added_us = v.object WHERE {several};
         INSERT INTO value_tallies
         SELECT v.space, v.value, o.audience, o.origin, count(*)
         FROM {carried} AS v JOIN objects AS o ON o.added_us = v.object WHERE NOT {several}
         GROUP BY v.space, v.value, o.audience, o.origin"
    );
    transaction.batch_execute(&steps).await?;
    Ok(())
}

async fn count(transaction: &Transaction<'_>, rows: &Rows, by: i64) -> Outcome<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let counted = format!(
        "SELECT v.space, v.value, o.audience, o.origin, count(*) * $2::bigint AS objects
         FROM {CARRIED} AS v JOIN objects AS o ON o.added_us = v.object
         WHERE o.added_us = ANY($1)
         GROUP BY v.space, v.value, o.audience, o.origin"
    );
    let change = match by > 0 {
        true => format!(
            "INSERT INTO value_tallies AS t (space, value, audience, origin, objects) {counted}
             ON CONFLICT (space, value, audience, origin)
             DO UPDATE SET objects = t.objects + excluded.objects"
        ),
        // What nothing is left of goes; everything else is lessened.
        false => format!(
            "WITH counted AS ({counted}), gone AS (
                 DELETE FROM value_tallies AS t USING counted AS c
                 WHERE (t.space, t.value, t.audience, t.origin)
                     = (c.space, c.value, c.audience, c.origin)
                 AND t.objects + c.objects <= 0
             )
             UPDATE value_tallies AS t SET objects = t.objects + c.objects FROM counted AS c
             WHERE (t.space, t.value, t.audience, t.origin)
                 = (c.space, c.value, c.audience, c.origin)
             AND t.objects + c.objects > 0"
        ),
    };
    let rows: Vec<i64> = rows.iter().copied().collect();
    let change = transaction.prepare_cached(&change).await?;
    transaction.execute(&change, &[&rows, &by]).await?;
    Ok(())
}

async fn list(transaction: &Transaction<'_>, rows: &Rows) -> Outcome<()> {
    let put = format!(
        "INSERT INTO value_repeats (space, value, object)
         SELECT space, value, object FROM {CARRIED} AS v ON CONFLICT DO NOTHING"
    );
    change(transaction, &put, rows).await
}

async fn unlist(transaction: &Transaction<'_>, rows: &Rows) -> Outcome<()> {
    let drop = format!(
        "DELETE FROM value_repeats AS r USING {CARRIED} AS v
         WHERE (r.space, r.value, r.object) = (v.space, v.value, v.object)"
    );
    change(transaction, &drop, rows).await
}

async fn change(transaction: &Transaction<'_>, statement: &str, rows: &Rows) -> Outcome<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows: Vec<i64> = rows.iter().copied().collect();
    let statement = transaction.prepare_cached(statement).await?;
    transaction.execute(&statement, &[&rows]).await?;
    Ok(())
}
