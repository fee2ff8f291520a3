//! What is said of a source and of a dry look at one.

use jiff::Timestamp;
use kaname_sharing::{
    source::{FormKind, Owed, PastReading, Source},
    turn::Trouble,
};
use kaname_world::{Loaded, source::Trial};
use serde_json::{Value, json};

use crate::say::table;

/// Head of the list.
pub(super) const HEAD: [&str; 9] = [
    "CODE", "FORM", "STATE", "LISTED", "OWED", "LAG", "EVERY", "NEXT", "URL",
];

pub(super) fn shown(source: &Loaded<Source>, now: Timestamp) -> Value {
    let state = &source.state;
    let turns = &state.turns;
    json!({
        "id": source.id,
        "definition": state.definition,
        "has_credential": state.credential.is_some(),
        "state": turns.state(),
        "listed": state.listed,
        "taken": state.taken,
        "refused": state.refused,
        "unlisted": state.unlisted,
        "owed": state.owed.iter().map(owed).collect::<Vec<_>>(),
        "validators": state.validators,
        "read": turns.read,
        "read_whole": turns.read_whole,
        "next": turns.next,
        "lag_s": turns.lag_s(now),
        "trouble": turns.trouble.as_ref().map(Trouble::to_string),
        "troubles": turns.troubles,
        "stopped": turns.stopped,
        "history": state.history.iter().map(past).collect::<Vec<_>>(),
    })
}

fn owed(one: &Owed) -> Value {
    let mut told = json!(one);
    told["why"] = json!(one.missed.why.to_string());
    told
}

fn past(one: &PastReading) -> Value {
    let mut told = json!(one);
    if let Some(trouble) = &one.trouble {
        told["trouble"] = json!(trouble.to_string());
    }
    told
}

pub(super) fn row(source: &Source, now: Timestamp) -> [String; 9] {
    let (terms, turns) = (&source.definition.terms, &source.turns);
    [
        source.definition.code.clone(),
        terms.form.kind.as_str().to_owned(),
        turns.state().to_owned(),
        source.listed.to_string(),
        source.owed.len().to_string(),
        format!("{} s", turns.lag_s(now)),
        terms.every.to_string(),
        turns
            .next
            .map_or("-".to_owned(), |next| format!("{next:.0}")),
        terms.url.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}

/// One source in words.
pub(super) fn whole(source: &Source, now: Timestamp) -> String {
    let (terms, turns) = (&source.definition.terms, &source.turns);
    let mut lines = vec![
        format!("{} ({})", source.definition.code, terms.publisher),
        format!("url: {}", terms.url.as_deref().unwrap_or("a file")),
        format!("form: {}", terms.form.kind.as_str()),
        format!("every: {}", terms.every),
        format!("state: {}, {} s behind", turns.state(), turns.lag_s(now)),
    ];
    if terms.form.kind.lists_events() {
        let heeded = match terms.form.ignore_distribution {
            true => "ignored: the publisher means nothing by it",
            false => "0 is for officers alone, 4 for whom the sharing group names here",
        };
        lines.push(format!("distribution: {heeded}"));
        let groups = terms.form.sharing_groups.iter();
        lines.extend(groups.map(|(uuid, group)| format!("  sharing group {uuid}: group {group}")));
    }
    if terms.form.kind == FormKind::Csaf {
        let unsigned = match terms.form.signed {
            true => "refused",
            false => "taken, and named",
        };
        lines.push(format!("documents without a signature: {unsigned}"));
    }
    lines.extend(turns.stopped.iter().map(|why| format!("stopped: {why}")));
    lines.extend(turns.trouble.iter().map(|why| format!("trouble: {why}")));
    lines.push(format!(
        "the last document: {} listed, {} refused",
        source.listed, source.refused
    ));
    let refused = source.unlisted.iter();
    lines.extend(refused.map(|one| format!("  {}: {}: {}", one.line, one.why, one.said)));
    if !source.owed.is_empty() {
        lines.push(format!(
            "{} events are listed and did not come; they are tried again:",
            source.owed.len()
        ));
    }
    lines.extend(source.owed.iter().map(|one| {
        let missed = &one.missed;
        let next = match one.next {
            Some(next) => format!("again from {next:.0}"),
            None => "again in the next turn".to_owned(),
        };
        format!(
            "  {}: {}; tried {} times since {:.0}, {next}; {}",
            missed.event, missed.why, one.tries, one.since, missed.url
        )
    }));
    let rows: Vec<[String; 6]> = source
        .history
        .iter()
        .map(|past| {
            [
                format!("{:.0}", past.at),
                past.listed.to_string(),
                past.taken.to_string(),
                past.gone.to_string(),
                past.refused.to_string(),
                match (&past.trouble, past.unchanged) {
                    (Some(why), _) => why.to_string(),
                    (None, 0) => String::new(),
                    (None, times) => format!("as it was, {times} times"),
                },
            ]
        })
        .collect();
    if !rows.is_empty() {
        let head = ["READ", "LISTED", "TAKEN", "LEFT", "REFUSED", ""];
        lines.push(table(head, &rows));
    }
    lines.join("\n")
}

/// A dry look in words.
pub(super) fn trial(trial: &Trial) -> String {
    if trial.trouble.is_some() {
        return String::new();
    }
    let mut parts = vec![format!(
        "{} would be taken, {} say a value again, {} would be refused; warninglists know {}",
        trial.listed, trial.repeated, trial.refused, trial.known
    )];
    let entries: Vec<[String; 5]> = trial
        .entries
        .iter()
        .map(|one| {
            [
                one.line.to_string(),
                one.kind.to_string(),
                one.value.clone(),
                one.label.clone(),
                one.known_by.join(", "),
            ]
        })
        .collect();
    if !entries.is_empty() {
        let head = ["LINE", "KIND", "VALUE", "LABEL", "KNOWN BY"];
        parts.push(table(head, &entries));
    }
    let objects = trial.objects.iter();
    parts.extend(objects.map(|one| format!("{} {}", one.id, one.name)));
    let refused = trial.unlisted.iter();
    parts.extend(refused.map(|one| format!("refused, {}: {}: {}", one.line, one.why, one.said)));
    parts.join("\n")
}
