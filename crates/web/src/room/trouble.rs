//! What is wrong with a peer or a source, said in the reader's language.

use kaname_sharing::turn::{
    Trouble,
    trouble::{Known, Resource},
};

use super::sources::words;
use crate::text::{Text, TextArg};

type Said<'t> = (&'static str, Vec<(&'static str, &'t dyn TextArg)>);

/// A trouble in words; what was put down in words alone stands as it is.
pub(in crate::room) fn said(text: Text, trouble: &Trouble) -> String {
    match trouble {
        Trouble::Known(known) => of_known(text, known),
        Trouble::Words(told) => words::unlisted(text, told),
    }
}

/// Words and code of a trouble, for programs.
pub(in crate::room) fn both(
    text: Text,
    trouble: Option<&Trouble>,
) -> (Option<String>, Option<String>) {
    let words = trouble.map(|trouble| said(text, trouble));
    (words, trouble.and_then(Trouble::code))
}

fn of_known(text: Text, known: &Known) -> String {
    let (key, arguments): Said<'_> = match known {
        Known::UnknownHost { host, words } => (
            "trouble-unknown-host",
            vec![("host", host), ("words", words)],
        ),
        Known::NoAddress => ("trouble-no-address", vec![]),
        Known::PrivateNetwork => ("trouble-private-network", vec![]),
        Known::NoConnection { words } => ("trouble-no-connection", vec![("words", words)]),
        Known::Certificate { fault, words } => {
            let fault = fault.as_str();
            let arguments: [(&'static str, &dyn TextArg); 2] =
                [("fault", &fault), ("words", words)];
            return text.t_args("trouble-certificate", &arguments).into_owned();
        }
        Known::Tls { words } => ("trouble-tls", vec![("words", words)]),
        Known::NotHttps => ("trouble-not-https", vec![]),
        Known::BadAddress { words } => ("trouble-bad-address", vec![("words", words)]),
        Known::NoAnswer { seconds } => ("trouble-no-answer", vec![("seconds", seconds)]),
        Known::BrokeOff { words } => ("trouble-broke-off", vec![("words", words)]),
        Known::TooLarge { most } => ("trouble-too-large", vec![("most", most)]),
        Known::Answered { status, words } if words.is_empty() => {
            ("trouble-answered", vec![("status", status)])
        }
        Known::Answered { status, words } => (
            "trouble-answered-saying",
            vec![("status", status), ("words", words)],
        ),
        Known::Redirected { status, to } if to.is_empty() => {
            ("trouble-redirected", vec![("status", status)])
        }
        Known::Redirected { status, to } => (
            "trouble-redirected-to",
            vec![("status", status), ("to", to)],
        ),
        Known::Packed { how } => ("trouble-packed", vec![("how", how)]),
        Known::OutOfTime { done, seconds } => {
            let done = done.as_str();
            let arguments: [(&'static str, &dyn TextArg); 2] =
                [("done", &done), ("seconds", seconds)];
            return text.t_args("trouble-out-of-time", &arguments).into_owned();
        }
        other => return of_answer(text, other),
    };
    text.t_args(key, &arguments).into_owned()
}

/// What is wrong with what an answer says.
fn of_answer(text: Text, known: &Known) -> String {
    let within = |form, (key, arguments): Said<'_>| {
        let form = words::form(text, form);
        let why = text.t_args(key, &arguments);
        text.t2("trouble-other-form", "form", form, "why", why)
            .into_owned()
    };
    let (key, arguments): Said<'_> = match known {
        Known::Unreadable {
            what,
            line,
            column,
            words,
        } => (
            match what {
                Resource::ApiRoot => "trouble-unreadable-api-root",
                Resource::Collection => "trouble-unreadable-collection",
                Resource::Envelope => "trouble-unreadable-envelope",
                Resource::Status => "trouble-unreadable-status",
            },
            vec![("line", line), ("column", column), ("words", words)],
        ),
        Known::OddStatus { said } => ("trouble-odd-status", vec![("said", said)]),
        Known::OtherForm { form, words } => {
            let form = words::form(text, *form);
            return text
                .t2("trouble-other-form", "form", form, "why", words)
                .into_owned();
        }
        Known::NoList {
            form,
            refused,
            good,
            line,
            why,
            said,
        } => {
            let why = words::unlisted(text, why);
            let arguments: Vec<(&'static str, &dyn TextArg)> = vec![
                ("refused", refused),
                ("good", good),
                ("line", line),
                ("why", &why),
                ("said", said),
            ];
            return within(*form, ("trouble-no-list", arguments));
        }
        Known::Emptied { form, before } => {
            return within(*form, ("trouble-emptied", vec![("before", before)]));
        }
        Known::TooMany { form, most } => {
            let key = match form.lists_events() {
                true => "trouble-too-many-events",
                false => "trouble-too-many-documents",
            };
            return within(*form, (key, vec![("most", most)]));
        }
        Known::NoDocuments { first, said: of } => {
            let Some(first) = first else {
                return text.t("trouble-no-documents").into_owned();
            };
            let why = said(text, first);
            return text
                .t2("trouble-no-documents-first", "why", why, "said", of)
                .into_owned();
        }
        Known::NotAsListed { most } => ("trouble-not-as-listed", vec![("most", most)]),
        Known::Silent { count, event, last } => {
            let why = said(text, last);
            let arguments: [(&'static str, &dyn TextArg); 3] =
                [("count", count), ("event", event), ("why", &why)];
            return text.t_args("trouble-silent", &arguments).into_owned();
        }
        Known::TooLargeAsAgreed { most } => ("trouble-too-large-as-agreed", vec![("most", most)]),
        Known::MoreWithoutObjects => ("trouble-more-without-objects", vec![]),
        Known::MoreWithoutNext => ("trouble-more-without-next", vec![]),
        Known::NoDateAdded => ("trouble-no-date-added", vec![]),
        Known::DateAddedToCome { at } => ("trouble-date-added-to-come", vec![("at", at)]),
        other => return of_post(text, other),
    };
    text.t_args(key, &arguments).into_owned()
}

/// What is wrong where the hub sends.
fn of_post(text: Text, known: &Known) -> String {
    let (key, arguments): Said<'_> = match known {
        Known::MayNotWrite => ("trouble-may-not-write", vec![]),
        Known::TakesLittle { most } => ("trouble-takes-little", vec![("most", most)]),
        Known::PartyMayNotRead => ("trouble-party-may-not-read", vec![]),
        Known::PostUnfinished => ("trouble-post-unfinished", vec![]),
        Known::PostUnknown => ("trouble-post-unknown", vec![]),
        Known::RefusesAll { count, first } => {
            let why = said(text, first);
            return text
                .t2("trouble-refuses-all", "count", count, "why", why)
                .into_owned();
        }
        Known::OverItsBound { most } => ("trouble-over-its-bound", vec![("most", most)]),
        Known::NoReason => ("trouble-no-reason", vec![]),
        _ => ("trouble-nothing-fetched", vec![]),
    };
    text.t_args(key, &arguments).into_owned()
}

#[cfg(test)]
mod tests {
    use kaname_sharing::{source::FormKind, turn::trouble::OfCertificate};

    use super::*;
    use crate::text::Lang;

    fn every() -> Vec<Known> {
        let words = || "broken pipe".to_owned();
        let first = || Box::new(Trouble::Words(words()));
        let form = FormKind::Csv;
        let (most, seconds, status) = (8, 60, 503);
        let at = |what| Known::Unreadable {
            what,
            line: 1,
            column: 7,
            words: words(),
        };
        vec![
            Known::UnknownHost {
                host: "feed.example".to_owned(),
                words: words(),
            },
            Known::NoAddress,
            Known::PrivateNetwork,
            Known::NoConnection { words: words() },
            Known::Certificate {
                fault: OfCertificate::Expired,
                words: words(),
            },
            Known::Certificate {
                fault: OfCertificate::Other,
                words: words(),
            },
            Known::Tls { words: words() },
            Known::NotHttps,
            Known::BadAddress { words: words() },
            Known::NoAnswer { seconds },
            Known::BrokeOff { words: words() },
            Known::TooLarge { most },
            Known::Answered {
                status,
                words: words(),
            },
            Known::Answered {
                status,
                words: String::new(),
            },
            Known::Redirected {
                status,
                to: words(),
            },
            Known::Redirected {
                status,
                to: String::new(),
            },
            Known::Packed { how: words() },
            Known::OutOfTime {
                done: kaname_sharing::turn::trouble::Done::Read,
                seconds,
            },
            at(Resource::ApiRoot),
            at(Resource::Collection),
            at(Resource::Envelope),
            at(Resource::Status),
            Known::OddStatus { said: words() },
            Known::OtherForm {
                form,
                words: words(),
            },
            Known::NoList {
                form,
                refused: 3,
                good: 1,
                line: 2,
                why: kaname_intake::listed::why::NO_VALUE.to_owned(),
                said: words(),
            },
            Known::Emptied { form, before: 4 },
            Known::TooMany { form, most },
            Known::TooMany {
                form: FormKind::Misp,
                most,
            },
            Known::NoDocuments {
                first: None,
                said: String::new(),
            },
            Known::NoDocuments {
                first: Some(first()),
                said: words(),
            },
            Known::NotAsListed { most },
            Known::Silent {
                count: 5,
                event: words(),
                last: first(),
            },
            Known::TooLargeAsAgreed { most },
            Known::MoreWithoutObjects,
            Known::MoreWithoutNext,
            Known::NoDateAdded,
            Known::DateAddedToCome { at: words() },
            Known::MayNotWrite,
            Known::TakesLittle { most },
            Known::PartyMayNotRead,
            Known::PostUnfinished,
            Known::PostUnknown,
            Known::RefusesAll {
                count: 5,
                first: first(),
            },
            Known::OverItsBound { most },
            Known::NoReason,
            Known::NothingFetched,
        ]
    }

    /// Each says what belongs to it in both languages, with nothing left open.
    #[test]
    fn every_trouble_is_said_in_both_languages_with_all_that_belongs_to_it() {
        for known in every() {
            let trouble = Trouble::from(known);
            let english = said(Text::new(Lang::En), &trouble);
            let japanese = said(Text::new(Lang::Ja), &trouble);
            let code = trouble.code().unwrap_or_default();
            assert_ne!(english, japanese, "{code}");
            let plain = trouble.to_string();
            for words in [&english, &japanese] {
                assert!(!words.contains(['{', '[']), "{code}: {words}");
                for belongs in ["broken pipe", "503", "60", "feed.example"] {
                    let told = words.contains(belongs);
                    assert!(
                        told || !plain.contains(belongs),
                        "{code}: {words}: {belongs}"
                    );
                }
            }
            assert!(!japanese.is_ascii(), "{code}: {japanese}");
        }
    }

    #[test]
    fn what_was_put_down_in_words_stands_as_it_is() {
        let before = Trouble::Words("the peer answered 503".to_owned());
        let japanese = both(Text::new(Lang::Ja), Some(&before));
        assert_eq!(japanese, (Some("the peer answered 503".to_owned()), None));
    }
}
