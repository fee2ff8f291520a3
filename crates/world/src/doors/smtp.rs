//! Mail by SMTP.

use std::{net::IpAddr, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};

use super::DoorError;

/// A server that takes longer gets the mail later. Well below a job's lease.
const TIMEOUT: Duration = Duration::from_secs(20);

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmtpProtection {
    /// Plain at first, then TLS or nothing at all (RFC 3207).
    #[default]
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// None: to this machine itself only.
    None,
}

/// Where mail goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub protection: SmtpProtection,
    /// User and password, when the server wants them.
    pub login: Option<(String, String)>,
    /// Sender address, `name@host` or `Title <name@host>`.
    pub from: String,
}

/// A mail, ready to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Unique part of the Message-ID; the same again for the same mail, so that a mail sent twice is
    /// known as one.
    pub id: String,
    /// To whom; one address.
    pub to: String,
    /// When it was made.
    pub at: Timestamp,
    /// Subject, which every server on the way reads.
    pub subject: String,
    /// What it says.
    pub body: MailBody,
}

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailBody {
    /// Readable on the way.
    Open {
        /// Plain text.
        text: String,
        /// The same as HTML.
        html: String,
    },
    /// An armoured OpenPGP message, encrypted to its reader: goes as PGP/MIME (RFC 3156 §4).
    Sealed(String),
}

/// A door that mail leaves by.
#[async_trait]
pub trait MailDoor: Send + Sync {
    /// Hands one mail over; when it returns, the other side has taken it.
    async fn send(&self, mail: &Mail) -> Result<(), DoorError>;
}

/// A mail server.
pub struct SmtpDoor {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpDoor {
    /// A door to that server. Nothing is sent yet.
    ///
    /// # Errors
    /// When the sender is no mail address, or the connection would be unprotected and not to this
    /// machine itself.
    pub fn new(settings: &SmtpSettings) -> Result<Self, DoorError> {
        let wrong = |what: String| DoorError::Never(what);
        let from: Mailbox = settings
            .from
            .parse()
            .map_err(|_| wrong(format!("`{}` is no sender address", settings.from)))?;
        let tls = || {
            TlsParameters::new(settings.host.clone())
                .map_err(|error| wrong(format!("TLS to {}: {error}", settings.host)))
        };
        let tls = match settings.protection {
            SmtpProtection::StartTls => Tls::Required(tls()?),
            SmtpProtection::Tls => Tls::Wrapper(tls()?),
            SmtpProtection::None if is_here(&settings.host) => Tls::None,
            SmtpProtection::None => {
                let host = &settings.host;
                return Err(wrong(format!("mail would go to {host} unprotected")));
            }
        };
        let domain = from.email.domain().to_owned();
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.clone())
                .port(settings.port)
                .tls(tls)
                // The sender's domain, not this machine's name, which is nobody's business.
                .hello_name(ClientId::Domain(domain))
                .timeout(Some(TIMEOUT));
        if let Some((user, password)) = &settings.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self {
            transport: builder.build(),
            from,
        })
    }
}

fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[async_trait]
impl MailDoor for SmtpDoor {
    async fn send(&self, mail: &Mail) -> Result<(), DoorError> {
        let message = message(&self.from, mail)?;
        match tokio::time::timeout(TIMEOUT, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err(DoorError::Never(told(&error))),
            Ok(Err(error)) => Err(DoorError::Later(told(&error))),
            Err(_) => Err(DoorError::Later("the mail server took too long".to_owned())),
        }
    }
}

/// What the server said, without line ends.
fn told(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text.chars()
        .filter(|sign| !sign.is_control())
        .take(400)
        .collect()
}

/// The message as it goes over the wire. Nothing in its headers says anything about a provider.
fn message(from: &Mailbox, mail: &Mail) -> Result<Message, DoorError> {
    let wrong = |what: String| DoorError::Never(what);
    let to: Mailbox = mail
        .to
        .parse()
        .map_err(|_| wrong(format!("`{}` is no mail address", mail.to)))?;
    let domain = from.email.domain();
    let seconds = u64::try_from(mail.at.as_second()).unwrap_or_default();
    let date = std::time::UNIX_EPOCH + Duration::from_secs(seconds);
    let subject: String = mail
        .subject
        .chars()
        .filter(|sign| !sign.is_control())
        .collect();
    let mut message = Message::builder()
        .from(from.clone())
        .to(to)
        .date(date)
        .message_id(Some(format!("<{}@{domain}>", mail.id)))
        .subject(subject)
        .multipart(parts(&mail.body)?)
        .map_err(|error| wrong(error.to_string()))?;
    // RFC 3834: answering machines leave it alone.
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    let generated = HeaderValue::new(name, "auto-generated".to_owned());
    message.headers_mut().insert_raw(generated);
    Ok(message)
}

fn parts(body: &MailBody) -> Result<MultiPart, DoorError> {
    let armoured = match body {
        MailBody::Open { text, html } => {
            return Ok(MultiPart::alternative_plain_html(
                text.clone(),
                html.clone(),
            ));
        }
        MailBody::Sealed(armoured) => armoured,
    };
    let kind = |text: &str| {
        ContentType::parse(text).map_err(|_| DoorError::Never(format!("`{text}` is no type")))
    };
    let version = SinglePart::builder()
        .header(kind("application/pgp-encrypted")?)
        .body("Version: 1\r\n".to_owned());
    let message = SinglePart::builder()
        .header(kind("application/octet-stream; name=\"encrypted.asc\"")?)
        .body(armoured.replace("\r\n", "\n").replace('\n', "\r\n"));
    Ok(MultiPart::encrypted("application/pgp-encrypted".to_owned())
        .singlepart(version)
        .singlepart(message))
}

/// The part that is encrypted in a sealed mail: text and HTML, with the subject that those on the way
/// do not see.
pub(crate) fn inner(subject: &str, text: &str, html: &str) -> Vec<u8> {
    let mut part = MultiPart::alternative_plain_html(text.to_owned(), html.to_owned());
    let boundary = part.boundary();
    // What Thunderbird, GnuPG's and Proton's readers show in the place of the outer subject.
    let kind = format!("multipart/alternative; boundary=\"{boundary}\"; protected-headers=\"v1\"");
    if let Ok(kind) = ContentType::parse(&kind) {
        part.headers_mut().set(kind);
    }
    let subject: String = subject.chars().filter(|sign| !sign.is_control()).collect();
    part.headers_mut()
        .set(lettre::message::header::Subject::from(subject));
    part.formatted()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(host: &str, protection: SmtpProtection) -> SmtpSettings {
        SmtpSettings {
            host: host.to_owned(),
            port: 25,
            protection,
            login: None,
            from: "要 <hub@kaname.test>".to_owned(),
        }
    }

    #[test]
    fn mail_goes_unprotected_to_this_machine_only() {
        for host in ["127.0.0.1", "localhost", "::1"] {
            assert!(
                SmtpDoor::new(&settings(host, SmtpProtection::None)).is_ok(),
                "{host}"
            );
        }
        assert!(SmtpDoor::new(&settings("mail.test", SmtpProtection::None)).is_err());
        assert!(SmtpDoor::new(&settings("127.0.0.1.mail.test", SmtpProtection::None)).is_err());
    }

    #[test]
    fn the_message_says_what_it_must_and_no_more() -> Result<(), DoorError> {
        let from = "要 <hub@kaname.test>"
            .parse()
            .map_err(|_| DoorError::Never(String::new()))?;
        let mail = Mail {
            id: "abc-1".to_owned(),
            to: "soc@member.test".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            subject: "【要】お知らせ\r\nBcc: thief@evil.test".to_owned(),
            body: MailBody::Open {
                text: "本文".to_owned(),
                html: "<p>本文</p>".to_owned(),
            },
        };
        let message = message(&from, &mail)?.formatted();
        let text = String::from_utf8_lossy(&message);
        let (head, _) = text.split_once("\r\n\r\n").unwrap_or_default();
        let mut names: Vec<String> = head
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .filter_map(|line| Some(line.split_once(':')?.0.to_ascii_lowercase()))
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "auto-submitted",
                "content-type",
                "date",
                "from",
                "message-id",
                "mime-version",
                "subject",
                "to"
            ]
        );
        assert!(head.contains("Message-ID: <abc-1@kaname.test>"));
        assert!(text.contains("multipart/alternative"));
        assert!(
            Mail {
                to: "nobody".to_owned(),
                ..mail.clone()
            }
            .to
            .parse::<Mailbox>()
            .is_err()
        );
        Ok(())
    }
}
