//! The caller of a method: its token, and what the token may do.

use serde_json::json;

use crate::wire::Reply;

/// Who calls, and with what.
pub(super) struct Caller {
    pub(super) token: String,
    pub(super) scopes: Vec<String>,
    pub(super) bot: bool,
    pub(super) team: (String, String),
}

impl Caller {
    /// The refusal of a call that needs `scope`, where the token has it not.
    pub(super) fn lacks(&self, scope: &str) -> Option<Reply> {
        let body = json!({
            "ok": false, "error": "missing_scope", "needed": scope,
            "provided": self.scopes.join(","),
        });
        (!self.scopes.iter().any(|own| own == scope)).then(|| Reply::json(200, &body))
    }
}
