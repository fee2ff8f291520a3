//! An API key: a machine of a party, with the few things it may do. The secret is shown once; only its
//! hash is kept.

use std::{collections::BTreeSet, fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use kaname_kernel::{
    Audience, Clause, KeyId, Matter, Moment, PartyId, Projection, Rng, Unfit, audience::Term,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    party::Party,
    refused::{Refused, Why},
    text::{BadText, Line},
};

/// Lookup space of key prefixes.
pub const KEY_SPACE: &str = "key";

/// What a key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyScope {
    /// Read over TAXII.
    #[serde(rename = "taxii:read")]
    TaxiiRead,
    /// Post to intake and peer collections over TAXII.
    #[serde(rename = "taxii:post")]
    TaxiiPost,
    /// Submit over the JSON API.
    #[serde(rename = "submit")]
    Submit,
    /// Read the own party's reports over the JSON API.
    #[serde(rename = "submissions:read")]
    SubmissionsRead,
    /// Read feeds.
    #[serde(rename = "feed:read")]
    FeedRead,
    /// Read library and directory over the JSON API.
    #[serde(rename = "api:read")]
    ApiRead,
    /// Give feedback and acknowledge deliveries.
    #[serde(rename = "feedback")]
    Feedback,
}

impl KeyScope {
    /// All scopes.
    pub const ALL: [Self; 7] = [
        Self::TaxiiRead,
        Self::TaxiiPost,
        Self::Submit,
        Self::SubmissionsRead,
        Self::FeedRead,
        Self::ApiRead,
        Self::Feedback,
    ];

    /// Whether only the party's own people and the shell issue a key for it: it speaks as the party that
    /// hands in, or reads what it handed in.
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Submit | Self::SubmissionsRead)
    }

    /// Name in files, commands and policies.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TaxiiRead => "taxii:read",
            Self::TaxiiPost => "taxii:post",
            Self::Submit => "submit",
            Self::SubmissionsRead => "submissions:read",
            Self::FeedRead => "feed:read",
            Self::ApiRead => "api:read",
            Self::Feedback => "feedback",
        }
    }
}

impl fmt::Display for KeyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyScope {
    type Err = BadText;
    fn from_str(text: &str) -> Result<Self, BadText> {
        let found = Self::ALL.into_iter().find(|scope| scope.as_str() == text);
        found.ok_or(BadText {
            field: "key.scope",
            what: "is not a scope",
            limit: "taxii:read, taxii:post, submit, submissions:read, feed:read, api:read, feedback",
        })
    }
}

/// SHA-256 of a key's whole token, hexadecimal. The token has 192 random bits, so a plain hash can't
/// be guessed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash(String);

impl TokenHash {
    /// Of a token as its holder sends it.
    pub fn of(token: &str) -> Self {
        let digest = Sha256::digest(token.as_bytes());
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// A fresh secret, before it is shown and forgotten.
pub struct Minted {
    /// Leads to the key: `kn_` and 12 characters.
    pub prefix: String,
    /// The whole secret, shown to its holder once.
    pub token: String,
}

impl Minted {
    /// Draws a new one: `kn_PREFIX_SECRET`, base64url.
    pub fn new(rng: &dyn Rng) -> Self {
        let mut prefix = String::from("kn_");
        let drawn: [u8; 12] = rng.bytes();
        let letter =
            |byte: &u8| char::from(b"abcdefghijkmnpqrstuvwxyz23456789"[usize::from(byte % 32)]);
        prefix.extend(drawn.iter().map(letter));
        let secret: [u8; 24] = rng.bytes();
        let token = format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(secret));
        Self { prefix, token }
    }
}

/// The prefix of a token, by which to look the key up; `None` when it is no token of this form.
pub fn prefix_of(token: &str) -> Option<&str> {
    let prefix = token.get(..15)?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let fits = token.len() == 48 && token.as_bytes()[15] == b'_' && prefix.starts_with("kn_");
    (fits && prefix.bytes().skip(3).all(plain)).then_some(prefix)
}

/// A key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// The party its acts are recorded under.
    pub party: PartyId,
    /// What the party calls it.
    pub label: Line,
    /// What it may be used for.
    pub scopes: BTreeSet<KeyScope>,
    /// Leads to it; in the clear.
    pub prefix: String,
    /// Hash of the whole token.
    pub hash: TokenHash,
    /// When it was issued.
    pub issued: Timestamp,
    /// From when on it no longer works by itself.
    pub expires: Option<Timestamp>,
    /// When it was taken back.
    pub revoked: Option<Timestamp>,
}

/// What can happen to a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum KeyChange {
    /// It was issued.
    Issued {
        /// The party.
        party: PartyId,
        /// What the party calls it.
        label: Line,
        /// What it may be used for.
        scopes: BTreeSet<KeyScope>,
        /// Leads to it.
        prefix: String,
        /// Hash of the whole token.
        hash: TokenHash,
        /// When it ends by itself.
        expires: Option<Timestamp>,
    },
    /// It was taken back.
    Revoked {
        /// Why.
        reason: Line,
    },
}

impl Key {
    /// Issues a key to a party.
    pub fn issue(
        party: &Party,
        label: Line,
        scopes: BTreeSet<KeyScope>,
        minted: &Minted,
        expires: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<KeyChange, Refused> {
        if party.span.until.is_some() {
            return Refused::state("issue key", Why::PartyRetired);
        }
        if scopes.is_empty() {
            return Refused::state("issue key", Why::NoScope);
        }
        if expires.is_some_and(|end| end <= now) {
            return Refused::state("issue key", Why::ExpiredAlready);
        }
        Ok(KeyChange::Issued {
            party: party.id,
            label,
            scopes,
            prefix: minted.prefix.clone(),
            hash: TokenHash::of(&minted.token),
            expires,
        })
    }

    /// Takes it back, for good.
    pub fn revoke(&self, reason: Line) -> Result<KeyChange, Refused> {
        if self.revoked.is_some() {
            return Refused::state("revoke key", Why::AlreadyRevoked);
        }
        Ok(KeyChange::Revoked { reason })
    }

    /// Whether this token is the key's and the key works at this moment.
    pub fn opens(&self, token: &str, now: Timestamp) -> bool {
        self.is_alive(now) && self.hash == TokenHash::of(token)
    }

    /// Whether the key works at this moment.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|end| now < end)
    }
}

impl Matter for Key {
    const KIND: &'static str = "key";
    type Change = KeyChange;

    fn name(change: &KeyChange) -> &'static str {
        match change {
            KeyChange::Issued { .. } => "issued",
            KeyChange::Revoked { .. } => "revoked",
        }
    }

    fn begin(change: &KeyChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let KeyChange::Issued {
            party,
            label,
            scopes,
            prefix,
            hash,
            expires,
        } = change
        else {
            return Err(at.unfit::<Self>("a key begins by being issued"));
        };
        Ok(Self {
            id: at.matter.cast(),
            party: *party,
            label: label.clone(),
            scopes: scopes.clone(),
            prefix: prefix.clone(),
            hash: hash.clone(),
            issued: at.recorded,
            expires: *expires,
            revoked: None,
        })
    }

    fn apply(&mut self, change: &KeyChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            KeyChange::Issued { .. } => Err(at.unfit::<Self>("issued twice")),
            KeyChange::Revoked { .. } => {
                self.revoked = Some(at.recorded);
                Ok(())
            }
        }
    }

    fn project(&self) -> Projection {
        let seen_by = [Term::Officer, Term::Party(self.party)];
        let state = if self.revoked.is_some() {
            "revoked"
        } else {
            "issued"
        };
        Projection {
            audience: Audience::everyone().and(Clause::any(seen_by)),
            owner: Some(self.party.cast()),
            due_at: self.expires.filter(|_| self.revoked.is_none()),
            text: self.label.as_str().to_owned(),
            lookups: vec![(KEY_SPACE.to_owned(), self.prefix.clone())],
            ..Projection::officers(state, self.issued)
        }
    }
}
