//! Who sees the victim record of an own report, what is asked and what consent would mean, and what
//! happened so far: the same facts as on the provider's page.

use kaname_directory::{Account, Name2, Party, day_of};
use kaname_kernel::{AccountId, PartyId};
use kaname_sharing::victim::{Entry, Happened, ReaderTold, Shown};
use kaname_world::{
    World,
    sharing::{ReportView, Telling},
};
use serde_json::{Value, json};

use crate::error::Failure;

/// Entries given unless all are asked for.
const NEWEST: usize = 20;

/// `null` where there is no victim record.
pub(super) async fn showing(
    world: &World,
    view: &ReportView,
    whole: bool,
) -> Result<Value, Failure> {
    let Some(victim) = view.victim.as_ref().map(|victim| &victim.state) else {
        return Ok(Value::Null);
    };
    let mut readers = Vec::new();
    for id in &victim.shown.parties {
        let read = victim.acknowledged.iter().find(|one| one.party == *id);
        readers.push(json!({
            "name": party(world, *id).await?,
            "acknowledged": read.map(|one| one.at.to_string()),
        }));
    }
    let shown = if whole { usize::MAX } else { NEWEST };
    let mut history = Vec::new();
    for one in victim.history.iter().rev().take(shown) {
        history.push(entry(world, one).await?);
    }
    let asked = world.telling(view).await?;
    Ok(json!({
        "readers": readers,
        "asked": asked.map(|asked| told(world, &asked)),
        "more_history": victim.history.len().saturating_sub(shown),
        "history": history,
    }))
}

fn told(world: &World, asked: &Telling) -> Value {
    let readers = asked.readers.iter();
    let readers: Vec<Value> = readers.map(|one| reader(world, one)).collect();
    let traces = asked.traces.iter().map(|one| {
        let signs: Vec<&str> = one.signs.iter().map(|sign| sign.as_str()).collect();
        json!({
            "in": one.place.as_str(),
            "signs": signs,
            "before": one.before,
            "text": one.inside,
            "after": one.after,
        })
    });
    let traces: Vec<Value> = traces.collect();
    json!({
        "reason": asked.asked.reason,
        "deadline": asked.asked.deadline.map(|at| at.to_string()),
        "covers": {
            "sha256": asked.hash.to_string(),
            "text": asked.harm.text,
            "contact": asked.harm.contact,
            "noticed": asked.harm.noticed.map(|at| at.to_string()),
            "beside_items": asked.linked,
            "beside_later_items": true,
        },
        "readers": readers,
        "traces": traces,
        "more_traces": asked.trace_count - asked.traces.len(),
    })
}

fn reader(world: &World, reader: &ReaderTold) -> Value {
    let all = world.catalogue().duties_on(day_of(world.now()));
    let unbound = reader.unbound.iter().map(|code| {
        let duty = all.iter().find(|duty| duty.value.code == *code);
        json!({ "code": code.as_str(), "name": duty.map(|duty| named(&duty.value.name)) })
    });
    let unbound: Vec<Value> = unbound.collect();
    json!({
        "code": reader.code,
        "name": named(&reader.name),
        "member": reader.member,
        "duties_not_accepted": unbound,
    })
}

async fn entry(world: &World, entry: &Entry) -> Result<Value, Failure> {
    let at = entry.at.to_string();
    Ok(match &entry.what {
        Happened::Asked {
            officer,
            reason,
            shown,
            deadline,
        } => json!({
            "did": "asked",
            "at": at,
            "by": officer_title(world, *officer).await?,
            "reason": reason,
            "to": parties(world, shown).await?,
            "deadline": deadline.map(|at| at.to_string()),
        }),
        Happened::Consented {
            shown,
            hash,
            readers,
        } => json!({
            "did": "consented",
            "at": at,
            "to": match readers.is_empty() {
                true => parties(world, shown).await?,
                false => readers.iter().map(|one| named(&one.name)).collect(),
            },
            "sha256": hash.map(|hash| hash.to_string()),
        }),
        Happened::Read { party: id } => {
            json!({ "did": "read", "at": at, "by": party(world, *id).await? })
        }
        Happened::Declined => json!({ "did": "declined", "at": at }),
        Happened::Lapsed => json!({ "did": "lapsed", "at": at }),
        Happened::Hidden => json!({ "did": "hidden", "at": at }),
        Happened::Withdrawn => json!({ "did": "withdrawn", "at": at }),
    })
}

async fn parties(world: &World, shown: &Shown) -> Result<Vec<Value>, Failure> {
    let mut all = Vec::new();
    for id in &shown.parties {
        all.push(party(world, *id).await?);
    }
    Ok(all)
}

async fn party(world: &World, id: PartyId) -> Result<Value, Failure> {
    let party = world.load::<Party>(id.cast()).await?;
    Ok(party.map_or(Value::Null, |party| named(&party.state.description.name)))
}

async fn officer_title(world: &World, id: AccountId) -> Result<Value, Failure> {
    let account = world.load::<Account>(id.cast()).await?;
    Ok(account.map_or(Value::Null, |account| named(&account.state.title)))
}

fn named(name: &Name2) -> Value {
    json!({ "ja": name.ja.as_str(), "en": name.en.as_str() })
}
