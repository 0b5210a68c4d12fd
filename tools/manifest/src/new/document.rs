//! The manifest that the answers make. A fact that is missing is left out, and the rules then name it.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::answers::{Args, Kind};
use crate::today::today;

/// The manifest as JSON, its members in the order of the other manifests.
///
/// # Errors
/// An answer that does not have the form of its question.
pub(super) fn text(args: &Args) -> Result<String> {
    let mut members: Vec<(&str, Value)> = vec![
        ("id", json!(args.id)),
        ("name", json!(args.name.as_deref().unwrap_or_default())),
        ("family", json!(args.family.as_deref().unwrap_or(vendor(&args.id)))),
        ("categories", json!(args.categories)),
        ("description", json!(args.description.as_deref().unwrap_or_default())),
        ("docs_url", json!(args.docs_url.as_deref().unwrap_or_default())),
        ("brand", brand(args)),
        ("auth_method", json!(method(args.kind.unwrap_or(Kind::ApiKey)))),
        ("params", json!([])),
        ("credentials", credentials(args)),
        ("inject", json!([inject(args)?])),
    ];
    if args.is_oauth() {
        members.push(("oauth2", oauth2(args)));
    }
    members.push(("api", api(args)?));
    members.push(("verify", verify(args)?));
    members.push(("revoke", revoke(args)));
    members.push(("sources", sources(args)));
    let written: Vec<String> = members
        .iter()
        .map(|(name, value)| {
            format!("  \"{name}\": {}", format!("{value:#}").replace('\n', "\n  "))
        })
        .collect();
    Ok(format!("{{\n{}\n}}\n", written.join(",\n")))
}

fn vendor(id: &str) -> &str {
    id.strip_suffix("-oauth").unwrap_or(id)
}

fn method(kind: Kind) -> &'static str {
    match kind {
        Kind::ApiKey => "api_key",
        Kind::Basic => "basic",
        Kind::Oauth2 => "oauth2",
        Kind::ClientCredentials => "oauth2_client_credentials",
    }
}

fn brand(args: &Args) -> Value {
    let family = args.family.as_deref().unwrap_or(vendor(&args.id));
    let icon = args.icon.as_deref().unwrap_or(family);
    json!({"color": args.color.as_deref().unwrap_or_default(), "icon": icon})
}

/// An object of the members that have a value.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let there = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(there.collect::<Map<String, Value>>())
}

fn text_of(fact: &Option<String>) -> Option<Value> {
    fact.as_ref().map(|text| json!(text))
}

fn credentials(args: &Args) -> Value {
    let field = |name: &str, label: &str, secret: bool| {
        let detail = |fact: &Option<String>| if secret { text_of(fact) } else { None };
        object([
            ("name", Some(json!(name))),
            ("label", Some(json!(label))),
            ("secret", Some(json!(secret))),
            ("pattern", detail(&args.pattern)),
            ("help_url", detail(&args.key_url)),
            ("example", detail(&args.example)),
        ])
    };
    match args.kind.unwrap_or(Kind::ApiKey) {
        Kind::ApiKey => json!([field("api_key", args.label.as_deref().unwrap_or("API key"), true)]),
        Kind::Basic => {
            json!([field("username", "User name", false), field("password", "Password", true)])
        }
        Kind::Oauth2 => json!([]),
        Kind::ClientCredentials => {
            json!([
                field("client_id", "Client ID", false),
                field("client_secret", "Client secret", true)
            ])
        }
    }
}

/// Where the credential goes.
fn inject(args: &Args) -> Result<Value> {
    let bearer = |name: &str| json!({"in": "header", "name": "Authorization", "value": format!("Bearer {{{name}}}")});
    if args.is_oauth() {
        return Ok(bearer("access_token"));
    }
    if args.kind == Some(Kind::Basic) {
        return Ok(json!({"in": "basic", "username": "{username}", "password": "{password}"}));
    }
    let place = args.inject.as_deref().unwrap_or("bearer");
    Ok(match place.split_once(':').unwrap_or((place, "")) {
        ("bearer", "") => bearer("api_key"),
        ("basic", "") => json!({"in": "basic", "username": "{api_key}", "password": ""}),
        ("query", name) if !name.is_empty() => {
            json!({"in": "query", "name": name, "value": "{api_key}"})
        }
        ("header", name) if !name.is_empty() => {
            let (name, before) = name.split_once(':').unwrap_or((name, ""));
            let gap = if before.is_empty() || before.ends_with([' ', '=']) { "" } else { " " };
            json!({"in": "header", "name": name, "value": format!("{before}{gap}{{api_key}}")})
        }
        _ => bail!(
            "`{place}` must be bearer, header:NAME, header:NAME:TEXT-BEFORE, query:NAME or basic"
        ),
    })
}

fn oauth2(args: &Args) -> Value {
    let is_flow = args.kind == Some(Kind::Oauth2);
    let refresh = match args.refresh.as_deref() {
        Some("rotates") => Some(json!({"rotates": true})),
        Some("keeps") => Some(json!({"rotates": false})),
        _ => None,
    };
    let scopes = Some(json!({"default": args.scopes, "known": []}));
    object([
        ("authorization_url", text_of(&args.authorization_url).filter(|_| is_flow)),
        ("token_url", text_of(&args.token_url)),
        ("register_url", text_of(&args.register_url).filter(|_| is_flow)),
        ("pkce", args.pkce.filter(|_| is_flow).map(|pkce| json!(pkce))),
        ("client_auth", Some(json!(args.client_auth.as_deref().unwrap_or("post")))),
        ("scopes", scopes),
        ("refresh", refresh),
    ])
}

fn api(args: &Args) -> Result<Value> {
    let base = args.base_url.as_deref().unwrap_or_default();
    let host =
        base.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
    let hosts: Vec<&str> = Some(host).filter(|host| !host.is_empty()).into_iter().collect();
    let denied: Vec<Value> = args.denied.iter().map(|one| deny(one)).collect::<Result<_>>()?;
    Ok(object([
        ("base_url", Some(json!(base))),
        ("hosts", Some(json!(hosts))),
        ("deny", Some(json!(denied))),
        ("deny_gap", text_of(&args.deny_gap)),
    ]))
}

/// `METHOD /path why` as a rule.
fn deny(written: &str) -> Result<Value> {
    let form =
        || format!("`{written}` must be a method, a path and a reason: POST /keys Creates a key");
    let (method, rest) = written.split_once(' ').with_context(form)?;
    let (path, why) = rest.trim().split_once(' ').with_context(form)?;
    Ok(json!({"method": method, "path": path, "why": why.trim()}))
}

fn verify(args: &Args) -> Result<Value> {
    let Some(call) = &args.verify else { return Ok(json!({"unsupported": ""})) };
    let form = || format!("`{call}` must be a method and a path: GET /me");
    let (method, path) = call.trim().split_once(' ').with_context(form)?;
    let account = args
        .account_id
        .as_ref()
        .map(|id| object([("id", Some(json!(id))), ("label", text_of(&args.account_label))]));
    Ok(object([
        ("method", Some(json!(method))),
        ("path", Some(json!(path.trim()))),
        ("account", account),
    ]))
}

fn revoke(args: &Args) -> Value {
    if let Some(url) = &args.revocation_url {
        let tokens: &[&str] = match (args.kind, args.refresh.as_deref()) {
            (Some(Kind::Oauth2), Some("rotates" | "keeps")) => &["refresh_token", "access_token"],
            _ => &["access_token"],
        };
        // Whether one call ends one token alone needs a source, which a person adds.
        let auth = args.client_auth.as_deref().unwrap_or("post");
        return json!({"tokens": tokens, "effect": "grant", "rfc7009": {"url": url, "client_auth": auth}});
    }
    let how = args.revoke_how.as_deref().unwrap_or_default();
    json!({"not_revocable": how, "manage_url": args.revoke_page.as_deref().unwrap_or_default()})
}

fn sources(args: &Args) -> Value {
    if args.sources.is_empty() {
        return json!([]);
    }
    json!([{"read": today(), "pages": args.sources}])
}
