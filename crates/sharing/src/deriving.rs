//! Commands of the analyst on an item: derive, revise, decide on traces, ask for consent, answer a
//! proposal, hand over.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use kaname_kernel::{AccountId, HandleId, MatterId};

use crate::{
    content::Content,
    item::{Derivation, Item, ItemChange, ItemState},
    manifest::Manifest,
    refused::{Refused, bounded, reason},
    row::{MAX_ROWS, Row, RowState, carry_over},
    told::Told,
};

/// Longest time a provider may be given for an answer.
pub const MAX_CONSENT_TIME: SignedDuration = SignedDuration::from_hours(24 * 90);

/// States in which an item may be written anew.
const WRITABLE: &str =
    "derived, awaiting_consent, changes_proposed, consented, refused, awaiting_release";

pub(crate) fn wrong_state(item: &Item, needs: &'static str) -> Refused {
    Refused::State {
        matter: "item",
        state: item.state.as_str(),
        needs,
    }
}

/// What a first derivation needs.
#[derive(Debug, Clone)]
pub struct Derive {
    /// Item number ([`crate::number::item`]).
    pub number: String,
    /// A fresh handle that the sealed store leads to the provider's party.
    pub handle: HandleId,
    /// First revision.
    pub content: Content,
    /// What [`crate::checklist::check`] found in it.
    pub rows: Vec<Row>,
    /// Who derives.
    pub by: AccountId,
    /// Whether that officer belongs to the provider's party.
    pub of_providers_party: bool,
    /// The released item it is to replace.
    pub replaces: Option<MatterId>,
}

/// Derives an item: the first event of a new matter.
///
/// # Errors
/// When the content is not fit to be served, or the officer belongs to the provider's party.
pub fn derive_item(derive: Derive) -> Result<Vec<ItemChange>, Refused> {
    if derive.of_providers_party {
        return Err(Refused::OwnParty);
    }
    derive.content.check()?;
    bounded("traces", derive.rows.len(), MAX_ROWS)?;
    let first = Derivation {
        number: derive.number,
        handle: derive.handle,
        content: derive.content,
        rows: derive.rows,
        by: derive.by,
        replaces: derive.replaces,
        own: false,
    };
    Ok(vec![ItemChange::Derived(Box::new(first))])
}

/// The hub's own word, which no report and no provider stands behind: an assessment that another person looked
/// through.
#[derive(Debug, Clone)]
pub struct OwnWord {
    /// Item number.
    pub number: String,
    /// A fresh handle that leads to nobody.
    pub handle: HandleId,
    /// First revision.
    pub content: Content,
    /// What the checklist found in it: people, telephone numbers, inner addresses.
    pub rows: Vec<Row>,
    /// Everyone who wrote it.
    pub by: BTreeSet<AccountId>,
    /// The released item it is to replace.
    pub replaces: Option<MatterId>,
}

/// Begins an item of the hub's own word.
///
/// # Errors
/// When nobody wrote it or the content is not fit to be served.
pub fn own_word(own: OwnWord) -> Result<Vec<ItemChange>, Refused> {
    own.content.check()?;
    bounded("traces", own.rows.len(), MAX_ROWS)?;
    let mut writers = own.by.into_iter();
    let first = writers.next().ok_or(Refused::Empty { field: "author" })?;
    let derivation = Derivation {
        number: own.number,
        handle: own.handle,
        content: own.content,
        rows: own.rows,
        by: first,
        replaces: own.replaces,
        own: true,
    };
    let others = writers.map(|by| ItemChange::TakenOver { by });
    let derived = ItemChange::Derived(Box::new(derivation));
    Ok([derived].into_iter().chain(others).collect())
}

/// Gives an item of the hub's own word to the second officer: nobody is asked for consent.
///
/// # Errors
/// When it comes from a report, is not being written, traces are open, no way out is chosen, or its validity is over.
pub fn put_forward(item: &Item, by: AccountId, now: Timestamp) -> Result<Vec<ItemChange>, Refused> {
    if !item.own {
        return Err(Refused::OtherManifest);
    }
    if item.state != ItemState::Derived {
        return Err(wrong_state(item, "derived"));
    }
    let open = item.open_traces();
    if open > 0 {
        return Err(Refused::OpenTraces { open });
    }
    if item.content.outlets.is_empty() {
        return Err(Refused::Empty { field: "outlets" });
    }
    if !item.content.is_valid(now) {
        return Err(Refused::NoLongerValid);
    }
    Ok(vec![ItemChange::HandedOver { by }])
}

/// Rows of what an item says now, where the checklist finds this in it; decisions are kept.
pub fn looked_again(item: &Item, found: Vec<Row>) -> Vec<Row> {
    carry_over(&item.rows, &item.content, found, &item.content)
}

/// What the directory says changes while an item waits. `found` is what the checklist finds in it now.
///
/// # Errors
/// When there is a trace in it that nobody was shown when it was written.
pub fn nothing_new(item: &Item, found: Vec<Row>) -> Result<(), Refused> {
    let known: BTreeSet<String> = item
        .rows
        .iter()
        .filter(|row| row.is_open())
        .map(Row::key)
        .collect();
    let rows = looked_again(item, found);
    let mut open = rows.iter().filter(|row| row.is_open());
    match open.any(|row| !known.contains(&row.key())) {
        true => Err(Refused::FoundSince),
        false => Ok(()),
    }
}

/// Writes the item anew. Whatever changes, consent is gone; decisions on traces that stand where they
/// stood are kept. The same words are written anew where the checklist finds something else in them now.
///
/// # Errors
/// When it is out or ended, nothing changes, the content is not fit to be served, or the officer
/// belongs to the provider's party.
pub fn revise(
    item: &Item,
    content: Content,
    found: Vec<Row>,
    by: AccountId,
    of_providers_party: bool,
) -> Result<Vec<ItemChange>, Refused> {
    if !is_writable(item.state) {
        return Err(wrong_state(item, WRITABLE));
    }
    if content == item.content && looked_again(item, found.clone()) == item.rows {
        return Err(Refused::NoChange);
    }
    Ok(vec![revised(item, content, found, by, of_providers_party)?])
}

/// An analyst who was given the report behind an item goes on with it. Whoever does so counts as one who
/// derived.
///
/// # Errors
/// When it is out or ended, the officer had a part in it already, or belongs to the provider's party.
pub fn take_over(
    item: &Item,
    by: AccountId,
    of_providers_party: bool,
) -> Result<Vec<ItemChange>, Refused> {
    if !is_writable(item.state) {
        return Err(wrong_state(item, WRITABLE));
    }
    if of_providers_party {
        return Err(Refused::OwnParty);
    }
    if item.derivers.contains(&by) {
        return Err(Refused::NoChange);
    }
    Ok(vec![ItemChange::TakenOver { by }])
}

/// Whether an item in this state may be written anew.
pub const fn is_writable(state: ItemState) -> bool {
    matches!(
        state,
        ItemState::Derived
            | ItemState::AwaitingConsent
            | ItemState::ChangesProposed
            | ItemState::Consented
            | ItemState::Refused
            | ItemState::AwaitingRelease
    )
}

fn revised(
    item: &Item,
    content: Content,
    found: Vec<Row>,
    by: AccountId,
    of_providers_party: bool,
) -> Result<ItemChange, Refused> {
    if of_providers_party {
        return Err(Refused::OwnParty);
    }
    content.check()?;
    bounded("traces", found.len(), MAX_ROWS)?;
    let rows = carry_over(&item.rows, &item.content, found, &content);
    Ok(ItemChange::Revised {
        content: Box::new(content),
        rows,
        by,
    })
}

/// Says with one reason why traces give nobody away: rows by their keys, of those too that the checklist finds
/// only now. Whoever says so counts as one who derived.
///
/// # Errors
/// When the item is not being written, no row is named, one is not there or decided, or no reason is given.
pub fn accept_traces(
    item: &Item,
    found: Vec<Row>,
    keys: &[String],
    by: AccountId,
    why: &str,
) -> Result<Vec<ItemChange>, Refused> {
    if item.state != ItemState::Derived {
        return Err(wrong_state(item, "derived"));
    }
    if keys.is_empty() {
        return Err(Refused::NoSuchTrace);
    }
    let rows = looked_again(item, found);
    let mut changes = Vec::new();
    for key in keys {
        let there = rows.iter().find(|one| one.key() == *key);
        match there.map(|one| &one.state) {
            Some(RowState::Open) => {}
            Some(_) => return Err(Refused::NoChange),
            None => return Err(Refused::NoSuchTrace),
        }
        changes.push(ItemChange::TraceAccepted {
            row: key.clone(),
            by,
            reason: reason(why)?,
        });
    }
    if rows != item.rows {
        bounded("traces", rows.len(), MAX_ROWS)?;
        let again = ItemChange::Revised {
            content: Box::new(item.content.clone()),
            rows,
            by,
        };
        changes.insert(0, again);
    }
    Ok(changes)
}

/// Asks the provider for consent to the present revision. `told` is what the directory says now of whom it
/// names.
///
/// # Errors
/// When it is not being written or was refused as it is, traces are open, no way out is chosen, it says no countermeasure, its
/// validity is over, or the deadline is not within 90 days from now.
pub fn ask_consent(
    item: &Item,
    told: Told,
    deadline: Timestamp,
    now: Timestamp,
) -> Result<Vec<ItemChange>, Refused> {
    if item.own {
        return Err(Refused::OwnWord);
    }
    if item.state != ItemState::Derived {
        return Err(wrong_state(item, "derived"));
    }
    let open = item.open_traces();
    let ask = asked(
        item,
        &item.content,
        item.revision,
        open,
        told,
        deadline,
        now,
    )?;
    Ok(vec![ask])
}

fn asked(
    item: &Item,
    content: &Content,
    revision: u32,
    open: usize,
    told: Told,
    deadline: Timestamp,
    now: Timestamp,
) -> Result<ItemChange, Refused> {
    if open > 0 {
        return Err(Refused::OpenTraces { open });
    }
    if content.outlets.is_empty() {
        return Err(Refused::Empty { field: "outlets" });
    }
    // Whoever receives it is to know what to do.
    if content.countermeasures.is_empty() {
        return Err(Refused::Empty {
            field: "countermeasures",
        });
    }
    if !content.is_valid(now) {
        return Err(Refused::NoLongerValid);
    }
    check_deadline(deadline, now)?;
    let manifest = Manifest::of(&item.number, revision, content, &told);
    Ok(ItemChange::ConsentAsked {
        hash: manifest.hash(),
        deadline,
        told,
    })
}

fn check_deadline(deadline: Timestamp, now: Timestamp) -> Result<(), Refused> {
    let time = deadline.duration_since(now);
    if time <= SignedDuration::ZERO || time > MAX_CONSENT_TIME {
        return Err(Refused::OutOfBounds { field: "deadline" });
    }
    Ok(())
}

/// What asking again needs, after a proposal was taken.
#[derive(Debug, Clone)]
pub struct AskAgain {
    /// What the directory says of whom the proposal names.
    pub told: Told,
    /// Until when.
    pub deadline: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// Takes the provider's proposal as a new revision. Without open traces the provider is asked at once
/// for consent to it; with open traces the analyst has to look first.
///
/// # Errors
/// When there is none, its content is not fit to be served, or as in [`ask_consent`].
pub fn accept_proposal(
    item: &Item,
    found: Vec<Row>,
    by: AccountId,
    of_providers_party: bool,
    again: AskAgain,
) -> Result<Vec<ItemChange>, Refused> {
    let proposal = item.proposal.as_ref();
    let proposal = proposal.filter(|_| item.state == ItemState::ChangesProposed);
    let Some(proposal) = proposal else {
        return Err(wrong_state(item, "changes_proposed"));
    };
    let content = proposal.content.clone();
    let change = revised(item, content.clone(), found, by, of_providers_party)?;
    let open = match &change {
        ItemChange::Revised { rows, .. } => rows.iter().filter(|row| row.is_open()).count(),
        _ => 0,
    };
    if open > 0 {
        return Ok(vec![change]);
    }
    let AskAgain {
        told,
        deadline,
        now,
    } = again;
    let ask = asked(item, &content, item.revision + 1, 0, told, deadline, now)?;
    Ok(vec![change, ask])
}

/// Does not take the provider's proposal and asks again for what was asked before.
///
/// # Errors
/// When there is none, without a reason, or with a deadline out of bounds.
pub fn decline_proposal(
    item: &Item,
    why: &str,
    deadline: Timestamp,
    now: Timestamp,
) -> Result<Vec<ItemChange>, Refused> {
    if item.state != ItemState::ChangesProposed {
        return Err(wrong_state(item, "changes_proposed"));
    }
    check_deadline(deadline, now)?;
    Ok(vec![ItemChange::ProposalDeclined {
        reason: reason(why)?,
        deadline,
    }])
}

/// Gives a consented item to the second officer.
///
/// # Errors
/// Without consent to exactly what it says now.
pub fn hand_over(item: &Item, by: AccountId) -> Result<Vec<ItemChange>, Refused> {
    if item.state != ItemState::Consented {
        return Err(wrong_state(item, "consented"));
    }
    if !item.has_consent() {
        return Err(Refused::OtherManifest);
    }
    Ok(vec![ItemChange::HandedOver { by }])
}
