//! A report comes in: sealed, durable, then acknowledged with a receipt that can be proved.

use jiff::{SignedDuration, Timestamp};
use kaname_intake::submission::MAX_TITLE_CHARS;
use kaname_kernel::{
    Actor, EventId, HandleId, Id, Matter, MatterId, Pap, PartyId, Rng, Tlp, seal::SecretKey,
};
use kaname_policy::Action;
use kaname_sharing::{
    number,
    report::{Channel, Report, Submission, Technique, Urgency, Wishes},
    triage,
    value::Value,
    victim::{Harm, Victim, record_victim},
};
use kaname_store::Blob;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    caller::Caller,
    error::{Unit, WorldError},
    ledger::Proof,
    sealed::Link,
    world::World,
};

/// A report as it is handed in, whichever way it came.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// How it came.
    pub channel: Channel,
    /// Title, sealed.
    pub title: String,
    /// What the attacker did, sealed.
    pub technique: String,
    /// What was done to the victim, sealed, in a record of its own; empty for none.
    pub harm: Harm,
    /// Values the provider confirmed.
    pub values: Vec<Value>,
    /// Remarks on single values, sealed: value and remark.
    pub remarks: Vec<(String, String)>,
    /// How far it may go.
    pub tlp: Tlp,
    /// What may be done with it.
    pub pap: Pap,
    /// Whom to reach.
    pub wishes: Wishes,
    /// Sector code, when the provider lets it be known.
    pub sector: Option<String>,
    /// How soon somebody has to look.
    pub urgency: Urgency,
    /// When it was seen.
    pub seen: Option<Timestamp>,
    /// The original as it arrived (a bundle, mail, table), kept encrypted.
    pub original: Option<Attachment>,
    /// Samples, mails, captures, pictures: kept encrypted and inert.
    pub attachments: Vec<Attachment>,
}

/// A file that came with a report.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Name, already made safe (`kaname_intake::safe_file_name`).
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What the provider gets, once the report is durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Receipt number.
    pub number: String,
    /// The report.
    pub report: MatterId,
    /// The event that says it was submitted.
    pub event: EventId,
}

/// The caller's own key against doing it twice, and what was sent under it.
#[derive(Debug, Clone, Copy)]
pub struct Once<'o> {
    /// The key, 1 to 200 bytes.
    pub key: &'o str,
    /// The request as it came, byte for byte; another one under the same key is refused. Empty where the
    /// key itself stands for what was sent.
    pub sent: &'o [u8],
}

/// What is kept of a report under the key of its request.
#[derive(Serialize, Deserialize)]
struct Kept {
    number: String,
    report: MatterId,
    /// Keyed tag of what was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<String>,
}

/// How often a number is drawn before giving up.
const DRAWS: usize = 32;

impl World {
    /// Takes a report in. `once` is the caller's own key against doing it twice: the same request under the
    /// same key again gives the same receipt, and another request is refused.
    pub async fn submit(
        &self,
        caller: &Caller,
        new: NewReport,
        once: Option<Once<'_>>,
    ) -> Result<Receipt, WorldError> {
        let action = match new.channel {
            Channel::Taxii | Channel::Misp => Action::TaxiiPost,
            _ => Action::SubmissionSubmit,
        };
        self.allow_any(caller, action)?;
        let party = caller.party_id()?;
        self.check_submission(&new)?;
        self.count_submission(party).await?;
        let (handle, link) = self
            .seal_link(&Link {
                party,
                report: None,
                item: None,
            })
            .await?;
        // The name of the one who submits is sealed with the rest.
        let actor = Actor::sealed(handle);
        let mut work = self.work(&actor);
        work.sealed(link);
        if let Some(seen) = new.seen {
            work.occurred(coarse_hour(seen), 3_600);
        }
        let id: MatterId = Id::fresh(self.clock(), self.rng());
        let (blobs, names) = self.blobs(id, handle, &new)?;
        let content = Technique {
            title: new.title.trim().to_owned(),
            text: new.technique.trim().to_owned(),
            remarks: new.remarks,
            seen: new.seen,
            attachments: names,
            blobs: blobs.iter().map(|blob| blob.id).collect(),
        };
        let submission = Submission {
            receipt: self
                .free_number(number::RECEIPT_SPACE, number::receipt)
                .await?,
            handle,
            content: self.seal_content(handle, &content)?,
            channel: new.channel,
            values: new.values,
            tlp: new.tlp,
            pap: new.pap,
            wishes: new.wishes,
            sector: new.sector,
            urgency: new.urgency,
            attachments: u32::try_from(new.attachments.len()).unwrap_or(u32::MAX),
            seen: new.seen,
        };
        let changes = triage::submit(submission)?;
        let mut changes = changes.into_iter();
        let first = changes.next().ok_or(WorldError::NotFound("event"))?;
        let mut report = work.begin::<Report>(id, first)?;
        work.apply(&mut report, changes)?;
        for blob in blobs {
            work.blob(blob);
        }
        if !new.harm.text.trim().is_empty() {
            let content = self.seal_content(handle, &new.harm)?;
            let id_of_victim = Id::fresh(self.clock(), self.rng());
            for recorded in record_victim(id, handle, content)? {
                work.begin::<Victim>(id_of_victim, recorded)?;
            }
        }
        work.notice(Report::KIND, Some(id));
        let number = report.state.submission.receipt.clone();
        let mut sent = None;
        if let Some(once) = once {
            let key = self.once_key(caller, "submit", once.key)?;
            sent = Some(self.sent_tag(&key, once.sent));
            let kept = Kept {
                number: number.clone(),
                report: id,
                sent: sent.clone(),
            };
            let answer = serde_json::to_value(kept).map_err(WorldError::encoding)?;
            work.once(key, answer);
        }
        let done = match work.commit().await {
            Ok(done) => done,
            Err(WorldError::Repeated(answer)) => return self.same_receipt(answer, sent).await,
            Err(error) => return Err(error),
        };
        let event = done.events.first().copied();
        let event = event.ok_or(WorldError::NotFound("event"))?;
        Ok(Receipt {
            number,
            report: id,
            event,
        })
    }

    /// A number that leads nowhere yet. Two that draw the same at the same moment are told apart by the
    /// commit, which refuses the second.
    pub(super) async fn free_number(
        &self,
        space: &str,
        draw: impl Fn(Timestamp, &dyn Rng) -> String,
    ) -> Result<String, WorldError> {
        for _ in 0..DRAWS {
            let number = draw(self.now(), self.rng());
            let taken = self.store().lookup(space, &number).await?;
            if taken.is_none() {
                return Ok(number);
            }
        }
        Err(WorldError::Taken {
            space: space.to_owned(),
            key: "every number drawn".to_owned(),
        })
    }

    async fn same_receipt(
        &self,
        answer: serde_json::Value,
        sent: Option<String>,
    ) -> Result<Receipt, WorldError> {
        let kept: Kept = serde_json::from_value(answer).map_err(WorldError::encoding)?;
        if kept.sent.is_some() && kept.sent != sent {
            return Err(WorldError::refused(
                "error-idempotency-used",
                "another request was carried out under this key; nothing was handed in",
            ));
        }
        let history = self.store().history(kept.report).await?;
        let first = history.first().ok_or(WorldError::NotFound("report"))?;
        Ok(Receipt {
            number: kept.number,
            report: kept.report,
            event: first.event.header.id,
        })
    }

    /// Proves that a receipt's event stands in the ledger, to whoever holds the receipt number.
    pub async fn prove_receipt(&self, receipt: &str) -> Result<Proof, WorldError> {
        let key = number::normalise(receipt);
        let report = self.store().lookup("receipt", &key).await?;
        let report = report.ok_or(WorldError::NotFound("receipt"))?;
        let history = self.store().history(report).await?;
        let first = history.first().ok_or(WorldError::NotFound("receipt"))?;
        self.prove(first.event.header.id).await
    }

    /// Counts what a party hands in, in whole hours.
    pub(crate) async fn count_submission(&self, party: PartyId) -> Result<(), WorldError> {
        let most = self.settings().max_submissions_per_hour;
        self.count_hourly("submissions", party, most).await
    }

    /// Counts what a party does in a whole hour, and refuses what is over `most`. The count stands under a keyed
    /// tag: a copy of the database does not tell who is busy.
    pub(crate) async fn count_hourly(
        &self,
        space: &str,
        party: PartyId,
        most: u64,
    ) -> Result<(), WorldError> {
        let now = self.now();
        let hour = now.as_second().div_euclid(3_600);
        let tag = self.keys().token.derive(space).tag(party.bytes());
        let key = format!("{}/{hour}", hex::encode(tag));
        let left = (hour + 1) * 3_600 - now.as_second();
        let until = now + SignedDuration::from_secs(left.max(1));
        let count = self.store().kv_count(space, &key, now, until).await?;
        if count > most {
            return Err(WorldError::TooMany(left.max(1).unsigned_abs()));
        }
        Ok(())
    }

    fn check_submission(&self, new: &NewReport) -> Result<(), WorldError> {
        let limits = self.settings().limits;
        let within = |field: &str, actual: usize, limit: usize, unit: Unit| {
            if actual > limit {
                return Err(WorldError::too_large(field, actual, limit, unit));
            }
            Ok(())
        };
        let title = title_within(&new.title)?;
        if title.is_empty() {
            return Err(WorldError::invalid(
                "title",
                "error-empty",
                "a title is needed",
            ));
        }
        let most = limits.max_text_bytes;
        within("technique", new.technique.len(), most, Unit::Bytes)?;
        within("victim", new.harm.text.len(), most, Unit::Bytes)?;
        let (count, most) = (new.attachments.len(), limits.max_attachments);
        within("attachments", count, most, Unit::Pieces)?;
        within("values", new.values.len(), limits.max_values, Unit::Pieces)?;
        let most = limits.max_attachment_bytes;
        for file in &new.attachments {
            within("attachments", file.bytes.len(), most, Unit::Bytes)?;
        }
        // What the report was read from: each way has a bound of its own within that of a request.
        if let Some(original) = &new.original {
            let most = limits.max_body_bytes;
            within("file", original.bytes.len(), most, Unit::Bytes)?;
        }
        if new.values.is_empty() && new.technique.trim().is_empty() {
            return Err(WorldError::invalid(
                "technique",
                "error-empty",
                "a description or at least one value is needed",
            ));
        }
        if let Some(sector) = &new.sector
            && !self.knows_sector(sector)
        {
            return Err(WorldError::invalid(
                "sector",
                "error-unknown-sector",
                "not a sector in force today",
            ));
        }
        Ok(())
    }

    fn knows_sector(&self, code: &str) -> bool {
        code.parse()
            .is_ok_and(|code| self.catalogue().knows_sector(&code))
    }

    /// The original and the attachments, each under a key of its own that only the seal key opens.
    fn blobs(
        &self,
        matter: MatterId,
        handle: HandleId,
        new: &NewReport,
    ) -> Result<(Vec<Blob>, Vec<String>), WorldError> {
        let files = new.original.iter().chain(&new.attachments);
        let mut blobs = Vec::new();
        let mut names = Vec::new();
        for file in files {
            let id: MatterId = Id::random(self.rng());
            let key = SecretKey::generate(self.rng());
            let cipher = key.seal(self.rng(), id.bytes(), &file.bytes);
            blobs.push(Blob {
                id,
                matter,
                sha256: Sha256::digest(&cipher).into(),
                wrapped_key: self.wrap_blob_key(handle, id, &key),
                cipher,
            });
            names.push(file.name.clone());
        }
        Ok((blobs, names))
    }

    /// What is kept of a request to know it again: bound to its key, and of no use to who reads a copy of the
    /// database and guesses what was sent.
    pub(crate) fn sent_tag(&self, key: &str, sent: &[u8]) -> String {
        let mut text = Sha256::digest(sent).to_vec();
        text.extend(key.as_bytes());
        hex::encode(self.keys().token.derive("once").tag(&text))
    }

    /// A key against doing it twice that says nothing about who asked.
    pub(crate) fn once_key(
        &self,
        caller: &Caller,
        what: &str,
        given: &str,
    ) -> Result<String, WorldError> {
        if given.is_empty() || given.len() > 200 {
            return Err(WorldError::invalid(
                "idempotency-key",
                "error-idempotency-key",
                "1 to 200 bytes are expected",
            ));
        }
        let party = caller.party_id()?;
        let text = format!("{party} {what} {given}");
        let tag = self.keys().token.derive("once").tag(text.as_bytes());
        Ok(format!("{what}/{}", hex::encode(tag)))
    }
}

/// A title as it is kept, within its bound.
///
/// # Errors
/// When it is too long.
pub fn title_within(title: &str) -> Result<&str, WorldError> {
    let title = title.trim();
    let chars = title.chars().count();
    if chars > MAX_TITLE_CHARS {
        return Err(WorldError::too_large(
            "title",
            chars,
            MAX_TITLE_CHARS,
            Unit::Characters,
        ));
    }
    Ok(title)
}

/// What the ledger says of the time an attack was seen: its hour.
fn coarse_hour(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(3_600) * 3_600).unwrap_or(at)
}
