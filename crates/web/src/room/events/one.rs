//! One matter that is open on a page: whether it has changed since the page was made.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kaname_policy::{Action, Resource};
use kaname_sharing::{Item, Report, number};
use kaname_world::{
    Caller, World, WorldError,
    sharing::{AssessmentView, ReportView},
};
use serde::Deserialize;

/// Longest mark that is looked at, in bytes.
const LONGEST: usize = 20_000;

/// Which kind of page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::room) enum Of {
    /// An item on the desk or before its provider.
    Item,
    /// A report, at triage or before its provider; with it the items derived from it, as far as the
    /// page shows them.
    Report,
    /// An assessment, with the items it was put out as.
    Assessment,
}

/// A matter, and how it stood when the page was made.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct One {
    of: Of,
    number: String,
    mark: String,
}

/// The address of the stream for a page on one matter that stands as `stands` says. It goes out sealed for
/// the reader: nobody finds out by trying how often a matter changed.
pub(in crate::room) fn address(
    world: &World,
    caller: &Caller,
    of: Of,
    number: &str,
    stands: &str,
) -> String {
    let word = match of {
        Of::Item => "item",
        Of::Report => "report",
        Of::Assessment => "assessment",
    };
    let context = context(caller, of, number);
    let sealed = world
        .keys()
        .cursor
        .seal(world.rng(), &context, stands.as_bytes());
    let mark = URL_SAFE_NO_PAD.encode(sealed);
    format!("/events?of={word}&number={number}&mark={mark}")
}

/// What a mark is bound to: the reader, the kind of page and the number.
fn context(caller: &Caller, of: Of, number: &str) -> Vec<u8> {
    let reader = serde_json::to_string(&caller.actor).unwrap_or_default();
    format!("one/{of:?}/{}/{reader}", number::normalise(number)).into_bytes()
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
    for item in &view.others {
        mark.push_str(&format!("o{}", item.version));
    }
    Ok(mark)
}

/// How an assessment stands, with the items it was put out as.
pub(in crate::room) fn assessment_mark(view: &AssessmentView) -> String {
    let mut mark = view.assessment.version.to_string();
    for item in &view.items {
        mark.push_str(&format!("i{}", item.version));
    }
    mark
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
            Of::Item => {
                let item = world.item_of(caller, &self.number).await?;
                let own = world.owns(caller, Some(item.state.handle.cast())).await?;
                permitted(world, caller, own, Action::ItemReadDesk)?;
                item.version.to_string()
            }
            Of::Report => {
                let key = number::normalise(&self.number);
                let report = world.find::<Report>(caller, "receipt", &key).await?;
                let handle = report.state.submission.handle;
                let own = world.owns(caller, Some(handle.cast())).await?;
                permitted(world, caller, own, Action::TriageList)?;
                let view = world.report(caller, report.id).await?;
                mark(world, caller, &view).await?
            }
            Of::Assessment => assessment_mark(&world.assessment(caller, &self.number).await?),
        };
        let context = context(caller, self.of, &self.number);
        let sealed = (self.mark.len() <= LONGEST)
            .then(|| URL_SAFE_NO_PAD.decode(&self.mark).ok())
            .flatten();
        let stood = sealed.and_then(|sealed| world.keys().cursor.open(&context, &sealed).ok());
        // What is no mark of ours says nothing, and learns nothing.
        Ok(stood.is_some_and(|stood| stood != now.as_bytes()))
    }
}

/// Asks the policy what the page itself asks.
fn permitted(
    world: &World,
    caller: &Caller,
    own: bool,
    officers: Action,
) -> Result<(), WorldError> {
    if !own {
        return world.allow_any(caller, officers);
    }
    let party = Resource::any("party").of_party(caller.party_id()?);
    world.allow(caller, Action::SubmissionReadOwn, &party)
}
