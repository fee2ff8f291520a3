//! What only officers and the party itself are shown of it.

use std::collections::HashMap;

use kaname_directory::{Lang, Party, day_of};
use kaname_kernel::{AccountId, PartyId};
use kaname_policy::{Action, Resource};
use kaname_world::{Loaded, World, WorldError};

use crate::{
    error::Failure,
    frame::{
        Page,
        part::{At, Verb},
    },
    house::{By, House},
    room::{
        choices::lang_of as lang,
        directory::{duty, group, words},
        form::may,
        mail_key::MailKey,
    },
};

/// What only officers and the party itself are shown.
pub(super) struct Inside {
    pub(super) domains: Vec<String>,
    pub(super) networks: Vec<String>,
    pub(super) notify: String,
    pub(super) public_keys: Vec<MailKey>,
    pub(super) memberships: Vec<(String, String, bool)>,
    pub(super) isacs: Vec<String>,
    pub(super) duties: Vec<Bound>,
    /// Duties of the classes held that nobody accepted yet.
    pub(super) owed: Vec<(String, String)>,
    pub(super) may_accept: bool,
    pub(super) delegations: Vec<Delegated>,
    pub(super) groups: Vec<(String, String)>,
    pub(super) people: Vec<Person>,
    pub(super) keys: Vec<Machine>,
    pub(super) open: Option<Verb>,
    pub(super) issue: Option<Verb>,
    pub(super) webhooks: Option<Verb>,
}

pub(super) struct Bound {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) by: String,
    pub(super) at: At,
    pub(super) in_force: bool,
    pub(super) span: String,
}

pub(super) struct Delegated {
    pub(super) principal: String,
    pub(super) powers: Vec<String>,
    pub(super) span: String,
    pub(super) basis: String,
}

pub(super) struct Person {
    pub(super) title: String,
    pub(super) login: String,
    pub(super) roles: String,
    pub(super) factor: bool,
    pub(super) disabled: Option<String>,
    pub(super) acts: Vec<Verb>,
}

pub(super) struct Machine {
    pub(super) label: String,
    pub(super) prefix: String,
    /// What it may be used for, in words and as written for machines.
    pub(super) scopes: Vec<(String, &'static str)>,
    pub(super) issued: At,
    pub(super) standing: String,
    pub(super) alive: bool,
    pub(super) act: Option<Verb>,
}

/// Names of parties and people, looked up once each and with the reader's own eyes.
struct Names<'a> {
    world: &'a World,
    by: &'a By,
    lang: Lang,
    unnamed: String,
    people: HashMap<AccountId, String>,
}

impl Names<'_> {
    async fn party(&self, id: PartyId) -> Result<String, Failure> {
        match self.world.see::<Party>(self.by, id.cast()).await {
            Ok(party) => Ok(party.state.description.name.get(self.lang).to_owned()),
            Err(WorldError::NotFound(_)) => Ok(self.unnamed.clone()),
            Err(error) => Err(error.into()),
        }
    }

    fn person(&self, id: AccountId) -> String {
        self.people
            .get(&id)
            .cloned()
            .unwrap_or_else(|| self.unnamed.clone())
    }
}

pub(super) async fn inside(
    house: &House,
    by: &By,
    page: &Page,
    party: &Loaded<Party>,
    own: bool,
) -> Result<Inside, Failure> {
    let world = house.world();
    let (text, state) = (page.text, &party.state);
    let lang = lang(text);
    let of = Resource::any("party").of_party(party.id.cast());
    let accounts = world
        .accounts(by, |query| {
            query.owner = Some(party.id);
            query.limit = 500;
        })
        .await?;
    let mut names = Names {
        world,
        by,
        lang,
        unnamed: text.t("directory-unnamed").into_owned(),
        people: HashMap::new(),
    };
    for account in &accounts.rows {
        let title = account.state.title.get(lang).to_owned();
        names.people.insert(account.id.cast(), title);
    }
    let manages_people = may(house, by, Action::AccountManage, &of).is_ok();
    let manages_keys = may(house, by, Action::KeyManage, &of).is_ok();
    let mut isacs = Vec::new();
    for isac in &state.under {
        isacs.push(names.party(*isac).await?);
    }
    let mut delegations = Vec::new();
    for held in &state.delegations {
        let powers = held
            .scopes
            .iter()
            .map(|scope| match scope.as_str().parse() {
                Ok(action) => crate::room::policy::action(text, action),
                Err(_) => scope.to_string(),
            });
        delegations.push(Delegated {
            principal: names.party(held.principal).await?,
            powers: powers.collect(),
            span: words::span(text, &held.span),
            basis: held.basis.to_string(),
        });
    }
    let groups = group::seen(world, by)
        .await?
        .into_iter()
        .filter(|group| group.state.has(party.id.cast()));
    let groups = groups.map(|group| {
        (
            group.state.code.to_string(),
            group.state.name.get(lang).to_owned(),
        )
    });
    let groups = groups.collect();
    let managing = Managing {
        any: manages_people,
        whole: manages_people && world.may_manage_people(by, party.id.cast()).await?,
    };
    let people = accounts
        .rows
        .iter()
        .map(|account| person(page, account, managing, house.openid().is_some()));
    let people = people.collect();
    let keys = world
        .api_keys(by, |query| {
            query.owner = Some(party.id);
            query.limit = 500;
        })
        .await?;
    let keys = keys
        .rows
        .iter()
        .map(|key| machine(page, key, manages_keys))
        .collect();
    let retired = state.span.until.is_some();
    let opener = |may: bool, last: &str, key: &str| {
        may.then(|| {
            if retired {
                page.refused(page.t(key), page.t("refused-party-retired"))
            } else {
                page.link(format!("/directory/{}/{last}", state.code), page.t(key))
            }
        })
    };
    let binds = house.world().decide(by, Action::DutyAccept, &of).allowed;
    let (duties, owed) = duties(world, page, state, &names);
    Ok(Inside {
        domains: state.mail_domains.iter().map(ToString::to_string).collect(),
        networks: state.networks.iter().map(ToString::to_string).collect(),
        notify: notify(page, state),
        public_keys: state
            .public_keys
            .iter()
            .map(|key| MailKey::of(page, key))
            .collect(),
        memberships: memberships(world, page, state),
        isacs,
        duties,
        owed,
        may_accept: own && binds,
        delegations,
        groups,
        people,
        keys,
        open: if managing.any && !managing.whole {
            let why = page.t("refused-has-steward");
            Some(page.refused(page.t("directory-open"), why))
        } else {
            opener(managing.any, "accounts", "directory-open")
        },
        issue: if manages_keys && !world.may_manage_people(by, party.id.cast()).await? {
            let why = page.t("refused-has-steward");
            Some(page.refused(page.t("directory-issue"), why))
        } else {
            opener(manages_keys, "keys", "directory-issue")
        },
        webhooks: may(house, by, Action::WebhookManage, &of).is_ok().then(|| {
            page.link(
                format!("/directory/{}/webhooks", state.code),
                page.t("webhook-manage"),
            )
        }),
    })
}

fn notify(page: &Page, party: &Party) -> String {
    let Some(mail) = &party.notify.mail else {
        return page.t("directory-notify-none").into_owned();
    };
    let key = match party.notify.cadence {
        kaname_directory::Cadence::Immediate => "directory-notify-immediate",
        kaname_directory::Cadence::Digest => "directory-notify-digest",
    };
    page.t1(key, "mail", mail.as_str()).into_owned()
}

/// Classes, days, whether in force today; newest first.
fn memberships(world: &World, page: &Page, party: &Party) -> Vec<(String, String, bool)> {
    let (lang, today) = (lang(page.text), day_of(page.now));
    let row = |held: &kaname_directory::Membership| {
        let classes = held.classes.iter().map(|code| {
            let class = world.catalogue().class_on(code, held.span.from);
            class.map_or_else(
                || code.to_string(),
                |class| class.value.name.get(lang).to_owned(),
            )
        });
        let classes: Vec<String> = classes.collect();
        let span = words::span(page.text, &held.span);
        (classes.join(" / "), span, held.span.contains(today))
    };
    party.memberships.iter().rev().map(row).collect()
}

/// Duties accepted, and those that the classes held ask for but nobody accepted in today's text.
fn duties(
    world: &World,
    page: &Page,
    party: &Party,
    names: &Names<'_>,
) -> (Vec<Bound>, Vec<(String, String)>) {
    let (text, today) = (page.text, day_of(page.now));
    let catalogue = world.catalogue();
    let lang = lang(text);
    let name_of = |code: &kaname_directory::DutyCode| {
        let duties = catalogue.duties_on(today);
        let duty = duties.iter().find(|duty| duty.value.code == *code);
        duty.map_or_else(
            || code.to_string(),
            |duty| duty.value.name.get(lang).to_owned(),
        )
    };
    let bound = party.duties.iter().rev().map(|held| Bound {
        code: held.duty.to_string(),
        name: name_of(&held.duty),
        version: held.text_version.to_string(),
        by: names.person(held.by),
        at: page.at(held.at),
        in_force: held.span.contains(today),
        span: words::span(text, &held.span),
    });
    let owed = duty::owed(catalogue, party, today).into_iter();
    let owed = owed.map(|(code, name)| (code.to_string(), name.get(lang).to_owned()));
    (bound.collect(), owed.collect())
}

/// What somebody may do with a party's accounts: shut them at least, or all.
#[derive(Clone, Copy)]
struct Managing {
    any: bool,
    whole: bool,
}

fn person(
    page: &Page,
    account: &Loaded<kaname_directory::Account>,
    may: Managing,
    openid: bool,
) -> Person {
    let state = &account.state;
    let roles: Vec<String> = state
        .roles
        .iter()
        .map(|role| page.word(role.as_str()))
        .collect();
    let at = |last: &str| format!("/accounts/{}/{last}", account.id);
    let title = state.title.get(lang(page.text)).to_owned();
    let mut acts = Vec::new();
    let verb = |last: &str, key: &str| {
        let label = page.t(key);
        let whole = page.t2("directory-of", "act", &*label, "party", title.as_str());
        page.link(at(last), &*label).named(whole)
    };
    if may.whole {
        acts.push(verb("describe", "directory-account-describe"));
        acts.push(verb("roles", "directory-roles-set"));
        acts.push(verb("password", "directory-password"));
        if state.totp.is_some() {
            acts.push(verb("factor", "directory-factor"));
        }
        if !state.passkeys.is_empty() {
            acts.push(verb("passkeys", "directory-passkeys"));
        }
        if openid {
            acts.push(verb("openid", "directory-openid"));
        }
        if !state.oidc.is_empty() {
            acts.push(verb("openid/unlink", "directory-unlink"));
        }
        if !state.is_active() {
            acts.push(verb("enable", "directory-enable"));
        }
    }
    if may.any && state.is_active() {
        acts.push(verb("disable", "directory-disable").grave());
    }
    let disabled = state.disabled.as_ref();
    Person {
        title,
        login: state.login.to_string(),
        roles: roles.join(" / "),
        factor: state.has_second_factor(),
        disabled: disabled.map(|disabled| disabled.reason.to_string()),
        acts,
    }
}

fn machine(page: &Page, key: &Loaded<kaname_directory::Key>, manages: bool) -> Machine {
    let state = &key.state;
    let scopes = state.scopes.iter();
    let scopes = scopes.map(|scope| (words::scope(page.text, *scope), scope.as_str()));
    let alive = state.is_alive(page.now);
    let said = |at| page.text.jst(at, page.now);
    let standing = match (state.revoked, state.expires) {
        (Some(at), _) => page.t1("directory-key-revoked", "at", said(at)),
        (None, Some(at)) if !alive => page.t1("directory-key-expired", "at", said(at)),
        (None, Some(at)) => page.t1("directory-key-until", "at", said(at)),
        (None, None) => page.t("directory-key-alive"),
    };
    let revoke = manages && state.revoked.is_none();
    let act = revoke.then(|| {
        page.link(
            format!("/keys/{}/revoke", key.id),
            page.t("directory-revoke"),
        )
        .grave()
        .named(page.t2(
            "directory-of",
            "act",
            page.t("directory-revoke"),
            "party",
            state.label.as_str(),
        ))
    });
    Machine {
        label: state.label.to_string(),
        prefix: state.prefix.clone(),
        scopes: scopes.collect(),
        issued: page.at(state.issued),
        standing: standing.into_owned(),
        alive,
        act,
    }
}
