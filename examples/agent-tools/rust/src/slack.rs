//! Calls Slack's Web API through Nexus, and turns Slack's and Nexus's refusals into errors for a model.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;
use url::form_urlencoded::Serializer;

use crate::Refusal;

/// The size from which a response is too large, in bytes.
const TOO_MUCH: u64 = 16 * 1024 * 1024;

/// The URL of Nexus, the caller, and the integration.
pub struct Nexus {
    url: String,
    token: String,
    integration: String,
    agent: Agent,
}

type Param<'a> = Option<(&'a str, &'a str)>;

impl Nexus {
    /// `url` without a path, a token with the role AGENT, an integration's slug.
    pub fn new(url: &str, token: &str, integration: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // Sends the token to Nexus only.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A call may wait for a token that is being refreshed.
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self {
            url: url.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
            integration: integration.to_owned(),
            agent: config.into(),
        }
    }

    pub(crate) fn get(&self, name: &str, params: &[Param<'_>]) -> Result<Value, Refusal> {
        let request = self.agent.get(format!("{}?{}", self.address(name), form(params)));
        self.understood(name, request.header("authorization", self.bearer()).call())
    }

    pub(crate) fn post(&self, name: &str, params: &[Param<'_>]) -> Result<Value, Refusal> {
        let request = self
            .agent
            .post(self.address(name))
            .header("authorization", self.bearer())
            .content_type("application/x-www-form-urlencoded");
        self.understood(name, request.send(form(params)))
    }

    fn address(&self, name: &str) -> String {
        format!("{}/api/proxy/{}/{name}", self.url, self.integration)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn understood(
        &self,
        name: &str,
        answer: Result<Response<ureq::Body>, ureq::Error>,
    ) -> Result<Value, Refusal> {
        let unreachable = |error: ureq::Error| {
            Refusal::new("unreachable", format!("{} did not respond completely: {error}", self.url))
        };
        let mut response = answer.map_err(unreachable)?;
        let body = response.body_mut().with_config().limit(TOO_MUCH).read_to_string();
        // A page from a gateway in front of Slack is not JSON.
        let answer: Value = serde_json::from_str(&body.map_err(unreachable)?).unwrap_or_default();
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        let header = |name: &str| response.headers().get(name)?.to_str().ok();
        if let Some(code) = header("x-nexus-error") {
            // A problem document (RFC 9457): its detail names the rule, its link is where a person
            // can fix it.
            let refusal = Refusal::new(code, text("detail").unwrap_or_default());
            return Err(refusal
                .with("link", text("link"))
                .with("retry_after", header("retry-after")));
        }
        if response.status() == 429 {
            let refusal = Refusal::new(
                "ratelimited",
                "Slack's rate limit is reached; retry after retry_after seconds",
            );
            return Err(refusal.with("retry_after", header("retry-after")));
        }
        if answer.get("ok") == Some(&Value::Bool(true)) {
            return Ok(answer);
        }
        let status = format!("http_{}", response.status().as_u16());
        let error = text("error").unwrap_or(&status);
        Err(Refusal::new(error, hint(error, name, text("needed").unwrap_or_default())))
    }
}

fn form(params: &[Param<'_>]) -> String {
    Serializer::new(String::new()).extend_pairs(params.iter().flatten()).finish()
}

/// Explains what to do about an error from Slack.
fn hint(error: &str, name: &str, needed: &str) -> String {
    match error {
        "channel_not_found" => {
            "no channel has this id; use list_channels to get the channels' ids".to_owned()
        }
        "not_in_channel" => {
            "the app is not a member of this channel; ask a person to invite it".to_owned()
        }
        "is_archived" => "this channel is archived, so nothing can be posted in it".to_owned(),
        "thread_not_found" => "this channel has no message with this ts".to_owned(),
        "msg_too_long" => "the text is too long; post it in several messages".to_owned(),
        "invalid_cursor" => {
            "this cursor is not valid for this list; leave it out to start again".to_owned()
        }
        "missing_scope" => format!(
            "the connection lacks the scope {needed}; ask a person to connect it again with that scope"
        ),
        _ => {
            format!(
                "Slack rejected the call; see https://docs.slack.dev/reference/methods/{name} for the reason"
            )
        }
    }
}
