//! A wire between a node and its PostgreSQL that can swallow the answer to one commit.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

/// What a transaction that keeps an answer against doing it twice says on its way.
const KEEPS_ANSWER: &[u8] = b"INSERT INTO answers";
/// Its end, as the driver sends it.
const COMMIT: &[u8] = b"COMMIT\0";

/// Passes everything on. Once armed, the server carries out the next commit with a key against doing it
/// twice, and its client never hears of it.
pub(crate) struct Wire {
    pub(crate) address: SocketAddr,
    armed: Arc<AtomicBool>,
    /// Told when the server has confirmed the commit.
    pub(crate) swallowed: Receiver<()>,
}

/// One connection's share of it.
#[derive(Clone)]
struct Pair {
    armed: Arc<AtomicBool>,
    swallowing: Arc<AtomicBool>,
    tell: Sender<()>,
}

impl Wire {
    /// To a server's socket.
    pub(crate) fn to(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let armed = Arc::new(AtomicBool::new(false));
        let (tell, swallowed) = channel();
        let kept = Arc::clone(&armed);
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                // Without a server behind it the connection ends at once.
                let Ok(far) = UnixStream::connect(&socket) else {
                    continue;
                };
                let pair = Pair {
                    armed: Arc::clone(&kept),
                    swallowing: Arc::default(),
                    tell: tell.clone(),
                };
                pair.join(near, far);
            }
        });
        Self {
            address,
            armed,
            swallowed,
        }
    }

    /// The next such commit is swallowed.
    pub(crate) fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    /// How a configuration names the server behind it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://kaname@{}/postgres", self.address)
    }
}

impl Pair {
    fn join(&self, near: TcpStream, far: UnixStream) {
        let (near_in, far_out) = (near.try_clone().unwrap(), far.try_clone().unwrap());
        let (asking, answering) = (self.clone(), self.clone());
        thread::spawn(move || {
            asking.ask(near_in, &far_out);
            let _ = far_out.shutdown(Shutdown::Both);
        });
        thread::spawn(move || {
            answering.answer(far, &near);
            let _ = near.shutdown(Shutdown::Both);
        });
    }

    /// What the client says goes to the server; the commit that is waited for is noticed before.
    fn ask(&self, mut near: impl Read, mut far: impl Write) {
        let (mut said, mut piece) = (Vec::new(), [0; 16 << 10]);
        while let Ok(length @ 1..) = near.read(&mut piece) {
            if self.armed.load(Ordering::SeqCst) {
                said.extend_from_slice(&piece[..length]);
                if is_awaited(&said) && self.armed.swap(false, Ordering::SeqCst) {
                    self.swallowing.store(true, Ordering::SeqCst);
                }
            }
            if far.write_all(&piece[..length]).is_err() {
                return;
            }
        }
    }

    /// What the server says goes to the client, but for the word that is swallowed and all after it.
    fn answer(&self, mut far: impl Read, mut near: impl Write) {
        let mut piece = [0; 16 << 10];
        while let Ok(length @ 1..) = far.read(&mut piece) {
            if self.swallowing.load(Ordering::SeqCst) {
                let _ = self.tell.send(());
            } else if near.write_all(&piece[..length]).is_err() {
                return;
            }
        }
    }
}

fn is_awaited(said: &[u8]) -> bool {
    let find = |within: &[u8], what: &[u8]| within.windows(what.len()).position(|at| at == what);
    find(said, KEEPS_ANSWER).is_some_and(|at| find(&said[at..], COMMIT).is_some())
}
