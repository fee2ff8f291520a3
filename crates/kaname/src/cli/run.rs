//! Options of the commands that make and run a hub.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

/// Options of `init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Name of the hub in Japanese
    #[arg(long, value_name = "NAME", default_value = "情報共有センター")]
    pub(crate) name_ja: String,
    /// Name of the hub in English
    #[arg(long, value_name = "NAME", default_value = "Sharing Centre")]
    pub(crate) name_en: String,
    /// Short name of the hub's own party
    #[arg(long, value_name = "CODE", default_value = "centre")]
    pub(crate) code: String,
    /// Login of the first officer, an administrator
    #[arg(long, default_value = "officer")]
    pub(crate) login: String,
    /// File whose first line is the first officer's password; otherwise asked for on a terminal, else
    /// made and shown once
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

/// Options of `serve`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen (listen.address)
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) address: Option<SocketAddr>,
    /// Address under which people reach it (listen.public_url)
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// A proxy that ends TLS stands in front (listen.behind_proxy)
    #[arg(long)]
    pub(crate) behind_proxy: bool,
    /// Certificate chain in PEM (listen.tls_cert)
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Its private key in PEM (listen.tls_key)
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Leave mail, webhooks and digests to `kaname worker`
    #[arg(long)]
    pub(crate) no_worker: bool,
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Port on 127.0.0.1; 0 for any that is free
    #[arg(long, default_value_t = 8440)]
    pub(crate) port: u16,
    /// Folder of the real threat data that ./setup brought
    #[arg(long, value_name = "FOLDER", env = "KANAME_DEMO_DATA")]
    pub(crate) threat_data: Option<PathBuf>,
    /// Fill the store, print the guide and end, without a server
    #[arg(long)]
    pub(crate) only_fill: bool,
    /// Print a line of JSON for each step once it is durable, with the number of events in the ledger
    #[arg(long)]
    pub(crate) tell_steps: bool,
}
