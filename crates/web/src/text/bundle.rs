//! The message files, parsed once.

use std::{borrow::Cow, sync::OnceLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

use super::{Lang, TextArg, group};

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

type Bundle = FluentBundle<FluentResource>;

/// Every message file of one language as (room, source text).
pub(super) const fn files(lang: Lang) -> &'static [(&'static str, &'static str)] {
    match lang {
        Lang::Ja => JA,
        Lang::En => EN,
    }
}

fn number<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(n) if n.value.fract() == 0.0 && n.value >= 0.0 => {
            Some(group(n.value as u64))
        }
        _ => None,
    }
}

fn load(lang: Lang) -> Bundle {
    let mut bundle = FluentBundle::new_concurrent(vec![lang.identifier()]);
    // Isolation marks around variables would end up in copied text; user text stands in <bdi>.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(number));
    for (room, source) in files(lang) {
        let resource = match FluentResource::try_new((*source).to_owned()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                tracing::error!(
                    room,
                    lang = lang.tag(),
                    ?errors,
                    "message file is malformed"
                );
                resource
            }
        };
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(room, lang = lang.tag(), ?errors, "message defined twice");
        }
    }
    bundle
}

fn bundle(lang: Lang) -> &'static Bundle {
    static JAPANESE: OnceLock<Bundle> = OnceLock::new();
    static ENGLISH: OnceLock<Bundle> = OnceLock::new();
    match lang {
        Lang::Ja => JAPANESE.get_or_init(|| load(lang)),
        Lang::En => ENGLISH.get_or_init(|| load(lang)),
    }
}

/// The message that the room `word` has for a code found in a record, if it has one.
pub(super) fn word(lang: Lang, code: &str) -> Option<Cow<'static, str>> {
    let bundle = bundle(lang);
    let pattern = bundle.get_message(&format!("word-{code}"))?.value()?;
    Some(Cow::Owned(
        bundle
            .format_pattern(pattern, None, &mut Vec::new())
            .into_owned(),
    ))
}

/// The message, or its key in brackets when it is missing (a test keeps that from happening).
pub(super) fn format(
    lang: Lang,
    key: &str,
    args: &[(&'static str, &dyn TextArg)],
) -> Cow<'static, str> {
    let bundle = bundle(lang);
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        tracing::error!(key, lang = lang.tag(), "message is missing");
        return Cow::Owned(format!("[{key}]"));
    };
    let values: FluentArgs<'_> = args
        .iter()
        .map(|(name, arg)| (*name, arg.value()))
        .collect();
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&values), &mut errors);
    if !errors.is_empty() {
        tracing::error!(
            key,
            lang = lang.tag(),
            ?errors,
            "message could not be filled in"
        );
    }
    Cow::Owned(text.into_owned())
}
