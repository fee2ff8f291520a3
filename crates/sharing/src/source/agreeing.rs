//! What people do with a source: agree, agree otherwise, stop, start, ask for a reading.

use url::Url;

use super::{Form, FormKind, Source, SourceChange, SourceDefinition, SourceTerms};
use crate::{
    agreed::{MAX_URL, check_code, is_plain_web},
    refused::{Refused, bounded},
    sealed::Sealed,
    text::MAX_TITLE_BYTES,
    turn::Every,
};

/// Most sharing groups of one agreement.
const MAX_GROUPS: usize = 200;
/// Longest path or word of a mapping.
const MAX_PATH: usize = 200;
/// Most of one document when nothing is said, in MiB, the unit in which people agree on it.
pub const DEFAULT_MIB: u32 = 16;
/// The same in bytes.
pub const DEFAULT_BYTES: u64 = (DEFAULT_MIB as u64) << 20;
/// Most bytes that may be agreed.
pub const MAX_BYTES: u64 = 64 << 20;
/// Hours that a value holds after it has left the list when nothing is said.
pub const DEFAULT_GRACE_H: u32 = 48;
/// Most of those: a year.
pub const MAX_GRACE_H: u32 = 24 * 366;

/// Agrees with a source.
///
/// # Errors
/// When the code, the address or a rule will not do.
pub fn join_source(
    mut definition: SourceDefinition,
    credential: Option<Sealed>,
) -> Result<SourceChange, Refused> {
    check_code(&definition.code)?;
    definition.terms = check_terms(definition.terms)?;
    let definition = Box::new(definition);
    Ok(SourceChange::Joined {
        definition,
        credential,
    })
}

/// Agrees otherwise. `credential` is `None` to keep the one there is.
///
/// # Errors
/// When the address or a rule will not do, or nothing would change.
pub fn change_source(
    source: &Source,
    terms: SourceTerms,
    credential: Option<Sealed>,
) -> Result<SourceChange, Refused> {
    let terms = check_terms(terms)?;
    if terms == source.definition.terms && credential.is_none() {
        return Err(Refused::NoChange);
    }
    let terms = Box::new(terms);
    Ok(SourceChange::Changed { terms, credential })
}

/// Terms as they may be agreed.
///
/// # Errors
/// When the address or a rule will not do.
pub fn check_terms(mut terms: SourceTerms) -> Result<SourceTerms, Refused> {
    terms.publisher = terms.publisher.trim().to_owned();
    if terms.publisher.is_empty() {
        return Err(Refused::Empty { field: "publisher" });
    }
    bounded("publisher", terms.publisher.len(), MAX_TITLE_BYTES)?;
    terms.url = terms.url.as_deref().map(checked_url).transpose()?;
    // What is handed over as a file cannot be fetched.
    if terms.url.is_none() {
        terms.every = Every::NEVER;
    }
    check_form(&terms.form)?;
    if !(1_024..=MAX_BYTES).contains(&terms.most_bytes) {
        return Err(Refused::OutOfBounds { field: "most_mib" });
    }
    if terms.grace_h > MAX_GRACE_H {
        return Err(Refused::OutOfBounds { field: "grace_h" });
    }
    Ok(terms)
}

/// A mapping says something only of a form that has places, and only of places that it has.
fn check_form(form: &Form) -> Result<(), Refused> {
    if form.ignore_distribution && !form.kind.lists_events() {
        return Err(Refused::OutOfBounds {
            field: "ignore_distribution",
        });
    }
    if !form.sharing_groups.is_empty() && (form.ignore_distribution || !form.kind.lists_events()) {
        return Err(Refused::OutOfBounds {
            field: "sharing_groups",
        });
    }
    if form.signed && form.kind != FormKind::Csaf {
        return Err(Refused::OutOfBounds { field: "signed" });
    }
    bounded("sharing_groups", form.sharing_groups.len(), MAX_GROUPS)?;
    for (field, path) in form.mapping.fields() {
        let Some(path) = path else { continue };
        let fits = match form.kind {
            FormKind::Json => true,
            FormKind::Csv | FormKind::Tsv => field != "entries",
            _ => false,
        };
        if !fits || path.is_empty() {
            return Err(Refused::OutOfBounds { field: "mapping" });
        }
        bounded("mapping", path.len(), MAX_PATH)?;
    }
    Ok(())
}

fn checked_url(given: &str) -> Result<String, Refused> {
    let given = given.trim();
    bounded("url", given.len(), MAX_URL)?;
    match Url::parse(given).is_ok_and(|url| is_plain_web(&url)) {
        true => Ok(given.to_owned()),
        false => Err(Refused::OutOfBounds { field: "url" }),
    }
}

/// Stops reading a source.
///
/// # Errors
/// Without a reason, or a second time.
pub fn stop_source(source: &Source, why: &str) -> Result<SourceChange, Refused> {
    let reason = source.turns.may_stop(why)?;
    Ok(SourceChange::Stopped { reason })
}

/// Goes on with a source.
///
/// # Errors
/// When it was not stopped.
pub fn start_source(source: &Source) -> Result<SourceChange, Refused> {
    match source.turns.stopped {
        Some(_) => Ok(SourceChange::Started),
        None => Err(Refused::NoChange),
    }
}

/// Asks for a reading now, whatever the interval.
///
/// # Errors
/// When the source was stopped, or has no address.
pub fn ask_source(source: &Source) -> Result<SourceChange, Refused> {
    source.turns.may_ask("source")?;
    match source.definition.terms.url {
        Some(_) => Ok(SourceChange::Asked),
        None => Err(Refused::Empty { field: "url" }),
    }
}
