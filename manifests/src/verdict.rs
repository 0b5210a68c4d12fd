//! What the response to a verify request says about the credential.
//!
//! A rejection must come from the provider itself: a 4xx about this request, or a body that says no although the status
//! does not (Slack's `{"ok":false}`). Any other response says nothing about the credential.

use serde_json::Value;

use crate::model::{Account, Sign, Success, Verify};

/// The manifest's description of the response.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// 4xx responses that prove the credential live.
    pub live_on: &'a [Sign],
    /// 4xx responses that say nothing about the credential.
    pub trouble_on: &'a [Sign],
    /// How a success is recognized.
    pub success: Option<&'a Success>,
    /// Where the response identifies the account.
    pub account: Option<&'a Account>,
}

/// A response, as far as it matters.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    /// The status.
    pub status: u16,
    /// The body as JSON. `None` if it is not JSON.
    pub json: Option<&'a Value>,
    /// Whether the headers say that a rate limit is reached.
    pub is_limited: bool,
}

/// What a response says about the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// The provider accepts the credential. The body names no account.
    Live,
    /// The provider accepts the credential, and the body is as the manifest describes it.
    LiveWithBody,
    /// The provider rejects the credential.
    Refused,
    /// The response says nothing about the credential.
    Trouble(Trouble<'a>),
}

/// Why a response says nothing about the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble<'a> {
    /// Its status is about the request or about the provider.
    Status,
    /// Its body is not JSON.
    NotJson,
    /// The sign of success is missing at this pointer.
    NoSign(&'a str),
    /// It names no account, which is the only sign of success that the manifest has.
    NoAccount,
}

impl<'a> Expected<'a> {
    /// The description of a verify request. `None` if the provider has none.
    #[must_use]
    pub fn of(verify: &'a Verify) -> Option<Self> {
        let Verify::Request { live_on, trouble_on, success, account, .. } = verify else {
            return None;
        };
        Some(Self { live_on, trouble_on, success: success.as_ref(), account: account.as_ref() })
    }

    /// What `response` says about the credential.
    #[must_use]
    pub fn judge(&self, response: Response<'_>) -> Verdict<'a> {
        let Response { status, json, .. } = response;
        let shown = |signs: &[Sign]| {
            json.is_some_and(|body| signs.iter().any(|sign| sign.matches(status, body)))
        };
        if shown(self.live_on) {
            return Verdict::Live;
        }
        if shown(self.trouble_on) {
            return Verdict::Trouble(Trouble::Status);
        }
        match of_status(response) {
            Verdict::Live => {}
            other => return other,
        }
        if status == 204 && self.success.is_none() && self.account.is_none() {
            return Verdict::Live;
        }
        match json {
            Some(json) => self.judge_body(json),
            None => Verdict::Trouble(Trouble::NotJson),
        }
    }

    fn judge_body(&self, json: &Value) -> Verdict<'a> {
        if let Some(success) = self.success {
            match success.holds(json) {
                Some(true) => {}
                Some(false) => return Verdict::Refused,
                None => return Verdict::Trouble(Trouble::NoSign(&success.pointer)),
            }
        }
        match self.account {
            None => Verdict::Live,
            // Without a sign of success, the account is the sign.
            Some(account) if self.success.is_none() && text_at(json, &account.id).is_none() => {
                Verdict::Trouble(Trouble::NoAccount)
            }
            Some(_) => Verdict::LiveWithBody,
        }
    }
}

/// What the status alone says about the credential.
fn of_status(response: Response<'_>) -> Verdict<'static> {
    // JSON comes from the provider. A portal or a firewall in between responds with 403 and HTML.
    let is_own = response.json.is_some();
    match response.status {
        200..=299 => Verdict::Live,
        401 => Verdict::Refused,
        // A used-up limit must not force a person to connect again.
        400..=499 if response.is_limited => Verdict::Trouble(Trouble::Status),
        403 if is_own => Verdict::Refused,
        // These statuses are about the request, not about the credential.
        404 | 405 | 408 | 425 | 429 => Verdict::Trouble(Trouble::Status),
        400..=499 if is_own => Verdict::Refused,
        _ => Verdict::Trouble(Trouble::Status),
    }
}

/// The text or number at `pointer`. `None` if there is none, or an empty text.
#[must_use]
pub fn text_at(json: &Value, pointer: &str) -> Option<String> {
    match json.pointer(pointer)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judge(verify: &Value, status: u16, body: Option<&Value>, is_limited: bool) -> String {
        let verify: Verify = serde_json::from_value(verify.clone()).unwrap();
        let response = Response { status, json: body, is_limited };
        format!("{:?}", Expected::of(&verify).unwrap().judge(response))
    }

    #[test]
    fn each_response_says_one_thing() {
        let plain = json!({"method": "GET", "path": "/me", "account": {"id": "/id"}});
        let slack =
            json!({"method": "GET", "path": "/me", "success": {"pointer": "/ok", "equals": true}});
        let signs = json!({"method": "GET", "path": "/me", "live_on": [403],
            "trouble_on": [{"status": 401, "pointer": "/code", "equals": "busy"}]});
        let (account, none) = (json!({"id": 7}), json!({}));
        for (verify, status, body, is_limited, expected) in [
            (&plain, 200, Some(&account), false, "LiveWithBody"),
            (&plain, 200, Some(&none), false, "Trouble(NoAccount)"),
            (&plain, 200, None, false, "Trouble(NotJson)"),
            (&plain, 401, None, false, "Refused"),
            (&plain, 403, Some(&none), false, "Refused"),
            (&plain, 403, None, false, "Trouble(Status)"),
            (&plain, 403, Some(&none), true, "Trouble(Status)"),
            (&plain, 404, Some(&none), false, "Trouble(Status)"),
            (&plain, 302, None, false, "Trouble(Status)"),
            (&plain, 500, Some(&none), false, "Trouble(Status)"),
            (&slack, 200, Some(&json!({"ok": true})), false, "Live"),
            (&slack, 200, Some(&json!({"ok": false})), false, "Refused"),
            (&slack, 200, Some(&none), false, "Trouble(NoSign(\"/ok\"))"),
            (&signs, 403, Some(&none), false, "Live"),
            (&signs, 401, Some(&json!({"code": "busy"})), false, "Trouble(Status)"),
            (&signs, 401, Some(&none), false, "Refused"),
            (&signs, 204, None, false, "Live"),
        ] {
            let found = judge(verify, status, body, is_limited);
            assert_eq!(found, expected, "{verify} {status} {body:?}");
        }
        let unsupported = serde_json::from_value(json!({"unsupported": "no"})).unwrap();
        assert!(Expected::of(&unsupported).is_none());
    }
}
