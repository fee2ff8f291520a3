//! What an object is related to, one or two steps far, with the reader's eyes: by relationships, and by what objects
//! refer to. A relation of which the reader may not see both ends is not there, nor is it counted; whether the other
//! end is hidden or nobody has it makes no difference.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kaname_kernel::PartyId;
use kaname_policy::Action;
use kaname_stix::Head;
use kaname_store::{StoredObject, Versions};

use crate::{caller::Caller, error::WorldError, sight::Readable, world::World};

/// Most objects that refer to one and are looked at; who has more is told that there are more.
pub const LOOKED_AT: u32 = 10_000;
/// The same for what stands a step further.
const LOOKED_AT_FURTHER: u32 = 100;
/// Most neighbours that are drawn: of the object alone; and two steps far those near, of one of them, and all.
const MOST_ALONE: usize = 48;
const MOST_NEAR: usize = 18;
const MOST_OF_ONE: usize = 3;
const MOST_FAR: usize = 70;
/// Ids that are looked up at once.
const AT_ONCE: usize = 500;

/// Which way a relation leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// From the object to another.
    Out,
    /// From another to the object.
    In,
}

impl Side {
    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::In => "in",
        }
    }
}

/// What kind of relation it is, as relations are put together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// Which way.
    pub side: Side,
    /// The type of the relationship (`uses`), else the property that refers (`object_refs`).
    pub how: String,
    /// STIX type of the other end.
    pub stix_type: String,
}

/// A relation of one object, seen from there.
#[derive(Debug, Clone)]
pub struct Link {
    /// What kind.
    pub kind: Kind,
    /// STIX id of the other end.
    pub other: String,
    /// The relationship that says so; `None` where an object itself refers.
    pub by: Option<String>,
    /// Whose word the relation is; `None` for the hub's.
    pub origin: Option<PartyId>,
    /// When the relation was added here, microseconds since 1970.
    pub added_us: i64,
}

/// Every relation of one object.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// Each other end once for each kind, kind by kind, the newest first.
    pub links: Vec<Link>,
    /// Whether more refers to it than was looked at.
    pub cut: bool,
}

/// An object in the neighbourhood.
#[derive(Debug, Clone)]
pub struct Node {
    /// The object.
    pub object: StoredObject,
    /// How far it stands: 0 is the one that was asked about.
    pub step: u8,
}

/// A relation between two that are shown.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Place of the source among the nodes.
    pub from: usize,
    /// Place of the target.
    pub to: usize,
    /// The relation, seen from the end that stands nearer.
    pub link: Link,
}

/// Relations of one kind that are not drawn.
#[derive(Debug, Clone)]
pub struct More {
    /// Place of the node whose they are.
    pub of: usize,
    /// Of what kind.
    pub kind: Kind,
    /// How many.
    pub count: usize,
}

/// The neighbourhood of an object.
#[derive(Debug, Clone, Default)]
pub struct Relations {
    /// The object itself, then its neighbours.
    pub nodes: Vec<Node>,
    /// Relations between them.
    pub edges: Vec<Edge>,
    /// What is not drawn, kind by kind.
    pub more: Vec<More>,
    /// Whether more refers to one of them than was looked at.
    pub cut: bool,
}

impl World {
    /// Those of the ids that the caller may see, each once: what goes first of it ([`World::in_order`]).
    pub async fn objects_named(
        &self,
        caller: &Caller,
        ids: BTreeSet<String>,
    ) -> Result<Vec<StoredObject>, WorldError> {
        let mut found: Vec<StoredObject> = Vec::new();
        let mut missing: Vec<String> = ids.into_iter().collect();
        for origins in [vec![None], Vec::new()] {
            let mut seen = BTreeSet::new();
            for some in missing.chunks(AT_ONCE) {
                let there = self.standing_under(caller, some, &origins).await?;
                for one in self.in_order(caller, there).await? {
                    if seen.insert(one.stix_id.clone()) {
                        found.push(one);
                    }
                }
            }
            missing.retain(|id| !seen.contains(id));
        }
        Ok(found)
    }

    /// The newest of each collection and originator under these ids.
    async fn standing_under(
        &self,
        caller: &Caller,
        ids: &[String],
        origins: &[Option<PartyId>],
    ) -> Result<Vec<StoredObject>, WorldError> {
        let mut there = Vec::new();
        let mut after_us = None;
        loop {
            let page = self.objects(caller, |filter| {
                filter.ids = ids.to_vec();
                filter.origins = origins.to_vec();
                filter.versions = Versions::Last;
                filter.newest_first = false;
                filter.after_us = after_us;
                filter.limit = 10_000;
                filter.count = false;
            });
            let page = page.await?;
            after_us = page.objects.last().map(|one| one.added_us);
            there.extend(page.objects);
            if !page.more {
                return Ok(there);
            }
        }
    }

    /// Every relation of an object, kind by kind.
    pub async fn links(&self, caller: &Caller, object: &StoredObject) -> Result<Links, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let readable = self.readable(caller).await?;
        self.links_of(caller, &readable, object, LOOKED_AT).await
    }

    async fn links_of(
        &self,
        caller: &Caller,
        readable: &Readable,
        object: &StoredObject,
        most: u32,
    ) -> Result<Links, WorldError> {
        let own = out_of(object).into_iter();
        let mut links: Vec<(Link, i64)> = own.map(|link| (link, object.added_us)).collect();
        let referring = self.store().referring(&object.stix_id, readable, most);
        let referring = referring.await?;
        let cut = referring.len() as u32 >= most;
        for some in referring.chunks(AT_ONCE) {
            let ids = some.iter().cloned().collect();
            let others = self.objects_named(caller, ids).await?;
            let firsts = self.firsts(readable, &others).await?;
            for other in others {
                let first_us = firsts.of(&other);
                links.extend(
                    into(object, &other)
                        .into_iter()
                        .map(|link| (link, first_us)),
                );
            }
        }
        let ends: BTreeSet<String> = links.iter().map(|(link, _)| link.other.clone()).collect();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for some in ends.into_iter().collect::<Vec<_>>().chunks(AT_ONCE) {
            let sights = self.store().sights(some).await?.into_iter();
            let visible = sights.filter(|sight| readable.contains(sight.audience_id));
            seen.extend(visible.map(|sight| sight.stix_id));
        }
        links.retain(|(link, _)| seen.contains(&link.other));
        links.sort_by(|one, other| order(one).cmp(&order(other)));
        let mut links: Vec<Link> = links.into_iter().map(|(link, _)| link).collect();
        // Of several that say the same, the hub's word stands first, then who said it first.
        links.dedup_by(|one, first| one.kind == first.kind && one.other == first.other);
        links.sort_by(|one, other| {
            (&one.kind, std::cmp::Reverse(one.added_us), &one.other).cmp(&(
                &other.kind,
                std::cmp::Reverse(other.added_us),
                &other.other,
            ))
        });
        Ok(Links { links, cut })
    }

    /// The neighbourhood of an object, one step far or two. `links` are its relations, as [`World::links`] gives
    /// them.
    pub async fn relations(
        &self,
        caller: &Caller,
        (object, links): (&StoredObject, Links),
        steps: u8,
    ) -> Result<Relations, WorldError> {
        self.allow_any(caller, Action::LibraryRead)?;
        let readable = self.readable(caller).await?;
        let mut found = Relations::default();
        let centre = Node {
            object: object.clone(),
            step: 0,
        };
        found.nodes.push(centre);
        let room = if steps > 1 { MOST_NEAR } else { MOST_ALONE };
        self.take(caller, &mut found, 0, (links, room)).await?;
        let near = found.nodes.len();
        if steps > 1 {
            for place in 1..near {
                let Some(node) = found.nodes.get(place) else {
                    break;
                };
                let object = node.object.clone();
                let links = self
                    .links_of(caller, &readable, &object, LOOKED_AT_FURTHER)
                    .await?;
                let room = MOST_FAR.saturating_sub(found.nodes.len()).min(MOST_OF_ONE);
                self.take(caller, &mut found, place, (links, room)).await?;
            }
        }
        Ok(found)
    }

    /// Draws at most so many new neighbours of a node, and counts the others.
    async fn take(
        &self,
        caller: &Caller,
        found: &mut Relations,
        place: usize,
        (Links { links, cut }, room): (Links, usize),
    ) -> Result<(), WorldError> {
        found.cut |= cut;
        let step = found.nodes.get(place).map_or(0, |node| node.step) + 1;
        let mut places: HashMap<String, usize> = HashMap::new();
        for (at, node) in found.nodes.iter().enumerate() {
            places.insert(node.object.stix_id.clone(), at);
        }
        let new = chosen(&links, room, |id| places.contains_key(id));
        for object in self.objects_named(caller, new).await? {
            places.insert(object.stix_id.clone(), found.nodes.len());
            found.nodes.push(Node { object, step });
        }
        let mut more: BTreeMap<Kind, usize> = BTreeMap::new();
        for link in links {
            match places.get(&link.other) {
                // What was drawn from the other end already is not drawn twice.
                Some(other) if *other < place && found.nodes.get(*other).is_some() => {
                    let is_drawn = |edge: &Edge| {
                        let ends = (edge.from.min(edge.to), edge.from.max(edge.to));
                        ends == (*other, place) && edge.link.by == link.by
                    };
                    if !found.edges.iter().any(is_drawn) {
                        found.edges.push(edge(place, *other, link));
                    }
                }
                Some(other) => found.edges.push(edge(place, *other, link)),
                None => *more.entry(link.kind).or_default() += 1,
            }
        }
        found
            .more
            .extend(more.into_iter().map(|(kind, count)| More {
                of: place,
                kind,
                count,
            }));
        Ok(())
    }
}

/// Ends that are to be drawn: of each kind in turn one, until there is no more room.
fn chosen(links: &[Link], room: usize, is_there: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let mut kinds: BTreeMap<&Kind, Vec<&str>> = BTreeMap::new();
    for link in links {
        if !is_there(&link.other) {
            kinds.entry(&link.kind).or_default().push(&link.other);
        }
    }
    let mut new = BTreeSet::new();
    for turn in 0..room {
        let mut any = false;
        for ends in kinds.values() {
            let Some(end) = ends.get(turn) else { continue };
            any = true;
            if new.len() < room {
                new.insert((*end).to_owned());
            }
        }
        if !any || new.len() >= room {
            break;
        }
    }
    new
}

fn edge(place: usize, other: usize, link: Link) -> Edge {
    let (from, to) = match link.kind.side {
        Side::Out => (place, other),
        Side::In => (other, place),
    };
    Edge { from, to, link }
}

fn order((link, first_us): &(Link, i64)) -> (&Kind, &str, bool, i64) {
    let is_claim = link.origin.is_some();
    (&link.kind, &link.other, is_claim, *first_us)
}

/// What an object refers to by itself.
fn out_of(object: &StoredObject) -> Vec<Link> {
    let Ok(head) = kaname_stix::head(&object.raw) else {
        return Vec::new();
    };
    let own = head.refs.iter().filter(|one| one.target != head.id);
    own.map(|one| Link {
        kind: kind(Side::Out, &one.property, one.target.type_name()),
        other: one.target.to_string(),
        by: None,
        origin: object.origin,
        added_us: object.added_us,
    })
    .collect()
}

/// How another object relates to this one: as a relationship between this and a third, else by referring to it.
/// Nothing where its newest version does not any more, or was revoked.
fn into(object: &StoredObject, other: &StoredObject) -> Vec<Link> {
    let Ok(head) = kaname_stix::head(&other.raw) else {
        return Vec::new();
    };
    if head.revoked || other.stix_id == object.stix_id {
        return Vec::new();
    }
    if let Some(link) = relationship(object, other, &head) {
        return link.into_iter().collect();
    }
    let here = head.refs.iter();
    let here = here.filter(|one| one.target.to_string() == object.stix_id);
    let here: BTreeSet<&str> = here.map(|one| one.property.as_ref()).collect();
    let link = |property: &str| Link {
        kind: kind(Side::In, property, &other.stix_type),
        other: other.stix_id.clone(),
        by: None,
        origin: other.origin,
        added_us: other.added_us,
    };
    here.into_iter().map(link).collect()
}

/// The relation that a relationship says, if the other object is one: nothing in it where it leads to another than
/// this.
fn relationship(object: &StoredObject, other: &StoredObject, head: &Head) -> Option<Option<Link>> {
    let how = head.relationship_type.as_ref()?;
    let (source, target) = (head.source()?, head.target()?);
    let (side, far) = match (
        source.to_string() == object.stix_id,
        target.to_string() == object.stix_id,
    ) {
        (true, _) => (Side::Out, target),
        (false, true) => (Side::In, source),
        _ => return Some(None),
    };
    Some(Some(Link {
        kind: kind(side, how, far.type_name()),
        other: far.to_string(),
        by: Some(other.stix_id.clone()),
        origin: other.origin,
        added_us: other.added_us,
    }))
}

fn kind(side: Side, how: &str, stix_type: &str) -> Kind {
    Kind {
        side,
        how: how.to_owned(),
        stix_type: stix_type.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Link, Side, chosen, kind};

    fn link(kind: Kind, other: &str) -> Link {
        Link {
            kind,
            other: other.to_owned(),
            by: None,
            origin: None,
            added_us: 0,
        }
    }

    #[test]
    fn every_kind_has_its_turn_before_one_takes_all_the_room() {
        let uses = kind(Side::Out, "uses", "attack-pattern");
        let about = kind(Side::In, "object_refs", "report");
        let mut links: Vec<Link> = (0..100)
            .map(|n| link(uses.clone(), &format!("attack-pattern--{n}")))
            .collect();
        links.push(link(about, "report--1"));
        let drawn = chosen(&links, 10, |id| id == "attack-pattern--0");
        assert_eq!(drawn.len(), 10);
        assert!(drawn.contains("report--1") && !drawn.contains("attack-pattern--0"));
        assert_eq!(chosen(&links, 0, |_| false).len(), 0);
        assert_eq!(chosen(&links, 1_000, |_| false).len(), 101);
    }
}
