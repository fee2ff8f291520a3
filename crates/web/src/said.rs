//! Why something was not done, in the reader's language. The keys are the inner crates' own; a test
//! reads their sources and fails when one has no sentence.

use kaname_world::WorldError;

use crate::{
    error::{PARSED, Reason},
    text::Text,
};

/// The sentence for what the policy does not permit.
pub(crate) fn why_not(text: Text, key: &str) -> String {
    text.t(key).into_owned()
}

/// What a person is told of an operation that was not carried out; `None` for what is not theirs to
/// mend (a failing store), which becomes an error page.
pub(crate) fn said(text: Text, error: &WorldError) -> Option<String> {
    Some(match error {
        WorldError::Invalid { key, message, .. } if PARSED.contains(key) => {
            let said = text.t(key);
            text.t2("error-words", "said", said, "what", message.as_str())
                .into_owned()
        }
        WorldError::Invalid {
            key,
            message,
            details,
            ..
        } => Reason::of(key, details.clone(), message).said(text),
        WorldError::Refused { key, details, .. } => Reason {
            key,
            details: details.clone(),
        }
        .said(text),
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
    use crate::text::Lang;

    #[test]
    fn states_and_fields_are_told_by_their_names() {
        let refused = WorldError::Refused {
            key: "refused-state",
            details: vec![
                ("matter", "item".to_owned()),
                ("state", "derived".to_owned()),
                ("needs", "consented, awaiting_release".to_owned()),
            ],
            message: String::new(),
        };
        let japanese = said(Text::new(Lang::Ja), &refused).unwrap();
        assert_eq!(
            japanese,
            "いまの状態（作成中）ではできません。「同意済み」「承認待ち」のときにできます。"
        );
        let english = said(Text::new(Lang::En), &refused).unwrap();
        assert!(english.ends_with("possible when it is consented or awaiting release."));
    }
}
