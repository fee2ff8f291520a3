//! The form of what an item says: for the analyst who derives and revises, and for the provider who
//! proposes other contents.

use jiff::Timestamp;
use kaname_directory::{Account, Party};
use kaname_kernel::{Pap, Tlp};
use kaname_sharing::{Content, ItemKind, Outlet};
use kaname_world::{Loaded, WorldError};
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
    pub(in crate::room) kind: String,
    pub(in crate::room) title_ja: String,
    pub(in crate::room) title_en: String,
    pub(in crate::room) summary_ja: String,
    pub(in crate::room) summary_en: String,
    pub(in crate::room) measures_ja: String,
    pub(in crate::room) measures_en: String,
    pub(in crate::room) values: String,
    pub(in crate::room) techniques: String,
    pub(in crate::room) tlp: String,
    pub(in crate::room) pap: String,
    pub(in crate::room) groups: Vec<String>,
    pub(in crate::room) parties: String,
    /// Parties ticked by name, beside those named by code.
    pub(in crate::room) chosen: Vec<String>,
    pub(in crate::room) persons: String,
    pub(in crate::room) classes: Vec<String>,
    pub(in crate::room) duties: Vec<String>,
    pub(in crate::room) embargo: String,
    pub(in crate::room) valid_until: String,
    pub(in crate::room) outlets: Vec<String>,
    /// Library collections.
    pub(in crate::room) collections: Vec<String>,
    /// A provider's words with its proposal.
    pub(in crate::room) comment: String,
    /// Version of the item that the form was filled in with; empty before there is an item.
    pub(in crate::room) version: String,
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

impl Written {
    /// For the hub's own word: there is no provider who is asked.
    pub(in crate::room) fn of_own_word(mut self, page: &Page) -> Self {
        let told = |field: Field| match field.name() {
            "measures_ja" => field.hint(page.t("item-own-measures-hint")),
            "chosen" => field.hint(page.t("item-own-parties-hint")),
            "parties" => field.hint(page.t("item-own-parties-codes")),
            "persons" => field.hint(page.t("item-own-persons-hint")),
            "outlets" => field.either(page.t("item-own-outlets-needed")),
            _ => field,
        };
        self.texts = self.texts.into_iter().map(told).collect();
        self.reach = self.reach.into_iter().map(told).collect();
        self
    }
}

impl DraftForm {
    /// Filled in with a content. Whom it names stands by the code or login that the caller may know, and
    /// by id otherwise.
    pub(in crate::room) async fn of(
        house: &House,
        by: &By,
        content: &Content,
    ) -> Result<Self, WorldError> {
        let world = house.world();
        let mut form = Self::without_names(content);
        for id in &content.named.parties {
            form.chosen
                .push(match world.see::<Party>(by, id.cast()).await {
                    Ok(party) => party.state.code.to_string(),
                    Err(WorldError::NotFound(_)) => id.to_string(),
                    Err(error) => return Err(error),
                });
        }
        let mut persons = Vec::new();
        for id in &content.named.persons {
            persons.push(match world.see::<Account>(by, id.cast()).await {
                Ok(person) => person.state.login.to_string(),
                Err(WorldError::NotFound(_)) => id.to_string(),
                Err(error) => return Err(error),
            });
        }
        form.persons = persons.join("\n");
        Ok(form)
    }

    fn without_names(content: &Content) -> Self {
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
            parties: String::new(),
            chosen: Vec::new(),
            persons: String::new(),
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
    pub(in crate::room) async fn wrong(
        &self,
        house: &House,
        text: crate::text::Text,
        errors: Vec<WorldError>,
    ) -> Result<Wrong, WorldError> {
        // Signing in again cures it; what was typed waits meanwhile.
        if errors
            .iter()
            .any(|error| matches!(error, WorldError::StepUp))
        {
            return Err(WorldError::StepUp);
        }
        let groups = house.world().groups().await?;
        let groups = groups.iter().any(|(_, group)| !group.closed);
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
        let kinds = ItemKind::DERIVED
            .map(|kind| Choice::new(kind.as_str(), words::item_kind(text, kind)))
            .to_vec();
        vec![
            page.select("kind", text.t("item-kind"), kinds)
                .value(&self.kind),
            page.line("text", "title_ja", text.t("item-title-ja"))
                .value(&self.title_ja)
                .longest(200)
                .either(text.t("item-title-either")),
            page.line("text", "title_en", text.t("item-title-en"))
                .value(&self.title_en)
                .longest(200)
                .either(text.t("item-title-either")),
            page.lines(6, "summary_ja", text.t("item-summary-ja"))
                .value(&self.summary_ja)
                .optional(),
            page.lines(6, "summary_en", text.t("item-summary-en"))
                .value(&self.summary_en)
                .optional(),
            page.lines(4, "measures_ja", text.t("item-measures-ja"))
                .hint(text.t("item-measures-hint"))
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
        };
        // What TLP:AMBER needs: a group or a party, where there are groups to choose from.
        let named = match offered.groups.is_empty() {
            true => "item-parties-needed",
            false => "item-named-either",
        };
        let mut fields = vec![
            choices::tlp(page, "tlp", text.t("item-tlp"), tlp),
            choices::pap(page, "pap", text.t("item-pap"), pap),
        ];
        if !offered.groups.is_empty() {
            let groups = boxes("groups", "item-groups", &offered.groups, &self.groups);
            fields.push(groups.either(text.t(named)));
        }
        let codes = match offered.parties.is_empty() {
            true => "item-parties",
            false => "item-parties-others",
        };
        if !offered.parties.is_empty() {
            let names = boxes("chosen", "item-parties", &offered.parties, &self.chosen);
            let names = names.hint(text.t("item-parties-hint")).scrolling();
            fields.push(names.either(text.t(named)));
        }
        fields.extend([
            page.lines(2, "parties", text.t(codes))
                .hint(text.t("item-parties-codes"))
                .value(&self.parties)
                .either(text.t(named)),
            page.lines(2, "persons", text.t("item-persons"))
                .hint(text.t("item-persons-hint"))
                .value(&self.persons)
                .either(text.t("item-persons-needed")),
            boxes("classes", "item-classes", &offered.classes, &self.classes).optional(),
            boxes("duties", "item-duties", &offered.duties, &self.duties).optional(),
            page.line("datetime-local", "embargo", text.t("item-embargo"))
                .hint(text.t("item-embargo-hint"))
                .value(&self.embargo)
                .optional(),
            page.line("datetime-local", "valid_until", text.t("item-valid-until"))
                .hint(text.t("item-valid-until-hint"))
                .value(&self.valid_until)
                .optional(),
            boxes("outlets", "item-outlets", &outlets, &self.outlets)
                .either(text.t("item-outlets-needed")),
            boxes(
                "collections",
                "item-collections",
                &offered.collections,
                &self.collections,
            )
            .hint(text.t("item-collections-hint"))
            .optional(),
        ]);
        fields
    }
}
