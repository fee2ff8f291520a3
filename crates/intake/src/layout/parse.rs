//! The form, member by member.

use std::{collections::BTreeSet, fmt, io::Read};

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{
    Layout, LayoutDiscovery, LayoutFault, LayoutLimits, LayoutRoot, Taking,
    collection::Collections,
    place::{Allowance, Bounded, Place},
    status::Statuses,
};

/// What all parts share while a document is read.
pub(super) struct Reading<'r, 't> {
    pub(super) place: Place,
    pub(super) allowance: Allowance,
    pub(super) limits: &'r LayoutLimits,
    pub(super) take: &'r mut Taking<'t>,
    fault: Option<LayoutFault>,
    pub(super) collections: usize,
    pub(super) objects: u64,
    pub(super) status_bytes: usize,
}

impl Reading<'_, '_> {
    /// Says what must be so at the present place; the first to say so is heard.
    pub(super) fn no<E: serde::de::Error>(&mut self, rule: impl Into<String>) -> E {
        let pointer = self.place.pointer();
        self.fault.get_or_insert(LayoutFault {
            pointer,
            rule: rule.into(),
            at: None,
        });
        E::custom("not as the form says")
    }

    /// The next value as what it must be.
    pub(super) fn value<'de, A: MapAccess<'de>, T: for<'v> Deserialize<'v>>(
        &mut self,
        map: &mut A,
        what: &str,
    ) -> Result<T, A::Error> {
        let raw: Box<RawValue> = map.next_value()?;
        self.allowance.renew();
        serde_json::from_str(raw.get()).map_err(|_| self.no(format!("{what} is expected")))
    }
}

pub(super) fn read(
    from: impl Read,
    limits: &LayoutLimits,
    take: &mut Taking<'_>,
) -> Result<Layout, LayoutFault> {
    let allowance = Allowance::new(limits.object_bytes);
    let mut reading = Reading {
        place: Place::default(),
        allowance: allowance.clone(),
        limits,
        take,
        fault: None,
        collections: 0,
        objects: 0,
        status_bytes: 0,
    };
    let mut json = serde_json::Deserializer::from_reader(Bounded::new(from, allowance.clone()));
    let read = Document(&mut reading).deserialize(&mut json);
    let read = read.and_then(|layout| json.end().map(|()| layout));
    read.map_err(|error| {
        let unread = || LayoutFault {
            pointer: reading.place.pointer(),
            rule: match (allowance.is_used_up(), error.classify()) {
                (true, _) => format!("at most {} bytes are read here", limits.object_bytes),
                (_, serde_json::error::Category::Data) => {
                    "an object or a list of the form is expected".to_owned()
                }
                _ => format!("it is not JSON: {error}"),
            },
            at: Some((error.line(), error.column())),
        };
        reading.fault.take().unwrap_or_else(unread)
    })
}

/// Members as they are met, each once.
#[derive(Default)]
pub(super) struct Members(BTreeSet<String>);

impl Members {
    pub(super) fn meet<E: serde::de::Error>(
        &mut self,
        reading: &mut Reading<'_, '_>,
        name: &str,
        all: &[&str],
    ) -> Result<(), E> {
        reading.place.enter(name);
        if !all.contains(&name) {
            return Err(reading.no(format!(
                "there is no such member; known are {}",
                all.join(", ")
            )));
        }
        if !self.0.insert(name.to_owned()) {
            return Err(reading.no("a member stands only once"));
        }
        Ok(())
    }

    pub(super) fn needs<E: serde::de::Error>(
        &self,
        reading: &mut Reading<'_, '_>,
        names: &[&str],
    ) -> Result<(), E> {
        match names.iter().find(|name| !self.0.contains(**name)) {
            Some(missing) => Err(reading.no(format!("the member `{missing}` is missing"))),
            None => Ok(()),
        }
    }

    pub(super) fn without(&self, names: &[&str]) -> Vec<String> {
        let left_out = names.iter().filter(|name| !self.0.contains(**name));
        left_out.map(|name| (*name).to_owned()).collect()
    }
}

struct Document<'a, 'r, 't>(&'a mut Reading<'r, 't>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_, '_> {
    type Value = Layout;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Layout, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_, '_> {
    type Value = Layout;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a layout")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Layout, A::Error> {
        let reading = self.0;
        let mut members = Members::default();
        let mut layout = Layout {
            discovery: LayoutDiscovery::default(),
            roots: Vec::new(),
        };
        while let Some(name) = map.next_key::<String>()? {
            members.meet(reading, &name, &["discovery", "roots"])?;
            if name == "discovery" {
                layout.discovery = map.next_value_seed(Discovery(reading))?;
            } else {
                map.next_value_seed(Roots(reading, &mut layout.roots))?;
            }
            reading.place.leave();
        }
        members.needs(reading, &["discovery", "roots"])?;
        Ok(layout)
    }
}

struct Discovery<'a, 'r, 't>(&'a mut Reading<'r, 't>);

impl<'de> DeserializeSeed<'de> for Discovery<'_, '_, '_> {
    type Value = LayoutDiscovery;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<LayoutDiscovery, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Discovery<'_, '_, '_> {
    type Value = LayoutDiscovery;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("discovery")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LayoutDiscovery, A::Error> {
        let reading = self.0;
        let all = ["title", "description", "contact", "default", "api_roots"];
        let mut members = Members::default();
        let mut told = LayoutDiscovery::default();
        while let Some(name) = map.next_key::<String>()? {
            members.meet(reading, &name, &all)?;
            match name.as_str() {
                "title" => told.title = reading.value(&mut map, "a text")?,
                "description" => told.description = Some(reading.value(&mut map, "a text")?),
                "contact" => told.contact = Some(reading.value(&mut map, "a text")?),
                "default" => told.default = Some(reading.value(&mut map, "a path or URL")?),
                _ => told.api_roots = Some(reading.value(&mut map, "a list of paths or URLs")?),
            }
            reading.place.leave();
        }
        members.needs(reading, &["title"])?;
        Ok(told)
    }
}

struct Roots<'a, 'r, 't>(&'a mut Reading<'r, 't>, &'a mut Vec<LayoutRoot>);

impl<'de> DeserializeSeed<'de> for Roots<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Roots<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of API roots")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self(reading, roots) = self;
        loop {
            reading.place.enter(roots.len().to_string());
            if roots.len() >= reading.limits.roots {
                let most = reading.limits.roots;
                return match seq.next_element::<IgnoredAny>()? {
                    Some(_) => Err(reading.no(format!("at most {most} roots are read"))),
                    None => {
                        reading.place.leave();
                        Ok(())
                    }
                };
            }
            let next = seq.next_element_seed(Root(reading))?;
            reading.place.leave();
            match next {
                Some(root) => roots.push(root),
                None => return Ok(()),
            }
        }
    }
}

struct Root<'a, 'r, 't>(&'a mut Reading<'r, 't>);

impl<'de> DeserializeSeed<'de> for Root<'_, '_, '_> {
    type Value = LayoutRoot;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<LayoutRoot, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Root<'_, '_, '_> {
    type Value = LayoutRoot;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an API root")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LayoutRoot, A::Error> {
        let reading = self.0;
        let all = [
            "path",
            "title",
            "description",
            "max_content_length",
            "collections",
            "statuses",
        ];
        let mut members = Members::default();
        let mut root = LayoutRoot {
            path: String::new(),
            title: String::new(),
            description: None,
            max_content_length: 0,
            collections: Vec::new(),
            statuses: Vec::new(),
            omitted: Vec::new(),
        };
        while let Some(name) = map.next_key::<String>()? {
            members.meet(reading, &name, &all)?;
            match name.as_str() {
                "path" => root.path = reading.value(&mut map, "a path or URL")?,
                "title" => root.title = reading.value(&mut map, "a text")?,
                "description" => root.description = Some(reading.value(&mut map, "a text")?),
                "max_content_length" => {
                    root.max_content_length = reading.value(&mut map, "a number of bytes")?;
                    if root.max_content_length == 0 {
                        return Err(reading.no("a number of bytes over 0 is expected"));
                    }
                }
                "collections" => {
                    map.next_value_seed(Collections(reading, &mut root.collections))?
                }
                _ => map.next_value_seed(Statuses(reading, &mut root.statuses))?,
            }
            reading.place.leave();
        }
        members.needs(reading, &["path", "title", "max_content_length"])?;
        root.omitted = members.without(&["collections", "statuses"]);
        Ok(root)
    }
}

/// A UUID in its hyphenated form, which is one spelling only but for case.
pub(super) fn uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}
