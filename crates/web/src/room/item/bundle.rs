//! The objects of an item before it is out, as a file: the very bytes that consent and release are about.

use axum::{
    extract::{Path, State},
    response::Response,
};

use super::act::of;
use crate::{
    error::Failure,
    house::{By, House},
    room::library::{STIX, attachment, bundle_of},
};

pub(super) async fn bundle(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let world = house.world();
    let item = of(&house, &by, &number).await?;
    let own = world.owns(&by, Some(item.state.handle.cast())).await?;
    if !own && !by.is_officer() {
        // Members take what was released from the library.
        return Err(Failure::NotFound);
    }
    let body = bundle_of(world, &item.state).await?;
    let name = format!("{}-bundle.json", item.state.number);
    attachment(&name, STIX, body)
}
