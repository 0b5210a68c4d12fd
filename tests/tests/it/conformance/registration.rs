//! The registration of an OAuth app (RFC 7591), as the manifest declares it.

use serde_json::{Value, json};

use super::shape::{fill_url, host_and_target, list, path, text};
use super::vendor::{State, Vendor};
use crate::kit::upstream::{Reply, Seen};

impl Vendor {
    /// Whether the application registers the app by itself.
    pub(super) fn registers_apps(&self) -> bool {
        !text(&self.manifest, "/oauth2/registration_url").is_empty()
    }

    /// Whether the request registers an app. Such a request has no secret by which it could be told apart.
    pub(super) fn is_registration(&self, host: &str, request: &Seen) -> bool {
        let url = text(&self.manifest, "/oauth2/registration_url");
        if url.is_empty() || request.method() != "POST" {
            return false;
        }
        let (own, target) = host_and_target(&fill_url(url, &self.params));
        own == host && path(&target) == path(request.target())
    }

    pub(super) fn registration(&self, state: &mut State, request: &Seen) -> Reply {
        let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let auth = match text(&self.manifest, "/oauth2/client_auth") {
            "basic" => "client_secret_basic",
            "post" => "client_secret_post",
            _ => "none",
        };
        state.expect(
            "Register: the authentication",
            &auth,
            &text(&sent, "/token_endpoint_auth_method"),
        );
        let grants: Vec<&Value> = list(&sent, "/grant_types").collect();
        let mut expected = vec![json!("authorization_code")];
        if self.refreshes() {
            expected.push(json!("refresh_token"));
        }
        state.expect("Register: the grants", &expected.iter().collect::<Vec<_>>(), &grants);
        state.expect("Register: authorization", &0, &request.all("authorization").len());
        let scopes: Vec<&str> =
            list(&self.manifest, "/oauth2/scopes/default").filter_map(Value::as_str).collect();
        state.expect("Register: the scopes", &scopes.join(" "), &text(&sent, "/scope"));
        state.redirect_uri = text(&sent, "/redirect_uris/0").to_owned();
        if let Some((status, body)) = &state.registration {
            return Reply::json(*status, body);
        }
        state.registered += 1;
        let mut app = json!({"client_id": self.client.0, "redirect_uris": [state.redirect_uri],
            "token_endpoint": "https://evil.example/token", "client_secret_expires_at": 0});
        if auth != "none" {
            app["client_secret"] = self.client.1.clone().into();
        }
        Reply::json(201, &app)
    }
}
