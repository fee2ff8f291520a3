//! Running the stories through the real operations, as the people of the nation.

mod draft;

use jiff::SignedDuration;
use kaname_intake::submission::{SubmissionOptions, from_text};
use kaname_kernel::MatterId;
use kaname_sharing::{
    Value,
    report::{Channel, Closing, Wishes},
    row::RowState,
    victim::Harm,
};
use kaname_world::{
    Caller,
    sharing::{ItemDraft, NewItem, NewReport},
};

use self::draft::{given, pap, techniques, tlp};
use super::{
    nation::{Nation, missing, text},
    steps::{Act, Step},
    story::{ClosedStory, ReportStory, Story, Until},
};
use crate::fault::Fault;

/// Who releases.
const RELEASER: &str = "kessai";

/// What a report has become.
#[derive(Debug, Clone, Copy, Default)]
struct Thread {
    report: Option<MatterId>,
    item: Option<MatterId>,
    next: Option<MatterId>,
}

/// The flow as far as it has run.
pub(crate) struct Flow<'s> {
    nation: &'s Nation,
    story: &'s Story,
    threads: Vec<Thread>,
}

impl<'s> Flow<'s> {
    /// Nothing happened yet.
    pub(crate) fn new(nation: &'s Nation, story: &'s Story) -> Self {
        Self {
            nation,
            story,
            threads: vec![Thread::default(); story.reports.len()],
        }
    }

    /// Carries out one step.
    pub(crate) async fn step(&mut self, step: Step) -> Result<(), Fault> {
        let told = self
            .story
            .reports
            .get(step.report)
            .ok_or_else(|| missing("report"))?;
        let done = match step.act {
            Act::Submit => self.submit(step.report, told).await,
            Act::Take => self.take(step.report, told).await,
            Act::Close => self.close(step.report, told).await,
            Act::Derive => self.derive(step.report, told).await,
            Act::Ask => self.ask(step.report, told, false).await,
            Act::Answer => self.answer(step.report, told).await,
            Act::Release => self.release(step.report, false).await,
            Act::Say(word) => self.say(step.report, told, word).await,
            Act::Withdraw => self.withdraw(step.report, told).await,
            Act::DeriveNext => self.derive_next(step.report, told).await,
            Act::AskNext => self.ask(step.report, told, true).await,
            Act::ConsentNext => self.consent(step.report, told, true).await,
            Act::ReleaseNext => self.release(step.report, true).await,
            Act::Sweep => Ok(self.nation.world.sweep().await.map(|_| ())?),
            Act::Settle => Ok(self.nation.world.settle_reports().await.map(|_| ())?),
        };
        done.map_err(|mut fault| {
            let place = format!(
                "data/demo/reports.toml, report `{}`, {:?}",
                told.key, step.act
            );
            fault.place = fault.place.or(Some(place));
            fault
        })
    }

    fn report(&self, place: usize) -> Result<MatterId, Fault> {
        let thread = self.threads.get(place);
        thread
            .and_then(|thread| thread.report)
            .ok_or_else(|| missing("report"))
    }

    fn item(&self, place: usize, next: bool) -> Result<MatterId, Fault> {
        let thread = self.threads.get(place);
        let item = thread.and_then(|thread| if next { thread.next } else { thread.item });
        item.ok_or_else(|| missing("item"))
    }

    fn thread(&mut self, place: usize) -> Result<&mut Thread, Fault> {
        self.threads.get_mut(place).ok_or_else(|| missing("report"))
    }

    async fn submit(&mut self, place: usize, told: &ReportStory) -> Result<(), Fault> {
        let world = &self.nation.world;
        let provider = self.nation.person(&told.from).await?;
        let own = provider.party.as_ref().map(|party| &party.state);
        let options = SubmissionOptions {
            own_domains: own
                .iter()
                .flat_map(|party| party.mail_domains.iter().map(ToString::to_string))
                .collect(),
            own_networks: own
                .iter()
                .flat_map(|party| party.networks.iter().map(ToString::to_string))
                .collect(),
            ..SubmissionOptions::default()
        };
        let read = from_text(told.text.as_bytes(), &options);
        let read =
            read.map_err(|error| Fault::failed("the report is not readable").because(&error))?;
        let values = read.values.into_iter().map(|value| Value {
            kind: value.kind,
            value: value.value,
        });
        let new = NewReport {
            channel: Channel::Paste,
            title: told.title.clone(),
            technique: told.text.clone(),
            harm: Harm {
                text: told.victim.clone(),
                ..Harm::default()
            },
            values: values.collect(),
            remarks: Vec::new(),
            tlp: tlp(&told.tlp)?,
            pap: pap(&told.pap)?,
            wishes: Wishes::default(),
            sector: Some(told.sector.clone()).filter(|sector| !sector.is_empty()),
            urgency: told.urgency,
            seen: Some(world.now() - SignedDuration::from_mins(95)),
            original: None,
            attachments: Vec::new(),
        };
        let receipt = world.submit(&provider, new, None).await?;
        self.thread(place)?.report = Some(receipt.report);
        Ok(())
    }

    async fn take(&mut self, place: usize, told: &ReportStory) -> Result<(), Fault> {
        let (analyst, reason) = self.analyst(told).await?;
        self.nation
            .world
            .take_report(&analyst, self.report(place)?, reason)
            .await?;
        Ok(())
    }

    async fn analyst<'t>(&self, told: &'t ReportStory) -> Result<(Caller, &'t str), Fault> {
        let triage = told.triage.as_ref().ok_or_else(|| missing("triage"))?;
        Ok((self.nation.person(&triage.by).await?, &triage.reason))
    }

    async fn close(&mut self, place: usize, told: &ReportStory) -> Result<(), Fault> {
        let (analyst, _) = self.analyst(told).await?;
        let closing = match told.closed.as_ref().ok_or_else(|| missing("closed"))? {
            ClosedStory::NotActionable(reason) => Closing::NotActionable {
                reason: reason.clone(),
            },
            ClosedStory::DuplicateOf(key) => {
                let other = self
                    .story
                    .reports
                    .iter()
                    .position(|report| report.key == *key);
                Closing::Duplicate {
                    of: self.report(other.ok_or_else(|| missing(key))?)?,
                }
            }
        };
        self.nation
            .world
            .close_report(&analyst, self.report(place)?, closing)
            .await?;
        Ok(())
    }

    async fn derive(&mut self, place: usize, told: &ReportStory) -> Result<(), Fault> {
        let (analyst, _) = self.analyst(told).await?;
        let story = told.item.as_ref().ok_or_else(|| missing("item"))?;
        let draft = self.draft(place, &analyst, story).await?;
        let keep_traces = told.until == Until::Derived;
        let item = self
            .derived(place, &analyst, draft, None, keep_traces)
            .await?;
        self.thread(place)?.item = Some(item);
        Ok(())
    }

    async fn derived(
        &self,
        place: usize,
        analyst: &Caller,
        draft: ItemDraft,
        replaces: Option<MatterId>,
        keep_traces: bool,
    ) -> Result<MatterId, Fault> {
        let world = &self.nation.world;
        let new = NewItem {
            report: self.report(place)?,
            draft,
            replaces,
            once: None,
        };
        let item = world.derive_item(analyst, new).await?;
        if keep_traces {
            return Ok(item.id);
        }
        let open = item
            .state
            .rows
            .iter()
            .filter(|row| row.state == RowState::Open);
        for row in open {
            let reason = "一般に使われる語で、提供者を示さない";
            world
                .accept_traces(analyst, item.id, &[row.key()], reason)
                .await?;
        }
        Ok(item.id)
    }

    async fn ask(&mut self, place: usize, told: &ReportStory, next: bool) -> Result<(), Fault> {
        let (analyst, _) = self.analyst(told).await?;
        self.nation
            .world
            .ask_consent(&analyst, self.item(place, next)?, None)
            .await?;
        Ok(())
    }

    async fn answer(&mut self, place: usize, told: &ReportStory) -> Result<(), Fault> {
        match told.until {
            Until::Refused => {
                let provider = self.nation.person(&told.from).await?;
                let item = self.item(place, false)?;
                self.nation
                    .world
                    .refuse(&provider, item, &told.refused_comment)
                    .await?;
                Ok(())
            }
            Until::ChangesProposed => self.propose(place, told).await,
            _ => self.consent(place, told, false).await,
        }
    }

    async fn consent(&mut self, place: usize, told: &ReportStory, next: bool) -> Result<(), Fault> {
        let world = &self.nation.world;
        let provider = self.nation.person(&told.from).await?;
        let item = world.item(&provider, self.item(place, next)?).await?;
        let hash = item.state.asked.as_ref().map(|asked| asked.hash);
        let hash = hash.ok_or_else(|| missing("question"))?;
        world.consent(&provider, item.id, hash).await?;
        Ok(())
    }

    async fn propose(&mut self, place: usize, told: &ReportStory) -> Result<(), Fault> {
        let world = &self.nation.world;
        let proposal = told.proposal.as_ref().ok_or_else(|| missing("proposal"))?;
        let story = told.item.as_ref().ok_or_else(|| missing("item"))?;
        let provider = self.nation.person(&told.from).await?;
        let item = world.item(&provider, self.item(place, false)?).await?;
        let hash = item.state.asked.as_ref().map(|asked| asked.hash);
        let hash = hash.ok_or_else(|| missing("question"))?;
        let content = &item.state.content;
        let draft = ItemDraft {
            kind: content.kind,
            title: content.title.clone(),
            summary: text(&proposal.summary),
            countermeasures: content.countermeasures.clone(),
            values: self.values(place).await?,
            techniques: techniques(story.kind),
            tlp: content.tlp,
            pap: content.pap,
            named: content.named.clone(),
            classes: content.classes.clone(),
            duties: content.duties.clone(),
            embargo: content.embargo,
            valid_until: content.valid_until,
            outlets: content.outlets.clone(),
            collections: content.collections.clone(),
        };
        world
            .propose(&provider, item.id, hash, draft, &proposal.comment)
            .await?;
        Ok(())
    }

    async fn release(&mut self, place: usize, next: bool) -> Result<(), Fault> {
        let releaser = self.nation.person(RELEASER).await?;
        self.nation
            .world
            .release(&releaser, self.item(place, next)?, None)
            .await?;
        Ok(())
    }

    async fn say(&mut self, place: usize, told: &ReportStory, word: usize) -> Result<(), Fault> {
        let story = told.feedback.get(word).ok_or_else(|| missing("feedback"))?;
        let member = self.nation.person(&story.by).await?;
        let given = given(story)?;
        let (world, item) = (&self.nation.world, self.item(place, false)?);
        // Whoever answers has read it and says so; what they read is written down as fetched.
        let read = world.library_item(&member, item).await?;
        world.note_read(&member, &read);
        world.write_fetched().await?;
        world.acknowledge_item(&member, item).await?;
        world.give_feedback(&member, item, given).await?;
        Ok(())
    }

    async fn withdraw(&mut self, place: usize, told: &ReportStory) -> Result<(), Fault> {
        let releaser = self.nation.person(RELEASER).await?;
        let item = self.item(place, false)?;
        self.nation
            .world
            .withdraw_item(&releaser, item, &told.withdrawn_reason)
            .await?;
        Ok(())
    }

    async fn derive_next(&mut self, place: usize, told: &ReportStory) -> Result<(), Fault> {
        let (analyst, _) = self.analyst(told).await?;
        let next = told
            .successor
            .as_ref()
            .ok_or_else(|| missing("successor"))?;
        let story = told.item.as_ref().ok_or_else(|| missing("item"))?;
        let reason = "公開済みの内容を新しくするため";
        self.nation
            .world
            .reopen_report(&analyst, self.report(place)?, reason)
            .await?;
        let mut draft = self.draft(place, &analyst, story).await?;
        draft.title = text(&next.title);
        draft.summary = text(&next.summary);
        let groups = next.groups.iter().map(|code| self.nation.group_id(code));
        draft.named.groups = groups.collect::<Result<_, _>>()?;
        let first = self.item(place, false)?;
        let item = self
            .derived(place, &analyst, draft, Some(first), false)
            .await?;
        self.thread(place)?.next = Some(item);
        Ok(())
    }
}
