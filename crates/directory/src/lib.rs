//! Parties and their people, machines and groups; duties, requests and breaches; and the dated data
//! that law and time change. Each matter is a fold with pure commands; no I/O.
//!
//! A command takes the state, decides and gives a change, or a [`Refused`] that says why not. Whoever
//! stores the change raises the policy epoch when its `moves_epoch` says so.
#![forbid(unsafe_code)]

pub mod account;
pub mod breach;
pub mod catalogue;
pub mod cooperation;
pub mod dated;
pub mod group;
pub mod key;
pub mod party;
mod reader;
mod reading;
mod refused;
mod secret;
mod text;

pub use account::{Account, AccountChange, NewAccount, OidcIdentity, Passkey};
pub use breach::{Breach, BreachChange, BreachKind, Finding};
pub use catalogue::{Catalogue, CatalogueError};
pub use cooperation::{Asked, Cooperation, CooperationChange, Standing};
pub use dated::{Dated, Note, Span, Valid, day_of, start_of};
pub use group::{Group, GroupChange};
pub use key::{Key, KeyChange, KeyScope, Minted, TokenHash};
pub use party::{
    Cadence, Contact, Delegation, Description, DutyAcceptance, Membership, Notify, Party,
    PartyChange, PartyKind, PublicKey, PublicKeyKind, Registration,
};
pub use reader::reader;
pub use refused::{Refused, Why};
pub use secret::SealedBytes;
pub use text::{
    BadText, BodyCode, ClassCode, Code, Domain, DutyCode, Lang, Line, Login, MailAddress, Name2,
    Network, Paragraph, Phone, Reading, Scope, SectorCode,
};
