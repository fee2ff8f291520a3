//! Codes of the dated data, each a type of its own.

use std::{fmt, str::FromStr};

use kaname_directory::{BadText, Code};
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($name:ident, $field:literal, $doc:literal;)*) => { $(
        #[doc = $doc]
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Code);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }
        impl FromStr for $name {
            type Err = BadText;
            fn from_str(text: &str) -> Result<Self, BadText> {
                Code::parse($field, text).map(Self)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )* };
}

codes! {
    EventTypeCode, "event_type", "Code of an event type of the national form, such as `unusable`.";
    CauseCode, "cause", "Code of a cause of the national form, such as `dos`.";
    RuleCode, "rule", "Code of a routing rule, such as `ministry`.";
    FormCode, "form", "Code of the form a recipient gets, such as `ministry-notice`.";
    ObligationCode, "obligation", "Code of a statutory obligation, such as `jp-privacy`.";
    StageCode, "stage", "Code of a stage of an obligation, such as `preliminary`.";
    ListCode, "list", "Code of a list of operators whom a law obliges, such as `jp-special-infrastructure`.";
    CriterionCode, "criterion", "Code of what an obligation asks about an incident, such as `clients`.";
}
