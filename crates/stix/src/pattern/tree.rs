//! What a pattern says, as a tree (STIX 2.1 §9).

/// What has to be observed.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    /// One observation in which a comparison holds: `[…]`.
    Of(Comparison),
    /// All of them, in any order.
    And(Vec<Observation>),
    /// Any of them.
    Or(Vec<Observation>),
    /// One after the other.
    Then(Vec<Observation>),
    /// One with a qualifier.
    Qualified(Box<Observation>, Qualifier),
}

/// How often or when something has to be observed (§9.5).
#[derive(Debug, Clone, PartialEq)]
pub enum Qualifier {
    /// All within so many seconds.
    Within(Literal),
    /// So many times, from 1.
    Repeats(i64),
    /// From the first timestamp on, before the second.
    Between(String, String),
}

/// What holds of one observed object (§9.6).
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// One test.
    Test(Test),
    /// All of them.
    And(Vec<Comparison>),
    /// Any of them.
    Or(Vec<Comparison>),
}

/// One comparison of a property with constants.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Which property.
    pub path: ObjectPath,
    /// Whether the test is turned round by `NOT`.
    pub negated: bool,
    /// How it is compared.
    pub operator: Operator,
    /// With what: one literal, any number of them for `IN`, none for `EXISTS`.
    pub values: Vec<Literal>,
}

/// A property of a type of object, such as `file:hashes.'SHA-256'` (§9.7).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectPath {
    /// The type of object.
    pub type_name: String,
    /// The way to the property; never empty.
    pub steps: Vec<Step>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into a property or a dictionary's key.
    Name(String),
    /// To an element of a list.
    Index(i64),
    /// To any element of a list: `[*]`.
    Any,
}

/// A constant (§9.2).
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// A string.
    Text(String),
    /// True or false.
    Bool(bool),
    /// Bytes, as base64.
    Binary(String),
    /// Bytes, as hexadecimal digits in lower case.
    Hex(String),
    /// A timestamp as it was written.
    Time(String),
}

/// How a property is compared (§9.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    /// `=`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `IN`.
    In,
    /// `LIKE`: `%` stands for any characters, `_` for one.
    Like,
    /// `MATCHES`: a regular expression (PCRE).
    Matches,
    /// `ISSUBSET`: the address lies in a network.
    Subset,
    /// `ISSUPERSET`: the network holds an address or network.
    Superset,
    /// `EXISTS`.
    Exists,
}

impl Operator {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "IN",
            Self::Like => "LIKE",
            Self::Matches => "MATCHES",
            Self::Subset => "ISSUBSET",
            Self::Superset => "ISSUPERSET",
            Self::Exists => "EXISTS",
        }
    }
}
