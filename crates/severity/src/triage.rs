//! Triage priority after the published demonstration model of the National Cyber Incident Scoring
//! System: how urgent an incident is *while* it lasts. It is no severity level, and no function of this
//! crate takes both.

use serde::Serialize;

use crate::{
    Words,
    fields::Fields,
    flaw::{Fault, Flaw},
    policy::{document, schema},
};

const BUILTIN: &str = include_str!("../data/triage-nciss-demo.toml");

const SCHEMA: &str = "kaname.triage-policy/1";

/// Longest file, in bytes.
const LONGEST: usize = 256 << 10;

/// Weighted questions with their answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriagePolicy {
    /// Its name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The questions, in the order of the file.
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its code.
    pub code: String,
    /// Its words.
    pub label: Words,
    /// Its weight.
    pub weight: u32,
    /// The answers it has.
    pub answers: Vec<Answer>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its code.
    pub code: String,
    /// Its words.
    pub label: Words,
    /// Its value, 0 to 100.
    pub value: u32,
}

/// A priority in tenths of a point, 0 to 1,000. It is deliberately not comparable with a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct TriagePriority(u32);

impl TriagePriority {
    /// In tenths of a point: 860 is 86.0.
    #[must_use]
    pub fn tenths(self) -> u32 {
        self.0
    }
}

/// Why there is no priority.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    /// A question has no answer, or more than one.
    #[error("`{0}` needs exactly one answer")]
    Unanswered(String),
    /// There is no such question or answer.
    #[error("`{question}` has no answer `{answer}`")]
    Unknown {
        /// The question.
        question: String,
        /// The answer.
        answer: String,
    },
}

impl TriagePolicy {
    /// The policy shipped with the program: the weights and values of the published demonstration.
    ///
    /// # Errors
    /// None in a build that passed its tests.
    pub fn builtin() -> Result<Self, Flaw> {
        Self::read(BUILTIN)
    }

    /// Reads a triage policy.
    ///
    /// # Errors
    /// The first fault, with its line.
    pub fn read(text: &str) -> Result<Self, Flaw> {
        policy(text).map_err(|fault| fault.in_text(text))
    }

    /// 100 × (Σ weight × value − least) / (most − least), in tenths, a half rounded up.
    ///
    /// # Errors
    /// A question without exactly one known answer.
    pub fn priority(&self, answers: &[(&str, &str)]) -> Result<TriagePriority, BadAnswer> {
        for (question, answer) in answers {
            let known = self.questions.iter().find(|known| known.code == *question);
            if !known.is_some_and(|known| known.answers.iter().any(|has| has.code == *answer)) {
                return Err(BadAnswer::Unknown {
                    question: (*question).to_owned(),
                    answer: (*answer).to_owned(),
                });
            }
        }
        let (mut sum, mut least, mut most) = (0, 0, 0);
        for question in &self.questions {
            let mut given = answers.iter().filter(|(code, _)| *code == question.code);
            let (Some((_, answer)), None) = (given.next(), given.next()) else {
                return Err(BadAnswer::Unanswered(question.code.clone()));
            };
            let values = question.answers.iter().map(|answer| answer.value);
            least += question.weight * values.clone().min().unwrap_or(0);
            most += question.weight * values.max().unwrap_or(0);
            let answer = question.answers.iter().find(|known| known.code == *answer);
            sum += question.weight * answer.map_or(0, |answer| answer.value);
        }
        let span = most - least;
        Ok(TriagePriority((1_000 * (sum - least) + span / 2) / span))
    }
}

fn policy(text: &str) -> Result<TriagePolicy, Fault> {
    let whole = document(text, LONGEST)?;
    let keys = ["schema", "id", "version", "question"];
    let file = Fields::new(whole.get_ref(), whole.span(), &keys)?;
    schema(&file, SCHEMA)?;
    let mut questions: Vec<Question> = Vec::new();
    let mut differs = false;
    for entry in file.list("question")? {
        let entry = Fields::of(entry, "question", &["code", "ja", "en", "weight", "answer"])?;
        let question = Question {
            code: entry.code("code", "_-", 40)?.to_owned(),
            label: entry.words()?,
            weight: small(&entry, "weight")?,
            answers: answers(&entry)?,
        };
        if questions.len() == 32 || questions.iter().any(|known| known.code == question.code) {
            return Err(entry.fault("code", "occurs twice, or is the 33rd question"));
        }
        let first = question.answers.first().map(|answer| answer.value);
        differs |= question.weight > 0
            && question
                .answers
                .iter()
                .any(|answer| Some(answer.value) != first);
        questions.push(question);
    }
    if !differs {
        return Err(file.fault("question", "no answer makes a difference"));
    }
    Ok(TriagePolicy {
        id: file.code("id", ".-_", 100)?.to_owned(),
        version: file.text("version")?.to_owned(),
        questions,
    })
}

fn answers(question: &Fields<'_, '_>) -> Result<Vec<Answer>, Fault> {
    let mut answers: Vec<Answer> = Vec::new();
    for entry in question.list("answer")? {
        let entry = Fields::of(entry, "answer", &["code", "ja", "en", "value"])?;
        let answer = Answer {
            code: entry.code("code", "_-", 40)?.to_owned(),
            label: entry.words()?,
            value: small(&entry, "value")?,
        };
        if answers.iter().any(|known| known.code == answer.code) {
            return Err(entry.fault("code", "occurs twice"));
        }
        answers.push(answer);
    }
    if answers.is_empty() {
        return Err(question.fault("answer", "is empty"));
    }
    Ok(answers)
}

fn small(fields: &Fields<'_, '_>, key: &str) -> Result<u32, Fault> {
    Ok(u32::try_from(fields.number(key, 0, 100)?).unwrap_or(100))
}
