//! The OpenID provider that people may sign in with, as configured.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read as _,
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use kaname_world::sign_in::oidc::{OpenId, OpenIdSettings};

use crate::{
    config::Config,
    fault::{Exit, Fault},
};

/// Longest secret read, in bytes.
const MAX_SECRET: u64 = 4_096;

/// The provider; `None` when none is configured.
pub(super) fn provider(config: &Config) -> Result<Option<OpenId>, Fault> {
    let Some(issuer) = config.text("oidc.issuer") else {
        return Ok(None);
    };
    let text = |key| config.text(key).unwrap_or_default().to_owned();
    let words =
        |key| -> BTreeSet<String> { text(key).split_whitespace().map(str::to_owned).collect() };
    let secret = config
        .path("oidc.client_secret_file")
        .map(secret)
        .transpose()?;
    let settings = OpenIdSettings {
        issuer: issuer.to_owned(),
        client_id: text("oidc.client_id"),
        client_secret: secret,
        label: [text("oidc.label_ja"), text("oidc.label_en")],
        required_claims: claims(&text("oidc.required_claims")).map_err(|wrong| {
            let what = format!("oidc.required_claims: `{wrong}` is not claim=value");
            Fault::new(Exit::Usage, what).at(config.origin("oidc.required_claims").to_string())
        })?,
        second_factor_acr: words("oidc.second_factor_acr"),
        second_factor_amr: words("oidc.second_factor_amr"),
    };
    let openid = OpenId::new(settings).map_err(|error| {
        Fault::new(Exit::Usage, error.to_string()).at(config.origin("oidc.issuer").to_string())
    })?;
    Ok(Some(openid))
}

fn secret(path: &Path) -> Result<String, Fault> {
    let failed = |error| Fault::file(path, "read", &error);
    let file = fs::File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        let what = format!(
            "{} may be read by others; set its mode to 600",
            path.display()
        );
        return Err(Fault::new(Exit::Usage, what));
    }
    let mut text = String::new();
    file.take(MAX_SECRET)
        .read_to_string(&mut text)
        .map_err(failed)?;
    Ok(text.trim().to_owned())
}

/// Pairs such as `groups=csirt, hd=example.jp`; what is none is given back.
fn claims(text: &str) -> Result<BTreeMap<String, String>, String> {
    let pairs = text
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| match pair.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(pair.to_owned()),
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_pairs() {
        let read = claims("groups=csirt, hd = example.jp ,").unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read["hd"], "example.jp");
        assert_eq!(claims("").unwrap(), BTreeMap::new());
        assert_eq!(claims("groups"), Err("groups".to_owned()));
        assert_eq!(claims("a=b, =c"), Err("=c".to_owned()));
    }
}
