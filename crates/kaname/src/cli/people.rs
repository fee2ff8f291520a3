//! Commands about parties, people, machines and groups.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::day;

/// Commands about parties.
#[derive(Debug, Subcommand)]
pub(crate) enum PartyCommand {
    /// Register a party
    #[command(
        after_help = "Example:\n  kaname party add minato-denryoku --kind operator --name-ja 湊電力株式会社 --name-en 'Minato Electric Power' \\\n      --sector electricity --domain minato-denryoku.example --class general"
    )]
    Add(Box<AddParty>),
    /// List parties
    #[command(after_help = "Example:\n  kaname party list --kind operator")]
    List {
        /// Only of this kind
        #[arg(long)]
        kind: Option<String>,
        /// Only with these words in name or code
        #[arg(long)]
        search: Option<String>,
    },
    /// Show everything known of a party
    #[command(after_help = "Example:\n  kaname party show minato-denryoku --json")]
    Show {
        /// Its code
        code: String,
    },
    /// End dealings with a party
    #[command(
        after_help = "Example:\n  kaname party retire minato-denryoku --on 2027-04-01 --reason 合併のため"
    )]
    Retire {
        /// Its code
        code: String,
        /// First day without it; today when left out
        #[arg(long, value_name = "DAY", value_parser = day)]
        on: Option<Date>,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Show, add or remove the OpenPGP keys that mail to a party is encrypted to
    #[command(
        after_help = "Examples:\n  kaname party key minato-denryoku\n  kaname party key minato-denryoku --add soc.asc --label 'SOC desk'\n  kaname party key minato-denryoku --remove 0123456789ABCDEF0123456789ABCDEF01234567"
    )]
    Key {
        /// The party's code
        code: String,
        /// File with an armoured OpenPGP public key
        #[arg(long, value_name = "FILE", conflicts_with = "remove")]
        add: Option<PathBuf>,
        /// Whose key it is; the file's name when left out
        #[arg(long, requires = "add")]
        label: Option<String>,
        /// Fingerprint of the key to remove
        #[arg(long, value_name = "FINGERPRINT")]
        remove: Option<String>,
    },
    /// Record that a party accepted a duty on paper, or was released from it
    #[command(
        after_help = "Examples:\n  kaname party duty minato-denryoku secrecy --by minato-kanri\n  kaname party duty minato-denryoku secrecy --release-on 2027-04-01"
    )]
    Duty {
        /// The party's code
        code: String,
        /// The duty's code, such as secrecy
        duty: String,
        /// Login of the person of the party who accepted
        #[arg(long, required_unless_present = "release_on")]
        by: Option<String>,
        /// Version of the text; the one in force when left out
        #[arg(long)]
        version: Option<String>,
        /// Release the party from the duty from this day on
        #[arg(long, value_name = "DAY", value_parser = day, conflicts_with = "by")]
        release_on: Option<Date>,
    },
}

/// What a party is registered with.
#[derive(Debug, Args)]
pub(crate) struct AddParty {
    /// Short unique name
    pub(crate) code: String,
    /// What it is: operator, isac, ceptoar, ministry, police, vendor, designated_corporation, foreign_csirt
    #[arg(long)]
    pub(crate) kind: String,
    /// Official name in Japanese
    #[arg(long)]
    pub(crate) name_ja: String,
    /// Official name in English
    #[arg(long)]
    pub(crate) name_en: String,
    /// Short or former name, which a redaction looks for; may be repeated
    #[arg(long = "alias")]
    pub(crate) aliases: Vec<String>,
    /// Code of a sector it works in; may be repeated
    #[arg(long = "sector")]
    pub(crate) sectors: Vec<String>,
    /// Domain of its own; may be repeated
    #[arg(long = "domain")]
    pub(crate) domains: Vec<String>,
    /// Network of its own, in CIDR form; may be repeated
    #[arg(long = "network")]
    pub(crate) networks: Vec<String>,
    /// Code of a member class, such as general; makes it a member; may be repeated
    #[arg(long = "class")]
    pub(crate) classes: Vec<String>,
    /// Code of an ISAC it is a member of; may be repeated
    #[arg(long = "under")]
    pub(crate) under: Vec<String>,
    /// Where mails to the party go
    #[arg(long)]
    pub(crate) mail: Option<String>,
    /// First day it is dealt with; today when left out
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) from: Option<Date>,
}

/// Commands about people's accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Open an account; prints a temporary password once
    #[command(
        after_help = "Examples:\n  kaname user add soc --party minato-denryoku --role provider --role member --title-ja 当直責任者 --title-en 'Duty manager'\n  kaname user add analyst --party centre --role analyst --title-ja 分析担当 --title-en Analyst --totp"
    )]
    Add(Box<AddUser>),
    /// List accounts
    #[command(after_help = "Example:\n  kaname user list --party centre")]
    List {
        /// Only of this party
        #[arg(long)]
        party: Option<String>,
    },
    /// Give an account a fresh temporary password, printed once
    #[command(
        after_help = "Examples:\n  kaname user reset soc\n  kaname user reset officer --totp               also a fresh one-time-password secret"
    )]
    Reset {
        /// Its login
        login: String,
        /// Also give a fresh one-time-password secret
        #[arg(long)]
        totp: bool,
        /// File whose first line is the password to set
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Bar an account from signing in and end its sessions
    #[command(after_help = "Example:\n  kaname user disable soc --reason 異動のため")]
    Disable {
        /// Its login
        login: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Show, set or remove the OpenPGP key that mail to a person is encrypted to
    #[command(
        after_help = "Examples:\n  kaname user key soc\n  kaname user key soc --set soc.asc\n  kaname user key soc --remove"
    )]
    Key {
        /// Its login
        login: String,
        /// File with an armoured OpenPGP public key, which takes the place of any before
        #[arg(long, value_name = "FILE", conflicts_with = "remove")]
        set: Option<PathBuf>,
        /// Remove the key
        #[arg(long)]
        remove: bool,
    },
    /// Let a disabled account sign in again
    #[command(after_help = "Example:\n  kaname user enable soc")]
    Enable {
        /// Its login
        login: String,
    },
}

/// What an account is opened with.
#[derive(Debug, Args)]
pub(crate) struct AddUser {
    /// What the person signs in with
    pub(crate) login: String,
    /// Code of the person's party
    #[arg(long)]
    pub(crate) party: String,
    /// Role: analyst, releaser, administrator, auditor (the hub's people), provider, member, steward
    #[arg(long = "role", required = true)]
    pub(crate) roles: Vec<String>,
    /// Role title in Japanese
    #[arg(long)]
    pub(crate) title_ja: String,
    /// Role title in English
    #[arg(long)]
    pub(crate) title_en: String,
    /// Language of pages and mails
    #[arg(long, default_value = "ja", value_parser = ["ja", "en"])]
    pub(crate) lang: String,
    /// Where personal notices go
    #[arg(long)]
    pub(crate) mail: Option<String>,
    /// Also give a one-time-password secret, printed once
    #[arg(long)]
    pub(crate) totp: bool,
    /// File whose first line is the password to set
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

/// Commands about machines' keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Issue a key; the secret is printed once
    #[command(
        after_help = "Example:\n  kaname key add --party shiranami-bank --label 'TAXII client' --scope taxii:read --days 365"
    )]
    Add {
        /// Code of the party
        #[arg(long)]
        party: String,
        /// What the party calls it
        #[arg(long)]
        label: String,
        /// What it may be used for: taxii:read, taxii:post, submit (hand in reports, ask for their state), submissions:read (read them
        /// too), feed:read, api:read, feedback
        #[arg(long = "scope", required = true)]
        scopes: Vec<String>,
        /// Days until it ends by itself
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=3_650))]
        days: Option<u16>,
    },
    /// List keys; their secrets are stored nowhere
    #[command(after_help = "Example:\n  kaname key list --party shiranami-bank")]
    List {
        /// Only of this party
        #[arg(long)]
        party: Option<String>,
    },
    /// Take a key back, for good
    #[command(after_help = "Example:\n  kaname key revoke 0192f3c4-… --reason 端末の廃棄")]
    Revoke {
        /// Its id, as `key list` shows it
        id: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// Commands about groups.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    /// Found a group, empty: nobody
    #[command(
        after_help = "Example:\n  kaname group add energy --name-ja エネルギー部会 --name-en 'Energy group'"
    )]
    Add {
        /// Short unique name
        code: String,
        /// Name in Japanese
        #[arg(long)]
        name_ja: String,
        /// Name in English
        #[arg(long)]
        name_en: String,
        /// Whoever joins also sees what was shared before
        #[arg(long)]
        opens_past: bool,
    },
    /// Let parties into a group
    #[command(after_help = "Example:\n  kaname group join energy minato-denryoku akagane-gas")]
    Join {
        /// Code of the group
        group: String,
        /// Codes of the parties
        #[arg(required = true)]
        parties: Vec<String>,
    },
    /// Let parties go from a group
    #[command(after_help = "Example:\n  kaname group leave energy akagane-gas")]
    Leave {
        /// Code of the group
        group: String,
        /// Codes of the parties
        #[arg(required = true)]
        parties: Vec<String>,
    },
    /// List groups with the parties in them
    #[command(after_help = "Example:\n  kaname group list --json")]
    List,
}
