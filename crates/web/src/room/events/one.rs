//! One matter that is open on a page: whether it has changed since the page was made.

use kaname_sharing::{Item, Report, number};
use kaname_world::{Caller, World, WorldError, sharing::ReportView};
use serde::Deserialize;

/// Which kind of page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::room) enum Of {
    /// An item on the desk or before its provider.
    Item,
    /// A report, at triage or before its provider; with it the items derived from it, as far as the
    /// page shows them.
    Report,
}

/// A matter, and how it stood when the page was made.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct One {
    of: Of,
    number: String,
    mark: String,
}

/// The address of the stream for a page on one matter.
pub(in crate::room) fn address(of: Of, number: &str, mark: &str) -> String {
    let of = match of {
        Of::Item => "item",
        Of::Report => "report",
    };
    format!("/events?of={of}&number={number}&mark={mark}")
}

/// How a report stands, with everything that its page shows: versions of the report, of its victim
/// record and of its items.
pub(in crate::room) async fn mark(
    world: &World,
    caller: &Caller,
    view: &ReportView,
) -> Result<String, WorldError> {
    let mut mark = view.report.version.to_string();
    if let Some(victim) = &view.victim {
        mark.push_str(&format!("v{}", victim.version));
    }
    for item in &view.items {
        let item = world.see::<Item>(caller, *item).await?;
        mark.push_str(&format!("i{}", item.version));
    }
    Ok(mark)
}

impl One {
    /// Whether it stands otherwise than on the page, with the caller's eyes.
    ///
    /// # Errors
    /// When the caller does not see it, or no longer does.
    pub(super) async fn has_changed(
        &self,
        world: &World,
        caller: &Caller,
    ) -> Result<bool, WorldError> {
        let now = match self.of {
            Of::Item => world
                .item_of(caller, &self.number)
                .await?
                .version
                .to_string(),
            Of::Report => {
                let key = number::normalise(&self.number);
                let report = world.find::<Report>(caller, "receipt", &key).await?;
                let view = world.report(caller, report.id).await?;
                mark(world, caller, &view).await?
            }
        };
        Ok(now != self.mark)
    }
}
