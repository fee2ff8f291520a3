//! What is wrong with a peer or a source, said in the reader's language.

use kaname_sharing::turn::{
    Trouble,
    trouble::{Known, OfSignature, Resource},
};

use super::sources::words;
use crate::text::{Text, TextArg};

/// A trouble in words; what was put down in words alone stands as it is.
pub(in crate::room) fn said(text: Text, trouble: &Trouble) -> String {
    match trouble {
        Trouble::Known(known) => of_known(text, known),
        Trouble::Words(told) => of_words(text, told),
    }
}

/// Why something was not taken, which is kept in English: in the page's language where it is known.
pub(in crate::room) fn of_words(text: Text, told: &str) -> String {
    let faults = OfSignature::ALL.map(|fault| Known::Signature { fault });
    match faults.into_iter().find(|known| known.to_string() == told) {
        Some(known) => of_known(text, &known),
        None => words::unlisted(text, told),
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

/// Every code has its own words: one without them does not compile.
fn of_known(text: Text, known: &Known) -> String {
    let plain = |key| text.t(key).into_owned();
    let say = |key, said: &[(&'static str, &dyn TextArg)]| text.t_args(key, said).into_owned();
    let within = |form, why: String| {
        let form = words::form(text, form);
        say("trouble-other-form", &[("form", &form), ("why", &why)])
    };
    match known {
        Known::UnknownHost { host, words } => {
            say("trouble-unknown-host", &[("host", host), ("words", words)])
        }
        Known::NoAddress => plain("trouble-no-address"),
        Known::PrivateNetwork => plain("trouble-private-network"),
        Known::NoConnection { words } => say("trouble-no-connection", &[("words", words)]),
        Known::Certificate { fault, words } => say(
            "trouble-certificate",
            &[("fault", &fault.as_str()), ("words", words)],
        ),
        Known::Signature { fault } => plain(match fault {
            OfSignature::Wrong => "trouble-signature-wrong",
            OfSignature::UnknownKey => "trouble-signature-unknown-key",
            OfSignature::Unreadable => "trouble-signature-unreadable",
            OfSignature::NoKey => "trouble-signature-no-key",
        }),
        Known::Tls { words } => say("trouble-tls", &[("words", words)]),
        Known::NotHttps => plain("trouble-not-https"),
        Known::BadAddress { words } => say("trouble-bad-address", &[("words", words)]),
        Known::NoAnswer { seconds } => say("trouble-no-answer", &[("seconds", seconds)]),
        Known::BrokeOff { words } => say("trouble-broke-off", &[("words", words)]),
        Known::TooLarge { most } => say("trouble-too-large", &[("most", most)]),
        Known::Answered { status, words } if words.is_empty() => {
            say("trouble-answered", &[("status", status)])
        }
        Known::Answered { status, words } => say(
            "trouble-answered-saying",
            &[("status", status), ("words", words)],
        ),
        Known::Redirected { status, to } if to.is_empty() => {
            say("trouble-redirected", &[("status", status)])
        }
        Known::Redirected { status, to } => {
            say("trouble-redirected-to", &[("status", status), ("to", to)])
        }
        Known::Packed { how } => say("trouble-packed", &[("how", how)]),
        Known::OutOfTime { done, seconds } => say(
            "trouble-out-of-time",
            &[("done", &done.as_str()), ("seconds", seconds)],
        ),
        Known::Unreadable {
            what,
            line,
            column,
            words,
        } => {
            let key = match what {
                Resource::ApiRoot => "trouble-unreadable-api-root",
                Resource::Collection => "trouble-unreadable-collection",
                Resource::Envelope => "trouble-unreadable-envelope",
                Resource::Status => "trouble-unreadable-status",
            };
            say(key, &[("line", line), ("column", column), ("words", words)])
        }
        Known::OddStatus { said } => say("trouble-odd-status", &[("said", said)]),
        Known::OtherForm { form, words } => within(*form, words.clone()),
        Known::NoList {
            form,
            refused,
            good,
            line,
            why,
            said,
        } => {
            let why = words::unlisted(text, why);
            let counts: [(&'static str, &dyn TextArg); 5] = [
                ("refused", refused),
                ("good", good),
                ("line", line),
                ("why", &why),
                ("said", said),
            ];
            within(*form, say("trouble-no-list", &counts))
        }
        Known::Emptied { form, before } => {
            within(*form, say("trouble-emptied", &[("before", before)]))
        }
        Known::TooMany { form, most } => {
            let key = match form.lists_events() {
                true => "trouble-too-many-events",
                false => "trouble-too-many-documents",
            };
            within(*form, say(key, &[("most", most)]))
        }
        Known::NoDocuments { first: None, .. } => plain("trouble-no-documents"),
        Known::NoDocuments {
            first: Some(first),
            said: of,
        } => say(
            "trouble-no-documents-first",
            &[("why", &said(text, first)), ("said", of)],
        ),
        Known::NotAsListed { most } => say("trouble-not-as-listed", &[("most", most)]),
        Known::Silent { count, event, last } => say(
            "trouble-silent",
            &[
                ("count", count),
                ("event", event),
                ("why", &said(text, last)),
            ],
        ),
        Known::TooLargeAsAgreed { most } => say("trouble-too-large-as-agreed", &[("most", most)]),
        Known::MoreWithoutObjects => plain("trouble-more-without-objects"),
        Known::MoreWithoutNext => plain("trouble-more-without-next"),
        Known::NoDateAdded => plain("trouble-no-date-added"),
        Known::DateAddedToCome { at } => say("trouble-date-added-to-come", &[("at", at)]),
        Known::MayNotWrite => plain("trouble-may-not-write"),
        Known::TakesLittle { most } => say("trouble-takes-little", &[("most", most)]),
        Known::PartyMayNotRead => plain("trouble-party-may-not-read"),
        Known::PostUnfinished => plain("trouble-post-unfinished"),
        Known::PostUnknown => plain("trouble-post-unknown"),
        Known::RefusesAll { count, first } => say(
            "trouble-refuses-all",
            &[("count", count), ("why", &said(text, first))],
        ),
        Known::OverItsBound { most } => say("trouble-over-its-bound", &[("most", most)]),
        Known::NoReason => plain("trouble-no-reason"),
        Known::NothingFetched => plain("trouble-nothing-fetched"),
    }
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
