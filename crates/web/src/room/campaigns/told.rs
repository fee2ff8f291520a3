//! A proposal and its evidence in words.

use askama::Template;
use kaname_sharing::{Report, campaign::Ground};
use kaname_world::{
    Loaded,
    sharing::{Evidence, Proposed},
};

use crate::{
    frame::{
        Page,
        part::{Field, Row},
    },
    room::words,
};

/// Reports of a proposal that are shown; the others are counted.
const MOST_REPORTS: usize = 10;

/// A proposal on a page, with the forms that accept it or set it aside.
#[derive(Template)]
#[template(path = "room/campaigns/proposal.html")]
pub(in crate::room) struct Proposal {
    page: Page,
    key: String,
    title: String,
    /// What accepting it does, where some of the reports are in campaigns.
    joins: Option<String>,
    evidence: Vec<Piece>,
    more: Option<String>,
    reports: Vec<Row>,
    left: Option<String>,
    /// What a new campaign is called; nothing where one takes the others in.
    called: Option<Field>,
    accept: String,
    why: Field,
}

impl askama::filters::HtmlSafe for Proposal {}

/// One piece of evidence.
pub(super) struct Piece {
    pub(super) said: String,
    pub(super) more: Vec<String>,
    pub(super) values: Vec<(String, String)>,
    pub(super) passages: Vec<String>,
    /// Why neither values nor passages are shown.
    pub(super) shut: bool,
}

/// `number`: which on its page, from 0. Rows of reports are left out on the page of one of them.
pub(in crate::room) fn proposal(
    page: &Page,
    proposed: &Proposed,
    number: usize,
    with_reports: bool,
) -> Proposal {
    let numbers: Vec<&str> = proposed
        .campaigns
        .iter()
        .map(|one| one.state.number.as_str())
        .collect();
    let named = numbers.join(&page.t("campaigns-and"));
    let (joins, accept) = match numbers.len() {
        0 => (None, "campaigns-accept"),
        1 => (Some("campaigns-joins"), "campaigns-accept-join"),
        _ => (Some("campaigns-merges"), "campaigns-accept-merge"),
    };
    let rows = proposed.reports.iter().filter(|_| with_reports);
    let rows: Vec<Row> = rows.take(MOST_REPORTS).map(|one| row(page, one)).collect();
    let left = proposed.count - rows.len();
    Proposal {
        key: proposed.key.clone(),
        title: page
            .t1("campaigns-proposed", "n", proposed.count)
            .into_owned(),
        joins: joins.map(|key| page.t1(key, "campaigns", named.as_str()).into_owned()),
        evidence: proposed
            .evidence
            .iter()
            .map(|one| piece(page, one))
            .collect(),
        more: (proposed.more > 0).then(|| {
            page.t1("campaigns-more-evidence", "n", proposed.more)
                .into_owned()
        }),
        left: (with_reports && left > 0)
            .then(|| page.t1("campaigns-more-reports", "n", left).into_owned()),
        reports: rows,
        called: numbers
            .is_empty()
            .then(|| title_field(page).numbered(number)),
        accept: page.t(accept).into_owned(),
        why: page
            .line("text", "reason", page.t("campaigns-why-not"))
            .hint(page.t("campaigns-why-not-hint"))
            .longest(300)
            .numbered(number),
        page: page.clone(),
    }
}

pub(super) fn title_field(page: &Page) -> Field {
    page.line("text", "title", page.t("campaigns-called"))
        .hint(page.t("campaigns-called-hint"))
        .longest(120)
}

/// A report in a list of those that belong together: its number, since what it says is sealed.
pub(super) fn row(page: &Page, report: &Loaded<Report>) -> Row {
    let state = &report.state;
    let receipt = state.submission.receipt.as_str();
    let said = words::report_state(page.text, state.state, state.closing.as_ref());
    Row::new(
        page.came(state.received, ""),
        format!("/triage/{receipt}"),
        receipt,
    )
    .tlp(page.tlp(state.submission.tlp))
    .tag(page.tag(said))
}

pub(super) fn piece(page: &Page, evidence: &Evidence) -> Piece {
    let [one, other] = &evidence.numbers;
    let (said, more) = ground(page, &evidence.ground, one, other);
    let values = evidence.values.iter();
    let values = values.map(|(kind, value)| (words::value_kind(page.text, *kind), value.clone()));
    Piece {
        said,
        more,
        values: values.collect(),
        passages: evidence.passages.clone(),
        shut: !evidence.open,
    }
}

/// What every officer is told of a piece of evidence: in a sentence, and what more there is to say.
pub(super) fn ground(
    page: &Page,
    ground: &Ground,
    one: &str,
    other: &str,
) -> (String, Vec<String>) {
    let said = match ground.same {
        true => "campaigns-says-same",
        false if ground.shared.is_empty() => "campaigns-says-text",
        false => "campaigns-says-shared",
    };
    let said = page.t2(said, "one", one, "other", other).into_owned();
    let mut more = Vec::new();
    for (kind, n) in &ground.shared {
        let kind = words::value_kind(page.text, *kind);
        more.push(
            page.t2("triage-kind-count", "kind", kind, "n", *n)
                .into_owned(),
        );
    }
    if let Some((carriers, of)) = ground.rarest {
        more.push(
            page.t2("campaigns-rarest", "n", carriers, "of", of)
                .into_owned(),
        );
        let bits = format!("{:.1}", f64::from(ground.centibits) / 100.0);
        more.push(page.t1("campaigns-bits", "bits", bits).into_owned());
    }
    if let Some(values) = ground.values {
        more.push(page.t1("campaigns-values-alike", "n", values).into_owned());
    }
    if let Some(text) = ground.text {
        more.push(page.t1("campaigns-text-alike", "n", text).into_owned());
    }
    (said, more)
}
