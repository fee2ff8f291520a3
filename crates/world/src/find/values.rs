//! A value asked for, and all that it may be carried as: an address also by the networks it lies in, a network
//! also by what lies in it, a host by the hosts below it, and by URLs and addresses of mail there, a fuzzy hash by
//! those alike.

use kaname_intake::Kind;
use kaname_kernel::Posting;
use kaname_sharing::{
    Value,
    find::{Block, within},
    value::posting as carried_as,
};
use kaname_stix::{SearchValue, ValueKind, fuzzy_hash::FuzzyHash};
use roaring::RoaringBitmap;

use super::distinct;
use crate::{error::WorldError, world::World};

/// Most values that are read of those within a network.
const MOST_READ: u32 = 20_000;

/// What a value may be carried as.
#[derive(Debug, Clone)]
pub(super) enum Sought {
    /// One of these values.
    Any(Vec<Posting>),
    /// One of these values, or whatever else lies within the network.
    Network(Vec<Posting>, Block),
    /// A host, itself or one below it.
    Host(Posting),
}

impl Sought {
    /// The values that are carried as they are.
    pub(super) fn postings(&self) -> &[Posting] {
        match self {
            Self::Any(postings) | Self::Network(postings, _) => postings,
            Self::Host(posting) => std::slice::from_ref(posting),
        }
    }
}

impl World {
    /// What a value may be carried as.
    pub(super) async fn sought(
        &self,
        value: &Value,
        readable: &RoaringBitmap,
        too_wide: &mut Vec<String>,
    ) -> Result<Sought, WorldError> {
        let own = value.posting();
        let is_network = matches!(value.kind, Kind::Ipv4Cidr | Kind::Ipv6Cidr);
        match value.kind {
            Kind::Domain => Ok(Sought::Host(own)),
            Kind::Ipv4 | Kind::Ipv6 | Kind::Ipv4Cidr | Kind::Ipv6Cidr => {
                let mut all = vec![own];
                let block = Block::parse(&value.value);
                if let Some(block) = &block {
                    let cidr = |value: String| posting(ValueKind::Cidr, value);
                    all.extend(block.around().into_iter().map(cidr));
                    if is_network {
                        let (inside, cut) = self.inside(block, readable).await?;
                        all.extend(inside);
                        if cut {
                            too_wide.push(block.written());
                        }
                    } else {
                        all.push(cidr(block.written()));
                    }
                }
                let all = distinct(all);
                Ok(match block.filter(|_| is_network) {
                    Some(block) => Sought::Network(all, block),
                    None => Sought::Any(all),
                })
            }
            _ => Ok(Sought::Any(vec![own])),
        }
    }

    /// A fuzzy hash and those alike, as far as the reader may see them.
    pub(super) async fn sought_alike(
        &self,
        value: &SearchValue,
        readable: &RoaringBitmap,
        too_wide: &mut Vec<String>,
    ) -> Result<Sought, WorldError> {
        let mut all = vec![carried_as(value)];
        if let Some(hash) = FuzzyHash::of(value) {
            let (alike, cut) = self.alike(value, &hash, readable).await?;
            all.extend(alike.into_iter().map(|(posting, _)| posting));
            if cut {
                too_wide.push(value.text.clone());
            }
        }
        Ok(Sought::Any(distinct(all)))
    }

    /// Addresses and networks within a network that something carries which the reader may see, and whether there
    /// are more than were read.
    pub(super) async fn inside(
        &self,
        block: &Block,
        readable: &RoaringBitmap,
    ) -> Result<(Vec<Posting>, bool), WorldError> {
        let mut all = Vec::new();
        let mut cut = false;
        let beginnings = block.beginnings();
        for kind in [block.address_kind(), ValueKind::Cidr] {
            let space = kind.as_str();
            let found = self
                .store()
                .values_beginning(space, &beginnings, readable, MOST_READ);
            let found = found.await?;
            cut |= found.len() >= MOST_READ as usize;
            let inside = found.into_iter().filter(|value| within(block, value));
            all.extend(inside.map(|value| posting(kind, value)));
        }
        Ok((all, cut))
    }
}

pub(super) fn posting(kind: ValueKind, value: String) -> Posting {
    Posting {
        space: kind.as_str().to_owned(),
        value,
    }
}
