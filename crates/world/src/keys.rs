//! The world's keys. They live in a folder of their own, outside the data folder and its backups:
//! `world.key` wraps event payloads and signs checkpoints, `seal.key` opens the sealed store.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{SigningKey, VerifyingKey};
use kaname_kernel::{
    HandleId, Matter, MatterId, PartyId, Posting, Rng,
    seal::{DoesNotOpen, SecretKey},
};
use kaname_sharing::Sealed;
use kaname_store::StoredBlob;
use serde::de::DeserializeOwned;

use crate::{error::WorldError, sealed::Link};

/// All secrets of one world.
#[derive(Clone)]
pub struct Keys {
    /// Wraps the key of every event payload and attachment.
    pub master: SecretKey,
    /// Signs checkpoints.
    pub signing: SigningKey,
    /// Seals paging cursors; all nodes share it.
    pub cursor: SecretKey,
    /// Tags session tokens and API secrets before they are stored.
    pub token: SecretKey,
    seal: SecretKey,
    mark: [u8; 32],
}

/// The fixed text that a key's tag is made over.
const MARKED: &[u8] = b"this key belongs to this store";

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// Why the keys could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("key file {path} cannot be {doing}")]
    File {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        doing: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is not 64 hexadecimal digits.
    #[error("key file {0} does not hold 64 hexadecimal digits")]
    Form(PathBuf),
    /// Other people of the machine may read it.
    #[error("key file {0} may be read by others; set its mode to 600")]
    Mode(PathBuf),
}

impl Keys {
    /// Name of the file with the world's key.
    pub(crate) const WORLD_FILE: &str = "world.key";
    /// Name of the file with the key of the sealed store.
    pub(crate) const SEAL_FILE: &str = "seal.key";

    /// From the two secrets.
    pub fn from_secrets(world: &SecretKey, seal: SecretKey) -> Self {
        Self {
            mark: world.derive("mark").tag(MARKED),
            master: world.derive("payload"),
            signing: SigningKey::from_bytes(world.derive("checkpoint").expose()),
            cursor: world.derive("cursor"),
            token: world.derive("token"),
            seal,
        }
    }

    /// Fresh keys kept nowhere: for tests.
    pub fn generate(rng: &dyn Rng) -> Self {
        Self::from_secrets(&SecretKey::generate(rng), SecretKey::generate(rng))
    }

    /// Makes both files in `folder` (mode 700/600). Files that are there already are not touched.
    pub fn create(folder: &Path, rng: &dyn Rng) -> Result<Self, KeyError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| KeyError::File {
                path,
                doing: "written",
                source,
            }
        };
        fs::create_dir_all(folder).map_err(io(folder))?;
        private(folder, 0o700).map_err(io(folder))?;
        for name in [Self::WORLD_FILE, Self::SEAL_FILE] {
            let path = folder.join(name);
            if path.exists() {
                continue;
            }
            let key = SecretKey::generate(rng);
            write_private(&path, &hex::encode(key.expose())).map_err(io(&path))?;
        }
        Self::load(folder)
    }

    /// Reads both files of `folder`.
    pub fn load(folder: &Path) -> Result<Self, KeyError> {
        let world = read(&folder.join(Self::WORLD_FILE))?;
        let seal = read(&folder.join(Self::SEAL_FILE))?;
        Ok(Self::from_secrets(&world, seal))
    }

    /// Whether one of the files is in `folder`.
    pub fn are_in(folder: &Path) -> bool {
        [Self::WORLD_FILE, Self::SEAL_FILE]
            .iter()
            .any(|name| folder.join(name).exists())
    }

    /// Takes both files away, and the folder when nothing else is in it: of keys that were made a moment
    /// ago and came to nothing.
    pub fn discard(folder: &Path) {
        for name in [Self::WORLD_FILE, Self::SEAL_FILE] {
            let _ = fs::remove_file(folder.join(name));
        }
        let _ = fs::remove_dir(folder);
    }

    /// Public half of the checkpoint key.
    pub fn verifying(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }

    /// For each key file, the tag by which a store knows its own key. It says nothing of the key.
    pub(crate) fn marks(&self) -> [(&'static str, [u8; 32]); 2] {
        let seal = self.seal.derive("mark").tag(MARKED);
        [(Self::WORLD_FILE, self.mark), (Self::SEAL_FILE, seal)]
    }

    /// Key of the boxes that lead from a handle to its party.
    pub(crate) fn links(&self) -> SecretKey {
        self.seal.derive("link")
    }

    /// Key of what a provider wrote, for one handle.
    pub(crate) fn content(&self, handle: HandleId) -> SecretKey {
        self.seal.derive("content").derive(&handle.to_string())
    }

    /// Opens the box that leads from a handle to its party.
    pub(crate) fn open_link(&self, handle: HandleId, boxed: &[u8]) -> Result<Link, WorldError> {
        let plain = self.links().open(handle.bytes(), boxed)?;
        serde_json::from_slice(&plain).map_err(WorldError::encoding)
    }

    /// Opens what a provider wrote under its handle.
    pub(crate) fn open_content<T: DeserializeOwned>(
        &self,
        handle: HandleId,
        sealed: &Sealed,
    ) -> Result<T, WorldError> {
        let boxed = sealed.cipher().ok_or(DoesNotOpen)?;
        let plain = self.content(handle).open(handle.bytes(), &boxed)?;
        serde_json::from_slice(&plain).map_err(WorldError::encoding)
    }

    /// Opens an attachment. Callers have checked who asks and recorded the opening.
    pub(crate) fn open_blob(
        &self,
        handle: HandleId,
        stored: &StoredBlob,
        id: MatterId,
    ) -> Result<Vec<u8>, WorldError> {
        let wrapped = stored.wrapped_key.as_ref();
        let wrapped = wrapped.ok_or(WorldError::NotFound("attachment"))?;
        let key = self.content(handle).open(id.bytes(), wrapped)?;
        let key = <[u8; 32]>::try_from(key).map_err(|_| DoesNotOpen)?;
        Ok(SecretKey::from_bytes(key).open(id.bytes(), &stored.cipher)?)
    }

    /// Key of the rows that are kept sealed, for one kind of matter.
    fn rows(&self, kind: &str) -> SecretKey {
        self.seal.derive("row").derive(kind)
    }

    /// The content of a matter's row as the store keeps it.
    pub(crate) fn row<M: Matter>(
        &self,
        id: MatterId,
        state: &M,
    ) -> Result<serde_json::Value, WorldError> {
        if !M::SEALED {
            return serde_json::to_value(state).map_err(WorldError::encoding);
        }
        let plain = serde_json::to_vec(state).map_err(WorldError::encoding)?;
        let boxed = self.rows(M::KIND).seal_alike(id.bytes(), &plain);
        Ok(serde_json::Value::String(STANDARD.encode(boxed)))
    }

    /// What [`Keys::row`] keeps. A row of before this was sealed is read as it is.
    pub(crate) fn open_row<M: Matter>(
        &self,
        id: MatterId,
        row: serde_json::Value,
    ) -> Result<M, WorldError> {
        let serde_json::Value::String(text) = row else {
            return serde_json::from_value(row).map_err(WorldError::encoding);
        };
        let boxed = STANDARD.decode(text).map_err(WorldError::encoding)?;
        let plain = self.rows(M::KIND).open(id.bytes(), &boxed)?;
        serde_json::from_slice(&plain).map_err(WorldError::encoding)
    }

    /// A value as the rows of a kind are found by it: of a sealed kind a keyed tag.
    pub(crate) fn posting<M: Matter>(&self, posting: Posting) -> Posting {
        if !M::SEALED {
            return posting;
        }
        let named = format!("{}\0{}", posting.space, posting.value);
        let tag = self.rows(M::KIND).derive("value").tag(named.as_bytes());
        Posting {
            value: hex::encode(tag),
            ..posting
        }
    }

    /// Key of sessions: who was active when would stand beside what was handed in at that moment.
    pub(crate) fn sessions(&self) -> SecretKey {
        self.seal.derive("session")
    }

    /// Key of drafts: they name their provider, and are sealed like what was submitted.
    pub(crate) fn drafts(&self) -> SecretKey {
        self.seal.derive("draft")
    }

    /// The tag under which a party finds its own handle number `n`. No two tags of a party can be told
    /// to belong together without the seal key.
    pub(crate) fn party_tag(&self, party: PartyId, n: u64) -> [u8; 32] {
        let mut named = party.bytes().to_vec();
        named.extend_from_slice(&n.to_be_bytes());
        self.seal.derive("party").tag(&named)
    }

    /// The tag under which the items of a report find each other, the `n`-th from 0. Without the seal
    /// key it leads neither to the report nor to another of its items.
    pub(crate) fn report_tag(&self, report: MatterId, n: u64) -> [u8; 32] {
        let mut named = report.bytes().to_vec();
        named.extend_from_slice(&n.to_be_bytes());
        self.seal.derive("report").tag(&named)
    }

    /// Sixteen bits that belong to a handle and that nobody can foretell without the seal key.
    pub(crate) fn chance(&self, handle: HandleId) -> u16 {
        let [first, second, ..] = self.seal.derive("chance").tag(handle.bytes());
        u16::from_be_bytes([first, second])
    }
}

fn read(path: &Path) -> Result<SecretKey, KeyError> {
    let text = fs::read_to_string(path).map_err(|source| KeyError::File {
        path: path.to_owned(),
        doing: "read",
        source,
    })?;
    if !is_private(path) {
        return Err(KeyError::Mode(path.to_owned()));
    }
    let bytes = hex::decode(text.trim()).ok();
    let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let bytes = bytes.ok_or_else(|| KeyError::Form(path.to_owned()))?;
    Ok(SecretKey::from_bytes(bytes))
}

#[cfg(unix)]
fn private(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 == 0)
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    // Whole or not there, whenever the program is killed.
    let part = path.with_extension("part");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, path)
}
