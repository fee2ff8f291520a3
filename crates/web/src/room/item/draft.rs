//! The form of what an item says: for the analyst who derives and revises, and for the provider who
//! proposes other contents.

use std::{collections::BTreeSet, str::FromStr};

use jiff::Timestamp;
use kaname_directory::{
    Account, ClassCode, DutyCode, Party, account::LOGIN_SPACE, account::login_key,
    party::CODE_SPACE,
};
use kaname_kernel::{MatterId, Pap, PartyId, Tlp, audience::Named};
use kaname_sharing::{Content, ItemKind, Outlet, Text, Value};
use kaname_world::{Loaded, WorldError, sharing::ItemDraft};
use serde::Deserialize;

use super::offered::Offered;
use crate::{
    frame::{
        Page,
        part::{Choice, Faults, Field},
    },
    house::{By, House},
    room::{
        choices,
        form::{Wrong, local},
        words,
    },
};

/// What the form posts, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::room) struct DraftForm {
    kind: String,
    title_ja: String,
    title_en: String,
    summary_ja: String,
    summary_en: String,
    measures_ja: String,
    measures_en: String,
    values: String,
    techniques: String,
    tlp: String,
    pap: String,
    groups: Vec<String>,
    parties: String,
    persons: String,
    classes: Vec<String>,
    duties: Vec<String>,
    embargo: String,
    valid_until: String,
    outlets: Vec<String>,
    /// Library collections.
    pub(in crate::room) collections: Vec<String>,
    /// A provider's words with its proposal.
    pub(in crate::room) comment: String,
    /// Version of the item that the form was filled in with; empty before there is an item.
    version: String,
    /// Key of a first derivation, so that a form sent twice derives once.
    pub(in crate::room) once: String,
}

/// The form as it is shown: texts, then readers and ways out, and what is wrong with them.
pub(in crate::room) struct Written {
    pub(in crate::room) texts: Vec<Field>,
    pub(in crate::room) reach: Vec<Field>,
    /// What goes along unseen: name and value.
    pub(in crate::room) hidden: [(&'static str, String); 2],
    pub(in crate::room) faults: Option<Faults>,
}

impl DraftForm {
    /// Filled in with a content.
    pub(in crate::room) fn of(content: &Content) -> Self {
        let values = content.shared_values();
        let values: Vec<&str> = values.iter().map(|value| value.value.as_str()).collect();
        let techniques = content.techniques();
        let techniques: Vec<String> = techniques
            .iter()
            .map(|(id, name)| format!("{id} {name}"))
            .collect();
        fn texts<T: ToString>(all: &[T]) -> Vec<String> {
            all.iter().map(ToString::to_string).collect()
        }
        let time = |at: Option<Timestamp>| at.map(local).unwrap_or_default();
        Self {
            kind: content.kind.as_str().to_owned(),
            title_ja: content.title.ja.clone(),
            title_en: content.title.en.clone(),
            summary_ja: content.summary.ja.clone(),
            summary_en: content.summary.en.clone(),
            measures_ja: content.countermeasures.ja.clone(),
            measures_en: content.countermeasures.en.clone(),
            values: values.join("\n"),
            techniques: techniques.join("\n"),
            tlp: content.tlp.label().to_owned(),
            pap: content.pap.label().to_owned(),
            groups: texts(&content.named.groups),
            parties: texts(&content.named.parties).join("\n"),
            persons: texts(&content.named.persons).join("\n"),
            classes: content.classes.iter().cloned().collect(),
            duties: content.duties.iter().cloned().collect(),
            embargo: time(content.embargo),
            valid_until: time(content.valid_until),
            outlets: content
                .outlets
                .iter()
                .map(|one| one.as_str().to_owned())
                .collect(),
            collections: content
                .collections
                .iter()
                .map(ToString::to_string)
                .collect(),
            comment: String::new(),
            version: String::new(),
            once: String::new(),
        }
    }

    /// The form as filled in with, or compared to, this version of the item.
    pub(in crate::room) fn at(mut self, version: u32) -> Self {
        self.version = version.to_string();
        self
    }

    /// Refuses a form that was filled in with another version of the item.
    pub(in crate::room) fn check_version<M>(&self, item: &Loaded<M>) -> Result<(), WorldError> {
        if self.version == item.version.to_string() {
            Ok(())
        } else {
            Err(WorldError::Stale(item.id))
        }
    }

    /// The form with what was typed and, if it was sent, what is wrong with it.
    pub(in crate::room) fn written(
        &self,
        page: &Page,
        offered: &Offered,
        wrong: Option<&Wrong>,
    ) -> Written {
        let (mut texts, mut reach) = (self.text_fields(page), self.reach_fields(page, offered));
        if let Some(wrong) = wrong {
            (texts, reach) = (wrong.mark(texts), wrong.mark(reach));
        }
        Written {
            faults: wrong.map(|wrong| wrong.summary(page, texts.iter().chain(&reach))),
            texts,
            reach,
            hidden: [
                ("version", self.version.clone()),
                ("once", self.once.clone()),
            ],
        }
    }

    /// What the form says of errors, each at the field that it is about; or an error that is not
    /// theirs to mend. Where nobody could read it, the readers are to blame: persons under RED, else
    /// groups where there are any, else parties.
    pub(in crate::room) fn wrong(
        &self,
        text: crate::text::Text,
        errors: Vec<WorldError>,
        groups: bool,
    ) -> Result<Wrong, WorldError> {
        Wrong::of_all(text, errors, |error, at| match (error, at) {
            (WorldError::Refused { key, .. }, None) => match *key {
                "refused-nobody" if self.tlp.parse() == Ok(Tlp::Red) => Some("persons"),
                "refused-nobody" if groups => Some("groups"),
                "refused-nobody" => Some("parties"),
                "refused-no-longer-valid" => Some("valid_until"),
                "refused-bad-object" => Some("values"),
                _ => None,
            },
            (_, Some("title" | "title.ja")) => Some("title_ja"),
            (_, Some("title.en")) => Some("title_en"),
            (_, Some("summary" | "summary.ja")) => Some("summary_ja"),
            (_, Some("summary.en")) => Some("summary_en"),
            (_, Some("countermeasures" | "countermeasures.ja")) => Some("measures_ja"),
            (_, Some("countermeasures.en")) => Some("measures_en"),
            (_, Some("objects" | "value")) => Some("values"),
            _ => None,
        })
    }

    /// The texts, first part of the form.
    fn text_fields(&self, page: &Page) -> Vec<Field> {
        let text = page.text;
        let kinds = ItemKind::ALL
            .map(|kind| Choice::new(kind.as_str(), words::item_kind(text, kind)))
            .to_vec();
        vec![
            page.select("kind", text.t("item-kind"), kinds)
                .value(&self.kind),
            page.line("text", "title_ja", text.t("item-title-ja"))
                .value(&self.title_ja)
                .longest(200)
                .optional(),
            page.line("text", "title_en", text.t("item-title-en"))
                .value(&self.title_en)
                .longest(200)
                .optional(),
            page.lines(6, "summary_ja", text.t("item-summary-ja"))
                .value(&self.summary_ja)
                .optional(),
            page.lines(6, "summary_en", text.t("item-summary-en"))
                .value(&self.summary_en)
                .optional(),
            page.lines(4, "measures_ja", text.t("item-measures-ja"))
                .value(&self.measures_ja)
                .optional(),
            page.lines(4, "measures_en", text.t("item-measures-en"))
                .value(&self.measures_en)
                .optional(),
            page.lines(6, "values", text.t("item-values"))
                .hint(text.t("item-values-hint"))
                .value(&self.values)
                .optional(),
            page.lines(2, "techniques", text.t("item-techniques"))
                .hint(text.t("item-techniques-hint"))
                .value(&self.techniques)
                .optional(),
        ]
    }

    /// Readers, markings and ways out, second part of the form.
    fn reach_fields(&self, page: &Page, offered: &Offered) -> Vec<Field> {
        let text = page.text;
        let tlp = self.tlp.parse().unwrap_or(Tlp::AmberStrict);
        let pap = self.pap.parse().unwrap_or(Pap::Amber);
        let outlets = Outlet::ALL
            .map(|outlet| Choice::new(outlet.as_str(), words::outlet(text, outlet)))
            .to_vec();
        let boxes = |name: &str, key: &str, all: &[Choice], chosen: &[String]| {
            page.boxes(name, text.t(key), all.to_vec())
                .values(chosen.iter().cloned())
                .optional()
        };
        let mut fields = vec![
            choices::tlp(page, "tlp", text.t("item-tlp"), tlp),
            choices::pap(page, "pap", text.t("item-pap"), pap),
        ];
        if !offered.groups.is_empty() {
            fields.push(boxes(
                "groups",
                "item-groups",
                &offered.groups,
                &self.groups,
            ));
        }
        fields.extend([
            page.lines(2, "parties", text.t("item-parties"))
                .hint(text.t("item-parties-hint"))
                .value(&self.parties)
                .optional(),
            page.lines(2, "persons", text.t("item-persons"))
                .hint(text.t("item-persons-hint"))
                .value(&self.persons)
                .optional(),
            boxes("classes", "item-classes", &offered.classes, &self.classes),
            boxes("duties", "item-duties", &offered.duties, &self.duties),
            page.line("datetime-local", "embargo", text.t("item-embargo"))
                .hint(text.t("item-embargo-hint"))
                .value(&self.embargo)
                .optional(),
            page.line("datetime-local", "valid_until", text.t("item-valid-until"))
                .hint(text.t("item-valid-until-hint"))
                .value(&self.valid_until)
                .optional(),
            boxes("outlets", "item-outlets", &outlets, &self.outlets),
            boxes(
                "collections",
                "item-collections",
                &offered.collections,
                &self.collections,
            ),
        ]);
        fields
    }

    /// What was typed, read; or everything that is wrong with it. `earlier` is what the form was
    /// filled in with: a time that was not touched stays exact, though the form shows it to the minute.
    pub(in crate::room) async fn read(
        &self,
        house: &House,
        by: &By,
        earlier: Option<&Content>,
    ) -> Result<ItemDraft, Vec<WorldError>> {
        let mut faults = Faulty::default();
        let kind = ItemKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == self.kind);
        let kind = faults.keep(kind.ok_or_else(|| wrong("kind", "error-text", &self.kind)));
        let outlets = Outlet::ALL.into_iter();
        let outlets =
            outlets.filter(|outlet| self.outlets.iter().any(|one| one == outlet.as_str()));
        let tlp = self.tlp.parse();
        let tlp = faults.keep(tlp.map_err(|_| wrong("tlp", "error-text", &self.tlp)));
        let pap = self.pap.parse();
        let pap = faults.keep(pap.map_err(|_| wrong("pap", "error-text", &self.pap)));
        let values = faults.keep(self.read_values());
        let parties = faults.keep(self.read_parties(house, by).await);
        let groups = faults.keep(ids("groups", &self.groups));
        let persons = faults.keep(self.read_persons(house, by).await);
        let classes = faults.keep(codes::<ClassCode>("classes", &self.classes));
        let duties = faults.keep(codes::<DutyCode>("duties", &self.duties));
        let before = earlier.and_then(|content| content.embargo);
        let embargo = faults.keep(time("embargo", &self.embargo, before));
        let before = earlier.and_then(|content| content.valid_until);
        let valid_until = faults.keep(time("valid_until", &self.valid_until, before));
        let collections = faults.keep(ids("collections", &self.collections));
        let (Some(kind), Some(tlp), Some(pap), Some(values)) = (kind, tlp, pap, values) else {
            return Err(faults.0);
        };
        let (Some(parties), Some(groups), Some(persons)) = (parties, groups, persons) else {
            return Err(faults.0);
        };
        let (Some(classes), Some(duties), Some(collections)) = (classes, duties, collections)
        else {
            return Err(faults.0);
        };
        let (Some(embargo), Some(valid_until)) = (embargo, valid_until) else {
            return Err(faults.0);
        };
        Ok(ItemDraft {
            kind,
            title: Text::new(self.title_ja.trim(), self.title_en.trim()),
            summary: Text::new(plain(&self.summary_ja), plain(&self.summary_en)),
            countermeasures: Text::new(plain(&self.measures_ja), plain(&self.measures_en)),
            values,
            techniques: self.read_techniques(),
            tlp,
            pap,
            named: Named {
                parties,
                groups,
                persons,
            },
            classes,
            duties,
            embargo,
            valid_until,
            outlets: outlets.collect(),
            collections: collections.into_iter().collect::<BTreeSet<MatterId>>(),
        })
    }

    fn read_values(&self) -> Result<Vec<Value>, WorldError> {
        let mut values = Vec::new();
        let mut unread = Vec::new();
        let lines = self
            .values
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        for line in lines {
            let Some(read) = kaname_intake::read_value(line) else {
                unread.push(line);
                continue;
            };
            let value = Value {
                kind: read.kind,
                value: read.value,
            };
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if !unread.is_empty() {
            return Err(wrong("values", "error-values", &unread.join(" / ")));
        }
        Ok(values)
    }

    fn read_techniques(&self) -> Vec<(String, String)> {
        let lines = self
            .techniques
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        let pairs = lines.map(|line| match line.split_once(char::is_whitespace) {
            Some((id, name)) => (id.to_owned(), name.trim().to_owned()),
            None => (line.to_owned(), line.to_owned()),
        });
        pairs.take(200).collect()
    }

    async fn read_parties(&self, house: &House, by: &By) -> Result<Vec<PartyId>, WorldError> {
        let mut parties = Vec::new();
        for word in self.parties.split_whitespace().take(1_000) {
            let found = match word.parse::<PartyId>() {
                Ok(id) => house.world().see::<Party>(by, id.cast()).await,
                Err(_) => {
                    house
                        .world()
                        .find(by, CODE_SPACE, &word.to_lowercase())
                        .await
                }
            };
            let party = found.map_err(|_| wrong("parties", "error-no-party", word))?;
            parties.push(party.id.cast());
        }
        Ok(parties)
    }

    async fn read_persons(
        &self,
        house: &House,
        by: &By,
    ) -> Result<Vec<kaname_kernel::AccountId>, WorldError> {
        let mut persons = Vec::new();
        for word in self.persons.split_whitespace().take(1_000) {
            let found = match word.parse::<kaname_kernel::AccountId>() {
                Ok(id) => house.world().see::<Account>(by, id.cast()).await,
                Err(_) => house.world().find(by, LOGIN_SPACE, &login_key(word)).await,
            };
            let person = found.map_err(|_| wrong("persons", "error-no-person", word))?;
            persons.push(person.id.cast());
        }
        Ok(persons)
    }
}

/// Everything that is wrong, in the order of the form.
#[derive(Default)]
struct Faulty(Vec<WorldError>);

impl Faulty {
    fn keep<T>(&mut self, read: Result<T, WorldError>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.0.push(error);
                None
            }
        }
    }
}

fn wrong(field: &str, key: &'static str, what: &str) -> WorldError {
    let what: String = what.chars().take(120).collect();
    WorldError::invalid(field, key, what)
}

fn plain(typed: &str) -> String {
    typed.replace("\r\n", "\n").trim().to_owned()
}

fn ids<K>(field: &str, typed: &[String]) -> Result<Vec<kaname_kernel::Id<K>>, WorldError>
where
    kaname_kernel::Id<K>: FromStr,
{
    let read = typed
        .iter()
        .take(1_000)
        .map(|one| one.parse().map_err(|_| wrong(field, "error-text", one)));
    read.collect()
}

fn codes<C: FromStr + ToString>(
    field: &str,
    typed: &[String],
) -> Result<BTreeSet<String>, WorldError> {
    let read = typed.iter().take(100).map(|one| {
        let code: C = one.parse().map_err(|_| wrong(field, "error-text", one))?;
        Ok(code.to_string())
    });
    read.collect()
}

fn time(
    field: &str,
    typed: &str,
    before: Option<Timestamp>,
) -> Result<Option<Timestamp>, WorldError> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    if before.is_some_and(|before| local(before) == typed.trim()) {
        return Ok(before);
    }
    let when = kaname_intake::read_when(typed);
    when.map(|when| Some(when.at))
        .ok_or_else(|| wrong(field, "error-time", typed))
}
