//! The sequencer: gives events their global number and extends the tree, and gives notices their
//! position. Both happen after the commits that brought them, under a lock, so that whoever reads on
//! from a number can never be overtaken by a slower commit with a smaller one.

use deadpool_postgres::Transaction;
use kaname_kernel::merkle::Hash;
use kaname_store::tiles::{Edge, Tile};

use crate::{
    error::{Outcome, corrupt},
    form,
    open::Session,
    write::lock,
};

/// Events ordered in one transaction.
const BITE: i64 = 10_000;

/// Orders every event committed so far; gives the number of leaves.
pub(crate) async fn sequence(session: &mut Session) -> Outcome<u64> {
    let mut size = size(session).await?;
    while waiting(session).await? {
        size = bite(session).await?;
    }
    Ok(size)
}

/// Number of leaves.
pub(crate) async fn size(session: &Session) -> Outcome<u64> {
    let find = session
        .prepare_cached("SELECT ledger_size FROM head")
        .await?;
    form::count(&session.query_one(&find, &[]).await?, 0)
}

async fn waiting(session: &Session) -> Outcome<bool> {
    let find = "SELECT EXISTS (SELECT FROM events WHERE seq IS NULL)";
    let find = session.prepare_cached(find).await?;
    Ok(session.query_one(&find, &[]).await?.try_get(0)?)
}

async fn bite(session: &mut Session) -> Outcome<u64> {
    let transaction = session.transaction().await?;
    transaction.execute(lock::TAKE, &[&lock::SEQUENCE]).await?;
    let head = transaction
        .query_one("SELECT ledger_size FROM head", &[])
        .await?;
    let mut edge = load_edge(&transaction, form::count(&head, 0)?).await?;
    let find = "SELECT arrival, leaf FROM events WHERE seq IS NULL ORDER BY arrival LIMIT $1";
    let (mut arrivals, mut seqs) = (Vec::new(), Vec::new());
    for row in transaction.query(find, &[&BITE]).await? {
        let leaf: Hash = form::hash(&row, 1)?;
        let arrival: i64 = row.try_get(0)?;
        arrivals.push(arrival);
        seqs.push(edge.size() as i64);
        edge.push(leaf);
    }
    let number = "UPDATE events AS e SET seq = new.seq
                  FROM unnest($1::bigint[], $2::bigint[]) AS new (arrival, seq)
                  WHERE e.arrival = new.arrival";
    transaction.execute(number, &[&arrivals, &seqs]).await?;
    for Tile { row, index, bytes } in edge.take_changed() {
        let put = "INSERT INTO tiles (tile_row, number, hashes) VALUES ($1, $2, $3)
                   ON CONFLICT (tile_row, number) DO UPDATE SET hashes = excluded.hashes";
        transaction
            .execute(put, &[&i16::from(row), &(index as i64), &bytes])
            .await?;
    }
    let put = "UPDATE head SET ledger_size = $1";
    transaction.execute(put, &[&(edge.size() as i64)]).await?;
    transaction.commit().await?;
    Ok(edge.size())
}

async fn load_edge(transaction: &Transaction<'_>, size: u64) -> Outcome<Edge> {
    let mut tiles = Vec::new();
    for needed in Edge::needed(size) {
        let find = "SELECT hashes FROM tiles WHERE tile_row = $1 AND number = $2";
        let place: (i16, i64) = (i16::from(needed.row), needed.index as i64);
        let tile = transaction.query_opt(find, &[&place.0, &place.1]).await?;
        let tile = tile.ok_or_else(|| corrupt("ledger tile", "it is missing"))?;
        tiles.push(tile.try_get(0)?);
    }
    Edge::from_tiles(size, &tiles).ok_or_else(|| corrupt("ledger tile", "it is too short"))
}

/// Gives waiting notices their position; gives the last one.
pub(crate) async fn number_notices(session: &mut Session) -> Outcome<u64> {
    let find = "SELECT last_notice, EXISTS (SELECT FROM notices WHERE position IS NULL) FROM head";
    let find = session.prepare_cached(find).await?;
    let head = session.query_one(&find, &[]).await?;
    if !head.try_get::<_, bool>(1)? {
        return form::count(&head, 0);
    }
    let transaction = session.transaction().await?;
    transaction.execute(lock::TAKE, &[&lock::NOTICES]).await?;
    let number = "WITH waiting AS (
                      SELECT arrival, row_number() OVER (ORDER BY arrival) AS place
                      FROM notices WHERE position IS NULL
                  )
                  UPDATE notices AS n SET position = head.last_notice + waiting.place
                  FROM waiting, head WHERE n.arrival = waiting.arrival";
    let numbered = transaction.execute(number, &[]).await?;
    let put = "UPDATE head SET last_notice = last_notice + $1 RETURNING last_notice";
    let last = transaction.query_one(put, &[&(numbered as i64)]).await?;
    transaction.commit().await?;
    form::count(&last, 0)
}
