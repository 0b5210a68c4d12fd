//! Verifies an id token of the identity provider (OpenID Connect Core 1.0, 3.1.3.7).
//!
//! An id token says who has signed in at the provider, for one request of this application. It is not an access
//! token, and must never be accepted as one. This module must not decide whether the person is let in.

use std::collections::HashSet;

use jwt_simple::prelude::{Duration, VerificationOptions};
use nexus_common::auth::{IdProof, LEEWAY, MAX_TOKEN, SentIdToken};
use nexus_common::oidc::{self, Client};
use nexus_common::platform::clock;
use nexus_common::{Error, Result};
use nexus_printable::is_printable;

use crate::claims::{self, ClaimName, Claims};
use crate::config;
use crate::entry;
use crate::identity::Identity;
use crate::jwks::{Jwks, Source};
use crate::key::Claims as Verified;
use crate::token::{Header, all_claims, refusal};

/// The oldest id token that is accepted, in seconds. A sign-in takes ten minutes at most.
const MOST_SECONDS: u64 = 600;
/// The longest name that is stored, in characters.
const MOST_NAME: usize = 100;
/// The longest address that is stored, in bytes.
const MOST_EMAIL: usize = 254;

/// The person whom an id token names.
///
/// # Errors
/// [`Error::InvalidToken`], [`Error::TokenExpired`], [`Error::KeysUnavailable`], [`Error::Misconfigured`].
pub(crate) async fn read(sent: &SentIdToken) -> Result<IdProof> {
    let client = oidc::require_client().await?;
    let header = Header::of(&sent.id_token)?;
    let is_plain = header.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    if !is_plain {
        return invalid("the `typ` of an id token must be JWT");
    }
    let source = Source::of_issuer(&client.issuer)
        .ok_or_else(|| Error::misconfigured(oidc::ISSUER, oidc::URL_RULE))?;
    let keys = Jwks::shared(source, oidc::ISSUER);
    let key = keys.key(header.kid.as_deref(), &header.algorithm).await?;
    let options = VerificationOptions {
        allowed_issuers: Some(HashSet::from([client.issuer.clone()])),
        allowed_audiences: Some(HashSet::from([client.client_id.clone()])),
        time_tolerance: Some(Duration::from_secs(LEEWAY)),
        max_token_length: Some(MAX_TOKEN),
        required_signature_type: header.typ,
        ..Default::default()
    };
    let verified = key.verify(&sent.id_token, options).map_err(|error| refusal(&error))?;
    check(&verified, &client, &sent.nonce)?;
    proof(&all_claims(verified), &client).await
}

/// The checks that the library does not make: the required times, the nonce, and the client among several
/// audiences.
fn check(claims: &Verified, client: &Client, nonce: &str) -> Result<()> {
    let custom = &claims.custom.0;
    let (Some(_), Some(issued_at)) = (claims.expires_at, claims.issued_at) else {
        return invalid("the id token has no `exp` or no `iat`");
    };
    let now = clock::now_ms() / 1000;
    if issued_at.as_secs() + MOST_SECONDS + LEEWAY < now {
        return invalid("the id token is too old");
    }
    if nonce.is_empty() || claims.nonce.as_deref() != Some(nonce) {
        return invalid("the id token is for another request (`nonce`)");
    }
    let is_for_several =
        claims.audiences.as_ref().is_some_and(|all| all.clone().into_set().len() > 1);
    let fits = match custom.get("azp") {
        Some(azp) => azp.as_str() == Some(&client.client_id),
        None => !is_for_several,
    };
    match fits {
        true => Ok(()),
        false => invalid("the id token is for another client (`azp`)"),
    }
}

async fn proof(claims: &Claims, client: &Client) -> Result<IdProof> {
    let config = config::get().await?;
    let found = entry::of_id_token(&config.entries_of(&client.issuer), claims, &client.client_id)?;
    let Identity { workspace, role, subject } = match found {
        Some(identity) => identity,
        None => Identity { workspace: None, role: None, subject: sub(claims)? },
    };
    let email = text(claims, "email").filter(|email| email.len() <= MOST_EMAIL);
    let is_verified =
        claims.get("email_verified").is_some_and(|value| value == true || value == "true");
    let email = email.filter(|_| is_verified);
    let name = ["name", "preferred_username"].iter().find_map(|name| text(claims, name));
    let name = name.filter(|name| name.chars().count() <= MOST_NAME).or(email);
    Ok(IdProof {
        issuer: client.issuer.clone(),
        name: name.unwrap_or(&subject).to_owned(),
        email: email.map(str::to_owned),
        workspace,
        role,
        subject,
    })
}

fn sub(claims: &Claims) -> Result<String> {
    let name = ClaimName::parse("sub");
    let name = name.ok_or_else(|| Error::Internal("`sub` is not the name of a claim".into()))?;
    claims::subject(&name, claims)
}

/// A printable text that is not empty.
fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    let text = claims.get(name)?.as_str()?.trim();
    (!text.is_empty() && is_printable(text)).then_some(text)
}

fn invalid<T>(why: &str) -> Result<T> {
    Err(Error::InvalidToken(why.into()))
}
