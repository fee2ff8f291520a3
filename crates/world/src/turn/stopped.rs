//! Why a turn ended before its end: by the other side's doing, which is waited out, or by the hub's own.

use std::time::Duration;

use kaname_sharing::turn::trouble::{Done, Known, Trouble};

use crate::{
    doors::{FetchError, Fetched},
    error::WorldError,
};

/// Most characters of another's own words that are kept.
const MAX_WORDS: usize = 300;

/// Why a turn ended before its end.
pub(crate) enum Stopped {
    /// By the other side's doing.
    Other(Wrong),
    /// By the hub's own.
    World(WorldError),
}

/// What is wrong with the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) what: Trouble,
    /// How long it asks to be left alone, in seconds.
    pub(crate) wait_s: Option<u32>,
}

impl Wrong {
    /// It answered with a status that is not the one hoped for; `words`: what it said beside.
    pub(crate) fn by_status(answer: &Fetched, words: String) -> Self {
        let status = answer.status;
        Self::answering(answer, Known::Answered { status, words })
    }

    /// Something is wrong with an answer, which may say how long it asks to be left alone.
    pub(crate) fn answering(answer: &Fetched, what: Known) -> Self {
        let wait = answer.headers.get("retry-after");
        let wait = wait.and_then(|value| value.to_str().ok());
        Self {
            what: what.into(),
            wait_s: wait.and_then(|text| text.trim().parse().ok()),
        }
    }
}

impl From<Known> for Wrong {
    fn from(what: Known) -> Self {
        let (what, wait_s) = (what.into(), None);
        Self { what, wait_s }
    }
}

impl From<Wrong> for Stopped {
    fn from(wrong: Wrong) -> Self {
        Self::Other(wrong)
    }
}

impl From<Known> for Stopped {
    fn from(what: Known) -> Self {
        Self::Other(what.into())
    }
}

impl From<WorldError> for Stopped {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

impl From<FetchError> for Stopped {
    fn from(error: FetchError) -> Self {
        let (what, wait_s) = (error.what, None);
        Self::Other(Wrong { what, wait_s })
    }
}

/// How a turn ended.
pub(crate) enum Ended {
    /// By itself.
    Itself,
    /// By the other side's doing.
    Trouble(Wrong),
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
            Ok(Err(Stopped::Other(wrong))) => Ok(Self::Trouble(wrong)),
            Err(_) => Ok(Self::OutOfTime(time)),
        }
    }

    /// What is wrong, if anything is. That the time was over is nothing wrong with a side that `came` some way: then it
    /// is the `bound` that ended the turn. `done` is what did not come to its end.
    pub(crate) fn trouble(
        self,
        came: bool,
        done: Done,
        bound: &mut Option<String>,
    ) -> Option<Wrong> {
        let time = match self {
            Self::Itself => return None,
            Self::Trouble(wrong) => return Some(wrong),
            Self::OutOfTime(time) => time,
        };
        let seconds = time.as_secs();
        let what = Known::OutOfTime { done, seconds };
        if came {
            *bound = Some(what.to_string());
            return None;
        }
        Some(what.into())
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
