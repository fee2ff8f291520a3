//! Operations of sharing, one file per step of the way: submit → triage → derive → consent → release
//! → library and outlets → feedback.

mod abandoned;
pub mod assessment;
mod attachment;
mod checklist;
mod claim;
pub mod cluster;
mod collection;
mod consent;
mod derive;
mod feedback;
#[cfg(feature = "fixture")]
mod fixture;
mod fresh;
mod funnel;
mod harm;
mod import;
pub mod library;
mod object;
mod provider;
mod reach;
pub mod read_in;
mod record;
pub mod release;
mod review;
pub mod settle;
mod similar;
pub mod submit;
mod sweep;
mod take_over;
mod telling;
pub mod triage;
mod waiting;
mod warninglist;

pub use abandoned::Abandoned;
pub use assessment::{
    AssessmentView, AssessmentsWaiting, Evident, Narrow, OutCheck, Seen, Stricter, Version,
};
pub use checklist::Checklist;
pub(crate) use claim::Claimed;
pub(crate) use cluster::Compared;
pub use cluster::{CampaignView, Evidence, NewCampaign, OffCampaign, Proposed, Together};
pub(crate) use collection::standing_in;
pub use consent::ProviderWords;
pub use derive::{ItemDraft, NewItem};
pub(crate) use import::{
    audiences::{Audiences, Shown, ends, is_statement, marks},
    groups::{AgreedGroups, Defined},
    imported_in, leaf_of,
    noted::{Kinds, short},
};
pub(crate) use object::{Standing, key_of, object_of};
pub(crate) use release::released_in;

pub use fresh::ListedByAge;
pub use import::{Gone, Import, ImportChange, ImportObjects, Imported, Rejected};
pub use reach::{Addressed, Reached};
pub use read_in::{Columns, Draft, Terms};
pub use record::ShownRecord;
pub use review::ForReview;
pub use similar::Similar;
pub use submit::{Attachment, NewReport, Once, Receipt, title_within};
pub use telling::Telling;
pub use triage::{Original, ReportView};
pub(crate) use warninglist::Warned;
pub use warninglist::{Brought, Warnings};
