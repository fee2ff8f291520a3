//! The targets themselves: every seed is read, and runs replay.

use std::collections::BTreeSet;

use kaname_fuzz::{Mutator, TARGETS};

#[test]
fn every_target_reads_every_seed() {
    for target in TARGETS {
        for seed in TARGETS.iter().flat_map(|other| other.seeds) {
            (target.run)(seed);
        }
        (target.run)(b"");
    }
}

#[test]
fn names_are_their_own() {
    let names: BTreeSet<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names.len(), TARGETS.len());
    assert!(kaname_fuzz::target("mail").is_some());
}

#[test]
fn the_same_seed_makes_the_same_inputs() {
    let inputs = |seed: u64| -> Vec<Vec<u8>> {
        let target = TARGETS[0];
        let mut mutator = Mutator::new(target.seeds, target.longest, seed);
        (0..500).map(|_| mutator.next_input()).collect()
    };
    assert_eq!(inputs(5), inputs(5));
    assert_ne!(inputs(5), inputs(6));
    assert!(
        inputs(5)
            .iter()
            .all(|input| input.len() <= TARGETS[0].longest)
    );
}
