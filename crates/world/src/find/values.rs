//! A value asked for, and all that it may be carried as: an address also by the networks it lies in, a network
//! also by what lies in it, a host by the hosts below it, and by URLs and addresses of mail there.

use kaname_intake::Kind;
use kaname_kernel::Posting;
use kaname_sharing::{
    Value,
    find::{Block, within},
};
use kaname_stix::ValueKind;

use super::distinct;
use crate::{error::WorldError, world::World};

/// Most values that a network is looked for by.
const MOST_VALUES: u32 = 20_000;

/// What a value may be carried as.
#[derive(Debug, Clone)]
pub(super) enum Sought {
    /// One of these values.
    Any(Vec<Posting>),
    /// A host, itself or one below it.
    Host(Posting),
}

impl Sought {
    /// The values that are carried as they are.
    pub(super) fn postings(&self) -> &[Posting] {
        match self {
            Self::Any(postings) => postings,
            Self::Host(posting) => std::slice::from_ref(posting),
        }
    }
}

impl World {
    /// What a value may be carried as.
    pub(super) async fn sought(
        &self,
        value: &Value,
        too_wide: &mut Vec<String>,
    ) -> Result<Sought, WorldError> {
        let own = value.posting();
        let is_network = matches!(value.kind, Kind::Ipv4Cidr | Kind::Ipv6Cidr);
        match value.kind {
            Kind::Domain => Ok(Sought::Host(own)),
            Kind::Ipv4 | Kind::Ipv6 | Kind::Ipv4Cidr | Kind::Ipv6Cidr => {
                let mut all = vec![own];
                if let Some(block) = Block::parse(&value.value) {
                    let cidr = |value: String| posting(ValueKind::Cidr, value);
                    all.extend(block.around().into_iter().map(cidr));
                    if is_network {
                        all.extend(self.inside(&block, too_wide).await?);
                    } else {
                        all.push(cidr(block.written()));
                    }
                }
                Ok(Sought::Any(distinct(all)))
            }
            _ => Ok(Sought::Any(vec![own])),
        }
    }

    /// Addresses and networks within a network, as it is written, that something carries.
    pub(super) async fn values_inside(&self, network: &str) -> Result<Vec<Posting>, WorldError> {
        match Block::parse(network) {
            Some(block) => {
                let own = block.written();
                let mut inside = self.inside(&block, &mut Vec::new()).await?;
                inside.retain(|one| one.value != own);
                Ok(inside)
            }
            None => Ok(Vec::new()),
        }
    }

    /// Addresses and networks within a network that something carries.
    async fn inside(
        &self,
        block: &Block,
        too_wide: &mut Vec<String>,
    ) -> Result<Vec<Posting>, WorldError> {
        let mut all = Vec::new();
        for kind in [block.address_kind(), ValueKind::Cidr] {
            for beginning in block.beginnings() {
                let left = MOST_VALUES.saturating_sub(u32::try_from(all.len()).unwrap_or(u32::MAX));
                let found = self
                    .store()
                    .values_beginning(kind.as_str(), &beginning, left.max(1));
                let found = found.await?;
                let is_cut = found.len() >= left as usize;
                let inside = found.into_iter().filter(|value| within(block, value));
                all.extend(inside.map(|value| posting(kind, value)));
                if is_cut {
                    too_wide.push(block.written());
                    return Ok(all);
                }
            }
        }
        Ok(all)
    }
}

pub(super) fn posting(kind: ValueKind, value: String) -> Posting {
    Posting {
        space: kind.as_str().to_owned(),
        value,
    }
}
