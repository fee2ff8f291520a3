//! The parts a party is made of.

use std::{collections::BTreeSet, fmt, str::FromStr};

use jiff::{Timestamp, civil::Date};
use kaname_kernel::{AccountId, PartyId};
use serde::{Deserialize, Serialize};

use crate::{
    dated::Span,
    text::{BadText, ClassCode, DutyCode, Lang, Line, MailAddress, Phone, Scope},
};

/// What a party is to the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// Critical-infrastructure operator, local government or another organisation that is attacked.
    Operator,
    /// Information sharing and analysis centre of a sector.
    Isac,
    /// CEPTOAR: the sector's capability for engineering of protection, technical operation, analysis
    /// and response.
    Ceptoar,
    /// Ministry or agency.
    Ministry,
    /// The organisation that runs this hub. One to a world.
    Centre,
    /// Police.
    Police,
    /// Vendor or security company.
    Vendor,
    /// Corporation designated by cabinet order to which work is delegated.
    DesignatedCorporation,
    /// CSIRT of another country.
    ForeignCsirt,
}

impl PartyKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Operator,
        Self::Isac,
        Self::Ceptoar,
        Self::Ministry,
        Self::Centre,
        Self::Police,
        Self::Vendor,
        Self::DesignatedCorporation,
        Self::ForeignCsirt,
    ];

    /// Name in files and commands.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Isac => "isac",
            Self::Ceptoar => "ceptoar",
            Self::Ministry => "ministry",
            Self::Centre => "centre",
            Self::Police => "police",
            Self::Vendor => "vendor",
            Self::DesignatedCorporation => "designated_corporation",
            Self::ForeignCsirt => "foreign_csirt",
        }
    }

    /// Whether taking part is no secret: public bodies, ISACs and CEPTOARs.
    pub const fn is_institution(self) -> bool {
        !matches!(self, Self::Operator | Self::Vendor | Self::ForeignCsirt)
    }
}

impl fmt::Display for PartyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PartyKind {
    type Err = BadText;
    fn from_str(text: &str) -> Result<Self, BadText> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or(BadText {
            field: "party.kind",
            what: "is not a kind of party",
            limit: "operator, isac, ceptoar, ministry, centre, police, vendor, designated_corporation, foreign_csirt",
        })
    }
}

/// Someone to reach, by role title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Role title or desk; a person's name with its reading in brackets is found in texts by both.
    pub name: Line,
    /// Mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailAddress>,
    /// Telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// What to reach them for, such as `incident` or `contract`.
    pub role: Line,
}

/// Form of a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicKeyKind {
    /// ASCII-armoured OpenPGP (RFC 9580).
    Openpgp,
    /// X.509 certificate in PEM for S/MIME (RFC 8551).
    Smime,
}

/// A key mail may be encrypted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawPublicKey")]
pub struct PublicKey {
    /// Whose it is.
    pub label: Line,
    kind: PublicKeyKind,
    text: String,
}

#[derive(Deserialize)]
struct RawPublicKey {
    label: Line,
    text: String,
}

impl TryFrom<RawPublicKey> for PublicKey {
    type Error = BadText;
    fn try_from(raw: RawPublicKey) -> Result<Self, BadText> {
        Self::parse(raw.label, &raw.text)
    }
}

impl PublicKey {
    /// Largest key, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Takes an armoured OpenPGP key or a PEM certificate; private keys are refused.
    pub fn parse(label: Line, text: &str) -> Result<Self, BadText> {
        const LIMIT: &str = "one armoured OpenPGP public key or PEM certificate of at most 64 KiB";
        let bad = |what| BadText {
            field: "party.public_key",
            what,
            limit: LIMIT,
        };
        if text.len() > Self::MAX_BYTES {
            return Err(bad("is too large"));
        }
        let text = text.trim().replace("\r\n", "\n");
        if text.contains("PRIVATE KEY") {
            return Err(bad("is a private key"));
        }
        let between = |begin: &str, end: &str| text.starts_with(begin) && text.ends_with(end);
        let kind = if between(
            "-----BEGIN PGP PUBLIC KEY BLOCK-----",
            "-----END PGP PUBLIC KEY BLOCK-----",
        ) {
            PublicKeyKind::Openpgp
        } else if between("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----") {
            PublicKeyKind::Smime
        } else {
            return Err(bad("is neither"));
        };
        if !text
            .bytes()
            .all(|b| b == b'\n' || (b' '..=b'~').contains(&b))
        {
            return Err(bad("has characters outside ASCII"));
        }
        Ok(Self { label, kind, text })
    }

    /// Its form.
    pub const fn kind(&self) -> PublicKeyKind {
        self.kind
    }

    /// The armoured text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A time as a member of the council.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Classes held.
    pub classes: BTreeSet<ClassCode>,
    /// In force on these days.
    pub span: Span,
}

/// A duty accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyAcceptance {
    /// The duty.
    pub duty: DutyCode,
    /// Version of the text that was accepted.
    pub text_version: Line,
    /// Who accepted for the party.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Binding on these days.
    pub span: Span,
}

/// Powers another party gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// On whose behalf.
    pub principal: PartyId,
    /// Actions of the policy, such as `cooperation.request`. At most 50.
    pub scopes: BTreeSet<Scope>,
    /// On these days.
    pub span: Span,
    /// Law, order or contract it rests on.
    pub basis: Line,
}

/// How soon a party is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// One mail per release.
    #[default]
    Immediate,
    /// One mail a day.
    Digest,
}

/// How a party wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Notify {
    /// How soon.
    pub cadence: Cadence,
    /// In which language.
    pub lang: Lang,
    /// Where to; `None` sends no mail.
    pub mail: Option<MailAddress>,
}

impl Delegation {
    /// Whether the day is past its end.
    pub fn is_over(&self, day: Date) -> bool {
        self.span.until.is_some_and(|until| until <= day)
    }
}
