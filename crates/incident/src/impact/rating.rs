//! Ratings: provisional by one officer, final or revised by two of whom the second approves what the first proposed.
//! The level and the rules of what may be final are crate `severity`'s; here stands that the rating is of this very case
//! as it is known now, and that two persons stand behind it.

use jiff::Timestamp;
use kaname_directory::day_of;
use kaname_kernel::{AccountId, Actor};
use kaname_severity::{Day, Kind, Proposal, Rating, Viewpoint};

use super::{
    ImpactCase, ImpactChange, MAX_RATINGS, Rated, RatingEntry, RatingKind, RatingState, case_form,
    place_of,
};
use crate::{
    bound::{self, MAX_NOTE_CHARS, count},
    digest::Digest,
    refused::Refused,
};

/// What a person proposes beside what the policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposing {
    /// Final, or revised.
    pub kind: RatingKind,
    /// Why it may be final although something is not known.
    pub despite_unknown: Option<String>,
    /// Who saw it otherwise, and why.
    pub dissent: Option<String>,
}

/// What the policy says of a case, by an officer. The rating has to be of the case's own form ([`case_form`]): whoever
/// rates reads that form with [`kaname_severity::cases`].
fn rated(case: &ImpactCase, rating: &Rating<'_>, rater: AccountId) -> Result<Rated, Refused> {
    if rating.case().id != case.number.to_ascii_lowercase() {
        return Err(Refused::OtherWhole { what: "rating" });
    }
    let policy = rating.case().policy();
    let ends = |viewpoint| {
        let ends = rating.viewpoint(viewpoint);
        (ends.low, ends.high)
    };
    Ok(Rated {
        policy: policy.id.clone(),
        version: policy.version.clone(),
        policy_sha256: policy.sha256.clone(),
        case_sha256: Digest::of(case_form(case, None).as_bytes()),
        level: (rating.level.low, rating.level.high),
        viewpoints: [
            ends(Viewpoint::Sustainability),
            ends(Viewpoint::Safety),
            ends(Viewpoint::Trust),
        ],
        rated: rating.rated,
        unknown: rating.unknown().to_vec(),
        rater,
    })
}

fn room(case: &ImpactCase) -> Result<(), Refused> {
    count("ratings", case.ratings.len() + 1, MAX_RATINGS)
}

/// An officer rates provisionally: internal, it may be an interval. A case may be rated so at any time.
///
/// # Errors
/// When no person does it, the rating is another case's, or says what the last one said.
pub fn rate_provisionally(
    case: &ImpactCase,
    rating: &Rating<'_>,
    actor: &Actor,
) -> Result<Vec<ImpactChange>, Refused> {
    room(case)?;
    let rater = actor.account().ok_or(Refused::NotAPerson)?;
    let rated = rated(case, rating, rater)?;
    if case.ratings.last().is_some_and(|last| last.rated == rated) {
        return Err(Refused::NoChange);
    }
    Ok(vec![ImpactChange::RatedProvisionally(Box::new(rated))])
}

/// An officer proposes a final rating, or one that takes the place of an approved one.
///
/// # Errors
/// When no person does it, one waits for approval, the rating is another case's, what is to be revised was not approved,
/// or a first final one is there already.
pub fn propose(
    case: &ImpactCase,
    rating: &Rating<'_>,
    proposing: Proposing,
    actor: &Actor,
) -> Result<Vec<ImpactChange>, Refused> {
    room(case)?;
    let rater = actor.account().ok_or(Refused::NotAPerson)?;
    let mut entries = case.ratings.iter();
    if entries.any(|entry| entry.state == RatingState::Proposed) {
        return Err(Refused::AlreadyThere { what: "proposal" });
    }
    let holds =
        |entry: &RatingEntry| matches!(entry.state, RatingState::Approved | RatingState::Published);
    let kind = match proposing.kind {
        RatingKind::Provisional => {
            return Err(Refused::OutOfBounds {
                field: "kind",
                allowed: "final, revised",
            });
        }
        RatingKind::Final if case.ratings.iter().any(holds) => {
            return Err(Refused::AlreadyThere {
                what: "final rating",
            });
        }
        RatingKind::Final => RatingKind::Final,
        RatingKind::Revised { supersedes, reason } => {
            let found = place_of(supersedes).and_then(|place| case.ratings.get(place));
            if !found.is_some_and(holds) {
                return Err(Refused::NoSuch {
                    what: "rating",
                    number: supersedes,
                });
            }
            let reason = bound::reason(&reason)?;
            RatingKind::Revised { supersedes, reason }
        }
    };
    let said = |field, text: Option<String>| {
        let text = text.filter(|text| !text.trim().is_empty());
        text.map(|text| bound::text(field, &text, MAX_NOTE_CHARS))
            .transpose()
    };
    Ok(vec![ImpactChange::Proposed {
        rated: Box::new(rated(case, rating, rater)?),
        kind,
        despite_unknown: said("despite_unknown", proposing.despite_unknown)?,
        dissent: said("dissent", proposing.dissent)?,
    }])
}

/// Another officer approves what was proposed. `rating` is the same case, rated again by the same policy; `chosen` a
/// level within the interval, with the reason.
///
/// # Errors
/// When no other person does it, nothing waits, what is known has changed since, or the policy does not let it be final.
pub fn approve(
    case: &ImpactCase,
    number: u32,
    rating: &Rating<'_>,
    chosen: Option<(u8, String)>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Vec<ImpactChange>, Refused> {
    let approver = actor.account().ok_or(Refused::NotAPerson)?;
    let entry = waiting(case, number)?;
    if entry.rated.rater == approver {
        return Err(Refused::SamePerson);
    }
    if rated(case, rating, entry.rated.rater)? != entry.rated {
        return Err(Refused::RatedBefore);
    }
    let today = day_of(now);
    let year = u16::try_from(today.year()).unwrap_or_default();
    let month_and_day = [today.month(), today.day()].map(|part| u8::try_from(part).unwrap_or(1));
    let proposal = Proposal {
        kind: match &entry.kind {
            RatingKind::Provisional => Kind::Provisional,
            RatingKind::Final => Kind::Final,
            RatingKind::Revised { supersedes, reason } => Kind::Revised {
                supersedes: supersedes.to_string(),
                reason: reason.clone(),
            },
        },
        on: Day::from_ymd(year, month_and_day[0], month_and_day[1]),
        persons: vec![entry.rated.rater.to_string(), approver.to_string()],
        chosen: match chosen {
            Some((level, why)) => Some((level, bound::reason(&why)?)),
            None => None,
        },
        despite_unknown: entry.despite_unknown.clone(),
        dissent: entry.dissent.clone(),
    };
    let decision = rating.decide(proposal)?;
    Ok(vec![ImpactChange::Approved {
        number,
        approver,
        level: decision.level,
        chosen: decision.proposal.chosen.map(|(_, why)| why),
        publishable: decision.publishable,
    }])
}

/// An officer does not approve what was proposed, the proposer included, who takes it back so.
///
/// # Errors
/// When no person does it, nothing waits, or no reason is given.
pub fn turn_down(
    case: &ImpactCase,
    number: u32,
    why: &str,
    actor: &Actor,
) -> Result<Vec<ImpactChange>, Refused> {
    actor.account().ok_or(Refused::NotAPerson)?;
    waiting(case, number)?;
    let reason = bound::reason(why)?;
    Ok(vec![ImpactChange::TurnedDown { number, reason }])
}

/// What was approved is published.
///
/// # Errors
/// When no person does it, it was not approved, or the policy keeps its level back.
pub fn publish(
    case: &ImpactCase,
    number: u32,
    actor: &Actor,
) -> Result<Vec<ImpactChange>, Refused> {
    actor.account().ok_or(Refused::NotAPerson)?;
    let entry = entry(case, number)?;
    if entry.state != RatingState::Approved {
        return Err(wrong_state(case, "approved"));
    }
    match entry.publishable {
        true => Ok(vec![ImpactChange::Published { number }]),
        false => Err(Refused::OutOfBounds {
            field: "level",
            allowed: "what the policy publishes",
        }),
    }
}

fn entry(case: &ImpactCase, number: u32) -> Result<&RatingEntry, Refused> {
    let found = place_of(number).and_then(|place| case.ratings.get(place));
    let what = "rating";
    found.ok_or(Refused::NoSuch { what, number })
}

fn waiting(case: &ImpactCase, number: u32) -> Result<&RatingEntry, Refused> {
    let entry = entry(case, number)?;
    match entry.state == RatingState::Proposed {
        true => Ok(entry),
        false => Err(wrong_state(case, "final_proposed")),
    }
}

fn wrong_state(case: &ImpactCase, needs: &str) -> Refused {
    Refused::State {
        matter: "impact_case",
        state: case.state().as_str(),
        needs: needs.to_owned(),
    }
}
