//! The dated data: sectors, public bodies, member classes, duties and their texts, read from the files
//! in `data/`. A question about a day gets that day's answer.

mod file;
mod load;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::view::{BodyName, CatalogueChange, ChangeKind, SectorView, Subject};
use crate::{
    dated::{Dated, on_day},
    text::{BodyCode, ClassCode, DutyCode, Line, Name2, Paragraph, SectorCode},
};

/// Why the dated data can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The file is not what is expected.
    #[error("{file} is not readable")]
    Form {
        /// Name of the file.
        file: &'static str,
        /// What and where.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// Two entries of one code hold on the same day.
    #[error("{file}: `{code}` holds twice: from {first} and from {second}")]
    Overlap {
        /// Name of the file.
        file: &'static str,
        /// The code.
        code: String,
        /// `valid_from` of the earlier entry.
        first: Date,
        /// `valid_from` of the later entry.
        second: Date,
    },
    /// An entry makes no sense.
    #[error("{file}: `{code}` from {from}: {why}")]
    Entry {
        /// Name of the file.
        file: &'static str,
        /// The entry's code.
        code: String,
        /// Its `valid_from`.
        from: Date,
        /// Why not.
        why: String,
    },
}

/// A sector of critical infrastructure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sector {
    /// Its code.
    pub code: SectorCode,
    /// Name in the action plan.
    pub name: Name2,
    /// Ministries competent for it.
    pub ministries: Vec<BodyCode>,
    /// Ministries that are competent for a part of it.
    pub shared_with: Vec<BodyCode>,
    /// Place in the action plan's list.
    pub position: u16,
}

/// What a public body is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyRole {
    /// Competent for sectors.
    Ministry,
    /// The government's centre for cyber security.
    Centre,
    /// Handles incidents as crimes or attacks.
    CaseHandling,
    /// Handles disasters.
    DisasterPrevention,
    /// Works on information security, such as NICT, IPA, JPCERT/CC.
    Specialist,
    /// Supervises a law across sectors, such as the Personal Information Protection Commission.
    Supervisor,
}

/// A public body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Body {
    /// Its code, which stays when the name changes.
    pub code: BodyCode,
    /// Official name.
    pub name: Name2,
    /// Short name.
    pub short: Name2,
    /// What it is there for.
    pub role: BodyRole,
}

/// A class of members of the council.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberClass {
    /// Its code.
    pub code: ClassCode,
    /// Official name.
    pub name: Name2,
    /// What it receives and gives.
    pub about: TextPair,
    /// Duties its members are under.
    pub duties: Vec<DutyCode>,
}

/// A duty of members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duty {
    /// Its code.
    pub code: DutyCode,
    /// Name.
    pub name: Name2,
}

/// The text a duty is accepted in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DutyText {
    /// The duty.
    pub duty: DutyCode,
    /// Version, as accepted and recorded.
    pub version: Line,
    /// The words.
    pub text: TextPair,
    /// Whether the words are a sample written for this program and not an official text.
    pub sample: bool,
}

/// Longer text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPair {
    /// Japanese.
    pub ja: Paragraph,
    /// English.
    pub en: Paragraph,
}

/// All dated data, each code with its versions in order of time.
#[derive(Debug, Clone)]
pub struct Catalogue {
    sectors: BTreeMap<SectorCode, Vec<Dated<Sector>>>,
    bodies: BTreeMap<BodyCode, Vec<Dated<Body>>>,
    classes: BTreeMap<ClassCode, Vec<Dated<MemberClass>>>,
    duties: BTreeMap<DutyCode, Vec<Dated<Duty>>>,
    texts: BTreeMap<DutyCode, Vec<Dated<DutyText>>>,
}

impl Catalogue {
    /// The data this program was built with.
    pub fn builtin() -> Result<Self, CatalogueError> {
        Self::parse(
            include_str!("../../../data/sectors.toml"),
            include_str!("../../../data/bodies.toml"),
            include_str!("../../../data/membership.toml"),
        )
    }

    /// Sectors in force on a day, in the action plan's order, with the names their ministries had.
    pub fn sectors_on(&self, day: Date) -> Vec<SectorView> {
        let in_force = self
            .sectors
            .values()
            .filter_map(|versions| on_day(versions, day));
        let mut sectors: Vec<SectorView> = in_force
            .map(|sector| SectorView::of(sector, self, day))
            .collect();
        sectors.sort_by_key(|sector| sector.position);
        sectors
    }

    /// A sector as it stood on a day.
    pub fn sector_on(&self, code: &SectorCode, day: Date) -> Option<&Dated<Sector>> {
        on_day(self.sectors.get(code)?, day)
    }

    /// The days on which the list of sectors changes, in order.
    pub fn sector_days(&self) -> BTreeSet<Date> {
        let spans = self.sectors.values().flatten().map(|sector| sector.span);
        spans
            .flat_map(|span| [Some(span.from), span.until])
            .flatten()
            .collect()
    }

    /// Whether the code names a sector on any day.
    pub fn knows_sector(&self, code: &SectorCode) -> bool {
        self.sectors.contains_key(code)
    }

    /// A public body as it stood on a day.
    pub fn body_on(&self, code: &BodyCode, day: Date) -> Option<&Dated<Body>> {
        on_day(self.bodies.get(code)?, day)
    }

    /// Member classes in force on a day, by code.
    pub fn classes_on(&self, day: Date) -> Vec<&Dated<MemberClass>> {
        self.classes
            .values()
            .filter_map(|versions| on_day(versions, day))
            .collect()
    }

    /// A member class as it stood on a day.
    pub fn class_on(&self, code: &ClassCode, day: Date) -> Option<&Dated<MemberClass>> {
        on_day(self.classes.get(code)?, day)
    }

    /// Duties in force on a day, by code.
    pub fn duties_on(&self, day: Date) -> Vec<&Dated<Duty>> {
        self.duties
            .values()
            .filter_map(|versions| on_day(versions, day))
            .collect()
    }

    /// The text a duty is accepted in on a day.
    pub fn duty_text_on(&self, duty: &DutyCode, day: Date) -> Option<&Dated<DutyText>> {
        on_day(self.texts.get(duty)?, day)
    }

    /// A text by its version: what was accepted then.
    pub fn duty_text(&self, duty: &DutyCode, version: &str) -> Option<&Dated<DutyText>> {
        let versions = self.texts.get(duty)?;
        versions
            .iter()
            .find(|text| text.value.version.as_str() == version)
    }
}
