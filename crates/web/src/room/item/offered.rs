//! What the form of an item offers to choose from.

use std::collections::BTreeSet;

use kaname_directory::{Group, day_of};
use kaname_kernel::GroupId;
use kaname_sharing::collection::CollectionKind;
use kaname_world::WorldError;

use crate::{
    error::Failure,
    frame::{Page, part::Choice},
    house::{By, House},
    room::choices,
};

/// What can be chosen: groups, parties, classes, duties, collections.
pub(in crate::room) struct Offered {
    pub(super) groups: Vec<Choice>,
    pub(super) parties: Vec<Choice>,
    pub(super) classes: Vec<Choice>,
    pub(super) duties: Vec<Choice>,
    pub(super) collections: Vec<Choice>,
}

impl Offered {
    /// With the names in the page's language.
    pub(in crate::room) async fn for_page(
        house: &House,
        by: &By,
        page: &Page,
    ) -> Result<Self, Failure> {
        let world = house.world();
        let lang = choices::lang(page);
        let today = day_of(page.now);
        let groups = Self::groups(house, by).await?;
        let groups = groups
            .iter()
            .map(|(id, group)| Choice::new(id.to_string(), group.name.get(lang)));
        let groups = groups.collect();
        let classes = world.catalogue().classes_on(today);
        let duties = world.catalogue().duties_on(today);
        let mut collections = Vec::new();
        for collection in world.collections(by).await? {
            let definition = &collection.state.definition;
            if definition.kind == CollectionKind::Library {
                let title = definition.title.in_language(page.lang().tag());
                collections.push(Choice::new(collection.id.to_string(), title));
            }
        }
        Ok(Self {
            groups,
            parties: choices::recipients(house, lang, by).await?,
            classes: classes
                .into_iter()
                .map(|class| Choice::new(class.value.code.as_str(), class.value.name.get(lang)))
                .collect(),
            duties: duties
                .into_iter()
                .map(|duty| Choice::new(duty.value.code.as_str(), duty.value.name.get(lang)))
                .collect(),
            collections,
        })
    }

    /// Open groups that the caller may know of.
    pub(super) async fn groups(
        house: &House,
        by: &By,
    ) -> Result<Vec<(GroupId, Group)>, WorldError> {
        let world = house.world();
        let readable = world.readable(by).await?;
        let groups = world.groups().await?;
        let ids: Vec<_> = groups.iter().map(|(id, _)| id.cast()).collect();
        let records = world.store().records(&ids).await?;
        let seen: BTreeSet<GroupId> = records
            .iter()
            .filter(|record| readable.contains(record.audience_id))
            .map(|record| record.record.id.cast())
            .collect();
        let offered = groups.into_iter();
        Ok(offered
            .filter(|(id, group)| !group.closed && seen.contains(id))
            .collect())
    }

    /// Ids of all libraries the caller may see: where a fresh item goes unless told otherwise.
    pub(in crate::room) async fn libraries(house: &House, by: &By) -> Result<Vec<String>, Failure> {
        let all = house.world().collections(by).await?;
        let libraries = all
            .iter()
            .filter(|one| one.state.definition.kind == CollectionKind::Library);
        Ok(libraries.map(|one| one.id.to_string()).collect())
    }
}
