//! The job table: queued, leased, ended.

use std::{rc::Rc, sync::Arc};

use jiff::Timestamp;
use kaname_store::{Job, JobOutcome, StoreError};
use rusqlite::{OptionalExtension, params, types::Value};

use crate::{error::Outcome, form, prepared::PreparedJob, writer::Writing};

pub(crate) fn queue_all(writing: &Writing<'_>, jobs: &[PreparedJob]) -> Outcome<()> {
    for PreparedJob { job, payload } in jobs {
        let waits = "SELECT 1 FROM jobs
                     WHERE kind = ?1 AND dedup = ?2 AND dead_us IS NULL AND lease IS NULL";
        if let Some(dedup) = &job.dedup {
            let mut waits = writing.connection.prepare_cached(waits)?;
            let waits: Option<i64> = waits
                .query_row(params![job.kind, dedup], |row| row.get(0))
                .optional()?;
            if waits.is_some() {
                continue;
            }
        }
        let put = "INSERT INTO jobs (kind, dedup, priority, run_us, max_attempts, payload)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        writing.connection.prepare_cached(put)?.execute(params![
            job.kind,
            job.dedup,
            job.priority,
            job.run_at.as_microsecond(),
            job.max_attempts,
            payload,
        ])?;
    }
    Ok(())
}

#[derive(Clone)]
pub(crate) struct Lease {
    pub(crate) kinds: Arc<[String]>,
    pub(crate) lease: [u8; 16],
    pub(crate) now: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) limit: u32,
}

/// Free or abandoned jobs whose time has come.
const DUE: &str = "dead_us IS NULL AND run_us <= ?1
                   AND (lease IS NULL OR leased_us <= ?1) AND kind IN rarray(?2)";

/// Whether there is anything to lease: asked before the writer is troubled.
pub(crate) fn any_due(connection: &rusqlite::Connection, ask: &Lease) -> Outcome<bool> {
    let find = format!("SELECT EXISTS (SELECT 1 FROM jobs WHERE {DUE})");
    let mut find = connection.prepare_cached(&find)?;
    let now_us = ask.now.as_microsecond();
    Ok(find.query_row(params![now_us, form::texts(&ask.kinds)], |row| row.get(0))?)
}

/// Leases due jobs, highest priority first.
pub(crate) fn lease(writing: &Writing<'_>, ask: &Lease) -> Outcome<Vec<Job>> {
    let connection = writing.connection;
    let now_us = ask.now.as_microsecond();
    bury_abandoned(writing, ask)?;
    let find = format!(
        "SELECT id, kind, payload, attempt + 1 FROM jobs WHERE {DUE}
         ORDER BY priority DESC, run_us, id LIMIT ?3"
    );
    let mut find = connection.prepare_cached(&find)?;
    let mut rows = find.query(params![now_us, form::texts(&ask.kinds), ask.limit])?;
    let mut jobs = Vec::new();
    while let Some(row) = rows.next()? {
        jobs.push(Job {
            id: row.get(0)?,
            kind: row.get(1)?,
            payload: form::json(row, 2, "job")?,
            attempt: row.get(3)?,
            lease: ask.lease,
            leased_until: ask.until,
        });
    }
    drop(rows);
    let take = "UPDATE jobs SET lease = ?1, leased_us = ?2, attempt = attempt + 1
                WHERE id IN rarray(?3)";
    let ids = Rc::new(
        jobs.iter()
            .map(|job| Value::Integer(job.id))
            .collect::<Vec<_>>(),
    );
    let until_us = ask.until.as_microsecond();
    connection
        .prepare_cached(take)?
        .execute(params![ask.lease, until_us, ids])?;
    Ok(jobs)
}

/// Jobs whose last permitted attempt ended without a word are dead letters.
fn bury_abandoned(writing: &Writing<'_>, ask: &Lease) -> Outcome<()> {
    let bury = format!(
        "UPDATE jobs SET dead_us = ?1, lease = NULL, leased_us = NULL,
             error = 'the worker stopped during the last attempt'
         WHERE {DUE} AND attempt >= max_attempts"
    );
    let now_us = ask.now.as_microsecond();
    let mut bury = writing.connection.prepare_cached(&bury)?;
    bury.execute(params![now_us, form::texts(&ask.kinds)])?;
    Ok(())
}

/// Ends a job whose lease still stands.
pub(crate) fn finish(writing: &Writing<'_>, job: &Job, outcome: &JobOutcome) -> Outcome<()> {
    let find = "SELECT attempt >= max_attempts FROM jobs
                WHERE id = ?1 AND lease = ?2 AND attempt = ?3 AND dead_us IS NULL";
    let mut find = writing.connection.prepare_cached(find)?;
    let found = find.query_row(params![job.id, job.lease, job.attempt], |row| row.get(0));
    let Some(used_up) = found.optional()? else {
        return Err(StoreError::LeaseLost(job.id).into());
    };
    match outcome {
        JobOutcome::Done => {
            let drop = "DELETE FROM jobs WHERE id = ?1";
            writing.connection.prepare_cached(drop)?.execute([job.id])?;
        }
        JobOutcome::Retry { error, .. } if used_up => bury(writing, job, error)?,
        JobOutcome::Retry { at, error } => {
            let put = "UPDATE jobs SET run_us = ?2, error = ?3, lease = NULL, leased_us = NULL
                       WHERE id = ?1";
            let mut put = writing.connection.prepare_cached(put)?;
            put.execute(params![job.id, at.as_microsecond(), error])?;
        }
        JobOutcome::Dead { error } => bury(writing, job, error)?,
    }
    Ok(())
}

fn bury(writing: &Writing<'_>, job: &Job, error: &str) -> Outcome<()> {
    let put = "UPDATE jobs SET dead_us = ?2, error = ?3, lease = NULL, leased_us = NULL
               WHERE id = ?1";
    let now_us = writing.clock.now().as_microsecond();
    writing
        .connection
        .prepare_cached(put)?
        .execute(params![job.id, now_us, error])?;
    Ok(())
}
