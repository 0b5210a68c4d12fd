//! The caller of a method: its token, and the token's scopes.

use serde_json::json;

use crate::wire::Reply;

/// The caller of a method.
pub(super) struct Caller {
    pub(super) token: String,
    pub(super) scopes: Vec<String>,
    pub(super) bot: bool,
    pub(super) team: (String, String),
}

impl Caller {
    /// The error for a call that needs `scope`, if the token does not have it.
    pub(super) fn lacks(&self, scope: &str) -> Option<Reply> {
        let body = json!({
            "ok": false, "error": "missing_scope", "needed": scope,
            "provided": self.scopes.join(","),
        });
        (!self.scopes.iter().any(|own| own == scope)).then(|| Reply::json(200, &body))
    }
}
