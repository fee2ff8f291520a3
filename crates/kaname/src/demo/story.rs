//! What is authored for the demo, as it stands in `data/demo/*.toml`.

mod council;
mod report;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, tz};
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
    /// How the Japanese name is read.
    pub(crate) reading: Option<String>,
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

    /// Reads what this program was built with. Days in it are told from this moment, so that nothing is
    /// over before it is shown.
    pub(crate) fn read(now: Timestamp) -> Result<Self, Fault> {
        let parties = include_str!("../../../../data/demo/parties.toml");
        let people = include_str!("../../../../data/demo/people.toml");
        let reports = include_str!("../../../../data/demo/reports.toml");
        let council = include_str!("../../../../data/demo/council.toml");
        let council: Council = read("council.toml", &dated(council, now))?;
        let parties: Parties = read("parties.toml", parties)?;
        let people: People = read("people.toml", people)?;
        let reports: Reports = read("reports.toml", &dated(reports, now))?;
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

/// A text in which `{day-3}` stands for the day three days before now, in Japan.
fn dated(text: &str, now: Timestamp) -> String {
    let today = tz::offset(9).to_datetime(now).date();
    let mut pieces = text.split("{day");
    let mut told = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (days, rest) = piece.split_once('}').unwrap_or(("0", piece));
        let days = days.parse::<i64>().unwrap_or_default();
        let day = today.saturating_add(SignedDuration::from_hours(24 * days));
        told.push_str(&format!("{}月{}日{rest}", day.month(), day.day()));
    }
    told
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

    use jiff::Timestamp;

    use super::{Story, dated};

    /// Guide and front page say of each role what it does.
    #[test]
    fn each_role_has_somebody_who_says_what_it_does() {
        let story = Story::read(Timestamp::UNIX_EPOCH).unwrap();
        let cast = story.cast();
        let roles = |told: bool| -> BTreeSet<&str> {
            let people = story.people.iter();
            let people = people
                .filter(|person| !told || cast.iter().any(|(login, _)| *login == person.login));
            people
                .flat_map(|person| &person.roles)
                .map(String::as_str)
                .collect()
        };
        assert_eq!(roles(true), roles(false));
    }

    #[test]
    fn days_are_told_from_now() {
        let now: Timestamp = "2031-03-01T16:00:00Z".parse().unwrap();
        assert_eq!(dated("{day-2}から{day+1}", now), "2月28日から3月3日");
        let story = Story::read(now).unwrap();
        let text = |key: &str| {
            let found = story.reports.iter().find(|report| report.key == key);
            found.unwrap().text.clone()
        };
        assert!(text("vpn-implant").starts_with("2月20日 02:10"));
        assert!(text("ddos-notice").contains("3月5日に大量通信"));
        // No day of a calendar stands in the files themselves: it would pass by.
        for file in [
            include_str!("../../../../data/demo/reports.toml"),
            include_str!("../../../../data/demo/council.toml"),
        ] {
            let mut months = file.match_indices('月').map(|(at, _)| &file[..at]);
            assert!(!months.any(|before| before.ends_with(|c: char| c.is_ascii_digit())));
        }
        for told in story.reports.iter().map(|report| &report.text) {
            assert!(!told.contains("{day"), "{told}");
        }
    }
}
