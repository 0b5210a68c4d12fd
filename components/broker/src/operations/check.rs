//! `check`: verifies a stored credential with its provider, and stores the result as the integration's
//! health.
//!
//! This module must not take trouble of the provider for a rejected credential.

use nexus_common::broker::{Checked, Stored};
use nexus_common::domain::{Account, Health};
use nexus_common::store::{CheckFound, require_integration_not_stopped, take_check_of_minute};
use nexus_common::{Error, Result};
use nexus_manifests::params;
use nexus_vault::credential::Usable;

use crate::oauth::{self, IntegrationContext};
use crate::provider::verify;

/// Runs the check. A rejection or trouble of the provider is a result, not an error.
///
/// # Errors
/// [`Error::Stopped`], [`Error::NotFound`], [`Error::Unreadable`], [`Error::Misconfigured`], [`Error::Storage`].
pub(crate) async fn run(stored: &Stored, request_id: &str) -> Result<Checked> {
    let context = IntegrationContext::of(stored, request_id);
    require_integration_not_stopped(context.key, None).await?;
    let usable = match oauth::live_for_check(&context).await {
        Ok(usable) => usable,
        Err(Error::ReauthorizationRequired(why)) => return Ok(found(Health::Reauthorize, &why)),
        // The refresh has stored this already, unless the old token is still valid.
        Err(Error::Provider(why) | Error::ProviderTimeout(why)) => {
            return Ok(found(Health::Failing, &why));
        }
        Err(other) => return Err(other),
    };
    if params::awaits_choice(&usable.sourced.manifest, &usable.params) {
        return waiting(&context, &usable).await;
    }
    let finding = Finding::of(&context, usable).await?;
    finding.save(&context).await?;
    Ok(finding.checked)
}

/// Runs the check after a response to a call that may mean that the credential is no longer valid, unless a
/// check ran in the last minute. The credential counts as rejected only if the check is rejected.
///
/// # Errors
/// As [`run`].
pub(crate) async fn once_a_minute(stored: &Stored, request_id: &str) -> Result<()> {
    if !take_check_of_minute(stored.key()).await? {
        return Ok(());
    }
    match run(stored, request_id).await {
        Ok(_) | Err(Error::Stopped(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The result for a credential that a person has still to choose something for. Nothing can be asked of the provider
/// yet, and a refresh may have set another health meanwhile.
async fn waiting(context: &IntegrationContext<'_>, usable: &Usable) -> Result<Checked> {
    let checked = Checked { health: Health::Pending, detail: None };
    let finding = Finding { version: usable.version, account: Account::default(), checked };
    finding.save(context).await?;
    Ok(finding.checked)
}

/// The result of a check that did not succeed.
fn found(health: Health, why: &str) -> Checked {
    Checked { health, detail: Some(why.to_owned()) }
}

/// The result of a check of one version.
struct Finding {
    /// The version of the credential.
    version: i64,
    /// The account, if the provider names it.
    account: Account,
    checked: Checked,
}

impl Finding {
    async fn of(context: &IntegrationContext<'_>, usable: Usable) -> Result<Self> {
        let first = Self::judge(&usable).await?;
        let has_tokens = usable.sourced.manifest.auth_method.has_tokens();
        if first.checked.health != Health::Reauthorize
            || !has_tokens
            || !is_sent_where_it_was(&usable)
        {
            return Ok(first);
        }
        // An access token may be revoked early. A person must connect again only if the refresh token is
        // rejected too.
        let instead = match oauth::after_judgement(context, usable.version).await {
            Ok(Some(renewed)) => {
                let finding = Self::judge(&renewed).await?;
                // Nobody but the application has made a token that is only signed, so it proves nothing.
                let is_signed_only = renewed.sourced.manifest.signs_tokens();
                return Ok(if is_signed_only { finding } else { finding.of_a_new_token() });
            }
            Ok(None) => {
                let why = first.checked.detail.as_deref().unwrap_or_default();
                let detail = format!("{why}; a new token was requested less than a minute ago");
                found(Health::Failing, &detail)
            }
            Err(Error::ReauthorizationRequired(why)) => found(Health::Reauthorize, &why),
            Err(Error::Provider(why) | Error::ProviderTimeout(why)) => found(Health::Failing, &why),
            Err(other) => return Err(other),
        };
        Ok(Self { checked: instead, ..first })
    }

    /// A token that the provider gave a moment ago proves that the connection is valid. If it is rejected
    /// too, its refresh token is still valid, and connecting again would not help.
    fn of_a_new_token(self) -> Self {
        let refused = |checked: Checked| {
            let why = checked.detail.unwrap_or_default();
            found(Health::Failing, &format!("a new access token was rejected too: {why}"))
        };
        let checked = match self.checked.health {
            Health::Reauthorize => refused(self.checked),
            _ => self.checked,
        };
        Self { checked, ..self }
    }

    async fn judge(usable: &Usable) -> Result<Self> {
        let (account, checked) = judge(usable).await?;
        Ok(Self { version: usable.version, account, checked })
    }
}

/// Whether the manifest still sends the credential to the hosts that it was entered for.
pub(super) fn is_sent_where_it_was(usable: &Usable) -> bool {
    let now = params::pins_now(&usable.sourced.manifest, &usable.params);
    now.is_ok_and(|now| now == usable.credential.pins)
}

async fn judge(usable: &Usable) -> Result<(Account, Checked)> {
    let unknown = Account::default();
    if !is_sent_where_it_was(usable) {
        let why = "the manifest now sends the credential to other hosts than it was entered for";
        return Ok((unknown, found(Health::Reauthorize, why)));
    }
    if !usable.can_be_verified() {
        let why = "the provider has no request that verifies a credential";
        return Ok((unknown, found(Health::Unknown, why)));
    }
    match verify::run(usable).await {
        Ok(account) => Ok((account, Checked { health: Health::Healthy, detail: None })),
        Err(Error::CredentialRefused(why)) => Ok((unknown, found(Health::Reauthorize, &why))),
        Err(Error::Provider(why) | Error::ProviderTimeout(why) | Error::EgressDenied(why)) => {
            Ok((unknown, found(Health::Failing, &why)))
        }
        Err(other) => Err(other),
    }
}

impl Finding {
    /// Stores the result, unless a newer version of the credential is stored by now.
    async fn save(&self, context: &IntegrationContext<'_>) -> Result<()> {
        let found = CheckFound {
            version: self.version,
            health: self.checked.health,
            detail: self.checked.detail.as_deref(),
            account: &self.account,
        };
        found.save(context.key, context.cause()).await
    }
}
