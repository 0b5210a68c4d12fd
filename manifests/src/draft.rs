//! A manifest made from what a server of the Model Context Protocol says of its authorization (RFC 9728, RFC 8414).
//!
//! The draft is for a person to read and to save. Every rule is checked when it is saved, so this module must not decide
//! whether the manifest is valid. No later change of the server's documents changes a saved manifest.

use serde_json::{Map, Value, json};
use url::Url;

/// The maximum number of scopes that a draft requests.
const SCOPES: usize = 50;
/// The maximum length of a name, in characters.
const NAME: usize = 80;

/// The documents of a server.
pub struct McpServer<'a> {
    /// The URL of the server, as a client connects to it.
    pub url: &'a Url,
    /// The metadata of the protected resource (RFC 9728 section 2). Empty if the server has none.
    pub resource: &'a Map<String, Value>,
    /// The metadata of its authorization server (RFC 8414 section 2).
    pub authorization: &'a Map<String, Value>,
}

impl McpServer<'_> {
    /// The identifier of the protected resource (RFC 9728 section 1.2).
    #[must_use]
    pub fn resource(&self) -> &str {
        text(self.resource, "resource").unwrap_or_else(|| self.url.as_str())
    }

    /// The draft of a manifest.
    ///
    /// # Errors
    /// A sentence that says what the server lacks.
    pub fn draft(&self) -> Result<Value, String> {
        let endpoint = |name: &str| text(self.authorization, name);
        let required = |name: &str| {
            endpoint(name).ok_or_else(|| format!("the authorization server has no `{name}`"))
        };
        let host = self.url.host_str().unwrap_or_default();
        let authority = match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let base = format!("{}://{authority}{}", self.url.scheme(), self.url.path());
        let resource = self.resource();
        // A server ignores the members that it does not know, so PKCE is always used (RFC 9700 section 2.1.1). Only a client
        // without a secret depends on it.
        let has_pkce = self.lists("code_challenge_methods_supported", "S256");
        let client_auth = self.client_auth(has_pkce)?;
        let mut oauth2 = json!({
            "authorization_url": required("authorization_endpoint")?,
            "token_url": required("token_endpoint")?,
            "pkce": true,
            "client_auth": client_auth,
            "scopes": {"default": self.scopes()},
            "authorize_params": {"resource": resource},
            "token_params": {"resource": resource},
        });
        let mut set = |name: &str, value: Value| {
            if let Some(members) = oauth2.as_object_mut() {
                members.insert(name.to_owned(), value);
            }
        };
        if let Some(url) = endpoint("registration_endpoint") {
            set("registration_url", url.into());
        }
        if client_auth == "none" && self.says("client_id_metadata_document_supported") {
            set("client_metadata", true.into());
        }
        if self.says("authorization_response_iss_parameter_supported") {
            set("issuer", required("issuer")?.into());
        }
        if self.lists("grant_types_supported", "refresh_token") {
            set("refresh", json!({"rotates": true}));
        }
        // A public client names itself (RFC 7009 section 2.1): `post` without a secret sends the client id alone.
        let revoke_auth = if client_auth == "none" { "post" } else { client_auth };
        let revoke = match endpoint("revocation_endpoint") {
            Some(url) => json!({"tokens": ["refresh_token", "access_token"], "effect": "grant",
                "rfc7009": {"url": url, "client_auth": revoke_auth}}),
            None => json!({"unsupported": "The server does not name a revocation endpoint"}),
        };
        let docs = text(self.resource, "resource_documentation")
            .or_else(|| endpoint("service_documentation"))
            .filter(|url| url.starts_with("https://"));
        let mut manifest = json!({
            "id": id(host),
            "name": self.name(host),
            "auth_method": "oauth2",
            "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {access_token}"}],
            "oauth2": oauth2,
            "api": {
                "base_url": base.trim_end_matches('/'),
                "hosts": [authority],
                "deny_gap": "All tools of an MCP server share one path, so no rule tells them apart",
            },
            "verify": {"unsupported": "An MCP server has no call that shows the account"},
            "revoke": revoke,
        });
        if let (Some(docs), Some(members)) = (docs, manifest.as_object_mut()) {
            members.insert("docs_url".to_owned(), docs.into());
        }
        Ok(manifest)
    }

    /// The name of the provider. The server chooses its own, so the host stands beside it: a person sees whose it is.
    fn name(&self, host: &str) -> String {
        let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        let own = text(self.resource, "resource_name").map(nexus_printable::shown);
        let own = own.unwrap_or_default();
        match NAME.saturating_sub(host.chars().count() + 3) {
            room if room > 0 && !own.trim().is_empty() => {
                format!("{} ({host})", cut(own.trim(), room).trim_end())
            }
            _ => cut(host, NAME),
        }
    }

    /// How a client authenticates: without a secret if the server takes that, because then there is none to keep.
    fn client_auth(&self, has_pkce: bool) -> Result<&'static str, String> {
        const METHODS: &str = "token_endpoint_auth_methods_supported";
        if has_pkce && self.lists(METHODS, "none") {
            return Ok("none");
        }
        // The default is `client_secret_basic` (RFC 8414 section 2).
        if !self.authorization.contains_key(METHODS) || self.lists(METHODS, "client_secret_basic") {
            return Ok("basic");
        }
        if self.lists(METHODS, "client_secret_post") {
            return Ok("post");
        }
        Err("the authorization server supports neither `none` with PKCE, nor `client_secret_basic`, nor \
             `client_secret_post`"
            .to_owned())
    }

    /// The scopes that the resource names. The authorization server's may be of other resources.
    fn scopes(&self) -> Vec<&str> {
        let all = self.resource.get("scopes_supported").and_then(Value::as_array);
        all.into_iter().flatten().filter_map(Value::as_str).take(SCOPES).collect()
    }

    fn lists(&self, name: &str, value: &str) -> bool {
        let all = self.authorization.get(name).and_then(Value::as_array);
        all.is_some_and(|all| all.iter().any(|one| one == value))
    }

    fn says(&self, name: &str) -> bool {
        self.authorization.get(name) == Some(&Value::Bool(true))
    }
}

fn text<'a>(document: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    document.get(name).and_then(Value::as_str)
}

/// The id of a workspace's own manifest for `host`.
fn id(host: &str) -> String {
    let slug: String = host
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' })
        .take(57)
        .collect();
    format!("custom-{slug}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{Origin, check};

    fn object(json: Value) -> Map<String, Value> {
        json.as_object().unwrap().clone()
    }

    fn draft(resource: Value, server: Value) -> Result<Value, String> {
        let url = Url::parse("https://mcp.acme.example/mcp").unwrap();
        let (resource, authorization) = (object(resource), object(server));
        McpServer { url: &url, resource: &resource, authorization: &authorization }.draft()
    }

    fn server() -> Value {
        json!({
            "issuer": "https://auth.acme.example", "authorization_endpoint": "https://auth.acme.example/a",
            "token_endpoint": "https://auth.acme.example/t",
            "registration_endpoint": "https://auth.acme.example/r",
            "revocation_endpoint": "https://auth.acme.example/x",
            "code_challenge_methods_supported": ["S256"], "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "none"],
            "authorization_response_iss_parameter_supported": true,
            "client_id_metadata_document_supported": true,
        })
    }

    #[test]
    fn a_draft_meets_every_rule() {
        let resource = json!({"resource": "https://mcp.acme.example/mcp", "resource_name": "Acme\u{202e}",
            "scopes_supported": ["read", "write"], "resource_documentation": "https://docs.acme.example/"});
        let json = draft(resource, server()).unwrap();
        let manifest = crate::parse(&json.to_string()).unwrap();
        assert_eq!(check(&manifest, Origin::Workspace, &|_| false), []);
        assert_eq!(
            (json["id"].as_str(), json["name"].as_str()),
            (Some("custom-mcp-acme-example"), Some("Acme (mcp.acme.example)"))
        );
        assert_eq!(json["api"]["base_url"], "https://mcp.acme.example/mcp");
        let oauth2 = &json["oauth2"];
        assert_eq!(
            (&oauth2["client_auth"], &oauth2["client_metadata"]),
            (&json!("none"), &json!(true))
        );
        assert_eq!(oauth2["issuer"], "https://auth.acme.example");
        assert_eq!(oauth2["scopes"]["default"], json!(["read", "write"]));
        assert_eq!(oauth2["token_params"]["resource"], "https://mcp.acme.example/mcp");
    }

    #[test]
    fn a_draft_says_what_the_server_says() {
        let without = |name: &str| {
            let mut json = server();
            json.as_object_mut().unwrap().remove(name);
            json
        };
        let oauth2 = |server: Value| draft(json!({}), server).map(|json| json["oauth2"].clone());
        // Where the server says nothing of PKCE, a client needs a secret, and uses PKCE all the same.
        let bare = oauth2(without("code_challenge_methods_supported")).unwrap();
        assert_eq!((&bare["pkce"], &bare["client_auth"]), (&json!(true), &json!("post")));
        let unsaid = oauth2(without("token_endpoint_auth_methods_supported")).unwrap();
        assert_eq!(unsaid["client_auth"], "basic");
        assert!(
            oauth2(without("registration_endpoint")).unwrap().get("registration_url").is_none()
        );
        assert!(oauth2(without("grant_types_supported")).unwrap().get("refresh").is_none());
        for name in ["authorization_endpoint", "token_endpoint"] {
            assert!(oauth2(without(name)).unwrap_err().contains(name), "{name}");
        }
        let mut foreign = server();
        foreign["token_endpoint_auth_methods_supported"] = json!(["private_key_jwt"]);
        assert!(oauth2(foreign).unwrap_err().contains("client_secret_basic"));
        let json = draft(json!({}), without("revocation_endpoint")).unwrap();
        assert!(json["revoke"]["unsupported"].is_string());
        assert!(crate::parse(&json.to_string()).is_ok());
    }

    #[test]
    fn an_endpoint_that_may_not_be_called_is_found_when_the_draft_is_saved() {
        for url in
            ["http://auth.acme.example/t", "https://10.0.0.1/t", "https://broker.spin.internal/t"]
        {
            let mut json = server();
            json["token_endpoint"] = url.into();
            let manifest = crate::parse(&draft(json!({}), json).unwrap().to_string()).unwrap();
            let found = check(&manifest, Origin::Workspace, &|_| false);
            assert!(
                found.iter().any(|finding| finding.pointer == "/oauth2/token_url"),
                "{url}: {found:?}"
            );
        }
    }
}
