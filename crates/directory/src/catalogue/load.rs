//! Reading and checking the files: a code never holds twice on one day, and what an entry names exists
//! on the day the entry begins.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::{
    Body, Catalogue, CatalogueError, Duty, DutyText, MemberClass, Sector,
    file::{BodyFile, MembershipFile, SectorFile},
};
use crate::dated::{Dated, on_day};

const SECTORS: &str = "data/sectors.toml";
const BODIES: &str = "data/bodies.toml";
const MEMBERSHIP: &str = "data/membership.toml";

impl Catalogue {
    /// Reads the three files' texts.
    pub fn parse(sectors: &str, bodies: &str, membership: &str) -> Result<Self, CatalogueError> {
        let sectors: SectorFile = read(SECTORS, sectors)?;
        let bodies: BodyFile = read(BODIES, bodies)?;
        let membership: MembershipFile = read(MEMBERSHIP, membership)?;
        let sectors = sectors.sector.into_iter().map(|row| {
            let (code, name, position) = (row.code, row.name, row.position);
            let (ministries, shared_with) = (row.ministries, row.shared_with);
            row.valid.date(Sector {
                code,
                name,
                ministries,
                shared_with,
                position,
            })
        });
        let bodies = bodies.body.into_iter().map(|row| {
            let (code, name, short, role) = (row.code, row.name, row.short, row.role);
            row.valid.date(Body {
                code,
                name,
                short,
                role,
            })
        });
        let classes = membership.class.into_iter().map(|row| {
            let (code, name, about, duties) = (row.code, row.name, row.about, row.duties);
            row.valid.date(MemberClass {
                code,
                name,
                about,
                duties,
            })
        });
        let duties = membership.duty.into_iter().map(|row| {
            let (code, name) = (row.code, row.name);
            row.valid.date(Duty { code, name })
        });
        let texts = membership.text.into_iter().map(|row| {
            let (duty, version, text, sample) = (row.duty, row.version, row.text, row.sample);
            row.valid.date(DutyText {
                duty,
                version,
                text,
                sample,
            })
        });
        let catalogue = Self {
            sectors: by_code(SECTORS, sectors, |sector| &sector.code)?,
            bodies: by_code(BODIES, bodies, |body| &body.code)?,
            classes: by_code(MEMBERSHIP, classes, |class| &class.code)?,
            duties: by_code(MEMBERSHIP, duties, |duty| &duty.code)?,
            texts: by_code(MEMBERSHIP, texts, |text| &text.duty)?,
        };
        catalogue.check_names()?;
        Ok(catalogue)
    }

    fn check_names(&self) -> Result<(), CatalogueError> {
        for sector in self.sectors.values().flatten() {
            let value = &sector.value;
            if value.ministries.is_empty() {
                return Err(entry(
                    SECTORS,
                    &value.code,
                    sector,
                    "it has no competent ministry",
                ));
            }
            for body in value.ministries.iter().chain(&value.shared_with) {
                if self.body_on(body, sector.span.from).is_none() {
                    let why = format!("its ministry `{body}` does not exist on that day");
                    return Err(entry(SECTORS, &value.code, sector, &why));
                }
            }
        }
        for class in self.classes.values().flatten() {
            for duty in &class.value.duties {
                if self
                    .duties
                    .get(duty)
                    .is_none_or(|d| on_day(d, class.span.from).is_none())
                {
                    let why = format!("its duty `{duty}` does not exist on that day");
                    return Err(entry(MEMBERSHIP, &class.value.code, class, &why));
                }
            }
        }
        for duty in self.duties.values().flatten() {
            if self
                .duty_text_on(&duty.value.code, duty.span.from)
                .is_none()
            {
                return Err(entry(
                    MEMBERSHIP,
                    &duty.value.code,
                    duty,
                    "it has no text on that day",
                ));
            }
        }
        for text in self.texts.values().flatten() {
            if !self.duties.contains_key(&text.value.duty) {
                return Err(entry(
                    MEMBERSHIP,
                    &text.value.duty,
                    text,
                    "its duty does not exist",
                ));
            }
        }
        Ok(())
    }
}

fn read<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, CatalogueError> {
    toml::from_str(text).map_err(|source| CatalogueError::Form {
        file,
        source: Box::new(source),
    })
}

fn entry<T>(
    file: &'static str,
    code: &impl ToString,
    dated: &Dated<T>,
    why: &str,
) -> CatalogueError {
    let (code, from, why) = (code.to_string(), dated.span.from, why.to_owned());
    CatalogueError::Entry {
        file,
        code,
        from,
        why,
    }
}

fn by_code<T, C: Ord + Clone + ToString>(
    file: &'static str,
    entries: impl Iterator<Item = Dated<T>>,
    code_of: impl Fn(&T) -> &C,
) -> Result<BTreeMap<C, Vec<Dated<T>>>, CatalogueError> {
    let mut by_code: BTreeMap<C, Vec<Dated<T>>> = BTreeMap::new();
    for dated in entries {
        let code = code_of(&dated.value).clone();
        if dated.span.is_empty() {
            return Err(entry(file, &code, &dated, "it ends before it begins"));
        }
        if dated.source.trim().is_empty() {
            return Err(entry(file, &code, &dated, "it names no source"));
        }
        by_code.entry(code).or_default().push(dated);
    }
    for (code, versions) in &mut by_code {
        versions.sort_by_key(|dated| dated.span.from);
        for pair in versions.windows(2) {
            if pair[0].span.overlaps(&pair[1].span) {
                let (first, second) = (pair[0].span.from, pair[1].span.from);
                return Err(CatalogueError::Overlap {
                    file,
                    code: code.to_string(),
                    first,
                    second,
                });
            }
        }
    }
    Ok(by_code)
}
