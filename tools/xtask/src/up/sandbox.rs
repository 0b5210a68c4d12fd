//! The sandbox providers of `up`: simulated third parties on loopback. Their manifests and an OAuth app are
//! registered in the demo workspace, with an integration for each.
//!
//! This module uses the application's HTTP API only, like any admin. It must not touch the database.

use std::path::Path;

use anyhow::{Context, Result, bail};
use nexus_simulators::client::{self, Answer};
use nexus_simulators::{Consent, Kind, Simulator};
use serde_json::{Value, json};

/// The id of the sandbox's manifest.
pub(crate) const MANIFEST_ID: &str = "custom-sandbox";

/// The id of the manifest of the sandbox's OAuth side, `tests/simulators/sandbox-oauth.json`.
pub(crate) const OAUTH_MANIFEST_ID: &str = "custom-sandbox-oauth";

/// The id of the manifest of the simulated Slack, `tests/simulators/sandbox-slack.json`.
const SLACK_MANIFEST_ID: &str = "custom-slack-sandbox";

/// The running providers, and their integrations in the workspace.
pub(crate) struct Sandbox {
    pub(crate) simulator: Simulator,
    pub(crate) slack: Simulator,
    /// The text about the demo integration.
    pub(crate) integration: String,
    /// The slug of an integration with the simulated Slack.
    pub(crate) slack_slug: String,
}

/// An integration that `up` creates.
struct Demo {
    manifest_id: &'static str,
    name: &'static str,
    credentials: Value,
}

/// Starts the providers and registers them, by key and by OAuth. Always registers the manifests in `folder`;
/// creates an integration only if the workspace has none.
pub(crate) async fn start(folder: &Path, state: &Path, port: u16, token: &str) -> Result<Sandbox> {
    let simulator = on_a_kept_port(Kind::Sandbox, state).await?;
    let slack = on_a_kept_port(Kind::Slack, state).await?;
    for (file, provider) in [
        ("sandbox.json", &simulator),
        ("sandbox-oauth.json", &simulator),
        ("sandbox-slack.json", &slack),
    ] {
        let manifest = with_origin(&read(&folder.join(file))?, &provider.origin())?;
        register(port, token, &manifest).await?;
    }
    introduce(&simulator, port, token).await?;
    let first = Demo {
        manifest_id: MANIFEST_ID,
        name: "Sandbox",
        credentials: json!({"api_key": Kind::Sandbox.default_key()}),
    };
    let integration = match slugs(port, token, "limit=1").await?.is_empty() {
        true => {
            let slug = connect(port, token, &first).await?;
            format!("connected as the integration \"{slug}\"")
        }
        false => "the workspace's integrations are unchanged".to_owned(),
    };
    let known = slugs(port, token, &format!("manifest={SLACK_MANIFEST_ID}")).await?;
    let slack_slug = match known.into_iter().next_back() {
        Some(slug) => slug,
        None => {
            let name = "Slack sandbox";
            let credentials = json!({"bot_token": Kind::Slack.default_key()});
            let demo = Demo { manifest_id: SLACK_MANIFEST_ID, name, credentials };
            connect(port, token, &demo).await?
        }
    };
    Ok(Sandbox { simulator, slack, integration, slack_slug })
}

/// Registers the application as an OAuth client of the provider, which asks its users on a consent page.
async fn introduce(simulator: &Simulator, port: u16, token: &str) -> Result<()> {
    let (id, secret) = Kind::Sandbox.default_client().context("the sandbox has no client")?;
    let path = format!("/api/oauth-clients/{OAUTH_MANIFEST_ID}");
    let client = json!({"client_id": id, "client_secret": secret});
    let answer = call(port, token, "PUT", &path, Some(&client)).await?;
    if answer.status != 200 {
        bail!("setting up its OAuth app: {}", refusal(&answer));
    }
    let saved = answer.json();
    let callback = text(&saved, "redirect_uri").context("the OAuth app has no redirect URI")?;
    simulator.register_client(id, secret, &[callback]);
    simulator.set_consent(Consent::Page);
    Ok(())
}

/// Starts the simulator on the port of the last run if it is free, because existing integrations are pinned
/// to its origin.
async fn on_a_kept_port(kind: Kind, state: &Path) -> Result<Simulator> {
    let file = state.join(format!("{kind}-port"));
    let kept = std::fs::read_to_string(&file).ok().and_then(|port| port.trim().parse().ok());
    if let Some(port) = kept {
        match Simulator::start(kind, port).await {
            Ok(simulator) => return Ok(simulator),
            Err(_) => eprintln!(
                "warning: port {port}, which the {kind} simulator used before, is in use; \
                 existing integrations cannot reach it until they are created again"
            ),
        }
    }
    let simulator = Simulator::start(kind, 0).await?;
    std::fs::write(&file, simulator.port().to_string())
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(simulator)
}

/// The manifest's JSON.
pub(crate) fn read(file: &Path) -> Result<Value> {
    let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", file.display()))
}

/// The manifest with the origin of its `api.base_url` replaced by `origin` everywhere.
pub(crate) fn with_origin(manifest: &Value, origin: &str) -> Result<Value> {
    let base = manifest
        .pointer("/api/base_url")
        .and_then(Value::as_str)
        .context("the manifest has no api.base_url")?;
    let (scheme, rest) =
        base.split_once("://").with_context(|| format!("api.base_url is not a URL: {base}"))?;
    let authority = rest.split('/').next().unwrap_or(rest);
    let old = format!("{scheme}://{authority}");
    let (_, new_authority) = origin.split_once("://").context("the origin is not a URL")?;
    Ok(replace(manifest, &[(&old, origin), (authority, new_authority)]))
}

/// Replaces every string that equals an old text, or begins with it and a slash.
fn replace(value: &Value, pairs: &[(&str, &str)]) -> Value {
    match value {
        Value::String(text) => {
            let changed = pairs.iter().find_map(|(old, new)| {
                let rest = text.strip_prefix(old)?;
                (rest.is_empty() || rest.starts_with('/')).then(|| format!("{new}{rest}"))
            });
            Value::String(changed.unwrap_or_else(|| text.clone()))
        }
        Value::Array(items) => items.iter().map(|item| replace(item, pairs)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), replace(field, pairs))).collect()
        }
        other => other.clone(),
    }
}

/// POSTs the manifest, or PUTs it if the workspace already has it.
pub(crate) async fn register(port: u16, token: &str, manifest: &Value) -> Result<()> {
    let created = call(port, token, "POST", "/api/manifests", Some(manifest)).await?;
    let answer = match created.status {
        409 => {
            let path = format!("/api/manifests/{}", text(manifest, "id").unwrap_or_default());
            call(port, token, "PUT", &path, Some(manifest)).await?
        }
        _ => created,
    };
    if !matches!(answer.status, 200 | 201) {
        bail!("registering its manifest: {}", refusal(&answer));
    }
    Ok(())
}

/// The slugs of the workspace's integrations that match `query`, newest first.
async fn slugs(port: u16, token: &str, query: &str) -> Result<Vec<String>> {
    let list = call(port, token, "GET", &format!("/api/integrations?{query}"), None).await?;
    if list.status != 200 {
        bail!("listing the workspace's integrations: {}", refusal(&list));
    }
    let page = list.json();
    let items = page.get("items").and_then(Value::as_array).into_iter().flatten();
    Ok(items.filter_map(|item| text(item, "slug")).map(str::to_owned).collect())
}

/// Connects an integration and returns its slug.
async fn connect(port: u16, token: &str, demo: &Demo) -> Result<String> {
    let Demo { manifest_id, name, credentials } = demo;
    let body = json!({"manifest_id": manifest_id, "name": name, "credentials": credentials});
    let answer = call(port, token, "POST", "/api/integrations", Some(&body)).await?;
    if answer.status != 201 {
        bail!("connecting {name}: {}", refusal(&answer));
    }
    let created = answer.json();
    text(&created, "slug").map(str::to_owned).context("the integration has no slug")
}

/// Makes a call with the token, with JSON as request and response.
pub(crate) async fn call(
    port: u16,
    token: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Answer> {
    let authorization = format!("Bearer {token}");
    let mut headers = vec![("authorization", authorization.as_str())];
    let body = body.map(Value::to_string).unwrap_or_default();
    if !body.is_empty() {
        headers.push(("content-type", "application/json"));
    }
    client::send(port, method, path, &headers, body.as_bytes())
        .await
        .with_context(|| format!("{method} {path}"))
}

/// The text of a refusal: status, code, detail, and the invalid members.
pub(crate) fn refusal(answer: &Answer) -> String {
    let problem = answer.json();
    let mut said = answer.status.to_string();
    for field in ["code", "detail"] {
        if let Some(value) = text(&problem, field) {
            said.push_str(&format!(" {value}"));
        }
    }
    for error in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
        let (pointer, detail) = (text(error, "pointer"), text(error, "detail"));
        said.push_str(&format!("; {} {}", pointer.unwrap_or("?"), detail.unwrap_or("")));
    }
    said
}

/// A string member.
fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_replaced_everywhere() {
        let manifest = json!({
            "id": "custom-sandbox", "docs_url": "https://example.com/127.0.0.1:4010",
            "api": {"base_url": "http://127.0.0.1:4010/v1", "hosts": ["127.0.0.1:4010"]},
            "revoke": {"request": {"url": "http://127.0.0.1:4010/v1/keys/current"}},
            "other": "http://127.0.0.1:40100/x",
        });
        let moved = with_origin(&manifest, "http://127.0.0.1:5555").unwrap();
        assert_eq!(moved["api"]["base_url"], "http://127.0.0.1:5555/v1");
        assert_eq!(moved["api"]["hosts"][0], "127.0.0.1:5555");
        assert_eq!(moved["revoke"]["request"]["url"], "http://127.0.0.1:5555/v1/keys/current");
        assert_eq!(moved["other"], "http://127.0.0.1:40100/x");
        assert_eq!(moved["docs_url"], manifest["docs_url"]);
        assert!(with_origin(&json!({}), "http://127.0.0.1:1").is_err());
    }

    #[tokio::test]
    async fn the_port_is_kept_while_it_is_free() {
        let state = tempfile::tempdir().unwrap();
        let first = on_a_kept_port(Kind::Sandbox, state.path()).await.unwrap();
        let port = first.port();
        let other = on_a_kept_port(Kind::Sandbox, state.path()).await.unwrap();
        assert_ne!(other.port(), port);
        std::fs::write(state.path().join("sandbox-port"), port.to_string()).unwrap();
        drop(first);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert_eq!(on_a_kept_port(Kind::Sandbox, state.path()).await.unwrap().port(), port);
    }

    #[test]
    fn a_refusal_is_printed_completely() {
        let body = json!({"code": "invalid", "detail": "2 problems",
            "errors": [{"pointer": "/api/hosts/0", "detail": "is not a host"}]});
        let answer =
            Answer { status: 422, headers: Vec::new(), body: body.to_string().into_bytes() };
        assert_eq!(refusal(&answer), "422 invalid 2 problems; /api/hosts/0 is not a host");
    }
}
