//! Why a command on the directory was refused.

use crate::text::BadText;

/// A command that may not be carried out as asked. Nothing changed.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum Refused {
    /// A field's text does not fit.
    #[error(transparent)]
    Text(#[from] BadText),
    /// More entries than a field holds.
    #[error("{field}: {count} entries are over the limit of {limit}")]
    TooMany {
        /// The field.
        field: &'static str,
        /// How many were given.
        count: usize,
        /// How many it holds.
        limit: usize,
    },
    /// A code that is not in the dated data, or not in force on the day.
    #[error("{field}: `{code}` is not in force on {on}")]
    NotInForce {
        /// The field.
        field: &'static str,
        /// The code.
        code: String,
        /// The day asked about.
        on: jiff::civil::Date,
    },
    /// What the matter has become does not allow it.
    #[error("{what}: {why}")]
    State {
        /// What was asked.
        what: &'static str,
        /// Why it can't be done now.
        why: Why,
    },
}

impl Refused {
    pub(crate) fn state<T>(what: &'static str, why: Why) -> Result<T, Self> {
        Err(Self::State { what, why })
    }
}

pub(crate) fn at_most(field: &'static str, count: usize, limit: usize) -> Result<(), Refused> {
    if count > limit {
        return Err(Refused::TooMany {
            field,
            count,
            limit,
        });
    }
    Ok(())
}

macro_rules! whys {
    ($($variant:ident, $key:literal, $sentence:literal;)*) => {
        /// Why what a matter has become does not allow a command.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Why { $( #[doc = $sentence] $variant, )* }

        impl Why {
            /// All of them.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// Key of the message in the Fluent files.
            pub const fn key(self) -> &'static str {
                match self { $( Self::$variant => $key, )* }
            }

            /// The sentence for logs and the API.
            pub const fn sentence(self) -> &'static str {
                match self { $( Self::$variant => $sentence, )* }
            }
        }
    };
}

whys! {
    AlreadyAccepted, "refused-already-accepted", "this version is already accepted";
    AlreadyAdded, "refused-already-added", "it is already added";
    AlreadyDisabled, "refused-already-disabled", "it is already disabled";
    AlreadyInGroup, "refused-already-in-group", "the party is already in it";
    AlreadyLinked, "refused-already-linked", "it is already linked";
    AlreadyRevoked, "refused-already-revoked", "it is already revoked";
    BeforeRegistration, "refused-before-registration", "it was registered only after that day";
    ContactUnreachable, "refused-contact-unreachable", "a contact has neither mail nor telephone";
    DeadlineNotLater, "refused-deadline-not-later", "a deadline is only moved later, into the future";
    DeadlinePast, "refused-deadline-past", "the deadline has passed already";
    DutyNotBinding, "refused-duty-not-binding", "the duty does not bind on that day";
    DutyNotNamed, "refused-duty-not-named", "a breach of duty names the duty";
    EndsBeforeBegin, "refused-ends-before-begin", "it would end before it begins";
    EntryClosed, "refused-entry-closed", "the entry is closed";
    ExpiredAlready, "refused-expired-already", "it would have expired already";
    GroupClosed, "refused-group-closed", "the group is closed";
    LaterMembership, "refused-later-membership", "a later membership is already entered";
    MemberOfItself, "refused-member-of-itself", "an ISAC is not a member of itself";
    NoClass, "refused-no-class", "a member has at least one class";
    NoMembership, "refused-no-membership", "no membership is in force on that day";
    NoPower, "refused-no-power", "it gives no power on any day";
    NoRole, "refused-no-role", "an account has at least one role";
    NoScope, "refused-no-scope", "a key has at least one scope";
    NoSuchPower, "refused-no-such-power", "no powers of that party reach to that day";
    NoneSet, "refused-none-set", "none is set";
    NotDisabled, "refused-not-disabled", "it is not disabled";
    NotInGroup, "refused-not-in-group", "the party is not in it";
    NotLinked, "refused-not-linked", "it is not linked";
    NotThisAccounts, "refused-not-this-accounts", "it is not one of this account";
    NotToldYet, "refused-not-told-yet", "the party was not told yet";
    OfficerOutsideHub, "refused-officer-outside-hub", "officers belong to the party that runs the hub";
    OfficerWithoutFactor, "refused-officer-without-factor", "an officer keeps at least one second factor";
    OtherParty, "refused-other-party", "the party given is another";
    OtherTextVersion, "refused-other-text-version", "the text has another version now; read it again";
    PartyRetired, "refused-party-retired", "the party is retired";
    PowerFromItself, "refused-power-from-itself", "a party needs no powers from itself";
    RequestClosed, "refused-request-closed", "the request is closed";
    RunsThisHub, "refused-runs-this-hub", "it runs this hub";
    StewardOfHub, "refused-steward-of-hub", "the hub's accounts are managed by its administrators";
    ToldBefore, "refused-told-before", "it was told before";
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.sentence())
    }
}
