//! The word to end: Ctrl-C, or the signal that service managers send.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::fault::Fault;

/// Hears the word from the moment it is made, so that none is lost while the program starts.
pub(crate) struct Ending {
    interrupt: Signal,
    terminate: Signal,
}

impl Ending {
    /// Begins to listen.
    pub(crate) fn listen() -> Result<Self, Fault> {
        let hear =
            |kind| signal(kind).map_err(|e| Fault::failed("signals cannot be heard").because(&e));
        Ok(Self {
            interrupt: hear(SignalKind::interrupt())?,
            terminate: hear(SignalKind::terminate())?,
        })
    }

    /// Waits for it.
    pub(crate) async fn told(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
