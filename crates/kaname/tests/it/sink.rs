//! The other side of a webhook: a web server of a few lines on loopback.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

/// Bound on every wait for a call.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server that takes calls. Those it is told to hold are never answered.
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    /// Told the delivery of each call as it arrives.
    pub(crate) told: Receiver<String>,
    held: Arc<Mutex<Held>>,
}

struct Held {
    left: usize,
    streams: Vec<TcpStream>,
}

impl Sink {
    /// Leaves the first `held` calls without an answer; answers the others.
    pub(crate) fn open(held: usize) -> Self {
        Self::with(held, "204 Done")
    }

    /// Answers each call that it wants no more of them.
    pub(crate) fn refusing() -> Self {
        Self::with(0, "410 Gone")
    }

    fn with(held: usize, status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, told) = channel();
        let held = Arc::new(Mutex::new(Held {
            left: held,
            streams: Vec::new(),
        }));
        let kept = Arc::clone(&held);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (tell, kept) = (tell.clone(), Arc::clone(&kept));
                thread::spawn(move || take(stream, &tell, &kept, status));
            }
        });
        Self {
            address,
            told,
            held,
        }
    }

    /// An address to call.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// Lets go of the calls that were held.
    pub(crate) fn hang_up(&self) {
        self.held.lock().unwrap().streams.clear();
    }
}

/// One call; the delivery it names is told before it is answered.
fn take(stream: TcpStream, tell: &Sender<String>, held: &Mutex<Held>, status: &str) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut length, mut delivery) = (0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "kaname-delivery" => delivery = value.trim().to_owned(),
            _ => {}
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    let mut held = held.lock().unwrap();
    if held.left > 0 {
        held.left -= 1;
        held.streams.push(stream);
        let _ = tell.send(delivery);
        return Some(());
    }
    drop(held);
    let _ = tell.send(delivery);
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    (&stream).write_all(answer.as_bytes()).ok()
}
