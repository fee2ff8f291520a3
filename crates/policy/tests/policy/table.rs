//! The policies as a whole: they fit the schema, leave no action out, and can be shown.

use std::collections::BTreeSet;

use cedar_policy::{PolicySet, Schema, ValidationMode, Validator};
use kaname_kernel::Role;
use kaname_policy::{Action, Principal};

use crate::{POLICY, SCOPES, best_case, decide, machine, person};

#[test]
fn every_policy_passes_the_schema() {
    let (schema, _) = Schema::from_cedarschema_str(&schema_text()).unwrap();
    let policies: PolicySet = include_str!("../../src/kaname.cedar").parse().unwrap();
    let result = Validator::new(schema).validate(&policies, ValidationMode::Strict);
    let errors: Vec<String> = result
        .validation_errors()
        .map(ToString::to_string)
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

/// The entities of the file and one action of the policy each.
fn schema_text() -> String {
    let names: Vec<String> = Action::ALL
        .iter()
        .map(|action| format!("{:?}", action.as_str()))
        .collect();
    let applies = "appliesTo { principal: [Public, Person, Machine, System], resource: [Thing] }";
    format!(
        "{}\naction {} {applies};",
        include_str!("../../src/kaname.cedarschema"),
        names.join(", ")
    )
}

#[test]
fn every_action_is_permitted_to_someone_and_named_once() {
    let mut askers: Vec<Principal> = Role::ALL.iter().map(|role| person(&[*role])).collect();
    askers.extend([machine(&SCOPES), Principal::system(), Principal::public()]);
    for action in Action::ALL {
        let someone = askers
            .iter()
            .any(|who| decide(who, *action, &best_case()).allowed);
        assert!(someone, "nobody may {action}");
    }
    let names: BTreeSet<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
    assert_eq!(names.len(), Action::ALL.len());
    for action in Action::ALL {
        assert_eq!(action.as_str().parse::<Action>().unwrap(), *action);
    }
}

#[test]
fn the_table_shows_every_policy_in_both_languages() {
    let rows = POLICY.table();
    assert_eq!(
        rows.first().map(|row| row.id.as_str()),
        Some("everyone-reads-public")
    );
    for row in &rows {
        assert!(
            !row.ja.is_ascii() && row.en.is_ascii() && !row.actions.is_empty(),
            "{}",
            row.id
        );
        assert!(
            !row.cedar.contains('@') && row.cedar.ends_with(';'),
            "{}",
            row.cedar
        );
        for role in Role::ALL.iter().filter(|_| row.permits) {
            let quoted = format!("\"{role}\"");
            let named = row.who.iter().any(|who| who == role.as_str());
            assert_eq!(named, row.cedar.contains(&quoted), "{} and {role}", row.id);
        }
    }
    for action in Action::ALL {
        assert!(
            rows.iter()
                .any(|row| row.permits && row.actions.contains(action)),
            "{action}"
        );
    }
}
