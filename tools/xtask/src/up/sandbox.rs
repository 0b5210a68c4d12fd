//! The sandbox providers of `up`: pretend third parties on loopback, their manifests and OAuth app
//! registered in the demo workspace, and an integration with each.
//!
//! It speaks to the application over HTTP only, as any admin would. It must not touch the database.

use std::path::Path;

use anyhow::{Context, Result, bail};
use nexus_simulators::client::{self, Answer};
use nexus_simulators::{Consent, Kind, Simulator};
use serde_json::{Value, json};

/// The id that the sandbox's manifest has.
pub(crate) const MANIFEST_ID: &str = "custom-sandbox";

/// The id of the manifest of its OAuth side, `tests/simulators/sandbox-oauth.json`.
pub(crate) const OAUTH_MANIFEST_ID: &str = "custom-sandbox-oauth";

/// The id of the manifest of the pretend Slack, `tests/simulators/sandbox-slack.json`.
const SLACK_MANIFEST_ID: &str = "custom-slack-sandbox";

/// The running providers and what the workspace knows of them.
pub(crate) struct Sandbox {
    pub(crate) simulator: Simulator,
    pub(crate) slack: Simulator,
    /// What to say about the demo integration.
    pub(crate) integration: String,
    /// The slug of one with the pretend Slack.
    pub(crate) slack_slug: String,
}

/// An integration as `up` makes it.
struct Demo {
    manifest_id: &'static str,
    name: &'static str,
    credentials: Value,
}

/// Starts the providers and registers them, by key and by OAuth: the manifests in `folder` always, an
/// integration where the workspace has none.
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
        false => "the workspace's integrations are as they were".to_owned(),
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

/// Makes the application an OAuth client of the provider, whose users decide on a page.
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

/// The port of the last time where it is free: integrations made then are pinned to its origin.
async fn on_a_kept_port(kind: Kind, state: &Path) -> Result<Simulator> {
    let file = state.join(format!("{kind}-port"));
    let kept = std::fs::read_to_string(&file).ok().and_then(|port| port.trim().parse().ok());
    if let Some(port) = kept {
        match Simulator::start(kind, port).await {
            Ok(simulator) => return Ok(simulator),
            Err(_) => eprintln!(
                "warning: port {port}, which the {kind} simulator had last time, is taken: \
                 integrations made with it will not reach it until they are made again"
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

/// The manifest with the origin of its `api.base_url` replaced by `origin` wherever it is named.
pub(crate) fn with_origin(manifest: &Value, origin: &str) -> Result<Value> {
    let base = manifest
        .pointer("/api/base_url")
        .and_then(Value::as_str)
        .context("the manifest has no api.base_url")?;
    let (scheme, rest) =
        base.split_once("://").with_context(|| format!("api.base_url is no URL: {base}"))?;
    let authority = rest.split('/').next().unwrap_or(rest);
    let old = format!("{scheme}://{authority}");
    let (_, new_authority) = origin.split_once("://").context("the origin is no URL")?;
    Ok(replace(manifest, &[(&old, origin), (authority, new_authority)]))
}

/// Every string that is one of the old texts, or begins with it and a slash, gets the new one.
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

/// POST, or PUT where the workspace has it already.
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

/// The slugs of the workspace's integrations that `query` lists, the newest first.
async fn slugs(port: u16, token: &str, query: &str) -> Result<Vec<String>> {
    let list = call(port, token, "GET", &format!("/api/integrations?{query}"), None).await?;
    if list.status != 200 {
        bail!("listing the workspace's integrations: {}", refusal(&list));
    }
    let page = list.json();
    let items = page.get("items").and_then(Value::as_array).into_iter().flatten();
    Ok(items.filter_map(|item| text(item, "slug")).map(str::to_owned).collect())
}

/// Connects one; its slug.
async fn connect(port: u16, token: &str, demo: &Demo) -> Result<String> {
    let Demo { manifest_id, name, credentials } = demo;
    let body = json!({"manifest_id": manifest_id, "name": name, "credentials": credentials});
    let answer = call(port, token, "POST", "/api/integrations", Some(&body)).await?;
    if answer.status != 201 {
        bail!("connecting {name}: {}", refusal(&answer));
    }
    let created = answer.json();
    text(&created, "slug").map(str::to_owned).context("an integration without a slug")
}

/// A call with the token, JSON both ways.
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

/// What a refusal says: status, code, detail, and the members it names.
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
    fn the_origin_is_replaced_wherever_it_is_named() {
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
    fn a_refusal_is_told_in_full() {
        let body = json!({"code": "invalid", "detail": "2 problems",
            "errors": [{"pointer": "/api/hosts/0", "detail": "is not a host"}]});
        let answer =
            Answer { status: 422, headers: Vec::new(), body: body.to_string().into_bytes() };
        assert_eq!(refusal(&answer), "422 invalid 2 problems; /api/hosts/0 is not a host");
    }
}
