//! The words of mails: Fluent messages of the room `mail`, beside those of the pages, made into a
//! plain text and an HTML part that say the same. The world sends them and never looks inside.

use askama::Template;
use kaname_directory::Lang as Spoken;
use kaname_sharing::{
    find::{FoundNew, Watched},
    rendition::{Notice, NoticeContent},
};
use kaname_world::outlet::{Letter, Scribe};

use crate::text::{Lang, Text};

/// Longest line of the plain part that is made here; longer ones stand as they came.
const RULE: &str = "----------------------------------------";

/// Writes mails in the hub's name.
#[derive(Debug, Clone)]
pub struct MailScribe {
    /// The hub's name in Japanese and English.
    pub hub: [String; 2],
    /// Address under which the hub is reached, without a slash at the end.
    pub public_url: String,
}

/// A letter before it is text or HTML.
#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Draft {
    lang: &'static str,
    subject: String,
    to: String,
    opening: String,
    entries: Vec<Entry>,
    link: String,
    closing: String,
}

struct Entry {
    heading: String,
    facts: Vec<String>,
    sections: Vec<Section>,
    url: String,
}

struct Section {
    heading: String,
    lines: Vec<String>,
}

impl MailScribe {
    fn hub_name(&self, lang: Lang) -> &str {
        let [japanese, english] = &self.hub;
        match lang {
            Lang::Ja => japanese,
            Lang::En => english,
        }
    }

    fn entry(&self, text: Text, notice: &Notice) -> Entry {
        let tlp = notice.tlp.to_string();
        let url = self.item_url(&notice.number);
        let Some(content) = &notice.content else {
            return Entry {
                heading: format!("{tlp} {}", notice.number),
                facts: vec![text.t("mail-neutral-line").into_owned()],
                sections: Vec::new(),
                url,
            };
        };
        let marking = text.t2("mail-marking", "tlp", tlp, "pap", content.pap.as_str());
        let mut facts = vec![marking.into_owned()];
        if let Some(until) = content.valid_until {
            // A mail is read later, so its times are written in full.
            let japan = jiff::tz::Offset::constant(9);
            let until = until.display_with_offset(japan).to_string();
            facts.push(text.t1("mail-valid-until", "at", until).into_owned());
        }
        Entry {
            heading: format!("{}（{}）", content.title, notice.number),
            facts,
            sections: sections(text, content),
            url,
        }
    }

    fn draft(&self, lang: Spoken, to: &str, notices: &[Notice]) -> (Text, Draft) {
        let lang = match lang {
            Spoken::Ja => Lang::Ja,
            Spoken::En => Lang::En,
        };
        let text = Text::new(lang);
        let draft = Draft {
            lang: lang.tag(),
            subject: String::new(),
            to: text.t1("mail-to", "party", to).into_owned(),
            opening: String::new(),
            entries: notices
                .iter()
                .map(|notice| self.entry(text, notice))
                .collect(),
            link: text.t("mail-link").into_owned(),
            closing: text
                .t1("mail-closing", "hub", self.hub_name(lang))
                .into_owned(),
        };
        (text, draft)
    }
}

fn sections(text: Text, content: &NoticeContent) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut add = |heading: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let heading = heading.to_owned();
            sections.push(Section { heading, lines });
        }
    };
    let lines = |text: &str| {
        let lines = text
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    add(&text.t("mail-summary"), lines(&content.summary));
    add(&text.t("mail-measures"), lines(&content.countermeasures));
    let mut values: Vec<String> = content
        .values
        .iter()
        .map(|(kind, value)| format!("{}: {value}", text.word(kind)))
        .collect();
    if content.more_values > 0 {
        values.push(
            text.t1("mail-more-values", "n", content.more_values as u64)
                .into_owned(),
        );
    }
    add(&text.t("mail-values"), values);
    sections
}

impl Draft {
    fn plain(&self) -> String {
        let mut lines: Vec<&str> = vec![&self.to, "", &self.opening, ""];
        for entry in &self.entries {
            lines.extend([RULE, entry.heading.as_str()]);
            lines.extend(entry.facts.iter().map(String::as_str));
            for section in &entry.sections {
                lines.extend(["", section.heading.as_str()]);
                lines.extend(section.lines.iter().map(String::as_str));
            }
            lines.extend(["", self.link.as_str(), entry.url.as_str(), ""]);
        }
        lines.extend([RULE, self.closing.as_str()]);
        lines.join("\r\n") + "\r\n"
    }

    fn letter(self) -> Letter {
        let text = self.plain();
        // Rendering into a String does not fail; were it to, the plain part says everything.
        let html = self.render().unwrap_or_default();
        Letter {
            subject: self.subject,
            text,
            html,
        }
    }
}

impl MailScribe {
    /// That an item is over: by the number alone, which its reader was told before.
    fn ended(
        &self,
        lang: Spoken,
        to: &str,
        number: &str,
        [subject, opening, what_to_do]: [&str; 3],
    ) -> Letter {
        let (text, mut draft) = self.draft(lang, to, &[]);
        let hub = self.hub_name(text.lang());
        let subject = text.t2(subject, "hub", hub, "number", number);
        draft.subject = subject.into_owned();
        draft.opening = text.t(opening).into_owned();
        draft.entries = vec![Entry {
            heading: number.to_owned(),
            facts: vec![text.t(what_to_do).into_owned()],
            sections: Vec::new(),
            url: self.item_url(number),
        }];
        draft.letter()
    }
}

impl Scribe for MailScribe {
    fn notice(&self, lang: Spoken, to: &str, notice: &Notice) -> Letter {
        let (text, mut draft) = self.draft(lang, to, std::slice::from_ref(notice));
        let hub = self.hub_name(text.lang());
        let (tlp, number) = (notice.tlp.to_string(), notice.number.as_str());
        let subject = match &notice.content {
            Some(content) => text.t_args(
                "mail-subject",
                &[
                    ("hub", &hub),
                    ("tlp", &tlp),
                    ("title", &content.title.as_str()),
                    ("number", &number),
                ],
            ),
            None => text.t_args(
                "mail-subject-neutral",
                &[("hub", &hub), ("tlp", &tlp), ("number", &number)],
            ),
        };
        draft.subject = subject.into_owned();
        draft.opening = match &notice.content {
            Some(_) => text.t("mail-opening").into_owned(),
            None => text.t1("mail-opening-neutral", "tlp", tlp).into_owned(),
        };
        draft.letter()
    }

    fn digest(&self, lang: Spoken, to: &str, day: &str, notices: &[Notice]) -> Letter {
        let (text, mut draft) = self.draft(lang, to, notices);
        let hub = self.hub_name(text.lang());
        let count = notices.len() as u64;
        let subject = text.t_args(
            "mail-subject-digest",
            &[("hub", &hub), ("day", &day), ("n", &count)],
        );
        draft.subject = subject.into_owned();
        draft.opening = text.t1("mail-opening-digest", "n", count).into_owned();
        draft.letter()
    }

    fn found(&self, lang: Spoken, to: &str, what: Option<(&Watched, FoundNew)>) -> Letter {
        let (text, mut draft) = self.draft(lang, to, &[]);
        let hub = self.hub_name(text.lang());
        draft.subject = text.t1("mail-subject-found", "hub", hub).into_owned();
        let mut facts = Vec::new();
        draft.opening = match what {
            None => text.t("mail-opening-found"),
            Some((watched, found)) => {
                let query = text.t1("mail-found-query", "query", watched.query.as_str());
                facts.push(query.into_owned());
                let said = [
                    ("name", &watched.name.as_str() as _),
                    ("items", &found.items as _),
                    ("objects", &found.objects as _),
                    ("reports", &found.reports as _),
                    ("assessments", &found.assessments as _),
                    ("campaigns", &found.campaigns as _),
                ];
                match found.is_for_officers() {
                    true => text.t_args("mail-opening-found-officer", &said),
                    false => text.t_args("mail-opening-found-sealed", &said),
                }
            }
        }
        .into_owned();
        draft.entries = vec![Entry {
            heading: text.t("mail-found-heading").into_owned(),
            facts,
            sections: Vec::new(),
            url: format!("{}/search/saved", self.public_url),
        }];
        draft.letter()
    }

    fn withdrawn(&self, lang: Spoken, to: &str, number: &str) -> Letter {
        let keys = [
            "mail-subject-withdrawn",
            "mail-opening-withdrawn",
            "mail-withdrawn-do",
        ];
        self.ended(lang, to, number, keys)
    }

    fn replaced(&self, lang: Spoken, to: &str, number: &str) -> Letter {
        let keys = [
            "mail-subject-replaced",
            "mail-opening-replaced",
            "mail-replaced-do",
        ];
        self.ended(lang, to, number, keys)
    }

    fn item_url(&self, number: &str) -> String {
        format!("{}/library/{number}", self.public_url)
    }
}

#[cfg(test)]
mod tests {
    use kaname_kernel::Tlp;

    use super::*;

    fn scribe() -> MailScribe {
        MailScribe {
            hub: ["要センター（架空）".into(), "Kaname Centre".into()],
            public_url: "https://hub.test".into(),
        }
    }

    fn notice(tlp: Tlp) -> Notice {
        let shown = !kaname_sharing::rendition::is_neutral_only(tlp);
        Notice {
            number: "KN-2026-0007".into(),
            tlp,
            content: shown.then(|| NoticeContent {
                title: "<script>alert(1)</script>".into(),
                summary: "一行目\n<b>二行目</b>".into(),
                countermeasures: "更新する。".into(),
                kind: "indicator",
                pap: "PAP:GREEN".into(),
                valid_until: None,
                values: vec![("domain", "files-sync[.]test".into())],
                more_values: 3,
            }),
        }
    }

    #[test]
    fn both_parts_say_the_same_and_markup_is_text() {
        for lang in [Spoken::Ja, Spoken::En] {
            let letter = scribe().notice(lang, "海浜銀行", &notice(Tlp::Green));
            for part in [&letter.text, &letter.html] {
                assert!(part.contains("KN-2026-0007") && part.contains("files-sync[.]test"));
                assert!(part.contains("https://hub.test/library/KN-2026-0007"));
                assert!(!part.contains("[mail-"), "every message is there: {part}");
            }
            assert!(!letter.html.contains("<script>") && !letter.html.contains("<b>"));
            assert!(letter.html.contains("&#60;script&#62;") || letter.html.contains("&lt;script"));
            assert!(letter.subject.contains("TLP:GREEN"));
        }
    }

    #[test]
    fn from_amber_up_a_mail_is_neutral() {
        for tlp in [Tlp::Amber, Tlp::AmberStrict, Tlp::Red] {
            let letter = scribe().notice(Spoken::Ja, "海浜銀行", &notice(tlp));
            for part in [&letter.subject, &letter.text, &letter.html] {
                assert!(part.contains("KN-2026-0007"));
                assert!(
                    !part.contains("script") && !part.contains("files-sync"),
                    "{part}"
                );
            }
        }
    }

    #[test]
    fn a_digest_lists_everything_once() {
        let notices = [notice(Tlp::Clear), notice(Tlp::Red)];
        let letter = scribe().digest(Spoken::En, "Seaside Bank", "2026-11-25", &notices);
        assert!(letter.subject.contains("2026-11-25") && letter.subject.contains('2'));
        assert_eq!(letter.text.matches("https://hub.test/library/").count(), 2);
        assert!(!letter.text.contains("[mail-"));
    }
}
