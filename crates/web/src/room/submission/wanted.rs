//! What a provider chose beside the markings, shown again before and after it hands in.

use kaname_sharing::report::Urgency;

use crate::{
    frame::Page,
    house::House,
    room::{choices, words},
};

/// What the hub may know of the provider, and how soon somebody is to look.
pub(super) struct Wanted {
    pub(super) sector: String,
    pub(super) urgency: String,
}

impl Wanted {
    /// In the page's language; a sector that was not told says so.
    pub(super) fn of(page: &Page, house: &House, sector: Option<&str>, urgency: Urgency) -> Self {
        let sector = sector.filter(|code| !code.is_empty());
        Self {
            sector: sector.map_or_else(
                || page.t("submission-sector-none").into_owned(),
                |code| choices::sector_name(page, house, code),
            ),
            urgency: words::urgency(page.text, urgency),
        }
    }
}
