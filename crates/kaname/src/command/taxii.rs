//! `taxii load | dump`: a whole TAXII layout in and out; `taxii peers | pull | push`: other servers.

mod dump;
mod load;
mod peers;
mod spool;

use crate::{cli::TaxiiCommand, config::Config, fault::Fault, open::Hub, say::Say};

pub(super) async fn run(config: &Config, command: TaxiiCommand, say: Say) -> Result<(), Fault> {
    let hub = Hub::open(config).await?;
    let done = match command {
        TaxiiCommand::Load { file, source } => {
            load::load(&hub.world, &file, source.as_deref(), say).await
        }
        TaxiiCommand::Peers(command) => peers::peers(&hub.world, command, say).await,
        TaxiiCommand::Pull(args) => peers::pull(config, &hub.world, args, say).await,
        TaxiiCommand::Push(args) => peers::push(config, &hub.world, args, say).await,
        TaxiiCommand::Dump { out } => {
            let names = ["hub.name_en", "hub.name_ja"];
            let names = names.map(|name| config.text(name).unwrap_or_default());
            dump::dump(&hub.world, names, out.as_deref(), say).await
        }
    };
    hub.close().await;
    done
}
