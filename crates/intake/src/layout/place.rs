//! Where the reading is, and how much of the document may still come before the next step.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

/// Bytes that may come between two steps beside an object: white space, names, short texts.
const SLACK: u64 = 1 << 20;

/// A place in the document.
#[derive(Debug, Default)]
pub(super) struct Place(Vec<String>);

impl Place {
    pub(super) fn enter(&mut self, member: impl Into<String>) {
        self.0.push(member.into());
    }

    pub(super) fn leave(&mut self) {
        self.0.pop();
    }

    /// As a JSON Pointer (RFC 6901).
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for member in &self.0 {
            pointer.push('/');
            pointer.push_str(&member.replace('~', "~0").replace('/', "~1"));
        }
        pointer
    }
}

/// How many bytes may still be read; shared with the reader.
#[derive(Debug, Clone)]
pub(super) struct Allowance {
    left: Rc<Cell<u64>>,
    each: u64,
}

impl Allowance {
    pub(super) fn new(object_bytes: usize) -> Self {
        let each = (object_bytes as u64).saturating_add(SLACK);
        let left = Rc::new(Cell::new(each));
        Self { left, each }
    }

    /// A step was done: the next may be as long again.
    pub(super) fn renew(&self) {
        self.left.set(self.each);
    }

    pub(super) fn is_used_up(&self) -> bool {
        self.left.get() == 0
    }
}

/// Reads no more than is allowed.
pub(super) struct Bounded<R> {
    inner: R,
    allowance: Allowance,
}

impl<R> Bounded<R> {
    pub(super) fn new(inner: R, allowance: Allowance) -> Self {
        Self { inner, allowance }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.allowance.left.get();
        if left == 0 && !buffer.is_empty() {
            return Err(io::Error::other("one value is too long"));
        }
        let most = buffer
            .len()
            .min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = self
            .inner
            .read(buffer.get_mut(..most).unwrap_or_default())?;
        self.allowance.left.set(left - read as u64);
        Ok(read)
    }
}
