//! Attack techniques in use, tactic by tactic: shaded by how often, which also stands there as a number, and once more
//! as a table. Everything chosen stands in the address.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use jiff::{SignedDuration, Timestamp};
use kaname_world::find::techniques::{Matrix, MatrixWanted, UsedTechnique};
use serde::Deserialize;

use super::object::phase_word;
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Choice, Empty, Field},
        show,
    },
    house::{By, House},
    room::{choices::sector_name, paging::address},
    text::Count,
};

/// Longest name of an attacker that is taken, in characters.
const LONGEST: usize = 200;
/// Most names offered to choose from.
const MOST_NAMES: u32 = 500;
/// Steps of shading.
const SHADES: u64 = 4;

/// What the address asks for. What cannot be read is taken as not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::room) struct Asked {
    /// Name or STIX id of a group, campaign, malware or tool.
    by: String,
    sector: String,
    /// Days back, or a day.
    since: String,
    chain: String,
    /// `all` for techniques that nobody uses, too.
    show: String,
}

/// What was asked for, and what of it leads nowhere.
pub(in crate::room) struct Understood {
    pub(in crate::room) wanted: MatrixWanted,
    /// Whether an attacker is asked for whom the reader does not see.
    pub(in crate::room) nobody: bool,
}

impl Asked {
    /// Names turned into what they name, as far as the reader may see it.
    pub(in crate::room) async fn understood(
        &self,
        house: &House,
        by: &By,
        now: Timestamp,
    ) -> Result<Understood, Failure> {
        let world = house.world();
        let typed: String = self.by.trim().chars().take(LONGEST).collect();
        let user = match typed.is_empty() {
            true => None,
            false => Some(world.user_named(by, &typed).await?),
        };
        let vocabulary = world.vocabulary();
        let sector = vocabulary.sector(self.sector.trim()).map(str::to_owned);
        let wanted = MatrixWanted {
            chain: (!self.chain.is_empty()).then(|| self.chain.clone()),
            by: user.clone().flatten(),
            sector,
            since: since(&self.since, now),
            unused: self.show == "all",
        };
        Ok(Understood {
            nobody: user.is_some() && wanted.by.is_none(),
            wanted,
        })
    }
}

fn since(typed: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(days) = typed.parse::<u16>() {
        return Some(now - SignedDuration::from_hours(24 * i64::from(days)));
    }
    kaname_intake::read_when(typed).map(|when| when.at)
}

#[derive(Template)]
#[template(path = "room/library/matrix.html")]
struct MatrixPage {
    page: Page,
    filters: Vec<Field>,
    said: String,
    tactics: Vec<Column>,
    cut: bool,
    empty: Option<Empty>,
    json: String,
}

struct Column {
    title: String,
    count: String,
    techniques: Vec<Cell>,
}

struct Cell {
    number: String,
    title: String,
    href: String,
    search: String,
    total: String,
    uses: String,
    items: String,
    shade: u64,
    /// What screen readers say of the number.
    says: String,
    below: String,
    subs: Vec<Self>,
}

pub(super) async fn show_all(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let page = frame.page(Section::Library, frame.text().t("matrix-title"));
    let understood = asked.understood(&house, &by, page.now).await?;
    let matrix = match understood.nobody {
        true => Matrix::default(),
        false => house.world().matrix(&by, &understood.wanted).await?,
    };
    let tactics: Vec<Column> = matrix
        .tactics
        .iter()
        .map(|tactic| Column {
            title: match tactic.phase.as_str() {
                "" => page.t("matrix-no-tactic").into_owned(),
                phase => phase_word(&page, phase),
            },
            count: Count::from(tactic.techniques.len() as u64).to_string(),
            techniques: tactic
                .techniques
                .iter()
                .map(|one| cell(&page, one, matrix.most))
                .collect(),
        })
        .collect();
    let parameters = [
        ("by", asked.by.as_str()),
        ("sector", &asked.sector),
        ("since", &asked.since),
        ("chain", &asked.chain),
        ("show", &asked.show),
    ];
    let said = page.t1("matrix-said", "n", matrix.techniques).into_owned();
    show(&MatrixPage {
        filters: filters(&house, &by, &page, &asked, (&matrix, understood.nobody)).await?,
        said,
        empty: tactics.is_empty().then(|| Empty {
            title: page.t("matrix-empty").into_owned(),
            text: page.t("matrix-empty-do").into_owned(),
            next: Some(page.link("/library/matrix?show=all", page.t("matrix-empty-all"))),
        }),
        tactics,
        cut: matrix.cut,
        json: address("/api/v1/matrix", &parameters),
        page,
    })
}

fn cell(page: &Page, one: &UsedTechnique, most: u64) -> Cell {
    let count = |n: u64| Count::from(n).to_string();
    let total = one.total();
    let sought = match one.number.as_str() {
        "" => one.title.as_str(),
        number => number,
    };
    Cell {
        number: one.number.clone(),
        title: one.title.clone(),
        href: format!("/library/objects/{}", one.stix_id),
        search: address(
            "/search",
            &[("q", &format!("\"{}\"", sought.replace('"', " ")))],
        ),
        total: count(total),
        uses: count(one.uses),
        items: count(one.items),
        shade: shade(total, most),
        says: page
            .t2("matrix-says", "uses", one.uses, "items", one.items)
            .into_owned(),
        below: page.t1("matrix-below", "n", one.subs.len()).into_owned(),
        subs: one.subs.iter().map(|sub| cell(page, sub, most)).collect(),
    }
}

/// From 0 for nothing to [`SHADES`], by halves: few techniques are used far more often than most.
fn shade(count: u64, most: u64) -> u64 {
    if count == 0 || most == 0 {
        return 0;
    }
    let halvings = u64::from((most / count).max(1).ilog2());
    SHADES.saturating_sub(halvings / 2).max(1)
}

async fn filters(
    house: &House,
    by: &By,
    page: &Page,
    asked: &Asked,
    (matrix, nobody): (&Matrix, bool),
) -> Result<Vec<Field>, Failure> {
    let any = || Choice::new("", page.t("library-any"));
    let names = house.world().users_named(by, MOST_NAMES).await?;
    let names = names.into_iter().map(|name| Choice::new(name, ""));
    let vocabulary = house.world().vocabulary();
    let sectors = vocabulary.sectors();
    let sectors = sectors.map(|code| Choice::new(code, sector_name(page, house, code)));
    let mut since: Vec<Choice> = [
        ("7", "library-since-week"),
        ("30", "library-since-month"),
        ("90", "library-since-quarter"),
        ("365", "matrix-since-year"),
    ]
    .map(|(days, key)| Choice::new(days, page.t(key)))
    .to_vec();
    if !asked.since.is_empty() && !since.iter().any(|one| one.value == asked.since) {
        since.push(Choice::new(asked.since.as_str(), asked.since.as_str()));
    }
    let chains = matrix
        .chains
        .iter()
        .map(|(chain, count)| Choice::new(chain.as_str(), format!("{chain} ({count})")));
    let shown = vec![
        Choice::new("", page.t("matrix-used")),
        Choice::new("all", page.t("matrix-all")),
    ];
    let mut all = vec![
        page.line("text", "by", page.t("matrix-by"))
            .value(asked.by.as_str())
            .offering(names.collect())
            .error(nobody.then(|| page.t("matrix-by-none").into_owned()))
            .longest(LONGEST)
            .optional(),
        page.select(
            "sector",
            page.t("matrix-sector"),
            std::iter::once(any()).chain(sectors).collect(),
        )
        .value(asked.sector.as_str()),
        page.select(
            "since",
            page.t("matrix-since"),
            std::iter::once(any()).chain(since).collect(),
        )
        .value(asked.since.as_str()),
        page.select("show", page.t("matrix-show"), shown)
            .value(asked.show.as_str()),
    ];
    if matrix.chains.len() > 1 {
        all.push(
            page.select("chain", page.t("matrix-chain"), chains.collect())
                .value(matrix.chain.as_str()),
        );
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::shade;

    #[test]
    fn shades_are_by_halves_and_nothing_has_none() {
        assert_eq!((shade(0, 100), shade(0, 0)), (0, 0));
        assert_eq!((shade(100, 100), shade(1, 1)), (4, 4));
        assert_eq!((shade(25, 100), shade(6, 100), shade(1, 100)), (3, 2, 1));
    }
}
