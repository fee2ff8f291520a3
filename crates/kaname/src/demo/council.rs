//! The council's own business: powers, duties, requests for cooperation, breaches.

use jiff::SignedDuration;
use kaname_directory::{
    Asked, BreachKind, Delegation, DutyCode, Finding, Line, Paragraph, Party, Scope, Span, day_of,
};
use kaname_kernel::MatterId;
use kaname_world::directory::cooperation::Answer;

use super::{
    nation::{Nation, missing, shell},
    story::{AnswerStory, Story},
};
use crate::fault::Fault;

/// One thing that happens; the number is its place in the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Business {
    /// A request is made.
    Ask(usize),
    /// It is answered or refused.
    Answer(usize),
    /// A breach is put down.
    Breach(usize),
}

/// What happens and how many hours ago, the oldest first.
pub(crate) fn agenda(story: &Story) -> Vec<(f64, Business)> {
    let mut agenda = Vec::new();
    for (place, request) in story.requests.iter().enumerate() {
        agenda.push((request.hours_ago, Business::Ask(place)));
        let answer = request.answer.as_ref().or(request.refusal.as_ref());
        let answered = answer.map(|answer| request.hours_ago - answer.after_hours);
        agenda.extend(answered.map(|hours_ago| (hours_ago, Business::Answer(place))));
    }
    for (place, breach) in story.breaches.iter().enumerate() {
        agenda.push((breach.hours_ago, Business::Breach(place)));
    }
    agenda.sort_by(|a, b| b.0.total_cmp(&a.0));
    agenda
}

/// The council at work.
pub(crate) struct Council<'s> {
    nation: &'s Nation,
    story: &'s Story,
    asked: Vec<Option<MatterId>>,
}

impl<'s> Council<'s> {
    /// Sits down: powers are given, duties accepted.
    pub(crate) async fn open(nation: &'s Nation, story: &'s Story) -> Result<Self, Fault> {
        let council = Self {
            nation,
            story,
            asked: vec![None; story.requests.len()],
        };
        council.delegate().await?;
        council.bind().await?;
        Ok(council)
    }

    async fn delegate(&self) -> Result<(), Fault> {
        let world = &self.nation.world;
        for told in &self.story.delegations {
            let scopes = told.scopes.iter().map(|scope| Scope::parse("scope", scope));
            let granted = Delegation {
                principal: self.nation.party_id(&told.principal)?,
                scopes: scopes.collect::<Result<_, _>>()?,
                span: Span::since(day_of(world.now())),
                basis: Line::parse("basis", &told.basis)?,
            };
            let to = self.nation.party_id(&told.to)?;
            let change = |party: &Party| party.grant_delegation(granted);
            world.change_party(&shell(), to, None, change).await?;
        }
        Ok(())
    }

    async fn bind(&self) -> Result<(), Fault> {
        let world = &self.nation.world;
        for told in &self.story.duties {
            for duty in &told.duties {
                let duty = DutyCode::parse("duty", duty)?;
                let text = world.catalogue().duty_text_on(&duty, day_of(world.now()));
                let version = text
                    .ok_or_else(|| missing(duty.as_str()))?
                    .value
                    .version
                    .clone();
                // Each acceptance changes the party, so the steward comes in anew.
                let steward = self.nation.person(&told.by).await?;
                world.accept_duty(&steward, duty, version.as_str()).await?;
            }
        }
        Ok(())
    }

    /// Carries out one item of the agenda.
    pub(crate) async fn turn(&mut self, business: Business) -> Result<(), Fault> {
        match business {
            Business::Ask(place) => self.ask(place).await,
            Business::Answer(place) => self.answer(place).await,
            Business::Breach(place) => self.breach(place).await,
        }
    }

    async fn ask(&mut self, place: usize) -> Result<(), Fault> {
        let told = self
            .story
            .requests
            .get(place)
            .ok_or_else(|| missing("request"))?;
        let world = &self.nation.world;
        let officer = self.nation.person(&told.by).await?;
        let asked = Asked {
            to: self.nation.party_id(&told.to)?,
            subject: Line::parse("subject", &told.subject)?,
            body: Paragraph::parse("body", &told.body)?,
            basis: Line::parse("basis", &told.basis)?,
            deadline: world.now() + SignedDuration::from_hours(told.due_hours),
            about: None,
        };
        let request = world.ask_cooperation(&officer, asked).await?;
        if let Some(slot) = self.asked.get_mut(place) {
            *slot = Some(request.id);
        }
        Ok(())
    }

    async fn answer(&self, place: usize) -> Result<(), Fault> {
        let told = self
            .story
            .requests
            .get(place)
            .ok_or_else(|| missing("request"))?;
        let id = self
            .asked
            .get(place)
            .copied()
            .flatten()
            .ok_or_else(|| missing("request"))?;
        let words = |answer: &AnswerStory| Paragraph::parse("text", &answer.text);
        let (by, answer) = match (&told.answer, &told.refusal) {
            (Some(answer), _) => (&answer.by, Answer::Given(words(answer)?)),
            (None, Some(refusal)) => (&refusal.by, Answer::Refused(words(refusal)?)),
            (None, None) => return Err(missing("answer")),
        };
        let steward = self.nation.person(by).await?;
        self.nation
            .world
            .answer_cooperation(&steward, id, answer)
            .await?;
        Ok(())
    }

    async fn breach(&self, place: usize) -> Result<(), Fault> {
        let told = self
            .story
            .breaches
            .get(place)
            .ok_or_else(|| missing("breach"))?;
        let officer = self.nation.person(&told.by).await?;
        let kind = told.kind.parse::<BreachKind>()?;
        let asked = self.story.requests.iter().zip(&self.asked);
        let mut unanswered = asked.filter(|(request, _)| {
            kind == BreachKind::Deadline && request.to == told.party && request.answer.is_none()
        });
        let finding = Finding {
            party: self.nation.party_id(&told.party)?,
            kind,
            duty: None,
            subject: Line::parse("subject", &told.subject)?,
            body: Paragraph::parse("body", &told.body)?,
            about: unanswered.next().and_then(|(_, id)| *id),
        };
        let breach = self.nation.world.record_breach(&officer, finding).await?;
        if told.told {
            let tell = |breach: &kaname_directory::Breach| breach.tell();
            self.nation
                .world
                .change_breach(&officer, breach.id, tell)
                .await?;
        }
        Ok(())
    }
}
