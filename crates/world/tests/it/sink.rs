//! The other side of the doors: a mail server and a web server of a few lines each, on loopback.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// A mail as it arrived: envelope and message.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) to: String,
    pub(crate) message: String,
}

/// A mail server that keeps what it gets. Addresses that start with `refuse` are refused for good,
/// `busy` for now.
pub(crate) struct MailSink {
    pub(crate) address: SocketAddr,
    mails: Arc<Mutex<Vec<Arrived>>>,
}

impl MailSink {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&mails);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&kept)));
            }
        });
        Self { address, mails }
    }

    pub(crate) fn mails(&self) -> Vec<Arrived> {
        self.mails.lock().unwrap().clone()
    }
}

/// RFC 5321, as far as one client needs it.
async fn converse(stream: TcpStream, mails: Arc<Mutex<Vec<Arrived>>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sink.test\r\n").await?;
    let mut to = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let upper = line.to_ascii_uppercase();
        let reply: &[u8] = if upper.starts_with("EHLO") {
            b"250-sink.test\r\n250 8BITMIME\r\n"
        } else if upper.starts_with("RCPT TO:") {
            to = line[8..].trim().trim_matches(['<', '>']).to_owned();
            if to.starts_with("refuse") {
                b"550 no such user\r\n"
            } else if to.starts_with("busy") {
                b"451 try again\r\n"
            } else {
                b"250 ok\r\n"
            }
        } else if upper.starts_with("DATA") {
            stream.write_all(b"354 go on\r\n").await?;
            let mut message = String::new();
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await? == 0 {
                    return Ok(());
                }
                if line == ".\r\n" {
                    break;
                }
                message.push_str(&line);
            }
            mails.lock().unwrap().push(Arrived {
                to: to.clone(),
                message,
            });
            b"250 taken\r\n"
        } else if upper.starts_with("QUIT") {
            stream.write_all(b"221 bye\r\n").await?;
            return Ok(());
        } else {
            b"250 ok\r\n"
        };
        stream.write_all(reply).await?;
    }
}

/// A call as it arrived: head and body.
#[derive(Debug, Clone)]
pub(crate) struct Called {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Called {
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(one, _)| one.eq_ignore_ascii_case(name));
        found.next().map_or("", |(_, value)| value)
    }
}

/// A web server that answers each call with the next of its statuses, the last one for ever.
pub(crate) struct CallSink {
    pub(crate) address: SocketAddr,
    calls: Arc<Mutex<Vec<Called>>>,
}

impl CallSink {
    pub(crate) async fn open(statuses: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&calls);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = answer(stream, &kept, statuses).await;
            }
        });
        Self { address, calls }
    }

    pub(crate) fn calls(&self) -> Vec<Called> {
        self.calls.lock().unwrap().clone()
    }
}

async fn answer(
    stream: TcpStream,
    calls: &Mutex<Vec<Called>>,
    statuses: &[&str],
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    loop {
        let before = head.len();
        if stream.read_line(&mut head).await? == 0 {
            return Ok(());
        }
        if &head[before..] == "\r\n" {
            break;
        }
    }
    let called = Called {
        head,
        body: String::new(),
    };
    let length = called.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let number = {
        let mut calls = calls.lock().unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        calls.push(Called { body, ..called });
        calls.len() - 1
    };
    let status = statuses[number.min(statuses.len() - 1)];
    let reply = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nlocation: /elsewhere\r\n\r\n");
    stream.write_all(reply.as_bytes()).await
}
