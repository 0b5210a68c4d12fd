//! Problems: the statuses, and the codes that can come with each status.

use serde_json::{Map, Value, json};

use crate::component;

/// A status and the codes that can come with it. Equal problems are one component.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) codes: &'static [&'static str],
    /// Whether the problem is sent where a provider's response could be, so that `x-nexus-error` must mark
    /// it.
    pub(crate) marked: bool,
}

/// A problem that cannot be mistaken for a provider's response.
const fn problem(status: u16, codes: &'static [&'static str]) -> Problem {
    Problem { status, codes, marked: false }
}

/// The token is missing or invalid.
pub(crate) const TOKEN: Problem =
    problem(401, &["missing_token", "invalid_token", "token_expired"]);
/// The tick secret is missing or wrong.
pub(crate) const TICK_SECRET: Problem = problem(401, &["missing_token", "invalid_token"]);
/// The token's role is not sufficient.
pub(crate) const FORBIDDEN: Problem = problem(403, &["forbidden", "cross_site", "stopped"]);
/// The resource does not exist in this workspace.
pub(crate) const NOT_FOUND: Problem = problem(404, &["not_found"]);
/// The path does not support the method.
pub(crate) const METHOD_NOT_ALLOWED: Problem = problem(405, &["method_not_allowed"]);
/// `If-Match` names a version that is not the current one.
pub(crate) const VERSION: Problem = problem(412, &["version_mismatch"]);
/// The body did not arrive in time.
pub(crate) const REQUEST_TIMEOUT: Problem = problem(408, &["request_timeout"]);
/// A limit of concurrent calls, or of calls per minute, is reached.
pub(crate) const TOO_MANY_CALLS: Problem = problem(429, &["too_many_calls", "rate_limited"]);
/// A limit per minute is reached: of requests, or of wrong proofs.
pub(crate) const RATE_LIMITED: Problem = problem(429, &["rate_limited"]);
/// An integration calls the application itself. Always marked, because the caller expects a provider's
/// response.
pub(crate) const LOOP: Problem = Problem { status: 508, codes: &["loop_detected"], marked: true };
/// The request asks for a WebSocket. Always marked, because the request may be meant for a provider.
pub(crate) const UPGRADE: Problem =
    Problem { status: 501, codes: &["upgrade_unsupported"], marked: true };
/// The body is incomplete.
pub(crate) const BROKEN_BODY: Problem = problem(400, &["broken_body"]);
/// The body is too large.
pub(crate) const TOO_LARGE: Problem = problem(413, &["too_large"]);
/// The body is not declared as JSON.
pub(crate) const MEDIA_TYPE: Problem = problem(415, &["unsupported_media_type"]);
/// An internal error, or a misconfigured deployment.
pub(crate) const FAULT: Problem =
    problem(500, &["misconfigured", "internal", "credential_unreadable"]);
/// The provider failed, or must not be called.
pub(crate) const PROVIDER: Problem = problem(502, &["provider_error", "egress_denied"]);
/// Storage or another part of the application is unavailable.
pub(crate) const UNAVAILABLE: Problem = problem(
    503,
    &[
        "storage_unavailable",
        "write_unconfirmed",
        "schema_behind",
        "database_newer",
        "jwks_unavailable",
        "refresh_pending",
        "unavailable",
    ],
);
/// The provider did not respond in time.
pub(crate) const PROVIDER_SLOW: Problem = problem(504, &["provider_timeout"]);
/// The token's role is not sufficient, or a rule denies the call.
pub(crate) const CALL_DENIED: Problem = problem(403, &["forbidden", "policy_denied", "stopped"]);
/// A person has to repair the connection first.
pub(crate) const UNUSABLE: Problem =
    problem(409, &["integration_inactive", "reauthorization_required"]);

/// The meaning of a code, for people.
fn meaning(code: &str) -> &'static str {
    match code {
        "missing_token" => "the `Authorization` header is missing",
        "invalid_token" => "the token or secret is not valid",
        "token_expired" => "the token is past its `exp`",
        "forbidden" => "the role does not allow the call, or the manifest is built in",
        "cross_site" => {
            "a session cookie counts only for requests from pages of the application; send a token"
        }
        "stopped" => "an ADMIN has stopped the caller, the integration or the workspace",
        "agent_name_taken" => "another agent of the workspace has the name",
        "outside_agent" => "an outside issuer vouches for the agent; switch it off instead",
        "too_many_keys" => "the agent has as many keys as it may; revoke one",
        "passkeys_unavailable" => {
            "browsers keep passkeys for a domain name only; `public_url` has an address"
        }
        "passkey_exists" => "the passkey is known here already; use another authenticator",
        "too_many_passkeys" => "the person has as many passkeys as a person may; remove one",
        "last_passkey" => "the passkey is the person's only way to sign in; add another one first",
        "gone" => "the link was used or deleted, or has expired; ask for a new one",
        "role_managed_elsewhere" => "the role comes from the identity provider; change it there",
        "last_admin" => "the person is the last active ADMIN of the workspace",
        "signs_in_elsewhere" => {
            "the person signs in at an identity provider, or by tokens of an outside issuer, and not by a link"
        }
        "person_inactive" => {
            "the person is switched off or stopped; switch the person on, or lift the stop, first"
        }
        "not_found" => "the resource does not exist in the workspace",
        "method_not_allowed" => "the path supports only the methods in `Allow`",
        "name_taken" => "the name belongs to the integration `existing_id`",
        "changed_meanwhile" => "another request changed the resource; read it again",
        "manifest_exists" => "a manifest with that id exists; use PUT to replace it",
        "manifest_in_use" => "integrations use the manifest; delete them first",
        "too_many_manifests" => "the workspace already has 100 manifests of its own",
        "quota_exceeded" => {
            "the workspace has as many as the deployment's variable `variable` allows"
        }
        "version_mismatch" => "`If-Match` does not name the current version",
        "request_timeout" => {
            "the body was not complete within 30 s, or an upload was too slow; send it again"
        }
        "too_many_calls" => {
            "the limit of concurrent calls of this agent, to this integration or of this workspace is \
             reached; retry when a call has finished"
        }
        "rate_limited" => {
            "a limit per minute is reached: of the agent's calls, of the workspace's requests, or of wrong \
             proofs from this address; `Retry-After` says when the next minute begins"
        }
        "broken_body" => {
            "the body of the request is incomplete, or one of its chunks is malformed; send it again"
        }
        "upgrade_unsupported" => {
            "the request asks for a WebSocket, which is not supported; server-sent events are"
        }
        "loop_detected" => "an integration's base URL leads to the application itself",
        "too_large" => "the body exceeds 64 KiB, or 32 KiB for a manifest, or 1 MiB for a message",
        "unsupported_media_type" => "the content type is not `application/json`",
        "invalid" => "members or parameters are invalid; see `errors`",
        "credential_refused" => "the provider rejects the credential",
        "nothing_found" => {
            "the provider accepts the credential, but lists nothing that the integration could be connected to"
        }
        "nothing_to_choose" => "the integration's provider offers no choice",
        "credentials_required" => {
            "the parameters would send the stored credential to another host; enter it again"
        }
        "misconfigured" => "the variable `variable` of the deployment is malformed",
        "internal" => "an internal error; see the log",
        "credential_unreadable" => {
            "the stored credential was changed outside the application, or its encryption key is missing"
        }
        "provider_error" => {
            "the provider is down, its response is not from its API or has a status that HTTP does not \
             define, or the response is incomplete"
        }
        "egress_denied" => "the egress guard refuses the provider's host",
        "storage_unavailable" => "storage is busy, full or unreachable; nothing was changed",
        "write_unconfirmed" => {
            "the database server did not confirm the change, which may have been made or not; look before a \
             retry. The response to a POST has no `Retry-After` then"
        }
        "schema_behind" => {
            "the database on a server has the schema of an earlier version; an operator runs `nexus migrate`"
        }
        "database_newer" => "a later version of the application has migrated the database",
        "jwks_unavailable" => {
            "the issuer's keys cannot be fetched, and the token's key is not cached"
        }
        "refresh_pending" => {
            "the token is being refreshed, and the provider has not responded yet; `Retry-After` is the \
             longest that the refresh can still take"
        }
        "unavailable" => "a part of the application is overloaded or failed; retry",
        "oauth_client_missing" => {
            "no OAuth app is set up; register one with `redirect_uri` at the provider"
        }
        "not_oauth" => "the integration is not connected by OAuth; PUT its credentials",
        "grant_shared" => {
            "other connections use the tokens; `force=true` revokes them, `force=false` keeps them"
        }
        "effect_unconfirmed" => {
            "the manifest says that a revocation affects one token alone; `believe_effect=true` confirms \
             that, `believe_effect=false` saves the manifest without"
        }
        "policy_denied" => {
            "a rule of the integration's policy or of its manifest denies the call; `detail` names the \
             rule, and `link` is where a person can change it"
        }
        "integration_inactive" => {
            "the integration is switched off; `link` is where a person can switch it on"
        }
        "reauthorization_required" => {
            "the provider no longer accepts the credential; `link` is where a person can connect again"
        }
        "provider_timeout" => "the provider's response was not complete in time",
        _ => "",
    }
}

impl Problem {
    /// The name of its component.
    pub(crate) fn name(&self) -> String {
        let whose = if self.marked { "proxy." } else { "" };
        format!("{whose}{}.{}", self.status, self.codes.join("."))
    }

    /// The name of its component, and the response.
    pub(crate) fn response(&self) -> (String, Value) {
        let means: Vec<String> =
            self.codes.iter().map(|code| format!("`{code}`: {}", meaning(code))).collect();
        let mut headers = Map::new();
        headers.insert("x-request-id".into(), component("headers", "request_id"));
        headers.insert("cache-control".into(), component("headers", "no_store"));
        let special = match self.status {
            401 => Some(("www-authenticate", "challenge")),
            405 => Some(("allow", "allow")),
            503 if self.codes.contains(&"write_unconfirmed") => {
                Some(("retry-after", "retry_after_if_repeatable"))
            }
            429 | 503 => Some(("retry-after", "retry_after")),
            _ => None,
        };
        if let Some((name, header)) = special {
            headers.insert(name.into(), component("headers", header));
        }
        if self.codes.contains(&"rate_limited") {
            headers.insert("ratelimit".into(), component("headers", "rate_limit"));
            headers.insert("ratelimit-policy".into(), component("headers", "rate_limit_policy"));
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
