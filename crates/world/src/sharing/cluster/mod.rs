//! Which reports belong together: proposed, taken together as campaigns, or set aside. The hub compares values and
//! texts in memory; what an officer is told of it before an opening is how much is shared and how rare it is, never
//! what (`docs/decisions/0019`, `0028`).

mod campaign;
mod compared;
mod evidence;
mod proposed;
mod told;

pub use self::campaign::{CampaignView, NewCampaign, OffCampaign};
pub(crate) use self::compared::Compared;
pub use self::evidence::Evidence;
pub use self::proposed::{Proposed, Together};
pub use self::told::{campaign_told, dismissal_told, line_told, proposal_told};
