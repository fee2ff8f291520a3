//! Audiences get their number before the transaction that uses them, in a short one of their own:
//! numbers become visible in order, so whoever reads on from the last one misses none.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use deadpool_postgres::Transaction;
use kaname_kernel::{Audience, AudienceId};
use sha2::{Digest, Sha256};

use crate::{
    error::{Outcome, corrupt},
    form,
    open::Session,
    write::lock,
};

/// Most audiences kept in memory; then all are forgotten and looked up again.
const KNOWN: usize = 65_536;

/// Numbers and audiences known to this node. Both only ever hold what is durable.
#[derive(Default)]
pub(crate) struct Known {
    numbers: RwLock<HashMap<Audience, AudienceId>>,
    audiences: RwLock<HashMap<AudienceId, Audience>>,
}

impl Known {
    fn number(&self, audience: &Audience) -> Option<AudienceId> {
        let numbers = self.numbers.read().unwrap_or_else(PoisonError::into_inner);
        numbers.get(audience).copied()
    }

    fn learn(&self, id: AudienceId, audience: &Audience) {
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        let mut audiences = self
            .audiences
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if numbers.len() >= KNOWN || audiences.len() >= KNOWN {
            numbers.clear();
            audiences.clear();
        }
        numbers.insert(audience.clone(), id);
        audiences.insert(id, audience.clone());
    }

    /// Forgets all: a rebuild may have given other numbers.
    pub(crate) fn forget(&self) {
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        let mut audiences = self
            .audiences
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        numbers.clear();
        audiences.clear();
    }

    /// The audience behind a number, when known.
    pub(crate) fn audience(&self, id: AudienceId) -> Option<Audience> {
        let audiences = self
            .audiences
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        audiences.get(&id).cloned()
    }
}

/// Numbers of audiences, in their order; new ones are given one.
pub(crate) async fn numbers(
    session: &mut Session,
    known: &Known,
    wanted: &[&Audience],
) -> Outcome<Vec<i32>> {
    let mut numbers = Vec::with_capacity(wanted.len());
    for audience in wanted {
        let number = match known.number(audience) {
            Some(number) => number,
            None => intern(session, known, audience).await?,
        };
        numbers.push(i32::try_from(number).map_err(|e| corrupt("audience number", e))?);
    }
    Ok(numbers)
}

/// The same inside a transaction that has the audiences to itself, as a rebuild does: what is remembered
/// may have been changed in the database since, so only what this transaction met counts.
pub(crate) async fn numbers_within(
    transaction: &Transaction<'_>,
    met: &mut HashMap<Audience, i32>,
    wanted: &[&Audience],
) -> Outcome<Vec<i32>> {
    let mut numbers = Vec::with_capacity(wanted.len());
    for audience in wanted {
        let number = match met.get(audience) {
            Some(number) => *number,
            None => {
                let (form, sha256) = form_of(audience)?;
                let row = match transaction.query_opt(FIND, &[&sha256]).await? {
                    Some(row) => row,
                    None => transaction.query_one(PUT, &[&form, &sha256]).await?,
                };
                let number = row.try_get(0)?;
                if met.len() >= KNOWN {
                    met.clear();
                }
                met.insert((*audience).clone(), number);
                number
            }
        };
        numbers.push(number);
    }
    Ok(numbers)
}

/// Takes the audiences for a rebuild, and forgets those that are not what their digest says.
pub(crate) async fn take(transaction: &Transaction<'_>) -> Outcome<()> {
    transaction.execute(lock::TAKE, &[&lock::AUDIENCES]).await?;
    let drop = "DELETE FROM audiences WHERE sha256 <> sha256(convert_to(form, 'UTF8'))";
    transaction.execute(drop, &[]).await?;
    Ok(())
}

/// Forgets audiences that no row names.
pub(crate) async fn drop_unused(transaction: &Transaction<'_>) -> Outcome<()> {
    let drop = "DELETE FROM audiences AS a
                WHERE NOT EXISTS (SELECT FROM records AS r WHERE r.audience = a.id)
                AND NOT EXISTS (SELECT FROM objects AS o WHERE o.audience = a.id)";
    transaction.execute(drop, &[]).await?;
    Ok(())
}

const FIND: &str = "SELECT id FROM audiences WHERE sha256 = $1";
const PUT: &str = "INSERT INTO audiences (form, sha256) VALUES ($1, $2) RETURNING id";

/// How an audience is written, and the digest it is found by.
fn form_of(audience: &Audience) -> Outcome<(String, Vec<u8>)> {
    let form = serde_json::to_string(audience).map_err(|e| corrupt("audience", e))?;
    let sha256 = Sha256::digest(form.as_bytes()).to_vec();
    Ok((form, sha256))
}

async fn intern(session: &mut Session, known: &Known, new: &Audience) -> Outcome<AudienceId> {
    let (form, sha256) = form_of(new)?;
    let mut row = session.query_opt(FIND, &[&sha256]).await?;
    if row.is_none() {
        let transaction = session.transaction().await?;
        transaction.execute(lock::TAKE, &[&lock::AUDIENCES]).await?;
        row = transaction.query_opt(FIND, &[&sha256]).await?;
        if row.is_none() {
            row = transaction.query_opt(PUT, &[&form, &sha256]).await?;
        }
        transaction.commit().await?;
    }
    let row = row.ok_or_else(|| corrupt("audience", "it got no number"))?;
    let id = form::audience(&row, 0)?;
    known.learn(id, new);
    Ok(id)
}

/// Audiences behind numbers, learnt when not yet known.
pub(crate) async fn learn(session: &Session, known: &Known, ids: &[AudienceId]) -> Outcome<()> {
    let unknown = ids.iter().filter(|id| known.audience(**id).is_none());
    let unknown: Vec<i32> = unknown.filter_map(|id| i32::try_from(*id).ok()).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let find = "SELECT id, form FROM audiences WHERE id = ANY($1)";
    for row in session.query(find, &[&unknown]).await? {
        known.learn(form::audience(&row, 0)?, &form::json(&row, 1, "audience")?);
    }
    Ok(())
}
