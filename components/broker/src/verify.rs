//! The manifest's verify request: does the provider accept this credential, and whose is it?

use http::StatusCode;
use nexus_common::broker::Account;
use nexus_common::{Error, Result};
use nexus_manifests::{Success, Verify, VerifyRequest};
use serde_json::Value;

use crate::credential::Usable;
use crate::provider::{self, Answer, Outgoing};

/// Verifies a credential that is about to be saved.
///
/// # Errors
/// [`Error::CredentialRefused`] where the provider says no; [`Error::Provider`],
/// [`Error::ProviderTimeout`] where it says nothing that counts.
pub(crate) async fn new_credential(usable: &Usable) -> Result<Account> {
    let Verify::Request(request) = &usable.sourced.manifest.verify else {
        let id = &usable.sourced.manifest.id;
        return Err(Error::invalid("/verify", format!("{id} has no call that verifies")));
    };
    let answer = provider::send(usable, &outgoing(request)?, &usable.credential.pins.verify).await?;
    judge(request, &answer)
}

fn outgoing(request: &VerifyRequest) -> Result<Outgoing<'_>> {
    let body = match (&request.json, &request.form) {
        (Some(json), _) => {
            let bytes = serde_json::to_vec(json).map_err(|e| Error::Internal(e.to_string()))?;
            Some(("application/json", bytes))
        }
        (None, Some(form)) => {
            let encoded = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(form)
                .finish();
            Some(("application/x-www-form-urlencoded", encoded.into_bytes()))
        }
        (None, None) => None,
    };
    Ok(Outgoing {
        method: &request.method,
        path: &request.path,
        headers: request.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect(),
        body,
    })
}

/// What an answer says about the credential.
///
/// A refusal is the provider's own: 401, 403, or 2xx with a body that says no (Slack's
/// `{"ok":false}`). Anything else that is not the expected answer says nothing about it.
fn judge(request: &VerifyRequest, answer: &Answer) -> Result<Account> {
    let status = answer.status;
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        if request.accepts_status(status.as_u16()) {
            return Ok(Account::default());
        }
        return Err(Error::CredentialRefused(with_words(
            &format!("the provider refused the credential ({})", status.as_u16()),
            answer,
            request.success.as_ref(),
        )));
    }
    if !status.is_success() {
        let what = format!("the provider answered {}", status.as_u16());
        return Err(Error::Provider(with_words(&what, answer, request.success.as_ref())));
    }
    if request.success.is_none() && request.account.is_none() {
        return Ok(Account::default());
    }
    let Some(json) = &answer.json else {
        return Err(Error::Provider(format!(
            "the provider answered {} with something that is not JSON (content type {:?})",
            status.as_u16(),
            answer.content_type
        )));
    };
    if let Some(success) = &request.success {
        match json.pointer(&success.pointer) {
            Some(found) if *found == success.equals => {}
            None if !success.equals.is_null() => {
                let what = format!("the provider's answer has no {}", success.pointer);
                return Err(Error::Provider(what));
            }
            _ => {
                let what = "the provider refused the credential";
                return Err(Error::CredentialRefused(with_words(what, answer, Some(success))));
            }
        }
    }
    let Some(pointers) = &request.account else { return Ok(Account::default()) };
    let account = Account {
        id: pointed(answer, json, pointers.id.as_deref()),
        label: pointed(answer, json, pointers.label.as_deref()),
    };
    if request.success.is_none() && account == Account::default() {
        let what = "the provider's answer is JSON, but not the one its documentation describes";
        return Err(Error::Provider(what.into()));
    }
    Ok(account)
}

/// Text or a number at `pointer`, as far as the screen lets it through.
fn pointed(answer: &Answer, json: &Value, pointer: Option<&str>) -> Option<String> {
    match json.pointer(pointer?)? {
        Value::String(text) => answer.screen.pass(text),
        Value::Number(number) => answer.screen.pass(&number.to_string()),
        _ => None,
    }
}

/// `what`, and the provider's own words where it has some that may be shown.
fn with_words(what: &str, answer: &Answer, success: Option<&Success>) -> String {
    let usual = ["/error/message", "/error/code", "/error", "/message", "/detail", "/title"];
    let own = success.and_then(|success| success.error.as_deref());
    let words = answer.json.as_ref().and_then(|json| {
        let mut pointers = own.into_iter().chain(usual);
        pointers.find_map(|pointer| answer.screen.pass(json.pointer(pointer)?.as_str()?))
    });
    words.map_or_else(|| what.to_owned(), |words| format!("{what}: {words}"))
}
