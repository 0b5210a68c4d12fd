//! `seal`: checks, verifies and seals new credentials, or new parameters or a choice for stored ones.
//!
//! This module must not write to the database. The component that asks does, in one transaction.

use std::collections::BTreeMap;

use nexus_common::broker::{NewCredentials, Sealed, Stored};
use nexus_common::domain::{Account, GivenUp, Health, IntegrationKey};
use nexus_common::log::Line;
use nexus_common::secret::Secret;
use nexus_common::store::{give_up, require_integration_not_stopped};
use nexus_common::{Error, Result};
use nexus_manifests::{AuthMethod, Finding, params};
use nexus_vault::credential::{
    self, Credential, StoredCredential, Times, Usable, own_version, params_json,
};
use nexus_vault::digest;
use nexus_vault::source::{self, Sourced};
use serde_json::{Map, Value as Json};

use crate::ending::{in_use, plan};
use crate::oauth;
use crate::operations::{choices, entered, own_token};
use crate::provider::entered_host::require_may_name;
use crate::provider::{find, reads, verify};

/// Values by the name of their parameter.
type Params = BTreeMap<String, String>;
/// Values by the name of their field.
type Fields = BTreeMap<String, Secret>;

/// Checks, verifies and seals new credentials. Tokens that were obtained for credentials that are not stored are
/// revoked.
///
/// # Errors
/// [`Error::Stopped`], and the errors of [`prepare`], of the verification, and of [`seal`].
pub(crate) async fn run(new: NewCredentials, request_id: &str) -> Result<Sealed> {
    require_integration_not_stopped(new.key(), new.manifest_id.as_deref()).await?;
    let mut prepared = prepare(&new, request_id).await?;
    let is_new = prepared.change == CredentialChange::New;
    if is_new && new.manifest_id.is_none() {
        let manifest = &prepared.usable.sourced.manifest;
        in_use::require_decision(new.key(), manifest, new.force).await?;
    }
    let usable = &mut prepared.usable;
    if is_new && usable.sourced.manifest.auth_method.mints() {
        digest::digester().await?;
        let tokens = oauth::mint(usable).await?;
        if let Err(why) = oauth::complete(usable, &tokens) {
            give_up_minted(&new, usable, request_id).await;
            return Err(why);
        }
    }
    let health = match accept(&new, is_new, usable, prepared.earlier.as_deref()).await {
        Ok(health) => health,
        Err(why) => {
            if is_new {
                give_up_minted(&new, usable, request_id).await;
            }
            return Err(why);
        }
    };
    let usable = prepared.usable.clone();
    let sealed = seal(&new, prepared, health).await;
    if sealed.is_err() && is_new {
        give_up_minted(&new, &usable, request_id).await;
    }
    sealed
}

/// Connects new credentials to an entry that the provider lists, if the manifest has `find`, and verifies them. Returns the
/// health, which is pending if a person has to choose first.
async fn accept(
    new: &NewCredentials,
    is_new: bool,
    usable: &mut Usable,
    earlier: Option<&str>,
) -> Result<Health> {
    if is_new && usable.sourced.manifest.find.is_some() {
        match find::settled(find::entries(usable).await?, earlier) {
            Some(entry) => find::connect(usable, entry)?,
            None => return Ok(Health::Pending),
        }
    }
    if !new.verify || !usable.can_be_verified() {
        return Ok(Health::Unknown);
    }
    usable.account = verify::run(usable).await?;
    Ok(Health::Healthy)
}

/// Gives up a token that was obtained for credentials that are not stored.
async fn give_up_minted(new: &NewCredentials, usable: &Usable, request_id: &str) {
    let lost = minted(new.key(), usable).await;
    if let Err(error) = give_up(new.key(), (&new.actor, request_id), &lost).await {
        Line::error("a token that is never revoked").with("request_id", &request_id).why(&error);
    }
}

/// How the stored credential changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CredentialChange {
    /// Another credential replaces it, or it is the first one.
    New,
    /// It stays as it is, with other parameters.
    Parameters,
    /// It is sealed again with other pins, because a person has chosen an entry of `find`.
    Choice,
}

/// The result of [`prepare`].
struct Prepared {
    /// The credential, with its manifest and its parameters.
    usable: Usable,
    change: CredentialChange,
    /// The entry of `find` that the integration is connected to so far.
    earlier: Option<String>,
    /// The version of the stored credential. 0 if there is none.
    replaces: i64,
}

/// Checks new credentials, or new parameters for a stored one, against their manifest and pins.
///
/// # Errors
/// [`Error::Invalid`] with every member that breaks a rule, [`Error::CredentialsRequired`], and the errors of
/// [`credential::load`] for a stored credential.
async fn prepare(new: &NewCredentials, request_id: &str) -> Result<Prepared> {
    if let Some(choice) = &new.choice {
        let (workspace, integration_id) = (new.workspace.clone(), new.integration_id.clone());
        let stored = Stored { workspace, integration_id, actor: new.actor.clone() };
        let usable = choices::choose(&stored, choice, request_id).await?;
        let (replaces, change) = (usable.version, CredentialChange::Choice);
        return Ok(Prepared { usable, change, earlier: None, replaces });
    }
    let subject = Subject::find(new).await?;
    let manifest = &subject.sourced.manifest;
    if new.manifest_id.is_none() && new.credentials.expose().is_null() {
        let mut params = params::check_params(manifest, &subject.params).map_err(invalid)?;
        let stored = credential::load(new.key()).await?;
        let found = stored.params.iter().filter(|(name, _)| !manifest.is_entered(name));
        params.extend(found.map(|(name, value)| (name.clone(), value.clone())));
        return with_params(stored, params);
    }
    if manifest.auth_method == AuthMethod::Oauth2 {
        let detail =
            "this provider is connected by OAuth: omit `credentials`, and authorize instead";
        return Err(Error::invalid("/credentials", detail));
    }
    let (params, fields) = subject.check(new)?;
    own_token::ensure_none(&fields).await?;
    let pins = params::pins_before_flow(manifest, &params).map_err(credential::broken)?;
    let credential = Credential {
        manifest_id: manifest.id.clone(),
        manifest_hash: own_version(&subject.sourced),
        pins,
        fields,
        client: None,
    };
    let usable = Usable {
        workspace: new.workspace.clone(),
        credential,
        params,
        version: 1,
        times: Times::default(),
        account: Account::default(),
        sourced: subject.sourced,
    };
    let (change, replaces) = (CredentialChange::New, subject.replaces);
    Ok(Prepared { usable, change, earlier: subject.earlier, replaces })
}

/// The manifest and the unchecked parameters of the integration that the credentials are for.
struct Subject {
    sourced: Sourced,
    params: Map<String, Json>,
    /// The entry of `find` that the integration is connected to.
    earlier: Option<String>,
    /// The version of the stored credential. 0 if there is none.
    replaces: i64,
}

impl Subject {
    async fn find(new: &NewCredentials) -> Result<Self> {
        if let Some(manifest_id) = &new.manifest_id {
            let sourced = source::current(&new.workspace, manifest_id).await?;
            require_may_name(&sourced.manifest, &new.params, None, new.is_admin).await?;
            return Ok(Self { sourced, params: new.params.clone(), earlier: None, replaces: 0 });
        }
        let row = StoredCredential::find(new.key()).await?;
        let sourced = source::of_stored(&row.manifest_id, &row.manifest_hash).await?;
        let mut params: Map<String, Json> = row.params_of(new.key())?;
        let first = sourced.manifest.found_params().next();
        let earlier = first.and_then(|(param, _)| params.get(&param.name)?.as_str());
        let earlier = earlier.map(str::to_owned);
        // Parameters that the provider supplied are not entered by a person.
        params.retain(|name, _| sourced.manifest.is_entered(name));
        require_may_name(&sourced.manifest, &new.params, Some(&params), new.is_admin).await?;
        params.extend(new.params.clone());
        Ok(Self { sourced, params, earlier, replaces: row.version })
    }

    /// Checks the parameters and the entered fields. The error names every member that breaks a rule.
    fn check(&self, new: &NewCredentials) -> Result<(Params, Fields)> {
        let empty = Map::new();
        let entered = match new.credentials.expose() {
            Json::Object(members) => members,
            Json::Null => &empty,
            _ => return Err(Error::invalid("/credentials", "must be an object")),
        };
        let params = params::check_params(&self.sourced.manifest, &self.params);
        let fields = params::check_credentials(&self.sourced.manifest, entered);
        match (params, fields) {
            (Ok(mut params), Ok(fields)) => {
                let ends = params::credential_params(&self.sourced.manifest, &fields);
                params.extend(ends.map_err(invalid)?);
                let secret = |(name, value)| (name, Secret::new(value));
                let fields = fields.into_iter().map(secret).collect();
                Ok((params, entered::fields(&self.sourced.manifest, fields)?))
            }
            (params, fields) => {
                Err(invalid(params.err().into_iter().chain(fields.err()).flatten()))
            }
        }
    }
}

/// A stored credential with new parameters, which must not change the origins that it is sent to.
fn with_params(stored: Usable, values: Params) -> Result<Prepared> {
    let pins = params::pins_now(&stored.sourced.manifest, &values).map_err(credential::broken)?;
    if pins != stored.credential.pins {
        let detail = "these parameters change the hosts that the credential is sent to: enter the \
                      credential again";
        return Err(Error::CredentialsRequired(detail.into()));
    }
    if stored.sourced.manifest.login.is_some() && values != stored.params {
        let detail = "these parameters are part of the login, and the stored token was obtained with \
                      others: enter the credential again";
        return Err(Error::CredentialsRequired(detail.into()));
    }
    let (replaces, change) = (stored.version, CredentialChange::Parameters);
    let usable = Usable { params: values, ..stored };
    Ok(Prepared { usable, change, earlier: None, replaces })
}

fn invalid(findings: impl IntoIterator<Item = Finding>) -> Error {
    Error::Invalid(findings.into_iter().map(credential::field_error).collect())
}

/// Seals the credential from [`prepare`]. A stored credential with other parameters stays as it is.
///
/// # Errors
/// [`Error::Misconfigured`] for the key ring, [`Error::Storage`].
async fn seal(new: &NewCredentials, prepared: Prepared, health: Health) -> Result<Sealed> {
    let Prepared { usable, change, replaces, .. } = prepared;
    let key = new.key();
    let credential = match change {
        CredentialChange::Parameters => None,
        CredentialChange::New | CredentialChange::Choice => Some(usable.seal(key).await?),
    };
    let is_new = change == CredentialChange::New;
    let replaced = match is_new {
        true => GivenUp { forced: new.force == Some(true), ..plan::replaced(key, replaces).await? },
        false => GivenUp::default(),
    };
    Ok(Sealed {
        replaces,
        lost: if is_new { minted(key, &usable).await } else { GivenUp::default() },
        replaced,
        params: params_json(&usable.params),
        manifest_hash: usable.sourced.hash.clone(),
        auth_method: usable.sourced.manifest.auth_method,
        credential,
        health,
        account: usable.account.clone(),
        reads: reads(&usable.sourced.manifest, &usable.params),
    })
}

/// Gives up the tokens that were obtained with new credentials. Fields that a person entered are not revoked.
async fn minted(key: IntegrationKey<'_>, usable: &Usable) -> GivenUp {
    match usable.sourced.manifest.auth_method.mints() {
        true => plan::lost(key, usable).await,
        false => GivenUp::default(),
    }
}
