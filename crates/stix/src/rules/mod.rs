//! STIX 2.1 as data: what properties each type has and what holds between them.
//!
//! A [`Shape`] is one table of the standard: a type ([`domain`], [`observable`]),
//! an object inside one ([`part`]), or a predefined extension ([`extension`]).

pub(crate) mod attack;
mod domain;
pub(crate) mod extension;
mod observable;
pub(crate) mod part;
pub(crate) mod relationship;
pub(crate) mod vocabulary;

use crate::id::Class;

/// Which types a reference may name: type names, or `SDO`, `SRO`, `SCO` for a
/// whole class with its custom types. Empty: any.
pub(crate) type Targets = &'static [&'static str];

/// The form of a property's value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    Text,
    /// A string that must hold something.
    FullText,
    /// A string of a certain writing.
    Written(Writing),
    Int(i64, i64),
    Float(f64, f64),
    Bool,
    Time,
    Hex,
    Binary,
    /// One of a closed list.
    Enum(&'static [&'static str]),
    /// One of an open list: others are only warned about.
    Vocab(&'static [&'static str]),
    Ref(Targets),
    Hashes,
    Dict(Entry),
    /// An object with a table of its own.
    Part(&'static Shape),
    Extensions,
    /// An object of no further form here.
    Object,
}

/// How a string is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    /// A language tag (RFC 5646).
    Language,
    /// A URI (RFC 3986).
    Uri,
    /// A media type (RFC 6838).
    Media,
    /// A character set's name as IANA has it.
    Charset,
    /// One IPv4 address or a network in CIDR notation.
    Ipv4,
    /// One IPv6 address or a network in CIDR notation.
    Ipv6,
    /// Six lower-case pairs of hexadecimal digits with colons.
    Mac,
    /// A domain name (RFC 1034, RFC 5890).
    Domain,
    /// A mail address (RFC 5322 addr-spec).
    Mail,
    /// A name of the Common Platform Enumeration, version 2.3.
    Cpe,
    /// A property's name (§3.1).
    PropertyName,
    /// A relationship's type: `a-z`, `0-9` and hyphens (§5.1).
    RelationshipType,
}

/// What a dictionary's values may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Any,
    Text,
    Int,
    TextOrInt,
    TextOrList,
    TextList,
}

/// One property of a type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prop {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// A non-empty list of the form.
    pub(crate) list: bool,
    pub(crate) required: bool,
}

/// What holds between two times of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    /// Whether the two may not be equal.
    pub(crate) strict: bool,
}

/// One table of STIX 2.1: a type's properties, or those of an object inside one.
#[derive(Debug)]
pub(crate) struct Shape {
    /// The type's name, or the extension's.
    pub(crate) name: &'static str,
    /// Where the standard has it, such as `4.7`.
    pub(crate) section: &'static str,
    /// A type's class; none for what stands inside an object.
    pub(crate) class: Option<Class>,
    pub(crate) props: &'static [Prop],
    /// Properties that contribute to a deterministic id.
    pub(crate) id_properties: &'static [&'static str],
    /// At least one of these must be present, when there are any.
    pub(crate) any_of: &'static [&'static str],
    /// Whether any property at all satisfies `any_of`.
    pub(crate) any_at_all: bool,
    /// At most one of these may be present.
    pub(crate) exclusive: &'static [&'static str],
    /// When the first is present, the second must be.
    pub(crate) needs: &'static [(&'static str, &'static str)],
    pub(crate) order: &'static [Order],
}

impl Shape {
    const fn part(name: &'static str, section: &'static str, props: &'static [Prop]) -> Self {
        Self {
            name,
            section,
            class: None,
            props,
            id_properties: &[],
            any_of: &[],
            any_at_all: false,
            exclusive: &[],
            needs: &[],
            order: &[],
        }
    }

    const fn of_type(
        name: &'static str,
        section: &'static str,
        class: Class,
        props: &'static [Prop],
    ) -> Self {
        let mut shape = Self::part(name, section, props);
        shape.class = Some(class);
        shape
    }

    const fn id_from(mut self, properties: &'static [&'static str]) -> Self {
        self.id_properties = properties;
        self
    }

    const fn any_of(mut self, properties: &'static [&'static str]) -> Self {
        self.any_of = properties;
        self
    }

    /// At least one of its own properties, or an extension, must be present.
    const fn any_at_all(mut self) -> Self {
        self.any_at_all = true;
        self
    }

    const fn exclusive(mut self, properties: &'static [&'static str]) -> Self {
        self.exclusive = properties;
        self
    }

    const fn needs(mut self, pairs: &'static [(&'static str, &'static str)]) -> Self {
        self.needs = pairs;
        self
    }

    const fn order(mut self, order: &'static [Order]) -> Self {
        self.order = order;
        self
    }

    /// The property of that name.
    pub(crate) fn prop(&self, name: &str) -> Option<&'static Prop> {
        self.props.iter().find(|prop| prop.name == name)
    }
}

const fn prop(name: &'static str, form: Form, list: bool, required: bool) -> Prop {
    Prop {
        name,
        form,
        list,
        required,
    }
}

const fn opt(name: &'static str, form: Form) -> Prop {
    prop(name, form, false, false)
}

const fn req(name: &'static str, form: Form) -> Prop {
    prop(name, form, false, true)
}

const fn opt_list(name: &'static str, form: Form) -> Prop {
    prop(name, form, true, false)
}

const fn req_list(name: &'static str, form: Form) -> Prop {
    prop(name, form, true, true)
}

const fn ordered(first: &'static str, last: &'static str, strict: bool) -> Order {
    Order {
        first,
        last,
        strict,
    }
}

/// Properties that every object may have (§3.2); which are required depends on
/// the class.
const COMMON: &[Prop] = &[
    req("type", Form::Text),
    req("id", Form::Ref(&[])),
    opt("spec_version", Form::Enum(&["2.1"])),
    opt_list("object_marking_refs", Form::Ref(&["marking-definition"])),
    opt_list("granular_markings", Form::Part(&part::GRANULAR_MARKING)),
    opt("extensions", Form::Extensions),
];

/// Further properties of domain, relationship and meta objects.
const COMMON_VERSIONED: &[Prop] = &[
    opt("created_by_ref", Form::Ref(&["identity"])),
    opt("created", Form::Time),
    opt("modified", Form::Time),
    opt("revoked", Form::Bool),
    opt_list("labels", Form::Text),
    opt("confidence", Form::Int(0, 100)),
    opt("lang", Form::Written(Writing::Language)),
    opt_list("external_references", Form::Part(&part::EXTERNAL_REFERENCE)),
];

/// Further properties of observables.
const COMMON_OBSERVABLE: &[Prop] = &[opt("defanged", Form::Bool)];

/// The property of that name that every object of a class may have (§3.2).
pub(crate) fn common_prop(class: Class, name: &str) -> Option<&'static Prop> {
    let further = match class {
        Class::Sco => COMMON_OBSERVABLE,
        Class::Sdo | Class::Sro | Class::Meta => COMMON_VERSIONED,
    };
    let mut all = COMMON.iter().chain(further);
    all.find(|prop| prop.name == name)
}

/// What an object must have beside its type's own properties (§3.2).
pub(crate) fn common_required(class: Class, type_name: &str) -> &'static [&'static str] {
    match (class, type_name) {
        (Class::Sco, _) => &["id"],
        (_, "marking-definition") => &["id", "spec_version", "created"],
        (_, "extension-definition") => &[
            "id",
            "spec_version",
            "created",
            "modified",
            "created_by_ref",
        ],
        _ => &["id", "spec_version", "created", "modified"],
    }
}

/// Names that no object may use at its top level (§3.8).
pub(crate) const RESERVED: &[&str] = &["action", "phone_numbers", "severity", "username"];

/// The table of a type that STIX 2.1 defines.
pub(crate) fn rule(type_name: &str) -> Option<&'static Shape> {
    domain::RULES
        .iter()
        .chain(observable::RULES)
        .find(|rule| rule.name == type_name)
}
