//! Values that expire are kept sealed where they say who did what: a copy of the database leads nowhere. What
//! they are sealed for is authenticated, so that none opens in another's place.

use jiff::Timestamp;
use kaname_kernel::{
    MatterId,
    seal::{DoesNotOpen, SecretKey},
};
use kaname_sharing::{Report, report::Closing};
use serde_json::Value;

use crate::{error::WorldError, world::World};

/// Space of the names of what is kept of reports.
const OF_REPORTS: &str = "kept-of-report";

impl World {
    /// A value as the store keeps it.
    pub(crate) fn sealed_value(&self, key: &SecretKey, context: &[u8], plain: &[u8]) -> Value {
        Value::String(hex::encode(key.seal(self.rng(), context, plain)))
    }

    /// Keeps a value that says something of what a report says, until then at most: it goes when the report is taken
    /// back or redacted, and is not kept at all of one that was.
    pub(crate) async fn keep_of_report(
        &self,
        report: MatterId,
        (space, key): (&str, &str),
        (value, until): (Value, Timestamp),
    ) -> Result<(), WorldError> {
        // Its name first, so that nothing is kept that would not be found again.
        let name = format!("{}/{space}/{key}", self.kept_of(report));
        let named = self.store().kv_put(OF_REPORTS, &name, Value::Null, until);
        named.await?;
        self.store().kv_put(space, key, value, until).await?;
        match self.may_be_kept_of(report).await? {
            true => Ok(()),
            false => self.forget_kept_of(report).await,
        }
    }

    /// Whether a report stands: it was neither taken back nor redacted.
    pub(crate) async fn may_be_kept_of(&self, report: MatterId) -> Result<bool, WorldError> {
        let report = self.load::<Report>(report).await?;
        Ok(report.is_some_and(|report| report.state.closing != Some(Closing::Withdrawn)))
    }

    /// Forgets all that is kept of a report; of another matter there is nothing.
    pub(crate) async fn forget_kept_of(&self, report: MatterId) -> Result<(), WorldError> {
        let start = format!("{}/", self.kept_of(report));
        loop {
            let named = self.store().kv_list(OF_REPORTS, &start, self.now()).await?;
            if named.is_empty() {
                return Ok(());
            }
            for (name, _) in named {
                let rest = name.strip_prefix(&start).unwrap_or_default();
                if let Some((space, key)) = rest.split_once('/') {
                    self.store().kv_take(space, key, self.now()).await?;
                }
                self.store().kv_take(OF_REPORTS, &name, self.now()).await?;
            }
        }
    }

    /// By what the values kept of a report are found: says not which report.
    fn kept_of(&self, report: MatterId) -> String {
        let tag = self.keys().token.derive(OF_REPORTS);
        hex::encode(tag.tag(report.bytes()))
    }
}

/// What [`World::sealed_value`] gave.
pub(crate) fn opened_value(
    key: &SecretKey,
    context: &[u8],
    kept: &Value,
) -> Result<Vec<u8>, DoesNotOpen> {
    let boxed = kept.as_str().and_then(|text| hex::decode(text).ok());
    key.open(context, &boxed.ok_or(DoesNotOpen)?)
}
