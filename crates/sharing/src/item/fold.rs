//! How an item's events fold into its state, and what of it is looked up.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{Matter, Moment, Posting, Projection, Unfit};
use kaname_stix::SearchValue;

use super::{
    Asked, Blocking, Confirmation, Consent, Item, ItemChange, ItemState, Refusal, Release,
    Returned, Review, Revocation, Withdrawal,
};
use crate::{
    blocking,
    content::{Content, MAX_POSTINGS},
    number, releasing, review,
    row::RowState,
};

impl Item {
    /// By when it stands in lists, the newest first: when it came out, else when it was derived. What comes out of an
    /// embargo is new to its readers then.
    pub fn listed_at(&self) -> Timestamp {
        let out_at = self.opened.or(self.release.map(|release| release.at));
        out_at.unwrap_or(self.derived_at)
    }
}

impl Matter for Item {
    const KIND: &'static str = "item";
    type Change = ItemChange;

    fn name(change: &ItemChange) -> &'static str {
        match change {
            ItemChange::Derived(_) => "derived",
            // One word for both: beside an assignment a header does not tell that the item changed hands.
            ItemChange::Revised { .. } | ItemChange::TakenOver { .. } => "revised",
            ItemChange::TraceAccepted { .. } => "trace_accepted",
            ItemChange::ConsentAsked { .. } => "consent_asked",
            ItemChange::Consented { .. } => "consented",
            ItemChange::ChangesProposed(_) => "changes_proposed",
            ItemChange::ProposalDeclined { .. } => "proposal_declined",
            ItemChange::ConsentRefused { .. } => "consent_refused",
            ItemChange::ConsentLapsed => "consent_lapsed",
            ItemChange::HandedOver { .. } => "handed_over",
            ItemChange::Returned { .. } => "returned",
            ItemChange::Released { .. } => "released",
            ItemChange::Superseded { .. } => "superseded",
            ItemChange::Withdrawn { .. } => "withdrawn",
            ItemChange::Expired => "expired",
            ItemChange::BlockingSuspended { .. } => "blocking_suspended",
            ItemChange::BlockingResumed { .. } => "blocking_resumed",
            ItemChange::BlockingKept { .. } => "blocking_kept",
            ItemChange::EmbargoOpened => "embargo_opened",
            ItemChange::ReviewDue => "review_due",
            ItemChange::ReviewDeferred { .. } => "review_deferred",
            ItemChange::Confirmed { .. } => "confirmed",
            ItemChange::LeftToEnd { .. } => "left_to_end",
        }
    }

    fn begin(change: &ItemChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let ItemChange::Derived(first) = change else {
            return Err(at.unfit::<Self>("an item begins with being derived"));
        };
        Ok(Self {
            id: at.matter,
            number: first.number.clone(),
            handle: first.handle,
            state: ItemState::Derived,
            revision: 1,
            content: first.content.clone(),
            rows: first.rows.clone(),
            derivers: BTreeSet::from([first.by]),
            revised_by: Some(first.by),
            derived_at: at.recorded,
            revised_at: at.recorded,
            touched: Some(at.recorded),
            asked: None,
            consent: None,
            proposal: None,
            declined: None,
            refusal: None,
            returned: None,
            release: None,
            opened: None,
            blocking: Blocking::Open,
            confirmed: None,
            review: Review::Clear,
            own: first.own,
            replaces: first.replaces,
            replaced_by: None,
            withdrawal: None,
            revocation: None,
        })
    }

    fn apply(&mut self, change: &ItemChange, at: &Moment<'_>) -> Result<(), Unfit> {
        self.touched = Some(at.recorded);
        match change {
            ItemChange::Derived(_) => return Err(at.unfit::<Self>("an item is derived once")),
            ItemChange::Revised { content, rows, by } => {
                self.content = (**content).clone();
                self.rows = rows.clone();
                self.derivers.insert(*by);
                self.revised_by = Some(*by);
                self.revision += 1;
                self.revised_at = at.recorded;
                self.forget_answers();
            }
            ItemChange::TakenOver { by } => {
                self.derivers.insert(*by);
            }
            ItemChange::TraceAccepted { row, by, reason } => {
                let found = self.rows.iter_mut().find(|one| one.key() == *row);
                let Some(found) = found else {
                    return Err(at.unfit::<Self>("no such row in the checklist"));
                };
                found.state = RowState::Accepted {
                    by: *by,
                    reason: reason.clone(),
                };
                self.derivers.insert(*by);
            }
            ItemChange::ConsentAsked {
                hash,
                deadline,
                told,
            } => {
                self.state = ItemState::AwaitingConsent;
                self.asked = Some(Asked {
                    hash: *hash,
                    at: at.recorded,
                    deadline: *deadline,
                    told: told.clone(),
                });
            }
            ItemChange::Consented { hash, told } => {
                self.state = ItemState::Consented;
                if let Some(asked) = &mut self.asked {
                    asked.told = told.clone();
                }
                self.consent = Some(Consent {
                    hash: *hash,
                    at: at.recorded,
                });
            }
            ItemChange::ChangesProposed(proposal) => {
                self.state = ItemState::ChangesProposed;
                self.proposal = Some((**proposal).clone());
            }
            ItemChange::ProposalDeclined { reason, deadline } => {
                self.state = ItemState::AwaitingConsent;
                self.proposal = None;
                self.declined = Some(reason.clone());
                let asked = self.asked.as_mut();
                let Some(asked) = asked else {
                    return Err(at.unfit::<Self>("the provider was not asked"));
                };
                asked.deadline = *deadline;
            }
            ItemChange::ConsentRefused { comment } => self.refused(Refusal::Said {
                comment: comment.clone(),
            }),
            ItemChange::ConsentLapsed => self.refused(Refusal::Silence),
            ItemChange::HandedOver { .. } => self.state = ItemState::AwaitingRelease,
            ItemChange::Returned { by, reason } => {
                self.forget_answers();
                self.returned = Some(Returned {
                    by: *by,
                    reason: reason.clone(),
                    at: at.recorded,
                });
            }
            ItemChange::Released { by } => {
                self.state = ItemState::Released;
                self.release = Some(Release {
                    by: *by,
                    at: at.recorded,
                });
            }
            ItemChange::Superseded { by_item, revoked } => {
                self.state = ItemState::Superseded;
                self.replaced_by = Some(*by_item);
                self.revocation = Revocation::of(revoked, at);
            }
            ItemChange::Withdrawn {
                by_provider,
                reason,
                revoked,
            } => {
                self.revocation = Revocation::of(revoked, at);
                self.state = ItemState::Withdrawn;
                self.withdrawal = Some(Withdrawal {
                    by_provider: *by_provider,
                    reason: reason.clone(),
                    at: at.recorded,
                });
            }
            ItemChange::Expired => self.state = ItemState::Expired,
            ItemChange::BlockingSuspended { organisations } => {
                self.blocking = Blocking::Suspended {
                    since: at.recorded,
                    organisations: *organisations,
                };
            }
            ItemChange::BlockingResumed {
                by,
                reason,
                organisations,
            } => {
                self.blocking = Blocking::Resumed {
                    by: *by,
                    reason: reason.clone(),
                    organisations: *organisations,
                };
            }
            ItemChange::BlockingKept { by, reason } => {
                self.blocking = Blocking::Kept {
                    by: *by,
                    reason: reason.clone(),
                };
            }
            ItemChange::EmbargoOpened => self.opened = Some(at.recorded),
            ItemChange::ReviewDue => {
                self.review = Review::Due { since: at.recorded };
            }
            ItemChange::ReviewDeferred { until } => self.review = Review::Later { at: *until },
            ItemChange::Confirmed { by, reason } => {
                self.review = Review::Clear;
                self.confirmed = Some(Confirmation {
                    by: *by,
                    reason: reason.clone(),
                    at: at.recorded,
                });
            }
            ItemChange::LeftToEnd { by, reason } => {
                self.review = Review::Left {
                    by: *by,
                    reason: reason.clone(),
                    at: at.recorded,
                };
            }
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        let content = &self.content;
        let values = content.values();
        let asked = self.asked.as_ref();
        let due_at = match self.state {
            ItemState::AwaitingConsent => asked.map(|asked| asked.deadline),
            ItemState::Released => {
                let opens = releasing::opens_at(self);
                let next = [content.valid_until, opens, review::due_at(self)];
                next.into_iter().flatten().min()
            }
            _ => None,
        };
        Projection {
            audience: self.audience(),
            owner: Some(self.handle.cast()),
            scope: content.collections.first().copied(),
            due_at,
            tlp: Some(content.tlp),
            text: match self.is_out() && !content.is_on_the_web() {
                // What may not be read on pages is not found on them word by word either.
                true => self.number.clone(),
                false => content.search_text(&self.number, &values),
            },
            postings: self.postings(&values),
            lookups: vec![(
                number::ITEM_SPACE.to_owned(),
                number::normalise(&self.number),
            )],
            ..Projection::officers(self.state.as_str(), self.listed_at())
        }
    }
}

impl Item {
    /// What it is found by: its values, and what of it waits for an officer.
    fn postings(&self, values: &BTreeSet<SearchValue>) -> Vec<Posting> {
        let suspended = self.waits_for_blocking().then(blocking::suspended_posting);
        let due = self.waits_for_review().then(review::due_posting);
        let waits = suspended.into_iter().chain(due);
        let values = Content::postings_of(values).into_iter();
        waits.chain(values).take(MAX_POSTINGS).collect()
    }

    /// Back to being written; nothing the provider said before counts for what comes.
    fn forget_answers(&mut self) {
        self.state = ItemState::Derived;
        self.asked = None;
        self.consent = None;
        self.proposal = None;
        self.declined = None;
        self.refusal = None;
        self.returned = None;
    }

    fn refused(&mut self, refusal: Refusal) {
        self.state = ItemState::Refused;
        self.consent = None;
        self.proposal = None;
        self.refusal = Some(refusal);
    }
}
