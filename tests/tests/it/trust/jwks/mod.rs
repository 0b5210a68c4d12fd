//! Tokens of an issuer with its own keys: the documents, keys and tokens that are accepted, and the responses
//! while the issuer is down.

mod documents;
pub(crate) mod issuer;
pub(crate) mod keys;
mod tokens;
mod turns;

use serde_json::{Value, json};

use crate::kit::app::{App, Options};
use crate::kit::token;
use issuer::Issuer;

const MINUTE: u64 = 60_000;

/// An application that trusts `issuer`.
fn trusting(issuer: &Issuer) -> Options {
    Options::default().without("jwt_secret").var("jwt_jwks_origin", &issuer.origin())
}

async fn app(issuer: &Issuer) -> App {
    trusting(issuer).start().await.unwrap()
}

/// The claims of an ADMIN.
fn admin() -> Value {
    token::claims("ADMIN", "acme")
}

/// The status of a call that needs a token.
async fn status(app: &App, token: &str) -> u16 {
    app.get("/api/integrations").bearer(token).send().await.status.as_u16()
}

/// Checks that `token` is rejected.
async fn refused(app: &App, what: &str, token: &str) {
    let answer = app.get("/api/integrations").bearer(token).send().await;
    assert_eq!(answer.status.as_u16(), 401, "{what}: {answer:?}");
    answer.problem(401, "invalid_token");
}

/// The same application `ms` later: the cached keys of the issuer are that much older, and the caches of the
/// instances are empty.
async fn later(app: App, ms: u64) -> App {
    let store = app.key_value();
    let keys = store.keys("jwks:");
    let [entry] = keys.as_slice() else { panic!("{keys:?}") };
    let bytes = store.get(entry).unwrap();
    let mut value: Value = serde_json::from_slice(&bytes).unwrap();
    for name in ["attempted", "fetched"] {
        if let Some(at) = value[name].as_u64() {
            value[name] = json!(at - ms);
        }
    }
    store.set(entry, value.to_string().as_bytes());
    drop(store);
    app.restart().await
}
