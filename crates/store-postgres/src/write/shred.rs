//! Redaction: destroys payload keys and puts the tombstone in the place of what could be found.

use deadpool_postgres::Transaction;
use kaname_kernel::EventId;
use kaname_store::{Committed, Record, StoreError};

use crate::{
    error::Outcome,
    form,
    open::Context,
    write::{
        commit::{self, Numbered},
        record,
    },
};

pub(crate) async fn shred(
    transaction: &Transaction<'_>,
    context: &Context,
    events: &[EventId],
    (tombstone, audience): (&Record, i32),
    numbered: &Numbered,
) -> Outcome<Committed> {
    let matter = tombstone.id.bytes().as_slice();
    let committed = commit::write(transaction, context, numbered).await?;
    record::put_all(transaction, &[(tombstone, audience)]).await?;
    // Looked at with the record's row locked: an event that came in between would survive.
    let find = "SELECT coalesce(max(version), 0) FROM events WHERE matter = $1";
    let standing = form::version(&transaction.query_one(find, &[&matter]).await?, 0)?;
    if standing != tombstone.version {
        let (matter, expected) = (tombstone.id, tombstone.version);
        return Err(StoreError::Conflict { matter, expected }.into());
    }
    let ids = form::ids(events);
    let destroy = "UPDATE events SET wrapped_key = NULL WHERE id = ANY($1) AND matter = $2";
    transaction.execute(destroy, &[&ids, &matter]).await?;
    let list = "INSERT INTO shredded (event, at_us) SELECT unnest($1::bytea[]), $2
                ON CONFLICT DO NOTHING";
    let at_us = context.clock.now().as_microsecond();
    transaction.execute(list, &[&ids, &at_us]).await?;
    let destroy = "UPDATE blobs SET wrapped_key = NULL WHERE matter = $1";
    transaction.execute(destroy, &[&matter]).await?;
    Ok(committed)
}
