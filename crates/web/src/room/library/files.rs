//! The files that an item can be had as.

use kaname_sharing::{Item, Outlet, rendition::is_current};

use crate::frame::{Page, part::Verb};

/// A file it can be had as, or why not.
pub(super) struct File {
    pub(super) verb: Verb,
    pub(super) about: String,
}

/// Every form it can be had in; where one can't, why not. A text without values comes in none of their lists.
pub(super) fn files(page: &Page, item: &Item, has_values: bool) -> Vec<File> {
    let (content, now) = (&item.content, page.now);
    let not_agreed = match item.own {
        true => "library-own-file-outlet",
        false => "library-file-outlet",
    };
    let current = is_current(item, now);
    let why_not = |outlet: Outlet| {
        if !current {
            Some("library-file-over")
        } else if !content.leaves_by(outlet) {
            Some(not_agreed)
        } else {
            None
        }
    };
    let why_no_block = why_not(Outlet::Feed).or(if !content.pap.permits_blocking() {
        Some("library-file-pap")
    } else if !item.may_block(now) {
        Some("library-file-suspended")
    } else {
        None
    });
    let file = |name: &str, label: &str, about: &str, why: Option<&'static str>| {
        let verb = match why {
            None => page.link(format!("/library/{}/{name}", item.number), page.t(label)),
            Some(why) => {
                let why = page.t1(why, "pap", content.pap.label());
                page.refused(page.t(label), why)
            }
        };
        File {
            verb,
            about: page.t(about).into_owned(),
        }
    };
    let feed = why_not(Outlet::Feed);
    let bundle = file(
        "bundle.json",
        "library-file-stix",
        "library-file-stix-about",
        why_not(Outlet::Taxii),
    );
    if !has_values {
        return vec![bundle];
    }
    vec![
        file(
            "values.txt",
            "library-file-plain",
            "library-file-plain-about",
            why_no_block,
        ),
        file(
            "values.csv",
            "library-file-csv",
            "library-file-csv-about",
            feed,
        ),
        file(
            "values.jsonl",
            "library-file-jsonl",
            "library-file-jsonl-about",
            feed,
        ),
        bundle,
    ]
}
