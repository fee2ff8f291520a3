//! Every key of the configuration, in one table: the file, the environment, `config check`, `config
//! show` and `config example` are made of it.

use kaname_intake::submission::{MAX_ATTACHMENTS, MAX_TEXT_BYTES, MAX_VALUES};

use super::kind::Kind;

/// A key of the configuration.
#[derive(Debug)]
pub(crate) struct Key {
    /// `section.key`.
    pub(crate) name: &'static str,
    /// What its value may be.
    pub(crate) kind: Kind,
    /// Its value when nothing is said; empty for none.
    pub(crate) default: &'static str,
    /// Whether it must not be shown.
    pub(crate) secret: bool,
    /// What it is, one sentence.
    pub(crate) about: &'static str,
}

impl Key {
    /// The environment variable that overrides it.
    pub(crate) fn variable(&self) -> String {
        let (section, key) = self.name.split_once('.').unwrap_or((self.name, ""));
        format!("KANAME_{}__{}", section.to_uppercase(), key.to_uppercase())
    }
}

const fn key(name: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Key {
    Key {
        name,
        kind,
        default,
        secret: false,
        about,
    }
}

const fn secret(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key {
        name,
        kind,
        default: "",
        secret: true,
        about,
    }
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// All keys, in the order in which they are shown.
pub(crate) const KEYS: &[Key] = &[
    key(
        "hub.name_ja",
        Kind::Text,
        "要 情報共有センター",
        "Name of the hub in Japanese, as pages and mails show it.",
    ),
    key(
        "hub.name_en",
        Kind::Text,
        "Kaname Sharing Centre",
        "Name of the hub in English.",
    ),
    key(
        "hub.origin",
        Kind::Text,
        "kaname.localhost/ledger",
        "Name of the ledger in signed checkpoints: a host name, maybe with a path. Never change it later.",
    ),
    key(
        "store.path",
        Kind::Path,
        "kaname-data",
        "Data folder: database and attachments.",
    ),
    secret(
        "store.url",
        Kind::Url(&["postgres", "postgresql"]),
        "PostgreSQL database to use instead of the file in the data folder.",
    ),
    key(
        "store.schema",
        Kind::Text,
        "kaname",
        "Schema of the PostgreSQL database; each world has its own.",
    ),
    key(
        "store.connections",
        Kind::Number(2, 256),
        "16",
        "Most connections of this node to PostgreSQL.",
    ),
    key(
        "store.plain_network",
        Kind::Bool,
        "false",
        "Whether PostgreSQL on another machine may be spoken to without TLS (on a network of its own).",
    ),
    key(
        "store.readers",
        Kind::Number(1, 64),
        "4",
        "Connections that read beside the writer.",
    ),
    key(
        "store.cache",
        Kind::Bytes(256 * KIB, 4 * GIB),
        "8 MiB",
        "Page cache of each connection to an embedded store.",
    ),
    key(
        "keys.folder",
        Kind::Path,
        "",
        "Folder of world.key and seal.key; never inside the data folder. Default: the data folder's name with `-keys` added.",
    ),
    key(
        "listen.address",
        Kind::Address,
        "127.0.0.1:8440",
        "Where the server listens.",
    ),
    key(
        "listen.public_url",
        Kind::Url(&["http", "https"]),
        "",
        "Address under which people reach it; links in mails begin with it.",
    ),
    key(
        "listen.behind_proxy",
        Kind::Bool,
        "false",
        "Whether a proxy that ends TLS stands in front: plain HTTP is then allowed, and the client's address is taken from its X-Forwarded-For.",
    ),
    key(
        "listen.tls_cert",
        Kind::Path,
        "",
        "Certificate chain in PEM; read again when the file changes.",
    ),
    key(
        "listen.tls_key",
        Kind::Path,
        "",
        "Private key of the certificate in PEM.",
    ),
    key(
        "listen.max_connections",
        Kind::Number(16, 100_000),
        "2048",
        "Connections served at a time; more wait.",
    ),
    key(
        "listen.max_connections_per_address",
        Kind::Number(1, 100_000),
        "512",
        "Connections of one address (in IPv6: of one /64) at a time; more are turned away. Not counted behind a proxy.",
    ),
    key(
        "listen.header_timeout_s",
        Kind::Number(1, 300),
        "10",
        "Seconds within which a connection's first byte, its TLS handshake and each request's header must arrive.",
    ),
    key(
        "listen.max_header",
        Kind::Bytes(8 * KIB, MIB),
        "64 KiB",
        "Largest header of a request.",
    ),
    key(
        "listen.max_streams",
        Kind::Number(1, 10_000),
        "100",
        "Requests at a time on one HTTP/2 connection.",
    ),
    key(
        "listen.threads",
        Kind::Number(1, 256),
        "4",
        "Threads that serve requests.",
    ),
    key(
        "mail.smtp_host",
        Kind::Text,
        "",
        "Mail server; without one no mail is sent.",
    ),
    key(
        "mail.smtp_port",
        Kind::Number(1, 65_535),
        "587",
        "Its port.",
    ),
    key(
        "mail.smtp_tls",
        Kind::Choice(&["starttls", "tls", "none"]),
        "starttls",
        "How the connection is protected; `none` only to loopback.",
    ),
    key("mail.smtp_user", Kind::Text, "", "User at the mail server."),
    secret(
        "mail.smtp_password",
        Kind::Text,
        "Password at the mail server.",
    ),
    key("mail.from", Kind::Text, "", "Sender address of mails."),
    key(
        "oidc.issuer",
        Kind::Url(&["https", "http"]),
        "",
        "OpenID provider that people may sign in with, exactly as it writes its issuer; http only on this machine.",
    ),
    key(
        "oidc.client_id",
        Kind::Text,
        "",
        "Name of this hub at the provider.",
    ),
    key(
        "oidc.client_secret_file",
        Kind::Path,
        "",
        "File with the secret of this hub at the provider, mode 600; without one the hub is a public client.",
    ),
    key(
        "oidc.label_ja",
        Kind::Text,
        "組織のID",
        "What people call the provider, in Japanese.",
    ),
    key(
        "oidc.label_en",
        Kind::Text,
        "your organisation",
        "What people call the provider, in English.",
    ),
    key(
        "oidc.required_claims",
        Kind::Text,
        "",
        "Claims that an ID token must carry, such as \"groups=csirt, hd=example.jp\".",
    ),
    key(
        "oidc.second_factor_acr",
        Kind::Text,
        "",
        "Values of the claim acr that count as a second factor, separated by spaces.",
    ),
    key(
        "oidc.second_factor_amr",
        Kind::Text,
        "",
        "Values of the claim amr that count as a second factor, such as \"mfa\", separated by spaces.",
    ),
    key(
        "webhooks.private",
        Kind::Bool,
        "false",
        "Whether webhooks may call targets in private networks.",
    ),
    key(
        "webhooks.loopback",
        Kind::Bool,
        "false",
        "Whether webhooks may call this machine itself, also without TLS: for trying out.",
    ),
    key(
        "taxii.max_page_size",
        Kind::Number(1, 10_000),
        "1000",
        "Most objects in one TAXII page, whatever a client asks for.",
    ),
    key(
        "taxii.private",
        Kind::Bool,
        "false",
        "Whether peers in private networks may be read and sent to.",
    ),
    key(
        "taxii.loopback",
        Kind::Bool,
        "false",
        "Whether this machine itself may be read and sent to as a peer, also without TLS: for trying out.",
    ),
    key(
        "limits.max_body",
        Kind::Bytes(64 * KIB, 2 * GIB),
        "72 MiB",
        "Largest body of any request: a report with its files. No other bound on a request reaches over it.",
    ),
    key(
        "limits.max_form",
        Kind::Bytes(16 * KIB, 64 * MIB),
        "256 KiB",
        "Largest body of a form without files.",
    ),
    key(
        "limits.max_draft",
        Kind::Bytes(16 * KIB, 64 * MIB),
        "4 MiB",
        "Largest body of a form in which an officer writes an item.",
    ),
    key(
        "limits.max_post",
        Kind::Bytes(KIB, GIB),
        "32 MiB",
        "Largest TAXII envelope; never over limits.max_attachment, since it is kept as one.",
    ),
    key(
        "limits.max_parts",
        Kind::Number(64, 100_000),
        "12000",
        "Most fields and files of one form.",
    ),
    key(
        "limits.max_text",
        Kind::Bytes(KIB, MAX_TEXT_BYTES as u64),
        "1 MiB",
        "Longest text pasted or typed.",
    ),
    key(
        "limits.max_attachment",
        Kind::Bytes(KIB, GIB),
        "32 MiB",
        "Largest attachment.",
    ),
    key(
        "limits.max_attachments",
        Kind::Number(0, MAX_ATTACHMENTS as u64),
        "16",
        "Most attachments of one report.",
    ),
    key(
        "limits.max_values",
        Kind::Number(1, MAX_VALUES as u64),
        "5000",
        "Most values of one report; what lies beyond is not read.",
    ),
    key(
        "limits.max_objects",
        Kind::Number(1, 100_000),
        "10000",
        "Most STIX objects of one post or file that is handed in.",
    ),
    key(
        "limits.max_object",
        Kind::Bytes(KIB, 64 * MIB),
        "8 MiB",
        "Largest STIX object.",
    ),
    key(
        "limits.max_depth",
        Kind::Number(8, 100),
        "64",
        "Most arrays and objects within each other, in JSON and STIX.",
    ),
    key(
        "limits.max_string",
        Kind::Bytes(KIB, GIB),
        "48 MiB",
        "Longest string of a JSON document; an attachment stands in one, in base64.",
    ),
    key(
        "limits.max_mail",
        Kind::Bytes(KIB, GIB),
        "32 MiB",
        "Largest mail that is handed in.",
    ),
    key(
        "limits.max_mail_parts",
        Kind::Number(1, 10_000),
        "200",
        "Most parts of one mail.",
    ),
    key(
        "limits.max_mail_depth",
        Kind::Number(1, 32),
        "8",
        "Most parts within parts of one mail.",
    ),
    key(
        "limits.max_table",
        Kind::Bytes(KIB, GIB),
        "16 MiB",
        "Largest table (CSV, TSV) that is handed in.",
    ),
    key(
        "limits.max_rows",
        Kind::Number(1, 1_000_000),
        "100000",
        "Most rows of one table, the header among them.",
    ),
    key(
        "limits.max_columns",
        Kind::Number(1, 1_000),
        "100",
        "Most columns of one table.",
    ),
    key(
        "limits.max_cell",
        Kind::Bytes(16, MIB),
        "8 KiB",
        "Longest cell of a table.",
    ),
    key(
        "limits.max_import",
        Kind::Bytes(KIB, 1_024 * GIB),
        "1 GiB",
        "Largest file of `kaname import`.",
    ),
    key(
        "limits.max_import_objects",
        Kind::Number(1, 100_000_000),
        "2000000",
        "Most objects of one file of `kaname import`.",
    ),
    key(
        "limits.request_timeout_s",
        Kind::Number(1, 600),
        "30",
        "Seconds without an answer after which a request is told that the hub is busy.",
    ),
    key(
        "limits.max_submissions_per_hour",
        Kind::Number(1, 1_000_000),
        "1000",
        "Reports one party may hand in within an hour, by all ways together.",
    ),
    key(
        "limits.max_sign_in_failures",
        Kind::Number(1, 100),
        "5",
        "Wrong passwords or codes within 15 minutes before a login has to wait.",
    ),
    key(
        "limits.session_idle_hours",
        Kind::Number(1, 720),
        "12",
        "Hours without use after which a session ends.",
    ),
    key(
        "limits.session_max_hours",
        Kind::Number(1, 8_760),
        "168",
        "Hours after which a session ends in any case.",
    ),
    key(
        "limits.consent_hours",
        Kind::Number(1, 2_160),
        "72",
        "Hours a provider has to answer a request for consent; silence is refusal.",
    ),
    key(
        "limits.draft_hours",
        // A report's own history is silent on its item for up to nine hours (decision 0005).
        Kind::Number(9, 2_160),
        "48",
        "Hours without a change after which an item that is still being written comes up before the other analysts.",
    ),
    secret(
        "bus.nats_url",
        Kind::Url(&["nats", "tls"]),
        "NATS server with JetStream that carries live updates between nodes; one node needs none.",
    ),
    key(
        "bus.look_every_s",
        Kind::Number(1, 3_600),
        "2",
        "Seconds after which a node looks for what other nodes did though the bus said nothing.",
    ),
    key(
        "jobs.lease_s",
        Kind::Number(1, 3_600),
        "60",
        "Seconds a worker holds a job before another may take it over, as after it was killed.",
    ),
    key(
        "log.format",
        Kind::Choice(&["text", "json"]),
        "text",
        "Form of log lines on standard error.",
    ),
    key(
        "log.level",
        Kind::Choice(&["error", "warn", "info", "debug", "trace"]),
        "info",
        "Least important kind of line that is written.",
    ),
];

/// The key of that name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}
