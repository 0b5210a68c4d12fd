//! The parts that the OAuth 2.0 providers share: clients, consent, codes, grants and tokens, in memory.
//!
//! A provider combines these parts as its own documentation says, and has its own errors. This module must
//! not know a provider, an endpoint or the text of an error.

mod ask;
mod client;
mod clock;
mod code;
mod consent;
mod faults;
mod grant;
mod options;
mod page;
mod params;
mod token;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use sha2::{Digest, Sha256};

pub use ask::Account;
pub(crate) use ask::Ask;
pub(crate) use client::{BadClient, Clients, Presented};
pub(crate) use clock::{Clock, utc};
pub(crate) use code::{BadCode, Check, Code, Codes, Redirect};
pub use consent::Consent;
pub(crate) use consent::{Authorizer, Desk, authorize, redirect};
pub(crate) use faults::Faults;
pub use faults::Misbehaviour;
pub use grant::GrantStats;
pub(crate) use grant::{GrantId, Grants};
pub use options::{ClientAuth, Options, Reuse};
pub(crate) use page::error_page;
pub(crate) use params::{Params, encode};
pub use token::TokenState;
pub(crate) use token::{Issue, Tokens, Use};

use crate::wire::Reply;

/// The number of events since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Issued codes.
    pub consents: u64,
    /// Authorization requests that the user denied.
    pub denials: u64,
    /// Exchanged codes (or client credentials).
    pub exchanges: u64,
    /// Refreshes.
    pub refreshes: u64,
    /// Revocations by the client that ended a token.
    pub revocations: u64,
    /// Rejected requests to the token endpoint.
    pub refusals: u64,
    /// All grants, oldest first, ended ones included.
    pub grants: Vec<GrantStats>,
}

/// The OAuth side of a provider.
#[derive(Debug)]
pub(crate) struct OAuth {
    pub(crate) origin: String,
    pub(crate) clock: Clock,
    pub(crate) options: Options,
    pub(crate) clients: Clients,
    pub(crate) desk: Desk,
    pub(crate) codes: Codes,
    pub(crate) grants: Grants,
    pub(crate) tokens: Tokens,
    pub(crate) faults: Faults,
    /// The `grants` stay empty here, because they are counted in `grant`.
    pub(crate) stats: Stats,
    mint: Mint,
}

impl OAuth {
    pub(crate) fn new(origin: &str, account: Account, options: Options) -> Self {
        Self {
            origin: origin.to_owned(),
            clock: Clock::default(),
            options,
            clients: Clients::default(),
            desk: Desk::new(account),
            codes: Codes::default(),
            grants: Grants::default(),
            tokens: Tokens::default(),
            faults: Faults::default(),
            stats: Stats::default(),
            mint: Mint::default(),
        }
    }

    /// The time in seconds since 1970, by this provider's clock.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }

    /// A new secret: `prefix` and 40 hexadecimal digits.
    pub(crate) fn secret(&mut self, prefix: &str) -> String {
        self.mint.secret(prefix)
    }

    /// Issues a code for the request, and counts the consent.
    pub(crate) fn issue_code(&mut self, prefix: &str, ask: &Ask, account: &Account) -> String {
        let value = self.secret(prefix);
        let code = Code {
            ask: ask.clone(),
            account: account.clone(),
            scopes: self.desk.granted(&ask.scopes),
            expires_at: self.now() + self.options.code_lifetime,
            line: None,
        };
        self.codes.put(value.clone(), code);
        self.stats.consents += 1;
        value
    }

    /// Issues a token with a new value. Returns the value.
    pub(crate) fn issue(&mut self, prefix: &str, issue: Issue) -> String {
        let value = self.secret(prefix);
        self.tokens.put(value.clone(), issue);
        value
    }

    /// When an access token that is issued now expires.
    pub(crate) fn access_expiry(&self) -> Option<i64> {
        self.options.access_lifetime.map(|lifetime| self.now() + lifetime)
    }

    /// When a refresh token that is issued now expires.
    pub(crate) fn refresh_expiry(&self) -> Option<i64> {
        self.options.refresh_lifetime.map(|lifetime| self.now() + lifetime)
    }

    pub(crate) fn count_exchange(&mut self, grant: GrantId) {
        self.stats.exchanges += 1;
        self.grants.note(grant, |stats| stats.exchanges += 1);
    }

    pub(crate) fn count_refresh(&mut self, grant: GrantId) {
        self.stats.refreshes += 1;
        self.grants.note(grant, |stats| stats.refreshes += 1);
    }

    pub(crate) fn count_revocation(&mut self, grant: GrantId) {
        self.stats.revocations += 1;
        self.grants.note(grant, |stats| stats.revocations += 1);
    }

    /// Ends a grant and every token of it.
    pub(crate) fn end_grant(&mut self, grant: GrantId) {
        self.grants.end(grant);
        self.tokens.revoke_grant(grant);
    }

    /// Ends the grant of a line of tokens.
    pub(crate) fn end_line(&mut self, line: u64) {
        if let Some(grant) = self.tokens.grant_of(line) {
            self.end_grant(grant);
        }
    }

    /// Applies the faults that a test has set to a response of the token endpoint.
    pub(crate) fn token_answer(&mut self, reply: Reply, refused: bool) -> Reply {
        if refused {
            self.stats.refusals += 1;
        }
        self.faults.token_answer();
        reply
    }
}

/// Makes secrets. They differ from each other and from those of other runs.
#[derive(Debug)]
struct Mint {
    seed: [u64; 2],
    serial: u64,
}

impl Default for Mint {
    fn default() -> Self {
        let random = || RandomState::new().build_hasher().finish();
        Self { seed: [random(), random()], serial: 0 }
    }
}

impl Mint {
    fn secret(&mut self, prefix: &str) -> String {
        self.serial += 1;
        let [left, right] = self.seed;
        let digest = Sha256::digest(format!("{left:x}/{right:x}/{}", self.serial));
        digest.iter().take(20).fold(prefix.to_owned(), |text, byte| format!("{text}{byte:02x}"))
    }
}
