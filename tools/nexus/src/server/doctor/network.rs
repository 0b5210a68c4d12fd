//! What the installation reaches, and from where it is reached: the application by its public URL, and identity
//! providers. The clock is compared with theirs.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;

use super::Finding;
use crate::server::asking::{self, Way};
use crate::server::migrate::reasons;
use crate::variables::Variables;

/// The longest time for one request.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most that a clock may differ, in seconds: tokens count from a minute before to a minute after.
const SKEW: u64 = 30;

pub(super) fn check(variables: &Variables) -> Vec<Finding> {
    let agent = asking::agent(TIMEOUT, Way::Environment);
    let mut findings = application(&agent, variables);
    findings.extend(issuers(variables).iter().flat_map(|issuer| issuer.check(&agent)));
    findings
}

/// The application, by the URL that browsers use.
fn application(agent: &Agent, variables: &Variables) -> Vec<Finding> {
    let Some(url) = variables.get("public_url").map(|url| url.trim_end_matches('/')) else {
        return Vec::new();
    };
    let what = "public URL";
    let mut findings = Vec::new();
    match get(agent, &format!("{url}/api/health"), variables.get("tick_secret")) {
        Ok((answer, health)) => {
            findings.extend(clock("public_url", &answer));
            findings.push(match health.get("status").and_then(Value::as_str) {
                Some("ok") => {
                    Finding::good(what, format!("{url} answers, and the application works"))
                }
                Some(_) => Finding::bad(
                    what,
                    format!("the application does not work: {}", reasons(&health)),
                ),
                None => Finding::bad(
                    what,
                    format!(
                        "{url}/api/health is answered with {} by another program",
                        answer.status()
                    ),
                ),
            });
        }
        Err(error) => {
            let text = format!(
                "{url} does not answer: {error:#}. Start `nexus up`, and check the proxy in front of it, or public_url"
            );
            findings.push(Finding::bad(what, text));
            return findings;
        }
    }
    findings.push(metadata(agent, url));
    findings
}

/// Whether programs that sign in by themselves find the application: their paths are not below `/api`.
fn metadata(agent: &Agent, url: &str) -> Finding {
    let what = "well-known paths";
    let path = "/.well-known/oauth-protected-resource/mcp";
    match get(agent, &format!("{url}{path}"), None) {
        Ok((_, document)) if document.get("resource").is_some() => {
            Finding::good(what, format!("{url}{path} answers"))
        }
        Ok((answer, _)) => Finding::bad(
            what,
            format!(
                "{url}{path} is answered with {}, so that no MCP client can sign in: let the proxy in front pass on \
                 all paths",
                answer.status()
            ),
        ),
        Err(error) => Finding::bad(what, format!("{error:#}")),
    }
}

/// An issuer whose keys the application fetches.
struct Issuer {
    what: &'static str,
    url: String,
    /// The member that the document must have.
    member: &'static str,
}

/// The identity providers of the variables.
fn issuers(variables: &Variables) -> Vec<Issuer> {
    let mut found = Vec::new();
    if let Some(issuer) = variables.get("oidc_issuer") {
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        found.push(Issuer { what: "oidc_issuer", url, member: "authorization_endpoint" });
    }
    if let Some(origin) = variables.get("jwt_jwks_origin") {
        let path = variables.get("jwt_jwks_path").unwrap_or("/.well-known/jwks.json");
        let url = format!("{}{path}", origin.trim_end_matches('/'));
        found.push(Issuer { what: "jwt_jwks_origin", url, member: "keys" });
    }
    let entries =
        variables.get("issuers").and_then(|text| serde_json::from_str::<Value>(text).ok());
    for entry in entries.iter().filter_map(Value::as_array).flatten() {
        let Some(issuer) = entry.get("issuer").and_then(Value::as_str) else { continue };
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        found.push(Issuer { what: "issuers", url, member: "jwks_uri" });
    }
    found
}

impl Issuer {
    fn check(&self, agent: &Agent) -> Vec<Finding> {
        let fetched = get(agent, &self.url, None).and_then(|(answer, document)| {
            ensure!(answer.status() == 200, "it answers with {}", answer.status());
            if document.get(self.member).is_none() {
                bail!("its document has no {:?}", self.member);
            }
            Ok(answer)
        });
        match fetched {
            Ok(answer) => {
                let mut findings = vec![Finding::good(self.what, self.url.clone())];
                findings.extend(clock(self.what, &answer));
                findings
            }
            Err(error) => {
                let text =
                    format!("{}: {error:#}. Nobody can sign in with it until it answers", self.url);
                vec![Finding::bad(self.what, text)]
            }
        }
    }
}

/// A finding if our clock and the sender's differ too much.
fn clock(of: &str, answer: &Response<()>) -> Option<Finding> {
    let date = answer.headers().get("date")?.to_str().ok()?;
    let theirs = httpdate::parse_http_date(date).ok()?.duration_since(UNIX_EPOCH).ok()?.as_secs();
    let ours = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let off = ours.abs_diff(theirs);
    (off > SKEW).then(|| {
        let text = format!(
            "it differs by {off} s from that of {of}; set it by NTP, or tokens are rejected"
        );
        Finding::bad("clock", text)
    })
}

/// The head of a response, and its JSON. `null` if it has none.
fn get(agent: &Agent, url: &str, secret: Option<&str>) -> Result<(Response<()>, Value)> {
    let mut request = agent.get(url);
    if let Some(secret) = secret {
        request = request.header("authorization", format!("Bearer {secret}"));
    }
    let (head, mut body) = request.call().context("no response")?.into_parts();
    let text = body.with_config().limit(1 << 20).read_to_string().unwrap_or_default();
    let document = serde_json::from_str(&text).unwrap_or_default();
    Ok((Response::from_parts(head, ()), document))
}
