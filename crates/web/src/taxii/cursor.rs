//! `next`: where a page ended, sealed together with the collection, the filters and the reader (trust
//! rules, "Collections and cursors"). Whoever steals one, or changes a filter, has nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kaname_kernel::{Actor, MatterId, Rng, seal::SecretKey};
use kaname_store::Versions;
use kaname_world::outlet::Range;

use super::error::TaxiiError;

/// Longest cursor that is looked at, in bytes.
const LONGEST: usize = 200;

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
    /// One unambiguous text: each part with its length before it.
    fn context(&self) -> Vec<u8> {
        let reader = serde_json::to_string(self.reader).unwrap_or_default();
        let mut context = Vec::new();
        let mut push = |part: &str| {
            context.extend_from_slice(&(part.len() as u64).to_be_bytes());
            context.extend_from_slice(part.as_bytes());
        };
        push("taxii-2.1");
        push(self.list);
        push(&self.collection.to_string());
        push(&reader);
        push(
            &self
                .range
                .added_after_us
                .map(|us| us.to_string())
                .unwrap_or_default(),
        );
        for list in [&self.range.ids, &self.range.types, &self.range.specs] {
            push(&list.len().to_string());
            list.iter().for_each(|one| push(one));
        }
        push(&words(&self.range.versions));
        context
    }

    /// Seals the `date_added` a page ended with, microseconds since 1970.
    pub(super) fn seal(&self, key: &SecretKey, rng: &dyn Rng, position_us: i64) -> String {
        let sealed = key.seal(rng, &self.context(), &position_us.to_be_bytes());
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// The position in a cursor.
    pub(super) fn open(&self, key: &SecretKey, next: &str) -> Result<i64, TaxiiError> {
        let opened = (next.len() <= LONGEST)
            .then(|| URL_SAFE_NO_PAD.decode(next).ok())
            .flatten()
            .and_then(|sealed| key.open(&self.context(), &sealed).ok())
            .and_then(|plain| <[u8; 8]>::try_from(plain).ok());
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
