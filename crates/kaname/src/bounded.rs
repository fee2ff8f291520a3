//! Files of others, read up to a bound: a device or a pipe tells no length and may never end.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use crate::fault::Fault;

/// The bytes of a file; `None` when there are more than `limit`.
pub(crate) fn bytes(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((read as u64 <= limit).then_some(bytes))
}

/// The bytes of a file that is named on the command line; a longer one is refused with the hint.
pub(crate) fn file(path: &Path, limit: u64, hint: &str) -> Result<Vec<u8>, Fault> {
    match bytes(path, limit) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(
            Fault::failed(format!("the file is over the limit of {limit} bytes"))
                .at(path.display().to_string())
                .hint(hint),
        ),
        Err(error) => Err(Fault::file(path, "read", &error)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{bytes, file};

    #[test]
    fn what_never_ends_is_refused_at_the_bound() {
        assert_eq!(bytes(Path::new("/dev/zero"), 1_000).unwrap(), None);
        assert_eq!(bytes(Path::new("/dev/null"), 0).unwrap(), Some(Vec::new()));
        let fault = file(Path::new("/dev/zero"), 1_000, "split it").unwrap_err();
        assert_eq!(fault.what, "the file is over the limit of 1000 bytes");
        assert_eq!(fault.place.as_deref(), Some("/dev/zero"));
    }
}
