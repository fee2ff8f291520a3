//! A rating in words, and as one picture.

mod name;
mod number;
mod picture;
pub(crate) mod sentences;
