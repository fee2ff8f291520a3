//! An assessment on its way out: what is looked at before, and the item that it becomes.

use kaname_kernel::{Id, MatterId, Pap, Tlp};
use kaname_policy::{Action, Resource};
use kaname_sharing::{
    Assessment, Content, Evidence, Item, ItemState, Refused,
    assessment::{Draft, Printed, Source, compose, writing},
    checklist,
    deriving::{self, OwnWord, is_writable},
    number,
};

use super::cite::ForAll;
use crate::{caller::Caller, error::WorldError, work::Loaded, world::World};

/// A judgement of which not all readers would see all evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrow {
    /// Which judgement, from 0.
    pub place: usize,
    /// Pieces of its evidence that not all readers may see; they are left out for all.
    pub hidden: usize,
    /// Whether it would stand without any evidence that readers see.
    pub bare: bool,
}

/// A piece of evidence that is marked more narrowly than the assessment that cites it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stricter {
    /// In which judgement, from 0.
    pub place: usize,
    /// Which piece.
    pub source: Source,
    /// Its TLP, where that is narrower.
    pub tlp: Option<Tlp>,
    /// Its PAP, where that is narrower.
    pub pap: Option<Pap>,
}

/// What stands in the way of an assessment, and what its readers would miss.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutCheck {
    /// Judgements of which readers would miss evidence.
    pub narrow: Vec<Narrow>,
    /// The marking it needs at least, where it is marked more openly than what it cites.
    pub needs_tlp: Option<Tlp>,
    /// The same for PAP.
    pub needs_pap: Option<Pap>,
    /// The evidence that asks for it.
    pub stricter: Vec<Stricter>,
}

impl World {
    /// What stands in the way of a draft as it is, and what its readers would miss.
    pub async fn check_assessment(
        &self,
        caller: &Caller,
        draft: &Draft,
    ) -> Result<OutCheck, WorldError> {
        self.allow_any(caller, Action::AssessmentRead)?;
        let content = draft.content(self.author().await?, Vec::new());
        let seen = self.seen_by_all(&content, draft.sources()).await?;
        self.checked(caller, draft, &seen).await
    }

    async fn checked(
        &self,
        caller: &Caller,
        draft: &Draft,
        seen: &ForAll,
    ) -> Result<OutCheck, WorldError> {
        use kaname_sharing::assessment::Cited as _;
        let mut check = OutCheck::default();
        for (place, judgement) in draft.judgements.iter().enumerate() {
            let (mut hidden, mut shown) = (0, 0);
            for source in &judgement.evidence {
                match source {
                    Source::Outside { .. } => shown += 1,
                    _ if seen.object(source).is_some() => shown += 1,
                    _ => hidden += 1,
                }
            }
            if hidden > 0 || shown == 0 {
                check.narrow.push(Narrow {
                    place,
                    hidden,
                    bare: shown == 0,
                });
            }
        }
        for source in draft.sources() {
            let (tlp, pap) = self.marked(caller, source).await?;
            let tlp = tlp.filter(|tlp| *tlp > draft.tlp);
            let pap = pap.filter(|pap| *pap > draft.pap);
            check.needs_tlp = check.needs_tlp.max(tlp);
            check.needs_pap = check.needs_pap.max(pap);
            if tlp.is_none() && pap.is_none() {
                continue;
            }
            for (place, judgement) in draft.judgements.iter().enumerate() {
                if judgement.evidence.contains(source) {
                    let source = source.clone();
                    check.stricter.push(Stricter {
                        place,
                        source,
                        tlp,
                        pap,
                    });
                }
            }
        }
        check.stricter.sort_by_key(|one| one.place);
        Ok(check)
    }

    /// Puts an assessment that another person looked through before the second officer, as an item: a new one, the
    /// one that was sent back, or one that replaces the item that is out. Where the checklist finds people, telephone
    /// numbers or inner addresses in it, the item waits until its writers have settled them.
    pub async fn put_assessment_forward(
        &self,
        caller: &Caller,
        typed: &str,
        expected: Option<u32>,
    ) -> Result<Loaded<Item>, WorldError> {
        let officer = caller.account_id()?;
        let nobodys = Resource::any("item").provider_is_own(false);
        self.allow(caller, Action::AssessmentWrite, &nobodys)?;
        self.allow(caller, Action::ItemDerive, &nobodys)?;
        let mut assessment = self.assessment_of(caller, typed).await?;
        Self::unchanged(&assessment, expected)?;
        writing::may_go_out(&assessment.state)?;
        let content = self.printed(caller, &assessment.state).await?;
        let rows = checklist::check(&content, &Evidence::default());
        let last = match assessment.state.items.last() {
            Some(id) => self.load::<Item>(*id).await?,
            None => None,
        };
        let mut work = self.work(&caller.actor);
        let mut item = match last {
            Some(mut item) if is_writable(item.state.state) => {
                let changes = deriving::revise(&item.state, content, rows, officer, false)?;
                work.apply(&mut item, changes)?;
                item
            }
            last => {
                let replaces = last.filter(|item| item.state.state == ItemState::Released);
                let mut by = assessment.state.writers.clone();
                by.insert(officer);
                let changes = deriving::own_word(OwnWord {
                    number: self.free_number(number::ITEM_SPACE, number::item).await?,
                    handle: Id::random(self.rng()),
                    content,
                    rows,
                    by,
                    replaces: replaces.map(|item| item.id),
                })?;
                let mut changes = changes.into_iter();
                let first = changes.next().ok_or(WorldError::NotFound("event"))?;
                let id: MatterId = Id::fresh(self.clock(), self.rng());
                let mut item = work.begin::<Item>(id, first)?;
                work.apply(&mut item, changes)?;
                item
            }
        };
        if item.state.open_traces() == 0 {
            let changes = deriving::put_forward(&item.state, officer, self.now())?;
            work.apply(&mut item, changes)?;
        }
        let put = writing::put_forward(&assessment.state, item.id)?;
        work.apply(&mut assessment, [put])?;
        work.notice("item", Some(item.id));
        work.notice("assessment", Some(assessment.id));
        work.commit().await?;
        Ok(item)
    }

    /// The content of the item that an assessment becomes: of the evidence what every reader may see.
    async fn printed(
        &self,
        caller: &Caller,
        assessment: &Assessment,
    ) -> Result<Content, WorldError> {
        let draft = &assessment.draft;
        let author = self.author().await?;
        let bare = draft.content(author.clone(), Vec::new());
        let seen = self.seen_by_all(&bare, draft.sources()).await?;
        let check = self.checked(caller, draft, &seen).await?;
        if check.needs_tlp.is_some() || check.needs_pap.is_some() {
            return Err(Refused::OpenerThanEvidence.into());
        }
        let printed = Printed {
            author: &author,
            draft,
            now: self.now(),
        };
        let objects = compose(&printed, &seen, self.rng())
            .map_err(|error| WorldError::invalid("objects", "error-stix", error.to_string()))?;
        Ok(draft.content(author, objects))
    }
}
