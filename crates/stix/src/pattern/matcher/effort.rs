//! How much is done for one answer.

use std::cell::Cell;

use super::MatchError;

/// Most values looked at for one answer: nested `[*]` over hostile lists ends here.
const MAX_VALUES: u64 = 20_000_000;
/// Steps between two questions whether to go on.
const STRIDE: u32 = 1 << 10;
/// Longest text that an expression searches where somebody waits for the answer, in bytes: a search cannot be stopped.
const MAX_SEARCHED: usize = 1 << 20;

/// Whether to go on; asked again and again while there is no answer.
pub type GoesOn<'e> = &'e dyn Fn() -> bool;

/// What may still be done, and whether somebody waits for it.
pub(super) struct Effort<'e> {
    values: Cell<u64>,
    steps: Cell<u32>,
    goes_on: Option<GoesOn<'e>>,
    /// What went wrong where no error can be given.
    fault: Cell<Option<MatchError>>,
}

impl<'e> Effort<'e> {
    pub(super) const fn new(goes_on: Option<GoesOn<'e>>) -> Self {
        Self {
            values: Cell::new(MAX_VALUES),
            steps: Cell::new(0),
            goes_on,
            fault: Cell::new(None),
        }
    }

    /// One value more is looked at.
    pub(super) fn value(&self) -> Result<(), MatchError> {
        let left = self.values.get().checked_sub(1);
        self.values.set(left.ok_or(MatchError::TooManyValues)?);
        self.step()
    }

    /// One step more.
    pub(super) fn step(&self) -> Result<(), MatchError> {
        let Some(goes_on) = self.goes_on else {
            return Ok(());
        };
        let steps = self.steps.get().wrapping_add(1);
        self.steps.set(steps);
        match steps.is_multiple_of(STRIDE) && !goes_on() {
            true => Err(MatchError::Stopped),
            false => Ok(()),
        }
    }

    /// An expression searches a text of so many bytes.
    pub(super) fn search(&self, bytes: usize) -> Result<(), MatchError> {
        match self.goes_on {
            Some(_) if bytes > MAX_SEARCHED => Err(MatchError::LongText),
            Some(goes_on) if !goes_on() => Err(MatchError::Stopped),
            _ => Ok(()),
        }
    }

    /// Keeps what went wrong until [`Self::checked`]; gives whether nothing did.
    pub(super) fn keep(&self, done: Result<(), MatchError>) -> bool {
        let is_fine = done.is_ok();
        if let Err(error) = done {
            self.fault.set(Some(error));
        }
        is_fine
    }

    /// # Errors
    /// What went wrong since.
    pub(super) fn checked(&self) -> Result<(), MatchError> {
        self.fault.take().map_or(Ok(()), Err)
    }
}
