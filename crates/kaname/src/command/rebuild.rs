//! `rebuild`: every table anew from the ledger.

use super::verify;
use crate::{
    config::Config,
    fault::{Exit, Fault},
    open::Hub,
    say::Say,
};

pub(super) async fn run(config: &Config, say: Say) -> Result<(), Fault> {
    let hub = Hub::open_alone(config).await?;
    let done = rebuild(&hub, say).await;
    hub.close().await;
    done
}

async fn rebuild(hub: &Hub, say: Say) -> Result<(), Fault> {
    hub.world.store().sequence().await?;
    if hub.world.store().ledger_size().await? == 0 {
        return Err(Fault::not_found("the ledger is empty").hint("`kaname init` founds a hub"));
    }
    let bar = say.progress("rebuilding", hub.world.store().ledger_size().await?);
    let rebuilt = hub.world.rebuild(&|done| bar.set_position(done)).await;
    bar.finish_and_clear();
    let rebuilt = rebuilt?;
    say.result(&rebuilt, || {
        let same = if rebuilt.identical {
            "the same as before"
        } else {
            "NOT the same as before"
        };
        format!(
            "{} matters from {} events, {} objects; all rows are {same}",
            rebuilt.matters, rebuilt.events, rebuilt.objects
        )
    })?;
    // The bytes of objects are primary: nothing else can be computed into their place.
    if let Some(fault) = &rebuilt.fault {
        return Err(verify::unproved(fault));
    }
    if rebuilt.identical {
        return Ok(());
    }
    Err(Fault::new(
        Exit::Unproved,
        "rows differed from what the ledger says; now they follow it",
    )
    .hint("someone changed the tables, or another version of this program wrote them"))
}
