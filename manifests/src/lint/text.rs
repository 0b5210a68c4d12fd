//! Rules for text that people read: ids, names, lengths, colours, sources.

use nexus_printable::pointer::below;
use nexus_printable::{RULE, is_printable};
use serde_json::Value;

use super::{Lint, Origin, is_slug};
use crate::model::{ReadOn, Source, is_day};
use crate::template;

const STRING_MAX: usize = 500;

/// Reports `id_form`, `required`, `string_too_long`, `control_character`, `slug_form`, `color_form`,
/// `duplicate`, `day_form`, `source_without_day`, `secret_in_text`.
pub(super) fn check(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    let id = manifest.id.as_str();
    match lint.origin {
        Origin::BuiltIn => lint.unless(
            is_slug(id, 64) && !id.starts_with("custom-"),
            "/id",
            "id_form",
            format!("`{id}` must match [a-z0-9-]{{1,64}} and not start with `custom-`"),
        ),
        Origin::Workspace => lint.unless(
            id.strip_prefix("custom-").is_some_and(|rest| is_slug(rest, 57)),
            "/id",
            "id_form",
            format!("`{id}` must match custom-[a-z0-9-]{{1,57}}"),
        ),
    }
    required(lint);
    match serde_json::to_value(manifest) {
        Ok(value) => strings(lint, "", &value),
        Err(error) => lint.add("", "parse", error.to_string()),
    }
    let slugs = [("/family", &manifest.family), ("/brand/icon", &manifest.brand.icon)];
    for (pointer, text) in slugs {
        let ok = text.is_empty() || is_slug(text, 64);
        lint.unless(ok, pointer, "slug_form", format!("`{text}` must match [a-z0-9-]{{1,64}}"));
    }
    for (index, category) in manifest.categories.iter().enumerate() {
        let detail = format!("`{category}` must match [a-z0-9-]{{1,64}}");
        lint.unless(is_slug(category, 64), &format!("/categories/{index}"), "slug_form", detail);
    }
    let color = manifest.brand.color.as_str();
    let hex = |digits: &str| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let ok = color.is_empty() || color.strip_prefix('#').is_some_and(hex);
    lint.unless(ok, "/brand/color", "color_form", format!("`{color}` must be #RRGGBB"));
    lint.duplicates("/categories", &manifest.categories);
    sources(lint);
    lint.duplicates("/api/hosts", &manifest.api.hosts);
}

/// The pages that are the sources of facts, and their days.
fn sources(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    let day = |lint: &mut Lint<'_>, pointer: &str, text: &str| {
        let detail = format!("`{text}` must be a day, YYYY-MM-DD");
        lint.unless(is_day(text), pointer, "day_form", detail);
    };
    for (index, source) in manifest.sources.iter().enumerate() {
        let pointer = format!("/sources/{index}");
        match source {
            Source::Page(_) => {
                let ok = lint.origin == Origin::Workspace;
                let detail =
                    "must have the day on which it was read: an object with `read` and `pages`";
                lint.unless(ok, &pointer, "source_without_day", detail);
            }
            Source::Read(ReadOn { read, pages }) => {
                day(lint, &format!("{pointer}/read"), read);
                let pointer = format!("{pointer}/pages");
                lint.unless(!pages.is_empty(), &pointer, "required", "must not be empty");
            }
        }
    }
    let pages: Vec<String> =
        manifest.sources.iter().flat_map(|source| source.pages().to_vec()).collect();
    lint.duplicates("/sources", &pages);
    if let Some(ends) = &manifest.ends {
        day(lint, "/ends/on", &ends.on);
        let ok = !ends.why.trim().is_empty();
        lint.unless(ok, "/ends/why", "required", "must not be empty");
    }
}

fn required(lint: &mut Lint<'_>) {
    let manifest = lint.manifest;
    let mut required = vec![("/name", &manifest.name)];
    if lint.origin == Origin::BuiltIn {
        required.extend([
            ("/family", &manifest.family),
            ("/description", &manifest.description),
            ("/docs_url", &manifest.docs_url),
            ("/brand/color", &manifest.brand.color),
            ("/brand/icon", &manifest.brand.icon),
        ]);
        let lists = [
            ("/categories", manifest.categories.is_empty()),
            ("/sources", manifest.sources.is_empty()),
        ];
        for (pointer, is_empty) in lists {
            lint.unless(!is_empty, pointer, "required", "must not be empty");
        }
    }
    for (pointer, text) in required {
        lint.unless(!text.trim().is_empty(), pointer, "required", "must not be empty");
    }
    let labels = manifest.params.iter().map(|param| &param.label).enumerate();
    for (index, label) in labels {
        let pointer = format!("/params/{index}/label");
        lint.unless(!label.trim().is_empty(), &pointer, "required", "must not be empty");
    }
    let labels = manifest.credentials.iter().map(|field| &field.label).enumerate();
    for (index, label) in labels {
        let pointer = format!("/credentials/{index}/label");
        lint.unless(!label.trim().is_empty(), &pointer, "required", "must not be empty");
    }
}

/// Every string of the manifest, and every key of its maps.
fn strings(lint: &mut Lint<'_>, pointer: &str, value: &Value) {
    match value {
        Value::String(text) => string(lint, pointer, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                strings(lint, &format!("{pointer}/{index}"), item);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                string(lint, pointer, key);
                strings(lint, &below(pointer, key), member);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn string(lint: &mut Lint<'_>, pointer: &str, text: &str) {
    let length = text.chars().count();
    if length > STRING_MAX {
        let detail = format!("has {length} characters; the maximum is {STRING_MAX}");
        lint.add(pointer, "string_too_long", detail);
    }
    if !is_printable(text) {
        lint.add(pointer, "control_character", RULE);
    }
    if is_text(pointer) && mentions_secret(lint, text) {
        let detail = "text for people must not contain a template of a secret";
        lint.add(pointer, "secret_in_text", detail);
    }
}

/// Whether the string at this place is text for people.
fn is_text(pointer: &str) -> bool {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    matches!(last, "name" | "label" | "description" | "example" | "why")
        && !["/inject", "/login/request"].iter().any(|place| pointer.starts_with(place))
        || matches!(last, "unsupported" | "not_revocable" | "deny_gap" | "register_note")
}

fn mentions_secret(lint: &Lint<'_>, text: &str) -> bool {
    let reserved = super::names::RESERVED.iter().copied();
    let fields = lint.manifest.fields().map(|(name, _)| name);
    reserved
        .chain(fields)
        .filter(|name| template::is_name(name))
        .any(|name| text.contains(&format!("{{{name}}}")))
}

impl Lint<'_> {
    pub(super) fn duplicates(&mut self, pointer: &str, list: &[String]) {
        for (index, item) in list.iter().enumerate() {
            if list.iter().take(index).any(|earlier| earlier.eq_ignore_ascii_case(item)) {
                self.add(
                    format!("{pointer}/{index}"),
                    "duplicate",
                    format!("duplicate entry `{item}`"),
                );
            }
        }
    }
}
