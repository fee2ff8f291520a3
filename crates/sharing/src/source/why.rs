//! Why something of a document is not taken, in English; pages say it in their language. What lists have stands in
//! [`kaname_intake::listed::why`].

/// An object of the hub itself.
pub const OWN_NAME: &str = "it is in this hub's own name";
/// Somebody else's version of what the hub released.
pub const RELEASED: &str = "its id is that of something this hub released";
/// A value of which no object can be made.
pub const NO_PATTERN: &str = "no pattern asks for values of this kind";
/// A distribution without an address.
pub const NO_ADDRESS: &str = "is no address of the web";
/// A document elsewhere than its distribution.
pub const OUTSIDE: &str = "is no document of this distribution: a path below it, or an address on its host, that ends in .json";
/// A document that was changed on its way.
pub const HASH: &str = "its hash is not the one that its provider says";
/// A sharing group of MISP that means nobody here; what goes to it is taken.
pub const GROUP_UNKNOWN: &str =
    "this sharing group names nobody here: what goes to it is for officers alone";
/// A document that is left alone for a while.
pub const LEFT_ALONE: &str = "was not taken the last time; it is asked for again after a day";
/// A document without a signature, that was taken.
pub const UNSIGNED: &str = "has no signature that can be checked, and was taken without one";
/// A document without a signature, where the agreement asks for one.
pub const UNSIGNED_REFUSED: &str =
    "has no signature that can be checked, and this source's documents need one";
/// A key that a provider names and that cannot be had.
pub const NO_KEY: &str =
    "this key of the provider is not to be had, or is another than its fingerprint says";
