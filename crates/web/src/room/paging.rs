//! Where a page of a list goes on, in an address: the sort key and id of the last row shown, sealed
//! ([`Bound`]). A page that was asked for with other filters begins at the beginning.

use kaname_kernel::{Id, seal::SecretKey};
use kaname_store::Cursor;
use kaname_world::{Caller, Listed, World};

use crate::{
    cursor::Bound,
    frame::{Page, part::Pager},
    house::House,
    text::Count,
};

/// Counts are exact up to here.
pub(super) const COUNTED: u64 = 10_000;

/// Bytes of a sort key, before the id.
const SORT_KEY: usize = 8;

/// A list that is read page by page.
pub(super) struct Reading<'h> {
    world: &'h World,
    bound: Bound,
}

impl<'h> Reading<'h> {
    /// By this reader. `list` is the address of the list's beginning, in which every filter stands.
    pub(super) fn of(house: &'h House, by: &Caller, list: &str) -> Self {
        Self {
            world: house.world(),
            bound: Bound::to(list, &by.actor),
        }
    }

    /// The row that a page begins after; nothing when it was not sealed for this list.
    pub(super) fn read(&self, after: &str) -> Option<Cursor> {
        opened(&self.bound, &self.world.keys().cursor, after)
    }

    /// What stands in the address of the page after a row.
    pub(super) fn written(&self, row: &Cursor) -> String {
        let world = self.world;
        let place = [&row.at_us.to_be_bytes()[..], row.id.bytes()].concat();
        self.bound.seal(&world.keys().cursor, world.rng(), &place)
    }

    /// The moment that a page of objects begins after, microseconds since 1970; nothing when it was not
    /// sealed for this list.
    pub(super) fn read_moment(&self, after: &str) -> Option<i64> {
        let place = self.bound.open(&self.world.keys().cursor, after)?;
        Some(i64::from_be_bytes(place))
    }

    /// What stands in the address of the page after an object that was stored at that moment.
    pub(super) fn written_moment(&self, at_us: i64) -> String {
        let world = self.world;
        self.bound
            .seal(&world.keys().cursor, world.rng(), &at_us.to_be_bytes())
    }

    /// The pager of a list of which `shown` rows stand on the page that began after `after`: back to the
    /// beginning, and on. `to` gives the address of the list after a row; after the empty text, of its
    /// beginning.
    pub(super) fn pager<M>(
        &self,
        page: &Page,
        found: &Listed<M>,
        shown: usize,
        after: &str,
        to: impl Fn(&str) -> String,
    ) -> Pager {
        let first = (!after.is_empty()).then(|| to(""));
        let next = found.next.as_ref().map(|next| to(&self.written(next)));
        page.pager(shown as u64, counted(found.total), first, next)
    }
}

fn opened(bound: &Bound, key: &SecretKey, after: &str) -> Option<Cursor> {
    let place: [u8; SORT_KEY + 16] = bound.open(key, after)?;
    let (at_us, id) = place.split_first_chunk::<SORT_KEY>()?;
    Some(Cursor {
        at_us: i64::from_be_bytes(*at_us),
        id: Id::from_slice(id)?,
    })
}

/// A list's total as people read it.
pub(super) fn counted(total: u32) -> Count {
    Count::capped(u64::from(total), COUNTED)
}

/// An address with these parameters; empty ones are left out.
pub(super) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
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

/// Reads a text as a place in a list; gives whether a cursor that nobody sealed was opened, which cannot
/// be. For the fuzz targets.
#[cfg(feature = "fixture")]
pub fn reads_as_cursor(text: &str) -> bool {
    use kaname_kernel::{Actor, SeededRng};

    let key = SecretKey::generate(&SeededRng::new(1));
    let bound = Bound::to("/library", &Actor::system("fuzz"));
    opened(&bound, &key, text).is_some()
}
