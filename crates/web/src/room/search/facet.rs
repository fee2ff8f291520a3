//! How what was found spreads, each part a link that narrows the search to it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kaname_kernel::Tlp;
use kaname_sharing::find::{Key, Search};
use kaname_store::Spread;
use kaname_world::find::Found;

use super::show::SECTORS;
use crate::{
    error::Failure,
    frame::Page,
    house::{By, House},
    room::{choices::sector_name, library::type_word, paging::address},
    text::Count,
};

/// Most parts of one facet that are shown, those with the most first.
const SHOWN: usize = 16;

/// One way in which it spreads.
pub(super) struct Facet {
    pub(super) title: String,
    /// Where the search is without this condition, when there is one, and what that link is called.
    pub(super) off: Option<(String, String)>,
    /// Where the search is with each part, its name and number.
    pub(super) choices: Vec<(String, String, String)>,
    /// Where the numbers are counted, when they are not.
    pub(super) count: Option<String>,
}

struct Making<'p> {
    page: &'p Page,
    search: &'p Search,
}

impl Making<'_> {
    /// A facet of parts, each a condition, with its name and number. One without a choice is left out.
    fn facet(
        &self,
        title: &str,
        keys: &[Key],
        mut parts: Vec<(String, String, u32)>,
    ) -> Option<Facet> {
        parts.retain(|(_, _, count)| *count > 0);
        parts.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
        parts.truncate(SHOWN);
        let asked = |key: &Key| {
            let mut terms = self.search.terms.iter();
            terms.any(|term| term.ask.key() == Some(*key))
        };
        let is_asked = keys.iter().any(asked);
        if parts.is_empty() && !is_asked {
            return None;
        }
        let without = |term: &str| -> String {
            let mut search = self.search.clone();
            search
                .terms
                .retain(|one| !one.ask.key().is_some_and(|key| keys.contains(&key)));
            let mut query = search.canonical();
            if !query.is_empty() && !term.is_empty() {
                query.push(' ');
            }
            query.push_str(term);
            address("/search", &[("q", &query)])
        };
        let choice = |(term, said, count): (String, String, u32)| {
            let count = Count::from(u64::from(count)).to_string();
            (without(&term), said, count)
        };
        let off = self.page.t1("search-facet-off-named", "name", title);
        Some(Facet {
            title: title.to_owned(),
            off: is_asked.then(|| (without(""), off.into_owned())),
            choices: parts.into_iter().map(choice).collect(),
            count: None,
        })
    }
}

impl Making<'_> {
    /// Sectors: with their numbers where they were counted, else each as a link alone, with the way to the numbers.
    fn sectors(&self, house: &House, found: &Found, counts: &[u32]) -> Option<Facet> {
        let (page, title) = (self.page, self.page.t("search-facet-sector"));
        let named = |code: &str| (format!("sector:{code}"), sector_name(page, house, code));
        let codes = found.vocabulary.sectors();
        if !counts.is_empty() {
            let parts = codes.zip(counts).map(|(code, count)| {
                let (term, said) = named(code);
                (term, said, *count)
            });
            let counted = self.facet(&title, &[Key::Sector], parts.collect());
            // That there is none was asked for, too.
            return Some(counted.unwrap_or_else(|| Facet {
                title: title.into_owned(),
                off: None,
                choices: Vec::new(),
                count: None,
            }));
        }
        found
            .objects
            .as_ref()
            .ok()
            .filter(|found| found.total > 0)?;
        let all = codes.map(|code| {
            let (term, said) = named(code);
            (term, said, 1)
        });
        let mut facet = self.facet(&title, &[Key::Sector], all.collect())?;
        facet
            .choices
            .iter_mut()
            .for_each(|(_, _, count)| count.clear());
        let query = self.search.canonical();
        let count = address("/search", &[("q", &query), ("count", SECTORS)]);
        facet.count = Some(count);
        Some(facet)
    }
}

/// Every facet of what was found.
pub(super) async fn facets(
    house: &House,
    by: &By,
    page: &Page,
    found: &Found,
) -> Result<Vec<Facet>, Failure> {
    let nothing = Spread::default();
    let spread = found
        .objects
        .as_ref()
        .map_or(&nothing, |found| &found.spread);
    let making = Making {
        page,
        search: &found.search,
    };
    let types = spread.types.iter();
    let types =
        types.map(|(code, count)| (format!("type:{code}"), type_word(page.text, code), *count));
    let mut collections = Vec::new();
    for collection in house.world().collections(by).await? {
        let count = spread.collections.get(&collection.id).copied();
        let title = &collection.state.definition.title;
        let title = title.in_language(page.lang().tag()).to_owned();
        let term = format!("collection:{}", collection.state.in_addresses());
        collections.push((term, title, count.unwrap_or_default()));
    }
    let years = spread.years.iter().filter_map(|(year, count)| {
        let first = Date::new(*year, 1, 1).ok()?;
        let last = Date::new(*year, 12, 31).ok()?;
        let said = page.t1("search-facet-year-of", "year", year.to_string());
        let term = format!("since:{first} until:{last}");
        Some((term, said.into_owned(), *count))
    });
    let all = [
        making.facet(&page.t("search-facet-type"), &[Key::Type], types.collect()),
        making.facet(
            &page.t("search-facet-tlp"),
            &[Key::Tlp],
            tlps(spread, &found.item_tlps),
        ),
        making.sectors(house, found, &spread.groups),
        making.facet(
            &page.t("search-facet-collection"),
            &[Key::Collection],
            collections,
        ),
        making.facet(
            &page.t("search-facet-year"),
            &[Key::Since, Key::Until],
            years.collect(),
        ),
    ];
    Ok(all.into_iter().flatten().collect())
}

/// Markings of objects and items together.
fn tlps(spread: &Spread, items: &BTreeMap<Tlp, u32>) -> Vec<(String, String, u32)> {
    let count = |all: &BTreeMap<Tlp, u32>, tlp: Tlp| all.get(&tlp).copied().unwrap_or_default();
    let part = |tlp: Tlp| {
        let both = count(&spread.tlps, tlp) + count(items, tlp);
        let term = format!("tlp:{}", tlp.label().to_ascii_lowercase());
        (term, tlp.to_string(), both)
    };
    Tlp::ALL.map(part).to_vec()
}
