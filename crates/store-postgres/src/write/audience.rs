//! Audiences get their number before the transaction that uses them, in a short one of their own:
//! numbers become visible in order, so whoever reads on from the last one misses none.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

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

async fn intern(session: &mut Session, known: &Known, new: &Audience) -> Outcome<AudienceId> {
    let form = serde_json::to_string(new).map_err(|e| corrupt("audience", e))?;
    let sha256 = Sha256::digest(form.as_bytes()).to_vec();
    let find = "SELECT id FROM audiences WHERE sha256 = $1";
    let mut row = session.query_opt(find, &[&sha256]).await?;
    if row.is_none() {
        let transaction = session.transaction().await?;
        transaction.execute(lock::TAKE, &[&lock::AUDIENCES]).await?;
        row = transaction.query_opt(find, &[&sha256]).await?;
        if row.is_none() {
            let put = "INSERT INTO audiences (form, sha256) VALUES ($1, $2) RETURNING id";
            row = transaction.query_opt(put, &[&form, &sha256]).await?;
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
