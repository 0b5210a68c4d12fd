//! Sends the manifest's verify request, which shows whether the provider accepts a credential, and its
//! account.
//!
//! This module must not take trouble of the provider for a rejected credential.

use std::collections::BTreeMap;

use nexus_common::domain::Account;
use nexus_common::secret::Secret;
use nexus_common::{Error, Result};
use nexus_manifests::{Account as Pointers, Sign, Success, Verify, params, template};
use nexus_vault::credential::{self, Usable};
use serde_json::Value;

use crate::provider::answer::Answer;
use crate::provider::call::{self, Content, Outgoing, form_body};

/// Verifies a credential, before or after it is stored.
///
/// # Errors
/// [`Error::CredentialRefused`] if the provider rejects it. [`Error::Provider`], [`Error::ProviderTimeout`]
/// if the response says nothing about the credential. [`Error::EgressDenied`].
pub(crate) async fn run(usable: &Usable) -> Result<Account> {
    let Verify::Request {
        method, headers, json, form, live_on, trouble_on, success, account, ..
    } = &usable.sourced.manifest.verify
    else {
        let id = &usable.sourced.manifest.id;
        return Err(Error::invalid("/verify", format!("{id} has no verify request")));
    };
    let url = params::verify_url(&usable.sourced.manifest, &usable.params)
        .map_err(credential::broken)?
        .ok_or_else(|| Error::Internal("a verify request without a URL".into()))?;
    let outgoing = Outgoing {
        method: call::require_method(method)?,
        url,
        headers: headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        body: body(usable, json.as_ref(), form.as_ref())?,
    };
    let answer = call::send(usable, outgoing, &usable.credential.pins.verify).await?;
    let pointers = account.as_ref();
    let expected = Expected { live_on, trouble_on, success: success.as_ref(), account: pointers };
    let found = expected.judge(&answer)?;
    let param = pointers.and_then(|account| account.param.as_ref());
    match param.and_then(|param| usable.params.get(param)) {
        Some(value) => Ok(Account { id: Some(value.clone()), ..found }),
        None => Ok(found),
    }
}

fn body(
    usable: &Usable,
    json: Option<&Value>,
    form: Option<&BTreeMap<String, String>>,
) -> Result<Option<Content>> {
    let lookup = |name: &str| usable.params.get(name).cloned();
    let broken = |error: template::TemplateError| Error::Internal(format!("verify: {error}"));
    if let Some(json) = json {
        return Ok(Some(("application/json", Secret::new(json.to_string()))));
    }
    let Some(form) = form else { return Ok(None) };
    let mut members = Vec::new();
    for (name, value) in form {
        let value = template::expand(value, &lookup).map_err(broken)?;
        members.push((name.clone(), Secret::new(value)));
    }
    Ok(Some(form_body(&members)))
}

/// The manifest's description of the response.
struct Expected<'a> {
    live_on: &'a [Sign],
    trouble_on: &'a [Sign],
    success: Option<&'a Success>,
    account: Option<&'a Pointers>,
}

impl Expected<'_> {
    /// Reads from a response whether the credential was accepted.
    ///
    /// A rejection must come from the provider itself: a 4xx about this request, or a body that says no
    /// although the status does not (Slack's `{"ok":false}`). Any other response says nothing about the
    /// credential.
    fn judge(&self, answer: &Answer) -> Result<Account> {
        let status = answer.status.as_u16();
        let shown = |signs: &[Sign]| {
            let body = answer.json.as_ref();
            body.is_some_and(|body| signs.iter().any(|sign| sign.matches(status, body)))
        };
        if shown(self.live_on) {
            return Ok(Account::default());
        }
        if shown(self.trouble_on) {
            return Err(self.in_trouble(answer));
        }
        self.check_status(answer)?;
        if status == 204 && self.success.is_none() && self.account.is_none() {
            return Ok(Account::default());
        }
        let Some(json) = &answer.json else {
            return Err(not_json(answer));
        };
        self.check_success(answer, json)?;
        self.account(answer, json)
    }

    /// Checks the status alone.
    fn check_status(&self, answer: &Answer) -> Result<()> {
        // JSON comes from the provider. A portal or a firewall in between responds with 403 and HTML.
        let own = answer.json.is_some();
        match answer.status.as_u16() {
            200..=299 => Ok(()),
            401 => Err(self.refused(answer)),
            // A used-up limit must not force a person to connect again.
            400..=499 if answer.is_limited => Err(self.in_trouble(answer)),
            403 if own => Err(self.refused(answer)),
            // These statuses are about the request, not about the credential.
            404 | 405 | 408 | 425 | 429 => Err(self.in_trouble(answer)),
            400..=499 if own => Err(self.refused(answer)),
            _ => Err(self.in_trouble(answer)),
        }
    }

    /// Checks the manifest's sign of success, if it has one.
    fn check_success(&self, answer: &Answer, json: &Value) -> Result<()> {
        let Some(success) = self.success else { return Ok(()) };
        match success.holds(json) {
            Some(true) => Ok(()),
            Some(false) => Err(self.refused(answer)),
            None => {
                let summary = format!("the provider's response has no {}", success.pointer);
                Err(Error::Provider(self.with_words(&summary, answer)))
            }
        }
    }

    /// The account that the response names. If the manifest has no sign of success, the account is the sign.
    fn account(&self, answer: &Answer, json: &Value) -> Result<Account> {
        let Some(pointers) = self.account else { return Ok(Account::default()) };
        let id = pointed(answer, json, &pointers.id);
        if self.success.is_none() && id.is_none() {
            let summary =
                "the provider's response is JSON, but not as its documentation describes it";
            return Err(Error::Provider(self.with_words(summary, answer)));
        }
        let label = pointers.label.as_ref().and_then(|label| pointed(answer, json, label));
        Ok(Account { id, label })
    }

    fn refused(&self, answer: &Answer) -> Error {
        let summary = format!("the provider rejected the credential ({})", answer.status.as_u16());
        Error::CredentialRefused(self.with_words(&summary, answer))
    }

    fn in_trouble(&self, answer: &Answer) -> Error {
        let summary = format!("the provider answered {}", answer.status.as_u16());
        Error::Provider(self.with_words(&summary, answer))
    }

    /// `summary`, followed by the provider's message if the response has one that may be shown.
    fn with_words(&self, summary: &str, answer: &Answer) -> String {
        let usual = [
            "/error/message",
            "/error/code",
            "/error",
            "/errors/0/message",
            "/errors/0",
            "/message",
            "/detail",
            "/title",
        ];
        let own = self.success.and_then(|success| success.error.as_deref());
        let json = answer.json.as_ref();
        let words = json.and_then(|json| answer.words(json, own.into_iter().chain(usual)));
        words.map_or_else(|| summary.to_owned(), |words| format!("{summary}: {words}"))
    }
}

/// The JSON of a response that accepts the credential.
///
/// # Errors
/// As [`run`].
pub(crate) fn require_accepted(answer: &Answer) -> Result<&Value> {
    let expected = Expected { live_on: &[], trouble_on: &[], success: None, account: None };
    expected.check_status(answer)?;
    answer.json.as_ref().ok_or_else(|| not_json(answer))
}

/// The error for a body that is not JSON.
fn not_json(answer: &Answer) -> Error {
    Error::Provider(format!(
        "the provider answered {} with a body that is not JSON (content type {:?})",
        answer.status.as_u16(),
        answer.content_type
    ))
}

/// The text or number at `pointer`, if it passes the screen.
fn pointed(answer: &Answer, json: &Value, pointer: &str) -> Option<String> {
    match json.pointer(pointer)? {
        Value::String(text) => answer.screen.pass(text),
        Value::Number(number) => answer.screen.pass(&number.to_string()),
        _ => None,
    }
}
