//! What a provider's servers are asked, and what they list.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kaname_intake::{
    foreign::{
        ForeignError,
        provider::{self, Distribution, DistributionKind, Documents, Provider},
    },
    listed::Unlisted,
};
use kaname_sharing::{
    source::{FormKind, MAX_UNLISTED, SourceTerms, Validators, why},
    turn::trouble::{Known, Trouble},
};
use kaname_stix::TlpMark;
use sha2::{Digest as _, Sha256, Sha512};
use url::{Origin, Url};

use super::limits;
use crate::{
    doors::{FetchDoor, FetchError, Fetched, Headers},
    error::WorldError,
    openpgp::Certificate,
    turn::{Stopped, Wrong, told},
    world::World,
};

/// Most documents of all distributions of a provider.
const MOST_DOCUMENTS: usize = 400_000;
/// Documents without a file of hashes before none is asked for any more.
const WITHOUT: u32 = 3;
/// Longest listed hash files that are asked for.
const MOST_HASHES: usize = 2;

/// A document as a provider lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct Document {
    pub(in crate::source) changed: Option<Timestamp>,
    /// The strictest label of the feeds that list it.
    pub(super) label: Option<TlpMark>,
    /// Addresses of its hash; `None` where they follow from its own.
    hashes: Option<Vec<Url>>,
    /// Address of its signature; `None` where it follows from its own.
    pub(super) signature: Option<Url>,
}

/// Documents by their address.
pub(in crate::source) type Listed = BTreeMap<Url, Document>;

/// Asks a provider's servers.
pub(in crate::source) struct Asker<'a> {
    pub(in crate::source) world: &'a World,
    pub(in crate::source) door: &'a dyn FetchDoor,
    pub(in crate::source) terms: &'a SourceTerms,
    /// By which the hub is known there; said to the host of the agreed address alone.
    pub(in crate::source) header: Headers,
}

impl Asker<'_> {
    pub(super) async fn get(&self, url: &Url) -> Result<Fetched, Stopped> {
        Ok(self.door.fetch(&self.fetch(url)?).await?)
    }

    /// A list, or why it does not come where that is of this list alone.
    pub(super) async fn get_list(&self, url: &Url) -> Result<Result<Fetched, Trouble>, Stopped> {
        match self.door.fetch(&self.fetch(url)?).await {
            Ok(fetched) => Ok(match status(&fetched)? {
                Some(why) => Err(why),
                None => Ok(fetched),
            }),
            Err(error) if !error.later => Ok(Err(error.what)),
            Err(later) => Err(later.into()),
        }
    }

    fn fetch(&self, url: &Url) -> Result<crate::doors::Fetch, WorldError> {
        let none = Validators::default();
        let mut fetch = self
            .world
            .source_question(url.clone(), self.terms, None, &none)?;
        if self.agreed() == Some(url.origin()) {
            fetch.headers.extend(self.header.iter().cloned());
        }
        Ok(fetch)
    }

    fn agreed(&self) -> Option<Origin> {
        let url = Url::parse(self.terms.url.as_deref()?).ok()?;
        Some(url.origin())
    }

    /// All documents that a provider lists, by their address; what lists none is named.
    pub(in crate::source) async fn listed(
        &self,
        provider: &Provider,
    ) -> Result<(Listed, u64, Vec<Unlisted>), Stopped> {
        let (mut all, mut refused, mut unlisted) = (Listed::new(), 0, Vec::new());
        let (mut read, mut first) = (0, None);
        for one in &provider.distributions {
            let mut not = |why: Trouble, line: usize, said: &str| {
                refused += 1;
                if unlisted.len() < MAX_UNLISTED {
                    unlisted.push(Unlisted {
                        line,
                        why: why.to_string(),
                        said: told(said),
                    });
                }
                first.get_or_insert((why, told(said)));
            };
            let base = match web(&one.url) {
                Some(url) => url,
                None => {
                    not(why::NO_ADDRESS.to_owned().into(), 0, &one.url);
                    continue;
                }
            };
            let (base, documents) = match self.list_of(one, base).await? {
                Ok(found) => found,
                Err(why) => {
                    not(why, 0, &one.url);
                    continue;
                }
            };
            read += 1;
            let left_out = documents.refused;
            for entry in documents.documents {
                match placed(one.kind, &base, &entry.address) {
                    Some(url) => put(&mut all, url, (one, &base), entry),
                    None => not(why::OUTSIDE.to_owned().into(), entry.line, &entry.address),
                }
            }
            refused += left_out;
            unlisted.extend(documents.unlisted);
            unlisted.truncate(MAX_UNLISTED);
            if all.len() > MOST_DOCUMENTS {
                return Err(Stopped::from(Known::TooMany {
                    form: FormKind::Csaf,
                    most: MOST_DOCUMENTS as u64,
                }));
            }
        }
        if read == 0 || all.is_empty() && refused > 0 {
            let listed = || {
                unlisted
                    .first()
                    .map(|one| (one.why.clone().into(), one.said.clone()))
            };
            let (first, said) = first.or_else(listed).unzip();
            return Err(Stopped::from(Known::NoDocuments {
                first: first.map(Box::new),
                said: said.unwrap_or_default(),
            }));
        }
        Ok((all, refused, unlisted))
    }

    /// What one distribution lists and under which address, or why it lists nothing.
    async fn list_of(
        &self,
        one: &Distribution,
        url: Url,
    ) -> Result<Result<(Url, Documents), Trouble>, Stopped> {
        let unreadable = |error: ForeignError| Trouble::from(told(&error.to_string()));
        if one.kind == DistributionKind::Rolie {
            return Ok(match self.get_list(&url).await? {
                Err(why) => Err(why),
                Ok(fetched) => provider::rolie(&fetched.body, &limits(self.terms))
                    .map(|found| (url, found))
                    .map_err(unreadable),
            });
        }
        let slash = if url.path().ends_with('/') { "" } else { "/" };
        let folder = format!("{}{slash}", url.path());
        let mut base = url;
        base.set_path(&folder);
        // Who lists changes says of each document when it changed; who does not, only that it is there.
        let changes = base.join("changes.csv").map_err(WorldError::encoding)?;
        let why = match self.get_list(&changes).await? {
            Ok(fetched) => {
                let read = provider::changes(&fetched.body);
                return Ok(read.map(|found| (base, found)).map_err(unreadable));
            }
            Err(why) => why,
        };
        let index = base.join("index.txt").map_err(WorldError::encoding)?;
        if let Ok(fetched) = self.get_list(&index).await? {
            let read = provider::index(&fetched.body);
            return Ok(read.map(|found| (base, found)).map_err(unreadable));
        }
        Ok(Err(why))
    }

    /// Whether a document has the hash that its provider says, asking for it where it is: `None` where it has none to say.
    async fn is_whole(
        &self,
        body: &[u8],
        (url, document): (&Url, &Document),
        missing: &mut u32,
    ) -> Result<Option<bool>, Stopped> {
        let guessed: Vec<Url>;
        let hashes = match &document.hashes {
            Some(hashes) => hashes,
            None if *missing >= WITHOUT => return Ok(None),
            None => {
                guessed = [".sha512", ".sha256"]
                    .map(|ending| beside(url, ending))
                    .into();
                &guessed
            }
        };
        for hash in hashes.iter().take(MOST_HASHES) {
            let fetched = self.get(hash).await?;
            if status(&fetched)?.is_some() {
                continue;
            }
            *missing = 0;
            let is = match provider::hash_in(&fetched.body) {
                Some(said) if said.len() == 64 => Sha512::digest(body).as_slice() == said,
                Some(said) => Sha256::digest(body).as_slice() == said,
                None => false,
            };
            return Ok(Some(is));
        }
        *missing += u32::from(document.hashes.is_none());
        Ok(None)
    }
}

/// What stands beside a document.
pub(super) fn beside(url: &Url, ending: &str) -> Url {
    let mut own = url.clone();
    own.set_path(&format!("{}{ending}", url.path()));
    own
}

pub(super) fn web(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    (matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none())
    .then_some(url)
}

/// Where a listed document stands: below its folder, or on the host of its feed.
fn placed(kind: DistributionKind, base: &Url, address: &str) -> Option<Url> {
    let url = base.join(address).ok()?;
    let is_here = url.origin() == base.origin()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && url.path().ends_with(".json");
    let is_below = match kind {
        DistributionKind::Directory => {
            !address.contains("..")
                && !address.contains('\\')
                && url.path().starts_with(base.path())
        }
        DistributionKind::Rolie => true,
    };
    (is_here && is_below).then_some(url)
}

fn put(
    all: &mut Listed,
    url: Url,
    (one, base): (&Distribution, &Url),
    entry: provider::ListedDocument,
) {
    let hashes = match one.kind {
        DistributionKind::Directory => None,
        DistributionKind::Rolie => {
            let here = entry.hashes.iter().filter_map(|one| base.join(one).ok());
            let here = here.filter(|one| one.origin() == base.origin());
            Some(here.collect())
        }
    };
    let signature = entry.signature.as_ref();
    let signature = signature.and_then(|one| base.join(one).ok());
    let new = Document {
        signature: signature.filter(|one| one.origin() == base.origin()),
        changed: entry.changed,
        label: one.label.as_deref().and_then(provider::mark),
        hashes,
    };
    match all.get_mut(&url) {
        None => {
            all.insert(url, new);
        }
        Some(before) => {
            before.changed = before.changed.max(new.changed);
            before.label = before.label.max(new.label);
            before.signature = before.signature.take().or(new.signature);
            before.hashes = before
                .hashes
                .take()
                .filter(|one| !one.is_empty())
                .or(new.hashes);
        }
    }
}

/// Why an answer holds nothing, where it is of this document alone.
pub(super) fn status(fetched: &Fetched) -> Result<Option<Trouble>, Stopped> {
    match fetched.status {
        200 => Ok(packed(fetched).map(|how| Known::Packed { how }.into())),
        // It is not there, not for the hub, or elsewhere: the others are none the worse for it.
        300..=428 | 430..=499 => Ok(Some(Wrong::by_status(fetched, String::new()).what)),
        _ => Err(Wrong::by_status(fetched, String::new()).into()),
    }
}

fn packed(fetched: &Fetched) -> Option<String> {
    let how = fetched.headers.get("content-encoding")?;
    (how != "identity").then(|| told(how.to_str().unwrap_or_default()))
}

/// Why a document did not come.
pub(super) enum Gone {
    /// It will not.
    Never(Trouble),
    /// It may at another time.
    Later(Trouble),
}

/// A document with the hash that its provider says, and whether it is signed by one of its keys.
pub(super) async fn fetched(
    asker: &Asker<'_>,
    (url, document): (&Url, &Document),
    (keys, missing): (&[Certificate], &mut u32),
) -> Result<Result<(hyper::body::Bytes, bool), Gone>, Stopped> {
    let fetched = match asker.door.fetch(&asker.fetch(url)?).await {
        Ok(fetched) => fetched,
        Err(FetchError { what, later: true }) => return Ok(Err(Gone::Later(what))),
        Err(FetchError { what, .. }) => return Ok(Err(Gone::Never(what))),
    };
    if let Some(why) = status(&fetched)? {
        return Ok(Err(Gone::Never(why)));
    }
    let is_whole = asker
        .is_whole(&fetched.body, (url, document), missing)
        .await?;
    if is_whole == Some(false) {
        let why = why::HASH.to_owned().into();
        return Ok(Err(Gone::Never(why)));
    }
    let signed = asker
        .is_signed(&fetched.body, (url, document), keys)
        .await?;
    Ok(match signed {
        Ok(is_signed) => Ok((fetched.body, is_signed)),
        Err(fault) => Err(Gone::Never(Known::Signature { fault }.into())),
    })
}
