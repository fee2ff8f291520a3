//! Groups that items may be shared with.

use kaname_directory::{Code, Group, GroupChange, Name2, Party, Refused, group::GROUP_SPACE};
use kaname_kernel::{GroupId, Id, Matter, PartyId};
use kaname_policy::Action;

use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

impl World {
    /// Founds a group, empty.
    pub async fn found_group(
        &self,
        caller: &Caller,
        code: Code,
        name: Name2,
        opens_past: bool,
    ) -> Result<Loaded<Group>, WorldError> {
        self.allow_any(caller, Action::GroupManage)?;
        let change = Group::found(code, name, opens_past)?;
        let mut work = self.work(&caller.actor);
        let group = work.begin::<Group>(Id::fresh(self.clock(), self.rng()), change)?;
        work.notice(Group::KIND, Some(group.id));
        work.commit().await?;
        Ok(group)
    }

    /// Lets a party into a group.
    pub async fn join_group(
        &self,
        caller: &Caller,
        group: GroupId,
        party: PartyId,
    ) -> Result<Loaded<Group>, WorldError> {
        let party = self.see::<Party>(caller, party.cast()).await?;
        self.change_group(caller, group, None, |group| group.join(&party.state))
            .await
    }

    /// Changes a group as `decide` says, one of `Group`'s commands.
    pub async fn change_group(
        &self,
        caller: &Caller,
        id: GroupId,
        expected: Option<u32>,
        decide: impl FnOnce(&Group) -> Result<GroupChange, Refused>,
    ) -> Result<Loaded<Group>, WorldError> {
        let mut group = self.see::<Group>(caller, id.cast()).await?;
        self.allow_any(caller, Action::GroupManage)?;
        Self::unchanged(&group, expected)?;
        let change = decide(&group.state)?;
        let mut work = self.work(&caller.actor);
        if change.moves_epoch() {
            work.new_epoch();
        }
        work.apply(&mut group, [change])?;
        work.notice(Group::KIND, Some(group.id));
        work.commit().await?;
        Ok(group)
    }

    /// The group of a code, as the caller may see it.
    pub async fn group_of(&self, caller: &Caller, code: &str) -> Result<Loaded<Group>, WorldError> {
        self.find(caller, GROUP_SPACE, &code.trim().to_lowercase())
            .await
    }
}
