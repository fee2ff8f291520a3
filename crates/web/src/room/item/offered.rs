//! What the form of an item offers to choose from.

use std::collections::BTreeSet;

use kaname_directory::{Group, Lang, Party, day_of};
use kaname_kernel::{GroupId, audience::Named};
use kaname_sharing::collection::{Access, CollectionKind};
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
    /// With the names in the page's language. Parties that the content named already are offered by name
    /// whoever looks: nobody can consent to a reader unknown.
    pub(in crate::room) async fn for_page(
        house: &House,
        by: &By,
        page: &Page,
        named: &Named,
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
                let readers = page.t(readers(&definition.read));
                collections.push(Choice::new(collection.id.to_string(), title).hint(readers));
            }
        }
        Ok(Self {
            groups,
            parties: Self::parties(house, by, lang, named).await?,
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

    /// The organisations to tick, by code where the caller may know them. Those named before that are not
    /// offered (retired, or not for the caller to know) stand first.
    async fn parties(
        house: &House,
        by: &By,
        lang: Lang,
        named: &Named,
    ) -> Result<Vec<Choice>, WorldError> {
        let world = house.world();
        let offered = choices::recipients(house, lang, by).await?;
        let mut all = Vec::new();
        for id in &named.parties {
            let Some(party) = world.load::<Party>(id.cast()).await? else {
                continue;
            };
            let (name, code) = (party.state.description.name.get(lang), &party.state.code);
            let choice = match world.see::<Party>(by, id.cast()).await {
                Ok(_) => Choice::new(code.as_str(), name).hint(code.as_str()),
                Err(WorldError::NotFound(_)) => Choice::new(id.to_string(), name),
                Err(error) => return Err(error),
            };
            if !offered.iter().any(|one| one.value == choice.value) {
                all.push(choice);
            }
        }
        all.extend(offered);
        Ok(all)
    }
}

/// Who reads a collection, in words: what is put into it reaches no more than the item's own readers.
const fn readers(access: &Access) -> &'static str {
    match access {
        Access::Everyone => "item-collection-everyone",
        Access::Members => "item-collection-members",
        Access::Groups { .. } => "item-collection-groups",
        Access::Classes { .. } => "item-collection-classes",
        Access::Parties { .. } => "item-collection-parties",
        Access::Officers => "item-collection-officers",
        Access::Nobody => "item-collection-nobody",
    }
}
