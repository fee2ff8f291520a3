//! `redact`: destroys the payload keys of a matter. The log stays whole; what was said is gone.

use kaname_kernel::MatterId;
use kaname_sharing::number;
use kaname_world::World;
use serde_json::json;

use super::shell;
use crate::{
    cli::RedactArgs,
    config::Config,
    fault::{Exit, Fault},
    open::Hub,
    say::Say,
};

pub(super) async fn run(config: &Config, args: RedactArgs, say: Say) -> Result<(), Fault> {
    if !args.yes {
        return Err(Fault::new(Exit::Usage, "a redaction cannot be undone")
            .at(args.matter.clone())
            .hint("give --yes to go on"));
    }
    let hub = Hub::open(config).await?;
    let done = redact(&hub.world, &args, say).await;
    hub.close().await;
    done
}

async fn redact(world: &World, args: &RedactArgs, say: Say) -> Result<(), Fault> {
    let matter = find(world, &args.matter).await?;
    world.redact(&shell(), matter, &args.reason).await?;
    let result = json!({ "redacted": matter });
    say.result(&result, || {
        format!(
            "{matter} is redacted\nBackups made before still hold it; `restore` redacts it again, \
             as long as this store is there."
        )
    })
}

/// The matter of an id, a receipt number or an item number.
async fn find(world: &World, named: &str) -> Result<MatterId, Fault> {
    if let Ok(id) = named.parse::<MatterId>() {
        return Ok(id);
    }
    let key = number::normalise(named);
    for space in ["receipt", "item"] {
        if let Some(id) = world.store().lookup(space, &key).await? {
            return Ok(id);
        }
    }
    Err(Fault::not_found(format!(
        "there is no matter, receipt or item `{named}`"
    )))
}
