//! Access and refresh tokens: their purpose and their state.

use std::collections::BTreeMap;

use crate::oauth::GrantId;

/// The state of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// The token is accepted.
    Live,
    /// The token has expired.
    Expired,
    /// The token was revoked. A refresh token that was replaced is in this state too.
    Revoked,
    /// This provider never issued it.
    Unknown,
}

/// The purpose of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Access,
    Refresh,
}

/// The properties of a new token.
#[derive(Clone, Debug)]
pub(crate) struct Issue {
    pub(crate) purpose: Use,
    pub(crate) grant: GrantId,
    /// The tokens of one exchange and of its refreshes. With rotation, the family of RFC 9700 section 4.14.2.
    pub(crate) line: u64,
    pub(crate) scopes: Vec<String>,
    /// `None` if the token does not expire.
    pub(crate) expires_at: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Live,
    /// The second use of a refresh token that can be used once.
    Spent,
    Revoked,
}

/// One token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) issue: Issue,
    life: Life,
}

impl Token {
    /// Whether it is a refresh token that was replaced.
    pub(crate) fn is_spent(&self) -> bool {
        self.life == Life::Spent
    }

    fn state(&self, now: i64) -> TokenState {
        match self.life {
            Life::Spent | Life::Revoked => TokenState::Revoked,
            Life::Live if self.issue.expires_at.is_some_and(|end| end <= now) => {
                TokenState::Expired
            }
            Life::Live => TokenState::Live,
        }
    }
}

/// All tokens ever issued.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    all: BTreeMap<String, Token>,
    lines: u64,
}

impl Tokens {
    /// The number of a new line.
    pub(crate) fn line(&mut self) -> u64 {
        self.lines += 1;
        self.lines
    }

    pub(crate) fn put(&mut self, value: String, issue: Issue) {
        self.all.insert(value, Token { issue, life: Life::Live });
    }

    /// The token, in whatever state.
    pub(crate) fn get(&self, value: &str) -> Option<&Token> {
        self.all.get(value)
    }

    /// The token, if it has this purpose and is live.
    pub(crate) fn live(&self, value: &str, purpose: Use, now: i64) -> Option<&Token> {
        self.get(value)
            .filter(|token| token.issue.purpose == purpose && token.state(now) == TokenState::Live)
    }

    /// The grant of a line of tokens.
    pub(crate) fn grant_of(&self, line: u64) -> Option<GrantId> {
        self.all.values().find(|token| token.issue.line == line).map(|token| token.issue.grant)
    }

    /// An access token of a line, in whatever state.
    pub(crate) fn access_of(&self, line: u64) -> Option<&str> {
        self.all
            .iter()
            .find(|(_, token)| token.issue.line == line && token.issue.purpose == Use::Access)
            .map(|(value, _)| value.as_str())
    }

    pub(crate) fn state(&self, value: &str, now: i64) -> TokenState {
        self.get(value).map_or(TokenState::Unknown, |token| token.state(now))
    }

    /// Marks a live refresh token as used. It cannot be used again.
    pub(crate) fn spend(&mut self, value: &str) {
        self.change(|name, _| name == value, |life| *life = Life::Spent);
    }

    pub(crate) fn revoke(&mut self, value: &str) {
        self.change(|name, _| name == value, |life| *life = Life::Revoked);
    }

    /// Revokes the access tokens of a line.
    pub(crate) fn revoke_access(&mut self, line: u64) {
        self.change(
            |_, issue| issue.line == line && issue.purpose == Use::Access,
            |life| *life = Life::Revoked,
        );
    }

    /// Revokes every token of a grant.
    pub(crate) fn revoke_grant(&mut self, grant: GrantId) {
        self.change(|_, issue| issue.grant == grant, |life| *life = Life::Revoked);
    }

    /// A used token keeps its state, so that a later use is recognised.
    fn change(&mut self, which: impl Fn(&str, &Issue) -> bool, change: impl Fn(&mut Life)) {
        for (name, token) in &mut self.all {
            if token.life == Life::Live && which(name, &token.issue) {
                change(&mut token.life);
            }
        }
    }

    /// Makes all tokens with this purpose, or one token, expire at `now`.
    pub(crate) fn expire(&mut self, purpose: Option<Use>, value: Option<&str>, now: i64) {
        for (name, token) in &mut self.all {
            let chosen = purpose.is_none_or(|purpose| purpose == token.issue.purpose)
                && value.is_none_or(|value| value == name);
            if chosen && token.state(now) == TokenState::Live {
                token.issue.expires_at = Some(now);
            }
        }
    }

    /// The values of the live tokens.
    pub(crate) fn living(&self, now: i64) -> Vec<String> {
        self.all
            .iter()
            .filter(|(_, token)| token.state(now) == TokenState::Live)
            .map(|(name, _)| name.clone())
            .collect()
    }
}
