//! STIX 2.1 without I/O: reading what arrives within bounds, checking it,
//! deterministic ids, TLP markings, authoring what the hub releases, and
//! finding a provider's traces in it.
//!
//! Objects stay in their original bytes ([`bundle`]); beside them stands a thin
//! [`Head`]. What is wrong with an object is data ([`check`]), not an exception.
//! The crate knows no clock, no randomness and no disk: ids and times come from
//! the caller.
#![forbid(unsafe_code)]

pub mod author;
mod bundle;
mod canonical;
mod check;
mod diff;
mod draft;
mod error;
pub mod fuzzy_hash;
mod galaxy;
mod head;
mod id;
mod marking;
pub mod pattern;
pub mod redact;
mod rules;
mod scan;
mod split;
pub mod time;
mod upgrade;
mod upgraded;
mod value;
mod walk;

pub use bundle::{Bundle, Container, bundle, object};
pub use canonical::{SCO_NAMESPACE, canonical_json, sco_id};
pub use check::document::{Judged, Located, Verdict, check_document, check_objects};
pub use check::set::{Member, SetFinding, SetReport, check_set};
pub use check::{Finding, Level, RULES, Severity, check, has_errors, is_uri};
pub use diff::{Change, Changed, Diff, Differences, compare, diff, differences, newest_of};
pub use error::{Limits, StixError};
pub use galaxy::{Galaxies, Knowledge};
pub use head::{Head, Reference, SpecVersion, head};
pub use id::{Class, ObjectId, class_of, is_type_name};
pub use marking::{TlpMark, tlp_marking_id, tlp_object, tlp_of, tlp1_marking_id};
pub use pattern::{pattern_for, pattern_of, pattern_values};
pub use split::{Objects, Split, SplitError};
pub use time::{Coarse, Stamp, coarsen};
pub use upgrade::{Upgraded, upgrade};
pub use upgraded::{UpgradedBundle, Upgrading, upgrade_bundle, upgraded_id};
pub use value::{SearchValue, ValueKind};
