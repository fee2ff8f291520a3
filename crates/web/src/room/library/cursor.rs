//! Where a page of a list goes on, in an address: the sort key and id of the last row shown. Both were
//! shown to the reader, and every page is filtered with the reader's eyes anew, so it tells nothing.

use kaname_store::Cursor;
use kaname_world::Listed;

use crate::{
    frame::{Page, part::Pager},
    text::Count,
};

/// Counts are exact up to here.
pub(in crate::room) const COUNTED: u64 = 10_000;

/// The pager of a list of which `shown` rows stand on the page that began after `after`: back to the
/// beginning, and on. `to` gives the address of the list after a row; after the empty text, of its
/// beginning.
pub(in crate::room) fn pager<M>(
    page: &Page,
    found: &Listed<M>,
    shown: usize,
    after: &str,
    to: impl Fn(&str) -> String,
) -> Pager {
    let first = (!after.is_empty()).then(|| to(""));
    let next = found.next.as_ref().map(|next| to(&written(next)));
    page.pager(shown as u64, counted(found.total), first, next)
}

/// A list's total as people read it.
pub(in crate::room) fn counted(total: u32) -> Count {
    Count::capped(u64::from(total), COUNTED)
}

/// The cursor as text: `1763900000000000.0193…`.
pub(in crate::room) fn written(cursor: &Cursor) -> String {
    format!("{}.{}", cursor.at_us, cursor.id)
}

/// Reads it back; anything else starts at the beginning.
pub(in crate::room) fn read(text: &str) -> Option<Cursor> {
    let (at_us, id) = text.split_once('.')?;
    Some(Cursor {
        at_us: at_us.parse().ok()?,
        id: id.parse().ok()?,
    })
}

/// An address with these parameters; empty ones are left out.
pub(in crate::room) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// Reads a text as a place in a list and writes it again; gives whether what was written reads as another
/// place, which it cannot. For the fuzz targets.
#[cfg(feature = "fixture")]
pub fn reads_as_cursor(text: &str) -> bool {
    read(text).is_some_and(|cursor| read(&written(&cursor)) != Some(cursor))
}
