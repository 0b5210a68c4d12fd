//! Decides whether the tokens of a finished flow are stored: to which entry they are connected, whose they are, and whether
//! that is the same account as before.
//!
//! This module must not store anything, and must not drop tokens: the caller gives up tokens that are refused.

use nexus_common::domain::{Account, Health};
use nexus_common::{Error, Result};
use nexus_manifests::pins;
use nexus_vault::credential::Usable;
use serde_json::Value as Json;

use super::authorize::FlowSecret;
use super::previous::PreviousConnection;
use super::supplied;
use super::token::Tokens;
use crate::provider::screen::Screen;
use crate::provider::{find, unfit, verify};

/// The callback's query.
pub(super) struct Query<'a>(pub(super) &'a Json);

impl<'a> Query<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).and_then(Json::as_str)
    }
}

/// The reason why tokens are not stored.
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) words: String,
}

impl Refusal {
    /// The refusal because the response does not fit the manifest.
    fn unfit(why: &str) -> Self {
        Self { code: "provider_error", words: unfit(why) }
    }

    /// The refusal because the entries of `find` could not be read.
    fn of_find(error: Error) -> Self {
        let (code, words) = match error {
            Error::NothingFound(words) => ("nothing_found", words),
            Error::CredentialRefused(words) => ("credential_refused", words),
            Error::ProviderTimeout(words) => ("provider_timeout", words),
            Error::Provider(words) | Error::EgressDenied(words) => ("provider_error", words),
            _ => ("provider_error", "the provider's response does not fit".to_owned()),
        };
        Self { code, words }
    }
}

/// New tokens, with the flow and the query that led to them.
pub(super) struct AccountCheck<'a> {
    pub(super) flow: &'a FlowSecret,
    pub(super) tokens: &'a Tokens,
    pub(super) query: &'a Query<'a>,
    pub(super) screen: &'a Screen,
}

/// Checks that tokens whose entry a person has still to choose may be stored. Their account is known only after the choice,
/// so it cannot be compared with the `account` of a connection that was made before entries were listed.
fn check_open_choice(account: Option<&str>, accept_account_change: bool) -> Result<(), Refusal> {
    if account.is_none() || accept_account_change {
        return Ok(());
    }
    let words = "the provider now lists several accounts, and the one that was connected before is not known among \
                 them. Connect again and accept another account";
    Err(Refusal { code: "account_mismatch", words: words.to_owned() })
}

impl AccountCheck<'_> {
    /// Verifies the tokens, compares the account, and returns the health. Sets the account of `usable` even
    /// if the tokens are rejected.
    pub(super) async fn judge(
        &self,
        usable: &mut Usable,
        before: Option<&PreviousConnection>,
    ) -> Result<Health, Refusal> {
        let callback = |name: &str| self.query.get(name).map(str::to_owned);
        let manifest = &usable.sourced.manifest;
        let supplied = supplied::read(manifest, self.tokens, &callback, self.screen);
        usable.params.extend(supplied.map_err(|why| Refusal::unfit(&why))?);
        if usable.sourced.manifest.find.is_some() && !self.connect_to_found(usable, before).await? {
            return Ok(Health::Pending);
        }
        // Only now is a host known that the token response names. Nothing was sent to it so far.
        usable.credential.pins = pins(&usable.sourced.manifest, &usable.params)
            .map_err(|finding| Refusal::unfit(&finding.detail))?;
        let expected = before.and_then(|before| before.account_id.as_deref());
        let health = self.verify(usable, expected).await?;
        // After the verification, which says whose tokens these are: so they can be revoked.
        self.check_hosts(usable, before)?;
        self.check_account(&usable.account, expected, health)?;
        Ok(health)
    }

    /// Connects the tokens to the entry that was chosen before, or to the only one that the provider lists. Returns
    /// whether there is such an entry. If the earlier one is gone, the tokens are accepted only if any account is.
    async fn connect_to_found(
        &self,
        usable: &mut Usable,
        before: Option<&PreviousConnection>,
    ) -> Result<bool, Refusal> {
        let entries = find::entries(usable).await.map_err(Refusal::of_find)?;
        let earlier =
            before.and_then(|before| find::chosen(&usable.sourced.manifest, &before.params));
        let is_gone =
            earlier.is_some_and(|value| find::earlier_position(&entries, value).is_none());
        if is_gone && !self.flow.accept_account_change {
            let label = find::label(&usable.sourced.manifest);
            let words = format!(
                "the provider no longer lists what was connected before ({label}: {})",
                earlier.unwrap_or_default()
            );
            return Err(Refusal { code: "account_mismatch", words });
        }
        let Some(entry) = find::settled(entries, earlier) else {
            let account = before.and_then(|before| before.account_id.as_deref());
            check_open_choice(account, self.flow.accept_account_change)?;
            return Ok(false);
        };
        find::connect(usable, entry).map_err(Refusal::of_find)?;
        Ok(true)
    }

    /// Verifies the tokens at the provider, if it can. Without a result, the account is unknown. Then the tokens
    /// are accepted only if any account is.
    async fn verify(&self, usable: &mut Usable, expected: Option<&str>) -> Result<Health, Refusal> {
        if !usable.can_be_verified() {
            return Ok(Health::Unknown);
        }
        match verify::run(usable).await {
            Ok(account) => {
                usable.account = account;
                Ok(Health::Healthy)
            }
            Err(Error::CredentialRefused(words)) => {
                Err(Refusal { code: "credential_refused", words })
            }
            Err(_) if expected.is_none() || self.flow.accept_account_change => Ok(Health::Unknown),
            Err(error) => {
                let code = match error {
                    Error::ProviderTimeout(_) => "provider_timeout",
                    _ => "provider_error",
                };
                let words = "the account could not be compared, because the provider did not \
                             answer: try again later";
                Err(Refusal { code, words: words.to_owned() })
            }
        }
    }

    /// Checks that the account is the `expected` one, unless the admin accepts another.
    fn check_account(
        &self,
        account: &Account,
        expected: Option<&str>,
        health: Health,
    ) -> Result<(), Refusal> {
        let is_same = match (expected, account.id.as_deref()) {
            (Some(expected), Some(found)) => expected == found,
            (Some(_), None) => health != Health::Healthy,
            (None, _) => true,
        };
        if is_same || self.flow.accept_account_change {
            return Ok(());
        }
        let label = account.label.as_deref().or(account.id.as_deref());
        let label = label.unwrap_or("another account");
        let words = format!("{label} was connected, which is not the account that it was before");
        Err(Refusal { code: "account_mismatch", words })
    }

    /// Compares the hosts that the token response names with those of the connection before. Another host belongs to
    /// another account, whatever that host says of itself.
    fn check_hosts(
        &self,
        usable: &Usable,
        before: Option<&PreviousConnection>,
    ) -> Result<(), Refusal> {
        let Some(before) = before.filter(|_| !self.flow.accept_account_change) else {
            return Ok(());
        };
        let params = &usable.sourced.manifest.params;
        for param in params.iter().filter(|param| !param.within.is_empty()) {
            let hosts = (before.params.get(&param.name), usable.params.get(&param.name));
            if let (Some(old), Some(new)) = hosts
                && old != new
            {
                let words =
                    format!("the provider now names the host {new}, and it was {old} before");
                return Err(Refusal { code: "account_mismatch", words });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_not_replaced_by_one_that_is_still_to_be_chosen() {
        let refused = |account, accepts| check_open_choice(account, accepts).err();
        let refusal = refused(Some("acct_1"), false).unwrap();
        assert_eq!(refusal.code, "account_mismatch");
        assert!(refused(Some("acct_1"), true).is_none());
        assert!(refused(None, false).is_none());
    }
}
