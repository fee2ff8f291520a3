//! The models of `data/decay.toml`, and their arithmetic.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp, civil::Date};
use kaname_directory::{Lang, day_of};
use kaname_stix::ValueKind;
use serde::Deserialize;

/// Seconds of a day, and of an hour.
const DAY_S: u64 = 24 * HOUR_S;
const HOUR_S: u64 = 60 * 60;
/// Longest lifetime, in days: what is raised to a power has to stay within 128 bits.
const MAX_LIFETIME_DAYS: u32 = 7_500;
/// Largest number above or below the line of a speed.
const MAX_POWER: u32 = 3;
/// Largest base.
const MAX_BASE: u32 = 100;

/// Why models cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// The file is not what is expected.
    #[error("the models are not readable")]
    Form(#[from] toml::de::Error),
    /// A model makes no sense.
    #[error("model `{code}` from {from}: {why}")]
    Model {
        /// Its code.
        code: String,
        /// From which day on.
        from: Date,
        /// Why not.
        why: &'static str,
    },
}

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// In Japanese.
    pub ja: String,
    /// In English.
    pub en: String,
}

impl Names {
    /// In one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

/// How values of some kinds age.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The word for programs; later models of the same code take the place of earlier ones.
    pub code: String,
    /// What people call it.
    pub name: Names,
    /// Kinds of values that age so.
    pub kinds: Vec<ValueKind>,
    /// The score of what was seen just now.
    pub base: u32,
    /// After so many days nothing is left of it.
    pub lifetime_days: u32,
    /// How it falls, as a fraction.
    pub speed: (u32, u32),
    /// Machines are given what has at least this score.
    pub threshold: u32,
    /// For what is seen last from this day in Japan on.
    pub valid_from: Date,
    /// The greatest age with at least the threshold, in seconds.
    #[serde(skip)]
    lasts_s: u64,
}

impl Model {
    fn lifetime_s(&self) -> u64 {
        u64::from(self.lifetime_days) * DAY_S
    }

    fn check(&self) -> Result<(), &'static str> {
        let (above, below) = self.speed;
        let powers = 1..=MAX_POWER;
        if !(1..=MAX_LIFETIME_DAYS).contains(&self.lifetime_days) {
            return Err("its lifetime is nothing, or too long");
        }
        if !powers.contains(&above) || !powers.contains(&below) {
            return Err("its speed is no fraction of 1, 2 and 3");
        }
        if !(1..=MAX_BASE).contains(&self.base) || !(1..=self.base).contains(&self.threshold) {
            return Err("its base is not 1 to 100, or its threshold not between 1 and the base");
        }
        match self.kinds.is_empty() || self.code.is_empty() {
            true => Err("it has no code or no kinds"),
            false => Ok(()),
        }
    }

    /// Whether the score at an age, in whole hours, is at least `score`. With speed p/q this is
    /// tᑫ × baseᵖ ≤ τᑫ × (base − score)ᵖ, which whole numbers can say.
    fn is_at_least(&self, age_s: u64, score: u32) -> bool {
        if score == 0 {
            return true;
        }
        let (above, below) = self.speed;
        let lifetime_s = self.lifetime_s();
        let hours_s = age_s - age_s % HOUR_S;
        let age = u128::from(hours_s.min(lifetime_s)).pow(below);
        let lifetime = u128::from(lifetime_s).pow(below);
        let base = u128::from(self.base).pow(above);
        let left = u128::from(self.base.saturating_sub(score)).pow(above);
        age * base <= lifetime * left
    }

    /// The score at an age in seconds, of which whole hours count; rounded down.
    pub fn score(&self, age_s: u64) -> u32 {
        let (mut low, mut high) = (0, self.base);
        while low < high {
            let middle = (low + high).div_ceil(2);
            match self.is_at_least(age_s, middle) {
                true => low = middle,
                false => high = middle - 1,
            }
        }
        low
    }

    /// The score at `now` of what was seen last at `seen_at`. What is said to be seen later counts as seen now.
    pub fn score_at(&self, seen_at: Timestamp, now: Timestamp) -> u32 {
        let age_s = now.duration_since(seen_at).as_secs();
        self.score(u64::try_from(age_s).unwrap_or(0))
    }

    /// The greatest age with at least the threshold, in seconds.
    pub const fn lasts_s(&self) -> u64 {
        self.lasts_s
    }

    fn reckon_lasts_s(&self) -> u64 {
        let (mut low, mut high) = (0, self.lifetime_s());
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            match self.is_at_least(middle, self.threshold) {
                true => low = middle,
                false => high = middle - 1,
            }
        }
        low
    }

    /// From when on the score is below the threshold.
    pub fn fades_at(&self, seen_at: Timestamp) -> Timestamp {
        let after_s = i64::try_from(self.lasts_s.saturating_add(1)).unwrap_or(i64::MAX);
        let fades_at = seen_at.checked_add(SignedDuration::from_secs(after_s));
        fades_at.unwrap_or(Timestamp::MAX)
    }
}

/// All models, by time.
#[derive(Debug, Clone, Default)]
pub struct Models(Vec<Model>);

/// The models this program was built with. A test reads them: here they cannot be wrong.
static BUILTIN: LazyLock<Models> = LazyLock::new(|| {
    let read = Models::parse(include_str!("../../../../data/decay.toml"));
    read.unwrap_or_default()
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    model: Vec<Model>,
}

impl Models {
    /// The models this program was built with.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Reads models.
    ///
    /// # Errors
    /// When the text is no such file, or a model makes no sense.
    pub fn parse(text: &str) -> Result<Self, ModelsError> {
        let File { model: mut models } = toml::from_str(text)?;
        for model in &mut models {
            model.check().map_err(|why| ModelsError::Model {
                code: model.code.clone(),
                from: model.valid_from,
                why,
            })?;
            model.lasts_s = model.reckon_lasts_s();
        }
        models.sort_by_key(|model| model.valid_from);
        Ok(Self(models))
    }

    /// All of them, the oldest first.
    pub fn all(&self) -> &[Model] {
        &self.0
    }

    /// The model for a kind of value that was seen last then; `None` where the kind does not age.
    pub fn of(&self, kind: ValueKind, seen_at: Timestamp) -> Option<&Model> {
        let day = day_of(seen_at);
        let mut fitting = self.0.iter().filter(|model| model.kinds.contains(&kind));
        let first = fitting.next()?;
        let mut later = fitting.filter(|model| model.valid_from <= day);
        Some(later.next_back().unwrap_or(first))
    }
}
