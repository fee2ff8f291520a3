//! The troubles that have a code.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Trouble;
use crate::source::FormKind;

/// A trouble by its code. `words` are those of the other side, of a parser or of the system, cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Known {
    /// Its name is not found.
    UnknownHost {
        /// The name.
        host: String,
        /// Why not.
        words: String,
    },
    /// Its name has no address.
    NoAddress,
    /// Its address leads into a private network.
    PrivateNetwork,
    /// Nobody takes the connection.
    NoConnection {
        /// Why not.
        words: String,
    },
    /// Its certificate is not believed.
    Certificate {
        /// What is wrong with it.
        fault: OfCertificate,
        /// The same in words.
        words: String,
    },
    /// No TLS comes about.
    Tls {
        /// Why not.
        words: String,
    },
    /// Its address is none of HTTPS.
    NotHttps,
    /// Its address cannot be asked.
    BadAddress {
        /// Why not.
        words: String,
    },
    /// No whole answer within a time.
    NoAnswer {
        /// The time, in seconds.
        seconds: u64,
    },
    /// The connection ended before the answer did.
    BrokeOff {
        /// How.
        words: String,
    },
    /// The answer is longer than is taken.
    TooLarge {
        /// Most bytes.
        most: u64,
    },
    /// It answered with a status that is not the one hoped for.
    Answered {
        /// The status of HTTP.
        status: u16,
        /// What it said beside.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        words: String,
    },
    /// It answered that it is elsewhere.
    Redirected {
        /// The status of HTTP.
        status: u16,
        /// Where to, when it says so.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        to: String,
    },
    /// The answer is packed, which was not asked for.
    Packed {
        /// How.
        how: String,
    },
    /// It did not come to its end within the time of a turn.
    OutOfTime {
        /// What did not.
        done: Done,
        /// The time, in seconds.
        seconds: u64,
    },
    /// What it answered is not what TAXII says.
    Unreadable {
        /// What it should be.
        what: Resource,
        /// Where it cannot be read: line from 1.
        line: u64,
        /// And column.
        column: u64,
        /// Why not.
        words: String,
    },
    /// A post is in a state that TAXII does not know.
    OddStatus {
        /// What it says.
        said: String,
    },
    /// The document is not written as was agreed.
    OtherForm {
        /// What was agreed.
        form: FormKind,
        /// What a parser says, with the place.
        words: String,
    },
    /// The document is a list of nothing that can be taken.
    NoList {
        /// What was agreed.
        form: FormKind,
        /// Entries that say no value.
        refused: u64,
        /// Entries that do.
        good: u64,
        /// Line of the first that does not.
        line: u64,
        /// Why it does not.
        why: String,
        /// What stands there.
        said: String,
    },
    /// The list is empty, and was not before.
    Emptied {
        /// What was agreed.
        form: FormKind,
        /// How many entries it had.
        before: u64,
    },
    /// It lists more documents or events than are taken.
    TooMany {
        /// What was agreed.
        form: FormKind,
        /// Most of them.
        most: u64,
    },
    /// None of a provider's distributions lists a document.
    NoDocuments {
        /// Why the first does not; nothing where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first: Option<Box<Trouble>>,
        /// Which that is.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        said: String,
    },
    /// More documents of a provider are not as they are listed than can be remembered.
    NotAsListed {
        /// Most of them.
        most: u64,
    },
    /// A document's signature does not hold.
    Signature {
        /// What is wrong with it.
        fault: OfSignature,
    },
    /// One event after the other did not come.
    Silent {
        /// How many.
        count: u64,
        /// The last of them.
        event: String,
        /// Why that did not come.
        last: Box<Trouble>,
    },
    /// An event is longer than was agreed.
    TooLargeAsAgreed {
        /// Most bytes.
        most: u64,
    },
    /// It says that there is more and sends nothing.
    MoreWithoutObjects,
    /// It says that there is more and not where it goes on.
    MoreWithoutNext,
    /// It does not say when the last object of a page was added.
    NoDateAdded,
    /// It says that an object was added at a time that is to come.
    DateAddedToCome {
        /// The time.
        at: String,
    },
    /// It does not let the hub write.
    MayNotWrite,
    /// It takes too little at a time.
    TakesLittle {
        /// Most bytes.
        most: u64,
    },
    /// The party behind it may not read the collection.
    PartyMayNotRead,
    /// It has not worked a post through in time.
    PostUnfinished,
    /// It does not know of a post that it accepted.
    PostUnknown,
    /// It refuses one object after the other.
    RefusesAll {
        /// How many.
        count: u64,
        /// Why the first.
        first: Box<Trouble>,
    },
    /// An object is longer than it takes.
    OverItsBound {
        /// Most bytes.
        most: u64,
    },
    /// It refused an object and says no reason.
    NoReason,
    /// What was handed over as a file is fetched from nowhere.
    NothingFetched,
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfCertificate {
    /// It is over.
    Expired,
    /// It does not hold yet.
    NotYetValid,
    /// It is another's.
    OtherName,
    /// Nobody whom the hub believes gave it.
    UnknownIssuer,
    /// Something else.
    Other,
}

/// What is wrong with the OpenPGP signature of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfSignature {
    /// It is over other bytes, or made by a key or at a time that does not hold.
    Wrong,
    /// None of the keys that the provider names made it.
    UnknownKey,
    /// It is no signature.
    Unreadable,
    /// The document stands alone, and nobody says which key signs it.
    NoKey,
}

impl OfSignature {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Wrong, Self::UnknownKey, Self::Unreadable, Self::NoKey];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::UnknownKey => "unknown_key",
            Self::Unreadable => "unreadable",
            Self::NoKey => "no_key",
        }
    }
}

/// What is done in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// Reading.
    Read,
    /// Sending.
    Sent,
}

/// What a TAXII server answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// What its API root is.
    ApiRoot,
    /// What its collection is.
    Collection,
    /// Objects.
    Envelope,
    /// How far a post has come.
    Status,
}

impl OfCertificate {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::OtherName => "other_name",
            Self::UnknownIssuer => "unknown_issuer",
            Self::Other => "other",
        }
    }
}

impl Done {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Sent => "sent",
        }
    }
}

/// In English.
impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownHost { host, words } => write!(f, "{host} cannot be found: {words}"),
            Self::NoAddress => f.write_str("the host has no address"),
            Self::PrivateNetwork => {
                f.write_str("the address leads into a private network, which is not called")
            }
            Self::NoConnection { words } => write!(f, "no connection: {words}"),
            Self::Certificate { words, .. } => {
                write!(f, "the server's certificate is not believed: {words}")
            }
            Self::Tls { words } => write!(f, "TLS failed: {words}"),
            Self::Signature { fault } => f.write_str(match fault {
                OfSignature::Wrong => "its signature is not one over these bytes by a key that held when it was made",
                OfSignature::UnknownKey => "its signature is by none of the keys that its provider names",
                OfSignature::Unreadable => "the file of its signature holds none",
                OfSignature::NoKey => "signatures are asked for, and the address is one document for which nobody names a key",
            }),
            Self::NotHttps => f.write_str("only https is called"),
            Self::BadAddress { words } => write!(f, "the address cannot be asked: {words}"),
            Self::NoAnswer { seconds } => write!(f, "no whole answer within {seconds} s"),
            Self::BrokeOff { words } => write!(f, "the answer broke off: {words}"),
            Self::TooLarge { most } => write!(f, "an answer is over {most} bytes"),
            Self::Answered { status, words } if words.is_empty() => {
                write!(f, "the server answered {status}")
            }
            Self::Answered { status, words } => write!(f, "the server answered {status}: {words}"),
            Self::Redirected { status, to } => {
                write!(
                    f,
                    "the server answered {status}: redirects are not followed"
                )?;
                match to.is_empty() {
                    true => Ok(()),
                    false => write!(f, "; this one leads to {to}"),
                }
            }
            Self::Packed { how } => write!(
                f,
                "the server sent its document packed ({how}), which was not asked for"
            ),
            Self::OutOfTime { done, seconds } => {
                let done = done.as_str();
                write!(f, "not {done} to its end within {seconds} s")
            }
            Self::Unreadable {
                what,
                line,
                column,
                words,
            } => {
                let place = format_args!("line {line} column {column}: {words}");
                match what {
                    Resource::Envelope => write!(f, "the server sent no envelope: {place}"),
                    Resource::ApiRoot => write!(f, "its API root cannot be read: {place}"),
                    Resource::Collection => write!(f, "its collection cannot be read: {place}"),
                    Resource::Status => write!(f, "its status of a post cannot be read: {place}"),
                }
            }
            Self::OddStatus { said } => write!(f, "its status of a post is `{said}`"),
            Self::OtherForm { form, words } => write!(f, "{}: {words}", cannot(*form)),
            Self::NoList {
                form,
                refused,
                good,
                line,
                why,
                said,
            } => write!(
                f,
                "{}: {refused} entries say no value that can be taken, {good} do; \
                 the first, {line}: {why}: {said}",
                cannot(*form)
            ),
            Self::Emptied { form, before } => write!(
                f,
                "{}: it is empty; it had {before} entries the last time",
                cannot(*form)
            ),
            Self::TooMany { form, most } => {
                let what = match form.lists_events() {
                    true => "events",
                    false => "documents",
                };
                write!(f, "{}: it lists more than {most} {what}", cannot(*form))
            }
            Self::NoDocuments { first, said } => {
                f.write_str("none of the provider's distributions lists a document")?;
                match first {
                    None => Ok(()),
                    Some(why) => write!(f, "; the first: {why}: {said}"),
                }
            }
            Self::NotAsListed { most } => write!(
                f,
                "more than {most} of its documents are not as they are listed"
            ),
            Self::Silent { count, event, last } => write!(
                f,
                "{count} events in a row did not come; the last, {event}: {last}"
            ),
            Self::TooLargeAsAgreed { most } => write!(
                f,
                "it is over {most} bytes, the most that is agreed (--most-bytes)"
            ),
            Self::MoreWithoutObjects => {
                f.write_str("the server says that there is more and sends nothing")
            }
            Self::MoreWithoutNext => {
                f.write_str("the server says that there is more and not where it goes on")
            }
            Self::NoDateAdded => f.write_str("the server does not tell X-TAXII-Date-Added-Last"),
            Self::DateAddedToCome { at } => write!(
                f,
                "the server says in X-TAXII-Date-Added-Last that an object was added on {at}, \
                 which is to come"
            ),
            Self::MayNotWrite => {
                f.write_str("the server does not let the hub write to the collection")
            }
            Self::TakesLittle { most } => write!(f, "the server takes {most} bytes at a time"),
            Self::PartyMayNotRead => {
                f.write_str("the party behind the peer may not read the collection")
            }
            Self::PostUnfinished => {
                f.write_str("the server has not worked a post through within an hour")
            }
            Self::PostUnknown => {
                f.write_str("the server does not know the status of a post that it accepted")
            }
            Self::RefusesAll { count, first } => write!(
                f,
                "the server refuses everything, {count} objects one by one: {first}"
            ),
            Self::OverItsBound { most } => {
                write!(f, "over the {most} bytes that the server takes")
            }
            Self::NoReason => f.write_str("the server says no reason"),
            Self::NothingFetched => f.write_str("a file is read without fetching anything"),
        }
    }
}

fn cannot(form: FormKind) -> String {
    format!("the document cannot be read as {}", form.as_str())
}
