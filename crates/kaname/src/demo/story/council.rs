//! The council's business, as it stands in `data/demo/council.toml`.

use serde::Deserialize;

/// Powers given to a party.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DelegationStory {
    /// Who gets them.
    pub(crate) to: String,
    /// On whose behalf.
    pub(crate) principal: String,
    /// Actions.
    pub(crate) scopes: Vec<String>,
    /// What it rests on.
    pub(crate) basis: String,
}

/// Duties a party accepts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DutyStory {
    /// Login of its steward.
    pub(crate) by: String,
    /// Duties.
    pub(crate) duties: Vec<String>,
}

/// An answer to a request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerStory {
    /// Login.
    pub(crate) by: String,
    /// Hours after it was asked.
    pub(crate) after_hours: f64,
    /// The words.
    pub(crate) text: String,
}

/// A request for cooperation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestStory {
    /// Code of the party asked.
    pub(crate) to: String,
    /// Login of the officer who asks.
    pub(crate) by: String,
    /// When.
    pub(crate) hours_ago: f64,
    /// Hours until an answer is due.
    pub(crate) due_hours: i64,
    /// What about.
    pub(crate) subject: String,
    /// What is asked for.
    pub(crate) body: String,
    /// What it rests on.
    pub(crate) basis: String,
    /// What the party gave.
    pub(crate) answer: Option<AnswerStory>,
    /// Why the party refused.
    pub(crate) refusal: Option<AnswerStory>,
}

/// Something that was not kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BreachStory {
    /// Code of the party.
    pub(crate) party: String,
    /// Login of the officer.
    pub(crate) by: String,
    /// When it was put down.
    pub(crate) hours_ago: f64,
    /// duty, marking, deadline or agreement.
    pub(crate) kind: String,
    /// In one line.
    pub(crate) subject: String,
    /// What happened.
    pub(crate) body: String,
    /// Whether the party was told.
    pub(crate) told: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Council {
    pub(super) delegation: Vec<DelegationStory>,
    pub(super) duty: Vec<DutyStory>,
    pub(super) request: Vec<RequestStory>,
    pub(super) breach: Vec<BreachStory>,
}
