//! Why a turn ended before its end: by the other side's doing, which is waited out, or by the hub's own.

use std::time::Duration;

use crate::{
    doors::{DoorError, Fetched},
    error::WorldError,
};

/// Most characters of another's own words that are kept.
const MAX_WORDS: usize = 300;

/// Why a turn ended before its end.
pub(crate) enum Stopped {
    /// By the other side's doing.
    Other(Trouble),
    /// By the hub's own.
    World(WorldError),
}

/// What is wrong with the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// In words.
    pub(crate) what: String,
    /// How long it asks to be left alone, in seconds.
    pub(crate) wait_s: Option<u32>,
}

impl Stopped {
    pub(crate) fn saying(what: String) -> Self {
        Self::Other(Trouble { what, wait_s: None })
    }

    /// It answered with a status that is not the one hoped for; `who` it is and what it `said` beside, in words.
    pub(crate) fn by_status(who: &str, answer: &Fetched, said: &str) -> Self {
        let status = answer.status;
        let what = match said.is_empty() {
            true => format!("{who} answered {status}"),
            false => format!("{who} answered {status}: {said}"),
        };
        let wait = answer.headers.get("retry-after");
        let wait = wait.and_then(|value| value.to_str().ok());
        let wait_s = wait.and_then(|text| text.trim().parse().ok());
        Self::Other(Trouble { what, wait_s })
    }
}

impl From<WorldError> for Stopped {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

impl From<DoorError> for Stopped {
    fn from(error: DoorError) -> Self {
        let (DoorError::Later(what) | DoorError::Never(what)) = error;
        Self::saying(what)
    }
}

/// How a turn ended.
pub(crate) enum Ended {
    /// By itself.
    Itself,
    /// By the other side's doing.
    Trouble(Trouble),
    /// Its time was over.
    OutOfTime(Duration),
}

impl Ended {
    /// What is done within a time, and how it ended.
    pub(crate) async fn within(
        time: Duration,
        doing: impl Future<Output = Result<(), Stopped>>,
    ) -> Result<Self, WorldError> {
        match tokio::time::timeout(time, doing).await {
            Ok(Ok(())) => Ok(Self::Itself),
            Ok(Err(Stopped::World(error))) => Err(error),
            Ok(Err(Stopped::Other(trouble))) => Ok(Self::Trouble(trouble)),
            Err(_) => Ok(Self::OutOfTime(time)),
        }
    }

    /// What is wrong, if anything is. That the time was over is nothing wrong with a side that `came` some way: then it
    /// is the `bound` that ended the turn. `done` is what did not come to its end.
    pub(crate) fn trouble(
        self,
        came: bool,
        done: &str,
        bound: &mut Option<String>,
    ) -> Option<Trouble> {
        let time = match self {
            Self::Itself => return None,
            Self::Trouble(trouble) => return Some(trouble),
            Self::OutOfTime(time) => time,
        };
        let what = format!("not {done} to its end within {} s", time.as_secs());
        if came {
            *bound = Some(what);
            return None;
        }
        Some(Trouble { what, wait_s: None })
    }
}

/// Another's words, as they can be shown: on one line, without signs that steer a terminal or the direction of
/// writing, cut off.
pub(crate) fn told(words: &str) -> String {
    let steers = |sign: char| {
        sign.is_control()
            || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let plain = |sign| if steers(sign) { ' ' } else { sign };
    let shown: String = words.chars().map(plain).take(MAX_WORDS).collect();
    shown.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anothers_words_are_bounded_and_steer_nothing() {
        assert_eq!(told(&"x".repeat(5_000)).len(), MAX_WORDS);
        assert_eq!(told("a\u{1b}[31m\u{202e}b\nc"), "a [31m b c");
    }
}
