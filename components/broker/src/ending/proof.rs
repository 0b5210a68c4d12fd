//! Builds the request that shows whether a token is still valid. It is for a token that authenticates its own revocation: if
//! the provider answers 401 to that, the token may be invalid, or it may not revoke.
//!
//! This module must not send the request.

use std::collections::BTreeMap;

use nexus_common::secret::Secret;
use nexus_manifests::verdict::{Expected, Response, Verdict};
use nexus_manifests::{Revoke, RevokeAuth, Sign, Verify};
use nexus_vault::credential::Usable;
use nexus_vault::plaintext;
use serde::{Deserialize, Serialize};

use super::parts::Parts;
use crate::provider::answer::Answer;
use crate::provider::call::{Transmission, with_credential};
use crate::provider::verify;

/// The manifest's verify request with a token in it: a part of the plaintext of an outbox entry.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proof {
    /// The method, in upper case.
    method: String,
    /// The URL, with all placeholders replaced.
    #[serde(with = "plaintext")]
    url: Secret,
    /// The origins to which the request is pinned.
    pub(crate) pinned: Vec<String>,
    /// Header names and values.
    #[serde(with = "plaintext")]
    headers: BTreeMap<String, Secret>,
    /// Content type and body.
    #[serde(default, with = "plaintext")]
    body: Option<(String, Secret)>,
    /// The manifest's signs that the token is valid although the request is rejected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    live_on: Vec<Sign>,
    /// The manifest's signs of a response that says nothing about the token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trouble_on: Vec<Sign>,
}

impl Proof {
    /// The verify request with the access token of `usable`. `None` if the token does not authenticate its own revocation,
    /// or if the manifest has no verify request that fits the stored data.
    pub(super) fn of(usable: &Usable) -> Option<Self> {
        let manifest = &usable.sourced.manifest;
        let (Revoke::Request { request, .. }, Verify::Request { live_on, trouble_on, .. }) =
            (&manifest.revoke, &manifest.verify)
        else {
            return None;
        };
        if request.auth != RevokeAuth::Token {
            return None;
        }
        let outgoing = verify::outgoing(usable).ok()?;
        let Transmission { method, url, headers, body, .. } =
            with_credential(usable, outgoing).ok()?;
        let text = |value: &str| Secret::new(value.to_owned());
        let headers = headers
            .iter()
            .map(|(name, value)| Some((name.to_string(), text(value.to_str().ok()?))));
        Some(Self {
            method: method.to_string(),
            url: Secret::new(url.into()),
            pinned: usable.credential.pins.verify.clone(),
            headers: headers.collect::<Option<_>>()?,
            body: body.map(|(kind, body)| (kind.to_owned(), body)),
            live_on: live_on.clone(),
            trouble_on: trouble_on.clone(),
        })
    }

    /// The parts of the request.
    pub(crate) fn parts(&self) -> Parts<'_> {
        Parts {
            method: &self.method,
            url: &self.url,
            headers: &self.headers,
            body: self.body.as_ref(),
        }
    }

    /// Whether `answer` shows that the token is not valid. Only a 401 does (RFC 9110, 15.5.2). Any other rejection may be
    /// about what the token may do.
    pub(crate) fn is_given_by(&self, answer: &Answer) -> bool {
        let expected = Expected {
            live_on: &self.live_on,
            trouble_on: &self.trouble_on,
            success: None,
            account: None,
        };
        let (status, json) = (answer.status.as_u16(), answer.json.as_ref());
        let response = Response { status, json, is_limited: answer.is_limited };
        status == 401 && expected.judge(response) == Verdict::Refused
    }
}
