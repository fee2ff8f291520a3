//! A wire between a node and its bus that a test can cut.

use std::{
    io::copy,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// Passes connections on to another port while it is whole.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    wires: Arc<Mutex<Wires>>,
}

#[derive(Default)]
struct Wires {
    cut: bool,
    open: Vec<TcpStream>,
}

impl Relay {
    /// To an address such as `127.0.0.1:4222`.
    pub(crate) fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let wires = Arc::new(Mutex::new(Wires::default()));
        let kept = Arc::clone(&wires);
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let mut wires = kept.lock().unwrap();
                if wires.cut {
                    continue;
                }
                let far = TcpStream::connect(&target).unwrap();
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    thread::spawn(move || {
                        let _ = copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                wires.open.extend([near, far]);
            }
        });
        Self { address, wires }
    }

    /// Ends all connections and takes no more.
    pub(crate) fn cut(&self) {
        let mut wires = self.wires.lock().unwrap();
        wires.cut = true;
        for wire in wires.open.drain(..) {
            let _ = wire.shutdown(Shutdown::Both);
        }
    }

    /// Passes on again.
    pub(crate) fn mend(&self) {
        self.wires.lock().unwrap().cut = false;
    }
}
