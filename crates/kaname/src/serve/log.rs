//! Log lines: structured, English, on standard error. No query, body, cookie or name of a provider
//! ever stands in them.

use std::io::IsTerminal as _;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::Config;

/// Starts logging as configured; a second start changes nothing.
pub(crate) fn start(config: &Config) {
    start_at(config, config.text("log.level").unwrap_or("info"));
}

/// The same, from this kind of line on.
pub(crate) fn start_at(config: &Config, level: &str) {
    // The bus tells by itself when its server goes and comes back, and so does the store; the pool
    // would tell it once more for each connection.
    let filter = EnvFilter::new(format!(
        "warn,async_nats=error,deadpool=error,kaname={level},kaname_world={level},kaname_web={level}"
    ));
    let registry = tracing_subscriber::registry().with(filter);
    let watched = std::io::stderr().is_terminal();
    let json = config.text("log.format") == Some("json");
    // A subscriber that is set already stays.
    let _ = if json {
        registry
            .with(
                fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_writer(std::io::stderr),
            )
            .try_init()
    } else {
        registry
            .with(
                fmt::layer()
                    .with_target(false)
                    .with_ansi(watched)
                    .with_writer(std::io::stderr),
            )
            .try_init()
    };
}
