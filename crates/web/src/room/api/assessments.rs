//! Assessments as JSON: the same facts as on the pages, evidence as far as the reader may see it; written, looked through
//! and put forward by the same operations.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing,
};
use jiff::Timestamp;
use kaname_kernel::{GroupId, MatterId, Pap, Tlp};
use kaname_policy::Action;
use kaname_sharing::{
    Outlet,
    assessment::{Confidence, Likelihood},
};
use kaname_world::sharing::assessment::{assessment_line, assessment_told};
use serde::Deserialize;
use serde_json::Value;

use super::{
    body::{Read, Why},
    change,
    decided::decided,
    handed_in::{Asked, page, place},
    read,
};
use crate::{
    error::{Failure, Fault},
    house::{By, House},
    room::{
        assessments::{Faulty, Typed, begun, saved},
        item::draft::DraftForm,
        paging::Reading,
    },
    route::{Audit, BodySize, Endpoint},
};

const PATH: &str = "/api/v1/assessments";
const ONE: &str = "/api/v1/assessments/{number}";
const READ: Action = Action::AssessmentRead;
const WRITE: Action = Action::AssessmentWrite;
const READS: Audit =
    Audit::None("reads assessments; evidence only as far as the reader may see it");

pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    let act =
        |path, name, audit, handler| change((Method::POST, path, name), WRITE, audit, handler);
    vec![
        read(PATH, "api.assessments", READ, READS, routing::get(list)),
        act(
            PATH,
            "api.begin_assessment",
            Audit::Event("assessment.begun"),
            routing::post(begin),
        )
        .with_body(BodySize::Draft),
        read(ONE, "api.assessment", READ, READS, routing::get(one)),
        change(
            (Method::PUT, ONE, "api.save_assessment"),
            WRITE,
            Audit::Event("assessment.saved"),
            routing::put(save),
        )
        .with_body(BodySize::Draft),
        act(
            "/api/v1/assessments/{number}/ask-review",
            "api.ask_assessment_review",
            Audit::Event("assessment.review_asked"),
            routing::post(ask),
        ),
        act(
            "/api/v1/assessments/{number}/review",
            "api.review_assessment",
            Audit::Event("assessment.reviewed"),
            routing::post(review),
        ),
        act(
            "/api/v1/assessments/{number}/forward",
            "api.put_assessment_forward",
            Audit::OneOf(&[
                "assessment.put_forward",
                "item.derived",
                "item.revised",
                "item.handed_over",
            ]),
            routing::post(forward),
        ),
        act(
            "/api/v1/assessments/{number}/drop",
            "api.drop_assessment",
            Audit::Event("assessment.dropped"),
            routing::post(drop_one),
        ),
    ]
}

/// A text in both languages; one of them is enough.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Both {
    ja: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Judged {
    text: String,
    likelihood: Likelihood,
    confidence: Confidence,
    #[serde(default)]
    caveats: String,
    /// As it is typed into the form: the number of an item, the id of an object, or `name | address | grade`.
    #[serde(default)]
    evidence: Vec<String>,
}

/// What an assessment says and to whom it is to go.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    title: Both,
    #[serde(default)]
    summary: Both,
    #[serde(default)]
    countermeasures: Both,
    judgements: Vec<Judged>,
    tlp: Tlp,
    pap: Pap,
    #[serde(default)]
    groups: Vec<GroupId>,
    #[serde(default)]
    parties: Vec<String>,
    #[serde(default)]
    persons: Vec<String>,
    #[serde(default)]
    classes: Vec<String>,
    #[serde(default)]
    duties: Vec<String>,
    #[serde(default)]
    embargo: Option<Timestamp>,
    #[serde(default)]
    valid_until: Option<Timestamp>,
    outlets: Vec<Outlet>,
    #[serde(default)]
    collections: Vec<MatterId>,
}

impl Draft {
    /// As the form of the page posts it.
    fn written(self) -> (DraftForm, Typed) {
        let texts = |all: Vec<GroupId>| all.iter().map(ToString::to_string).collect();
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let form = DraftForm {
            kind: kaname_sharing::ItemKind::Assessment.as_str().to_owned(),
            title_ja: self.title.ja,
            title_en: self.title.en,
            summary_ja: self.summary.ja,
            summary_en: self.summary.en,
            measures_ja: self.countermeasures.ja,
            measures_en: self.countermeasures.en,
            tlp: self.tlp.label().to_owned(),
            pap: self.pap.label().to_owned(),
            groups: texts(self.groups),
            parties: self.parties.join("\n"),
            persons: self.persons.join("\n"),
            classes: self.classes,
            duties: self.duties,
            embargo: time(self.embargo),
            valid_until: time(self.valid_until),
            outlets: self
                .outlets
                .iter()
                .map(|outlet| outlet.as_str().to_owned())
                .collect(),
            collections: self.collections.iter().map(ToString::to_string).collect(),
            ..DraftForm::default()
        };
        let mut typed = Typed::default();
        for one in self.judgements {
            typed.judgement.push(one.text);
            typed.likelihood.push(one.likelihood.as_str().to_owned());
            typed.confidence.push(one.confidence.as_str().to_owned());
            typed.caveats.push(one.caveats);
            typed.evidence.push(one.evidence.join("\n"));
        }
        (form, typed)
    }
}

/// All that is wrong, each with its place; or the first that is nothing of what was sent.
fn wrong((errors, unfounded): Faulty) -> Failure {
    let mut faults: Vec<Fault> = Vec::new();
    let placed = unfounded
        .into_iter()
        .map(|(place, error)| (Some(place), error));
    for (place, error) in errors.into_iter().map(|error| (None, error)).chain(placed) {
        let found = match Failure::from(error) {
            Failure::Invalid(found) => found,
            other => return other,
        };
        faults.extend(found.into_iter().map(|fault| match place {
            Some(place) => Fault {
                at: format!("$.judgements[{place}].evidence"),
                ..fault
            },
            None => fault,
        }));
    }
    Failure::Invalid(faults)
}

async fn shown(house: &House, by: &By, number: &str) -> Result<Value, Failure> {
    let view = house.world().assessment(by, number).await?;
    Ok(assessment_told(&view))
}

async fn begin(
    State(house): State<House>,
    by: By,
    Read(draft): Read<Draft>,
) -> Result<Response, Failure> {
    let (form, typed) = draft.written();
    let begun = begun(&house, &by, (&form, &typed)).await?.map_err(wrong)?;
    let number = &begun.state.number;
    let place = [(header::LOCATION, format!("{PATH}/{number}"))];
    let shown = shown(&house, &by, number).await?;
    Ok((StatusCode::CREATED, place, Json(shown)).into_response())
}

/// The next version.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Next {
    /// The assessment as the caller saw it: its `revision`.
    revision: u32,
    draft: Draft,
    #[serde(default)]
    note: String,
}

async fn save(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(next): Read<Next>,
) -> Result<Response, Failure> {
    let (form, typed) = next.draft.written();
    let form = form.at(next.revision);
    let typed = Typed {
        note: next.note,
        ..typed
    };
    let saved = saved(&house, &by, &number, (&form, &typed)).await?;
    let saved = saved.map_err(wrong)?;
    Ok(Json(shown(&house, &by, &saved.state.number).await?).into_response())
}

async fn ask(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    house.world().ask_assessment_review(&by, &number).await?;
    Ok(Json(shown(&house, &by, &number).await?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reviewed {
    sound: bool,
    #[serde(default)]
    remarks: String,
}

async fn review(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(sent): Read<Reviewed>,
) -> Result<Response, Failure> {
    let world = house.world();
    world
        .review_assessment(&by, &number, sent.sound, &sent.remarks)
        .await?;
    Ok(Json(shown(&house, &by, &number).await?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forward {
    /// The assessment as the caller saw it: its `revision`.
    revision: u32,
}

/// Becomes an item, which another officer releases.
async fn forward(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(sent): Read<Forward>,
) -> Result<Response, Failure> {
    let world = house.world();
    let item = world
        .put_assessment_forward(&by, &number, Some(sent.revision))
        .await?;
    Ok(decided(&house, &item))
}

async fn drop_one(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
    Read(why): Read<Why>,
) -> Result<Response, Failure> {
    let world = house.world();
    world.drop_assessment(&by, &number, &why.reason).await?;
    Ok(Json(shown(&house, &by, &number).await?).into_response())
}

/// Every assessment that the reader may see, touched last first.
async fn list(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let reading = Reading::of(&house, &by, PATH);
    let after = place(&reading, &asked.after)?;
    let found = house
        .world()
        .assessments(&by, &[], |query| {
            query.after = after;
            query.limit = asked.limit();
        })
        .await?;
    let rows: Vec<Value> = found
        .rows
        .iter()
        .map(|one| assessment_line(&one.state))
        .collect();
    let of = (&reading, PATH, &asked);
    Ok(page(("assessments", rows), of, found.next.as_ref()))
}

async fn one(
    State(house): State<House>,
    by: By,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let view = house.world().assessment(&by, &number).await?;
    Ok(Json(assessment_told(&view)).into_response())
}
