//! A whole TAXII layout as one JSON document: discovery, API roots, their collections with objects and
//! the moments these were added, and status resources. For moving from another server, and for suites that
//! try a server out.
//!
//! It is read as a stream: of what may be large, one object is held at a time. Whatever is not as the form
//! says is refused with its place (JSON Pointer, RFC 6901) and the rule.

mod collection;
mod parse;
mod place;
mod status;

use std::{fmt, io::Read};

use serde_json::value::RawValue;
use uuid::Uuid;

/// What a collection is for; the words of `kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayoutKind {
    /// What is posted becomes a submission.
    Intake,
    /// A peer's objects.
    Peer,
    /// Released items only.
    Library,
}

/// A collection of a layout, without its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutCollection {
    /// `id`.
    pub id: Uuid,
    /// `alias`.
    pub alias: Option<String>,
    /// `title`.
    pub title: String,
    /// `description`.
    pub description: Option<String>,
    /// `kind`; `peer` when left out.
    pub kind: LayoutKind,
    /// `can_read`.
    pub can_read: bool,
    /// `can_write`.
    pub can_write: bool,
    /// `media_types`.
    pub media_types: Option<Vec<String>>,
    /// How many objects it has.
    pub objects: u64,
    /// Members that may be left out and were.
    pub omitted: Vec<String>,
}

/// A status resource of a layout.
#[derive(Debug, Clone)]
pub struct LayoutStatus {
    /// `id`.
    pub id: Uuid,
    /// The whole resource as it is written.
    pub raw: Box<RawValue>,
}

/// An API root of a layout.
#[derive(Debug, Clone)]
pub struct LayoutRoot {
    /// `path`: a path or URL.
    pub path: String,
    /// `title`.
    pub title: String,
    /// `description`.
    pub description: Option<String>,
    /// `max_content_length`, in bytes.
    pub max_content_length: u64,
    /// `collections`, in order.
    pub collections: Vec<LayoutCollection>,
    /// `statuses`, in order.
    pub statuses: Vec<LayoutStatus>,
    /// Members that may be left out and were.
    pub omitted: Vec<String>,
}

/// What discovery says in a layout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LayoutDiscovery {
    /// `title`.
    pub title: String,
    /// `description`.
    pub description: Option<String>,
    /// `contact`.
    pub contact: Option<String>,
    /// `default`: a path or URL.
    pub default: Option<String>,
    /// `api_roots`: paths or URLs.
    pub api_roots: Option<Vec<String>>,
}

/// A layout without its objects.
#[derive(Debug, Clone)]
pub struct Layout {
    /// `discovery`.
    pub discovery: LayoutDiscovery,
    /// `roots`, in order.
    pub roots: Vec<LayoutRoot>,
}

/// An object of a layout.
#[derive(Debug, Clone, Copy)]
pub struct LayoutObject<'a> {
    /// Which collection of the whole file it stands in, counted from 0 over all roots.
    pub collection: usize,
    /// `date_added`, microseconds since 1970.
    pub date_added_us: i64,
    /// The object as it is written.
    pub raw: &'a str,
}

/// Bounds of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayoutLimits {
    /// Longest object, in bytes.
    pub object_bytes: usize,
    /// Most objects.
    pub objects: u64,
    /// Most collections.
    pub collections: usize,
    /// Most roots.
    pub roots: usize,
    /// Most bytes of all status resources.
    pub status_bytes: usize,
    /// Nothing was added later, microseconds since 1970.
    pub now_us: i64,
}

/// Where a layout is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct LayoutFault {
    /// JSON Pointer of the place; empty for the document.
    pub pointer: String,
    /// What must be so there.
    pub rule: String,
    /// Line and column, from 1, where the document ends to be JSON.
    pub at: Option<(usize, usize)>,
}

impl fmt::Display for LayoutFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.pointer.as_str() {
            "" => "the document",
            pointer => pointer,
        };
        write!(f, "{place}: {}", self.rule)
    }
}

/// Takes the objects of a layout as they come; what it says no with is the rule that an object breaks.
pub type Taking<'t> = dyn FnMut(LayoutObject<'_>) -> Result<(), String> + 't;

/// Reads a layout; `take` is given every object on the way.
///
/// # Errors
/// With place and rule, at the first thing that is not as it must be.
pub fn read_layout(
    from: impl Read,
    limits: &LayoutLimits,
    take: &mut Taking<'_>,
) -> Result<Layout, LayoutFault> {
    parse::read(from, limits, take)
}

#[cfg(test)]
mod tests;
