//! Stripe's REST API, as far as connecting an account and reading charges goes.
//!
//! - Keys travel as `Authorization: Bearer` or as the user of Basic with an empty password; test
//!   keys begin with `sk_test_`, restricted ones with `rk_test_`:
//!   <https://docs.stripe.com/api/authentication>, <https://docs.stripe.com/keys>
//! - Errors are `{"error":{"type","message","code"?}}`; 401 "No valid API key provided", 403 "The
//!   API key doesn't have permissions to perform the request": <https://docs.stripe.com/api/errors>;
//!   the 401 shows the key's first 8 and last 4 characters:
//!   <https://github.com/stripe/stripe-node/issues/361>; a rolled key is `api_key_expired`:
//!   <https://docs.stripe.com/error-codes>, <https://github.com/stripe/stripe-cli/issues/1085>
//! - The 403 of a restricted key names the masked key and the permission that would do:
//!   <https://github.com/stripe/stripe-node/issues/2246>
//! - Lists are `{"object":"list","url","has_more","data"}`, `limit` 1 to 100 (10), `starting_after`:
//!   <https://docs.stripe.com/api/pagination>, <https://docs.stripe.com/api/charges/list>
//! - `GET /v1/account`: <https://docs.stripe.com/api/accounts/retrieve>; `GET /v1/balance`:
//!   <https://docs.stripe.com/api/balance/balance_retrieve>
//! - Every answer carries `request-id`: <https://docs.stripe.com/api/request_ids>

use serde_json::{Value, json};

use crate::mask::mask;
use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str = "sk_test_simulated0000000000000000";

const ACCOUNT: &str = "acct_1SimulatedAccount";
const CHARGES: usize = 25;

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let id = format!("req_simulated{:06}", state.next());
    respond(state, request).header("request-id", id)
}

fn respond(state: &State, request: &Request) -> Reply {
    let key = request.bearer().map(str::to_owned).or_else(|| request.basic().map(|(user, _)| user));
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        return error(
            401,
            None,
            "You did not provide an API key. You need to provide your API key in the Authorization \
             header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See \
             https://stripe.com/docs/api#authentication for details, or we can help at \
             https://support.stripe.com/.",
        )
        .header("www-authenticate", "Basic realm=\"Stripe\"");
    };
    let shown = mask(&key, 8, 4);
    match state.key(&key) {
        None => {
            return error(401, None, &format!("Invalid API Key provided: {shown}"))
                .header("www-authenticate", "Basic realm=\"Stripe\"");
        }
        Some(KeyState::Revoked) => {
            return error(
                401,
                Some("api_key_expired"),
                &format!("Expired API Key provided: {shown}"),
            )
            .header("www-authenticate", "Basic realm=\"Stripe\"");
        }
        Some(KeyState::Restricted) if permission(&request.path).is_some() => {
            let permission = permission(&request.path).unwrap_or_default();
            let shown = mask(&key, 8, 6);
            return error(
                403,
                None,
                &format!(
                    "The provided key '{shown}' does not have the required permissions for this \
                     endpoint on account '{ACCOUNT}'. Having the '{permission}' permission would \
                     allow this request to continue."
                ),
            );
        }
        Some(_) => {}
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v1/account") => Reply::json(200, &account()),
        ("GET", "/v1/balance") => Reply::json(200, &balance()),
        ("GET", "/v1/charges") => charges(request),
        ("GET", path) if path.starts_with("/v1/charges/") => one_charge(path),
        (method, path) => error(
            404,
            None,
            &format!(
                "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or \
                 we can help at https://support.stripe.com/."
            ),
        ),
    }
}

/// The permission that a restricted key needs for `path`. `None` if the URL does not exist.
fn permission(path: &str) -> Option<&'static str> {
    match path {
        "/v1/account" => Some("rak_accounts_kyc_basic_read"),
        "/v1/balance" => Some("rak_balance_read"),
        path if path == "/v1/charges" || path.starts_with("/v1/charges/") => {
            Some("rak_charge_read")
        }
        _ => None,
    }
}

fn error(status: u16, code: Option<&str>, message: &str) -> Reply {
    let mut error = json!({"message": message, "type": "invalid_request_error"});
    if let (Some(code), Some(fields)) = (code, error.as_object_mut()) {
        fields.insert("code".into(), code.into());
        fields.insert(
            "doc_url".into(),
            format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-")).into(),
        );
    }
    Reply::json(status, &json!({"error": error}))
}

fn account() -> Value {
    json!({
        "id": ACCOUNT, "object": "account", "country": "DE", "default_currency": "eur",
        "email": "owner@example.com", "charges_enabled": true, "payouts_enabled": true,
        "business_profile": {"name": "Simulated Shop", "url": "https://shop.example.com"},
        "settings": {"dashboard": {"display_name": "Simulated Shop", "timezone": "Europe/Berlin"}},
    })
}

fn balance() -> Value {
    json!({
        "object": "balance", "livemode": false,
        "available": [{"amount": 12_300, "currency": "eur", "source_types": {"card": 12_300}}],
        "pending": [{"amount": 0, "currency": "eur", "source_types": {"card": 0}}],
    })
}

fn charge(number: usize) -> Value {
    json!({
        "id": format!("ch_simulated{number:04}"), "object": "charge", "amount": 1_000 + number,
        "currency": "eur", "created": 1_760_000_000 + number, "livemode": false, "paid": true,
        "status": "succeeded",
    })
}

/// The newest item is the first, and has the highest number.
fn charges(request: &Request) -> Reply {
    let limit = match request.query_param("limit").map(str::parse::<usize>) {
        None => 10,
        Some(Ok(limit @ 1..=100)) => limit,
        Some(_) => {
            return error(
                400,
                Some("parameter_invalid_integer"),
                "This value must be greater than or equal to 1 and at most 100.",
            );
        }
    };
    let newest = match request.query_param("starting_after") {
        None => CHARGES,
        Some(id) => match charge_number(id) {
            Some(number) => number - 1,
            None => return no_such_charge(id),
        },
    };
    let data: Vec<_> = (1..=newest).rev().take(limit).map(charge).collect();
    let has_more = newest > data.len();
    Reply::json(
        200,
        &json!({"object": "list", "url": "/v1/charges", "has_more": has_more, "data": data}),
    )
}

fn one_charge(path: &str) -> Reply {
    let id = path.trim_start_matches("/v1/charges/");
    match charge_number(id) {
        Some(number) => Reply::json(200, &charge(number)),
        None => no_such_charge(id),
    }
}

fn charge_number(id: &str) -> Option<usize> {
    let number = id.strip_prefix("ch_simulated")?.parse().ok()?;
    (1..=CHARGES).contains(&number).then_some(number)
}

fn no_such_charge(id: &str) -> Reply {
    error(404, Some("resource_missing"), &format!("No such charge: '{id}'"))
}
