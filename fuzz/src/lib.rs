//! Fuzz targets for every parser of what arrives from outside.
//!
//! A target is a plain function over bytes: it must not panic, and asserts what must hold for every
//! input (a span points to its text, what is the provider's own never comes out, reading a
//! canonical value changes nothing). The driver (`cargo run -p kaname-fuzz`) mutates seeds with a
//! seeded generator on stable Rust. A libFuzzer harness, where one has a nightly compiler, is one
//! line: `fuzz_target!(|data: &[u8]| kaname_fuzz::target("mail").unwrap()(data))`.

#![forbid(unsafe_code)]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a fuzz target says by panicking what it met"
)]

mod intake;
mod kernel;
mod misp;
mod mutate;
mod openpgp;
mod seeds;
mod severity;
mod sharing;
mod sign_in;
mod stix;
mod web;

pub use mutate::{Mutator, Numbers};

/// A parser under test.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// Reads an input; panics when it finds a fault.
    pub run: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: &'static [&'static [u8]],
    /// Longest input that is made, in bytes.
    pub longest: usize,
}

/// Every target, in order of the crates.
pub const TARGETS: &[Target] = &[
    Target {
        name: "checkpoint",
        run: kernel::checkpoint,
        seeds: seeds::CHECKPOINT,
        longest: 4 << 10,
    },
    Target {
        name: "kernel-words",
        run: kernel::words,
        seeds: seeds::WORDS,
        longest: 256,
    },
    Target {
        name: "proof",
        run: kernel::proof,
        seeds: seeds::PROOF,
        longest: 4 << 10,
    },
    Target {
        name: "fold",
        run: kernel::fold,
        seeds: seeds::TEXT,
        longest: 4 << 10,
    },
    Target {
        name: "stix-bundle",
        run: stix::bundle,
        seeds: seeds::STIX,
        longest: 16 << 10,
    },
    Target {
        name: "fuzzy-hash",
        run: stix::fuzzy_hash,
        seeds: seeds::FUZZY_HASH,
        longest: 512,
    },
    Target {
        name: "stix-check",
        run: stix::check,
        seeds: seeds::STIX,
        longest: 16 << 10,
    },
    Target {
        name: "stix-pattern",
        run: stix::pattern,
        seeds: seeds::PATTERN,
        longest: 4 << 10,
    },
    Target {
        name: "foreign",
        run: intake::foreign,
        seeds: seeds::FOREIGN,
        longest: 8 << 10,
    },
    Target {
        name: "csaf-provider",
        run: intake::csaf_provider,
        seeds: seeds::PROVIDER,
        longest: 4 << 10,
    },
    Target {
        name: "stix-match",
        run: stix::matching,
        seeds: seeds::MATCH,
        longest: 2 << 10,
    },
    Target {
        name: "stix-traces",
        run: stix::traces,
        seeds: seeds::STIX,
        longest: 8 << 10,
    },
    Target {
        name: "stix-words",
        run: stix::words,
        seeds: seeds::WORDS,
        longest: 256,
    },
    Target {
        name: "misp-event",
        run: misp::event,
        seeds: seeds::MISP,
        longest: 16 << 10,
    },
    Target {
        name: "misp-bundle",
        run: misp::bundle,
        seeds: seeds::STIX,
        longest: 16 << 10,
    },
    Target {
        name: "misp-feed",
        run: misp::feed,
        seeds: seeds::FEED,
        longest: 4 << 10,
    },
    Target {
        name: "misp-ask",
        run: misp::ask,
        seeds: seeds::ASK,
        longest: 4 << 10,
    },
    Target {
        name: "listed",
        run: intake::listed,
        seeds: seeds::LISTED,
        longest: 8 << 10,
    },
    Target {
        name: "layout",
        run: intake::layout,
        seeds: seeds::LAYOUT,
        longest: 8 << 10,
    },
    Target {
        name: "warninglist",
        run: intake::warninglist,
        seeds: seeds::WARNINGLIST,
        longest: 4 << 10,
    },
    Target {
        name: "written-rule",
        run: intake::written,
        seeds: seeds::WRITTEN,
        longest: 4 << 10,
    },
    Target {
        name: "extract",
        run: intake::extract_text,
        seeds: seeds::TEXT,
        longest: 8 << 10,
    },
    Target {
        name: "value",
        run: intake::value,
        seeds: seeds::WORDS,
        longest: 512,
    },
    Target {
        name: "search",
        run: sharing::search,
        seeds: seeds::SEARCH,
        longest: 1 << 10,
    },
    Target {
        name: "decode",
        run: intake::decode_bytes,
        seeds: seeds::BYTES,
        longest: 8 << 10,
    },
    Target {
        name: "json",
        run: intake::json,
        seeds: seeds::JSON,
        longest: 8 << 10,
    },
    Target {
        name: "table",
        run: intake::table,
        seeds: seeds::TABLE,
        longest: 8 << 10,
    },
    Target {
        name: "mail",
        run: intake::mail,
        seeds: seeds::MAIL,
        longest: 16 << 10,
    },
    Target {
        name: "file-name",
        run: intake::file_name,
        seeds: seeds::NAMES,
        longest: 1 << 10,
    },
    Target {
        name: "when",
        run: intake::when,
        seeds: seeds::WORDS,
        longest: 128,
    },
    Target {
        name: "submission-json",
        run: intake::submission_json,
        seeds: seeds::JSON,
        longest: 16 << 10,
    },
    Target {
        name: "submission-stix",
        run: intake::submission_stix,
        seeds: seeds::STIX,
        longest: 16 << 10,
    },
    Target {
        name: "submission-mail",
        run: intake::submission_mail,
        seeds: seeds::MAIL,
        longest: 16 << 10,
    },
    Target {
        name: "submission-table",
        run: intake::submission_table,
        seeds: seeds::TABLE,
        longest: 8 << 10,
    },
    Target {
        name: "openpgp-key",
        run: openpgp::key,
        seeds: seeds::OPENPGP,
        longest: 8 << 10,
    },
    Target {
        name: "passkey",
        run: sign_in::passkey,
        seeds: seeds::PASSKEY,
        longest: 2 << 10,
    },
    Target {
        name: "id-token",
        run: sign_in::id_token,
        seeds: seeds::TOKEN,
        longest: 8 << 10,
    },
    Target {
        name: "taxii-query",
        run: web::query,
        seeds: seeds::QUERY,
        longest: 4 << 10,
    },
    Target {
        name: "cursor",
        run: web::cursor,
        seeds: seeds::QUERY,
        longest: 512,
    },
    Target {
        name: "severity-policy",
        run: severity::policy,
        seeds: seeds::SEVERITY_POLICY,
        longest: 32 << 10,
    },
    Target {
        name: "severity-case",
        run: severity::case,
        seeds: seeds::SEVERITY_CASE,
        longest: 8 << 10,
    },
];

/// The function of a target.
#[must_use]
pub fn target(name: &str) -> Option<fn(&[u8])> {
    TARGETS
        .iter()
        .find(|target| target.name == name)
        .map(|target| target.run)
}
