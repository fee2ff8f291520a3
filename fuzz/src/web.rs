//! Parsers of addresses.

use kaname_web::parsers::{reads_as_cursor, reads_as_query};

/// Filters of TAXII and the cursor among them.
pub(crate) fn query(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    assert!(
        !reads_as_query(&text),
        "a cursor was opened that nobody sealed"
    );
}

/// Places in lists.
pub(crate) fn cursor(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    assert!(
        !reads_as_cursor(&text),
        "a place was opened that nobody sealed"
    );
}
