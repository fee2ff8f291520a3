//! The keys that a provider names, and the signatures of its documents (CSAF 2.0 §7.1.19, §7.1.20).

use kaname_intake::foreign::provider::{Provider, ProviderKey};
use kaname_sharing::{
    source::{SourceReading, why},
    turn::trouble::OfSignature,
};
use url::Url;

use super::asker::{Asker, Document, beside, status, web};
use crate::{
    openpgp::{Certificate, Signed, signed},
    turn::{Stopped, told},
};

impl Asker<'_> {
    /// The keys that a provider names. One that cannot be had for good is named; where one may come at another time, the
    /// turn ends, so that nothing is taken as unsigned meanwhile.
    pub(super) async fn keys(
        &self,
        provider: &Provider,
        reading: &mut SourceReading,
    ) -> Result<Vec<Certificate>, Stopped> {
        let mut keys = Vec::new();
        for named in &provider.keys {
            match self.key(named).await? {
                Some(key) => keys.push(key),
                None => reading.note(why::NO_KEY, &told(&named.url)),
            }
        }
        Ok(keys)
    }

    async fn key(&self, named: &ProviderKey) -> Result<Option<Certificate>, Stopped> {
        let Some(url) = web(&named.url) else {
            return Ok(None);
        };
        let Ok(fetched) = self.get_list(&url).await? else {
            return Ok(None);
        };
        let text = std::str::from_utf8(&fetched.body).unwrap_or_default();
        let key = Certificate::read(text).ok();
        let is_named = |key: &Certificate| {
            named.fingerprint.is_empty() || key.fingerprint() == named.fingerprint
        };
        Ok(key.filter(is_named))
    }

    /// Whether a document is signed by one of these keys; what is wrong with a signature that it has.
    pub(super) async fn is_signed(
        &self,
        body: &[u8],
        (url, document): (&Url, &Document),
        keys: &[Certificate],
    ) -> Result<Result<bool, OfSignature>, Stopped> {
        if keys.is_empty() {
            return Ok(Ok(false));
        }
        let own;
        let address = match &document.signature {
            Some(listed) => listed,
            None => {
                own = beside(url, ".asc");
                &own
            }
        };
        let fetched = self.get(address).await?;
        if status(&fetched)?.is_some() {
            return Ok(Ok(false));
        }
        Ok(match signed(body, &fetched.body, keys, self.world.now()) {
            Signed::Good => Ok(true),
            Signed::Wrong => Err(OfSignature::Wrong),
            Signed::Unknown => Err(OfSignature::UnknownKey),
            Signed::Unreadable => Err(OfSignature::Unreadable),
        })
    }
}
