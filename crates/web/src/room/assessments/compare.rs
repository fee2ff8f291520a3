//! Two versions of an assessment, part by part: texts by what changed in them, all else as whole words.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use jiff::Timestamp;
use kaname_kernel::Tlp;
use kaname_sharing::{
    Content,
    assessment::{Draft, Judgement, Source},
};
use kaname_world::{
    WorldError,
    sharing::{Seen, Version},
};
use serde::Deserialize;

use super::{
    show::title_of,
    told::{confidence, evidence_line, likelihood},
};
use crate::{
    error::Failure,
    frame::{
        Frame, Page, Section,
        part::{At, Difference, Piece},
        show,
    },
    house::{By, House},
    room::item::reach,
};

#[derive(Template)]
#[template(path = "room/assessments/compare.html")]
struct ComparePage {
    page: Page,
    number: String,
    from: (u32, String, At),
    to: (u32, String, At),
    groups: Vec<Group>,
}

/// What differs under one heading: each part with its label, a line for each change.
struct Group {
    title: String,
    parts: Vec<(String, Vec<Difference>)>,
}

#[derive(Deserialize)]
pub(super) struct Which {
    from: u32,
    to: u32,
}

pub(super) async fn compare(
    State(house): State<House>,
    frame: Frame,
    by: By,
    Path(typed): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let view = house.world().assessment(&by, &typed).await?;
    let page = frame.page(Section::Desk, frame.text().t("assessments-compare"));
    let of = |number: u32| {
        let found = view.versions.iter().find(|one| one.number == number);
        found.ok_or(WorldError::NotFound("version"))
    };
    let (before, after) = (of(which.from)?, of(which.to)?);
    let comparing = Comparing {
        house: &house,
        by: &by,
        page: &page,
        before: &before.draft,
        after: &after.draft,
    };
    let mut groups = vec![comparing.texts()];
    groups.extend(comparing.judgements().await?);
    groups.push(comparing.reach().await?);
    groups.retain(|group| !group.parts.is_empty());
    let told = async |one: &Version| {
        let who = title_of(&house, &page, one.by).await?;
        Ok::<_, Failure>((one.number, who, page.at(one.at)))
    };
    show(&ComparePage {
        number: view.assessment.state.number.clone(),
        from: told(before).await?,
        to: told(after).await?,
        groups,
        page: page.clone(),
    })
}

/// Two versions before whoever looks.
struct Comparing<'c> {
    house: &'c House,
    by: &'c By,
    page: &'c Page,
    before: &'c Draft,
    after: &'c Draft,
}

impl Comparing<'_> {
    fn t(&self, key: &str) -> String {
        self.page.t(key).into_owned()
    }

    /// A text, by what changed in it.
    fn within(&self, parts: &mut Vec<(String, Vec<Difference>)>, key: &str, texts: (&str, &str)) {
        if texts.0 != texts.1 {
            let pieces = Piece::between(texts.0, texts.1);
            parts.push((self.t(key), vec![self.page.difference(&pieces)]));
        }
    }

    /// Words that went and words that came, each whole.
    fn whole(
        &self,
        parts: &mut Vec<(String, Vec<Difference>)>,
        key: &str,
        (gone, new): (Vec<String>, Vec<String>),
    ) {
        let stays = |one: &String| gone.contains(one) && new.contains(one);
        let went = gone.iter().filter(|one| !stays(one));
        let came = new.iter().filter(|one| !stays(one));
        let pieces = went.cloned().map(Piece::Gone);
        let pieces = pieces.chain(came.cloned().map(Piece::New));
        let lines: Vec<Difference> = pieces.map(|one| self.page.difference(&[one])).collect();
        if !lines.is_empty() {
            parts.push((self.t(key), lines));
        }
    }

    fn texts(&self) -> Group {
        let mut parts = Vec::new();
        let (before, after) = (self.before, self.after);
        for (key, before, after) in [
            ("item-title-ja", &before.title.ja, &after.title.ja),
            ("item-title-en", &before.title.en, &after.title.en),
            ("item-summary-ja", &before.summary.ja, &after.summary.ja),
            ("item-summary-en", &before.summary.en, &after.summary.en),
            (
                "item-measures-ja",
                &before.countermeasures.ja,
                &after.countermeasures.ja,
            ),
            (
                "item-measures-en",
                &before.countermeasures.en,
                &after.countermeasures.en,
            ),
        ] {
            self.within(&mut parts, key, (before, after));
        }
        Group {
            title: self.t("assessments-texts"),
            parts,
        }
    }

    async fn judgements(&self) -> Result<Vec<Group>, Failure> {
        let mut groups = Vec::new();
        for pair in pairs(&self.before.judgements, &self.after.judgements) {
            let (key, place) = match pair {
                (_, Some(place)) => ("assessments-judgement-n", place),
                (Some(place), None) => ("assessments-judgement-gone", place),
                (None, None) => continue,
            };
            let old = pair.0.and_then(|place| self.before.judgements.get(place));
            let new = pair.1.and_then(|place| self.after.judgements.get(place));
            let mut parts = Vec::new();
            if let (Some(from), Some(to)) = pair
                && from != to
            {
                let at = |place: usize| vec![(place + 1).to_string()];
                self.whole(&mut parts, "assessments-place", (at(from), at(to)));
            }
            self.judgement(&mut parts, old, new).await?;
            groups.push(Group {
                title: self.page.t1(key, "n", place + 1).into_owned(),
                parts,
            });
        }
        Ok(groups)
    }

    async fn judgement(
        &self,
        parts: &mut Vec<(String, Vec<Difference>)>,
        old: Option<&Judgement>,
        new: Option<&Judgement>,
    ) -> Result<(), Failure> {
        let text = self.page.text;
        let said = |one: Option<&Judgement>| one.map_or(String::new(), |one| one.text.clone());
        self.within(parts, "assessments-judgement", (&said(old), &said(new)));
        let words = |one: Option<&Judgement>, of: &dyn Fn(&Judgement) -> String| -> Vec<String> {
            one.map(of).into_iter().collect()
        };
        let likely = |one: &Judgement| likelihood(text, one.likelihood);
        let both = (words(old, &likely), words(new, &likely));
        self.whole(parts, "assessments-likelihood", both);
        let sure = |one: &Judgement| confidence(text, one.confidence);
        let both = (words(old, &sure), words(new, &sure));
        self.whole(parts, "assessments-confidence", both);
        let open = |one: Option<&Judgement>| one.map_or(String::new(), |one| one.caveats.clone());
        self.within(parts, "assessments-caveats", (&open(old), &open(new)));
        let (old, new) = (sources(old), sources(new));
        let gone = self.lines(old.difference(&new)).await?;
        let came = self.lines(new.difference(&old)).await?;
        self.whole(parts, "assessments-evidence", (gone, came));
        Ok(())
    }

    /// Evidence that whoever looks may see, each piece in a line; of other pieces not even that there are any.
    async fn lines<'s>(
        &self,
        sources: impl Iterator<Item = &'s &'s Source>,
    ) -> Result<Vec<String>, Failure> {
        let mut lines = Vec::new();
        for source in sources {
            let seen: Option<Seen> = self.house.world().source_seen(self.by, source).await?;
            lines.extend(seen.map(|seen| evidence_line(self.page, &seen)));
        }
        Ok(lines)
    }

    /// Markings, readers, days and ways out.
    async fn reach(&self) -> Result<Group, Failure> {
        let mut parts = Vec::new();
        let (before, after) = (self.before, self.after);
        let tlp = |one: &Draft| vec![format!("TLP:{}", one.tlp.label())];
        self.whole(&mut parts, "item-tlp", (tlp(before), tlp(after)));
        let pap = |one: &Draft| vec![format!("PAP:{}", one.pap.label())];
        self.whole(&mut parts, "item-pap", (pap(before), pap(after)));
        for (part, label) in reach::PARTS {
            if named(before, part) != named(after, part) {
                let both = (
                    self.names(before, part).await?,
                    self.names(after, part).await?,
                );
                self.whole(&mut parts, label, both);
            }
        }
        let at = |at: Option<Timestamp>| -> Vec<String> {
            at.map(|at| self.page.text.jst(at, self.page.now))
                .into_iter()
                .collect()
        };
        let both = (at(before.embargo), at(after.embargo));
        self.whole(&mut parts, "item-embargo", both);
        let both = (at(before.valid_until), at(after.valid_until));
        self.whole(&mut parts, "item-valid-until", both);
        Ok(Group {
            title: self.t("assessments-reach"),
            parts,
        })
    }

    /// Whom a version names, also where its marking leaves that without effect.
    async fn names(&self, draft: &Draft, part: &str) -> Result<Vec<String>, Failure> {
        let world = self.house.world();
        let content = Content {
            tlp: match part {
                "persons" => Tlp::Red,
                _ => Tlp::Amber,
            },
            ..draft.content(world.author().await?, Vec::new())
        };
        let told = world.addressed(&content).await?.told;
        Ok(reach::list(self.page, &content, &told, part))
    }
}

/// The codes and ids that a version names in a part, in their order.
fn named(draft: &Draft, part: &str) -> Vec<String> {
    fn all<'i, T: ToString + 'i>(ids: impl IntoIterator<Item = &'i T>) -> Vec<String> {
        let ids: BTreeSet<String> = ids.into_iter().map(ToString::to_string).collect();
        ids.into_iter().collect()
    }
    match part {
        "groups" => all(&draft.named.groups),
        "parties" => all(&draft.named.parties),
        "persons" => all(&draft.named.persons),
        "classes" => all(&draft.classes),
        "duties" => all(&draft.duties),
        "collections" => all(&draft.collections),
        "outlets" => draft
            .outlets
            .iter()
            .map(|one| one.as_str().to_owned())
            .collect(),
        _ => Vec::new(),
    }
}

fn sources(one: Option<&Judgement>) -> BTreeSet<&Source> {
    one.into_iter().flat_map(|one| &one.evidence).collect()
}

/// Which judgement of the one version became which of the other: those with the same words, then the rest in their
/// order. In the order of the later version; those that went come last.
fn pairs(before: &[Judgement], after: &[Judgement]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut free: Vec<usize> = (0..before.len()).collect();
    let mut pairs: Vec<(Option<usize>, Option<usize>)> = Vec::new();
    for (place, one) in after.iter().enumerate() {
        let same = |at: &usize| before.get(*at).is_some_and(|old| old.text == one.text);
        let found = free.iter().position(same);
        pairs.push((found.map(|at| free.remove(at)), Some(place)));
    }
    for pair in pairs.iter_mut().filter(|pair| pair.0.is_none()) {
        pair.0 = (!free.is_empty()).then(|| free.remove(0));
    }
    pairs.extend(free.into_iter().map(|place| (Some(place), None)));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use kaname_sharing::assessment::{Confidence, Likelihood};

    #[test]
    fn judgements_are_held_against_those_with_the_same_words() {
        let all = |texts: &[&str]| -> Vec<Judgement> {
            let one = |text: &&str| Judgement {
                text: (*text).to_owned(),
                likelihood: Likelihood::Likely,
                confidence: Confidence::Low,
                caveats: String::new(),
                evidence: Vec::new(),
            };
            texts.iter().map(one).collect()
        };
        let pairs = |before: &[&str], after: &[&str]| pairs(&all(before), &all(after));
        assert_eq!(
            pairs(&["a", "b"], &["new", "a", "b"]),
            [(None, Some(0)), (Some(0), Some(1)), (Some(1), Some(2))]
        );
        assert_eq!(
            pairs(&["a", "b", "c"], &["a", "b!"]),
            [(Some(0), Some(0)), (Some(1), Some(1)), (Some(2), None)]
        );
        assert_eq!(
            pairs(&["a", "a"], &["a"]),
            [(Some(0), Some(0)), (Some(1), None)]
        );
    }
}
