//! What is authored for the demo, as it stands in `data/demo/*.toml`.

mod council;
mod report;

use std::sync::Arc;

use kaname_web::frame::Cast;
use serde::Deserialize;

use self::{council::Council, report::Reports};
pub(crate) use self::{
    council::{AnswerStory, BreachStory, DelegationStory, DutyStory, RequestStory},
    report::{ClosedStory, FeedbackStory, ItemStory, ReportStory, Until},
};
use crate::fault::Fault;

/// A name or sentence in both languages.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Words {
    /// Japanese.
    pub(crate) ja: String,
    /// English.
    pub(crate) en: String,
}

/// An organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartyStory {
    /// Short unique name.
    pub(crate) code: String,
    /// What it is.
    pub(crate) kind: String,
    /// Code of the real public body whose names it bears.
    pub(crate) body: Option<String>,
    /// Names, when it is invented.
    pub(crate) name: Option<Words>,
    /// Short and former names.
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    /// Sectors.
    #[serde(default)]
    pub(crate) sectors: Vec<String>,
    /// Domains.
    #[serde(default)]
    pub(crate) domains: Vec<String>,
    /// Networks.
    #[serde(default)]
    pub(crate) networks: Vec<String>,
    /// Member classes; none for parties that are no members.
    #[serde(default)]
    pub(crate) classes: Vec<String>,
    /// ISACs.
    #[serde(default)]
    pub(crate) under: Vec<String>,
}

/// A group.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupStory {
    /// Short unique name.
    pub(crate) code: String,
    /// Name.
    pub(crate) name: Words,
    /// Whether who joins sees what was shared before.
    #[serde(default)]
    pub(crate) opens_past: bool,
    /// Parties in it.
    pub(crate) members: Vec<String>,
}

/// A collection.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CollectionStory {
    /// Short unique name.
    pub(crate) code: String,
    /// `library` or `peer`.
    pub(crate) kind: String,
    /// Title.
    pub(crate) name: Words,
    /// What it is for.
    pub(crate) about: Words,
    /// Marking of objects without one.
    pub(crate) tlp: String,
    /// Groups that read it.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
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
    pub(crate) login: String,
    /// Code of the party.
    pub(crate) party: String,
    /// Role title.
    pub(crate) title: Words,
    /// Roles.
    pub(crate) roles: Vec<String>,
    /// What they do, for those whom the guide and the front page show first.
    pub(crate) front: Option<Words>,
}

/// A machine with a key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MachineStory {
    /// Code of the party.
    pub(crate) party: String,
    /// What the party calls it.
    pub(crate) label: String,
    /// What its key may be used for.
    pub(crate) scopes: Vec<String>,
    /// Whether the guide shows its key.
    #[serde(default)]
    pub(crate) show: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    person: Vec<PersonStory>,
    machine: Vec<MachineStory>,
}

/// Everything authored.
#[derive(Debug)]
pub(crate) struct Story {
    /// Organisations, the centre first.
    pub(crate) parties: Vec<PartyStory>,
    /// Groups.
    pub(crate) groups: Vec<GroupStory>,
    /// Collections.
    pub(crate) collections: Vec<CollectionStory>,
    /// People.
    pub(crate) people: Vec<PersonStory>,
    /// Machines.
    pub(crate) machines: Vec<MachineStory>,
    /// Reports.
    pub(crate) reports: Vec<ReportStory>,
    /// Powers given.
    pub(crate) delegations: Vec<DelegationStory>,
    /// Duties accepted.
    pub(crate) duties: Vec<DutyStory>,
    /// Requests for cooperation.
    pub(crate) requests: Vec<RequestStory>,
    /// What was not kept.
    pub(crate) breaches: Vec<BreachStory>,
}

impl Story {
    /// What the front page says of its main people, as the guide does.
    pub(crate) fn cast(&self) -> Cast {
        let main = self.people.iter().filter_map(|person| {
            let front = person.front.clone()?;
            Some((person.login.clone(), [front.ja, front.en]))
        });
        Arc::new(main.collect())
    }

    /// Reads what this program was built with.
    pub(crate) fn read() -> Result<Self, Fault> {
        let parties = include_str!("../../../../data/demo/parties.toml");
        let people = include_str!("../../../../data/demo/people.toml");
        let reports = include_str!("../../../../data/demo/reports.toml");
        let council = include_str!("../../../../data/demo/council.toml");
        let council: Council = read("council.toml", council)?;
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
            delegations: council.delegation,
            duties: council.duty,
            requests: council.request,
            breaches: council.breach,
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Story;

    /// Guide and front page say of each role what it does.
    #[test]
    fn each_role_has_somebody_who_says_what_it_does() {
        let story = Story::read().unwrap();
        let cast = story.cast();
        let roles = |told: bool| -> BTreeSet<&str> {
            let people = story.people.iter();
            let people = people.filter(|person| !told || cast.contains_key(&person.login));
            people
                .flat_map(|person| &person.roles)
                .map(String::as_str)
                .collect()
        };
        assert_eq!(roles(true), roles(false));
    }
}
