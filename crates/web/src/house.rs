//! The house: what the routes stand on. It tells the frame who is asking, and every handler with
//! whose eyes and rights it works.

mod site;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{Extensions, HeaderMap, HeaderValue, header, request::Parts},
};
use kaname_directory::Party;
use kaname_kernel::{AccountId, Who};
use kaname_policy::{Action, Resource, TEMPORARY_PASSWORD};
use kaname_world::{
    Caller, Limits, World, WorldError,
    doors::FetchDoor,
    once::{Begun, Ticket},
    sign_in::{oidc::OpenId, passkey::RelyingParty},
};
use serde_json::Value;
use tokio::sync::watch;

pub use self::site::site;
use self::site::told_ip;
use crate::{
    allowance::{Allowance, Allowances},
    error::Failure,
    feed::Known,
    frame::{Ended, Host, Section, Settings, Visitor, WhoAmI, cookie},
    misp::Places,
    room::{events::Streams, waiting::waiting},
    route::{API, Access},
    text::{Count, Lang},
};

/// Name of the session cookie over TLS. Browsers take it only with Secure, Path=/ and no Domain.
pub(crate) const SESSION: &str = "__Host-kaname";
/// Its name on plain loopback, where browsers refuse the other.
pub(crate) const SESSION_PLAIN: &str = "kaname-session";
/// The application state.
#[derive(Clone)]
pub struct House {
    inside: Arc<Inside>,
    openid: Option<Arc<OpenId>>,
    sources: Option<Arc<dyn FetchDoor>>,
    ending: Option<watch::Receiver<bool>>,
}

struct Inside {
    world: Arc<World>,
    settings: Settings,
    /// Address under which the hub is reached, without a slash at the end: for links in feeds, mails
    /// and TAXII discovery.
    public_url: String,
    /// Whether a proxy in front tells where a request came from.
    behind_proxy: bool,
    /// The site that passkeys are made for; `None` where that address allows none.
    passkeys: Option<RelyingParty>,
    /// Pages that follow the news.
    streams: Streams,
    /// What readings of feeds found.
    feeds: Known,
    /// What each caller may ask of the JSON API.
    api: Option<Allowances>,
    /// Places for long bodies that are posted as MISP.
    places: Places,
}

impl House {
    /// Over a world.
    pub fn new(
        world: Arc<World>,
        settings: Settings,
        public_url: impl Into<String>,
        behind_proxy: bool,
    ) -> Self {
        let public_url = public_url.into().trim_end_matches('/').to_owned();
        let limits = &world.settings().limits;
        let api = Allowances::new(limits.api_per_minute);
        let places = Places::new(limits);
        Self {
            inside: Arc::new(Inside {
                api,
                world,
                settings,
                passkeys: RelyingParty::of(&public_url),
                public_url,
                behind_proxy,
                streams: Streams::default(),
                feeds: Known::default(),
                places,
            }),
            openid: None,
            sources: None,
            ending: None,
        }
    }

    /// With a word that becomes `true` when the server ends, so that open streams end with it.
    #[must_use]
    pub fn with_ending(mut self, ending: watch::Receiver<bool>) -> Self {
        self.ending = Some(ending);
        self
    }

    /// Waits until the server ends; for ever where nobody says so.
    pub(crate) async fn ending(&self) {
        let ended = match self.ending.clone() {
            Some(mut ending) => ending.wait_for(|ending| *ending).await.is_ok(),
            None => false,
        };
        if !ended {
            std::future::pending::<()>().await;
        }
    }

    /// With a provider that people may sign in with.
    #[must_use]
    pub fn with_openid(mut self, openid: OpenId) -> Self {
        self.openid = Some(Arc::new(openid));
        self
    }

    /// The provider that people may sign in with.
    pub fn openid(&self) -> Option<&OpenId> {
        self.openid.as_deref()
    }

    /// With the door by which a source is looked at before it is agreed with.
    pub fn with_sources(mut self, door: Arc<dyn FetchDoor>) -> Self {
        self.sources = Some(door);
        self
    }

    /// The door by which a source is looked at.
    pub(crate) fn sources_door(&self) -> Option<&dyn FetchDoor> {
        self.sources.as_deref()
    }

    /// The site that passkeys are made for; `None` where browsers would make none.
    pub fn passkeys(&self) -> Option<&RelyingParty> {
        self.inside.passkeys.as_ref()
    }

    /// Pages that follow the news.
    pub(crate) fn streams(&self) -> &Streams {
        &self.inside.streams
    }

    /// What readings of feeds found.
    pub(crate) fn feeds(&self) -> &Known {
        &self.inside.feeds
    }

    /// Places for long bodies that are posted as MISP.
    pub(crate) fn places(&self) -> &Places {
        &self.inside.places
    }

    /// What waits for the caller, where the answer will be a page. A page is not refused for want of
    /// a number.
    async fn waiting(&self, caller: &Caller, headers: &HeaderMap) -> Vec<(Section, Count)> {
        let accept = headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok());
        if !accept.is_some_and(|accept| accept.contains("text/html")) {
            return Vec::new();
        }
        waiting(self.world(), caller).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "what waits could not be counted");
            Vec::new()
        })
    }

    /// The world.
    pub fn world(&self) -> &World {
        &self.inside.world
    }

    /// The world, for tasks that outlive the request.
    pub fn shared_world(&self) -> Arc<World> {
        Arc::clone(&self.inside.world)
    }

    /// Address under which the hub is reached, without a slash at the end.
    pub fn public_url(&self) -> &str {
        &self.inside.public_url
    }

    /// Where a request came from: the peer, or what the proxy in front says. For people to read.
    pub(crate) fn address(&self, parts: &Parts) -> String {
        if self.inside.behind_proxy {
            // The last entry of the last line is the proxy's own word; those before are the client's.
            let told = parts.headers.get_all("x-forwarded-for").iter().next_back();
            let told = told.and_then(|value| value.to_str().ok());
            if let Some(last) = told.and_then(|list| list.rsplit(',').next()) {
                return last.trim().chars().take(64).collect();
            }
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        peer.map_or_else(
            || "unknown".to_owned(),
            |ConnectInfo(peer)| peer.ip().to_string(),
        )
    }

    /// What a request counts under where addresses are counted: its [`site`].
    pub(crate) fn counted_as(&self, parts: &Parts) -> String {
        let told = self.address(parts);
        match told_ip(&told) {
            Some(address) => site(address).to_string(),
            None => told,
        }
    }

    fn session_name(&self) -> &'static str {
        if self.inside.settings.secure {
            SESSION
        } else {
            SESSION_PLAIN
        }
    }

    /// The session token a request carries.
    pub(crate) fn token<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        cookie::read(headers, self.session_name())
    }

    /// The `Set-Cookie` line that keeps a session token, or with an empty token forgets it.
    pub(crate) fn session_cookie(&self, token: &str) -> Option<HeaderValue> {
        let seconds = if token.is_empty() { 0 } else { 30 * 24 * 3_600 };
        cookie::write(
            self.session_name(),
            token,
            seconds,
            self.inside.settings.secure,
        )
    }

    /// The caller behind a machine's key, from `Authorization: Bearer kn_…`, or Basic with the key as
    /// password or user name.
    async fn machine(&self, parts: &Parts) -> Result<Option<Caller>, Failure> {
        let token = match crate::misp::is_here(parts.uri.path()) {
            true => crate::misp::key_in(&parts.headers),
            false => crate::taxii::key_in(&parts.headers),
        };
        let Some(token) = token else {
            return Ok(None);
        };
        let address = self.counted_as(parts);
        let caller = self.world().key_caller(&token, &address).await?;
        Ok(Some(caller))
    }

    /// Whether the policy may permit one of the actions on something of the caller's own. What exactly
    /// is permitted on which thing, the operation asks again.
    fn permitted(&self, caller: &Caller, actions: &[Action]) -> Result<(), Failure> {
        let mut eager = caller.clone();
        eager.principal.own_handle = true;
        let mut own = Resource::any("page").provider_is_own(false);
        own.party = caller.principal.party;
        own.account = caller.principal.account;
        let mut refusal = None;
        for action in actions {
            if !caller.is_delegated(*action) {
                refusal = refusal.or(Some("why-not-delegated"));
                continue;
            }
            let decision = self.world().decide(&eager, *action, &own);
            if decision.allowed {
                return Ok(());
            }
            refusal = refusal.or(decision.why_not);
        }
        Err(match refusal {
            Some("why-not-signed-in") => Failure::SignIn,
            Some(TEMPORARY_PASSWORD) => Failure::PasswordFirst,
            // These depend on the thing or the hour, which the operation looks at.
            Some("why-not-recent" | "why-not-second-factor" | "why-not-deriver") => return Ok(()),
            Some(because) => Failure::Forbidden { because },
            None => Failure::Forbidden {
                because: "why-not-role",
            },
        })
    }
}

/// Whose what was typed is, where no session holds it.
fn owner_of(account: AccountId) -> String {
    format!("account/{account}")
}

impl Host for House {
    fn settings(&self) -> &Settings {
        &self.inside.settings
    }

    fn limits(&self) -> Limits {
        self.world().settings().limits
    }

    fn allowance(&self, request: &Parts) -> Option<Allowance> {
        let api = self.inside.api.as_ref()?;
        if !request.uri.path().starts_with(API) {
            return None;
        }
        let by = request.extensions.get::<By>();
        Some(match by.map(|by| &by.actor.who) {
            Some(Who::Person { account, .. }) => api.of_known(account.to_string()),
            Some(Who::Machine { key, .. }) => api.of_known(key.to_string()),
            _ => api.of_place(&self.counted_as(request)),
        })
    }

    async fn begin_once(
        &self,
        request: &Extensions,
        key: &str,
        sent: &[u8],
    ) -> Result<Option<Begun>, Failure> {
        let by = request.get::<By>();
        let by =
            by.ok_or_else(|| Failure::internal("the gate does not stand before this route"))?;
        Ok(Some(self.world().begin_once(by, key, sent).await?))
    }

    async fn end_once(&self, ticket: &Ticket, answer: Option<Value>) -> Result<(), Failure> {
        match answer {
            Some(answer) => self.world().keep_once(ticket, answer).await?,
            None => self.world().forget_once(ticket).await?,
        }
        Ok(())
    }

    async fn keep_typed(&self, binding: &str, typed: &str) -> Result<(), Failure> {
        Ok(self.world().keep_typed(binding, typed).await?)
    }

    async fn take_typed(&self, binding: &str) -> Result<Option<String>, Failure> {
        Ok(self.world().take_typed(binding).await?)
    }

    fn seal_typed(&self, visit: &str, typed: &str) -> String {
        self.world().seal_typed(visit, typed)
    }

    fn open_typed(&self, visit: &str, carried: &str) -> Option<String> {
        self.world().open_typed(visit, carried)
    }

    async fn visitor(&self, request: &Parts) -> Result<Visitor, Failure> {
        let Some(token) = self.token(&request.headers) else {
            return Ok(Visitor::default());
        };
        let (caller, _) = match self.world().resume(token).await {
            Ok(resumed) => resumed,
            Err(WorldError::Unauthenticated) => {
                let ended = World::claimed_account(token).map(|account| Ended {
                    binding: self.world().form_binding(token),
                    owner: owner_of(account),
                });
                return Ok(Visitor {
                    ended,
                    ..Visitor::default()
                });
            }
            Err(error) => return Err(error.into()),
        };
        let (Some(account), Some(party)) = (&caller.account, &caller.party) else {
            return Ok(Visitor::default());
        };
        let lang = match account.state.lang {
            kaname_directory::Lang::Ja => Lang::Ja,
            kaname_directory::Lang::En => Lang::En,
        };
        let shown = Lang::choose(
            cookie::read(&request.headers, cookie::LANG),
            Some(lang),
            None,
        );
        let shown = match shown {
            Lang::Ja => kaname_directory::Lang::Ja,
            Lang::En => kaname_directory::Lang::En,
        };
        let acting_for = party.state.description.name.get(shown).to_owned();
        let (own, on_behalf) = if caller.delegated.is_some() {
            let own = self
                .world()
                .load::<Party>(account.state.party.cast())
                .await?;
            let own = own.map(|own| own.state.description.name.get(shown).to_owned());
            (own.unwrap_or_default(), Some(acting_for))
        } else {
            (acting_for, None)
        };
        // Nothing is offered, nor counted, before a temporary password is changed.
        let offered = !caller.principal.temporary_password;
        let who = WhoAmI {
            name: account.state.title.get(shown).to_owned(),
            party: own,
            on_behalf,
            roles: match offered {
                true => caller.principal.roles.iter().copied().collect(),
                false => Vec::new(),
            },
            waiting: match offered {
                true => self.waiting(&caller, &request.headers).await,
                false => Vec::new(),
            },
        };
        Ok(Visitor {
            who: Some(who),
            binding: Some(self.world().form_binding(token)),
            owner: Some(owner_of(account.id.cast())),
            ended: None,
            lang: Some(lang),
            caller: Some(Arc::new(caller)),
        })
    }

    async fn admit(
        &self,
        visitor: &Visitor,
        access: &Access,
        request: &mut Parts,
    ) -> Result<(), Failure> {
        let signed_in = visitor.caller.clone();
        let caller = match access {
            // Who has to change the password first sees no more than anyone.
            Access::Public(_) => signed_in
                .filter(|caller| !caller.principal.temporary_password)
                .unwrap_or_else(|| Arc::new(Caller::public())),
            Access::SignedIn(actions) => {
                let caller = signed_in.ok_or(Failure::SignIn)?;
                self.permitted(&caller, actions)?;
                caller
            }
            Access::Key(action) => {
                let caller = self.machine(request).await?.ok_or(Failure::SignIn)?;
                self.permitted(&caller, &[*action])?;
                Arc::new(caller)
            }
            Access::Either(action) => {
                let caller = match self.machine(request).await? {
                    Some(caller) => Arc::new(caller),
                    None => signed_in.ok_or(Failure::SignIn)?,
                };
                self.permitted(&caller, &[*action])?;
                caller
            }
        };
        request.extensions.insert(By(caller));
        Ok(())
    }
}

/// With whose eyes and rights a handler works.
#[derive(Clone)]
pub struct By(pub Arc<Caller>);

/// What the request counts under where addresses are counted.
pub(crate) struct Address(pub(crate) String);

impl FromRequestParts<House> for Address {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Failure> {
        Ok(Self(house.counted_as(parts)))
    }
}

impl std::ops::Deref for By {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for By {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let by = parts.extensions.get::<Self>().cloned();
        by.ok_or_else(|| Failure::internal("the gate does not stand before this route"))
    }
}
