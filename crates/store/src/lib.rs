//! What a world's store must do. Stores know matters, records, audiences and bulk objects, never what
//! a report or a party is: what they keep in the clear is computed by the fold that owns it.

pub mod change;
pub mod check;
#[cfg(feature = "contract")]
pub mod contract;
pub mod digest;
pub mod find;
pub mod jobs;
pub mod merge;
pub mod port;
pub mod query;
pub mod stored;
pub mod tiles;
pub mod trouble;

pub use change::{
    Append, Blob, Commit, Committed, NewJob, NewObject, Notice, PlacedObject, Posting, Record,
    Removed, SealedLink,
};
pub use find::{Carriers, FindObjects, FoundObjects, Spread};
pub use jobs::{Job, JobOutcome};
pub use merge::{Bounds, Merge};
pub use port::{Batches, Commits, ObjectBytes, Rows, Store, StoreError};
pub use query::{
    Cursor, ListQuery, MOST_CARRIERS, ObjectFilter, ObjectPage, ObjectRow, Page, Search, Sight,
    Sort, StoredObject, Versions,
};
pub use stored::{StoredBlob, StoredCheckpoint, StoredEvent, StoredNotice, StoredRecord};
pub use trouble::{Trouble, Writing};
