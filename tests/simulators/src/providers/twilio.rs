//! Twilio's 2010 API, as far as phone numbers and messages go.
//!
//! - HTTP Basic: an API key's SID and secret, or the account's SID and auth token:
//!   <https://www.twilio.com/docs/usage/requests-to-twilio>
//! - Errors are `{"code","message","more_info","status"}`:
//!   <https://www.twilio.com/docs/usage/twilios-response>
//! - 20003 where the credentials are wrong, deleted or another account's:
//!   <https://www.twilio.com/docs/api/errors/20003>
//! - 70051 where a restricted key lacks the permission, told as 401 here: the page names no status:
//!   <https://www.twilio.com/docs/api/errors/70051>
//! - `GET …/IncomingPhoneNumbers.json` (`PageSize`), `POST …/Messages.json`, and what they answer:
//!   <https://github.com/twilio/twilio-oai>
//!
//! The simulator's keys are `user:password`.

use serde_json::{Value, json};

use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

pub(crate) const DEFAULT_KEY: &str = "SK00000000000000000000000000000001:simulated-secret-0001";

const ACCOUNT: &str = "AC00000000000000000000000000000001";

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    let id = format!("RQsimulated{:06}", state.next());
    respond(state, request).header("twilio-request-id", id)
}

fn respond(state: &mut State, request: &Request) -> Reply {
    let denied = || {
        error(401, 20_003, "Authenticate").header("www-authenticate", "Basic realm=\"Twilio API\"")
    };
    let Some((user, password)) = request.basic() else { return denied() };
    let Some(known @ (KeyState::Accepted | KeyState::Restricted)) =
        state.key(&format!("{user}:{password}"))
    else {
        return denied();
    };
    let resource = request.path.strip_prefix("/2010-04-01/Accounts/");
    let Some((account, resource)) = resource.and_then(|rest| rest.split_once('/')) else {
        return not_found(request);
    };
    if account != ACCOUNT {
        return denied();
    }
    if known == KeyState::Restricted {
        return error(401, 70_051, "Authorization Failed");
    }
    match (request.method.as_str(), resource) {
        ("GET", "IncomingPhoneNumbers.json") => numbers(request),
        ("POST", "Messages.json") => message(state, request),
        _ => not_found(request),
    }
}

fn numbers(request: &Request) -> Reply {
    let size = request.query_param("PageSize").and_then(|size| size.parse().ok()).unwrap_or(50_u32);
    let uri = format!("/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json");
    let first = format!("{uri}?PageSize={size}&Page=0");
    Reply::json(
        200,
        &json!({"incoming_phone_numbers": [{"sid": "PN00000000000000000000000000000001",
                "account_sid": ACCOUNT, "phone_number": "+15005550006",
                "friendly_name": "(500) 555-0006"}],
            "start": 0, "end": 0, "page": 0, "page_size": size, "uri": first, "first_page_uri": first,
            "next_page_uri": null, "previous_page_uri": null}),
    )
}

fn message(state: &mut State, request: &Request) -> Reply {
    let form = String::from_utf8_lossy(&request.body);
    let field = |name: &str| {
        form.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)
    };
    let Some((_, to)) = field("To") else {
        return error(400, 21_604, "A 'To' phone number is required.");
    };
    let sent: Value = json!({"sid": format!("SM{:032}", state.next()), "account_sid": ACCOUNT,
        "status": "queued", "direction": "outbound-api", "api_version": "2010-04-01",
        "to": to.replace("%2B", "+"), "error_code": null, "error_message": null});
    state.messages.push(sent.clone());
    Reply::json(201, &sent)
}

fn not_found(request: &Request) -> Reply {
    let message = format!("The requested resource {} was not found", request.path);
    error(404, 20_404, &message)
}

fn error(status: u16, code: u32, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({"code": code, "message": message, "status": status,
            "more_info": format!("https://www.twilio.com/docs/errors/{code}")}),
    )
}
