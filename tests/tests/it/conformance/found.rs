//! The call that lists what a connection can be made to, as the manifest declares it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::shape::{list, map, put, text};
use super::vendor::{State, Vendor};
use crate::kit::upstream::{Reply, Seen};

impl Vendor {
    /// From now on, the connection is made to the entry with this value of the parameter `name`.
    pub(super) fn choose(&self, name: &str, value: &str) {
        self.chosen.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// An entry of the response to `find` with these values of its parameters.
    pub(super) fn entry(&self, values: &BTreeMap<String, String>, label: &str) -> Value {
        let mut entry = json!({});
        for param in list(&self.manifest, "/params") {
            let at = text(param, "/from/found");
            if let (false, Some(value)) = (at.is_empty(), values.get(text(param, "/name"))) {
                put(&mut entry, at, value.clone().into());
            }
        }
        let at = text(&self.manifest, "/find/label");
        if !at.is_empty() {
            put(&mut entry, at, label.into());
        }
        if let Some(only) = self.manifest.pointer("/find/only") {
            put(&mut entry, text(only, "/pointer"), only["equals"].clone());
        }
        entry
    }

    /// The response to `find`.
    pub(super) fn found(&self, state: &mut State, request: &Seen) -> Reply {
        self.check_credential(state, "find", request, &map(&self.manifest, "/api/headers"));
        if state.is_refused {
            return Reply::json(401, &json!({"message": "no such credential"}));
        }
        let offered = state.offered.clone();
        let offered = offered.unwrap_or_else(|| vec![self.entry(&self.params, "The only one")]);
        let mut body = json!({});
        put(&mut body, text(&self.manifest, "/find/list"), offered.into());
        Reply::json(200, &body)
    }
}
