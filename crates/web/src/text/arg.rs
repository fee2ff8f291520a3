//! What may stand in a message's place-holder.

use std::borrow::Cow;

use fluent_bundle::FluentValue;

/// A value for a message's variable. Numbers stay numbers, so that they group and choose plurals.
pub trait TextArg {
    /// As Fluent takes it.
    fn value(&self) -> FluentValue<'_>;
}

impl<T: TextArg + ?Sized> TextArg for &T {
    fn value(&self) -> FluentValue<'_> {
        (**self).value()
    }
}

impl TextArg for str {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::String(Cow::Borrowed(self))
    }
}

impl TextArg for String {
    fn value(&self) -> FluentValue<'_> {
        self.as_str().value()
    }
}

impl TextArg for Cow<'_, str> {
    fn value(&self) -> FluentValue<'_> {
        FluentValue::String(Cow::Borrowed(self))
    }
}

macro_rules! numbers {
    ($($kind:ty),*) => { $(
        impl TextArg for $kind {
            fn value(&self) -> FluentValue<'_> {
                FluentValue::from(*self)
            }
        }
    )* };
}
numbers!(u8, u16, u32, u64, usize, i32, i64);
