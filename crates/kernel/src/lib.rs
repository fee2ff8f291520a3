//! The few ideas everything rests on: typed ids, time and randomness as parameters, who acts,
//! markings, audience, and the ledger's forms. No I/O.

pub mod actor;
pub mod audience;
pub mod checkpoint;
pub mod clock;
pub mod event;
pub mod fold;
pub mod id;
pub mod marking;
pub mod matter;
pub mod merkle;
pub mod number;
pub mod reader;
pub mod role;
pub mod seal;

pub use actor::{Actor, Who};
pub use audience::{Audience, Clause, Term};
pub use clock::{Clock, FixedClock, Rng, SeededRng};
pub use event::{Event, Header, SealedEvent};
pub use id::{
    AccountId, AudienceId, EventId, GroupId, HandleId, Id, KeyId, MatterId, ObjectKey, PartyId,
};
pub use marking::{Pap, Tlp};
pub use matter::{Matter, Moment, Posting, Projection, Unfit};
pub use reader::Reader;
pub use role::Role;
