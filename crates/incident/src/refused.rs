//! Why a command does not do what was asked, with its sentence in both languages.

use jiff::Timestamp;
use kaname_directory::Lang;
use kaname_severity::NotFinal;

/// A command's refusal. Each carries what a person needs to go on; [`Refused::code`] is its name for programs,
/// [`Refused::sentence`] what people read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The matter is in another state than the command needs.
    #[error("{matter} is {state}; {needs} is needed")]
    State {
        /// Kind of the matter.
        matter: &'static str,
        /// The state it is in.
        state: &'static str,
        /// The states in which it could be done, joined by commas.
        needs: String,
    },
    /// A reason has to be given.
    #[error("a reason is needed")]
    ReasonMissing,
    /// A part that must be filled is empty.
    #[error("{field} is empty")]
    Empty {
        /// Which.
        field: &'static str,
    },
    /// Longer or more than allowed.
    #[error("{field} has {actual}, the limit is {limit}")]
    TooMuch {
        /// Which.
        field: &'static str,
        /// How much was given.
        actual: usize,
        /// How much is allowed.
        limit: usize,
    },
    /// A value outside what is allowed.
    #[error("{field} is not within {allowed}")]
    OutOfBounds {
        /// Which.
        field: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A control or direction-changing sign.
    #[error("{field} has a control character")]
    Control {
        /// Which.
        field: &'static str,
    },
    /// A word that the dated data does not have on the day.
    #[error("{field}: `{word}` is not in the dated data")]
    Unknown {
        /// Which field.
        field: &'static str,
        /// The word.
        word: String,
    },
    /// One moment has to lie before the other.
    #[error("{first} is after {second}")]
    Order {
        /// What has to come first.
        first: &'static str,
        /// What has to come after it.
        second: &'static str,
    },
    /// Nothing would change.
    #[error("nothing would change")]
    NoChange,
    /// There is no such part of the matter.
    #[error("there is no {what} {number}")]
    NoSuch {
        /// Kind of the part.
        what: &'static str,
        /// Its number.
        number: u32,
    },
    /// It is there already.
    #[error("{what} is there already")]
    AlreadyThere {
        /// What.
        what: &'static str,
    },
    /// It is not there.
    #[error("{what} is not there")]
    NotThere {
        /// What.
        what: &'static str,
    },
    /// Only a person may do that.
    #[error("only a person may do that")]
    NotAPerson,
    /// Two persons are needed, and it was one.
    #[error("the one who proposed it does not approve it")]
    SamePerson,
    /// Only whom it was given to may do that.
    #[error("only {whose} may do that")]
    NotTheirs {
        /// Who may.
        whose: &'static str,
    },
    /// Something is still open.
    #[error("{count} {what} are open")]
    Open {
        /// What.
        what: &'static str,
        /// How many.
        count: usize,
    },
    /// Incidents of two operators do not become one.
    #[error("they belong to different operators; an impact case takes them together")]
    OtherOperator,
    /// Two different things that have to be one are given.
    #[error("{what} does not belong to it")]
    OtherWhole {
        /// What.
        what: &'static str,
    },
    /// The roster is another party's.
    #[error("the roster is another party's")]
    OtherParty,
    /// Nobody on the roster may read it.
    #[error("nobody on the roster may read it")]
    NobodyMayRead,
    /// It is not time yet.
    #[error("it is not due before {at}")]
    NotDue {
        /// When it is.
        at: Timestamp,
    },
    /// The word that acknowledges is unknown or was used.
    #[error("the token is unknown, or was used")]
    BadToken,
    /// The rating may not be final.
    #[error("the rating may not be final: {0}")]
    NotFinal(NotFinal),
    /// What was rated is no longer what is known.
    #[error("observations were changed since it was rated")]
    RatedBefore,
}

impl From<NotFinal> for Refused {
    fn from(why: NotFinal) -> Self {
        Self::NotFinal(why)
    }
}

impl Refused {
    /// Its name for programs, which stays.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::State { .. } => "state",
            Self::ReasonMissing => "reason_missing",
            Self::Empty { .. } => "empty",
            Self::TooMuch { .. } => "too_much",
            Self::OutOfBounds { .. } => "out_of_bounds",
            Self::Control { .. } => "control",
            Self::Unknown { .. } => "unknown_word",
            Self::Order { .. } => "order",
            Self::NoChange => "no_change",
            Self::NoSuch { .. } => "no_such",
            Self::AlreadyThere { .. } => "already_there",
            Self::NotThere { .. } => "not_there",
            Self::NotAPerson => "not_a_person",
            Self::SamePerson => "same_person",
            Self::NotTheirs { .. } => "not_theirs",
            Self::Open { .. } => "open",
            Self::OtherOperator => "other_operator",
            Self::OtherWhole { .. } => "other_whole",
            Self::OtherParty => "other_party",
            Self::NobodyMayRead => "nobody_may_read",
            Self::NotDue { .. } => "not_due",
            Self::BadToken => "bad_token",
            Self::NotFinal(_) => "not_final",
            Self::RatedBefore => "rated_before",
        }
    }

    /// What people read: what is wrong and what to do.
    pub fn sentence(&self, lang: Lang) -> String {
        match lang {
            Lang::Ja => self.japanese(),
            Lang::En => self.english(),
        }
    }

    fn japanese(&self) -> String {
        match self {
            Self::State { state, needs, .. } => {
                format!("いまの状態（{state}）ではできません。できるのは {needs} のときです。")
            }
            Self::ReasonMissing => "理由を書いてください。".to_owned(),
            Self::Empty { field } => format!("{field} が空です。書いてください。"),
            Self::TooMuch {
                field,
                actual,
                limit,
            } => format!("{field} は {limit} までです（{actual} ありました）。減らしてください。"),
            Self::OutOfBounds { field, allowed } => {
                format!("{field} は {allowed} の範囲で指定してください。")
            }
            Self::Control { field } => {
                format!("{field} に制御文字があります。取り除いてください。")
            }
            Self::Unknown { field, word } => format!(
                "{field} の「{word}」は、その日の一覧にありません。一覧から選んでください。"
            ),
            Self::Order { first, second } => {
                format!("{first} は {second} より前でなければなりません。日時を確かめてください。")
            }
            Self::NoChange => "何も変わりません。".to_owned(),
            Self::NoSuch { what, number } => {
                format!("{what} の {number} 番はありません。番号を確かめてください。")
            }
            Self::AlreadyThere { what } => format!("{what} は既にあります。"),
            Self::NotThere { what } => format!("{what} はありません。"),
            Self::NotAPerson => {
                "人が行うことです。サインインした担当者が行ってください。".to_owned()
            }
            Self::SamePerson => {
                "提案した人と承認する人は別でなければなりません。別の担当者が承認してください。"
                    .to_owned()
            }
            Self::NotTheirs { whose } => format!("行えるのは {whose} だけです。"),
            Self::Open { what, count } => {
                format!("{what} が {count} 件終わっていません。先に終わらせてください。")
            }
            Self::OtherOperator => {
                "事業者が異なるので一つの案件にはできません。影響事案にまとめてください。"
                    .to_owned()
            }
            Self::OtherWhole { what } => format!("{what} は、この案件のものではありません。"),
            Self::OtherParty => "当番表が別の組織のものです。".to_owned(),
            Self::NobodyMayRead => {
                "当番表に、これを読める人がいません。当番表か共有範囲を確かめてください。"
                    .to_owned()
            }
            Self::NotDue { at } => format!("まだその時ではありません（{at} から）。"),
            Self::BadToken => {
                "確認の符号が違うか、使われています。新しい知らせの符号を使ってください。"
                    .to_owned()
            }
            Self::NotFinal(why) => format!("確定の評価にはできません。{}", not_final(why)),
            Self::RatedBefore => {
                "評価した後に観測が変わりました。評価し直してください。".to_owned()
            }
        }
    }

    fn english(&self) -> String {
        match self {
            Self::State { state, needs, .. } => {
                format!("This can't be done while it is {state}; it can while it is {needs}.")
            }
            Self::ReasonMissing => "Give a reason.".to_owned(),
            Self::Empty { field } => format!("{field} is empty: fill it in."),
            Self::TooMuch {
                field,
                actual,
                limit,
            } => format!("{field} may have {limit} at most, and has {actual}: make it less."),
            Self::OutOfBounds { field, allowed } => format!("{field} must be within {allowed}."),
            Self::Control { field } => {
                format!("{field} has a control character: take it out.")
            }
            Self::Unknown { field, word } => {
                format!("{field}: “{word}” is not in that day's list. Choose from the list.")
            }
            Self::Order { first, second } => {
                format!("{first} must be before {second}. Check the times.")
            }
            Self::NoChange => "Nothing would change.".to_owned(),
            Self::NoSuch { what, number } => {
                format!("There is no {what} {number}. Check the number.")
            }
            Self::AlreadyThere { what } => format!("{what} is there already."),
            Self::NotThere { what } => format!("{what} is not there."),
            Self::NotAPerson => "A person has to do this: sign in as an officer.".to_owned(),
            Self::SamePerson => {
                "Who proposed it does not approve it: another officer has to.".to_owned()
            }
            Self::NotTheirs { whose } => format!("Only {whose} may do this."),
            Self::Open { what, count } => {
                format!("{count} {what} are not finished: finish them first.")
            }
            Self::OtherOperator => {
                "They belong to different operators: take them together in an impact case."
                    .to_owned()
            }
            Self::OtherWhole { what } => format!("{what} does not belong to this case."),
            Self::OtherParty => "The roster is another organisation's.".to_owned(),
            Self::NobodyMayRead => {
                "Nobody on the roster may read it: check the roster, or who it is shared with."
                    .to_owned()
            }
            Self::NotDue { at } => format!("It is not time yet: from {at} on."),
            Self::BadToken => {
                "The token is unknown or was used: take that of the latest notice.".to_owned()
            }
            Self::NotFinal(why) => format!("It can't be a final rating: {why}."),
            Self::RatedBefore => {
                "Observations were changed since it was rated: rate it again.".to_owned()
            }
        }
    }
}

/// Why a rating may not be final, in Japanese; in English the reason says itself.
fn not_final(why: &NotFinal) -> String {
    match why {
        NotFinal::OutOfScope => "評価の対象外の事案なので、段階は内部の参考値です。".to_owned(),
        NotFinal::NotInForce => "評価基準が施行中のものではありません。".to_owned(),
        NotFinal::NotValid(day) => format!("評価基準は {day} には有効ではありません。"),
        NotFinal::Persons { needed } => {
            format!("役割ごとに異なる {needed} 人が必要です。")
        }
        NotFinal::Interval => "段階に幅があります。承認者が選び、理由を書いてください。".to_owned(),
        NotFinal::Chosen { low, high } => {
            format!("選ぶ段階は {low} から {high} の間で、理由が要ります。")
        }
        NotFinal::Unknown(names) => format!(
            "分かっていないものがあります（{}）。それでも確定する理由を書いてください。",
            names.join("、")
        ),
        NotFinal::Revision => "改定する評価と理由を書いてください。".to_owned(),
    }
}
