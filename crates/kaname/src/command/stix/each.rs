//! The objects of a file, of which one at a time is in memory.

use std::path::Path;

use kaname_stix::SplitError;

use super::{super::import::InFile, LIMITS, SPLIT, split};
use crate::{fault::Fault, say::Say};

/// Longest file that is held as a whole, in bytes.
pub(super) const SHORT: u64 = 16 << 20;

/// An object of a file.
pub(super) struct One<'o> {
    /// Its place among the objects, from 0.
    pub(super) index: usize,
    /// JSON pointer (RFC 6901) to it.
    pub(super) pointer: &'o str,
    /// Its bytes.
    pub(super) raw: &'o str,
}

/// A file that was looked through: it is JSON of one of the forms, with objects of bounded depth.
pub(super) struct Checked {
    way: Way,
    /// The id of a bundle that has one.
    pub(super) id: Option<String>,
}

enum Way {
    /// Object by object.
    Read(InFile),
    /// A short one that does not split, with all of its bytes: an object may have a list of its own that is called
    /// `objects`.
    Whole(Vec<u8>),
}

impl Checked {
    /// Looks through a file, so that nothing is told of a broken one.
    ///
    /// # Errors
    /// When it cannot be read, is none of the forms, or passes a bound: with line and column where they are known.
    pub(super) fn open(file: &Path, say: Say) -> Result<Self, Fault> {
        let mut objects = InFile::open(file, LIMITS, SPLIT)?;
        let bar = say.progress("checking", objects.length);
        let checked = objects.check(file, &bar);
        bar.finish_and_clear();
        match checked {
            Ok(_) => Ok(Self {
                id: objects.bundle_id(),
                way: Way::Read(objects),
            }),
            Err(_) if objects.length <= SHORT => {
                let bytes = objects
                    .bytes()
                    .map_err(|error| Fault::file(file, "read", &error))?;
                Ok(Self {
                    id: split(file, &bytes)?.id,
                    way: Way::Whole(bytes),
                })
            }
            Err(fault) => Err(fault),
        }
    }

    /// Gives its objects in order; may be asked again.
    ///
    /// # Errors
    /// The first that `each` has, or when the file cannot be read any more.
    pub(super) fn each(
        &mut self,
        file: &Path,
        (what, say): (&'static str, Say),
        each: &mut dyn FnMut(One<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let objects = match &mut self.way {
            Way::Whole(bytes) => {
                let bundle = split(file, bytes)?;
                for (index, raw) in bundle.objects.iter().enumerate() {
                    let (pointer, raw) = (&bundle.container.pointer(index), raw.get());
                    each(One {
                        index,
                        pointer,
                        raw,
                    })?;
                }
                return Ok(());
            }
            Way::Read(objects) => objects,
        };
        let bar = say.progress(what, objects.length);
        let read = objects.read(file, |objects| {
            while let Some(next) = objects.next_object()? {
                bar.set_position(next.at);
                let one = One {
                    index: next.index,
                    pointer: &objects.pointer(&next),
                    raw: &next.raw,
                };
                if let Err(fault) = each(one) {
                    return Ok(Err(fault));
                }
            }
            Ok(Ok(()))
        });
        bar.finish_and_clear();
        match read? {
            Ok(done) => done,
            Err(fault) => Err(self.unread(file, &fault)),
        }
    }

    fn unread(&self, file: &Path, fault: &SplitError) -> Fault {
        match &self.way {
            Way::Read(objects) => objects.unread(file, fault),
            Way::Whole(_) => Fault::failed("the file is no STIX").at(file.display().to_string()),
        }
    }
}
