//! What the frame needs from the program it stands in.

use std::{future::Future, sync::Arc};

use axum::http::{Extensions, request::Parts};
use kaname_kernel::{Clock, Rng, Role};
use kaname_world::{
    Limits,
    once::{Begun, Ticket},
};
use serde_json::Value;

use super::{CsrfKey, Section};
use crate::{
    allowance::Allowance,
    error::Failure,
    route::Access,
    text::{Count, Lang},
};

/// The application state behind the routes: who is asking, and may they.
pub trait Host: Clone + Send + Sync + 'static {
    /// What stays the same while the program runs.
    fn settings(&self) -> &Settings;

    /// Bounds on what arrives. The router is made with them, and every request carries them.
    fn limits(&self) -> Limits;

    /// Who sends this request; a visitor nobody knows is not an error.
    ///
    /// # Errors
    /// When the session store can't be asked.
    fn visitor(&self, request: &Parts) -> impl Future<Output = Result<Visitor, Failure>> + Send;

    /// Whether they may use an endpoint of that access. Called before every handler; may put what
    /// the handler needs (actor, reader) into the request's extensions.
    ///
    /// # Errors
    /// [`Failure::SignIn`], [`Failure::Again`], [`Failure::Forbidden`] or [`Failure::NotFound`].
    fn admit(
        &self,
        visitor: &Visitor,
        access: &Access,
        request: &mut Parts,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// What the caller has left of what may be asked, with this request counted; `None` where nobody counts.
    /// Called after [`Host::admit`].
    fn allowance(&self, _request: &Parts) -> Option<Allowance> {
        None
    }

    /// Begins a request to the API that is to be carried out once: what is known of it under the caller's key;
    /// `None` where nobody remembers. `sent`: all of it. Called after [`Host::admit`].
    ///
    /// # Errors
    /// When the key is none, another request was sent with it, or the store can't be asked.
    fn begin_once(
        &self,
        _request: &Extensions,
        _key: &str,
        _sent: &[u8],
    ) -> impl Future<Output = Result<Option<Begun>, Failure>> + Send {
        std::future::ready(Ok(None))
    }

    /// Ends it: with the answer to keep, or `None` where nothing was changed.
    ///
    /// # Errors
    /// When the store can't be asked.
    fn end_once(
        &self,
        _ticket: &Ticket,
        _answer: Option<Value>,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        std::future::ready(Ok(()))
    }

    /// Keeps what was typed, a short while, for the session of that binding.
    ///
    /// # Errors
    /// When it can't be kept.
    fn keep_typed(
        &self,
        binding: &str,
        typed: &str,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Gives what was kept, once.
    ///
    /// # Errors
    /// When it can't be asked for.
    fn take_typed(
        &self,
        binding: &str,
    ) -> impl Future<Output = Result<Option<String>, Failure>> + Send;

    /// What was typed by somebody not signed in, sealed for the browser of that visit to carry: letters, digits,
    /// `-` and `_`.
    fn seal_typed(&self, visit: &str, typed: &str) -> String;

    /// What the browser of that visit carried; `None` when it was not sealed here for it.
    fn open_typed(&self, visit: &str, carried: &str) -> Option<String>;
}

/// What the demo says of its main people: by login, in Japanese and English, what they do.
pub type Cast = Arc<Vec<(String, [String; 2])>>;

/// What the frame is told once.
#[derive(Clone)]
pub struct Settings {
    /// The hub's name in Japanese and English, as it stands in the top bar.
    pub hub: [String; 2],
    /// Key of form tokens, shared by all nodes of the world.
    pub csrf: CsrfKey,
    /// Cookies only over TLS; false on plain loopback.
    pub secure: bool,
    /// Name of the exercise when this world is one; its pages wear the band.
    pub exercise: Option<String>,
    /// A world made by the demo, which offers to sign in as each role: what the demo says of its people.
    pub demo: Option<Cast>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives the random bytes of visit cookies.
    pub rng: Arc<dyn Rng>,
}

impl Settings {
    /// The hub's name in that language.
    pub fn hub_name(&self, lang: Lang) -> &str {
        let [japanese, english] = &self.hub;
        match lang {
            Lang::Ja => japanese,
            Lang::En => english,
        }
    }
}

/// Whoever sends a request.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    /// The signed-in person; `None` for the public and for machines.
    pub who: Option<WhoAmI>,
    /// What binds their forms: a secret of the session. `None` when there is no session.
    pub binding: Option<String>,
    /// Whose what they typed is, for when another session of theirs takes it up; `None` when not signed in.
    pub owner: Option<String>,
    /// The session that their browser still names, when it has ended.
    pub ended: Option<Ended>,
    /// The account's language, if it has one.
    pub lang: Option<Lang>,
    /// Eyes and rights of the signed-in person, for the gate.
    pub caller: Option<Arc<kaname_world::Caller>>,
}

/// A session that is no more, as its token names it. A token can be made up: only a form that was given to
/// that session proves that there was one.
#[derive(Debug, Clone)]
pub struct Ended {
    /// What its forms were bound to.
    pub binding: String,
    /// Whose what was typed in it is, as [`Visitor::owner`].
    pub owner: String,
}

/// The signed-in person, as the frame shows them.
#[derive(Debug, Clone, Default)]
pub struct WhoAmI {
    /// Their name or role title.
    pub name: String,
    /// Their party's name in the page's language.
    pub party: String,
    /// On whose behalf they act, for a delegated corporation.
    pub on_behalf: Option<String>,
    /// Roles, which decide the sections shown.
    pub roles: Vec<Role>,
    /// How many things wait for them, per section.
    pub waiting: Vec<(Section, Count)>,
}
