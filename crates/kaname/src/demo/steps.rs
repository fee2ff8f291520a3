//! When what happens: every report's way through the house as steps in order of time.

use super::story::{Story, Until};

/// One thing that happens to the report of this place in the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// The provider hands it in.
    Submit,
    /// An analyst takes it.
    Take,
    /// The analyst closes it.
    Close,
    /// The analyst derives an item.
    Derive,
    /// The provider is asked.
    Ask,
    /// The provider answers as the story says.
    Answer,
    /// The second officer releases.
    Release,
    /// A member says what it saw; its place in the list.
    Say(usize),
    /// An officer takes it back.
    Withdraw,
    /// The analyst opens the report again and derives what replaces the item.
    DeriveNext,
    /// The provider is asked about that.
    AskNext,
    /// The provider consents to it.
    ConsentNext,
    /// It is released, which ends the first.
    ReleaseNext,
    /// Time alone has its effect.
    Sweep,
    /// The report's history says that something was derived.
    Settle,
}

impl Act {
    /// Its name in lines for programs.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Take => "take",
            Self::Close => "close",
            Self::Derive | Self::DeriveNext => "derive",
            Self::Ask | Self::AskNext => "ask",
            Self::Answer | Self::ConsentNext => "answer",
            Self::Release | Self::ReleaseNext => "release",
            Self::Say(_) => "feedback",
            Self::Withdraw => "withdraw",
            Self::Sweep => "sweep",
            Self::Settle => "settle",
        }
    }
}

/// A step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    /// Hours before now.
    pub(crate) hours_ago: f64,
    /// Place of the report in the story.
    pub(crate) report: usize,
    /// What happens.
    pub(crate) act: Act,
}

/// Hours from handing in to each step, for reports old enough.
const TAKE: f64 = 0.6;
const DERIVE: f64 = 3.0;
/// Hours after deriving by which the report says so.
const SETTLED: f64 = 8.5;
const ASK: f64 = 3.5;
const ANSWER: f64 = 14.0;
const RELEASE: f64 = 20.0;
const FIRST_WORD: f64 = 26.0;

/// All steps, the oldest first.
pub(crate) fn steps(story: &Story, consent_hours: f64) -> Vec<Step> {
    let mut steps = Vec::new();
    for (report, told) in story.reports.iter().enumerate() {
        let mut add = |after: f64, act| {
            // Nothing happens in the future: a young report goes its way faster.
            let hours_ago = (told.hours_ago - after).max(0.02);
            steps.push(Step {
                hours_ago,
                report,
                act,
            });
        };
        add(0.0, Act::Submit);
        if told.until == Until::Submitted {
            continue;
        }
        // An opening lasts one shift: what is in triage now was opened a little while ago.
        let fresh = told.until == Until::InTriage;
        add(if fresh { told.hours_ago - 1.0 } else { TAKE }, Act::Take);
        match told.until {
            Until::InTriage => continue,
            Until::Closed => {
                add(TAKE + 0.5, Act::Close);
                continue;
            }
            _ => {}
        }
        add(DERIVE, Act::Derive);
        add(DERIVE + SETTLED, Act::Settle);
        if told.until == Until::Derived {
            continue;
        }
        add(ASK, Act::Ask);
        match told.until {
            Until::AwaitingConsent => continue,
            Until::Lapsed => {
                add(ASK + consent_hours + 0.1, Act::Sweep);
                continue;
            }
            _ => add(ANSWER, Act::Answer),
        }
        if matches!(
            told.until,
            Until::ChangesProposed | Until::Refused | Until::Consented | Until::AwaitingRelease
        ) {
            continue;
        }
        add(RELEASE, Act::Release);
        for word in 0..told.feedback.len() {
            add(FIRST_WORD + 3.0 * word as f64, Act::Say(word));
        }
        match told.until {
            Until::Withdrawn => add(RELEASE + 40.0, Act::Withdraw),
            Until::Expired => {
                let days = told.item.as_ref().map_or(0, |item| item.valid_days);
                add(DERIVE + 24.0 * days as f64 + 0.1, Act::Sweep);
            }
            Until::Superseded => {
                let after = told
                    .successor
                    .as_ref()
                    .map_or(40.0, |next| next.after_hours);
                add(RELEASE + after, Act::DeriveNext);
                add(RELEASE + after + 0.5, Act::AskNext);
                add(RELEASE + after + 6.0, Act::ConsentNext);
                add(RELEASE + after + 8.0, Act::ReleaseNext);
            }
            _ => {}
        }
    }
    steps.sort_by(|a, b| b.hours_ago.total_cmp(&a.hours_ago));
    steps
}
