//! A commit made ready by the caller, so that the one writer has only rows to write: hashes, folded
//! text and JSON are computed here, outside its thread.

use kaname_kernel::{Posting, SealedEvent, fold::index_text, merkle::Hash};
use kaname_store::{Commit, NewJob, NewObject, Record, StoreError, check};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{Fault, Outcome, corrupt};

pub(crate) struct PreparedCommit {
    pub(crate) appends: Vec<PreparedAppend>,
    pub(crate) objects: Vec<PreparedObject>,
    pub(crate) jobs: Vec<PreparedJob>,
    pub(crate) answer: Option<(String, String)>,
    /// The parts that need no work.
    pub(crate) rest: Commit,
}

pub(crate) struct PreparedAppend {
    pub(crate) record: PreparedRecord,
    pub(crate) events: Vec<(SealedEvent, Hash)>,
}

pub(crate) struct PreparedRecord {
    pub(crate) record: Record,
    pub(crate) keys: String,
    pub(crate) body: String,
    pub(crate) index: String,
}

pub(crate) struct PreparedObject {
    pub(crate) object: NewObject,
    pub(crate) links: Option<String>,
    pub(crate) index: String,
}

pub(crate) struct PreparedJob {
    pub(crate) job: NewJob,
    pub(crate) payload: String,
}

/// Keys of a record as kept in its row.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Keys {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) postings: Vec<Posting>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lookups: Vec<(String, String)>,
}

/// What an object's row says stands in other tables.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Links {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<Posting>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) refs: Vec<String>,
}

impl PreparedCommit {
    pub(crate) fn new(mut change: Commit) -> Result<Self, StoreError> {
        check::commit(&change)?;
        let doing = "preparing a commit";
        let prepare = |change: &mut Commit| -> Outcome<_> {
            let mut appends = Vec::with_capacity(change.appends.len());
            for append in std::mem::take(&mut change.appends) {
                let hashed = |event: SealedEvent| {
                    let leaf = event.leaf_hash();
                    (event, leaf)
                };
                appends.push(PreparedAppend {
                    record: PreparedRecord::new(append.record)?,
                    events: append.events.into_iter().map(hashed).collect(),
                });
            }
            let mut objects = Vec::with_capacity(change.objects.len());
            for object in std::mem::take(&mut change.objects) {
                objects.push(PreparedObject::new(object)?);
            }
            let mut jobs = Vec::with_capacity(change.jobs.len());
            for job in std::mem::take(&mut change.jobs) {
                jobs.push(PreparedJob::new(job));
            }
            Ok((appends, objects, jobs))
        };
        let (appends, objects, jobs) =
            prepare(&mut change).map_err(|fault: Fault| fault.doing(doing))?;
        let answer = change.idempotency.take();
        Ok(Self {
            appends,
            objects,
            jobs,
            answer: answer.map(|(key, answer)| (key, answer.to_string())),
            rest: change,
        })
    }
}

impl PreparedRecord {
    pub(crate) fn new(record: Record) -> Outcome<Self> {
        let keys = Keys {
            postings: record.postings.clone(),
            lookups: record.lookups.clone(),
        };
        Ok(Self {
            keys: serde_json::to_string(&keys).map_err(|e| corrupt("record keys", e))?,
            body: record.body.to_string(),
            index: index_text(&record.text),
            record,
        })
    }
}

impl PreparedObject {
    pub(crate) fn new(mut object: NewObject) -> Outcome<Self> {
        let links = Links {
            values: std::mem::take(&mut object.postings),
            refs: std::mem::take(&mut object.refs),
        };
        let empty = links.values.is_empty() && links.refs.is_empty();
        let form = serde_json::to_string(&links).map_err(|e| corrupt("object links", e))?;
        (object.postings, object.refs) = (links.values, links.refs);
        Ok(Self {
            links: (!empty).then_some(form),
            index: index_text(&std::mem::take(&mut object.text)),
            object,
        })
    }
}

impl PreparedJob {
    pub(crate) fn new(job: NewJob) -> Self {
        let payload = job.payload.to_string();
        let job = NewJob {
            payload: Value::Null,
            ..job
        };
        Self { job, payload }
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
