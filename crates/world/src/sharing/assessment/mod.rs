//! Assessments: written in versions by analysts, looked through by another person, put out as items by the way that
//! all items take (`docs/decisions/0029`).

mod cite;
mod out;
mod told;
mod waiting;
mod write;

pub use self::cite::{Evident, Seen};
pub use self::out::{Narrow, OutCheck, Stricter};
pub use self::told::{assessment_line, assessment_told};
pub use self::waiting::AssessmentsWaiting;
pub use self::write::{AssessmentView, Version};
