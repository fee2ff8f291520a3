//! Searches that a person keeps, and is told of when they find something new. Nobody else sees what somebody
//! searches for.

use jiff::Timestamp;
use kaname_kernel::{AccountId, Audience, Clause, Matter, Moment, Projection, Term, Unfit};
use serde::{Deserialize, Serialize};

use crate::refused::{Refused, bounded};

/// Most searches of one person.
pub const MAX_SAVED: usize = 50;
/// Longest name, in bytes.
const MAX_NAME: usize = 300;
/// Longest search, in bytes.
const MAX_QUERY: usize = 4 * super::MAX_CHARS;

/// How soon its owner is told of something new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// Not at all.
    Never,
    /// At most once an hour.
    Hourly,
    /// At most once a day.
    Daily,
}

impl Alert {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Never, Self::Hourly, Self::Daily];

    /// The word in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alert| alert.as_str() == word)
    }
}

/// What is looked for, and how soon it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// What its owner calls it.
    pub name: String,
    /// The search in its canonical form.
    pub query: String,
    /// How soon its owner is told.
    pub alert: Alert,
}

/// How its owner was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// By mail, too.
    Mail,
    /// On the page alone: there is no address, or the hub sends no mail.
    Page,
    /// On the page alone: the mail could not be sent.
    Failed,
}

/// How much a search found among what is new. Each is exact up to ten thousand; one more means more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundNew {
    /// Items.
    pub items: u32,
    /// Threat objects.
    pub objects: u32,
    /// Reports that were handed in, for an owner in triage.
    #[serde(default)]
    pub reports: u32,
    /// Assessments that were written or changed, for an owner who may read them.
    #[serde(default)]
    pub assessments: u32,
    /// Campaigns that were begun or changed, for an owner in triage.
    #[serde(default)]
    pub campaigns: u32,
}

/// Something new that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// What came from this moment on.
    pub from: Timestamp,
    /// And before this one.
    pub until: Timestamp,
    /// How much.
    #[serde(flatten)]
    pub found: FoundNew,
    /// How its owner was told.
    pub notified: Told,
}

/// What can happen to a saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum SavedSearchChange {
    /// Saved.
    Saved {
        /// Whose it is.
        account: AccountId,
        /// What is looked for.
        watched: Watched,
    },
    /// Changed.
    Changed {
        /// What is looked for now.
        watched: Watched,
    },
    /// Found something new.
    Found(News),
    /// Not kept any more.
    Dropped,
}

/// A saved search as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearch {
    /// Whose it is.
    pub account: AccountId,
    /// What is looked for.
    pub watched: Watched,
    /// When it was saved.
    pub saved: Timestamp,
    /// What came from this moment on is new.
    pub seen: Timestamp,
    /// What was found last.
    pub news: Option<News>,
    /// Whether it is not kept any more.
    pub dropped: bool,
}

impl FoundNew {
    /// Whether something is among it that officers alone are told of.
    #[must_use]
    pub const fn is_for_officers(&self) -> bool {
        self.reports > 0 || self.assessments > 0 || self.campaigns > 0
    }
}

impl SavedSearch {
    /// State of those that are looked at by themselves.
    pub const WATCHED: &str = "watched";
    /// State of those that are only kept.
    pub const KEPT: &str = "kept";

    fn state(&self) -> &'static str {
        match (self.dropped, self.watched.alert) {
            (true, _) => "dropped",
            (false, Alert::Never) => Self::KEPT,
            (false, _) => Self::WATCHED,
        }
    }
}

impl Matter for SavedSearch {
    const KIND: &'static str = "saved_search";
    type Change = SavedSearchChange;

    fn name(change: &SavedSearchChange) -> &'static str {
        match change {
            SavedSearchChange::Saved { .. } => "saved",
            SavedSearchChange::Changed { .. } => "changed",
            SavedSearchChange::Found(_) => "found",
            SavedSearchChange::Dropped => "dropped",
        }
    }

    fn begin(change: &SavedSearchChange, at: &Moment<'_>) -> Result<Self, Unfit> {
        let SavedSearchChange::Saved { account, watched } = change else {
            return Err(at.unfit::<Self>("a search begins with being saved"));
        };
        Ok(Self {
            account: *account,
            watched: watched.clone(),
            saved: at.recorded,
            seen: at.recorded,
            news: None,
            dropped: false,
        })
    }

    fn apply(&mut self, change: &SavedSearchChange, at: &Moment<'_>) -> Result<(), Unfit> {
        match change {
            SavedSearchChange::Saved { .. } => {
                return Err(at.unfit::<Self>("a search is saved once"));
            }
            SavedSearchChange::Changed { watched } => {
                if self.watched.query != watched.query {
                    self.seen = at.recorded;
                    self.news = None;
                }
                self.watched = watched.clone();
            }
            SavedSearchChange::Found(news) => {
                self.seen = news.until;
                self.news = Some(news.clone());
            }
            SavedSearchChange::Dropped => self.dropped = true,
        }
        Ok(())
    }

    /// Its owner's alone; neither what it is called nor what it looks for stands in its row.
    fn project(&self) -> Projection {
        let owner = Clause::any([Term::Person(self.account)]);
        Projection {
            audience: Audience::everyone().and(owner),
            owner: Some(self.account.cast()),
            ..Projection::officers(self.state(), self.saved)
        }
    }
}

/// Saves a search; `kept` is how many its owner has.
///
/// # Errors
/// When its owner has [`MAX_SAVED`], or a part is empty or too long.
pub fn save(
    account: AccountId,
    watched: Watched,
    kept: usize,
) -> Result<SavedSearchChange, Refused> {
    if kept >= MAX_SAVED {
        return Err(Refused::TooMuch {
            field: "saved_searches",
            actual: kept + 1,
            limit: MAX_SAVED,
        });
    }
    let watched = checked(watched)?;
    Ok(SavedSearchChange::Saved { account, watched })
}

/// Changes one.
///
/// # Errors
/// When a part is empty or too long, or nothing would change.
pub fn change_saved(saved: &SavedSearch, watched: Watched) -> Result<SavedSearchChange, Refused> {
    let watched = checked(watched)?;
    if saved.watched == watched {
        return Err(Refused::NoChange);
    }
    Ok(SavedSearchChange::Changed { watched })
}

/// Drops one that is kept.
///
/// # Errors
/// When it is not kept any more.
pub fn drop_saved(saved: &SavedSearch) -> Result<SavedSearchChange, Refused> {
    match saved.dropped {
        true => Err(Refused::NoChange),
        false => Ok(SavedSearchChange::Dropped),
    }
}

fn checked(watched: Watched) -> Result<Watched, Refused> {
    Ok(Watched {
        name: part("name", &watched.name, MAX_NAME)?,
        query: part("query", &watched.query, MAX_QUERY)?,
        alert: watched.alert,
    })
}

fn part(field: &'static str, text: &str, limit: usize) -> Result<String, Refused> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refused::Empty { field });
    }
    bounded(field, text.len(), limit)?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_before_reports_were_counted_still_reads() {
        let told = r#"{"what":"found","from":"2026-11-20T01:00:00Z","until":"2026-11-20T02:00:00Z",
                       "items":2,"objects":5,"notified":"mail"}"#;
        let change: SavedSearchChange = serde_json::from_str(told).unwrap();
        let SavedSearchChange::Found(news) = change else {
            panic!("{change:?}");
        };
        let found = FoundNew {
            items: 2,
            objects: 5,
            ..FoundNew::default()
        };
        assert_eq!(news.found, found);
        assert!(!news.found.is_for_officers());
    }

    #[test]
    fn how_much_was_found_stands_beside_when_as_it_always_did() {
        let news = News {
            from: "2026-11-20T01:00:00Z".parse().unwrap(),
            until: "2026-11-20T02:00:00Z".parse().unwrap(),
            found: FoundNew {
                items: 1,
                reports: 3,
                ..FoundNew::default()
            },
            notified: Told::Page,
        };
        let told = serde_json::to_string(&SavedSearchChange::Found(news.clone())).unwrap();
        let before = r#"{"what":"found","from":"2026-11-20T01:00:00Z","until":"2026-11-20T02:00:00Z","items":1,"objects":0,"reports":3,"assessments":0,"campaigns":0,"notified":"page"}"#;
        assert_eq!(told, before);
        let read: SavedSearchChange = serde_json::from_str(&told).unwrap();
        assert_eq!(read, SavedSearchChange::Found(news));
    }
}
