//! `webhook add | list | rekey | stop | start`.

use kaname_kernel::MatterId;
use kaname_sharing::Webhook;
use kaname_world::{Loaded, World};
use serde_json::{Value, json};

use super::{party, shell};
use crate::{
    cli::WebhookCommand,
    config::Config,
    fault::Fault,
    open::Hub,
    say::{Say, table},
};

pub(super) async fn run(config: &Config, command: WebhookCommand, say: Say) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = act(&hub.world, command, say).await;
    hub.close().await;
    done
}

async fn act(world: &World, command: WebhookCommand, say: Say) -> Result<(), Fault> {
    match command {
        WebhookCommand::Add { party, url } => {
            let party = party::find(world, &party).await?;
            let (webhook, secret) = world
                .register_webhook(&shell(), party.id.cast(), &url)
                .await?;
            let result = json!({ "webhook": shown(&webhook), "secret": secret });
            say.result(&result, || {
                format!(
                    "webhook {} is set up\n  secret  {secret}  (shown once)",
                    webhook.id
                )
            })
        }
        WebhookCommand::List { party } => list(world, party.as_deref(), say).await,
        WebhookCommand::Rekey { id } => {
            let (webhook, secret) = world.rekey_webhook(&shell(), read(&id)?).await?;
            let result = json!({ "webhook": shown(&webhook), "secret": secret });
            say.result(&result, || {
                format!("webhook {id} has a fresh secret\n  secret  {secret}  (shown once)")
            })
        }
        WebhookCommand::Stop { id, reason } => {
            let webhook = world.stop_webhook(&shell(), read(&id)?, &reason).await?;
            say.result(&shown(&webhook), || format!("webhook {id} is stopped"))
        }
        WebhookCommand::Start { id } => {
            let webhook = world.start_webhook(&shell(), read(&id)?).await?;
            say.result(&shown(&webhook), || format!("webhook {id} is called again"))
        }
    }
}

async fn list(world: &World, party: Option<&str>, say: Say) -> Result<(), Fault> {
    let owner = match party {
        Some(code) => Some(party::find(world, code).await?.id),
        None => None,
    };
    let page = world
        .webhooks(&shell(), |query| {
            query.limit = party::MOST;
            query.owner = owner;
        })
        .await?;
    let values: Vec<_> = page.rows.iter().map(shown).collect();
    say.result(
        &json!({ "count": values.len(), "webhooks": values }),
        || {
            let rows: Vec<_> = page.rows.iter().map(row).collect();
            let text = table(["ID", "URL", ""], &rows);
            format!("{text}\n{} webhooks", rows.len())
        },
    )
}

fn row(webhook: &Loaded<Webhook>) -> [String; 3] {
    let state = if webhook.state.active {
        "called"
    } else {
        "stopped"
    };
    [
        webhook.id.to_string(),
        webhook.state.url.clone(),
        state.to_owned(),
    ]
}

fn read(id: &str) -> Result<MatterId, Fault> {
    id.parse()
        .map_err(|error| Fault::usage(format!("webhook: {error}")))
}

fn shown(webhook: &Loaded<Webhook>) -> Value {
    let state = &webhook.state;
    json!({
        "id": webhook.id,
        "party": state.party,
        "url": state.url,
        "active": state.active,
        "stopped": state.stopped,
        "registered": state.registered,
    })
}
