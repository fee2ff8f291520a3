//! Commands about incidents: what the dated rules say, without any store.

use std::str::FromStr;

use clap::{Args, Subcommand};
use jiff::{Timestamp, civil::Date};
use kaname_directory::SectorCode;
use kaname_incident::{
    code::{CriterionCode, EventTypeCode, ListCode},
    obligation::Measure,
    routing::{Condition, Recipient, Tri},
};
use kaname_severity::Level;
use serde::de::DeserializeOwned;

use super::day;

/// Commands about incidents.
#[derive(Debug, Subcommand)]
pub(crate) enum IncidentCommand {
    /// Who has to be told of a report, on which form, by which rule; and what would be otherwise
    #[command(
        after_help = "Examples:\n  kaname incident route --sector water --event-type unusable --on 2018-08-01\n  kaname incident route --sector electricity --event-type malware --if personal_data --rules\n  kaname incident route --sector railways --what-if level=4 --what-if on=2020-06-01"
    )]
    Route(RouteArgs),
    /// What is owed to whom until when
    #[command(
        after_help = "Examples:\n  kaname incident clocks --sector electricity --aware 2026-12-25T21:00+09:00 --measure persons=1001..\n  kaname incident clocks --aware 2026-12-25T21:00+09:00 --list eu-dora --measure clients=120000 --classified 2026-12-25T23:00+09:00"
    )]
    Clocks(ClocksArgs),
    /// The words of a day: event types and causes of the national form, lists of operators, what laws ask
    #[command(after_help = "Example:\n  kaname incident words --on 2019-04-01")]
    Words {
        /// The day; today when left out
        #[arg(long, value_name = "DAY", value_parser = day)]
        on: Option<Date>,
    },
}

/// A report, as far as its routing needs it.
#[derive(Debug, Args)]
pub(crate) struct RouteArgs {
    /// Code of the operator's sector
    #[arg(long, value_name = "CODE")]
    pub(crate) sector: Option<SectorCode>,
    /// Code of an event type; may be repeated
    #[arg(long = "event-type", value_name = "CODE")]
    pub(crate) event_types: Vec<EventTypeCode>,
    /// The day of the report; today when left out
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) on: Option<Date>,
    /// The level that an officer has set
    #[arg(long, value_name = "0-4", value_parser = clap::value_parser!(u8).range(0..=4))]
    pub(crate) level: Option<Level>,
    /// Whether the service maintenance level was breached: yes, no or unknown
    #[arg(long, value_name = "WORD", default_value = "unknown", value_parser = word::<Tri>)]
    pub(crate) maintenance: Tri,
    /// What else is so: personal_data, cross_border, deliberate, ddos, ransomware, special_infrastructure or published; may be repeated
    #[arg(long = "if", value_name = "WORD", value_parser = word::<Condition>)]
    pub(crate) conditions: Vec<Condition>,
    /// Whom the operator lets be told, such as isac or body:jpcert; may be repeated
    #[arg(long = "consent", value_name = "RECIPIENT", value_parser = recipient)]
    pub(crate) consents: Vec<Recipient>,
    /// Tell of every rule why it did or did not decide
    #[arg(long)]
    pub(crate) rules: bool,
    /// What would be otherwise if sector, event-type, on, level, maintenance, if or consent were this; may be repeated
    #[arg(long = "what-if", value_name = "OPTION=VALUE", value_parser = what_if)]
    pub(crate) what_if: Vec<WhatIf>,
}

/// One thing that is otherwise.
#[derive(Debug, Clone)]
pub(crate) enum WhatIf {
    Sector(SectorCode),
    EventType(EventTypeCode),
    On(Date),
    Level(Level),
    Maintenance(Tri),
    If(Condition),
    Consent(Recipient),
}

/// An incident, as far as its clocks need it.
#[derive(Debug, Args)]
pub(crate) struct ClocksArgs {
    /// When the operator knew, such as 2026-12-25T21:00+09:00; when it was received when left out
    #[arg(long, value_name = "TIME")]
    pub(crate) aware: Option<Timestamp>,
    /// When the first report was received; now when left out
    #[arg(long, value_name = "TIME")]
    pub(crate) received: Option<Timestamp>,
    /// When it was classified as one that has to be reported
    #[arg(long, value_name = "TIME")]
    pub(crate) classified: Option<Timestamp>,
    /// Code of the operator's sector
    #[arg(long, value_name = "CODE")]
    pub(crate) sector: Option<SectorCode>,
    /// Code of a list of operators that it stands on; may be repeated
    #[arg(long = "list", value_name = "CODE")]
    pub(crate) lists: Vec<ListCode>,
    /// What is known of what laws ask: yes, no, a number, or from..to; may be repeated
    #[arg(long = "measure", value_name = "CODE=VALUE", value_parser = measure)]
    pub(crate) measures: Vec<(CriterionCode, Measure)>,
    /// The moment to look from; now when left out
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
}

/// A word as JSON has it.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|error| error.to_string())
}

fn recipient(text: &str) -> Result<Recipient, String> {
    Recipient::try_from(text.to_owned()).map_err(|error| error.to_string())
}

fn parsed<T: FromStr<Err: ToString>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn what_if(text: &str) -> Result<WhatIf, String> {
    let (name, value) = text.split_once('=').ok_or("OPTION=VALUE is expected")?;
    Ok(match name {
        "sector" => WhatIf::Sector(parsed(value)?),
        "event-type" => WhatIf::EventType(parsed(value)?),
        "on" => WhatIf::On(day(value)?),
        "level" => match value.parse() {
            Ok(level @ 0..=4) => WhatIf::Level(level),
            _ => return Err("a level from 0 to 4 is expected".to_owned()),
        },
        "maintenance" => WhatIf::Maintenance(word(value)?),
        "if" => WhatIf::If(word(value)?),
        "consent" => WhatIf::Consent(recipient(value)?),
        _ => {
            let expected = "sector, event-type, on, level, maintenance, if or consent is expected";
            return Err(format!("`{name}` is none of them: {expected}"));
        }
    })
}

fn measure(text: &str) -> Result<(CriterionCode, Measure), String> {
    let expected = "yes, no, a number, or from..to with nothing behind .. when nobody knows";
    let (code, value) = text.split_once('=').ok_or("CODE=VALUE is expected")?;
    let number = |text: &str| {
        let number = text.parse::<u64>();
        number.map_err(|_| format!("`{text}` is no number: {expected}"))
    };
    let measure = match (value, value.split_once("..")) {
        ("yes", _) => Measure::Is(true),
        ("no", _) => Measure::Is(false),
        (_, Some((low, ""))) => Measure::Count {
            low: number(low)?,
            high: None,
        },
        (_, Some((low, high))) => Measure::Count {
            low: number(low)?,
            high: Some(number(high)?),
        },
        (_, None) => Measure::Count {
            low: number(value)?,
            high: Some(number(value)?),
        },
    };
    match measure {
        Measure::Count {
            low,
            high: Some(high),
        } if high < low => Err(format!("{high} is less than {low}")),
        _ => Ok((parsed(code)?, measure)),
    }
}
