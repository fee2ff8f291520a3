//! Why an entry is not taken, in English; pages say it in their language.

/// The line or cell is no value.
pub const NO_VALUE: &str = "no value is written here";
/// The entry has nothing where the mapping says that the value is.
pub const NOTHING: &str = "nothing stands where the value should be";
/// Private or internal.
pub const INNER: &str = "an address or name of inner networks";
/// Loopback.
pub const LOOPBACK: &str = "the address of whoever reads it";
/// Link-local.
pub const LINK_LOCAL: &str = "a link-local address";
/// Multicast.
pub const MULTICAST: &str = "a multicast address";
/// Unspecified, broadcast or reserved.
pub const RESERVED: &str = "a reserved address";
/// A network that is too wide.
pub const WIDE: &str = "a network so wide that acting on it would be a mistake";
/// A public suffix.
pub const ZONE: &str = "a zone under which strangers register names";
/// The hash of nothing.
pub const EMPTY_FILE: &str = "the hash of the empty file";
/// One entry with more values than are taken.
pub const MANY: &str = "an entry with more than 1,000 values, of which the first are taken";
