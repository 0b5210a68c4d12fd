//! The tools `list_integrations` and `describe_integration`: what an agent may use, and how. They must not
//! show an integration that the agent may not use.

use nexus_common::broker::{Describe, Described, Stored};
use nexus_common::policy::{Effect, Policy};
use nexus_common::rpc::{Client, Component};
use nexus_common::store::{USABLE_MOST, Usable};
use nexus_common::wire;
use nexus_common::{Error, Result, config};
use serde_json::{Map, Value, json};

use crate::arguments::Arguments;
use crate::tool::{Context, ToolResult};

/// The number of integrations in a page without `limit`. It is low, because a model reads the whole page.
const PAGE: u32 = 100;

/// The arguments of `list_integrations`.
pub(crate) const PAGED: [&str; 2] = ["limit", "cursor"];
/// The arguments of `describe_integration`.
pub(crate) const ONE: [&str; 1] = ["integration"];

/// The result of `list_integrations`.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Storage`].
pub(crate) async fn list(context: &Context<'_>, arguments: &Arguments) -> Result<ToolResult> {
    let limit = match arguments.text("limit")? {
        None => PAGE,
        // A model may write 10 as 10.0.
        Some(limit) => {
            wire::limit_to(USABLE_MOST, limit.trim().strip_suffix(".0").unwrap_or(limit.trim()))?
        }
    };
    let cursor = arguments.text("cursor")?;
    let cursor = cursor.as_deref();
    let public_url = &config::public_url().await?;
    let page = Usable { caller: &context.agent.caller, public_url }.page(limit, cursor).await?;
    let items = parse(&page.items)?;
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    let line = |item: &Value| {
        let member = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let account = item.pointer("/account/label").and_then(Value::as_str);
        let account = account.map(|label| format!(", account {label}")).unwrap_or_default();
        format!("- {} ({}): {}{account}", member("slug"), member("manifest_id"), member("name"))
    };
    let mut text = match items {
        [] if cursor.is_some() => "There are no more integrations.".to_owned(),
        [] => "There is no integration that you may use yet. Ask an ADMIN or MANAGER of the workspace to \
               connect one and to name you in its policy."
            .to_owned(),
        items => items.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    if let Some(next) = &page.next {
        text.push_str(&format!(
            "\nThere are more integrations. Call list_integrations with cursor {next}"
        ));
    }
    let json = json!({"integrations": items, "next_cursor": page.next});
    Ok(ToolResult { text, json, is_error: false })
}

/// The result of `describe_integration`.
///
/// # Errors
/// [`Error::Invalid`], [`Error::NotFound`], [`Error::Storage`].
pub(crate) async fn one(context: &Context<'_>, arguments: &Arguments) -> Result<ToolResult> {
    let which = &arguments.required("integration")?;
    let public_url = &config::public_url().await?;
    let Some(item) = (Usable { caller: &context.agent.caller, public_url }).find(which).await?
    else {
        return Err(Error::NotFound(format!(
            "there is no integration {which:?} that you may use. Call list_integrations for those you may use"
        )));
    };
    let mut item = parse(&item)?;
    let member = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let stored = Stored::of(&context.agent.caller, &member("id"));
    let described =
        Client::new(Component::Mcp, context.request_id).call::<Describe>(&stored).await?;
    let policy: Policy = item
        .get("policy")
        .and_then(|policy| serde_json::from_value(policy.clone()).ok())
        .unwrap_or_default();
    let policy = in_words(&policy);
    let text = description(&member("name"), &member("base_url"), &described, &policy);
    if let (Some(members), Value::Object(more)) = (item.as_object_mut(), json!(described)) {
        members.insert("proxy_url".into(), member_of(members, "base_url"));
        members.extend(more);
        members.insert("policy_in_words".into(), policy.into());
    }
    Ok(ToolResult { text, json: item, is_error: false })
}

fn member_of(members: &Map<String, Value>, name: &str) -> Value {
    members.get(name).cloned().unwrap_or_default()
}

fn parse(json: &str) -> Result<Value> {
    serde_json::from_slice(json.as_bytes()).map_err(|error| Error::Internal(error.to_string()))
}

fn description(name: &str, proxy: &str, described: &Described, policy: &str) -> String {
    let mut lines = vec![
        format!("{name}: {}. {}", described.provider, described.description),
        format!("Base URL: {} (paths in call_api are relative to it)", described.base_url),
    ];
    if let Some(docs) = &described.docs_url {
        lines.push(format!("API documentation: {docs}"));
    }
    if described.hosts.len() > 1 {
        lines.push(format!("Hosts (for the argument host): {}", described.hosts.join(", ")));
    }
    for (name, value) in &described.headers {
        lines.push(format!("Default header, unless you send your own: {name}: {value}"));
    }
    for deny in &described.deny {
        lines.push(format!("Denied: {} {} ({})", deny.method, deny.path, deny.why));
    }
    if !described.body_types.is_empty() {
        lines.push(format!("Content types that you may send: {}", described.body_types.join(", ")));
    }
    lines.push(format!("Policy: {policy}"));
    lines.push(format!("Over plain HTTP, with your token: {proxy}"));
    lines.join("\n")
}

/// A policy in words.
fn in_words(policy: &Policy) -> String {
    let of = |effect| {
        let rules = policy.rules.iter().filter(|rule| rule.effect == effect);
        let texts = rules.map(|rule| {
            let host = rule.host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default();
            format!("{} {}{host}", rule.methods.join(","), rule.path)
        });
        texts.collect::<Vec<_>>().join("; ")
    };
    match (of(Effect::Allow).as_str(), of(Effect::Deny).as_str()) {
        ("", "") => "all calls are allowed, except those denied above.".to_owned(),
        ("", denied) => format!("all calls are allowed, except {denied}."),
        (allowed, "") => format!("only these calls are allowed: {allowed}."),
        (allowed, denied) => {
            format!(
                "only these calls are allowed: {allowed}. Of these, the following are denied: {denied}."
            )
        }
    }
}
