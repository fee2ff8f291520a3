//! Which reports belong together: folded, linked, proposed.

use std::collections::{BTreeMap, BTreeSet};

use kaname_intake::Kind;
use kaname_kernel::{Id, MatterId, SeededRng};
use kaname_sharing::{
    Value,
    cluster::{
        Folded, Known, LINKED_FROM, Link, MOST_TOLD, Membership, SetAside, Subject, proposals,
        queue,
    },
};
use proptest::prelude::*;

const WAVE: &str = "件名「配達のお知らせ」のメールに記載されたリンクを開くと、偽の宅配業者の画面に移り、\
                    利用者の口座番号と暗証番号の入力を求められる。";
const OTHER: &str = "境界の装置の脆弱性を突いて侵入され、設定の書き出しと新しい管理者の作成を確認した。\
                     外部への通信は止めており、影響の調べを続けている。";

fn id(n: u64) -> MatterId {
    Id::random(&SeededRng::new(n))
}

fn domain(name: &str) -> Value {
    Value {
        kind: Kind::Domain,
        value: name.to_owned(),
    }
}

/// The `n`-th report, with these domains and this text.
fn report(n: u64, domains: &[&str], text: &str) -> Subject {
    let values: Vec<Value> = domains.iter().map(|name| domain(name)).collect();
    Subject::new(id(n), &values, text, |_, value| value == "warned.example")
}

fn links(subjects: &[Subject]) -> Vec<Link> {
    Folded::of(subjects).links(&Known::default())
}

fn sizes(subjects: &[Subject]) -> Vec<usize> {
    let folded = Folded::of(subjects);
    let mut sizes: Vec<usize> = folded.folds().map(|fold| fold.reports.len()).collect();
    sizes.sort_unstable();
    sizes
}

#[test]
fn a_burst_of_a_thousand_is_one_and_its_neighbours_stay_themselves() {
    let mut all: Vec<Subject> = (0..1_000)
        .map(|n| report(n, &["a.example", "b.example", "c.example"], WAVE))
        .collect();
    // Nearly the same: one value more among six.
    all.extend(
        (1_000..1_050)
            .map(|n| report(n, &["a.example", "b.example", "c.example", "d.example"], "")),
    );
    all.extend((2_000..2_010).map(|n| report(n, &[&format!("own-{n}.example")], "")));
    let sizes = sizes(&all);
    assert_eq!(sizes.iter().sum::<usize>(), 1_060);
    // Ten of their own; three of four values is less than nearly the same, but they are linked to the burst.
    assert_eq!(sizes[..10], [1; 10]);
    assert_eq!(sizes[10..], [50, 1_000]);
    let links = links(&all);
    assert_eq!(links.len(), 1, "{links:?}");
    assert_eq!(links[0].shared.len(), 3);
}

#[test]
fn a_wave_under_three_thousand_names_is_compared_with_a_few() {
    // The same mail with a name of its own in each report: nothing folds them, the text links them, and the time is
    // not that of all pairs.
    let all: Vec<Subject> = (0..3_000)
        .map(|n| report(n, &[&format!("w{n}.example")], WAVE))
        .collect();
    assert_eq!(sizes(&all).len(), 3_000);
    let links = links(&all);
    assert!(
        (2_999..3_000 * 16).contains(&links.len()),
        "{}",
        links.len()
    );
    let folds: Vec<_> = Folded::of(&all).folds().collect();
    let proposed = proposals(&folds, &links, &Membership::new(), &SetAside::default());
    assert_eq!(proposed.len(), 1);
    assert_eq!(proposed[0].reports.len(), 3_000);
    assert_eq!(proposed[0].links.len(), MOST_TOLD);
}

#[test]
fn a_wave_is_one_however_many_reports_share_its_value() {
    for count in [16, 17, 33, 34, 400] {
        let all: Vec<Subject> = (0..count)
            .map(|n| report(n, &["wave.example", &format!("own-{n}.example")], ""))
            .collect();
        let links = links(&all);
        let pairs: BTreeSet<_> = links.iter().map(|link| (link.one, link.other)).collect();
        assert_eq!(pairs.len(), links.len());
        assert!(links.len() as u64 <= count * 16, "{}", links.len());
        assert!(links.iter().all(|link| link.shared[0].carriers == count));
        let folds: Vec<_> = Folded::of(&all).folds().collect();
        let proposed = proposals(&folds, &links, &Membership::new(), &SetAside::default());
        let sizes: Vec<usize> = proposed.iter().map(|one| one.reports.len()).collect();
        assert_eq!(sizes, [count as usize]);
    }
}

#[test]
fn what_is_rare_links_and_what_is_met_everywhere_does_not() {
    let rare = [
        report(1, &["rare.example", "x.example"], WAVE),
        report(2, &["rare.example", "y.example"], OTHER),
    ];
    let found = links(&rare);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].shared.len(), 1);
    assert!(found[0].centibits >= LINKED_FROM);
    // The same value is met all over the hub.
    let met = BTreeMap::from([((Kind::Domain, "rare.example".to_owned()), 500)]);
    let known = Known {
        total: 1_000,
        carriers: met,
    };
    assert_eq!(Folded::of(&rare).links(&known), []);
    // Of the rarest it is told first, and both weigh together.
    let two = [
        report(
            1,
            &["rare.example", "often.example", "x.example", "xx.example"],
            "",
        ),
        report(
            2,
            &["rare.example", "often.example", "y.example", "yy.example"],
            "",
        ),
        report(3, &["often.example", "z.example"], ""),
    ];
    let found = links(&two);
    assert_eq!(found[0].shared.len(), 2);
    assert_eq!(found[0].shared[0].key.1, "rare.example");
    assert!(found[0].centibits > found[0].shared[0].centibits);
}

#[test]
fn a_url_and_its_host_are_one_piece_of_evidence() {
    let url = |n, other: &str| {
        let value = |kind, value: &str| Value {
            kind,
            value: value.to_owned(),
        };
        let values = [
            value(Kind::Url, "https://rare.example/a"),
            value(Kind::Domain, other),
        ];
        Subject::new(id(n), &values, "", |_, _| false)
    };
    let found = links(&[url(1, "x.example"), url(2, "y.example")]);
    assert_eq!(found[0].shared.len(), 1);
    assert_eq!(found[0].shared[0].key.0, Kind::Url);
}

#[test]
fn the_same_words_about_other_values_are_linked_and_not_folded() {
    let all = [
        report(1, &["a.example"], WAVE),
        report(2, &["b.example"], WAVE),
    ];
    assert_eq!(sizes(&all), [1, 1]);
    let found = links(&all);
    assert_eq!((found.len(), found[0].text), (1, Some(100)));
    assert_eq!(found[0].shared, []);
    // Without values the words are all there is.
    assert_eq!(sizes(&[report(1, &[], WAVE), report(2, &[], WAVE)]), [2]);
    assert_eq!(
        sizes(&[report(1, &[], WAVE), report(2, &[], OTHER)]),
        [1, 1]
    );
    // Neither says anything.
    assert_eq!(sizes(&[report(1, &[], ""), report(2, &[], "")]), [1, 1]);
}

#[test]
fn what_is_set_aside_comes_back_with_other_evidence_only() {
    let mut all = vec![
        report(1, &["r.example", "a.example"], ""),
        report(2, &["r.example", "b.example"], ""),
    ];
    let proposed = |all: &[Subject], members: &Membership, aside: &SetAside| {
        let folded = Folded::of(all);
        let folds: Vec<_> = folded.folds().collect();
        proposals(&folds, &folded.links(&Known::default()), members, aside)
    };
    let none = Membership::new();
    let first = proposed(&all, &none, &SetAside::default());
    assert_eq!(first.len(), 1);
    let aside = SetAside {
        evidence: first[0].marks.clone(),
        ..SetAside::default()
    };
    assert_eq!(proposed(&all, &none, &aside), []);
    // One more report that says exactly what one of them says is no other evidence against setting that link aside.
    all.push(report(3, &["r.example", "a.example"], ""));
    let again = proposed(&all, &none, &aside);
    assert_eq!(again.len(), 1, "the copy itself is proposed");
    assert!(
        again[0].links.is_empty() && again[0].reports.len() == 2,
        "{again:?}"
    );
    // Another report with the value is.
    all.push(report(4, &["r.example", "c.example"], ""));
    let again = proposed(&all, &none, &aside);
    assert_eq!(again[0].reports.len(), 4);
    assert!(again[0].mark != first[0].mark);
}

#[test]
fn a_campaign_takes_in_what_belongs_to_it_and_two_are_merged() {
    let all = [
        report(1, &["r.example", "a.example"], ""),
        report(2, &["r.example", "b.example"], ""),
        report(3, &["r.example", "c.example"], ""),
    ];
    let folded = Folded::of(&all);
    let folds: Vec<_> = folded.folds().collect();
    let links = folded.links(&Known::default());
    let propose =
        |members: &Membership, aside: &SetAside| proposals(&folds, &links, members, aside);
    let (one, other) = (id(100), id(101));
    let whole = Membership::from([(id(1), one), (id(2), one), (id(3), one)]);
    assert_eq!(
        propose(&whole, &SetAside::default()),
        [],
        "nothing would change"
    );
    let part = Membership::from([(id(1), one), (id(2), one)]);
    let found = propose(&part, &SetAside::default());
    assert_eq!(found[0].campaigns, BTreeSet::from([one]));
    let two = Membership::from([(id(1), one), (id(2), one), (id(3), other)]);
    assert_eq!(
        propose(&two, &SetAside::default())[0].campaigns,
        BTreeSet::from([one, other])
    );
    // A report that was taken out stays out, and the others are not asked about again.
    let speaks = |link: &&Link| [link.one, link.other].contains(&id(3));
    let marks = links.iter().filter(speaks).map(|link| link.mark);
    let aside = SetAside {
        apart: BTreeMap::from([(id(3), marks.collect())]),
        ..SetAside::default()
    };
    assert_eq!(propose(&part, &aside), []);
    assert_eq!(propose(&Membership::new(), &aside)[0].reports.len(), 2);
}

#[test]
fn a_queue_folds_what_says_the_same_and_what_is_one_campaign() {
    let all: Vec<Subject> = (0..40)
        .map(|n| report(n, &["a.example", "b.example"], WAVE))
        .chain([
            report(40, &["c.example"], OTHER),
            report(41, &["d.example"], ""),
        ])
        .collect();
    let folded = Folded::of(&all);
    let folds: Vec<_> = folded.folds().collect();
    let links = folded.links(&Known::default());
    let none = SetAside::default();
    // Whatever stands for the burst is not in this part of the queue.
    let shown: Vec<MatterId> = (20..42).map(id).collect();
    let rows = queue(&shown, &folds, &links, &Membership::new(), &none);
    assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [20, 1, 1]);
    let members = Membership::from([(id(40), id(900)), (id(41), id(900)), (id(99), id(900))]);
    let rows = queue(&shown, &folds, &links, &members, &none);
    assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [20, 2]);
    // One report that was taken out stands alone, though it may be the one that the others repeat.
    for out in [0, 25] {
        let all: Vec<MatterId> = (0..40).map(id).collect();
        let fold = folds.iter().find(|fold| fold.reports.len() == 40).unwrap();
        let marks = fold.copies.iter().map(|copy| copy.mark).collect();
        let aside = SetAside {
            apart: BTreeMap::from([(id(out), marks)]),
            ..SetAside::default()
        };
        let mut rows: Vec<usize> = queue(&all, &folds, &[], &Membership::new(), &aside)
            .iter()
            .map(Vec::len)
            .collect();
        rows.sort_unstable();
        assert_eq!(rows, [1, 39]);
    }
}

/// Reports over a few values, texts and copies of each other.
fn some() -> impl Strategy<Value = Vec<(Vec<u8>, u8)>> {
    proptest::collection::vec((proptest::collection::vec(0..12_u8, 0..6), 0..3_u8), 1..24)
}

fn made(reports: &[(Vec<u8>, u8)], warned: bool) -> Vec<Subject> {
    let texts = ["", WAVE, OTHER];
    let one = |(n, (names, text)): (usize, &(Vec<u8>, u8))| {
        let mut names: Vec<String> = names.iter().map(|n| format!("v{n}.example")).collect();
        if warned {
            names.push("warned.example".to_owned());
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        report(n as u64, &names, texts[usize::from(*text)])
    };
    reports.iter().enumerate().map(one).collect()
}

/// Everything that is found, in one order.
fn found(subjects: &[Subject]) -> (Vec<kaname_sharing::cluster::Fold>, Vec<Link>, String) {
    let folded = Folded::of(subjects);
    let folds: Vec<_> = folded.folds().collect();
    let links = folded.links(&Known::default());
    let proposed = proposals(&folds, &links, &Membership::new(), &SetAside::default());
    (folds, links, format!("{proposed:?}"))
}

proptest! {
    #[test]
    fn the_order_of_reports_does_not_matter(reports in some(), turn in 0..24_usize) {
        let all = made(&reports, false);
        let mut turned = all.clone();
        let by = turn % all.len();
        turned.rotate_left(by);
        turned.reverse();
        prop_assert_eq!(found(&all), found(&turned));
    }

    #[test]
    fn a_value_that_everybody_is_warned_of_changes_nothing(reports in some()) {
        prop_assert_eq!(found(&made(&reports, false)), found(&made(&reports, true)));
    }

    #[test]
    fn every_link_has_evidence_and_every_report_stands_in_one_fold(reports in some()) {
        let all = made(&reports, false);
        let (folds, links, _) = found(&all);
        let standing: Vec<MatterId> = folds.iter().flat_map(|fold| fold.reports.clone()).collect();
        let each: BTreeSet<MatterId> = standing.iter().copied().collect();
        prop_assert_eq!(standing.len(), all.len());
        prop_assert_eq!(each.len(), all.len());
        for fold in &folds {
            prop_assert_eq!(fold.copies.len() + 1, fold.reports.len());
        }
        for link in &links {
            prop_assert!(link.one != link.other);
            prop_assert!(link.centibits >= LINKED_FROM || link.text.is_some_and(|text| text >= 85));
        }
    }
}
