//! `incident route | clocks | words`: what the dated rules say about a report, without any store.

mod clocks;
mod route;
mod words;

use jiff::{Timestamp, civil::Date, tz};
use kaname_directory::{Catalogue, day_of};
use kaname_incident::{
    calendar::Calendar, data::BadData, obligation::Obligations, routing::Recipient,
    routing::Routes, vocabulary::Vocabulary,
};
use kaname_kernel::Clock as _;
use kaname_world::ambient::SystemClock;

use crate::{cli::IncidentCommand, fault::Fault, say::Say};

/// The dated data.
struct Rules {
    catalogue: Catalogue,
    words: Vocabulary,
    routes: Routes,
    calendar: Calendar,
    obligations: Obligations,
    now: Timestamp,
}

impl Rules {
    fn read() -> Result<Self, Fault> {
        let damaged = |error: &BadData| Fault::failed(DAMAGED).because(error);
        let catalogue =
            Catalogue::builtin().map_err(|error| Fault::failed(DAMAGED).because(&error))?;
        let words = Vocabulary::builtin().map_err(|error| damaged(&error))?;
        Ok(Self {
            routes: Routes::builtin(&catalogue, &words).map_err(|error| damaged(&error))?,
            calendar: Calendar::builtin().map_err(|error| damaged(&error))?,
            obligations: Obligations::builtin(&catalogue).map_err(|error| damaged(&error))?,
            now: SystemClock.now(),
            catalogue,
            words,
        })
    }

    fn today(&self) -> Date {
        day_of(self.now)
    }

    /// A recipient by the name it had on a day.
    fn name(&self, recipient: &Recipient, day: Date) -> String {
        match recipient {
            Recipient::Body(code) => self
                .catalogue
                .body_on(code, day)
                .map_or_else(|| code.to_string(), |body| body.value.name.ja.to_string()),
            other => other.to_string(),
        }
    }
}

const DAMAGED: &str = "the dated data is damaged";

pub(super) fn run(command: &IncidentCommand, say: Say) -> Result<(), Fault> {
    let rules = Rules::read()?;
    match command {
        IncidentCommand::Route(args) => route::run(&rules, args, say),
        IncidentCommand::Clocks(args) => clocks::run(&rules, args, say),
        IncidentCommand::Words { on } => words::run(&rules, on.unwrap_or(rules.today()), say),
    }
}

/// A moment in Japan's time, with the offset.
fn moment(at: Timestamp) -> String {
    let shown = tz::offset(9).to_datetime(at);
    format!("{} +09:00", shown.strftime("%Y-%m-%d %H:%M"))
}

/// What is mistyped would be an answer to another question: refused, with the codes that there are on the day.
fn known<'a>(
    what: &str,
    mut asked: impl Iterator<Item = &'a str>,
    codes: &[&str],
    day: Date,
) -> Result<(), Fault> {
    match asked.find(|code| !codes.contains(code)) {
        None => Ok(()),
        Some(code) => {
            let fault = Fault::usage(format!("no {what} `{code}` on {day}"));
            Err(fault.hint(format!("one of {}", codes.join(", "))))
        }
    }
}
