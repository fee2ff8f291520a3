//! The fields of the forms on accounts and keys, and what they show at first.

use kaname_directory::KeyScope;
use kaname_kernel::Role;

use super::{About, Act};
use crate::{
    frame::part::Choice,
    room::{
        directory::words,
        form::{self, Fields, Typed},
    },
};

pub(super) fn at_first(act: Act, about: &About) -> Typed {
    let typed = Typed::default();
    match (act, &about.account) {
        (Act::Open, _) => typed.set("lang", "ja"),
        (Act::Describe, Some(account)) => {
            let mail = account.state.mail.as_ref().map(ToString::to_string);
            typed
                .set("title_ja", account.state.title.ja.as_str())
                .set("title_en", account.state.title.en.as_str())
                .set("lang", account.state.lang.as_str())
                .set("mail", mail.unwrap_or_default())
        }
        (Act::Roles, Some(account)) => {
            typed.set_all("roles", account.state.roles.iter().map(ToString::to_string))
        }
        _ => typed,
    }
}

pub(super) fn fields_of(act: Act, ask: &form::Asker<'_>, about: &About) -> Fields {
    let is_hub = about.party.state.is_hub();
    let page = ask.page;
    let titles = || {
        vec![
            ask.line("text", "title_ja", "directory-title-ja")
                .hint(page.t("directory-title-hint"))
                .longest(200),
            ask.line("text", "title_en", "directory-title-en")
                .longest(200),
        ]
    };
    let reach = || {
        let langs = crate::text::Lang::ALL.map(|lang| Choice::new(lang.tag(), lang.own_name()));
        vec![
            ask.radio("lang", "directory-lang", langs.to_vec()),
            ask.line("email", "mail", "directory-mail")
                .longest(254)
                .optional(),
        ]
    };
    let roles = || {
        // Officers belong to the hub, stewards to everyone else.
        let fits = |role: &Role| {
            if is_hub {
                *role != Role::Steward
            } else {
                !role.is_officer()
            }
        };
        let named = |role: Role| {
            Choice::new(role.as_str(), page.word(role.as_str())).hint(role_about(page, role))
        };
        let choices = Role::ALL.into_iter().filter(fits).map(named).collect();
        ask.boxes("roles", "directory-roles", choices)
    };
    let reason = || ask.line("text", "reason", "directory-reason").longest(200);
    let fields = match act {
        Act::Open => {
            let mut fields = vec![
                ask.line("text", "login", "directory-login")
                    .hint(page.t("directory-login-hint"))
                    .longest(64),
            ];
            fields.extend(titles());
            fields.push(roles());
            fields.extend(reach());
            fields
        }
        Act::Describe => titles().into_iter().chain(reach()).collect(),
        Act::Roles => vec![roles()],
        Act::Disable | Act::Revoke => vec![reason()],
        Act::Passkeys => {
            vec![ask.boxes("passkey", "directory-passkeys-which", passkeys(page, about))]
        }
        Act::Link => vec![
            ask.line("text", "subject", "directory-subject")
                .hint(page.t("directory-subject-hint"))
                .longest(200),
        ],
        Act::Unlink => vec![ask.radio("identity", "directory-unlink-which", identities(about))],
        Act::Enable | Act::Password | Act::Factor => Vec::new(),
        Act::Issue => {
            // A key that hands in for a party, or reads what it handed in, is issued by the party itself.
            let offered = KeyScope::ALL.into_iter();
            let offered = offered.filter(|scope| about.own || !scope.is_own());
            let scopes = offered.map(|scope| {
                Choice::new(scope.as_str(), words::scope(page.text, scope)).hint(scope.as_str())
            });
            vec![
                ask.line("text", "label", "directory-key-label")
                    .hint(page.t("directory-key-label-hint"))
                    .longest(200),
                ask.boxes("scopes", "directory-scopes", scopes.collect()),
                ask.line("date", "expires", "directory-expires")
                    .hint(page.t("directory-expires-hint"))
                    .optional(),
            ]
        }
    };
    (fields, Vec::new())
}

/// The passkeys of the account, each with when it was added.
fn passkeys(page: &crate::frame::Page, about: &About) -> Vec<Choice> {
    let held = about.account.iter().flat_map(|one| &one.state.passkeys);
    held.map(|passkey| {
        let added = page.text.jst(passkey.added, page.now);
        Choice::new(passkey.id.as_str(), passkey.label.as_str()).hint(page.t1(
            "directory-passkey-added",
            "at",
            added,
        ))
    })
    .collect()
}

/// The identities the account is linked with, by their place.
fn identities(about: &About) -> Vec<Choice> {
    let linked = about.account.iter().flat_map(|one| &one.state.oidc);
    linked
        .enumerate()
        .map(|(index, one)| {
            Choice::new(index.to_string(), one.subject.as_str()).hint(one.issuer.as_str())
        })
        .collect()
}

/// What a role is for, in a sentence.
fn role_about(page: &crate::frame::Page, role: Role) -> String {
    let key = match role {
        Role::Analyst => "directory-role-analyst",
        Role::Releaser => "directory-role-releaser",
        Role::Administrator => "directory-role-administrator",
        Role::Auditor => "directory-role-auditor",
        Role::Provider => "directory-role-provider",
        Role::Member => "directory-role-member",
        Role::Steward => "directory-role-steward",
    };
    page.t(key).into_owned()
}
