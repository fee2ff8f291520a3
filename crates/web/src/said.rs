//! Why something was not done, in the reader's language. Keys come from the rooms' own crates; each
//! stands here once, so that a missing sentence is found by a test.

use kaname_world::WorldError;

use crate::text::{Text, TextArg};

/// Sentences for what a matter's rules refuse.
pub(crate) const REFUSED: [&str; 24] = [
    "refused-state",
    "refused-reason-missing",
    "refused-empty",
    "refused-too-much",
    "refused-out-of-bounds",
    "refused-not-owner",
    "refused-not-assigned",
    "refused-own-party",
    "refused-same-person",
    "refused-other-manifest",
    "refused-audience-widened",
    "refused-open-traces",
    "refused-no-such-trace",
    "refused-deadline-passed",
    "refused-not-due",
    "refused-no-longer-valid",
    "refused-nobody",
    "refused-bad-object",
    "refused-bad-name",
    "refused-no-change",
    "refused-too-few",
    "refused-not-open",
    "refused-not-in-force",
    "refused-unknown",
];

/// Sentences for input that does not do.
pub(crate) const ERRORS: [&str; 18] = [
    "error-empty",
    "error-too-large",
    "error-text",
    "error-reason",
    "error-stix",
    "error-unknown-sector",
    "error-idempotency-key",
    "error-password-short",
    "error-password-long",
    "error-password-easy",
    "error-password-hash",
    "error-password-wrong",
    "error-code-wrong",
    "error-sign-in",
    "error-taken",
    "error-changed",
    "error-too-many",
    "error-values",
];

/// Sentences for what the policy does not permit.
pub(crate) const WHY_NOT: [&str; 11] = [
    "why-not-signed-in",
    "why-not-person",
    "why-not-deriver",
    "why-not-provider-party",
    "why-not-second-factor",
    "why-not-recent",
    "why-not-member",
    "why-not-scope",
    "why-not-role",
    "why-not-system",
    "why-not-unknown",
];

/// The sentence for what the policy does not permit.
pub(crate) fn why_not(text: Text, key: &str) -> String {
    let known = WHY_NOT.iter().find(|known| **known == key);
    text.t(known.copied().unwrap_or("why-not-unknown")).into_owned()
}

/// What a person is told of an operation that was not carried out; `None` for what is not theirs to
/// mend (a failing store), which becomes an error page.
pub(crate) fn said(text: Text, error: &WorldError) -> Option<String> {
    Some(match error {
        WorldError::Invalid { key, message, .. } => {
            let known = ERRORS.iter().find(|known| *known == key);
            let key = known.copied().unwrap_or("error-text");
            text.t1(key, "what", message.as_str()).into_owned()
        }
        WorldError::Refused {
            key,
            details,
            message,
        } => {
            let known = REFUSED.iter().find(|known| *known == key);
            let Some(key) = known.copied() else {
                return Some(text.t1("refused-unknown", "what", message.as_str()).into_owned());
            };
            let empty = String::new();
            let detail = |name: &str| {
                let found = details.iter().find(|(known, _)| *known == name);
                found.map_or(&empty, |(_, value)| value)
            };
            let args: [(&'static str, &dyn TextArg); 12] = [
                ("state", detail("state")),
                ("needs", detail("needs")),
                ("matter", detail("matter")),
                ("field", detail("field")),
                ("actual", detail("actual")),
                ("limit", detail("limit")),
                ("open", detail("open")),
                ("index", detail("index")),
                ("what", detail("what")),
                ("allowed", detail("allowed")),
                ("organisations", detail("organisations")),
                ("needed", detail("needed")),
            ];
            text.t_args(key, &args).into_owned()
        }
        WorldError::Denied(key) => why_not(text, key),
        WorldError::Taken { key, .. } => text.t1("error-taken", "what", key.as_str()).into_owned(),
        WorldError::Stale(_) => text.t("error-changed").into_owned(),
        WorldError::TooMany(seconds) => {
            let minutes = seconds.div_ceil(60);
            text.t1("error-too-many", "n", minutes).into_owned()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policys_reasons_are_all_here() {
        for key in kaname_policy::WHY_KEYS {
            assert!(WHY_NOT.contains(&key), "{key} has no sentence");
        }
    }
}
