//! What did not become part of a submission, or was read with doubt, in the words of the page: nothing is
//! lost silently.

use kaname_intake::{
    DecodeNote,
    mail::MailNote,
    submission::Problem,
    table::{RowError, RowFault},
};

use crate::{
    frame::part::{Notice, Tone},
    room::words,
    text::Text,
};

/// Most problems that are told one by one.
const TOLD: usize = 20;

/// A notice for each of them.
pub(super) fn notices(text: Text, problems: &[Problem]) -> Vec<Notice> {
    let notice = |problem: &Problem| {
        let said = said(text, problem)?;
        let (tone, title) = match problem {
            // Read as a whole, and worth a look.
            Problem::Text(DecodeNote::Guessed(_) | DecodeNote::DeclaredDoesNotFit(_))
            | Problem::Mail(MailNote::MailWithin { .. } | MailNote::DoubtfulText { .. }) => {
                (Tone::Plain, "submission-doubtful")
            }
            _ => (Tone::Care, "submission-problem"),
        };
        Some(Notice {
            tone,
            title: text.t(title).into_owned(),
            text: said,
        })
    };
    problems.iter().filter_map(notice).take(TOLD).collect()
}

/// `None` for what is no news for a person.
fn said(text: Text, problem: &Problem) -> Option<String> {
    let said = match problem {
        Problem::Row(error) => {
            let what = row(text, error);
            text.t2("submission-row", "line", error.line, "what", what)
        }
        Problem::Mail(note) => mail(text, note).into(),
        Problem::Text(note) => bytes(text, note)?.into(),
        Problem::Object { index, what } => text.t2(
            "submission-bad-object",
            "index",
            *index,
            "what",
            what.as_str(),
        ),
        Problem::TooManyValues { limit } => text.t1("submission-too-many", "limit", *limit),
        Problem::TooManyRemarks { left_out } => {
            text.t1("submission-too-many-remarks", "n", *left_out)
        }
        Problem::UnusableOwn(own) => text.t1("submission-bad-own", "own", own.join(", ")),
    };
    Some(said.into_owned())
}

fn row(text: Text, error: &RowError) -> String {
    match &error.what {
        RowFault::NoCell => text.t("submission-row-empty"),
        RowFault::NoValue => text.t1("submission-row-nothing", "cell", error.cell.as_str()),
        RowFault::KindDiffers { said, read } => {
            let read = read.parse().map(|kind| words::value_kind(text, kind));
            let read = read.unwrap_or_else(|_| said.clone());
            text.t2("submission-row-kind", "said", said.as_str(), "read", read)
        }
        RowFault::BadTime => text.t1("submission-row-time", "cell", error.cell.as_str()),
        RowFault::CellTooLong { actual, limit } => {
            text.t2("submission-row-long", "actual", *actual, "limit", *limit)
        }
        RowFault::TooManyColumns { limit } => text.t1("submission-row-wide", "limit", *limit),
        RowFault::OpenQuote => text.t("submission-row-quote"),
        RowFault::Truncated => text.t("submission-row-many"),
    }
    .into_owned()
}

fn mail(text: Text, note: &MailNote) -> String {
    match note {
        MailNote::TextTruncated => text.t("submission-mail-long"),
        MailNote::LinksTruncated => text.t("submission-mail-links"),
        MailNote::BrokenEncoding { part } => {
            text.t1("submission-mail-broken", "part", part.as_str())
        }
        MailNote::DoubtfulText { part, encoding } => text.t2(
            "submission-mail-doubtful",
            "part",
            part.as_str(),
            "encoding",
            encoding.as_str(),
        ),
        MailNote::NoBoundary { part } => text.t1("submission-mail-boundary", "part", part.as_str()),
        MailNote::MailWithin { part, subject } => text.t2(
            "submission-mail-within",
            "part",
            part.as_str(),
            "subject",
            subject.as_str(),
        ),
    }
    .into_owned()
}

fn bytes(text: Text, note: &DecodeNote) -> Option<String> {
    let said = match note {
        DecodeNote::ByteOrderMark => return None,
        DecodeNote::Guessed(encoding) => {
            text.t1("submission-text-guessed", "encoding", encoding.as_str())
        }
        DecodeNote::DeclaredDoesNotFit(encoding) => {
            text.t1("submission-text-declared", "encoding", encoding.as_str())
        }
        DecodeNote::Malformed { line, count, .. } => {
            text.t2("submission-text-malformed", "line", *line, "n", *count)
        }
        DecodeNote::HoldsNul => text.t("submission-text-nul"),
    };
    Some(said.into_owned())
}
