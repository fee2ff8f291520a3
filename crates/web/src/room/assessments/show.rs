//! One assessment: what it says, on what evidence, what stands in its way, what may be done.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_directory::Account;
use kaname_kernel::{AccountId, Pap, Tlp};
use kaname_policy::{Action, Resource};
use kaname_sharing::assessment::{AssessmentState, Review};
use kaname_world::sharing::{AssessmentView, OutCheck};

use super::{
    list::state_said,
    told::{Judgements, of_draft},
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Field, Notice, Row, Tone, Verb},
        show,
    },
    house::{By, House},
    room::{choices, form::may, words},
};

#[derive(Template)]
#[template(path = "room/assessments/show.html")]
struct ShowPage {
    page: Page,
    number: String,
    state: String,
    version: u32,
    matter_version: u32,
    tlp: Tlp,
    pap: Pap,
    summary: String,
    measures: String,
    judgements: Judgements,
    notices: Vec<Notice>,
    writers: Vec<String>,
    touched: At,
    reviews: Vec<(String, Review, At)>,
    versions: Vec<Past>,
    items: Vec<Row>,
    verbs: Vec<Verb>,
    review: Option<Field>,
    drop: Option<Field>,
}

struct Past {
    number: u32,
    who: String,
    note: String,
    at: At,
    /// The comparison with the one before.
    compare: Option<String>,
}

pub(super) async fn one(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
) -> Result<Response, Failure> {
    let view = house.world().assessment(&by, &typed).await?;
    let state = &view.assessment.state;
    let draft = &state.draft;
    let title = draft
        .title
        .in_language(frame.text().lang().tag())
        .to_owned();
    let page = frame
        .page(Section::Desk, title)
        .live_from("/events?topic=assessment");
    let lang = page.lang().tag();
    let mut writers = Vec::new();
    for account in &state.writers {
        writers.push(title_of(&house, &page, *account).await?);
    }
    let mut reviews = Vec::new();
    for review in state.reviews.iter().rev() {
        let who = title_of(&house, &page, review.by).await?;
        reviews.push((who, review.clone(), page.at(review.at)));
    }
    let mut versions = Vec::new();
    for one in &view.versions {
        let before = one.number.saturating_sub(1);
        let to = |from: u32| {
            format!(
                "/assessments/{}/compare?from={from}&to={}",
                state.number, one.number
            )
        };
        versions.push(Past {
            number: one.number,
            who: title_of(&house, &page, one.by).await?,
            note: one.note.clone(),
            at: page.at(one.at),
            compare: (before > 0).then(|| to(before)),
        });
    }
    let items = view.items.iter().map(|item| {
        let state = &item.state;
        let due = page.came(state.touched_at(), state.number.as_str());
        let title = state.content.title.in_language(lang);
        Row::new(due, format!("/items/{}", state.number), title)
            .tag(page.tag(words::item_state(page.text, state.state)))
    });
    let items = items.collect();
    let writes = may(&house, &by, Action::AssessmentWrite, &Resource::default()).is_ok();
    let account = by.account_id().ok();
    let wrote = account.is_some_and(|account| state.writers.contains(&account));
    let reviews_it = writes && state.state == AssessmentState::InReview && !wrote;
    let open = matches!(
        state.state,
        AssessmentState::Written | AssessmentState::InReview | AssessmentState::Reviewed
    );
    show(&ShowPage {
        number: state.number.clone(),
        state: state_said(&page, state.state),
        version: state.version,
        matter_version: view.assessment.version,
        tlp: draft.tlp,
        pap: draft.pap,
        summary: draft.summary.in_language(lang).to_owned(),
        measures: draft.countermeasures.in_language(lang).to_owned(),
        judgements: of_draft(&page, &draft.judgements, &view.evidence),
        notices: notices(&page, &view),
        writers,
        touched: page.at(state.touched),
        reviews,
        versions,
        items,
        verbs: if writes {
            verbs(&page, &view)
        } else {
            Vec::new()
        },
        review: reviews_it.then(|| {
            page.lines(3, "remarks", page.t("assessments-remarks"))
                .hint(page.t("assessments-remarks-hint"))
                .optional()
        }),
        drop: (writes && open).then(|| {
            page.line("text", "reason", page.t("assessments-drop-why"))
                .longest(300)
        }),
        page,
    })
}

pub(super) async fn title_of(
    house: &House,
    page: &Page,
    account: AccountId,
) -> Result<String, Failure> {
    let account = house.world().load::<Account>(account.cast()).await?;
    let title = account.map(|account| account.state.title.get(choices::lang(page)).to_owned());
    Ok(title.unwrap_or_default())
}

fn notices(page: &Page, view: &AssessmentView) -> Vec<Notice> {
    let OutCheck {
        narrow,
        needs_tlp,
        needs_pap,
    } = &view.check;
    let mut all = Vec::new();
    let mut say = |tone, title: String, text: String| all.push(Notice { tone, title, text });
    if let Some(dropped) = &view.assessment.state.dropped {
        say(
            Tone::Wrong,
            page.t("assessments-was-dropped").into_owned(),
            dropped.clone(),
        );
    }
    if let Some(tlp) = needs_tlp {
        let title = page
            .t1("assessments-needs-tlp", "tlp", tlp.label())
            .into_owned();
        say(
            Tone::Wrong,
            title,
            page.t("assessments-needs-do").into_owned(),
        );
    }
    if let Some(pap) = needs_pap {
        let title = page
            .t1("assessments-needs-pap", "pap", pap.label())
            .into_owned();
        say(
            Tone::Wrong,
            title,
            page.t("assessments-needs-do").into_owned(),
        );
    }
    for one in narrow {
        let n = one.place + 1;
        let (key, about) = match one.bare {
            true => ("assessments-bare", "assessments-bare-do"),
            false => ("assessments-narrow", "assessments-narrow-do"),
        };
        let title = page.t2(key, "n", n, "hidden", one.hidden).into_owned();
        say(Tone::Care, title, page.t(about).into_owned());
    }
    all
}

fn verbs(page: &Page, view: &AssessmentView) -> Vec<Verb> {
    let state = &view.assessment.state;
    let href = format!("/assessments/{}", state.number);
    let mut verbs = Vec::new();
    let act = |what: &str, key: &str| {
        page.post(href.as_str(), page.t(key))
            .with("what", what)
            .main()
    };
    match state.state {
        AssessmentState::Written => verbs.push(act("ask", "assessments-ask-review")),
        AssessmentState::Reviewed => {
            let check = &view.check;
            let stands = check.needs_tlp.is_none() && check.needs_pap.is_none();
            verbs.push(match stands {
                true => act("forward", "assessments-forward")
                    .with("version", view.assessment.version.to_string()),
                false => page.refused(
                    page.t("assessments-forward"),
                    page.t("refused-opener-than-evidence"),
                ),
            });
        }
        _ => {}
    }
    if state.state != AssessmentState::Dropped {
        verbs.push(page.link(format!("{href}/edit"), page.t("assessments-edit")));
    }
    verbs
}
