//! File handles: each connection takes one, and systems begin a program with few of those that it may have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Takes as many file handles as the system lets this program have.
pub(super) fn raise() {
    let before = getrlimit(Resource::Nofile);
    if before.current == before.maximum {
        return;
    }
    let all = Rlimit {
        current: before.maximum,
        maximum: before.maximum,
    };
    match setrlimit(Resource::Nofile, all) {
        Ok(()) => tracing::info!(
            open_files = before.maximum,
            before = before.current,
            "the limit of file handles was raised to the most that the system allows"
        ),
        Err(error) => tracing::warn!(
            %error,
            open_files = before.current,
            "the limit of file handles could not be raised"
        ),
    }
}

/// How many this program may have open; `None` without a limit.
pub(super) fn most() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}
