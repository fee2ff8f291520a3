//! Names and bounds of a world. Every bound has a key in the configuration file.

use kaname_sharing::blocking::FEWEST_ORGANISATIONS;
use serde::{Deserialize, Serialize};

use crate::limits::Limits;

/// Settings with defaults that do for a national centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The ledger's name in checkpoints (C2SP tlog-checkpoint origin): a host name, maybe a path.
    pub origin: String,
    /// Bounds on everything that arrives.
    pub limits: Limits,
    /// Reports one party may hand in within an hour, by all ways together.
    pub max_submissions_per_hour: u64,
    /// Objects in one TAXII page.
    pub max_page_objects: u32,
    /// Wrong passwords or codes before a login waits, within 15 minutes.
    pub max_sign_in_failures: u64,
    /// A session ends after that many hours without use.
    pub session_idle_hours: u32,
    /// A session ends after that many hours in any case.
    pub session_max_hours: u32,
    /// Hours the hub gives a provider to answer a request for consent.
    pub consent_hours: u32,
    /// Hours without a change after which what is still being written comes up before other analysts.
    pub draft_hours: u32,
    /// Distinct organisations whose false positives suspend an item's blocking exports; never fewer than three.
    pub false_positive_quota: u32,
    /// Answers to items one party may give within an hour, by all ways together.
    pub max_answers_per_hour: u64,
    /// A worker holds a job that many seconds before another may take it over.
    pub job_lease_s: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            origin: "kaname.localhost/ledger".to_owned(),
            limits: Limits::default(),
            max_submissions_per_hour: 1_000,
            max_page_objects: 1_000,
            max_sign_in_failures: 5,
            session_idle_hours: 12,
            session_max_hours: 168,
            consent_hours: 72,
            draft_hours: 48,
            false_positive_quota: FEWEST_ORGANISATIONS,
            max_answers_per_hour: 2_000,
            job_lease_s: 60,
        }
    }
}
