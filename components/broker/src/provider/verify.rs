//! Sends the manifest's verify request, which shows whether the provider accepts a credential, and its
//! account.
//!
//! This module must not take trouble of the provider for a rejected credential.

use std::collections::BTreeMap;

use nexus_common::domain::Account;
use nexus_common::secret::SecretJson;
use nexus_common::{Error, Result};
use nexus_manifests::verdict::{Expected, Response, Trouble, Verdict, text_at};
use nexus_manifests::{Account as Pointers, Verify, params};
use nexus_vault::credential::{self, Usable};
use serde_json::Value;

use crate::provider::answer::Answer;
use crate::provider::call::{self, Content, Outgoing};

/// Verifies a credential, before or after it is stored.
///
/// # Errors
/// [`Error::CredentialRefused`] if the provider rejects it. [`Error::Provider`], [`Error::ProviderTimeout`]
/// if the response says nothing about the credential. [`Error::EgressDenied`].
pub(crate) async fn run(usable: &Usable) -> Result<Account> {
    let verify = &usable.sourced.manifest.verify;
    let outgoing = outgoing(usable)?;
    let expected = Expected::of(verify).ok_or_else(|| without_request(usable))?;
    let answer = call::send(usable, outgoing, &usable.credential.pins.verify).await?;
    let found = Judged { expected, answer: &answer }.account()?;
    let param = expected.account.and_then(|account| account.param.as_ref());
    match param.and_then(|param| usable.params.get(param)) {
        Some(value) => Ok(Account { id: Some(value.clone()), ..found }),
        None => Ok(found),
    }
}

/// The verify request, before the credential is in it.
///
/// # Errors
/// [`Error::Invalid`] if the manifest has none, or if the stored data does not fit it.
pub(crate) fn outgoing(usable: &Usable) -> Result<Outgoing<'_>> {
    let Verify::Request { method, headers, json, form, .. } = &usable.sourced.manifest.verify
    else {
        return Err(without_request(usable));
    };
    let url = params::verify_url(&usable.sourced.manifest, &usable.params)
        .map_err(credential::broken)?
        .ok_or_else(|| Error::Internal("a verify request without a URL".into()))?;
    Ok(Outgoing {
        method: call::require_method(method)?,
        url,
        headers: headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        body: body(usable, json.as_ref(), form.as_ref())?,
    })
}

fn without_request(usable: &Usable) -> Error {
    let id = &usable.sourced.manifest.id;
    Error::invalid("/verify", format!("{id} has no verify request"))
}

/// The body of a verify request. JSON is sent as it is, because a GraphQL query has braces of its own.
fn body(
    usable: &Usable,
    json: Option<&Value>,
    form: Option<&BTreeMap<String, String>>,
) -> Result<Option<Content>> {
    match json {
        Some(json) => Ok(Some(call::json_body(&SecretJson::new(json.clone())))),
        None => call::content(form, None, &|name| usable.params.get(name).map(String::as_str)),
    }
}

/// A response, and what the manifest expects of it.
struct Judged<'a> {
    expected: Expected<'a>,
    answer: &'a Answer,
}

impl Judged<'_> {
    /// The account that the response names, if the provider accepts the credential.
    fn account(&self) -> Result<Account> {
        let Answer { status, json, is_limited, .. } = self.answer;
        let (status, json, is_limited) = (status.as_u16(), json.as_ref(), *is_limited);
        match self.expected.judge(Response { status, json, is_limited }) {
            Verdict::Live => Ok(Account::default()),
            Verdict::LiveWithBody => match (json, self.expected.account) {
                (Some(json), Some(pointers)) => self.named(json, pointers),
                _ => Ok(Account::default()),
            },
            Verdict::Refused => {
                let summary = format!("the provider rejected the credential ({status})");
                Err(Error::CredentialRefused(self.with_words(&summary)))
            }
            Verdict::Trouble(trouble) => Err(self.in_trouble(trouble)),
        }
    }

    /// The account in the body. If the manifest has no sign of success, the account is the sign.
    fn named(&self, json: &Value, pointers: &Pointers) -> Result<Account> {
        let id = pointed(self.answer, json, &pointers.id);
        if self.expected.success.is_none() && id.is_none() {
            return Err(self.in_trouble(Trouble::NoAccount));
        }
        let label = pointers.label.as_ref().and_then(|label| pointed(self.answer, json, label));
        Ok(Account { id, label })
    }

    fn in_trouble(&self, trouble: Trouble<'_>) -> Error {
        let status = self.answer.status.as_u16();
        let summary = match trouble {
            Trouble::Status => format!("the provider answered {status}"),
            Trouble::NotJson => {
                let kind = &self.answer.content_type;
                return Error::Provider(format!(
                    "the provider answered {status} with a body that is not JSON (content type {kind:?})"
                ));
            }
            Trouble::NoSign(pointer) => format!("the provider's response has no {pointer}"),
            Trouble::NoAccount => {
                "the provider's response is JSON, but not as its documentation describes it"
                    .to_owned()
            }
        };
        Error::Provider(self.with_words(&summary))
    }

    /// `summary`, followed by the provider's message if the response has one that may be shown.
    fn with_words(&self, summary: &str) -> String {
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
        let answer = self.answer;
        let own = self.expected.success.and_then(|success| success.error.as_deref());
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
    let judged = Judged { expected, answer };
    judged.account()?;
    answer.json.as_ref().ok_or_else(|| judged.in_trouble(Trouble::NotJson))
}

/// The text or number at `pointer`, if it passes the screen.
fn pointed(answer: &Answer, json: &Value, pointer: &str) -> Option<String> {
    answer.screen.pass(&text_at(json, pointer)?)
}
