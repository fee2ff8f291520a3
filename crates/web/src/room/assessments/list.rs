//! Assessments in every state.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use kaname_policy::{Action, Resource};
use kaname_sharing::{Assessment, Item, assessment::AssessmentState};
use kaname_world::Loaded;
use serde::Deserialize;

use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{Empty, Pager, Row, Tab, Tabs, Verb},
        show,
    },
    house::{By, House},
    room::{
        form::may,
        paging::{self, Reading, address},
        words,
    },
};

const TABS: [(&str, &str, &[AssessmentState]); 4] = [
    (
        "written",
        "assessments-tab-written",
        &[AssessmentState::Written],
    ),
    (
        "review",
        "assessments-tab-review",
        &[AssessmentState::InReview, AssessmentState::Reviewed],
    ),
    (
        "forward",
        "assessments-tab-forward",
        &[AssessmentState::PutForward],
    ),
    (
        "dropped",
        "assessments-tab-dropped",
        &[AssessmentState::Dropped],
    ),
];

#[derive(Template)]
#[template(path = "room/assessments/list.html")]
struct ListPage {
    page: Page,
    tabs: Tabs,
    rows: Vec<Row>,
    pager: Option<Pager>,
    empty: Empty,
    new: Option<Verb>,
}

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    after: String,
}

/// What its state is called. Of one that was put forward the item tells how far it has come.
pub(super) fn state_said(
    page: &Page,
    assessment: &Assessment,
    item: Option<&Loaded<Item>>,
) -> String {
    let sent_back = assessment.review().is_some_and(|review| !review.sound);
    if let (AssessmentState::PutForward, Some(item)) = (assessment.state, item) {
        return words::item_state(page.text, item.state.state);
    }
    let key = match assessment.state {
        AssessmentState::Written if sent_back => "assessments-sent-back",
        AssessmentState::Written => "assessments-written",
        AssessmentState::InReview => "assessments-in-review",
        AssessmentState::Reviewed => "assessments-reviewed",
        AssessmentState::PutForward => "assessments-put-forward",
        AssessmentState::Dropped => "assessments-dropped",
    };
    page.t(key).into_owned()
}

pub(super) async fn list(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let world = house.world();
    let page = frame
        .page(Section::Desk, frame.text().t("assessments-title"))
        .live_from("/events?topic=assessment");
    let chosen = TABS
        .iter()
        .find(|tab| tab.0 == which.tab)
        .unwrap_or(&TABS[0])
        .0;
    let (mut tabs, mut rows, mut pager) = (Vec::new(), Vec::new(), None);
    for (code, key, states) in TABS {
        let reading = Reading::of(&house, &by, &address("/assessments", &[("tab", code)]));
        let after = reading.read(&which.after).filter(|_| code == chosen);
        let found = world
            .assessments(&by, states, |query| {
                query.after = after;
                // Of the others the number alone is shown.
                query.limit = if code == chosen { query.limit } else { 1 };
            })
            .await?;
        tabs.push(Tab {
            label: page.t(key).into_owned(),
            href: format!("/assessments?tab={code}"),
            count: Some(paging::counted(found.total)),
            here: code == chosen,
        });
        if code == chosen {
            let to = |after: &str| address("/assessments", &[("tab", code), ("after", after)]);
            pager = Some(reading.pager(&page, &found, found.rows.len(), &which.after, to));
            for one in &found.rows {
                let item = world.item_of_assessment(&by, &one.state).await?;
                rows.push(row(&page, one, item.as_ref()));
            }
        }
    }
    let writes = may(&house, &by, Action::AssessmentWrite, &Resource::default()).is_ok();
    let new = || {
        writes.then(|| {
            page.link("/assessments-new", page.t("assessments-new"))
                .main()
        })
    };
    show(&ListPage {
        tabs: Tabs {
            name: page.t("assessments-tabs").into_owned(),
            tabs,
        },
        rows,
        pager,
        empty: Empty {
            title: page.t("assessments-none").into_owned(),
            text: page.t("assessments-none-do").into_owned(),
            next: new(),
        },
        new: new(),
        page,
    })
}

/// An assessment in a list.
pub(in crate::room) fn row(
    page: &Page,
    one: &Loaded<Assessment>,
    item: Option<&Loaded<Item>>,
) -> Row {
    let state = &one.state;
    let title = state.draft.title.in_language(page.lang().tag());
    let due = page.came(state.touched, state.number.as_str());
    Row::new(due, format!("/assessments/{}", state.number), title)
        .about(page.t1("assessments-version", "n", state.version))
        .about(page.t1("assessments-count", "n", state.draft.judgements.len()))
        .tlp(page.tlp(state.draft.tlp))
        .tag(page.tag(state_said(page, state, item)))
}
