//! How many came in, and how many went on: the flow of a period.

use askama::Template;

use crate::{frame::Page, text::group};

/// One stage of the flow.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its name: 「提供可能」.
    pub label: String,
    /// How many reached it.
    pub number: u64,
}

/// The flow as bars on one scale, each with its number and share, and a sentence for those who
/// can't see the bars.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/funnel.html")]
pub struct Funnel {
    title: String,
    bars: Vec<Bar>,
}

#[derive(Debug, Clone)]
struct Bar {
    label: String,
    number: String,
    share: Option<String>,
    /// Width on a scale of 1,000.
    width: u64,
}

impl Page {
    /// `{{ page.funnel(page.t("desk-funnel"), stages) }}`: the first stage is the whole.
    pub fn funnel(&self, title: impl Into<String>, stages: &[Stage]) -> Funnel {
        let whole = stages.iter().map(|stage| stage.number).max().unwrap_or(0);
        let first = stages.first().map_or(0, |stage| stage.number);
        let bar = |(index, stage): (usize, &Stage)| Bar {
            label: stage.label.clone(),
            number: group(stage.number),
            share: (index > 0 && first > 0).then(|| {
                self.t1("common-percent", "n", percent(stage.number, first))
                    .into_owned()
            }),
            width: (stage.number * 1000).checked_div(whole).unwrap_or(0),
        };
        Funnel {
            title: title.into(),
            bars: stages.iter().enumerate().map(bar).collect(),
        }
    }
}

fn percent(part: u64, whole: u64) -> u64 {
    (part * 200 + whole) / (whole * 2)
}
