//! The server as a process: ready, bounded, graceful.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use crate::program::{Place, mode};

/// Bound on every wait.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that was started; killed when dropped.
pub(crate) struct Server {
    child: Child,
    log: Arc<(Mutex<String>, Condvar)>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts it on any free port and waits until it says where.
    pub(crate) fn start(place: &Place) -> Self {
        Self::start_with(place, &[])
    }

    /// The same with more options.
    pub(crate) fn start_with(place: &Place, options: &[&str]) -> Self {
        Self::start_in(place, options, &[])
    }

    /// The same with more in its environment.
    pub(crate) fn start_in(place: &Place, options: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut arguments = vec!["serve", "--address", "127.0.0.1:0"];
        arguments.extend(options);
        let mut command = place.command(&arguments);
        command
            .env("KANAME_LOG__FORMAT", "json")
            .env("KANAME_LISTEN__HEADER_TIMEOUT_S", "1")
            .envs(environment.iter().copied());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Arc::new((Mutex::new(String::new()), Condvar::new()));
        let kept = Arc::clone(&log);
        let mut lines = lines.map_while(Result::ok).inspect(move |line| {
            let mut log = kept.0.lock().unwrap();
            log.push_str(line);
            log.push('\n');
            kept.1.notify_all();
        });
        let address = lines
            .by_ref()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(&line).ok())
            .find_map(|line| line["address"].as_str()?.parse().ok());
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            log,
            address: address.expect("the server ended before it listened"),
        }
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.0.lock().unwrap().clone()
    }

    /// Waits until it has logged this.
    pub(crate) fn logged(&self, what: &str) -> String {
        let (log, grown) = &*self.log;
        let waited =
            grown.wait_timeout_while(log.lock().unwrap(), PATIENCE, |log| !log.contains(what));
        let (log, late) = waited.unwrap();
        assert!(!late.timed_out(), "never logged {what}: {log}");
        log.clone()
    }

    /// One request; the whole answer.
    pub(crate) fn get(&self, path: &str) -> String {
        self.say(&format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        ))
    }

    /// Sends bytes and reads until the server closes.
    pub(crate) fn say(&self, text: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it without a word.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", name, &id])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Asks it to end and gives its exit code.
    pub(crate) fn end(mut self) -> i32 {
        self.signal("TERM");
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_is_alive_ready_and_measured() {
    let place = Place::founded();
    let server = Server::start(&place);
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
    let ready = server.get("/readyz");
    assert!(ready.starts_with("HTTP/1.1 200"), "{ready}");
    assert!(ready.contains("x-request-id: "));
    let numbers = server.get("/metrics");
    assert!(numbers.contains("kaname_ledger_events 6"), "{numbers}");
    for name in ["centre", "officer"] {
        assert!(!numbers.contains(name), "{name} stands in the metrics");
    }
    let through_proxy = "GET /metrics HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 192.0.2.1\r\nconnection: close\r\n\r\n";
    assert!(server.say(through_proxy).starts_with("HTTP/1.1 404"));
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert_eq!(
        mode(&place.path("kaname-data/in-use.lock")),
        0o600,
        "the lock file is nobody else's"
    );
    assert!(kib < 80 * 1_024, "{kib} KiB resident when idle");
    assert_eq!(server.end(), 0);
    let kept = place.done(&["verify"]);
    assert_eq!(kept["checkpoints"], 1, "the server signed a checkpoint");
}

#[test]
fn a_header_that_does_not_come_is_not_waited_for() {
    let place = Place::founded();
    let server = Server::start(&place);
    let slow = server.say("GET / HTTP/1.1\r\nhost: loc");
    assert!(!slow.starts_with("HTTP/1.1 200"), "{slow}");
    let long = format!(
        "GET / HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n",
        "a".repeat(200_000)
    );
    assert!(!server.say(&long).starts_with("HTTP/1.1 200"));
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
}

#[test]
fn plain_http_stays_on_loopback() {
    let place = Place::founded();
    let open = place.run(&["serve", "--address", "0.0.0.0:0"]);
    assert_eq!(open.code, 2);
    assert!(open.err.contains("without TLS"), "{}", open.err);
    let half = place.run(&["serve", "--tls-cert", "cert.pem"]);
    assert_eq!(half.code, 2);
}

#[test]
fn a_port_in_use_is_told() {
    let place = Place::founded();
    let server = Server::start(&place);
    let second = place.run(&["serve", "--address", &server.address.to_string()]);
    assert_eq!(second.code, 1);
    assert!(
        second.err.contains("cannot be listened on"),
        "{}",
        second.err
    );
}

#[test]
fn nobody_rebuilds_or_restores_under_a_running_server() {
    let place = Place::founded();
    let _server = Server::start(&place);
    place.done(&["backup", "copy.db"]);
    place.done(&["verify"]);
    place.add_vendor("new");
    assert_eq!(place.run(&["rebuild"]).code, 4);
    assert_eq!(place.run(&["restore", "copy.db", "--replace"]).code, 4);
}

/// A fresh certificate for `localhost`, written where the server reads it.
fn certificate(place: &Place) -> rustls::pki_types::CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    place.write("cert.pem", &made.cert.pem());
    place.write("key.pem", &made.signing_key.serialize_pem());
    made.cert.der().clone()
}

/// Asks over TLS, trusting this certificate alone.
fn ask_over_tls(
    address: SocketAddr,
    trusted: &rustls::pki_types::CertificateDer<'static>,
) -> std::io::Result<String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let client = rustls::ClientConnection::new(std::sync::Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut stream = rustls::StreamOwned::new(client, stream);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    // A server that closes without a farewell has said everything all the same.
    match stream.read_to_string(&mut answer) {
        Err(error) if answer.is_empty() => Err(error),
        _ => Ok(answer),
    }
}

#[test]
fn a_renewed_certificate_needs_no_restart() {
    let place = Place::founded();
    let first = certificate(&place);
    let tls = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let server = Server::start_with(&place, &tls);
    assert!(
        ask_over_tls(server.address, &first)
            .unwrap()
            .starts_with("HTTP/1.1 200")
    );
    let second = certificate(&place);
    server.signal("HUP");
    // The signal is heard within moments; the number of tries bounds the wait.
    let renewed = (0..2_000).any(|_| ask_over_tls(server.address, &second).is_ok());
    assert!(renewed, "the new certificate was never served");
    assert!(ask_over_tls(server.address, &first).is_err());
    // Plain HTTP is not spoken on that port.
    assert!(!server.get("/healthz").starts_with("HTTP/1.1 200"));
    assert_eq!(server.end(), 0);
}

#[test]
fn a_certificate_that_does_not_fit_its_key_is_told() {
    let place = Place::founded();
    certificate(&place);
    std::fs::rename(place.path("key.pem"), place.path("old.pem")).unwrap();
    certificate(&place);
    let tls = [
        "serve",
        "--address",
        "127.0.0.1:0",
        "--tls-cert",
        "cert.pem",
        "--tls-key",
        "old.pem",
    ];
    let ran = place.run(&tls);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("does this key belong"), "{}", ran.err);
}

/// Kills a process without a word.
pub(crate) fn kill_now(id: u32) {
    let mut kill = std::process::Command::new("kill");
    let sent = kill.args(["-s", "KILL", &id.to_string()]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn a_key_or_certificate_that_cannot_be_used_is_told_with_why_in_the_form_of_the_log() {
    let place = Place::founded();
    let wish = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let whole = wish.self_signed(&key).unwrap().pem();
    let tls = [
        "serve",
        "--address",
        "127.0.0.1:0",
        "--tls-cert",
        "cert.pem",
        "--tls-key",
        "key.pem",
    ];
    let locked = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n\
                  AAAA\n-----END RSA PRIVATE KEY-----\n";
    for (cert, key, words) in [
        (whole.as_str(), locked, "the key is encrypted"),
        (&whole[..whole.len() / 2], locked, "the file is cut off"),
    ] {
        place.write("cert.pem", cert);
        place.write("key.pem", key);
        let refused = place.run(&tls);
        assert_eq!(refused.code, 1, "{}", refused.err);
        assert!(refused.err.contains(words), "{}", refused.err);
        assert!(!refused.err.contains("[67"), "{}", refused.err);
        let mut logged = place.command(&tls);
        let logged = logged.env("KANAME_LOG__FORMAT", "json").output().unwrap();
        let fault = crate::program::ran(logged).fault();
        assert!(fault["hints"].to_string().contains(words), "{fault}");
    }
}
