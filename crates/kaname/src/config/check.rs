//! Rules that hold between keys, and mistakes in words.

use std::{net::IpAddr, path::Path};

use super::{
    Config,
    load::{Mistake, Origin},
};
use crate::{
    fault::{Exit, Fault},
    open,
};

/// Bounds on parts of a request, none of which can be larger than the whole.
const WITHIN_BODY: [&str; 8] = [
    "limits.max_form",
    "limits.max_draft",
    "limits.max_post",
    "limits.max_text",
    "limits.max_attachment",
    "limits.max_string",
    "limits.max_mail",
    "limits.max_table",
];
/// Bounds of which the first, where it was said, cannot be larger than the second.
const ORDERED: [(&str, &str); 4] = [
    ("limits.max_post", "limits.max_attachment"),
    ("limits.max_cell", "limits.max_table"),
    ("limits.max_object", "limits.max_import"),
    ("limits.session_idle_hours", "limits.session_max_hours"),
];

/// What is wrong between keys that are each right.
pub(crate) fn together(config: &Config) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut say = |key: &str, what: String, allowed: &str| {
        mistakes.push(Mistake {
            at: config.origin(key).to_string(),
            line: config.origin(key).line(),
            key: key.to_owned(),
            what,
            allowed: Some(allowed.to_owned()),
            did_you_mean: None,
        });
    };
    let (data, keys) = (config.data(), config.keys());
    if lies_within(&keys, &data) {
        let what = format!(
            "{} lies in the data folder {}",
            keys.display(),
            data.display()
        );
        let allowed = "a folder of its own, so that no copy of the data carries its keys";
        say("keys.folder", what, allowed);
    }
    let (cert, key) = (
        config.path("listen.tls_cert"),
        config.path("listen.tls_key"),
    );
    match (cert, key) {
        (Some(_), None) => {
            say(
                "listen.tls_key",
                "is missing beside listen.tls_cert".to_owned(),
                "both or neither",
            );
        }
        (None, Some(_)) => {
            say(
                "listen.tls_cert",
                "is missing beside listen.tls_key".to_owned(),
                "both or neither",
            );
        }
        _ => {}
    }
    let url = config.text("store.url").unwrap_or("postgres://localhost");
    let refused = kaname_store_postgres::check_url(url, config.switch("store.plain_network"));
    let schema = kaname_store_postgres::check_schema(&open::schema(config));
    for (key, refused, allowed) in [
        ("store.url", refused, "postgres://USER@HOST/DATABASE"),
        ("store.schema", schema, "a plain name"),
    ] {
        if let Err(error) = refused {
            let words = error.to_string();
            let (what, hint) = words.split_once("\nhint: ").unwrap_or((&words, allowed));
            say(key, what.to_owned(), hint);
        }
    }
    // A note's signature line is parted by spaces, and its keys are named with a plus (C2SP signed-note).
    let fits = |c: char| c.is_ascii_graphic() && c != '+';
    match config.text("hub.origin") {
        None => say(
            "hub.origin",
            "is empty: checkpoints would be signed by nobody".to_owned(),
            "a host name, maybe with a path; or leave the key away",
        ),
        Some(origin) if !origin.chars().all(fits) || origin.len() > 200 => say(
            "hub.origin",
            format!("`{origin}` cannot be a ledger's name in signed checkpoints"),
            "up to 200 ASCII characters without space and plus: a host name, maybe with a path",
        ),
        Some(_) => {}
    }
    if let Some(url) = config.text("listen.public_url") {
        let host = url.split_once("://").map_or(url, |(_, host)| host);
        if host.trim_end_matches('/').contains(['/', '?', '#']) {
            let what = format!("{url} says more than scheme, host and port");
            say(
                "listen.public_url",
                what,
                "an address without path, such as https://hub.example",
            );
        }
    }
    let address = config.address();
    let plain = cert.is_none() && !config.switch("listen.behind_proxy");
    if plain && !address.ip().is_loopback() {
        let what = format!("{address} is open to other machines, without TLS");
        let allowed =
            "loopback; or listen.tls_cert and listen.tls_key; or listen.behind_proxy = true";
        say("listen.address", what, allowed);
    }
    if config.text("mail.smtp_host").is_some() && config.text("mail.from").is_none() {
        say(
            "mail.from",
            "is missing beside mail.smtp_host".to_owned(),
            "a mail address",
        );
    }
    if config.text("oidc.issuer").is_some() && config.text("oidc.client_id").is_none() {
        say(
            "oidc.client_id",
            "is missing beside oidc.issuer".to_owned(),
            "the hub's name at the provider",
        );
    }
    let whole = "limits.max_body";
    let bounds = WITHIN_BODY.iter().map(|part| (*part, whole)).chain(ORDERED);
    for (part, whole) in bounds {
        let (few, many) = (config.number(part), config.number(whole));
        if few > many && config.origin(part) != Origin::Default {
            let what = format!("{few} is over {whole}, which is {many}: it would never be reached");
            say(part, what, &format!("at most {many}; or a larger {whole}"));
        }
    }
    let open = config.text("mail.smtp_tls") == Some("none");
    if let Some(host) = config
        .text("mail.smtp_host")
        .filter(|host| open && !is_local(host))
    {
        let what = format!("mail would go to {host} unprotected");
        say(
            "mail.smtp_tls",
            what,
            "starttls or tls; none only to this machine",
        );
    }
    mistakes
}

/// Files that `kaname serve` reads at its start and that are not there. Other commands need none of them.
pub(crate) fn absent(config: &Config) -> Vec<Mistake> {
    let named = ["listen.tls_cert", "listen.tls_key"].map(|key| (key, config.path(key)));
    let named = named
        .into_iter()
        .filter_map(|(key, path)| Some((key, path?)));
    let absent = named.filter(|(_, path)| matches!(path.try_exists(), Ok(false)));
    absent
        .map(|(key, path)| Mistake {
            at: config.origin(key).to_string(),
            line: config.origin(key).line(),
            key: key.to_owned(),
            what: format!("there is no file {}", path.display()),
            allowed: Some("a PEM file that is there".to_owned()),
            did_you_mean: None,
        })
        .collect()
}

fn is_local(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Whether `inner` is `outer` or lies in it. Both may not exist yet: the part that does is resolved,
/// so that a link cannot hide where a folder lies.
pub(crate) fn lies_within(inner: &Path, outer: &Path) -> bool {
    resolved(inner).starts_with(resolved(outer))
}

fn resolved(path: &Path) -> std::path::PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = std::path::PathBuf::new();
    for part in absolute.components() {
        match part {
            std::path::Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    for there in plain.ancestors() {
        if let Ok(real) = there.canonicalize() {
            let rest = plain.strip_prefix(there).unwrap_or(Path::new(""));
            return real.join(rest);
        }
    }
    plain
}

/// A mistake as a fault.
pub(crate) fn fault(mistake: &Mistake) -> Fault {
    let what = if mistake.key.is_empty() {
        mistake.what.clone()
    } else {
        format!("{}: {}", mistake.key, mistake.what)
    };
    let mut fault = Fault::new(Exit::Usage, what).at(mistake.at.clone());
    if let Some(meant) = &mistake.did_you_mean {
        fault = fault.hint(format!("did you mean `{meant}`?"));
    }
    if let Some(allowed) = &mistake.allowed {
        fault = fault.hint(format!("allowed: {allowed}"));
    }
    fault
}
