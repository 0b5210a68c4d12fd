//! An agent of the measured workspace, with a key of its own.

use anyhow::{Context, Result, bail};
use nexus_simulators::client;
use serde_json::{Value, json};

/// Registers an agent, and returns its key.
pub(crate) async fn key(port: u16, token: &str) -> Result<String> {
    let agent = create(port, token, "/api/agents", &json!({"name": "Bench"})).await?;
    let id = agent.get("id").and_then(Value::as_str).context("the agent has no id")?;
    let made = create(port, token, &format!("/api/agents/{id}/keys"), &json!({})).await?;
    let key = made.get("key").and_then(Value::as_str);
    Ok(key.context("the response has no key")?.to_owned())
}

async fn create(port: u16, token: &str, path: &str, body: &Value) -> Result<Value> {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let answer = client::send(port, "POST", path, &headers, body.to_string().as_bytes()).await?;
    if answer.status != 201 {
        bail!("POST {path} answered {}: {}", answer.status, answer.text());
    }
    Ok(serde_json::from_str(&answer.text())?)
}
