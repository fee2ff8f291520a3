//! What is proposed: reports that hang together by evidence that nobody has set aside, and are not in one campaign
//! already.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::MatterId;
use sha2::{Digest, Sha256};

use super::{
    Mark,
    fold::{Copied, Fold, joined},
    link::Link,
};

/// Most links and copies of one proposal that are given, the strongest first.
pub const MOST_TOLD: usize = 50;

/// The campaign of each report that is in one.
pub type Membership = BTreeMap<MatterId, MatterId>;

/// Reports that are proposed as one campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// All of them, those in a campaign too, in order of their ids.
    pub reports: Vec<MatterId>,
    /// Campaigns that some of them are in: with one the others would join it, with several these would be merged.
    pub campaigns: BTreeSet<MatterId>,
    /// Why some are near-duplicates, at most [`MOST_TOLD`].
    pub copies: Vec<Copied>,
    /// Why others belong together, strongest first, at most [`MOST_TOLD`].
    pub links: Vec<Link>,
    /// What all of the evidence is marked by: setting the proposal aside sets all of it aside.
    pub marks: BTreeSet<Mark>,
    /// Stands for the proposal as it is: its reports and evidence.
    pub mark: Mark,
}

/// Evidence that an officer set aside: it proposes and folds nothing, until there is other evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetAside {
    /// By itself, whichever reports it speaks of.
    pub evidence: BTreeSet<Mark>,
    /// As far as it speaks of a report that was taken out of a campaign.
    pub apart: BTreeMap<MatterId, BTreeSet<Mark>>,
}

impl SetAside {
    fn is_apart(&self, report: MatterId, mark: &Mark) -> bool {
        self.apart
            .get(&report)
            .is_some_and(|marks| marks.contains(mark))
    }

    fn links(&self, link: &Link) -> bool {
        !self.evidence.contains(&link.mark)
            && !self.is_apart(link.one, &link.mark)
            && !self.is_apart(link.other, &link.mark)
    }

    /// The copies that count. Where the report that others repeat was taken out, these repeat each other.
    fn copies(&self, fold: &Fold) -> Vec<Copied> {
        let mut stand_in: BTreeMap<MatterId, MatterId> = BTreeMap::new();
        let mut left = Vec::new();
        for copy in &fold.copies {
            if self.evidence.contains(&copy.mark) || self.is_apart(copy.report, &copy.mark) {
                continue;
            }
            if !self.is_apart(copy.of, &copy.mark) {
                left.push(copy.clone());
                continue;
            }
            match stand_in.get(&copy.of) {
                None => drop(stand_in.insert(copy.of, copy.report)),
                Some(of) => left.push(Copied {
                    of: *of,
                    ..copy.clone()
                }),
            }
        }
        left
    }
}

/// What is proposed, strongest evidence first.
pub fn proposals(
    folds: &[Fold],
    links: &[Link],
    members: &Membership,
    aside: &SetAside,
) -> Vec<Proposal> {
    let reports = folds.iter().flat_map(|fold| fold.reports.iter().copied());
    let reports: BTreeSet<MatterId> = reports.collect();
    let place: BTreeMap<MatterId, usize> = reports.iter().copied().zip(0..).collect();
    let copies: Vec<Copied> = folds.iter().flat_map(|fold| aside.copies(fold)).collect();
    let links: Vec<&Link> = links.iter().filter(|link| aside.links(link)).collect();
    let of_copies = copies.iter().map(|copy| (copy.of, copy.report));
    let of_links = links.iter().map(|link| (link.one, link.other));
    let pairs = of_copies
        .chain(of_links)
        .chain(in_campaigns(members, &place));
    let known = |(one, other): (MatterId, MatterId)| Some((*place.get(&one)?, *place.get(&other)?));
    let roots = joined(place.len(), pairs.filter_map(known));
    let root_of = |report: &MatterId| place.get(report).map(|place| roots[*place]);
    let mut found: BTreeMap<usize, Proposal> = BTreeMap::new();
    for (report, root) in reports.iter().zip(&roots) {
        let proposal = found.entry(*root).or_insert_with(Proposal::nothing);
        proposal.reports.push(*report);
        proposal.campaigns.extend(members.get(report));
    }
    for copy in copies {
        if let Some(proposal) = root_of(&copy.report).and_then(|root| found.get_mut(&root)) {
            proposal.marks.insert(copy.mark);
            proposal.copies.push(copy);
        }
    }
    for link in links {
        if let Some(proposal) = root_of(&link.one).and_then(|root| found.get_mut(&root)) {
            proposal.marks.insert(link.mark);
            proposal.links.push(link.clone());
        }
    }
    let mut found: Vec<Proposal> = found
        .into_values()
        .filter(|proposal| proposal.says_something(members))
        .map(Proposal::told)
        .collect();
    found.sort_by_key(|one| {
        (
            std::cmp::Reverse(one.strength()),
            one.reports.first().copied(),
        )
    });
    found
}

/// Each of these reports with the one before it of the same campaign.
fn in_campaigns(
    members: &Membership,
    among: &BTreeMap<MatterId, usize>,
) -> Vec<(MatterId, MatterId)> {
    let mut last: BTreeMap<MatterId, MatterId> = BTreeMap::new();
    members
        .iter()
        .filter(|(report, _)| among.contains_key(report))
        .filter_map(|(report, campaign)| Some((last.insert(*campaign, *report)?, *report)))
        .collect()
}

impl Proposal {
    fn nothing() -> Self {
        Self {
            reports: Vec::new(),
            campaigns: BTreeSet::new(),
            copies: Vec::new(),
            links: Vec::new(),
            marks: BTreeSet::new(),
            mark: Mark::of(Sha256::new()),
        }
    }

    /// Whether something would change: several reports, not all of one campaign.
    fn says_something(&self, members: &Membership) -> bool {
        let all_inside = self
            .reports
            .iter()
            .all(|report| members.contains_key(report));
        self.reports.len() > 1 && !(all_inside && self.campaigns.len() == 1)
    }

    /// What is shown of it, with its mark.
    fn told(mut self) -> Self {
        let mut digest = Sha256::new_with_prefix("proposal");
        for report in &self.reports {
            digest.update(report.bytes());
        }
        for mark in &self.marks {
            digest.update(mark.0);
        }
        self.mark = Mark::of(digest);
        self.links.truncate(MOST_TOLD);
        self.copies.truncate(MOST_TOLD);
        self
    }

    fn strength(&self) -> u32 {
        let links = self.links.iter().map(Link::strength).max();
        // Saying the same is worth more than any value.
        let copies = (!self.copies.is_empty()).then_some(5_000);
        links.max(copies).unwrap_or_default()
    }
}

/// Which of these reports stand together in a queue, by their places: what hangs together by evidence, and what is one
/// campaign; of several campaigns each stands for itself. Groups come in order of their first, and so do places within.
pub fn queue(
    reports: &[MatterId],
    folds: &[Fold],
    links: &[Link],
    members: &Membership,
    aside: &SetAside,
) -> Vec<Vec<usize>> {
    let known = folds.iter().flat_map(|fold| &fold.reports);
    let all: BTreeSet<MatterId> = known.chain(reports).copied().collect();
    let place: BTreeMap<MatterId, usize> = all.iter().copied().zip(0..).collect();
    // The same words about other values are proposed to a person; by themselves they hide no report behind another.
    let links = links
        .iter()
        .filter(|link| !link.shared.is_empty() && aside.links(link));
    // Those by which reports hang together may not be in this part of the queue.
    let pairs = folds
        .iter()
        .flat_map(|fold| aside.copies(fold))
        .map(|copy| (copy.of, copy.report))
        .chain(links.map(|link| (link.one, link.other)))
        .chain(in_campaigns(members, &place))
        .filter_map(|(one, other)| Some((*place.get(&one)?, *place.get(&other)?)));
    let roots = joined(place.len(), pairs);
    let mut campaigns: BTreeMap<usize, BTreeSet<MatterId>> = BTreeMap::new();
    for (report, root) in all.iter().zip(&roots) {
        let found = campaigns.entry(*root).or_default();
        found.extend(members.get(report));
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of: BTreeMap<(usize, Option<MatterId>), usize> = BTreeMap::new();
    for (at, report) in reports.iter().enumerate() {
        let Some(root) = place.get(report).map(|place| roots[*place]) else {
            continue;
        };
        let several = campaigns.get(&root).is_some_and(|all| all.len() > 1);
        let campaign = members.get(report).copied().filter(|_| several);
        let group = *group_of.entry((root, campaign)).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups
}
