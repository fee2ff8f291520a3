//! The values of an item, each with what is known of it.

use kaname_intake::in_script;
use kaname_sharing::Content;
use kaname_world::sharing::Warnings;

use crate::{
    frame::{
        Page,
        part::{Notice, Tone},
    },
    room::{warninglist::warned, words},
};

/// A value of an item.
pub(super) struct ValueRow {
    pub(super) kind: String,
    pub(super) value: String,
    /// In its own script, where that is another.
    pub(super) script: Option<String>,
    /// Which lists say that it is widely used.
    pub(super) warned: Option<String>,
}

/// The values that machines look for, in order.
pub(super) fn rows(page: &Page, content: &Content, warnings: &Warnings) -> Vec<ValueRow> {
    let row = |value: kaname_sharing::Value| ValueRow {
        kind: words::value_kind(page.text, value.kind),
        script: in_script(value.kind, &value.value),
        warned: warned(page, &warnings.of(value.kind, &value.value)),
        value: value.value,
    };
    content.shared_values().into_iter().map(row).collect()
}

/// That machines would block what many others use.
pub(super) fn shared_resources(
    page: &Page,
    content: &Content,
    values: &[ValueRow],
) -> Option<Notice> {
    let count = values.iter().filter(|row| row.warned.is_some()).count();
    (count > 0 && content.pap.permits_blocking()).then(|| Notice {
        tone: Tone::Care,
        title: page.t1("item-widely-used", "n", count).into_owned(),
        text: page.t("item-widely-used-about").into_owned(),
    })
}
