//! What goes wrong: the statuses, and the codes that each may carry.

use serde_json::{Map, Value, json};

use crate::component;

/// A status and the codes that come with it; equal ones are one component.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) codes: &'static [&'static str],
    /// Whether it stands where a provider's answer could, and says by `x-nexus-error` that it is none.
    pub(crate) marked: bool,
}

/// One that nobody takes for a provider's.
const fn problem(status: u16, codes: &'static [&'static str]) -> Problem {
    Problem { status, codes, marked: false }
}

/// No token, or none that counts.
pub(crate) const TOKEN: Problem =
    problem(401, &["missing_token", "invalid_token", "token_expired"]);
/// No tick secret, or another.
pub(crate) const TICK_SECRET: Problem = problem(401, &["missing_token", "invalid_token"]);
/// The token's role does not do.
pub(crate) const FORBIDDEN: Problem = problem(403, &["forbidden"]);
/// No such thing in this workspace.
pub(crate) const NOT_FOUND: Problem = problem(404, &["not_found"]);
/// Another method than those of the path.
pub(crate) const METHOD_NOT_ALLOWED: Problem = problem(405, &["method_not_allowed"]);
/// `If-Match` names another version.
pub(crate) const VERSION: Problem = problem(412, &["version_mismatch"]);
/// The body does not come in time.
pub(crate) const REQUEST_TIMEOUT: Problem = problem(408, &["request_timeout"]);
/// As many calls are at work as may be.
pub(crate) const TOO_MANY_CALLS: Problem = problem(429, &["too_many_calls"]);
/// An integration calls the application itself; always marked, because it comes to whoever took this
/// for a provider.
pub(crate) const LOOP: Problem = Problem { status: 508, codes: &["loop_detected"], marked: true };
/// The request asks for a WebSocket; always marked, because it may be meant for a provider.
pub(crate) const UPGRADE: Problem =
    Problem { status: 501, codes: &["upgrade_unsupported"], marked: true };
/// The body is not whole.
pub(crate) const BROKEN_BODY: Problem = problem(400, &["broken_body"]);
/// The body is too large.
pub(crate) const TOO_LARGE: Problem = problem(413, &["too_large"]);
/// The body is not declared as JSON.
pub(crate) const MEDIA_TYPE: Problem = problem(415, &["unsupported_media_type"]);
/// A fault of ours or of the deployment.
pub(crate) const FAULT: Problem =
    problem(500, &["misconfigured", "internal", "credential_unreadable"]);
/// The provider is in trouble, or must not be called.
pub(crate) const PROVIDER: Problem = problem(502, &["provider_error", "egress_denied"]);
/// Storage does not answer now.
pub(crate) const UNAVAILABLE: Problem = problem(
    503,
    &[
        "storage_unavailable",
        "database_newer",
        "jwks_unavailable",
        "refresh_pending",
        "unavailable",
    ],
);
/// The provider is too slow.
pub(crate) const PROVIDER_SLOW: Problem = problem(504, &["provider_timeout"]);
/// The token's role does not do, or a rule refuses this call.
pub(crate) const CALL_DENIED: Problem = problem(403, &["forbidden", "policy_denied"]);
/// Somebody has to mend the connection first.
pub(crate) const UNUSABLE: Problem =
    problem(409, &["integration_inactive", "reauthorization_required"]);

/// What a code means, for people.
fn meaning(code: &str) -> &'static str {
    match code {
        "missing_token" => "no `Authorization` header came",
        "invalid_token" => "what came proves nothing",
        "token_expired" => "the token is past its `exp`",
        "forbidden" => "the role does not allow it, or the manifest is built in",
        "not_found" => "there is no such thing in the workspace",
        "method_not_allowed" => "the path has other methods, those in `Allow`",
        "name_taken" => "the name belongs to the integration `existing_id`",
        "changed_meanwhile" => "somebody else was faster: read it again",
        "manifest_exists" => "there is one of that id: PUT replaces it",
        "manifest_in_use" => "integrations use it",
        "too_many_manifests" => "the workspace has 100 of its own",
        "quota_exceeded" => "the workspace has as many as the variable `variable` allows",
        "version_mismatch" => "`If-Match` names another version than there is",
        "request_timeout" => {
            "the body did not come whole within 30 s, or an upload came too slowly: send it again"
        }
        "too_many_calls" => {
            "as many calls of this agent, to this integration or of this workspace are at work as \
             may be; try again when one has ended"
        }
        "broken_body" => {
            "the body of the request broke off, or one of its chunks is malformed: send it again, whole"
        }
        "upgrade_unsupported" => {
            "the request asks for a WebSocket, which is not passed on; server-sent events are"
        }
        "loop_detected" => "an integration's base URL leads to the application itself",
        "too_large" => {
            "the body is larger than 64 KiB, a manifest than 32 KiB, a message than 1 MiB"
        }
        "unsupported_media_type" => "the content type is not `application/json`",
        "invalid" => "members or parameters break rules, which `errors` names",
        "credential_refused" => "the provider does not accept the credential",
        "credentials_required" => {
            "the parameters would send the stored credential elsewhere: enter it again"
        }
        "misconfigured" => "the variable `variable` of the deployment is malformed",
        "internal" => "a fault of ours, which the log has",
        "credential_unreadable" => "what is stored was changed outside, or its key is gone",
        "provider_error" => {
            "the provider is down, answers something that is not its API or a status that HTTP does not \
             have, or its answer broke off"
        }
        "egress_denied" => "the egress guard refuses the provider's host",
        "storage_unavailable" => "storage is busy, full or out of reach; nothing was changed",
        "database_newer" => "a later version has written the database",
        "jwks_unavailable" => "the issuer's keys cannot be fetched, and the token's was never seen",
        "refresh_pending" => {
            "the token is being refreshed; the provider has not answered yet: `Retry-After` says when \
             that is over at the latest"
        }
        "unavailable" => {
            "a part of the application has no room for the request now, or failed: try again"
        }
        "oauth_client_missing" => "no OAuth app is set up; register one with `redirect_uri`",
        "not_oauth" => "it is not connected by OAuth: PUT its credentials",
        "grant_shared" => {
            "other connections use what would end: `force=true` ends it, `force=false` keeps it"
        }
        "effect_unconfirmed" => {
            "the manifest says that a revocation ends one token alone: `believe_effect=true` vouches \
             for that, `believe_effect=false` saves it without"
        }
        "policy_denied" => {
            "a rule of the integration's policy, or of its manifest, which `detail` names; `link` is \
             where a person can change it"
        }
        "integration_inactive" => "it was switched off; `link` is where a person can switch it on",
        "reauthorization_required" => {
            "the provider no longer accepts the credential; `link` is where a person can connect again"
        }
        "provider_timeout" => "the provider did not answer completely in time",
        _ => "",
    }
}

impl Problem {
    /// Its name among the components.
    pub(crate) fn name(&self) -> String {
        let whose = if self.marked { "proxy." } else { "" };
        format!("{whose}{}.{}", self.status, self.codes.join("."))
    }

    /// Its name and itself as a response.
    pub(crate) fn response(&self) -> (String, Value) {
        let means: Vec<String> =
            self.codes.iter().map(|code| format!("`{code}`: {}", meaning(code))).collect();
        let mut headers = Map::new();
        headers.insert("x-request-id".into(), component("headers", "request_id"));
        headers.insert("cache-control".into(), component("headers", "no_store"));
        let special = match self.status {
            401 => Some(("www-authenticate", "challenge")),
            405 => Some(("allow", "allow")),
            429 | 503 => Some(("retry-after", "retry_after")),
            _ => None,
        };
        if let Some((name, header)) = special {
            headers.insert(name.into(), component("headers", header));
        }
        if self.marked {
            headers.insert("x-nexus-error".into(), component("headers", "error_code"));
        }
        let schema = json!({
            "allOf": [component("schemas", "Problem")],
            "properties": {"status": {"const": self.status}, "code": {"enum": self.codes}},
        });
        let response = json!({
            "description": means.join("; "),
            "headers": headers,
            "content": {"application/problem+json": {"schema": schema}},
        });
        (self.name(), response)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_code_of_a_description_is_explained() {
        let document = crate::document();
        let responses = document["components"]["responses"].as_object().unwrap();
        for (name, response) in responses {
            for part in response["description"].as_str().unwrap().split("; ") {
                assert!(!part.ends_with(": "), "{name}: {part}");
            }
        }
    }
}
