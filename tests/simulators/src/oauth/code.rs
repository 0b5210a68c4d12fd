//! Authorization codes: the request of each, and whether a client may exchange it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::oauth::{Account, Ask};

/// One code.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    /// The authorization request of the code.
    pub(crate) ask: Ask,
    /// The account that consented.
    pub(crate) account: Account,
    /// The granted scopes.
    pub(crate) scopes: Vec<String>,
    /// When the code expires.
    pub(crate) expires_at: i64,
    /// The line of tokens that was issued for the code. `None` while the code is unused.
    pub(crate) line: Option<u64>,
}

/// The exchange of a code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check<'a> {
    pub(crate) client: &'a str,
    pub(crate) redirect_uri: Option<&'a str>,
    pub(crate) verifier: Option<&'a str>,
    pub(crate) now: i64,
}

/// Whether the token request must repeat the redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redirect {
    /// If the authorization request had one, the token request must have the same (RFC 6749 section 4.1.3).
    IfAsked,
    /// The token request may omit it. If it has one, it must be the same.
    Optional,
}

/// Why a code is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadCode {
    /// The code was never issued.
    Unknown,
    /// The code was issued to another client.
    OtherClient,
    /// The code was used. Holds the line of its tokens.
    Used(u64),
    /// The code has expired.
    Expired,
    /// The redirect URI is missing, or differs from the authorization request.
    RedirectUri,
    /// The PKCE verifier is missing, or does not match the challenge (RFC 7636 section 4.6).
    Verifier,
}

/// All codes ever issued.
#[derive(Debug, Default)]
pub(crate) struct Codes(BTreeMap<String, Code>);

impl Codes {
    pub(crate) fn put(&mut self, value: String, code: Code) {
        self.0.insert(value, code);
    }

    /// The code, if it may be exchanged now. It stays unused.
    pub(crate) fn check(
        &self,
        value: &str,
        check: Check<'_>,
        redirect: Redirect,
    ) -> Result<Code, BadCode> {
        let code = self.0.get(value).ok_or(BadCode::Unknown)?;
        if code.ask.client != check.client {
            return Err(BadCode::OtherClient);
        }
        if let Some(line) = code.line {
            return Err(BadCode::Used(line));
        }
        if code.expires_at <= check.now {
            return Err(BadCode::Expired);
        }
        let same = match check.redirect_uri {
            Some(uri) => uri == code.ask.redirect_uri,
            None => redirect == Redirect::Optional || !code.ask.redirect_sent,
        };
        if !same {
            return Err(BadCode::RedirectUri);
        }
        if !code.ask.fits(check.verifier) {
            return Err(BadCode::Verifier);
        }
        Ok(code.clone())
    }

    /// Marks the code as used, with the line of its tokens.
    pub(crate) fn mark_used(&mut self, value: &str, line: u64) {
        if let Some(code) = self.0.get_mut(value) {
            code.line = Some(line);
        }
    }
}

impl Ask {
    /// Whether `verifier` matches the challenge. Without a challenge, every verifier matches.
    fn fits(&self, verifier: Option<&str>) -> bool {
        let Some(challenge) = self.params.get("code_challenge") else { return true };
        match (verifier, self.params.get("code_challenge_method")) {
            (Some(verifier), Some("S256")) => {
                URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
            }
            (Some(verifier), None | Some("plain")) => verifier == challenge,
            _ => false,
        }
    }
}
