//! TLS from PEM files, read again when they change: a renewed certificate needs no restart.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use jiff::SignedDuration;
use kaname_kernel::Clock as _;
use kaname_world::ambient::SystemClock;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject as _},
    },
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use super::validity::not_after;
use crate::{bounded, fault::Fault};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A certificate that ends within this time is told of.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Largest PEM file that is read, in bytes.
const MAX_PEM: u64 = 1 << 20;

/// When the certificate's and the key's file were last changed, where that can be told.
type Seen = (Option<SystemTime>, Option<SystemTime>);

/// The certificate in use.
#[derive(Debug)]
struct Current {
    key: RwLock<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(
            &self.key.read().unwrap_or_else(PoisonError::into_inner),
        ))
    }
}

/// An acceptor with this certificate, and a task that follows the files for as long as the program
/// runs.
pub(crate) fn acceptor(cert: &Path, key: &Path) -> Result<TlsAcceptor, Fault> {
    // Both before the files are read and before anybody is told that the program listens: a change or
    // a signal that comes while it starts is not missed, and the signal does not end the program.
    let hangup = signal(SignalKind::hangup()).ok();
    let seen = (changed(cert), changed(key));
    let current = Arc::new(Current {
        key: RwLock::new(Arc::new(load(cert, key)?)),
    });
    warn_of_end(&current, cert);
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Fault::failed("TLS cannot be set up").because(&error))?;
    let resolver = Arc::clone(&current) as Arc<dyn ResolvesServerCert>;
    let mut config = config.with_no_client_auth().with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let (cert, key) = (cert.to_owned(), key.to_owned());
    tokio::spawn(follow(current, cert, key, seen, hangup));
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn follow(
    current: Arc<Current>,
    cert: PathBuf,
    key: PathBuf,
    mut seen: Seen,
    mut hangup: Option<Signal>,
) {
    let mut failed = None;
    loop {
        // Whoever renews the certificate may say so and need not wait.
        let asked = async {
            match &mut hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        let _ = timeout(LOOK_EVERY, asked).await;
        let now = (changed(&cert), changed(&key));
        if now == seen {
            continue;
        }
        match load(&cert, &key) {
            Ok(loaded) => {
                *current.key.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
                seen = now;
                tracing::info!("the certificate was read anew");
                warn_of_end(&current, &cert);
            }
            // Perhaps only one of the two files is written yet: it is tried again, and told once.
            Err(fault) => {
                if failed != Some(now) {
                    tracing::warn!(
                        file = fault.place.as_deref().unwrap_or_default(),
                        why = why(&fault),
                        "the changed certificate cannot be used; the one before stays in use"
                    );
                }
                failed = Some(now);
            }
        }
    }
}

/// What a fault says beside its place, on one line.
fn why(fault: &Fault) -> String {
    let said = std::iter::once(&fault.what).chain(&fault.causes);
    let said = said.chain(&fault.hints).map(String::as_str);
    said.collect::<Vec<_>>().join(": ")
}

/// Tells when the certificate in use is not valid any more, or not for long.
fn warn_of_end(current: &Current, cert: &Path) {
    let key = Arc::clone(&current.key.read().unwrap_or_else(PoisonError::into_inner));
    let end = key.cert.first().and_then(|first| not_after(first));
    let Some(end) = end else { return };
    let left = end.duration_since(SystemClock.now());
    let file = cert.display();
    if left.is_negative() {
        tracing::warn!(%file, %end, "the certificate has expired: clients refuse it");
    } else if left < SOON {
        tracing::warn!(%file, %end, days = left.as_hours() / 24, "the certificate expires soon");
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|meta| meta.modified()).ok()
}

pub(super) fn load(cert: &Path, key: &Path) -> Result<CertifiedKey, Fault> {
    let pem = read(cert)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain = chain.map_err(|error| unread(cert, &error))?;
    if chain.is_empty() {
        return Err(unusable(cert).hint("a CERTIFICATE block in PEM is expected"));
    }
    let pem = read(key)?;
    let private = PrivateKeyDer::from_pem_slice(&pem);
    let private = private.map_err(|error| match has(&pem, b"ENCRYPTED") {
        true => unusable(key).hint(
            "the key is encrypted, and nobody is here to type its passphrase: name a file with the plain \
             key, readable for this user alone",
        ),
        false => unread(key, &error),
    })?;
    let certified = CertifiedKey::from_der(chain, private, &ring::default_provider());
    certified.map_err(|error| {
        unusable(key)
            .because(&error)
            .hint("does this key belong to the certificate?")
    })
}

/// Whether these words stand in a file.
fn has(pem: &[u8], words: &[u8]) -> bool {
    pem.windows(words.len()).any(|window| window == words)
}

/// A file whose blocks cannot be read; the parser would show bytes as numbers.
fn unread(path: &Path, error: &pem::Error) -> Fault {
    match error {
        pem::Error::MissingSectionEnd { .. } => {
            unusable(path).hint("a block begins and does not end: the file is cut off")
        }
        error => unusable(path).because(error),
    }
}

fn unusable(path: &Path) -> Fault {
    Fault::failed("the certificate cannot be used").at(path.display().to_string())
}

fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    let unreadable = |error: std::io::Error| Fault::file(path, "read", &error);
    let read = bounded::bytes(path, MAX_PEM).map_err(unreadable)?;
    read.ok_or_else(|| unusable(path).hint("the file is over 1 MiB"))
}
