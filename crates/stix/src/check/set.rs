//! What must hold between the objects of a bundle: versions and revocation
//! (§3.6), circles of markings (§7.2), and which references lead out.

use std::{
    collections::{BTreeSet, HashMap},
    hash::{DefaultHasher, Hasher as _},
};

use super::Severity;
use super::report::{self as r, Finding, Path, Report, Rule};
use crate::head::Head;
use crate::id::{Class, ObjectId};
use crate::time::Stamp;

/// One object of a set: its header and its own bytes.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Its place in the bundle's `objects`, from 0.
    pub index: usize,
    /// Its header.
    pub head: &'a Head,
    /// Its JSON text.
    pub text: &'a str,
}

/// One thing found between objects, at the one that breaks the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetFinding {
    /// The object's place, as [`Member::index`] says it.
    pub index: usize,
    /// Its id.
    pub id: ObjectId,
    /// What is wrong; its path starts at the object.
    pub finding: Finding,
}

/// What was found between objects.
#[derive(Debug, Clone, Default)]
pub struct SetReport {
    /// All that was found, at most a few for each object.
    pub findings: Vec<SetFinding>,
    /// Ids that are referred to and stand nowhere in the set. The standard
    /// allows this; fixed TLP markings are not counted.
    pub absent: BTreeSet<String>,
}

/// Checks the objects of a bundle against each other. In time linear to their
/// references, but for the sorting of the versions of one object.
#[must_use]
pub fn check_set(members: &[Member<'_>]) -> SetReport {
    let mut notes = Notes::default();
    for member in members {
        notes.take(member.index, member.head, member.text);
    }
    notes.report()
}

/// What is kept of the objects of a set until the last is known: their ids, versions and markings, and of their bytes a
/// mark by which equal ones are told. What is referred to is kept once, however often it is.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Every id that stands in the set or is referred to, by its number.
    numbers: HashMap<ObjectId, u32>,
    /// Of each id by its number, whether it is referred to.
    referred: Vec<bool>,
    objects: Vec<Note>,
    /// What objects are marked with: each list once, by its number.
    markings: HashMap<Vec<u32>, u32>,
}

/// One object.
#[derive(Debug, Clone, Copy)]
struct Note {
    index: u32,
    id: u32,
    created_by: Option<u32>,
    created: Option<i64>,
    /// `modified`, else `created`, else 0.
    moment: i64,
    text: u128,
    /// Number of the list of its markings.
    marked: Option<u32>,
    revoked: bool,
}

impl Notes {
    /// Notes one object, whose place in the set is `index`.
    pub(super) fn take(&mut self, index: usize, head: &Head, text: &str) {
        for reference in &head.refs {
            self.refer(&reference.target);
        }
        let marked = head.markings.iter().chain(&head.granular_markings);
        let marked: Vec<u32> = marked.map(|marking| self.refer(marking)).collect();
        let lists = short(self.markings.len());
        let marked = (!marked.is_empty()).then(|| *self.markings.entry(marked).or_insert(lists));
        let created_by = head.created_by.as_ref().map(|id| self.refer(id));
        let micros = |stamp: &Option<Stamp>| stamp.as_ref().map(|stamp| stamp.micros);
        let created = micros(&head.created);
        let note = Note {
            index: short(index),
            id: self.number(&head.id),
            created_by,
            created,
            moment: micros(&head.modified).or(created).unwrap_or_default(),
            text: mark_of(text),
            marked,
            revoked: head.revoked,
        };
        self.objects.push(note);
    }

    fn number(&mut self, id: &ObjectId) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = short(self.referred.len());
        self.numbers.insert(id.clone(), number);
        self.referred.push(false);
        number
    }

    fn refer(&mut self, id: &ObjectId) -> u32 {
        let number = self.number(id);
        if let Some(referred) = self.referred.get_mut(number as usize) {
            *referred = true;
        }
        number
    }

    /// What was found between the objects.
    pub(super) fn report(&self) -> SetReport {
        let mut ids: Vec<Option<&ObjectId>> = vec![None; self.referred.len()];
        for (id, number) in &self.numbers {
            if let Some(place) = ids.get_mut(*number as usize) {
                *place = Some(id);
            }
        }
        let mut order: Vec<u32> = (0..short(self.objects.len())).collect();
        // All that have one id together, oldest first.
        order.sort_by_key(|place| {
            let note = self.note(*place);
            note.map(|note| (note.id, note.moment, note.index))
        });
        let mut oldest: Vec<Option<u32>> = vec![None; ids.len()];
        let mut groups: Vec<(u32, &[u32])> = Vec::new();
        for group in order.chunk_by(|a, b| self.id_of(*a) == self.id_of(*b)) {
            let id = group.first().and_then(|first| self.id_of(*first));
            if let Some(place) = id.and_then(|id| oldest.get_mut(id as usize)) {
                *place = group.first().copied();
            }
            if group.len() > 1 {
                groups.push((group.iter().copied().min().unwrap_or_default(), group));
            }
        }
        groups.sort_unstable_by_key(|(first, _)| *first);
        let mut round = Round {
            notes: self,
            ids: &ids,
            found: Vec::new(),
        };
        for (_, group) in groups {
            round.check_versions(group);
        }
        round.check_circles(&oldest);
        let findings = round.found;
        SetReport {
            findings,
            absent: self.absent(&ids, &oldest),
        }
    }

    fn note(&self, place: u32) -> Option<&Note> {
        self.objects.get(place as usize)
    }

    fn id_of(&self, place: u32) -> Option<u32> {
        self.note(place).map(|note| note.id)
    }

    /// Ids that are referred to and stand nowhere in the set.
    fn absent(&self, ids: &[Option<&ObjectId>], oldest: &[Option<u32>]) -> BTreeSet<String> {
        let all = ids.iter().zip(&self.referred).zip(oldest);
        let absent = all.filter_map(|((id, referred), stands)| {
            let id = id.filter(|_| *referred && stands.is_none())?;
            crate::marking::tlp_of(id).is_none().then(|| id.to_string())
        });
        absent.collect()
    }
}

/// A number of one of the objects; the bounds on an input are far below.
fn short(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A mark that texts which differ do not share.
fn mark_of(text: &str) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(salt);
        hasher.write(text.as_bytes());
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

struct Round<'n> {
    notes: &'n Notes,
    ids: &'n [Option<&'n ObjectId>],
    found: Vec<SetFinding>,
}

impl Round<'_> {
    fn find(&mut self, note: Note, property: &str, rule: (Severity, Rule), what: &str) {
        let Some(Some(id)) = self.ids.get(note.id as usize) else {
            return;
        };
        let mut report = Report::default();
        let root = Path::ROOT;
        let path = if property.is_empty() {
            root
        } else {
            root.key(property)
        };
        report.add(rule.0, &path, rule.1, format_args!("{what}"));
        let found = report.findings.into_iter().map(|finding| SetFinding {
            index: note.index as usize,
            id: (*id).clone(),
            finding,
        });
        self.found.extend(found);
    }

    /// All that have one id, oldest first.
    fn check_versions(&mut self, group: &[u32]) {
        let must = (Severity::Must, r::VERSION);
        for pair in group.windows(2) {
            let notes = (self.notes.note(pair[0]), self.notes.note(pair[1]));
            let (Some(old), Some(new)) = (notes.0.copied(), notes.1.copied()) else {
                continue;
            };
            if old.moment == new.moment {
                let id = self.ids.get(new.id as usize).copied().flatten();
                let observable = id.and_then(ObjectId::class) == Some(Class::Sco);
                if old.text == new.text {
                    let rule = (Severity::Should, r::VERSION);
                    self.find(new, "", rule, "stands here more than once");
                } else if observable {
                    let rule = (Severity::Should, r::VERSION);
                    self.find(new, "", rule, "stands here twice and differs");
                } else {
                    self.find(new, "", must, "two objects of one version differ");
                }
                continue;
            }
            if old.created != new.created {
                self.find(new, "created", must, "differs between versions");
            }
            if old.created_by != new.created_by {
                let what = "differs between versions: only its creator makes a new version";
                self.find(new, "created_by_ref", must, what);
            }
            if old.revoked {
                self.find(new, "modified", must, "is a version after it was revoked");
            }
        }
    }

    /// Marking definitions that mark each other in a circle. Each is entered once. `oldest`: of each id its first version.
    fn check_circles(&mut self, oldest: &[Option<u32>]) {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            Open,
            Done,
        }
        let (notes, ids) = (self.notes, self.ids);
        let mut marks: HashMap<u32, Mark> = HashMap::new();
        let lists = notes.markings.iter().map(|(list, number)| (*number, list));
        let lists: HashMap<u32, &Vec<u32>> = lists.collect();
        let is_marking = |note: &Note| {
            let id = ids.get(note.id as usize).copied().flatten();
            id.is_some_and(|id| id.type_name() == "marking-definition")
        };
        let all = notes.objects.iter().enumerate();
        let starts: Vec<u32> = all
            .filter(|(_, note)| is_marking(note))
            .map(|(place, _)| short(place))
            .collect();
        for start in starts {
            let Some(id) = notes.id_of(start) else {
                continue;
            };
            if marks.contains_key(&id) {
                continue;
            }
            marks.insert(id, Mark::Open);
            let mut stack = vec![(start, 0)];
            while let Some((place, next)) = stack.last_mut() {
                let (place, at) = (*place, *next);
                *next += 1;
                let Some(here) = notes.note(place).copied() else {
                    stack.pop();
                    continue;
                };
                let named = here.marked.and_then(|number| lists.get(&number));
                let Some(marking) = named.and_then(|named| named.get(at)).copied() else {
                    marks.insert(here.id, Mark::Done);
                    stack.pop();
                    continue;
                };
                match marks.get(&marking) {
                    // One that marks itself is told by the check of the single object.
                    Some(Mark::Open) if marking != here.id => {
                        let rule = (Severity::Must, r::CIRCULAR);
                        let what = "marking definitions mark each other in a circle";
                        self.find(here, "", rule, what);
                    }
                    Some(_) => {}
                    None => {
                        if let Some(Some(first)) = oldest.get(marking as usize) {
                            marks.insert(marking, Mark::Open);
                            stack.push((*first, 0));
                        }
                    }
                }
            }
        }
    }
}
