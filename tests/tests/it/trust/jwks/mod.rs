//! Tokens of an issuer with its own keys: which documents, keys and tokens are accepted, and what
//! becomes of requests while the issuer is away.

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

/// Expects that `token` proves nothing.
async fn refused(app: &App, what: &str, token: &str) {
    let answer = app.get("/api/integrations").bearer(token).send().await;
    assert_eq!(answer.status.as_u16(), 401, "{what}: {answer:?}");
    answer.problem(401, "invalid_token");
}

/// The same application `ms` later: what it has of the issuer is that much older, and no instance
/// remembers more.
async fn later(app: App, ms: u64) -> App {
    let path = app.dir.path().join(".spin/sqlite_key_value.db");
    let store = rusqlite::Connection::open(path).unwrap();
    let entry = "from spin_key_value where store = 'default' and key like 'jwks:%'";
    let bytes: Vec<u8> =
        store.query_row(&format!("select value {entry}"), [], |row| row.get(0)).unwrap();
    let mut value: Value = serde_json::from_slice(&bytes).unwrap();
    for name in ["attempted", "fetched"] {
        if let Some(at) = value[name].as_u64() {
            value[name] = json!(at - ms);
        }
    }
    let sql = "update spin_key_value set value = ?1 where store = 'default' and key like 'jwks:%'";
    assert_eq!(store.execute(sql, [value.to_string().into_bytes()]).unwrap(), 1);
    drop(store);
    app.restart().await
}
