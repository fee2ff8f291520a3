//! MISP events made STIX, and STIX MISP events, for a program. Nothing is kept of what is sent.

use axum::{
    Json,
    extract::{Query, State},
    routing,
};
use kaname_misp::{Conversion, Done, Finding, Form, Limits, Made, Unconverted, errors};
use kaname_policy::Action;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{aside::done_aside, body::Checked, stix::looks};
use crate::{
    error::{Failure, Fault, Reason},
    house::{By, House},
    route::Endpoint,
};

/// Most findings that are told.
const MOST_FINDINGS: usize = 200;

pub(super) fn endpoints() -> Vec<Endpoint<House>> {
    vec![looks(
        "/api/v1/misp/convert",
        "api.convert_misp",
        routing::post(convert),
    )]
}

/// What is asked for beside the document.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    to: Option<Form>,
    skip_bad: bool,
}

/// What came of a document.
#[derive(Serialize)]
struct Converted {
    to: &'static str,
    documents: Vec<Document>,
    attributes: usize,
    objects: usize,
    left_out: usize,
    findings: Vec<Finding>,
    not_listed: usize,
}

/// A document that was made.
#[derive(Serialize)]
struct Document {
    event: Option<String>,
    document: Box<RawValue>,
}

async fn convert(
    State(house): State<House>,
    by: By,
    Query(asked): Query<Asked>,
    Checked(bytes): Checked,
) -> Result<Json<Converted>, Failure> {
    house.world().allow_any(&by, Action::LibraryRead)?;
    let bounds = house.world().settings().limits;
    let limits = Limits {
        bytes: bounds.max_attachment_bytes,
        depth: bounds.max_depth,
        elements: bounds.max_objects,
    };
    let converted = done_aside(move || {
        let conversion = Conversion {
            to: asked.to.unwrap_or_else(|| Form::other_than(&bytes)),
            skip_bad: asked.skip_bad,
            most_bytes: bounds.max_body_bytes,
        };
        converted(conversion, &bytes, &limits)
    });
    converted.await?.map(Json)
}

fn converted(conversion: Conversion, bytes: &[u8], limits: &Limits) -> Result<Converted, Failure> {
    let mut documents = Vec::new();
    let mut take = |made: Made| {
        let text = String::from_utf8(made.text).map_err(Failure::internal)?;
        documents.push(Document {
            event: made.event.map(|event| event.to_string()),
            document: RawValue::from_string(text).map_err(Failure::internal)?,
        });
        Ok::<(), Failure>(())
    };
    let done = conversion.run(bytes, limits, &mut take);
    let Done {
        mut findings,
        attributes,
        objects,
        ..
    } = done.map_err(refused)?;
    let left_out = errors(&findings).count();
    let not_listed = findings.len().saturating_sub(MOST_FINDINGS);
    findings.truncate(MOST_FINDINGS);
    Ok(Converted {
        to: match conversion.to {
            Form::Misp => "misp",
            Form::Stix => "stix",
        },
        documents,
        attributes,
        objects,
        left_out,
        findings,
        not_listed,
    })
}

fn refused(error: Unconverted<Failure>) -> Failure {
    match error {
        Unconverted::NotTaken(failure) => failure,
        Unconverted::Unsound(findings) => {
            let unsound = errors(&findings).take(MOST_FINDINGS);
            Failure::Invalid(unsound.map(fault).collect())
        }
        other => Failure::Malformed {
            at: "body".to_owned(),
            why: other.to_string(),
        },
    }
}

fn fault(finding: &Finding) -> Fault {
    Fault {
        at: finding.pointer.clone(),
        why: Reason::new("error-unreadable"),
        words: Some(format!("{}: {}", finding.rule, finding.message)),
    }
}
