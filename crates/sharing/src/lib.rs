//! The main job of a sharing hub: a provider's report, what may be shared of it, the provider's
//! consent to exact bytes, release by a second officer, outlets and feedback. Commands are pure: they
//! look at a matter's state and give the changes that follow, or say why not.
//!
//! A report and the items derived from it are matters without a link: each carries a random handle,
//! and which handle stands for whom, and what came from what, is known to the sealed store only.
#![forbid(unsafe_code)]

mod agreed;
pub mod assessment;
pub mod blocking;
pub mod campaign;
mod canonical;
pub mod checklist;
pub mod cluster;
pub mod collection;
pub mod consenting;
pub mod content;
pub mod decay;
pub mod delivery;
pub mod derive;
pub mod deriving;
pub mod evidence;
pub mod feedback;
pub mod find;
pub mod funnel;
pub mod item;
pub mod manifest;
pub mod marking;
pub mod neutral;
pub mod number;
pub mod peer;
pub mod refused;
pub mod releasing;
pub mod rendition;
pub mod report;
pub mod review;
pub mod row;
pub mod sealed;
pub mod source;
mod special;
pub mod taxii;
pub mod text;
pub mod told;
pub mod triage;
pub mod turn;
pub mod value;
pub mod victim;
pub mod warninglist;
pub mod webhook;

pub use assessment::Assessment;
pub use campaign::Campaign;
pub use collection::Collection;
pub use content::{Content, ItemKind, Outlet};
pub use delivery::Delivery;
pub use evidence::Evidence;
pub use feedback::Feedback;
pub use item::{Item, ItemChange, ItemState};
pub use manifest::{Manifest, ManifestHash};
pub use refused::Refused;
pub use report::{Report, ReportChange, ReportState};
pub use sealed::Sealed;
pub use text::Text;
pub use told::Told;
pub use value::Value;
pub use victim::Victim;
pub use webhook::Webhook;
