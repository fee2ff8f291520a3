//! `next`: where a page ended, sealed together with the collection, the filters and the reader.

use kaname_kernel::{Actor, MatterId, Rng, seal::SecretKey};
use kaname_store::Versions;
use kaname_world::outlet::Range;

use super::error::TaxiiError;
use crate::cursor::Bound;

/// All that a cursor is bound to.
pub(super) struct Binding<'a> {
    /// Which list: `objects`, `manifest`, `versions`.
    pub(super) list: &'static str,
    /// The collection.
    pub(super) collection: MatterId,
    /// Who reads.
    pub(super) reader: &'a Actor,
    /// The filters, but for `limit` and the position.
    pub(super) range: &'a Range,
}

impl Binding<'_> {
    fn bound(&self) -> Bound {
        let range = self.range;
        let after = range.added_after_us.map(|us| us.to_string());
        let mut bound = Bound::to("taxii-2.1", self.reader)
            .with(self.list)
            .with(&self.collection.to_string())
            .with(&after.unwrap_or_default());
        for list in [&range.ids, &range.types, &range.specs] {
            bound = bound.with(&list.len().to_string());
            for one in list {
                bound = bound.with(one);
            }
        }
        bound.with(&words(&range.versions))
    }

    /// Seals the `date_added` a page ended with, microseconds since 1970.
    pub(super) fn seal(&self, key: &SecretKey, rng: &dyn Rng, position_us: i64) -> String {
        self.bound().seal(key, rng, &position_us.to_be_bytes())
    }

    /// The position in a cursor.
    pub(super) fn open(&self, key: &SecretKey, next: &str) -> Result<i64, TaxiiError> {
        let opened = self.bound().open(key, next);
        opened.map(i64::from_be_bytes).ok_or_else(|| {
            TaxiiError::bad_request(
                "next does not belong to this request: repeat it with the same filters",
            )
        })
    }
}

fn words(versions: &Versions) -> String {
    match versions {
        Versions::Last => "last".to_owned(),
        Versions::First => "first".to_owned(),
        Versions::All => "all".to_owned(),
        Versions::At(at) => format!("at {at:?}"),
        Versions::AnyOf(several) => several.iter().map(|one| words(one) + ";").collect(),
    }
}

#[cfg(test)]
mod tests {
    use kaname_kernel::{Id, clock::SeededRng};

    use super::*;

    #[test]
    fn a_stolen_cursor_opens_nothing() {
        let rng = SeededRng::new(7);
        let key = SecretKey::generate(&rng);
        let range = Range {
            types: vec!["indicator".to_owned()],
            ..Range::default()
        };
        let mine = Actor::machine(Id::random(&rng), Id::random(&rng));
        let binding = Binding {
            list: "objects",
            collection: Id::random(&rng),
            reader: &mine,
            range: &range,
        };
        let next = binding.seal(&key, &rng, 42);
        assert!(binding.open(&key, &next).is_ok_and(|at| at == 42));

        let theirs = Actor::machine(Id::random(&rng), Id::random(&rng));
        let other = Range::default();
        let collection = Id::random(&rng);
        for changed in [
            Binding {
                reader: &theirs,
                ..binding
            },
            Binding {
                range: &other,
                ..binding
            },
            Binding {
                list: "manifest",
                ..binding
            },
            Binding {
                collection,
                ..binding
            },
        ] {
            assert!(changed.open(&key, &next).is_err());
        }
        assert!(binding.open(&SecretKey::generate(&rng), &next).is_err());
        for broken in ["", "AAAA", "not base64!", &next[1..], &"A".repeat(5_000)] {
            assert!(binding.open(&key, broken).is_err());
        }
        // The limit may change from page to page.
        let range = Range {
            limit: 5,
            ..range.clone()
        };
        assert!(
            Binding {
                range: &range,
                ..binding
            }
            .open(&key, &next)
            .is_ok()
        );
    }
}
