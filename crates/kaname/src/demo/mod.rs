//! `demo`: a whole invented nation on this machine.

mod threat_data;

use crate::{cli::DemoArgs, config::Config, fault::Fault, say::Say};

/// Fills a store and serves it.
pub async fn run(_config: Config, _args: DemoArgs, _kept: bool, _say: Say) -> Result<(), Fault> {
    Err(Fault::failed("not built yet"))
}
