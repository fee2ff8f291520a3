//! What is compared of each report, kept in memory, and what came of comparing all.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::SignedDuration;
use kaname_intake::submission::GroupKey;
use kaname_kernel::{AccountId, HandleId, Matter as _, MatterId, PartyId, Posting};
use kaname_policy::Action;
use kaname_sharing::{
    Report, Value,
    cluster::{Fold, Folded, Known, Link, Subject},
    report::{Closing, Technique},
};
use kaname_store::ListQuery;

use crate::{caller::Caller, error::WorldError, sharing::Warnings, work::Loaded, world::World};

/// Reports that came within so many days are compared.
const COMPARED_DAYS: i64 = 180;
/// Most reports that are compared, the newest first.
const MOST_REPORTS: u32 = 5_000;
/// Reports read at once.
const READ: u32 = 1_000;
/// Most values whose rarity is asked for, those in the most reports first.
const MOST_ASKED: usize = 10_000;
/// Values asked for at once.
const ASKED: usize = 200;

/// What came of comparing all reports that a caller may see.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(super) folds: Vec<Fold>,
    pub(super) links: Vec<Link>,
}

impl Found {
    /// Whether the report was compared.
    pub(super) fn fold_of(&self, report: MatterId) -> Option<&Fold> {
        self.folds
            .iter()
            .find(|fold| fold.reports.contains(&report))
    }
}

/// For whom, and as of when.
#[derive(Debug, Clone, PartialEq, Eq)]
struct As {
    size: u64,
    account: Option<AccountId>,
    party: Option<PartyId>,
}

#[derive(Debug, Default)]
struct Held {
    /// Mark of the warninglists that the subjects were made with.
    warned: u64,
    subjects: HashMap<MatterId, Arc<Subject>>,
    last: Option<(As, Arc<Found>)>,
}

/// What was made before. In memory only: sketches of sealed texts are written nowhere.
#[derive(Debug, Default)]
pub(crate) struct Compared(Mutex<Held>);

impl Compared {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    /// What came of comparing the reports that the caller may see. Callers have checked the right.
    pub(super) async fn compared(&self, caller: &Caller) -> Result<Arc<Found>, WorldError> {
        let now = As {
            size: self.store().ledger_size().await?,
            account: caller.account_id().ok(),
            party: caller.party_id().ok(),
        };
        if let Some((then, found)) = &self.compared.held().last
            && *then == now
        {
            return Ok(Arc::clone(found));
        }
        let subjects = self.subjects(caller).await?;
        let folded = Folded::of(subjects.iter().map(AsRef::as_ref));
        let asked = folded.asked(MOST_ASKED);
        let known = self.met(caller, asked).await?;
        let found = Arc::new(Found {
            links: folded.links(&known),
            folds: folded.folds().collect(),
        });
        self.compared.held().last = Some((now, Arc::clone(&found)));
        Ok(found)
    }

    async fn subjects(&self, caller: &Caller) -> Result<Vec<Arc<Subject>>, WorldError> {
        let warnings = self.warnings(&Caller::system("compare")).await?;
        let own = self.handles_of_own(caller).await?;
        let mut query = self.query::<Report>(caller).await?;
        query.since = Some(self.now() - SignedDuration::from_hours(24 * COMPARED_DAYS));
        query.limit = READ;
        let mut subjects = Vec::new();
        while subjects.len() < MOST_REPORTS as usize {
            let page = self.list::<Report>(&query).await?;
            for report in page.rows {
                let is_own = own.contains(&report.state.submission.handle);
                if !is_own && is_compared(&report.state) {
                    subjects.push(self.subject(&report, &warnings)?);
                }
            }
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        subjects.truncate(MOST_REPORTS as usize);
        let there: HashSet<MatterId> = subjects.iter().map(|one| one.report).collect();
        let mut held = self.compared.held();
        held.subjects.retain(|report, _| there.contains(report));
        Ok(subjects)
    }

    /// The handles of the parties that the caller acts for: nobody handles what the own party handed in.
    pub(super) async fn handles_of_own(
        &self,
        caller: &Caller,
    ) -> Result<HashSet<HandleId>, WorldError> {
        let acted_for = caller.party.as_ref().map(|party| party.id.cast());
        let own = caller.account.as_ref().map(|account| account.state.party);
        let mut handles = HashSet::new();
        for party in acted_for.into_iter().chain(own) {
            handles.extend(self.handles_of(party).await?);
        }
        Ok(handles)
    }

    /// What of a report is compared. Its sealed part is opened by the program, and nobody sees it; what a report says
    /// does not change after it was handed in.
    fn subject(
        &self,
        report: &Loaded<Report>,
        warnings: &Warnings,
    ) -> Result<Arc<Subject>, WorldError> {
        let mut held = self.compared.held();
        if held.warned != warnings.mark() {
            held.subjects.clear();
            held.warned = warnings.mark();
        }
        if let Some(subject) = held.subjects.get(&report.id) {
            return Ok(Arc::clone(subject));
        }
        let submission = &report.state.submission;
        let said: Technique = self.open_content(submission.handle, &submission.content)?;
        let text = format!("{}\n{}", said.title, said.text);
        let subject = Arc::new(Subject::new(
            report.id,
            &submission.values,
            &text,
            |kind, value| !warnings.of(kind, value).is_empty(),
        ));
        held.subjects.insert(report.id, Arc::clone(&subject));
        Ok(subject)
    }

    /// How often values are met among the objects that the caller may see.
    async fn met(&self, caller: &Caller, keys: Vec<GroupKey>) -> Result<Known, WorldError> {
        let readable = self.readable(caller).await?;
        let mut carriers = BTreeMap::new();
        for some in keys.chunks(ASKED) {
            let values: Vec<Posting> = some
                .iter()
                .map(|(kind, value)| {
                    let value = value.clone();
                    Value { kind: *kind, value }.posting()
                })
                .collect();
            let found = self.store().carriers(&values, &readable, &[]).await?;
            for (key, who) in some.iter().zip(found) {
                if who.objects > 0 {
                    carriers.insert(key.clone(), who.objects);
                }
            }
        }
        Ok(Known {
            total: self.objects_within(&readable).await?,
            carriers,
        })
    }

    /// Reports by their ids, as far as the caller may see them, oldest first.
    pub async fn reports_named(
        &self,
        caller: &Caller,
        ids: impl IntoIterator<Item = &MatterId>,
    ) -> Result<Vec<Loaded<Report>>, WorldError> {
        self.allow_any(caller, Action::TriageList)?;
        self.reports_of(caller, ids).await
    }

    pub(super) async fn reports_of(
        &self,
        caller: &Caller,
        ids: impl IntoIterator<Item = &MatterId>,
    ) -> Result<Vec<Loaded<Report>>, WorldError> {
        let ids: Vec<MatterId> = ids.into_iter().copied().collect();
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(READ as usize) {
            let mut query = ListQuery::of(Report::KIND, self.readable(caller).await?);
            query.among = Some(some.to_vec());
            query.limit = READ;
            found.extend(self.list::<Report>(&query).await?.rows);
        }
        self.show_derived(caller, &mut found, false).await?;
        found.sort_by_key(|report| (report.state.received, report.id));
        Ok(found)
    }
}

/// What was taken back, or nothing could be done with, speaks for nothing.
fn is_compared(report: &Report) -> bool {
    !matches!(
        report.closing,
        Some(Closing::Withdrawn | Closing::NotActionable { .. })
    )
}
