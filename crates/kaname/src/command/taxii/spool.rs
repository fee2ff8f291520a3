//! Objects put in order of their collections and moments, however many: sorted runs in a file without a
//! name, then merged. Memory is bounded by one run and a small buffer for each.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _},
};

use kaname_world::taxii::layout::{LayoutObjects, StandingObject};

/// Bytes of objects that are sorted at a time.
const RUN_BYTES: usize = 16 << 20;
/// Bytes read of a run at a time.
const BUFFER: usize = 32 << 10;
/// Bytes before each object: collection, moment, number in the file, length.
const HEAD: usize = 24;

/// By collection, moment, and number in the file.
type Order = (u32, i64, u64);

/// Objects on their way in.
pub(super) struct Spool {
    file: BufWriter<File>,
    run: Vec<(Order, Box<str>)>,
    run_bytes: usize,
    /// Where each run ends.
    ends: Vec<u64>,
    written: u64,
    count: u64,
}

impl Spool {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::new(tempfile::tempfile()?),
            run: Vec::new(),
            run_bytes: 0,
            ends: Vec::new(),
            written: 0,
            count: 0,
        })
    }

    pub(super) fn add(&mut self, collection: usize, at_us: i64, raw: &str) -> io::Result<()> {
        let collection = u32::try_from(collection).map_err(io::Error::other)?;
        self.run.push(((collection, at_us, self.count), raw.into()));
        self.count += 1;
        self.run_bytes += raw.len() + HEAD;
        if self.run_bytes >= RUN_BYTES {
            self.end_run()?;
        }
        Ok(())
    }

    fn end_run(&mut self) -> io::Result<()> {
        self.run.sort_unstable_by_key(|(order, _)| *order);
        for ((collection, at_us, number), raw) in self.run.drain(..) {
            let length = u32::try_from(raw.len()).map_err(io::Error::other)?;
            self.file.write_all(&collection.to_be_bytes())?;
            self.file.write_all(&at_us.to_be_bytes())?;
            self.file.write_all(&number.to_be_bytes())?;
            self.file.write_all(&length.to_be_bytes())?;
            self.file.write_all(raw.as_bytes())?;
            self.written += (HEAD + raw.len()) as u64;
        }
        self.run_bytes = 0;
        self.ends.push(self.written);
        Ok(())
    }

    /// All of them in order.
    pub(super) fn finish(mut self) -> io::Result<Merged> {
        if !self.run.is_empty() {
            self.end_run()?;
        }
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        let mut merged = Merged {
            file,
            runs: Vec::new(),
            heads: BinaryHeap::new(),
        };
        let mut from = 0;
        for end in self.ends {
            merged.runs.push(Run {
                at: from,
                end,
                buffer: Vec::new(),
                used: 0,
            });
            from = end;
        }
        for number in 0..merged.runs.len() {
            merged.advance(number)?;
        }
        Ok(merged)
    }
}

/// What is left of a run.
struct Run {
    /// Where the bytes behind the buffer begin.
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    used: usize,
}

impl Run {
    /// The next bytes; `None` at the end of the run.
    fn take(&mut self, file: &mut File, count: usize) -> io::Result<Option<Vec<u8>>> {
        let held = self.buffer.len() - self.used;
        if held < count {
            let left = usize::try_from(self.end - self.at).map_err(io::Error::other)?;
            if held == 0 && left == 0 {
                return Ok(None);
            }
            self.buffer.drain(..self.used);
            self.used = 0;
            let more = (count - held).max(BUFFER).min(left);
            let start = self.buffer.len();
            self.buffer.resize(start + more, 0);
            file.seek(SeekFrom::Start(self.at))?;
            file.read_exact(self.buffer.get_mut(start..).unwrap_or_default())?;
            self.at += more as u64;
        }
        let bytes = self.buffer.get(self.used..self.used + count);
        let bytes = bytes.ok_or(io::ErrorKind::UnexpectedEof)?.to_vec();
        self.used += count;
        if self.buffer.capacity() > 4 * BUFFER && self.buffer.len() - self.used < BUFFER {
            // One large object does not hold its room for good.
            self.buffer = self.buffer.split_off(self.used);
            self.buffer.shrink_to(BUFFER);
            self.used = 0;
        }
        Ok(Some(bytes))
    }
}

/// Objects on their way out, in order.
pub(super) struct Merged {
    file: File,
    runs: Vec<Run>,
    /// The first object of each run that has one left: its order, its length, its run.
    heads: BinaryHeap<Reverse<(Order, u32, usize)>>,
}

impl Merged {
    fn advance(&mut self, number: usize) -> io::Result<()> {
        let Some(run) = self.runs.get_mut(number) else {
            return Ok(());
        };
        let Some(head) = run.take(&mut self.file, HEAD)? else {
            return Ok(());
        };
        let part = |from: usize, to: usize| head.get(from..to).unwrap_or_default();
        let short = |_| io::Error::from(io::ErrorKind::UnexpectedEof);
        let order = (
            u32::from_be_bytes(part(0, 4).try_into().map_err(short)?),
            i64::from_be_bytes(part(4, 12).try_into().map_err(short)?),
            u64::from_be_bytes(part(12, 20).try_into().map_err(short)?),
        );
        let length = u32::from_be_bytes(part(20, 24).try_into().map_err(short)?);
        self.heads.push(Reverse((order, length, number)));
        Ok(())
    }
}

impl LayoutObjects for Merged {
    fn next(&mut self) -> io::Result<Option<StandingObject>> {
        let Some(Reverse(((collection, date_added_us, _), length, number))) = self.heads.pop()
        else {
            return Ok(None);
        };
        let run = self
            .runs
            .get_mut(number)
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        let raw = run.take(&mut self.file, length as usize)?;
        let raw = String::from_utf8(raw.ok_or(io::ErrorKind::UnexpectedEof)?);
        let object = StandingObject {
            collection: collection as usize,
            date_added_us,
            raw: raw.map_err(io::Error::other)?,
        };
        self.advance(number)?;
        Ok(Some(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_runs_come_out_in_one_order() {
        let mut spool = Spool::new().unwrap();
        let mut expected = Vec::new();
        for n in 0..3_000u64 {
            let (collection, at_us) = ((n % 3) as usize, (n * 7_919 % 100) as i64);
            // Long ones and short ones.
            let raw = format!("{n}{}", "x".repeat((n % 50) as usize * 900));
            spool.add(collection, at_us, &raw).unwrap();
            expected.push((collection, at_us, n, raw));
        }
        assert!(spool.ends.len() > 2, "{} runs", spool.ends.len());
        expected.sort_by_key(|one| (one.0, one.1, one.2));
        let mut merged = spool.finish().unwrap();
        for (collection, at_us, _, raw) in expected {
            let next = merged.next().unwrap().unwrap();
            assert_eq!((next.collection, next.date_added_us), (collection, at_us));
            assert!(next.raw == raw);
        }
        assert!(merged.next().unwrap().is_none());
    }

    #[test]
    fn nothing_comes_out_of_nothing() {
        assert!(
            Spool::new()
                .unwrap()
                .finish()
                .unwrap()
                .next()
                .unwrap()
                .is_none()
        );
    }
}
