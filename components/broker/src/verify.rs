//! The manifest's verify request: does the provider accept this credential, and whose is it?

use std::collections::BTreeMap;

use nexus_common::broker::Account;
use nexus_common::{Error, Result};
use nexus_manifests::{Account as Pointers, Sign, Success, Verify, params, template};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::credential::{self, Usable};
use crate::provider::{self, Outgoing, form_body};

/// Verifies a credential, stored or about to be.
///
/// # Errors
/// [`Error::CredentialRefused`] where the provider says no; [`Error::Provider`],
/// [`Error::ProviderTimeout`] where it says nothing that counts; [`Error::EgressDenied`].
pub(crate) async fn run(usable: &Usable) -> Result<Account> {
    let Verify::Request {
        method, headers, json, form, live_on, trouble_on, success, account, ..
    } = &usable.sourced.manifest.verify
    else {
        let id = &usable.sourced.manifest.id;
        return Err(Error::invalid("/verify", format!("{id} has no call that verifies")));
    };
    let url = params::verify_url(&usable.sourced.manifest, &usable.params)
        .map_err(credential::broken)?
        .ok_or_else(|| Error::Internal("a verify request without a URL".into()))?;
    let outgoing = Outgoing {
        method,
        url,
        headers: headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        body: body(usable, json.as_ref(), form.as_ref())?,
    };
    let answer = provider::send(usable, outgoing, &usable.credential.pins.verify).await?;
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
) -> Result<Option<(&'static str, Vec<u8>)>> {
    let lookup = |name: &str| usable.params.get(name).cloned();
    let broken = |error: template::TemplateError| Error::Internal(format!("verify: {error}"));
    if let Some(json) = json {
        return Ok(Some(("application/json", json.to_string().into_bytes())));
    }
    let Some(form) = form else { return Ok(None) };
    let mut members = Vec::new();
    for (name, value) in form {
        let value = template::expand(value, &lookup).map_err(broken)?;
        members.push((name.clone(), Zeroizing::new(value)));
    }
    Ok(Some(form_body(&members)))
}

/// What the manifest says of the answer.
struct Expected<'a> {
    live_on: &'a [Sign],
    trouble_on: &'a [Sign],
    success: Option<&'a Success>,
    account: Option<&'a Pointers>,
}

impl Expected<'_> {
    /// What an answer says about the credential.
    ///
    /// A refusal is the provider's own: a 4xx about this request, or a body that says no where the
    /// status does not (Slack's `{"ok":false}`). Anything else says nothing about the credential.
    fn judge(&self, answer: &Answer) -> Result<Account> {
        let status = answer.status.as_u16();
        // The provider's own words: a portal or a firewall in between says 403 in HTML.
        let own = answer.json.is_some();
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
        match status {
            200..=299 => {}
            401 => return Err(self.refused(answer)),
            // Whoever uses up a limit must not have the connection made again.
            400..=499 if answer.is_limited => return Err(self.in_trouble(answer)),
            403 if own => return Err(self.refused(answer)),
            // Not there, too slow, too early, too often: about the call, not about the credential.
            404 | 405 | 408 | 425 | 429 => return Err(self.in_trouble(answer)),
            400..=499 if own => return Err(self.refused(answer)),
            _ => return Err(self.in_trouble(answer)),
        }
        if status == 204 && self.success.is_none() && self.account.is_none() {
            return Ok(Account::default());
        }
        let Some(json) = &answer.json else {
            return Err(Error::Provider(format!(
                "the provider answered {status} with something that is not JSON (content type {:?})",
                answer.content_type
            )));
        };
        if let Some(success) = self.success {
            match success.holds(json) {
                Some(true) => {}
                Some(false) => return Err(self.refused(answer)),
                None => {
                    let what = format!("the provider's answer has no {}", success.pointer);
                    return Err(Error::Provider(self.with_words(&what, answer)));
                }
            }
        }
        let Some(pointers) = self.account else { return Ok(Account::default()) };
        let id = pointed(answer, json, &pointers.id);
        if self.success.is_none() && id.is_none() {
            let what = "the provider's answer is JSON, but not the one its documentation describes";
            return Err(Error::Provider(self.with_words(what, answer)));
        }
        let label = pointers.label.as_ref().and_then(|label| pointed(answer, json, label));
        Ok(Account { id, label })
    }

    fn refused(&self, answer: &Answer) -> Error {
        let what = format!("the provider refused the credential ({})", answer.status.as_u16());
        Error::CredentialRefused(self.with_words(&what, answer))
    }

    fn in_trouble(&self, answer: &Answer) -> Error {
        let what = format!("the provider answered {}", answer.status.as_u16());
        Error::Provider(self.with_words(&what, answer))
    }

    /// `what`, and the provider's own words where it has some that may be shown.
    fn with_words(&self, what: &str, answer: &Answer) -> String {
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
        words.map_or_else(|| what.to_owned(), |words| format!("{what}: {words}"))
    }
}

/// Text or a number at `pointer`, as far as the screen lets it through.
fn pointed(answer: &Answer, json: &Value, pointer: &str) -> Option<String> {
    match json.pointer(pointer)? {
        Value::String(text) => answer.screen.pass(text),
        Value::Number(number) => answer.screen.pass(&number.to_string()),
        _ => None,
    }
}
