//! A dry look at a source before it is agreed with: what would be taken and what not, above the form that was typed.

use axum::{extract::State, response::Response};
use kaname_intake::listed::Unlisted;
use kaname_policy::Action;
use kaname_sharing::source::{SourceTerms, check_terms};
use kaname_world::{
    WorldError,
    source::{Trial, Tried},
};

use super::agree;
use crate::{
    error::Failure,
    frame::{
        Frame, Posted,
        part::{Notice, Tone},
    },
    house::{By, House},
    room::{
        form::{Typed, Wrong},
        trouble,
    },
    text::{Count, Text},
};

/// An entry that would not be, or was not, taken.
pub(super) struct Place {
    /// Its line, or its place among the entries; empty where it has none.
    pub(super) line: String,
    pub(super) why: String,
    pub(super) said: String,
}

impl Place {
    pub(super) fn of(text: Text, one: &Unlisted) -> Self {
        Self {
            line: match one.line {
                0 => String::new(),
                line => line.to_string(),
            },
            why: trouble::of_words(text, &one.why),
            said: one.said.clone(),
        }
    }
}

/// What a look found.
pub(super) struct Looked {
    pub(super) trouble: Option<Notice>,
    pub(super) listed: Count,
    pub(super) refused: Count,
    pub(super) known: Count,
    /// First entries: line, kind, value, remark, warninglists.
    pub(super) entries: Vec<[String; 5]>,
    /// First objects: id and name.
    pub(super) objects: Vec<(String, String)>,
    pub(super) unlisted: Vec<Place>,
}

impl Looked {
    fn of(text: Text, trial: Trial) -> Self {
        Self {
            trouble: trial.trouble.map(|trouble| Notice {
                tone: Tone::Care,
                title: text.t("sources-look-trouble").into_owned(),
                text: trouble::said(text, &trouble),
            }),
            listed: Count::from(trial.listed),
            refused: Count::from(trial.refused),
            known: Count::from(trial.known),
            entries: trial
                .entries
                .into_iter()
                .map(|one| {
                    let known_by = one.known_by.join(", ");
                    let line = one.line.to_string();
                    [line, one.kind.to_string(), one.value, one.label, known_by]
                })
                .collect(),
            objects: trial
                .objects
                .into_iter()
                .map(|one| (one.id, one.name))
                .collect(),
            unlisted: trial
                .unlisted
                .iter()
                .map(|one| Place::of(text, one))
                .collect(),
        }
    }

    /// Whether it can be agreed with as it was looked at.
    pub(super) fn is_well(&self) -> bool {
        self.trouble.is_none()
    }
}

pub(super) async fn look(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Failure> {
    let looked = match agree::agreed(&house, &by, &typed).await {
        Ok(terms) => looked(&house, &by, terms, agree::header(&typed)).await,
        Err(error) => Err(error),
    };
    let text = frame.text();
    let error = match looked {
        Ok(trial) => {
            let looked = Looked::of(text, trial);
            return agree::join_form(&house, &frame, &by, &typed, None, Some(looked)).await;
        }
        Err(error @ WorldError::Denied(_)) => return Err(error.into()),
        Err(error) => error,
    };
    match Wrong::of(text, &error) {
        Some(wrong) => agree::join_form(&house, &frame, &by, &typed, Some(wrong), None).await,
        None => Err(error.into()),
    }
}

/// What a look at a source finds.
pub(in crate::room) async fn looked(
    house: &House,
    by: &By,
    terms: SourceTerms,
    header: Option<(&str, &str)>,
) -> Result<Trial, WorldError> {
    match (&terms.url, house.sources_door()) {
        (Some(_), Some(door)) => {
            let tried = Tried::Address(door, header);
            house.world().try_source(by, terms, tried).await
        }
        // What is handed over as a file is looked at where it is: at the command line.
        _ => {
            house.world().allow_any(by, Action::CollectionManage)?;
            check_terms(terms)?;
            Ok(Trial::default())
        }
    }
}
