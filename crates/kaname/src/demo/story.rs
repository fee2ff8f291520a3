//! What is authored for the demo, as it stands in `data/demo/*.toml`.

use kaname_sharing::ItemKind;
use serde::Deserialize;

use crate::fault::Fault;

/// A name or sentence in both languages.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Words {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// An organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartyStory {
    /// Short unique name.
    pub code: String,
    /// What it is.
    pub kind: String,
    /// Code of the real public body whose names it bears.
    pub body: Option<String>,
    /// Names, when it is invented.
    pub name: Option<Words>,
    /// Short and former names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Sectors.
    #[serde(default)]
    pub sectors: Vec<String>,
    /// Domains.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Networks.
    #[serde(default)]
    pub networks: Vec<String>,
    /// Member classes; none for parties that are no members.
    #[serde(default)]
    pub classes: Vec<String>,
    /// ISACs.
    #[serde(default)]
    pub under: Vec<String>,
}

/// A group.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupStory {
    /// Short unique name.
    pub code: String,
    /// Name.
    pub name: Words,
    /// Whether who joins sees what was shared before.
    #[serde(default)]
    pub opens_past: bool,
    /// Parties in it.
    pub members: Vec<String>,
}

/// A collection.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CollectionStory {
    /// Short unique name.
    pub code: String,
    /// `library` or `peer`.
    pub kind: String,
    /// Title.
    pub name: Words,
    /// What it is for.
    pub about: Words,
    /// Marking of objects without one.
    pub tlp: String,
    /// Groups that read it.
    #[serde(default)]
    pub groups: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parties {
    party: Vec<PartyStory>,
    group: Vec<GroupStory>,
    collection: Vec<CollectionStory>,
}

/// A person, by role title.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonStory {
    /// Login.
    pub login: String,
    /// Code of the party.
    pub party: String,
    /// Role title.
    pub title: Words,
    /// Roles.
    pub roles: Vec<String>,
    /// What there is to see, for those whom the guide names.
    pub front: Option<Words>,
}

/// A machine with a key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MachineStory {
    /// Code of the party.
    pub party: String,
    /// What the party calls it.
    pub label: String,
    /// What its key may be used for.
    pub scopes: Vec<String>,
    /// Whether the guide shows its key.
    #[serde(default)]
    pub show: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    person: Vec<PersonStory>,
    machine: Vec<MachineStory>,
}

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
    pub by: String,
    /// Reason told.
    pub reason: String,
}

/// What is derived.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemStory {
    /// What it is about.
    pub kind: ItemKind,
    /// Title.
    pub title: Words,
    /// What happened.
    pub summary: Words,
    /// What to do.
    pub countermeasures: Words,
    /// Values that go into it; all of the report's when left out.
    pub values: Option<Vec<String>>,
    /// TLP.
    pub tlp: String,
    /// PAP.
    pub pap: String,
    /// Groups named.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Collections besides the library.
    #[serde(default)]
    pub collections: Vec<String>,
    /// Days it is valid.
    pub valid_days: i64,
}

/// The item that replaces another.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Successor {
    /// Hours after the first release.
    pub after_hours: f64,
    /// Title.
    pub title: Words,
    /// What happened.
    pub summary: Words,
    /// Groups named.
    pub groups: Vec<String>,
}

/// What the provider would rather say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposalStory {
    /// To the hub.
    pub comment: String,
    /// The other summary.
    pub summary: Words,
}

/// What a member says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackStory {
    /// Login.
    pub by: String,
    /// seen, not_seen or false_positive.
    pub sighting: String,
    /// 1 to 5.
    pub(crate) useful: u8,
    /// In words.
    #[serde(default)]
    pub comment: String,
    /// Whether the provider may be told who.
    #[serde(default)]
    pub named: bool,
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
    pub key: String,
    /// Login of the person who hands it in.
    pub from: String,
    /// When.
    pub hours_ago: f64,
    /// How far it is carried.
    pub until: Until,
    /// low, normal or high.
    pub urgency: kaname_sharing::report::Urgency,
    /// Sector, or empty.
    pub sector: String,
    /// TLP.
    pub tlp: String,
    /// PAP.
    pub pap: String,
    /// Title.
    pub title: String,
    /// What the attacker did.
    pub text: String,
    /// What was done to the victim.
    pub victim: String,
    /// Who takes it.
    pub triage: Option<Triage>,
    /// What is derived.
    pub item: Option<ItemStory>,
    /// What replaces it.
    pub successor: Option<Successor>,
    /// What the provider proposes.
    pub proposal: Option<ProposalStory>,
    /// What the provider says when it refuses.
    #[serde(default)]
    pub refused_comment: String,
    /// Why it is withdrawn.
    #[serde(default)]
    pub withdrawn_reason: String,
    /// Why it is closed.
    pub closed: Option<ClosedStory>,
    /// What members say.
    #[serde(default)]
    pub feedback: Vec<FeedbackStory>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reports {
    report: Vec<ReportStory>,
}

/// Everything authored.
#[derive(Debug)]
pub(crate) struct Story {
    /// Organisations, the centre first.
    pub parties: Vec<PartyStory>,
    /// Groups.
    pub groups: Vec<GroupStory>,
    /// Collections.
    pub collections: Vec<CollectionStory>,
    /// People.
    pub people: Vec<PersonStory>,
    /// Machines.
    pub machines: Vec<MachineStory>,
    /// Reports.
    pub reports: Vec<ReportStory>,
}

impl Story {
    /// Reads what this program was built with.
    pub(crate) fn read() -> Result<Self, Fault> {
        let parties = include_str!("../../../../data/demo/parties.toml");
        let people = include_str!("../../../../data/demo/people.toml");
        let reports = include_str!("../../../../data/demo/reports.toml");
        let parties: Parties = read("parties.toml", parties)?;
        let people: People = read("people.toml", people)?;
        let reports: Reports = read("reports.toml", reports)?;
        Ok(Self {
            parties: parties.party,
            groups: parties.group,
            collections: parties.collection,
            people: people.person,
            machines: people.machine,
            reports: reports.report,
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, Fault> {
    toml::from_str(text).map_err(|error| {
        Fault::failed("the demo's nation is not readable")
            .at(format!("data/demo/{file}"))
            .because(&error)
    })
}
