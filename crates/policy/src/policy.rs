//! Deciding: the policies of `kaname.cedar` over one request.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision as CedarDecision, Effect, Entities, Entity,
    EntityId, EntityTypeName, EntityUid, PolicyId, PolicySet, Request, RestrictedExpression,
};

use crate::{
    action::Action,
    request::{Principal, PrincipalKind, Resource},
    why,
};

const POLICIES: &str = include_str!("kaname.cedar");

/// Why the policies can't be used: a fault of the program, found by its tests.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The text is not Cedar.
    #[error("the policies are not readable: {0}")]
    Form(String),
    /// A policy lacks one of its annotations.
    #[error("policy {policy} has no @{annotation}")]
    Annotation {
        /// The policy.
        policy: String,
        /// What it lacks.
        annotation: &'static str,
    },
}

/// What was decided and by which policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may be done.
    pub allowed: bool,
    /// Ids of the policies that decided: the permits when allowed, the forbids when not.
    pub reasons: Vec<String>,
    /// Fluent key of the sentence that says why not.
    pub why_not: Option<&'static str>,
}

/// The policies, parsed once; for each action the few that speak of it.
#[derive(Debug)]
pub struct Policy {
    authorizer: Authorizer,
    by_action: BTreeMap<Action, Slice>,
    kinds: [EntityTypeName; 4],
    thing: EntityTypeName,
    all: PolicySet,
}

#[derive(Debug)]
struct Slice {
    uid: EntityUid,
    policies: PolicySet,
    permits: PolicySet,
}

impl Policy {
    /// The policies this program was built with.
    pub fn builtin() -> Result<Self, PolicyError> {
        Self::parse(POLICIES)
    }

    fn parse(text: &str) -> Result<Self, PolicyError> {
        let form = |error: &dyn std::fmt::Display| PolicyError::Form(error.to_string());
        let read: PolicySet = text.parse().map_err(|e| form(&e))?;
        let mut all = PolicySet::new();
        for policy in read.policies() {
            for annotation in ["id", "who", "ja", "en"] {
                if policy.annotation(annotation).is_none_or(str::is_empty) {
                    let policy = policy.to_string();
                    return Err(PolicyError::Annotation { policy, annotation });
                }
            }
            let id = PolicyId::new(policy.annotation("id").unwrap_or_default());
            all.add(policy.new_id(id)).map_err(|e| form(&e))?;
        }
        let type_name = |name: &str| name.parse::<EntityTypeName>().map_err(|e| form(&e));
        let action_type = type_name("Action")?;
        let mut by_action = BTreeMap::new();
        for action in Action::ALL {
            let id = EntityId::new(action.as_str());
            let uid = EntityUid::from_type_name_and_id(action_type.clone(), id);
            let (mut policies, mut permits) = (PolicySet::new(), PolicySet::new());
            for policy in all.policies().filter(|policy| speaks_of(policy, &uid)) {
                policies.add(policy.clone()).map_err(|e| form(&e))?;
                if policy.effect() == Effect::Permit {
                    permits.add(policy.clone()).map_err(|e| form(&e))?;
                }
            }
            by_action.insert(
                *action,
                Slice {
                    uid,
                    policies,
                    permits,
                },
            );
        }
        let kinds = [
            type_name(PrincipalKind::Public.as_str())?,
            type_name(PrincipalKind::Person.as_str())?,
            type_name(PrincipalKind::Machine.as_str())?,
            type_name(PrincipalKind::System.as_str())?,
        ];
        let (authorizer, thing) = (Authorizer::new(), type_name("Thing")?);
        Ok(Self {
            authorizer,
            by_action,
            kinds,
            thing,
            all,
        })
    }

    /// Whether the principal may do this. Whatever can't be evaluated is refused.
    pub fn decide(&self, principal: &Principal, action: Action, resource: &Resource) -> Decision {
        let refused = |why_not| Decision {
            allowed: false,
            reasons: Vec::new(),
            why_not: Some(why_not),
        };
        let Some(slice) = self.by_action.get(&action) else {
            return refused(why::UNKNOWN);
        };
        let Some((request, entities)) = self.request(principal, slice, resource) else {
            return refused(why::UNKNOWN);
        };
        let response = self
            .authorizer
            .is_authorized(&request, &slice.policies, &entities);
        let diagnostics = response.diagnostics();
        if diagnostics.errors().next().is_some() {
            return refused(why::UNKNOWN);
        }
        let mut reasons: Vec<String> = diagnostics.reason().map(ToString::to_string).collect();
        reasons.sort();
        if response.decision() == CedarDecision::Allow {
            return Decision {
                allowed: true,
                reasons,
                why_not: None,
            };
        }
        let forbidden = why::FORBIDS
            .iter()
            .find(|(id, _)| reasons.iter().any(|r| r == id));
        let why_not = forbidden.map_or_else(|| why::without_permit(principal), |(_, key)| *key);
        // Someone without the role is told so, and not to fetch a second factor first, nor what else would stand
        // in the way of those who have it.
        let of_the_role = matches!(
            why_not,
            "why-not-deriver"
                | "why-not-provider-party"
                | "why-not-second-factor"
                | "why-not-recent"
        );
        let why_not = if of_the_role && !self.permitted(slice, &request, &entities) {
            why::without_permit(principal)
        } else {
            why_not
        };
        Decision {
            allowed: false,
            reasons,
            why_not: Some(why_not),
        }
    }

    /// Whether a permit holds, the forbids left aside.
    fn permitted(&self, slice: &Slice, request: &Request, entities: &Entities) -> bool {
        let response = self
            .authorizer
            .is_authorized(request, &slice.permits, entities);
        response.decision() == CedarDecision::Allow
    }

    /// Where a policy stands in the file.
    pub(crate) fn place(id: &str) -> usize {
        POLICIES
            .find(&format!("@id(\"{id}\")"))
            .unwrap_or(usize::MAX)
    }

    pub(crate) fn policies(&self) -> &PolicySet {
        &self.all
    }

    fn request(
        &self,
        principal: &Principal,
        slice: &Slice,
        resource: &Resource,
    ) -> Option<(Request, Entities)> {
        let kind = &self.kinds[principal.kind as usize];
        let who = principal.account.map(|id| id.to_string());
        let who = who
            .or_else(|| principal.party.map(|id| id.to_string()))
            .unwrap_or_default();
        let who = EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(who));
        let what = EntityId::new(format!("{}/{}", resource.kind, resource.id));
        let what = EntityUid::from_type_name_and_id(self.thing.clone(), what);
        let asker = Entity::new(who.clone(), asker(principal), HashSet::new()).ok()?;
        let thing = Entity::new(what.clone(), thing(principal, resource), HashSet::new()).ok()?;
        let entities = Entities::from_entities([asker, thing], None).ok()?;
        let context = Context::empty();
        let request = Request::new(who, slice.uid.clone(), what, context, None).ok()?;
        Some((request, entities))
    }
}

fn speaks_of(policy: &cedar_policy::Policy, action: &EntityUid) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::Eq(one) => one == *action,
        ActionConstraint::In(several) => several.contains(action),
    }
}

type Attributes = std::collections::HashMap<String, RestrictedExpression>;

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> RestrictedExpression {
    let words = words
        .into_iter()
        .map(|word| RestrictedExpression::new_string(word.to_owned()));
    RestrictedExpression::new_set(words)
}

fn asker(principal: &Principal) -> Attributes {
    let truth = RestrictedExpression::new_bool;
    let roles: BTreeSet<&str> = principal.roles.iter().map(|role| role.as_str()).collect();
    let mut attributes = Attributes::from([
        ("roles".to_owned(), words(roles)),
        (
            "scopes".to_owned(),
            words(principal.scopes.iter().map(String::as_str)),
        ),
        ("second_factor".to_owned(), truth(principal.second_factor)),
        (
            "temporary_password".to_owned(),
            truth(principal.temporary_password),
        ),
        ("officer".to_owned(), truth(principal.officer)),
        ("member".to_owned(), truth(principal.member)),
    ]);
    if let Some(minutes) = principal.minutes_since_sign_in {
        let minutes = RestrictedExpression::new_long(i64::from(minutes));
        attributes.insert("minutes_since_sign_in".to_owned(), minutes);
    }
    attributes
}

fn thing(principal: &Principal, resource: &Resource) -> Attributes {
    let truth = RestrictedExpression::new_bool;
    let same_party = principal.party.is_some() && principal.party == resource.party;
    let is_me = |account| principal.account.is_some() && principal.account == account;
    let mut attributes = Attributes::from([
        (
            "kind".to_owned(),
            RestrictedExpression::new_string(resource.kind.clone()),
        ),
        ("own".to_owned(), truth(same_party || principal.own_handle)),
        ("mine".to_owned(), truth(is_me(resource.account))),
        (
            "assigned_to_me".to_owned(),
            truth(is_me(resource.assigned_to)),
        ),
    ]);
    if resource.derived_by.is_some() {
        attributes.insert(
            "derived_by_me".to_owned(),
            truth(is_me(resource.derived_by)),
        );
    }
    if let Some(own) = resource.provider_is_own_party {
        attributes.insert("provider_is_own_party".to_owned(), truth(own));
    }
    if let Some(state) = &resource.state {
        let state = RestrictedExpression::new_string(state.clone());
        attributes.insert("state".to_owned(), state);
    }
    attributes
}
