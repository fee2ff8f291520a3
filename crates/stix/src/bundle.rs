//! Reading what arrives: a bundle, a TAXII envelope, a list or one object.

use serde_json::value::RawValue;

use crate::error::{Limits, StixError};
use crate::head::{Head, head};
use crate::scan::{Scanner, Seg};

/// No bound on depth reaches over this.
pub(crate) const MOST_DEPTH: usize = 100;
/// Levels around an object in a bundle: the bundle and its list.
const AROUND_LEVELS: usize = 2;

/// What the input was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A STIX bundle (§8).
    Bundle,
    /// A TAXII 2.1 envelope `{"objects": […]}` (TAXII 2.1 §3.7).
    Envelope,
    /// A JSON array of objects.
    List,
    /// One object.
    Single,
}

impl Container {
    /// JSON pointer (RFC 6901) from the input to its object of that index.
    #[must_use]
    pub fn pointer(self, index: usize) -> String {
        match self {
            Self::Bundle | Self::Envelope => format!("/objects/{index}"),
            Self::List => format!("/{index}"),
            Self::Single => String::new(),
        }
    }
}

/// The objects of an input, each in its original bytes.
#[derive(Debug, Clone)]
pub struct Bundle<'a> {
    /// What the input was.
    pub container: Container,
    /// The bundle's `id`, when it is a bundle and has one. Not checked: a
    /// bundle is not an object and nothing may refer to it.
    pub id: Option<String>,
    /// The bundle's `spec_version`: `2.0` in STIX 2.0, absent in 2.1.
    pub spec_version: Option<String>,
    /// The objects in their order, byte for byte.
    pub objects: Vec<&'a RawValue>,
}

/// What the members around the objects said.
#[derive(Default)]
struct Outer<'a> {
    type_name: Option<String>,
    id: Option<String>,
    spec_version: Option<String>,
    objects: Option<Vec<&'a str>>,
}

/// Splits an input into its objects without changing a byte of them, in one
/// pass. The whole input is checked: grammar, depth, sizes, duplicate keys.
///
/// # Errors
/// What is wrong, at which object and path, and the limit that was passed.
pub fn bundle<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Bundle<'a>, StixError> {
    if bytes.len() > limits.bytes {
        return Err(StixError::TooLarge {
            actual: bytes.len(),
            limit: limits.bytes,
        });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| StixError::Utf8 {
        offset: error.valid_up_to(),
    })?;
    let mut scanner = Scanner::new(text, limits.depth.min(MOST_DEPTH) + AROUND_LEVELS);
    scanner.space();
    let start = scanner.at;
    let mut outer = Outer::default();
    let container = match scanner.peek() {
        Some(b'[') => {
            outer.objects = Some(list(&mut scanner, 0, text, limits)?);
            Container::List
        }
        Some(b'{') => {
            members(&mut scanner, &mut outer, text, limits)?;
            container_of(&outer)?
        }
        Some(_) => return Err(scanner.syntax("expected a JSON object or array")),
        None => return Err(scanner.syntax("the input is empty")),
    };
    let end = scanner.at;
    scanner.space();
    if scanner.peek().is_some() {
        return Err(scanner.syntax("something follows the JSON text"));
    }
    if container == Container::Single {
        let whole = &text[start..end];
        within(whole, limits)?;
        if limits.objects == 0 {
            return Err(StixError::TooManyObjects { limit: 0 });
        }
        let objects = raw(vec![whole])?;
        return Ok(Bundle {
            container,
            id: None,
            spec_version: None,
            objects,
        });
    }
    let objects = raw(outer.objects.unwrap_or_default())?;
    let is_bundle = container == Container::Bundle;
    let id = outer.id.filter(|_| is_bundle);
    let spec_version = outer.spec_version.filter(|_| is_bundle);
    Ok(Bundle {
        container,
        id,
        spec_version,
        objects,
    })
}

/// Reads one object that came by itself: its whole text is checked as [`bundle`] checks it, then its header
/// is read. The way in for objects that another parser cut out of their surroundings.
///
/// # Errors
/// As [`bundle`] and [`crate::head`] say, and when it is a bundle or a list.
pub fn object(text: &str, limits: &Limits) -> Result<Head, StixError> {
    let read = bundle(text.as_bytes(), limits)?;
    match (read.container, read.objects.as_slice()) {
        (Container::Single, [object]) => head(object.get()),
        _ => Err(StixError::NotStix {
            message: "expected one object",
            path: String::new(),
        }),
    }
}

fn container_of(outer: &Outer<'_>) -> Result<Container, StixError> {
    match outer.type_name.as_deref() {
        Some("bundle") => Ok(Container::Bundle),
        Some(_) => Ok(Container::Single),
        None if outer.objects.is_some() => Ok(Container::Envelope),
        None if outer.id.is_some() => Err(StixError::Missing { property: "type" }),
        None => Err(StixError::NotStix {
            message: "expected a bundle, an envelope, a list of objects or an object",
            path: String::new(),
        }),
    }
}

fn members<'a>(
    scanner: &mut Scanner<'a>,
    outer: &mut Outer<'a>,
    text: &'a str,
    limits: &Limits,
) -> Result<(), StixError> {
    scanner.members(0, |scanner, key, depth| {
        match (key, scanner.peek()) {
            ("type", Some(b'"')) => outer.type_name = Some(scanner.string()?.into_owned()),
            ("id", Some(b'"')) => outer.id = Some(scanner.string()?.into_owned()),
            ("spec_version", Some(b'"')) => {
                outer.spec_version = Some(scanner.string()?.into_owned());
            }
            ("objects", Some(b'[')) => outer.objects = Some(list(scanner, depth, text, limits)?),
            _ => scanner.value(depth)?,
        }
        Ok(())
    })
}

fn list<'a>(
    scanner: &mut Scanner<'a>,
    depth: usize,
    text: &'a str,
    limits: &Limits,
) -> Result<Vec<&'a str>, StixError> {
    let mut found = Vec::new();
    // The levels of an object count from the object on.
    scanner.max_depth = depth + 1 + limits.depth.min(MOST_DEPTH);
    scanner.elements(depth, |scanner, index, depth| {
        if index >= limits.objects {
            return Err(StixError::TooManyObjects {
                limit: limits.objects,
            });
        }
        if scanner.peek() != Some(b'{') {
            let path = scanner.pointer();
            // What is not even JSON, such as the first section of a TOML file, is told as that.
            scanner.value(depth)?;
            let error = StixError::NotStix {
                message: "expected a JSON object",
                path,
            };
            return Err(error.in_object(index));
        }
        let start = scanner.at;
        let outer: Vec<Seg<'a>> = std::mem::take(&mut scanner.path);
        scanner
            .value(depth)
            .map_err(|error| error.of_object_depth(limits).in_object(index))?;
        scanner.path = outer;
        let object = &text[start..scanner.at];
        within(object, limits).map_err(|error| error.in_object(index))?;
        found.push(object);
        Ok(())
    })?;
    Ok(found)
}

impl StixError {
    /// The same with the bound as it was set: for one object, without what stands around it.
    fn of_object_depth(self, limits: &Limits) -> Self {
        match self {
            Self::TooDeep { path, offset, .. } => Self::TooDeep {
                limit: limits.depth.min(MOST_DEPTH),
                path,
                offset,
            },
            other => other,
        }
    }
}

fn within(object: &str, limits: &Limits) -> Result<(), StixError> {
    if object.len() > limits.object_bytes {
        let (actual, limit) = (object.len(), limits.object_bytes);
        return Err(StixError::ObjectTooLarge { actual, limit });
    }
    Ok(())
}

fn raw(objects: Vec<&str>) -> Result<Vec<&RawValue>, StixError> {
    let mut out = Vec::with_capacity(objects.len());
    for (index, text) in objects.into_iter().enumerate() {
        out.push(serde_json::from_str::<&RawValue>(text).map_err(|_| {
            let (message, path) = ("not JSON", String::new());
            StixError::Syntax {
                message,
                path,
                offset: 0,
            }
            .in_object(index)
        })?);
    }
    Ok(out)
}
