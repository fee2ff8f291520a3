//! Campaigns: taken together, split, merged, undone.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kaname_kernel::{Actor, Id, Matter as _, MatterId, Moment, SeededRng};
use kaname_sharing::{
    Campaign, Refused,
    campaign::{CampaignChange, CampaignState, Dismissal, dismiss, grouping, restore},
    evidence::Evidence,
};

use crate::support::provider_party;

fn id(n: u64) -> MatterId {
    Id::random(&SeededRng::new(n))
}

fn ids(from: u64, to: u64) -> BTreeSet<MatterId> {
    (from..to).map(id).collect()
}

/// A campaign as it grows.
struct Growing {
    state: Campaign,
    version: u32,
}

fn moment(matter: MatterId, version: u32, actor: &Actor) -> Moment<'_> {
    Moment {
        matter,
        version,
        recorded: Timestamp::UNIX_EPOCH,
        occurred: Timestamp::UNIX_EPOCH,
        actor,
    }
}

impl Growing {
    fn begin(n: u64, change: &CampaignChange) -> Self {
        let actor = Actor::system("test");
        let state = Campaign::begin(change, &moment(id(n), 1, &actor)).unwrap();
        Self { state, version: 1 }
    }

    fn apply(&mut self, change: &CampaignChange) {
        self.version += 1;
        let actor = Actor::system("test");
        let at = moment(self.state.id, self.version, &actor);
        self.state.apply(change, &at).unwrap();
    }

    fn last(&self) -> u32 {
        self.state.last_step().unwrap().version
    }
}

fn begun(n: u64, from: u64, to: u64) -> Growing {
    let change = grouping::begin(format!("C-{n}"), "配達を装う波", ids(from, to), Vec::new());
    Growing::begin(n, &change.unwrap())
}

#[test]
fn what_is_done_is_undone_the_last_first() {
    let mut one = begun(1, 10, 13);
    one.apply(&grouping::join(&one.state, ids(12, 15), Vec::new()).unwrap());
    assert_eq!(one.state.reports, ids(10, 15));
    one.apply(&grouping::rename(&one.state, "別の名").unwrap());
    let marks = BTreeSet::from(["m".to_owned()]);
    one.apply(&grouping::leave(&one.state, ids(10, 11), marks, "別件").unwrap());
    assert_eq!((one.state.reports.len(), one.state.apart.len()), (4, 1));
    let undo = |one: &Growing| {
        grouping::undo(&one.state, None, one.last(), "誤り")
            .unwrap()
            .0
    };
    one.apply(&undo(&one));
    assert_eq!(
        (one.state.reports.clone(), one.state.apart.len()),
        (ids(10, 15), 0)
    );
    one.apply(&undo(&one));
    assert_eq!(one.state.title, "配達を装う波");
    one.apply(&undo(&one));
    // What it had before the step stays, though the step named it too.
    assert_eq!(one.state.reports, ids(10, 13));
    one.apply(&undo(&one));
    assert_eq!(one.state.state, CampaignState::Dissolved);
    assert_eq!(one.state.project().postings, []);
    assert_eq!(
        grouping::undo(&one.state, None, 1, "誤り"),
        Err(Refused::NoChange)
    );
    assert!(one.state.steps.iter().all(|step| step.undone.is_some()));
}

#[test]
fn merging_and_splitting_are_undone_on_both_sides_or_not_at_all() {
    let (mut one, mut other) = (begun(1, 10, 12), begun(2, 20, 23));
    let (joined, merged) = grouping::merge(&one.state, &other.state, Vec::new()).unwrap();
    one.apply(&joined);
    other.apply(&merged);
    assert_eq!((one.state.reports.len(), other.state.reports.len()), (5, 0));
    assert_eq!(other.state.state, CampaignState::Merged);
    let needs_both = grouping::undo(&one.state, None, one.last(), "誤り");
    assert_eq!(needs_both, Err(Refused::NotTheLast));
    let (here, there) =
        grouping::undo(&other.state, Some(&one.state), other.last(), "誤り").unwrap();
    other.apply(&here);
    one.apply(&there.unwrap());
    assert_eq!(
        (one.state.reports.clone(), other.state.reports.clone()),
        (ids(10, 12), ids(20, 23))
    );
    assert_eq!(other.state.state, CampaignState::Open);
    // Split off, and the new one goes on: then it is too late.
    let new = (id(3), "C-3".to_owned(), "二つ目");
    let (left, begins) =
        grouping::split(&other.state, new, ids(20, 21), BTreeSet::new(), "別の手口").unwrap();
    other.apply(&left);
    let mut third = Growing::begin(3, &begins);
    assert_eq!(third.state.reports, ids(20, 21));
    let last = other.last();
    assert!(grouping::undo(&other.state, Some(&third.state), last, "誤り").is_ok());
    third.apply(&grouping::join(&third.state, ids(30, 31), Vec::new()).unwrap());
    let late = grouping::undo(&other.state, Some(&third.state), last, "誤り");
    assert_eq!(late, Err(Refused::NotTheLast));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let one = begun(1, 10, 13);
    let none = BTreeSet::new;
    let begin = |title: &str, to| grouping::begin("C".into(), title, ids(10, to), Vec::new());
    assert_eq!(begin("a", 11), Err(Refused::TooFewReports));
    assert_eq!(begin(" ", 12), Err(Refused::Empty { field: "title" }));
    let join = grouping::join(&one.state, ids(10, 12), Vec::new());
    assert_eq!(join, Err(Refused::NoChange));
    let leave = |reports, why| grouping::leave(&one.state, reports, none(), why);
    assert_eq!(leave(ids(10, 13), "a"), Err(Refused::TooFewReports));
    assert_eq!(leave(ids(12, 14), "a"), Err(Refused::NotInside));
    assert_eq!(leave(ids(10, 11), " "), Err(Refused::ReasonMissing));
    assert_eq!(
        grouping::undo(&one.state, None, 7, "a"),
        Err(Refused::NotTheLast)
    );
    let merge = grouping::merge(&one.state, &one.state, Vec::new());
    assert_eq!(merge, Err(Refused::NoChange));
}

#[test]
fn a_title_says_no_value_and_names_no_member() {
    let told = |title| grouping::tells_nothing(title, &[Evidence::of_party(&provider_party())]);
    for title in [
        "ＦＩＬＥＳ-sync.example の波",
        "printer.lanの波",
        "203[.]0[.]113[.]88の波",
        "hxxps://re-delivery-88[.]example/jp/login の波",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ] {
        assert_eq!(told(title), Err(Refused::TellsValue), "{title}");
    }
    for title in [
        "東都電力への波",
        "東電グリッド停止の波",
        "toto-denryokuの波",
    ] {
        assert_eq!(told(title), Err(Refused::NamesMember), "{title}");
    }
    for title in [
        "配達を装う波",
        "電力会社への波",
        "経済産業省を装う波 2026-11",
    ] {
        assert_eq!(told(title), Ok(()), "{title}");
    }
}

#[test]
fn a_proposal_is_set_aside_with_a_reason_and_taken_back_once() {
    let marks = BTreeSet::from(["m".to_owned()]);
    assert_eq!(
        dismiss(ids(1, 3), marks.clone(), " "),
        Err(Refused::ReasonMissing)
    );
    assert_eq!(
        dismiss(ids(1, 3), BTreeSet::new(), "a"),
        Err(Refused::NoChange)
    );
    let change = dismiss(ids(1, 3), marks, "別件").unwrap();
    let actor = Actor::system("test");
    let mut aside = Dismissal::begin(&change, &moment(id(1), 1, &actor)).unwrap();
    let back = restore(&aside).unwrap();
    aside.apply(&back, &moment(id(1), 2, &actor)).unwrap();
    assert_eq!(aside.project().state, "restored");
    assert_eq!(restore(&aside), Err(Refused::NoChange));
}
