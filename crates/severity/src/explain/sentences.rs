//! Each rule in one written sentence, and the whole rating in a few, in both languages.

use super::number;
use crate::{
    Ends, Lang, Level,
    policy::Indicator,
    rate::{Hit, NextUp, Rating, Rule, Step, Viewpoint},
    words::Words,
};

/// What the scope gate said.
pub(crate) fn gate(rating: &Rating<'_>) -> Words {
    let case = rating.case();
    let policy = case.policy();
    let cause = &policy.causes[case.cause].name;
    let day = case.scope_on;
    if rating.rated {
        return Words {
            ja: format!(
                "原因は「{}」であり、{day}時点の対象分野に当たるため、評価の対象とする。",
                cause.ja
            ),
            en: format!(
                "The cause is \u{201c}{}\u{201d} and a sector of the list of {day} is concerned, so the \
                 case is rated.",
                cause.en
            ),
        };
    }
    if policy.causes[case.cause].opens {
        return Words {
            ja: format!(
                "{day}時点の対象分野に当たらないため、評価の対象外とし、内部の参考値のみを示す。"
            ),
            en: format!(
                "No sector of the list of {day} is concerned, so the case is not rated; the level is \
                 an internal reference only."
            ),
        };
    }
    Words {
        ja: format!(
            "原因は「{}」であり、評価の対象外とし、内部の参考値のみを示す。",
            cause.ja
        ),
        en: format!(
            "The cause is \u{201c}{}\u{201d}, so the case is not rated; the level is an internal \
             reference only.",
            cause.en
        ),
    }
}

/// What one rule found.
pub(crate) fn step(rating: &Rating<'_>, step: &Step) -> Words {
    let sentence = |lang| {
        let reason = if step.hit.low == step.hit.high {
            reason(rating, step.rule, step.hit.high, lang)
        } else {
            let low = reason(rating, step.rule, step.hit.low, lang);
            let high = reason(rating, step.rule, step.hit.high, lang);
            match lang {
                Lang::Ja => format!("下限では{low}、上限では{high}"),
                Lang::En => format!("at best {low}; at worst {high}"),
            }
        };
        let result = levels(step.result, lang);
        match lang {
            Lang::Ja => format!(
                "{}：{reason}。よって{result}とする。",
                title(rating, step.rule, lang)
            ),
            Lang::En => format!(
                "{}: {reason}, which gives {result}.",
                title(rating, step.rule, lang)
            ),
        }
    };
    Words {
        ja: sentence(Lang::Ja),
        en: sentence(Lang::En),
    }
}

fn title(rating: &Rating<'_>, rule: Rule, lang: Lang) -> String {
    let policy = rating.case().policy();
    let viewpoint = match rule.viewpoint() {
        _ if rule == Rule::Level => match lang {
            Lang::Ja => return "全体の深刻度".to_owned(),
            Lang::En => return "Overall level".to_owned(),
        },
        Viewpoint::Sustainability => policy.sustainability.name.get(lang),
        Viewpoint::Safety => policy.safety.name.get(lang),
        Viewpoint::Trust => policy.trust.name.get(lang),
    };
    let part = match (rule, lang) {
        (Rule::Base | Rule::SafetyBase | Rule::TrustBase, Lang::Ja) => "基礎となる値",
        (Rule::Base | Rule::SafetyBase | Rule::TrustBase, Lang::En) => "base",
        (Rule::Floor, Lang::Ja) => "サービス維持レベル",
        (Rule::Floor, Lang::En) => "service maintenance level",
        (Rule::Uplift | Rule::SafetyUplift, Lang::Ja) => "同時多発性",
        (Rule::Uplift | Rule::SafetyUplift, Lang::En) => "simultaneity",
        (_, Lang::Ja) => "上限",
        (_, Lang::En) => "cap",
    };
    match lang {
        Lang::Ja => format!("{viewpoint}（{part}）"),
        Lang::En => format!("{viewpoint} ({part})"),
    }
}

fn reason(rating: &Rating<'_>, rule: Rule, hit: Hit, lang: Lang) -> String {
    let policy = rating.case().policy();
    let rules = &policy.sustainability;
    match (hit, lang) {
        (Hit::Nothing, Lang::Ja) => "数えるべき影響は認められない".to_owned(),
        (Hit::Nothing, Lang::En) => "nothing that counts was found".to_owned(),
        (
            Hit::Cell {
                indicator,
                total,
                scope,
                duration,
                class,
            },
            lang,
        ) => {
            let label = |labels: &'_ [Words; 4], step: Level| {
                labels[usize::from(step.clamp(1, 4) - 1)]
                    .get(lang)
                    .to_owned()
            };
            let counted = amount(&rules.bands[indicator].indicator, total, lang);
            let scope = label(&rules.scope_labels, scope);
            let duration = label(&rules.duration_labels, duration);
            let substitute = rules.substitution_labels[class.place()].get(lang);
            match lang {
                Lang::Ja => format!(
                    "{counted}（範囲は「{scope}」）が、支障「{duration}」、「{substitute}」の状態にあった"
                ),
                Lang::En => format!(
                    "{counted} (scope: {scope}), without the service for {duration}, {substitute}"
                ),
            }
        }
        (Hit::Breach(true), Lang::Ja) => {
            let floor = rules.breach_floor;
            format!("サービス維持レベルを下回ったため、少なくともレベル{floor}とする")
        }
        (Hit::Breach(true), Lang::En) => {
            let floor = rules.breach_floor;
            format!("the service maintenance level was breached, so at least level {floor}")
        }
        (Hit::Breach(false), Lang::Ja) => "サービス維持レベルを下回っていない".to_owned(),
        (Hit::Breach(false), Lang::En) => {
            "the service maintenance level was not breached".to_owned()
        }
        (Hit::Many { operators, sectors }, lang) => {
            let window = number::minutes(policy.simultaneity.window_minutes, lang);
            let operators = number::total(operators, "count", lang);
            let sectors = number::total(sectors, "count", lang);
            match lang {
                Lang::Ja => {
                    format!(
                        "{window}以内に影響が始まった事業者は{operators}、分野は{sectors}である"
                    )
                }
                Lang::En => {
                    format!("operators hit within {window}: {operators}, sectors: {sectors}")
                }
            }
        }
        (Hit::Sites(sites), lang) => {
            let window = number::minutes(policy.simultaneity.window_minutes, lang);
            let sites = number::total(sites, "count", lang);
            match lang {
                Lang::Ja => format!("{window}以内に被害が始まった箇所は{sites}である"),
                Lang::En => format!("sites harmed within {window}: {sites}"),
            }
        }
        (
            Hit::Band {
                indicator, total, ..
            },
            lang,
        ) => {
            let bands = match rule.viewpoint() {
                Viewpoint::Safety => &policy.safety.bands,
                _ => &policy.trust.bands,
            };
            let counted = amount(&bands[indicator], total, lang);
            match lang {
                Lang::Ja => format!("{counted}である"),
                Lang::En => counted,
            }
        }
        (Hit::Judged(level), lang) => {
            let label = policy.trust.ordinal.label.get(lang);
            match lang {
                Lang::Ja => format!("{label}は{level}である"),
                Lang::En => format!("{label}: {level}"),
            }
        }
        (Hit::Cap(cap), Lang::Ja) => format!("この観点の上限はレベル{cap}である"),
        (Hit::Cap(cap), Lang::En) => format!("this viewpoint reaches level {cap} at most"),
        (Hit::Highest, Lang::Ja) => "三つの観点のうち最も高い値を採る".to_owned(),
        (Hit::Highest, Lang::En) => "the highest of the three viewpoints counts".to_owned(),
    }
}

fn amount(indicator: &Indicator, total: u64, lang: Lang) -> String {
    let label = indicator.label.get(lang);
    let total = number::total(total, &indicator.unit, lang);
    match lang {
        Lang::Ja => format!("{label} {total}"),
        Lang::En => format!("{label}: {total}"),
    }
}

/// A level or an interval, as it stands in a sentence.
fn levels(level: Ends<Level>, lang: Lang) -> String {
    let Ends { low, high } = level;
    match (low == high, lang) {
        (true, Lang::Ja) => format!("レベル{low}"),
        (true, Lang::En) => format!("level {low}"),
        (false, Lang::Ja) => format!("レベル{low}から{high}"),
        (false, Lang::En) => format!("level {low} to {high}"),
    }
}

impl Rating<'_> {
    /// The rating in a few written sentences, the most important first.
    #[must_use]
    pub fn summary(&self, lang: Lang) -> Vec<String> {
        let mut told = vec![self.headline(lang), gate(self).get(lang).to_owned()];
        told.extend(self.told_binding(lang));
        told.extend(self.told_unknown(lang));
        told.extend(self.told_next(lang));
        let policy = self.case().policy();
        let (title, version) = (policy.title.get(lang), &policy.version);
        let short = policy.sha256.get(..12).unwrap_or_default();
        told.push(match lang {
            Lang::Ja => format!("評価は「{title}」第{version}版（SHA-256 {short}…）による。"),
            Lang::En => {
                format!("Rated by \u{201c}{title}\u{201d}, version {version} (SHA-256 {short}…).")
            }
        });
        told
    }

    /// Every rule in a sentence, in order.
    #[must_use]
    pub fn sentences(&self, lang: Lang) -> Vec<String> {
        let steps = self.steps.iter().map(|it| step(self, it));
        let all = [gate(self)].into_iter().chain(steps);
        all.map(|words| words.get(lang).to_owned()).collect()
    }

    fn headline(&self, lang: Lang) -> String {
        let policy = self.case().policy();
        let title = self.case().title.get(lang);
        let Ends { low, high } = self.level;
        let name = |level: Level| policy.level(level).name.get(lang);
        let level = match (low == high, lang) {
            (true, Lang::Ja) => format!("レベル{low}（{}）", name(low)),
            (true, Lang::En) => format!("level {low} ({})", name(low)),
            (false, Lang::Ja) => {
                format!(
                    "レベル{low}（{}）からレベル{high}（{}）の間",
                    name(low),
                    name(high)
                )
            }
            (false, Lang::En) => format!(
                "between level {low} ({}) and level {high} ({})",
                name(low),
                name(high)
            ),
        };
        match (self.rated, lang) {
            (true, Lang::Ja) => format!("「{title}」の深刻度は{level}である。"),
            (true, Lang::En) => format!("The severity of \u{201c}{title}\u{201d} is {level}."),
            (false, Lang::Ja) => {
                format!("「{title}」は評価の対象外である。内部の参考値は{level}である。")
            }
            (false, Lang::En) => format!(
                "\u{201c}{title}\u{201d} is not rated; as an internal reference it would be {level}."
            ),
        }
    }

    fn told_binding(&self, lang: Lang) -> Option<String> {
        let names: Vec<String> = self
            .binding
            .iter()
            .map(|binding| {
                let viewpoint = self.viewpoint_name(binding.viewpoint, lang);
                let input = self.input_name(binding.indicator, lang);
                match lang {
                    Lang::Ja => format!("「{viewpoint}」（{input}）"),
                    Lang::En => format!("\u{201c}{viewpoint}\u{201d} ({input})"),
                }
            })
            .collect();
        if names.is_empty() {
            return None;
        }
        Some(match lang {
            Lang::Ja => format!("この値を決めたのは{}である。", names.join("及び")),
            Lang::En => format!("It is set by {}.", names.join(" and ")),
        })
    }

    fn told_unknown(&self, lang: Lang) -> Option<String> {
        if self.unknown().is_empty() {
            return None;
        }
        let names: Vec<_> = self
            .unknown()
            .iter()
            .map(|name| self.input_name(name, lang))
            .collect();
        Some(match lang {
            Lang::Ja => format!("未確認の事項は、{}である。", names.join("、")),
            Lang::En => format!("Not known: {}.", names.join(", ")),
        })
    }

    fn told_next(&self, lang: Lang) -> Option<String> {
        let steps: Vec<_> = self
            .next_up
            .iter()
            .map(|next| self.told_raise(next, lang))
            .collect();
        if steps.is_empty() {
            return None;
        }
        Some(match lang {
            Lang::Ja => format!(
                "他の事情が変わらなければ、次のいずれかで値が上がる：{}。",
                steps.join("、")
            ),
            Lang::En => format!(
                "All else unchanged, any of these would raise it: {}.",
                steps.join(", ")
            ),
        })
    }

    fn told_raise(&self, next: &NextUp<'_>, lang: Lang) -> String {
        let name = self.input_name(next.indicator, lang);
        let threshold = if next.indicator == "duration_minutes" {
            number::minutes(next.threshold, lang)
        } else {
            number::with_unit(next.threshold, self.unit(next.indicator), lang)
        };
        let level = next.level;
        match lang {
            Lang::Ja => format!("{name}が{threshold}以上（レベル{level}）"),
            Lang::En => format!("{name} of {threshold} or more (level {level})"),
        }
    }
}
