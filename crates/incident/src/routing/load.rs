//! Reading and checking the rules: what they name exists, no recipient is decided twice on one form, and no day, sector,
//! type or level is left without somebody who has to act.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use jiff::civil::Date;
use kaname_directory::{Catalogue, Dated, SectorCode};
use toml::Spanned;

use super::{
    EventTypes, Form, Hasty, Recipient, Role, Routes, Rule, Sectors, Shown, Target,
    file::{EventTypesRow, FormRow, HasteRow, RoutesFile, RuleRow, SectorsRow},
};
use crate::{
    code::{EventTypeCode, FormCode},
    data::{BadData, File, Placed, placed_on, split},
    vocabulary::Vocabulary,
};

const FILE: &str = "data/routes.toml";
/// Highest level of the rating.
const HIGHEST: u8 = 4;
/// Most rules of a file: each is held against each.
const MAX_RULES: usize = 500;

impl Routes {
    /// The rules this program was built with.
    ///
    /// # Errors
    /// When the rules do not fit this catalogue and these words.
    pub fn builtin(catalogue: &Catalogue, words: &Vocabulary) -> Result<Self, BadData> {
        let text = include_str!("../../../../data/routes.toml");
        Self::parse(text, catalogue, words)
    }

    /// Reads a file of rules.
    ///
    /// # Errors
    /// The first fault, with line and reason: an unknown word, a recipient decided twice, a gap.
    pub fn parse(text: &str, catalogue: &Catalogue, words: &Vocabulary) -> Result<Self, BadData> {
        let file = File { name: FILE, text };
        let read: RoutesFile = file.read()?;
        if read.rule.len() > MAX_RULES {
            let what = format!("there are more than {MAX_RULES} rules");
            return Err(file.fault(&(0..0), what));
        }
        let mut forms = Vec::with_capacity(read.form.len());
        for row in read.form {
            let (at, row) = split(row);
            let form = form(&file, &at, &row)?;
            forms.push((at, row.valid.date(form)));
        }
        let forms = file.versions(forms, |form: &Form| &form.code)?;
        let mut rules = Vec::with_capacity(read.rule.len());
        for row in read.rule {
            let (at, row) = split(row);
            let loading = Loading {
                file: &file,
                at: &at,
                catalogue,
                words,
            };
            let rule = loading.rule(&row)?;
            let dated = row.valid.date(rule);
            loading.check(&dated, &forms)?;
            rules.push((at, dated));
        }
        let rules = file.versions(rules, |rule: &Rule| &rule.code)?;
        let (from_at, from) = split(read.complete_from);
        let routes = Self {
            haste: haste(&file, read.haste, (&from_at, from))?,
            rules,
            forms,
            from,
        };
        routes.no_overlap(&file)?;
        routes.no_gap(&file, &from_at, catalogue, words)?;
        Ok(routes)
    }

    /// Refuses two rules that decide one recipient on one form for one and the same report.
    fn no_overlap(&self, file: &File<'_>) -> Result<(), BadData> {
        let all: Vec<&Placed<Rule>> = self.rules.values().flatten().collect();
        for (index, one) in all.iter().enumerate() {
            for other in &all[index + 1..] {
                let (first, second) = match one.at.start <= other.at.start {
                    true => (one, other),
                    false => (other, one),
                };
                if first.dated.value.code != second.dated.value.code
                    && first.dated.span.overlaps(&second.dated.span)
                    && first.dated.value.meets(&second.dated.value)
                {
                    let what = format!(
                        "`{}` decides what `{}` (from {}) decides: `{}` on form `{}`; let them differ in sectors, \
                         event types, levels, conditions or days",
                        second.dated.value.code,
                        first.dated.value.code,
                        first.dated.span.from,
                        second.dated.value.to,
                        second.dated.value.form,
                    );
                    return Err(file.fault(&second.at, what));
                }
            }
        }
        Ok(())
    }

    /// Refuses a day, sector, type or level for which no rule without conditions names somebody with a duty.
    fn no_gap(
        &self,
        file: &File<'_>,
        at: &Range<usize>,
        catalogue: &Catalogue,
        words: &Vocabulary,
    ) -> Result<(), BadData> {
        let all: Vec<&Placed<Rule>> = self.rules.values().flatten().collect();
        let mut days = BTreeSet::from([self.from]);
        for rule in &all {
            days.insert(rule.dated.span.from);
            days.extend(rule.dated.span.until);
        }
        days.extend(catalogue.sector_days());
        days.retain(|day| *day >= self.from);
        for day in days {
            let sectors = catalogue.sectors_on(day).into_iter();
            let sectors = sectors.map(|sector| Some(sector.code)).chain([None]);
            let types = words.event_types_on(day).into_iter();
            let types: Vec<Option<&EventTypeCode>> = types
                .map(|dated| Some(&dated.value.code))
                .chain([None])
                .collect();
            for sector in sectors {
                let of_sector: Vec<&Rule> = all
                    .iter()
                    .filter(|rule| rule.dated.span.contains(day))
                    .map(|rule| &rule.dated.value)
                    .filter(|rule| rule.is_firm() && rule.speaks_of(sector.as_ref()))
                    .collect();
                for event_type in &types {
                    let of_type = |rule: &&&Rule| match (&rule.event_types, event_type) {
                        (EventTypes::Every, _) => true,
                        (EventTypes::Only(only), Some(code)) => only.contains(*code),
                        (EventTypes::Only(_), None) => false,
                    };
                    let of_type: Vec<&&Rule> = of_sector.iter().filter(of_type).collect();
                    for level in (0..=HIGHEST).map(Some).chain([None]) {
                        if !of_type.iter().any(|rule| rule.is_at(level)) {
                            let what = gap(day, sector.as_ref(), *event_type, level);
                            return Err(file.fault(at, what));
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

fn gap(
    day: Date,
    sector: Option<&SectorCode>,
    event_type: Option<&EventTypeCode>,
    level: Option<u8>,
) -> String {
    let sector = sector.map_or("unknown", SectorCode::as_str);
    let event_type = event_type.map_or("none", EventTypeCode::as_str);
    let level = level.map_or_else(|| "not set".to_owned(), |level| level.to_string());
    format!(
        "nobody has the duty to act from {day} on for sector {sector}, event type {event_type}, level {level}: a rule \
         with role duty and without conditions is needed"
    )
}

fn form(file: &File<'_>, at: &Range<usize>, row: &FormRow) -> Result<Form, BadData> {
    if let Some(twice) = row.open.intersection(&row.masked).next() {
        let what = format!("form `{}` has {twice:?} both open and masked", row.code);
        return Err(file.fault(at, what));
    }
    let open = row.open.iter().map(|field| (*field, Shown::Open));
    let masked = row.masked.iter().map(|field| (*field, Shown::Masked));
    Ok(Form {
        code: row.code.clone(),
        name: row.name.clone(),
        fields: open.chain(masked).collect(),
    })
}

fn haste(
    file: &File<'_>,
    rows: Vec<Spanned<HasteRow>>,
    (from_at, from): (&Range<usize>, Date),
) -> Result<Vec<Placed<Hasty>>, BadData> {
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        let (at, row) = split(row);
        let limits = row.limits;
        if limits.urgent_from > HIGHEST || limits.urgent_min == 0 || limits.usual_min == 0 {
            let what = "haste needs a level from 0 to 4 and minutes over 0";
            return Err(file.fault(&at, what));
        }
        if limits.urgent_min > limits.usual_min {
            let what = "what is urgent must not wait longer than what is not";
            return Err(file.fault(&at, what));
        }
        let hasty = Hasty {
            code: "haste",
            haste: limits,
        };
        read.push((at, row.valid.date(hasty)));
    }
    let mut read = file.versions(read, |hasty| &hasty.code)?;
    let versions = read.remove("haste").unwrap_or_default();
    let mut day = from;
    for version in &versions {
        let span = version.dated.span;
        match span.until {
            _ if span.from > day => break,
            None => return Ok(versions),
            Some(until) => day = day.max(until),
        }
    }
    Err(file.fault(from_at, format!("no haste holds from {day} on")))
}

struct Loading<'l> {
    file: &'l File<'l>,
    at: &'l Range<usize>,
    catalogue: &'l Catalogue,
    words: &'l Vocabulary,
}

impl Loading<'_> {
    fn fault(&self, what: impl Into<String>) -> BadData {
        self.file.fault(self.at, what)
    }

    fn rule(&self, row: &RuleRow) -> Result<Rule, BadData> {
        let sectors = match &row.sectors {
            SectorsRow::Word(word) => match word.as_str() {
                "every" => Sectors::Every,
                "known" => Sectors::Known,
                "unknown" => Sectors::Unknown,
                _ => {
                    let what = format!("`{word}` is none of every, known, unknown and no list");
                    return Err(self.fault(what));
                }
            },
            SectorsRow::Only(codes) => Sectors::Only(codes.clone()),
        };
        let event_types = match &row.event_types {
            EventTypesRow::Word(word) if word == "every" => EventTypes::Every,
            EventTypesRow::Word(word) => {
                let what = format!("`{word}` is not every and no list of event types");
                return Err(self.fault(what));
            }
            EventTypesRow::Only(codes) => EventTypes::Only(codes.clone()),
        };
        Ok(Rule {
            code: row.code.clone(),
            to: row.to.clone(),
            role: row.role,
            form: row.form.clone(),
            sectors,
            event_types,
            from_level: row.levels.0,
            to_level: row.levels.1,
            unrated: row.unrated,
            when: row.when.clone(),
            unless: row.unless.clone(),
            consent: row.consent,
        })
    }

    fn check(
        &self,
        dated: &Dated<Rule>,
        forms: &BTreeMap<FormCode, Vec<Placed<Form>>>,
    ) -> Result<(), BadData> {
        let (rule, span) = (&dated.value, dated.span);
        let code = &rule.code;
        if rule.from_level > rule.to_level || rule.to_level > HIGHEST {
            let what = format!("`{code}`: levels must be lowest and highest, within 0 to 4");
            return Err(self.fault(what));
        }
        if let Some(both) = rule.when.intersection(&rule.unless).next() {
            let what = format!("`{code}`: {both:?} stands in when and in unless");
            return Err(self.fault(what));
        }
        if let Sectors::Only(only) = &rule.sectors {
            if only.is_empty() {
                return Err(self.fault(format!("`{code}` names no sector")));
            }
            if let Some(unknown) = only.iter().find(|one| !self.catalogue.knows_sector(one)) {
                let what = format!("`{code}`: `{unknown}` is no sector of the dated data");
                return Err(self.fault(what));
            }
        }
        if let EventTypes::Only(only) = &rule.event_types {
            if only.is_empty() {
                return Err(self.fault(format!("`{code}` names no event type")));
            }
            if let Some(unknown) = only.iter().find(|one| !self.words.knows_event_type(one)) {
                let what = format!("`{code}`: `{unknown}` is no event type of the dated data");
                return Err(self.fault(what));
            }
        }
        if let Target::One(Recipient::Body(body)) = &rule.to
            && self.catalogue.body_on(body, span.from).is_none()
        {
            let what = format!("`{code}`: there is no body `{body}` on {}", span.from);
            return Err(self.fault(what));
        }
        if matches!(rule.to, Target::Ministry | Target::SharedMinistry)
            && matches!(rule.sectors, Sectors::Unknown | Sectors::Every)
        {
            let what = format!("`{code}`: without a known sector there is no competent ministry");
            return Err(self.fault(what));
        }
        let is_public = matches!(rule.to, Target::One(Recipient::Public));
        if is_public != (rule.role == Role::Public) {
            let what =
                format!("`{code}`: the role public is for the recipient public, and no other");
            return Err(self.fault(what));
        }
        let versions = forms.get(&rule.form).map(Vec::as_slice).unwrap_or_default();
        let mut day = span.from;
        while let Some(form) = placed_on(versions, day) {
            match (form.dated.span.until, span.until) {
                (None, _) => return Ok(()),
                (Some(form_ends), Some(rule_ends)) if form_ends >= rule_ends => return Ok(()),
                (Some(form_ends), _) => day = form_ends,
            }
        }
        let what = format!("`{code}`: there is no form `{}` on {day}", rule.form);
        Err(self.fault(what))
    }
}

impl Rule {
    /// Whether it names somebody who has to act, whatever else is so.
    fn is_firm(&self) -> bool {
        let firm = self.when.is_empty() && self.unless.is_empty() && !self.consent;
        // An operator may be a member of no ISAC, and a part of a sector may have no other ministry.
        let certain = matches!(
            self.to,
            Target::Ministry | Target::One(Recipient::CentreDesk | Recipient::Body(_))
        );
        firm && certain && self.role == Role::Duty
    }

    /// Whether one report could meet both, and both would name one recipient on one form.
    fn meets(&self, other: &Self) -> bool {
        let sectors = match (&self.sectors, &other.sectors) {
            (Sectors::Every, _) | (_, Sectors::Every) => true,
            (Sectors::Unknown, Sectors::Unknown) => true,
            (Sectors::Unknown, _) | (_, Sectors::Unknown) => false,
            (Sectors::Only(one), Sectors::Only(two)) => !one.is_disjoint(two),
            (Sectors::Known, _) | (_, Sectors::Known) => true,
        };
        // A report may carry types of both lists.
        let levels = self.from_level <= other.to_level && other.from_level <= self.to_level;
        let levels = levels || (self.unrated && other.unrated);
        let apart = |one: &Self, two: &Self| !one.when.is_disjoint(&two.unless);
        self.to == other.to
            && self.form == other.form
            && sectors
            && levels
            && !apart(self, other)
            && !apart(other, self)
    }
}
