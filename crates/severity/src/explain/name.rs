//! What a name in files is called in words.

use crate::{
    Lang,
    policy::Indicator,
    rate::{Rating, Viewpoint},
};

impl Rating<'_> {
    pub(super) fn viewpoint_name(&self, viewpoint: Viewpoint, lang: Lang) -> &str {
        let policy = self.case().policy();
        match viewpoint {
            Viewpoint::Sustainability => policy.sustainability.name.get(lang),
            Viewpoint::Safety => policy.safety.name.get(lang),
            Viewpoint::Trust => policy.trust.name.get(lang),
        }
    }

    /// An indicator or attribute by its name in files, in words.
    pub(super) fn input_name<'a>(&'a self, name: &'a str, lang: Lang) -> &'a str {
        let policy = self.case().policy();
        if let Some(indicator) = self.counted_by(name) {
            return indicator.label.get(lang);
        }
        if policy.trust.ordinal.name == name {
            return policy.trust.ordinal.label.get(lang);
        }
        let counts = crate::policy::COUNTS
            .iter()
            .zip(&policy.simultaneity.labels);
        if let Some((_, label)) = counts.into_iter().find(|(count, _)| **count == name) {
            return label.get(lang);
        }
        match (name, lang) {
            ("scope", Lang::Ja) => "影響の範囲",
            ("scope", Lang::En) => "scope of the impact",
            ("duration" | "duration_minutes", Lang::Ja) => "支障の時間",
            ("duration" | "duration_minutes", Lang::En) => "duration of the disturbance",
            ("substitution", Lang::Ja) => "代替手段の有無",
            ("substitution", Lang::En) => "whether there was a substitute",
            ("maintenance_level_breached", Lang::Ja) => "サービス維持レベルの逸脱",
            ("maintenance_level_breached", Lang::En) => "breach of the service maintenance level",
            ("cause", Lang::Ja) => "原因",
            ("cause", Lang::En) => "cause",
            (other, _) => other,
        }
    }

    fn counted_by(&self, name: &str) -> Option<&Indicator> {
        let policy = self.case().policy();
        let scope = policy
            .sustainability
            .bands
            .iter()
            .map(|scope| &scope.indicator);
        let mut counted = scope.chain(&policy.safety.bands).chain(&policy.trust.bands);
        counted.find(|indicator| indicator.name == name)
    }

    pub(super) fn unit(&self, name: &str) -> &str {
        self.counted_by(name)
            .map_or("level", |indicator| &indicator.unit)
    }
}
