//! What is written in one transaction and never held whole: the writer takes part after part from whoever
//! makes them.

use std::sync::{Arc, Mutex, PoisonError};

use kaname_store::{Batches, Commits, Committed, Rows, StoreError};

use crate::{
    open::SqliteStore,
    store::{placed, prepare, prepared},
    write::{commit, rebuild},
};

/// Many changes, all or none.
pub(crate) async fn commit_all(
    store: &SqliteStore,
    commits: &mut dyn Commits,
) -> Result<Committed, StoreError> {
    // The writer keeps its transaction open and takes what comes; one change waits meanwhile.
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let refused = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&refused);
    let write = store.writer.write("committing", move |writing| {
        let done = commit::commit_all(writing, &mut receiver, &slot);
        receiver.close();
        done
    });
    let compute = async move {
        while let Some(change) = commits.next().await? {
            if sender.send(Some(prepare(change).await?)).await.is_err() {
                return Ok(());
            }
        }
        // Nobody takes it when the writer has failed, which says why itself.
        let _ = sender.send(None).await;
        Ok(())
    };
    let (written, computed): (_, Result<(), StoreError>) = tokio::join!(write, compute);
    computed?;
    let refused = refused
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    refused.map_or(written, Err)
}

/// Rows in the place of all there are.
pub(crate) async fn replace_rows(
    store: &SqliteStore,
    batches: &mut dyn Batches,
) -> Result<(), StoreError> {
    // The writer keeps its transaction open and takes what comes; one batch waits meanwhile.
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let with_objects = batches.with_objects();
    let write = store.writer.write("rebuilding", move |writing| {
        let replaced = rebuild::replace(writing, with_objects, &mut receiver);
        // Whoever computes further batches is told that they are for nothing.
        receiver.close();
        replaced
    });
    let compute = async move {
        while let Some(rows) = batches.next().await? {
            let step = match rows {
                Rows::Records(records) => {
                    rebuild::Step::Records(prepared("rebuilding", records).await?)
                }
                Rows::Objects(objects) => {
                    rebuild::Step::Objects(placed("rebuilding", objects).await?)
                }
            };
            if sender.send(step).await.is_err() {
                return Ok(());
            }
        }
        // Nobody takes it when the writer has failed, which says why itself.
        let _ = sender.send(rebuild::Step::End).await;
        Ok(())
    };
    let (written, computed): (_, Result<(), StoreError>) = tokio::join!(write, compute);
    computed.and(written)
}
