//! STIX 2.1 as data: what properties each type has and what holds between them.

mod domain;
mod observable;
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
    Dict,
    KillChain,
    Granular,
    External,
    Extensions,
    /// An object of no further form here.
    Object,
    Any,
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

/// One type of STIX 2.1.
#[derive(Debug)]
pub(crate) struct TypeRule {
    pub(crate) name: &'static str,
    pub(crate) class: Class,
    pub(crate) props: &'static [Prop],
    /// Properties that contribute to a deterministic id.
    pub(crate) id_properties: &'static [&'static str],
    /// At least one of these must be present, when there are any.
    pub(crate) any_of: &'static [&'static str],
    /// At most one of these may be present.
    pub(crate) exclusive: &'static [&'static str],
    /// When the first is present, the second must be.
    pub(crate) needs: &'static [(&'static str, &'static str)],
    pub(crate) order: &'static [Order],
}

impl TypeRule {
    const fn new(name: &'static str, class: Class, props: &'static [Prop]) -> Self {
        let (id_properties, any_of, exclusive): (_, _, &[&str]) = (&[], &[], &[]);
        Self {
            name,
            class,
            props,
            id_properties,
            any_of,
            exclusive,
            needs: &[],
            order: &[],
        }
    }

    const fn id_from(mut self, properties: &'static [&'static str]) -> Self {
        self.id_properties = properties;
        self
    }

    const fn any_of(mut self, properties: &'static [&'static str]) -> Self {
        self.any_of = properties;
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
}

const fn opt(name: &'static str, form: Form) -> Prop {
    Prop {
        name,
        form,
        list: false,
        required: false,
    }
}

const fn req(name: &'static str, form: Form) -> Prop {
    Prop {
        name,
        form,
        list: false,
        required: true,
    }
}

const fn opt_list(name: &'static str, form: Form) -> Prop {
    Prop {
        name,
        form,
        list: true,
        required: false,
    }
}

const fn req_list(name: &'static str, form: Form) -> Prop {
    Prop {
        name,
        form,
        list: true,
        required: true,
    }
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
pub(crate) const COMMON: &[Prop] = &[
    req("type", Form::Text),
    req("id", Form::Ref(&[])),
    opt("spec_version", Form::Enum(&["2.1"])),
    opt_list("object_marking_refs", Form::Ref(&["marking-definition"])),
    opt_list("granular_markings", Form::Granular),
    opt("extensions", Form::Extensions),
];

/// Further properties of domain, relationship and meta objects.
pub(crate) const COMMON_VERSIONED: &[Prop] = &[
    opt("created_by_ref", Form::Ref(&["identity"])),
    opt("created", Form::Time),
    opt("modified", Form::Time),
    opt("revoked", Form::Bool),
    opt_list("labels", Form::Text),
    opt("confidence", Form::Int(0, 100)),
    opt("lang", Form::FullText),
    opt_list("external_references", Form::External),
];

/// Further properties of observables.
pub(crate) const COMMON_OBSERVABLE: &[Prop] = &[opt("defanged", Form::Bool)];

/// The rule of a type that STIX 2.1 defines.
pub(crate) fn rule(type_name: &str) -> Option<&'static TypeRule> {
    domain::RULES
        .iter()
        .chain(observable::RULES)
        .find(|rule| rule.name == type_name)
}
