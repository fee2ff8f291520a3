//! `item list | show | reviews | models`. The shell learns numbers, markings and dates, and nothing of what items say.

use jiff::Timestamp;
use kaname_sharing::{
    Item,
    decay::{Freshness, Models},
    item::{Blocking, Review},
};
use kaname_world::{World, sharing::ForReview};
use serde_json::{Value, json};

use super::shell;
use crate::{
    cli::{AgeArg, ItemCommand, ListItems},
    config::Config,
    fault::Fault,
    open::Hub,
    say::{Say, table},
};

pub(super) async fn run(config: &Config, command: ItemCommand, say: Say) -> Result<(), Fault> {
    if matches!(command, ItemCommand::Models) {
        return models(say);
    }
    let hub = Hub::open(config).await?;
    let done = act(&hub.world, command, say).await;
    hub.close().await;
    done
}

async fn act(world: &World, command: ItemCommand, say: Say) -> Result<(), Fault> {
    match command {
        ItemCommand::List(wanted) => list(world, &wanted, say).await,
        ItemCommand::Show { number } => show(world, &number, say).await,
        ItemCommand::Reviews => reviews(world, say).await,
        ItemCommand::Models => models(say),
    }
}

async fn list(world: &World, wanted: &ListItems, say: Say) -> Result<(), Fault> {
    let aged = wanted.age.map(|age| matches!(age, AgeArg::Aged));
    let by = shell();
    let found = world.items_out(&by, aged, |query| {
        query.states = vec![wanted.state.as_str().to_owned()];
        query.limit = wanted.limit;
    });
    let found = found.await?;
    let told: Vec<Value> = found
        .rows
        .iter()
        .map(|(item, fresh)| told(&item.state, fresh))
        .collect();
    let value = json!({ "items": told, "more": found.next.is_some() });
    say.result(&value, || {
        let rows: Vec<_> = found
            .rows
            .iter()
            .map(|(item, fresh)| row(&item.state, fresh))
            .collect();
        table(HEAD, &rows)
    })
}

async fn show(world: &World, number: &str, say: Say) -> Result<(), Fault> {
    let (item, fresh) = world.item_out(&shell(), number).await?;
    let item = &item.state;
    say.result(&told(item, &fresh), || {
        let mut lines = vec![
            format!("{} {}", item.number, item.content.tlp),
            format!("state: {}", item.state.as_str()),
            format!(
                "released: {}",
                moment(item.release.map(|release| release.at))
            ),
            format!("valid until: {}", moment(item.content.valid_until)),
            format!("blocking exports: {}", blocking(&item.blocking)),
            format!("review: {}", review(item)),
            format!(
                "seen last: {:.0} ({})",
                fresh.seen.at,
                fresh.seen.by.as_str()
            ),
        ];
        for kind in &fresh.kinds {
            let stands = match kind.is_aged {
                true => "below it since",
                false => "below it from",
            };
            lines.push(format!(
                "{} of {}: score {} of {}, threshold {}, {stands} {:.0}",
                kind.values,
                kind.model.code,
                kind.score,
                kind.model.base,
                kind.model.threshold,
                kind.fades_at
            ));
        }
        if fresh.steady > 0 {
            lines.push(format!("{} do not age", fresh.steady));
        }
        lines.join("\n")
    })
}

async fn reviews(world: &World, say: Say) -> Result<(), Fault> {
    let all = world.reviews(&shell()).await?;
    let value = |one: &ForReview| {
        let mut value = told(&one.item.state, &one.fresh);
        value["since"] = json!(one.since());
        value
    };
    let values: Vec<Value> = all.iter().map(value).collect();
    say.result(&json!({ "count": values.len(), "reviews": values }), || {
        let rows: Vec<_> = all
            .iter()
            .map(|one| row(&one.item.state, &one.fresh))
            .collect();
        table(HEAD, &rows)
    })
}

fn models(say: Say) -> Result<(), Fault> {
    let all = Models::builtin().all();
    let values: Vec<Value> = all
        .iter()
        .map(|model| {
            json!({
                "code": model.code, "name": { "ja": model.name.ja, "en": model.name.en },
                "kinds": model.kinds, "base": model.base, "threshold": model.threshold,
                "lifetime_days": model.lifetime_days, "speed": model.speed,
                "lasts_s": model.lasts_s(), "valid_from": model.valid_from,
            })
        })
        .collect();
    say.result(&json!({ "models": values }), || {
        let rows: Vec<_> = all
            .iter()
            .map(|model| {
                let kinds: Vec<&str> = model.kinds.iter().map(|kind| kind.as_str()).collect();
                [
                    model.code.clone(),
                    model.base.to_string(),
                    model.threshold.to_string(),
                    format!("{} d", model.lifetime_days),
                    format!("{}/{}", model.speed.0, model.speed.1),
                    format!("{} d", model.lasts_s() / 86_400),
                    model.valid_from.to_string(),
                    kinds.join(" "),
                ]
            })
            .collect();
        let head = [
            "CODE",
            "BASE",
            "THRESHOLD",
            "LIFETIME",
            "SPEED",
            "LASTS",
            "FROM",
            "KINDS",
        ];
        table(head, &rows)
    })
}

const HEAD: [&str; 8] = [
    "NUMBER",
    "STATE",
    "TLP",
    "SCORE",
    "AGED",
    "FADES",
    "VALID UNTIL",
    "WAITS FOR",
];

fn row(item: &Item, fresh: &Freshness) -> [String; 8] {
    let score = fresh.score();
    [
        item.number.clone(),
        item.state.as_str().to_owned(),
        item.content.tlp.to_string(),
        score.map_or("-".to_owned(), |score| score.to_string()),
        fresh.aged().as_str().to_owned(),
        moment(fresh.next_fades_at()),
        moment(item.content.valid_until),
        waits(item),
    ]
}

fn told(item: &Item, fresh: &Freshness) -> Value {
    json!({
        "number": item.number,
        "state": item.state.as_str(),
        "kind": item.content.kind.as_str(),
        "tlp": item.content.tlp,
        "pap": item.content.pap,
        "released": item.release.map(|release| release.at),
        "valid_until": item.content.valid_until,
        "blocking": blocking(&item.blocking),
        "review": review(item),
        "confirmed": item.confirmed.as_ref().map(|confirmed| confirmed.at),
        "freshness": fresh.told(),
    })
}

fn moment(at: Option<Timestamp>) -> String {
    at.map_or("-".to_owned(), |at| format!("{at:.0}"))
}

fn blocking(blocking: &Blocking) -> &'static str {
    match blocking {
        Blocking::Open => "open",
        Blocking::Suspended { .. } => "suspended",
        Blocking::Resumed { .. } => "resumed",
        Blocking::Kept { .. } => "kept",
    }
}

fn review(item: &Item) -> &'static str {
    match item.review {
        Review::Clear | Review::Later { .. } => "none",
        Review::Due { .. } => "due",
        Review::Left { .. } => "left",
    }
}

/// What an officer has to decide about it.
fn waits(item: &Item) -> String {
    let waits = [
        (item.waits_for_blocking(), "suspension"),
        (item.waits_for_review(), "review"),
    ];
    let words = waits.iter().filter(|(waits, _)| *waits);
    let words: Vec<&str> = words.map(|(_, word)| *word).collect();
    match words.is_empty() {
        true => "-".to_owned(),
        false => words.join(" "),
    }
}
