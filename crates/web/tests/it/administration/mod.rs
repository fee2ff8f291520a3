//! The administration pages: directory, requests, ledger, rights, own account, explanations, sectors.

mod account;
mod directory;
mod ledger;
mod own;
mod reading;
mod requests;
pub(crate) mod sample;
mod webhooks;
