//! `campaign proposals | accept | dismiss | aside | restore | list | show | new | join | split | merge | rename | undo`.

use kaname_kernel::MatterId;
use kaname_sharing::campaign::CampaignState;
use kaname_world::{
    World, WorldError,
    sharing::{
        CampaignView, NewCampaign, OffCampaign, Proposed,
        cluster::{campaign_told, dismissal_told, line_told, proposal_told},
    },
};
use serde_json::{Value, json};

use super::shell;
use crate::{
    cli::CampaignCommand,
    config::Config,
    fault::Fault,
    open::Hub,
    say::{Say, table},
};

/// Reports of a proposal set aside that are named.
const MOST_NAMED: usize = 20;

pub(super) async fn run(config: &Config, command: CampaignCommand, say: Say) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = act(&hub.world, command, say).await;
    hub.close().await;
    done
}

async fn act(world: &World, command: CampaignCommand, say: Say) -> Result<(), Fault> {
    let shell = shell();
    let number = match command {
        CampaignCommand::Proposals => return proposals(world, say).await,
        CampaignCommand::Aside => return aside(world, say).await,
        CampaignCommand::List { all } => return list(world, all, say).await,
        CampaignCommand::Dismiss { key, reason } => {
            let done = world.dismiss_proposal(&shell, &key, &reason).await?;
            return say.result(&json!({ "id": done.id }), || {
                format!(
                    "set aside; kaname campaign restore {} lets it count again",
                    done.id
                )
            });
        }
        CampaignCommand::Restore { id } => {
            let parsed: MatterId = id
                .parse()
                .map_err(|_| Fault::from(WorldError::NotFound("dismissal")))?;
            world.restore_proposal(&shell, parsed).await?;
            return say.result(&json!({ "id": id }), || "it counts again".to_owned());
        }
        CampaignCommand::Show { number } => number,
        CampaignCommand::Accept { key, title } => {
            let done = world
                .accept_proposal_of_campaign(&shell, &key, &title)
                .await?;
            done.state.number
        }
        CampaignCommand::New { reports, title } => {
            let new = NewCampaign {
                title: &title,
                reports: &reports,
            };
            world.new_campaign(&shell, new).await?.state.number
        }
        CampaignCommand::Join { number, reports } => {
            world
                .join_campaign(&shell, &number, &reports)
                .await?
                .state
                .number
        }
        CampaignCommand::Split {
            number,
            reports,
            reason,
            title,
        } => {
            let off = OffCampaign {
                reports: &reports,
                reason: &reason,
                title: title.as_deref(),
            };
            let new = world.split_campaign(&shell, &number, off).await?;
            new.map_or(number, |new| new.state.number)
        }
        CampaignCommand::Merge { number, other } => {
            world
                .merge_campaigns(&shell, &number, &other)
                .await?
                .state
                .number
        }
        CampaignCommand::Rename { number, title } => {
            world
                .rename_campaign(&shell, &number, &title)
                .await?
                .state
                .number
        }
        CampaignCommand::Undo {
            number,
            step,
            reason,
        } => {
            let done = world.undo_campaign(&shell, &number, step, &reason).await?;
            done.state.number
        }
    };
    let view = world.campaign(&shell, &number).await?;
    say.result(&campaign_told(&view), || shown(&view))
}

async fn proposals(world: &World, say: Say) -> Result<(), Fault> {
    let proposed = world.proposals(&shell()).await?;
    let told: Vec<Value> = proposed.iter().map(proposal_told).collect();
    say.result(&json!({ "proposals": told }), || {
        match proposed.as_slice() {
            [] => "nothing is proposed".to_owned(),
            all => all.iter().map(proposal).collect::<Vec<_>>().join("\n\n"),
        }
    })
}

fn proposal(proposed: &Proposed) -> String {
    let mut lines = vec![format!("{} ({} reports)", proposed.key, proposed.count)];
    for piece in &proposed.evidence {
        let [one, other] = &piece.numbers;
        let ground = &piece.ground;
        let how = match ground.same {
            true => "say nearly the same",
            false => "belong together",
        };
        let mut said = format!("  {one} and {other} {how}");
        if let Some((carriers, of)) = ground.rarest {
            let bits = f64::from(ground.centibits) / 100.0;
            let rarest = format!("; rarest value carried by {carriers} of {of}, {bits:.1} bits");
            said.push_str(&rarest);
        }
        for (percent, what) in [(ground.values, "values"), (ground.text, "text")] {
            if let Some(percent) = percent {
                said.push_str(&format!("; {percent} % of {what} in common"));
            }
        }
        lines.push(said);
    }
    if proposed.more > 0 {
        lines.push(format!("  and {} more pieces of evidence", proposed.more));
    }
    lines.join("\n")
}

async fn aside(world: &World, say: Say) -> Result<(), Fault> {
    let shell = shell();
    let (mut told, mut rows) = (Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let page = world
            .dismissals(&shell, |query| query.after = after)
            .await?;
        for one in &page.rows {
            let named = one.state.reports.iter().take(MOST_NAMED);
            let named = world.reports_named(&shell, named).await?;
            rows.push([
                one.id.to_string(),
                one.state.at.to_string(),
                one.state.reason.clone(),
            ]);
            told.push(dismissal_told(one, &named));
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    say.result(&json!({ "aside": told }), || {
        table(["ID", "AT", "REASON"], &rows)
    })
}

async fn list(world: &World, all: bool, say: Say) -> Result<(), Fault> {
    let states: &[CampaignState] = match all {
        true => &[
            CampaignState::Open,
            CampaignState::Merged,
            CampaignState::Dissolved,
        ],
        false => &[CampaignState::Open],
    };
    let (mut told, mut rows) = (Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let page = world
            .campaigns(&shell(), states, |query| query.after = after)
            .await?;
        for one in &page.rows {
            let state = &one.state;
            told.push(line_told(state));
            rows.push([
                state.number.clone(),
                state.state.as_str().to_owned(),
                state.reports.len().to_string(),
                state.title.clone(),
            ]);
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    say.result(&json!({ "campaigns": told }), || {
        table(["NUMBER", "STATE", "REPORTS", "TITLE"], &rows)
    })
}

fn shown(view: &CampaignView) -> String {
    let state = &view.campaign.state;
    let mut lines = vec![format!(
        "{} {} ({})",
        state.number,
        state.title,
        state.state.as_str()
    )];
    for report in &view.reports {
        let report = &report.state;
        lines.push(format!(
            "  {} {} {}",
            report.submission.receipt,
            report.state.as_str(),
            report.received
        ));
    }
    if let Some(step) = state.last_step() {
        lines.push(format!("the last step that holds is {}", step.version));
    }
    lines.join("\n")
}
