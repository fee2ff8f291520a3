//! One assessment: what it says, on what evidence, what stands in its way, what may be done.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kaname_directory::Account;
use kaname_kernel::{AccountId, Pap, Tlp};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    Assessment, Item, ItemState,
    assessment::{AssessmentState, Review},
};
use kaname_world::{
    Loaded,
    sharing::{AssessmentView, OutCheck, Stricter},
};

use super::{
    list::state_said,
    told::{Judgements, evidence_name, of_draft},
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Field, Notice, Row, Step, Steps, Tone, Verb},
        show,
    },
    house::{By, House},
    room::{
        choices,
        events::one::{self, Of},
        form::may,
        item::reach::ReachPart,
        words,
    },
};

#[derive(Template)]
#[template(path = "room/assessments/show.html")]
struct ShowPage {
    page: Page,
    number: String,
    state: String,
    version: u32,
    matter_version: u32,
    steps: Steps,
    reach: ReachPart,
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
    let page = frame.page(Section::Desk, title).live_from(one::address(
        house.world(),
        &by,
        Of::Assessment,
        &state.number,
        &one::assessment_mark(&view),
    ));
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
    let world = house.world();
    let last = world.item_of_assessment(&by, state).await?;
    let content = draft.content(world.author().await?, Vec::new());
    let addressed = world.addressed(&content).await?;
    let mut notices = standing(&page, &view, last.as_ref(), (writes, wrote));
    notices.extend(warnings(&house, &by, &page, &view).await?);
    show(&ShowPage {
        number: state.number.clone(),
        state: state_said(&page, state, last.as_ref()),
        steps: steps(&page, state, last.as_ref()),
        reach: ReachPart::of(&by, &page, &content, &addressed),
        version: state.version,
        matter_version: view.assessment.version,
        tlp: draft.tlp,
        pap: draft.pap,
        summary: draft.summary.in_language(lang).to_owned(),
        measures: draft.countermeasures.in_language(lang).to_owned(),
        judgements: of_draft(&page, &draft.judgements, &view.evidence),
        notices,
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

/// How far it has come.
fn steps(page: &Page, state: &Assessment, item: Option<&Loaded<Item>>) -> Steps {
    let step = |label: String| Step { label, note: None };
    let named = |key: &str| step(page.t(key).into_owned());
    let mut way = vec![
        named("words-way-derived"),
        named("assessments-review"),
        named("words-way-second"),
        named("words-way-released"),
    ];
    let reached = match (state.state, item.map(|item| item.state.state)) {
        (AssessmentState::Written, _) => 0,
        (AssessmentState::InReview, _) => 1,
        (AssessmentState::Reviewed, _) => 2,
        (AssessmentState::Dropped, _) => {
            way.truncate(1);
            way.push(named("assessments-dropped"));
            1
        }
        (AssessmentState::PutForward, Some(ItemState::Released)) => way.len(),
        (
            AssessmentState::PutForward,
            Some(ended @ (ItemState::Superseded | ItemState::Withdrawn | ItemState::Expired)),
        ) => {
            way.push(step(words::item_state(page.text, ended)));
            way.len() - 1
        }
        (AssessmentState::PutForward, _) => 2,
    };
    page.steps(&way, reached)
}

/// Where it stands, and for whom it waits: for who writes assessments, whether it is theirs (`wrote`) or another's.
fn standing(
    page: &Page,
    view: &AssessmentView,
    item: Option<&Loaded<Item>>,
    (writes, wrote): (bool, bool),
) -> Vec<Notice> {
    let state = &view.assessment.state;
    let mut all = Vec::new();
    let mut say = |tone, key: &str, text: String| {
        all.push(Notice {
            tone,
            title: page.t(key).into_owned(),
            text,
        });
    };
    let t = |key: &str| page.t(key).into_owned();
    match state.state {
        AssessmentState::Dropped => {
            let why = state.dropped.clone().unwrap_or_default();
            say(Tone::Wrong, "assessments-was-dropped", why);
        }
        AssessmentState::Written => {
            if let Some(review) = state.review().filter(|review| !review.sound) {
                say(
                    Tone::Care,
                    "assessments-was-sent-back",
                    review.remarks.clone(),
                );
            }
        }
        AssessmentState::InReview if wrote || !writes => {
            say(
                Tone::Plain,
                "assessments-waits-review",
                t("assessments-waits-review-about"),
            );
        }
        AssessmentState::InReview => {
            say(
                Tone::Plain,
                "assessments-asks-you",
                t("assessments-asks-you-about"),
            );
        }
        AssessmentState::Reviewed => {
            say(
                Tone::Plain,
                "assessments-waits-forward",
                t("assessments-waits-forward-about"),
            );
        }
        AssessmentState::PutForward => {
            let Some(item) = item.map(|item| &item.state) else {
                return all;
            };
            match (item.state, &item.returned) {
                (ItemState::AwaitingRelease, _) => {
                    say(
                        Tone::Plain,
                        "assessments-waits-release",
                        t("assessments-waits-release-about"),
                    );
                }
                (ItemState::Derived, Some(returned)) => {
                    say(Tone::Care, "item-was-returned", returned.reason.clone());
                }
                (ItemState::Derived, None) => {
                    say(
                        Tone::Care,
                        "assessments-waits-traces",
                        t("assessments-waits-traces-about"),
                    );
                }
                (ItemState::Withdrawn, _) => {
                    let why = item.withdrawal.as_ref().map(|one| one.reason.clone());
                    say(Tone::Wrong, "item-was-withdrawn", why.unwrap_or_default());
                }
                _ => {}
            }
        }
    }
    all
}

/// What stands in its way, and what its readers would miss.
async fn warnings(
    house: &House,
    by: &By,
    page: &Page,
    view: &AssessmentView,
) -> Result<Vec<Notice>, Failure> {
    let OutCheck {
        narrow,
        needs_tlp,
        needs_pap,
        stricter,
    } = &view.check;
    let mut all = Vec::new();
    if let Some(tlp) = needs_tlp {
        let those = stricter.iter().filter(|one| one.tlp.is_some());
        all.push(Notice {
            tone: Tone::Wrong,
            title: page
                .t1("assessments-needs-tlp", "tlp", tlp.label())
                .into_owned(),
            text: narrower(house, by, page, those.collect()).await?,
        });
    }
    if let Some(pap) = needs_pap {
        let those = stricter.iter().filter(|one| one.pap.is_some());
        all.push(Notice {
            tone: Tone::Wrong,
            title: page
                .t1("assessments-needs-pap", "pap", pap.label())
                .into_owned(),
            text: narrower(house, by, page, those.collect()).await?,
        });
    }
    for one in narrow {
        let n = one.place + 1;
        let (key, about) = match one.bare {
            true => ("assessments-bare", "assessments-bare-do"),
            false => ("assessments-narrow", "assessments-narrow-do"),
        };
        all.push(Notice {
            tone: Tone::Care,
            title: page.t2(key, "n", n, "hidden", one.hidden).into_owned(),
            text: page.t(about).into_owned(),
        });
    }
    Ok(all)
}

/// Which evidence of which judgement it is, and what to do; evidence that the officer may not see without its name.
async fn narrower(
    house: &House,
    by: &By,
    page: &Page,
    those: Vec<&Stricter>,
) -> Result<String, Failure> {
    let mut lines = Vec::new();
    for one in those {
        let seen = house.world().source_seen(by, &one.source).await?;
        let name = match &seen {
            Some(seen) => evidence_name(page, seen),
            None => page.t("assessments-unseen").into_owned(),
        };
        let said = page.t2("assessments-needs-at", "n", one.place + 1, "name", name);
        lines.push(said.into_owned());
    }
    lines.dedup();
    lines.push(page.t("assessments-needs-do").into_owned());
    Ok(lines.join("\n"))
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
