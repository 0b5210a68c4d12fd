//! Slack's Web API, called through Nexus; its refusals and Nexus's own, as a model can use them.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;
use url::form_urlencoded::Serializer;

use crate::Refusal;

/// The least of an answer that is too much, in bytes.
const TOO_MUCH: u64 = 16 * 1024 * 1024;

/// Where Nexus is, who calls, and by which integration.
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
            // The token goes to Nexus and nowhere else.
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
            Refusal::new("unreachable", format!("{} does not answer whole: {error}", self.url))
        };
        let mut response = answer.map_err(unreachable)?;
        let body = response.body_mut().with_config().limit(TOO_MUCH).read_to_string();
        // A page of a gateway before Slack is no JSON.
        let answer: Value = serde_json::from_str(&body.map_err(unreachable)?).unwrap_or_default();
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        let header = |name: &str| response.headers().get(name)?.to_str().ok();
        if let Some(code) = header("x-nexus-error") {
            // A problem document (RFC 9457): its detail names the rule, its link is where a person
            // mends it.
            let refusal = Refusal::new(code, text("detail").unwrap_or_default());
            return Err(refusal
                .with("link", text("link"))
                .with("retry_after", header("retry-after")));
        }
        if response.status() == 429 {
            let refusal =
                Refusal::new("ratelimited", "Slack wants fewer calls: wait retry_after seconds");
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

/// What to do about an error of Slack's.
fn hint(error: &str, name: &str, needed: &str) -> String {
    match error {
        "channel_not_found" => {
            "no channel has this id: list_channels shows those there are".to_owned()
        }
        "not_in_channel" => {
            "the app is not in this channel: ask a person to invite it there".to_owned()
        }
        "is_archived" => {
            "this channel is archived: nothing can be posted there any more".to_owned()
        }
        "thread_not_found" => "there is no message with this ts in this channel".to_owned(),
        "msg_too_long" => "the text is too long: post it in several messages".to_owned(),
        "invalid_cursor" => {
            "this cursor is none of this list: leave it out to begin anew".to_owned()
        }
        "missing_scope" => format!(
            "the connection lacks the scope {needed}: ask a person to connect it again with that"
        ),
        _ => {
            format!("Slack refuses it: https://docs.slack.dev/reference/methods/{name} says why")
        }
    }
}
