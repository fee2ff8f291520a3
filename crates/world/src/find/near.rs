//! What lies near a value: networks that hold an address, what lies in a network, what is named at a host or below it,
//! the hosts above, and fuzzy hashes that are alike. Each is found by what it is carried as, never by comparing pairs.

use std::collections::{BTreeMap, BTreeSet};

use kaname_kernel::Posting;
use kaname_sharing::{
    find::Block,
    value::{
        address_named, canonical, host_of, host_posting, hosts_above, led_to, name_sought,
        pieces_sought, pieces_space, posting as carried_as,
    },
};
use kaname_stix::{
    SearchValue, ValueKind,
    fuzzy_hash::{FuzzyHash, Likeness},
};
use kaname_store::Carriers;
use roaring::RoaringBitmap;

use super::values::posting;
use crate::{error::WorldError, world::World};

/// Most values within networks, and alike, that are looked up for one thing.
const MOST_LOOKED_UP: usize = 20_000;
/// Most pieces of other fuzzy hashes that are read for one; each that is alike may have a dozen of them.
const MOST_PIECES: u32 = 100_000;
/// Most neighbours of one value that are told; the others are counted.
const MOST_TOLD: usize = 20;

/// How something lies near a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// It is a fuzzy hash that is alike: the nearer, the smaller.
    Alike(Likeness),
    /// It names the same host, or one below: as a name, in a URL or in an address of mail.
    At,
    /// It is a network that holds the address or network.
    Around,
    /// It is an address or network within the network.
    Inside,
    /// It is a host above.
    Above,
}

impl How {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alike(_) => "alike",
            Self::At => "at",
            Self::Around => "around",
            Self::Inside => "inside",
            Self::Above => "above",
        }
    }

    /// Of two neighbours the nearer comes first.
    const fn rank(self) -> u16 {
        match self {
            Self::Alike(likeness) => likeness.rank(),
            _ => 0,
        }
    }
}

/// Something near a value that others carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// How it lies.
    pub how: How,
    /// A host, an address, a network or a fuzzy hash.
    pub value: String,
    /// Objects that carry it and not the value itself.
    pub objects: u64,
}

/// What lies near a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nearby {
    /// The nearest first, of those as near the rarest.
    pub told: Vec<Near>,
    /// How many more places there are.
    pub left: usize,
    /// Whether the reader sees so much near it that not all was looked up.
    pub cut: bool,
}

impl Nearby {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }
}

/// A place to be looked up: whose neighbour it is, how it lies, and what it is carried as.
type Place = (usize, How, Posting);

impl World {
    /// What lies near each of these values, as far as the reader may see it. `with` says how many others carry each of
    /// them.
    pub(super) async fn nearby(
        &self,
        (values, with): (&[SearchValue], &[Carriers]),
        readable: &RoaringBitmap,
        except: &[String],
    ) -> Result<Vec<Nearby>, WorldError> {
        let mut places: Vec<Place> = Vec::new();
        let mut cut = BTreeSet::new();
        let mut left = MOST_LOOKED_UP;
        for (at, value) in values.iter().enumerate() {
            places.extend(places_of(at, value));
            let (mut read, is_cut) = self.places_read(at, value, readable).await?;
            if is_cut || read.len() > left {
                cut.insert(at);
                read.sort_by_key(|(_, how, _)| how.rank());
                read.truncate(left);
            }
            left -= read.len();
            places.extend(read);
        }
        let postings: Vec<Posting> = places.iter().map(|(_, _, one)| one.clone()).collect();
        let found = match postings.is_empty() {
            true => Vec::new(),
            false => self.store().carriers(&postings, readable, except).await?,
        };
        let mut near: BTreeMap<usize, Vec<Near>> = BTreeMap::new();
        for ((at, how, posting), carriers) in places.into_iter().zip(found) {
            // Whatever carries the value names its host too.
            let own = match (how, values.get(at), with.get(at)) {
                (How::At, Some(value), Some(own)) if names_its_host(value.kind) => own.objects,
                _ => 0,
            };
            let objects = carriers.objects.saturating_sub(own);
            if objects > 0 {
                let value = posting.value;
                near.entry(at).or_default().push(Near {
                    how,
                    value,
                    objects,
                });
            }
        }
        let told = (0..values.len()).map(|at| {
            let mut told = near.remove(&at).unwrap_or_default();
            told.sort_by(|a, b| {
                let order = |near: &Near| (near.how.rank(), near.objects, near.how);
                order(a).cmp(&order(b)).then_with(|| a.value.cmp(&b.value))
            });
            let left = told.len().saturating_sub(MOST_TOLD);
            told.truncate(MOST_TOLD);
            let cut = cut.contains(&at);
            Nearby { told, left, cut }
        });
        Ok(told.collect())
    }

    /// The places near a value that follow from what else is carried, as far as the reader may see it, and whether
    /// there is more than was read.
    async fn places_read(
        &self,
        at: usize,
        value: &SearchValue,
        readable: &RoaringBitmap,
    ) -> Result<(Vec<Place>, bool), WorldError> {
        if let Some(hash) = FuzzyHash::of(value) {
            let (alike, cut) = self.alike(value, &hash, readable).await?;
            let places = alike
                .into_iter()
                .map(|(posting, likeness)| (at, How::Alike(likeness), posting));
            return Ok((places.collect(), cut));
        }
        let network = (value.kind == ValueKind::Cidr).then(|| Block::parse(&value.text));
        let Some(network) = network.flatten() else {
            return Ok((Vec::new(), false));
        };
        let (inside, cut) = self.inside(&network, readable).await?;
        let own = network.written();
        let inside = inside.into_iter().filter(|one| one.value != own);
        let places = inside.map(|posting| (at, How::Inside, posting));
        Ok((places.collect(), cut))
    }

    /// Fuzzy hashes that are alike and written otherwise, among those that something carries which the reader may see,
    /// and whether so many have a piece in common that not all were compared.
    pub(super) async fn alike(
        &self,
        value: &SearchValue,
        hash: &FuzzyHash,
        readable: &RoaringBitmap,
    ) -> Result<(Vec<(Posting, Likeness)>, bool), WorldError> {
        let (space, sought) = (pieces_space(value.kind), pieces_sought(hash));
        let found = self
            .store()
            .values_beginning(&space, &sought, readable, MOST_PIECES)
            .await?;
        let cut = found.len() >= MOST_PIECES as usize;
        let names: BTreeSet<&str> = found.iter().filter_map(|one| led_to(one)).collect();
        let named: Vec<String> = names.into_iter().map(name_sought).collect();
        let named = self
            .store()
            .values_beginning(&space, &named, readable, MOST_PIECES)
            .await?;
        let candidates = named.iter().filter_map(|one| led_to(one));
        let own = carried_as(value).value;
        let mut alike = Vec::new();
        for text in candidates.filter(|text| *text != own) {
            let other = FuzzyHash::of(&SearchValue::new(value.kind, text));
            if let Some(likeness) = other.and_then(|other| hash.likeness(&other)) {
                alike.push((posting(value.kind, text.to_owned()), likeness));
            }
        }
        Ok((alike, cut))
    }
}

const fn names_its_host(kind: ValueKind) -> bool {
    matches!(kind, ValueKind::Domain | ValueKind::Url | ValueKind::Email)
}

/// The places near a value that follow from how it is written.
fn places_of(at: usize, value: &SearchValue) -> Vec<Place> {
    let value = canonical(value);
    let mut places = Vec::new();
    let around = |address: &SearchValue| {
        let block = Block::parse(&address.text);
        let around = block.map(|block| block.around()).unwrap_or_default();
        let cidr = |network| (at, How::Around, posting(ValueKind::Cidr, network));
        around.into_iter().map(cidr).collect::<Vec<_>>()
    };
    match value.kind {
        ValueKind::Ipv4 | ValueKind::Ipv6 | ValueKind::Cidr => {
            places.extend(around(&value));
            if value.kind != ValueKind::Cidr {
                places.push((at, How::At, host_posting(value.text)));
            }
        }
        _ => {
            let Some(name) = host_of(&value) else {
                return places;
            };
            if let Some(address) = address_named(&value) {
                places.extend(around(&address));
                places.push((at, How::At, carried_as(&address)));
            }
            let domain = |name| (at, How::Above, posting(ValueKind::Domain, name));
            places.extend(hosts_above(&name).into_iter().map(domain));
            places.push((at, How::At, host_posting(name)));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(kind: ValueKind, text: &str) -> Vec<String> {
        let all = places_of(0, &SearchValue::new(kind, text));
        let told = all.into_iter().map(|(_, how, posting)| {
            format!("{} {}:{}", how.as_str(), posting.space, posting.value)
        });
        told.collect()
    }

    #[test]
    fn the_neighbours_of_a_value_follow_from_its_writing() {
        assert_eq!(
            places(ValueKind::Url, "http://a.b.example.co.jp/x"),
            [
                "above domain:b.example.co.jp",
                "above domain:example.co.jp",
                "at host:a.b.example.co.jp",
            ]
        );
        assert_eq!(
            places(ValueKind::Email, "x@Mail.example"),
            ["at host:mail.example"]
        );
        let at_address = places(ValueKind::Url, "http://203.0.113.7:8080/");
        assert_eq!(at_address.len(), 34);
        for near in [
            "at ipv4:203.0.113.7",
            "at host:203.0.113.7",
            "around cidr:203.0.113.0/24",
        ] {
            assert!(at_address.contains(&near.to_owned()), "{at_address:?}");
        }
        let address = places(ValueKind::Ipv4, "203.0.113.7");
        assert_eq!(address.len(), 33);
        assert!(
            address.contains(&"around cidr:203.0.113.0/24".to_owned()),
            "{address:?}"
        );
        assert_eq!(places(ValueKind::Ipv6, "2001:db8::1").len(), 129);
        assert!(places(ValueKind::Sha256, "ab").is_empty());
    }
}
