//! How an incident's events fold into its state, and what of it is looked up.

use kaname_kernel::{Audience, Matter, Moment, Posting, Projection, Unfit};

use super::{
    Absorbed, Answer, Compartment, Decision, Evidence, Incident, IncidentChange, IncidentState,
    LogEntry, Request, Task, TaskState, Transfer, Within, place_of, report_of,
};
use crate::number;

impl Matter for Incident {
    const KIND: &'static str = "incident";
    const SEALED: bool = true;
    type Change = IncidentChange;

    fn name(change: &IncidentChange) -> &'static str {
        match change {
            IncidentChange::Opened(_) => "opened",
            IncidentChange::Moved { to, .. } => to.as_str(),
            IncidentChange::MergedInto { .. } => "merged",
            IncidentChange::Absorbed(_) => "absorbed",
            IncidentChange::SplitOff { .. } => "split_off",
            IncidentChange::Joined { .. } => "joined",
            IncidentChange::Titled { .. } => "titled",
            IncidentChange::Placed { .. } => "placed",
            IncidentChange::Led { .. } => "led",
            IncidentChange::Weighed { .. } => "weighed",
            IncidentChange::Measured { .. } => "measured",
            IncidentChange::Classified { .. } => "classified",
            IncidentChange::Admitted { .. } => "admitted",
            IncidentChange::Excluded { .. } => "excluded",
            IncidentChange::CompartmentMade { .. } => "compartment_made",
            IncidentChange::TaskGiven { .. } => "task_given",
            IncidentChange::TaskTaken { .. } => "task_taken",
            IncidentChange::TaskDone { .. } => "task_done",
            IncidentChange::TaskDropped { .. } => "task_dropped",
            IncidentChange::Asked { .. } => "asked",
            IncidentChange::Answered { .. } => "answered",
            IncidentChange::AskTakenBack { .. } => "ask_taken_back",
            IncidentChange::Decided { .. } => "decided",
            IncidentChange::EvidenceTaken { .. } => "evidence_taken",
            IncidentChange::EvidencePassed { .. } => "evidence_passed",
            IncidentChange::Logged { .. } => "logged",
            IncidentChange::HandedOver { .. } => "handed_over",
            IncidentChange::Fulfilled(_) => "fulfilled",
            IncidentChange::Waived(_) => "waived",
            IncidentChange::WaiverEnded { .. } => "waiver_ended",
            IncidentChange::Reminded { .. } => "reminded",
        }
    }

    fn begin(change: &IncidentChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let IncidentChange::Opened(opening) = change else {
            return Err(at.unfit::<Self>("an incident begins with being opened"));
        };
        let opening = (**opening).clone();
        Ok(Self {
            id: at.matter,
            number: opening.number,
            title: opening.title,
            operator: opening.operator,
            sector: opening.sector,
            tlp: opening.tlp,
            state: IncidentState::Reported,
            path: vec![(IncidentState::Reported, at.recorded, String::new())],
            reports: opening.reports,
            lead: None,
            shift: None,
            gravity: opening.gravity,
            parties: Default::default(),
            compartments: Vec::new(),
            tasks: Vec::new(),
            requests: Vec::new(),
            decisions: Vec::new(),
            evidence: Vec::new(),
            log: Vec::new(),
            received: opening.received,
            aware: opening.aware,
            classified: None,
            measures: opening.measures,
            fulfilments: Vec::new(),
            waivers: Vec::new(),
            told: Default::default(),
            relatives: opening.from.into_iter().collect(),
            from: opening.from,
            into: None,
            touched: at.recorded,
        })
    }

    fn apply(&mut self, change: &IncidentChange, at: &Moment<'_>) -> Result<(), Unfit> {
        self.touched = at.recorded;
        match change {
            IncidentChange::Opened(_) => return Err(at.unfit::<Self>("an incident is opened once")),
            IncidentChange::Moved { to, reason } => self.go(*to, reason, at),
            IncidentChange::MergedInto { into, reason } => {
                self.into = Some(*into);
                self.relatives.insert(*into);
                self.reports.clear();
                self.go(IncidentState::Merged, reason, at);
            }
            IncidentChange::Absorbed(absorbed) => self.absorb(absorbed),
            IncidentChange::SplitOff { reports, into, .. } => {
                self.reports.retain(|report| !reports.contains(report));
                self.relatives.insert(*into);
            }
            IncidentChange::Joined { report } => {
                self.reports.insert(*report);
            }
            IncidentChange::Titled { title } => self.title.clone_from(title),
            IncidentChange::Placed { sector } => self.sector = Some(sector.clone()),
            IncidentChange::Led { officer } => self.lead = Some(*officer),
            IncidentChange::Weighed { gravity, .. } => self.gravity = *gravity,
            IncidentChange::Measured { measures } => self.measures.clone_from(measures),
            IncidentChange::Classified { at } => self.classified = Some(*at),
            IncidentChange::Admitted { party, view } => {
                self.parties.insert(*party, *view);
            }
            IncidentChange::Excluded { party, .. } => {
                self.parties.remove(party);
                for compartment in &mut self.compartments {
                    compartment.parties.remove(party);
                }
            }
            IncidentChange::CompartmentMade { name, parties } => {
                self.compartments.push(Compartment {
                    name: name.clone(),
                    parties: parties.clone(),
                });
            }
            IncidentChange::Fulfilled(fulfilment) => self.fulfilments.push((**fulfilment).clone()),
            IncidentChange::Waived(waiver) => self.waivers.push((**waiver).clone()),
            IncidentChange::WaiverEnded { number, at: ends } => {
                let waiver = nth(&mut self.waivers, *number);
                waiver.ok_or_else(|| missing("waiver", at))?.until = Some(*ends);
            }
            IncidentChange::Reminded { clock, moment } => {
                self.told.insert(clock.clone(), *moment);
            }
            _ => return self.work(change, at),
        }
        Ok(())
    }

    fn project(&self) -> Projection {
        let reports = self.reports.iter().map(|report| report_of(*report));
        let reports: Vec<Posting> = reports.collect();
        let parties = self.parties.keys().copied();
        Projection {
            audience: Audience::parties_and_officers(parties.chain([self.operator])),
            owner: Some(self.operator.cast()),
            due_at: self.state.is_open().then(|| self.next_due()).flatten(),
            tlp: Some(self.tlp),
            // What it is called may name the operator, whom not everybody who takes part may know.
            text: self.number.clone(),
            // A report is in one incident: of two officers who take it at once one is refused.
            alone: reports.clone(),
            postings: reports,
            lookups: vec![(
                number::INCIDENT_SPACE.to_owned(),
                number::normalise(&self.number),
            )],
            ..Projection::officers(self.state.as_str(), self.touched)
        }
    }
}

/// What is counted from 1.
fn nth<T>(all: &mut [T], number: u32) -> Option<&mut T> {
    all.get_mut(place_of(number)?)
}

fn missing(what: &str, at: &Moment<'_>) -> Unfit {
    at.unfit::<Incident>(format!("there is no such {what}"))
}

impl Incident {
    fn go(&mut self, to: IncidentState, reason: &str, at: &Moment<'_>) {
        self.state = to;
        self.path.push((to, at.recorded, reason.to_owned()));
    }

    fn absorb(&mut self, absorbed: &Absorbed) {
        self.reports.extend(&absorbed.reports);
        for (party, view) in &absorbed.parties {
            // Who saw less in one of them sees no more in both.
            let here = self.parties.entry(*party).or_insert(*view);
            *here = (*here).max(*view);
        }
        self.relatives.insert(absorbed.from);
        self.received = self.received.min(absorbed.received);
        let aware = [self.aware, absorbed.aware];
        self.aware = aware.into_iter().flatten().min();
        let classified = [self.classified, absorbed.classified];
        self.classified = classified.into_iter().flatten().min();
        for (code, measure) in &absorbed.measures {
            let here = self.measures.entry(code.clone());
            here.or_insert(*measure);
        }
        self.fulfilments
            .extend(absorbed.fulfilments.iter().cloned());
        self.waivers.extend(absorbed.waivers.iter().cloned());
    }

    /// What those who take part do.
    fn work(&mut self, change: &IncidentChange, at: &Moment<'_>) -> Result<(), Unfit> {
        let by = at.actor.account();
        match change {
            IncidentChange::TaskGiven {
                task,
                party,
                due,
                within,
            } => self.tasks.push(Task {
                what: task.clone(),
                party: *party,
                account: None,
                due: *due,
                within: *within,
                state: TaskState::Open,
            }),
            IncidentChange::TaskTaken { number, account } => {
                self.task(*number, at)?.account = Some(*account);
            }
            IncidentChange::TaskDone { number } => {
                self.task(*number, at)?.state = TaskState::Done {
                    at: at.recorded,
                    by,
                };
            }
            IncidentChange::TaskDropped { number, reason } => {
                self.task(*number, at)?.state = TaskState::Dropped {
                    at: at.recorded,
                    reason: reason.clone(),
                };
            }
            IncidentChange::Asked {
                to,
                ask,
                due,
                within,
            } => self.requests.push(Request {
                to: *to,
                ask: ask.clone(),
                asked: at.recorded,
                by,
                due: *due,
                within: *within,
                answer: None,
                taken_back: None,
            }),
            IncidentChange::Answered { number, text } => {
                self.request(*number, at)?.answer = Some(Answer {
                    text: text.clone(),
                    at: at.recorded,
                    by,
                });
            }
            IncidentChange::AskTakenBack { number, reason } => {
                self.request(*number, at)?.taken_back = Some(reason.clone());
            }
            IncidentChange::Decided {
                question,
                basis,
                options,
                chosen,
                reason,
                within,
            } => {
                let by = by.ok_or_else(|| at.unfit::<Self>("a decision is a person's"))?;
                self.decisions.push(Decision {
                    question: question.clone(),
                    basis: basis.clone(),
                    options: options.clone(),
                    chosen: *chosen,
                    reason: reason.clone(),
                    within: *within,
                    by,
                    at: at.recorded,
                });
            }
            _ => return self.keep(change, at),
        }
        Ok(())
    }

    /// What is kept: evidence and the log.
    fn keep(&mut self, change: &IncidentChange, at: &Moment<'_>) -> Result<(), Unfit> {
        let by = at.actor.account();
        match change {
            IncidentChange::EvidenceTaken {
                evidence,
                sha256,
                blob,
                from,
                to,
                why,
                at: taken,
                within,
            } => self.evidence.push(Evidence {
                what: evidence.clone(),
                sha256: sha256.clone(),
                blob: *blob,
                within: *within,
                custody: vec![Transfer {
                    from: from.clone(),
                    to: to.clone(),
                    why: why.clone(),
                    at: *taken,
                    recorded: at.recorded,
                    by,
                }],
            }),
            IncidentChange::EvidencePassed {
                number,
                to,
                why,
                at: passed,
            } => {
                let found = nth(&mut self.evidence, *number);
                let evidence = found.ok_or_else(|| missing("evidence", at))?;
                let holder = evidence.custody.last().map(|last| last.to.clone());
                evidence.custody.push(Transfer {
                    from: holder.unwrap_or_default(),
                    to: to.clone(),
                    why: why.clone(),
                    at: *passed,
                    recorded: at.recorded,
                    by,
                });
            }
            IncidentChange::Logged {
                text,
                at: happened,
                within,
            } => self.log.push(LogEntry {
                text: text.clone(),
                at: *happened,
                recorded: at.recorded,
                by,
                within: *within,
                handed_to: None,
            }),
            IncidentChange::HandedOver { to, text } => {
                self.shift = Some(*to);
                self.log.push(LogEntry {
                    text: text.clone(),
                    at: at.recorded,
                    recorded: at.recorded,
                    by,
                    within: Within::Officers,
                    handed_to: Some(*to),
                });
            }
            _ => return Err(at.unfit::<Self>("this version does not know what happened")),
        }
        Ok(())
    }

    fn task(&mut self, number: u32, at: &Moment<'_>) -> Result<&mut Task, Unfit> {
        nth(&mut self.tasks, number).ok_or_else(|| missing("task", at))
    }

    fn request(&mut self, number: u32, at: &Moment<'_>) -> Result<&mut Request, Unfit> {
        nth(&mut self.requests, number).ok_or_else(|| missing("request", at))
    }
}
