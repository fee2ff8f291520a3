//! Everything someone may do here, by name. Every endpoint and command stands for one of these.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! actions {
    ($($variant:ident, $name:literal, $doc:literal;)*) => {
        /// What someone wants to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Action { $( #[doc = $doc] #[serde(rename = $name)] $variant, )* }

        impl Action {
            /// All actions.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// Name in policies, tables and delegations: noun, dot, verb.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }
        }
    };
}

actions! {
    WorldAdminister, "world.administer", "Change the world itself: rebuild, back up, keys, outlets' settings.";
    PartyManage, "party.manage", "Register and change parties, memberships, delegations.";
    AccountManage, "account.manage", "Open and change accounts.";
    KeyManage, "key.manage", "Issue and revoke API keys.";
    GroupManage, "group.manage", "Found groups, let parties join and leave.";
    CollectionManage, "collection.manage", "Make and change collections.";
    WebhookManage, "webhook.manage", "Set up and remove webhooks.";
    ImportRun, "import.run", "Import objects in bulk.";
    DirectoryRead, "directory.read", "Look parties up.";
    SectorRead, "sector.read", "Read sectors and public bodies on a day.";
    PolicyRead, "policy.read", "Read who may do what and why.";
    LedgerRead, "ledger.read", "Read events of the ledger.";
    LedgerVerify, "ledger.verify", "Get checkpoints and inclusion proofs.";
    VisibilityExplain, "visibility.explain", "Ask why a reader sees an item or not.";
    SessionOwn, "session.own", "List and end the own sessions, change the own second factors.";
    PasswordOwn, "password.own", "Change the own password.";
    SubmissionSubmit, "submission.submit", "Submit a report.";
    SubmissionFollow, "submission.follow", "Ask for the state of a report of the own party.";
    SubmissionReadOwn, "submission.read_own", "Read the own party's reports.";
    DraftOwn, "draft.own", "Keep and read own drafts.";
    TriageList, "triage.list", "See what waits for triage.";
    TriageAssign, "triage.assign", "Take a report into triage.";
    TriageClose, "triage.close", "Close a report.";
    TriageGroup, "triage.group", "Take reports together as campaigns, split, merge, undo, set proposals aside.";
    SealOpen, "seal.open", "Open who stands behind a handle, with a reason.";
    SealReadOpenings, "seal.read_openings", "See who opened a handle, when and why.";
    ItemDerive, "item.derive", "Derive what may be shared from a report.";
    ItemEdit, "item.edit", "Change a derived item.";
    ItemAskConsent, "item.ask_consent", "Ask the provider to consent to a manifest.";
    ItemConsent, "item.consent", "Consent to a manifest.";
    ItemPropose, "item.propose", "Propose changes to a derived item as its provider.";
    ItemRefuse, "item.refuse", "Refuse consent.";
    ItemRelease, "item.release", "Release a consented item.";
    ItemReturn, "item.return", "Send an item back instead of releasing it.";
    ItemWithdraw, "item.withdraw", "Withdraw a released item.";
    ItemReadDesk, "item.read_desk", "Read items at the hub's desks.";
    ItemReadReviews, "item.read_reviews", "See what of what is out waits to be looked at again.";
    ItemReview, "item.review", "Confirm that a released item still holds, or let it end.";
    AssessmentRead, "assessment.read", "Read what the hub itself judges, while it is written.";
    AssessmentWrite, "assessment.write", "Write what the hub itself judges, look through what others wrote.";
    VictimConsent, "victim.consent", "Have a victim record shown to those asked for, or not.";
    VictimRead, "victim.read", "Read victim records shown to the own party.";
    VictimAcknowledge, "victim.acknowledge", "Take note of a victim record that is shown.";
    LibraryRead, "library.read", "Read released items.";
    SearchKeep, "search.keep", "Keep own searches and be told of what they find.";
    FeedRead, "feed.read", "Read feeds.";
    TaxiiRead, "taxii.read", "Read over TAXII.";
    TaxiiPost, "taxii.post", "Post over TAXII.";
    FeedbackGive, "feedback.give", "Answer an item with sightings, usefulness, comments.";
    FeedbackReadOwn, "feedback.read_own", "Read feedback to the own party's items.";
    DeliveryRead, "delivery.read", "See who received and acknowledged what.";
    DeliveryRetry, "delivery.retry", "Queue a delivery that was given up once more.";
    DeliveryAcknowledge, "delivery.acknowledge", "Acknowledge a delivery.";
    ExportSuspendDecide, "export.suspend_decide", "Decide on a suspended blocking export.";
    FunnelRead, "funnel.read", "Read the funnel from received to acknowledged.";
    CooperationRequest, "cooperation.request", "Ask a party for cooperation.";
    CooperationAnswer, "cooperation.answer", "Answer or refuse a request for cooperation.";
    DutyAccept, "duty.accept", "Accept a duty for the own party.";
    BreachRecord, "breach.record", "Keep the breach log.";
    PublicRead, "public.read", "Read what is open to everyone.";
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no action.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an action of the policy")]
pub struct BadAction;

impl FromStr for Action {
    type Err = BadAction;
    fn from_str(text: &str) -> Result<Self, BadAction> {
        let found = Self::ALL
            .iter()
            .copied()
            .find(|action| action.as_str() == text);
        found.ok_or(BadAction)
    }
}
