//! Who looks: party, account and groups as they stand at a moment, made into the reader that the
//! audience algebra asks.

use jiff::Timestamp;
use kaname_kernel::{GroupId, Reader};

use crate::{account::Account, dated::day_of, group::Group, party::Party};

/// The reader that a person of `party` is at `now`, or a machine of it when no account is given.
///
/// A disabled account, an account of another party and anyone of a retired party reads as the public.
/// A machine is never an officer. `groups` may be all groups of the world.
pub fn reader(
    party: &Party,
    account: Option<&Account>,
    groups: &[(GroupId, Group)],
    now: Timestamp,
) -> Reader {
    let day = day_of(now);
    let account_fits = account.is_none_or(|a| a.party == party.id && a.is_active());
    if !account_fits || party.is_retired_on(day) {
        return Reader::default();
    }
    let membership = party.membership_on(day);
    let member = membership.is_some();
    let classes = membership.iter().flat_map(|m| &m.classes);
    let open_groups = groups
        .iter()
        .filter_map(|(id, group)| Some((*id, group.open_to(party.id)?)));
    Reader {
        // Who reads how is for the world to say; a reader is at a page.
        machine: false,
        account: account.map(|a| a.id),
        party: Some(party.id),
        officer: party.is_hub() && account.is_some_and(Account::has_officer_role),
        member,
        classes: classes.map(|class| class.as_str().to_owned()).collect(),
        duties: party
            .duties_on(day)
            .map(|d| d.duty.as_str().to_owned())
            .collect(),
        groups: open_groups.collect(),
        under: party
            .under
            .iter()
            .map(|isac| (*isac, *party.under_from.get(isac).unwrap_or(&i64::MIN)))
            .collect(),
    }
}
