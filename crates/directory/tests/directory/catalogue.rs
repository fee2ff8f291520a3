//! A question about a day gets that day's answer.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use kaname_directory::{
    BodyCode, Catalogue, CatalogueError, SectorCode,
    catalogue::{ChangeKind, Subject},
};
use proptest::prelude::*;

use crate::world::{CATALOGUE, day};

const SECTORS: &str = include_str!("../../../../data/sectors.toml");
const BODIES: &str = include_str!("../../../../data/bodies.toml");
const MEMBERSHIP: &str = include_str!("../../../../data/membership.toml");

fn codes(on: &str) -> Vec<String> {
    let sectors = CATALOGUE.sectors_on(day(on));
    sectors
        .iter()
        .map(|sector| sector.code.to_string())
        .collect()
}

#[test]
fn sectors_follow_the_action_plans() {
    assert_eq!(codes("2005-12-12").len(), 0);
    assert_eq!(codes("2010-01-01").len(), 10);
    assert_eq!(codes("2018-07-01").len(), 13);
    let of_2018 = codes("2018-08-01");
    assert_eq!(of_2018.len(), 14);
    assert_eq!(
        of_2018[..4],
        [
            "information-communication",
            "finance",
            "aviation",
            "airports"
        ]
    );
    let of_2025 = codes("2025-08-01");
    assert_eq!(of_2025.len(), 15);
    assert_eq!(of_2025.last().map(String::as_str), Some("ports"));
}

#[test]
fn water_moved_between_ministries() {
    let water: SectorCode = "water".parse().unwrap();
    let ministry = |on: &str| {
        let sectors = CATALOGUE.sectors_on(day(on));
        let found = sectors
            .into_iter()
            .find(|sector| sector.code == water)
            .unwrap();
        (
            found.ministries[0].name.ja.to_string(),
            found.shared_with.len(),
        )
    };
    assert_eq!(ministry("2024-03-31"), ("厚生労働省".to_owned(), 0));
    assert_eq!(ministry("2024-04-01"), ("国土交通省".to_owned(), 1));
}

#[test]
fn five_ministries_are_competent_as_the_source_document_says() {
    let mut competent: BTreeMap<BodyCode, usize> = BTreeMap::new();
    for sector in CATALOGUE.sectors_on(day("2018-08-01")) {
        for ministry in sector.ministries {
            *competent.entry(ministry.code).or_default() += 1;
        }
    }
    let count = |code: &str| competent.get(&code.parse().unwrap()).copied();
    assert_eq!(competent.len(), 5);
    assert_eq!(
        ["fsa", "mic", "mhlw", "meti", "mlit"].map(count),
        [Some(1), Some(2), Some(2), Some(5), Some(4)]
    );
}

#[test]
fn the_centre_changed_its_name_in_2025() {
    let name = |on: &str| {
        let centre = CATALOGUE
            .body_on(&"centre".parse().unwrap(), day(on))
            .unwrap();
        centre.value.name.ja.to_string()
    };
    assert_eq!(name("2018-08-01"), "内閣サイバーセキュリティセンター");
    assert_eq!(name("2025-06-30"), "内閣サイバーセキュリティセンター");
    assert_eq!(name("2025-07-01"), "国家サイバー統括室");
    let changes = CATALOGUE.changes(day("2018-08-01"), day("2025-08-01"));
    let found = changes
        .iter()
        .find(|change| change.code == "centre")
        .unwrap();
    assert_eq!(
        (found.kind, found.subject),
        (ChangeKind::Changes, Subject::Body)
    );
    assert!(
        changes
            .iter()
            .any(|c| c.code == "ports" && c.kind == ChangeKind::Begins)
    );
    assert!(
        changes
            .iter()
            .any(|c| c.code == "water" && c.kind == ChangeKind::Changes)
    );
}

#[test]
fn classes_name_duties_that_have_a_text() {
    let on = day("2025-08-01");
    let classes = CATALOGUE.classes_on(on);
    assert_eq!(classes.len(), 3);
    for class in classes {
        for duty in &class.value.duties {
            let text = CATALOGUE.duty_text_on(duty, on).unwrap();
            assert!(text.value.sample);
            assert_eq!(
                CATALOGUE.duty_text(duty, text.value.version.as_str()),
                Some(text)
            );
        }
    }
}

fn with(sectors: &str) -> Result<Catalogue, CatalogueError> {
    Catalogue::parse(sectors, BODIES, MEMBERSHIP)
}

#[test]
fn two_versions_of_a_sector_on_one_day_are_refused_by_name() {
    let twice = format!(
        "{SECTORS}\n[[sector]]\ncode = \"airports\"\nname = {{ ja = \"空港\", en = \"Airports\" }}\n\
         ministries = [\"mlit\"]\nposition = 1\nvalid_from = \"2024-01-01\"\nsource = \"x\"\n"
    );
    let error = with(&twice).unwrap_err();
    assert_eq!(
        error.to_string(),
        "data/sectors.toml: `airports` holds twice: from 2018-07-25 and from 2024-01-01"
    );
}

#[test]
fn a_mistake_in_a_file_is_named() {
    let unknown_ministry = SECTORS.replacen("[\"mic\"]", "[\"nowhere\"]", 1);
    assert_eq!(
        with(&unknown_ministry).unwrap_err().to_string(),
        "data/sectors.toml: `information-communication` from 2005-12-13: its ministry `nowhere` does \
         not exist on that day"
    );
    let misspelt = SECTORS.replacen("valid_to =", "valid_til =", 1);
    assert!(matches!(
        with(&misspelt),
        Err(CatalogueError::Form {
            file: "data/sectors.toml",
            ..
        })
    ));
    let backwards = SECTORS.replacen("valid_to = \"2024-04-01\"", "valid_to = \"2004-04-01\"", 1);
    assert!(matches!(
        with(&backwards),
        Err(CatalogueError::Entry { .. })
    ));
}

proptest! {
    /// On any day each code has at most one version, and what differs between two days is exactly what
    /// `changes` lists.
    #[test]
    fn days_and_changes_agree(start in 0..12_000_i64, length in 0..4_000_i64) {
        let first: Date = day("2000-01-01").checked_add(start.days()).unwrap();
        let second = first.checked_add(length.days()).unwrap();
        let before = CATALOGUE.sectors_on(first);
        let after = CATALOGUE.sectors_on(second);
        for sectors in [&before, &after] {
            let mut codes: Vec<_> = sectors.iter().map(|sector| &sector.code).collect();
            codes.sort();
            codes.dedup();
            prop_assert_eq!(codes.len(), sectors.len());
        }
        let changes = CATALOGUE.changes(first, second);
        for sector in &after {
            let unchanged = before.iter().any(|b| b.code == sector.code && b.span == sector.span);
            let listed = changes.iter().any(|change| {
                change.subject == Subject::Sector
                    && change.code == sector.code.as_str()
                    && change.on == sector.span.from
            });
            prop_assert_eq!(unchanged, !listed);
        }
    }
}
