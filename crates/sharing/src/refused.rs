//! Why a command does not do what was asked.

/// A command's refusal. Each carries what a person needs to go on; [`Refused::key`] names its message
/// in the Fluent files, [`Refused::details`] what the message mentions.
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
        needs: &'static str,
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
    #[error("{field} is not within its bounds")]
    OutOfBounds {
        /// Which.
        field: &'static str,
    },
    /// Not the provider behind this handle.
    #[error("only the provider of this matter may do that")]
    NotOwner,
    /// Not the officer who is assigned.
    #[error("only the assigned analyst may do that")]
    NotAssigned,
    /// What a provider is told names another report.
    #[error("the reason names another report: the provider would read its number")]
    NamesAnother,
    /// The officer belongs to the provider's party.
    #[error("the officer belongs to the provider's party")]
    OwnParty,
    /// The releasing officer also derived.
    #[error("who derived an item does not release it")]
    SamePerson,
    /// Consent was given to, or is asked for, other bytes.
    #[error("the consent covers other contents than the present ones")]
    OtherManifest,
    /// The directory says something else of whom an item names than its provider read before it consented.
    #[error("a name, membership or duty of whom it names has changed since consent")]
    ToldOtherwise,
    /// Traces of the provider are neither removed nor accepted.
    #[error("{open} traces of the provider are open")]
    OpenTraces {
        /// How many.
        open: usize,
    },
    /// With what the directory says now the checklist finds more than somebody has looked at.
    #[error("the checklist finds more than was looked at")]
    FoundSince,
    /// Words that are shown without a name say whose they are.
    #[error("the comment names its own organisation: {found}")]
    NamesItself {
        /// Which of them do.
        found: String,
    },
    /// There is no such row in the checklist.
    #[error("no such row in the checklist")]
    NoSuchTrace,
    /// The time for an answer is over.
    #[error("the deadline for an answer has passed")]
    DeadlinePassed,
    /// The deadline is not over yet.
    #[error("the deadline has not passed yet")]
    NotDue,
    /// Valid until a moment that is past.
    #[error("the validity has ended")]
    NoLongerValid,
    /// TLP and named readers do not go together: nobody would see it.
    #[error("with this marking and these names nobody would see it")]
    Nobody,
    /// An object that would be served is not right.
    #[error("object {index} is not valid: {what}")]
    BadObject {
        /// Which, from 0.
        index: usize,
        /// What is wrong.
        what: String,
    },
    /// A name in a place where only certain signs may stand.
    #[error("{field} may hold only {allowed}")]
    BadName {
        /// Which.
        field: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The provider has not answered the last request yet.
    #[error("a request is open until it is answered or its deadline passes")]
    AlreadyAsked,
    /// Nothing is asked that could be answered.
    #[error("nothing is asked any more")]
    NotAsked,
    /// The hub's own party or one of its people is named as a reader of a victim record.
    #[error("a victim record is not shown to the hub itself")]
    HubItself,
    /// Nothing would change.
    #[error("nothing would change")]
    NoChange,
    /// A campaign has reports, of which at least one stays; a new one begins with two.
    #[error("a campaign needs more reports than that")]
    TooFewReports,
    /// A report is not in the campaign.
    #[error("a report is not in this campaign")]
    NotInside,
    /// What an officer calls a campaign says a value: values show within an opening only.
    #[error("the title says a value; values show within an opening only")]
    TellsValue,
    /// What an officer calls a campaign names a member, who may be a provider.
    #[error("the title names a member organisation")]
    NamesMember,
    /// It is marked more openly than what it cites.
    #[error("it is marked more openly than what it cites")]
    OpenerThanEvidence,
    /// The hub's own word has no provider to be asked.
    #[error("the hub's own word has no provider to be asked, and is changed where it was written")]
    OwnWord,
    /// Something was done since: that is undone first.
    #[error("something was done since; the last step is undone first")]
    NotTheLast,
    /// Too few organisations reported a false positive.
    #[error("{organisations} organisations reported a false positive; {needed} are needed")]
    TooFew {
        /// How many did.
        organisations: u32,
        /// How many are needed.
        needed: u32,
    },
}

impl Refused {
    /// Name of its message in the Fluent files.
    pub fn key(&self) -> &'static str {
        match self {
            Self::State { .. } => "refused-state",
            Self::ReasonMissing => "refused-reason-missing",
            Self::Empty { .. } => "refused-empty",
            Self::TooMuch { .. } => "refused-too-much",
            Self::OutOfBounds { .. } => "refused-out-of-bounds",
            Self::NotOwner => "refused-not-owner",
            Self::NotAssigned => "refused-not-assigned",
            Self::NamesAnother => "refused-names-another",
            Self::OwnParty => "refused-own-party",
            Self::SamePerson => "refused-same-person",
            Self::OtherManifest => "refused-other-manifest",
            Self::ToldOtherwise => "refused-told-otherwise",
            Self::OpenTraces { .. } => "refused-open-traces",
            Self::FoundSince => "refused-found-since",
            Self::NamesItself { .. } => "refused-names-itself",
            Self::NoSuchTrace => "refused-no-such-trace",
            Self::DeadlinePassed => "refused-deadline-passed",
            Self::NotDue => "refused-not-due",
            Self::NoLongerValid => "refused-no-longer-valid",
            Self::Nobody => "refused-nobody",
            Self::BadObject { .. } => "refused-bad-object",
            Self::BadName { .. } => "refused-bad-name",
            Self::AlreadyAsked => "refused-already-asked",
            Self::NotAsked => "refused-not-asked",
            Self::HubItself => "refused-hub-itself",
            Self::NoChange => "refused-no-change",
            Self::TooFewReports => "refused-too-few-reports",
            Self::NotInside => "refused-not-inside",
            Self::TellsValue => "refused-tells-value",
            Self::NamesMember => "refused-names-member",
            Self::OpenerThanEvidence => "refused-opener-than-evidence",
            Self::OwnWord => "refused-own-word",
            Self::NotTheLast => "refused-not-the-last",
            Self::TooFew { .. } => "refused-too-few",
        }
    }

    /// Names and values that the message mentions.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::State {
                matter,
                state,
                needs,
            } => vec![
                ("matter", (*matter).to_owned()),
                ("state", (*state).to_owned()),
                ("needs", (*needs).to_owned()),
            ],
            Self::Empty { field } | Self::OutOfBounds { field } => {
                vec![("field", (*field).to_owned())]
            }
            Self::TooMuch {
                field,
                actual,
                limit,
            } => vec![
                ("field", (*field).to_owned()),
                ("actual", actual.to_string()),
                ("limit", limit.to_string()),
            ],
            Self::OpenTraces { open } => vec![("open", open.to_string())],
            Self::NamesItself { found } => {
                vec![("field", "comment".to_owned()), ("found", found.clone())]
            }
            Self::BadObject { index, what } => {
                vec![("index", index.to_string()), ("what", what.clone())]
            }
            Self::BadName { field, allowed } => vec![
                ("field", (*field).to_owned()),
                ("allowed", (*allowed).to_owned()),
            ],
            Self::TooFew {
                organisations,
                needed,
            } => vec![
                ("organisations", organisations.to_string()),
                ("needed", needed.to_string()),
            ],
            _ => Vec::new(),
        }
    }
}

/// Longest reason or remark in the clear, in bytes.
pub const MAX_REASON_BYTES: usize = 2_000;

/// A reason that was given, trimmed.
pub(crate) fn reason(given: &str) -> Result<String, Refused> {
    let trimmed = given.trim();
    if trimmed.is_empty() {
        return Err(Refused::ReasonMissing);
    }
    bounded("reason", trimmed.len(), MAX_REASON_BYTES)?;
    Ok(trimmed.to_owned())
}

/// Refuses what is over a limit.
pub(crate) fn bounded(field: &'static str, actual: usize, limit: usize) -> Result<(), Refused> {
    if actual > limit {
        return Err(Refused::TooMuch {
            field,
            actual,
            limit,
        });
    }
    Ok(())
}
