//! What a token endpoint's refusal means: is the grant dead, is our client not accepted, or does the
//! answer say nothing that counts?
//!
//! RFC 6749, 5.2 puts one word into `error`, with status 400. Providers nest the word, write it in
//! capitals or with a sentence behind it, choose another status, or say only in a sentence that the
//! refresh token is not valid. It must not read trouble of the provider as a dead grant: a 5xx and a 429
//! never are, unless they say `invalid_grant` itself.

use http::StatusCode;
use nexus_common::Error;
use nexus_manifests::OAuth2;
use serde_json::Value;

use super::token::TokenFailure;
use crate::answer::Answer;

/// How deep members are looked at.
const DEPTH: usize = 4;
/// Most texts of an answer that are looked at.
const TEXTS: usize = 64;
/// The members that hold a code, beside the manifest's own pointer.
const CODES: [&str; 8] =
    ["error", "code", "type", "error_code", "errorcode", "error_type", "reason", "status"];
/// Where the words for people stand.
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
/// Codes that say of a refresh token, or of the person's sign-in behind it, that it is over: RFC 6750,
/// 3.1; RFC 8628, 3.5; OpenID Connect Core, 3.1.2.6; Slack, GitHub and LinkedIn have their own. Compared
/// by their letters and digits.
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
/// Codes that say of the request, or of the server, what is wrong (RFC 6749, 5.2 and 4.1.2.1).
const OTHERWISE: [&str; 5] = [
    "invalidrequest",
    "unsupportedgranttype",
    "invalidscope",
    "servererror",
    "temporarilyunavailable",
];
/// What a sentence says of a refresh token that is dead.
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

/// What `answer` means. `is_refresh`: the token was asked for with a refresh token.
pub(super) fn of(oauth2: &OAuth2, answer: &Answer, own: &str, is_refresh: bool) -> TokenFailure {
    let said = Said::of(answer, own);
    let why = said.words(answer);
    let listed = oauth2.refresh.as_ref().map_or(&[][..], |refresh| &refresh.invalid_grant);
    let is_listed =
        said.codes.iter().any(|code| listed.iter().any(|word| letters(word) == letters(code)));
    // One wrong secret of an app must not have every connection of it made again.
    let is_of_client = said.has_code(&["invalidclient"]);
    let may_be_dead = is_refresh && is_about_the_request(answer.status) && !is_of_client;
    if is_listed || said.names_invalid_grant() || (may_be_dead && said.is_dead()) {
        return TokenFailure::Grant(why);
    }
    if is_of_client || said.has_code(&["unauthorizedclient"]) {
        return TokenFailure::Client(why);
    }
    TokenFailure::Trouble(Error::Provider(why))
}

/// A status that speaks of the request, not of the provider's state.
fn is_about_the_request(status: StatusCode) -> bool {
    use StatusCode as S;
    let is_state = matches!(status, S::REQUEST_TIMEOUT | S::TOO_EARLY | S::TOO_MANY_REQUESTS);
    (status.is_success() || status.is_client_error()) && !is_state
}

/// What an answer says.
#[derive(Default)]
struct Said<'a> {
    /// What stands where a code stands, the manifest's own place first.
    codes: Vec<&'a str>,
    /// All texts.
    texts: Vec<&'a str>,
}

impl<'a> Said<'a> {
    fn of(answer: &'a Answer, own: &str) -> Self {
        let mut said = Self::default();
        if let Some(members) = answer.members() {
            let first = [own, "/error"].into_iter();
            said.codes.extend(first.filter_map(|at| members.pointer(at)?.as_str()));
            said.gather("", members, DEPTH);
        }
        said.texts.extend(answer.text.as_deref());
        said
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

    /// `invalid_grant`, however it is written; `invalid_grant_type` is another error.
    fn names_invalid_grant(&self) -> bool {
        self.texts.iter().any(|text| {
            let text = letters(text);
            let mut found = text.match_indices("invalidgrant");
            found.any(|(at, word)| {
                !text.get(at + word.len()..).is_some_and(|rest| rest.starts_with("type"))
            })
        })
    }

    /// Whether one of the codes is one of `known`, by letters and digits.
    fn has_code(&self, known: &[&str]) -> bool {
        self.codes.iter().any(|code| known.contains(&letters(code).as_str()))
    }

    /// A code for a token that is over, or a sentence that says so of the refresh token. Where a code says
    /// something else, and a sentence about the kind of grant, nothing is read into sentences.
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

    /// The refusal in words for people: the status, the first code, the provider's words.
    fn words(&self, answer: &Answer) -> String {
        let code = self.codes.iter().find_map(|code| answer.screen.pass(code));
        let words = answer.members().and_then(|json| answer.words(json, WORDS));
        let text = answer.text.as_deref().and_then(|text| answer.screen.pass(text));
        let mut why = format!("the token endpoint refused ({})", answer.status.as_u16());
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
    use crate::screen::Screen;

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
        let oauth2 = json!({"authorization_url": "https://a/", "token_url": "https://a/", "client_auth": "post",
            "refresh": {"invalid_grant": ["token_gone"]}});
        let oauth2: OAuth2 = serde_json::from_value(oauth2).unwrap();
        match of(&oauth2, &answer, "/error", is_refresh) {
            TokenFailure::Grant(_) => "grant",
            TokenFailure::Client(_) => "client",
            TokenFailure::Trouble(_) => "trouble",
        }
    }

    #[test]
    fn a_dead_grant_is_seen_wherever_it_is_said() {
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
    fn trouble_is_not_taken_for_a_dead_grant() {
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
        // Without a refresh token in the request, nothing is said of one.
        assert_eq!(meaning(400, json!({"code": "token_expired"}), false), "trouble");
    }
}
