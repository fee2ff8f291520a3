//! The directory: parties with all they are bound by, their people and machines, and groups.

mod act;
mod duty;
mod fields;
mod group;
mod list;
mod people;
mod show;
mod webhooks;
pub(super) mod words;

pub(super) use duty::owed;

use axum::{
    extract::{Path, State},
    http::Method,
    routing,
};
use kaname_policy::Action;

use self::act::Act;
use super::form::Typed;
use crate::{
    frame::{Frame, Posted},
    house::{By, House},
    route::{Access, Audit, Endpoint},
};

const READ: Access = Access::SignedIn(&[Action::DirectoryRead]);
const MANAGE: Access = Access::SignedIn(&[Action::PartyManage]);
const POWERS: Access = Access::SignedIn(&[Action::PartyManage, Action::KeyManage]);
const READS: Audit = Audit::None("reads the directory with the reader's own eyes");
const ASKS: Audit = Audit::None("shows a form; posting it is what changes something");

/// A page with a form and what it posts to: one line per act in the table below.
fn pair(
    path: &'static str,
    names: [&'static str; 2],
    access: Access,
    event: &'static str,
    act: Act,
) -> [Endpoint<House>; 2] {
    let asks = move |State(house): State<House>,
                     code: Option<Path<String>>,
                     frame: Frame,
                     by: By| async move {
        let code = code.map_or_else(String::new, |Path(code)| code);
        act::ask(act, &house, &code, &frame, &by).await
    };
    let does = move |State(house): State<House>,
                     code: Option<Path<String>>,
                     frame: Frame,
                     by: By,
                     Posted(typed): Posted<Typed>| async move {
        let code = code.map_or_else(String::new, |Path(code)| code);
        act::carry_out(act, &house, &code, &frame, &by, &typed).await
    };
    let [ask, write] = names;
    [
        Endpoint::new(
            Method::GET,
            path,
            ask,
            access.clone(),
            ASKS,
            routing::get(asks),
        ),
        Endpoint::new(
            Method::POST,
            path,
            write,
            access,
            Audit::Event(event),
            routing::post(does),
        ),
    ]
}

/// Endpoints of this room.
pub fn endpoints() -> Vec<Endpoint<House>> {
    let mut all = vec![
        Endpoint::new(
            Method::GET,
            "/directory",
            "party.list",
            READ,
            READS,
            routing::get(list::list),
        ),
        Endpoint::new(
            Method::GET,
            "/directory/{code}",
            "party.show",
            READ,
            READS,
            routing::get(show::party),
        ),
    ];
    let parties = [
        pair(
            "/directory-new",
            ["party.ask_register", "party.register"],
            MANAGE,
            "party.registered",
            Act::Register,
        ),
        pair(
            "/directory/{code}/describe",
            ["party.ask_describe", "party.describe"],
            MANAGE,
            "party.described",
            Act::Describe,
        ),
        pair(
            "/directory/{code}/contacts",
            ["party.ask_contacts", "party.set_contacts"],
            MANAGE,
            "party.contacts_set",
            Act::Contacts,
        ),
        pair(
            "/directory/{code}/own",
            ["party.ask_own", "party.set_own"],
            MANAGE,
            "party.own_set",
            Act::Own,
        ),
        pair(
            "/directory/{code}/membership",
            ["party.ask_membership", "party.set_membership"],
            MANAGE,
            "party.membership_set",
            Act::Membership,
        ),
        pair(
            "/directory/{code}/membership/end",
            ["party.ask_end", "party.end_membership"],
            MANAGE,
            "party.membership_ended",
            Act::EndMembership,
        ),
        pair(
            "/directory/{code}/isacs",
            ["party.ask_isacs", "party.set_isacs"],
            MANAGE,
            "party.under_set",
            Act::Isacs,
        ),
        pair(
            "/directory/{code}/notify",
            ["party.ask_notify", "party.set_notify"],
            MANAGE,
            "party.notify_set",
            Act::Notify,
        ),
        pair(
            "/directory/{code}/delegate",
            ["party.ask_delegate", "party.delegate"],
            POWERS,
            "party.delegation_granted",
            Act::Delegate,
        ),
        pair(
            "/directory/{code}/undelegate",
            ["party.ask_undelegate", "party.undelegate"],
            POWERS,
            "party.delegation_revoked",
            Act::Undelegate,
        ),
        pair(
            "/directory/{code}/release",
            ["party.ask_release", "party.release_duty"],
            MANAGE,
            "party.duty_released",
            Act::ReleaseDuty,
        ),
        pair(
            "/directory/{code}/public-keys",
            ["party.ask_public_keys", "party.set_public_keys"],
            MANAGE,
            "party.keys_set",
            Act::PublicKeys,
        ),
        pair(
            "/directory/{code}/retire",
            ["party.ask_retire", "party.retire"],
            MANAGE,
            "party.retired",
            Act::Retire,
        ),
    ];
    all.extend(parties.into_iter().flatten());
    all.extend(people::endpoints());
    all.extend(group::endpoints());
    all.extend(duty::endpoints());
    all.extend(webhooks::endpoints());
    all
}
