//! Classifies an error response of a token endpoint: the grant is invalid, the client is not accepted, or the
//! response says nothing about either.
//!
//! RFC 6749, 5.2 puts an error code into `error`, with status 400. Providers nest the code, write it in
//! capitals or with a sentence after it, choose another status, or say only in a sentence that the refresh
//! token is not valid. This module must not take trouble of the provider for an invalid grant. A 5xx or a 429
//! never means that, unless its body says `invalid_grant`.

use http::StatusCode;
use nexus_common::Error;
use serde_json::Value;

use crate::provider::answer::Answer;

/// The maximum nesting of members that are read.
const DEPTH: usize = 4;
/// The maximum number of texts of a response that are read.
const TEXTS: usize = 64;
/// The members that hold an error code, beside the member at the manifest's pointer.
const CODES: [&str; 8] =
    ["error", "code", "type", "error_code", "errorcode", "error_type", "reason", "status"];
/// The members that hold a message for people.
const WORDS: [&str; 8] = [
    "/error_description",
    "/message",
    "/error/message",
    "/error/error_description",
    "/errors/0/message",
    "/errors/0/detail",
    "/detail",
    "/error_message",
];
/// Error codes that say that a refresh token, or the sign-in behind it, is no longer valid: RFC 6750, 3.1;
/// RFC 8628, 3.5; OpenID Connect Core, 3.1.2.6. Slack, GitHub and LinkedIn have their own. Only letters and
/// digits are compared.
const DEAD: [&str; 12] = [
    "invalidtoken",
    "tokeninvalid",
    "expiredtoken",
    "tokenexpired",
    "revokedtoken",
    "tokenrevoked",
    "tokeninactive",
    "consentrevoked",
    "interactionrequired",
    "loginrequired",
    "consentrequired",
    "accountselectionrequired",
];
/// Error codes about the request or the server (RFC 6749, 5.2 and 4.1.2.1).
const OTHERWISE: [&str; 5] = [
    "invalidrequest",
    "unsupportedgranttype",
    "invalidscope",
    "servererror",
    "temporarilyunavailable",
];
/// Words in a sentence about a refresh token that is no longer valid.
const DEAD_WORDS: [&str; 15] = [
    "invalid",
    "expired",
    "revoked",
    "notfound",
    "unknown",
    "inactive",
    "nolonger",
    "notvalid",
    "isntvalid",
    "doesnotexist",
    "alreadyused",
    "alreadybeenused",
    "reused",
    "unrecognized",
    "bad",
];

/// Why a token could not be obtained.
#[derive(Debug)]
pub(crate) enum TokenFailure {
    /// The code or the refresh token is invalid or no longer valid (`invalid_grant`).
    Grant(String),
    /// The provider does not accept the OAuth client (`invalid_client`).
    Client(String),
    /// The request failed for a reason that says nothing about the grant or the client.
    Trouble(Error),
}

impl From<Error> for TokenFailure {
    fn from(error: Error) -> Self {
        Self::Trouble(error)
    }
}

impl From<TokenFailure> for Error {
    fn from(failure: TokenFailure) -> Self {
        match failure {
            TokenFailure::Grant(why) | TokenFailure::Client(why) => Self::CredentialRefused(why),
            TokenFailure::Trouble(error) => error,
        }
    }
}

/// Classifies `answer`. `is_refresh` is whether the request had a refresh token.
///
/// `own` is the pointer to the provider's own error, and `listed` the manifest's words for an invalid grant.
pub(super) fn of(listed: &[String], answer: &Answer, own: &str, is_refresh: bool) -> TokenFailure {
    let found = ErrorTexts::of(answer, own);
    let why = found.words(answer);
    let is_listed =
        found.codes.iter().any(|code| listed.iter().any(|word| letters(word) == letters(code)));
    // A wrong client secret must not force people to connect again every integration of the app.
    let is_of_client = found.has_code(&["invalidclient"]);
    let may_be_dead = is_refresh && is_about_the_request(answer.status) && !is_of_client;
    if is_listed || found.names_invalid_grant() || (may_be_dead && found.is_dead()) {
        return TokenFailure::Grant(why);
    }
    if is_of_client || found.has_code(&["unauthorizedclient"]) {
        return TokenFailure::Client(why);
    }
    TokenFailure::Trouble(Error::Provider(why))
}

/// Whether the status is about the request, and not about the provider's state.
pub(super) fn is_about_the_request(status: StatusCode) -> bool {
    use StatusCode as S;
    let is_state = matches!(status, S::REQUEST_TIMEOUT | S::TOO_EARLY | S::TOO_MANY_REQUESTS);
    (status.is_success() || status.is_client_error()) && !is_state
}

/// The texts of an error response.
#[derive(Default)]
struct ErrorTexts<'a> {
    /// The texts in members for error codes, the manifest's own member first.
    codes: Vec<&'a str>,
    /// All texts.
    texts: Vec<&'a str>,
}

impl<'a> ErrorTexts<'a> {
    fn of(answer: &'a Answer, own: &str) -> Self {
        let mut found = Self::default();
        if let Some(members) = answer.members() {
            let first = [own, "/error"].into_iter();
            found.codes.extend(first.filter_map(|at| members.pointer(at)?.as_str()));
            found.gather("", members, DEPTH);
        }
        found.texts.extend(answer.text.as_deref());
        found
    }

    fn gather(&mut self, name: &str, value: &'a Value, depth: usize) {
        match value {
            Value::String(text) if self.texts.len() < TEXTS => {
                if CODES.contains(&name.to_ascii_lowercase().as_str()) {
                    self.codes.push(text);
                }
                self.texts.push(text);
            }
            Value::Object(members) if depth > 0 => {
                members.iter().for_each(|(name, value)| self.gather(name, value, depth - 1));
            }
            Value::Array(items) if depth > 0 => {
                items.iter().for_each(|value| self.gather(name, value, depth - 1));
            }
            _ => {}
        }
    }

    /// Whether a text contains `invalid_grant` in any spelling. `invalid_grant_type` is another error.
    fn names_invalid_grant(&self) -> bool {
        self.texts.iter().any(|text| {
            let text = letters(text);
            let mut found = text.match_indices("invalidgrant");
            found.any(|(at, word)| {
                !text.get(at + word.len()..).is_some_and(|rest| rest.starts_with("type"))
            })
        })
    }

    /// Whether one of the codes has the letters and digits of one of `known`.
    fn has_code(&self, known: &[&str]) -> bool {
        self.codes.iter().any(|code| known.contains(&letters(code).as_str()))
    }

    /// Whether a code says that the token is no longer valid, or a sentence says so of the refresh token.
    /// Sentences are ignored if a code names another error. So is a sentence about the grant type.
    fn is_dead(&self) -> bool {
        self.has_code(&DEAD)
            || !self.has_code(&OTHERWISE)
                && self.texts.iter().any(|text| {
                    let text = letters(text);
                    text.contains("refreshtoken")
                        && !text.contains("granttype")
                        && DEAD_WORDS.iter().any(|word| text.contains(word))
                        && !["missing", "required"].iter().any(|word| text.contains(word))
                })
    }

    /// The error in words for people: the status, the first code, and the provider's message.
    fn words(&self, answer: &Answer) -> String {
        let code = self.codes.iter().find_map(|code| answer.screen.pass(code));
        let words = answer.members().and_then(|json| answer.words(json, WORDS));
        let text = answer.text.as_deref().and_then(|text| answer.screen.pass(text));
        let mut why =
            format!("the token endpoint rejected the request ({})", answer.status.as_u16());
        for part in code.iter().chain(words.iter().filter(|words| Some(*words) != code.as_ref())) {
            why = format!("{why}: {part}");
        }
        match text {
            Some(text) if code.is_none() && words.is_none() => format!("{why}: {text}"),
            _ => why,
        }
    }
}

/// The letters and digits of a text, in lower case.
fn letters(text: &str) -> String {
    let kept = text.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::screen::Screen;

    /// `grant`, `client` or `trouble`.
    fn meaning(status: u16, body: Value, is_refresh: bool) -> &'static str {
        let (json, text) = match body {
            Value::String(text) => (None, Some(text)),
            json => (Some(json), None),
        };
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            json,
            form: None,
            text,
            content_type: String::new(),
            is_limited: false,
            screen: Screen::new(std::iter::empty()),
        };
        match of(&["token_gone".to_owned()], &answer, "/error", is_refresh) {
            TokenFailure::Grant(_) => "grant",
            TokenFailure::Client(_) => "client",
            TokenFailure::Trouble(_) => "trouble",
        }
    }

    #[test]
    fn an_invalid_grant_is_recognized_in_any_member() {
        for (status, body) in [
            (400, json!({"error": "invalid_grant"})),
            (401, json!({"error": "INVALID_GRANT"})),
            (400, json!({"error": "invalid_grant: Token has been expired or revoked."})),
            (400, json!({"error": {"code": "invalid_grant", "message": "gone"}})),
            (400, json!({"errors": [{"error": "invalidGrant"}]})),
            (500, json!({"error": "invalid_grant"})),
            (
                403,
                json!({"error": "unauthorized_client", "error_description": "refresh_token is invalid"}),
            ),
            (
                403,
                json!({"error": "unauthorized_client", "error_description": "Unknown or invalid refresh token."}),
            ),
            (401, json!({"error": {"code": "refresh_token_invalidated"}})),
            (200, json!({"ok": false, "error": "invalid_refresh_token"})),
            (200, json!({"error": "bad_refresh_token"})),
            (400, json!({"code": "token_expired"})),
            (400, json!({"error": "interaction_required"})),
            (400, json!({"error": "token_gone"})),
            (400, json!({"error": "Token-Gone"})),
            (400, json!("invalid_grant")),
            (400, json!("The refresh token has been revoked")),
        ] {
            assert_eq!(meaning(status, body.clone(), true), "grant", "{status} {body}");
        }
    }

    #[test]
    fn trouble_is_not_taken_for_an_invalid_grant() {
        for (status, body) in [
            (400, json!({"error": "unsupported_grant_type"})),
            (400, json!({"error": "invalid_grant_type"})),
            (
                400,
                json!({"error": "invalid_request", "error_description": "refresh_token is missing"}),
            ),
            (503, json!({"error": "token_expired"})),
            (
                400,
                json!({"error": "unsupported_grant_type",
                "error_description": "invalid, use authorization_code or refresh_token"}),
            ),
            (400, json!({"message": "Unknown error, grant_type=refresh_token"})),
            (503, json!("refresh token service: invalid state")),
            (429, json!({"error": "invalid refresh token rate"})),
            (400, json!({"error": "temporarily_unavailable"})),
            (400, json!("<html>Bad gateway</html>")),
        ] {
            assert_eq!(meaning(status, body.clone(), true), "trouble", "{status} {body}");
        }
        for body in [
            json!({"error": "unauthorized_client"}),
            json!({"error": "INVALID_CLIENT"}),
            json!({"error": {"type": "invalid_client", "message": "x"}}),
            json!({"error": "invalid_client",
                "error_description": "Invalid client credentials for grant type refresh_token"}),
        ] {
            assert_eq!(meaning(401, body.clone(), true), "client", "{body}");
        }
        // If the request had no refresh token, the response is not about one.
        assert_eq!(meaning(400, json!({"code": "token_expired"}), false), "trouble");
    }
}
