//! Where the credential stands in a request, as `inject` declares it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::shape::{fill, fill_url, host_and_target, list, path, query, text};
use super::vendor::{State, Vendor};
use crate::kit::upstream::Seen;

impl Vendor {
    /// The target as it arrives: with the segment that holds the key, if there is one.
    pub(super) fn with_key(&self, target: &str) -> String {
        let mut entries = list(&self.manifest, "/inject").filter(|entry| entry["in"] == "path");
        let Some(entry) = entries.next() else { return target.to_owned() };
        let base = text(&self.manifest, "/api/base_url");
        let base = host_and_target(&fill_url(base, &self.current_params())).1;
        let base = base.trim_end_matches('/');
        let rest = target.strip_prefix(base).unwrap();
        let below = list(entry, "/below").filter_map(Value::as_str);
        let prefix =
            below.filter(|own| rest.starts_with(&format!("{own}/"))).max_by_key(|own| own.len());
        let (before, after) = rest.split_at(prefix.map_or(0, str::len));
        let segment = fill(text(entry, "/value"), &self.stored);
        format!("{base}{before}/{segment}{after}")
    }

    /// Compares where the credential stands, and the other headers, with the manifest.
    pub(super) fn check_credential(
        &self,
        state: &mut State,
        what: &str,
        request: &Seen,
        headers: &BTreeMap<String, String>,
    ) {
        self.check_injection(state, what, request, state.generation);
        for (name, value) in headers {
            let sent = request.all(&name.to_ascii_lowercase());
            state.expect(&format!("{what}: the header {name}"), &vec![value.as_str()], &sent);
        }
    }

    /// Compares where the credential stands with `inject`.
    pub(super) fn check_injection(
        &self,
        state: &mut State,
        what: &str,
        request: &Seen,
        generation: u32,
    ) {
        self.check_places(state, what, request, "/inject", &self.values(generation));
    }

    /// Compares where secrets stand with the entries at a place of the manifest.
    pub(super) fn check_places(
        &self,
        state: &mut State,
        what: &str,
        request: &Seen,
        place: &str,
        values: &BTreeMap<String, String>,
    ) {
        let is_found = |param: &&Value| !text(param, "/from/found").is_empty();
        let found: Vec<&str> = list(&self.manifest, "/params")
            .filter(is_found)
            .map(|param| text(param, "/name"))
            .collect();
        // Before anything is chosen, what names it is left out.
        let is_sent = |inject: &&Value| {
            what != "find"
                || !found.iter().any(|name| inject.to_string().contains(&format!("{{{name}}}")))
        };
        for inject in list(&self.manifest, place).filter(is_sent) {
            let name = text(inject, "/name");
            match text(inject, "/in") {
                "header" => {
                    let template = text(inject, "/value");
                    if self.is_assertion(place, template) {
                        let sent = request.all(&name.to_ascii_lowercase()).join(" ");
                        self.check_assertion(state, what, &sent, values);
                        continue;
                    }
                    let expected = fill(template, values);
                    let sent = request.all(&name.to_ascii_lowercase());
                    state.expect(
                        &format!("{what}: the header {name}"),
                        &vec![expected.as_str()],
                        &sent,
                    );
                }
                "query" => {
                    let expected = fill(text(inject, "/value"), values);
                    let sent: Vec<String> = query(request.target())
                        .into_iter()
                        .filter_map(|(own, value)| (own == name).then_some(value))
                        .collect();
                    state.expect(&format!("{what}: the parameter {name}"), &vec![expected], &sent);
                }
                "path" => {
                    let segment = format!("/{}/", fill(text(inject, "/value"), values));
                    let sent = path(request.target()).contains(&segment);
                    state.expect(&format!("{what}: the segment with the key"), &true, &sent);
                }
                _ => {
                    let pair = format!(
                        "{}:{}",
                        fill(text(inject, "/username"), values),
                        fill(text(inject, "/password"), values)
                    );
                    let expected = format!("Basic {}", STANDARD.encode(pair));
                    let sent = request.all("authorization");
                    state.expect(&format!("{what}: Basic"), &vec![expected.as_str()], &sent);
                }
            }
        }
    }
}
