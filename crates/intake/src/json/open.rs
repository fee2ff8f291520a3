//! What the scanner is within.

use std::borrow::Cow;
use std::collections::HashSet;

/// Objects with fewer members are searched one by one.
const FEW: usize = 8;

/// An array or object whose end has not come yet.
pub(super) enum Open<'a> {
    Array {
        items: usize,
    },
    Object {
        keys: Keys<'a>,
        current: Cow<'a, str>,
    },
}

/// The keys of an object so far; few objects have many.
#[derive(Default)]
pub(super) struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    pub(super) fn len(&self) -> usize {
        self.few.len() + self.many.len()
    }

    /// Whether the key is new.
    pub(super) fn insert(&mut self, key: Cow<'a, str>) -> bool {
        if self.many.is_empty() && self.few.len() < FEW {
            let new = !self.few.contains(&key);
            self.few.push(key);
            return new;
        }
        self.many.extend(self.few.drain(..));
        self.many.insert(key)
    }
}
