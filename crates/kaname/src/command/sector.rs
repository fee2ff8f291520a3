//! `sector list | changes`: the dated data, without any store.

use jiff::civil::Date;
use kaname_directory::{Catalogue, catalogue::BodyName, day_of};
use kaname_kernel::Clock as _;
use kaname_world::ambient::SystemClock;
use serde_json::json;

use crate::{
    cli::SectorCommand,
    fault::Fault,
    say::{Say, table, word},
};

pub(super) fn run(command: &SectorCommand, say: Say) -> Result<(), Fault> {
    let catalogue = Catalogue::builtin()
        .map_err(|error| Fault::failed("the dated data is damaged").because(&error))?;
    let today = day_of(SystemClock.now());
    match command {
        SectorCommand::List { on } => list(&catalogue, on.unwrap_or(today), say),
        SectorCommand::Changes { from, to } => changes(&catalogue, *from, to.unwrap_or(today), say),
    }
}

fn list(catalogue: &Catalogue, on: Date, say: Say) -> Result<(), Fault> {
    let sectors = catalogue.sectors_on(on);
    let result = json!({ "on": on, "count": sectors.len(), "sectors": sectors });
    say.result(&result, || {
        let rows: Vec<_> = sectors
            .iter()
            .map(|sector| {
                let mut bodies = names(&sector.ministries);
                if !sector.shared_with.is_empty() {
                    bodies = format!("{bodies} ({})", names(&sector.shared_with));
                }
                [
                    sector.code.to_string(),
                    sector.name.ja.to_string(),
                    bodies,
                    sector.span.from.to_string(),
                ]
            })
            .collect();
        let text = table(["CODE", "NAME", "MINISTRIES", "SINCE"], &rows);
        format!("{text}\n{} sectors on {on}", sectors.len())
    })
}

fn names(bodies: &[BodyName]) -> String {
    let names: Vec<_> = bodies.iter().map(|body| body.name.ja.as_str()).collect();
    names.join("、")
}

fn changes(catalogue: &Catalogue, from: Date, to: Date, say: Say) -> Result<(), Fault> {
    if to < from {
        return Err(Fault::usage(format!("--to {to} lies before --from {from}")));
    }
    let changes = catalogue.changes(from, to);
    let result = json!({ "after": from, "until": to, "changes": changes });
    say.result(&result, || {
        let rows: Vec<_> = changes
            .iter()
            .map(|change| {
                let name = |name: &Option<kaname_directory::Name2>| {
                    name.as_ref()
                        .map_or_else(|| "—".to_owned(), |name| name.ja.to_string())
                };
                let doubt = if change.unconfirmed {
                    " (unconfirmed)"
                } else {
                    ""
                };
                [
                    change.on.to_string(),
                    format!("{} {}", word(&change.subject), change.code),
                    word(&change.kind),
                    format!("{} → {}", name(&change.before), name(&change.after)),
                    format!("{}{doubt}", change.source),
                ]
            })
            .collect();
        table(["ON", "WHAT", "", "BEFORE → AFTER", "SOURCE"], &rows)
    })
}
