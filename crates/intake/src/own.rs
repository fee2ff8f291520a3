//! The provider's own domains and networks, which are no indicators.

use std::net::{IpAddr, Ipv4Addr};

use crate::host::{self, Host};
use crate::indicator::{ExcludedReason, Kind};
use crate::network::Network;
use crate::scan::{self, Hit, Place};
use crate::value::Value;

/// What belongs to the provider.
pub(crate) struct Own {
    domains: Vec<String>,
    networks: Vec<(Network, String)>,
    unusable: Vec<String>,
}

impl Own {
    /// Reads domains (also written `*.example.jp`, as a URL or as a mail address) and networks.
    pub(crate) fn new(domains: &[String], networks: &[String]) -> Own {
        let mut own = Own {
            domains: Vec::new(),
            networks: Vec::new(),
            unusable: Vec::new(),
        };
        for given in domains {
            own.add_domain(given);
        }
        for given in networks {
            match Network::parse(given) {
                Some(network) => own.networks.push((network, given.trim().to_owned())),
                None => own.unusable.push(given.clone()),
            }
        }
        own
    }

    /// What could not be understood, as given.
    pub(crate) fn unusable(&self) -> &[String] {
        &self.unusable
    }

    fn add_domain(&mut self, given: &str) {
        let folded = crate::fold::fold(given.get(..1_000).unwrap_or(given)).text;
        let name = folded.trim();
        let name = name.split_once("://").map_or(name, |(_, rest)| rest);
        let name = name.split(['/', '?', '#']).next().unwrap_or_default();
        let name = name.rsplit('@').next().unwrap_or_default();
        let name = name.trim_start_matches("*.").trim_matches('.');
        if let Some(network) = Network::parse(name) {
            self.networks.push((network, name.to_owned()));
            return;
        }
        let name = name.split(':').next().unwrap_or_default();
        match Host::parse(name).filter(|host| host.is_internal() || !host.is_registry_suffix()) {
            Some(host) => self.domains.push(host.ascii),
            None => self.unusable.push(given.to_owned()),
        }
    }

    /// Why a hit is left out, if it is.
    pub(crate) fn reason(&self, hit: &Hit) -> Option<ExcludedReason> {
        self.reason_at(&hit.place, &hit.value)
    }

    /// Why a value that was read by itself is the provider's own, if it is.
    pub(crate) fn reason_of(&self, value: &Value) -> Option<ExcludedReason> {
        let place = match value.kind {
            Kind::Ipv4 | Kind::Ipv4Cidr | Kind::Ipv6 | Kind::Ipv6Cidr => {
                Network::parse(&value.value).map(Place::Network)
            }
            Kind::Domain => Some(Place::Host(value.value.clone())),
            Kind::Email => {
                let host = value.value.rsplit('@').next();
                host.map(|host| Place::Host(host.to_owned()))
            }
            Kind::Url => scan::place_of_url(&value.value),
            _ => None,
        };
        self.reason_at(&place.unwrap_or(Place::Nowhere), &value.value)
    }

    fn reason_at(&self, place: &Place, value: &str) -> Option<ExcludedReason> {
        match place {
            Place::Host(name) => {
                if let Some(domain) = self.domain_of(name) {
                    return Some(ExcludedReason::OwnDomain(domain.to_owned()));
                }
            }
            Place::Network(network) => {
                if let Some(own) = self.network_of(network) {
                    return Some(ExcludedReason::OwnNetwork(own.to_owned()));
                }
            }
            Place::Nowhere => return None,
        }
        let rest = value.to_ascii_lowercase().replace("%2e", ".");
        self.mentioned(&rest)
            .map(|own| ExcludedReason::MentionsOwn(own.to_owned()))
    }

    fn domain_of(&self, name: &str) -> Option<&str> {
        let found = self
            .domains
            .iter()
            .find(|domain| host::is_within(name, domain));
        found.map(String::as_str)
    }

    fn network_of(&self, network: &Network) -> Option<&str> {
        let found = self.networks.iter().find(|(own, _)| own.overlaps(network));
        found.map(|(_, given)| given.as_str())
    }

    /// An own domain or address written somewhere in a value, for instance in a query.
    fn mentioned(&self, value: &str) -> Option<&str> {
        let part = |sign: u8| sign.is_ascii_alphanumeric() || sign == b'-';
        let bytes = value.as_bytes();
        let domain = self.domains.iter().find(|domain| {
            value.match_indices(domain.as_str()).any(|(start, _)| {
                let before = start.checked_sub(1).and_then(|index| bytes.get(index));
                let after = bytes.get(start + domain.len());
                let escaped = start >= 3 && bytes[start - 3] == b'%';
                (escaped || !before.is_some_and(|sign| part(*sign)))
                    && !after.is_some_and(|sign| part(*sign))
            })
        });
        if let Some(domain) = domain {
            return Some(domain);
        }
        value
            .split(|sign: char| !sign.is_ascii_digit() && sign != '.')
            .filter_map(|word| word.trim_matches('.').parse::<Ipv4Addr>().ok())
            .find_map(|v4| self.network_of(&Network::of(IpAddr::V4(v4))))
    }
}
