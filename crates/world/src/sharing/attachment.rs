//! What came with a report: kept encrypted, handed out as inert bytes only, never rendered.

use kaname_kernel::MatterId;

use crate::{caller::Caller, error::WorldError, world::World};

impl World {
    /// An attachment of a report by its place (the original first), with its name: for the provider,
    /// and for the assigned analyst within an opening.
    pub async fn attachment(
        &self,
        caller: &Caller,
        report: MatterId,
        place: usize,
    ) -> Result<(String, Vec<u8>), WorldError> {
        let missing = || WorldError::NotFound("attachment");
        let view = self.report(caller, report).await?;
        let content = view.content.ok_or_else(missing)?;
        let blob = *content.blobs.get(place).ok_or_else(missing)?;
        let name = content.attachments.get(place).cloned().unwrap_or_default();
        let stored = self.store().blob(blob).await?.ok_or_else(missing)?;
        if stored.matter != report {
            return Err(missing());
        }
        let handle = view.report.state.submission.handle;
        Ok((name, self.keys().open_blob(handle, &stored, blob)?))
    }
}
