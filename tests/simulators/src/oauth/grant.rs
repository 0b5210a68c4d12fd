//! Grants: what one account has allowed one client, and what became of it.

use crate::oauth::Account;

/// Names a grant; ids are never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GrantId(usize);

/// A grant and how often what has happened to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantStats {
    /// The client it was given to.
    pub client_id: String,
    /// The account that gave it; empty for client credentials.
    pub account_id: String,
    /// What it covers.
    pub scopes: Vec<String>,
    /// Whether it is over: revoked, disconnected, or its tokens were used twice.
    pub ended: bool,
    /// Codes (or client credentials) turned into tokens.
    pub exchanges: u64,
    /// Refresh tokens turned into new tokens.
    pub refreshes: u64,
    /// Revocations by the client that ended something of it.
    pub revocations: u64,
}

#[derive(Debug)]
struct Grant {
    account: Account,
    stats: GrantStats,
}

/// Every grant there has been.
#[derive(Debug, Default)]
pub(crate) struct Grants(Vec<Grant>);

impl Grants {
    /// A new grant.
    pub(crate) fn open(&mut self, client: &str, account: &Account, scopes: &[String]) -> GrantId {
        let stats = GrantStats {
            client_id: client.to_owned(),
            account_id: account.id.clone(),
            scopes: scopes.to_vec(),
            ..GrantStats::default()
        };
        self.0.push(Grant { account: account.clone(), stats });
        GrantId(self.0.len() - 1)
    }

    /// The grant of that account to that client where it lives, with `scopes` added; else a new
    /// one: for providers where there is only one at a time.
    pub(crate) fn extend(&mut self, client: &str, account: &Account, scopes: &[String]) -> GrantId {
        let Some(id) = self.live(client, &account.id) else {
            return self.open(client, account, scopes);
        };
        self.note(id, |stats| {
            for scope in scopes {
                if !stats.scopes.contains(scope) {
                    stats.scopes.push(scope.clone());
                }
            }
        });
        id
    }

    /// The living grant of that account to that client, the newest where there are several.
    pub(crate) fn live(&self, client: &str, account_id: &str) -> Option<GrantId> {
        self.0
            .iter()
            .rposition(|Grant { stats, .. }| {
                !stats.ended && stats.client_id == client && stats.account_id == account_id
            })
            .map(GrantId)
    }

    /// Who gave it.
    pub(crate) fn account(&self, id: GrantId) -> Account {
        self.0.get(id.0).map(|grant| grant.account.clone()).unwrap_or_default()
    }

    /// What is known of it.
    pub(crate) fn stats(&self, id: GrantId) -> Option<&GrantStats> {
        self.0.get(id.0).map(|grant| &grant.stats)
    }

    /// Whether it was given to that client.
    pub(crate) fn is_of(&self, id: GrantId, client: &str) -> bool {
        self.stats(id).is_some_and(|stats| stats.client_id == client)
    }

    /// Changes what is known of it.
    pub(crate) fn note(&mut self, id: GrantId, change: impl FnOnce(&mut GrantStats)) {
        if let Some(grant) = self.0.get_mut(id.0) {
            change(&mut grant.stats);
        }
    }

    /// It is over; its tokens are the ledger's to end.
    pub(crate) fn end(&mut self, id: GrantId) {
        self.note(id, |stats| stats.ended = true);
    }

    /// All of them, oldest first.
    pub(crate) fn all(&self) -> Vec<GrantStats> {
        self.0.iter().map(|grant| grant.stats.clone()).collect()
    }

    /// The ids of all of them.
    pub(crate) fn ids(&self) -> impl Iterator<Item = GrantId> + use<> {
        (0..self.0.len()).map(GrantId)
    }
}
