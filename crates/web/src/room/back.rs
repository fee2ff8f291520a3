//! After something was posted: back to a page, with what was done or why it was not.

use axum::response::Response;
use kaname_world::WorldError;

use crate::{
    error::Failure,
    frame::{Flash, Frame},
    said::said,
};

/// Back to `to`, saying `done` (a message key) or why not.
pub(super) fn back<T>(
    frame: &Frame,
    to: &str,
    outcome: Result<T, WorldError>,
    done: &str,
) -> Result<Response, Failure> {
    match outcome {
        Ok(_) => frame.go_saying(to, &Flash::done(frame.text().t(done))),
        Err(error @ WorldError::StepUp) => Err(error.into()),
        Err(error) => match said(frame.text(), &error) {
            Some(said) => frame.go_saying(to, &Flash::refused(said)),
            None => Err(error.into()),
        },
    }
}
