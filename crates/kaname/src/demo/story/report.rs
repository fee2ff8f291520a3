//! Reports and what became of them, as they stand in `data/demo/reports.toml`.

use kaname_sharing::ItemKind;
use serde::Deserialize;

use super::Words;

/// How far a report is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Until {
    /// Nobody looked yet.
    Submitted,
    /// An analyst took it.
    InTriage,
    /// Closed without an item.
    Closed,
    /// An item is being written.
    Derived,
    /// The provider is asked.
    AwaitingConsent,
    /// The provider wants other words.
    ChangesProposed,
    /// The provider said no.
    Refused,
    /// The provider said nothing in time.
    Lapsed,
    /// The provider said yes, which hands it to the second officer.
    Consented,
    /// The same, some hours older.
    AwaitingRelease,
    /// Released.
    Released,
    /// Released, then replaced.
    Superseded,
    /// Released, then taken back.
    Withdrawn,
    /// Released, and over.
    Expired,
}

/// Who takes a report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Triage {
    /// Login.
    pub(crate) by: String,
    /// Reason told.
    pub(crate) reason: String,
}

/// What is derived.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemStory {
    /// What it is about.
    pub(crate) kind: ItemKind,
    /// Title.
    pub(crate) title: Words,
    /// What happened.
    pub(crate) summary: Words,
    /// What to do.
    pub(crate) countermeasures: Words,
    /// Values that go into it; all of the report's when left out.
    pub(crate) values: Option<Vec<String>>,
    /// TLP.
    pub(crate) tlp: String,
    /// PAP.
    pub(crate) pap: String,
    /// Groups named.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    /// Collections besides the library.
    #[serde(default)]
    pub(crate) collections: Vec<String>,
    /// Days it is valid.
    pub(crate) valid_days: i64,
}

/// The item that replaces another.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Successor {
    /// Hours after the first release.
    pub(crate) after_hours: f64,
    /// Title.
    pub(crate) title: Words,
    /// What happened.
    pub(crate) summary: Words,
    /// Groups named.
    pub(crate) groups: Vec<String>,
}

/// What the provider would rather say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposalStory {
    /// To the hub.
    pub(crate) comment: String,
    /// The other summary.
    pub(crate) summary: Words,
}

/// What a member says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackStory {
    /// Login.
    pub(crate) by: String,
    /// seen, not_seen or false_positive.
    pub(crate) sighting: String,
    /// 1 to 5.
    pub(crate) useful: u8,
    /// In words.
    #[serde(default)]
    pub(crate) comment: String,
    /// Whether the provider may be told who.
    #[serde(default)]
    pub(crate) named: bool,
}

/// Why a report was closed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClosedStory {
    /// Another report says the same; its key.
    DuplicateOf(String),
    /// The reason told.
    NotActionable(String),
}

/// A report and what became of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportStory {
    /// Name within the file.
    pub(crate) key: String,
    /// Login of the person who hands it in.
    pub(crate) from: String,
    /// When.
    pub(crate) hours_ago: f64,
    /// How far it is carried.
    pub(crate) until: Until,
    /// low, normal or high.
    pub(crate) urgency: kaname_sharing::report::Urgency,
    /// Sector, or empty.
    pub(crate) sector: String,
    /// TLP.
    pub(crate) tlp: String,
    /// PAP.
    pub(crate) pap: String,
    /// Title.
    pub(crate) title: String,
    /// What the attacker did.
    pub(crate) text: String,
    /// What was done to the victim.
    pub(crate) victim: String,
    /// Who takes it.
    pub(crate) triage: Option<Triage>,
    /// What is derived.
    pub(crate) item: Option<ItemStory>,
    /// What replaces it.
    pub(crate) successor: Option<Successor>,
    /// What the provider proposes.
    pub(crate) proposal: Option<ProposalStory>,
    /// What the provider says when it refuses.
    #[serde(default)]
    pub(crate) refused_comment: String,
    /// Why it is withdrawn.
    #[serde(default)]
    pub(crate) withdrawn_reason: String,
    /// Why it is closed.
    pub(crate) closed: Option<ClosedStory>,
    /// What members say.
    #[serde(default)]
    pub(crate) feedback: Vec<FeedbackStory>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reports {
    pub(super) report: Vec<ReportStory>,
}
