//! Several issuers: the tokens of the providers in `docs/identity.md`, and attempts to make one issuer pass
//! for another.

mod attacks;
mod health;
mod providers;

use serde_json::{Value, json};

use crate::kit::app::Options;

/// An application that trusts exactly the issuers of `list`.
fn trusting(list: &Value) -> Options {
    Options::default()
        .without("jwt_issuer")
        .without("jwt_audience")
        .var("issuer_hosts", "http://127.0.0.1:*")
        .var("issuers", &list.to_string())
}

/// An entry whose tokens are for `audience`, with the keys at `jwks_uri`.
fn entry(issuer: &str, jwks_uri: &str, audience: &str) -> Value {
    json!({
        "issuer": issuer, "jwks_uri": jwks_uri, "audiences": [audience],
        "workspace_claim": "workspace_id", "role_claim": "role",
    })
}
