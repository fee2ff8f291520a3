//! What leaves the hub: collections read over TAXII, feeds, deliveries by mail and webhook, and the
//! record of who received what.

mod feed;
mod fetched;
mod offered;
mod posted;
mod submitting;

pub use feed::{Feed, FeedItem, FeedObject};
pub use fetched::{FETCHED, FetchBook, FetchedDuty};
pub use offered::{Offered, Range};
pub use posted::{Posted, PostedObject, STATUS_HOURS};
