//! `assessment list | show`.

use kaname_world::{
    World,
    sharing::{
        AssessmentView, Seen,
        assessment::{assessment_line, assessment_told},
    },
};
use serde_json::json;

use super::shell;
use crate::{
    cli::AssessmentCommand,
    config::Config,
    fault::Fault,
    open::Hub,
    say::{Say, table},
};

pub(super) async fn run(
    config: &Config,
    command: AssessmentCommand,
    say: Say,
) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = act(&hub.world, command, say).await;
    hub.close().await;
    done
}

async fn act(world: &World, command: AssessmentCommand, say: Say) -> Result<(), Fault> {
    match command {
        AssessmentCommand::List => list(world, say).await,
        AssessmentCommand::Show { number } => {
            let view = world.assessment(&shell(), &number).await?;
            say.result(&assessment_told(&view), || shown(&view))
        }
    }
}

async fn list(world: &World, say: Say) -> Result<(), Fault> {
    let (mut told, mut rows) = (Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let page = world
            .assessments(&shell(), &[], |query| query.after = after)
            .await?;
        for one in &page.rows {
            let state = &one.state;
            told.push(assessment_line(state));
            rows.push([
                state.number.clone(),
                state.state.as_str().to_owned(),
                state.version.to_string(),
                state.draft.title.in_one_line(),
            ]);
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    say.result(&json!({ "assessments": told }), || {
        table(["NUMBER", "STATE", "VERSION", "TITLE"], &rows)
    })
}

fn shown(view: &AssessmentView) -> String {
    let state = &view.assessment.state;
    let mut lines = vec![format!(
        "{} {} (version {}, {})",
        state.number,
        state.draft.title.in_one_line(),
        state.version,
        state.state.as_str()
    )];
    for (one, evidence) in state.draft.judgements.iter().zip(&view.evidence) {
        let (from, to) = one.likelihood.percent();
        lines.push(format!("  {}", one.text));
        lines.push(format!(
            "    {} ({from} to {to} %), {} confidence",
            one.likelihood.as_str(),
            one.confidence.as_str()
        ));
        for seen in evidence {
            lines.push(format!("    - {}", named(seen)));
        }
    }
    if let Some(tlp) = view.check.needs_tlp {
        lines.push(format!("its evidence is marked TLP:{}", tlp.label()));
    }
    for one in view.check.narrow.iter().filter(|one| one.bare) {
        let n = one.place + 1;
        lines.push(format!(
            "judgement {n} would go out without evidence that its readers see"
        ));
    }
    lines.join("\n")
}

fn named(seen: &Seen) -> String {
    match seen {
        Seen::Item { number, .. } => number.clone(),
        Seen::Object { id, name } => format!("{name} ({id})"),
        Seen::Outside { name, grade, .. } => format!("{name} ({grade})"),
    }
}
