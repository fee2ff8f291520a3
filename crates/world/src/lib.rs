//! A world: a store with its keys, clock and doors, and every operation people and machines may ask
//! of it. Pages, the API, TAXII and the command line all call these operations; none has a second way.

pub mod ambient;
mod caller;
pub mod directory;
pub mod doors;
mod error;
pub mod find;
mod kept;
mod key_marks;
mod keys;
mod ledger;
mod limits;
pub mod misp;
pub mod once;
pub mod openpgp;
mod outbox;
pub mod outlet;
mod read;
mod rebuild;
pub mod redact;
mod sealed;
mod settings;
pub mod sharing;
mod sight;
pub mod sign_in;
pub mod source;
pub mod taxii;
mod turn;
mod typed;
pub mod verify;
mod work;
pub mod worker;
mod world;

pub use caller::{Caller, FRESH_MINUTES};
pub use error::{Unit, WorldError};
pub use keys::{KeyError, Keys};
pub use ledger::{OPENINGS_OF, Opened, Proof, SEALED_BYTES, Written};
pub use limits::Limits;
pub use read::Listed;
pub use rebuild::Rebuilt;
pub use sealed::Link;
pub use settings::Settings;
pub use sight::Readable;
pub use turn::TurnBounds;
pub use work::{Done, Loaded, Work};
pub use world::{ClockDoubt, News, World};
