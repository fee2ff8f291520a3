//! Following an object path through an observation (§9.7).

use serde_json::Value;

use super::MatchError;
use super::effort::Effort;
use super::observed::{Observed, ObservedSet};
use crate::pattern::tree::Step;

/// The objects of one observation, and how much may still be done.
pub(super) struct Scene<'s> {
    pub(super) set: &'s ObservedSet,
    pub(super) observed: &'s Observed,
    pub(super) effort: &'s Effort<'s>,
}

/// Shows each value that the steps lead to, until one is taken; whether one was.
pub(super) fn walk(
    value: &Value,
    steps: &[Step],
    scene: &Scene<'_>,
    take: &mut dyn FnMut(&Value) -> bool,
) -> Result<bool, MatchError> {
    scene.effort.value()?;
    let Some((step, rest)) = steps.split_first() else {
        return Ok(take(value));
    };
    match (step, value) {
        (Step::Name(name), Value::Object(map)) => match map.get(name) {
            // A reference that the path goes on from stands for what it points to.
            Some(Value::String(id)) if name.ends_with("_ref") && !rest.is_empty() => {
                referred(id, rest, scene, take)
            }
            Some(Value::Array(ids)) if name.ends_with("_refs") && rest.len() > 1 => {
                listed(ids, rest, scene, take)
            }
            Some(inner) => walk(inner, rest, scene, take),
            None => Ok(false),
        },
        (Step::Index(at), Value::Array(list)) => match element(list, *at) {
            Some(inner) => walk(inner, rest, scene, take),
            None => Ok(false),
        },
        (Step::Any, Value::Array(list)) => {
            for inner in list {
                if walk(inner, rest, scene, take)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}

/// From a list of references on to what the chosen ones point to.
fn listed(
    ids: &[Value],
    steps: &[Step],
    scene: &Scene<'_>,
    take: &mut dyn FnMut(&Value) -> bool,
) -> Result<bool, MatchError> {
    let Some((step, rest)) = steps.split_first() else {
        return Ok(false);
    };
    let chosen = match step {
        Step::Any => ids,
        Step::Index(at) => element(ids, *at).map_or(&[][..], std::slice::from_ref),
        Step::Name(_) => &[],
    };
    for id in chosen.iter().filter_map(Value::as_str) {
        if referred(id, rest, scene, take)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn referred(
    id: &str,
    steps: &[Step],
    scene: &Scene<'_>,
    take: &mut dyn FnMut(&Value) -> bool,
) -> Result<bool, MatchError> {
    match scene.set.resolve(scene.observed, id) {
        Some(object) => walk(object, steps, scene, take),
        None => Ok(false),
    }
}

fn element(list: &[Value], at: i64) -> Option<&Value> {
    list.get(usize::try_from(at).ok()?)
}
