//! What was released, with the reader's eyes.

use kaname_directory::Party;
use kaname_kernel::{Matter, MatterId, Tlp};
use kaname_policy::Action;
use kaname_sharing::{item::Item, number};
use kaname_stix::author;
use kaname_store::{Cursor, ListQuery, ObjectFilter, ObjectPage, Versions};

use crate::{caller::Caller, error::WorldError, read::Listed, work::Loaded, world::World};

/// States of items that members have, or had.
pub const OUT: [&str; 4] = ["released", "superseded", "withdrawn", "expired"];

/// Space of item numbers.
const ITEM_SPACE: &str = "item";

/// Where an item stands in a list with the newest first.
pub(crate) fn place_of(item: &Loaded<Item>) -> Cursor {
    Cursor {
        at_us: item.state.listed_at().as_microsecond(),
        id: item.id,
    }
}

impl World {
    /// Released items the caller may see, newest first. `adjust` filters and pages; asking for states
    /// outside [`OUT`] gives nothing.
    pub async fn library(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<Item>, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let mut query = self.query::<Item>(caller).await?;
        query.states = vec!["released".to_owned()];
        adjust(&mut query);
        query.states.retain(|state| OUT.contains(&state.as_str()));
        if query.states.is_empty() {
            query.states = vec!["released".to_owned()];
        }
        query.owner = None;
        query.owners.clear();
        self.list(&query).await
    }

    /// How many items [`World::library`] would list in each state of [`OUT`], filtered by `adjust`.
    pub async fn library_states(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Vec<(String, u64)>, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let mut query = self.query::<Item>(caller).await?;
        adjust(&mut query);
        query.states = OUT.map(str::to_owned).to_vec();
        query.owner = None;
        query.owners.clear();
        Ok(self.store().states(&query).await?)
    }

    /// Released items that are open to everyone, newest first, with nobody's eyes.
    pub async fn public_items(
        &self,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<Item>, WorldError> {
        let anyone = Caller::public();
        self.allow_any(&anyone, Action::PublicRead)?;
        let mut query = self.query::<Item>(&anyone).await?;
        adjust(&mut query);
        query.states = vec!["released".to_owned()];
        query.tlp = Some(Tlp::Clear);
        query.owner = None;
        query.owners.clear();
        self.list(&query).await
    }

    /// An item that is open to everyone, or was until it was superseded, withdrawn or expired.
    pub async fn public_item(&self, typed: &str) -> Result<Loaded<Item>, WorldError> {
        let anyone = Caller::public();
        self.allow_any(&anyone, Action::PublicRead)?;
        let item = self.item_of(&anyone, typed).await?;
        if item.state.is_out() && item.state.content.tlp == Tlp::Clear {
            Ok(item)
        } else {
            Err(WorldError::NotFound(Item::KIND))
        }
    }

    /// The hub as a STIX `identity`, which bundles carry beside the objects it authored.
    pub async fn hub_identity(&self) -> Result<String, WorldError> {
        let hub = self.hub().await?.ok_or(WorldError::NotFound(Party::KIND))?;
        let own = self.author().await?;
        let mut base = author::Base::new(hub.id.uuid(), &own, hub.state.registered);
        base.created_by = None;
        let name = &hub.state.description.name;
        let identity = author::Identity {
            name: name.get(kaname_directory::Lang::En),
            description: Some(name.get(kaname_directory::Lang::Ja)),
            identity_class: Some("organization"),
            ..author::Identity::default()
        };
        let authored = author::identity(&base, &identity).map_err(WorldError::encoding)?;
        Ok(authored.json)
    }

    /// A released item the caller may see.
    pub async fn library_item(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<Loaded<Item>, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        self.received_item(caller, id).await
    }

    /// An item that an officer may open on some page: at the desk, for those whom the policy gives the desk;
    /// else where it is out. Anything else is not there.
    pub async fn item_for_officer(
        &self,
        caller: &Caller,
        id: MatterId,
    ) -> Result<Loaded<Item>, WorldError> {
        if self.allow_any(caller, Action::ItemReadDesk).is_ok() {
            return self.see(caller, id).await;
        }
        match self.library_item(caller, id).await {
            Err(WorldError::Denied(_)) => Err(WorldError::NotFound(Item::KIND)),
            other => other,
        }
    }

    /// The item of a number, as the caller may see it.
    pub async fn item_of(&self, caller: &Caller, typed: &str) -> Result<Loaded<Item>, WorldError> {
        self.find(caller, ITEM_SPACE, &number::normalise(typed))
            .await
    }

    /// Items on the officers' desk, soonest deadline first.
    pub async fn desk_items(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ListQuery),
    ) -> Result<Listed<Item>, WorldError> {
        self.allow_any(caller, Action::ItemReadDesk)?;
        let mut query = self.query::<Item>(caller).await?;
        query.sort = kaname_store::Sort::Due;
        adjust(&mut query);
        self.list(&query).await
    }

    /// An item with everything officers and its provider may see of it.
    pub async fn item(&self, caller: &Caller, id: MatterId) -> Result<Loaded<Item>, WorldError> {
        self.see(caller, id).await
    }

    /// Threat objects the caller may see.
    pub async fn objects(
        &self,
        caller: &Caller,
        adjust: impl FnOnce(&mut ObjectFilter),
    ) -> Result<ObjectPage, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let mut filter = ObjectFilter {
            newest_first: true,
            versions: Versions::Last,
            limit: 50,
            count: true,
            ..ObjectFilter::all(self.readable(caller).await?)
        };
        adjust(&mut filter);
        Ok(self.store().objects(&filter).await?)
    }

    /// Items that carry one of this item's values too, as the caller may see them on pages: what is not
    /// on the web is related to nothing there, for that would tell which values it carries.
    pub async fn related_items(
        &self,
        caller: &Caller,
        item: &Loaded<Item>,
    ) -> Result<Vec<Loaded<Item>>, WorldError> {
        if !item.state.content.is_on_the_web() {
            return Ok(Vec::new());
        }
        let readable = self.readable(caller).await?;
        let values = item.state.content.postings();
        let hits = self
            .store()
            .carrying(Item::KIND, &values, &readable)
            .await?;
        let mut ids: Vec<MatterId> = hits.into_iter().map(|(id, _)| id).collect();
        ids.sort();
        ids.dedup();
        ids.retain(|id| *id != item.id);
        ids.truncate(50);
        let mut related = Vec::new();
        for id in ids {
            if let Ok(other) = self.see::<Item>(caller, id).await
                && other.state.is_out()
                && other.state.content.is_on_the_web()
            {
                related.push(other);
            }
        }
        Ok(related)
    }
}
