//! Numbers of reports, items, campaigns and assessments, as people quote them.

use jiff::Timestamp;
use kaname_kernel::{
    Rng,
    fold::fold,
    number::{CHARS, fresh, is_number, meant},
};

pub use kaname_kernel::number::normalise;

/// The space in which receipt numbers lead to their reports.
pub const RECEIPT_SPACE: &str = "receipt";
/// The space in which item numbers lead to their items.
pub const ITEM_SPACE: &str = "item";
/// The space in which campaign numbers lead to their campaigns.
pub const CAMPAIGN_SPACE: &str = "campaign";
/// The space in which assessment numbers lead to their assessments.
pub const ASSESSMENT_SPACE: &str = "assessment";

/// A fresh receipt number, such as `R-2611-0K4TV`; the month is that of Japan.
pub fn receipt(now: Timestamp, rng: &dyn Rng) -> String {
    fresh('R', now, rng)
}

/// A fresh item number, such as `S-2611-9QX3E`.
pub fn item(now: Timestamp, rng: &dyn Rng) -> String {
    fresh('S', now, rng)
}

/// A fresh campaign number, such as `C-2611-7M2RA`.
pub fn campaign(now: Timestamp, rng: &dyn Rng) -> String {
    fresh('C', now, rng)
}

/// A fresh assessment number, such as `A-2611-3K8WD`.
pub fn assessment(now: Timestamp, rng: &dyn Rng) -> String {
    fresh('A', now, rng)
}

/// Whether a text names a report by another number than this one.
pub fn names_another(text: &str, own: &str) -> bool {
    let folded = fold(text).to_uppercase();
    let signs: Vec<char> = folded.chars().map(meant).collect();
    let mut found = signs.windows(CHARS);
    found.any(|found| is_number('R', found) && !found.iter().copied().eq(own.chars()))
}
