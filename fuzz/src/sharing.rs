//! What people type into the search box.

use jiff::Timestamp;
use kaname_directory::{Catalogue, day_of};
use kaname_sharing::find::{MAX_TERMS, Vocabulary, parse};

pub(crate) fn search(data: &[u8]) {
    let typed = String::from_utf8_lossy(data);
    let now = Timestamp::UNIX_EPOCH;
    let vocabulary = Vocabulary::on(&Catalogue::builtin().unwrap(), day_of(now));
    let search = parse(&typed, &vocabulary, now);
    assert!(search.terms.len() <= MAX_TERMS);
    for fault in &search.faults {
        let written = typed.get(fault.span.start..fault.span.end);
        assert!(written.is_some(), "a fault points elsewhere");
    }
    let written = search.canonical();
    let again = parse(&written, &vocabulary, now);
    assert!(again.faults.is_empty(), "the canonical form has a fault");
    assert_eq!(again.canonical(), written, "the canonical form changes");
}
