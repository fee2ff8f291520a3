//! The hub's groups that a source's sharing groups are, as they are typed: on each line the UUID that one has there, and
//! the code of the group that it is here.

use std::collections::BTreeMap;

use kaname_directory::Group;
use kaname_kernel::GroupId;
use kaname_sharing::source::SourceTerms;
use kaname_world::WorldError;
use uuid::Uuid;

use crate::{
    house::{By, House},
    room::form::Typed,
};

/// The field.
pub(super) const FIELD: &str = "sharing_groups";

/// What was typed.
pub(super) async fn typed(
    house: &House,
    by: &By,
    typed: &Typed,
) -> Result<BTreeMap<Uuid, GroupId>, WorldError> {
    let mut all = BTreeMap::new();
    for line in typed.lines(FIELD) {
        let wrong = |why: &str| {
            let message = format!("{line}: {why}");
            WorldError::invalid(FIELD, "sources-groups-wrong", message)
        };
        let parts = line.split_once(char::is_whitespace);
        let (uuid, code) = parts.ok_or_else(|| wrong("a UUID and a group's code are expected"))?;
        let uuid = Uuid::try_parse(uuid).map_err(|_| wrong("it begins with no UUID"))?;
        let group = match house.world().group_of(by, code).await {
            Ok(group) => group,
            Err(WorldError::NotFound(_)) => return Err(wrong("there is no group of this code")),
            Err(error) => return Err(error),
        };
        if all.insert(uuid, group.id.cast()).is_some() {
            return Err(wrong("this UUID stands there twice"));
        }
    }
    Ok(all)
}

/// What is agreed, each with the group's code.
pub(super) async fn agreed(
    house: &House,
    by: &By,
    terms: &SourceTerms,
) -> Result<Vec<String>, WorldError> {
    let mut lines = Vec::new();
    for (uuid, group) in &terms.form.sharing_groups {
        let seen = house.world().see_if::<Group>(by, group.cast()).await?;
        let code = seen.map_or_else(|| group.to_string(), |one| one.state.code.to_string());
        lines.push(format!("{uuid} {code}"));
    }
    Ok(lines)
}
