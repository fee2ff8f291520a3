//! `incident route`.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kaname_incident::routing::{
    Considered, Moved, Question, Route, Routed, Shown, Verdict, difference,
};
use serde_json::json;

use super::{Rules, known};
use crate::{
    cli::{RouteArgs, WhatIf},
    fault::Fault,
    say::{Say, table, word},
};

pub(super) fn run(rules: &Rules, args: &RouteArgs, say: Say) -> Result<(), Fault> {
    let asked = question(rules, args);
    checked(rules, &asked)?;
    let route = rules.routes.route(&rules.catalogue, &asked);
    let considered = args
        .rules
        .then(|| rules.routes.considered(&rules.catalogue, &asked));
    let mut then = asked.clone();
    args.what_if.iter().for_each(|one| change(&mut then, one));
    checked(rules, &then)?;
    let moved = (!args.what_if.is_empty()).then(|| {
        let other = rules.routes.route(&rules.catalogue, &then);
        difference(&route, &other)
    });
    let mut result = json!({
        "question": asked, "sector_in_force": in_force(rules, &asked),
        "to": route.to, "withheld": route.withheld, "keeps_quiet_hours": route.keeps_quiet_hours,
        "acknowledge_within_min": route.acknowledge_within_min,
    });
    if let Some(considered) = &considered {
        result["rules"] = json!(considered);
    }
    if let Some(moved) = &moved {
        result["what_if"] = json!({ "question": then, "moved": moved });
    }
    say.result(&result, || {
        let mut text = told(rules, &asked, &route);
        if let Some(considered) = &considered {
            text.push_str("\n\n");
            text.push_str(&every_rule(considered));
        }
        if let Some(moved) = &moved {
            text.push_str("\n\n");
            text.push_str(&otherwise(rules, then.day, moved));
        }
        text
    })
}

fn question(rules: &Rules, args: &RouteArgs) -> Question {
    Question {
        day: args.on.unwrap_or(rules.today()),
        sector: args.sector.clone(),
        event_types: args.event_types.iter().cloned().collect(),
        level: args.level,
        maintenance_breached: args.maintenance,
        conditions: args.conditions.iter().copied().collect(),
        consents: args.consents.iter().cloned().collect(),
    }
}

fn change(question: &mut Question, one: &WhatIf) {
    match one {
        WhatIf::Sector(sector) => question.sector = Some(sector.clone()),
        WhatIf::EventType(code) => question.event_types = BTreeSet::from([code.clone()]),
        WhatIf::On(day) => question.day = *day,
        WhatIf::Level(level) => question.level = Some(*level),
        WhatIf::Maintenance(breached) => question.maintenance_breached = *breached,
        WhatIf::If(condition) => {
            question.conditions.insert(*condition);
        }
        WhatIf::Consent(recipient) => {
            question.consents.insert(recipient.clone());
        }
    }
}

/// A sector that is not in force is no mistake: it is the duty desk's.
fn checked(rules: &Rules, question: &Question) -> Result<(), Fault> {
    let day = question.day;
    let words = rules.words.event_types_on(day);
    let codes: Vec<&str> = words.iter().map(|one| one.value.code.as_str()).collect();
    let asked = question.event_types.iter().map(|code| code.as_str());
    known("event type", asked, &codes, day)
}

fn in_force(rules: &Rules, question: &Question) -> bool {
    let sector = question.sector.as_ref();
    sector.is_some_and(|code| rules.catalogue.sector_on(code, question.day).is_some())
}

fn told(rules: &Rules, question: &Question, route: &Route) -> String {
    let day = question.day;
    let rows: Vec<_> = route.to.iter().map(|one| row(rules, day, one)).collect();
    let mut text = table(["TO", "ROLE", "FORM", "MASKED", "RULE", "SOURCE"], &rows);
    if let (Some(sector), false) = (&question.sector, in_force(rules, question)) {
        text.push_str(&format!(
            "\nno sector `{sector}` on {day}: as if none was named"
        ));
    }
    for one in &route.withheld {
        let name = rules.name(&one.to, day);
        text.push_str(&format!("\nonly with the operator's consent: {name}"));
    }
    let quiet = match route.keeps_quiet_hours {
        true => "quiet hours are kept",
        false => "quiet hours are not kept",
    };
    let minutes = route.acknowledge_within_min;
    text.push_str(&format!(
        "\nnot acknowledged after {minutes} minutes it goes to the next of the roster; {quiet}"
    ));
    text
}

fn row(rules: &Rules, day: Date, one: &Routed) -> [String; 6] {
    let masked = one.fields.iter().filter(|(_, how)| **how == Shown::Masked);
    let masked: Vec<String> = masked.map(|(field, _)| word(field)).collect();
    let (rule, source) = match &one.rule {
        None => ("—".to_owned(), "nothing is dropped".to_owned()),
        Some(decided) => {
            let doubt = if decided.unconfirmed {
                " (unconfirmed)"
            } else {
                ""
            };
            let rule = format!("{} since {}", decided.rule, decided.from);
            (rule, format!("{}{doubt}", decided.source))
        }
    };
    let form = one.form.as_ref();
    [
        rules.name(&one.to, day),
        word(&one.role),
        form.map_or_else(|| "—".to_owned(), ToString::to_string),
        masked.join(", "),
        rule,
        source,
    ]
}

fn every_rule(considered: &[Considered]) -> String {
    let why = |verdict: &Verdict| match verdict {
        Verdict::Applies => "decided".to_owned(),
        Verdict::NeedsConsent => "would decide if the operator consented".to_owned(),
        Verdict::NamesNobody => "names nobody for this sector on this day".to_owned(),
        Verdict::NotInForce => "is not in force on this day".to_owned(),
        Verdict::OtherSector => "speaks of other sectors".to_owned(),
        Verdict::OtherEventType => "speaks of other event types".to_owned(),
        Verdict::OtherLevel => "speaks of other levels".to_owned(),
        Verdict::OtherCondition { condition } => format!("hangs on {}", word(condition)),
    };
    let rows: Vec<_> = considered
        .iter()
        .map(|one| [one.rule.to_string(), why(&one.verdict)])
        .collect();
    table(["RULE", "WHY"], &rows)
}

fn otherwise(rules: &Rules, day: Date, moved: &[Moved]) -> String {
    if moved.is_empty() {
        return "then, too, the same are told in the same way".to_owned();
    }
    let lines = moved.iter().map(|one| match one {
        Moved::Added { then } => format!("then also: {}", row(rules, day, then).join("  ")),
        Moved::Gone { now } => format!("then not: {}", rules.name(&now.to, day)),
        Moved::Otherwise { then, .. } => {
            format!("then otherwise: {}", row(rules, day, then).join("  "))
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
