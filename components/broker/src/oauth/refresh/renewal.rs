//! Requests new tokens for a credential, with its refresh token or with the fields that a person entered.

use nexus_common::Result;
use nexus_common::secret::Secret;
use nexus_vault::credential::{Times, Usable};
use nexus_vault::oauth_app::Client;

use crate::oauth::login::mint;
use crate::oauth::refusal::TokenFailure;
use crate::oauth::token::{self, Grant};

/// Requests new tokens with the credential `usable` and the OAuth app `client`. `begun` is the database's time. On
/// failure, returns the credential too.
pub(super) async fn request_tokens(
    usable: Usable,
    client: Result<Client>,
    begun: i64,
) -> Result<Usable, (TokenFailure, Box<Usable>)> {
    match renew(&usable, client, begun).await {
        Ok(renewed) => Ok(renewed),
        Err(failure) => Err((failure, Box::new(usable))),
    }
}

async fn renew(
    usable: &Usable,
    client: Result<Client>,
    begun: i64,
) -> Result<Usable, TokenFailure> {
    let mut renewed = usable.clone();
    if renewed.sourced.manifest.auth_method.mints() {
        // The provider rejects fields that a person has entered, so a person must enter them again.
        mint(&mut renewed).await.map_err(|failure| match failure {
            TokenFailure::Client(why) => TokenFailure::Grant(why),
            other => other,
        })?;
        return Ok(renewed);
    }
    let client = client?;
    let field = |name: &str| usable.credential.fields.get(name).map_or("", Secret::expose);
    let redirect_uri = usable.credential.client.as_ref().map_or("", |made| &made.redirect_uri);
    let grant = Grant::Refresh {
        refresh_token: field("refresh_token"),
        access_token: field("access_token"),
        redirect_uri,
    };
    let pinned = &usable.credential.pins.token;
    let manifest = &usable.sourced.manifest;
    let tokens =
        token::request(&usable.workspace, manifest, &usable.params, &client, &grant, pinned)
            .await?;
    let fields = &mut renewed.credential.fields;
    fields.insert("access_token".to_owned(), tokens.access_token.clone());
    // If the response has no refresh token, the old one stays valid (RFC 6749, 6).
    if let Some(refresh) = &tokens.refresh_token {
        fields.insert("refresh_token".to_owned(), refresh.clone());
    }
    renewed.times = Times::new(begun, tokens.expiry);
    Ok(renewed)
}
