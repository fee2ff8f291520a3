//! The key that mail to the reader is encrypted to.

use axum::{extract::State, http::Method, response::Response, routing};
use kaname_policy::Action;
use kaname_world::WorldError;

use super::shown;
use crate::{
    error::Failure,
    frame::{Flash, Frame, Posted},
    house::{By, House},
    room::form::{Typed, Wrong},
    route::{Access, Audit, Endpoint},
};

const OWN: Access = Access::SignedIn(&[Action::SessionOwn]);

/// Endpoints of the own key for mail.
pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    vec![
        Endpoint::new(
            Method::POST,
            "/account/key",
            "account.set_key",
            OWN,
            Audit::Event("account.key_set"),
            routing::post(set),
        ),
        Endpoint::new(
            Method::POST,
            "/account/key/remove",
            "account.remove_key",
            OWN,
            Audit::Event("account.key_removed"),
            routing::post(remove),
        ),
    ]
}

async fn set(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let done = house.world().set_own_key(&by, typed.one("key")).await;
    told(&house, &frame, &by, &typed, done, "account-key-kept").await
}

async fn remove(State(house): State<House>, frame: Frame, by: By) -> Result<Response, Failure> {
    let done = house.world().remove_own_key(&by).await;
    let nothing = Typed::default();
    told(&house, &frame, &by, &nothing, done, "account-key-removed").await
}

async fn told(
    house: &House,
    frame: &Frame,
    by: &By,
    typed: &Typed,
    done: Result<(), WorldError>,
    kept: &str,
) -> Result<Response, Failure> {
    let text = frame.text();
    match done {
        Ok(()) => frame.go_saying("/account#mail-key", &Flash::done(text.t(kept))),
        Err(error @ WorldError::StepUp) => Err(error.into()),
        Err(error) => match Wrong::of(text, &error) {
            Some(wrong) => shown(house, frame, by, typed, Some(wrong)).await,
            None => Err(error.into()),
        },
    }
}
