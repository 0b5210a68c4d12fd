//! The handle's OAuth side: clients, consent, tokens, time, faults and counts.
//!
//! Every method works on every kind. Kinds without an OAuth side have no use for them.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};

use crate::oauth::{
    Account, Clock, Consent, GrantStats, Misbehaviour, Options, Stats, TokenState, Use,
};
use crate::providers::Kind;
use crate::simulator::Simulator;

/// Clients and consent.
impl Simulator {
    /// Registers a client, or replaces the client with this id. If the provider allows a request without a
    /// redirect URI, the first one is used.
    pub fn register_client(&self, id: &str, secret: &str, redirect_uris: &[&str]) {
        self.shared.state().oauth.clients.register(id, secret, redirect_uris);
    }

    /// This account consents from now on.
    pub fn set_account(&self, id: &str, label: &str) {
        let account = Account { id: id.to_owned(), label: label.to_owned() };
        self.shared.state().oauth.desk.account = account;
    }

    /// The account may reach these spaces from now on: id and name.
    pub fn set_spaces(&self, spaces: &[(&str, &str)]) {
        let own = |(id, name): &(&str, &str)| ((*id).to_owned(), (*name).to_owned());
        self.shared.state().spaces = spaces.iter().map(own).collect();
    }

    /// Sets the behaviour of the authorization endpoint. The default is `Allow`.
    pub fn set_consent(&self, consent: Consent) {
        self.shared.state().oauth.desk.consent = consent;
    }

    /// The next authorization request is denied, whatever the behaviour is.
    pub fn deny_next(&self) {
        self.shared.state().oauth.desk.deny_next += 1;
    }

    /// Only these of the requested scopes are granted from now on.
    pub fn grant_only(&self, scopes: &[&str]) {
        let only = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.shared.state().oauth.desk.only = Some(only);
    }

    /// Changes options. Issued tokens keep their lifetime.
    pub fn configure(&self, change: impl FnOnce(&mut Options)) {
        change(&mut self.shared.state().oauth.options);
    }
}

/// Tokens, grants, and time.
impl Simulator {
    /// The state of an access or refresh token.
    pub fn token_state(&self, token: &str) -> TokenState {
        let oauth = &self.shared.state().oauth;
        oauth.tokens.state(token, oauth.now())
    }

    /// All live tokens, access and refresh. Empty if no token was left behind.
    pub fn live_tokens(&self) -> Vec<String> {
        let oauth = &self.shared.state().oauth;
        oauth.tokens.living(oauth.now())
    }

    /// Makes every access token expire now.
    pub fn expire_access_tokens(&self) {
        let oauth = &mut self.shared.state().oauth;
        let now = oauth.now();
        oauth.tokens.expire(Some(Use::Access), None, now);
    }

    /// Makes every refresh token expire now.
    pub fn expire_refresh_tokens(&self) {
        let oauth = &mut self.shared.state().oauth;
        let now = oauth.now();
        oauth.tokens.expire(Some(Use::Refresh), None, now);
    }

    /// Makes this token expire now.
    pub fn expire_token(&self, token: &str) {
        let oauth = &mut self.shared.state().oauth;
        let now = oauth.now();
        oauth.tokens.expire(None, Some(token), now);
    }

    /// Ends the grant of `token` with all its tokens, as a user does who removes the app. `false` if the
    /// token is unknown.
    pub fn revoke_grant(&self, token: &str) -> bool {
        let oauth = &mut self.shared.state().oauth;
        let Some(grant) = oauth.tokens.get(token).map(|token| token.issue.grant) else {
            return false;
        };
        oauth.end_grant(grant);
        true
    }

    /// Ends every grant.
    pub fn revoke_all_grants(&self) {
        let oauth = &mut self.shared.state().oauth;
        for grant in oauth.grants.ids() {
            oauth.end_grant(grant);
        }
    }

    /// Moves the provider's clock by this many seconds.
    pub fn advance_clock(&self, seconds: i64) {
        self.shared.state().oauth.clock.advance(seconds);
    }

    /// Stops the provider's clock at this time, in seconds since 1970.
    pub fn set_time(&self, unix_seconds: i64) {
        self.shared.state().oauth.clock = Clock::Stopped(unix_seconds);
    }

    /// The counts of events.
    pub fn stats(&self) -> Stats {
        let oauth = &self.shared.state().oauth;
        Stats { grants: oauth.grants.all(), ..oauth.stats.clone() }
    }

    /// The grant of `token`.
    pub fn grant_of(&self, token: &str) -> Option<GrantStats> {
        let oauth = &self.shared.state().oauth;
        let grant = oauth.tokens.get(token)?.issue.grant;
        oauth.grants.stats(grant).cloned()
    }
}

/// Faults.
impl Simulator {
    /// The token endpoint serves requests, but holds its responses back from now on.
    pub fn hold_token_answers(&self) {
        self.shared.gate.send_replace(true);
    }

    /// Sends the responses that were held back, and holds no more back.
    pub fn release_token_answers(&self) {
        self.shared.gate.send_replace(false);
    }

    /// Waits until `count` responses of the token endpoint are held back.
    ///
    /// # Errors
    /// There are fewer after 10 seconds.
    pub async fn wait_for_held(&self, count: usize) -> Result<()> {
        let mut held = self.shared.held.subscribe();
        let reached = held.wait_for(|so_far| *so_far >= count);
        tokio::time::timeout(Duration::from_secs(10), reached)
            .await
            .map_err(|_| anyhow!("{} held no {count} answers back in 10 s", self.shared.kind))?
            .map(|_| ())
            .context("the simulator is gone")
    }

    /// The next `count` requests to the token endpoint are served, but the connection is closed instead of a
    /// response.
    pub fn drop_token_answers(&self, count: u32) {
        self.shared.state().oauth.faults.drop_answers = count;
    }

    /// The next `count` revocations get a 500 and revoke nothing.
    pub fn fail_revocations(&self, count: u32) {
        self.shared.state().oauth.faults.fail_revocations = count;
    }

    /// Misbehaves in this way until [`Simulator::behave`].
    ///
    /// # Errors
    /// The simulator is not `hostile`. All others follow their provider's documentation.
    pub fn misbehave(&self, misbehaviour: Misbehaviour) -> Result<()> {
        let kind = self.shared.kind;
        ensure!(kind == Kind::Hostile, "{kind} keeps to its documentation; use {}", Kind::Hostile);
        self.shared.gate.send_replace(misbehaviour == Misbehaviour::Silence);
        self.shared.state().oauth.faults.misbehaviour = Some(misbehaviour);
        Ok(())
    }

    /// Ends the misbehaviour, and sends the responses that were held back.
    pub fn behave(&self) {
        self.shared.state().oauth.faults.misbehaviour = None;
        self.shared.gate.send_replace(false);
    }
}
