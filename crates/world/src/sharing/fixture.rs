//! Items that are out without having walked the flow: for tests of what readers are shown, which need
//! very many of them. Behind a feature that the program is never built with.

use kaname_kernel::{AccountId, Id};
use kaname_sharing::{
    Item,
    item::{Derivation, ItemChange},
};

use super::ItemDraft;
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

impl World {
    /// Puts items out in one commit, each with its number: derived by the first account, released by the
    /// second, asked about nowhere.
    pub async fn put_out_unasked(
        &self,
        drafts: Vec<(String, ItemDraft)>,
        [by, released_by]: [AccountId; 2],
    ) -> Result<Vec<Loaded<Item>>, WorldError> {
        let caller = Caller::system("fixture");
        let mut work = self.work(&caller.actor);
        let mut items = Vec::new();
        for (number, draft) in drafts {
            let derived = Derivation {
                number,
                handle: Id::random(self.rng()),
                content: self.compose(draft, &[], None).await?,
                rows: Vec::new(),
                by,
                replaces: None,
                own: false,
            };
            let id = Id::fresh(self.clock(), self.rng());
            let mut item = work.begin::<Item>(id, ItemChange::Derived(Box::new(derived)))?;
            let release = ItemChange::Released { by: released_by };
            work.apply(&mut item, [release])?;
            self.put_out(&mut work, &item.state)?;
            items.push(item);
        }
        work.commit().await?;
        Ok(items)
    }
}
