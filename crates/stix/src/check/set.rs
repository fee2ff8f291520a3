//! What must hold between the objects of a bundle: versions and revocation
//! (§3.6), circles of markings (§7.2), and which references lead out.

use std::collections::{BTreeSet, HashMap};

use super::Severity;
use super::report::{self as r, Finding, Path, Report, Rule};
use crate::head::Head;
use crate::id::{Class, ObjectId};

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
    let mut found = Vec::new();
    let mut by_id: HashMap<&ObjectId, Vec<Member<'_>>> = HashMap::new();
    for member in members {
        by_id.entry(&member.head.id).or_default().push(*member);
    }
    let mut groups: Vec<_> = by_id.values_mut().filter(|group| group.len() > 1).collect();
    groups.sort_by_key(|group| group[0].index);
    for group in groups {
        check_versions(group, &mut found);
    }
    check_circles(members, &by_id, &mut found);
    SetReport {
        findings: found,
        absent: absent(members, &by_id),
    }
}

fn find(
    found: &mut Vec<SetFinding>,
    member: Member<'_>,
    property: &str,
    rule: (Severity, Rule),
    what: &str,
) {
    let mut report = Report::default();
    let root = Path::ROOT;
    let path = if property.is_empty() {
        root
    } else {
        root.key(property)
    };
    report.add(rule.0, &path, rule.1, format_args!("{what}"));
    found.extend(report.findings.into_iter().map(|finding| SetFinding {
        index: member.index,
        id: member.head.id.clone(),
        finding,
    }));
}

/// All that have one id, oldest first.
fn check_versions(group: &mut [Member<'_>], found: &mut Vec<SetFinding>) {
    let moment = |member: &Member<'_>| {
        let head = member.head;
        let stamp = head.modified.as_ref().or(head.created.as_ref());
        stamp.map_or(0, |stamp| stamp.micros)
    };
    group.sort_by_key(|member| (moment(member), member.index));
    let must = (Severity::Must, r::VERSION);
    for pair in group.windows(2) {
        let [old, new] = [pair[0], pair[1]];
        if moment(&old) == moment(&new) {
            let observable = new.head.id.class() == Some(Class::Sco);
            if old.text == new.text {
                let rule = (Severity::Should, r::VERSION);
                find(found, new, "", rule, "stands here more than once");
            } else if observable {
                let rule = (Severity::Should, r::VERSION);
                find(found, new, "", rule, "stands here twice and differs");
            } else {
                find(found, new, "", must, "two objects of one version differ");
            }
            continue;
        }
        let created = |member: &Member<'_>| member.head.created.as_ref().map(|stamp| stamp.micros);
        if created(&old) != created(&new) {
            find(found, new, "created", must, "differs between versions");
        }
        if old.head.created_by != new.head.created_by {
            let what = "differs between versions: only its creator makes a new version";
            find(found, new, "created_by_ref", must, what);
        }
        if old.head.revoked {
            find(
                found,
                new,
                "modified",
                must,
                "is a version after it was revoked",
            );
        }
    }
}

/// Marking definitions that mark each other in a circle. Each is entered once.
fn check_circles(
    members: &[Member<'_>],
    by_id: &HashMap<&ObjectId, Vec<Member<'_>>>,
    found: &mut Vec<SetFinding>,
) {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        Open,
        Done,
    }
    let mut marks: HashMap<&ObjectId, Mark> = HashMap::new();
    for start in members {
        let is_marking = start.head.id.type_name() == "marking-definition";
        if !is_marking || marks.contains_key(&start.head.id) {
            continue;
        }
        marks.insert(&start.head.id, Mark::Open);
        let mut stack = vec![(*start, 0)];
        while let Some((member, next)) = stack.last_mut() {
            let here = *member;
            let head = here.head;
            let mut named = head.markings.iter().chain(&head.granular_markings);
            let Some(marking) = named.nth(*next) else {
                marks.insert(&head.id, Mark::Done);
                stack.pop();
                continue;
            };
            *next += 1;
            match marks.get(marking) {
                // One that marks itself is told by the check of the single object.
                Some(Mark::Open) if *marking != head.id => {
                    let rule = (Severity::Must, r::CIRCULAR);
                    find(
                        found,
                        here,
                        "",
                        rule,
                        "marking definitions mark each other in a circle",
                    );
                }
                Some(_) => {}
                None => {
                    if let Some(group) = by_id.get(marking) {
                        marks.insert(&group[0].head.id, Mark::Open);
                        stack.push((group[0], 0));
                    }
                }
            }
        }
    }
}

fn absent(members: &[Member<'_>], by_id: &HashMap<&ObjectId, Vec<Member<'_>>>) -> BTreeSet<String> {
    let mut absent = BTreeSet::new();
    for member in members {
        let head = member.head;
        let refs = head.refs.iter().map(|reference| &reference.target);
        let markings = head.markings.iter().chain(&head.granular_markings);
        for id in refs.chain(markings).chain(&head.created_by) {
            if !by_id.contains_key(id) && crate::marking::tlp_of(id).is_none() {
                absent.insert(id.to_string());
            }
        }
    }
    absent
}
