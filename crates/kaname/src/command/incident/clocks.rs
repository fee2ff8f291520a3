//! `incident clocks`.

use kaname_incident::{
    obligation::{Clock, Facts, Law, Measure},
    routing::Tri,
};
use serde_json::json;

use super::{Rules, known, moment};
use crate::{
    cli::ClocksArgs,
    fault::Fault,
    say::{Say, table, word},
};

pub(super) fn run(rules: &Rules, args: &ClocksArgs, say: Say) -> Result<(), Fault> {
    let facts = Facts {
        received: args.received.unwrap_or(rules.now),
        aware: args.aware,
        classified: args.classified,
        sector: args.sector.clone(),
        lists: args.lists.iter().cloned().collect(),
        measures: args.measures.iter().cloned().collect(),
        ..Facts::default()
    };
    checked(rules, &facts)?;
    let law = Law {
        catalogue: &rules.catalogue,
        calendar: &rules.calendar,
        obligations: &rules.obligations,
    };
    let at = args.at.unwrap_or(rules.now);
    let clocks = law.clocks(&facts, at);
    say.result(
        &json!({ "at": at, "known": facts.known_at(), "clocks": clocks }),
        || {
            let rows: Vec<_> = clocks.iter().map(|clock| row(rules, clock)).collect();
            let head = ["DUE", "STATE", "OWED", "WHAT", "TO", "SOURCE"];
            let count = match clocks.len() {
                0 => "no law of the day has a clock for this".to_owned(),
                count => format!("{}\n{count} clocks", table(head, &rows)),
            };
            format!("{count}; known since {}", moment(facts.known_at()))
        },
    )
}

fn checked(rules: &Rules, facts: &Facts) -> Result<(), Fault> {
    let day = kaname_directory::day_of(facts.known_at());
    let lists = rules.obligations.lists_on(day);
    let lists: Vec<&str> = lists.iter().map(|one| one.value.code.as_str()).collect();
    let asked = facts.lists.iter().map(|code| code.as_str());
    known("list of operators", asked, &lists, day)?;
    let criteria = rules.obligations.criteria_on(day);
    let codes: Vec<&str> = criteria.iter().map(|one| one.value.code.as_str()).collect();
    let asked = facts.measures.keys().map(|code| code.as_str());
    known("criterion", asked, &codes, day)?;
    for (code, measure) in &facts.measures {
        let mut of = criteria.iter().filter(|one| one.value.code == *code);
        let unit = of.next().and_then(|one| one.value.unit.as_deref());
        let wanted = match (unit, measure) {
            (None, Measure::Count { .. }) => "yes or no".to_owned(),
            (Some(unit), Measure::Is(_)) => format!("a number ({unit})"),
            _ => continue,
        };
        return Err(Fault::usage(format!("`{code}` is answered by {wanted}")));
    }
    let sector = facts.sector.as_ref();
    match sector.filter(|code| rules.catalogue.sector_on(code, day).is_none()) {
        None => Ok(()),
        Some(sector) => {
            let fault = Fault::usage(format!("no sector `{sector}` on {day}"));
            Err(fault.hint(format!("`kaname sector list --on {day}` names them")))
        }
    }
}

fn row(rules: &Rules, clock: &Clock) -> [String; 6] {
    let due = clock.due.map(moment);
    let day = kaname_directory::day_of(clock.due.unwrap_or(rules.now));
    let to: Vec<String> = match &clock.authority {
        Some(authority) => vec![authority.ja.to_string()],
        None => clock.to.iter().map(|one| rules.name(one, day)).collect(),
    };
    let owed = match (clock.owed, clock.recurring) {
        (Tri::Yes, true) => "yes, with earlier ones".to_owned(),
        (owed, _) => word(&owed),
    };
    let mut source = clock.source.clone();
    if clock.unconfirmed {
        source.push_str(" (unconfirmed)");
    }
    if clock.ours {
        source.push_str(" (the number is ours)");
    }
    [
        due.unwrap_or_else(|| "not begun".to_owned()),
        word(&clock.state),
        owed,
        format!("{} {}", clock.obligation.ja, clock.stage.ja),
        to.join("、"),
        source,
    ]
}
