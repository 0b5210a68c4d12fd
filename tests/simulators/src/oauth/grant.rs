//! Grants: what one account has allowed one client, and the state of each grant.

use crate::oauth::Account;

/// The name of a grant. An id is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GrantId(usize);

/// A grant, and the number of its events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantStats {
    /// The client that got the grant.
    pub client_id: String,
    /// The account that gave the grant. Empty for client credentials.
    pub account_id: String,
    /// The scopes of the grant.
    pub scopes: Vec<String>,
    /// Whether the grant has ended: it was revoked or removed, or one of its tokens was used twice.
    pub ended: bool,
    /// The number of exchanged codes (or client credentials).
    pub exchanges: u64,
    /// The number of refreshes.
    pub refreshes: u64,
    /// The number of revocations by the client that ended a token of the grant.
    pub revocations: u64,
}

#[derive(Debug)]
struct Grant {
    account: Account,
    stats: GrantStats,
}

/// All grants, ended ones included.
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

    /// The live grant of this account to this client, with `scopes` added, or a new one. For providers with
    /// only one grant at a time.
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

    /// The newest live grant of this account to this client.
    pub(crate) fn live(&self, client: &str, account_id: &str) -> Option<GrantId> {
        self.0
            .iter()
            .rposition(|Grant { stats, .. }| {
                !stats.ended && stats.client_id == client && stats.account_id == account_id
            })
            .map(GrantId)
    }

    /// The account that gave the grant.
    pub(crate) fn account(&self, id: GrantId) -> Account {
        self.0.get(id.0).map(|grant| grant.account.clone()).unwrap_or_default()
    }

    /// The grant.
    pub(crate) fn stats(&self, id: GrantId) -> Option<&GrantStats> {
        self.0.get(id.0).map(|grant| &grant.stats)
    }

    /// Whether this client got the grant.
    pub(crate) fn is_of(&self, id: GrantId, client: &str) -> bool {
        self.stats(id).is_some_and(|stats| stats.client_id == client)
    }

    /// Changes the grant.
    pub(crate) fn note(&mut self, id: GrantId, change: impl FnOnce(&mut GrantStats)) {
        if let Some(grant) = self.0.get_mut(id.0) {
            change(&mut grant.stats);
        }
    }

    /// Ends the grant. The ledger ends its tokens.
    pub(crate) fn end(&mut self, id: GrantId) {
        self.note(id, |stats| stats.ended = true);
    }

    /// All grants, oldest first.
    pub(crate) fn all(&self) -> Vec<GrantStats> {
        self.0.iter().map(|grant| grant.stats.clone()).collect()
    }

    /// The ids of all grants.
    pub(crate) fn ids(&self) -> impl Iterator<Item = GrantId> + use<> {
        (0..self.0.len()).map(GrantId)
    }
}
