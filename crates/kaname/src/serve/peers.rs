//! How many connections each address has open. One that opens more is turned away, so that it cannot
//! take the places of all others.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kaname_web::house::site;

/// The connections of each address.
#[derive(Debug)]
pub(super) struct Peers {
    most: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// One connection's place; free again when dropped.
#[derive(Debug)]
pub(super) struct Place {
    peers: Arc<Peers>,
    address: IpAddr,
}

impl Peers {
    /// At most so many connections for each address.
    pub(super) fn new(most: usize) -> Arc<Self> {
        let open = Mutex::default();
        Arc::new(Self { most, open })
    }

    /// A place for a connection from there, or none when that address has its share.
    pub(super) fn admit(self: &Arc<Self>, from: IpAddr) -> Option<Place> {
        let address = site(from);
        let mut open = self.open();
        let count = open.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        let peers = Arc::clone(self);
        Some(Place { peers, address })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.peers.open();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_share_and_gets_it_back() {
        let peers = Peers::new(2);
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let one = peers.admit(address("2001:db8::1"));
        let two = peers.admit(address("2001:db8::2"));
        assert!(one.is_some() && two.is_some());
        assert!(peers.admit(address("2001:db8::3")).is_none(), "one network");
        assert!(peers.admit(address("192.0.2.1")).is_some());
        drop(one);
        assert!(peers.admit(address("2001:db8::3")).is_some());
    }
}
