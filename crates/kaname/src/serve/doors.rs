//! The doors to the outside, as configured: mail and calls for what is released, other TAXII servers, and sources.

use std::sync::Arc;

use kaname_web::mail::MailScribe;
use kaname_world::{
    doors::{
        DoorError, HttpsDoor, HttpsSettings, MailDoor, SmtpDoor, SmtpProtection, SmtpSettings,
    },
    outlet::{self, WatchDuty},
    source::SourceDuty,
    taxii::PeerDuty,
    worker::Duty,
};

use crate::{
    config::Config,
    fault::{Exit, Fault},
};

/// What a worker does at the same time: each of these is worked through by itself, so that a slow peer or a
/// search through much keeps no mail waiting.
pub(super) type Shifts = Vec<Vec<Box<dyn Duty>>>;

/// Everything a worker of this program does. `public_url` is where links in mails lead.
pub(super) fn shifts(config: &Config, public_url: &str) -> Result<Shifts, Fault> {
    let name = |key| config.text(key).unwrap_or_default().to_owned();
    let scribe = MailScribe {
        hub: [name("hub.name_ja"), name("hub.name_en")],
        public_url: public_url.trim_end_matches('/').to_owned(),
    };
    let settings = HttpsSettings {
        private: config.switch("webhooks.private"),
        loopback: config.switch("webhooks.loopback"),
    };
    let calls = HttpsDoor::new(settings).map_err(|error| shut(&error))?;
    let (mail, scribe) = (mail(config)?, Arc::new(scribe));
    let watch = WatchDuty {
        mail: mail.clone().map(|door| (door, scribe.clone() as _)),
    };
    let outlets = outlet::duties(mail, Arc::new(calls), scribe);
    let peers = PeerDuty {
        door: Arc::new(to_peers(config)?),
    };
    let sources = SourceDuty {
        door: Arc::new(to_sources(config)?),
    };
    Ok(vec![
        outlets,
        vec![Box::new(peers)],
        vec![Box::new(sources)],
        vec![Box::new(watch)],
    ])
}

/// The door to other TAXII servers.
pub(crate) fn to_peers(config: &Config) -> Result<HttpsDoor, Fault> {
    let settings = HttpsSettings {
        private: config.switch("taxii.private"),
        loopback: config.switch("taxii.loopback"),
    };
    HttpsDoor::new(settings).map_err(|error| shut(&error))
}

/// The door to what others publish.
pub(crate) fn to_sources(config: &Config) -> Result<HttpsDoor, Fault> {
    let settings = HttpsSettings {
        private: config.switch("sources.private"),
        loopback: config.switch("sources.loopback"),
    };
    HttpsDoor::new(settings).map_err(|error| shut(&error))
}

/// The mail door, when a mail server is configured.
fn mail(config: &Config) -> Result<Option<Arc<dyn MailDoor>>, Fault> {
    let Some(host) = config.text("mail.smtp_host") else {
        return Ok(None);
    };
    let user = config.text("mail.smtp_user");
    let password = config.text("mail.smtp_password").unwrap_or_default();
    let settings = SmtpSettings {
        host: host.to_owned(),
        port: u16::try_from(config.number("mail.smtp_port")).unwrap_or(587),
        protection: match config.text("mail.smtp_tls") {
            Some("tls") => SmtpProtection::Tls,
            Some("none") => SmtpProtection::None,
            _ => SmtpProtection::StartTls,
        },
        login: user.map(|user| (user.to_owned(), password.to_owned())),
        from: config.text("mail.from").unwrap_or_default().to_owned(),
    };
    let door = SmtpDoor::new(&settings);
    let door =
        door.map_err(|error| shut(&error).at(config.origin("mail.smtp_host").to_string()))?;
    Ok(Some(Arc::new(door)))
}

fn shut(error: &DoorError) -> Fault {
    Fault::new(Exit::Usage, error.to_string())
}
