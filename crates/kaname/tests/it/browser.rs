//! A person at a browser without script, against the running program.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Bound on every wait for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser with one person's session.
pub(crate) struct Browser {
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where a redirect leads, else nothing.
    pub(crate) location: String,
    pub(crate) text: String,
}

impl Browser {
    /// At a server, signed in.
    pub(crate) fn at(address: SocketAddr, session: &str) -> Self {
        let cookies = BTreeMap::from([("kaname-session".to_owned(), session.to_owned())]);
        Self { address, cookies }
    }

    /// Asks for a page; `None` when the server was gone before the answer was whole.
    pub(crate) fn get(&mut self, path: &str) -> Option<Answer> {
        let path = path.split('#').next().unwrap();
        self.ask(&format!("GET {path} HTTP/1.1"), None)
    }

    /// Posts a form with its token; `None` when the server was gone before the answer was whole.
    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let first = self.get("/")?;
        if first.status >= 500 {
            return Some(first);
        }
        let page = first.text;
        let token = between(&page, "name=\"_csrf\" value=\"", "\"").to_owned();
        let mut form = format!("_csrf={}", escaped(&token));
        for (name, value) in fields {
            form.push_str(&format!("&{}={}", escaped(name), escaped(value)));
        }
        self.ask(&format!("POST {path} HTTP/1.1"), Some(&form))
    }

    fn head(&self, request: &str) -> String {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!(
            "{request}\r\nhost: {}\r\naccept: text/html\r\nsec-fetch-site: same-origin\r\n\
             connection: close\r\ncookie: {}\r\n",
            self.address,
            cookies.join("; ")
        )
    }

    fn ask(&mut self, request: &str, form: Option<&str>) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        let mut head = self.head(request);
        if let Some(form) = form {
            let kind = "application/x-www-form-urlencoded";
            head.push_str(&format!(
                "content-type: {kind}\r\ncontent-length: {}\r\n",
                form.len()
            ));
        }
        let whole = format!("{head}\r\n{}", form.unwrap_or_default());
        stream.write_all(whole.as_bytes()).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, text) = answer.split_once("\r\n\r\n")?;
        let value = |name: &str| {
            let mut lines = head.lines();
            lines.find_map(|line| line.strip_prefix(name))
        };
        for line in head.lines() {
            if let Some(cookie) = line.strip_prefix("set-cookie: ") {
                let (name, value) = cookie.split(';').next()?.split_once('=')?;
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let length = value("content-length: ").and_then(|length| length.parse().ok());
        if length.is_some_and(|length: usize| text.len() < length) {
            return None;
        }
        Some(Answer {
            status: head.split(' ').nth(1)?.parse().ok()?,
            location: value("location: ").unwrap_or_default().to_owned(),
            text: text.to_owned(),
        })
    }

    /// Follows the news of a page; gives the lines of the stream as they come.
    pub(crate) fn follow(&self, topic: &str) -> impl Iterator<Item = String> + Send + use<> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = self.head(&format!("GET /events?topic={topic} HTTP/1.1"));
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        let status = lines.next().unwrap();
        assert!(status.starts_with("HTTP/1.1 200"), "{status}");
        assert!(lines.any(|line| line.is_empty()), "the head ends");
        lines
    }
}

/// For a form.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => (byte as char).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// What stands between two marks.
pub(crate) fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text
        .split_once(from)
        .unwrap_or_else(|| panic!("no {from} in:\n{text}"));
    rest.split_once(to).unwrap().0
}
