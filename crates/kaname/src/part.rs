//! Files that are written: beside their place, where they stand only when they are whole.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// A file on its way to its place. Dropped before [`Part::finish`], nothing is left of it.
pub(crate) struct Part {
    file: BufWriter<File>,
    /// Where it is written and where it goes; `None` for a device or a pipe, which is written to itself.
    way: Option<(PathBuf, PathBuf)>,
}

impl Part {
    /// Begins one.
    pub(crate) fn begin(path: &Path) -> io::Result<Self> {
        // What a link points to is replaced, not the link.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if place.exists() && !place.is_file() {
            let file = BufWriter::new(File::options().write(true).open(&place)?);
            return Ok(Self { file, way: None });
        }
        let mut part = place.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = BufWriter::new(File::create(&part)?);
        let way = Some((part, place));
        Ok(Self { file, way })
    }

    /// Puts it in its place.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        let Some((part, place)) = &self.way else {
            return Ok(());
        };
        self.file.get_ref().sync_all()?;
        fs::rename(part, place)?;
        self.way = None;
        Ok(())
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some((part, _)) = &self.way {
            let _ = fs::remove_file(part);
        }
    }
}

/// Writes a whole file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut part = Part::begin(path)?;
    part.write_all(bytes)?;
    part.finish()
}
