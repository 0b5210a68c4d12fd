//! Authorization codes: what each was given for, and whether a client may have tokens for it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::oauth::{Account, Ask};

/// One code.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    /// The authorization request that it answers.
    pub(crate) ask: Ask,
    /// Who consented.
    pub(crate) account: Account,
    /// To what.
    pub(crate) scopes: Vec<String>,
    /// Until when it can be exchanged.
    pub(crate) expires_at: i64,
    /// The line of tokens that was issued for it; `None` while it is unused.
    pub(crate) line: Option<u64>,
}

/// What a code is presented with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Check<'a> {
    pub(crate) client: &'a str,
    pub(crate) redirect_uri: Option<&'a str>,
    pub(crate) verifier: Option<&'a str>,
    pub(crate) now: i64,
}

/// When the token request must repeat the redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redirect {
    /// Where the authorization request had one, and then the same (RFC 6749 section 4.1.3).
    IfAsked,
    /// Never; but one that is there must be the same.
    Optional,
}

/// Why a code is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadCode {
    /// It was never given.
    Unknown,
    /// It was given to another client.
    OtherClient,
    /// It was used: these are the tokens issued for it.
    Used(u64),
    /// Its time is over.
    Expired,
    /// The redirect URI is another than in the authorization request, or missing.
    RedirectUri,
    /// The PKCE verifier does not fit the challenge, or is missing (RFC 7636 section 4.6).
    Verifier,
}

/// Every code there has been.
#[derive(Debug, Default)]
pub(crate) struct Codes(BTreeMap<String, Code>);

impl Codes {
    pub(crate) fn put(&mut self, value: String, code: Code) {
        self.0.insert(value, code);
    }

    /// The code, if it may be exchanged now; it stays unused.
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

    /// From now on the code is used, and these are its tokens.
    pub(crate) fn mark_used(&mut self, value: &str, line: u64) {
        if let Some(code) = self.0.get_mut(value) {
            code.line = Some(line);
        }
    }
}

impl Ask {
    /// Whether `verifier` answers the challenge; where there was no challenge, anything does.
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
