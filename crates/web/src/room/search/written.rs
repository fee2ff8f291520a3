//! What was found that officers alone are told of: reports, assessments and campaigns, for who may read their lists.

use kaname_store::Cursor;
use kaname_world::find::{Found, MOST_READ, ReadThrough};

use super::show::{Asked, Listed, said_count, without};
use crate::{
    error::Failure,
    frame::{Page, part::Row},
    house::{By, House},
    room::{
        assessments, campaigns,
        paging::{Reading, address, counted},
        triage,
    },
};

/// The section of each that the reader may read.
pub(super) async fn all(
    house: &House,
    page: &Page,
    by: &By,
    reading: &Reading<'_>,
    (asked, found): (&Asked, &Found),
) -> Result<Vec<Listed>, Failure> {
    let way = |part, after| Way {
        page,
        reading,
        query: &asked.q,
        part,
        after,
    };
    let mut all = Vec::new();
    if let Some(outcome) = &found.reports {
        let mut listed = without(page, ("reports", "search-reports"), outcome);
        if let Ok(through) = outcome {
            let reports = through.listed.rows.clone();
            let rows = triage::rows(house, page, by, reports).await?;
            way("reports", &asked.reports).fill(&mut listed, through, rows);
            listed.cut = through
                .cut
                .then(|| page.t("search-cut-reports").into_owned());
        }
        all.push(listed);
    }
    if let Some(outcome) = &found.assessments {
        let mut listed = without(page, ("assessments", "search-assessments"), outcome);
        if let Ok(through) = outcome {
            let mut rows = Vec::new();
            for one in &through.listed.rows {
                let item = house.world().item_of_assessment(by, &one.state).await?;
                rows.push(assessments::row(page, one, item.as_ref()));
            }
            way("assessments", &asked.assessments).fill(&mut listed, through, rows);
        }
        all.push(listed);
    }
    if let Some(outcome) = &found.campaigns {
        let mut listed = without(page, ("campaigns", "search-campaigns"), outcome);
        if let Ok(through) = outcome {
            let rows = through.listed.rows.iter();
            let rows = rows.map(|one| campaigns::line(page, one)).collect();
            way("campaigns", &asked.campaigns).fill(&mut listed, through, rows);
        }
        all.push(listed);
    }
    Ok(all)
}

/// How a section goes on.
struct Way<'w> {
    page: &'w Page,
    reading: &'w Reading<'w>,
    query: &'w str,
    /// Its parameter in the address, and what stands there.
    part: &'w str,
    after: &'w str,
}

impl Way<'_> {
    fn fill<M>(&self, listed: &mut Listed, through: &ReadThrough<M>, rows: Vec<Row>) {
        let page = self.page;
        let to = |after: &str| address("/search", &[("q", self.query), (self.part, after)]);
        let next = |next: &Cursor| to(&self.reading.written(next));
        let next = through.listed.next.as_ref().map(next);
        let first = (!self.after.is_empty()).then(|| to(""));
        let total = counted(through.listed.total);
        listed.count = Some(said_count(page, total));
        if next.is_some() || first.is_some() {
            // Reports that say the same stand in one row: what is shown is counted, not the rows.
            let shown = through.listed.rows.len() as u64;
            let pager = page.pager(shown, total, first, next);
            listed.pager = Some(pager.of(&listed.title));
        }
        listed.rows = rows;
        listed.cut = through
            .cut
            .then(|| page.t1("search-cut", "n", MOST_READ as u64).into_owned());
    }
}
