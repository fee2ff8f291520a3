//! The sections of the house, and which of them a role uses.

use kaname_kernel::Role::{
    self, Administrator, Analyst, Auditor, Member, Provider, Releaser, Steward,
};

use super::WhoAmI;
use crate::text::{Count, Text};

/// A room a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// What waits for the reader.
    Now,
    /// The own party's reports.
    Submissions,
    /// Reports being analysed.
    Triage,
    /// Items on their way out: consent, second officer, released.
    Desk,
    /// What the reader's party received.
    Library,
    /// Victim records that providers have shown to the reader's party.
    Records,
    /// Parties, groups, contact points.
    Directory,
    /// Requests for cooperation.
    Requests,
    /// Ledger and openings of sealed providers.
    Ledger,
    /// Who may do what.
    Policy,
    /// The reader's own account.
    Account,
    /// A page of no section (signing in, errors).
    Elsewhere,
}

impl Section {
    const SHARING: [Self; 5] = [
        Self::Submissions,
        Self::Triage,
        Self::Desk,
        Self::Library,
        Self::Records,
    ];
    const MANAGING: [Self; 4] = [Self::Directory, Self::Requests, Self::Ledger, Self::Policy];

    /// Where its first page is.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Now | Self::Elsewhere => "/",
            Self::Submissions => "/submissions",
            Self::Triage => "/triage",
            Self::Desk => "/desk",
            Self::Library => "/library",
            Self::Records => "/records",
            Self::Directory => "/directory",
            Self::Requests => "/requests",
            Self::Ledger => "/ledger",
            Self::Policy => "/policy",
            Self::Account => "/account",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Now | Self::Elsewhere => "common-nav-now",
            Self::Submissions => "common-nav-submissions",
            Self::Triage => "common-nav-triage",
            Self::Desk => "common-nav-desk",
            Self::Library => "common-nav-library",
            Self::Records => "common-nav-records",
            Self::Directory => "common-nav-directory",
            Self::Requests => "common-nav-requests",
            Self::Ledger => "common-nav-ledger",
            Self::Policy => "common-nav-policy",
            Self::Account => "common-nav-account",
        }
    }

    /// Roles that use it. What each may do there is the policy's business; this only keeps rooms
    /// out of sight in which a role has nothing to do.
    const fn used_by(self) -> &'static [Role] {
        match self {
            Self::Now | Self::Account | Self::Elsewhere => &Role::ALL,
            Self::Submissions => &[Provider],
            Self::Triage => &[Analyst],
            Self::Desk => &[Analyst, Releaser, Auditor],
            Self::Library => &[Analyst, Releaser, Provider, Member],
            Self::Records => &[Member],
            Self::Directory => &[Administrator, Auditor, Analyst, Releaser, Steward],
            Self::Requests => &[Administrator, Analyst, Steward],
            Self::Ledger => &[Auditor, Administrator],
            Self::Policy => &[Administrator, Auditor, Steward],
        }
    }
}

/// Sections under one heading; the first group has none.
#[derive(Debug, Clone)]
pub struct NavGroup {
    /// The heading.
    pub heading: Option<String>,
    /// Its sections.
    pub items: Vec<NavItem>,
}

/// One section in the side navigation.
#[derive(Debug, Clone)]
pub struct NavItem {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: &'static str,
    /// Whether the page shown belongs to it.
    pub here: bool,
    /// How many things wait there; `None` for none.
    pub waiting: Option<Count>,
}

/// The sections that the person uses. Nobody signed in: none.
pub(super) fn nav(who: Option<&WhoAmI>, here: Section, text: Text) -> Vec<NavGroup> {
    let Some(who) = who else { return Vec::new() };
    let group = |heading: Option<&str>, sections: &[Section]| NavGroup {
        heading: heading.map(|key| text.t(key).into_owned()),
        items: sections
            .iter()
            .filter(|section| who.uses(**section))
            .map(|section| item(who, *section, here, text))
            .collect(),
    };
    let mut groups = vec![
        group(None, &[Section::Now]),
        group(Some("common-nav-group-sharing"), &Section::SHARING),
        group(Some("common-nav-group-managing"), &Section::MANAGING),
        group(Some("common-nav-group-own"), &[Section::Account]),
    ];
    groups.retain(|group| !group.items.is_empty());
    groups
}

impl WhoAmI {
    /// Whether a role uses the section. The room of victim records is there for those who were shown one:
    /// it stands among what may wait for them.
    fn uses(&self, section: Section) -> bool {
        let by_role = section
            .used_by()
            .iter()
            .any(|role| self.roles.contains(role));
        let has_any = || self.waiting.iter().any(|(of, _)| *of == section);
        by_role && (section != Section::Records || has_any())
    }
}

fn item(who: &WhoAmI, section: Section, here: Section, text: Text) -> NavItem {
    let waiting = who
        .waiting
        .iter()
        .find(|(of, count)| *of == section && !count.is_zero());
    NavItem {
        label: text.t(section.key()).into_owned(),
        href: section.path(),
        here: section == here,
        waiting: waiting.map(|(_, count)| *count),
    }
}
