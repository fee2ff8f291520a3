//! Killed without a word at many points of the whole flow: whatever was told as durable is there, and
//! the ledger proves whole.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use serde_json::Value;

use crate::program::Place;

/// Points at which it is killed; `KANAME_KILL_POINTS` asks for more.
const POINTS: usize = 20;

/// Runs the demo's nation and kills it after so many steps were told; gives the events it had told.
fn killed_after(place: &Place, steps: usize) -> u64 {
    let arguments = ["demo", "--only-fill", "--tell-steps", "--data", "nation"];
    let mut child = place
        .command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told: Vec<u64> = lines
        .map_while(Result::ok)
        .filter_map(|line| serde_json::from_str::<Value>(&line).ok()?["events"].as_u64())
        .take(steps)
        .collect();
    child.kill().unwrap();
    child.wait().unwrap();
    told.last().copied().unwrap_or_default()
}

#[test]
fn killed_at_many_points_of_the_flow_nothing_told_is_lost() {
    let points = option_env!("KANAME_KILL_POINTS").and_then(|text| text.parse().ok());
    for point in 0..points.unwrap_or(POINTS) {
        let place = Place::new();
        let steps = 1 + point * 5;
        let events = killed_after(&place, steps);
        let verdict = place.done(&["verify", "--data", "nation"]);
        assert_eq!(verdict["fault"], Value::Null, "killed after {steps} steps");
        let found = verdict["events"].as_u64().unwrap();
        assert!(found >= events, "{events} events were told, {found} are there");
        let rebuilt = place.done(&["rebuild", "--data", "nation"]);
        assert_eq!(rebuilt["identical"], true, "killed after {steps} steps");
    }
}
