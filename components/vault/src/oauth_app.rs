//! OAuth apps: the workspace's own, the deployment's for built-in manifests, or this application itself, which a metadata
//! document describes.
//!
//! A client secret is sealed with the origins that it may be sent to, taken from the manifest when the secret
//! was entered. If a workspace's own manifest is changed later, the secret is not sent to the new origins. If
//! such an origin has a parameter, the person who connects would choose the host. Therefore the admin who
//! enters the app lists the values that the parameter may have. A built-in manifest needs no such list where
//! its parameter is a label below a domain of the vendor (`{shop}.myshopify.com`), whose servers get the secret
//! in any case. It needs one for a whole host.
//!
//! This module must not send a secret, or use an app's secret for another app.

use std::collections::{BTreeMap, BTreeSet};

use nexus_common::broker::{NewClient, SealedClient};
use nexus_common::domain::RegisteredClient;
use nexus_common::domain::manifest_id::is_own;
use nexus_common::platform::variables;
use nexus_common::secret::Secret;
use nexus_common::{Error, FieldError, Result, config, encoding};
use nexus_manifests::{AuthMethod, ClientAuth, Manifest, Revoke, params, template};
use nexus_printable::pointer::below;
use nexus_printable::{RULE, is_printable};
use serde::{Deserialize, Serialize};

use crate::credential::{ClientRef, Usable, field_error};
use crate::keys;
use crate::plaintext;
use crate::rows::oauth_clients;
use crate::seal::{self, Place};
use crate::source::{self, Sourced};

const VARIABLE: &str = "oauth_clients";
/// The maximum length of a client id and of a secret, in bytes.
const MAX: usize = 4096;

/// An OAuth app with its secret.
pub struct Client {
    /// The client id at the provider.
    pub id: String,
    /// The client secret. Empty for a public client.
    pub secret: Secret,
}

/// The plaintext of a sealed app.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    client_id: String,
    #[serde(with = "plaintext")]
    client_secret: Secret,
    /// The origins of the token URL and the revocation URL, as templates.
    origins: Vec<String>,
    /// The values that parameters may have. A parameter that is not listed may have any value.
    #[serde(default)]
    params: BTreeMap<String, Vec<String>>,
}

impl Sealed {
    fn client(&self) -> Client {
        Client { id: self.client_id.clone(), secret: self.client_secret.clone() }
    }

    /// Checks that the app may be used for connections with `params`.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the values that it may be used with.
    fn check(&self, params: &BTreeMap<String, String>) -> Result<()> {
        let wrong = self.params.iter().filter(|(name, allowed)| {
            !params.get(*name).is_some_and(|value| allowed.contains(value))
        });
        let errors: Vec<FieldError> = wrong
            .map(|(name, allowed)| {
                let detail = format!(
                    "the workspace's OAuth app may be used with {} only. An ADMIN can change that \
                     under OAuth apps",
                    allowed.join(", ")
                );
                FieldError::new(below("/params", name), detail)
            })
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
    }
}

/// An app of the deployment, in the form of the variable.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deployed {
    client_id: String,
    #[serde(deserialize_with = "plaintext::deserialize")]
    client_secret: Secret,
    /// The parameters that it may be used with. Every parameter in the host of the token URL must be here.
    #[serde(default)]
    params: BTreeMap<String, String>,
}

/// The place of an app's ciphertext.
pub fn place<'a>(workspace: &'a str, manifest_id: &'a str) -> Place<'a> {
    Place { kind: "client", workspace, row: manifest_id, field: "sealed" }
}

/// Seals an app that an admin entered.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Misconfigured`], [`Error::NotFound`].
pub async fn seal(new: &NewClient) -> Result<SealedClient> {
    let sourced = source::current(&new.workspace, &new.manifest_id).await.map_err(not_found)?;
    let manifest = &sourced.manifest;
    if manifest.auth_method != AuthMethod::Oauth2 {
        let detail = format!("{} is not connected by OAuth", manifest.id);
        return Err(Error::invalid("/manifest_id", detail));
    }
    let secret = new.client_secret.expose().as_str().unwrap_or_default();
    let mut errors = Vec::new();
    let mut values = vec![("/client_id", new.client_id.as_str())];
    if !is_public(manifest) {
        values.push(("/client_secret", secret));
    } else if !new.client_secret.expose().is_null() && !secret.is_empty() {
        let rule =
            "must be missing: apps of this provider are public clients, which have no secret";
        errors.push(FieldError::new("/client_secret", rule));
    }
    for (pointer, value) in values {
        if !is_well_formed(value) {
            let rule = format!("must be a string of 1 to {MAX} bytes, and {RULE}");
            errors.push(FieldError::new(pointer, rule));
        }
    }
    check_pins(manifest, &new.params, &mut errors);
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let client = Client { id: new.client_id.clone(), secret: Secret::new(secret.to_owned()) };
    let (sealed, key_id) = sealed(&new.workspace, manifest, client, new.params.clone()).await?;
    let redirect_uri = config::redirect_uri(&manifest.id).await?;
    Ok(SealedClient { sealed, key_id, redirect_uri })
}

/// Seals an app that the provider has registered for connections with `params`. It is not used for any other value of a
/// parameter in the hosts that get its secret. `replaces` is the client id of the stored app before the registration.
///
/// # Errors
/// [`Error::Provider`] for an app that cannot be used, [`Error::Misconfigured`].
pub async fn seal_registered(
    workspace: &str,
    manifest: &Manifest,
    client: Client,
    params: &BTreeMap<String, String>,
    replaces: Option<String>,
) -> Result<RegisteredClient> {
    let has_secret = is_public(manifest) || is_well_formed(client.secret.expose());
    if !is_well_formed(&client.id) || !has_secret {
        return Err(Error::Provider(
            "the provider registered an OAuth app without a client id or a secret that can be used"
                .into(),
        ));
    }
    let one = |name: String| Some((name.clone(), vec![params.get(&name)?.clone()]));
    let params = free_in_hosts(manifest).into_iter().filter_map(one).collect();
    let client_id = client.id.clone();
    let (sealed, key_id) = sealed(workspace, manifest, client, params).await?;
    Ok(RegisteredClient { manifest_id: manifest.id.clone(), client_id, sealed, key_id, replaces })
}

/// The ciphertext of an app in base64, and the key that sealed it. A public client's secret is not kept.
async fn sealed(
    workspace: &str,
    manifest: &Manifest,
    client: Client,
    params: BTreeMap<String, Vec<String>>,
) -> Result<(String, String)> {
    let plain = Sealed {
        client_id: client.id,
        client_secret: if is_public(manifest) { Secret::default() } else { client.secret },
        origins: origins(manifest),
        params,
    };
    let text = plaintext::to_json(&plain, "an OAuth app")?;
    let ring = keys::ring().await?;
    let (sealed, key_id) = seal::seal(&ring, place(workspace, &manifest.id), &text)?;
    Ok((encoding::to_base64(&sealed), key_id))
}

/// Whether an app of the provider has no secret (RFC 6749, 2.1).
fn is_public(manifest: &Manifest) -> bool {
    manifest.oauth2.as_ref().is_some_and(|oauth2| oauth2.client_auth == ClientAuth::None)
}

fn is_well_formed(value: &str) -> bool {
    (1..=MAX).contains(&value.len()) && is_printable(value)
}

/// The maximum number of values of one parameter that an app may be used with.
const MAX_VALUES: usize = 100;

/// Checks the values that an app may be used with. Every parameter in a host that gets the secret needs a
/// list.
fn check_pins(
    manifest: &Manifest,
    params: &BTreeMap<String, Vec<String>>,
    errors: &mut Vec<FieldError>,
) {
    for (name, values) in params {
        if !(1..=MAX_VALUES).contains(&values.len()) {
            let rule = format!("must list 1 to {MAX_VALUES} values");
            errors.push(FieldError::new(below("/params", name), rule));
        }
        let checked = values.iter().map(|value| params::check_param(manifest, name, value));
        errors.extend(checked.filter_map(Result::err).take(1).map(field_error));
    }
    for name in free_in_hosts(manifest).into_iter().filter(|name| !params.contains_key(name)) {
        let rule = "must list the values that this app may be used with, because the parameter is \
                    part of the host that gets the secret";
        errors.push(FieldError::new(below("/params", &name), rule));
    }
}

/// The parameters in the hosts that get the secret, whose values a manifest does not limit: those of a
/// workspace's own manifest without choices, and the whole hosts of a built-in one.
fn free_in_hosts(manifest: &Manifest) -> Vec<String> {
    let names: BTreeSet<String> = urls(manifest).flat_map(host_names).collect();
    let is_free = |name: &String| {
        let param = manifest.params.iter().find(|param| param.name == *name);
        param.is_some_and(|param| match is_own(&manifest.id) {
            true => param.choices.is_empty(),
            false => param.whole_host,
        })
    };
    names.into_iter().filter(is_free).collect()
}

/// Turns the error for a missing manifest into a 404, because the path names the manifest.
fn not_found(error: Error) -> Error {
    match error {
        Error::Invalid(errors) => {
            let detail = errors.into_iter().next().map(|error| error.detail).unwrap_or_default();
            Error::NotFound(detail)
        }
        other => other,
    }
}

/// The app for a new connection by `sourced` with `params`: the workspace's app, or else the deployment's.
///
/// # Errors
/// [`Error::OauthClientMissing`] with the redirect URI to register.
pub async fn current(
    workspace: &str,
    sourced: &Sourced,
    params: &BTreeMap<String, String>,
) -> Result<Client> {
    let manifest = &sourced.manifest;
    if let Some(app) = of_workspace(workspace, manifest).await? {
        // An app that was entered before such lists were required must be entered again.
        if free_in_hosts(manifest).iter().all(|name| app.params.contains_key(name)) {
            app.check(params)?;
            return Ok(app.client());
        }
    }
    if let Some(client) = of_deployment(manifest, params).await? {
        return Ok(client);
    }
    if let Some(client) = by_document(manifest).await? {
        return Ok(client);
    }
    Err(Error::OauthClientMissing {
        manifest_id: manifest.id.clone(),
        redirect_uri: config::redirect_uri(&manifest.id).await?,
    })
}

/// The app that a connection was made with.
///
/// # Errors
/// [`Error::OauthClientMissing`] if the app no longer exists. Another app's secret is never tried.
pub async fn of_connection(
    workspace: &str,
    sourced: &Sourced,
    params: &BTreeMap<String, String>,
    made_with: &ClientRef,
) -> Result<Client> {
    let manifest = &sourced.manifest;
    let app = of_workspace(workspace, manifest).await?;
    let fits = |app: &Sealed| app.client_id == made_with.client_id && app.check(params).is_ok();
    if let Some(app) = app.filter(fits) {
        return Ok(app.client());
    }
    let (deployed, document) =
        (of_deployment(manifest, params).await?, by_document(manifest).await?);
    let others = [deployed, document].into_iter().flatten();
    others.into_iter().find(|client| client.id == made_with.client_id).ok_or_else(|| {
        Error::OauthClientMissing {
            manifest_id: manifest.id.clone(),
            redirect_uri: made_with.redirect_uri.clone(),
        }
    })
}

/// The app that the tokens of `usable` were obtained with.
///
/// # Errors
/// As [`of_connection`].
pub async fn of_usable(workspace: &str, usable: &Usable) -> Result<Client> {
    if usable.sourced.manifest.auth_method.mints() {
        return Ok(entered(usable));
    }
    let made_with = usable.credential.client.as_ref();
    let made_with = made_with.ok_or_else(|| Error::Unreadable("the OAuth app's name".into()))?;
    of_connection(workspace, &usable.sourced, &usable.params, made_with).await
}

/// The client whose id and secret are the credential (RFC 6749, 4.4).
pub fn entered(usable: &Usable) -> Client {
    let field = |name: &str| usable.credential.fields.get(name).cloned().unwrap_or_default();
    Client { id: field("client_id").expose().to_owned(), secret: field("client_secret") }
}

async fn of_workspace(workspace: &str, manifest: &Manifest) -> Result<Option<Sealed>> {
    let Some(sealed) = oauth_clients::sealed(workspace, &manifest.id).await? else {
        return Ok(None);
    };
    let ring = keys::ring().await?;
    let plain = seal::open(&ring, place(workspace, &manifest.id), &sealed)?;
    let plain: Sealed = serde_json::from_slice(&plain)
        .map_err(|_| Error::Unreadable(format!("the OAuth app of {}", manifest.id)))?;
    if plain.origins != origins(manifest) {
        // The app was entered for other hosts than the manifest has now, so it does not count.
        return Ok(None);
    }
    Ok(Some(plain))
}

async fn of_deployment(
    manifest: &Manifest,
    params: &BTreeMap<String, String>,
) -> Result<Option<Client>> {
    if is_own(&manifest.id) {
        return Ok(None);
    }
    let Some(deployed) = deployed().await?.remove(&manifest.id) else { return Ok(None) };
    let pinned = |name: String| deployed.params.contains_key(&name);
    if !urls(manifest).flat_map(host_names).all(pinned) {
        let rule = format!(
            "{}: `params` must have every parameter in the hosts of the token URL and the revocation URL",
            manifest.id
        );
        return Err(Error::misconfigured(VARIABLE, rule));
    }
    let fits = deployed.params.iter().all(|(name, value)| params.get(name) == Some(value));
    Ok(fits.then(|| Client { id: deployed.client_id, secret: deployed.client_secret }))
}

/// This application as the client that its metadata document describes. `None` if the provider takes no such document, or
/// could not fetch it.
async fn by_document(manifest: &Manifest) -> Result<Option<Client>> {
    if !manifest.oauth2.as_ref().is_some_and(|oauth2| oauth2.client_metadata) {
        return Ok(None);
    }
    let url = config::client_metadata_url(&manifest.id).await?;
    Ok(url.map(|id| Client { id, secret: Secret::default() }))
}

/// Checks the deployment's apps.
///
/// # Errors
/// [`Error::Misconfigured`]. It never contains a value.
pub async fn check_variable() -> Result<()> {
    deployed().await.map(drop)
}

async fn deployed() -> Result<BTreeMap<String, Deployed>> {
    let text = variables::get(VARIABLE).await.map(Secret::new);
    let Some(text) = text else { return Ok(BTreeMap::new()) };
    let rule = "must be a JSON object of {\"client_id\",\"client_secret\",\"params\"?} by manifest";
    serde_json::from_str(text.expose()).map_err(|_| Error::misconfigured(VARIABLE, rule))
}

/// Scheme and authority of the URLs that get the secret, as templates, each with the rules of its parameters.
/// Different rules allow different hosts.
fn origins(manifest: &Manifest) -> Vec<String> {
    let with_rules = |url: &str| {
        let names = host_names(url);
        let rules = manifest.params.iter().filter(|param| names.contains(&param.name));
        let rules = rules.map(|param| {
            let pattern = param.pattern.as_deref().unwrap_or_default();
            format!(" {}={pattern:?}{:?}", param.name, param.choices)
        });
        format!("{}{}", origin(url), rules.collect::<String>())
    };
    urls(manifest).map(with_rules).collect()
}

/// The URLs for new tokens and the revocation URL, which get the secret.
fn urls(manifest: &Manifest) -> impl Iterator<Item = &str> {
    let token = params::token_urls(manifest).map(|(_, url)| url);
    let revoke = match &manifest.revoke {
        Revoke::Rfc7009 { rfc7009, .. } => Some(rfc7009.url.as_str()),
        Revoke::Request { request, .. } => Some(request.url.as_str()),
        Revoke::Unsupported { .. } | Revoke::NotRevocable { .. } => None,
    };
    token.chain(revoke)
}

fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(start..).unwrap_or_default();
    let end = rest.find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    url.get(..end).unwrap_or(url)
}

fn host_names(url: &str) -> Vec<String> {
    template::names(origin(url)).unwrap_or_default().into_iter().map(str::to_owned).collect()
}
