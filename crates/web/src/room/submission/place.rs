//! Where a value was read, in the words of the page.

use kaname_intake::submission::SubmittedValue;

use crate::text::Text;

/// The file and the place in it; of what was typed, that it was.
pub(super) fn said(text: Text, value: &SubmittedValue) -> String {
    let Some(file) = &value.file else {
        return within(text, &value.place);
    };
    match value.place.as_str() {
        // The text of a file that holds nothing else.
        "text" => file.clone(),
        place => {
            let place = within(text, place);
            text.t2(
                "submission-place-file",
                "file",
                file.as_str(),
                "place",
                place,
            )
            .into_owned()
        }
    }
}

/// A place as `kaname_intake` writes it.
fn within(text: Text, place: &str) -> String {
    let numbered = |list: &str| {
        let index = place.strip_prefix(list)?.strip_prefix('[')?;
        let index: usize = index.strip_suffix(']')?.parse().ok()?;
        Some(index + 1)
    };
    let cell = || place.strip_prefix("line ")?.split_once(", column ");
    let said = match place {
        "text" | "body" => text.t("submission-place-text"),
        "subject" => text.t("submission-place-subject"),
        "markup" => text.t("submission-place-markup"),
        "link" => text.t("submission-place-link"),
        _ => {
            if let Some((line, column)) = cell() {
                text.t2("submission-place-cell", "line", line, "column", column)
            } else if let Some(name) = place.strip_prefix("header ") {
                text.t1("submission-place-header", "name", name)
            } else if let Some(name) = place.strip_prefix("attachment ") {
                text.t1("submission-place-attachment", "name", name)
            } else if let Some(n) = numbered("objects") {
                text.t1("submission-place-object", "n", n)
            } else if let Some(n) = numbered("values") {
                text.t1("submission-place-value", "n", n)
            } else {
                return place.to_owned();
            }
        }
    };
    said.into_owned()
}
