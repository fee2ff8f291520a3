//! Another TAXII server of a few lines, on loopback, that a test tells what to answer.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Asked {
    /// A parameter; empty when it is not there.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }
}

/// What is answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    /// Nothing is answered at all; the connection stays open.
    pub(crate) silent: bool,
    /// Bytes that are announced and never come: the connection is closed before them.
    pub(crate) missing: usize,
}

impl Reply {
    pub(crate) fn of(status: u16, body: impl ToString) -> Self {
        Self {
            status,
            body: body.to_string(),
            ..Self::default()
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub(crate) fn short_of(mut self, bytes: usize) -> Self {
        self.missing = bytes;
        self
    }

    pub(crate) fn silent() -> Self {
        Self {
            silent: true,
            ..Self::default()
        }
    }
}

/// The server. What it was asked is kept.
pub(crate) struct TaxiiSink {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl TaxiiSink {
    /// Answers as `reply` says, which hears how many requests there were before.
    pub(crate) async fn open(
        reply: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (kept, reply) = (Arc::clone(&asked), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, reply) = (Arc::clone(&kept), Arc::clone(&reply));
                tokio::spawn(async move {
                    let _ = converse(stream, &kept, reply.as_ref()).await;
                });
            }
        });
        Self { address, asked }
    }

    /// Address of its only collection.
    pub(crate) fn collection(&self) -> String {
        format!("http://{}/base/collections/a/", self.address)
    }

    /// All it was asked.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn converse(
    stream: TcpStream,
    kept: &Mutex<Vec<Asked>>,
    reply: &(dyn Fn(usize, &Asked) -> Reply + Send + Sync),
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        if line == "\r\n" {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let asked = read(&lines, &mut stream).await?;
    let before = {
        let mut kept = kept.lock().unwrap();
        kept.push(asked.clone());
        kept.len() - 1
    };
    let reply = reply(before, &asked);
    if reply.silent {
        std::future::pending::<()>().await;
    }
    let mut head = format!(
        "HTTP/1.1 {} said\r\ncontent-type: application/taxii+json;version=2.1\r\ncontent-length: {}\r\n",
        reply.status,
        reply.body.len() + reply.missing
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(reply.body.as_bytes()).await
}

async fn read(lines: &[String], stream: &mut BufReader<TcpStream>) -> std::io::Result<Asked> {
    let mut first = lines.first().map_or("", String::as_str).split(' ');
    let method = first.next().unwrap_or_default().to_owned();
    let url = format!("http://sink{}", first.next().unwrap_or("/"));
    let url = url::Url::parse(&url).unwrap();
    let headers: BTreeMap<String, String> = lines
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length");
    let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Asked {
        method,
        path: url.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
