//! Who has to be told of a report, on which form, and which rule says so: a question about sector, event types, level
//! and day, answered from dated data (`data/routes.toml`). Nothing is ever dropped: what no rule gives to anybody with
//! the duty to act goes to the centre's duty desk.

mod decide;
mod difference;
mod file;
mod load;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::{SignedDuration, civil::Date};
use kaname_directory::{BodyCode, Dated, Name2, Note, SectorCode};
use kaname_severity::Level;
use serde::{Deserialize, Serialize};

pub use self::{
    decide::{Considered, Verdict},
    difference::{Moved, difference},
};
use crate::{
    code::{EventTypeCode, FormCode, RuleCode},
    data::Placed,
};

/// Whom a rule names. What depends on the sector is found in the directory's dated catalogue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum Target {
    /// The ministries that are competent for the sector on the day (所管省庁).
    Ministry,
    /// Ministries that are competent for a part of it.
    SharedMinistry,
    /// One of the others.
    One(Recipient),
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Recipient {
    /// The centre's duty desk (当直).
    CentreDesk,
    /// A public body of the catalogue; the party that carries its code.
    Body(BodyCode),
    /// The ISACs that the operator is a member of.
    Isac,
    /// The CEPTOARs that the operator is a member of.
    Ceptoar,
    /// CSIRTs of other countries.
    ForeignCsirt,
    /// An authority of another country that a foreign law names.
    ForeignAuthority,
    /// Everybody.
    Public,
}

/// A name that is no recipient.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no recipient; ministry, shared-ministry, centre-desk, body:CODE, isac, ceptoar, foreign-csirt, \
     foreign-authority or public is expected"
)]
pub struct BadRecipient(String);

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CentreDesk => f.write_str("centre-desk"),
            Self::Body(code) => write!(f, "body:{code}"),
            Self::Isac => f.write_str("isac"),
            Self::Ceptoar => f.write_str("ceptoar"),
            Self::ForeignCsirt => f.write_str("foreign-csirt"),
            Self::ForeignAuthority => f.write_str("foreign-authority"),
            Self::Public => f.write_str("public"),
        }
    }
}

impl From<Recipient> for String {
    fn from(recipient: Recipient) -> Self {
        recipient.to_string()
    }
}

impl TryFrom<String> for Recipient {
    type Error = BadRecipient;
    fn try_from(text: String) -> Result<Self, BadRecipient> {
        let body = text.strip_prefix("body:").map(str::parse);
        match (text.as_str(), body) {
            (_, Some(Ok(code))) => Ok(Self::Body(code)),
            ("centre-desk", _) => Ok(Self::CentreDesk),
            ("isac", _) => Ok(Self::Isac),
            ("ceptoar", _) => Ok(Self::Ceptoar),
            ("foreign-csirt", _) => Ok(Self::ForeignCsirt),
            ("foreign-authority", _) => Ok(Self::ForeignAuthority),
            ("public", _) => Ok(Self::Public),
            _ => Err(BadRecipient(text.chars().take(60).collect())),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ministry => f.write_str("ministry"),
            Self::SharedMinistry => f.write_str("shared-ministry"),
            Self::One(recipient) => recipient.fmt(f),
        }
    }
}

impl TryFrom<String> for Target {
    type Error = BadRecipient;
    fn try_from(text: String) -> Result<Self, BadRecipient> {
        match text.as_str() {
            "ministry" => Ok(Self::Ministry),
            "shared-ministry" => Ok(Self::SharedMinistry),
            _ => Recipient::try_from(text).map(Self::One),
        }
    }
}

/// What a recipient is told for. Ordered from the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Has to act, and acknowledges.
    Duty,
    /// Is to know.
    Cc,
    /// May read what is published.
    Public,
}

/// A part of a report that a form may show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Receipt number.
    Receipt,
    /// Who reports.
    Operator,
    /// Whom to call there.
    Contact,
    /// Its sector.
    Sector,
    /// Services and where they are.
    Services,
    /// When it occurred, was detected, was known.
    Times,
    /// Event types.
    EventTypes,
    /// Causes.
    Causes,
    /// Whether the service maintenance level was breached.
    Maintenance,
    /// Whether personal data are concerned, and how many persons.
    PersonalData,
    /// What happened, in words.
    Body,
    /// How the attack works.
    Technique,
    /// Attached files.
    Attachments,
    /// The level as officers see it.
    Level,
}

impl Field {
    /// All parts.
    pub const ALL: [Self; 14] = [
        Self::Receipt,
        Self::Operator,
        Self::Contact,
        Self::Sector,
        Self::Services,
        Self::Times,
        Self::EventTypes,
        Self::Causes,
        Self::Maintenance,
        Self::PersonalData,
        Self::Body,
        Self::Technique,
        Self::Attachments,
        Self::Level,
    ];
}

/// How a form shows a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// As it is.
    Open,
    /// That there is something, and not what: "an operator of this sector".
    Masked,
}

/// A fact beside sector, type, level and day on which a rule may hang.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Personal data leaked or may have.
    PersonalData,
    /// Another country is concerned.
    CrossBorder,
    /// Somebody meant it.
    Deliberate,
    /// It is a DDoS attack.
    Ddos,
    /// It is ransomware.
    Ransomware,
    /// The operator is designated under the law of 2025 (特別社会基盤事業者).
    SpecialInfrastructure,
    /// The rating was published.
    Published,
}

/// The form that a recipient gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Form {
    /// Its code.
    pub code: FormCode,
    /// What it is called.
    pub name: Name2,
    /// What it shows, and how. What is not named is not there.
    pub fields: BTreeMap<Field, Shown>,
}

/// Which sectors a rule speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sectors {
    /// Every sector, and none.
    Every,
    /// Every sector in force on the day.
    Known,
    /// No sector, or none that is in force on the day.
    Unknown,
    /// These.
    Only(BTreeSet<SectorCode>),
}

/// Which event types a rule speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventTypes {
    /// Every type, and none.
    Every,
    /// These.
    Only(BTreeSet<EventTypeCode>),
}

/// One rule: when it applies, whom it names, and how they are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its code.
    pub code: RuleCode,
    /// Whom it names.
    pub to: Target,
    /// What for.
    pub role: Role,
    /// On which form.
    pub form: FormCode,
    /// For which sectors.
    pub sectors: Sectors,
    /// For which event types.
    pub event_types: EventTypes,
    /// Lowest level.
    pub from_level: Level,
    /// Highest level.
    pub to_level: Level,
    /// Whether it applies while no officer has set a level.
    pub unrated: bool,
    /// What must be so, all of it.
    pub when: BTreeSet<Condition>,
    /// What must not be so, none of it.
    pub unless: BTreeSet<Condition>,
    /// Whether the operator must have consented.
    pub consent: bool,
}

/// How soon a delivery has to be acknowledged, and when quiet hours are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Haste {
    /// From this level on it is urgent, and quiet hours are not kept.
    pub urgent_from: Level,
    /// Minutes until an urgent delivery goes to the next of the roster.
    pub urgent_min: u16,
    /// Minutes until any other does.
    pub usual_min: u16,
}

/// Whether something is so; what nobody has said is unknown.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Tri {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// Nobody knows, or has said.
    #[default]
    Unknown,
}

impl Haste {
    /// Whether a delivery is urgent: the provisional level says so, or no officer has set one and the service
    /// maintenance level is breached or may be.
    pub fn is_urgent(&self, level: Option<Level>, maintenance_breached: Tri) -> bool {
        match level {
            Some(level) => level >= self.urgent_from,
            None => maintenance_breached != Tri::No,
        }
    }

    /// How long a delivery waits to be acknowledged.
    pub fn acknowledge_within(
        &self,
        level: Option<Level>,
        maintenance_breached: Tri,
    ) -> SignedDuration {
        let minutes = match self.is_urgent(level, maintenance_breached) {
            true => self.urgent_min,
            false => self.usual_min,
        };
        SignedDuration::from_mins(i64::from(minutes))
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The day whose rules apply, in Japan: that of the report.
    pub day: Date,
    /// The operator's sector, as far as known.
    pub sector: Option<SectorCode>,
    /// Event types, as far as known.
    pub event_types: BTreeSet<EventTypeCode>,
    /// The level that an officer has set.
    pub level: Option<Level>,
    /// Whether the service maintenance level was breached.
    #[serde(default)]
    pub maintenance_breached: Tri,
    /// What else is so.
    #[serde(default)]
    pub conditions: BTreeSet<Condition>,
    /// Whom the operator lets be told; everybody else whose rule needs consent is withheld.
    #[serde(default)]
    pub consents: BTreeSet<Recipient>,
}

/// One recipient, and the rule that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Routed {
    /// Who.
    pub to: Recipient,
    /// What for.
    pub role: Role,
    /// On which form; `None` = the report as it is.
    pub form: Option<FormCode>,
    /// What it may see of the report, and how.
    pub fields: BTreeMap<Field, Shown>,
    /// The rule that decided; `None` where none did and nothing is to be dropped.
    pub rule: Option<Decided>,
}

/// The rule that decided, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// Its code.
    pub rule: RuleCode,
    /// The version's first day.
    pub from: Date,
    /// Document it was taken from.
    pub source: String,
    /// Whether the primary text was not at hand.
    pub unconfirmed: bool,
    /// What a reader should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    /// Who is told, those with a duty first. At least one has a duty.
    pub to: Vec<Routed>,
    /// Who would be told if the operator consented.
    pub withheld: Vec<Routed>,
    /// Whether quiet hours are kept; they never are for those with a duty when it is urgent.
    pub keeps_quiet_hours: bool,
    /// Minutes until a delivery that is not acknowledged goes to the next of the roster.
    pub acknowledge_within_min: u16,
}

/// All rules, by time.
#[derive(Debug, Clone)]
pub struct Routes {
    rules: BTreeMap<RuleCode, Vec<Placed<Rule>>>,
    forms: BTreeMap<FormCode, Vec<Placed<Form>>>,
    haste: Vec<Placed<Hasty>>,
    from: Date,
}

/// [`Haste`] under the name by which its versions are told apart.
#[derive(Debug, Clone)]
struct Hasty {
    code: &'static str,
    haste: Haste,
}

impl Routes {
    /// The first day for which the rules are complete. A question about an earlier day is answered with the centre's
    /// duty desk and what rules there are.
    pub const fn complete_from(&self) -> Date {
        self.from
    }

    /// A form as it was on a day.
    pub fn form_on(&self, code: &FormCode, day: Date) -> Option<&Dated<Form>> {
        let placed = crate::data::placed_on(self.forms.get(code)?, day)?;
        Some(&placed.dated)
    }

    /// How soon deliveries have to be acknowledged on a day. Where no entry holds, the nearest one does.
    pub fn haste_on(&self, day: Date) -> Haste {
        let placed = crate::data::placed_on(&self.haste, day).or_else(|| self.haste.first());
        placed.map_or(Haste::CAUTIOUS, |placed| placed.dated.value.haste)
    }
}

impl Haste {
    /// What holds where nothing is written: everything is urgent. The loader refuses a file without an entry, so that
    /// this is never asked for.
    const CAUTIOUS: Self = Self {
        urgent_from: 0,
        urgent_min: 15,
        usual_min: 15,
    };
}
